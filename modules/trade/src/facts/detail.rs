//! One trade with everything that is said of it.

use std::collections::BTreeSet;

use sh_db::{DbError, Tx};
use sh_kernel::{Day, Fen, Id, Instant};

use crate::{
    axes::{Grade, Stage},
    matching::Rule,
    model::{Claim, ImportBatch, Ruling, SourceCode, SourceKind, Trade, TradeLine},
    store,
};

/// A trade as it stands, with the facts that lists show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeRow {
    /// Identifier.
    pub id: Id<Trade>,
    /// The claim whose amount, day and parties stand on the trade.
    pub anchor: Id<Claim>,
    /// Day of the sale.
    pub day: Day,
    /// Seller's party number.
    pub seller: i64,
    /// Buyer's party number, 0 for anonymous retail.
    pub buyer: i64,
    /// Place of origin, 0 if not told.
    pub origin: i64,
    /// Place of destination, 0 if not told.
    pub destination: i64,
    /// Channel code.
    pub channel: i64,
    /// Product as reported.
    pub product: String,
    /// Amount of the lines that stand, returns subtracted.
    pub amount: Fen,
    /// How well it is proven.
    pub grade: Grade,
    /// How many claims are tied to it.
    pub claims: i64,
    /// How many lines it has, reversed and reversing ones included.
    pub lines: i64,
    /// The last posting that touched it.
    pub posting: i64,
}

/// How a claim is tied (归并状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TieState {
    /// The claim was withdrawn; only in decisions.
    Withdrawn,
    /// Its facts stand on the trade.
    Anchor,
    /// Tied by a rule.
    ByRule,
    /// Tied by a person.
    ByPerson,
    /// Repeats an earlier row of the same source.
    Repeat,
    /// Waits for a person.
    Waiting,
}

impl TieState {
    /// The stored number.
    pub const fn code(self) -> i64 {
        match self {
            Self::Withdrawn => 0,
            Self::Anchor => 1,
            Self::ByRule => 2,
            Self::ByPerson => 3,
            Self::Repeat => 4,
            Self::Waiting => 5,
        }
    }

    /// The state with this number.
    pub const fn from_code(code: i64) -> Option<Self> {
        Some(match code {
            0 => Self::Withdrawn,
            1 => Self::Anchor,
            2 => Self::ByRule,
            3 => Self::ByPerson,
            4 => Self::Repeat,
            5 => Self::Waiting,
            _ => return None,
        })
    }

    /// The word used in interfaces and text keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Anchor => "anchor",
            Self::ByRule => "by-rule",
            Self::ByPerson => "by-person",
            Self::Repeat => "repeat",
            Self::Waiting => "waiting",
        }
    }
}

/// A claim that is tied to a trade, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TiedClaim {
    /// Identifier.
    pub claim: Id<Claim>,
    /// The file it came in.
    pub batch: Id<ImportBatch>,
    /// The name of that file.
    pub file_name: String,
    /// The worksheet that it stands in, if several of the file were read.
    pub sheet: Option<String>,
    /// Row number in the file or that worksheet, from 1.
    pub row: u32,
    /// Who reports.
    pub source: SourceCode,
    /// The name of the source.
    pub source_name: String,
    /// What kind of reporter.
    pub kind: SourceKind,
    /// Day as reported.
    pub day: Day,
    /// Amount as reported.
    pub amount: Fen,
    /// Seller as reported.
    pub seller_name: String,
    /// Buyer as reported.
    pub buyer_name: Option<String>,
    /// Product as reported.
    pub product: String,
    /// Order number, if reported.
    pub order_no: Option<String>,
    /// Invoice number, if reported.
    pub invoice_no: Option<String>,
    /// Stage as reported.
    pub stage: Stage,
    /// How it is tied.
    pub state: TieState,
    /// What tied it.
    pub rule: Rule,
    /// How alike it is, 0 to 1000.
    pub score: i64,
}

/// One decision on a claim, automatic or human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// The claim decided on.
    pub claim: Id<Claim>,
    /// The trade it was given to, if one.
    pub trade: Option<Id<Trade>>,
    /// How.
    pub state: TieState,
    /// By which rule.
    pub rule: Rule,
    /// How alike it was, 0 to 1000.
    pub score: i64,
    /// The ruling behind it, if a person decided.
    pub ruling: Option<Id<Ruling>>,
    /// The posting that wrote it.
    pub posting: i64,
    /// When.
    pub at: Instant,
}

