//! Places of origin and the sellers in them: province, city, county, seller, with what of them the public sees.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use sh_kernel::RegionCode;
use sh_trade::axes::Axis;

use super::{
    breakdown::{Breakdown, Part, Total},
    narrow,
};
use crate::veil::Veil;

/// What each seller sold from each place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// In the order of place and seller.
    cells: Vec<(i64, i64, Total)>,
    /// The places of each seller: positions in `cells`, in the order of seller and place.
    of_seller: Vec<u32>,
    /// What of the places the public does not see.
    veil: Arc<Veil>,
}

impl Places {
    /// From cells of place, seller, sum, in that order, each pair once.
    pub(crate) fn new(cells: Vec<(i64, i64, Total)>, veil: Arc<Veil>) -> Self {
        let mut of_seller: Vec<u32> = (0_u32..).zip(&cells).map(|(at, _)| at).collect();
        of_seller.sort_unstable_by_key(|at| cells.get(*at as usize).map(|cell| (cell.1, cell.0)));
        Self { cells, of_seller, veil }
    }

    /// About how many bytes they take.
    pub(crate) const fn bytes(&self) -> usize {
        200 + self.cells.len() * (size_of::<(i64, i64, Total)>() + 4)
    }

    /// Whether the public sees a place of origin, at the level of an axis, by itself.
    fn sees(&self, axis: Axis, place: i64) -> bool {
        !self.veil.hides(&(Some((axis, place)), None))
    }

    fn within(&self, place: Option<i64>) -> &[(i64, i64, Total)] {
        let (first, last) = match place.map(RegionCode::new) {
            None => (i64::MIN, i64::MAX),
            Some(Ok(code)) => code.range(),
            // Sales whose place was not told.
            Some(Err(_)) => (0, 0),
        };
        let from = self.cells.partition_point(|cell| cell.0 < first);
        let to = self.cells.partition_point(|cell| cell.0 <= last);
        self.cells.get(from..to).unwrap_or_default()
    }

    /// What was sold from a place and everything inside it.
    pub(crate) fn total(&self, place: Option<i64>) -> Total {
        self.within(place).iter().fold(Total::default(), |sum, cell| sum.plus(cell.2))
    }

    /// The places in it that goods were sold from, itself included if it is one of them.
    pub(crate) fn inside(&self, place: i64) -> Vec<i64> {
        let mut places: Vec<i64> = self.within(Some(place)).iter().map(|cell| cell.0).collect();
        places.dedup();
        places
    }

    /// Whether anything was sold from there.
    pub(crate) fn knows(&self, place: i64) -> bool {
        !self.within(Some(place)).is_empty()
    }

    /// How many sellers stand behind a place.
    pub(crate) fn sellers(&self, place: Option<i64>) -> usize {
        self.within(place).iter().map(|cell| cell.1).collect::<BTreeSet<_>>().len()
    }

    /// The parts of a place one level below it: provinces of the whole, cities, counties; of a county the sellers.
    pub(crate) fn split(&self, place: Option<i64>, protect: bool) -> Breakdown {
        let axis = below(place);
        let parent = self.total(place);
        let mut parts: BTreeMap<i64, Total> = BTreeMap::new();
        for (origin, seller, total) in self.within(place) {
            let key = match axis {
                Axis::OriginProvince => origin / 10_000 * 10_000,
                Axis::OriginCity => origin / 100 * 100,
                Axis::Seller => *seller,
                _ => *origin,
            };
            let part = parts.entry(key).or_default();
            *part = part.plus(*total);
        }
        let parts = parts.into_iter().map(|(key, total)| Part { key, total }).collect();
        // Sellers of a place that is shown are public by themselves.
        Breakdown::new(axis, parent, parts, |key| protect && axis != Axis::Seller && !self.sees(axis, key))
    }

    /// The sellers of exactly this place, nothing inside it: where no finer place is known.
    pub(crate) fn sellers_at(&self, place: i64) -> Breakdown {
        let within = self.within(Some(place)).iter().filter(|cell| cell.0 == place);
        let parts: Vec<Part> = within.map(|cell| Part { key: cell.1, total: cell.2 }).collect();
        let parent = parts.iter().fold(Total::default(), |sum, part| sum.plus(part.total));
        Breakdown::new(Axis::Seller, parent, parts, |_| false)
    }

    /// The finest place around `place` that the public may see; `None` if only the whole.
    pub(crate) fn visible(&self, place: i64) -> Option<i64> {
        levels(place).into_iter().rfind(|level| self.knows(*level) && self.sees(axis_of(*level), *level))
    }

