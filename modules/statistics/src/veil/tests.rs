use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sh_trade::facts::Crowd;

use super::*;

const COUNTIES: [i64; 7] = [520_521, 520_522, 520_526, 520_602, 530_602, 530_603, 450_224];
const MONTHS: [i64; 5] = [201_911, 201_912, 202_001, 202_002, 202_003];
/// The axes of a sale, in their order in [`Sale`].
const AXES: [Axis; 3] = [Axis::Month, Axis::Origin, Axis::Channel];
const TABLES: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];

/// A sale: month, county and channel, seller, amount.
#[derive(Debug, Clone, Copy)]
struct Sale([i64; 3], i64, i64);

/// Everything that is published of some sales: what is hidden in the table by each pair of axes.
struct Published {
    margins: Margins,
    tables: Vec<Veil>,
}

fn published(sales: &[Sale]) -> Published {
    let cells = |table: usize| {
        let (first, second) = TABLES[table];
        let mut cells: BTreeMap<(i64, i64), Cell> = BTreeMap::new();
        for Sale(values, seller, amount) in sales {
            let cell = Cell { amount: *amount, trades: 1, crowd: Crowd::of(*amount, 1, *seller) };
            cells.entry((values[first], values[second])).or_default().gather(cell);
        }
        cells.into_iter().map(|((a, b), cell)| (a, b, cell)).collect::<Vec<_>>()
    };
    let axes = TABLES.map(|(first, second)| (AXES[first], AXES[second]));
    let margins = Margins::new(&axes, cells);
    let tables = (0..TABLES.len()).map(|at| Veil::of_two(axes[at], &cells(at), &margins)).collect();
    Published { margins, tables }
}

/// A sum that is published somewhere: the values at which it stands, in the order of their axes.
type Place = Vec<(Axis, i64)>;

fn place(table: usize, (first, second): Node) -> Place {
    let (_, other) = TABLES[table];
    // A month, a county and a channel are told apart by their axes; the order is that of the table.
    let place: Place = first.into_iter().chain(second).collect();
    debug_assert!(place.len() < 2 || base(place[1].0) == AXES[other]);
    place
}

/// What a reader has before him.
struct Reader {
    sellers: BTreeMap<Place, BTreeSet<i64>>,
    hidden: BTreeSet<Place>,
    /// Each whole with its parts along one axis.
    equations: BTreeMap<(Place, Axis), BTreeSet<Place>>,
}

fn reader(sales: &[Sale]) -> Reader {
    let published = published(sales);
    let mut reader = Reader { sellers: BTreeMap::new(), hidden: BTreeSet::new(), equations: BTreeMap::new() };
    for Sale(values, seller, _) in sales {
        for (table, (first, second)) in TABLES.into_iter().enumerate() {
            for one in rungs(Some((AXES[first], values[first]))) {
                for other in rungs(Some((AXES[second], values[second]))) {
                    let here = place(table, (one, other));
                    reader.sellers.entry(here.clone()).or_default().insert(*seller);
                    if published.tables[table].hides(&(one, other)) {
                        reader.hidden.insert(here.clone());
                    } else if let [point] = here.as_slice() {
                        let margin = published.margins.of(base(point.0));
                        assert!(
                            !margin.hides(&(Some(*point), None)),
                            "shown in one table, hidden in another"
                        );
                    }
                    if let Some(spot) = one {
                        let whole = (place(table, (up(spot), other)), AXES[first]);
                        reader.equations.entry(whole).or_default().insert(here.clone());
                    }
                    if let Some(spot) = other {
                        let whole = (place(table, (one, up(spot))), AXES[second]);
                        reader.equations.entry(whole).or_default().insert(here.clone());
                    }
                }
            }
        }
    }
    reader
}

impl Reader {
    fn is_small(&self, place: &Place) -> bool {
        !place.is_empty() && self.sellers[place].len() < 3
    }

    /// What can be worked out, one equation of a whole and its parts after the other: hidden sums, and sums of what is
    /// hidden of a whole, that belong to fewer than three sellers.
    fn found(&self) -> Vec<(Place, Axis)> {
        let mut unknown = self.hidden.clone();
        let mut more = true;
        let mut told = Vec::new();
        while std::mem::take(&mut more) {
            for ((whole, axis), parts) in &self.equations {
                let open: Vec<&Place> = parts.iter().filter(|part| unknown.contains(*part)).collect();
                if unknown.contains(whole) {
                    if open.is_empty() {
                        unknown.remove(whole);
                        more = true;
                    }
                    continue;
                }
                let sellers: BTreeSet<i64> =
                    open.iter().flat_map(|part| self.sellers[*part].iter().copied()).collect();
                if !open.is_empty() && sellers.len() < 3 {
                    told.push((whole.clone(), *axis));
                }
                if let [only] = open.as_slice() {
                    let only = (*only).clone();
                    unknown.remove(&only);
                    more = true;
                }
            }
        }
        told.extend(
            self.hidden
                .iter()
                .filter(|place| !unknown.contains(*place) && self.is_small(place))
                .map(|place| (place.clone(), place[0].0)),
        );
        told
    }
}

