//! `.xlsx` out, in constant memory: rows go to a temporary file beside the target as they come.

use camino::{Utf8Path, Utf8PathBuf};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{ColumnKind, TableSpec, Value, WriteError, looks_like_formula};
use crate::sheet::number_text;

/// Rows of a sheet that the format allows.
const SHEET_ROWS: u32 = 1_048_576;
/// Characters of a cell that the format allows, less a margin for what is counted twice.
const CELL_CHARS: usize = 32_000;
/// From here on Excel would lose digits.
const EXACT: u64 = 1_000_000_000_000_000;

/// The background of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Paint {
    #[default]
    Plain,
    Header,
    Good,
    Notice,
    Bad,
}

const PAINTS: [Paint; 5] = [Paint::Plain, Paint::Header, Paint::Good, Paint::Notice, Paint::Bad];

/// The format of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Quoted,
    Money,
    Integer,
    Number,
    Day,
    DayTime,
}

const KINDS: [Kind; 7] =
    [Kind::Text, Kind::Quoted, Kind::Money, Kind::Integer, Kind::Number, Kind::Day, Kind::DayTime];

/// A workbook being written.
pub(crate) struct XlsxOut {
    book: Workbook,
    path: Utf8PathBuf,
    sheet: usize,
    row: u32,
    header_row: u32,
    formats: Vec<Format>,
}

impl std::fmt::Debug for XlsxOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XlsxOut").field("path", &self.path).field("row", &self.row).finish_non_exhaustive()
    }
}

impl XlsxOut {
    pub(crate) fn create(path: &Utf8Path) -> Result<Self, WriteError> {
        let mut book = Workbook::new();
        let beside = path.parent().filter(|parent| !parent.as_str().is_empty());
        book.set_tempdir(beside.unwrap_or(Utf8Path::new(".")))?;
        let formats =
            PAINTS.iter().flat_map(|paint| KINDS.iter().map(move |kind| format(*kind, *paint))).collect();
        Ok(Self { book, path: path.to_owned(), sheet: 0, row: 0, header_row: 0, formats })
    }

