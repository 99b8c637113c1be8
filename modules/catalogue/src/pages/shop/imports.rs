//! `/s/products/import`, `/s/imports/{id}`: products from a table.

use crate::{
    Error,
    import::{
        batch::{Batch, BatchState, Counts, ProductImport},
        columns::COLUMNS,
        file::LIMITS,
        issue::Issue,
    },
    model::Shop,
    service::{export, imports, shops},
    store::shop::ShopRow,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{
    App, AppError, Context, Failure, Form, Html, Kind, Multipart, Page, Path, Permission, Query, Redirect,
};
use sh_jobs::{Job, progress_fragment};
use sh_kernel::Id;
use sh_ui::{
    Choice, Column, Crumb, DataTable, ImportOutcome, ImportProblem, Locale, Row, Tone, Upload, banner,
    button, button_danger, check_boxes, data_table, empty, facts, import_result, panel, status_tag,
    upload as upload_form, work_page,
};

/// What a form with a file may have besides the file itself.
const FORM_BYTES: u64 = 64 * 1024;

/// Bytes that an upload may have in all.
pub(crate) fn upload_bytes() -> usize {
    usize::try_from(LIMITS.file_bytes + FORM_BYTES).unwrap_or(usize::MAX)
}

/// The name of the file field.
const FILE: &str = "file";
/// Issues listed on the page.
const ISSUES_SHOWN: u32 = 200;

/// Which shop to import for, and where the list of imports goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ImportQuery {
    pub(crate) shop: Option<Id<Shop>>,
    after: Option<String>,
}

/// `GET /s/products/import`
pub(crate) async fn new(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ImportQuery>,
) -> Result<Html, Failure> {
    let shop = shops::own(&ctx, &app, query.shop).await?;
    ctx.require(Permission::EditListings, shop.scope())?;
    let page = Page { after: query.after, size: None };
    Ok(Html(upload_page(&ctx, &app, &shop, &page, None).await?))
}

async fn upload_page(
    ctx: &Context,
    app: &App,
    shop: &ShopRow,
    page: &Page,
    error: Option<String>,
) -> Result<Markup, Failure> {
    let locale = ctx.locale;
    let earlier = imports::list(ctx, app, shop.id, page).await?;
    let title = ctx.t("products-import");
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("products-title"), "/s/products"), Crumb::here(title)])
        .subtitle(html! { (shop.name) })
        .with_errors(error.is_some());
    let form = Upload {
        action: "/s/products/import".to_owned(),
        name: FILE.to_owned(),
        label: ctx.t("products-import-label"),
        hint: Some(ctx.t("products-import-hint")),
        accept: ".xlsx,.xls,.csv,.txt".to_owned(),
        button: ctx.t("imports-upload-button"),
        template: Some((ctx.t("products-import-template"), format!("/s/products/template?shop={}", shop.id))),
        hidden: vec![("shop".to_owned(), shop.id.to_string())],
        more: None,
        error,
    };
    let titles = COLUMNS.iter().map(|column| export::title(locale, column.titles));
    let content = html! {
        (upload_form(locale, &form))
        (panel(&ctx.t("imports-columns-expected"), None, &html! {
            p { (titles.collect::<Vec<_>>().join(" · ")) }
            p.hint { (ctx.t("products-import-columns-hint")) }
        }))
        @if !earlier.items.is_empty() {
            (panel(&ctx.t("products-import-earlier"), None, &earlier_table(locale, &earlier.items)))
            (sh_ui::pager(locale, &sh_ui::Pager {
                next: earlier.next.as_deref().map(|after| format!("/s/products/import?shop={}&after={after}", shop.id)),
                shown: earlier.items.len(),
                ..sh_ui::Pager::default()
            }))
        }
    };
    Ok(work_page(&frame, &content))
}

