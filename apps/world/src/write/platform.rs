//! 832 platform: export of orders.

use std::path::Path;

use super::{cell, number};
use crate::{dice::Dice, report::Row, truth::TrueStage};

const TITLES: &[&str] = &[
    "订单编号",
    "子订单号",
    "供应商名称",
    "供应商统一社会信用代码",
    "采购单位",
    "所属预算单位",
    "商品名称",
    "产地",
    "规格",
    "数量",
    "单位",
    "单价(元)",
    "商品金额(元)",
    "运费(元)",
    "实付金额(元)",
    "下单时间",
    "付款时间",
    "签收时间",
    "订单状态",
    "退款金额(元)",
    "退款时间",
    "发票号码",
    "收货城市",
];

pub(crate) fn write(path: &Path, rows: &[Row]) -> anyhow::Result<Vec<u32>> {
    let mut book = super::workbook()?;
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name("订单明细")?;
    for (column, title) in (0_u16..).zip(TITLES) {
        sheet.write(0, column, *title)?;
    }
    let mut numbers = Vec::with_capacity(rows.len());
    for (line, row) in (1_u32..).zip(rows) {
        let mut dice = Dice::of(u64::from(row.trade), &[60]);
        let time = format!("{:02}:{:02}:{:02}", dice.range(8, 21), dice.range(0, 59), dice.range(0, 59));
        let order = row.order_no.clone().unwrap_or_default();
        let accepted = row.day.plus_days(i32::try_from(dice.range(2, 9)).unwrap_or(2));
        let done = row.stage == TrueStage::Accepted;
        let buyer = row.buyer.clone().unwrap_or_default();
        let (ordered, paid) =
            if done { (row.day.plus_days(-3), row.day.plus_days(-1)) } else { (row.day, row.day) };
        let refunded = row.returned > 0;
        let texts = [
            (0, order.clone()),
            (1, format!("{order}01")),
            (2, row.seller.clone()),
            (3, row.credit_code.clone()),
            (4, buyer.clone()),
            (5, buyer),
            (6, row.product.clone()),
            (7, row.origin.clone()),
            (8, "散装".to_owned()),
            (10, "公斤".to_owned()),
            (15, format!("{ordered} {time}")),
            (16, format!("{paid} {time}")),
            (17, if done { format!("{} {time}", row.day) } else { String::new() }),
            (18, if done { "已签收" } else { "已付款" }.to_owned()),
            (20, if refunded { format!("{accepted} {time}") } else { String::new() }),
            (21, row.invoice_no.clone().unwrap_or_default()),
            (22, row.city.clone()),
        ];
        for (column, text) in texts {
            sheet.write(line, column, text)?;
        }
        sheet.write(line, 9, number(row.grams) / 1000.0)?;
        sheet.write(line, 11, cell(row.price))?;
        sheet.write(line, 12, cell(row.amount))?;
        sheet.write(line, 13, cell(row.freight))?;
        sheet.write(line, 14, cell(row.amount + row.freight))?;
        sheet.write(line, 19, cell(row.returned))?;
        numbers.push(line + 1);
    }
    book.save(path)?;
    Ok(numbers)
}
