//! Unions: list of purchases of a quarter or a year.

use std::path::Path;

use rust_xlsxwriter::Format;
use sh_kernel::Fen;

use super::{cell, number};
use crate::{dice::Dice, report::Row};

const TITLES: &[&str] = &[
    "序号",
    "工会名称",
    "采购日期",
    "供应商",
    "商品名称",
    "产地",
    "数量",
    "单位",
    "单价（元）",
    "价税合计（元）",
    "发票号码",
    "去向",
    "是否扶贫产品",
    "备注",
];

pub(crate) fn write(path: &Path, span: &str, rows: &[Row]) -> anyhow::Result<Vec<u32>> {
    let mut book = super::workbook()?;
    let sheet = book.add_worksheet();
    sheet.set_name("采购清单")?;
    let title = format!("广东省工会消费扶贫采购清单（{span}）");
    sheet.merge_range(0, 0, 0, 13, &title, &Format::new())?;
    for (column, title) in (0_u16..).zip(TITLES) {
        sheet.write(1, column, *title)?;
    }
    let mut numbers = Vec::with_capacity(rows.len());
    let mut total = 0;
    for (line, row) in (2_u32..).zip(rows) {
        let mut dice = Dice::of(u64::from(row.trade), &[63]);
        let day = row.day;
        let date = match dice.range(0, 2) {
            0 => format!("{}.{}.{}", day.year(), day.month().number(), day.yyyymmdd() % 100),
            1 => format!("{}年{}月{}日", day.year(), day.month().number(), day.yyyymmdd() % 100),
            _ => day.to_string(),
        };
        total += row.amount;
        sheet.write(line, 0, line - 1)?;
        sheet.write(line, 1, row.buyer.as_deref().unwrap_or_default())?;
        sheet.write(line, 2, date)?;
        sheet.write(line, 3, &row.seller)?;
        sheet.write(line, 4, &row.product)?;
        sheet.write(line, 5, &row.origin)?;
        sheet.write(line, 6, number(row.grams) / 1000.0)?;
        sheet.write(line, 7, "公斤")?;
        sheet.write(line, 8, cell(row.price))?;
        // A list typed by hand: some amounts are text with separators.
        if dice.chance(300) {
            sheet.write(line, 9, Fen(row.amount).to_grouped())?;
        } else {
            sheet.write(line, 9, cell(row.amount))?;
        }
        sheet.write(line, 10, row.invoice_no.as_deref().unwrap_or_default())?;
        sheet.write(line, 11, &row.city)?;
        sheet.write(line, 12, if row.certified { "是" } else { "否" })?;
        numbers.push(line + 1);
    }
    let last = u32::try_from(rows.len())? + 2;
    sheet.write(last, 0, "合计")?;
    sheet.write(last, 9, cell(total))?;
    book.save(path)?;
    Ok(numbers)
}
