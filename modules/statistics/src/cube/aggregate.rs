//! Sums of every pair of axes for many definitions, in one pass over the lines.
//!
//! A line is added to 17 maps and not to 92 pairs for each definition that counts it: the eight axes with few values
//! are taken together with the set of counting definitions as the line's *kind*, of which there are some hundreds, and
//! the pairs are put together from the maps at the end.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use sh_db::DbError;
use sh_trade::{axes::Axis, facts::Fact};

use crate::{cuboid::Cuboid, definition::Matcher};

/// Definitions that one pass can serve: one bit each.
pub(crate) const DEFINITIONS_MAX: usize = 64;

/// Axes with many values, in the order of their numbers.
const WIDE: [Axis; 5] = [Axis::Month, Axis::Origin, Axis::Destination, Axis::Channel, Axis::Category];
/// Axes with few values.
const TINY: [Axis; 8] = [
    Axis::BuyerKind,
    Axis::Class,
    Axis::Certified,
    Axis::Role,
    Axis::Stage,
    Axis::Grade,
    Axis::Link,
    Axis::Basis,
];
/// Values of wide axes have at most this many bits: `yyyymm` and division codes stay below a million.
const WIDE_BITS: u32 = 20;

/// A hash for numbers that nobody chooses to do harm: one multiplication per number.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FastHasher(u64);

impl Hasher for FastHasher {
    fn finish(&self) -> u64 {
        // The table takes the low bits, the multiplication fills the high ones.
        self.0.rotate_left(26)
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }
    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<FastHasher>>;

/// An amount in fen and a number of trades.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) amount: i64,
    pub(crate) trades: i64,
}

impl Cell {
    pub(crate) const fn is_zero(self) -> bool {
        self.amount == 0 && self.trades == 0
    }

    pub(crate) fn add(&mut self, other: Self) -> Result<(), DbError> {
        let too_large = || DbError::Other("a sum is larger than the system can hold".to_owned());
        self.amount = self.amount.checked_add(other.amount).ok_or_else(too_large)?;
        self.trades = self.trades.checked_add(other.trades).ok_or_else(too_large)?;
        Ok(())
    }
}

/// One cell of one pair of axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellRow {
    pub(crate) cuboid: i64,
    pub(crate) a: i64,
    pub(crate) b: i64,
    pub(crate) cell: Cell,
}

impl CellRow {
    pub(crate) const fn place(&self) -> (i64, i64, i64) {
        (self.cuboid, self.a, self.b)
    }
}

/// The definitions that count a line, and the values of its tiny axes.
#[derive(Debug, Clone, Copy)]
struct Kind {
    /// Position in `masks`.
    mask: u32,
    codes: [u8; 8],
    cell: Cell,
}

/// The sums of one pass.
#[derive(Debug)]
pub(crate) struct Aggregator {
    matchers: Vec<Matcher>,
    masks: Vec<u64>,
    mask_of: FastMap<u64, u32>,
    kinds: Vec<Kind>,
    kind_of: FastMap<(u64, u64), u32>,
    /// Kind and value of a wide axis.
    by_kind: [FastMap<u64, Cell>; 5],
    /// Mask and values of two wide axes, in the order of [`wide_pairs`].
    by_pair: [FastMap<u64, Cell>; 10],
    /// Mask and value (origin, month), and the seller.
    by_seller: [FastMap<(u64, i64), Cell>; 2],
}

/// The ten pairs of wide axes, by their positions.
const fn wide_pairs() -> [(usize, usize); 10] {
    [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]
}

fn narrow(value: i64) -> Result<u64, DbError> {
    match u64::try_from(value) {
        Ok(value) if value < 1 << WIDE_BITS => Ok(value),
        _ => Err(DbError::Other(format!("{value} is not a value of an axis"))),
    }
}

fn position<T>(items: &[T]) -> Result<u32, DbError> {
    // Kinds and masks share a number with values of 20 bits, and two of them in a pair: 24 bits are left.
    match u32::try_from(items.len()) {
        Ok(position) if position < 1 << 24 => Ok(position),
        _ => Err(DbError::Other("more kinds of lines than the system can sum at once".to_owned())),
    }
}

