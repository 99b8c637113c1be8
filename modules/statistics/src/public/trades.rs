//! Single trades as anybody may see them: numbers masked, people not named, small places not told.

use std::sync::Arc;

use serde::Serialize;
use sh_db::Tx;
use sh_http::{Context, Permission};
use sh_kernel::{Id, RegionCode};
use sh_trade::{
    axes::{Axis, BuyerKind},
    facts::{self, GradeReason, TieState, TiedClaim, TradeCursor, TradeDetail, TradeItem, TradeRow},
    matching::Rule,
    model::Trade,
};
use utoipa::ToSchema;

use super::{load::Desk, names::Names, narrow::Point, overview::trade_filter, places::Places};
use crate::{Error, definition::Definition, word};

/// A trade in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PublicTrade {
    /// Identifier.
    pub id: String,
    /// Day of the sale, `yyyy-mm-dd`.
    pub day: String,
    /// Product as reported.
    pub product: String,
    /// What the figure counts of it, in fen.
    pub amount: i64,
    /// Grade of evidence: `a`, `b`, `c`.
    pub grade: &'static str,
    /// Channel.
    pub channel: &'static str,
    /// Place of origin, or the smallest place around it that stands for three sellers or more; 0 if not told.
    pub origin: i64,
    /// Its name.
    pub origin_name: String,
    /// City of destination; 0 if not told.
    pub destination: i64,
    /// Its name.
    pub destination_name: String,
    /// The seller's number; nothing where fewer than three sellers stand behind the place.
    pub seller: Option<i64>,
    /// The seller's name; a person's is masked.
    pub seller_name: Option<String>,
}

/// A trade with everything that is public of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PublicTradeDetail {
    /// What a list shows; the amount is that of all its standing lines.
    #[serde(flatten)]
    pub trade: PublicTrade,
    /// A person bought or sold: names and numbers are left out.
    pub personal: bool,
    /// The buyer's name, if it is an organisation.
    pub buyer: Option<String>,
    /// The kind of buyer.
    pub buyer_kind: &'static str,
    /// Why it has its grade: `both-sides`, `platform-order`, `own-record`, `order`, `invoice`, `reported-only`.
    pub reasons: Vec<PublicReason>,
    /// Every line, reversing ones included.
    pub lines: Vec<PublicLine>,
    /// Every report of it.
    pub claims: Vec<PublicClaim>,
    /// How reports came to it and went, oldest first.
    pub history: Vec<PublicDecision>,
}

/// Something that speaks for a sale.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PublicReason {
    /// `both-sides`, `platform-order`, `own-record` (of a till or counter), `order`, `invoice`, `reported-only`.
    pub kind: &'static str,
    /// The number of the document, masked in the middle.
    pub number: Option<String>,
    /// The buyer has signed for the goods.
    pub accepted: Option<bool>,
}

/// One line of a trade.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PublicLine {
    /// Number of the line within the trade.
    pub line: u32,
    /// The posting that wrote it.
    pub posting: i64,
    /// Day of the sale.
    pub day: String,
    /// Amount in fen.
    pub amount: i64,
    /// 1 on a standing line, −1 on a reversing one, 0 on a return.
    pub count: i64,
    /// How far the sale had come.
    pub stage: &'static str,
    /// Grade of evidence.
    pub grade: &'static str,
    /// Category of goods.
    pub category: &'static str,
    /// Bought for own use, or helped to sell.
    pub role: &'static str,
    /// Class of origin.
    pub class: &'static str,
    /// Whether the goods carried a valid certificate when sold: `yes`, `no`, `untold`.
    pub certified: &'static str,
    /// Link of a chain of sales.
    pub link: &'static str,
    /// What the price contains.
    pub basis: &'static str,
}

/// One report of a trade.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PublicClaim {
    /// Code of the source.
    pub source: String,
    /// Its name.
    pub source_name: String,
    /// Day as reported.
    pub day: String,
    /// Amount as reported, in fen.
    pub amount: i64,
    /// How it is tied: `anchor`, `by-rule`, `by-person`, `repeat`, `waiting`.
    pub state: &'static str,
    /// What tied it: `first` (the first report), `invoice`, `order` (the same number), `parties` (seller, buyer and
    /// amount within days), `likeness`, `repeat` (the row of another file), `version` (another state of the order),
    /// `return` (of this sale), `person`.
    #[schema(value_type = String)]
    pub rule: Rule,
    /// How alike it is, 0 to 1000.
    pub score: i64,
    /// Order number, masked in the middle.
    pub order_no: Option<String>,
    /// Invoice number, masked in the middle.
    pub invoice_no: Option<String>,
    /// File and row, for whoever may read reports of that region.
    pub file: Option<String>,
}

