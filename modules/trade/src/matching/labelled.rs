//! A small true world with labelled reports of it, for tests: what each kind of source gets wrong, and how often.

use std::collections::HashMap;

use sh_kernel::{Day, Id};
use sh_parties::{number_of, party_number, plain};
use uuid::Uuid;

use super::entry::{Entries, RawEntry};
use crate::{
    axes::{BuyerKind, Category, Certified, Channel, Link, PriceBasis, Role, Stage},
    model::{DayPrecision, SourceKind},
};

/// Repeatable chance.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> i64 {
        i64::try_from(self.next() % n).unwrap()
    }

    fn range(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(u64::try_from(high - low + 1).unwrap())
    }

    fn chance(&mut self, permille: i64) -> bool {
        self.below(1000) < permille
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[usize::try_from(self.below(items.len() as u64)).unwrap()]
    }
}

const BRANDS: &[&str] =
    &["绿源", "山里红", "金穗", "丰盛", "惠农", "云岭", "乌蒙", "富民", "青山", "瑞丰", "天禾", "百果"];
const LINES: &[&str] = &["种植", "养殖", "果业", "生态农业", "食品", "茶业", "菌业"];
const FORMS: &[&str] = &["专业合作社", "有限公司", "有限责任公司"];
const UNITS: &[&str] = &["教育局", "人民医院", "实验小学", "公安局", "机关事务管理局", "职业技术学院"];
const GOODS: &[(&str, &str, Category, i64)] = &[
    ("苹果", "高原苹果", Category::Fruit, 720),
    ("金桔", "滑皮金桔", Category::Fruit, 1500),
    ("大米", "优质大米", Category::Grain, 620),
    ("冷水鱼", "虹鳟", Category::Aquatic, 4200),
    ("土鸡", "走地鸡", Category::Meat, 4600),
    ("香菇", "干香菇", Category::Vegetables, 5600),
    ("普洱茶", "普洱熟茶", Category::Tea, 26000),
    ("刺梨汁", "刺柠吉饮料", Category::Processed, 2600),
];

/// One true sale.
#[derive(Clone)]
struct Sale {
    way: Way,
    day: i32,
    seller: String,
    buyer: Option<(String, BuyerKind)>,
    good: usize,
    origin: i64,
    city: i64,
    grams: i64,
    amount: i64,
    stage: Stage,
    order: Option<String>,
    invoice: Option<String>,
    twin: Option<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Platform,
    Market,
    Counter,
    Union,
    Wholesale,
    /// The supplier's sale to the market.
    ChainFirst,
    /// The market's sale of those goods to a shopper.
    ChainNext,
    Fair,
}

/// A report and the sale it speaks of.
#[derive(Clone)]
pub(crate) struct Report {
    pub(crate) sale: usize,
    /// The first of the standing orders it belongs to, or the sale itself: equal sales cannot be told apart.
    pub(crate) twin: usize,
    pub(crate) raw: RawEntry,
    /// The reported amount in sign and size, for returns.
    pub(crate) is_return: bool,
    pub(crate) is_repeat: bool,
}

/// Reports of a world of `count` sales, and the names behind the party numbers.
pub(crate) struct World {
    pub(crate) reports: Vec<Report>,
    /// The sum of the strongest reports of all sales, in fen.
    pub(crate) total: i64,
    pub(crate) names: HashMap<i64, String>,
}

impl World {
    pub(crate) fn new(count: usize, seed: u64) -> Self {
        let mut world = Self { reports: Vec::new(), total: 0, names: HashMap::new() };
        let mut dice = Dice(seed);
        let sales = sales(count, &mut dice);
        for (number, sale) in sales.iter().enumerate() {
            world.report(number, sale, &mut dice);
        }
        world
    }

    pub(crate) fn entries(&self) -> Entries {
        let mut entries = Entries::new(self.names.clone());
        for report in &self.reports {
            entries.push(report.raw.clone());
        }
        entries
    }