fn add<K: std::hash::Hash + Eq>(map: &mut FastMap<K, Cell>, key: K, cell: Cell) -> Result<(), DbError> {
    map.entry(key).or_default().add(cell)
}

impl Aggregator {
    /// For these definitions, at most [`DEFINITIONS_MAX`].
    pub(crate) fn new(matchers: Vec<Matcher>) -> Self {
        debug_assert!(matchers.len() <= DEFINITIONS_MAX, "one bit per definition");
        Self {
            matchers,
            masks: Vec::new(),
            mask_of: FastMap::default(),
            kinds: Vec::new(),
            kind_of: FastMap::default(),
            by_kind: Default::default(),
            by_pair: Default::default(),
            by_seller: Default::default(),
        }
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
        let cell = Cell { amount: fact.amount, trades: fact.count };
        let mask_at = self.mask(mask)?;
        let kind_at = self.kind(mask, mask_at, fact)?;
        if let Some(kind) = self.kinds.get_mut(kind_at as usize) {
            kind.cell.add(cell)?;
        }
        let mut values = [0_u64; 5];
        for (value, axis) in values.iter_mut().zip(WIDE) {
            *value = narrow(fact.value(axis))?;
        }
        for (map, value) in self.by_kind.iter_mut().zip(values) {
            add(map, u64::from(kind_at) << WIDE_BITS | value, cell)?;
        }
        let [month, origin, ..] = values;
        let mask_at = u64::from(mask_at);
        for (map, (a, b)) in self.by_pair.iter_mut().zip(wide_pairs()) {
            let (a, b) = (values.get(a).copied().unwrap_or(0), values.get(b).copied().unwrap_or(0));
            add(map, mask_at << (2 * WIDE_BITS) | a << WIDE_BITS | b, cell)?;
        }
        let [by_origin, by_month] = &mut self.by_seller;
        add(by_origin, (mask_at << WIDE_BITS | origin, fact.seller), cell)?;
        add(by_month, (mask_at << WIDE_BITS | month, fact.seller), cell)
    }

    fn mask(&mut self, mask: u64) -> Result<u32, DbError> {
        if let Some(found) = self.mask_of.get(&mask) {
            return Ok(*found);
        }
        let at = position(&self.masks)?;
        self.masks.push(mask);
        self.mask_of.insert(mask, at);
        Ok(at)
    }

    fn kind(&mut self, mask: u64, mask_at: u32, fact: &Fact) -> Result<u32, DbError> {
        let [_, _, codes @ ..] = fact.codes;
        let key = (mask, u64::from_le_bytes(codes));
        if let Some(found) = self.kind_of.get(&key) {
            return Ok(*found);
        }
        let at = position(&self.kinds)?;
        self.kinds.push(Kind { mask: mask_at, codes, cell: Cell::default() });
        self.kind_of.insert(key, at);
        Ok(at)
    }

    fn counts(&self, mask_at: u64, bit: usize) -> bool {
        let mask = usize::try_from(mask_at).ok().and_then(|at| self.masks.get(at)).copied().unwrap_or(0);
        mask >> bit & 1 == 1
    }

    /// The cells of the definition at this position, in the order of their keys, without empty ones.
    pub(crate) fn cells(&self, bit: usize) -> Result<Vec<CellRow>, DbError> {
        let mut rows = Vec::new();
        for cuboid in Cuboid::all() {
            let mut cells: FastMap<(i64, i64), Cell> = FastMap::default();
            self.fill(*cuboid, bit, &mut cells)?;
            let start = rows.len();
            rows.extend(
                cells.into_iter().filter(|(_, cell)| !cell.is_zero()).map(|((a, b), cell)| CellRow {
                    cuboid: cuboid.number(),
                    a,
                    b,
                    cell,
                }),
            );
            if let Some(new) = rows.get_mut(start..) {
                new.sort_unstable_by_key(CellRow::place);
            }
        }
        Ok(rows)
    }

