//! Orders with their parts, lines and picks.

use std::collections::{HashMap, HashSet};

use sh_catalogue::model::Product;
use sh_db::{DbError, FromRow, Row, Tx, Value, binds};
use sh_kernel::{Id, Instant};

use crate::{
    commission::Charge,
    desk::Had,
    model::{Address, LineRow, Order, OrderRow, PartRow, PickRow, ReceiptRow, Title, Whole},
};

sh_db::inserts! {
    /// New orders.
    ADD_ORDERS = mall_order(id Uuid, buyer Text, state I64, placed_at Instant, due_at Instant, pieces I64, goods I64,
        freight I64, amount I64, paid I64, refunded I64, region I64, receiver Text, phone Text, detail Text, title Text,
        tax_number Text, code Text) "";
    /// Their parts.
    ADD_PARTS = mall_part(order_id Uuid, shop Uuid, organisation Text, shop_name Text, seller I64, state I64, goods I64,
        freight I64, amount I64, message Text, ask I64) "";
    /// Their lines.
    ADD_LINES = mall_line(order_id Uuid, line I64, shop Uuid, sku Uuid, product Uuid, name Text, spec Text, cover Text,
        kind I64, category I64, origin I64, certified Bool, returnable Bool, unit I64, content I64, pieces I64, price I64,
        amount I64, commission_rule Uuid, commission_rate I64, commission_fixed I64, commission I64) "";
    /// From which lots they are served.
    ADD_PICKS = mall_pick(order_id Uuid, line I64, lot Uuid, location Uuid, quantity I64) "";
}

sh_db::updates! {
    /// Orders as commands have changed them. Nobody else can: the book is held.
    SET_ORDERS = mall_order(id Uuid, state I64, paid I64, refunded I64, paid_at Instant, ended_at Instant,
        ended_why Text)
        set "state = given.state, paid = given.paid, refunded = given.refunded, paid_at = given.paid_at, \
            ended_at = given.ended_at, ended_why = given.ended_why"
        on "mall_order.id = given.id";
    /// Parts, likewise.
    SET_PARTS = mall_part(order_id Uuid, shop Uuid, state I64, carrier Text, waybill Text, shipped_at Instant,
        received_at Instant, ask I64, ask_reason Text, asked_at Instant, answer Text, answered_at Instant, asks I64)
        set "state = given.state, carrier = given.carrier, waybill = given.waybill, shipped_at = given.shipped_at, \
            received_at = given.received_at, ask = given.ask, ask_reason = given.ask_reason, \
            asked_at = given.asked_at, answer = given.answer, answered_at = given.answered_at, asks = given.asks"
        on "mall_part.order_id = given.order_id AND mall_part.shop = given.shop";
    /// What of a line was granted back, likewise.
    SET_LINES = mall_line(order_id Uuid, line I64, back_pieces I64)
        set "back_pieces = given.back_pieces"
        on "mall_line.order_id = given.order_id AND mall_line.line = given.line";
    /// What of a pick came back, and what more was sent from there instead, likewise.
    SET_PICKS = mall_pick(order_id Uuid, line I64, lot Uuid, location Uuid, quantity I64, back I64)
        set "quantity = given.quantity, back = given.back"
        on "mall_pick.order_id = given.order_id AND mall_pick.line = given.line AND mall_pick.lot = given.lot \
            AND mall_pick.location = given.location";
    /// What of a payment was granted back, likewise.
    SET_RECEIPTS = mall_receipt(order_id Uuid, provider Text, reference Text, returned I64)
        set "returned = given.returned"
        on "mall_receipt.order_id = given.order_id AND mall_receipt.provider = given.provider \
            AND mall_receipt.reference = given.reference";
}

