//! Vending counters: the journal, one object per sale, amounts in fen.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::json;

use crate::{dice::Dice, report::Row};

pub(crate) fn write(path: &Path, rows: &[Row]) -> anyhow::Result<Vec<u32>> {
    let mut text = String::new();
    let mut numbers = Vec::with_capacity(rows.len());
    for (line, row) in (1_u32..).zip(rows) {
        let mut dice = Dice::of(u64::from(row.trade), &[62]);
        let sold_at = format!(
            "{}T{:02}:{:02}:{:02}+08:00",
            row.day,
            dice.range(7, 22),
            dice.range(0, 59),
            dice.range(0, 59)
        );
        let sale = json!({
            "id": row.order_no,
            "counter": format!("C{:04}", row.outlet.unwrap_or(1)),
            "sold_at": sold_at,
            "seller": row.seller,
            "product": row.product,
            "origin": row.origin,
            "quantity": row.grams,
            "unit": "克",
            "amount_fen": row.amount,
            "mode": "代销",
            "certified": if row.certified { "是" } else { "否" },
            "destination": row.city,
            "status": "paid",
            "refund_fen": row.returned,
            "paid_by": dice.pick(&["wechat", "alipay"]),
        });
        writeln!(text, "{sale}")?;
        numbers.push(line);
    }
    fs::write(path, text)?;
    Ok(numbers)
}
