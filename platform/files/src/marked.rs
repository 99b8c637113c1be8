//! The user's own file given back: their data, two columns added that say what became of each row, and the
//! cells that are wrong in colour.

use camino::Utf8Path;

use crate::{
    OpenError,
    header::Header,
    sheet::{Cell, CellValue, Format, Limits, MergedRange, SheetRow, Workbook},
    write::{CsvOut, OutputFormat, Paint, Value, WriteError, XlsxOut},
};

/// Cells of all merged ranges that are merged again; a hostile file merges millions.
const MERGED_CELLS_MAX: u64 = 200_000;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Taken over.
    Good,
    /// Taken over, with something to look at.
    Notice,
    /// Not taken over.
    Bad,
}

/// What to write beside a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowOutcome {
    /// Decides the colour.
    pub tone: Tone,
    /// The first added column, in the user's language.
    pub result: String,
    /// The second added column: reason and fix.
    pub reason: String,
    /// The columns whose cells are wrong, from 0.
    pub bad_columns: Vec<usize>,
}

/// The titles of the two columns, in the user's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkTitles {
    /// `结果`
    pub result: String,
    /// `原因`
    pub reason: String,
}

/// Why the marked file could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MarkError {
    /// The user's file could not be read again.
    #[error(transparent)]
    Read(#[from] OpenError),
    /// The marked file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl MarkError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Write(error) => error.code(),
        }
    }
}

/// The format that a marked file will have: CSV stays CSV in its character set, everything else becomes
/// `.xlsx`.
pub fn marked_format(workbook: &Workbook) -> OutputFormat {
    match (workbook.format(), workbook.text_encoding()) {
        (Format::Csv, Some("gb18030")) => OutputFormat::CsvGb18030,
        (Format::Csv, _) => OutputFormat::CsvUtf8,
        _ => OutputFormat::Xlsx,
    }
}

/// Writes sheets, each with its header, back to `output` with two columns added. `outcome` is asked for every row below
/// a header, with the place of its sheet in `tables`, and answers `None` for rows that need no word. Columns of an
/// earlier marking are written over.
///
/// Row numbers stay those of the user's file (JSON lines become a table whose row numbers are one higher).
///
/// # Errors
/// If the file cannot be read again or the result cannot be written.
pub fn mark(
    input: &Utf8Path,
    limits: &Limits,
    tables: &[(&str, &Header)],
    titles: &MarkTitles,
    mut outcome: impl FnMut(usize, &SheetRow) -> Option<RowOutcome>,
    output: &Utf8Path,
) -> Result<OutputFormat, MarkError> {
    let mut workbook = Workbook::open(input, limits)?;
    let format = marked_format(&workbook);
    let mut out = match format {
        OutputFormat::Xlsx => Out::Xlsx(Box::new(XlsxOut::create(output)?)),
        OutputFormat::CsvUtf8 | OutputFormat::CsvGb18030 => {
            Out::Csv(CsvOut::create(output, format == OutputFormat::CsvGb18030)?)
        }
    };
    for (place, (sheet, header)) in tables.iter().enumerate() {
        let width = width(&mut workbook, sheet, header, titles)?;
        let job = Job { header, titles, width, outcome: |row: &SheetRow| outcome(place, row) };
        match &mut out {
            Out::Xlsx(out) => job.write_xlsx(&mut workbook, sheet, out)?,
            Out::Csv(out) => job.write_csv(&mut workbook, sheet, out)?,
        }
    }
    match out {
        Out::Xlsx(out) => out.save()?,
        Out::Csv(out) => out.finish()?,
    }
    Ok(format)
}

enum Out {
    Xlsx(Box<XlsxOut>),
    Csv(CsvOut),
}

/// The column of the first added title: that of an earlier marking, else behind the widest row.
fn width(
    workbook: &mut Workbook,
    sheet: &str,
    header: &Header,
    titles: &MarkTitles,
) -> Result<usize, OpenError> {
    let earlier = header.columns.iter().zip(header.columns.iter().skip(1));
    for (first, second) in earlier {
        if first.title == titles.result && second.title == titles.reason && second.index == first.index + 1 {
            return Ok(first.index);
        }
    }
    let mut width = 0;
    for row in workbook.rows(sheet)? {
        width = width.max(row?.cells.len());
    }
    Ok(width)
}

struct Job<'a, F> {
    header: &'a Header,
    titles: &'a MarkTitles,
    width: usize,
    outcome: F,
}

/// A row with what to write beside it.
struct Beside<'a> {
    result: &'a str,
    reason: &'a str,
    paint: Paint,
    bad: &'a [usize],
}

