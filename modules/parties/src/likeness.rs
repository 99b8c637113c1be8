//! How alike two names are, for those that do not fold to the same form.

use crate::fold::{fold, party_number};

/// A folded name prepared for many comparisons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedName {
    number: i64,
    /// Hashes of pairs of neighbouring characters, sorted; a pair that stands twice is there twice.
    pairs: Box<[u32]>,
    /// Hash of the digits in the name (3店, 第二中学); names with other digits are other parties.
    digits: u64,
    /// The place in front, up to its 县, 区 or 市; empty if none.
    place: Box<str>,
}

impl FoldedName {
    /// Prepares the name of a party, as reported.
    pub fn of(name: &str) -> Self {
        let folded = fold(name);
        let place = place_of(&folded).into();
        Self::new(&folded, place)
    }

    /// Prepares any other text, such as the name of a product, after [`plain`](crate::plain).
    pub fn of_text(text: &str) -> Self {
        Self::new(&crate::plain(text), Box::default())
    }

    fn new(folded: &str, place: Box<str>) -> Self {
        let chars: Vec<u32> = folded.chars().map(u32::from).collect();
        let mut pairs: Vec<u32> = match chars.as_slice() {
            [only] => vec![only.wrapping_mul(0x9E37_79B1)],
            chars => chars.windows(2).map(pair_hash).collect(),
        };
        pairs.sort_unstable();
        Self { number: party_number(folded), pairs: pairs.into(), digits: digits_of(folded), place }
    }

    /// The number of the party.
    pub const fn number(&self) -> i64 {
        self.number
    }
}

fn pair_hash(pair: &[u32]) -> u32 {
    pair.iter().fold(0x811C_9DC5_u32, |hash, c| (hash ^ c).wrapping_mul(0x0100_0193).rotate_left(5))
}

fn digits_of(folded: &str) -> u64 {
    let mut hash = 0_u64;
    let mut ordinal = false;
    for c in folded.chars() {
        let counts = c.is_ascii_digit() || (ordinal && "一二三四五六七八九十百".contains(c));
        if counts {
            hash = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01B3).wrapping_add(1);
        } else if hash != 0 && !ordinal {
            // The end of one number: 1店2 is not 12店.
            hash = hash.wrapping_mul(3);
        }
        ordinal = c == '第' || (ordinal && counts);
    }
    hash
}

/// The place in front of a name: up to the last 县, 区, 市, 州 or 旗 among its first characters.
fn place_of(folded: &str) -> &str {
    let end = folded
        .char_indices()
        .take(14)
        .skip(1)
        .filter(|(_, c)| matches!(c, '县' | '区' | '市' | '州' | '旗'))
        .last()
        .map(|(at, c)| at + c.len_utf8());
    end.and_then(|end| folded.get(..end)).unwrap_or_default()
}

/// How alike two names are, from 0 (nothing in common) to 1000 (the same folded form).
///
/// Twice the common pairs of characters over all pairs (Dice), or 9/10 of the share of the shorter name that stands in
/// the longer one. Names of different places or with different numbers in them reach 550 at most.
pub fn likeness(a: &FoldedName, b: &FoldedName) -> u32 {
    if a.number == b.number {
        return 1000;
    }
    let (shorter, longer) =
        if a.pairs.len() <= b.pairs.len() { (&a.pairs, &b.pairs) } else { (&b.pairs, &a.pairs) };
    if shorter.is_empty() {
        return 0;
    }
    let common = common(shorter, longer);
    let size = |pairs: &[u32]| u32::try_from(pairs.len()).unwrap_or(u32::MAX);
    let dice = 2000 * common / (size(shorter) + size(longer));
    let inside = if size(shorter) >= 3 { 900 * common / size(shorter) } else { 0 };
    let places_differ = !a.place.is_empty()
        && !b.place.is_empty()
        && !a.place.contains(&*b.place)
        && !b.place.contains(&*a.place);
    let most = if places_differ || a.digits != b.digits { 550 } else { 990 };
    dice.max(inside).min(most)
}

fn common(a: &[u32], b: &[u32]) -> u32 {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                count += 1;
                i += 1;
                j += 1;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn like(a: &str, b: &str) -> u32 {
        likeness(&FoldedName::of(a), &FoldedName::of(b))
    }

    #[test]
    fn shortened_names_are_alike_and_neighbours_are_not() {
        assert_eq!(like("昭通市绿源果业有限公司", "云南省昭通市绿源果业有限责任公司"), 1000);
        assert!(like("昭通市昭阳区绿源果业", "昭阳区绿源果业有限公司") >= 800);
        assert!(like("广州市天河区教育局", "深圳市南山区教育局") <= 550);
        assert!(like("广州市恒泰实业3有限公司", "广州市恒泰实业13有限公司") <= 550);
        assert!(like("广州市第一中学", "广州市第二中学") <= 550);
        assert!(like("昭通市绿源果业", "融安县金穗茶业") < 300);
    }

    #[test]
    fn a_product_is_alike_to_its_longer_name() {
        let like = |a: &str, b: &str| likeness(&FoldedName::of_text(a), &FoldedName::of_text(b));
        assert!(like("昭通丑苹果 10斤装", "丑苹果") >= 400);
        assert_eq!(like("苹果", "香菇"), 0);
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_and_bounded(a in "[绿源果业昭通市县区a-c0-3第一二]{0,12}", b in "[绿源果业昭通市县区a-c0-3第一二]{0,12}") {
            let one = like(&a, &b);
            prop_assert_eq!(one, like(&b, &a));
            prop_assert!(one <= 1000);
            prop_assert_eq!(one == 1000, fold(&a) == fold(&b));
        }
    }
}
