//! `GET /w/imports/{id}`: one import in each of its states.

use axum::extract::State;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Path, Permission};
use sh_jobs::{Job, progress_fragment};
use sh_kernel::{Id, Instant};
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Locale, Row, Tone, banner, button, button_danger,
    button_secondary, check_boxes, data_table, facts, money, panel, stat, status_tag, work_page,
};

use super::{review, shown, state_text, state_tone};
use crate::{
    import::{
        batch::{Batch, BatchState, Source},
        issue::Issue,
        tally::Summary,
    },
    model::ImportBatch,
    pages::{row_text, source_name},
    service::{
        check::problem_text,
        imports::{self, Became},
    },
};

/// Issues listed on the page.
pub(super) const ISSUES_SHOWN: u32 = 200;

/// What the page shows.
pub(super) struct View {
    pub(super) batch: Batch,
    pub(super) source: Source,
    pub(super) job: Option<Job>,
    pub(super) issues: Vec<Issue>,
    pub(super) became: Option<Became>,
    pub(super) may_import: bool,
    pub(super) may_confirm: bool,
    pub(super) may_withdraw: bool,
    pub(super) now: Instant,
}

impl View {
    fn path(&self, rest: &str) -> String {
        format!("/w/imports/{}{rest}", self.batch.id)
    }
}

/// `GET /w/imports/{id}`: the page, or only its content for htmx while a job is at work.
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
) -> Result<Html, Failure> {
    let view = view(&ctx, &app, id).await?;
    let content = content(ctx.locale, &view);
    if ctx.htmx {
        return Ok(Html(content));
    }
    let title = view.batch.file_name.clone();
    let state = status_tag(state_tone(view.batch.state), &state_text(ctx.locale, view.batch.state));
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("imports-title"), "/w/imports"), Crumb::here(title)])
        .subtitle(html! { (source_name(ctx.locale, &view.source.code, &view.source.name)) " " (state) });
    Ok(Html(work_page(&frame, &content)))
}

/// Everything that the page shows, read by the use cases.
pub(super) async fn view(ctx: &Context, app: &App, id: Id<ImportBatch>) -> Result<View, Failure> {
    let (batch, source) = imports::get(ctx, app, id).await?;
    let job = imports::job_of(ctx, app, &batch).await?;
    let looked_at = matches!(
        batch.state,
        BatchState::Checked | BatchState::Stopped | BatchState::Posted | BatchState::Withdrawn
    );
    let issues =
        if looked_at { imports::issues(ctx, app, id, None, ISSUES_SHOWN).await? } else { Vec::new() };
    let posted = matches!(batch.state, BatchState::Posted | BatchState::Stopped);
    let became = if posted { Some(imports::became(ctx, app, id).await?) } else { None };
    let scopes = source.scopes();
    let may = |permission| ctx.require_any(permission, &scopes).is_ok();
    Ok(View {
        may_import: may(Permission::ImportClaims),
        may_confirm: may(Permission::ConfirmImport),
        may_withdraw: may(Permission::WithdrawImport) && source.code != crate::own::SOURCE,
        now: ctx.now(),
        batch,
        source,
        job,
        issues,
        became,
    })
}

fn content(locale: Locale, view: &View) -> Markup {
    let batch = &view.batch;
    html! {
        div.flow #import-content {
            @match batch.state {
                BatchState::Uploaded | BatchState::Checking | BatchState::Withdrawing => { (working(locale, view)) }
                BatchState::Posting => { (working(locale, view)) (posting_actions(locale, view)) }
                BatchState::Failed => { (failed(locale, view)) }
                BatchState::Checked => { (checked(locale, view)) }
                BatchState::Stopped => { (stopped(locale, view)) (checked(locale, view)) }
                BatchState::Posted => { (posted(locale, view)) }
                BatchState::Withdrawn | BatchState::Discarded => {}
            }
            (panel(&locale.t("import-facts"), None, &batch_facts(locale, view)))
            @if view.may_withdraw && matches!(batch.state, BatchState::Posted | BatchState::Stopped) {
                (withdraw_form(locale, view))
            }
        }
    }
}

/// A job at work. The whole content is fetched again each second, so that the next state appears by itself.
fn working(locale: Locale, view: &View) -> Markup {
    let Some(job) = view.job.as_ref() else { return html! {} };
    if job.state.is_finished() {
        return broken_off(locale, view, job);
    }
    let fragment = progress_fragment(locale, job, view.now, &format!("/w/jobs/{}", job.id));
    html! {
        div hx-get=(view.path("")) hx-trigger="every 1s" hx-target="#import-content" hx-swap="outerHTML" {
            (panel(&locale.t("import-progress"), None, &html! {
                (fragment)
                p.hint { (locale.t("import-close-page")) }
            }))
        }
    }
}

