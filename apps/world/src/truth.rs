//! The true world: every sale once, as it really happened. The product never sees this; tests and the benchmark do.

use sh_kernel::{Day, Month};

use crate::{
    dice::Dice,
    goods::GOODS,
    people::{BuyerSort, People},
    places::Places,
    scale::Scale,
};

/// How a sale came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A budget unit on the 832 platform.
    Platform,
    /// Wholesale and supermarkets.
    Wholesale,
    /// A company straight from the supplier.
    Company,
    /// A union's gifts.
    Union,
    /// A tenant of the market sells for a supplier (on commission).
    Market,
    /// A pavilion buys from a supplier to sell on.
    PavilionStock,
    /// A pavilion sells what it bought.
    PavilionRetail,
    /// A vending counter.
    Counter,
    /// A contract signed at a fair.
    Fair,
}

/// How far a sale really came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrueStage {
    Signed,
    Paid,
    Accepted,
}

/// One sale.
#[derive(Debug, Clone)]
pub(crate) struct TrueTrade {
    pub(crate) way: Way,
    pub(crate) day: Day,
    pub(crate) seller: usize,
    pub(crate) buyer: Option<(BuyerSort, usize)>,
    pub(crate) good: usize,
    pub(crate) city: usize,
    pub(crate) grams: i64,
    /// Fen per kilogram.
    pub(crate) price: i64,
    /// With tax, without freight, in fen.
    pub(crate) amount: i64,
    pub(crate) returned: i64,
    pub(crate) stage: TrueStage,
    pub(crate) order_no: Option<String>,
    pub(crate) invoice_no: Option<String>,
    pub(crate) outlet: Option<u32>,
    pub(crate) certified: bool,
}

impl TrueTrade {
    /// Whether the sale was bought and sold within the region's drive: delivered or paid, from a listed, paired, central
    /// or western county, certified as such or by a seller whom the 832 platform admitted, and not a resale.
    pub(crate) fn counts(&self, people: &People, places: &Places) -> bool {
        let seller = &people.sellers[self.seller];
        let county = &places.provinces[seller.province][seller.county];
        self.stage != TrueStage::Signed
            && self.way != Way::PavilionRetail
            && county.counted
            && (self.certified || (self.way == Way::Platform && county.listed))
    }

    fn is_bulk(&self) -> bool {
        matches!(self.way, Way::Wholesale | Way::Company | Way::PavilionStock)
    }
}

/// Weight of each month from January 2018 to November 2020: slow growth, a dip in February, peaks in September (the
/// month of consumption assistance) and October (the day of poverty relief).
const MONTH_WEIGHTS: [u32; 35] = [
    40, 25, 45, 48, 52, 55, 58, 60, 84, 96, 80, 92, // 2018
    62, 36, 70, 75, 82, 88, 92, 97, 130, 158, 120, 140, // 2019
    142, 118, 196, 235, 271, 294, 302, 338, 487, 713, 424, // 2020
];

/// What the bulk sales are scaled to, so that the world has the size the press reported: fen of 2018–2019 and of
/// January to November 2020. Above the printed 591 and 352, because those are rounded down and because what is reported
/// of this world falls short of it: some cities report without tax, and some reports wait for a person.
const SIZE_BEFORE_2020: i128 = 2_438_000_000_000;
const SIZE_2020: i128 = 3_570_800_000_000;

pub(crate) fn create(scale: &Scale, places: &Places, people: &People, seed: u64) -> Vec<TrueTrade> {
    let mut trades = Vec::new();
    let shares: [(Way, u32); 9] = [
        (Way::Platform, 180),
        (Way::Wholesale, 170),
        (Way::Company, 110),
        (Way::Union, 80),
        (Way::Market, 110),
        (Way::PavilionStock, 40),
        (Way::PavilionRetail, 120),
        (Way::Counter, 170),
        (Way::Fair, 20),
    ];
    for (number, (way, permille)) in shares.into_iter().enumerate() {
        let count = scale.trades * u64::from(permille) / 1000;
        for index in 0..count {
            let mut dice = Dice::of(seed, &[10 + number as u64, index]);
            trades.push(draw(way, index, scale, places, people, &mut dice));
        }
    }
    resize(&mut trades, people, places, scale);
    trades.sort_by_key(|trade| trade.day);
    trades
}

