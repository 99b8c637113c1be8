//! Cases after the sale.

use std::collections::HashMap;

use sh_catalogue::model::Shop;
use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::{Fen, Id, IdGen, Instant};

use crate::{
    case::{Case, CaseRow, Event, Part, Replacement, Side, State, Whole},
    model::Order,
};

sh_db::inserts! {
    /// A new case.
    ADD_CASE = mall_case(id Uuid, order_id Uuid, shop Uuid, organisation Text, buyer Text, kind I64, state I64,
        reason Text, amount I64, opened_at Instant, due_at Instant) "";
    /// What it is about.
    ADD_CASE_LINES = mall_case_line(case_id Uuid, line I64, pieces I64) "";
    /// What has happened.
    ADD_CASE_EVENTS = mall_case_event(case_id Uuid, id Uuid, at Instant, side I64, what Text, said Text) "";
    /// A photo.
    ADD_CASE_PHOTO = mall_case_photo(case_id Uuid, number I64, photo Text) "";
}

sh_db::statements! {
    /// Cases by their identifiers.
    CASES = "SELECT id, order_id, shop, organisation, buyer, kind, state, reason, amount, waybill, opened_at, due_at, \
        ended_at, carrier, new_carrier, new_waybill, new_sent_at FROM mall_case WHERE id {{in_uuid $1}}";
    /// What cases are about.
    CASE_LINES = "SELECT case_id, line, pieces FROM mall_case_line WHERE case_id {{in_uuid $1}} ORDER BY case_id, line";
    /// What has happened to a case.
    CASE_EVENTS = "SELECT at, side, what, said FROM mall_case_event WHERE case_id = $1 ORDER BY id LIMIT 200";
    /// The photos of a case.
    CASE_PHOTOS = "SELECT number, photo FROM mall_case_photo WHERE case_id = $1 ORDER BY number";
    /// Cases of an order, in their order.
    OF_ORDER = "SELECT id, order_id, shop, organisation, buyer, kind, state, reason, amount, waybill, opened_at, due_at, \
        ended_at, carrier, new_carrier, new_waybill, new_sent_at FROM mall_case WHERE order_id = $1 ORDER BY id LIMIT 100";
    /// Cases of a shop in a state, the oldest first.
    OF_SHOP = "SELECT id, order_id, shop, organisation, buyer, kind, state, reason, amount, waybill, opened_at, due_at, \
        ended_at, carrier, new_carrier, new_waybill, new_sent_at FROM mall_case WHERE shop = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4";
    /// All cases in a state, the oldest first.
    IN_STATE = "SELECT id, order_id, shop, organisation, buyer, kind, state, reason, amount, waybill, opened_at, due_at, \
        ended_at, carrier, new_carrier, new_waybill, new_sent_at FROM mall_case WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3";
    /// Cases whose time is over.
    LATE = "SELECT id, order_id, shop, organisation, buyer, kind, state, reason, amount, waybill, opened_at, due_at, \
        ended_at, carrier, new_carrier, new_waybill, new_sent_at FROM mall_case WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
    /// Pieces of the lines of an order that open cases are about.
    ASKED_FOR = "SELECT l.line, CAST(SUM(l.pieces) AS BIGINT) FROM mall_case c JOIN mall_case_line l ON l.case_id = c.id \
        WHERE c.order_id = $1 AND c.state < 7 GROUP BY l.line";
    /// Moves a case on, if it still stands where it was seen.
    MOVE_CASE = "UPDATE mall_case SET state = $3, due_at = $4, ended_at = $5, waybill = COALESCE($6, waybill), \
        carrier = COALESCE($7, carrier) WHERE id = $1 AND state = $2";
    /// Cases of a buyer, the newest first.
    OF_BUYER = "SELECT id, order_id, shop, organisation, buyer, kind, state, reason, amount, waybill, opened_at, due_at, \
        ended_at, carrier, new_carrier, new_waybill, new_sent_at FROM mall_case WHERE buyer = $1 AND id < $2 \
        ORDER BY id DESC LIMIT $3";
    /// What is sent after an exchange, once.
    REPLACE = "UPDATE mall_case SET new_carrier = $2, new_waybill = $3, new_sent_at = $4 \
        WHERE id = $1 AND state = 7 AND kind = 3 AND amount = 0 AND new_sent_at IS NULL";
}

