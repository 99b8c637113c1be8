//! Statements of [`crate::facts`].

use sh_db::{DbError, FromRow, Row, Sql, Tx, Value, binds, statements};
use sh_kernel::{Day, Id, Quantity};

use crate::{
    axes::{Axis, BuyerKind, Category, Certified, Channel, Grade, Link, PriceBasis, Role, Stage},
    facts::{
        CauseSum, Condition, Crowd, DecisionRow, Fact, LineFilter, LineQuery, PostingCause, SourceSummary,
        Sum, TieState, TiedClaim, TradeCursor, TradeFilter, TradeRow, crowd::moments_sql, list::Path,
    },
    matching::Rule,
    model::{LineAxes, Posting, SourceKind, Trade, TradeLine},
};

const LINE: &str = "SELECT trade, line, posting, day, amount, count, quantity, origin, destination, channel, category, \
    buyer_kind, class, certified, role, stage, grade, link, basis, seller, buyer FROM trade_line";
/// Ten codes below 64 go over in one number, two places in another, posting and count in a third: a third of the
/// columns, half of the time.
const FACT: &str = "SELECT day, amount, posting * 4 + count + 1, origin * 1000000 + destination, seller, \
    ((((((((channel * 64 + category) * 64 + buyer_kind) * 64 + class) * 64 + \
    certified) * 64 + role) * 64 + stage) * 64 + grade) * 64 + link) * 64 + basis \
    FROM trade_line";

statements! {
    POSTING_UNTIL = "SELECT seq, at, day, batch FROM posting WHERE (CAST($1 AS BIGINT) IS NULL OR day <= $1)
        ORDER BY seq DESC LIMIT 1";
    POSTINGS_AFTER = "SELECT seq, day, cause FROM posting WHERE seq > $1 ORDER BY seq";
    TRADE_ROW = "SELECT id, anchor, day, seller, buyer, origin, destination, channel, product, amount, grade, claims,
        lines, posting FROM trade WHERE id = $1";
    LINES_OF = "SELECT trade, line, posting, day, amount, count, quantity, origin, destination, channel, category,
        buyer_kind, class, certified, role, stage, grade, link, basis, seller, buyer
        FROM trade_line WHERE trade {{in_uuid $1}} ORDER BY trade, line";
    TIED_CLAIMS = "SELECT c.id, c.batch, b.file_name, c.row_no, c.source, s.name, c.kind, c.day, c.amount,
        c.seller_name, c.buyer_name, c.product, c.order_no, c.invoice_no, c.stage, t.state, t.rule, t.score
        FROM tie t JOIN claim c ON c.id = t.claim JOIN import_batch b ON b.id = c.batch
        JOIN source s ON s.code = c.source
        WHERE t.trade = $1 ORDER BY c.kind, c.id";
    DECISIONS = "SELECT d.claim, d.trade, d.state, d.rule, d.score, d.ruling, d.posting, p.at FROM (
        SELECT claim, trade, state, rule, score, ruling, posting FROM decision WHERE claim {{in_uuid $1}}
        UNION ALL SELECT claim, COALESCE(trade, candidate), state, rule, score, ruling, posting FROM tie
        WHERE claim {{in_uuid $1}}) d JOIN posting p ON p.seq = d.posting ORDER BY d.posting, d.claim";
    TRADES_OF_SELLER = "SELECT id, anchor, day, seller, buyer, origin, destination, channel, product, amount, grade,
        claims, lines, posting FROM trade
        WHERE seller = $1 AND day >= $2 AND day <= $3 AND (day, id) < ($4, $5)
        ORDER BY day DESC, id DESC LIMIT $6";
    TRADES_OF_ORIGIN = "SELECT id, anchor, day, seller, buyer, origin, destination, channel, product, amount, grade,
        claims, lines, posting FROM trade
        WHERE origin >= $1 AND origin <= $2 AND day >= $3 AND day <= $4 AND (origin, day, id) < ($5, $6, $7)
        ORDER BY origin DESC, day DESC, id DESC LIMIT $8";
    TRADES_BY_DAY = "SELECT id, anchor, day, seller, buyer, origin, destination, channel, product, amount, grade,
        claims, lines, posting FROM trade
        WHERE day >= $1 AND day <= $2 AND (day, id) < ($3, $4)
        ORDER BY day DESC, id DESC LIMIT $5";
    EARLY_OF_SELLER = "SELECT id, anchor, day, seller, buyer, origin, destination, channel, product, amount, grade,
        claims, lines, posting FROM trade
        WHERE seller = $1 AND day >= $2 AND day <= $3 AND (day, id) > ($4, $5)
        ORDER BY day, id LIMIT $6";
    EARLY_OF_ORIGIN = "SELECT id, anchor, day, seller, buyer, origin, destination, channel, product, amount, grade,
        claims, lines, posting FROM trade
        WHERE origin >= $1 AND origin <= $2 AND day >= $3 AND day <= $4 AND (origin, day, id) > ($5, $6, $7)
        ORDER BY origin, day, id LIMIT $8";
    EARLY_BY_DAY = "SELECT id, anchor, day, seller, buyer, origin, destination, channel, product, amount, grade,
        claims, lines, posting FROM trade
        WHERE day >= $1 AND day <= $2 AND (day, id) > ($3, $4)
        ORDER BY day, id LIMIT $5";
    CLAIMS_SUMMARY = "SELECT t.source, s.name, s.kind, CAST(SUM(t.claims) AS BIGINT), CAST(SUM(t.amount) AS BIGINT),
        CAST(SUM(CASE WHEN t.state IN (2, 3) THEN t.claims ELSE 0 END) AS BIGINT),
        CAST(SUM(CASE WHEN t.state = 1 THEN t.claims ELSE 0 END) AS BIGINT),
        CAST(SUM(CASE WHEN t.state = 4 THEN t.claims ELSE 0 END) AS BIGINT),
        CAST(SUM(CASE WHEN t.state = 5 THEN t.claims ELSE 0 END) AS BIGINT),
        CAST(SUM(CASE WHEN t.state = 5 THEN t.amount ELSE 0 END) AS BIGINT)
        FROM tie_tally t JOIN source s ON s.code = t.source
        GROUP BY t.source, s.name, s.kind HAVING SUM(t.claims) > 0 ORDER BY s.kind, t.source";
}

