//! One file of a source: its sheet, its columns, its rows.

use camino::Utf8Path;
use serde::{Deserialize, Serialize};
use sh_files::{
    OpenError,
    fold::fold_text,
    header::Header,
    parse::{DayOptions, TotalKind},
    sheet::{Limits, Workbook},
    table::{RowKind, Table},
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
        }
    }
}

/// The worksheets of a file (工作表).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sheets {
    /// Those that people see, in the order of their tabs. A text file has one without a name.
    pub all: Vec<String>,
    /// The one that is read.
    pub read: String,
    /// Whether a person chose it.
    pub chosen: bool,
    /// Others that hold such a table, too, and are not read, because nobody chose.
    pub left_out: Vec<String>,
}

/// The shape of a file.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Its worksheets.
    pub sheets: Sheets,
    /// Its header.
    pub header: Header,
    /// What the columns say.
    pub columns: Columns,
    /// What else is known of the file.
    pub facts: FileFacts,
}

/// What a row of a file is.
#[derive(Debug)]
pub enum FileRow {
    /// A row of data, read.
    Data(Box<ReadRow>),
    /// A row that sums up others.
    Total {
        /// Row as the user's file numbers it.
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
    let (sheets, header) = sheet_of(&mut workbook, plan)?;
    let columns = Columns::of(&header, &plan.mapping);
    let (month, year) = month_of(&header.above);
    let missing = missing(&header, &columns);
    if !missing.is_empty() {
        return Err(FileFault::WrongTemplate(Box::new(WrongTemplate { missing, columns, sheets })));
    }
    let merged = workbook.merges(&sheets.read)?;
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
    Ok((workbook, Layout { sheets, header, columns, facts }))
}

/// The worksheet to read: the one that a person chose, if the file has it, else the one that answers most of the fields.
fn sheet_of(workbook: &mut Workbook, plan: &Plan) -> Result<(Sheets, Header), FileFault> {
    let saved = plan.mapping.saved();
    let seen = workbook.sheets().iter().filter(|info| !info.hidden);
    let mut sheets = Sheets { all: seen.map(|info| info.name.clone()).collect(), ..Sheets::default() };
    if let Some(name) = plan.mapping.sheet.as_ref().filter(|name| sheets.all.contains(name)) {
        sheets.read.clone_from(name);
        sheets.chosen = true;
        return match workbook.find_header(name, specs(), &saved)? {
            Some(header) => Ok((sheets, header)),
            None => Err(FileFault::NoHeader(Box::new(sheets))),
        };
    }
    let mut found = workbook.headers(specs(), &saved)?.into_iter();
    let Some((name, header)) = found.next() else { return Err(FileFault::NoHeader(Box::new(sheets))) };
    let whole = |header: &Header| missing(header, &Columns::of(header, &plan.mapping)).is_empty();
    sheets.read = name;
    sheets.left_out = found.filter(|(_, header)| whole(header)).map(|(name, _)| name).collect();
    Ok((sheets, header))
}

/// What a table lacks before its rows can become claims.
fn missing(header: &Header, columns: &Columns) -> Vec<Field> {
    let month = month_of(&header.above).0.map(|_| Field::Month);
    columns.missing(month.as_slice())
}

/// Reads a file from its first row to its last and hands each to `take`, which says whether to go on.
///
/// # Errors
/// [`FileFault`] as soon as the file cannot be read on; rows before that have been handed over.
pub fn each_row(
    path: &Utf8Path,
    plan: &Plan,
    mut take: impl FnMut(&Layout, FileRow) -> bool,
) -> Result<Layout, FileFault> {
    let (mut workbook, layout) = layout(path, plan)?;
    let mut reader = RowReader::new(
        layout.columns.clone(),
        plan.defaults(),
        layout.facts.clone(),
        &plan.mapping,
        plan.today,
    );
    let amount = reader.amount_column().cloned();
    for row in Table::below(&mut workbook, &layout.sheets.read, layout.header.clone())? {
        let row = row?;
        let next = match row.kind {
            RowKind::HeaderRepeat => FileRow::Repeat,
            RowKind::Total(kind) if !looks_like_a_sale(&layout.columns, &row.row) => {
                let cell = amount.as_ref().map(|column| (row.row.cell(column.index), column.unit));
                FileRow::Total {
                    row: row.row.number,
                    kind,
                    shown: cell.map(|(cell, _)| cell.as_text().trim().to_owned()).unwrap_or_default(),
                    stated: cell.and_then(|(cell, unit)| sh_files::parse::money(cell, unit).ok()),
                }
            }
            RowKind::Total(_) | RowKind::Data => FileRow::Data(Box::new(reader.read(&row.row))),
        };
        if !take(&layout, next) {
            break;
        }
    }
    Ok(layout)
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
