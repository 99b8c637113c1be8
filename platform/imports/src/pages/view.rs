//! What the pages of a table show.

use maud::{Markup, html};
use sh_http::{AppError, Context, Listing};
use sh_jobs::{Job, progress_fragment};
use sh_ui::{
    Column, Crumb, DataTable, ImportOutcome, ImportProblem, Locale, Row, Tone, Upload, banner, button,
    button_danger, data_table, empty, facts, import_result, pager, panel, status_tag, upload as upload_form,
    work_page,
};

use super::{FILE, ISSUES_SHOWN};
use crate::{
    Error,
    model::{Counts, Import, Issue, State},
    service::title,
    table::{Owner, Table},
};

/// A text of a table.
fn of(locale: Locale, table: &dyn Table, word: &str) -> String {
    locale.t(&format!("table-{}-{word}", table.code()))
}

/// The address of the upload page for an owner.
fn home(table: &dyn Table, owner: &Owner) -> String {
    if owner.organisation.is_some() {
        format!("{}?shop={}", table.home(), owner.id)
    } else {
        table.home().to_owned()
    }
}

pub(super) fn upload_page(
    ctx: &Context,
    table: &dyn Table,
    owner: &Owner,
    earlier: &Listing<Import>,
    error: Option<String>,
) -> Markup {
    let locale = ctx.locale;
    let name = of(locale, table, "title");
    let (parent, href) = table.parent();
    let frame = ctx
        .frame(name.clone())
        .crumbs([Crumb::link(ctx.t(parent), href), Crumb::here(name)])
        .subtitle(html! { (owner.name) })
        .with_errors(error.is_some());
    let shop = owner.organisation.is_some();
    let own = if shop { format!("?shop={}", owner.id) } else { String::new() };
    let form = Upload {
        action: table.home().to_owned(),
        name: FILE.to_owned(),
        label: of(locale, table, "label"),
        hint: Some(of(locale, table, "hint")),
        accept: ".xlsx,.xls,.csv,.txt".to_owned(),
        button: ctx.t("imports-upload-button"),
        template: Some((ctx.t("table-template"), format!("{}/template{own}", table.home()))),
        hidden: if shop { vec![("shop".to_owned(), owner.id.to_string())] } else { Vec::new() },
        more: None,
        error,
    };
    let titles = table.columns().iter().map(|column| title(locale, column));
    let joined = if own.is_empty() { "?" } else { "&" };
    let content = html! {
        (upload_form(locale, &form))
        (panel(&ctx.t("imports-columns-expected"), None, &html! {
            p { (titles.collect::<Vec<_>>().join(" · ")) }
            p.hint { (of(locale, table, "columns-hint")) }
        }))
        @if !earlier.items.is_empty() {
            (panel(&ctx.t("table-earlier"), None, &earlier_table(locale, table, &earlier.items)))
            (pager(locale, &sh_ui::Pager {
                next: earlier.next.as_deref().map(|after| format!("{}{own}{joined}after={after}", table.home())),
                shown: earlier.items.len(),
                ..sh_ui::Pager::default()
            }))
        }
    };
    work_page(&frame, &content)
}