    /// Begins a streamed sheet; what is not a name is made one.
    pub(crate) fn add_sheet(&mut self, name: &str) -> Result<&mut Worksheet, WriteError> {
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(name))?;
        self.sheet = self.book.worksheets().len().saturating_sub(1);
        self.row = 0;
        self.worksheet()
    }

    pub(crate) fn worksheet(&mut self) -> Result<&mut Worksheet, WriteError> {
        Ok(self.book.worksheet_from_index(self.sheet)?)
    }

    pub(crate) fn begin_table(&mut self, spec: &TableSpec) -> Result<(), WriteError> {
        let part = self.book.worksheets().len();
        let name = if part == 0 { spec.sheet.clone() } else { format!("{} ({})", spec.sheet, part + 1) };
        let sheet = self.add_sheet(&name)?;
        for (column, index) in spec.columns.iter().zip(0_u16..) {
            sheet.set_column_width(index, f64::from(column.width))?;
        }
        for line in &spec.above {
            let row = self.row;
            self.put(row, 0, &Value::from(line.as_str()), Paint::Plain)?;
            self.row += 1;
        }
        self.header_row = self.row;
        for (column, index) in spec.columns.iter().zip(0_u16..) {
            self.put(self.header_row, index, &Value::from(column.title.as_str()), Paint::Header)?;
        }
        self.row += 1;
        let below = self.row;
        self.worksheet()?.set_freeze_panes(below, 0)?;
        Ok(())
    }

    pub(crate) fn table_row(&mut self, spec: &TableSpec, values: &[Value<'_>]) -> Result<(), WriteError> {
        if self.row >= SHEET_ROWS {
            self.end_table(spec)?;
            self.begin_table(spec)?;
        }
        let row = self.row;
        for (value, index) in values.iter().zip(0_u16..) {
            self.put(row, index, value, Paint::Plain)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Puts a filter on the header.
    pub(crate) fn end_table(&mut self, spec: &TableSpec) -> Result<(), WriteError> {
        let (header, last) = (self.header_row, self.row.saturating_sub(1));
        let width = u16::try_from(spec.columns.len()).unwrap_or(u16::MAX);
        if width > 0 && last > header {
            self.worksheet()?.autofilter(header, 0, last, width - 1)?;
        }
        Ok(())
    }

    /// Merges cells, rows and columns from 0, before the first of its rows is written. Ranges that overlap an earlier one
    /// are left out.
    pub(crate) fn merge(&mut self, first: (u32, u16), last: (u32, u16)) -> Result<(), WriteError> {
        let format = self.format(Kind::Text, Paint::Plain);
        match self.worksheet()?.merge_range(first.0, first.1, last.0, last.1, "", &format) {
            Ok(_) | Err(XlsxError::MergeRangeOverlaps(..)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a cell; row and column from 0. Rows must come in order.
    pub(crate) fn put(
        &mut self,
        row: u32,
        column: u16,
        value: &Value<'_>,
        paint: Paint,
    ) -> Result<(), WriteError> {
        match value {
            Value::Empty if paint == Paint::Plain => Ok(()),
            Value::Empty => self.blank(row, column, paint),
            Value::Text(text) => self.text(row, column, text, paint),
            Value::Month(month) => self.text(row, column, &month.to_string(), paint),
            Value::Money(amount) if amount.0.unsigned_abs() >= EXACT => {
                self.text(row, column, &amount.to_plain(), paint)
            }
            #[expect(clippy::cast_precision_loss, reason = "below the 15 digits that a cell keeps")]
            Value::Money(amount) => self.number(row, column, amount.0 as f64 / 100.0, Kind::Money, paint),
            Value::Integer(number) if number.unsigned_abs() >= EXACT => {
                self.text(row, column, &number.to_string(), paint)
            }
            #[expect(clippy::cast_precision_loss, reason = "below the 15 digits that a cell keeps")]
            Value::Integer(number) => self.number(row, column, *number as f64, Kind::Integer, paint),
            Value::Number(number) if !number.is_finite() => {
                self.text(row, column, &number_text(*number), paint)
            }
            Value::Number(number) => self.number(row, column, *number, Kind::Number, paint),
            Value::Day(day) => {
                let serial = f64::from(day.day_number().saturating_add(25_569));
                self.number(row, column, serial, Kind::Day, paint)
            }
        }
    }

    /// Writes a day number of the 1900 system as Excel shows it, with the time if it has one.
    pub(crate) fn serial(
        &mut self,
        row: u32,
        column: u16,
        serial: f64,
        paint: Paint,
    ) -> Result<(), WriteError> {
        let kind = if serial.fract() == 0.0 { Kind::Day } else { Kind::DayTime };
        self.number(row, column, serial, kind, paint)
    }

    fn blank(&mut self, row: u32, column: u16, paint: Paint) -> Result<(), WriteError> {
        let format = self.format(Kind::Text, paint);
        self.worksheet()?.write_blank(row, column, &format)?;
        Ok(())
    }

    fn text(&mut self, row: u32, column: u16, text: &str, paint: Paint) -> Result<(), WriteError> {
        let cut: String;
        let text = if text.len() > CELL_CHARS {
            cut = text.chars().take(CELL_CHARS).collect();
            &cut
        } else {
            text
        };
        // A string cell is never a formula; the prefix keeps it text when a person edits it.
        let kind = if looks_like_formula(text) { Kind::Quoted } else { Kind::Text };
        if kind == Kind::Text && paint == Paint::Plain {
            self.worksheet()?.write_string(row, column, text)?;
            return Ok(());
        }
        let format = self.format(kind, paint);
        self.worksheet()?.write_string_with_format(row, column, text, &format)?;
        Ok(())
    }

    fn number(
        &mut self,
        row: u32,
        column: u16,
        number: f64,
        kind: Kind,
        paint: Paint,
    ) -> Result<(), WriteError> {
        let Self { book, sheet, formats, .. } = self;
        let sheet = book.worksheet_from_index(*sheet)?;
        match formats.get(place(kind, paint)) {
            Some(format) if kind != Kind::Number || paint != Paint::Plain => {
                sheet.write_number_with_format(row, column, number, format)?;
            }
            _ => {
                sheet.write_number(row, column, number)?;
            }
        }
        Ok(())
    }

    fn format(&self, kind: Kind, paint: Paint) -> Format {
        self.formats.get(place(kind, paint)).cloned().unwrap_or_default()
    }

    /// Writes the file.
    pub(crate) fn save(mut self) -> Result<(), WriteError> {
        self.book.save(self.path.as_std_path())?;
        Ok(())
    }

    /// The workbook, for sheets of another make.
    pub(crate) const fn book(&mut self) -> &mut Workbook {
        &mut self.book
    }
}

/// Where the format of a kind and paint stands in the list.
fn place(kind: Kind, paint: Paint) -> usize {
    let paint = PAINTS.iter().position(|known| *known == paint).unwrap_or(0);
    let kind = KINDS.iter().position(|known| *known == kind).unwrap_or(0);
    paint * KINDS.len() + kind
}

fn format(kind: Kind, paint: Paint) -> Format {
    let format = match kind {
        Kind::Text | Kind::Number => Format::new(),
        Kind::Quoted => Format::new().set_quote_prefix(),
        Kind::Money => Format::new().set_num_format("#,##0.00"),
        Kind::Integer => Format::new().set_num_format("#,##0"),
        Kind::Day => Format::new().set_num_format("yyyy-mm-dd"),
        Kind::DayTime => Format::new().set_num_format("yyyy-mm-dd hh:mm"),
    };
    match paint {
        Paint::Plain => format,
        Paint::Header => format
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_border_bottom(FormatBorder::Thin)
            .set_background_color(0x00E8_EFEA),
        Paint::Good => format.set_background_color(0x00E3_F1E6),
        Paint::Notice => format.set_background_color(0x00FF_F3D6),
        Paint::Bad => format.set_background_color(0x00FB_DDD9),
    }
}

/// The column format of a kind, for cells that are still empty.
pub(super) fn column_format(kind: ColumnKind) -> Option<Format> {
    let format = match kind {
        ColumnKind::Text | ColumnKind::Number => return None,
        // Text format keeps Excel from turning a long code into 1.23E+19.
        ColumnKind::Code => Format::new().set_num_format("@"),
        ColumnKind::Money => Format::new().set_num_format("0.00"),
        ColumnKind::Integer => Format::new().set_num_format("0"),
        ColumnKind::Day => Format::new().set_num_format("yyyy-mm-dd"),
    };
    Some(format)
}

pub(super) fn header_format() -> Format {
    format(Kind::Text, Paint::Header)
}

/// A name that Excel accepts: 31 characters, none of `[]:*?/\`, no apostrophe at the ends.
pub(super) fn sheet_name(name: &str) -> String {
    let clean: String = name.chars().map(|c| if "[]:*?/\\".contains(c) { ' ' } else { c }).collect();
    let clean = clean.trim().trim_matches('\'');
    // Excel counts UTF-16 units; characters beyond the base plane are rare enough to count double.
    let mut units = 0;
    let cut: String = clean
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= 31
        })
        .collect();
    if cut.is_empty() { "Sheet1".to_owned() } else { cut }
}
