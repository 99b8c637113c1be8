//! Lines in few bytes, as they wait for being folded into the cells.

use sh_db::DbError;
use sh_trade::facts::Fact;

use super::pack::{put, take};

/// Writes facts as differences to the one before: about 26 bytes each.
pub(crate) fn encode(facts: &[Fact]) -> Vec<u8> {
    let mut out = Vec::with_capacity(facts.len().saturating_mul(28));
    let mut last = Fact::default();
    for fact in facts {
        put(&mut out, fact.posting.wrapping_sub(last.posting));
        put(&mut out, fact.day.wrapping_sub(last.day));
        put(&mut out, fact.amount);
        put(&mut out, fact.count);
        put(&mut out, fact.origin.wrapping_sub(last.origin));
        put(&mut out, fact.destination.wrapping_sub(last.destination));
        put(&mut out, fact.seller.wrapping_sub(last.seller));
        out.extend_from_slice(&fact.codes);
        last = *fact;
    }
    out
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(mut bytes: &[u8]) -> Result<Vec<Fact>, DbError> {
    let mut facts = Vec::with_capacity(bytes.len() / 20);
    let mut last = Fact::default();
    while !bytes.is_empty() {
        let fact = next(&mut bytes, &last)
            .ok_or_else(|| DbError::Other("waiting lines of the cube cannot be read".to_owned()))?;
        facts.push(fact);
        last = fact;
    }
    Ok(facts)
}

fn next(bytes: &mut &[u8], last: &Fact) -> Option<Fact> {
    let posting = take(bytes)?.wrapping_add(last.posting);
    let day = take(bytes)?.wrapping_add(last.day);
    let amount = take(bytes)?;
    let count = take(bytes)?;
    let origin = take(bytes)?.wrapping_add(last.origin);
    let destination = take(bytes)?.wrapping_add(last.destination);
    let seller = take(bytes)?.wrapping_add(last.seller);
    let (codes, rest) = bytes.split_first_chunk::<10>()?;
    *bytes = rest;
    Some(Fact { posting, day, amount, count, origin, destination, seller, codes: *codes })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            rows in proptest::collection::vec(
                (any::<[i64; 6]>(), any::<[u8; 10]>()), 0..50)
        ) {
            let facts: Vec<Fact> = rows
                .into_iter()
                .map(|([posting, day, amount, origin, destination, seller], codes)| Fact {
                    posting, day, amount, count: amount.signum(), origin, destination, seller, codes,
                })
                .collect();
            prop_assert_eq!(decode(&encode(&facts)).unwrap(), facts);
        }
    }

    #[test]
    fn a_torn_row_is_an_error_and_not_a_wrong_sum() {
        let bytes = encode(&[Fact { day: 20_201_130, amount: 5, ..Fact::default() }]);
        assert!(decode(bytes.get(..bytes.len() - 1).unwrap()).is_err());
    }
}
