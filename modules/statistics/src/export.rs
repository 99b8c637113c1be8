//! Files of one table of a figure: CSV, XLSX, JSON. They hold what the page holds and hide what it hides.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use camino::Utf8PathBuf;
use sh_files::write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, Value, WriteError};
use sh_http::{App, AppError, Failure, Json, Kind};
use sh_trade::axes::Axis;
use sh_ui::Locale;

use crate::{
    api::figures::FigureBody,
    definition::Definition,
    public::{
        breakdown::{Breakdown, Total},
        load::Freshness,
        names::Names,
        narrow::{self, Point},
    },
    word,
};

/// The kinds of files, by the ending of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Csv,
    Xlsx,
    Json,
    /// The text that a hash is taken over; of releases only.
    Txt,
}

impl Ending {
    /// Splits an address such as `gd-3y.csv` into code and ending.
    pub(crate) fn of(figure: &str) -> (&str, Option<Self>) {
        let endings =
            [(".csv", Self::Csv), (".xlsx", Self::Xlsx), (".json", Self::Json), (".txt", Self::Txt)];
        endings
            .into_iter()
            .find_map(|(text, ending)| Some((figure.strip_suffix(text)?, Some(ending))))
            .unwrap_or((figure, None))
    }

    /// The format of a table; `None` for what is not one.
    pub(crate) const fn format(self) -> Option<OutputFormat> {
        match self {
            Self::Csv => Some(OutputFormat::CsvUtf8),
            Self::Xlsx => Some(OutputFormat::Xlsx),
            Self::Json | Self::Txt => None,
        }
    }
}

/// A table to be written.
pub(crate) struct Sheet<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) fresh: &'a Freshness,
    pub(crate) names: &'a Names,
    pub(crate) points: &'a [Point],
    pub(crate) split: &'a Breakdown,
}

/// A file could not be made.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("the file cannot be read back: {0}")]
    Read(#[from] std::io::Error),
    #[error("the file was not finished: {0}")]
    Stopped(#[from] tokio::task::JoinError),
    #[error("the temporary folder has a name that is not text")]
    Folder,
}

impl AppError for ExportError {
    fn kind(&self) -> Kind {
        Kind::Internal
    }
    fn code(&self) -> &'static str {
        "internal"
    }
}

/// A row of a file.
pub(crate) type FileRow = Vec<Value<'static>>;

/// A table as a file to be saved.
///
/// # Errors
/// If the disk fails.
pub(crate) async fn file(
    format: OutputFormat,
    name: &str,
    spec: TableSpec,
    rows: Vec<FileRow>,
) -> Result<Response, Failure> {
    let written = tokio::task::spawn_blocking(move || write(format, spec, &rows)).await;
    let bytes = written.map_err(ExportError::from)??;
    let kind = HeaderValue::from_static(format.content_type());
    let response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    Ok(named(response, &format!("{name}.{}", format.extension())))
}

/// The table of a page as an answer to be saved.
///
/// # Errors
/// If the disk fails.
pub(crate) async fn answer(
    app: &App,
    locale: Locale,
    ending: Ending,
    sheet: &Sheet<'_>,
) -> Result<Response, Failure> {
    let (definition, axis) = (sheet.definition, sheet.split.axis);
    let name = format!("{}-v{}-{}", definition.code, definition.version, axis.word());
    if let Some(format) = ending.format() {
        return file(format, &name, spec(locale, sheet), rows(locale, sheet)).await;
    }
    let body = FigureBody::of_split(app, locale, sheet);
    Ok(named(Json(body).into_response(), &format!("{name}.json")))
}

/// With the name under which it is saved.
pub(crate) fn named(mut response: Response, name: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Title, conditions and freshness above, then code, name, amount, share, trades.
fn spec(locale: Locale, sheet: &Sheet<'_>) -> TableSpec {
    let content = &sheet.definition.content;
    let name = locale.with(
        "data-definition-version",
        &[
            ("name", content.name.get(locale).into()),
            ("version", sheet.definition.version.to_string().into()),
        ],
    );
    let mut above = vec![name, content.period(locale)];
    for point in sheet.points {
        above.push(sheet.names.condition(*point));
    }
    if let Some(posting) = &sheet.fresh.posting {
        above.push(format!("{} {}", locale.t("data-as-of"), posting.at.to_minute()));
    }
    if sheet.split.merged.is_some() {
        above.push(locale.t("data-merged-why"));
    }
    let amount = format!("{} ({})", locale.t("data-amount"), locale.t("unit-yuan"));
    TableSpec {
        sheet: sheet.names.axis(sheet.split.axis),
        above,
        columns: vec![
            Column::new(locale.t("data-code"), ColumnKind::Code),
            Column::new(sheet.names.axis(sheet.split.axis), ColumnKind::Text),
            Column::new(amount, ColumnKind::Money),
            Column::new(locale.t("data-trades"), ColumnKind::Integer),
        ],
    }
}

/// A value of an axis as addresses and files carry it.
pub(crate) fn code(axis: Axis, value: i64) -> String {
    word(axis, value).map_or_else(|| narrow::written((axis, value)).1, str::to_owned)
}

/// Code, name and sum of every row, the whole at the end.
fn rows(locale: Locale, sheet: &Sheet<'_>) -> Vec<FileRow> {
    let axis = sheet.split.axis;
    let row = |code: String, name: String, total: Total| {
        vec![Value::from(code), Value::from(name), Value::Money(total.amount), Value::Integer(total.trades)]
    };
    let parts = sheet.split.rows.iter();
    let mut rows: Vec<FileRow> = parts
        .map(|part| row(code(axis, part.key), sheet.names.value((axis, part.key)), part.total))
        .collect();
    if let Some(merged) = sheet.split.merged {
        let name = locale.with("data-merged", &[("count", merged.parts.into())]);
        rows.push(row(String::new(), name, merged.total));
    }
    rows.push(row(String::new(), locale.t("data-sum"), sheet.split.parent));
    rows
}

fn write(format: OutputFormat, spec: TableSpec, rows: &[FileRow]) -> Result<Vec<u8>, ExportError> {
    let folder = tempfile::tempdir()?;
    let path = Utf8PathBuf::from_path_buf(folder.path().join("table")).map_err(|_| ExportError::Folder)?;
    let mut writer = TableWriter::create(&path, format, spec)?;
    for row in rows {
        writer.row(row)?;
    }
    writer.finish()?;
    Ok(std::fs::read(&path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_the_file() {
        assert_eq!(Ending::of("gd-3y.csv"), ("gd-3y", Some(Ending::Csv)));
        assert_eq!(Ending::of("gd-3y"), ("gd-3y", None));
        assert_eq!(Ending::of("gd-3y.xlsx"), ("gd-3y", Some(Ending::Xlsx)));
    }
}