sh_db::updates! {
    /// Cases that are done.
    FINISH_CASES = mall_case(id Uuid, ended_at Instant, amount I64)
        set "state = 7, due_at = NULL, ended_at = given.ended_at, amount = given.amount"
        on "mall_case.id = given.id";
}

fn replacement(row: &Row) -> Result<Option<Replacement>, DbError> {
    let (carrier, waybill): (Option<String>, Option<String>) = (row.get(14)?, row.get(15)?);
    let sent_at: Option<Instant> = row.get(16)?;
    let all = carrier.zip(waybill).zip(sent_at);
    Ok(all.map(|((carrier, waybill), sent_at)| Replacement { carrier, waybill, sent_at }))
}

impl FromRow for CaseRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            order: row.get(1)?,
            shop: row.get(2)?,
            organisation: row.get(3)?,
            buyer: row.get(4)?,
            kind: row.get(5)?,
            state: row.get(6)?,
            reason: row.get(7)?,
            amount: row.get(8)?,
            waybill: row.get(9)?,
            opened_at: row.get(10)?,
            due_at: row.get(11)?,
            ended_at: row.get(12)?,
            carrier: row.get(13)?,
            replacement: replacement(row)?,
        })
    }
}

impl FromRow for Event {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { at: row.get(0)?, side: row.get(1)?, what: row.get(2)?, said: row.get(3)? })
    }
}

/// Something that happens to a case now.
#[derive(Debug, Clone)]
pub(crate) struct New<'a> {
    pub(crate) side: Side,
    pub(crate) what: &'static str,
    pub(crate) said: &'a str,
}

pub(crate) async fn add(tx: &mut Tx, row: &CaseRow, parts: &[Part]) -> Result<(), DbError> {
    let values = binds![
        row.id,
        row.order,
        row.shop,
        &row.organisation,
        &row.buyer,
        row.kind.code(),
        row.state.code(),
        &row.reason,
        row.amount,
        row.opened_at,
        row.due_at
    ];
    tx.insert(&ADD_CASE, values).await?;
    let lines = parts.iter().map(|part| binds![row.id, part.line, part.pieces]);
    tx.insert_many(&ADD_CASE_LINES, lines.collect::<Vec<_>>()).await.map(drop)
}

pub(crate) async fn happened(
    tx: &mut Tx,
    (ids, at): (&IdGen, Instant),
    case: Id<Case>,
    new: &New<'_>,
) -> Result<(), DbError> {
    let id: Id<Event> = ids.next(at);
    tx.insert(&ADD_CASE_EVENTS, binds![case, id, at, new.side.code(), new.what, new.said]).await.map(drop)
}

/// Cases with what they are about, by identifier.
pub(crate) async fn some(
    tx: &mut Tx,
    ids: &[Id<Case>],
) -> Result<HashMap<Id<Case>, (CaseRow, Vec<Part>)>, DbError> {
    let rows: Vec<CaseRow> = tx.fetch_all(&CASES, binds![ids]).await?;
    let lines: Vec<(Id<Case>, i64, i64)> = tx.fetch_all(&CASE_LINES, binds![ids]).await?;
    let mut found: HashMap<_, _> = rows.into_iter().map(|row| (row.id, (row, Vec::new()))).collect();
    for (case, line, pieces) in lines {
        if let Some((_, parts)) = found.get_mut(&case) {
            parts.push(Part { line, pieces });
        }
    }
    Ok(found)
}

pub(crate) async fn whole(tx: &mut Tx, id: Id<Case>) -> Result<Option<Whole>, DbError> {
    let Some((row, parts)) = some(tx, &[id]).await?.remove(&id) else { return Ok(None) };
    let events = tx.fetch_all(&CASE_EVENTS, binds![id]).await?;
    let photos = photos(tx, id).await?.into_iter().map(|(number, _)| number).collect();
    Ok(Some(Whole { row, parts, events, photos }))
}

