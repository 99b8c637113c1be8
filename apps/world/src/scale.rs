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
    /// How many months one return of a city covers: 1, 3 or 12.
    pub(crate) city_months: i64,
    /// The same of the lists of unions and the returns of counties.
    pub(crate) list_months: i64,
    /// The same of exports of platforms and tills.
    pub(crate) order_months: i64,
}

impl Scale {
    /// Two thousand reports in few files, for tests that import a world again and again.
    pub const TINY: Self = Self {
        trades: 1_400,
        counties_per_province: 4,
        sellers_per_county: 2,
        buyers_per_weight: 2,
        pavilions: 8,
        counters: 20,
        size_divisor: 150,
        city_months: 12,
        list_months: 12,
        order_months: 12,
    };
    /// A few thousand reports, to look around in. Its money is a fiftieth of the reported size; cities report by the
    /// quarter and counties by the year, because what an import of so few rows costs is the number of its files.
    pub const SMALL: Self = Self {
        trades: 4_000,
        counties_per_province: 6,
        sellers_per_county: 3,
        buyers_per_weight: 2,
        pavilions: 8,
        counters: 40,
        size_divisor: 50,
        city_months: 3,
        list_months: 12,
        order_months: 1,
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
        city_months: 1,
        list_months: 3,
        order_months: 1,
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
        city_months: 1,
        list_months: 3,
        order_months: 1,
    };

    /// A world with about this many true sales, for benchmarks.
    #[must_use]
    pub const fn with_trades(mut self, trades: u64) -> Self {
        self.trades = trades;
        self
    }

    /// The scale with this name: `tiny`, `small`, `article` or `full`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "tiny" => Some(Self::TINY),
            "small" => Some(Self::SMALL),
            "article" => Some(Self::ARTICLE),
            "full" => Some(Self::FULL),
            _ => None,
        }
    }
}