impl<F: FnMut(&SheetRow) -> Option<RowOutcome>> Job<'_, F> {
    /// Calls `write` with every row and what stands beside it.
    fn each<E>(
        mut self,
        workbook: &mut Workbook,
        sheet: &str,
        mut write: impl FnMut(&SheetRow, &Beside<'_>) -> Result<(), E>,
    ) -> Result<(), MarkError>
    where
        MarkError: From<E>,
    {
        for row in workbook.rows(sheet)? {
            let row = row?;
            let outcome = if row.number > self.header.row { (self.outcome)(&row) } else { None };
            let beside = match &outcome {
                _ if row.number == self.header.row => Beside {
                    result: &self.titles.result,
                    reason: &self.titles.reason,
                    paint: Paint::Header,
                    bad: &[],
                },
                None => Beside { result: "", reason: "", paint: Paint::Plain, bad: &[] },
                Some(outcome) => Beside {
                    result: &outcome.result,
                    reason: &outcome.reason,
                    paint: match outcome.tone {
                        Tone::Good => Paint::Good,
                        Tone::Notice => Paint::Notice,
                        Tone::Bad => Paint::Bad,
                    },
                    bad: &outcome.bad_columns,
                },
            };
            write(&row, &beside)?;
        }
        Ok(())
    }

    fn write_xlsx(self, workbook: &mut Workbook, sheet: &str, out: &mut XlsxOut) -> Result<(), MarkError> {
        let width = self.width;
        let mut merges = small_merges(workbook.merges(sheet)?, width).into_iter().peekable();
        let first = u16::try_from(width).unwrap_or(u16::MAX);
        // The keys of JSON lines are row 0 and need a row of their own.
        let (below, shift) = if self.header.row == 0 { (1, 0) } else { (self.header.row, 1) };
        let page = out.add_sheet(sheet)?;
        for column in 0..first {
            page.set_column_width(column, 16).map_err(WriteError::from)?;
        }
        page.set_column_width(first, 12).map_err(WriteError::from)?;
        page.set_column_width(first.saturating_add(1), 50).map_err(WriteError::from)?;
        page.set_freeze_panes(below, 0).map_err(WriteError::from)?;
        self.each(workbook, sheet, |row, beside| {
            let at = row.number - shift.min(row.number);
            let titled = beside.paint == Paint::Header;
            // What is merged downwards holds for the rows below, also when the file comes back.
            while let Some(range) = merges.next_if(|range| range.first_row <= row.number) {
                if range.first_row == row.number {
                    let column = |column: u32| u16::try_from(column).unwrap_or(u16::MAX);
                    let last = (range.last_row - shift, column(range.last_column));
                    out.merge((at, column(range.first_column)), last)?;
                }
            }
            for (index, cell) in row.cells.iter().take(width).enumerate() {
                let paint = match beside.bad.contains(&index) {
                    true if beside.paint == Paint::Notice => Paint::Notice,
                    true => Paint::Bad,
                    false if titled => Paint::Header,
                    false => Paint::Plain,
                };
                put(out, at, u16::try_from(index).unwrap_or(u16::MAX), cell, paint)?;
            }
            // A required cell that is missing stands behind the last cell of the row.
            for index in beside.bad.iter().filter(|index| **index >= row.cells.len() && **index < width) {
                out.put(at, u16::try_from(*index).unwrap_or(u16::MAX), &Value::Empty, Paint::Bad)?;
            }
            out.put(at, first, &Value::from(beside.result), beside.paint)?;
            out.put(at, first.saturating_add(1), &Value::from(beside.reason), beside.paint)
        })
    }

    fn write_csv(self, workbook: &mut Workbook, sheet: &str, out: &mut CsvOut) -> Result<(), MarkError> {
        let width = self.width;
        let mut written = 0;
        self.each(workbook, sheet, |row, beside| {
            // Blank rows stay, so that row numbers do.
            while written + 1 < row.number {
                out.row([].iter())?;
                written += 1;
            }
            written = row.number;
            let mut values: Vec<Value<'_>> =
                (0..width).map(|index| Value::from(row.cell(index).as_text().into_owned())).collect();
            values.push(Value::from(beside.result));
            values.push(Value::from(beside.reason));
            out.row(values.iter())
        })
    }
}

/// The merged ranges left of the added columns, from the top, as many as may be merged again.
fn small_merges(mut merges: Vec<MergedRange>, width: usize) -> Vec<MergedRange> {
    merges.retain(|range| (range.last_column as usize) < width);
    merges.sort_by_key(|range| range.first_row);
    let mut left = MERGED_CELLS_MAX;
    merges.retain(|range| {
        let rows = u64::from(range.last_row.saturating_sub(range.first_row)) + 1;
        let columns = u64::from(range.last_column.saturating_sub(range.first_column)) + 1;
        let cells = rows * columns;
        let fits = cells > 1 && cells <= left;
        left -= if fits { cells } else { 0 };
        fits
    });
    merges
}

/// Writes a cell as the user had it.
fn put(out: &mut XlsxOut, row: u32, column: u16, cell: &Cell, paint: Paint) -> Result<(), WriteError> {
    match &cell.value {
        CellValue::Empty => out.put(row, column, &Value::Empty, paint),
        CellValue::Number(number) => out.put(row, column, &Value::Number(*number), paint),
        CellValue::DateSerial(serial) => out.serial(row, column, *serial, paint),
        CellValue::Text(text) => out.put(row, column, &Value::from(text.as_str()), paint),
        CellValue::Bool(_) | CellValue::Error(_) => {
            out.put(row, column, &Value::from(cell.as_text().into_owned()), paint)
        }
    }
}
