//! Who reports which sale, and what the report gets wrong.

use sh_kernel::{Day, Month};

use crate::{
    dice::Dice,
    goods::GOODS,
    people::{BuyerSort, People, variant},
    places::Places,
    scale::Scale,
    truth::{TrueStage, TrueTrade, Way},
};

/// Who sends a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reporter {
    Platform,
    Market,
    Pavilion,
    Counter,
    Union,
    /// Position of the province; one file holds the returns of its counties.
    County(usize),
    /// Position of the city.
    City(usize),
}

/// One report: which sale, in which file, drawn from which stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    pub(crate) reporter: Reporter,
    /// The file's period: a month, or the last month of a quarter.
    pub(crate) period: Month,
    pub(crate) trade: u32,
    pub(crate) noise: u64,
}

/// What a city's own form looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// 采购金额（元）, with tax.
    Yuan,
    /// 采购金额（万元）, four decimals.
    Wan,
    /// 不含税金额(元).
    WithoutTax,
    /// 金额（元，含运费）.
    WithFreight,
}

impl Form {
    pub(crate) const fn of_city(position: usize) -> Self {
        match position % 7 {
            2 => Self::WithoutTax,
            4 => Self::WithFreight,
            1 | 5 => Self::Wan,
            _ => Self::Yuan,
        }
    }
}

/// Cities that send the year so far instead of the month.
pub(crate) const fn is_cumulative(city: usize) -> bool {
    city == 9 || city == 16
}

/// One row as a reporter writes it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column or a slip of its own")]
pub(crate) struct Row {
    pub(crate) trade: u32,
    pub(crate) seller: String,
    pub(crate) credit_code: String,
    pub(crate) buyer: Option<String>,
    pub(crate) buyer_sort: Option<BuyerSort>,
    pub(crate) product: String,
    pub(crate) origin: String,
    pub(crate) city: String,
    pub(crate) day: Day,
    pub(crate) month_only: bool,
    pub(crate) grams: i64,
    pub(crate) price: i64,
    /// Fen, as this reporter counts them.
    pub(crate) amount: i64,
    pub(crate) freight: i64,
    pub(crate) returned: i64,
    pub(crate) stage: TrueStage,
    pub(crate) order_no: Option<String>,
    pub(crate) invoice_no: Option<String>,
    pub(crate) outlet: Option<u32>,
    pub(crate) certified: bool,
    pub(crate) own_account: bool,
    pub(crate) way: Way,
    /// The reporter meant one unit of money and wrote in another.
    pub(crate) unit_slip: bool,
}

/// Decides who reports a sale. Every sale is reported at least once: what nobody reports no system can know.
pub(crate) fn reports_of(
    trade: &TrueTrade,
    number: u32,
    people: &People,
    scale: &Scale,
    seed: u64,
) -> Vec<Report> {
    let mut dice = Dice::of(seed, &[40, u64::from(number)]);
    let month = trade.day.month();
    let province = people.sellers[trade.seller].province;
    let city = Reporter::City(trade.city);
    let county = Reporter::County(province);
    let mut reporters: Vec<Reporter> = Vec::new();
    let (first, city_permille, county_permille) = match trade.way {
        Way::Platform => (Some(Reporter::Platform), 560, 300),
        Way::Market => (Some(Reporter::Market), 300, 150),
        Way::PavilionRetail => (Some(Reporter::Pavilion), 0, 0),
        Way::Counter => (Some(Reporter::Counter), 0, 0),
        Way::Union => (Some(Reporter::Union), 380, 200),
        Way::Wholesale => (None, 780, 560),
        Way::Company => (None, 820, 450),
        Way::PavilionStock => (None, 600, 600),
        Way::Fair => (None, 850, 300),
    };
    reporters.extend(first);
    if dice.chance(city_permille) {
        reporters.push(city);
    }
    if dice.chance(county_permille) {
        reporters.push(county);
    }
    if reporters.is_empty() {
        reporters.push(city);
    }
    reporters
        .into_iter()
        .map(|reporter| Report {
            reporter,
            period: period_of(reporter, month, scale),
            trade: number,
            noise: dice.draw(),
        })
        .collect()
}

/// The last month of the period whose file holds the sales of a month.
fn period_of(reporter: Reporter, month: Month, scale: &Scale) -> Month {
    let months = match reporter {
        Reporter::Union | Reporter::County(_) => scale.list_months,
        Reporter::City(_) => scale.city_months,
        _ => scale.order_months,
    };
    let mut end = month;
    while i64::from(end.number()) % months.max(1) != 0 {
        end = end.next();
    }
    end
}

