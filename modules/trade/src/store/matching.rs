//! Statements of matching.

use std::collections::{HashMap, HashSet};

use sh_db::{DbError, FromRow, Row, Tx, Value, binds, inserts, statements, updates};
use sh_kernel::{Day, Id, Instant, Quantity};

use crate::{
    axes::{BuyerKind, Category, Certified, Channel, Grade, Link, PriceBasis, Role, Stage},
    matching::{RawEntry, Ruling, plan::Standing},
    model::{self, Claim, DayPrecision, ImportBatch, LineAxes, SourceKind, Trade, TradeLine},
};

/// Codes go over in one number, which halves the time of reading.
macro_rules! claims_with_ties {
    () => {
        "SELECT c.id, c.batch, c.source, c.content, c.occurrence, c.day,
        (((((((((c.kind * 4 + c.day_precision) * 2 + CASE WHEN c.withdrawn THEN 1 ELSE 0 END) * 4
        + c.certified) * 64 + c.buyer_kind) * 64 + c.category) * 16 + c.basis) * 16
        + c.stage) * 16 + c.role) * 64 + c.channel) * 16 + c.link,
        c.seller, c.buyer, c.product, c.origin * 1000000 + c.destination, c.amount, c.quantity, c.order_no,
        c.invoice_no, (t.state * 64 + t.rule) * 1024 + t.score, t.trade, t.candidate
        FROM claim c LEFT JOIN tie t ON t.claim = c.id"
    };
}

