//! A file of rows: its sheet, its columns, its rows in groups.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sh_files::{
    OpenError,
    header::{FieldSpec, Header, SavedMapping},
    sheet::{DateSystem, Limits, SheetRow, Workbook},
    table::{RowKind, Table as Rows},
};
use tokio::sync::mpsc;

use crate::table::Column;

/// What a file may cost (上限): 16 MiB, 256 MiB unpacked, 200,000 rows, 100 columns.
pub const LIMITS: Limits =
    Limits { file_bytes: 16 << 20, inflated_bytes: 256 << 20, rows: 200_000, columns: 100 };
/// Rows that are looked up and written together.
pub const GROUP: usize = 200;
/// Groups that are read ahead.
const AHEAD: usize = 2;

/// Why a file as a whole cannot be read. The texts are `problem-<code>`.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It cannot be opened or read to its end.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No row of it has the titles of such a table.
    #[error("no header was found")]
    NoHeader,
    /// Columns that are needed are missing.
    #[error("the columns {missing} are missing")]
    Missing {
        /// Their titles.
        missing: String,
        /// The titles that are there.
        titles: String,
    },
    /// There is a header and no row below it.
    #[error("the file has a header and no rows")]
    NoRows,
}

impl FileFault {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::NoHeader => "table-no-header",
            Self::Missing { .. } => "table-columns-missing",
            Self::NoRows => "table-no-rows",
        }
    }

    pub(crate) fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::Open(error) => error.params(),
            Self::Missing { missing, titles } => {
                vec![("missing", missing.clone()), ("titles", titles.clone())]
            }
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
    pub(crate) system: DateSystem,
}

impl Layout {
    /// Where the column of a field stands, from 0.
    pub(crate) fn index(&self, field: &str) -> Option<usize> {
        self.header.index(field)
    }

    /// The title that the file gives a field; empty if it has no such column.
    pub(crate) fn title(&self, field: &str) -> &str {
        self.header.column(field).map_or("", |column| &column.title)
    }
}

/// Opens a file and finds out its shape.
///
/// # Errors
/// [`FileFault`].
pub(crate) fn layout(path: &Utf8Path, columns: &[Column]) -> Result<(Workbook, Layout), FileFault> {
    let specs: Vec<FieldSpec> = columns
        .iter()
        .map(|column| FieldSpec { name: column.field, synonyms: column.titles, required: column.required })
        .collect();
    let mut workbook = Workbook::open(path, &LIMITS)?;
    let found = workbook.headers(&specs, &SavedMapping::default())?.into_iter().next();
    let (sheet, header) = found.ok_or(FileFault::NoHeader)?;
    if !header.missing.is_empty() {
        let missing = columns.iter().filter(|column| header.missing.contains(&column.field));
        let missing: Vec<&str> = missing.filter_map(|column| column.titles.first().copied()).collect();
        let titles: Vec<&str> = header.columns.iter().map(|column| column.title.as_str()).collect();
        return Err(FileFault::Missing {
            missing: missing.join("、"),
            titles: titles.join("、").chars().take(200).collect(),
        });
    }
    let system = workbook.date_system();
    Ok((workbook, Layout { sheet, header, system }))
}

/// Rows that are looked up and written together.
pub(crate) struct Group {
    pub(crate) layout: Arc<Layout>,
    pub(crate) rows: Vec<SheetRow>,
}

/// The thread that reads.
pub(crate) type Reading = tokio::task::JoinHandle<Result<(), FileFault>>;

/// Reads a file on another thread and hands its rows over in groups, always cut alike.
pub(crate) fn read(path: Utf8PathBuf, columns: &'static [Column]) -> (mpsc::Receiver<Group>, Reading) {
    let (sender, groups) = mpsc::channel(AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut workbook, layout) = layout(&path, columns)?;
        let layout = Arc::new(layout);
        let mut rows = Vec::with_capacity(GROUP);
        let mut any = false;
        for row in Rows::below(&mut workbook, &layout.sheet, layout.header.clone())? {
            let row = row?;
            if row.kind != RowKind::Data {
                continue;
            }
            any = true;
            rows.push(row.row);
            if rows.len() < GROUP {
                continue;
            }
            let rows = std::mem::replace(&mut rows, Vec::with_capacity(GROUP));
            if sender.blocking_send(Group { layout: layout.clone(), rows }).is_err() {
                return Ok(());
            }
        }
        if !rows.is_empty() {
            // If nobody listens any more, nobody minds.
            let _ = sender.blocking_send(Group { layout, rows });
        }
        if any { Ok(()) } else { Err(FileFault::NoRows) }
    });
    (groups, reading)
}
