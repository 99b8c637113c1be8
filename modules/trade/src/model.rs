//! What happened and what is said to have happened. Types and pure rules; no IO, no clock.

use serde::{Deserialize, Serialize};
use sh_kernel::{Day, Fen, Id, Instant, Quantity, RegionCode};

use crate::axes::{Axis, BuyerKind, Category, Certified, Channel, Grade, Link, PriceBasis, Role, Stage};

/// The code of a registered source (数据来源), such as `832` or `city-440100`.
pub type SourceCode = String;

/// What kind of reporter a source is (来源类型). The order is the order of strength: when several sources report the
/// same sale, the strongest one's amount, day and parties stand on the trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A trading platform's own orders (832 平台订单).
    Platform,
    /// The till of the market or of a pavilion (市场、专馆收银).
    Till,
    /// The journal of vending counters (专柜流水).
    Counter,
    /// A union's purchase list (工会采购清单).
    Union,
    /// The return of a supplier's county (供货县报表).
    SupplierCounty,
    /// The monthly return of a city (市级月报).
    CityReturn,
}

impl SourceKind {
    /// Every kind, strongest first.
    pub const ALL: &[Self] =
        &[Self::Platform, Self::Till, Self::Counter, Self::Union, Self::SupplierCounty, Self::CityReturn];

    /// Stable number for the database, also its rank: 0 is the strongest.
    pub const fn code(self) -> i64 {
        match self {
            Self::Platform => 0,
            Self::Till => 1,
            Self::Counter => 2,
            Self::Union => 3,
            Self::SupplierCounty => 4,
            Self::CityReturn => 5,
        }
    }

    /// The kind with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// The word used in files and interfaces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Till => "till",
            Self::Counter => "counter",
            Self::Union => "union",
            Self::SupplierCounty => "supplier-county",
            Self::CityReturn => "city-return",
        }
    }
}

/// The file that claims came in, from upload to posting or withdrawal (导入批次).
#[derive(Debug)]
pub struct ImportBatch;

/// A ruling of a person on two claims (人工裁定).
#[derive(Debug)]
pub struct Ruling;

/// How exactly the day of a claim is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayPrecision {
    /// To the day.
    Day,
    /// Only the month was reported; the day stands for its last day.
    Month,
}

/// What one row of a source says about a sale, in the product's own terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimFacts {
    /// Seller's name as reported.
    pub seller: String,
    /// Seller's credit code, if reported.
    pub seller_code: Option<String>,
    /// Buyer's name as reported; `None` for anonymous retail.
    pub buyer: Option<String>,
    /// What kind of buyer.
    pub buyer_kind: BuyerKind,
    /// Product name as reported.
    pub product: String,
    /// Category, reported or recognised from the product's name.
    pub category: Category,
    /// Place of origin: county where known, else city or province. `None` if not told.
    pub origin: Option<RegionCode>,
    /// Guangdong city the goods went to.
    pub destination: Option<RegionCode>,
    /// Day of the sale.
    pub day: Day,
    /// How exactly the day is known.
    pub precision: DayPrecision,
    /// Amount as reported, in fen; negative for a return.
    pub amount: Fen,
    /// What the amount contains.
    pub basis: PriceBasis,
    /// Quantity in the base unit (gram or piece), if reported.
    pub quantity: Option<Quantity>,
    /// The order number of the channel, if reported.
    pub order_no: Option<String>,
    /// The invoice number, if reported.
    pub invoice_no: Option<String>,
    /// How far the sale had come.
    pub stage: Stage,
    /// Bought for own use, or helped to sell.
    pub role: Role,
    /// Channel.
    pub channel: Channel,
    /// The outlet (market, pavilion, counter number), if any.
    pub outlet: Option<String>,
    /// Whether the reporter says that the goods carry a certificate (带贫产品认定).
    pub certified: Certified,
    /// Which link of a chain of sales.
    pub link: Link,
    /// Fair or campaign, if any.
    pub event: Option<String>,
}

/// What somebody says happened (报告、申报): one row of an imported file.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Identifier.
    pub id: Id<Claim>,
    /// The file it came in.
    pub batch: Id<ImportBatch>,
    /// Row number in that file, from 1, as the reporter sees it.
    pub row: u32,
    /// Who reports.
    pub source: SourceCode,
    /// What kind of reporter.
    pub kind: SourceKind,
    /// Hash over the reported content, so that the same row in a later cumulative file is recognised.
    pub content: i64,
    /// 0 for the first row with this content in its file, 1 for the second …: equal rows of one file are two sales.
    pub occurrence: u32,
    /// The content.
    pub facts: ClaimFacts,
}