statements! {
    /// Takes the lease if it is free, over, or held by the same run.
    TAKE_LEASE = "INSERT INTO matching_lease (one, holder, until) VALUES (1, $1, $2)
        ON CONFLICT (one) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE matching_lease.until <= $3 OR matching_lease.holder = excluded.holder";
    /// Holds the lease for longer.
    KEEP_LEASE = "UPDATE matching_lease SET until = $2 WHERE one = 1 AND holder = $1";
    /// Gives the lease back.
    FREE_LEASE = "DELETE FROM matching_lease WHERE one = 1 AND holder = $1";
    /// The claims of some days with their ties.
    CLAIMS_BETWEEN = concat!(claims_with_ties!(), " WHERE c.day >= $1 AND c.day <= $2
        AND (NOT c.withdrawn OR t.claim IS NOT NULL)");
    /// All claims with their ties, in the order in which they lie: by days they would be looked up one by one.
    ALL_CLAIMS = concat!(claims_with_ties!(), " WHERE NOT c.withdrawn OR t.claim IS NOT NULL");
    /// First and last day of any claim.
    DAYS_OF_CLAIMS = "SELECT (SELECT MIN(day) FROM claim), (SELECT MAX(day) FROM claim)";
    /// The rulings in force, oldest first, with the days of their claims.
    RULINGS = "SELECT r.claim, r.other, r.same, a.day, b.day FROM ruling r
        JOIN claim a ON a.id = r.claim JOIN claim b ON b.id = r.other
        WHERE r.withdrawn_at IS NULL ORDER BY r.at, r.id";
    /// The ruling in force that names both claims.
    RULING_IDS = "SELECT id, claim, other FROM ruling WHERE withdrawn_at IS NULL AND same ORDER BY at, id";
    /// Rulings made or taken back that no run has heeded yet, with their claims and the days of these.
    PENDING_RULINGS = "SELECT r.id, r.claim, r.other, a.day, b.day FROM ruling r
        JOIN claim a ON a.id = r.claim JOIN claim b ON b.id = r.other WHERE r.pending";
    /// Notes that a run has heeded some rulings.
    RULINGS_HEEDED = "UPDATE ruling SET pending = FALSE WHERE id {{in_uuid $1}}";
    /// The highest posting.
    LAST_POSTING = "SELECT COALESCE(MAX(seq), 0) FROM posting";
    /// Lines of some trades in the order of posting.
    MATCHING_LINES = "SELECT trade, line, posting, day, amount, count, quantity, origin, destination, channel, category,
        buyer_kind, class, certified, role, stage, grade, link, basis, seller, buyer FROM trade_line
        WHERE trade {{in_uuid $1}} ORDER BY trade, line";
    /// What the indices know some trades by.
    INDEXED = "SELECT id, day, seller, origin FROM trade WHERE id {{in_uuid $1}}";
    /// All lines.
    EVERY_LINE = "SELECT trade, line, posting, day, amount, count, quantity, origin, destination, channel, category,
        buyer_kind, class, certified, role, stage, grade, link, basis, seller, buyer FROM trade_line
        ORDER BY trade, line";
    /// What every source has tied how. Bounded by the number of sources.
    TALLY = "SELECT source, state, claims, amount FROM tie_tally WHERE claims <> 0 OR amount <> 0";
    /// Keeps what stands about some claims before it is changed.
    KEEP_DECISIONS = "INSERT INTO decision (claim, posting, trade, state, rule, score, ruling)
        SELECT claim, posting, COALESCE(trade, candidate), state, rule, score, ruling FROM tie
        WHERE claim {{in_uuid $1}}";
    /// Takes the ties of withdrawn claims away; `decision` keeps the history.
    UNTIE = "DELETE FROM tie WHERE claim {{in_uuid $1}}";
    /// Marks a trade as dissolved.
    DISSOLVE = "UPDATE trade SET amount = 0, claims = 0, lines = $2, posting = $3 WHERE id = $1";
}

inserts! {
    /// Notes a posting.
    ADD_POSTING = posting(seq I64, at Instant, day I64, batch Uuid, cause Text) "";
    /// Writes lines.
    ADD_LINES = trade_line(trade Uuid, line I64, posting I64, day I64, amount I64, count I64, quantity I64, origin I64,
        destination I64, channel I64, category I64, buyer_kind I64, class I64, certified I64, role I64, stage I64,
        grade I64, link I64, basis I64, seller I64, buyer I64) "";
    /// Writes new trades.
    ADD_TRADES = trade(id Uuid, anchor Uuid, day I64, seller I64, buyer I64, origin I64, destination I64,
        channel I64, product Text, amount I64, grade I64, claims I64, lines I64, posting I64) "";
    /// Writes ties of claims that had none.
    ADD_TIES = tie(claim Uuid, trade Uuid, state I64, rule I64, score I64, candidate Uuid, posting I64, ruling Uuid)
        "";
    /// Adds to what each source has tied how.
    ADD_TALLY = tie_tally(source Text, state I64, claims I64, amount I64)
        "ON CONFLICT (source, state) DO UPDATE SET claims = tie_tally.claims + excluded.claims, \
         amount = tie_tally.amount + excluded.amount";
    /// Notes that claims were withdrawn.
    ADD_WITHDRAWALS = decision(claim Uuid, posting I64, state I64, rule I64, score I64) "";
}

updates! {
    /// Writes what changed about ties.
    REVISE_TIES = tie(claim Uuid, trade Uuid, state I64, rule I64, score I64, candidate Uuid, posting I64, ruling Uuid)
        set "trade = given.trade, state = given.state, rule = given.rule, score = given.score, \
             candidate = given.candidate, posting = given.posting, ruling = given.ruling"
        on "tie.claim = given.claim";
    /// Writes what changed about trades, their place in the indices included.
    MOVE_TRADES = trade(id Uuid, anchor Uuid, day I64, seller I64, buyer I64, origin I64, destination I64,
        channel I64, product Text, amount I64, grade I64, claims I64, lines I64, posting I64)
        set "anchor = given.anchor, day = given.day, seller = given.seller, buyer = given.buyer, \
             origin = given.origin, destination = given.destination, channel = given.channel, \
             product = given.product, amount = given.amount, grade = given.grade, claims = given.claims, \
             lines = given.lines, posting = given.posting"
        on "trade.id = given.id";
    /// Writes what changed about trades that keep their place in the indices: these are left alone then, which saves
    /// three random writes for each trade.
    REVISE_TRADES = trade(id Uuid, anchor Uuid, buyer I64, destination I64, channel I64, product Text, amount I64,
        grade I64, claims I64, lines I64, posting I64)
        set "anchor = given.anchor, buyer = given.buyer, destination = given.destination, channel = given.channel, \
             product = given.product, amount = given.amount, grade = given.grade, claims = given.claims, \
             lines = given.lines, posting = given.posting"
        on "trade.id = given.id";
}

fn wrong(what: &str) -> DbError {
    DbError::Other(format!("a claim holds a {what} that this program does not know"))
}

/// Takes small codes out of one number, the last one first.
struct Codes(i64);

impl Codes {
    fn next(&mut self, size: i64) -> i64 {
        let code = self.0 % size;
        self.0 /= size;
        code
    }
}

/// A claim with the tie it has, if any.
pub(crate) struct ClaimRow(pub(crate) RawEntry, pub(crate) Option<Standing>);

impl FromRow for ClaimRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let mut codes = Codes(row.get(6)?);
        let link = Link::from_code(codes.next(16)).ok_or_else(|| wrong("link"))?;
        let channel = Channel::from_code(codes.next(64)).ok_or_else(|| wrong("channel"))?;
        let role = Role::from_code(codes.next(16)).ok_or_else(|| wrong("role"))?;
        let stage = Stage::from_code(codes.next(16)).ok_or_else(|| wrong("stage"))?;
        let basis = PriceBasis::from_code(codes.next(16)).ok_or_else(|| wrong("price basis"))?;
        let category = Category::from_code(codes.next(64)).ok_or_else(|| wrong("category"))?;
        let buyer_kind = BuyerKind::from_code(codes.next(64)).ok_or_else(|| wrong("kind of buyer"))?;
        let certified = Certified::from_code(codes.next(4)).ok_or_else(|| wrong("certificate"))?;
        let withdrawn = codes.next(2) == 1;
        let precision = if codes.next(4) == 2 { DayPrecision::Month } else { DayPrecision::Day };
        let kind = SourceKind::from_code(codes.0).ok_or_else(|| wrong("kind of source"))?;
        let places: i64 = row.get(10)?;
        let raw = RawEntry {
            id: row.get(0)?,
            batch: row.get::<uuid::Uuid>(1)?.as_u128(),
            source: row.get(2)?,
            kind,
            content: row.get(3)?,
            occurrence: row.get(4)?,
            withdrawn,
            day: row.get(5)?,
            precision,
            seller: row.get(7)?,
            buyer: row.get(8)?,
            buyer_kind,
            product: row.get(9)?,
            category,
            origin: places / 1_000_000,
            destination: places % 1_000_000,
            amount: row.get(11)?,
            basis,
            quantity: row.get(12)?,
            order_no: row.get(13)?,
            invoice_no: row.get(14)?,
            stage,
            role,
            channel,
            certified,
            link,
        };
        let tie: Option<i64> = row.get(15)?;
        let (trade, candidate) = (row.get(16)?, row.get(17)?);
        let standing = tie.map(|tie| Standing {
            trade,
            candidate,
            state: tie / (64 * 1024),
            rule: tie / 1024 % 64,
            score: tie % 1024,
        });
        Ok(Self(raw, standing))
    }
}

