//! Spreadsheets in: opened by content, read row by row, within limits.
//!
//! `.xlsx`, `.xls`, CSV (UTF-8, UTF-16, GB18030; comma, semicolon or tab) and JSON lines all give the same
//! rows. The ending of the file name is never asked. Memory depends on the widest row and the shared texts,
//! not on the sheet.

mod cell;
mod csv;
mod detect;
mod json;
mod ole;
mod text;
mod xls;
mod xlsx;
mod zipcheck;

use std::{fs::File, io::BufReader};

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use self::cell::number_text;
pub use self::cell::{Cell, CellValue, DateSystem, MergedRange, SheetRow, column_letters};
pub use self::detect::Format;
use crate::{
    OpenError,
    header::{FieldSpec, Header, SCAN_ROWS, SavedMapping},
};

/// What a file may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Bytes once unpacked, over all parts of the file.
    pub inflated_bytes: u64,
    /// Rows with content per sheet.
    pub rows: u32,
    /// Columns; a cell with content further right refuses the file.
    pub columns: u32,
}

impl Default for Limits {
    /// 64 MiB, 1 GiB unpacked, one million rows, 200 columns.
    fn default() -> Self {
        Self { file_bytes: 64 << 20, inflated_bytes: 1 << 30, rows: 1_000_000, columns: 200 }
    }
}

/// One sheet of a workbook. A CSV or JSON lines file has exactly one, without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetInfo {
    /// The name on its tab.
    pub name: String,
    /// Whether the user cannot see it.
    pub hidden: bool,
}

/// Name and version of the template a file was made from, see [`crate::write::template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateTag {
    /// Which template.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// An opened file.
pub struct Workbook {
    path: Utf8PathBuf,
    limits: Limits,
    format: Format,
    sheets: Vec<SheetInfo>,
    source: Source,
}

enum Source {
    Xlsx(Box<xlsx::Book>),
    Xls(Box<xls::Book>),
    Csv(text::Encoding, u8),
    Json(text::Encoding, Vec<String>),
}

impl std::fmt::Debug for Workbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbook")
            .field("path", &self.path)
            .field("format", &self.format)
            .field("sheets", &self.sheets)
            .finish_non_exhaustive()
    }
}

