//! Comparing the cubes with the lines.

use std::{cmp::Ordering, fmt};

use sh_db::{Db, DbError, Tx};
use sh_kernel::Fen;
use sh_trade::facts::{self, Fact, LineFilter};

use crate::{
    cube::{
        aggregate::{Aggregator, DEFINITIONS_MAX},
        build::matchers,
        slice::{Cell, Slice},
    },
    cuboid::Face,
    definition::Matcher,
    store::{self, cube::KeyRow},
};

/// The first cell that is not the sum of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Code of the definition.
    pub code: String,
    /// Its version.
    pub version: i64,
    /// Which sums.
    pub face: Face,
    /// The values of its two axes.
    pub values: (i64, i64),
    /// Amount and number of trades that the cube gives.
    pub cube: (Fen, i64),
    /// Amount and number of trades that the lines give. If they are the same, the sellers differ.
    pub lines: (Fen, i64),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = match self.face {
            Face::Postings => ("posting", "day"),
            Face::Pair(cuboid) => (cuboid.a.word(), cuboid.b.word()),
        };
        let [cube, lines] =
            [self.cube, self.lines].map(|(yuan, trades)| format!("{yuan} yuan in {trades} trades"));
        let note = if self.cube == self.lines { ", of other sellers" } else { "" };
        write!(
            f,
            "{} version {}, {} {}, {} {}: the cube says {cube}, the lines say {lines}{note}",
            self.code, self.version, names.0, self.values.0, names.1, self.values.1
        )
    }
}

/// Sums all lines again and compares every cell. `None` if they agree.
///
/// # Errors
/// What the database refuses.
pub async fn verify(db: &Db) -> Result<Option<Difference>, DbError> {
    db.read(async |tx| {
        let seq = store::cube::seq(tx).await?;
        let keys = store::cube::keys(tx, "ready").await?;
        let matchers = matchers(tx, &keys).await?;
        for (keys, matchers) in keys.chunks(DEFINITIONS_MAX).zip(matchers.chunks(DEFINITIONS_MAX)) {
            let mut expected = Aggregator::new(matchers.to_vec());
            facts::for_each_fact(tx, &LineFilter::default(), |fact| expected.add(fact)).await?;
            let oldest = keys.iter().map(|key| key.folded).min().unwrap_or(seq);
            let waiting = store::cube::tail(tx, oldest, seq).await?;
            for (bit, (key, matcher)) in keys.iter().zip(matchers).enumerate() {
                let lines =
                    waiting.iter().filter(|(block, _)| *block > key.folded).flat_map(|(_, facts)| facts);
                let difference = compare(tx, key, matcher, lines, expected.slices(bit)?).await?;
                if difference.is_some() {
                    return Ok(difference);
                }
            }
        }
        Ok(None)
    })
    .await
}

/// Compares what a set of slices answers, with the waiting lines, with what it should.
async fn compare<'a>(
    tx: &mut Tx,
    key: &KeyRow,
    matcher: &Matcher,
    waiting: impl Iterator<Item = &'a Fact>,
    expected: Vec<(Face, Slice)>,
) -> Result<Option<Difference>, DbError> {
    let mut sums = Aggregator::new(vec![matcher.clone()]);
    for fact in waiting {
        sums.add(fact)?;
    }
    for ((face, lines), (_, waiting)) in expected.into_iter().zip(sums.slices(0)?) {
        let cube = store::cube::slice(tx, key.key, face).await?.plus(&waiting)?;
        if let Some((values, cube, lines)) = first_difference(&cube, &lines) {
            let pair = |cell: Cell| (Fen(cell.amount), cell.trades);
            return Ok(Some(Difference {
                code: key.code.clone(),
                version: key.version,
                face,
                values,
                cube: pair(cube),
                lines: pair(lines),
            }));
        }
    }
    Ok(None)
}

/// The first place at which two slices differ, and their cells.
fn first_difference(cube: &Slice, lines: &Slice) -> Option<((i64, i64), Cell, Cell)> {
    let (mut cube, mut lines) = (cube.cells().peekable(), lines.cells().peekable());
    loop {
        let order = match (cube.peek(), lines.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => (one.0, one.1).cmp(&(other.0, other.1)),
        };
        let in_cube = if order.is_le() { cube.next() } else { None };
        let in_lines = if order.is_ge() { lines.next() } else { None };
        let (a, b, _) = in_cube.or(in_lines)?;
        let cell = |found: Option<_>| found.map_or(Cell::default(), |(_, _, cell): (i64, i64, Cell)| cell);
        if cell(in_cube) != cell(in_lines) {
            return Some(((a, b), cell(in_cube), cell(in_lines)));
        }
    }
}
