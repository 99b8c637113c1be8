//! Suppliers' counties: what their firms sold to Guangdong in a quarter or a year.

use std::path::Path;

use rust_xlsxwriter::Format;

use super::{cell, number};
use crate::{dice::Dice, report::Row, truth::TrueStage};

const TITLES: &[&str] = &[
    "序号",
    "销售日期",
    "销售单位",
    "统一社会信用代码",
    "产品名称",
    "产地",
    "数量",
    "单位",
    "销售金额",
    "购买方",
    "销往城市",
    "交易阶段",
    "发票号码",
    "是否扶贫产品",
];

pub(crate) fn write(path: &Path, span: &str, rows: &[Row]) -> anyhow::Result<Vec<u32>> {
    let mut book = super::workbook()?;
    let sheet = book.add_worksheet();
    sheet.set_name("销售情况")?;
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 13, "消费扶贫产品销往广东情况表", &plain)?;
    let heading = format!("统计时间：{span}    单位：元");
    sheet.merge_range(1, 0, 1, 13, &heading, &plain)?;
    for (column, title) in (0_u16..).zip(TITLES) {
        sheet.write(2, column, *title)?;
    }
    let mut numbers = Vec::with_capacity(rows.len());
    let mut total = 0;
    for (line, row) in (3_u32..).zip(rows) {
        let mut dice = Dice::of(u64::from(row.trade), &[64]);
        let day = row.day;
        total += row.amount;
        sheet.write(line, 0, line - 2)?;
        sheet.write(
            line,
            1,
            format!("{}年{}月{}日", day.year(), day.month().number(), day.yyyymmdd() % 100),
        )?;
        sheet.write(line, 2, &row.seller)?;
        sheet.write(line, 3, if dice.chance(700) { row.credit_code.as_str() } else { "" })?;
        sheet.write(line, 4, &row.product)?;
        sheet.write(line, 5, &row.origin)?;
        sheet.write(line, 6, number(row.grams) / 1000.0)?;
        sheet.write(line, 7, "公斤")?;
        sheet.write(line, 8, cell(row.amount))?;
        sheet.write(line, 9, row.buyer.as_deref().unwrap_or_default())?;
        sheet.write(line, 10, &row.city)?;
        let stage = match row.stage {
            TrueStage::Signed => "已签约",
            TrueStage::Paid => "已付款",
            TrueStage::Accepted => "已验收",
        };
        sheet.write(line, 11, stage)?;
        sheet.write(line, 12, row.invoice_no.as_deref().unwrap_or_default())?;
        sheet.write(line, 13, if row.certified { "是" } else { "否" })?;
        numbers.push(line + 1);
    }
    let last = u32::try_from(rows.len())? + 3;
    sheet.write(last, 0, "合计")?;
    sheet.write(last, 8, cell(total))?;
    book.save(path)?;
    Ok(numbers)
}
