//! The user's own file back, with what became of each row.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};
use sh_files::{
    marked::{MarkError, MarkTitles, RowOutcome, Tone, mark},
    parse::is_total_row,
    sheet::SheetRow,
    write::OutputFormat,
};
use sh_http::{App, Context, Permission};
use sh_kernel::Id;
use sh_ui::Locale;

use super::{ISSUES_MAX, find, stored_path};
use crate::{
    Error,
    import::{
        batch::ProductImport,
        file::{LIMITS, Layout, layout},
        issue::Issue,
    },
    store::import as store,
};

/// Writes the user's own file with two columns added, result and reason, to `output`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], or what reading and writing meet.
pub async fn marked(
    ctx: &Context,
    app: &App,
    id: Id<ProductImport>,
    output: &Utf8Path,
) -> Result<OutputFormat, Error> {
    let limit = u32::try_from(ISSUES_MAX).unwrap_or(u32::MAX);
    let (batch, issues) = app
        .db
        .read(async |tx| {
            let (batch, _) = find(tx, ctx, id, Permission::ReadListings).await?;
            Ok::<_, Error>((batch, store::issues(tx, id, limit).await?))
        })
        .await?;
    let (path, output, locale) = (stored_path(app, &batch)?, output.to_owned(), ctx.locale);
    tokio::task::spawn_blocking(move || write(&path, locale, issues, &output)).await?
}

fn write(
    path: &Utf8Path,
    locale: Locale,
    issues: Vec<Issue>,
    output: &Utf8PathBuf,
) -> Result<OutputFormat, Error> {
    let (_, layout) = layout(path)?;
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
        Some(rows.get(&row.number).map_or_else(
            || RowOutcome {
                tone: Tone::Good,
                result: locale.t("import-mark-good"),
                reason: String::new(),
                bad_columns: Vec::new(),
            },
            |issues| told(locale, &layout, issues),
        ))
    };
    mark(path, &LIMITS, &[(&layout.sheet, &layout.header)], &titles, outcome, output).map_err(|error| {
        match error {
            MarkError::Read(error) => Error::File(error.into()),
            other => sh_files::store::StoreError::Io(std::io::Error::other(other)).into(),
        }
    })
}

fn told(locale: Locale, layout: &Layout, issues: &[Issue]) -> RowOutcome {
    let lines: Vec<String> = issues
        .iter()
        .map(|issue| {
            let (reason, fix) = issue.text(locale);
            if issue.column.is_empty() {
                return format!("{reason} {fix}");
            }
            let column = issue.column.as_str();
            let args = [("column", column.into()), ("reason", reason.into()), ("fix", fix.into())];
            locale.with("import-mark-line", &args)
        })
        .collect();
    let index = |issue: &Issue| {
        layout.columns.iter().find(|column| column.title == issue.column).map(|column| column.index)
    };
    RowOutcome {
        tone: Tone::Bad,
        result: locale.t("import-mark-rejected"),
        reason: lines.join("\n"),
        bad_columns: issues.iter().filter_map(index).collect(),
    }
}