/// What the reporter writes down.
pub(crate) fn row_of(
    report: &Report,
    trade: &TrueTrade,
    alone: bool,
    people: &People,
    places: &Places,
) -> Row {
    let mut dice = Dice::of(report.noise, &[]);
    let seller = &people.sellers[trade.seller];
    let county = &places.provinces[seller.province][seller.county];
    let good = &GOODS[trade.good];
    let buyer = trade.buyer.map(|(sort, position)| people.buyer(sort, position).name.clone());
    let mut row = Row {
        trade: report.trade,
        seller: seller.name.clone(),
        credit_code: seller.credit_code.clone(),
        buyer,
        buyer_sort: trade.buyer.map(|(sort, _)| sort),
        product: good.name.to_owned(),
        origin: format!("{}{}{}", county.province_name, county.city_name, county.name),
        city: places.cities[trade.city].name.clone(),
        day: trade.day,
        month_only: false,
        grams: trade.grams,
        price: trade.price,
        amount: trade.amount,
        freight: 0,
        returned: trade.returned,
        stage: trade.stage,
        order_no: trade.order_no.clone(),
        invoice_no: trade.invoice_no.clone(),
        outlet: trade.outlet,
        certified: trade.certified,
        own_account: trade.way == Way::PavilionRetail,
        way: trade.way,
        unit_slip: false,
    };
    match report.reporter {
        Reporter::Platform => {
            row.freight = if dice.chance(400) { row.amount * dice.range(10, 60) / 1000 } else { 0 }
        }
        Reporter::Market | Reporter::Pavilion | Reporter::Counter => {
            row.product = product_name(trade, &mut dice);
        }
        Reporter::Union => union_list(&mut row, county, trade, &mut dice),
        Reporter::County(_) => county_return(&mut row, county, trade, &mut dice),
        Reporter::City(city) => city_return(&mut row, county, trade, city, alone, &mut dice),
    }
    row
}

fn product_name(trade: &TrueTrade, dice: &mut Dice) -> String {
    let good = &GOODS[trade.good];
    if good.variants.is_empty() || dice.chance(450) {
        good.name.to_owned()
    } else {
        (*dice.pick(good.variants)).to_owned()
    }
}

fn short_origin(county: &crate::places::County, dice: &mut Dice) -> String {
    match dice.range(0, 4) {
        0 => format!("{}{}", county.province_short, county.name),
        1 => format!("{}{}", county.province_name, county.name),
        2 => format!("{}{}{}", county.province_name, county.city_name, county.name),
        3 => format!("{} {}", county.province_short, county.name),
        _ => format!("{}·{}", county.province_short, county.name),
    }
}

/// The day on which a sale is noted, up to some days after it. The last returns are drawn up at the end of November 2020,
/// so nothing is noted later.
fn shift(day: Day, most: i64, dice: &mut Dice) -> Day {
    let noted = day.plus_days(i32::try_from(dice.range(0, most)).unwrap_or(0));
    Day::new(2020, 11, 30).map_or(noted, |last| noted.min(last.max(day)))
}

fn union_list(row: &mut Row, county: &crate::places::County, trade: &TrueTrade, dice: &mut Dice) {
    row.seller = variant(&row.seller, &county.province_short, dice);
    row.product = product_name(trade, dice);
    row.origin = short_origin(county, dice);
    row.day = shift(row.day, 4, dice);
    row.order_no = None;
    if dice.chance(300) {
        row.invoice_no = None;
    }
}

fn county_return(row: &mut Row, county: &crate::places::County, trade: &TrueTrade, dice: &mut Dice) {
    row.product = product_name(trade, dice);
    row.origin = short_origin(county, dice);
    row.day = shift(row.day, 7, dice);
    row.returned = 0;
    row.order_no = None;
    if dice.chance(650) {
        row.invoice_no = None;
    }
    if let Some(buyer) = &row.buyer {
        row.buyer = Some(buyer_variant(buyer, dice));
    }
    if row.stage == TrueStage::Paid && dice.chance(200) {
        row.stage = TrueStage::Accepted;
    }
}

fn city_return(
    row: &mut Row,
    county: &crate::places::County,
    trade: &TrueTrade,
    city: usize,
    alone: bool,
    dice: &mut Dice,
) {
    row.seller = variant(&row.seller, &county.province_short, dice);
    row.product = product_name(trade, dice);
    row.origin = short_origin(county, dice);
    row.month_only = city % 5 == 3;
    row.day = if row.month_only { row.day } else { shift(row.day, 12, dice) };
    // A return holds the sales of its month; what is noted later keeps its month.
    if row.day.month() != trade.day.month() {
        row.day = trade.day.month().last_day();
    }
    row.returned = 0;
    if dice.chance(750) {
        row.order_no = None;
    }
    if dice.chance(700) {
        row.invoice_no = None;
    }
    if dice.chance(30) {
        row.origin.clone_from(&county.province_name);
    }
    match Form::of_city(city) {
        Form::WithoutTax => row.amount = row.amount * 100 / 109,
        Form::WithFreight => row.amount += row.amount * dice.range(10, 60) / 1000,
        Form::Yuan | Form::Wan => {}
    }
    // A slip of the unit in a row that nobody else reports could not be told from a real sale of that size.
    row.unit_slip = !alone && dice.chance(4);
}

fn buyer_variant(name: &str, dice: &mut Dice) -> String {
    match dice.range(0, 5) {
        0 => name.replace("工会委员会", "工会"),
        1 => name.replace("有限公司", ""),
        2 => format!("广东省{name}"),
        3 => name.replace("机关事务管理局", "机关事务局"),
        _ => name.to_owned(),
    }
}