fn draw(way: Way, index: u64, scale: &Scale, places: &Places, people: &People, dice: &mut Dice) -> TrueTrade {
    let day = draw_day(way, dice);
    let (province, county) =
        if way == Way::Platform { places.draw_listed_origin(dice) } else { places.draw_origin(dice) };
    let seller = people.draw_seller(province, county, dice);
    let city = if matches!(way, Way::Market) { guangzhou(places) } else { places.draw_city(dice) };
    let good = draw_good(&places.provinces[province][county].code.to_string(), dice);
    let kind = &GOODS[good];
    let price = (kind.fen_per_kg * dice.range(85, 118) / 100).max(10);
    let packs = match way {
        Way::Platform => dice.spread(60),
        Way::Wholesale => dice.spread(22_000),
        Way::Company => dice.spread(4_000),
        Way::Union => dice.spread(180),
        Way::Market => dice.spread(40),
        Way::PavilionStock => dice.spread(900),
        Way::PavilionRetail | Way::Counter => dice.range(1, 4),
        Way::Fair => dice.spread(12_000),
    };
    let grams = packs * kind.pack_grams;
    let mut trade = TrueTrade {
        way,
        day,
        seller,
        buyer: draw_buyer(way, city, people, dice),
        good,
        city,
        grams,
        price,
        amount: 0,
        returned: 0,
        stage: draw_stage(way, dice),
        order_no: None,
        invoice_no: None,
        outlet: draw_outlet(way, scale, dice),
        certified: people.sellers[seller].certified,
    };
    price_it(&mut trade, dice);
    number_it(&mut trade, index, dice);
    trade
}

fn price_it(trade: &mut TrueTrade, dice: &mut Dice) {
    let retail = matches!(trade.way, Way::PavilionRetail | Way::Counter | Way::Market);
    let price = if retail { trade.price * 14 / 10 } else { trade.price };
    // Retail prices end in whole jiao, wholesale prices per kilogram in whole fen.
    trade.price = if retail { price / 10 * 10 } else { price };
    trade.amount = trade.grams * trade.price / 1000;
    if trade.way == Way::Platform && dice.chance(25) {
        trade.returned = if dice.chance(600) { trade.amount } else { trade.amount * dice.range(1, 5) / 10 };
    }
}

fn number_it(trade: &mut TrueTrade, index: u64, dice: &mut Dice) {
    let ymd = trade.day.yyyymmdd() % 1_000_000;
    trade.order_no = match trade.way {
        Way::Platform => Some(format!("8320{ymd:06}{index:08}")),
        Way::Market => Some(format!("SC{ymd:06}{index:07}")),
        Way::PavilionRetail => Some(format!("ZG{ymd:06}{index:07}")),
        Way::Counter => Some(format!("GT{ymd:06}{index:08}")),
        _ => None,
    };
    let invoiced = match trade.way {
        Way::Platform => 700,
        Way::Wholesale | Way::Company => 450,
        Way::Union => 500,
        _ => 0,
    };
    if dice.chance(invoiced) {
        let area = dice.range(100, 999);
        trade.invoice_no = Some(format!(
            "044{:02}0{area:03}{:03}{:08}",
            trade.day.year() % 100,
            dice.range(100, 999),
            index * 97 % 100_000_000
        ));
    }
}

