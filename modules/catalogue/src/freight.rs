//! Freight by region and weight (运费模板).

use serde::{Deserialize, Serialize};
use sh_kernel::{Fen, RegionCode};

/// Exceptions that a template may have.
pub const EXCEPTIONS_MAX: usize = 40;

/// What sending costs (计费): the first kilograms, and each begun step beyond them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Grams that the first fee covers.
    pub first_grams: i64,
    /// The first fee.
    pub first: Fen,
    /// Grams of a further step; 0 if weight beyond the first costs nothing more.
    pub step_grams: i64,
    /// The fee of each begun step.
    pub step: Fen,
}

impl Rate {
    /// Sent at no charge.
    pub const FREE: Self = Self { first_grams: 0, first: Fen::ZERO, step_grams: 0, step: Fen::ZERO };

    /// The fee for a weight; `None` beyond what the system holds.
    fn fee(&self, grams: i64) -> Option<Fen> {
        let beyond = grams.saturating_sub(self.first_grams).max(0);
        if beyond == 0 || self.step_grams <= 0 {
            return Some(self.first);
        }
        let steps = beyond.checked_add(self.step_grams - 1)? / self.step_grams;
        self.step.0.checked_mul(steps)?.checked_add(self.first.0).map(Fen)
    }
}

/// Places to which other rates apply (例外地区).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Divisions, each with all that lies in it.
    pub regions: Vec<RegionCode>,
    /// The rate there; `None` if nothing is sent there.
    pub rate: Option<Rate>,
}

/// A freight template of a shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// The rate everywhere else.
    pub rate: Rate,
    /// Places with other rates.
    pub exceptions: Vec<Exception>,
    /// From this sum of goods on sending is free, except to places where nothing is sent.
    pub free_from: Option<Fen>,
}

/// What sending costs to one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// This much.
    Fee(Fen),
    /// Nothing is sent there.
    NotSent,
}

impl Template {
    /// Sent everywhere at no charge (包邮).
    pub const fn free() -> Self {
        Self { rate: Rate::FREE, exceptions: Vec::new(), free_from: None }
    }

    /// What it costs to send goods of this weight and sum to a division. Of several exceptions the one that names the
    /// smallest division holds. Weight and sum are those of all goods of the template in one order: an order that
    /// leaves in several parcels pays once.
    pub fn quote(&self, to: RegionCode, grams: i64, goods: Fen) -> Quote {
        let exception = self
            .exceptions
            .iter()
            .flat_map(|exception| exception.regions.iter().map(move |region| (*region, exception)))
            .filter(|(region, _)| to.is_within(*region))
            .max_by_key(|(region, _)| fineness(*region));
        let rate = match exception {
            Some((_, Exception { rate: None, .. })) => return Quote::NotSent,
            Some((_, Exception { rate: Some(rate), .. })) => rate,
            None => &self.rate,
        };
        if self.free_from.is_some_and(|from| goods >= from) {
            return Quote::Fee(Fen::ZERO);
        }
        rate.fee(grams).map_or(Quote::NotSent, Quote::Fee)
    }

    /// Whether nobody ever pays for sending.
    pub fn is_free(&self) -> bool {
        let free = |rate: &Rate| rate.first == Fen::ZERO && (rate.step == Fen::ZERO || rate.step_grams == 0);
        free(&self.rate) && self.exceptions.iter().all(|exception| exception.rate.as_ref().is_none_or(free))
    }
}

/// 1 for a province, 2 for a city, 3 for a county.
fn fineness(region: RegionCode) -> u8 {
    1 + u8::from(!region.is_province()) + u8::from(!region.is_province() && !region.is_city())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(code: i64) -> RegionCode {
        RegionCode::new(code).unwrap()
    }

    fn template() -> Template {
        let rate =
            |first, step| Rate { first_grams: 3_000, first: Fen(first), step_grams: 1_000, step: Fen(step) };
        Template {
            rate: rate(800, 100),
            exceptions: vec![
                Exception { regions: vec![place(650_000), place(540_000)], rate: Some(rate(2_500, 1_000)) },
                Exception { regions: vec![place(650_100)], rate: Some(rate(1_500, 500)) },
                Exception { regions: vec![place(710_000)], rate: None },
            ],
            free_from: Some(Fen(9_900)),
        }
    }

    #[test]
    fn region_and_weight_decide() {
        let template = template();
        let fee = |code, grams| template.quote(place(code), grams, Fen(100));
        assert_eq!(fee(440_305, 3_000), Quote::Fee(Fen(800)));
        assert_eq!(fee(440_305, 3_001), Quote::Fee(Fen(900)), "each begun step counts");
        assert_eq!(fee(440_305, 5_000), Quote::Fee(Fen(1_000)));
        assert_eq!(fee(653_100, 1), Quote::Fee(Fen(2_500)));
        assert_eq!(fee(650_102, 1), Quote::Fee(Fen(1_500)), "the smaller division holds");
        assert_eq!(fee(710_000, 1), Quote::NotSent);
        assert_eq!(template.quote(place(653_100), 90_000, Fen(9_900)), Quote::Fee(Fen::ZERO));
        assert_eq!(template.quote(place(710_000), 1, Fen(9_900)), Quote::NotSent);
        assert!(Template::free().is_free() && !template.is_free());
    }

    proptest! {
        #[test]
        fn more_weight_never_costs_less(grams in 0_i64..10_i64.pow(9), more in 0_i64..10_i64.pow(6)) {
            let fee = |grams| match template().quote(place(440_305), grams, Fen(1)) {
                Quote::Fee(fee) => fee.0,
                Quote::NotSent => i64::MAX,
            };
            prop_assert!(fee(grams) <= fee(grams + more));
        }

        #[test]
        fn no_weight_overflows(grams in any::<i64>(), step in any::<i64>(), fee in any::<i64>()) {
            let rate = Rate { first_grams: 0, first: Fen(fee), step_grams: step, step: Fen(fee) };
            let template = Template { rate, exceptions: Vec::new(), free_from: None };
            let _ = template.quote(place(440_305), grams, Fen::ZERO);
        }
    }
}