/// The job was given up while the batch still waits for it. The job's page says why and starts it again.
fn broken_off(locale: Locale, view: &View, job: &Job) -> Markup {
    let heading = match view.batch.state {
        BatchState::Posting => locale.with("import-interrupted", &[("count", view.batch.rows_posted.into())]),
        _ => locale.t("import-broken-off"),
    };
    let content = html! {
        (progress_fragment(locale, job, view.now, ""))
        p { a href=(format!("/w/jobs/{}", job.id)) { (locale.t("import-see-job")) } }
    };
    html! {
        (banner(Tone::Notice, &heading, &content))
        @if view.may_import && matches!(view.batch.state, BatchState::Uploaded | BatchState::Checking) {
            (discard_form(locale, view))
        }
    }
}

fn posting_actions(locale: Locale, view: &View) -> Markup {
    let broken_off = view.job.as_ref().is_none_or(|job| job.state.is_finished());
    html! {
        @if view.may_confirm && broken_off {
            form method="post" action=(view.path("/confirm")) { (button(&locale.t("import-go-on"))) }
        }
        @if view.may_confirm {
            form method="post" action=(view.path("/stop")) {
                (button_secondary(&locale.t("import-stop"), "action", "stop"))
            }
        }
    }
}

fn failed(locale: Locale, view: &View) -> Markup {
    let Some(problem) = &view.batch.problem else { return html! {} };
    let (reason, advice) = problem_text(locale, problem);
    html! {
        (banner(Tone::Bad, &reason, &html! { p { (advice) } }))
        @if view.may_import && problem.is_mendable() {
            (review::layout_editor(locale, view, &problem.columns, &problem.sheets))
        }
        @if view.may_import { (discard_form(locale, view)) }
    }
}

fn checked(locale: Locale, view: &View) -> Markup {
    let Some(summary) = &view.batch.summary else { return html! {} };
    html! {
        (panel(&locale.t("import-outcome"), None, &counts(locale, summary)))
        @if !summary.totals.is_empty() {
            (panel(&locale.t("import-totals"), None, &totals(locale, summary)))
        }
        @if !view.issues.is_empty() {
            (panel(&locale.t("import-issues"), None, &review::issues(locale, view, summary)))
        }
        @if view.may_import && view.batch.state == BatchState::Checked {
            (review::places_editor(locale, view))
        }
        @if !summary.samples.is_empty() {
            (panel(&locale.with("import-preview", &[("count", summary.samples.len().into())]), None,
                &review::samples(locale, summary)))
        }
        @if view.may_confirm { (confirm_form(locale, view, summary)) }
        @if view.may_import && view.batch.state == BatchState::Checked {
            (review::layout_editor(locale, view, &summary.columns, &summary.sheets))
            (discard_form(locale, view))
        }
    }
}

fn counts(locale: Locale, summary: &Summary) -> Markup {
    let unit = locale.t("import-rows-unit");
    let number = |key: &str, count: u64| stat(&locale.t(key), &shown(count), &unit, None);
    html! {
        div.stats {
            (number("import-rows-total", summary.rows_total))
            (number("import-rows-good", summary.rows_good))
            (number("import-rows-bad", summary.rows_bad))
            (number("import-rows-skipped", summary.rows_skipped))
        }
        (facts(&[
            (locale.t("imports-amount"), money(locale, summary.amount_good)),
            (locale.t("import-returned"), money(locale, summary.amount_returned)),
            (locale.t("imports-days"), html! {
                @if let Some((first, last)) = summary.day_first.zip(summary.day_last) { (first) "～" (last) }
            }),
            (locale.t("import-sheet"), html! {
                @if summary.sheets.read.is_empty() { "--" } @else { (summary.sheets.names()) }
            }),
        ]))
    }
}

