//! Cities: the return of a month or a longer time, each city in a form of its own: title rows, units, subtotals, month without day.

use std::path::Path;

use rust_xlsxwriter::{Format, Worksheet};

use super::number;
use crate::{
    dice::Dice,
    people::BuyerSort,
    places::Places,
    report::{Form, Row},
    truth::{TrueStage, Way},
};

/// Rows between two subtotals in the forms that have them.
const ROWS_PER_SUBTOTAL: usize = 40;

struct Writer<'a> {
    sheet: &'a mut Worksheet,
    form: Form,
    city: usize,
    line: u32,
    serial: u32,
    subtotal: i64,
    total: i64,
}

const fn amount_title(form: Form) -> &'static str {
    match form {
        Form::Yuan => "采购金额（元）",
        Form::Wan => "采购金额（万元）",
        Form::WithoutTax => "不含税金额(元)",
        Form::WithFreight => "含运费金额（元）",
    }
}

pub(crate) fn write(
    path: &Path,
    span: &str,
    position: usize,
    rows: &[Row],
    places: &Places,
) -> anyhow::Result<Vec<u32>> {
    let mut book = super::workbook()?;
    let sheet = book.add_worksheet();
    sheet.set_name("明细表")?;
    let form = Form::of_city(position);
    let plain = Format::new();
    let name = &places.cities[position].name;
    sheet.merge_range(0, 0, 0, 13, &format!("{name}消费扶贫采购销售情况统计表"), &plain)?;
    sheet.merge_range(1, 0, 1, 13, &format!("填报单位：{name}协作办    统计月份：{span}"), &plain)?;
    let day_title = if rows.first().is_some_and(|row| row.month_only) { "月份" } else { "采购日期" };
    let titles = [
        "序号",
        "采购单位",
        "采购单位类型",
        "供货单位",
        "产品名称",
        "产地（省、市、县）",
        day_title,
        "数量",
        "单位",
        amount_title(form),
        "采购性质",
        "销售渠道",
        "交易阶段",
        "是否扶贫产品",
        "订单编号",
        "发票号码",
    ];
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write(2, column, title)?;
    }
    let mut writer = Writer { sheet, form, city: position, line: 3, serial: 1, subtotal: 0, total: 0 };
    let mut numbers = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        numbers.push(writer.line + 1);
        writer.row(row)?;
        if position.is_multiple_of(2) && (index + 1) % ROWS_PER_SUBTOTAL == 0 {
            let subtotal = std::mem::take(&mut writer.subtotal);
            writer.sum("小计", subtotal)?;
        }
    }
    let total = writer.total;
    writer.sum("合计", total)?;
    writer.sheet.write(writer.line + 1, 0, "填报人：王某    审核人：李某")?;
    book.save(path)?;
    Ok(numbers)
}

impl Writer<'_> {
    fn row(&mut self, row: &Row) -> anyhow::Result<()> {
        let line = self.line;
        let mut dice = Dice::of(u64::from(row.trade), &[65]);
        let sort = row.buyer_sort.map_or("个人", BuyerSort::word);
        let direct = matches!(row.way, Way::Platform | Way::Company | Way::Union);
        let texts = [
            (1, row.buyer.clone().unwrap_or_else(|| "市民".to_owned())),
            (2, sort.to_owned()),
            (3, row.seller.clone()),
            (4, row.product.clone()),
            (5, row.origin.clone()),
            (8, "公斤".to_owned()),
            (10, if direct { "直接采购" } else { "帮助销售" }.to_owned()),
            (11, channel(row.way).to_owned()),
            (12, stage(row.stage).to_owned()),
            (13, if row.certified { "是" } else { "否" }.to_owned()),
            (14, row.order_no.clone().unwrap_or_default()),
            (15, row.invoice_no.clone().unwrap_or_default()),
        ];
        self.sheet.write(line, 0, self.serial)?;
        for (column, text) in texts {
            self.sheet.write(line, column, text)?;
        }
        self.day(row, &mut dice)?;
        self.sheet.write(line, 7, number(row.grams) / 1000.0)?;
        let written = self.amount(row)?;
        self.subtotal += written;
        self.total += written;
        self.line += 1;
        self.serial += 1;
        Ok(())
    }

    fn day(&mut self, row: &Row, dice: &mut Dice) -> anyhow::Result<()> {
        let (line, day) = (self.line, row.day);
        let (year, month, of_month) = (day.year(), day.month().number(), day.yyyymmdd() % 100);
        if row.month_only {
            self.sheet.write(line, 6, format!("{year}年{month}月"))?;
            return Ok(());
        }
        match (self.city + usize::from(dice.chance(100))) % 4 {
            0 => self.sheet.write(line, 6, format!("{year}-{month:02}-{of_month:02}"))?,
            1 => self.sheet.write(line, 6, format!("{year}年{month}月{of_month}日"))?,
            2 => self.sheet.write(line, 6, format!("{year}/{month}/{of_month}"))?,
            // A true date cell: days since 1899-12-30.
            _ => self.sheet.write_with_format(
                line,
                6,
                number(i64::from(day.day_number()) + 25_569),
                &Format::new().set_num_format("yyyy/m/d"),
            )?,
        };
        Ok(())
    }

    /// Writes the amount in the unit of the form and returns what was written, in ten-thousandths of that unit's yuan.
    fn amount(&mut self, row: &Row) -> anyhow::Result<i64> {
        let (line, fen) = (self.line, row.amount);
        let mut wan = self.form == Form::Wan;
        if row.unit_slip {
            wan = !wan;
        }
        // Four decimals of 万元 are whole yuan.
        let value = if wan { number((fen + 50) / 100) / 10_000.0 } else { super::cell(fen) };
        self.sheet.write(line, 9, value)?;
        #[expect(clippy::cast_possible_truncation, reason = "a reported amount stays far below the range")]
        let written = (value * 10_000.0).round() as i64;
        Ok(written)
    }

    fn sum(&mut self, title: &str, written: i64) -> anyhow::Result<()> {
        self.sheet.write(self.line, 0, title)?;
        self.sheet.write(self.line, 9, number(written) / 10_000.0)?;
        self.line += 1;
        Ok(())
    }
}

const fn channel(way: Way) -> &'static str {
    match way {
        Way::Platform => "832平台",
        Way::Wholesale => "批发商超",
        Way::Company | Way::Union => "单位直采",
        Way::Market => "交易市场",
        Way::PavilionStock | Way::PavilionRetail => "专馆",
        Way::Counter => "专柜",
        Way::Fair => "产销对接",
    }
}

const fn stage(stage: TrueStage) -> &'static str {
    match stage {
        TrueStage::Signed => "已签约",
        TrueStage::Paid => "已付款",
        TrueStage::Accepted => "已验收",
    }
}