fn earlier_table(locale: Locale, table: &dyn Table, imports: &[Import]) -> Markup {
    let rows = imports.iter().map(|import| {
        let (tone, text) = state_tag(locale, import.state);
        Row::new([
            html! { a href=(format!("{}/{}", table.home(), import.id)) { (import.file_name) } },
            status_tag(tone, &text),
            html! { (import.checked.as_ref().map_or(0, |counts| counts.rows)) },
            html! { (import.created_by) " " time { (import.created_at.to_minute()) } },
        ])
    });
    let table = DataTable {
        caption: locale.t("table-earlier"),
        columns: vec![
            Column::text(locale.t("imports-file")),
            Column::text(locale.t("imports-state")),
            Column::number(locale.t("imports-rows")),
            Column::text(locale.t("imports-by")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&locale.t("table-none"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn state_tag(locale: Locale, state: State) -> (Tone, String) {
    let tone = match state {
        State::Uploaded | State::Posting => Tone::Info,
        State::Checked => Tone::Notice,
        State::Failed => Tone::Bad,
        State::Posted => Tone::Good,
        State::Discarded => Tone::Plain,
    };
    (tone, locale.t(&format!("table-state-{}", state.word())))
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

/// An import as its page shows it.
pub(super) struct Shown<'a> {
    pub(super) ctx: &'a Context,
    pub(super) table: &'a dyn Table,
    pub(super) import: &'a Import,
    pub(super) job: Option<&'a Job>,
    pub(super) issues: &'a [Issue],
    pub(super) may: bool,
}

impl Shown<'_> {
    fn path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", self.table.home(), self.import.id)
    }

    pub(super) fn page(&self) -> Markup {
        let (tone, state) = state_tag(self.ctx.locale, self.import.state);
        let name = self.import.file_name.clone();
        let home = home(self.table, &self.import.owner);
        let frame = self
            .ctx
            .frame(name.clone())
            .crumbs([Crumb::link(of(self.ctx.locale, self.table, "title"), &home), Crumb::here(name)])
            .subtitle(html! { (self.import.owner.name) " " (status_tag(tone, &state)) });
        work_page(&frame, &self.content())
    }

    pub(super) fn content(&self) -> Markup {
        let locale = self.ctx.locale;
        let import = self.import;
        html! {
            div.flow #import-content {
                @match import.state {
                    State::Uploaded | State::Posting => { (self.working()) }
                    State::Failed => { (self.failed()) }
                    State::Checked => {
                        @if let Some(counts) = &import.checked { (self.outcome(counts, Some(self.confirm(counts)))) }
                    }
                    State::Posted => {
                        (banner(Tone::Good, &locale.with("table-done", &[
                            ("count", import.posted.changing().into()),
                        ]), &html! {
                            p { a href=(self.table.parent().1) { (of(locale, self.table, "see")) } }
                        }))
                        (self.outcome(&import.posted, None))
                    }
                    State::Discarded => {}
                }
                (panel(&locale.t("import-facts"), None, &facts(&[
                    (locale.t("imports-by"), html! { (import.created_by) " " (import.created_at.to_minute()) }),
                    (locale.t("import-hash"), html! { code { (import.file_hash) } }),
                ])))
            }
        }
    }

    fn working(&self) -> Markup {
        let locale = self.ctx.locale;
        let Some(job) = self.job else { return html! { p { (locale.t("table-checking")) } } };
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
            @if self.may && self.import.state == State::Posting {
                form method="post" action=(self.path("/confirm")) { (button(&locale.t("table-go-on"))) }
            }
            @if self.may && self.import.state == State::Uploaded { (self.discard()) }
        }
    }

    fn failed(&self) -> Markup {
        let Some(kept) = &self.import.problem else { return html! {} };
        let (reason, advice) = problem(self.ctx.locale, &kept.code, &kept.args);
        html! {
            (banner(Tone::Bad, &reason, &html! { p { (advice) } }))
            @if self.may { (self.discard()) }
        }
    }

    fn outcome(&self, counts: &Counts, confirm: Option<Markup>) -> Markup {
        let locale = self.ctx.locale;
        let outcome = ImportOutcome {
            total: counts.rows,
            created: counts.created,
            updated: counts.updated,
            unchanged: counts.unchanged,
            rejected: counts.rejected,
            problems: self.told(false),
            marked_file: (!self.issues.is_empty()).then(|| self.path("/marked")),
            confirm,
        };
        let classes = counts.classes.iter().map(|(word, count)| {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            (of(locale, self.table, word), html! { (sh_ui::grouped(count)) })
        });
        let classes: Vec<(String, Markup)> = classes.collect();
        let notices = self.told(true);
        html! {
            (import_result(locale, &outcome))
            @if !classes.is_empty() { (panel(&locale.t("table-classes"), None, &facts(&classes))) }
            @if !notices.is_empty() { (panel(&locale.t("table-notices"), None, &notice_table(locale, &notices))) }
            @if self.issues.len() >= ISSUES_SHOWN as usize {
                p.hint { (locale.with("import-issues-shown", &[("count", self.issues.len().into())])) }
            }
        }
    }

    /// What is to be known of rows that are taken, or of those that are not.
    fn told(&self, notice: bool) -> Vec<ImportProblem> {
        let issues = self.issues.iter().filter(|issue| issue.notice == notice);
        let told = issues.map(|issue| {
            let (reason, fix) = issue.text(self.ctx.locale);
            ImportProblem {
                row: u64::from(issue.row),
                column: issue.column.clone(),
                value: issue.value.clone(),
                reason,
                fix,
            }
        });
        told.collect()
    }

    fn confirm(&self, counts: &Counts) -> Markup {
        let locale = self.ctx.locale;
        if !self.may {
            return html! {};
        }
        let count = [("count", counts.changing().into())];
        html! {
            @if counts.changing() > 0 {
                form method="post" action=(self.path("/confirm")) {
                    (button(&locale.with(&format!("table-{}-confirm", self.table.code()), &count)))
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

fn notice_table(locale: Locale, notices: &[ImportProblem]) -> Markup {
    let rows = notices.iter().map(|notice| {
        Row::new([
            html! { (notice.row) },
            html! { span.cell-value { (notice.value) } },
            html! { (notice.reason) " " (notice.fix) },
        ])
    });
    let table = DataTable {
        caption: locale.t("table-notices"),
        columns: vec![
            Column::number(locale.t("import-row")),
            Column::text(locale.t("import-value")),
            Column::text(locale.t("table-notice")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}