fn totals(locale: Locale, summary: &Summary) -> Markup {
    let rows = summary.totals.iter().map(|total| {
        let (sheet, row) = summary.sheets.place(total.row);
        let (tone, word) =
            if total.agrees { (Tone::Good, "import-total-agrees") } else { (Tone::Bad, "import-total-not") };
        Row::new([
            html! { (row_text(locale, sheet, row)) },
            html! { (total.stated.to_grouped()) },
            html! { (total.computed.to_grouped()) },
            status_tag(tone, &locale.t(word)),
        ])
    });
    let table = DataTable {
        caption: locale.t("import-totals"),
        columns: vec![
            Column::text(locale.t("import-preview-row")),
            Column::amount(locale.t("import-total-stated"), locale.t("unit-yuan")),
            Column::amount(locale.t("import-total-computed"), locale.t("unit-yuan")),
            Column::text(locale.t("imports-state")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn confirm_form(locale: Locale, view: &View, summary: &Summary) -> Markup {
    if summary.rows_good == 0 {
        return html! {};
    }
    let text = if summary.rows_bad == 0 {
        locale.with("import-confirm-all", &[("count", summary.rows_good.into())])
    } else {
        let counts = [("count", summary.rows_good.into()), ("bad", summary.rows_bad.into())];
        locale.with("import-confirm-good", &counts)
    };
    html! {
        form method="post" action=(view.path("/confirm")) {
            @if summary.rows_bad > 0 { input type="hidden" name="good_only" value="yes"; }
            @if summary.doubtful {
                @let said = [Choice::new("yes", locale.t("import-confirm-doubtful"))];
                (check_boxes(locale, "doubtful_too", &locale.t("import-totals"), &said, &[], None))
            }
            (button(&text))
        }
    }
}

fn stopped(locale: Locale, view: &View) -> Markup {
    let text = locale.with("import-stopped", &[("count", view.batch.rows_posted.into())]);
    banner(Tone::Notice, &text, &html! {})
}

fn posted(locale: Locale, view: &View) -> Markup {
    let Some(became) = view.became else { return html! {} };
    let unit = locale.t("import-rows-unit");
    let number = |key: &str, count: u64| stat(&locale.t(key), &shown(count), &unit, None);
    let content = html! {
        div.stats {
            (number("import-became-leading", became.leading))
            (number("import-became-tied", became.tied))
            (number("import-became-repeated", became.repeated))
            (number("import-became-waiting", became.waiting))
        }
        @if became.waiting > 0 { p { a href="/w/matches" { (locale.t("import-became-queue")) } } }
    };
    html! {
        (panel(&locale.t("import-became"), None, &content))
        @if let Some(summary) = &view.batch.summary {
            (panel(&locale.t("import-outcome"), None, &counts(locale, summary)))
            @if !view.issues.is_empty() {
                (panel(&locale.t("import-issues"), None, &review::issues(locale, view, summary)))
            }
        }
    }
}

fn batch_facts(locale: Locale, view: &View) -> Markup {
    let batch = &view.batch;
    let profile = match &batch.profile {
        None => locale.t("import-profile-none"),
        Some((name, version)) => locale.with(
            "import-profile-version",
            &[("name", name.as_str().into()), ("version", version.to_string().into())],
        ),
    };
    let mut rows = vec![
        (locale.t("imports-file"), html! { (batch.file_name) }),
        (locale.t("imports-source"), html! { (source_name(locale, &view.source.code, &view.source.name)) }),
        (locale.t("import-size"), html! { (shown(batch.file_size.div_ceil(1024))) " KiB" }),
        (locale.t("import-hash"), html! { code { (batch.file_hash) } }),
        (locale.t("import-profile"), html! { (profile) }),
        (locale.t("imports-by"), html! { (batch.created_by) " " (batch.created_at.to_minute()) }),
    ];
    let person = |by: &Option<String>, at: Option<Instant>| {
        by.as_ref().map(|by| html! { (by) @if let Some(at) = at { " " (at.to_minute()) } })
    };
    let later = [
        ("import-confirmed-by", person(&batch.confirmed_by, batch.confirmed_at)),
        ("import-posted-at", batch.posted_at.map(|at| html! { (at.to_minute()) })),
        ("import-withdrawn-by", person(&batch.withdrawn_by, batch.withdrawn_at)),
        ("import-withdraw-reason", batch.withdraw_reason.as_ref().map(|reason| html! { (reason) })),
    ];
    rows.extend(later.into_iter().filter_map(|(key, value)| Some((locale.t(key), value?))));
    facts(&rows)
}

fn discard_form(locale: Locale, view: &View) -> Markup {
    html! {
        form method="post" action=(view.path("/discard")) {
            (button_danger(&locale.t("import-discard"), "action", "discard"))
        }
    }
}

fn withdraw_form(locale: Locale, view: &View) -> Markup {
    let reason = Field::area("reason", &locale.t("import-withdraw-why"), 2)
        .hint(locale.t("import-withdraw-hint"))
        .required()
        .render(locale);
    panel(
        &locale.t("import-withdraw"),
        None,
        &html! {
            form method="post" action=(view.path("/withdraw")) {
                (reason)
                (button_danger(&locale.t("import-withdraw"), "action", "withdraw"))
            }
        },
    )
}