    fn fill(&self, cuboid: Cuboid, bit: usize, out: &mut FastMap<(i64, i64), Cell>) -> Result<(), DbError> {
        let tiny = |axis: Axis| TINY.iter().position(|one| *one == axis);
        match (tiny(cuboid.a), tiny(cuboid.b)) {
            (Some(a), Some(b)) => self.fill_from_kinds(a, b, bit, out),
            (None, Some(b)) => self.fill_wide_and_tiny(cuboid.a, b, bit, out),
            (_, None) if cuboid.b == Axis::Seller => self.fill_sellers(cuboid.a, bit, out),
            (_, None) => self.fill_wide(cuboid, bit, out),
        }
    }

    fn fill_from_kinds(
        &self,
        a: usize,
        b: usize,
        bit: usize,
        out: &mut FastMap<(i64, i64), Cell>,
    ) -> Result<(), DbError> {
        for kind in self.kinds.iter().filter(|kind| self.counts(u64::from(kind.mask), bit)) {
            let code = |at: usize| i64::from(kind.codes.get(at).copied().unwrap_or(0));
            add(out, (code(a), code(b)), kind.cell)?;
        }
        Ok(())
    }

    fn fill_wide_and_tiny(
        &self,
        wide: Axis,
        tiny: usize,
        bit: usize,
        out: &mut FastMap<(i64, i64), Cell>,
    ) -> Result<(), DbError> {
        let Some(map) = wide_position(wide).and_then(|at| self.by_kind.get(at)) else { return Ok(()) };
        for (key, cell) in map {
            let kind = usize::try_from(key >> WIDE_BITS).ok().and_then(|at| self.kinds.get(at));
            let Some(kind) = kind.filter(|kind| self.counts(u64::from(kind.mask), bit)) else { continue };
            let code = i64::from(kind.codes.get(tiny).copied().unwrap_or(0));
            add(out, (coarse(wide, low(*key)), code), *cell)?;
        }
        Ok(())
    }

    fn fill_wide(
        &self,
        cuboid: Cuboid,
        bit: usize,
        out: &mut FastMap<(i64, i64), Cell>,
    ) -> Result<(), DbError> {
        let (Some(a), Some(b)) = (wide_position(cuboid.a), wide_position(cuboid.b)) else { return Ok(()) };
        // The smaller position comes first in the map; a province stands between month and county.
        let Some(at) = wide_pairs().iter().position(|pair| *pair == (a.min(b), a.max(b))) else {
            return Ok(());
        };
        let Some(map) = self.by_pair.get(at) else { return Ok(()) };
        for (key, cell) in map {
            if self.counts(key >> (2 * WIDE_BITS), bit) {
                let (first, second) = (low(key >> WIDE_BITS), low(*key));
                let (a_value, b_value) = if a <= b { (first, second) } else { (second, first) };
                add(out, (coarse(cuboid.a, a_value), coarse(cuboid.b, b_value)), *cell)?;
            }
        }
        Ok(())
    }

    fn fill_sellers(
        &self,
        axis: Axis,
        bit: usize,
        out: &mut FastMap<(i64, i64), Cell>,
    ) -> Result<(), DbError> {
        let [by_origin, by_month] = &self.by_seller;
        let map = if axis == Axis::Origin { by_origin } else { by_month };
        for ((key, seller), cell) in map {
            if self.counts(key >> WIDE_BITS, bit) {
                add(out, (low(*key), *seller), *cell)?;
            }
        }
        Ok(())
    }
}

/// The position of the wide axis from which an axis is read.
fn wide_position(axis: Axis) -> Option<usize> {
    let stored = if axis == Axis::OriginProvince { Axis::Origin } else { axis };
    WIDE.iter().position(|one| *one == stored)
}

fn coarse(axis: Axis, value: i64) -> i64 {
    if axis == Axis::OriginProvince { value / 10_000 * 10_000 } else { value }
}

/// The value in the lowest bits of a key.
fn low(key: u64) -> i64 {
    i64::try_from(key & ((1 << WIDE_BITS) - 1)).unwrap_or(0)
}
