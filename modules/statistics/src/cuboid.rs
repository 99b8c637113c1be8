//! Which sums are kept ready, and which of them answers a question.

use std::sync::LazyLock;

use sh_trade::{axes::Axis, facts::Fact};

/// The axes whose pairs are kept ready. A year is read from months, and a city from its counties; provinces are kept
/// beside counties because there are few of them and most questions stop there.
const PAIRED: [Axis; 14] = [
    Axis::Month,
    Axis::OriginProvince,
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

/// A pair of axes whose sums are kept ready (立方体的一个面). The axis with the smaller number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cuboid {
    /// The axis of the first key.
    pub a: Axis,
    /// The axis of the second key.
    pub b: Axis,
}

static ALL: LazyLock<Vec<Cuboid>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for (index, a) in PAIRED.iter().enumerate() {
        for b in PAIRED.iter().skip(index + 1) {
            if (*a, *b) != (Axis::OriginProvince, Axis::Origin) {
                all.push(Cuboid { a: *a, b: *b });
            }
        }
    }
    all.push(Cuboid { a: Axis::Month, b: Axis::Seller });
    all.push(Cuboid { a: Axis::Origin, b: Axis::Seller });
    all.sort_by_key(|cuboid| cuboid.number());
    all
});

/// Sums that are kept ready for each definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// By posting and day of sale: what each change of the lines did to the value.
    Postings,
    /// By a pair of axes.
    Pair(Cuboid),
}

impl Face {
    /// Everything that is kept, in the order of the numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Postings).chain(ALL.iter().copied().map(Self::Pair))
    }

    /// The stored number.
    pub const fn number(self) -> i64 {
        match self {
            Self::Postings => 0,
            Self::Pair(cuboid) => cuboid.number(),
        }
    }

    /// The values of a line at which it is added.
    pub(crate) const fn place(self, fact: &Fact) -> (i64, i64) {
        match self {
            Self::Postings => (fact.posting, fact.day),
            Self::Pair(cuboid) => (fact.value(cuboid.a), fact.value(cuboid.b)),
        }
    }

    /// Whether cells tell if at least three sellers stand behind them. Those of a single seller, and of a posting, which
    /// is published as a change only, do not.
    pub(crate) const fn has_crowds(self) -> bool {
        match self {
            Self::Postings => false,
            Self::Pair(cuboid) => !matches!(cuboid.b, Axis::Seller),
        }
    }
}

impl Cuboid {
    /// Every pair that is kept ready, in the order of their numbers.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The stored number: the numbers of both axes, `205` for month and origin.
    pub const fn number(self) -> i64 {
        self.a.code() * 100 + self.b.code()
    }

    /// The pair with this number.
    pub fn from_number(number: i64) -> Option<Self> {
        let cuboid = Self { a: Axis::from_code(number / 100)?, b: Axis::from_code(number % 100)? };
        ALL.contains(&cuboid).then_some(cuboid)
    }

    /// The smallest pair from which all these axes can be read, or `None` if none covers them.
    pub fn covering(axes: &[Axis]) -> Option<Self> {
        let covers = |cuboid: &Self| axes.iter().all(|axis| reads(cuboid.a, *axis) || reads(cuboid.b, *axis));
        ALL.iter().copied().filter(covers).min_by_key(|cuboid| cuboid.size())
    }

    /// About how many cells it has.
    pub(crate) const fn size(self) -> u64 {
        // Nearly every seller has one place of origin, but sells in many months.
        if matches!((self.a, self.b), (Axis::Origin, Axis::Seller)) {
            return breadth(Axis::Seller);
        }
        breadth(self.a) * breadth(self.b)
    }

    /// The value of an axis in the cell `(a, b)`, if it can be read there.
    pub const fn read(self, axis: Axis, a: i64, b: i64) -> Option<i64> {
        if reads(self.a, axis) {
            Some(derive(axis, a))
        } else if reads(self.b, axis) {
            Some(derive(axis, b))
        } else {
            None
        }
    }
}

/// Whether the value of `axis` follows from the value of `stored`.
const fn reads(stored: Axis, axis: Axis) -> bool {
    stored.code() == axis.code()
        || matches!(
            (stored, axis),
            (Axis::Month, Axis::Year) | (Axis::Origin, Axis::OriginProvince | Axis::OriginCity)
        )
}

/// The value of a coarse axis from that of the axis it is read from. The place itself where nothing coarser is asked.
const fn derive(axis: Axis, value: i64) -> i64 {
    match axis {
        // A month has six digits, a year four.
        Axis::Year if value > 9_999 => value / 100,
        Axis::OriginProvince => value / 10_000 * 10_000,
        Axis::OriginCity => value / 100 * 100,
        _ => value,
    }
}

/// About how many values an axis has, to compare pairs by size. A wrong guess costs time, never correctness.
const fn breadth(axis: Axis) -> u64 {
    match axis {
        Axis::Month => 36,
        Axis::OriginProvince => 31,
        Axis::OriginCity => 330,
        Axis::Origin => 1_500,
        Axis::Destination => 22,
        Axis::Channel => 10,
        Axis::Category => 9,
        Axis::BuyerKind | Axis::Stage => 6,
        Axis::Class => 5,
        Axis::Basis => 4,
        Axis::Year | Axis::Grade => 3,
        Axis::Certified | Axis::Role | Axis::Link => 2,
        Axis::Seller => 20_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninety_two_pairs_are_kept_and_their_numbers_lead_back() {
        assert_eq!(Cuboid::all().len(), 92);
        for cuboid in Cuboid::all() {
            assert!(cuboid.a < cuboid.b);
            assert_eq!(Cuboid::from_number(cuboid.number()), Some(*cuboid));
        }
        assert_eq!(Cuboid::from_number(305), None);
    }

    #[test]
    fn a_question_goes_to_the_smallest_pair_that_knows_the_answer() {
        let number = |axes: &[Axis]| Cuboid::covering(axes).map(Cuboid::number);
        assert_eq!(number(&[]), Some(1112), "a total is read from four cells");
        assert_eq!(number(&[Axis::Year]), Some(211));
        assert_eq!(number(&[Axis::OriginProvince]), Some(311));
        assert_eq!(number(&[Axis::OriginCity, Axis::OriginProvince]), Some(511));
        assert_eq!(number(&[Axis::Month, Axis::OriginCity, Axis::Year]), Some(205));
        assert_eq!(number(&[Axis::Seller, Axis::OriginProvince]), Some(517));
        assert_eq!(
            number(&[Axis::Seller]),
            Some(517),
            "a seller has one place of origin and sells in many months"
        );
        assert_eq!(number(&[Axis::Seller, Axis::Year]), Some(217));
        assert_eq!(number(&[Axis::Seller, Axis::Channel]), None);
        assert_eq!(number(&[Axis::Origin, Axis::Month, Axis::Channel]), None);
    }

    #[test]
    fn coarse_values_are_read_from_fine_ones() {
        let cuboid = Cuboid { a: Axis::Month, b: Axis::Origin };
        assert_eq!(cuboid.read(Axis::Year, 202_011, 520_526), Some(2020));
        assert_eq!(cuboid.read(Axis::OriginCity, 202_011, 520_526), Some(520_500));
        assert_eq!(cuboid.read(Axis::OriginProvince, 202_011, 520_526), Some(520_000));
        assert_eq!(cuboid.read(Axis::Channel, 202_011, 520_526), None);
    }
}
