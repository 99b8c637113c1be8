//! The files, each in the shape in which its sender really writes it.

mod city;
mod counter;
mod county;
mod platform;
pub(crate) mod register;
mod till;
mod union;

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use sh_kernel::Month;

use crate::{
    places::Places,
    report::{Reporter, Row},
    scale::Scale,
};

/// A file on disk and which row of it reports which sale.
pub(crate) struct Written {
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) rows: Vec<(u32, u32)>,
}

/// Sales in one journal of the counters, about 50 MiB; a busy month takes several.
const JOURNAL_ROWS_MAX: usize = 150_000;

/// How many rows a reporter writes into one file before the next is begun.
pub(crate) const fn rows_of_a_file(reporter: Reporter) -> usize {
    if matches!(reporter, Reporter::Counter) { JOURNAL_ROWS_MAX } else { usize::MAX }
}

/// Writes the file of one reporter and period, or its part with this position.
pub(crate) fn file(
    folder: &Path,
    scale: &Scale,
    reporter: Reporter,
    (period, part): (Month, usize),
    rows: &[Row],
    places: &Places,
) -> anyhow::Result<Written> {
    let month = match part {
        0 => period.yyyymm().to_string(),
        more => format!("{}_{}", period.yyyymm(), more + 1),
    };
    let (source, name) = match reporter {
        Reporter::Platform => ("832".to_owned(), format!("832平台订单导出_{month}.xlsx")),
        Reporter::Market => ("market".to_owned(), format!("交易市场收银_{month}.csv")),
        Reporter::Pavilion => ("pavilion".to_owned(), format!("专馆收银_{month}.csv")),
        Reporter::Counter => ("counter".to_owned(), format!("专柜流水_{month}.jsonl")),
        Reporter::Union => ("union".to_owned(), format!("工会采购清单_{month}.xlsx")),
        Reporter::County(province) => {
            let name = &places.provinces[province][0].province_short;
            ("supplier".to_owned(), format!("{name}供货县报表_{month}.xlsx"))
        }
        Reporter::City(city) => {
            let city = &places.cities[city];
            let kind = match scale.city_months {
                1 => "月报",
                3 => "季报",
                _ => "年报",
            };
            (format!("city-{}", city.code), format!("{}消费扶贫{kind}_{month}.xlsx", city.name))
        }
    };
    let path = folder.join(&name);
    let numbers = match reporter {
        Reporter::Platform => platform::write(&path, rows)?,
        Reporter::Market => till::write(&path, rows, till::Place::Market)?,
        Reporter::Pavilion => till::write(&path, rows, till::Place::Pavilion)?,
        Reporter::Counter => counter::write(&path, rows)?,
        Reporter::Union => union::write(&path, &span(period, scale.list_months), rows)?,
        Reporter::County(_) => county::write(&path, &span(period, scale.list_months), rows)?,
        Reporter::City(position) => {
            city::write(&path, &span(period, scale.city_months), position, rows, places)?
        }
    };
    let rows = numbers.into_iter().zip(rows).map(|(number, row)| (number, row.trade)).collect();
    Ok(Written { source, name, path, rows })
}

/// A workbook that says it was made on the day of the press conference: the same world gives the same bytes each time,
/// so that a file that came in is known again.
pub(crate) fn workbook() -> anyhow::Result<Workbook> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2020, 12, 9)?));
    Ok(book)
}

/// How a heading names the months that end with `period`.
fn span(period: Month, months: i64) -> String {
    let (year, month) = (period.year(), period.number());
    match months {
        1 => format!("{year}年{month}月"),
        3 => format!("{year}年第{}季度", month / 3),
        _ => format!("{year}年"),
    }
}

/// Yuan with two decimals, without separators.
pub(crate) fn yuan(fen: i64) -> String {
    sh_kernel::Fen(fen).to_plain()
}

/// Fen as a number of yuan, as a spreadsheet holds it.
#[expect(clippy::cast_precision_loss, reason = "a spreadsheet cell is a floating-point number")]
pub(crate) fn cell(fen: i64) -> f64 {
    fen as f64 / 100.0
}

/// Whole units as a spreadsheet holds them.
#[expect(clippy::cast_precision_loss, reason = "a spreadsheet cell is a floating-point number")]
pub(crate) fn number(value: i64) -> f64 {
    value as f64
}
