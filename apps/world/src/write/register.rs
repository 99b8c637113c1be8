//! Registers as offices keep them: a title over the table, a line of who and when, the table, a sum at its end.

use std::path::Path;

use rust_xlsxwriter::Format;
use sh_kernel::Day;

/// A register to be written.
pub(crate) struct Register<'a> {
    /// The line above the table.
    pub(crate) title: &'a str,
    /// Who keeps it, as of when.
    pub(crate) kept: &'a str,
    /// Titles of the columns, after the running number.
    pub(crate) columns: &'a [&'a str],
    /// The cells of each row.
    pub(crate) rows: Vec<Vec<String>>,
}

/// Writes a register.
pub(crate) fn write(path: &Path, register: &Register<'_>) -> anyhow::Result<()> {
    let mut book = super::workbook()?;
    let sheet = book.add_worksheet();
    sheet.set_name("名单")?;
    let plain = Format::new();
    let last = u16::try_from(register.columns.len())?;
    sheet.merge_range(0, 0, 0, last, register.title, &plain)?;
    sheet.merge_range(1, 0, 1, last, register.kept, &plain)?;
    sheet.write(2, 0, "序号")?;
    for (column, title) in (1_u16..).zip(register.columns) {
        sheet.write(2, column, *title)?;
    }
    for (line, row) in (3_u32..).zip(&register.rows) {
        sheet.write(line, 0, line - 2)?;
        for (column, cell) in (1_u16..).zip(row) {
            // Numbers stay numbers, as they do when somebody types them.
            match cell.parse::<u32>() {
                Ok(number) if cell.len() < 7 => sheet.write(line, column, number)?,
                _ => sheet.write(line, column, cell)?,
            };
        }
    }
    let end = u32::try_from(register.rows.len())? + 3;
    sheet.write(end, 0, "合计")?;
    sheet.write(end, 1, format!("共 {} 条", register.rows.len()))?;
    book.save(path)?;
    Ok(())
}

/// A day as one office or another writes it.
pub(crate) fn day(day: Day, way: i64) -> String {
    let (year, month, number) = (day.year(), day.month().number(), day.yyyymmdd() % 100);
    match way {
        0 => format!("{year}年{month}月{number}日"),
        1 => format!("{year}.{month}.{number}"),
        2 => format!("{year}/{month}/{number}"),
        _ => day.to_string(),
    }
}
