//! The sums of one pair of axes, in memory and packed.

use sh_db::DbError;
use sh_trade::facts::{Crowd, Fact};

use super::pack::{put, take};

/// An amount in fen, a number of trades, and whether at least three sellers stand behind them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) amount: i64,
    pub(crate) trades: i64,
    pub(crate) crowd: Crowd,
}

impl Cell {
    /// That of one line.
    pub(crate) const fn of(fact: &Fact) -> Self {
        Self { amount: fact.amount, trades: fact.count, crowd: fact.crowd() }
    }

    /// Whether there is nothing to count.
    pub(crate) const fn is_zero(self) -> bool {
        self.amount == 0 && self.trades == 0
    }

    /// Whether at least three sellers stand behind it.
    pub(crate) fn is_three(self) -> bool {
        self.crowd.is_three(self.amount, self.trades)
    }

    /// Adds what is part of a sum that is known to fit.
    pub(crate) fn gather(&mut self, other: Self) {
        self.amount = self.amount.wrapping_add(other.amount);
        self.trades = self.trades.wrapping_add(other.trades);
        self.crowd.add(other.crowd);
    }

    pub(crate) fn add(&mut self, other: Self) -> Result<(), DbError> {
        let too_large = || DbError::Other("a sum is larger than the system can hold".to_owned());
        self.amount = self.amount.checked_add(other.amount).ok_or_else(too_large)?;
        self.trades = self.trades.checked_add(other.trades).ok_or_else(too_large)?;
        self.crowd.add(other.crowd);
        Ok(())
    }
}

/// A cell and its place.
pub(crate) type Placed = (i64, i64, Cell);

/// The cells of one pair of axes in the order of their places, each place once. Pairs with a seller keep no crowds:
/// a seller is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    places: Vec<(i64, i64)>,
    sums: Vec<(i64, i64)>,
    /// As long as `places`, or empty.
    crowds: Vec<Crowd>,
}

impl Slice {
    /// From cells in any order; those of one place are added up, and what cancels out is left out.
    pub(crate) fn of(mut cells: Vec<Placed>, crowds: bool) -> Result<Self, DbError> {
        cells.sort_unstable_by_key(|(a, b, _)| (*a, *b));
        let mut slice = Self::default();
        let mut cells = cells.into_iter();
        let Some((mut a, mut b, mut sum)) = cells.next() else { return Ok(slice) };
        for (next_a, next_b, cell) in cells {
            if (next_a, next_b) == (a, b) {
                sum.add(cell)?;
            } else {
                slice.push(a, b, sum, crowds);
                (a, b, sum) = (next_a, next_b, cell);
            }
        }
        slice.push(a, b, sum, crowds);
        Ok(slice)
    }

    fn push(&mut self, a: i64, b: i64, cell: Cell, crowds: bool) {
        if cell.is_zero() && (!crowds || cell.crowd.is_zero()) {
            return;
        }
        self.places.push((a, b));
        self.sums.push((cell.amount, cell.trades));
        if crowds {
            self.crowds.push(cell.crowd);
        }
    }

    /// How many cells there are.
    pub(crate) const fn len(&self) -> usize {
        self.places.len()
    }

    /// About how many bytes it takes.
    pub(crate) const fn bytes(&self) -> usize {
        100 + self.places.len() * 32 + self.crowds.len() * size_of::<Crowd>()
    }