pub(crate) async fn photos(tx: &mut Tx, id: Id<Case>) -> Result<Vec<(i64, String)>, DbError> {
    tx.fetch_all(&CASE_PHOTOS, binds![id]).await
}

pub(crate) async fn add_photo(tx: &mut Tx, id: Id<Case>, number: i64, photo: &str) -> Result<(), DbError> {
    tx.insert(&ADD_CASE_PHOTO, binds![id, number, photo]).await.map(drop)
}

pub(crate) async fn of_order(tx: &mut Tx, order: Id<Order>) -> Result<Vec<CaseRow>, DbError> {
    tx.fetch_all(&OF_ORDER, binds![order]).await
}

pub(crate) async fn of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    state: State,
    after: Id<Case>,
    limit: i64,
) -> Result<Vec<CaseRow>, DbError> {
    tx.fetch_all(&OF_SHOP, binds![shop, state.code(), after, limit]).await
}

pub(crate) async fn in_state(
    tx: &mut Tx,
    state: State,
    after: Id<Case>,
    limit: i64,
) -> Result<Vec<CaseRow>, DbError> {
    tx.fetch_all(&IN_STATE, binds![state.code(), after, limit]).await
}

pub(crate) async fn late(tx: &mut Tx, now: Instant, limit: i64) -> Result<Vec<CaseRow>, DbError> {
    tx.fetch_all(&LATE, binds![now, limit]).await
}

/// Pieces that open cases are about, by line.
pub(crate) async fn asked_for(tx: &mut Tx, order: Id<Order>) -> Result<HashMap<i64, i64>, DbError> {
    Ok(tx.fetch_all(&ASKED_FOR, binds![order]).await?.into_iter().collect())
}

/// Moves a case on. Whether it still stood where it was seen.
pub(crate) async fn step(
    tx: &mut Tx,
    row: &CaseRow,
    to: State,
    now: Instant,
    way: Option<(Option<&str>, &str)>,
) -> Result<bool, DbError> {
    let (carrier, waybill) = way.map_or((None, None), |(carrier, waybill)| (carrier, Some(waybill)));
    let due = to.hours().map(|hours| now.plus_seconds(hours * 3_600));
    let ended = to.is_over().then_some(now);
    let values = binds![row.id, row.state.code(), to.code(), due, ended, waybill, carrier];
    Ok(tx.execute(&MOVE_CASE, values).await? > 0)
}

pub(crate) async fn of_buyer(
    tx: &mut Tx,
    buyer: &str,
    before: Id<Case>,
    limit: i64,
) -> Result<Vec<CaseRow>, DbError> {
    tx.fetch_all(&OF_BUYER, binds![buyer, before, limit]).await
}

/// Notes what is sent after an exchange. Whether nothing was noted before.
pub(crate) async fn replace(
    tx: &mut Tx,
    id: Id<Case>,
    (carrier, waybill): (&str, &str),
    now: Instant,
) -> Result<bool, DbError> {
    Ok(tx.execute(&REPLACE, binds![id, carrier, waybill, now]).await? > 0)
}

/// A case that a batch has finished.
#[derive(Debug, Clone)]
pub(crate) struct Finished {
    pub(crate) case: Id<Case>,
    pub(crate) amount: Fen,
    pub(crate) side: Side,
    pub(crate) what: &'static str,
    pub(crate) said: String,
}

/// Notes the cases that a batch has finished, all in two statements.
pub(crate) async fn finish(
    tx: &mut Tx,
    (ids, at): (&IdGen, Instant),
    list: &[Finished],
) -> Result<(), DbError> {
    if list.is_empty() {
        return Ok(());
    }
    let rows = list.iter().map(|one| binds![one.case, at, one.amount]);
    tx.update_many(&FINISH_CASES, rows.collect::<Vec<_>>()).await?;
    let events = list.iter().map(|one| {
        let id: Id<Event> = ids.next(at);
        binds![one.case, id, at, one.side.code(), one.what, &one.said]
    });
    tx.insert_many(&ADD_CASE_EVENTS, events.collect::<Vec<_>>()).await.map(drop)
}