sh_db::statements! {
    /// Orders.
    ORDERS = "SELECT id, buyer, state, placed_at, due_at, pieces, goods, freight, amount, paid, refunded, region, \
        receiver, phone, detail, title, tax_number, code, paid_at, ended_at, ended_why FROM mall_order \
        WHERE id {{in_uuid $1}} ORDER BY id";
    /// Their parts.
    PARTS = "SELECT order_id, shop, organisation, shop_name, seller, state, goods, freight, amount, message, carrier, \
        waybill, shipped_at, received_at, ask, ask_reason, asked_at, answer, answered_at, asks FROM mall_part \
        WHERE order_id {{in_uuid $1}} ORDER BY order_id, shop";
    /// Their lines.
    LINES = "SELECT order_id, line, shop, sku, product, name, spec, cover, kind, category, origin, certified, \
        returnable, unit, content, pieces, price, amount, commission_rule, commission_rate, commission_fixed, \
        commission, back_pieces FROM mall_line WHERE order_id {{in_uuid $1}} \
        ORDER BY order_id, line";
    /// From which lots they are served.
    PICKS = "SELECT order_id, line, lot, location, quantity, back FROM mall_pick WHERE order_id {{in_uuid $1}} \
        ORDER BY order_id, line, lot, location";
    /// Pieces of some products in live orders of some buyers since an instant; what was granted back does not count.
    HAD_BY_BUYER = "SELECT o.id, o.buyer, o.phone, o.placed_at, l.product, CAST(SUM(l.pieces - l.back_pieces) AS BIGINT) \
        FROM mall_order o JOIN mall_line l ON l.order_id = o.id WHERE o.buyer {{in_text $1}} AND o.state <> 3 \
        AND o.placed_at > $3 AND l.product {{in_uuid $2}} GROUP BY o.id, o.buyer, o.phone, o.placed_at, l.product";
    /// The same of orders to some telephones.
    HAD_BY_PHONE = "SELECT o.id, o.buyer, o.phone, o.placed_at, l.product, CAST(SUM(l.pieces - l.back_pieces) AS BIGINT) \
        FROM mall_order o JOIN mall_line l ON l.order_id = o.id WHERE o.phone {{in_text $1}} AND o.state <> 3 \
        AND o.placed_at > $3 AND l.product {{in_uuid $2}} GROUP BY o.id, o.buyer, o.phone, o.placed_at, l.product";
    /// What was paid for them.
    RECEIPTS = "SELECT order_id, provider, reference, amount, applied, returned, at FROM mall_receipt \
        WHERE order_id {{in_uuid $1}} ORDER BY order_id, at, provider, reference";
}

impl FromRow for OrderRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let title: Option<String> = row.get(15)?;
        let tax_number = row.get(16)?;
        Ok(Self {
            id: row.get(0)?,
            buyer: row.get(1)?,
            state: row.get(2)?,
            placed_at: row.get(3)?,
            due_at: row.get(4)?,
            pieces: row.get(5)?,
            goods: row.get(6)?,
            freight: row.get(7)?,
            amount: row.get(8)?,
            paid: row.get(9)?,
            refunded: row.get(10)?,
            address: Address {
                region: row.get(11)?,
                receiver: row.get(12)?,
                phone: row.get(13)?,
                detail: row.get(14)?,
            },
            title: title.map(|name| Title { name, tax_number }),
            code: row.get(17)?,
            paid_at: row.get(18)?,
            ended_at: row.get(19)?,
            ended_why: row.get(20)?,
        })
    }
}

impl FromRow for PartRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            order: row.get(0)?,
            shop: row.get(1)?,
            organisation: row.get(2)?,
            shop_name: row.get(3)?,
            seller: row.get(4)?,
            state: row.get(5)?,
            goods: row.get(6)?,
            freight: row.get(7)?,
            amount: row.get(8)?,
            message: row.get(9)?,
            carrier: row.get(10)?,
            waybill: row.get(11)?,
            shipped_at: row.get(12)?,
            received_at: row.get(13)?,
            ask: row.get(14)?,
            ask_reason: row.get(15)?,
            asked_at: row.get(16)?,
            answer: row.get(17)?,
            answered_at: row.get(18)?,
            asks: row.get(19)?,
        })
    }
}

impl FromRow for LineRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            order: row.get(0)?,
            line: row.get(1)?,
            shop: row.get(2)?,
            sku: row.get(3)?,
            product: row.get(4)?,
            name: row.get(5)?,
            spec: row.get(6)?,
            cover: row.get(7)?,
            kind: row.get(8)?,
            category: row.get(9)?,
            origin: row.get(10)?,
            certified: row.get(11)?,
            returnable: row.get(12)?,
            unit: row.get(13)?,
            content: row.get(14)?,
            pieces: row.get(15)?,
            price: row.get(16)?,
            amount: row.get(17)?,
            charge: Charge { rule: row.get(18)?, rate: row.get(19)?, fixed: row.get(20)?, fen: row.get(21)? },
            back_pieces: row.get(22)?,
        })
    }
}

