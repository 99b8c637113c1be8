//! Sums of every kept pair of axes for many definitions, in one pass over the lines.
//!
//! Lines are taken some ten thousand at a time. Every value of an axis gets a position, so that a pair of axes is a
//! table, and all chosen lines of the batch are added to one table after the other while it is at hand. Lines that the
//! same definitions count are added to a small table once, and the sums then go to each of these definitions.

use rustc_hash::FxHashMap;
use sh_db::DbError;
use sh_trade::{
    axes::Axis,
    facts::{Crowd, Fact},
};

use super::{
    slice::{Cell, Placed, Slice},
    table::{Dictionary, Table},
};
use crate::{
    cuboid::{Cuboid, Face},
    definition::Matcher,
};

/// Definitions that one pass can serve: one bit each.
pub(crate) const DEFINITIONS_MAX: usize = 64;
/// Lines added at a time; their positions fit into 16 bits.
const BATCH: usize = 1 << 15;

/// The axes by whose positions tables are laid out. Provinces are added up from counties at the end.
const AXES: [Axis; 13] = [
    Axis::Month,
    Axis::Origin,
    Axis::Destination,
    Axis::Channel,
    Axis::Category,
    Axis::BuyerKind,
    Axis::Class,
    Axis::Certified,
    Axis::Role,
    Axis::Stage,
    Axis::Grade,
    Axis::Link,
    Axis::Basis,
];
/// Where in [`AXES`] the axes stand that are not stored as small codes; those that are follow.
const MONTH: usize = 0;
const ORIGIN: usize = 1;
const DESTINATION: usize = 2;
const CODED: usize = 3;

/// Amount, trades and moments as a table adds them.
type Wide = [i64; 6];
/// Amount and trades.
type Narrow = [i64; 2];

/// The sums of one pass.
#[derive(Debug)]
pub(crate) struct Aggregator {
    matchers: Vec<Matcher>,
    sums: Vec<Sums>,
    /// Every pair of positions in [`AXES`] that has a table, in the order of the tables.
    pairs: Vec<(usize, usize)>,
    axes: [Dictionary<i64>; 13],
    sellers: Dictionary<i64>,
    /// Place of origin and seller.
    homes: Dictionary<(i64, i64)>,
    /// Posting and day.
    entries: Dictionary<(i64, i64)>,
    batch: Batch,
}

/// The sums of one definition.
#[derive(Debug)]
struct Sums {
    pairs: Vec<Table<Wide>>,
    by_seller: Table<Narrow>,
    by_home: Table<Narrow>,
    by_entry: Table<Narrow>,
    /// The amounts without their signs: as long as these fit into 64 bits, no sum of some of them overflows.
    magnitude: u64,
}

/// Lines that wait for being added, by columns.
#[derive(Debug, Default)]
struct Batch {
    masks: Vec<u64>,
    positions: [Vec<u32>; 13],
    sellers: Vec<u32>,
    homes: Vec<u32>,
    entries: Vec<u32>,
    wide: Vec<Wide>,
    narrow: Vec<Narrow>,
}

impl Aggregator {
    /// For these definitions, at most [`DEFINITIONS_MAX`].
    pub(crate) fn new(matchers: Vec<Matcher>) -> Self {
        debug_assert!(matchers.len() <= DEFINITIONS_MAX, "one bit per definition");
        let pairs: Vec<(usize, usize)> =
            (0..AXES.len()).flat_map(|a| (a + 1..AXES.len()).map(move |b| (a, b))).collect();
        let sums = matchers.iter().map(|_| Sums::new(pairs.len())).collect();
        Self {
            matchers,
            sums,
            pairs,
            axes: Default::default(),
            sellers: Dictionary::default(),
            homes: Dictionary::default(),
            entries: Dictionary::default(),
            batch: Batch::default(),
        }
    }

    /// How many definitions there are.
    pub(crate) const fn definitions(&self) -> usize {
        self.matchers.len()
    }

    /// Adds a line to every definition that counts it.
    pub(crate) fn add(&mut self, fact: &Fact) -> Result<(), DbError> {
        let mut mask = 0_u64;
        for (bit, matcher) in self.matchers.iter().enumerate() {
            mask |= u64::from(matcher.counts(fact)) << bit;
        }
        if mask == 0 {
            return Ok(());
        }
        let batch = &mut self.batch;
        batch.masks.push(mask);
        let [month, origin, destination, ..] = &mut self.axes;
        let places = [
            month.position(fact.day / 100),
            origin.position(fact.origin),
            destination.position(fact.destination),
        ];
        for (at, position) in [MONTH, ORIGIN, DESTINATION].into_iter().zip(places) {
            if let Some(column) = batch.positions.get_mut(at) {
                column.push(position);
            }
        }
        let coded = self.axes.iter_mut().zip(&mut batch.positions).skip(CODED);
        for ((axis, column), code) in coded.zip(fact.codes) {
            column.push(axis.position(i64::from(code)));
        }
        batch.sellers.push(self.sellers.position(fact.seller));
        batch.homes.push(self.homes.position((fact.origin, fact.seller)));
        batch.entries.push(self.entries.position((fact.posting, fact.day)));
        let Cell { amount, trades, crowd: Crowd([first, second, third, fourth]) } = Cell::of(fact);
        batch.wide.push([amount, trades, first, second, third, fourth]);
        batch.narrow.push([amount, trades]);
        if batch.masks.len() == BATCH { self.flush() } else { Ok(()) }
    }