impl Workbook {
    /// Opens a file by its content. Blocks the thread; checks the packed and unpacked size before anything is
    /// parsed.
    ///
    /// # Errors
    /// Everything that [`OpenError`] names except the row limits, which the rows answer.
    pub fn open(path: impl AsRef<Utf8Path>, limits: &Limits) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        let bytes = File::open(&path)?.metadata()?.len();
        if bytes > limits.file_bytes {
            return Err(OpenError::TooLarge { bytes, limit: limits.file_bytes });
        }
        let format = detect::detect(&path)?;
        let unnamed = || vec![SheetInfo { name: String::new(), hidden: false }];
        let (sheets, source) = match format {
            Format::Xlsx => {
                let book = xlsx::Book::open(&path, limits)?;
                (book.sheets(), Source::Xlsx(Box::new(book)))
            }
            Format::Xls => {
                let book = xls::Book::open(&path, limits)?;
                (book.sheets(), Source::Xls(Box::new(book)))
            }
            Format::Csv => {
                let encoding = text::encoding_of(&path)?;
                (unnamed(), Source::Csv(encoding, csv::sniff_delimiter(&path, encoding)?))
            }
            Format::JsonLines => {
                let encoding = text::encoding_of(&path)?;
                (unnamed(), Source::Json(encoding, json::keys(&path, encoding, limits)?))
            }
        };
        if sheets.is_empty() {
            return Err(OpenError::NoSheet { name: String::new() });
        }
        Ok(Self { path, limits: *limits, format, sheets, source })
    }

    /// What the content turned out to be.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The worksheets in the order of their tabs, hidden ones included.
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// How day numbers without a date format are to be read. Cells that Excel shows as dates are already in
    /// the 1900 system, whichever the workbook uses.
    pub fn date_system(&self) -> DateSystem {
        match &self.source {
            Source::Xlsx(book) if book.is_1904() => DateSystem::Y1904,
            Source::Xls(book) if book.is_1904() => DateSystem::Y1904,
            _ => DateSystem::Y1900,
        }
    }

    /// The character set of a text file, as `UTF-8`, `UTF-16LE`, `UTF-16BE` or `gb18030`.
    pub fn text_encoding(&self) -> Option<&'static str> {
        match &self.source {
            Source::Csv(encoding, _) | Source::Json(encoding, _) => Some(encoding.name()),
            Source::Xlsx(_) | Source::Xls(_) => None,
        }
    }

    /// The merged ranges of a sheet, at most 20,000, in the order of the file. Merged cells keep their
    /// content in their first cell only.
    ///
    /// # Errors
    /// `NoSheet` if there is none of that name, `Corrupt` if the file is.
    pub fn merges(&mut self, sheet: &str) -> Result<Vec<MergedRange>, OpenError> {
        self.index_of(sheet)?;
        match &mut self.source {
            Source::Xlsx(book) => book.merges(sheet),
            Source::Xls(book) => book.merges(sheet),
            Source::Csv(..) | Source::Json(..) => Ok(Vec::new()),
        }
    }

    /// The rows of a sheet, empty ones skipped.
    ///
    /// JSON lines begin with a row numbered 0 that carries the keys of all objects in order of first
    /// appearance.
    ///
    /// # Errors
    /// `NoSheet` if there is none of that name, or what reading meets.
    pub fn rows(&mut self, sheet: &str) -> Result<Rows<'_>, OpenError> {
        self.index_of(sheet)?;
        let limits = self.limits;
        let inner = match &mut self.source {
            Source::Xlsx(book) => Inner::Xlsx(Box::new(book.rows(sheet, &limits)?)),
            Source::Xls(book) => Inner::Xls(Box::new(book.rows(sheet, &limits)?)),
            Source::Csv(encoding, delimiter) => {
                Inner::Csv(Box::new(csv::CsvRows::open(&self.path, encoding, *delimiter, &limits)?))
            }
            Source::Json(encoding, keys) => {
                Inner::Json(Box::new(json::JsonRows::open(&self.path, encoding, keys, &limits)?))
            }
        };
        Ok(Rows { inner, seen: 0, limit: self.limits.rows, done: false })
    }

    /// The visible sheets that have a header, the one that answers most of the fields first: by required fields found,
    /// then by all fields found, then as their tabs stand.
    ///
    /// # Errors
    /// What reading the first rows meets.
    pub fn headers(
        &mut self,
        fields: &[FieldSpec],
        saved: &SavedMapping,
    ) -> Result<Vec<(String, Header)>, OpenError> {
        let names: Vec<String> =
            self.sheets.iter().filter(|sheet| !sheet.hidden).map(|sheet| sheet.name.clone()).collect();
        let mut found = Vec::new();
        for name in names {
            if let Some(header) = self.find_header(&name, fields, saved)? {
                found.push((name, header));
            }
        }
        found.sort_by_key(|(_, header)| (header.missing.len(), std::cmp::Reverse(header.found())));
        Ok(found)
    }

    /// Finds the header among the first rows of a sheet; `None` if there is none.
    ///
    /// # Errors
    /// What reading the first rows meets.
    pub fn find_header(
        &mut self,
        sheet: &str,
        fields: &[FieldSpec],
        saved: &SavedMapping,
    ) -> Result<Option<Header>, OpenError> {
        let merges = self.merges(sheet)?;
        let first: Vec<SheetRow> = self.rows(sheet)?.take(SCAN_ROWS).collect::<Result<_, _>>()?;
        Ok(crate::header::find(&first, &merges, fields, saved))
    }

    /// Which template the file was made from, if it was made from one of ours.
    ///
    /// # Errors
    /// What reading the hidden sheet meets.
    pub fn template(&mut self) -> Result<Option<TemplateTag>, OpenError> {
        let name = crate::write::TEMPLATE_SHEET;
        if !self.sheets.iter().any(|sheet| sheet.name == name) {
            return Ok(None);
        }
        let mut tag = TemplateTag { name: String::new(), version: String::new() };
        for row in self.rows(name)?.take(10) {
            let row = row?;
            let value = row.text(1);
            match row.text(0).as_ref() {
                "template" => tag.name = value.into_owned(),
                "version" => tag.version = value.into_owned(),
                _ => {}
            }
        }
        Ok((!tag.name.is_empty()).then_some(tag))
    }

    fn index_of(&self, sheet: &str) -> Result<usize, OpenError> {
        let found = self.sheets.iter().position(|info| info.name == sheet);
        found.ok_or_else(|| OpenError::NoSheet { name: sheet.to_owned() })
    }
}

