//! Ten million trade lines with axes as real sales have them, made without files and the same in every run.

use sh_db::binds;
use sh_kernel::{Day, Month};
use sh_regions::{OriginClass, Regions};
use sh_trade::axes::Axis;
use uuid::Uuid;

use crate::{dice::Dice, raw::Rows, tables};

/// Sellers at the origins.
const SELLERS: usize = 20_000;
/// Buyers with a name.
const BUYERS: usize = 60_000;
/// Lines that one posting wrote.
pub(crate) const LINES_PER_POSTING: u64 = 100_000;

/// The world that lines are drawn from.
#[derive(Debug)]
pub(crate) struct World {
    sellers: Vec<Seller>,
    cities: Vec<i64>,
    days: Vec<(Month, usize)>,
}

#[derive(Debug, Clone, Copy)]
struct Seller {
    number: i64,
    origin: i64,
    class: i64,
    category: i64,
    certified: bool,
}

/// One line in the order of the columns of `trade_line`, without its trade.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drawn {
    pub(crate) posting: i64,
    pub(crate) day: i64,
    pub(crate) amount: i64,
    pub(crate) count: i64,
    pub(crate) quantity: i64,
    pub(crate) origin: i64,
    pub(crate) destination: i64,
    pub(crate) channel: i64,
    pub(crate) category: i64,
    pub(crate) buyer_kind: i64,
    pub(crate) class: i64,
    pub(crate) certified: bool,
    pub(crate) role: i64,
    pub(crate) stage: i64,
    pub(crate) grade: i64,
    pub(crate) link: i64,
    pub(crate) basis: i64,
    pub(crate) seller: i64,
    pub(crate) buyer: i64,
}

fn int(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(0)
}

impl World {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let day = Day::new(2019, 7, 1)?;
        let regions = Regions::get();
        let mut counties: Vec<i64> =
            regions.listed_counties().iter().map(|one| one.code_2019.number()).collect();
        let others = regions.divisions().iter().filter(|division| {
            let code = division.code;
            !code.is_province() && !code.is_city() && division.in_force(day)
        });
        counties.extend(others.map(|division| division.code.number()).step_by(3));
        let mut dice = Dice::new(10);
        let sellers = (0..SELLERS).map(|_| {
            let origin = counties[dice.skewed(counties.len())];
            let class = sh_kernel::RegionCode::new(origin)
                .map_or(OriginClass::Elsewhere, |at| regions.class(at, day));
            let helps = matches!(class, OriginClass::Listed | OriginClass::Paired | OriginClass::CentralWest);
            Seller {
                number: i64::from_ne_bytes(dice.next().to_ne_bytes()),
                origin,
                class: class.code(),
                category: int(dice.weighted(&[2, 18, 17, 20, 15, 4, 8, 10, 6])),
                certified: helps && dice.chance(850),
            }
        });
        let sellers = sellers.collect();
        let mut days = Vec::new();
        let mut month = Month::from_yyyymm(201_801)?;
        while month.yyyymm() <= 202_011 {
            days.push((month, 40 + days.len() * days.len() / 4));
            month = month.next();
        }
        let cities = regions.guangdong_cities().iter().map(|city| city.number()).collect();
        Ok(Self { sellers, cities, days })
    }

    /// The line with this number, from 0.
    pub(crate) fn draw(&self, number: u64) -> Drawn {
        let mut dice = Dice::new(1_000_003 + number);
        let seller = self.sellers[dice.skewed(SELLERS)];
        let weights: usize = self.days.iter().map(|day| day.1).sum();
        let mut left = dice.below(weights);
        let month = self.days.iter().find(|(_, weight)| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        });
        let month = month.map_or(202_011, |(month, _)| month.yyyymm());
        let channel = int(dice.weighted(&[1, 18, 11, 16, 17, 3, 5, 17, 2, 10]));
        let retail = matches!(channel, 3 | 4);
        let stage = [4, 5, 3, 2, 6][dice.weighted(&[420, 480, 60, 15, 25])];
        let (low, high) = if retail { (2_000, 9_000) } else { (20_000, 4_000_000) };
        let amount = low + int(dice.skewed(high));
        let back = stage == 6;
        let buyer_kind = if retail { 5 } else { [1, 2, 3, 4, 0][dice.weighted(&[35, 18, 22, 22, 3])] };
        Drawn {
            posting: int(usize::try_from(number / LINES_PER_POSTING).unwrap_or(0)) + 1,
            day: month * 100 + 1 + int(dice.below(28)),
            amount: if back { -amount } else { amount },
            count: i64::from(!back),
            quantity: 500 * (1 + int(dice.skewed(800))),
            origin: seller.origin,
            destination: if dice.chance(20) { 0 } else { self.cities[dice.skewed(self.cities.len())] },
            channel,
            category: seller.category,
            buyer_kind,
            class: seller.class,
            certified: seller.certified,
            role: if dice.chance(600) { 1 } else { 2 },
            stage,
            grade: [1, 2, 3][dice.weighted(&[45, 25, 30])],
            link: if channel == 3 && dice.chance(700) { 2 } else { 1 },
            basis: [1, 0, 2, 3][dice.weighted(&[70, 10, 10, 10])],
            seller: seller.number,
            buyer: if retail { 0 } else { 1 + int(dice.below(BUYERS)) },
        }
    }

    /// Lines as rows of `trade_line`, each of a trade of its own.
    pub(crate) fn rows(&self, numbers: std::ops::Range<u64>) -> anyhow::Result<Rows> {
        let mut rows = Rows::new(tables::LINES);
        for number in numbers {
            let line = self.draw(number);
            let trade =
                Uuid::from_u64_pair(0x0176_0000_0000_7000 + (number >> 12), 0x8000_0000_0000_0000 | number);
            rows.push(binds![
                trade,
                0,
                line.posting,
                line.day,
                line.amount,
                line.count,
                line.quantity,
                line.origin,
                line.destination,
                line.channel,
                line.category,
                line.buyer_kind,
                line.class,
                i64::from(line.certified),
                line.role,
                line.stage,
                line.grade,
                line.link,
                line.basis,
                line.seller,
                line.buyer,
            ])?;
        }
        Ok(rows)
    }
}