    /// Adds the lines of the batch to the tables.
    fn flush(&mut self) -> Result<(), DbError> {
        let Self { sums, pairs, axes, sellers, homes, entries, batch, .. } = self;
        let sizes = axes.each_ref().map(|axis| axis.values().len());
        let size = |at: usize| sizes.get(at).copied().unwrap_or(0);
        let order = batch.by_mask();
        let groups: Vec<Group<'_>> = order
            .chunk_by(|one, next| batch.mask(*one) == batch.mask(*next))
            .map(|lines| Group { mask: lines.first().map_or(0, |line| batch.mask(*line)), lines })
            .collect();
        for group in &groups {
            for (_, sums) in group.counting(sums) {
                sums.weigh(group.lines, &batch.narrow)?;
            }
        }
        for (at, (a, b)) in pairs.iter().enumerate() {
            if let (Some(rows), Some(columns)) = (batch.positions.get(*a), batch.positions.get(*b)) {
                add_pair(sums, at, (size(*a), size(*b)), &groups, (rows, columns, &batch.wide));
            }
        }
        let zero = vec![0_u32; batch.masks.len()];
        for (bit, sums) in sums.iter_mut().enumerate() {
            sums.by_seller.reserve(sellers.values().len(), size(MONTH));
            sums.by_home.reserve(homes.values().len(), 1);
            sums.by_entry.reserve(entries.values().len(), 1);
            for group in groups.iter().filter(|group| group.mask >> bit & 1 == 1) {
                if let Some(months) = batch.positions.get(MONTH) {
                    sums.by_seller.add(group.lines, &batch.sellers, months, &batch.narrow);
                }
                sums.by_home.add(group.lines, &batch.homes, &zero, &batch.narrow);
                sums.by_entry.add(group.lines, &batch.entries, &zero, &batch.narrow);
            }
        }
        batch.clear();
        Ok(())
    }

    /// The slices of the definition at this position, one for each kept pair in the order of their numbers.
    pub(crate) fn slices(&mut self, bit: usize) -> Result<Vec<(Face, Slice)>, DbError> {
        self.flush()?;
        let Some(sums) = self.sums.get(bit) else { return Ok(Vec::new()) };
        let mut slices = Vec::new();
        for face in Face::all() {
            let cells = match face {
                Face::Postings => placed(&sums.by_entry, |row, _| pair(&self.entries, row)),
                Face::Pair(cuboid) if cuboid.b == Axis::Seller && cuboid.a == Axis::Origin => {
                    placed(&sums.by_home, |row, _| pair(&self.homes, row))
                }
                Face::Pair(cuboid) if cuboid.b == Axis::Seller => placed(&sums.by_seller, |row, column| {
                    (self.value(MONTH, column), value(&self.sellers, row))
                }),
                Face::Pair(cuboid) => self.pair_of(sums, cuboid),
            };
            slices.push((face, Slice::of(cells, face.has_crowds())?));
        }
        Ok(slices)
    }

    fn pair_of(&self, sums: &Sums, cuboid: Cuboid) -> Vec<Placed> {
        let (Some(a), Some(b)) = (position(cuboid.a), position(cuboid.b)) else { return Vec::new() };
        let straight = (a.min(b), a.max(b));
        let Some(at) = self.pairs.iter().position(|pair| *pair == straight) else { return Vec::new() };
        let Some(table) = sums.pairs.get(at) else { return Vec::new() };
        let cells = placed(table, |row, column| {
            let (first, second) = (self.value(straight.0, row), self.value(straight.1, column));
            let (first, second) = if a <= b { (first, second) } else { (second, first) };
            (coarse(cuboid.a, first), coarse(cuboid.b, second))
        });
        if cuboid.a != Axis::OriginProvince && cuboid.b != Axis::OriginProvince {
            return cells;
        }
        // Some thousand counties become some dozen provinces; better before than after sorting.
        let mut provinces: FxHashMap<(i64, i64), Cell> = FxHashMap::default();
        for (a, b, cell) in cells {
            provinces.entry((a, b)).or_default().gather(cell);
        }
        provinces.into_iter().map(|((a, b), cell)| (a, b, cell)).collect()
    }

    fn value(&self, axis: usize, position: u32) -> i64 {
        self.axes.get(axis).map_or(0, |axis| value(axis, position))
    }
}

/// Lines of a batch that the same definitions count.
struct Group<'a> {
    /// One bit per definition.
    mask: u64,
    lines: &'a [u16],
}

