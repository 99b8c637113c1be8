//! Market and pavilions: export of the till, comma-separated in GB18030.

use std::{fs, path::Path};

use encoding_rs::GB18030;

use super::yuan;
use crate::{dice::Dice, report::Row};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Market,
    Pavilion,
}

const MARKET: &[&str] = &[
    "流水号",
    "交易时间",
    "专馆名称",
    "销售单位",
    "商品名称",
    "产地",
    "数量",
    "单位",
    "单价",
    "金额",
    "经营方式",
    "购买方",
    "状态",
    "是否扶贫产品",
    "销往城市",
    "付款方式",
];

pub(crate) fn write(path: &Path, rows: &[Row], place: Place) -> anyhow::Result<Vec<u32>> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(Vec::new());
    writer.write_record(MARKET)?;
    let mut numbers = Vec::with_capacity(rows.len());
    let mut total = 0;
    for (line, row) in (2_u32..).zip(rows) {
        let mut dice = Dice::of(u64::from(row.trade), &[61]);
        let outlet = match place {
            Place::Market => format!("{:02}号馆", row.outlet.unwrap_or(1)),
            Place::Pavilion => format!("{}第{}消费扶贫专馆", row.city, row.outlet.unwrap_or(1)),
        };
        let seller = if row.own_account { outlet.clone() } else { row.seller.clone() };
        let day = row.day;
        let month = day.month();
        let time = format!(
            "{}/{}/{} {}:{:02}",
            day.year(),
            month.number(),
            day.yyyymmdd() % 100,
            dice.range(9, 20),
            dice.range(0, 59)
        );
        total += row.amount;
        writer.write_record([
            row.order_no.as_deref().unwrap_or_default(),
            &time,
            &outlet,
            &seller,
            &row.product,
            &row.origin,
            &format!("{}.{:03}", row.grams / 1000, row.grams % 1000),
            "公斤",
            &yuan(row.price),
            &yuan(row.amount),
            if row.own_account { "自营" } else { "代销" },
            row.buyer.as_deref().unwrap_or_default(),
            "已完成",
            if row.certified { "是" } else { "否" },
            &row.city,
            *dice.pick(&["微信", "支付宝", "现金", "银行卡"]),
        ])?;
        numbers.push(line);
    }
    let mut sum: Vec<String> = vec![String::new(); MARKET.len()];
    "合计".clone_into(&mut sum[0]);
    sum[9] = yuan(total);
    writer.write_record(&sum)?;
    let text = String::from_utf8(writer.into_inner()?)?;
    fs::write(path, GB18030.encode(&text).0)?;
    Ok(numbers)
}