    fn report(&mut self, number: usize, sale: &Sale, dice: &mut Dice) {
        let city = format!("city-{}", sale.city);
        let kinds: &[(&str, SourceKind, i64)] = match sale.way {
            Way::Platform => &[
                ("832", SourceKind::Platform, 1000),
                ("", SourceKind::CityReturn, 560),
                ("supplier", SourceKind::SupplierCounty, 300),
            ],
            Way::Market => &[
                ("market", SourceKind::Till, 1000),
                ("", SourceKind::CityReturn, 300),
                ("supplier", SourceKind::SupplierCounty, 150),
            ],
            Way::Counter => &[("counter", SourceKind::Counter, 1000)],
            Way::ChainNext => &[("market", SourceKind::Till, 1000)],
            Way::Union => &[
                ("union", SourceKind::Union, 1000),
                ("", SourceKind::CityReturn, 380),
                ("supplier", SourceKind::SupplierCounty, 200),
            ],
            Way::Wholesale => {
                &[("", SourceKind::CityReturn, 1000), ("supplier", SourceKind::SupplierCounty, 560)]
            }
            Way::ChainFirst => {
                &[("supplier", SourceKind::SupplierCounty, 1000), ("", SourceKind::CityReturn, 500)]
            }
            Way::Fair => &[("", SourceKind::CityReturn, 1000), ("supplier", SourceKind::SupplierCounty, 400)],
        };
        let told: Vec<_> = kinds.iter().filter(|(_, _, permille)| dice.chance(*permille)).collect();
        for (code, kind, _) in &told {
            let code = if code.is_empty() { city.as_str() } else { code };
            self.write(number, sale, code, *kind, told.len() == 1, dice);
        }
        let of_sale = self.reports.iter().rev().take_while(|report| report.sale == number);
        let strongest = of_sale.filter(|report| !report.is_return).min_by_key(|report| report.raw.kind);
        self.total += strongest.map_or(0, |report| report.raw.amount);
    }

    fn write(
        &mut self,
        number: usize,
        sale: &Sale,
        code: &str,
        kind: SourceKind,
        alone: bool,
        dice: &mut Dice,
    ) {
        let mut row = first_hand(sale, code, kind);
        let mut seller = sale.seller.clone();
        let mut buyer = sale.buyer.as_ref().map(|(name, _)| name.clone());
        match kind {
            SourceKind::Union => {
                seller = variant(&seller, dice);
                row.day = later(sale, 4, dice);
                row.order_no = None;
                row.invoice_no = row.invoice_no.filter(|_| dice.chance(700));
            }
            SourceKind::SupplierCounty => {
                row.day = later(sale, 7, dice);
                row.order_no = None;
                row.invoice_no = row.invoice_no.filter(|_| dice.chance(350));
                buyer = buyer.map(|name| buyer_variant(&name, dice)).filter(|_| dice.chance(900));
                row.channel = Channel::Unknown;
            }
            SourceKind::CityReturn => {
                seller = variant(&seller, dice);
                city_return(&mut row, sale, alone, dice);
                if buyer.is_none() {
                    buyer = Some("市民".to_owned());
                }
            }
            _ => {}
        }
        if kind != SourceKind::Platform && dice.chance(450) {
            row.product = GOODS[sale.good].1.to_owned();
        }
        if !matches!(kind, SourceKind::Platform | SourceKind::Till) && dice.chance(60) {
            row.quantity = 0;
        }
        if dice.chance(20) {
            row.origin = row.origin / 10_000 * 10_000;
        }
        row.seller = self.name(&seller);
        row.buyer = buyer.map_or(0, |name| self.name(&name));
        self.push((number, sale.twin.unwrap_or(number)), row, dice);
    }

    fn push(&mut self, (sale, twin): (usize, usize), mut row: RawEntry, dice: &mut Dice) {
        row.content = content(&row);
        row.id = Id::from_uuid(Uuid::from_u128(u128::from(dice.next()) << 64 | u128::from(dice.next())));
        let equal = self.reports.iter().rev().take(4).filter(|known| {
            known.raw.source == row.source && known.raw.content == row.content && known.sale != sale
        });
        row.occurrence = u32::try_from(equal.count()).unwrap();
        let cumulative = row.source.ends_with("00") && row.source.starts_with("city-4412");
        let returned = row.kind == SourceKind::Platform && dice.chance(25);
        let first = row.clone();
        self.reports.push(Report { sale, twin, raw: row, is_return: false, is_repeat: false });
        if cumulative {
            let mut again = first.clone();
            again.id =
                Id::from_uuid(Uuid::from_u128(u128::from(dice.next()) << 64 | u128::from(dice.next())));
            again.batch += 1;
            self.reports.push(Report { sale, twin, raw: again, is_return: false, is_repeat: true });
        }
        if returned {
            let mut back = first;
            back.amount = -(back.amount * dice.range(1, 10) / 10).max(1);
            back.stage = Stage::Returned;
            back.day = back.day.plus_days(5);
            back.content = content(&back);
            back.id = Id::from_uuid(Uuid::from_u128(u128::from(dice.next()) << 64 | u128::from(dice.next())));
            self.reports.push(Report { sale, twin, raw: back, is_return: true, is_repeat: false });
        }
    }

    fn name(&mut self, name: &str) -> i64 {
        let number = number_of(name);
        if number != 0 {
            self.names.entry(number).or_insert_with(|| name.to_owned());
        }
        number
    }
}