    /// The places of a seller, in order.
    pub(crate) fn of_seller(&self, seller: i64) -> Vec<(i64, Total)> {
        let cell = |at: &u32| self.cells.get(*at as usize);
        let from = self.of_seller.partition_point(|at| cell(at).is_some_and(|cell| cell.1 < seller));
        let rest = self.of_seller.get(from..).unwrap_or_default();
        rest.iter()
            .map_while(|at| cell(at).filter(|cell| cell.1 == seller).map(|cell| (cell.0, cell.2)))
            .collect()
    }

    /// Whether the public may see a seller on its own: every place it sold from is shown.
    pub(crate) fn shows_seller(&self, seller: i64) -> bool {
        self.of_seller(seller).iter().all(|(place, _)| self.shows_sales_of(*place))
    }

    /// Whether the public may see single sales of a place: those of which nothing finer is known among the places of
    /// its level, and the place itself.
    pub(crate) fn shows_sales_of(&self, place: i64) -> bool {
        self.sees(Axis::Origin, place) && self.sees(axis_of(place), place)
    }
}

/// The axis at whose level a place stands.
fn axis_of(place: i64) -> Axis {
    narrow::place(place).map_or(Axis::Origin, |point| point.0)
}

/// The axis of the parts of a place.
pub(crate) fn below(place: Option<i64>) -> Axis {
    match place.map(RegionCode::new) {
        None => Axis::OriginProvince,
        Some(Ok(code)) if code.is_province() => Axis::OriginCity,
        Some(Ok(code)) if code.is_city() => Axis::Origin,
        Some(_) => Axis::Seller,
    }
}

/// A place with the places around it, the largest first: province, city, county. A place that is known no finer than
/// its province stands for itself.
pub(crate) fn levels(place: i64) -> Vec<i64> {
    let mut levels = vec![place / 10_000 * 10_000, place / 100 * 100, place];
    levels.dedup();
    levels
}

#[cfg(test)]
mod tests {
    use sh_kernel::Fen;
    use sh_trade::facts::Crowd;

    use super::*;
    use rustc_hash::FxHashSet;

    use crate::cube::slice::Cell;

    /// 贵州 has two counties with three sellers each and two with one; 云南 and 广西 have three sellers each.
    fn places() -> Places {
        let mut sold: Vec<(i64, i64, i64)> = Vec::new();
        for (place, first) in [(520_521, 4), (520_526, 1), (530_602, 10), (451_024, 20)] {
            sold.extend((first..first + 3).map(|seller| (place, seller, 100 * seller)));
        }
        sold.extend([(520_522, 30, 5), (520_523, 31, 7)]);
        sold.sort_unstable();
        let cell = |(place, seller, amount): (i64, i64, i64)| {
            (place, Cell { amount, trades: 1, crowd: Crowd::of(amount, 1, seller) })
        };
        let mut by_place: BTreeMap<i64, Cell> = BTreeMap::new();
        for (place, sum) in sold.iter().copied().map(cell) {
            by_place.entry(place).or_default().gather(sum);
        }
        let by_place: Vec<_> = by_place.into_iter().collect();
        let veil = Veil::of_one(Axis::Origin, &by_place, &FxHashSet::default());
        let total = |amount| Total { amount: Fen(amount), trades: 1 };
        let cells = sold.into_iter().map(|(place, seller, amount)| (place, seller, total(amount)));
        Places::new(cells.collect(), Arc::new(veil))
    }

    #[test]
    fn every_level_adds_up_to_the_one_above() {
        let places = places();
        for protect in [true, false] {
            for place in [None, Some(520_000), Some(520_500), Some(520_526)] {
                assert_eq!(places.split(place, protect).difference(), Fen::ZERO, "{place:?}");
            }
        }
        assert_eq!(places.total(None).trades, 14);
        assert_eq!(places.sellers(Some(520_500)), 8);
        assert_eq!(places.of_seller(5).iter().map(|one| one.0).collect::<Vec<_>>(), [520_521]);
        assert_eq!(below(Some(520_500)), Axis::Origin);
        assert_eq!(levels(520_000), [520_000]);
        assert_eq!(levels(520_526), [520_000, 520_500, 520_526]);
    }

    #[test]
    fn a_county_of_one_seller_is_not_shown_anywhere() {
        let places = places();
        let city = places.split(Some(520_500), true);
        // Two sellers are too few for one row: the smallest other county joins them.
        assert_eq!(city.rows.iter().map(|part| part.key).collect::<Vec<_>>(), [520_521]);
        assert_eq!(city.merged.map(|merged| merged.parts), Some(3));
        assert_eq!(places.visible(520_522), Some(520_500));
        assert_eq!(places.visible(520_521), Some(520_521));
        assert!(!places.shows_seller(30) && places.shows_seller(4));
        assert_eq!(places.visible(999_999), None);
    }
}