/// A number that must be one of an enumeration's.
fn code<T>(row: &Row, column: usize, make: impl Fn(i64) -> Option<T>) -> Result<T, DbError> {
    let number: i64 = row.get(column)?;
    make(number).ok_or_else(|| DbError::Column { column, problem: format!("{number} is not a known code") })
}

impl FromRow for TradeLine {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            trade: row.get(0)?,
            line: row.get(1)?,
            posting: row.get(2)?,
            day: row.get(3)?,
            amount: row.get(4)?,
            count: row.get(5)?,
            quantity: row.get::<Quantity>(6)?,
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
        })
    }
}

impl FromRow for TradeRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            anchor: row.get(1)?,
            day: row.get(2)?,
            seller: row.get(3)?,
            buyer: row.get(4)?,
            origin: row.get(5)?,
            destination: row.get(6)?,
            channel: row.get(7)?,
            product: row.get(8)?,
            amount: row.get(9)?,
            grade: code(row, 10, Grade::from_code)?,
            claims: row.get(11)?,
            lines: row.get(12)?,
            posting: row.get(13)?,
        })
    }
}

impl FromRow for TiedClaim {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            claim: row.get(0)?,
            batch: row.get(1)?,
            file_name: row.get(2)?,
            sheet: None,
            row: row.get(3)?,
            source: row.get(4)?,
            source_name: row.get(5)?,
            kind: code(row, 6, SourceKind::from_code)?,
            day: row.get(7)?,
            amount: row.get(8)?,
            seller_name: row.get(9)?,
            buyer_name: row.get(10)?,
            product: row.get(11)?,
            order_no: row.get(12)?,
            invoice_no: row.get(13)?,
            stage: code(row, 14, Stage::from_code)?,
            state: code(row, 15, TieState::from_code)?,
            rule: code(row, 16, Rule::from_code)?,
            score: row.get(17)?,
        })
    }
}

impl FromRow for DecisionRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            claim: row.get(0)?,
            trade: row.get(1)?,
            state: code(row, 2, TieState::from_code)?,
            rule: code(row, 3, Rule::from_code)?,
            score: row.get(4)?,
            ruling: row.get(5)?,
            posting: row.get(6)?,
            at: row.get(7)?,
        })
    }
}