/// What happened (交易): one sale, however many parties report it.
#[derive(Debug, Clone)]
pub struct Trade {
    /// Identifier.
    pub id: Id<Trade>,
    /// The claim whose amount, day and parties stand on the trade.
    pub anchor: Id<Claim>,
    /// Day of the sale.
    pub day: Day,
    /// Amount of the lines that stand now.
    pub amount: Fen,
    /// How well it is proven.
    pub grade: Grade,
    /// How many claims are tied to it.
    pub claims: u32,
}

/// One line of a trade with every axis a figure may use (交易明细). Lines are never changed: a correction is a reversing
/// line (the same axes, the amount negated) and a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeLine {
    /// The trade.
    pub trade: Id<Trade>,
    /// 0, 1, 2 … within the trade, in the order of posting.
    pub line: u32,
    /// The posting that wrote it; ascending over time.
    pub posting: i64,
    /// Day of the sale.
    pub day: Day,
    /// Amount in fen; negative on a reversing line and on a return.
    pub amount: Fen,
    /// +1 on a line that stands, −1 on a reversing line, 0 on the line of a return: the sum is the number of trades.
    pub count: i64,
    /// Quantity in the base unit, 0 if not known.
    pub quantity: Quantity,
    /// Values of the axes.
    pub axes: LineAxes,
}

/// The values of the axes on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineAxes {
    /// County of origin, or a coarser place; 0 if not told.
    pub origin: i64,
    /// Guangdong city of destination; 0 if not told.
    pub destination: i64,
    /// Channel.
    pub channel: Channel,
    /// Category.
    pub category: Category,
    /// Kind of buyer.
    pub buyer_kind: BuyerKind,
    /// Class of origin, as numbered by the regions module; 0 if no origin was told.
    pub class: i64,
    /// Whether the goods carried a valid certificate when sold.
    pub certified: Certified,
    /// Role.
    pub role: Role,
    /// Stage.
    pub stage: Stage,
    /// Grade of evidence.
    pub grade: Grade,
    /// Link of a chain.
    pub link: Link,
    /// Price basis.
    pub basis: PriceBasis,
    /// Seller, as numbered by the parties module.
    pub seller: i64,
    /// Buyer, as numbered by the parties module; 0 for anonymous retail.
    pub buyer: i64,
}

impl TradeLine {
    /// The value of an axis on this line, as the number that figures group by.
    pub const fn value(&self, axis: Axis) -> i64 {
        let axes = &self.axes;
        match axis {
            Axis::Year => self.day.year() as i64,
            Axis::Month => self.day.month().yyyymm(),
            Axis::OriginProvince => axes.origin / 10_000 * 10_000,
            Axis::OriginCity => axes.origin / 100 * 100,
            Axis::Origin => axes.origin,
            Axis::Destination => axes.destination,
            Axis::Channel => axes.channel.code(),
            Axis::Category => axes.category.code(),
            Axis::BuyerKind => axes.buyer_kind.code(),
            Axis::Class => axes.class,
            Axis::Certified => axes.certified.code(),
            Axis::Role => axes.role.code(),
            Axis::Stage => axes.stage.code(),
            Axis::Grade => axes.grade.code(),
            Axis::Link => axes.link.code(),
            Axis::Basis => axes.basis.code(),
            Axis::Seller => axes.seller,
        }
    }

    /// The line that takes this one back.
    #[must_use]
    pub fn reversal(&self, line: u32, posting: i64) -> Self {
        Self {
            line,
            posting,
            amount: self.amount.reversed(),
            count: -self.count,
            quantity: Quantity(-self.quantity.0),
            ..self.clone()
        }
    }
}

/// One durable change of trades (入账): what happened to the lines, when, and for which import. Figures as of a day use
/// the postings up to that day.
#[derive(Debug, Clone)]
pub struct Posting {
    /// Ascending number.
    pub seq: i64,
    /// When it became durable.
    pub at: Instant,
    /// The calendar day of `at`.
    pub day: Day,
    /// The import that caused it, if one did.
    pub batch: Option<Id<ImportBatch>>,
}