struct LineRow(TradeLine);

impl FromRow for LineRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        fn code<T>(row: &Row, at: usize, make: impl Fn(i64) -> Option<T>) -> Result<T, DbError> {
            let number: i64 = row.get(at)?;
            make(number)
                .ok_or_else(|| DbError::Column { column: at, problem: format!("{number} is unknown") })
        }
        Ok(Self(TradeLine {
            trade: row.get(0)?,
            line: row.get(1)?,
            posting: row.get(2)?,
            day: row.get(3)?,
            amount: row.get(4)?,
            count: row.get(5)?,
            quantity: row.get(6)?,
            axes: LineAxes {
                origin: row.get(7)?,
                destination: row.get(8)?,
                channel: code(row, 9, Channel::from_code)?,
                category: code(row, 10, Category::from_code)?,
                buyer_kind: code(row, 11, BuyerKind::from_code)?,
                class: row.get(12)?,
                certified: code(row, 13, Certified::from_code)?,
                role: code(row, 14, Role::from_code)?,
                stage: code(row, 15, Stage::from_code)?,
                grade: code(row, 16, Grade::from_code)?,
                link: code(row, 17, Link::from_code)?,
                basis: code(row, 18, PriceBasis::from_code)?,
                seller: row.get(19)?,
                buyer: row.get(20)?,
            },
        }))
    }
}

