//! One file of a source: its sheet, its columns, its rows.

use camino::Utf8Path;
use serde::{Deserialize, Serialize};
use sh_files::{
    OpenError,
    fold::fold_text,
    header::Header,
    parse::{DayOptions, TotalKind},
    sheet::{Limits, Workbook},
    table::{RowKind, Table, TableRow},
};
use sh_kernel::{Day, Month, RegionCode};

use super::{
    columns::{Columns, Mapping},
    fields::{Field, specs},
    profiles::{self, Defaults, Template},
    reader::{FileFacts, ReadRow, RowReader},
};
use crate::model::{SourceCode, SourceKind};

/// What a file may cost (上限): 64 MiB, 1 GiB unpacked, 1,000,000 rows, 200 columns.
pub const LIMITS: Limits =
    Limits { file_bytes: 64 << 20, inflated_bytes: 1 << 30, rows: 1_000_000, columns: 200 };

/// Worksheets of one file that are read as one table at most: five years by month.
pub const SHEETS_MAX: usize = 60;

/// What a profile says instead of a worksheet's name for “every one with this header”. No worksheet can be called so.
pub const EVERY_SHEET: &str = "*";

/// How the files of one source are read, on one day.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The source.
    pub source: SourceCode,
    /// Its kind.
    pub kind: SourceKind,
    /// The division it reports for.
    pub region: Option<RegionCode>,
    /// What a person has corrected.
    pub mapping: Mapping,
    /// Days after this one lie in the future.
    pub today: Day,
}

impl Plan {
    /// What is taken for granted.
    pub fn defaults(&self) -> Defaults {
        profiles::defaults(&self.source, self.kind, self.region)
    }

    /// The standard file.
    pub const fn template(&self) -> &'static Template {
        profiles::template(self.kind)
    }

    /// Whether a file without a row of totals is taken for cut off.
    pub fn expects_total(&self) -> bool {
        self.mapping.total_row.unwrap_or(self.template().total_row)
    }
}

/// Why a file as a whole cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It cannot be opened or read to its end.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No row of it has the titles that this source's files have.
    #[error("no header was found")]
    NoHeader(Box<Sheets>),
    /// The header lacks what a sale needs.
    #[error("the columns {:?} are missing", .0.missing)]
    WrongTemplate(Box<WrongTemplate>),
    /// There is a header and no row of data below it.
    #[error("the file has a header and no rows")]
    NoRows,
    /// More worksheets of the same header than are read as one table.
    #[error("{0} worksheets have the same header; at most {SHEETS_MAX} are read as one table")]
    TooManySheets(usize),
}

/// A table that lacks what a sale needs.
#[derive(Debug)]
pub struct WrongTemplate {
    /// The fields that no column was taken for.
    pub missing: Vec<Field>,
    /// The columns that the file has.
    pub columns: Columns,
    /// Its worksheets.
    pub sheets: Sheets,
}

impl FileFault {
    /// The stable code; the text is `problem-<code>`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::NoHeader(_) => "import-no-header",
            Self::WrongTemplate(_) => "import-wrong-template",
            Self::NoRows => "import-no-rows",
            Self::TooManySheets(_) => "import-too-many-sheets",
        }
    }
}

/// The worksheets of a file (工作表).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sheets {
    /// Those that people see, in the order of their tabs. A text file has one without a name.
    pub all: Vec<String>,
    /// The one that is read; the first of them if several are.
    pub read: String,
    /// Whether a person chose it, or chose every one with the same header.
    pub chosen: bool,
    /// All that are read, in the order of their tabs, if a person chose every one with the same header; else empty.
    pub parts: Vec<SheetPart>,
    /// Others that hold such a table, too, and are not read.
    pub left_out: Vec<String>,
}

/// A worksheet that is read together with others. Their rows are numbered on from sheet to sheet, so that each row of a
/// file has a number of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SheetPart {
    /// The name on its tab.
    pub name: String,
    /// The number of the last row before it.
    pub before: u32,
}

impl Sheets {
    /// Where the row of this number stands: the worksheet, if several are read, and the row as people see it there.
    pub fn place(&self, row: u32) -> (Option<&str>, u32) {
        let part = self.parts.iter().rev().find(|part| part.before < row);
        part.map_or((None, row), |part| (Some(&part.name), row.saturating_sub(part.before)))
    }

    /// The names of those that are read.
    pub fn names(&self) -> String {
        if self.parts.is_empty() {
            return self.read.clone();
        }
        let names: Vec<&str> = self.parts.iter().map(|part| part.name.as_str()).collect();
        names.join("、")
    }
}

/// The shape of a file.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Its worksheets.
    pub sheets: Sheets,
    /// The table that is read.
    pub first: Part,
    /// Tables of other worksheets that are read with it.
    pub more: Vec<Part>,
}

