//! Work that takes a while: upload, progress, the result of an import.

use maud::{Markup, html};

use crate::{Column, DataTable, Locale, Row, data_table, icon, island, text::grouped};

/// A form that uploads one file.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    /// Where the file is posted as `multipart/form-data`.
    pub action: String,
    /// The name of the file field.
    pub name: String,
    /// What to upload: “报送表（.xlsx、.xls、.csv）”.
    pub label: String,
    /// What the file must look like, and how large it may be.
    pub hint: Option<String>,
    /// File kinds the picker offers: `.xlsx,.xls,.csv`.
    pub accept: String,
    /// What the button says.
    pub button: String,
    /// The template to start from: what the link says and its address.
    pub template: Option<(String, String)>,
    /// Names and values sent along.
    pub hidden: Vec<(String, String)>,
    /// Further fields, above the file.
    pub more: Option<Markup>,
    /// What was wrong with the last file.
    pub error: Option<String>,
}

/// An upload with honest progress: percent of the bytes sent, with cancel and retry. Without scripts the
/// browser sends the form itself. The answer must be a redirect, or the page with its error.
pub fn upload(locale: Locale, form: &Upload) -> Markup {
    html! {
        sh-upload data-sending=(locale.t("upload-sending")) data-cancel=(locale.t("upload-cancel"))
            data-failed=(locale.t("upload-failed")) data-checking=(locale.t("upload-checking")) {
            form.upload method="post" action=(form.action) enctype="multipart/form-data" {
                @for (name, value) in &form.hidden { input type="hidden" name=(name) value=(value); }
                @if let Some(more) = &form.more { (more) }
                div.field.has-error[form.error.is_some()] {
                    label for="upload-file" { (form.label) }
                    @if let Some(hint) = &form.hint { p.hint #upload-file-hint { (hint) } }
                    @if let Some(error) = &form.error {
                        p.error #upload-file-error { (icon("alert-circle")) (error) }
                    }
                    input #upload-file type="file" name=(form.name) accept=(form.accept) required
                        aria-describedby=[form.hint.is_some().then_some("upload-file-hint")];
                }
                @if let Some((text, href)) = &form.template {
                    p { a href=(href) { (icon("file-spreadsheet")) (text) } }
                }
                div.upload-actions { button.button type="submit" { (icon("upload")) (form.button) } }
                div.upload-progress role="status" {}
            }
        }
        (island("sh-upload"))
    }
}

/// A job at work (进度), as its row in the database tells it.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// What is being done: “正在校验”.
    pub label: String,
    /// Rows, pages or parts done.
    pub done: u64,
    /// All of them; 0 while nobody knows.
    pub total: u64,
    /// What else is known: “约剩 20 秒”.
    pub note: Option<String>,
    /// Where the same fragment is fetched again; `None` once the job is finished, and the polling ends.
    pub poll: Option<String>,
    /// Stands below: cancel, or where to go on.
    pub action: Option<Markup>,
}

/// The progress of a job. Fetches itself again every second until it comes without `poll`. Pages without
/// scripts show a link that does the same.
pub fn progress(locale: Locale, job: &Progress) -> Markup {
    let share = job.done.min(job.total).saturating_mul(100).checked_div(job.total);
    let count = if job.total == 0 {
        grouped(i64::try_from(job.done).unwrap_or(i64::MAX))
    } else {
        locale.with("progress-count", &[("done", job.done.into()), ("total", job.total.into())])
    };
    html! {
        div.progress hx-get=[job.poll.as_ref()] hx-trigger=[job.poll.as_ref().map(|_| "every 1s")]
            hx-swap=[job.poll.as_ref().map(|_| "outerHTML")] {
            p.progress-text {
                span { (job.label) }
                span.progress-count {
                    (count)
                    @if let Some(note) = &job.note { " · " (note) }
                }
            }
            progress aria-label=(job.label) max=[share.map(|_| 100)] value=[share] {
                @if let Some(share) = share { (share) "%" }
            }
            @if let Some(href) = &job.poll {
                noscript { a href=(href) { (locale.t("progress-refresh")) } }
            }
            @if let Some(action) = &job.action { div.progress-action { (action) } }
        }
    }
}

/// One cell of an imported file that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportProblem {
    /// Row as the spreadsheet numbers it.
    pub row: u64,
    /// The column's heading.
    pub column: String,
    /// What stands in the cell.
    pub value: String,
    /// Why it was not accepted.
    pub reason: String,
    /// What to enter instead.
    pub fix: String,
}

/// What an import would do, or did.
#[derive(Debug, Clone, Default)]
pub struct ImportOutcome {
    /// Rows in the file.
    pub total: u64,
    /// New things.
    pub created: u64,
    /// Changed things.
    pub updated: u64,
    /// Rows that say what is already known.
    pub unchanged: u64,
    /// Rows with a problem.
    pub rejected: u64,
    /// The first problems.
    pub problems: Vec<ImportProblem>,
    /// The user's own file with result and reason added to each row.
    pub marked_file: Option<String>,
    /// Nothing is posted until this form is sent.
    pub confirm: Option<Markup>,
}

/// The result of an import: how many rows do what, which cells to mend and how, and the file to mend them in.
pub fn import_result(locale: Locale, outcome: &ImportOutcome) -> Markup {
    let count = |key: &str, number: u64| (locale.t(key), number);
    let counts = [
        count("import-total", outcome.total),
        count("import-created", outcome.created),
        count("import-updated", outcome.updated),
        count("import-unchanged", outcome.unchanged),
    ];
    html! {
        div.import role="group" aria-label=(locale.t("import-result")) {
            p.import-headline {
                @if outcome.rejected == 0 { (icon("circle-check")) (locale.t("import-clean")) }
                @else {
                    (icon("alert-triangle"))
                    (locale.with("import-problems", &[("rejected", outcome.rejected.into()), ("total",
                        outcome.total.into())]))
                }
            }
            dl.counts {
                @for (label, number) in counts {
                    div { dt { (label) } dd { (grouped(i64::try_from(number).unwrap_or(i64::MAX))) } }
                }
                div.is-bad[outcome.rejected > 0] {
                    dt { (locale.t("import-rejected")) }
                    dd { (grouped(i64::try_from(outcome.rejected).unwrap_or(i64::MAX))) }
                }
            }
            @if !outcome.problems.is_empty() { (problem_table(locale, &outcome.problems)) }
            div.import-actions {
                @if let Some(form) = &outcome.confirm { (form) }
                @if let Some(href) = &outcome.marked_file {
                    a.button.is-secondary href=(href) { (icon("download")) (locale.t("import-marked-file")) }
                }
            }
        }
    }
}

fn problem_table(locale: Locale, problems: &[ImportProblem]) -> Markup {
    let rows = problems.iter().map(|problem| {
        Row::new([
            html! { (problem.row) },
            html! { (problem.column) },
            html! { span.cell-value { (problem.value) } },
            html! { (problem.reason) },
            html! { (problem.fix) },
        ])
    });
    let table = DataTable {
        caption: locale.t("import-problem-table"),
        columns: vec![
            Column::number(locale.t("import-row")),
            Column::text(locale.t("import-column")),
            Column::text(locale.t("import-value")),
            Column::text(locale.t("import-reason")),
            Column::text(locale.t("import-fix")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}
