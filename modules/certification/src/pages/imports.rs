//! `/w/certs/import`, `/w/certs/imports/{id}`: registers from spreadsheets.

use axum::{
    extract::State as Shared,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use sh_http::{
    App, AppError, Context, Failure, Html, Kind, Multipart, Page, Path, Permission, Query, Redirect,
    Temporary,
};
use sh_jobs::{Job, progress_fragment};
use sh_kernel::Id;
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, ImportOutcome, ImportProblem, Locale, Pager, Row, Tone, Upload,
    banner, button, button_danger, data_table, empty, facts, import_result, pager, panel, status_tag,
    upload as upload_form, work_page,
};

use super::{problem, refusal};
use crate::{
    Error,
    import::{
        COLUMNS,
        batch::{Batch, BatchState, Counts},
        file::LIMITS,
        issue::Issue,
        title,
    },
    model::RegisterImport,
    service::{
        imports::{self, marked},
        schemes,
    },
    store::scheme::Published,
};

/// What a form with a file may have besides the file itself.
const FORM_BYTES: u64 = 64 * 1024;
/// The name of the file field.
const FILE: &str = "file";
/// Issues listed on the page.
const ISSUES_SHOWN: u32 = 200;

/// Bytes that an upload may have in all.
pub(crate) fn upload_bytes() -> usize {
    usize::try_from(LIMITS.file_bytes + FORM_BYTES).unwrap_or(usize::MAX)
}

/// `GET /w/certs/import`
pub(crate) async fn new(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    imports::may_import(&ctx)?;
    Ok(Html(upload_page(&ctx, &app, &page, None).await?))
}

async fn upload_page(
    ctx: &Context,
    app: &App,
    page: &Page,
    error: Option<String>,
) -> Result<Markup, Failure> {
    let locale = ctx.locale;
    let earlier = imports::list(ctx, app, page).await?;
    let all = schemes::all(ctx, app).await?;
    let choices = all.iter().map(|one| Choice::new(&*one.scheme.code, one.scheme.name.get(locale)));
    let heading = ctx.t("certs-import");
    let frame = ctx
        .frame(heading.clone())
        .crumbs([Crumb::link(ctx.t("certs-title"), "/w/certs"), Crumb::here(heading)])
        .with_errors(error.is_some());
    let form = Upload {
        action: "/w/certs/import".to_owned(),
        name: FILE.to_owned(),
        label: ctx.t("certs-import-label"),
        hint: Some(ctx.t("certs-import-hint")),
        accept: ".xlsx,.xls,.csv,.txt".to_owned(),
        button: ctx.t("imports-upload-button"),
        more: Some(Field::select("scheme", &ctx.t("cert-scheme"), choices.collect()).render(locale)),
        error,
        ..Upload::default()
    };
    let titles: Vec<&str> = COLUMNS.iter().map(|column| title(locale, column)).collect();
    let content = html! {
        (upload_form(locale, &form))
        (panel(&ctx.t("imports-columns-expected"), None, &html! {
            p { (titles.join(" · ")) }
            p.hint { (ctx.t("certs-import-columns")) }
        }))
        (panel(&ctx.t("products-import-earlier"), None, &earlier_table(locale, &earlier.items, &all)))
        (pager(locale, &Pager {
            next: earlier.next.as_deref().map(|after| format!("/w/certs/import?after={after}")),
            shown: earlier.items.len(),
            ..Pager::default()
        }))
    };
    Ok(work_page(&frame, &content))
}

