//! The files, each in the shape in which its sender really writes it.

mod city;
mod counter;
mod county;
mod platform;
mod till;
mod union;

use std::path::{Path, PathBuf};

use sh_kernel::Month;

use crate::{
    places::Places,
    report::{Reporter, Row},
};

/// A file on disk and which row of it reports which sale.
pub(crate) struct Written {
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) rows: Vec<(u32, u32)>,
}

/// Writes the file of one reporter and period.
pub(crate) fn file(
    folder: &Path,
    reporter: Reporter,
    period: Month,
    rows: &[Row],
    places: &Places,
) -> anyhow::Result<Written> {
    let month = period.yyyymm();
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
            (format!("city-{}", city.code), format!("{}消费扶贫月报_{month}.xlsx", city.name))
        }
    };
    let path = folder.join(&name);
    let numbers = match reporter {
        Reporter::Platform => platform::write(&path, rows)?,
        Reporter::Market => till::write(&path, rows, till::Place::Market)?,
        Reporter::Pavilion => till::write(&path, rows, till::Place::Pavilion)?,
        Reporter::Counter => counter::write(&path, rows)?,
        Reporter::Union => union::write(&path, period, rows)?,
        Reporter::County(_) => county::write(&path, period, rows)?,
        Reporter::City(position) => city::write(&path, period, position, rows, places)?,
    };
    let rows = numbers.into_iter().zip(rows).map(|(number, row)| (number, row.trade)).collect();
    Ok(Written { source, name, path, rows })
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
