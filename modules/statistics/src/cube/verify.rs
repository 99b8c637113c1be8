//! Comparing the cubes with the lines.

use std::cmp::Ordering;

use sh_db::{Db, DbError, Tx};
use sh_kernel::Fen;
use sh_trade::{
    axes::Axis,
    facts::{self, LineFilter},
};

use crate::{
    cube::{
        aggregate::{Aggregator, Cell, CellRow, DEFINITIONS_MAX},
        build::matchers,
    },
    cuboid::Cuboid,
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
    /// The two axes.
    pub axes: (Axis, Axis),
    /// Their values.
    pub values: (i64, i64),
    /// Amount and number of trades that the cube gives.
    pub cube: (Fen, i64),
    /// Amount and number of trades that the lines give.
    pub lines: (Fen, i64),
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
            for (bit, (key, matcher)) in keys.iter().zip(matchers).enumerate() {
                let actual = answered(tx, key, matcher, seq).await?;
                if let Some(difference) = compare(key, &actual, &expected.cells(bit)?) {
                    return Ok(Some(difference));
                }
            }
        }
        Ok(None)
    })
    .await
}

/// What a set of cells answers: the cells with the waiting lines.
async fn answered(tx: &mut Tx, key: &KeyRow, matcher: &Matcher, seq: i64) -> Result<Vec<CellRow>, DbError> {
    let mut waiting = Aggregator::new(vec![matcher.clone()]);
    for (_, facts) in store::cube::tail(tx, key.folded, seq).await? {
        for fact in &facts {
            waiting.add(fact)?;
        }
    }
    let mut cells = store::cube::cells(tx, key.key).await?;
    cells.extend(waiting.cells(0)?);
    cells.sort_by_key(CellRow::place);
    let mut merged: Vec<CellRow> = Vec::with_capacity(cells.len());
    for row in cells {
        match merged.last_mut() {
            Some(last) if last.place() == row.place() => last.cell.add(row.cell)?,
            _ => merged.push(row),
        }
    }
    merged.retain(|row| !row.cell.is_zero());
    Ok(merged)
}

fn compare(key: &KeyRow, cube: &[CellRow], lines: &[CellRow]) -> Option<Difference> {
    let (mut cube, mut lines) = (cube.iter().peekable(), lines.iter().peekable());
    loop {
        let order = match (cube.peek(), lines.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.place().cmp(&b.place()),
        };
        let in_cube = if order.is_le() { cube.next() } else { None };
        let in_lines = if order.is_ge() { lines.next() } else { None };
        let row = in_cube.or(in_lines)?;
        let cell = |found: Option<&CellRow>| found.map_or(Cell::default(), |row| row.cell);
        if cell(in_cube) != cell(in_lines) {
            let cuboid = Cuboid::from_number(row.cuboid)?;
            let pair = |cell: Cell| (Fen(cell.amount), cell.trades);
            return Some(Difference {
                code: key.code.clone(),
                version: key.version,
                axes: (cuboid.a, cuboid.b),
                values: (row.a, row.b),
                cube: pair(cell(in_cube)),
                lines: pair(cell(in_lines)),
            });
        }
    }
}