fn sale(month: i64, county: i64, seller: i64, amount: i64) -> Sale {
    Sale([month, county, 1], seller, amount)
}

#[test]
fn one_small_part_takes_the_next_smallest_with_it() {
    let mut sales: Vec<Sale> = (1..=5).map(|seller| sale(202_001, 520_526, seller, 100)).collect();
    sales.extend((11..=14).map(|seller| sale(202_001, 520_522, seller, 30)));
    sales.push(sale(202_001, 520_521, 21, 7));
    let origins = published(&sales).margins.of(Axis::Origin);
    let hides = |axis, value| origins.hides(&(Some((axis, value)), None));
    assert!(hides(Axis::Origin, 520_521) && hides(Axis::Origin, 520_522) && !hides(Axis::Origin, 520_526));
    assert!(!hides(Axis::OriginCity, 520_500) && !hides(Axis::OriginProvince, 520_000));
}

#[test]
fn nothing_is_hidden_where_everybody_stands_in_a_crowd() {
    let sales: Vec<Sale> =
        (0..9).map(|n| sale(MONTHS[0], COUNTIES[n % 3], i64::try_from(n).unwrap(), 10)).collect();
    let published = published(&sales);
    assert!(published.tables.iter().all(|veil| veil.hidden.is_empty()));
    assert!(AXES.iter().all(|axis| published.margins.of(*axis).hidden.is_empty()));
}

#[test]
fn what_is_hidden_one_way_is_not_shown_the_other_way() {
    // Everybody sells everywhere in January; in February one seller of one county only.
    let mut sales: Vec<Sale> = Vec::new();
    for (at, county) in [520_521, 520_522, 520_526].into_iter().enumerate() {
        let first = 10 * i64::try_from(at).unwrap();
        sales.extend((first..first + 5).map(|seller| sale(202_001, county, seller, 100)));
        sales.extend((first..first + 5).map(|seller| sale(202_003, county, seller, 90)));
    }
    sales.extend((10..15).map(|seller| sale(202_002, 520_522, seller, 40)));
    sales.extend((20..25).map(|seller| sale(202_002, 520_526, seller, 50)));
    sales.push(sale(202_002, 520_521, 1, 5));
    let both = published(&sales).tables.remove(0);
    let hides = |county, month| both.hides(&(Some((Axis::Month, month)), Some((Axis::Origin, county))));
    assert!(hides(520_521, 202_002) && hides(520_522, 202_002), "the next smallest county of the month");
    assert!(hides(520_521, 202_003) && hides(520_522, 202_003), "the next smallest month of both counties");
    assert!(!hides(520_526, 202_002) && !hides(520_521, 202_001));
    assert_eq!(reader(&sales).found(), []);
}

#[test]
fn a_sum_that_stands_alone_in_another_table_is_no_cover_there() {
    // 云南 sells in January only, 广西 in both months, and in January through a single seller: what 广西 sold in January
    // is January without 云南, which the table of provinces would show.
    let mut sales: Vec<Sale> = (1..=4).map(|seller| sale(202_001, 530_602, seller, 100)).collect();
    sales.push(sale(202_001, 450_224, 11, 7));
    sales.extend((11..=14).map(|seller| sale(202_002, 450_224, seller, 500)));
    sales.extend((21..=24).map(|seller| sale(202_002, 520_521, seller, 900)));
    let margins = published(&sales).margins;
    let hides = |axis: Axis, value| margins.of(base(axis)).hides(&(Some((axis, value)), None));
    assert!(
        hides(Axis::OriginProvince, 530_000) || hides(Axis::Month, 202_001),
        "one of the two that together tell it"
    );
    assert_eq!(reader(&sales).found(), []);
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

/// Sales of few months, places and channels, of few sellers each, so that much is small and much stands alone.
fn sales() -> impl Strategy<Value = Vec<Sale>> {
    (1..=MONTHS.len(), 1..=COUNTIES.len(), 1_usize..4, 3_i64..8).prop_flat_map(
        |(months, counties, channels, sellers)| {
            let sale = (0..months, 0..counties, 0..channels, 0..sellers, 1_i64..1_000);
            let sale = sale.prop_map(|(month, county, channel, seller, amount)| {
                let county = COUNTIES[county];
                let channel = i64::try_from(channel).unwrap();
                Sale([MONTHS[month], county, channel], county * 10 + seller, amount)
            });
            proptest::collection::vec(sale, 3..120)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_500))]
    #[test]
    fn no_small_sum_is_shown_and_none_can_be_worked_out(sales in sales()) {
        let reader = reader(&sales);
        // Of three sellers at least: of fewer the whole definition tells too much, which its text has to see to.
        if reader.sellers[&Vec::new()].len() >= 3 {
            for place in reader.sellers.keys().filter(|place| reader.is_small(place)) {
                prop_assert!(reader.hidden.contains(place), "{place:?}");
            }
            prop_assert_eq!(reader.found(), []);
        }
    }
}
