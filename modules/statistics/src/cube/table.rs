//! Sums by two positions, close together in memory as long as there is room.

use rustc_hash::FxHashMap;

/// Cells that a table may have room for, used or not; one that would be larger keeps only those it uses.
const ROOM_MAX: usize = 1 << 21;

/// Values in the order in which they were first seen.
#[derive(Debug, Default)]
pub(crate) struct Dictionary<K> {
    positions: FxHashMap<K, u32>,
    values: Vec<K>,
    last: Option<(K, u32)>,
}

impl<K: Copy + Eq + std::hash::Hash> Dictionary<K> {
    /// The position of a value.
    pub(crate) fn position(&mut self, value: K) -> u32 {
        if let Some((last, position)) = self.last
            && last == value
        {
            return position;
        }
        let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let values = &mut self.values;
        let position = *self.positions.entry(value).or_insert_with(|| {
            values.push(value);
            next
        });
        self.last = Some((value, position));
        position
    }

    pub(crate) fn values(&self) -> &[K] {
        &self.values
    }
}

/// What a table holds: numbers that wrap. Whoever fills it sees to it that they do not.
pub(crate) trait Sum: Copy + Default + PartialEq {
    fn add(&mut self, other: &Self);
}

impl<const N: usize> Sum for [i64; N]
where
    Self: Default,
{
    fn add(&mut self, other: &Self) {
        for (own, other) in self.iter_mut().zip(other) {
            *own = own.wrapping_add(*other);
        }
    }
}

/// Sums by row and column.
#[derive(Debug)]
pub(crate) enum Table<S> {
    /// Every place of a rectangle, row after row.
    Close { columns: usize, cells: Vec<S> },
    /// The places that are used.
    Spread(FxHashMap<(u32, u32), S>),
}

impl<S: Sum> Table<S> {
    pub(crate) const fn new() -> Self {
        Self::Close { columns: 0, cells: Vec::new() }
    }

    /// Makes room for so many rows and columns.
    pub(crate) fn reserve(&mut self, rows: usize, columns: usize) {
        let Self::Close { columns: had, cells } = self else { return };
        let rows = rows.max(cells.len().checked_div(*had).unwrap_or(0));
        let wide = if columns > *had { columns + columns / 4 + 1 } else { *had };
        if rows.saturating_mul(wide) > ROOM_MAX {
            let used = places(*had, cells).collect();
            *self = Self::Spread(used);
            return;
        }
        if wide > *had {
            let mut wider = vec![S::default(); rows * wide];
            for ((row, column), sum) in places(*had, cells) {
                if let Some(cell) = wider.get_mut(row as usize * wide + column as usize) {
                    *cell = sum;
                }
            }
            (*had, *cells) = (wide, wider);
        } else if cells.len() < rows * wide {
            // Some more, so that a table that grows row by row is not copied each time.
            let more = (rows + rows / 4 + 1).saturating_mul(wide).min(ROOM_MAX.max(rows * wide));
            cells.reserve_exact(more.saturating_sub(cells.len()));
            cells.resize(rows * wide, S::default());
        }
    }

    /// Adds lines: of each chosen one its row, its column and what it adds. All rows and columns have room.
    pub(crate) fn add(&mut self, chosen: &[u16], rows: &[u32], columns: &[u32], sums: &[S]) {
        let lines = chosen.iter().filter_map(|at| {
            let at = usize::from(*at);
            Some((rows.get(at)?, columns.get(at)?, sums.get(at)?))
        });
        match self {
            Self::Close { columns: wide, cells } => {
                for (row, column, sum) in lines {
                    if let Some(cell) = cells.get_mut(*row as usize * *wide + *column as usize) {
                        cell.add(sum);
                    }
                }
            }
            Self::Spread(cells) => {
                for (row, column, sum) in lines {
                    cells.entry((*row, *column)).or_default().add(sum);
                }
            }
        }
    }

    /// Adds the sums of another table. All its rows and columns have room.
    pub(crate) fn gather(&mut self, other: &Self) {
        match self {
            Self::Close { columns: wide, cells } => other.for_each(|row, column, sum| {
                if let Some(cell) = cells.get_mut(row as usize * *wide + column as usize) {
                    cell.add(&sum);
                }
            }),
            Self::Spread(cells) => {
                other.for_each(|row, column, sum| cells.entry((row, column)).or_default().add(&sum));
            }
        }
    }

    /// Every sum that is not zero, in no particular order.
    pub(crate) fn for_each(&self, mut take: impl FnMut(u32, u32, S)) {
        match self {
            Self::Close { columns, cells } => {
                for ((row, column), sum) in places(*columns, cells) {
                    take(row, column, sum);
                }
            }
            Self::Spread(cells) => {
                for ((row, column), sum) in cells {
                    take(*row, *column, *sum);
                }
            }
        }
    }
}

fn places<S: Sum>(columns: usize, cells: &[S]) -> impl Iterator<Item = ((u32, u32), S)> {
    let used = cells.iter().enumerate().filter(|(_, sum)| **sum != S::default());
    used.filter_map(move |(at, sum)| {
        let place = (u32::try_from(at / columns).ok()?, u32::try_from(at % columns).ok()?);
        Some((place, *sum))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn content(table: &Table<[i64; 2]>) -> BTreeMap<(u32, u32), [i64; 2]> {
        let mut found = BTreeMap::new();
        table.for_each(|row, column, sum| {
            assert!(found.insert((row, column), sum).is_none());
        });
        found
    }

    proptest! {
        #[test]
        fn a_table_that_grows_keeps_its_sums(
            parts in proptest::collection::vec(
                proptest::collection::vec((0_u32..3_000, 0_u32..1_500, 1_i64..9), 1..6), 0..8),
            shared in any::<bool>(),
        ) {
            let mut table = Table::new();
            let mut expected: BTreeMap<(u32, u32), [i64; 2]> = BTreeMap::new();
            for part in parts {
                let rows: Vec<u32> = part.iter().map(|line| line.0).collect();
                let columns: Vec<u32> = part.iter().map(|line| line.1).collect();
                let sums: Vec<[i64; 2]> = part.iter().map(|line| [line.2, 1]).collect();
                let most = |list: &[u32]| list.iter().max().map_or(0, |most| *most as usize + 1);
                table.reserve(most(&rows), most(&columns));
                let chosen: Vec<u16> = (0..u16::try_from(part.len()).unwrap()).collect();
                if shared {
                    let mut part = Table::new();
                    part.reserve(most(&rows), most(&columns));
                    part.add(&chosen, &rows, &columns, &sums);
                    table.gather(&part);
                } else {
                    table.add(&chosen, &rows, &columns, &sums);
                }
                for (row, column, amount) in part {
                    expected.entry((row, column)).or_default().add(&[amount, 1]);
                }
            }
            prop_assert_eq!(content(&table), expected);
        }
    }
}
