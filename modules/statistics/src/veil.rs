//! Keeping small groups from the public (小额保护): a sum of one or two sellers would tell what one of them sold.
//!
//! A sum behind which fewer than three sellers stand is hidden. Sums are published in tables whose parts add up to
//! their whole, by one axis and by two, with months in years and counties in cities in provinces; so a hidden sum could
//! be had by subtraction where it is the only one hidden of a whole. There the next smallest part is hidden, too, until
//! what is hidden of each whole is at least two parts with at least three sellers together. It is decided once for all
//! tables of two axes: a sum that is hidden in one of them is hidden in every other.
//!
//! One gap is left. A value that has a single part in a table by two axes, such as a month with sales from one province
//! only, is the same sum as that part, and the table by one axis shows it. If another sum needed that part as its cover,
//! the other one can be worked out. To close the gap the tables by one axis would have to heed those by two.

use sh_trade::axes::Axis;

use crate::cube::{
    slice::Cell,
    table::{FastMap, FastSet},
};

/// Sellers that must stand behind a published sum at least.
pub const PARTIES_MIN: i64 = 3;

/// A value of an axis, or everything.
pub(crate) type Spot = Option<(Axis, i64)>;
/// The part of a definition at two values, each of its axis.
pub(crate) type Node = (Spot, Spot);

/// The axis in which an axis is contained: the month of a year, the county of a province.
pub(crate) const fn base(axis: Axis) -> Axis {
    match axis {
        Axis::Year => Axis::Month,
        Axis::OriginProvince | Axis::OriginCity => Axis::Origin,
        _ => axis,
    }
}

/// The next larger part that contains a value.
const fn up((axis, value): (Axis, i64)) -> Spot {
    match axis {
        Axis::Month => Some((Axis::Year, value / 100)),
        Axis::Origin => Some((Axis::OriginCity, value / 100 * 100)),
        Axis::OriginCity => Some((Axis::OriginProvince, value / 10_000 * 10_000)),
        _ => None,
    }
}

/// A value and everything that contains it, up to the whole.
fn rungs(spot: Spot) -> impl Iterator<Item = Spot> {
    std::iter::successors(Some(spot), |spot| (*spot).map(up))
}

/// The part of a definition at some values, in the tables by these axes. Of two values of which one contains the other
/// the smaller counts; `None` for two that exclude each other.
pub(crate) fn node(axes: &[Axis], points: &[(Axis, i64)]) -> Option<Node> {
    let mut spots = [None, None];
    for (spot, axis) in spots.iter_mut().zip(axes) {
        for point in points.iter().filter(|point| base(point.0) == *axis) {
            match *spot {
                None => *spot = Some(*point),
                Some(known) if rungs(Some(*point)).any(|rung| rung == Some(known)) => *spot = Some(*point),
                Some(known) if rungs(Some(known)).any(|rung| rung == Some(*point)) => {}
                Some(_) => return None,
            }
        }
    }
    Some((spots[0], spots[1]))
}

/// What is hidden in the tables of one axis or of two.
#[derive(Debug, Default)]
pub(crate) struct Veil {
    hidden: FastSet<Node>,
}

impl Veil {
    /// Whether a part is hidden.
    pub(crate) fn hides(&self, node: &Node) -> bool {
        self.hidden.contains(node)
    }

    /// About how many bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        100 + self.hidden.len() * (size_of::<Node>() + 8)
    }

    /// Of the tables by one axis: cells by its finest values.
    pub(crate) fn of_one(axis: Axis, cells: impl Iterator<Item = (i64, Cell)>) -> Self {
        let leaves = cells.map(|(value, cell)| ((Some((axis, value)), None), cell));
        Drape::new(leaves, |node| (*node == (None, None)).then_some(false)).settled()
    }

    /// Of the tables by two axes: cells by the finest values of both, and what is hidden in the tables by each.
    pub(crate) fn of_two(
        axes: (Axis, Axis),
        cells: impl Iterator<Item = (i64, i64, Cell)>,
        margins: (&Self, &Self),
    ) -> Self {
        let leaves = cells.map(|(a, b, cell)| ((Some((axes.0, a)), Some((axes.1, b))), cell));
        Drape::new(leaves, |node| match node {
            (None, None) => Some(false),
            (Some(_), None) => Some(margins.0.hides(node)),
            (None, Some(_)) => Some(margins.1.hides(&(node.1, None))),
            (Some(_), Some(_)) => None,
        })
        .settled()
    }
}

/// One part while it is being decided.
struct Part {
    node: Node,
    cell: Cell,
    hidden: bool,
    /// Decided elsewhere, or by a whole that it is alone in.
    fixed: bool,
}

