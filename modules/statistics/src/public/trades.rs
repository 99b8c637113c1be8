//! Single trades as anybody may see them: numbers masked, people not named, small places not told.

use std::sync::Arc;

use serde::Serialize;
use sh_db::Tx;
use sh_http::{Context, Permission};
use sh_kernel::{Fen, Id, RegionCode};
use sh_trade::{
    axes::{Axis, BuyerKind},
    facts::{
        self, GradeReason, TRADES_PAGE_MAX, TieState, TiedClaim, TradeCursor, TradeDetail, TradeFilter,
        TradeItem, TradeRow,
    },
    matching::Rule,
    model::Trade,
};
use utoipa::ToSchema;

use super::{
    load::Desk,
    names::Names,
    narrow::{BadNarrow, Point},
    overview::trade_filter,
    places::Places,
};
use crate::{Error, definition::Definition, word};

/// Trades among which the largest are looked for at most.
const LARGEST_OF_MAX: usize = 5_000;
/// Trades in one file at most.
const FILE_MAX: usize = 20_000;
/// Pages of the list that are walked at most for a file or for the largest.
const WALK_PAGES_MAX: usize = 120;

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

/// In which order trades are listed (排序).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// The latest first.
    #[default]
    Newest,
    /// The earliest first.
    Oldest,
    /// The largest amount first; only where few enough trades are meant.
    Largest,
}

impl Order {
    /// Every order, as a list offers them.
    pub(crate) const ALL: [Self; 3] = [Self::Newest, Self::Oldest, Self::Largest];

    /// The word in addresses.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Largest => "largest",
        }
    }

    /// The order that an address asks for.
    ///
    /// # Errors
    /// [`BadNarrow`] for a word that names none.
    pub(crate) fn of(text: Option<&str>) -> Result<Self, BadNarrow> {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(Self::Newest) };
        Self::ALL.into_iter().find(|order| order.word() == text).ok_or_else(|| BadNarrow::new("sort", text))
    }
}

/// Which page of the trades is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) order: Order,
    /// Where the page begins, as the page before it said.
    pub(crate) after: Option<&'a str>,
    pub(crate) size: usize,
}

impl<'a> Asked<'a> {
    /// A page; refuses a place that no page gave out.
    ///
    /// # Errors
    /// [`BadNarrow`] names it.
    pub(crate) fn new(order: Order, after: Option<&'a str>, size: usize) -> Result<Self, BadNarrow> {
        let after = after.filter(|text| !text.is_empty());
        if let Some(text) = after {
            let is_place = match order {
                Order::Largest => amount_place(text).is_some(),
                _ => text.parse::<TradeCursor>().is_ok(),
            };
            if !is_place {
                return Err(BadNarrow::new("after", text));
            }
        }
        Ok(Self { order, after, size })
    }
}

/// Amount and identifier, as a place in the list of the largest trades is written.
fn amount_place(text: &str) -> Option<(Fen, Id<Trade>)> {
    let (amount, id) = text.split_once('.')?;
    Some((Fen(amount.parse().ok()?), id.parse().ok()?))
}

/// Trades of a page, and where the next one begins.
pub(crate) type Listed = (Vec<PublicTrade>, Option<String>);

/// A page of the trades behind a part of a definition.
///
/// # Errors
/// [`Error::TooManyTrades`] for the largest of too many, or what the database refuses.
pub(crate) async fn list(
    tx: &mut Tx,
    desk: &Desk,
    definition: &Definition,
    places: &Arc<Places>,
    (points, names): (&[Point], &mut Names),
    asked: Asked<'_>,
) -> Result<Listed, Error> {
    let mut filter = trade_filter(definition, points);
    filter.oldest_first = asked.order == Order::Oldest;
    let (items, next) = if asked.order == Order::Largest {
        largest(gather(tx, &filter, LARGEST_OF_MAX).await?, asked)
    } else {
        let after = asked.after.and_then(|text| text.parse().ok());
        let page = facts::list_trades(tx, &filter, after, asked.size).await?;
        (page.items, page.next.map(|next| next.to_string()))
    };
    Ok((shown(tx, desk, places, names, &items).await?, next))
}

/// Every trade behind a part of a definition, latest first, for a file.
///
/// # Errors
/// [`Error::TooManyTrades`] if there are too many, or what the database refuses.
pub(crate) async fn all(
    tx: &mut Tx,
    desk: &Desk,
    definition: &Definition,
    places: &Arc<Places>,
    (points, names): (&[Point], &mut Names),
    order: Order,
) -> Result<Vec<PublicTrade>, Error> {
    let mut filter = trade_filter(definition, points);
    filter.oldest_first = order == Order::Oldest;
    let mut items = gather(tx, &filter, FILE_MAX).await?;
    if order == Order::Largest {
        items.sort_by_key(|item| std::cmp::Reverse((item.counted, item.row.id)));
    }
    shown(tx, desk, places, names, &items).await
}

/// The page after a place in the order of amounts.
fn largest(mut items: Vec<TradeItem>, asked: Asked<'_>) -> (Vec<TradeItem>, Option<String>) {
    items.sort_by_key(|item| std::cmp::Reverse((item.counted, item.row.id)));
    let after = asked.after.and_then(amount_place);
    let from = after.map_or(0, |after| items.partition_point(|item| (item.counted, item.row.id) >= after));
    let more = items.len() > from + asked.size;
    let page: Vec<TradeItem> = items.into_iter().skip(from).take(asked.size).collect();
    let next = page.last().filter(|_| more).map(|last| format!("{}.{}", last.counted.0, last.row.id));
    (page, next)
}

/// Walks the whole list, unless it is longer than `most` or lies too far apart in its index.
async fn gather(tx: &mut Tx, filter: &TradeFilter, most: usize) -> Result<Vec<TradeItem>, Error> {
    let (mut items, mut after) = (Vec::new(), None);
    for _ in 0..WALK_PAGES_MAX {
        let page = facts::list_trades(tx, filter, after, TRADES_PAGE_MAX).await?;
        items.extend(page.items);
        if items.len() > most {
            break;
        }
        match page.next {
            None => return Ok(items),
            next => after = next,
        }
    }
    Err(Error::TooManyTrades)
}

/// Trades as anybody may see them.
async fn shown(
    tx: &mut Tx,
    desk: &Desk,
    places: &Arc<Places>,
    names: &mut Names,
    items: &[TradeItem],
) -> Result<Vec<PublicTrade>, Error> {
    let sellers: Vec<i64> = items.iter().map(|item| item.row.seller).collect();
    names.learn(tx, &sellers).await?;
    let hides = |place: i64| desk.protect() && !places.shows_sales_of(place);
    Ok(items.iter().map(|item| row(item, names, hides(item.row.origin), places)).collect())
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
        file: reads_files.then(|| match &claim.sheet {
            Some(sheet) => format!("{} {sheet} #{}", claim.file_name, claim.row),
            None => format!("{} #{}", claim.file_name, claim.row),
        }),
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