/// A city's own form: without tax, with freight, month only, slips of the unit.
fn city_return(row: &mut RawEntry, sale: &Sale, alone: bool, dice: &mut Dice) {
    let form = sale.city / 100 % 7;
    row.order_no = row.order_no.take().filter(|_| dice.chance(250)).map(|no| shortened(&no, 2));
    row.invoice_no = row.invoice_no.take().filter(|_| dice.chance(300));
    row.day = later(sale, 12, dice);
    let month = Day::from_day_number(sale.day).month();
    if row.day.month() != month {
        row.day = month.last_day();
    }
    if sale.city / 100 % 5 == 3 {
        row.precision = DayPrecision::Month;
        row.day = month.last_day();
    }
    match form {
        2 => row.amount = row.amount * 100 / 109,
        4 => row.amount += row.amount * dice.range(10, 60) / 1000,
        1 | 5 => row.amount = (row.amount + 50) / 100 * 100,
        _ => {}
    }
    row.basis = if form == 2 { PriceBasis::WithoutTax } else { PriceBasis::Unknown };
    // A slip in a row that nobody else reports could not be told from a real sale of that size.
    if !alone && dice.chance(4) {
        row.amount = if dice.chance(500) { row.amount * 10_000 } else { (row.amount + 5_000) / 10_000 };
    }
    if row.channel == Channel::DirectBuy && dice.chance(300) {
        row.channel = Channel::Unknown;
    }
}

fn content(row: &RawEntry) -> i64 {
    let clean =
        RawEntry { id: Id::from_uuid(Uuid::nil()), content: 0, occurrence: 0, batch: 0, ..row.clone() };
    party_number(&format!("{clean:?}"))
}

fn later(sale: &Sale, most: i64, dice: &mut Dice) -> Day {
    Day::from_day_number(sale.day + i32::try_from(dice.range(0, most)).unwrap())
}

fn first_hand(sale: &Sale, code: &str, kind: SourceKind) -> RawEntry {
    let good = GOODS[sale.good];
    let day = Day::from_day_number(sale.day);
    let order = match kind {
        SourceKind::Platform => sale.order.as_ref().map(|no| format!("{no}01")),
        _ => sale
            .order
            .as_ref()
            .map(|no| format!("{no}01"))
            .filter(|_| sale.way == Way::Platform)
            .or(sale.order.clone()),
    };
    RawEntry {
        id: Id::from_uuid(Uuid::nil()),
        batch: u128::from(u64::try_from(day.month().yyyymm()).unwrap()) * 1000
            + u128::from(code.len() as u64),
        source: code.to_owned(),
        kind,
        content: 0,
        occurrence: 0,
        withdrawn: false,
        day,
        precision: DayPrecision::Day,
        seller: 0,
        buyer: 0,
        buyer_kind: sale.buyer.as_ref().map_or(BuyerKind::Person, |buyer| buyer.1),
        product: good.0.to_owned(),
        category: good.2,
        origin: sale.origin,
        destination: sale.city,
        amount: sale.amount,
        basis: if kind == SourceKind::Platform { PriceBasis::WithTax } else { PriceBasis::Unknown },
        quantity: sale.grams,
        order_no: order,
        invoice_no: sale.invoice.clone(),
        stage: sale.stage,
        role: Role::Direct,
        channel: channel(sale.way),
        certified: Certified::Yes,
        link: if sale.way == Way::ChainNext { Link::Resale } else { Link::First },
    }
}

const fn channel(way: Way) -> Channel {
    match way {
        Way::Platform => Channel::Platform832,
        Way::Market | Way::ChainNext => Channel::Market,
        Way::Counter => Channel::Counter,
        Way::Union => Channel::DirectBuy,
        Way::Wholesale | Way::ChainFirst => Channel::Wholesale,
        Way::Fair => Channel::Fair,
    }
}

fn sales(count: usize, dice: &mut Dice) -> Vec<Sale> {
    let mut sales: Vec<Sale> = Vec::with_capacity(count);
    while sales.len() < count {
        let way = match dice.below(1000) {
            0..220 => Way::Platform,
            220..350 => Way::Market,
            350..500 => Way::Counter,
            500..600 => Way::Union,
            600..900 => Way::Wholesale,
            900..960 => Way::ChainFirst,
            _ => Way::Fair,
        };
        let number = sales.len();
        let sale = draw(way, number, dice);
        if way == Way::ChainFirst {
            let mut next = sale.clone();
            next.way = Way::ChainNext;
            next.seller = sale.buyer.as_ref().unwrap().0.clone();
            next.buyer = None;
            next.amount = sale.amount * dice.range(103, 125) / 100;
            next.day += i32::try_from(dice.range(1, 9)).unwrap();
            next.order = Some(format!("SC{:06}{number:07}", next.day));
            sales.push(next);
        }
        // Standing orders: the same goods in the same quantity at the same price, week after week.
        if way == Way::Wholesale && dice.chance(30) {
            for week in 1..4 {
                let mut again = sale.clone();
                again.twin = Some(number + 3);
                again.day += 7 * week;
                again.invoice = again.invoice.map(|no| format!("{}{week}", shortened(&no, 1)));
                sales.push(again);
            }
        }
        sales.push(sale);
    }
    sales
}