impl Group<'_> {
    /// The sums of the definitions that count these lines.
    fn counting<'s>(&self, sums: &'s mut [Sums]) -> impl Iterator<Item = (usize, &'s mut Sums)> {
        let mask = self.mask;
        sums.iter_mut().enumerate().filter(move |(bit, _)| mask >> bit & 1 == 1)
    }

    /// Whether it is less work to add the lines to a table of `cells` once and that to each definition's.
    fn shares(&self, cells: usize) -> bool {
        let (lines, definitions) = (self.lines.len(), self.mask.count_ones() as usize);
        lines + cells * (definitions + 1) < lines * definitions
    }
}

/// Adds the groups of a batch to the tables of one pair of axes.
fn add_pair(
    sums: &mut [Sums],
    at: usize,
    (height, width): (usize, usize),
    groups: &[Group<'_>],
    (rows, columns, lines): (&[u32], &[u32], &[Wide]),
) {
    for table in sums.iter_mut().filter_map(|sums| sums.pairs.get_mut(at)) {
        table.reserve(height, width);
    }
    for group in groups {
        if group.shares(height * width) {
            let mut shared = Table::new();
            shared.reserve(height, width);
            shared.add(group.lines, rows, columns, lines);
            for table in group.counting(sums).filter_map(|(_, sums)| sums.pairs.get_mut(at)) {
                table.gather(&shared);
            }
        } else {
            for table in group.counting(sums).filter_map(|(_, sums)| sums.pairs.get_mut(at)) {
                table.add(group.lines, rows, columns, lines);
            }
        }
    }
}

impl Sums {
    fn new(pairs: usize) -> Self {
        Self {
            pairs: std::iter::repeat_with(Table::new).take(pairs).collect(),
            by_seller: Table::new(),
            by_home: Table::new(),
            by_entry: Table::new(),
            magnitude: 0,
        }
    }

    /// Makes sure that no sum of the chosen lines and those before can overflow.
    fn weigh(&mut self, chosen: &[u16], lines: &[Narrow]) -> Result<(), DbError> {
        for [amount, _] in chosen.iter().filter_map(|at| lines.get(usize::from(*at))) {
            self.magnitude = self
                .magnitude
                .checked_add(amount.unsigned_abs())
                .filter(|magnitude| i64::try_from(*magnitude).is_ok())
                .ok_or_else(|| DbError::Other("a sum is larger than the system can hold".to_owned()))?;
        }
        Ok(())
    }
}

impl Batch {
    fn mask(&self, line: u16) -> u64 {
        self.masks.get(usize::from(line)).copied().unwrap_or(0)
    }

    /// The lines in the order of the definitions that count them.
    fn by_mask(&self) -> Vec<u16> {
        let mut order: Vec<u16> = (0_u16..).take(self.masks.len()).collect();
        order.sort_by_key(|line| self.mask(*line));
        order
    }

    fn clear(&mut self) {
        self.masks.clear();
        for column in &mut self.positions {
            column.clear();
        }
        self.sellers.clear();
        self.homes.clear();
        self.entries.clear();
        self.wide.clear();
        self.narrow.clear();
    }
}

/// Sums of a table as cells.
trait AsCell: super::table::Sum {
    fn cell(self) -> Cell;
}

impl AsCell for Wide {
    fn cell(self) -> Cell {
        let [amount, trades, crowd @ ..] = self;
        Cell { amount, trades, crowd: Crowd(crowd) }
    }
}

impl AsCell for Narrow {
    fn cell(self) -> Cell {
        let [amount, trades] = self;
        Cell { amount, trades, crowd: Crowd::default() }
    }
}

fn placed<S: AsCell>(table: &Table<S>, place: impl Fn(u32, u32) -> (i64, i64)) -> Vec<Placed> {
    let mut cells = Vec::new();
    table.for_each(|row, column, sum| {
        let (a, b) = place(row, column);
        cells.push((a, b, sum.cell()));
    });
    cells
}

fn value(dictionary: &Dictionary<i64>, position: u32) -> i64 {
    dictionary.values().get(position as usize).copied().unwrap_or(0)
}

fn pair(dictionary: &Dictionary<(i64, i64)>, position: u32) -> (i64, i64) {
    dictionary.values().get(position as usize).copied().unwrap_or((0, 0))
}

/// The position in [`AXES`] of the axis from which an axis is read.
fn position(axis: Axis) -> Option<usize> {
    let stored = if axis == Axis::OriginProvince { Axis::Origin } else { axis };
    AXES.iter().position(|one| *one == stored)
}

const fn coarse(axis: Axis, value: i64) -> i64 {
    if matches!(axis, Axis::OriginProvince) { value / 10_000 * 10_000 } else { value }
}

#[cfg(test)]
mod tests {
    use sh_trade::facts::CODED_AXES;

    use super::*;

    #[test]
    fn small_codes_stand_in_the_order_in_which_lines_carry_them() {
        assert_eq!(AXES.get(CODED..).unwrap(), CODED_AXES);
    }
}