/// One decision on a report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PublicDecision {
    /// When, in Shanghai.
    pub at: String,
    /// What: `anchor`, `by-rule`, `by-person`, `repeat`, `waiting`, `withdrawn`.
    pub state: &'static str,
    /// Code of the source whose report it was.
    pub source: String,
    /// Its name.
    pub source_name: String,
    /// By which rule, as in the reports.
    #[schema(value_type = String)]
    pub rule: Rule,
    /// How alike it was.
    pub score: i64,
    /// The posting that wrote it.
    pub posting: i64,
    /// The report went to this trade; else it left it.
    pub here: bool,
}

/// The middle of a number hidden: at most four characters at each end stay, and never more than half of it.
pub(crate) fn mask_number(number: &str) -> String {
    let chars: Vec<char> = number.trim().chars().collect();
    let kept = (chars.len() / 4).min(4);
    let shown = |(at, c): (usize, &char)| if at < kept || at + kept >= chars.len() { *c } else { '*' };
    chars.iter().enumerate().map(shown).collect()
}

/// The stored word of a coded axis; empty for a number of a later version.
fn coded(axis: Axis, value: i64) -> &'static str {
    word(axis, value).unwrap_or_default()
}

/// A page of the trades behind a part of a definition.
pub(crate) async fn list(
    tx: &mut Tx,
    desk: &Desk,
    definition: &Definition,
    places: &Arc<Places>,
    (points, names): (&[Point], &mut Names),
    (after, size): (Option<TradeCursor>, usize),
) -> Result<(Vec<PublicTrade>, Option<TradeCursor>), Error> {
    let page = facts::list_trades(tx, &trade_filter(definition, points), after, size).await?;
    let sellers: Vec<i64> = page.items.iter().map(|item| item.row.seller).collect();
    names.learn(tx, &sellers).await?;
    let hides = |place: i64| desk.protect() && !places.shows_sales_of(place);
    let rows = page.items.iter().map(|item| row(item, names, hides(item.row.origin), places)).collect();
    Ok((rows, page.next))
}

fn row(item: &TradeItem, names: &Names, hidden: bool, places: &Places) -> PublicTrade {
    let TradeRow { id, day, product, grade, channel, origin, destination, seller, .. } = &item.row;
    let place = if hidden { coarser(places, *origin) } else { *origin };
    PublicTrade {
        id: id.to_string(),
        day: day.to_string(),
        product: product.clone(),
        amount: item.counted.0,
        grade: grade.word(),
        channel: coded(Axis::Channel, *channel),
        origin: place,
        origin_name: names.full_place(place),
        destination: *destination,
        destination_name: names.place(*destination),
        seller: (!hidden).then_some(*seller),
        seller_name: (!hidden).then(|| names.seller(*seller)),
    }
}

/// The smallest place around a hidden one that may be told, never the place itself.
fn coarser(places: &Places, origin: i64) -> i64 {
    match places.visible(origin) {
        Some(place) if place != origin => place,
        Some(place) => super::places::levels(place).iter().rev().nth(1).copied().unwrap_or(0),
        None => 0,
    }
}

