//! One register: its sheet, its columns, its rows.

use camino::Utf8Path;
use serde::{Deserialize, Serialize};
use sh_files::{
    OpenError,
    fold::fold_text,
    header::{Header, SavedMapping},
    sheet::{DateSystem, Limits, SheetRow, Workbook},
    table::{RowKind, Table},
};

use super::columns::specs;
use crate::model::Scheme;

/// What a file may cost (上限): 64 MiB, 1 GiB unpacked, 1,000,000 rows, 200 columns.
pub const LIMITS: Limits =
    Limits { file_bytes: 64 << 20, inflated_bytes: 1 << 30, rows: 1_000_000, columns: 200 };

/// Characters of titles that a refusal repeats.
const TITLES_CHARS_MAX: usize = 200;

/// Why a file as a whole cannot be read as a register. The texts are `problem-<code>`.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It cannot be opened or read to its end.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No row of it has the titles of a register.
    #[error("no header was found")]
    NoHeader,
    /// Number, place, day of issue or name have no column.
    #[error("{0} lack a column that a register needs")]
    NoColumn(String),
    /// There is a header and no row below it.
    #[error("the file has a header and no rows")]
    NoRows,
}

impl FileFault {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::NoHeader => "register-no-header",
            Self::NoColumn(_) => "register-no-column",
            Self::NoRows => "register-no-rows",
        }
    }

    /// Values for the text.
    pub fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::Open(error) => error.params(),
            Self::NoColumn(titles) => vec![("titles", titles.clone())],
            Self::NoHeader | Self::NoRows => Vec::new(),
        }
    }
}

/// A [`FileFault`] as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileProblem {
    /// Code; the text is `problem-<code>`.
    pub code: String,
    /// Values for the text.
    pub args: Vec<(String, String)>,
}

impl FileProblem {
    pub(crate) fn of(fault: &FileFault) -> Self {
        let args = fault.args().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { code: fault.code().to_owned(), args }
    }
}

/// The shape of a file.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) sheet: String,
    pub(crate) header: Header,
    /// How day numbers of the file are counted.
    pub(crate) dates: DateSystem,
    /// For each field of the scheme the column that holds it and its title.
    pub(crate) fields: Vec<Option<(usize, String)>>,
}

impl Layout {
    /// The column of one of the fields that every register has.
    pub(crate) fn at(&self, field: &str) -> Option<usize> {
        self.header.index(field)
    }

    /// The title that the file gives it; empty if it has no such column.
    pub(crate) fn title(&self, field: &str) -> &str {
        self.header.column(field).map_or("", |column| column.title.as_str())
    }
}

/// Opens a file and finds out its shape.
///
/// # Errors
/// [`FileFault`].
pub(crate) fn layout(path: &Utf8Path, scheme: &Scheme) -> Result<(Workbook, Layout), FileFault> {
    let mut workbook = Workbook::open(path, &LIMITS)?;
    let found = workbook.headers(specs(), &SavedMapping::default())?.into_iter().next();
    let (sheet, header) = found.ok_or(FileFault::NoHeader)?;
    let nameless = header.index("subject").is_none() && header.index("holder").is_none();
    if nameless || !header.missing.is_empty() {
        let titles: Vec<&str> = header.columns.iter().map(|column| column.title.as_str()).collect();
        return Err(FileFault::NoColumn(titles.join("、").chars().take(TITLES_CHARS_MAX).collect()));
    }
    let dates = workbook.date_system();
    let fields = scheme.fields.iter().map(|field| {
        let own = field.titles.iter().chain([&field.name.zh, &field.name.en]);
        let names: Vec<String> = own.map(|name| fold_text(name)).collect();
        let free = header.columns.iter().filter(|column| column.field.is_none());
        let mut free = free.filter(|column| names.contains(&fold_text(&column.title)));
        free.next().map(|column| (column.index, column.title.clone()))
    });
    let fields = fields.collect();
    Ok((workbook, Layout { sheet, header, dates, fields }))
}

/// Reads a file from the first row to the last and hands over one row of data after the other, until `take` says to stop.
/// Answers whether it was read to its end.
///
/// # Errors
/// [`FileFault`] as soon as the file cannot be read on.
pub(crate) fn each_row(
    path: &Utf8Path,
    scheme: &Scheme,
    mut take: impl FnMut(&Layout, SheetRow) -> bool,
) -> Result<bool, FileFault> {
    let (mut workbook, layout) = layout(path, scheme)?;
    let mut rows = 0_u64;
    for row in Table::below(&mut workbook, &layout.sheet, layout.header.clone())? {
        let row = row?;
        let blank = row.row.cells.iter().all(sh_files::sheet::Cell::is_empty);
        if row.kind != RowKind::Data || blank {
            continue;
        }
        rows += 1;
        if !take(&layout, row.row) {
            return Ok(false);
        }
    }
    if rows == 0 { Err(FileFault::NoRows) } else { Ok(true) }
}