impl Drawn {
    /// The value of an axis.
    pub(crate) const fn value(&self, axis: Axis) -> i64 {
        match axis {
            Axis::Year => self.day / 10_000,
            Axis::Month => self.day / 100,
            Axis::OriginProvince => self.origin / 10_000 * 10_000,
            Axis::OriginCity => self.origin / 100 * 100,
            Axis::Origin => self.origin,
            Axis::Destination => self.destination,
            Axis::Channel => self.channel,
            Axis::Category => self.category,
            Axis::BuyerKind => self.buyer_kind,
            Axis::Class => self.class,
            Axis::Certified => self.certified as i64,
            Axis::Role => self.role,
            Axis::Stage => self.stage,
            Axis::Grade => self.grade,
            Axis::Link => self.link,
            Axis::Basis => self.basis,
            Axis::Seller => self.seller,
        }
    }

    /// The line for a text file, in the order of [`CSV_COLUMNS`].
    pub(crate) fn write(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            self.posting,
            self.day,
            self.amount,
            self.count,
            self.quantity,
            self.origin,
            self.destination,
            self.channel,
            self.category,
            self.buyer_kind,
            self.class,
            i64::from(self.certified),
            self.role,
            self.stage,
            self.grade,
            self.link,
            self.basis,
            self.seller,
            self.buyer,
        )
    }
}

/// The columns of the text file, with DuckDB's types: the narrowest that hold the values.
pub(crate) const CSV_COLUMNS: &[(&str, &str)] = &[
    ("posting", "INTEGER"),
    ("day", "INTEGER"),
    ("amount", "BIGINT"),
    ("count", "INTEGER"),
    ("quantity", "BIGINT"),
    ("origin", "INTEGER"),
    ("destination", "INTEGER"),
    ("channel", "UTINYINT"),
    ("category", "UTINYINT"),
    ("buyer_kind", "UTINYINT"),
    ("class", "UTINYINT"),
    ("certified", "UTINYINT"),
    ("role", "UTINYINT"),
    ("stage", "UTINYINT"),
    ("grade", "UTINYINT"),
    ("link", "UTINYINT"),
    ("basis", "UTINYINT"),
    ("seller", "BIGINT"),
    ("buyer", "BIGINT"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_same_each_time_and_its_axes_are_valid() {
        let world = World::new().unwrap();
        let mut counties = std::collections::HashSet::new();
        for number in 0..5_000 {
            let line = world.draw(number);
            assert_eq!(line.amount, world.draw(number).amount);
            assert!(Day::from_yyyymmdd(line.day).is_ok(), "{}", line.day);
            assert_eq!(line.count == 0, line.amount < 0);
            counties.insert(line.origin);
        }
        assert!(counties.len() > 500, "only {} counties", counties.len());
    }
}