/// Takes the lease until an instant. `false` if another run holds it.
pub(crate) async fn take_lease(
    tx: &mut Tx,
    holder: Id<()>,
    now: Instant,
    until: Instant,
) -> Result<bool, DbError> {
    Ok(tx.execute(&TAKE_LEASE, binds![holder, until, now]).await? == 1)
}

/// Holds the lease for longer. `false` if another run has taken it meanwhile.
pub(crate) async fn keep_lease(tx: &mut Tx, holder: Id<()>, until: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&KEEP_LEASE, binds![holder, until]).await? == 1)
}

/// Gives the lease back.
pub(crate) async fn free_lease(tx: &mut Tx, holder: Id<()>) -> Result<(), DbError> {
    tx.execute(&FREE_LEASE, binds![holder]).await.map(drop)
}

/// Hands the claims of some days, or all of them, to `take`, each with its tie, in no particular order.
pub(crate) async fn claims(
    tx: &mut Tx,
    days: Option<(Day, Day)>,
    mut take: impl FnMut(RawEntry, Option<Standing>) + Send,
) -> Result<(), DbError> {
    let (statement, values) = match days {
        Some((first, last)) => (&CLAIMS_BETWEEN, binds![first, last]),
        None => (&ALL_CLAIMS, binds![]),
    };
    tx.for_each(statement, values, |row| {
        let ClaimRow(raw, standing) = ClaimRow::from_row(row)?;
        take(raw, standing);
        Ok(())
    })
    .await
}

/// First and last day of any claim.
pub(crate) async fn days_of_claims(tx: &mut Tx) -> Result<Option<(Day, Day)>, DbError> {
    let (first, last): (Option<Day>, Option<Day>) = tx.fetch_one(&DAYS_OF_CLAIMS, Vec::new()).await?;
    Ok(first.zip(last))
}

/// Two claims of a ruling and whether it joins them, and their days.
type RulingDays = (Id<Claim>, Id<Claim>, bool, Day, Day);
/// A ruling, its two claims, and their days.
type PendingDays = (Id<model::Ruling>, Id<Claim>, Id<Claim>, Day, Day);

/// The rulings in force, oldest first, with the days of their claims.
pub(crate) async fn rulings(tx: &mut Tx) -> Result<Vec<(Ruling, Day, Day)>, DbError> {
    let rows: Vec<RulingDays> = tx.fetch_all(&RULINGS, Vec::new()).await?;
    Ok(rows.into_iter().map(|(claim, other, same, a, b)| (Ruling { claim, other, same }, a, b)).collect())
}

/// The rulings in force that join claims, oldest first, with their ids.
pub(crate) async fn joining_rulings(
    tx: &mut Tx,
) -> Result<Vec<(Id<model::Ruling>, Id<Claim>, Id<Claim>)>, DbError> {
    tx.fetch_all(&RULING_IDS, Vec::new()).await
}

/// A ruling that no run has heeded yet.
pub(crate) struct PendingRuling {
    pub(crate) id: Id<model::Ruling>,
    pub(crate) claims: [Id<Claim>; 2],
    pub(crate) days: [Day; 2],
}

/// Rulings made or taken back that no run has heeded yet.
pub(crate) async fn pending_rulings(tx: &mut Tx) -> Result<Vec<PendingRuling>, DbError> {
    let rows: Vec<PendingDays> = tx.fetch_all(&PENDING_RULINGS, Vec::new()).await?;
    let pending = |(id, claim, other, a, b)| PendingRuling { id, claims: [claim, other], days: [a, b] };
    Ok(rows.into_iter().map(pending).collect())
}

/// Notes that a run has heeded some rulings.
pub(crate) async fn rulings_heeded(tx: &mut Tx, ids: &[Id<model::Ruling>]) -> Result<(), DbError> {
    if ids.is_empty() {
        return Ok(());
    }
    tx.execute(&RULINGS_HEEDED, binds![ids]).await.map(drop)
}

/// The number of the next posting.
pub(crate) async fn next_posting(tx: &mut Tx) -> Result<i64, DbError> {
    let (last,): (i64,) = tx.fetch_one(&LAST_POSTING, Vec::new()).await?;
    Ok(last + 1)
}