impl FromRow for SourceSummary {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            source: row.get(0)?,
            name: row.get(1)?,
            kind: code(row, 2, SourceKind::from_code)?,
            claims: row.get(3)?,
            gross: row.get(4)?,
            joined: row.get(5)?,
            anchors: row.get(6)?,
            repeats: row.get(7)?,
            waiting: row.get(8)?,
            waiting_amount: row.get(9)?,
        })
    }
}

fn fact(row: &Row) -> Result<Fact, DbError> {
    let places: i64 = row.get(3)?;
    let posting: i64 = row.get(2)?;
    let mut packed: i64 = row.get(5)?;
    let mut codes = [0_u8; 10];
    for code in codes.iter_mut().rev() {
        *code = u8::try_from(packed & 63).unwrap_or(0);
        packed >>= 6;
    }
    Ok(Fact {
        posting: posting / 4,
        day: row.get(0)?,
        amount: row.get(1)?,
        count: posting % 4 - 1,
        origin: places / 1_000_000,
        destination: places % 1_000_000,
        seller: row.get(4)?,
        codes,
    })
}

/// A condition under construction: fixed text and bound values side by side.
#[derive(Debug, Default)]
struct Where {
    parts: Vec<String>,
    values: Vec<Value>,
}

impl Where {
    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn compare(&mut self, text: &str, value: Option<impl sh_db::IntoValue>) {
        if let Some(value) = value {
            let place = self.bind(value.into_value());
            self.parts.push(format!("{text} {place}"));
        }
    }

    fn filter(filter: &LineFilter) -> Self {
        let mut out = Self::default();
        out.compare("l.day >=", filter.from);
        out.compare("l.day <=", filter.until);
        out.compare("l.posting >", filter.posting_after);
        out.compare("l.posting <=", filter.posting_upto);
        out.compare("l.trade =", filter.trade);
        out
    }

    fn condition(&mut self, condition: &Condition) -> String {
        let place = self.bind(Value::I64s(condition.any_of.clone()));
        let negation = if condition.not { "NOT " } else { "" };
        format!("{negation}({} {{{{in_i64 {place}}}}})", column(condition.axis))
    }

    /// The conditions of a query. Where it names one seller or place and asks for the present, the trades that carry
    /// them are found by their index first: a trade carries the seller and the place of its standing lines, and what
    /// does not stand cancels out.
    fn query(query: &LineQuery) -> Self {
        let mut out = Self::filter(&query.filter);
        let present = query.filter.posting_after.is_none() && query.filter.posting_upto.is_none();
        for clause in &query.clauses {
            let conditions: Vec<String> = clause.0.iter().map(|one| out.condition(one)).collect();
            out.parts.push(format!(
                "({})",
                if conditions.is_empty() { "1 = 0".to_owned() } else { conditions.join(" OR ") }
            ));
            if let ([one], true) = (clause.0.as_slice(), present)
                && let (false, Axis::Seller | Axis::Origin) = (one.not, one.axis)
            {
                let place = out.bind(Value::I64s(one.any_of.clone()));
                let name = if one.axis == Axis::Seller { "seller" } else { "origin" };
                out.parts
                    .push(format!("l.trade IN (SELECT id FROM trade WHERE {name} {{{{in_i64 {place}}}}})"));
            }
        }
        out
    }

    fn text(&self) -> String {
        if self.parts.is_empty() { String::new() } else { format!(" WHERE {}", self.parts.join(" AND ")) }
    }
}

/// The expression that gives an axis its value.
const fn column(axis: Axis) -> &'static str {
    match axis {
        Axis::Year => "(l.day / 10000)",
        Axis::Month => "(l.day / 100)",
        Axis::OriginProvince => "(l.origin / 10000 * 10000)",
        Axis::OriginCity => "(l.origin / 100 * 100)",
        Axis::Origin => "l.origin",
        Axis::Destination => "l.destination",
        Axis::Channel => "l.channel",
        Axis::Category => "l.category",
        Axis::BuyerKind => "l.buyer_kind",
        Axis::Class => "l.class",
        Axis::Certified => "l.certified",
        Axis::Role => "l.role",
        Axis::Stage => "l.stage",
        Axis::Grade => "l.grade",
        Axis::Link => "l.link",
        Axis::Basis => "l.basis",
        Axis::Seller => "l.seller",
    }
}