/// Something that speaks for a sale (证据). The grade follows from what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GradeReason {
    /// Reported by the selling side (the supplier's county) and by the buying side.
    BothSides,
    /// A platform's own order, with the stage it has reached.
    PlatformOrder {
        /// The order number.
        order_no: String,
        /// Whether the buyer has signed for the goods.
        accepted: bool,
    },
    /// The own record of the till or counter that sold it.
    OwnRecord,
    /// An order or contract number was reported.
    Order(String),
    /// An invoice number was reported.
    Invoice(String),
    /// Nothing but reports.
    ReportedOnly,
}

/// One trade with its lines, the claims tied to it, the decisions on them, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeDetail {
    /// The trade.
    pub row: TradeRow,
    /// Every line, in order.
    pub lines: Vec<TradeLine>,
    /// The claims, strongest source first.
    pub claims: Vec<TiedClaim>,
    /// The decisions on these claims, oldest first.
    pub decisions: Vec<DecisionRow>,
    /// What speaks for the sale.
    pub reasons: Vec<GradeReason>,
}

/// What one source has claimed, against what was counted (上报与去重).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSummary {
    /// Who reports.
    pub source: SourceCode,
    /// The name of the source.
    pub name: String,
    /// What kind of reporter.
    pub kind: SourceKind,
    /// Claims that are not withdrawn: those that gave a trade its facts, joined one, repeat or wait.
    pub claims: i64,
    /// What they add up to, repeats included.
    pub gross: Fen,
    /// Claims that report a sale that another claim stands for.
    pub joined: i64,
    /// Claims that gave a trade its facts: what of this source is counted in its own words.
    pub anchors: i64,
    /// Claims that repeat an earlier row of the same source.
    pub repeats: i64,
    /// Claims that wait for a person.
    pub waiting: i64,
    /// What those add up to.
    pub waiting_amount: Fen,
}

/// What a set of tied claims says for a sale, in the terms by which matching grades it: the first three make grade A, a
/// platform's order without receipt and the next two grade B.
pub fn grade_reasons(claims: &[TiedClaim]) -> Vec<GradeReason> {
    let mut reasons = Vec::new();
    let any = |kinds: &[SourceKind]| claims.iter().any(|claim| kinds.contains(&claim.kind));
    let buying = [SourceKind::Platform, SourceKind::Union, SourceKind::CityReturn];
    if any(&[SourceKind::SupplierCounty]) && any(&buying) {
        reasons.push(GradeReason::BothSides);
    }
    let order = claims.iter().find(|claim| claim.kind == SourceKind::Platform && claim.order_no.is_some());
    if let Some((claim, order_no)) = order.and_then(|claim| Some((claim, claim.order_no.clone()?))) {
        reasons.push(GradeReason::PlatformOrder { order_no, accepted: claim.stage >= Stage::Accepted });
    }
    let sells = |claim: &TiedClaim| matches!(claim.kind, SourceKind::Till | SourceKind::Counter);
    if claims.iter().any(|claim| sells(claim) && claim.stage >= Stage::Paid) {
        reasons.push(GradeReason::OwnRecord);
    } else if order.is_none() {
        reasons.extend(numbers(claims, |claim| claim.order_no.as_ref()).map(GradeReason::Order));
    }
    reasons.extend(numbers(claims, |claim| claim.invoice_no.as_ref()).map(GradeReason::Invoice));
    if reasons.is_empty() {
        reasons.push(GradeReason::ReportedOnly);
    }
    reasons
}

/// Different numbers of documents, in order.
fn numbers<'a>(
    claims: &'a [TiedClaim],
    of: impl Fn(&'a TiedClaim) -> Option<&'a String>,
) -> impl Iterator<Item = String> {
    let found: BTreeSet<&String> = claims.iter().filter_map(of).collect();
    found.into_iter().cloned()
}

/// One trade with everything that is said of it, or `None` if there is no such trade.
///
/// # Errors
/// What the database refuses.
pub async fn trade(tx: &mut Tx, id: Id<Trade>) -> Result<Option<TradeDetail>, DbError> {
    let Some(row) = store::facts::trade_row(tx, id).await? else { return Ok(None) };
    let lines = store::facts::lines_of(tx, &[id]).await?;
    let claims = store::facts::tied_claims(tx, id).await?;
    let decisions = store::facts::decisions(tx, &claims).await?;
    let reasons = grade_reasons(&claims);
    Ok(Some(TradeDetail { row, lines, claims, decisions, reasons }))
}

/// Per source, strongest kind first: what was claimed and what of it was counted.
///
/// # Errors
/// What the database refuses.
pub async fn claims_summary(tx: &mut Tx) -> Result<Vec<SourceSummary>, DbError> {
    store::facts::claims_summary(tx).await
}