/// A whole and its parts along one axis.
struct Whole {
    whole: usize,
    parts: Vec<usize>,
}

/// Parts and wholes while it is being decided what to hide.
struct Drape {
    parts: Vec<Part>,
    wholes: Vec<Whole>,
    /// For each part the wholes that it is in or is.
    touching: Vec<Vec<u32>>,
}

impl Drape {
    /// From the smallest parts; `known` says what is decided already.
    fn new(leaves: impl Iterator<Item = (Node, Cell)>, known: impl Fn(&Node) -> Option<bool>) -> Self {
        let mut at: FastMap<Node, usize> = FastMap::default();
        let mut parts: Vec<Part> = Vec::new();
        for ((first, second), cell) in leaves {
            for first in rungs(first) {
                for second in rungs(second) {
                    let node = (first, second);
                    let index = *at.entry(node).or_insert_with(|| {
                        parts.push(Part { node, cell: Cell::default(), hidden: false, fixed: false });
                        parts.len() - 1
                    });
                    if let Some(part) = parts.get_mut(index) {
                        part.cell.gather(cell);
                    }
                }
            }
        }
        let mut of_whole: FastMap<(usize, bool), Vec<usize>> = FastMap::default();
        for (index, part) in parts.iter_mut().enumerate() {
            part.hidden = !part.cell.is_three();
            if let Some(hidden) = known(&part.node) {
                (part.hidden, part.fixed) = (hidden, true);
            }
            let (first, second) = part.node;
            let wholes = [first.map(|spot| (up(spot), second)), second.map(|spot| (first, up(spot)))];
            for (whole, along) in wholes.into_iter().zip([false, true]) {
                if let Some(whole) = whole.and_then(|node| at.get(&node)) {
                    of_whole.entry((*whole, along)).or_default().push(index);
                }
            }
        }
        let mut wholes: Vec<((usize, bool), Vec<usize>)> = of_whole.into_iter().collect();
        wholes.sort_unstable_by_key(|(key, _)| *key);
        let mut touching = vec![Vec::new(); parts.len()];
        let wholes: Vec<Whole> =
            wholes.into_iter().map(|((whole, _), parts)| Whole { whole, parts }).collect();
        for (number, whole) in (0_u32..).zip(&wholes) {
            for index in whole.parts.iter().chain([&whole.whole]) {
                if let Some(touching) = touching.get_mut(*index) {
                    touching.push(number);
                }
            }
        }
        Self { parts, wholes, touching }
    }

    /// Hides more until nothing hidden follows from what is shown.
    fn settled(mut self) -> Veil {
        self.bind();
        let mut waiting: Vec<u32> = (0_u32..).zip(&self.wholes).map(|(number, _)| number).collect();
        waiting.reverse();
        let mut waits = vec![true; waiting.len()];
        while let Some(number) = waiting.pop() {
            if let Some(waits) = waits.get_mut(number as usize) {
                *waits = false;
            }
            for hidden in self.cover(number as usize) {
                for touched in self.touching.get(hidden).into_iter().flatten() {
                    if let Some(waits) = waits.get_mut(*touched as usize).filter(|waits| !**waits) {
                        *waits = true;
                        waiting.push(*touched);
                    }
                }
            }
        }
        Veil { hidden: self.parts.iter().filter(|part| part.hidden).map(|part| part.node).collect() }
    }

    /// What is alone in a whole that is shown for certain is the same sum and cannot be hidden.
    fn bind(&mut self) {
        let mut more = true;
        while std::mem::take(&mut more) {
            for whole in &self.wholes {
                let shown = self.parts.get(whole.whole).is_some_and(|part| part.fixed && !part.hidden);
                if let ([only], true) = (whole.parts.as_slice(), shown)
                    && let Some(part) = self.parts.get_mut(*only).filter(|part| !part.fixed && !part.hidden)
                {
                    part.fixed = true;
                    more = true;
                }
            }
        }
    }