fn columns(by: &[Axis]) -> Vec<String> {
    by.iter().map(|axis| column(*axis).to_owned()).collect()
}

fn keys(row: &Row, count: usize) -> Result<Vec<i64>, DbError> {
    (0..count).map(|index| row.get(index)).collect()
}

pub(crate) async fn for_each_line(
    tx: &mut Tx,
    filter: &LineFilter,
    mut take: impl FnMut(&TradeLine) -> Result<(), DbError> + Send,
) -> Result<(), DbError> {
    let conditions = Where::filter(filter);
    let text = format!("{LINE} l{}", conditions.text());
    tx.for_each_dynamic(text, conditions.values, |row| take(&TradeLine::from_row(row)?)).await
}

pub(crate) async fn for_each_fact(
    tx: &mut Tx,
    filter: &LineFilter,
    mut take: impl FnMut(&Fact) -> Result<(), DbError> + Send,
) -> Result<(), DbError> {
    let conditions = Where::filter(filter);
    let text = format!("{FACT} l{}", conditions.text());
    tx.for_each_dynamic(text, conditions.values, |row| take(&fact(row)?)).await
}

pub(crate) async fn posting_until(tx: &mut Tx, day: Option<Day>) -> Result<Option<Posting>, DbError> {
    type Found = (i64, sh_kernel::Instant, Day, Option<Id<crate::model::ImportBatch>>);
    let row: Option<Found> = tx.fetch_optional(&POSTING_UNTIL, binds![day]).await?;
    Ok(row.map(|(seq, at, day, batch)| Posting { seq, at, day, batch }))
}

pub(crate) async fn postings_after(tx: &mut Tx, seq: i64) -> Result<Vec<PostingCause>, DbError> {
    let rows: Vec<(i64, Day, String)> = tx.fetch_all(&POSTINGS_AFTER, binds![seq]).await?;
    Ok(rows.into_iter().map(|(seq, day, cause)| PostingCause { seq, day, cause }).collect())
}

pub(crate) async fn sums(tx: &mut Tx, query: &LineQuery) -> Result<Vec<Sum>, DbError> {
    let conditions = Where::query(query);
    let by = columns(&query.by);
    let width = by.len();
    let mut select = by.clone();
    select.push("CAST(SUM(l.amount) AS BIGINT), CAST(SUM(l.count) AS BIGINT)".to_owned());
    if query.crowds {
        select.extend(moments_sql().map(|moment| format!("CAST(SUM({moment}) AS BIGINT)")));
    }
    let mut text = format!("SELECT {} FROM trade_line l{}", select.join(", "), conditions.text());
    if !by.is_empty() {
        let by = by.join(", ");
        text = format!("{text} GROUP BY {by} HAVING SUM(l.amount) <> 0 OR SUM(l.count) <> 0 ORDER BY {by}");
    }
    let mut out = Vec::new();
    tx.for_each_dynamic(text, conditions.values, |row| {
        let amount: Option<i64> = row.get(width)?;
        let trades: Option<i64> = row.get(width + 1)?;
        let mut crowd = Crowd::default();
        for (moment, column) in crowd.0.iter_mut().zip(width + 2..).filter(|_| query.crowds) {
            *moment = row.get::<Option<i64>>(column)?.unwrap_or(0);
        }
        out.push(Sum {
            keys: keys(row, width)?,
            amount: sh_kernel::Fen(amount.unwrap_or(0)),
            trades: trades.unwrap_or(0),
            crowd,
        });
        Ok(())
    })
    .await?;
    Ok(out)
}