/// Notes a posting.
pub(crate) async fn add_posting(
    tx: &mut Tx,
    seq: i64,
    at: Instant,
    batch: Option<Id<ImportBatch>>,
    cause: &str,
) -> Result<(), DbError> {
    tx.insert(&ADD_POSTING, binds![seq, at, at.day(), batch, cause]).await.map(drop)
}

/// Lines of some trades, by trade in the order of posting.
pub(crate) async fn lines_of(tx: &mut Tx, trades: &[Id<Trade>]) -> Result<Vec<TradeLine>, DbError> {
    let rows: Vec<LineRow> = tx.fetch_all(&MATCHING_LINES, binds![trades]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Hands every line to `take`, by trade in the order of posting.
pub(crate) async fn every_line(
    tx: &mut Tx,
    mut take: impl FnMut(TradeLine) -> Result<(), DbError> + Send,
) -> Result<(), DbError> {
    tx.for_each(&EVERY_LINE, Vec::new(), |row| take(LineRow::from_row(row)?.0)).await
}

/// Writes lines.
pub(crate) async fn add_lines(tx: &mut Tx, lines: &[TradeLine]) -> Result<(), DbError> {
    let rows = lines.iter().map(|line| {
        let axes = &line.axes;
        binds![
            line.trade,
            line.line,
            line.posting,
            line.day,
            line.amount,
            line.count,
            line.quantity,
            axes.origin,
            axes.destination,
            axes.channel.code(),
            axes.category.code(),
            axes.buyer_kind.code(),
            axes.class,
            axes.certified.code(),
            axes.role.code(),
            axes.stage.code(),
            axes.grade.code(),
            axes.link.code(),
            axes.basis.code(),
            axes.seller,
            axes.buyer,
        ]
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many(&ADD_LINES, rows).await.map(drop)
}

/// What the table of trades says about one trade.
pub(crate) struct TradeValues<'a> {
    pub(crate) trade: Trade,
    pub(crate) axes: LineAxes,
    pub(crate) product: &'a str,
    pub(crate) lines: i64,
}

/// By what the indices know a trade.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Indexed {
    day: Day,
    seller: i64,
    origin: i64,
}

impl Indexed {
    fn of(values: &TradeValues<'_>) -> Self {
        Self { day: values.trade.day, seller: values.axes.seller, origin: values.axes.origin }
    }
}

/// By what the indices know some trades.
pub(crate) async fn indexed(
    tx: &mut Tx,
    known: &[Id<Trade>],
) -> Result<HashMap<Id<Trade>, Indexed>, DbError> {
    if known.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Id<Trade>, Day, i64, i64)> = tx.fetch_all(&INDEXED, binds![known]).await?;
    Ok(rows.into_iter().map(|(id, day, seller, origin)| (id, Indexed { day, seller, origin })).collect())
}

/// Writes trades: new ones, and those that `indexed` tells of.
pub(crate) async fn put_trades(
    tx: &mut Tx,
    posting: i64,
    trades: &[TradeValues<'_>],
    indexed: &HashMap<Id<Trade>, Indexed>,
) -> Result<(), DbError> {
    let (mut new, mut moved, mut stay) = (Vec::new(), Vec::new(), Vec::new());
    for values in trades {
        match indexed.get(&values.trade.id) {
            None => new.push(whole(values, posting)),
            Some(place) if *place == Indexed::of(values) => stay.push(in_place(values, posting)),
            Some(_) => moved.push(whole(values, posting)),
        }
    }
    tx.insert_many(&ADD_TRADES, new).await?;
    tx.update_many(&MOVE_TRADES, moved).await?;
    tx.update_many(&REVISE_TRADES, stay).await.map(drop)
}

/// The columns of [`ADD_TRADES`] and [`MOVE_TRADES`].
fn whole(TradeValues { trade, axes, product, lines }: &TradeValues<'_>, posting: i64) -> Vec<Value> {
    binds![
        trade.id,
        trade.anchor,
        trade.day,
        axes.seller,
        axes.buyer,
        axes.origin,
        axes.destination,
        axes.channel.code(),
        *product,
        trade.amount,
        trade.grade.code(),
        trade.claims,
        *lines,
        posting,
    ]
}

/// The columns of [`REVISE_TRADES`].
fn in_place(TradeValues { trade, axes, product, lines }: &TradeValues<'_>, posting: i64) -> Vec<Value> {
    binds![
        trade.id,
        trade.anchor,
        axes.buyer,
        axes.destination,
        axes.channel.code(),
        *product,
        trade.amount,
        trade.grade.code(),
        trade.claims,
        *lines,
        posting,
    ]
}

/// Marks a trade as dissolved.
pub(crate) async fn dissolve(tx: &mut Tx, trade: Id<Trade>, lines: i64, posting: i64) -> Result<(), DbError> {
    tx.execute(&DISSOLVE, binds![trade, lines, posting]).await.map(drop)
}

/// A tie as it is to be written.
pub(crate) struct TieRow {
    pub(crate) claim: Id<Claim>,
    pub(crate) tie: Standing,
    pub(crate) ruling: Option<Id<model::Ruling>>,
}

/// How many rows of a source are tied in a way, and what they add up to; or what changed of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TallyRow {
    pub(crate) source: String,
    pub(crate) state: i64,
    pub(crate) claims: i64,
    /// In fen.
    pub(crate) amount: i64,
}

impl FromRow for TallyRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { source: row.get(0)?, state: row.get(1)?, claims: row.get(2)?, amount: row.get(3)? })
    }
}