impl FromRow for PickRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            order: row.get(0)?,
            line: row.get(1)?,
            lot: row.get(2)?,
            location: row.get(3)?,
            quantity: row.get(4)?,
            back: row.get(5)?,
        })
    }
}

impl FromRow for ReceiptRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            order: row.get(0)?,
            provider: row.get(1)?,
            reference: row.get(2)?,
            amount: row.get(3)?,
            applied: row.get(4)?,
            returned: row.get(5)?,
            at: row.get(6)?,
        })
    }
}

/// Orders with all that belongs to them, in the order of their numbers; unknown ones are missing.
pub(crate) async fn wholes(tx: &mut Tx, ids: &[Id<Order>]) -> Result<Vec<Whole>, DbError> {
    let orders: Vec<OrderRow> = tx.fetch_all(&ORDERS, binds![ids]).await?;
    let mut parts = grouped(tx.fetch_all(&PARTS, binds![ids]).await?, |part: &PartRow| part.order);
    let mut lines = grouped(tx.fetch_all(&LINES, binds![ids]).await?, |line: &LineRow| line.order);
    let mut picks = grouped(tx.fetch_all(&PICKS, binds![ids]).await?, |pick: &PickRow| pick.order);
    let mut receipts = grouped(tx.fetch_all(&RECEIPTS, binds![ids]).await?, |row: &ReceiptRow| row.order);
    Ok(orders
        .into_iter()
        .map(|order| Whole {
            parts: parts.remove(&order.id).unwrap_or_default(),
            lines: lines.remove(&order.id).unwrap_or_default(),
            picks: picks.remove(&order.id).unwrap_or_default(),
            receipts: receipts.remove(&order.id).unwrap_or_default(),
            order,
        })
        .collect())
}

fn grouped<T>(rows: Vec<T>, order: impl Fn(&T) -> Id<Order>) -> HashMap<Id<Order>, Vec<T>> {
    let mut map: HashMap<Id<Order>, Vec<T>> = HashMap::new();
    for row in rows {
        map.entry(order(&row)).or_default().push(row);
    }
    map
}

impl FromRow for Had {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            order: row.get(0)?,
            buyer: row.get(1)?,
            phone: row.get(2)?,
            placed_at: row.get(3)?,
            product: row.get(4)?,
            pieces: row.get(5)?,
        })
    }
}

/// Pieces of some products in live orders of these buyers, or to these telephones; each order once.
pub(crate) async fn had(
    tx: &mut Tx,
    buyers: &[String],
    phones: &[String],
    products: &[Id<Product>],
    since: Instant,
) -> Result<Vec<Had>, DbError> {
    let mut rows: Vec<Had> = tx.fetch_all(&HAD_BY_BUYER, binds![buyers, products, since]).await?;
    if !phones.is_empty() {
        let known: HashSet<_> = rows.iter().map(|row| (row.order, row.product)).collect();
        let more: Vec<Had> = tx.fetch_all(&HAD_BY_PHONE, binds![phones, products, since]).await?;
        rows.extend(more.into_iter().filter(|row| !known.contains(&(row.order, row.product))));
    }
    Ok(rows)
}

/// One order.
pub(crate) async fn whole(tx: &mut Tx, id: Id<Order>) -> Result<Option<Whole>, DbError> {
    Ok(wholes(tx, &[id]).await?.into_iter().next())
}

/// Writes new orders.
pub(crate) async fn add(tx: &mut Tx, placed: &[Whole]) -> Result<(), DbError> {
    if placed.is_empty() {
        return Ok(());
    }
    tx.insert_many(&ADD_ORDERS, placed.iter().map(|whole| order_values(&whole.order)).collect::<Vec<_>>())
        .await?;
    let parts = placed.iter().flat_map(|whole| &whole.parts).map(part_values);
    tx.insert_many(&ADD_PARTS, parts.collect::<Vec<_>>()).await?;
    let lines = placed.iter().flat_map(|whole| &whole.lines).map(line_values);
    tx.insert_many(&ADD_LINES, lines.collect::<Vec<_>>()).await?;
    add_picks(tx, placed.iter().flat_map(|whole| &whole.picks)).await
}

