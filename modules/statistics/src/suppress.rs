//! Keeping small groups from the public (小额保护): a sum of one or two sellers would tell what one of them sold.

use crate::FigureRow;

/// Sellers that must stand behind a published group at least.
pub const PARTIES_MIN: i64 = 3;

/// A group as the public sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicRow {
    /// The values of the axes grouped by, in their order.
    pub keys: Vec<i64>,
    /// The group, or `None` if it is hidden.
    pub shown: Option<FigureRow>,
}

/// Rows with small groups hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// Every row, in the order given.
    pub rows: Vec<PublicRow>,
    /// How many are hidden; say so where it is not zero.
    pub hidden: usize,
}

/// Whether a seller can stand behind several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sellers {
    /// Each behind one row, as with places of origin.
    Apart,
    /// Possibly behind several, as with months.
    Shared,
}

/// Hides every row behind which fewer than `parties_min` sellers stand.
///
/// Where the hidden rows could be computed from the total (because one row only, or fewer than `parties_min` sellers in
/// all, are hidden), the next smallest rows are hidden, too. `parties` gives the sellers behind each row, in the same
/// order; a row without a number is taken to have none.
pub fn suppress(rows: Vec<FigureRow>, parties: &[i64], sellers: Sellers, parties_min: i64) -> Suppressed {
    let behind = |at: usize| parties.get(at).copied().unwrap_or(0);
    let mut hidden: Vec<bool> = (0..rows.len()).map(|at| behind(at) < parties_min).collect();
    // The order in which further rows are hidden: the smallest amounts first, as they tell the reader least.
    let mut order: Vec<usize> = (0..rows.len()).filter(|at| hidden.get(*at) == Some(&false)).collect();
    order.sort_by_key(|at| rows.get(*at).map(|row| (row.amount.0.unsigned_abs(), row.keys.clone())));
    let mut next = order.into_iter();
    while open_to_subtraction(&hidden, behind, sellers, parties_min) {
        let Some(at) = next.next() else { break };
        if let Some(flag) = hidden.get_mut(at) {
            *flag = true;
        }
    }
    let count = hidden.iter().filter(|flag| **flag).count();
    let rows = rows
        .into_iter()
        .zip(hidden)
        .map(|(row, hidden)| PublicRow { keys: row.keys.clone(), shown: (!hidden).then_some(row) })
        .collect();
    Suppressed { rows, hidden: count }
}

/// Whether total minus shown rows would give away a small group.
fn open_to_subtraction(
    hidden: &[bool],
    behind: impl Fn(usize) -> i64,
    sellers: Sellers,
    parties_min: i64,
) -> bool {
    let places: Vec<usize> = (0..hidden.len()).filter(|at| hidden.get(*at) == Some(&true)).collect();
    let counts = places.iter().map(|at| behind(*at));
    // Sellers who may be the same ones are only known to be as many as stand behind the largest row.
    let parties = match sellers {
        Sellers::Apart => counts.sum(),
        Sellers::Shared => counts.max().unwrap_or(0),
    };
    !places.is_empty() && (places.len() < 2 || parties < parties_min)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sh_kernel::Fen;

    use super::*;

    fn rows(amounts: &[i64]) -> Vec<FigureRow> {
        let row = |(key, amount): (usize, &i64)| FigureRow {
            keys: vec![i64::try_from(key).unwrap()],
            amount: Fen(*amount),
            trades: 1,
        };
        amounts.iter().enumerate().map(row).collect()
    }

    fn shown(result: &Suppressed) -> Vec<bool> {
        result.rows.iter().map(|row| row.shown.is_some()).collect()
    }

    #[test]
    fn nothing_is_hidden_where_everybody_stands_in_a_crowd() {
        let result = suppress(rows(&[5, 9]), &[3, 8], Sellers::Apart, PARTIES_MIN);
        assert_eq!((shown(&result), result.hidden), (vec![true, true], 0));
    }

    #[test]
    fn one_small_row_takes_the_next_smallest_with_it() {
        let result = suppress(rows(&[500, 90, 40, 700]), &[9, 5, 1, 8], Sellers::Apart, PARTIES_MIN);
        assert_eq!(shown(&result), [true, false, false, true]);
    }

    #[test]
    fn two_rows_of_one_seller_each_are_still_two_sellers() {
        let result = suppress(rows(&[10, 20, 30, 40]), &[1, 1, 7, 9], Sellers::Apart, PARTIES_MIN);
        assert_eq!(shown(&result), [false, false, false, true]);
    }

    #[test]
    fn rows_that_may_have_the_same_sellers_need_a_large_row_among_the_hidden() {
        let result = suppress(rows(&[10, 20, 30, 40]), &[2, 2, 7, 9], Sellers::Shared, PARTIES_MIN);
        assert_eq!(shown(&result), [false, false, false, true]);
        let apart = suppress(rows(&[10, 20, 30, 40]), &[2, 2, 7, 9], Sellers::Apart, PARTIES_MIN);
        assert_eq!(shown(&apart), [false, false, true, true]);
    }

    #[test]
    fn a_single_small_row_is_hidden_whatever_follows() {
        assert_eq!(shown(&suppress(rows(&[10]), &[2], Sellers::Apart, PARTIES_MIN)), [false]);
    }

    proptest! {
        #[test]
        fn what_is_hidden_is_never_one_row_nor_a_handful_of_sellers(
            cells in proptest::collection::vec((-1_000_i64..1_000, 0_i64..8), 0..12)
        ) {
            let amounts: Vec<i64> = cells.iter().map(|cell| cell.0).collect();
            let parties: Vec<i64> = cells.iter().map(|cell| cell.1).collect();
            let result = suppress(rows(&amounts), &parties, Sellers::Apart, PARTIES_MIN);
            let hidden: Vec<usize> = (0..cells.len()).filter(|at| result.rows[*at].shown.is_none()).collect();
            for (at, count) in parties.iter().enumerate() {
                prop_assert!(*count >= PARTIES_MIN || hidden.contains(&at));
            }
            let all = hidden.len() == cells.len();
            let behind: i64 = hidden.iter().map(|at| parties[*at]).sum();
            prop_assert!(hidden.is_empty() || all || (hidden.len() >= 2 && behind >= PARTIES_MIN));
        }
    }
}
