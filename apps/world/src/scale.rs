//! How large a world is made.

/// The size of a world.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub(crate) trades: u64,
    pub(crate) counties_per_province: usize,
    pub(crate) sellers_per_county: usize,
    pub(crate) buyers_per_weight: usize,
    pub(crate) pavilions: i64,
    pub(crate) counters: i64,
    /// The world's money is the reported size divided by this.
    pub(crate) size_divisor: i64,
}

impl Scale {
    /// A few thousand reports, for tests. Its money is a fiftieth of the reported size.
    pub const SMALL: Self = Self {
        trades: 4_000,
        counties_per_province: 6,
        sellers_per_county: 3,
        buyers_per_weight: 2,
        pavilions: 8,
        counters: 40,
        size_divisor: 50,
    };
    /// About 300,000 reports: the three years as the press reported them.
    pub const ARTICLE: Self = Self {
        trades: 190_000,
        counties_per_province: 40,
        sellers_per_county: 8,
        buyers_per_weight: 10,
        pavilions: 57,
        counters: 1_200,
        size_divisor: 1,
    };
    /// About ten million reports.
    pub const FULL: Self = Self {
        trades: 5_400_000,
        counties_per_province: 60,
        sellers_per_county: 20,
        buyers_per_weight: 40,
        pavilions: 250,
        counters: 5_100,
        size_divisor: 1,
    };

    /// A world with about this many true sales, for benchmarks.
    #[must_use]
    pub const fn with_trades(mut self, trades: u64) -> Self {
        self.trades = trades;
        self
    }

    /// The scale with this name: `small`, `article` or `full`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "small" => Some(Self::SMALL),
            "article" => Some(Self::ARTICLE),
            "full" => Some(Self::FULL),
            _ => None,
        }
    }
}