fn earlier_table(locale: Locale, batches: &[Batch]) -> Markup {
    let rows = batches.iter().map(|batch| {
        let (tone, text) = state_tag(locale, batch.state);
        let counts = batch.checked.unwrap_or_default();
        Row::new([
            html! { a href=(format!("/s/imports/{}", batch.id)) { (batch.file_name) } },
            status_tag(tone, &text),
            html! { (counts.products) },
            html! { (batch.created_by) " " time { (batch.created_at.to_minute()) } },
        ])
    });
    let table = DataTable {
        caption: locale.t("products-import-earlier"),
        columns: vec![
            Column::text(locale.t("imports-file")),
            Column::text(locale.t("imports-state")),
            Column::number(locale.t("hall-products")),
            Column::text(locale.t("imports-by")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&locale.t("imports-none"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn state_tag(locale: Locale, state: BatchState) -> (Tone, String) {
    let tone = match state {
        BatchState::Uploaded | BatchState::Posting => Tone::Info,
        BatchState::Checked => Tone::Notice,
        BatchState::Failed => Tone::Bad,
        BatchState::Posted => Tone::Good,
        BatchState::Discarded => Tone::Plain,
    };
    (tone, locale.t(&format!("product-import-state-{}", state.word())))
}

/// `POST /s/products/import`
pub(crate) async fn upload(
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
                let shop = shops::own(&ctx, &app, asked).await?;
                let shop = imports::may_import(&ctx, &app, shop.id).await?;
                let name = part.file_name().unwrap_or_default().to_owned();
                let stored = keep(&app, &mut part).await?;
                let done = match stored {
                    Ok(stored) => imports::upload(&ctx, &app, shop.id, &name, &stored).await,
                    Err(error) => Err(error),
                };
                return match done {
                    Ok(id) => Ok(Redirect::to(format!("/s/imports/{id}")).into_response()),
                    Err(error) if matches!(error.kind(), Kind::TooLarge | Kind::Unavailable) => {
                        let status = error.kind().status();
                        let told = Some(refusal(ctx.locale, &error));
                        let page = upload_page(&ctx, &app, &shop, &Page::default(), told).await?;
                        Ok((status, Html(page)).into_response())
                    }
                    Err(error) => Err(error.into()),
                };
            }
            _ => {}
        }
    }
    Err(Failure::new(Kind::BadInput, "unreadable-form", "the form has no file"))
}

/// Keeps the bytes piece by piece.
async fn keep(
    app: &App,
    part: &mut axum::extract::multipart::Field<'_>,
) -> Result<Result<sh_files::store::Stored, Error>, Failure> {
    let mut kept = imports::files(app)?.begin().map_err(Error::from)?;
    while let Some(bytes) = part.chunk().await? {
        if let Err(error) = kept.write(&bytes).await {
            return Ok(Err(error.into()));
        }
    }
    Ok(kept.finish().await.map_err(Error::from))
}

/// Reason and advice of a refusal.
pub(super) fn refusal(locale: Locale, error: &Error) -> String {
    let args: Vec<(String, String)> =
        error.args().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let (reason, advice) = problem(locale, error.code(), &args);
    format!("{reason} {advice}")
}

fn problem(locale: Locale, code: &str, args: &[(String, String)]) -> (String, String) {
    let args: Vec<(&str, sh_ui::Arg<'_>)> =
        args.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    let advice = format!("problem-{code}-advice");
    let advice = if locale.has(&advice) { locale.with(&advice, &args) } else { String::new() };
    (locale.with(&format!("problem-{code}"), &args), advice)
}

/// `GET /s/imports/{id}`: the page, or only its content for htmx while a job is at work.
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ProductImport>>,
) -> Result<Html, Failure> {
    let (batch, shop) = imports::get(&ctx, &app, id).await?;
    let job = imports::job_of(&ctx, &app, &batch).await;
    let issues = match batch.state {
        BatchState::Checked | BatchState::Posted => imports::issues(&ctx, &app, id, ISSUES_SHOWN).await?,
        _ => Vec::new(),
    };
    let may = ctx.allows(Permission::EditListings, &shop.scope());
    let view = View { ctx: &ctx, batch: &batch, shop: &shop, job: job.as_ref(), issues: &issues, may };
    if ctx.htmx {
        return Ok(Html(view.content()));
    }
    let (tone, state) = state_tag(ctx.locale, batch.state);
    let home = format!("/s/products/import?shop={}", shop.id);
    let frame = ctx
        .frame(batch.file_name.clone())
        .crumbs([Crumb::link(ctx.t("products-import"), &home), Crumb::here(batch.file_name.clone())])
        .subtitle(html! { (shop.name) " " (status_tag(tone, &state)) });
    Ok(Html(work_page(&frame, &view.content())))
}

struct View<'a> {
    ctx: &'a Context,
    batch: &'a Batch,
    shop: &'a ShopRow,
    job: Option<&'a Job>,
    issues: &'a [Issue],
    may: bool,
}

impl View<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/s/imports/{}{rest}", self.batch.id)
    }

    fn content(&self) -> Markup {
        let locale = self.ctx.locale;
        let batch = self.batch;
        html! {
            div.flow #import-content {
                @match batch.state {
                    BatchState::Uploaded | BatchState::Posting => { (self.working()) }
                    BatchState::Failed => { (self.failed()) }
                    BatchState::Checked => {
                        @if let Some(counts) = &batch.checked { (self.outcome(counts, Some(self.confirm(counts)))) }
                    }
                    BatchState::Posted => {
                        (banner(Tone::Good, &locale.with("products-import-done", &[
                            ("count", (batch.posted.changing()).into()),
                        ]), &html! {
                            p { a href=(format!("/s/products?shop={}", self.shop.id)) { (locale.t("products-import-see")) } }
                        }))
                        (self.outcome(&batch.posted, None))
                    }
                    BatchState::Discarded => {}
                }
                (panel(&locale.t("import-facts"), None, &facts(&[
                    (locale.t("imports-by"), html! { (batch.created_by) " " (batch.created_at.to_minute()) }),
                    (locale.t("import-hash"), html! { code { (batch.file_hash) } }),
                ])))
            }
        }
    }

    fn working(&self) -> Markup {
        let locale = self.ctx.locale;
        let Some(job) = self.job else { return html! { p { (locale.t("product-import-checking")) } } };
        if job.state.is_finished() {
            return self.broken_off(job);
        }
        html! {
            div hx-get=(self.path("")) hx-trigger="every 1s" hx-target="#import-content" hx-swap="outerHTML" {
                (panel(&locale.t("import-progress"), None, &html! {
                    (progress_fragment(locale, job, self.ctx.now(), &format!("/w/jobs/{}", job.id)))
                    p.hint { (locale.t("import-close-page")) }
                }))
            }
        }
    }

    /// The job was given up while the import still waits for it.
    fn broken_off(&self, job: &Job) -> Markup {
        let locale = self.ctx.locale;
        html! {
            (banner(Tone::Notice, &locale.t("import-broken-off"), &html! {
                (progress_fragment(locale, job, self.ctx.now(), ""))
                p { a href=(format!("/w/jobs/{}", job.id)) { (locale.t("import-see-job")) } }
            }))
            @if self.may && self.batch.state == BatchState::Posting {
                form method="post" action=(self.path("/confirm")) { (button(&locale.t("products-import-go-on"))) }
            }
            @if self.may && self.batch.state == BatchState::Uploaded { (self.discard()) }
        }
    }

    fn failed(&self) -> Markup {
        let Some(kept) = &self.batch.problem else { return html! {} };
        let (reason, advice) = problem(self.ctx.locale, &kept.code, &kept.args);
        html! {
            (banner(Tone::Bad, &reason, &html! { p { (advice) } }))
            @if self.may { (self.discard()) }
        }
    }

    fn outcome(&self, counts: &Counts, confirm: Option<Markup>) -> Markup {
        let locale = self.ctx.locale;
        let problems = self.issues.iter().map(|issue| {
            let (reason, fix) = issue.text(locale);
            ImportProblem {
                row: u64::from(issue.row),
                column: issue.column.clone(),
                value: issue.value.clone(),
                reason,
                fix,
            }
        });
        let outcome = ImportOutcome {
            total: counts.rows,
            created: counts.created,
            updated: counts.updated + counts.priced,
            unchanged: counts.unchanged,
            rejected: counts.rejected,
            problems: problems.collect(),
            marked_file: (counts.rejected > 0).then(|| self.path("/marked")),
            confirm,
        };
        html! {
            (import_result(locale, &outcome))
            @if counts.priced > 0 {
                p.hint { (locale.with("products-import-priced", &[("count", counts.priced.into())])) }
            }
            @if self.issues.len() >= ISSUES_SHOWN as usize {
                p.hint { (locale.with("import-issues-shown", &[("count", self.issues.len().into())])) }
            }
        }
    }

    fn confirm(&self, counts: &Counts) -> Markup {
        let locale = self.ctx.locale;
        if !self.may {
            return html! {};
        }
        let submit = [Choice::new("yes", locale.t("products-import-submit"))];
        html! {
            @if counts.changing() > 0 {
                form method="post" action=(self.path("/confirm")) {
                    @if counts.created + counts.updated > 0 {
                        (check_boxes(locale, "submit", &locale.t("products-import-then"), &submit, &[], None))
                    }
                    (button(&locale.with("products-import-confirm", &[("count", counts.changing().into())])))
                }
            }
            (self.discard())
        }
    }

    fn discard(&self) -> Markup {
        html! {
            form method="post" action=(self.path("/discard")) {
                (button_danger(&self.ctx.t("import-discard"), "action", "discard"))
            }
        }
    }
}

/// What the confirmation says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ConfirmForm {
    submit: Option<String>,
}

/// Back to the import with what was done, or with why it was not.
fn back(ctx: &Context, id: Id<ProductImport>, outcome: Result<&str, Error>) -> Result<Redirect, Failure> {
    let home = format!("/s/imports/{id}");
    match outcome {
        Ok(key) => Ok(Redirect::to(home).done(ctx.t(key))),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Unprocessable) => {
            Ok(Redirect::to(home).saying(Tone::Bad, refusal(ctx.locale, &error)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /s/imports/{id}/confirm`
pub(crate) async fn confirm(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ProductImport>>,
    Form(form): Form<ConfirmForm>,
) -> Result<Redirect, Failure> {
    let outcome = imports::confirm(&ctx, &app, id, form.submit.is_some()).await;
    back(&ctx, id, outcome.map(|()| "products-import-confirmed"))
}

/// `POST /s/imports/{id}/discard`
pub(crate) async fn discard(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ProductImport>>,
) -> Result<Redirect, Failure> {
    let outcome = imports::discard(&ctx, &app, id).await;
    back(&ctx, id, outcome.map(|()| "products-import-discarded"))
}