pub(crate) async fn sums_by_cause(
    tx: &mut Tx,
    query: &LineQuery,
    day: Day,
) -> Result<Vec<CauseSum>, DbError> {
    let mut conditions = Where::query(query);
    let filter = conditions.text();
    let place = conditions.bind(sh_db::IntoValue::into_value(day));
    let after = format!("CAST(CASE WHEN l.day > {place} THEN 1 ELSE 0 END AS BIGINT)");
    let text = format!(
        "SELECT cause, late, CAST(SUM(amount) AS BIGINT), CAST(SUM(count) AS BIGINT), COUNT(DISTINCT posting) \
         FROM (SELECT p.cause AS cause, {after} AS late, l.amount AS amount, l.count AS count, \
         l.posting AS posting FROM trade_line l JOIN posting p ON p.seq = l.posting{filter}) changes \
         GROUP BY cause, late HAVING SUM(amount) <> 0 OR SUM(count) <> 0 ORDER BY cause, late"
    );
    let mut out = Vec::new();
    tx.for_each_dynamic(text, conditions.values, |row| {
        let after: i64 = row.get(1)?;
        out.push(CauseSum {
            cause: row.get(0)?,
            after: after == 1,
            amount: row.get(2)?,
            trades: row.get(3)?,
            postings: row.get(4)?,
        });
        Ok(())
    })
    .await?;
    Ok(out)
}

pub(crate) async fn trade_row(tx: &mut Tx, id: Id<Trade>) -> Result<Option<TradeRow>, DbError> {
    tx.fetch_optional(&TRADE_ROW, binds![id]).await
}

pub(crate) async fn lines_of(tx: &mut Tx, trades: &[Id<Trade>]) -> Result<Vec<TradeLine>, DbError> {
    if trades.is_empty() {
        return Ok(Vec::new());
    }
    tx.fetch_all(&LINES_OF, binds![trades]).await
}

pub(crate) async fn tied_claims(tx: &mut Tx, trade: Id<Trade>) -> Result<Vec<TiedClaim>, DbError> {
    let mut claims: Vec<TiedClaim> = tx.fetch_all(&TIED_CLAIMS, binds![trade]).await?;
    let sheets = super::import::sheets_of(tx, claims.iter().map(|claim| claim.batch)).await?;
    for claim in &mut claims {
        if let Some(sheets) = sheets.get(&claim.batch) {
            let (sheet, row) = sheets.place(claim.row);
            claim.sheet = sheet.map(str::to_owned);
            claim.row = row;
        }
    }
    Ok(claims)
}

pub(crate) async fn decisions(tx: &mut Tx, claims: &[TiedClaim]) -> Result<Vec<DecisionRow>, DbError> {
    let claims: Vec<Id<crate::model::Claim>> = claims.iter().map(|claim| claim.claim).collect();
    tx.fetch_all(&DECISIONS, binds![claims.as_slice()]).await
}

pub(crate) async fn claims_summary(tx: &mut Tx) -> Result<Vec<SourceSummary>, DbError> {
    tx.fetch_all(&CLAIMS_SUMMARY, binds![]).await
}

/// A chunk of trades along an index, after a place in it.
pub(crate) async fn trades_after(
    tx: &mut Tx,
    path: Path,
    filter: &TradeFilter,
    after: Option<TradeCursor>,
    count: usize,
) -> Result<Vec<TradeRow>, DbError> {
    const FIRST: i64 = 0;
    const LAST: i64 = 99_999_999;
    let from = filter.from.map_or(FIRST, Day::yyyymmdd);
    let until = filter.until.map_or(LAST, Day::yyyymmdd);
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let early = filter.oldest_first;
    let ends =
        if early { (i64::MIN, FIRST, uuid::Uuid::nil()) } else { (i64::MAX, LAST + 1, uuid::Uuid::max()) };
    let (origin, day, id) = after.map_or((ends.0, ends.1, Id::from_uuid(ends.2)), |after| {
        (after.origin, after.day.yyyymmdd(), after.id)
    });
    let (sql, values): (&Sql, Vec<Value>) = match path {
        Path::Seller(seller) => {
            let sql = if early { &EARLY_OF_SELLER } else { &TRADES_OF_SELLER };
            (sql, binds![seller, from, until, day, id, count])
        }
        Path::Origin(first, last) => {
            let sql = if early { &EARLY_OF_ORIGIN } else { &TRADES_OF_ORIGIN };
            (sql, binds![first, last, from, until, origin, day, id, count])
        }
        Path::Day => {
            let sql = if early { &EARLY_BY_DAY } else { &TRADES_BY_DAY };
            (sql, binds![from, until, day, id, count])
        }
    };
    tx.fetch_all(sql, values).await
}
