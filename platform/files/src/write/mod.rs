//! Spreadsheets out, streamed: the same rows as `.xlsx` or CSV.

mod csv;
mod template;
mod xlsx;

use std::borrow::Cow;

use camino::Utf8Path;
use sh_kernel::{Day, Fen, Month};

pub(crate) use self::csv::CsvOut;
pub use self::template::{TEMPLATE_SHEET, TemplateField, template};
pub(crate) use self::xlsx::{Paint, XlsxOut};

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The disk failed.
    #[error("the file cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// The workbook cannot hold what was asked.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

impl WriteError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        "file-not-written"
    }
}

/// The file formats that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// Excel.
    Xlsx,
    /// CSV in UTF-8 with a byte order mark, so that Excel knows it.
    CsvUtf8,
    /// CSV in GB18030, for older Chinese software.
    CsvGb18030,
}

impl OutputFormat {
    /// The ending of the file name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::CsvUtf8 | Self::CsvGb18030 => "csv",
        }
    }

    /// The media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::CsvUtf8 => "text/csv; charset=utf-8",
            Self::CsvGb18030 => "text/csv; charset=gb18030",
        }
    }
}

/// What a column holds; decides its number format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A code: text even if it has only digits.
    Code,
    /// Yuan with two decimals.
    Money,
    /// Whole numbers.
    Integer,
    /// Other numbers.
    Number,
    /// Days.
    Day,
}

/// A column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Its width in characters; a Chinese character takes two.
    pub width: u16,
}

impl Column {
    /// A column of the usual width of its kind, or of its title if that is longer.
    pub fn new(title: impl Into<String>, kind: ColumnKind) -> Self {
        let title = title.into();
        let usual = match kind {
            ColumnKind::Text => 24,
            ColumnKind::Code => 22,
            ColumnKind::Money => 16,
            ColumnKind::Integer | ColumnKind::Number | ColumnKind::Day => 12,
        };
        let shown: u16 = title.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        Self { title, kind, width: usual.max(shown.saturating_add(3)).min(80) }
    }
}

/// A value to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Empty,
    /// Text. Never becomes a formula, whatever it begins with.
    Text(Cow<'a, str>),
    /// Yuan with two decimals.
    Money(Fen),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Number(f64),
    /// A day.
    Day(Day),
    /// A month, written as text `2020-11`.
    Month(Month),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(Cow::Borrowed(text)) }
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(Cow::Owned(text)) }
    }
}

impl From<Fen> for Value<'_> {
    fn from(amount: Fen) -> Self {
        Self::Money(amount)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Day> for Value<'_> {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl From<Month> for Value<'_> {
    fn from(month: Month) -> Self {
        Self::Month(month)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// What an export is to look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSpec {
    /// The name on the tab of the sheet.
    pub sheet: String,
    /// Lines above the header: title, period, source.
    pub above: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
}

/// Writes a table row by row to a file, in constant memory. Without [`TableWriter::finish`] the file is not
/// complete.
#[derive(Debug)]
pub struct TableWriter {
    spec: TableSpec,
    rows: u64,
    out: Out,
}

#[derive(Debug)]
enum Out {
    Xlsx(Box<XlsxOut>),
    Csv(Box<CsvOut>),
}

impl TableWriter {
    /// Begins the file `path`: lines above, header.
    ///
    /// # Errors
    /// If the file or a temporary file beside it cannot be made.
    pub fn create(path: &Utf8Path, format: OutputFormat, spec: TableSpec) -> Result<Self, WriteError> {
        let out = match format {
            OutputFormat::Xlsx => Out::Xlsx(Box::new(XlsxOut::create(path)?)),
            OutputFormat::CsvUtf8 => Out::Csv(Box::new(CsvOut::create(path, false)?)),
            OutputFormat::CsvGb18030 => Out::Csv(Box::new(CsvOut::create(path, true)?)),
        };
        let mut writer = Self { spec, rows: 0, out };
        writer.begin()?;
        Ok(writer)
    }

    fn begin(&mut self) -> Result<(), WriteError> {
        match &mut self.out {
            Out::Xlsx(out) => out.begin_table(&self.spec),
            Out::Csv(out) => {
                for line in &self.spec.above {
                    out.row([Value::from(line.as_str())].iter())?;
                }
                let titles: Vec<Value<'_>> =
                    self.spec.columns.iter().map(|column| Value::from(column.title.as_str())).collect();
                out.row(titles.iter())
            }
        }
    }

    /// Writes one row, one value per column. In `.xlsx` a second sheet is begun when the first is full.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), WriteError> {
        self.rows = self.rows.saturating_add(1);
        match &mut self.out {
            Out::Xlsx(out) => out.table_row(&self.spec, values),
            Out::Csv(out) => out.row(values.iter()),
        }
    }

    /// Completes the file and answers how many rows it has.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn finish(self) -> Result<u64, WriteError> {
        match self.out {
            Out::Xlsx(mut out) => {
                out.end_table(&self.spec)?;
                out.save()?;
            }
            Out::Csv(out) => out.finish()?,
        }
        Ok(self.rows)
    }
}

/// Whether a spreadsheet could take a text for a formula. A plain negative number is none.
pub(crate) fn looks_like_formula(text: &str) -> bool {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    risky && !is_plain_number(text)
}

fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'%'))
}