fn earlier_table(locale: Locale, batches: &[Batch], all: &[Published]) -> Markup {
    let rows = batches.iter().map(|batch| {
        let (tone, text) = state_tag(locale, batch.state);
        let scheme = all.iter().find(|one| one.scheme.code == batch.scheme);
        Row::new([
            html! { a href=(format!("/w/certs/imports/{}", batch.id)) { (batch.file_name) } },
            html! { (scheme.map_or(batch.scheme.as_str(), |one| one.scheme.name.get(locale))) },
            status_tag(tone, &text),
            html! { (batch.checked.unwrap_or_default().rows) },
            html! { (batch.created_by) " " time { (batch.created_at.to_minute()) } },
        ])
    });
    let table = DataTable {
        caption: locale.t("products-import-earlier"),
        columns: vec![
            Column::text(locale.t("imports-file")),
            Column::text(locale.t("cert-scheme")),
            Column::text(locale.t("imports-state")),
            Column::number(locale.t("imports-rows")),
            Column::text(locale.t("imports-by")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&locale.t("certs-import-none"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn state_tag(locale: Locale, state: BatchState) -> (Tone, String) {
    let (tone, key) = match state {
        BatchState::Uploaded => (Tone::Info, "product-import-state-uploaded"),
        BatchState::Posting => (Tone::Info, "product-import-state-posting"),
        BatchState::Checked => (Tone::Notice, "product-import-state-checked"),
        BatchState::Failed => (Tone::Bad, "product-import-state-failed"),
        BatchState::Posted => (Tone::Good, "product-import-state-posted"),
        BatchState::Discarded => (Tone::Plain, "product-import-state-discarded"),
    };
    (tone, locale.t(key))
}

/// `POST /w/certs/import`
pub(crate) async fn upload(
    ctx: Context,
    Shared(app): Shared<App>,
    Multipart(mut form): Multipart,
) -> Result<Response, Failure> {
    // Asked before the bytes are taken.
    imports::may_import(&ctx)?;
    let mut scheme = String::new();
    while let Some(mut part) = form.next_field().await? {
        match part.name() {
            Some("scheme") => scheme = part.text().await?,
            Some(FILE) => {
                schemes::get(&ctx, &app, &scheme).await?;
                let name = part.file_name().unwrap_or_default().to_owned();
                let done = match keep(&app, &mut part).await? {
                    Ok(stored) => imports::upload(&ctx, &app, &scheme, &name, &stored).await,
                    Err(error) => Err(error),
                };
                return match done {
                    Ok(id) => Ok(Redirect::to(format!("/w/certs/imports/{id}")).into_response()),
                    Err(error) if matches!(error.kind(), Kind::TooLarge | Kind::Unavailable) => {
                        let told = Some(refusal(ctx.locale, &error));
                        let page = upload_page(&ctx, &app, &Page::default(), told).await?;
                        Ok((error.kind().status(), Html(page)).into_response())
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

/// `GET /w/certs/imports/{id}`: the page, or only its content for htmx while a job is at work.
pub(crate) async fn show(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(id): Path<Id<RegisterImport>>,
) -> Result<Html, Failure> {
    let (batch, published) = imports::get(&ctx, &app, id).await?;
    let job = imports::job_of(&ctx, &app, &batch).await;
    let issues = match batch.state {
        BatchState::Checked | BatchState::Posted => imports::issues(&ctx, &app, id, ISSUES_SHOWN).await?,
        _ => Vec::new(),
    };
    let may = ctx.actor.allows_somewhere(Permission::EditRegisters);
    let view = View { ctx: &ctx, batch: &batch, job: job.as_ref(), issues: &issues, may };
    if ctx.htmx {
        return Ok(Html(view.content()));
    }
    let (tone, state) = state_tag(ctx.locale, batch.state);
    let frame = ctx
        .frame(batch.file_name.clone())
        .crumbs([Crumb::link(ctx.t("certs-import"), "/w/certs/import"), Crumb::here(batch.file_name.clone())])
        .subtitle(html! { (published.scheme.name.get(ctx.locale)) " " (status_tag(tone, &state)) });
    Ok(Html(work_page(&frame, &view.content())))
}

struct View<'a> {
    ctx: &'a Context,
    batch: &'a Batch,
    job: Option<&'a Job>,
    issues: &'a [Issue],
    may: bool,
}

impl View<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/w/certs/imports/{}{rest}", self.batch.id)
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
                            ("count", batch.posted.changing().into()),
                        ]), &html! {
                            p { a href=(format!("/w/certs?scheme={}", batch.scheme)) { (locale.t("certs-import-see")) } }
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
        let Some(job) = self.job else { return html! { p { (locale.t("register-import-checking")) } } };
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
            updated: counts.renewed + counts.corrected,
            unchanged: counts.unchanged,
            rejected: counts.rejected,
            problems: problems.collect(),
            marked_file: (counts.rejected > 0).then(|| self.path("/marked")),
            confirm,
        };
        html! {
            (import_result(locale, &outcome))
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
        html! {
            @if counts.changing() > 0 {
                form method="post" action=(self.path("/confirm")) {
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

/// Back to the import with what was done, or with why it was not.
fn back(ctx: &Context, id: Id<RegisterImport>, outcome: Result<&str, Error>) -> Result<Redirect, Failure> {
    let home = format!("/w/certs/imports/{id}");
    match outcome {
        Ok(key) => Ok(Redirect::to(home).done(ctx.t(key))),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Unprocessable) => {
            Ok(Redirect::to(home).saying(Tone::Bad, refusal(ctx.locale, &error)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /w/certs/imports/{id}/confirm`
pub(crate) async fn confirm(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(id): Path<Id<RegisterImport>>,
) -> Result<Redirect, Failure> {
    let outcome = imports::confirm(&ctx, &app, id).await;
    back(&ctx, id, outcome.map(|()| "products-import-confirmed"))
}

/// `POST /w/certs/imports/{id}/discard`
pub(crate) async fn discard(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(id): Path<Id<RegisterImport>>,
) -> Result<Redirect, Failure> {
    let outcome = imports::discard(&ctx, &app, id).await;
    back(&ctx, id, outcome.map(|()| "products-import-discarded"))
}

/// `GET /w/certs/imports/{id}/marked`: the user's own file with what became of each row.
pub(crate) async fn marked_file(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(id): Path<Id<RegisterImport>>,
) -> Result<Response, Failure> {
    let place = Temporary::new()?;
    let format = marked::marked(&ctx, &app, id, place.path()).await?;
    place.sent(format.content_type(), &format!("register-{id}.{}", format.extension())).await
}