/// The rows of one sheet. After an error it gives nothing more.
pub struct Rows<'a> {
    inner: Inner<'a>,
    seen: u32,
    limit: u32,
    done: bool,
}

enum Inner<'a> {
    Xlsx(Box<xlsx::XlsxRows<'a>>),
    Xls(Box<xls::XlsRows<'a>>),
    Csv(Box<csv::CsvRows>),
    Json(Box<json::JsonRows<'a>>),
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("seen", &self.seen).field("done", &self.done).finish_non_exhaustive()
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<SheetRow, OpenError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = match &mut self.inner {
            Inner::Xlsx(rows) => guarded(|| rows.next_row()),
            Inner::Xls(rows) => rows.next_row(),
            Inner::Csv(rows) => rows.next_row(),
            Inner::Json(rows) => rows.next_row(),
        };
        let next = match next {
            Ok(Some(row)) if row.number > 0 => {
                self.seen = self.seen.saturating_add(1);
                if self.seen > self.limit {
                    Err(OpenError::TooManyRows { limit: self.limit })
                } else {
                    Ok(row)
                }
            }
            Ok(Some(row)) => Ok(row),
            Ok(None) => {
                self.done = true;
                return None;
            }
            Err(error) => Err(error),
        };
        self.done = next.is_err();
        Some(next)
    }
}

/// Runs a parser that is another's over a file that is a stranger's: a panic there must stay a refused file.
fn guarded<T>(work: impl FnOnce() -> Result<T, OpenError>) -> Result<T, OpenError> {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    done.unwrap_or_else(|_| Err(OpenError::corrupt("the reader gave up")))
}

/// Collects the cells of one row; content beyond the accepted columns refuses the file.
#[derive(Debug, Default)]
struct RowBuilder {
    cells: Vec<Cell>,
}

impl RowBuilder {
    fn set(&mut self, row: u32, column: u32, cell: Cell, limits: &Limits) -> Result<(), OpenError> {
        if cell.is_empty() {
            return Ok(());
        }
        if column >= limits.columns {
            let column = column.saturating_add(1);
            return Err(OpenError::TooManyColumns { row, column, limit: limits.columns });
        }
        let index = column as usize;
        if self.cells.len() <= index {
            // One allocation for the usual row, which is as wide as the one before.
            self.cells.resize_with(index + 1, Cell::default);
        }
        if let Some(slot) = self.cells.get_mut(index) {
            *slot = cell;
        }
        Ok(())
    }

    /// The finished row, or `None` if nothing was set.
    fn take(&mut self, number: u32) -> Option<SheetRow> {
        if self.cells.is_empty() {
            return None;
        }
        let width = self.cells.len();
        let cells = std::mem::replace(&mut self.cells, Vec::with_capacity(width));
        Some(SheetRow { number, cells })
    }
}

/// A file read through a buffer.
type Buffered = BufReader<File>;

fn buffered(path: &Utf8Path) -> Result<Buffered, OpenError> {
    Ok(BufReader::with_capacity(64 * 1024, File::open(path)?))
}