pub(crate) async fn add_to_tally(tx: &mut Tx, rows: &[TallyRow]) -> Result<(), DbError> {
    let rows = rows.iter().map(|row| binds![row.source.as_str(), row.state, row.claims, row.amount]);
    tx.insert_many(&ADD_TALLY, rows.collect::<Vec<_>>()).await.map(drop)
}

/// What every source has tied how, as it was kept.
pub(crate) async fn tally(tx: &mut Tx) -> Result<Vec<TallyRow>, DbError> {
    tx.fetch_all(&TALLY, binds![]).await
}

/// Writes ties. Those of `known` stand otherwise so far, and that is kept.
pub(crate) async fn put_ties(
    tx: &mut Tx,
    posting: i64,
    ties: &[TieRow],
    known: &[Id<Claim>],
) -> Result<(), DbError> {
    if !known.is_empty() {
        tx.execute(&KEEP_DECISIONS, binds![known]).await?;
    }
    let known: HashSet<_> = known.iter().collect();
    let (mut new, mut revised) = (Vec::new(), Vec::new());
    for TieRow { claim, tie, ruling } in ties {
        let rows = if known.contains(claim) { &mut revised } else { &mut new };
        rows.push(binds![*claim, tie.trade, tie.state, tie.rule, tie.score, tie.candidate, posting, *ruling]);
    }
    tx.insert_many(&ADD_TIES, new).await?;
    tx.update_many(&REVISE_TIES, revised).await.map(drop)
}

/// Takes the ties of withdrawn claims away.
pub(crate) async fn untie(tx: &mut Tx, posting: i64, claims: &[Id<Claim>]) -> Result<(), DbError> {
    if claims.is_empty() {
        return Ok(());
    }
    tx.execute(&KEEP_DECISIONS, binds![claims]).await?;
    let rows: Vec<Vec<Value>> =
        claims.iter().map(|claim| binds![*claim, posting, 0_i64, 0_i64, 0_i64]).collect();
    tx.insert_many(&ADD_WITHDRAWALS, rows).await?;
    tx.execute(&UNTIE, binds![claims]).await.map(drop)
}

/// The lines that stand: those no later line takes back.
pub(crate) fn standing_lines(lines: &[TradeLine]) -> Vec<TradeLine> {
    let mut standing: Vec<TradeLine> = Vec::with_capacity(lines.len());
    for line in lines {
        let taken_back = standing.iter().position(|known| {
            known.day == line.day
                && known.axes == line.axes
                && known.amount == line.amount.reversed()
                && known.count == -line.count
                && known.quantity == Quantity(-line.quantity.0)
        });
        match taken_back {
            Some(at) => drop(standing.remove(at)),
            None => standing.push(line.clone()),
        }
    }
    standing
}