    /// Makes one whole safe. Returns what was hidden for that.
    fn cover(&mut self, number: usize) -> Vec<usize> {
        let Some(Whole { whole, parts }) = self.wholes.get(number) else { return Vec::new() };
        let whole = *whole;
        let (mut shown, mut count, mut group) = (Vec::new(), 0, Cell::default());
        for index in parts {
            match self.parts.get(*index) {
                Some(part) if part.hidden => {
                    group.gather(part.cell);
                    count += 1;
                }
                _ => shown.push(*index),
            }
        }
        let whole_hidden = self.parts.get(whole).is_some_and(|part| part.hidden);
        // With the whole hidden one hidden part will do: the difference of the two is all that can be computed.
        let safe = |count: i64, group: Cell| {
            if whole_hidden { count >= 1 } else { count == 0 || (count >= 2 && group.is_three()) }
        };
        if safe(count, group) {
            return Vec::new();
        }
        // The smallest first, as they tell the reader least; at the end of the list, from where they are taken.
        let size =
            |index: &usize| self.parts.get(*index).map(|part| (part.cell.amount.unsigned_abs(), part.node));
        shown.sort_by_key(|index| std::cmp::Reverse(size(index)));
        let mut hidden = Vec::new();
        while !safe(count, group) {
            let Some(next) = shown.pop() else { break };
            let Some(part) = self.parts.get_mut(next).filter(|part| !part.fixed) else { continue };
            part.hidden = true;
            group.gather(part.cell);
            count += 1;
            hidden.push(next);
        }
        // Everything is hidden and still too little: then the whole must not be shown either.
        if !safe(count, group)
            && let Some(part) = self.parts.get_mut(whole).filter(|part| !part.fixed && !part.hidden)
        {
            part.hidden = true;
            hidden.push(whole);
        }
        hidden
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use sh_trade::facts::Crowd;

    use super::*;

    const COUNTIES: [i64; 7] = [520_521, 520_522, 520_526, 520_602, 530_602, 530_603, 450_224];
    const MONTHS: [i64; 5] = [201_911, 201_912, 202_001, 202_002, 202_003];

    /// A sale: county, month, seller, amount.
    type Sale = (i64, i64, i64, i64);

    fn cell((_, _, seller, amount): Sale) -> Cell {
        Cell { amount, trades: 1, crowd: Crowd::of(amount, 1, seller) }
    }

    fn gathered<K: Ord>(sales: &[Sale], key: impl Fn(Sale) -> K) -> BTreeMap<K, Cell> {
        let mut cells: BTreeMap<K, Cell> = BTreeMap::new();
        for sale in sales {
            cells.entry(key(*sale)).or_default().gather(cell(*sale));
        }
        cells
    }

    fn veils(sales: &[Sale]) -> (Veil, Veil, Veil) {
        let origins = Veil::of_one(Axis::Origin, gathered(sales, |sale| sale.0).into_iter());
        let months = Veil::of_one(Axis::Month, gathered(sales, |sale| sale.1).into_iter());
        let cells = gathered(sales, |sale| (sale.1, sale.0)).into_iter().map(|((a, b), cell)| (a, b, cell));
        let both = Veil::of_two((Axis::Month, Axis::Origin), cells, (&months, &origins));
        (origins, months, both)
    }

    /// Every sum that is published somewhere, with the sellers behind it.
    fn sums(sales: &[Sale]) -> BTreeMap<Node, BTreeSet<i64>> {
        let mut sums: BTreeMap<Node, BTreeSet<i64>> = BTreeMap::new();
        for (county, month, seller, _) in sales {
            for first in rungs(Some((Axis::Month, *month))) {
                for second in rungs(Some((Axis::Origin, *county))) {
                    sums.entry((first, second)).or_default().insert(*seller);
                }
            }
        }
        sums
    }

    /// The hidden sums that follow from those that are shown, one equation of a whole and its parts after the other.
    fn worked_out(sums: &BTreeMap<Node, BTreeSet<i64>>, veil: &Veil) -> Vec<Node> {
        let mut unknown: BTreeSet<Node> = sums.keys().copied().filter(|node| veil.hides(node)).collect();
        let mut found = Vec::new();
        loop {
            let mut solved = None;
            for whole in sums.keys() {
                for along in [0, 1] {
                    let is_part = |node: &&Node| {
                        let above = if along == 0 {
                            (node.0.map(up), Some(node.1))
                        } else {
                            (Some(node.0), node.1.map(up))
                        };
                        above == (Some(whole.0), Some(whole.1))
                    };
                    let parts: Vec<Node> = sums.keys().filter(is_part).copied().collect();
                    let open: Vec<Node> =
                        parts.iter().chain([whole]).copied().filter(|n| unknown.contains(n)).collect();
                    if let ([only], false) = (open.as_slice(), parts.is_empty()) {
                        solved = Some(*only);
                    }
                }
            }
            let Some(node) = solved else { return found };
            unknown.remove(&node);
            found.push(node);
        }
    }

    #[test]
    fn one_small_part_takes_the_next_smallest_with_it() {
        let mut sales: Vec<Sale> = (1..=5).map(|seller| (520_526, 202_001, seller, 100)).collect();
        sales.extend((11..=14).map(|seller| (520_522, 202_001, seller, 30)));
        sales.push((520_521, 202_001, 21, 7));
        let (origins, ..) = veils(&sales);
        let hides = |axis, value| origins.hides(&(Some((axis, value)), None));
        assert!(
            hides(Axis::Origin, 520_521) && hides(Axis::Origin, 520_522) && !hides(Axis::Origin, 520_526)
        );
        assert!(!hides(Axis::OriginCity, 520_500) && !hides(Axis::OriginProvince, 520_000));
    }

    #[test]
    fn nothing_is_hidden_where_everybody_stands_in_a_crowd() {
        let sales: Vec<Sale> =
            (0..9).map(|n| (COUNTIES[n % 3], MONTHS[0], i64::try_from(n).unwrap(), 10)).collect();
        let (origins, months, both) = veils(&sales);
        assert!(origins.hidden.is_empty() && months.hidden.is_empty() && both.hidden.is_empty());
    }

    #[test]
    fn what_is_hidden_one_way_is_not_shown_the_other_way() {
        // Everybody sells everywhere in January; in February one seller of one county only.
        let mut sales: Vec<Sale> = Vec::new();
        for (at, county) in [520_521, 520_522, 520_526].into_iter().enumerate() {
            let first = 10 * i64::try_from(at).unwrap();
            sales.extend((first..first + 5).map(|seller| (county, 202_001, seller, 100)));
            sales.extend((first..first + 5).map(|seller| (county, 202_003, seller, 90)));
        }
        sales.extend((10..15).map(|seller| (520_522, 202_002, seller, 40)));
        sales.extend((20..25).map(|seller| (520_526, 202_002, seller, 50)));
        sales.push((520_521, 202_002, 1, 5));
        let (_, _, both) = veils(&sales);
        let hides = |county, month| both.hides(&(Some((Axis::Month, month)), Some((Axis::Origin, county))));
        assert!(hides(520_521, 202_002) && hides(520_522, 202_002), "the next smallest county of the month");
        assert!(
            hides(520_521, 202_003) && hides(520_522, 202_003),
            "the next smallest month of both counties"
        );
        assert!(!hides(520_526, 202_002) && !hides(520_521, 202_001));
        assert_eq!(worked_out(&sums(&sales), &both), []);
    }

    #[test]
    fn points_of_one_axis_are_the_smaller_of_them() {
        let (month, channel) = ((Axis::Month, 202_001), (Axis::Channel, 3));
        let find = |points: &[(Axis, i64)]| node(&[Axis::Month, Axis::Channel], points);
        assert_eq!(find(&[(Axis::Year, 2020), month]), Some((Some(month), None)));
        assert_eq!(find(&[month, (Axis::Year, 2020)]), Some((Some(month), None)));
        assert_eq!(find(&[month, (Axis::Year, 2019)]), None);
        assert_eq!(find(&[channel, month]), Some((Some(month), Some(channel))));
        assert_eq!(find(&[channel]), Some((None, Some(channel))));
        assert_eq!(find(&[]), Some((None, None)));
    }

    /// Whether a month or a place of the tables by one axis has a single part in the tables by two: that part is the
    /// same sum, which the table by one axis shows whatever the others would need.
    fn alone(sums: &BTreeMap<Node, BTreeSet<i64>>) -> bool {
        let mut parts: BTreeMap<Node, usize> = BTreeMap::new();
        for node in sums.keys() {
            match *node {
                (Some(first), Some((Axis::OriginProvince, _))) => {
                    *parts.entry((Some(first), None)).or_default() += 1;
                }
                (Some((Axis::Year, _)), second) => *parts.entry((None, second)).or_default() += 1,
                _ => {}
            }
            if let (Some((Axis::Year, _)), Some((Axis::OriginProvince, _))) = node {
                *parts.entry((None, node.1)).or_default() += 1;
            }
        }
        parts.values().any(|count| *count < 2)
    }

    fn sales() -> impl Strategy<Value = Vec<Sale>> {
        let sale = (0..COUNTIES.len(), 0..MONTHS.len(), 0_i64..6, 1_i64..1_000);
        let sale = sale.prop_map(|(county, month, seller, amount)| {
            let county = COUNTIES[county];
            (county, MONTHS[month], county * 10 + seller, amount)
        });
        proptest::collection::vec(sale, 30..160)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_small_sum_is_shown_and_none_can_be_worked_out(sales in sales()) {
            let (origins, _, both) = veils(&sales);
            let sums = sums(&sales);
            prop_assume!(!alone(&sums));
            let small = |node: &Node| sums[node].len() < 3;
            for node in sums.keys().filter(|node| **node != (None, None) && small(node)) {
                prop_assert!(both.hides(node), "{node:?}");
                prop_assert!(node.0.is_some() || origins.hides(&(node.1, None)));
            }
            let found = worked_out(&sums, &both);
            prop_assert!(!found.iter().any(small), "{found:?}");
        }
    }
}
