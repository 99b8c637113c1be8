//! What the operator takes of a sale (佣金): an ordered list of dated rules, of which the first that fits a line counts.
//!
//! A line keeps the rule, the rate and the fen that it was sold under; a refund gives back just that, whatever the rules are
//! by then. Whoever changes a rule closes it and opens another, from tomorrow at the earliest, so that a day has one list
//! and anyone can work out again what was taken on it.

use sh_kernel::{Day, Fen, Id, Instant, Overflow, RegionCode};

use sh_catalogue::model::Shop;

/// Rules that may hold on one day, and those to come.
pub const RULES_MAX: usize = 200;
/// The highest rate, in hundredths of a percent: 30 %, as payment institutions split at most.
pub const RATE_MAX: i64 = 3_000;
/// The highest fixed part of a line: 100 yuan.
pub const FIXED_MAX: Fen = Fen(10_000);
/// Hundredths of a percent in the whole.
const WHOLE: i128 = 10_000;

/// A rule (佣金规则) as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Identifier of this version.
    pub id: Id<Self>,
    /// Rules are tried in ascending order of it.
    pub position: i64,
    /// What it is called.
    pub name: String,
    /// Only goods of this category.
    pub category: Option<i64>,
    /// Only goods of this shop.
    pub shop: Option<Id<Shop>>,
    /// Only goods that come from within this region.
    pub region: Option<RegionCode>,
    /// Only goods that are recognised on the day, or that are not.
    pub certified: Option<bool>,
    /// Hundredths of a percent of the goods.
    pub rate: i64,
    /// Of each line besides.
    pub fixed: Fen,
    /// The first day on which it holds.
    pub from: Day,
    /// The last one.
    pub to: Option<Day>,
    /// The version that it takes the place of.
    pub replaces: Option<Id<Self>>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub struct Sold {
    /// Number of the category.
    pub category: i64,
    /// The shop.
    pub shop: Id<Shop>,
    /// County of origin.
    pub origin: RegionCode,
    /// Whether it is recognised on the day.
    pub certified: bool,
    /// What the goods cost.
    pub amount: Fen,
}

/// What is taken of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Charge {
    /// By which rule; none if no rule fits.
    pub rule: Option<Id<Rule>>,
    /// Its rate.
    pub rate: i64,
    /// Its fixed part.
    pub fixed: Fen,
    /// What it comes to.
    pub fen: Fen,
}

impl Rule {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    fn fits(&self, sold: &Sold) -> bool {
        self.category.is_none_or(|category| category == sold.category)
            && self.shop.is_none_or(|shop| shop == sold.shop)
            && self.region.is_none_or(|region| sold.origin.is_within(region))
            && self.certified.is_none_or(|certified| certified == sold.certified)
    }
}

/// What the first rule that fits takes of a line. `rules` stand in their order and hold on the day.
///
/// # Errors
/// [`Overflow`] beyond what the system holds.
pub fn charge(rules: &[Rule], sold: &Sold) -> Result<Charge, Overflow> {
    let Some(rule) = rules.iter().find(|rule| rule.fits(sold)) else { return Ok(Charge::default()) };
    let fen = taken(sold.amount, rule.rate, rule.fixed)?;
    Ok(Charge { rule: Some(rule.id), rate: rule.rate, fixed: rule.fixed, fen })
}

/// Rate and fixed part of an amount, half a fen rounded up, and never more than the amount.
fn taken(amount: Fen, rate: i64, fixed: Fen) -> Result<Fen, Overflow> {
    let by_rate = i128::from(amount.0)
        .checked_mul(i128::from(rate))
        .and_then(|product| product.checked_add(WHOLE / 2))
        .map(|product| product.div_euclid(WHOLE))
        .ok_or(Overflow)?;
    let sum = Fen(i64::try_from(by_rate).map_err(|_| Overflow)?).plus(fixed)?;
    Ok(sum.min(amount))
}

/// What of a commission belongs to the first `back` of `pieces`. Parts that go back one after the other take the difference
/// of two of these, so that all of them together are the whole, to the fen.
pub fn share(commission: Fen, back: i64, pieces: i64) -> Fen {
    let part = i128::from(commission.0).saturating_mul(i128::from(back));
    Fen(i64::try_from(part.checked_div(i128::from(pieces)).unwrap_or(0)).unwrap_or(commission.0))
}

/// A rate as people write it: `3.5`.
pub fn percent(rate: i64) -> String {
    let text = Fen(rate).to_plain();
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(number: u128, rate: i64) -> Rule {
        Rule {
            id: Id::from_uuid(uuid::Uuid::from_u128(number)),
            position: 1,
            name: String::new(),
            category: None,
            shop: None,
            region: None,
            certified: None,
            rate,
            fixed: Fen::ZERO,
            from: Day::new(2024, 1, 1).unwrap(),
            to: None,
            replaces: None,
            made_by: String::new(),
            made_at: Instant::from_micros(0),
        }
    }

    fn sold(amount: i64) -> Sold {
        Sold {
            category: 2,
            shop: Id::from_uuid(uuid::Uuid::from_u128(9)),
            origin: RegionCode::new(530_602).unwrap(),
            certified: true,
            amount: Fen(amount),
        }
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let county = |code| Some(RegionCode::new(code).unwrap());
        let rules = [
            Rule { category: Some(3), ..rule(1, 100) },
            Rule { certified: Some(false), ..rule(2, 200) },
            Rule { region: county(520_000), ..rule(3, 300) },
            Rule { shop: Some(Id::from_uuid(uuid::Uuid::from_u128(8))), ..rule(4, 400) },
            Rule { region: county(530_000), fixed: Fen(7), ..rule(5, 500) },
            rule(6, 600),
        ];
        let found = charge(&rules, &sold(10_000)).unwrap();
        assert_eq!((found.rule, found.fen), (Some(rules[4].id), Fen(507)));
        assert_eq!(charge(&rules[..4], &sold(10_000)).unwrap(), Charge::default());
    }

    #[test]
    fn half_a_fen_is_a_fen_and_no_line_costs_more_than_it_brings() {
        let by = |amount, rate, fixed| charge(&[Rule { fixed: Fen(fixed), ..rule(1, rate) }], &sold(amount));
        assert_eq!(by(50, 100, 0).unwrap().fen, Fen(1));
        assert_eq!(by(49, 100, 0).unwrap().fen, Fen(0));
        assert_eq!(by(30, 100, 200).unwrap().fen, Fen(30));
        assert_eq!(by(214_748_364_700, 500, 0).unwrap().fen, Fen(10_737_418_235));
        assert_eq!(by(i64::MAX / 2, 3_000, 0).unwrap().fen, Fen(1_383_505_805_528_216_371));
        assert!(by(i64::MAX, 0, i64::MAX).is_ok() && by(i64::MAX, 3_000, i64::MAX).is_err());
    }

    #[test]
    fn parts_that_go_back_make_the_whole() {
        for (commission, pieces) in [(100, 3), (1, 999), (7, 7), (0, 5), (10_737_418_235, 13)] {
            let parts = (0..pieces).map(|back| {
                share(Fen(commission), back + 1, pieces).0 - share(Fen(commission), back, pieces).0
            });
            assert_eq!(parts.sum::<i64>(), commission);
        }
    }

    #[test]
    fn rates_are_written_short() {
        assert_eq!([350, 500, 5, 0].map(percent), ["3.5", "5", "0.05", "0"]);
    }
}