/// One trade, or `None`.
pub(crate) async fn one(
    tx: &mut Tx,
    ctx: &Context,
    desk: &Desk,
    definition: Option<&Definition>,
    id: Id<Trade>,
) -> Result<Option<PublicTradeDetail>, Error> {
    let Some(detail) = facts::trade(tx, id).await? else { return Ok(None) };
    let places = match definition {
        Some(definition) => desk.places(tx, definition).await?,
        None => Arc::default(),
    };
    let mut names = Names::new(ctx.locale, detail.row.day);
    names.learn(tx, &[detail.row.seller, detail.row.buyer]).await?;
    let buyer_kind = detail.lines.last().map_or(BuyerKind::Unknown, |line| line.axes.buyer_kind);
    let personal = buyer_kind == BuyerKind::Person
        || names.is_person(detail.row.buyer)
        || names.is_person(detail.row.seller);
    // A place that the definition does not count is not judged by it: its sellers are told by the trade itself.
    let hidden =
        desk.protect() && places.knows(detail.row.origin) && !places.shows_sales_of(detail.row.origin);
    let region = RegionCode::new(detail.row.destination).ok();
    let reads_files = ctx.visible(Permission::ReadClaims).shows(region, None);
    let item = TradeItem { counted: detail.row.amount, row: detail.row.clone() };
    let mut trade = row(&item, &names, hidden, &places);
    if personal {
        trade.seller = None;
        trade.seller_name = None;
    }
    let named = detail.row.buyer != 0 && names.knows(detail.row.buyer) && !personal;
    Ok(Some(PublicTradeDetail {
        trade,
        personal,
        buyer: named.then(|| names.seller(detail.row.buyer)),
        buyer_kind: buyer_kind.word(),
        reasons: detail.reasons.iter().map(|reason| public_reason(reason, personal)).collect(),
        lines: lines(&detail),
        claims: detail.claims.iter().map(|claim| public_claim(claim, personal, reads_files)).collect(),
        history: history(&detail),
    }))
}

fn public_reason(reason: &GradeReason, personal: bool) -> PublicReason {
    let masked = |number: &str| (!personal).then(|| mask_number(number));
    match reason {
        GradeReason::BothSides => PublicReason { kind: "both-sides", number: None, accepted: None },
        GradeReason::PlatformOrder { order_no, accepted } => {
            PublicReason { kind: "platform-order", number: masked(order_no), accepted: Some(*accepted) }
        }
        GradeReason::OwnRecord => PublicReason { kind: "own-record", number: None, accepted: None },
        GradeReason::Order(number) => PublicReason { kind: "order", number: masked(number), accepted: None },
        GradeReason::Invoice(number) => {
            PublicReason { kind: "invoice", number: masked(number), accepted: None }
        }
        GradeReason::ReportedOnly => PublicReason { kind: "reported-only", number: None, accepted: None },
    }
}

fn lines(detail: &TradeDetail) -> Vec<PublicLine> {
    let lines = detail.lines.iter().map(|line| PublicLine {
        line: line.line,
        posting: line.posting,
        day: line.day.to_string(),
        amount: line.amount.0,
        count: line.count,
        stage: line.axes.stage.word(),
        grade: line.axes.grade.word(),
        category: line.axes.category.word(),
        role: line.axes.role.word(),
        class: coded(Axis::Class, line.axes.class),
        certified: line.axes.certified.word(),
        link: line.axes.link.word(),
        basis: line.axes.basis.word(),
    });
    lines.collect()
}

fn public_claim(claim: &TiedClaim, personal: bool, reads_files: bool) -> PublicClaim {
    let masked = |number: &Option<String>| number.as_deref().filter(|_| !personal).map(mask_number);
    PublicClaim {
        source: claim.source.clone(),
        source_name: claim.source_name.clone(),
        day: claim.day.to_string(),
        amount: claim.amount.0,
        state: claim.state.word(),
        rule: claim.rule,
        score: claim.score,
        order_no: masked(&claim.order_no),
        invoice_no: masked(&claim.invoice_no),
        file: reads_files.then(|| format!("{} #{}", claim.file_name, claim.row)),
    }
}

fn history(detail: &TradeDetail) -> Vec<PublicDecision> {
    let decisions = detail.decisions.iter().map(|decision| {
        let claim = detail.claims.iter().find(|one| one.claim == decision.claim);
        PublicDecision {
            at: decision.at.to_minute(),
            state: decision.state.word(),
            source: claim.map(|one| one.source.clone()).unwrap_or_default(),
            source_name: claim.map(|one| one.source_name.clone()).unwrap_or_default(),
            rule: decision.rule,
            score: decision.score,
            posting: decision.posting,
            here: decision.trade == Some(detail.row.id) && decision.state != TieState::Withdrawn,
        }
    });
    decisions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_ends_only() {
        assert_eq!(mask_number("SH20-1017-0382"), "SH2********382");
        assert_eq!(mask_number("20442000000012345678"), "2044************5678");
        assert_eq!(mask_number("123"), "***");
        assert_eq!(mask_number(""), "");
    }
}