/// Writes from where lines are served.
pub(crate) async fn add_picks(tx: &mut Tx, picks: impl Iterator<Item = &PickRow>) -> Result<(), DbError> {
    let picks = picks.map(|pick| binds![pick.order, pick.line, pick.lot, pick.location, pick.quantity]);
    tx.insert_many(&ADD_PICKS, picks.collect::<Vec<_>>()).await.map(drop)
}

fn order_values(order: &OrderRow) -> Vec<Value> {
    let Address { region, receiver, phone, detail } = &order.address;
    binds![
        order.id,
        &order.buyer,
        order.state.code(),
        order.placed_at,
        order.due_at,
        order.pieces,
        order.goods,
        order.freight,
        order.amount,
        order.paid,
        order.refunded,
        *region,
        receiver,
        phone,
        detail,
        order.title.as_ref().map(|title| title.name.clone()),
        order.title.as_ref().and_then(|title| title.tax_number.clone()),
        &order.code
    ]
}

fn part_values(part: &PartRow) -> Vec<Value> {
    binds![
        part.order,
        part.shop,
        &part.organisation,
        &part.shop_name,
        part.seller,
        part.state.code(),
        part.goods,
        part.freight,
        part.amount,
        &part.message,
        part.ask.code()
    ]
}

fn line_values(line: &LineRow) -> Vec<Value> {
    binds![
        line.order,
        line.line,
        line.shop,
        line.sku,
        line.product,
        &line.name,
        &line.spec,
        line.cover.clone(),
        line.kind,
        line.category,
        line.origin,
        line.certified,
        line.returnable,
        line.unit,
        line.content,
        line.pieces,
        line.price,
        line.amount,
        line.charge.rule,
        line.charge.rate,
        line.charge.fixed,
        line.charge.fen
    ]
}

/// Writes orders that commands have changed.
pub(crate) async fn set(tx: &mut Tx, changed: &[&Whole]) -> Result<(), DbError> {
    if changed.is_empty() {
        return Ok(());
    }
    let orders = changed.iter().map(|whole| {
        let order = &whole.order;
        binds![
            order.id,
            order.state.code(),
            order.paid,
            order.refunded,
            order.paid_at,
            order.ended_at,
            order.ended_why.clone()
        ]
    });
    tx.update_many(&SET_ORDERS, orders.collect::<Vec<_>>()).await?;
    let parts = changed.iter().flat_map(|whole| &whole.parts).map(|part| {
        binds![
            part.order,
            part.shop,
            part.state.code(),
            part.carrier.clone(),
            part.waybill.clone(),
            part.shipped_at,
            part.received_at,
            part.ask.code(),
            part.ask_reason.clone(),
            part.asked_at,
            part.answer.clone(),
            part.answered_at,
            part.asks
        ]
    });
    tx.update_many(&SET_PARTS, parts.collect::<Vec<_>>()).await?;
    let lines = changed.iter().flat_map(|whole| &whole.lines).filter(|line| line.back_pieces > 0);
    let lines: Vec<_> = lines.map(|line| binds![line.order, line.line, line.back_pieces]).collect();
    if !lines.is_empty() {
        tx.update_many(&SET_LINES, lines).await?;
    }
    // An exchange takes more from one lot for what came back to another.
    let moved = changed.iter().filter(|whole| whole.picks.iter().any(|pick| pick.back > 0));
    let picks = moved.flat_map(|whole| &whole.picks);
    let picks: Vec<_> = picks
        .map(|pick| binds![pick.order, pick.line, pick.lot, pick.location, pick.quantity, pick.back])
        .collect();
    if !picks.is_empty() {
        tx.update_many(&SET_PICKS, picks).await?;
    }
    let receipts = changed.iter().flat_map(|whole| &whole.receipts);
    let receipts: Vec<_> =
        receipts.map(|row| binds![row.order, &row.provider, &row.reference, row.returned]).collect();
    if receipts.is_empty() {
        return Ok(());
    }
    tx.update_many(&SET_RECEIPTS, receipts).await.map(drop)
}