impl Layout {
    /// Every table that is read, in the order of the tabs.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

/// The table of one worksheet.
#[derive(Debug, Clone)]
pub struct Part {
    /// The name on the tab.
    pub name: String,
    /// Its header.
    pub header: Header,
    /// What the columns say.
    pub columns: Columns,
    /// What else is known of it.
    pub facts: FileFacts,
}

/// What a row of a file is.
#[derive(Debug)]
pub enum FileRow {
    /// A worksheet begins.
    Sheet,
    /// A row of data, read.
    Data(Box<ReadRow>),
    /// A row that sums up others.
    Total {
        /// Its number within the file, see [`Sheets::place`].
        row: u32,
        /// What it sums up.
        kind: TotalKind,
        /// What stands in the amount column, as shown.
        shown: String,
        /// The same as an amount.
        stated: Option<sh_kernel::Fen>,
    },
    /// A repeated header.
    Repeat,
}

/// Opens a file and finds out its shape.
///
/// # Errors
/// [`FileFault`] if it cannot be read or has not the columns that a sale needs.
pub fn layout(path: &Utf8Path, plan: &Plan) -> Result<(Workbook, Layout), FileFault> {
    let mut workbook = Workbook::open(path, &LIMITS)?;
    let seen = workbook.sheets().iter().filter(|info| !info.hidden);
    let all = seen.map(|info| info.name.clone()).collect();
    let sheets = Sheets { all, ..Sheets::default() };
    let layout = if plan.mapping.sheet.as_deref() == Some(EVERY_SHEET) {
        every_sheet(&mut workbook, plan, sheets)?
    } else {
        one_sheet(&mut workbook, plan, sheets)?
    };
    Ok((workbook, layout))
}

/// The worksheet that a person chose, if the file has it, else the one that answers most of the fields.
fn one_sheet(workbook: &mut Workbook, plan: &Plan, mut sheets: Sheets) -> Result<Layout, FileFault> {
    let saved = plan.mapping.saved();
    if let Some(name) = plan.mapping.sheet.as_ref().filter(|name| sheets.all.contains(name)) {
        sheets.read.clone_from(name);
        sheets.chosen = true;
        let Some(header) = workbook.find_header(name, specs(), &saved)? else {
            return Err(FileFault::NoHeader(Box::new(sheets)));
        };
        let first = Part::of(workbook, plan, name.clone(), header)?;
        return whole(sheets, first, Vec::new());
    }
    let mut found = workbook.headers(specs(), &saved)?.into_iter();
    let Some((name, header)) = found.next() else { return Err(FileFault::NoHeader(Box::new(sheets))) };
    sheets.read.clone_from(&name);
    let others = found.filter(|(_, header)| missing(header, &Columns::of(header, &plan.mapping)).is_empty());
    sheets.left_out = others.map(|(name, _)| name).collect();
    let first = Part::of(workbook, plan, name, header)?;
    whole(sheets, first, Vec::new())
}

/// Every worksheet with the header of the one that answers most of the fields, in the order of the tabs.
fn every_sheet(workbook: &mut Workbook, plan: &Plan, mut sheets: Sheets) -> Result<Layout, FileFault> {
    let found = workbook.headers(specs(), &plan.mapping.saved())?;
    let Some((_, best)) = found.first() else { return Err(FileFault::NoHeader(Box::new(sheets))) };
    let best = Columns::of(best, &plan.mapping);
    let mut alike = Vec::new();
    for (name, header) in found {
        let columns = Columns::of(&header, &plan.mapping);
        if columns.resembles(&best) {
            alike.push((name, header));
        } else if missing(&header, &columns).is_empty() {
            sheets.left_out.push(name);
        }
    }
    if alike.len() > SHEETS_MAX {
        return Err(FileFault::TooManySheets(alike.len()));
    }
    alike.sort_by_key(|(name, _)| sheets.all.iter().position(|other| other == name));
    let mut parts = Vec::with_capacity(alike.len());
    for (name, header) in alike {
        sheets.parts.push(SheetPart { name: name.clone(), before: 0 });
        parts.push(Part::of(workbook, plan, name, header)?);
    }
    sheets.chosen = true;
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else { return Err(FileFault::NoHeader(Box::new(sheets))) };
    sheets.read.clone_from(&first.name);
    whole(sheets, first, parts.collect())
}

/// The layout, unless a table lacks what a sale needs.
fn whole(sheets: Sheets, first: Part, more: Vec<Part>) -> Result<Layout, FileFault> {
    for part in std::iter::once(&first).chain(&more) {
        let missing = missing(&part.header, &part.columns);
        if !missing.is_empty() {
            let columns = part.columns.clone();
            return Err(FileFault::WrongTemplate(Box::new(WrongTemplate { missing, columns, sheets })));
        }
    }
    Ok(Layout { sheets, first, more })
}

impl Part {
    fn of(workbook: &mut Workbook, plan: &Plan, name: String, header: Header) -> Result<Self, FileFault> {
        let columns = Columns::of(&header, &plan.mapping);
        let (month, year) = month_of(&header.above);
        let merged = workbook.merges(&name)?;
        let downwards = merged.iter().filter(|range| {
            range.first_row > header.row
                && range.last_row > range.first_row
                && range.first_column == range.last_column
        });
        let facts = FileFacts {
            days: DayOptions { default_year: year, system: workbook.date_system() },
            month,
            merged: downwards
                .map(|range| (range.first_column as usize, range.first_row, range.last_row))
                .collect(),
        };
        Ok(Self { name, header, columns, facts })
    }
}

/// What a table lacks before its rows can become claims.
fn missing(header: &Header, columns: &Columns) -> Vec<Field> {
    let month = month_of(&header.above).0.map(|_| Field::Month);
    columns.missing(month.as_slice())
}

/// Reads a file from its first row to its last and hands each to `take`, which says whether to go on. Rows of several
/// worksheets are numbered on from sheet to sheet, see [`Sheets::place`].
///
/// # Errors
/// [`FileFault`] as soon as the file cannot be read on; rows before that have been handed over.
pub fn each_row(
    path: &Utf8Path,
    plan: &Plan,
    mut take: impl FnMut(&Part, FileRow) -> bool,
) -> Result<Layout, FileFault> {
    let (mut workbook, mut layout) = layout(path, plan)?;
    let mut sheets = std::mem::take(&mut layout.sheets);
    let mut reader = RowReader::of(&layout.first, plan);
    let (mut before, mut seen) = (0_u32, 0_u32);
    let mut goes_on = true;
    for (place, part) in layout.parts().enumerate() {
        if place > 0 {
            reader.turn_to(part);
        }
        if let Some(known) = sheets.parts.get_mut(place) {
            known.before = before;
        }
        goes_on = goes_on && take(part, FileRow::Sheet);
        let mut last = 0;
        for row in Table::below(&mut workbook, &part.name, part.header.clone())? {
            if !goes_on {
                break;
            }
            let row = row?;
            seen = seen.saturating_add(1);
            if seen > LIMITS.rows {
                return Err(OpenError::TooManyRows { limit: LIMITS.rows }.into());
            }
            last = row.row.number;
            goes_on = take(part, read_row(&mut reader, part, &row, before));
        }
        before = before.saturating_add(last);
    }
    layout.sheets = sheets;
    Ok(layout)
}

fn read_row(reader: &mut RowReader, part: &Part, row: &TableRow, before: u32) -> FileRow {
    match row.kind {
        RowKind::HeaderRepeat => FileRow::Repeat,
        RowKind::Total(kind) if !looks_like_a_sale(&part.columns, &row.row) => {
            let cell = reader.amount_column().map(|column| (row.row.cell(column.index), column.unit));
            FileRow::Total {
                row: row.row.number.saturating_add(before),
                kind,
                shown: cell.map(|(cell, _)| cell.as_text().trim().to_owned()).unwrap_or_default(),
                stated: cell.and_then(|(cell, unit)| sh_files::parse::money(cell, unit).ok()),
            }
        }
        RowKind::Total(_) | RowKind::Data => FileRow::Data(Box::new(reader.read(&row.row).after(before))),
    }
}

/// A row that names seller, product and day is a sale, whatever word it begins with.
fn looks_like_a_sale(columns: &Columns, row: &sh_files::sheet::SheetRow) -> bool {
    let filled = |field: Field| columns.get(field).is_some_and(|column| !row.cell(column.index).is_empty());
    let day = Field::ALL.iter().any(|field| field.is_day() && filled(*field));
    filled(Field::Seller) && filled(Field::Product) && day
}

/// The month and the year that the lines above the table name: `统计月份：2020年11月`. A span of months gives the year only.
fn month_of(above: &[String]) -> (Option<Month>, Option<i32>) {
    let mut year_only = None;
    for line in above {
        let line = fold_text(line);
        for (at, _) in line.match_indices('年') {
            let (before, after) = line.split_at(at);
            let digits: String = before.chars().rev().take(4).collect();
            let year: String = digits.chars().rev().collect();
            let Some(year) = year.parse::<i32>().ok().filter(|year| (2010..=2100).contains(year)) else {
                continue;
            };
            let after = after.trim_start_matches('年');
            let month: String = after.chars().take_while(char::is_ascii_digit).collect();
            let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
            let one = rest.starts_with('月') && !rest.starts_with("月-") && !rest.starts_with("月至");
            if let (true, Ok(number)) = (one, month.parse::<i64>())
                && let Ok(month) = Month::from_yyyymm(i64::from(year) * 100 + number)
            {
                return (Some(month), Some(year));
            }
            year_only = year_only.or(Some(year));
        }
    }
    (None, year_only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_names_the_month() {
        let month = |text: &str| {
            let (month, year) = month_of(&["广州市月报表".to_owned(), text.to_owned()]);
            (month.map(Month::yyyymm), year)
        };
        assert_eq!(month("统计月份：２０２０年１１月　　单位：万元"), (Some(202_011), Some(2020)));
        assert_eq!(month("2020 年 9 月"), (Some(202_009), Some(2020)));
        assert_eq!(month("2020年1—11月"), (None, Some(2020)));
        assert_eq!(month("2020年1月至11月"), (None, Some(2020)));
        assert_eq!(month("填报单位：广州市协作办"), (None, None));
    }
}
