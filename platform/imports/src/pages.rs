//! The pages of a table: upload, preview, confirmation, result. Modules put them under the address of their table.

mod view;

use axum::{
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use sh_files::{store::Stored, write::OutputFormat};
use sh_http::{
    App, AppError, Context, Failure, Html, Kind, Multipart, Page, Path, Query, Redirect, Temporary,
};
use sh_kernel::Id;
use sh_ui::Tone;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use self::view::{Shown, refusal, upload_page};
use crate::{Error, file::LIMITS, model::TableImport, service, table::Table};

/// What a form with a file may have besides the file itself.
const FORM_BYTES: u64 = 64 * 1024;
/// The name of the file field.
const FILE: &str = "file";
/// Issues listed on the page.
const ISSUES_SHOWN: u32 = 200;

type Kept = &'static dyn Table;

/// Bytes that an upload may have in all.
pub fn upload_bytes() -> usize {
    usize::try_from(LIMITS.file_bytes + FORM_BYTES).unwrap_or(usize::MAX)
}

/// Whose table, and where the list of imports goes on.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    shop: Option<Uuid>,
    after: Option<String>,
}

/// The routes of a table, under its address.
pub fn routes(table: Kept) -> OpenApiRouter<App> {
    let home = table.home();
    let upload_here = OpenApiRouter::new()
        .route(
            home,
            get(move |ctx, app, query| new(table, ctx, app, query))
                .post(move |ctx, app, form| upload(table, ctx, app, form)),
        )
        .layer(DefaultBodyLimit::max(upload_bytes()));
    let below = |rest: &str| format!("{home}{rest}");
    OpenApiRouter::new()
        .merge(upload_here)
        .route(&below("/template"), get(move |ctx, app, query| template(table, ctx, app, query)))
        .route(&below("/{id}"), get(move |ctx, app, id| show(table, ctx, app, id)))
        .route(&below("/{id}/marked"), get(move |ctx, app, id| marked(table, ctx, app, id)))
        .route(&below("/{id}/confirm"), post(move |ctx, app, id| confirm(table, ctx, app, id)))
        .route(&below("/{id}/discard"), post(move |ctx, app, id| discard(table, ctx, app, id)))
}

/// `GET <home>`
async fn new(
    table: Kept,
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let owner = table.owner(&ctx, &app, asked.shop).await?;
    let page = Page { after: asked.after, size: None };
    let earlier = service::list(&ctx, &app, (table, &owner), &page).await?;
    Ok(Html(upload_page(&ctx, table, &owner, &earlier, None)))
}

/// `GET <home>/template`
async fn template(
    table: Kept,
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let owner = table.owner(&ctx, &app, asked.shop).await?;
    service::may_import(&ctx, table, &owner)?;
    let place = Temporary::new()?;
    service::blank(&ctx, table, place.path()).await?;
    place.sent(OutputFormat::Xlsx.content_type(), &format!("{}.xlsx", table.code())).await
}

/// `POST <home>`
async fn upload(
    table: Kept,
    ctx: Context,
    State(app): State<App>,
    Multipart(mut form): Multipart,
) -> Result<Response, Failure> {
    let mut asked = None;
    while let Some(mut part) = form.next_field().await? {
        match part.name() {
            Some("shop") => asked = part.text().await?.parse().ok(),
            Some(FILE) => {
                // Asked before the bytes are taken: nobody fills the disk for a shop that is not theirs.
                let owner = table.owner(&ctx, &app, asked).await?;
                service::may_import(&ctx, table, &owner)?;
                let name = part.file_name().unwrap_or_default().to_owned();
                let done = match keep(&app, &mut part).await? {
                    Ok(stored) => service::upload(&ctx, &app, (table, &owner), &name, &stored).await,
                    Err(error) => Err(error),
                };
                return answer(&ctx, &app, table, asked, done).await;
            }
            _ => {}
        }
    }
    Err(Failure::new(Kind::BadInput, "unreadable-form", "the form has no file"))
}

/// To the import, or the form again with what was wrong with the file.
async fn answer(
    ctx: &Context,
    app: &App,
    table: Kept,
    asked: Option<Uuid>,
    done: Result<Id<TableImport>, Error>,
) -> Result<Response, Failure> {
    match done {
        Ok(id) => Ok(Redirect::to(format!("{}/{id}", table.home())).into_response()),
        Err(error) if matches!(error.kind(), Kind::TooLarge | Kind::Unavailable) => {
            let owner = table.owner(ctx, app, asked).await?;
            let earlier = service::list(ctx, app, (table, &owner), &Page::default()).await?;
            let page = upload_page(ctx, table, &owner, &earlier, Some(refusal(ctx.locale, &error)));
            Ok((error.kind().status(), Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps the bytes piece by piece.
async fn keep(
    app: &App,
    part: &mut axum::extract::multipart::Field<'_>,
) -> Result<Result<Stored, Error>, Failure> {
    let mut kept = service::files(app)?.begin().map_err(Error::from)?;
    while let Some(bytes) = part.chunk().await? {
        if let Err(error) = kept.write(&bytes).await {
            return Ok(Err(error.into()));
        }
    }
    Ok(kept.finish().await.map_err(Error::from))
}

/// `GET <home>/{id}`: the page, or only its content for htmx while a job is at work.
async fn show(
    table: Kept,
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<TableImport>>,
) -> Result<Html, Failure> {
    let import = service::get(&ctx, &app, table, id).await?;
    let job = service::job_of(&ctx, &app, &import).await;
    let issues = service::issues(&ctx, &app, (table, id), ISSUES_SHOWN).await?;
    let may = ctx.allows(table.permission(), &import.owner.scope());
    let shown = Shown { ctx: &ctx, table, import: &import, job: job.as_ref(), issues: &issues, may };
    Ok(Html(if ctx.htmx { shown.content() } else { shown.page() }))
}

/// `GET <home>/{id}/marked`: the user's own file with what became of each row.
async fn marked(
    table: Kept,
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<TableImport>>,
) -> Result<Response, Failure> {
    let place = Temporary::new()?;
    let format = service::marked(&ctx, &app, (table, id), place.path()).await?;
    place.sent(format.content_type(), &format!("{}-{id}.{}", table.code(), format.extension())).await
}

/// Back to the import with what was done, or with why it was not.
fn back(
    ctx: &Context,
    (table, id): (Kept, Id<TableImport>),
    outcome: Result<(), Error>,
    done: &str,
) -> Result<Redirect, Failure> {
    let home = format!("{}/{id}", table.home());
    match outcome {
        Ok(()) => Ok(Redirect::to(home).done(ctx.t(done))),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Unprocessable) => {
            Ok(Redirect::to(home).saying(Tone::Bad, refusal(ctx.locale, &error)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST <home>/{id}/confirm`
async fn confirm(
    table: Kept,
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<TableImport>>,
) -> Result<Redirect, Failure> {
    let outcome = service::confirm(&ctx, &app, table, id).await;
    back(&ctx, (table, id), outcome, "table-confirmed")
}

/// `POST <home>/{id}/discard`
async fn discard(
    table: Kept,
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<TableImport>>,
) -> Result<Redirect, Failure> {
    let outcome = service::discard(&ctx, &app, table, id).await;
    back(&ctx, (table, id), outcome, "table-discarded")
}
