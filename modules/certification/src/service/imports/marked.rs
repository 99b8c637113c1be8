//! The user's own file back, with what became of each row.

use std::collections::HashMap;

use camino::Utf8Path;
use sh_files::{
    marked::{MarkError, MarkTitles, RowOutcome, Tone, mark},
    parse::is_total_row,
    sheet::SheetRow,
    write::OutputFormat,
};
use sh_http::{App, Context, Permission};
use sh_kernel::Id;
use sh_ui::Locale;

use super::{ISSUES_MAX, stored_path, visible};
use crate::{
    Error,
    import::{
        file::{LIMITS, Layout, layout},
        issue::Issue,
    },
    model::{RegisterImport, Scheme},
    store::import as store,
};

/// Writes the user's own file with two columns added, result and reason, to `output`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], or what reading and writing meet.
pub async fn marked(
    ctx: &Context,
    app: &App,
    id: Id<RegisterImport>,
    output: &Utf8Path,
) -> Result<OutputFormat, Error> {
    let limit = u32::try_from(ISSUES_MAX).unwrap_or(u32::MAX);
    let (batch, published, issues) = app
        .db
        .read(async |tx| {
            let (batch, scheme) = visible(tx, ctx, id, Permission::ReadRegisters).await?;
            Ok::<_, Error>((batch, scheme, store::issues(tx, id, limit).await?))
        })
        .await?;
    let (path, output, locale) = (stored_path(app, &batch)?, output.to_owned(), ctx.locale);
    tokio::task::spawn_blocking(move || write(&path, &published.scheme, locale, issues, &output)).await?
}

fn write(
    path: &Utf8Path,
    scheme: &Scheme,
    locale: Locale,
    issues: Vec<Issue>,
    output: &Utf8Path,
) -> Result<OutputFormat, Error> {
    let (_, layout) = layout(path, scheme)?;
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
    let done = mark(path, &LIMITS, &[(&layout.sheet, &layout.header)], &titles, outcome, output);
    done.map_err(|error| match error {
        MarkError::Read(error) => Error::File(error.into()),
        other => sh_files::store::StoreError::Io(std::io::Error::other(other)).into(),
    })
}

fn told(locale: Locale, layout: &Layout, issues: &[Issue]) -> RowOutcome {
    let line = |issue: &Issue| {
        let (reason, fix) = issue.text(locale);
        let args = [("column", issue.column.as_str().into()), ("reason", reason.into()), ("fix", fix.into())];
        locale.with("import-mark-line", &args)
    };
    let lines: Vec<String> = issues.iter().map(line).collect();
    let index = |issue: &Issue| {
        layout.header.columns.iter().find(|column| column.title == issue.column).map(|column| column.index)
    };
    RowOutcome {
        tone: Tone::Bad,
        result: locale.t("import-mark-rejected"),
        reason: lines.join("\n"),
        bad_columns: issues.iter().filter_map(index).collect(),
    }
}
