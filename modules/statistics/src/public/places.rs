//! Places of origin and the sellers in them: province, city, county, seller, with what of them the public sees.

use std::collections::{BTreeMap, BTreeSet};

use sh_kernel::RegionCode;
use sh_trade::axes::Axis;

use super::breakdown::{Breakdown, Cell, Total};

/// What each seller sold from each place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// In the order of place and seller.
    cells: Vec<(i64, i64, Total)>,
    /// The places of each seller.
    of_seller: BTreeMap<i64, Vec<(i64, Total)>>,
}

impl Places {
    /// From cells of place, seller, sum; each pair once.
    pub(crate) fn new(mut cells: Vec<(i64, i64, Total)>) -> Self {
        cells.sort_unstable_by_key(|(place, seller, _)| (*place, *seller));
        let mut of_seller: BTreeMap<i64, Vec<(i64, Total)>> = BTreeMap::new();
        for (place, seller, total) in &cells {
            of_seller.entry(*seller).or_default().push((*place, *total));
        }
        Self { cells, of_seller }
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
        let mut parts: BTreeMap<i64, (Total, BTreeSet<i64>)> = BTreeMap::new();
        for (origin, seller, total) in self.within(place) {
            let key = match axis {
                Axis::OriginProvince => origin / 10_000 * 10_000,
                Axis::OriginCity => origin / 100 * 100,
                Axis::Seller => *seller,
                _ => *origin,
            };
            let part = parts.entry(key).or_default();
            part.0 = part.0.plus(*total);
            part.1.insert(*seller);
        }
        let cells = parts
            .into_iter()
            .map(|(key, (total, sellers))| Cell {
                key,
                total,
                parties: (axis != Axis::Seller).then(|| i64::try_from(sellers.len()).unwrap_or(i64::MAX)),
            })
            .collect();
        Breakdown::new(axis, parent, cells, protect)
    }

    /// The sellers of exactly this place, nothing inside it: where no finer place is known.
    pub(crate) fn sellers_at(&self, place: i64, protect: bool) -> Breakdown {
        let cells: Vec<Cell> = self
            .within(Some(place))
            .iter()
            .filter(|cell| cell.0 == place)
            .map(|cell| Cell { key: cell.1, total: cell.2, parties: None })
            .collect();
        let parent = cells.iter().fold(Total::default(), |sum, cell| sum.plus(cell.total));
        Breakdown::new(Axis::Seller, parent, cells, protect)
    }

    /// The finest place around `place` that the public may see; `None` if only the whole.
    pub(crate) fn visible(&self, place: i64) -> Option<i64> {
        let mut seen = None;
        for next in levels(place) {
            if !self.split(seen, true).shows(next) {
                return seen;
            }
            seen = Some(next);
        }
        seen
    }

    /// The places of a seller, in order.
    pub(crate) fn of_seller(&self, seller: i64) -> &[(i64, Total)] {
        self.of_seller.get(&seller).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the public may see a seller on its own: every place it sold from is shown.
    pub(crate) fn shows_seller(&self, seller: i64) -> bool {
        self.of_seller(seller).iter().all(|(place, _)| self.shows_sales_of(*place))
    }

    /// Whether the public may see single sales of a place. Of sales whose place is known no finer than a city, the row
    /// that stands for them beside the counties must be shown.
    pub(crate) fn shows_sales_of(&self, place: i64) -> bool {
        self.visible(place) == Some(place)
            && (below(Some(place)) == Axis::Seller || self.split(Some(place), true).shows(place))
    }
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

    use super::*;

    fn sold(place: i64, seller: i64, amount: i64) -> (i64, i64, Total) {
        (place, seller, Total { amount: Fen(amount), trades: 1 })
    }

    /// 贵州 has two counties with three sellers each and two with one; 云南 and 广西 have three sellers each.
    fn places() -> Places {
        let mut cells = Vec::new();
        for (place, first) in [(520_526, 1), (520_521, 4), (530_602, 10), (451_024, 20)] {
            cells.extend((first..first + 3).map(|seller| sold(place, seller, 100 * seller)));
        }
        cells.extend([sold(520_522, 30, 5), sold(520_523, 31, 7)]);
        Places::new(cells)
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
        assert_eq!(below(Some(520_500)), Axis::Origin);
        assert_eq!(levels(520_000), [520_000]);
        assert_eq!(levels(520_526), [520_000, 520_500, 520_526]);
    }

    #[test]
    fn a_county_of_one_seller_is_not_shown_anywhere() {
        let places = places();
        let city = places.split(Some(520_500), true);
        // Two sellers are too few for one row: the smallest other county joins them.
        assert_eq!(city.rows.iter().map(|cell| cell.key).collect::<Vec<_>>(), [520_521]);
        assert_eq!(city.merged.map(|merged| merged.cells), Some(3));
        assert_eq!(places.visible(520_522), Some(520_500));
        assert_eq!(places.visible(520_521), Some(520_521));
        assert!(!places.shows_seller(30) && places.shows_seller(4));
        assert_eq!(places.visible(999_999), None);
    }
}