fn draw(way: Way, number: usize, dice: &mut Dice) -> Sale {
    let county = dice.below(240);
    let origin = [45, 52, 53, 51, 62, 65][usize::try_from(county % 6).unwrap()] * 10_000
        + 101
        + county / 6 % 9 * 100
        + county / 54;
    let pick = dice.below(6) * 31 + county * 7;
    let at = |list: &[&'static str], n: i64| list[usize::try_from(n).unwrap() % list.len()];
    let seller = format!("第{county}县{}{}{}", at(BRANDS, pick), at(LINES, pick / 3), at(FORMS, pick / 5));
    let city = 440_100 + dice.below(21) * 100;
    let good = usize::try_from(dice.below(GOODS.len() as u64)).unwrap();
    let price = GOODS[good].3 * dice.range(85, 118) / 100;
    let kilos = match way {
        Way::Counter => dice.range(1, 4),
        Way::Market => dice.range(20, 400),
        Way::Platform | Way::Union => dice.range(40, 900),
        _ => dice.range(800, 60_000),
    };
    let unit = dice.below(40);
    let kind = match way {
        Way::Platform => BuyerKind::BudgetUnit,
        Way::Union => BuyerKind::Union,
        _ => BuyerKind::Company,
    };
    let buyer = match way {
        Way::Counter => None,
        Way::Market if dice.chance(550) => None,
        Way::ChainFirst => Some("广东东西部交易市场有限公司".to_owned()),
        Way::Union => Some(format!("第{}市东山{unit}区{}工会委员会", city / 100, at(UNITS, unit))),
        Way::Platform => Some(format!("第{}市东山{unit}区{}", city / 100, at(UNITS, unit))),
        _ => Some(format!("第{}市{}恒泰实业{unit}有限公司", city / 100, at(BRANDS, unit))),
    };
    let day = 18_262 + i32::try_from(dice.below(335)).unwrap();
    Sale {
        way,
        day,
        seller,
        buyer: buyer.map(|name| (name, kind)),
        good,
        origin,
        city,
        grams: kilos * 1000,
        amount: kilos * price,
        stage: if way == Way::Fair && dice.chance(600) { Stage::Signed } else { Stage::Accepted },
        order: match way {
            Way::Platform => Some(format!("8320{day:06}{number:08}")),
            Way::Market => Some(format!("SC{day:06}{number:07}")),
            Way::Counter => Some(format!("GT{day:06}{number:08}")),
            _ => None,
        },
        invoice: (matches!(way, Way::Platform | Way::Wholesale | Way::Union) && dice.chance(500))
            .then(|| format!("0442000{:05}{number:08}", dice.below(90_000) + 10_000)),
        twin: None,
    }
}

fn variant(name: &str, dice: &mut Dice) -> String {
    match dice.below(12) {
        0 => name.replace("专业合作社", "合作社"),
        1 => name.replace("有限责任公司", "有限公司"),
        2 => format!("云南省{name}"),
        3 => format!("{name}（一般纳税人）"),
        4 => name.replace("农业", "農業"),
        5 => name.replace("有限公司", "公司"),
        6 => name.replace("种植", "种殖"),
        7 => name.replace("生态农业", "生态农业开发"),
        _ => name.to_owned(),
    }
}

fn buyer_variant(name: &str, dice: &mut Dice) -> String {
    debug_assert!(!plain(name).is_empty());
    match dice.below(6) {
        0 => name.replace("工会委员会", "工会"),
        1 => name.replace("有限公司", ""),
        2 => format!("广东省{name}"),
        3 => name.replace("机关事务管理局", "机关事务局"),
        _ => name.to_owned(),
    }
}

/// A number without its last digits.
fn shortened(number: &str, digits: usize) -> String {
    number.chars().take(number.len() - digits).collect()
}

/// Puts reports in another order, as if the files had come at other times.
pub(crate) fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut dice = Dice(seed);
    for at in (1..items.len()).rev() {
        let other = usize::try_from(dice.below(at as u64 + 1)).unwrap();
        items.swap(at, other);
    }
}

/// One of the items, for properties.
pub(crate) fn one_of<T>(items: &[T], seed: u64) -> &T {
    Dice(seed).pick(items)
}
