//! Files out: the user's own with what became of each row, and the empty table to fill in.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};
use sh_files::{
    marked::{MarkTitles, RowOutcome, Tone, mark},
    parse::is_total_row,
    sheet::{SheetRow, TemplateTag},
    write::{OutputFormat, TemplateField, template},
};
use sh_http::{App, Context};
use sh_kernel::Id;
use sh_ui::Locale;

use super::{ISSUES_MAX, find, stored_path};
use crate::{
    Error,
    file::{LIMITS, Layout, layout},
    model::{Issue, TableImport},
    store,
    table::{Column, Table},
};

/// The version that templates carry.
const TEMPLATE_VERSION: &str = "2020-12";

/// Writes the user's own file with two columns added, result and reason, to `output`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], or what reading and writing meet.
pub async fn marked(
    ctx: &Context,
    app: &App,
    (table, id): (&dyn Table, Id<TableImport>),
    output: &Utf8Path,
) -> Result<OutputFormat, Error> {
    let limit = u32::try_from(ISSUES_MAX).unwrap_or(u32::MAX);
    let (import, issues) = app
        .db
        .read(async |tx| {
            let import = find(tx, ctx, table, id).await?;
            Ok::<_, Error>((import, store::issues(tx, id, limit).await?))
        })
        .await?;
    let (path, output, locale) = (stored_path(app, &import)?, output.to_owned(), ctx.locale);
    let columns = table.columns();
    tokio::task::spawn_blocking(move || write(&path, columns, locale, issues, &output)).await?
}

fn write(
    path: &Utf8Path,
    columns: &[Column],
    locale: Locale,
    issues: Vec<Issue>,
    output: &Utf8PathBuf,
) -> Result<OutputFormat, Error> {
    let (_, layout) = layout(path, columns)?;
    let mut rows: HashMap<u32, Vec<Issue>> = HashMap::new();
    for issue in issues {
        rows.entry(issue.row).or_default().push(issue);
    }
    let titles =
        MarkTitles { result: locale.t("import-mark-result"), reason: locale.t("import-mark-reason") };
    let outcome = |_: usize, row: &SheetRow| {
        if layout.header.is_header_repeat(row) || is_total_row(&row.cells).is_some() {
            return None;
        }
        let issues = rows.get(&row.number).map_or(&[][..], Vec::as_slice);
        Some(told(locale, &layout, issues))
    };
    Ok(mark(path, &LIMITS, &[(&layout.sheet, &layout.header)], &titles, outcome, output)?)
}

fn told(locale: Locale, layout: &Layout, issues: &[Issue]) -> RowOutcome {
    let lines: Vec<String> = issues
        .iter()
        .map(|issue| {
            let (reason, fix) = issue.text(locale);
            if issue.column.is_empty() {
                return format!("{reason} {fix}").trim_end().to_owned();
            }
            let column = issue.column.as_str();
            let args = [("column", column.into()), ("reason", reason.into()), ("fix", fix.into())];
            locale.with("import-mark-line", &args)
        })
        .collect();
    let index = |issue: &Issue| {
        layout.header.columns.iter().find(|column| column.title == issue.column).map(|column| column.index)
    };
    let bad = issues.iter().any(|issue| !issue.notice);
    let (tone, result) = match (bad, issues.is_empty()) {
        (true, _) => (Tone::Bad, "import-mark-rejected"),
        (false, true) => (Tone::Good, "import-mark-good"),
        (false, false) => (Tone::Notice, "table-mark-notice"),
    };
    RowOutcome {
        tone,
        result: locale.t(result),
        reason: lines.join("\n"),
        bad_columns: issues.iter().filter(|issue| !issue.notice).filter_map(index).collect(),
    }
}

/// The title that is written.
pub(crate) fn title(locale: Locale, column: &Column) -> &'static str {
    let at = match locale {
        Locale::Zh => 0,
        Locale::En => 1,
    };
    column.titles.get(at).copied().unwrap_or_default()
}

/// Writes the empty table to fill in to `output`.
///
/// # Errors
/// The disk.
pub async fn blank(ctx: &Context, table: &dyn Table, output: &Utf8Path) -> Result<(), Error> {
    let (locale, output, columns, code) = (ctx.locale, output.to_owned(), table.columns(), table.code());
    let work = tokio::task::spawn_blocking(move || {
        let fields: Vec<TemplateField> = columns
            .iter()
            .map(|column| TemplateField {
                title: title(locale, column).to_owned(),
                required: column.required,
                kind: column.kind,
                note: String::new(),
                choices: Vec::new(),
                width: sh_files::write::Column::new(title(locale, column), column.kind).width,
            })
            .collect();
        let tag = TemplateTag { name: code.to_owned(), version: TEMPLATE_VERSION.to_owned() };
        template(&output, &tag, &locale.t(&format!("table-{code}-title")), &fields, &[])
    });
    Ok(work.await??)
}