fn draw_day(way: Way, dice: &mut Dice) -> Day {
    let first = match way {
        // The platform opened in January 2020, counters in spring 2020, the market in September 2019.
        Way::Platform => 24,
        Way::Counter => 27,
        Way::Market | Way::PavilionStock | Way::PavilionRetail => 20,
        _ => 0,
    };
    let month = first + dice.weighted(&MONTH_WEIGHTS[first..]);
    let year = 2018 + i64::try_from(month / 12).unwrap_or(0);
    let number = i64::try_from(month % 12).unwrap_or(0) + 1;
    let Ok(month) = Month::from_yyyymm(year * 100 + number) else { return crate::places::first_day() };
    let days = month.last_day().days_since(month.first_day());
    month.first_day().plus_days(i32::try_from(dice.range(0, i64::from(days))).unwrap_or(0))
}

fn draw_good(county: &str, dice: &mut Dice) -> usize {
    let province: u8 = county.get(0..2).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    for _ in 0..12 {
        let good = dice.index(GOODS.len());
        let home = GOODS[good].home;
        if home.contains(&province) || (home.is_empty() && dice.chance(400)) {
            return good;
        }
    }
    14
}

fn draw_buyer(way: Way, city: usize, people: &People, dice: &mut Dice) -> Option<(BuyerSort, usize)> {
    let sort = match way {
        Way::Platform => BuyerSort::Unit,
        Way::Union => BuyerSort::Union,
        Way::Company => BuyerSort::Company,
        Way::Wholesale | Way::PavilionStock => BuyerSort::Shop,
        Way::Fair => {
            if dice.chance(500) {
                BuyerSort::Company
            } else {
                BuyerSort::Shop
            }
        }
        Way::Market => {
            if dice.chance(550) {
                return None;
            }
            BuyerSort::Company
        }
        Way::PavilionRetail | Way::Counter => return None,
    };
    Some((sort, people.draw_buyer(sort, city, dice)))
}

fn draw_stage(way: Way, dice: &mut Dice) -> TrueStage {
    match way {
        Way::Fair => {
            if dice.chance(620) {
                TrueStage::Signed
            } else {
                TrueStage::Accepted
            }
        }
        Way::Platform => {
            if dice.chance(930) {
                TrueStage::Accepted
            } else {
                TrueStage::Paid
            }
        }
        Way::Wholesale | Way::Company => {
            if dice.chance(900) {
                TrueStage::Accepted
            } else {
                TrueStage::Paid
            }
        }
        _ => TrueStage::Accepted,
    }
}

fn draw_outlet(way: Way, scale: &Scale, dice: &mut Dice) -> Option<u32> {
    let most = match way {
        Way::Market => 57,
        Way::PavilionStock | Way::PavilionRetail => scale.pavilions,
        Way::Counter => scale.counters,
        _ => return None,
    };
    u32::try_from(dice.range(1, most)).ok()
}

fn guangzhou(places: &Places) -> usize {
    places.cities.iter().position(|city| city.code.number() == 440_100).unwrap_or(0)
}

/// Gives the bulk sales the size at which the counted sales of each period add up to the size of the world.
#[expect(clippy::cast_possible_truncation, reason = "one sale stays far below the range")]
fn resize(trades: &mut [TrueTrade], people: &People, places: &Places, scale: &Scale) {
    for (is_2020, size) in [(false, SIZE_BEFORE_2020), (true, SIZE_2020)] {
        let size = size / i128::from(scale.size_divisor);
        let of_period = |trade: &TrueTrade| (trade.day.year() == 2020) == is_2020;
        let (mut fixed, mut bulk) = (0_i128, 0_i128);
        for trade in trades.iter().filter(|trade| of_period(trade) && trade.counts(people, places)) {
            if trade.is_bulk() {
                bulk += i128::from(trade.amount);
            } else {
                fixed += i128::from(trade.amount);
            }
        }
        for trade in trades.iter_mut().filter(|trade| of_period(trade) && trade.is_bulk()) {
            // Whole kilograms, as wholesale is weighed.
            let grams = i128::from(trade.grams) * (size - fixed).max(1) / bulk.max(1);
            trade.grams = ((grams / 1000).max(1) * 1000) as i64;
            trade.amount = trade.grams / 1000 * trade.price;
        }
    }
}