    /// The cells in the order of their places.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Placed> {
        let crowds = self.crowds.iter().copied().chain(std::iter::repeat(Crowd::default()));
        let cells = self.places.iter().zip(&self.sums).zip(crowds);
        cells.map(|(((a, b), (amount, trades)), crowd)| {
            (*a, *b, Cell { amount: *amount, trades: *trades, crowd })
        })
    }

    /// This and another slice of the same pair of axes, added up.
    pub(crate) fn plus(&self, other: &Self) -> Result<Self, DbError> {
        if self.len() == 0 || other.len() == 0 {
            return Ok(if self.len() == 0 { other.clone() } else { self.clone() });
        }
        let crowds = !self.crowds.is_empty();
        let mut sum = Self::default();
        let (mut ours, mut theirs) = (self.cells().peekable(), other.cells().peekable());
        let place = |cell: Option<&Placed>| cell.map_or((i64::MAX, i64::MAX), |(a, b, _)| (*a, *b));
        loop {
            let (a, b) = place(ours.peek()).min(place(theirs.peek()));
            let mut cell = Cell::default();
            let mut found = false;
            for side in [&mut ours as &mut dyn Side, &mut theirs] {
                if let Some(more) = side.take_at(a, b) {
                    cell.add(more)?;
                    found = true;
                }
            }
            if !found {
                return Ok(sum);
            }
            sum.push(a, b, cell, crowds);
        }
    }

    /// The cells in few bytes: as differences, cells of one `a` together.
    pub(crate) fn packed(&self) -> Vec<u8> {
        let crowds = !self.crowds.is_empty();
        let mut out = Vec::with_capacity(16 + self.len() * if crowds { 32 } else { 12 });
        out.push(u8::from(crowds));
        let mut at = 0;
        let mut last = 0_i64;
        for run in self.places.chunk_by(|one, next| one.0 == next.0) {
            let a = run.first().map_or(0, |place| place.0);
            put(&mut out, a.wrapping_sub(last));
            put(&mut out, i64::try_from(run.len()).unwrap_or(i64::MAX));
            last = a;
            let mut before = 0_i64;
            for ((_, b), at) in run.iter().zip(at..) {
                put(&mut out, b.wrapping_sub(before));
                before = *b;
                let (amount, trades) = self.sums.get(at).copied().unwrap_or_default();
                put(&mut out, amount);
                put(&mut out, trades);
                for moment in self.crowds.get(at).iter().flat_map(|crowd| crowd.0) {
                    put(&mut out, moment);
                }
            }
            at += run.len();
        }
        out
    }

    /// Reads what [`Slice::packed`] wrote.
    ///
    /// # Errors
    /// If it is not that.
    pub(crate) fn unpacked(bytes: &[u8]) -> Result<Self, DbError> {
        Self::read(bytes).ok_or_else(|| DbError::Other("sums of the cube cannot be read".to_owned()))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let Some((kind, mut bytes)) = bytes.split_first() else { return Some(Self::default()) };
        let crowds = match kind {
            0 => false,
            1 => true,
            _ => return None,
        };
        let mut slice = Self::default();
        let mut a = 0_i64;
        while !bytes.is_empty() {
            a = a.wrapping_add(take(&mut bytes)?);
            let mut b = 0_i64;
            for _ in 0..take(&mut bytes)? {
                b = b.wrapping_add(take(&mut bytes)?);
                slice.places.push((a, b));
                slice.sums.push((take(&mut bytes)?, take(&mut bytes)?));
                if crowds {
                    let mut crowd = Crowd::default();
                    for moment in &mut crowd.0 {
                        *moment = take(&mut bytes)?;
                    }
                    slice.crowds.push(crowd);
                }
            }
        }
        Some(slice)
    }
}

/// One of two slices that are added up.
trait Side {
    /// The next cell, if it is that of a place.
    fn take_at(&mut self, a: i64, b: i64) -> Option<Cell>;
}

impl<I: Iterator<Item = Placed>> Side for std::iter::Peekable<I> {
    fn take_at(&mut self, a: i64, b: i64) -> Option<Cell> {
        self.next_if(|cell| (cell.0, cell.1) == (a, b)).map(|(_, _, cell)| cell)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells() -> impl Strategy<Value = Vec<Placed>> {
        let cell = (-3_i64..4, any::<i32>(), -3_i64..3, 1_i64..5);
        proptest::collection::vec(cell, 0..40).prop_map(|cells| {
            let placed = |(a, b, amount, seller): (i64, i32, i64, i64)| {
                let crowd = Crowd::of(amount, amount.signum(), seller);
                (a, i64::from(b % 3) << 60, Cell { amount, trades: amount.signum(), crowd })
            };
            cells.into_iter().map(placed).collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_back(cells in cells(), crowds in any::<bool>()) {
            let slice = Slice::of(cells, crowds).unwrap();
            prop_assert_eq!(Slice::unpacked(&slice.packed()).unwrap(), slice);
        }

        #[test]
        fn parts_add_up_to_the_whole(one in cells(), other in cells(), crowds in any::<bool>()) {
            let whole = Slice::of([one.clone(), other.clone()].concat(), crowds).unwrap();
            let sum = Slice::of(one, crowds).unwrap().plus(&Slice::of(other, crowds).unwrap()).unwrap();
            prop_assert_eq!(sum, whole);
        }
    }

    #[test]
    fn torn_sums_are_an_error_and_not_a_wrong_figure() {
        let cell = Cell { amount: 5, trades: 1, crowd: Crowd::of(5, 1, 7) };
        let bytes = Slice::of(vec![(202_011, 520_526, cell)], true).unwrap().packed();
        assert!(Slice::unpacked(bytes.get(..bytes.len() - 1).unwrap()).is_err());
        assert!(Slice::unpacked(&[7]).is_err());
    }
}
