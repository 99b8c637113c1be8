//! An order as the mall will write it, through the ledger.

use std::sync::Arc;

use sh_db::{Batch, Db, DbError, Migration, Tx, Value, binds, inserts, statements};
use sh_kernel::{Clock as _, Id, IdGen, Instant, SystemClock};
use sh_ledger::{Account, Book, Claim, Kind, Plan, Posting, Refusal, Source, Subject, Transfer, Unit};

/// Products, each of one lot.
pub(super) const PRODUCTS: u32 = 10_000;
/// Sellers; a product belongs to the seller with the number of its remainder.
pub(super) const SELLERS: u32 = 300;
/// Grams of most lots: nobody sells them out.
const PLENTY: i64 = 1_000_000_000_000;
/// Of each so many products, one is soon sold out.
const SCARCE_EACH: u32 = 97;

/// What an order is besides what the ledger keeps.
pub(super) const MIGRATIONS: &[Migration] = &[Migration {
    module: "bench-checkout",
    version: 1,
    text: "CREATE TABLE bench_order (id {{uuid}} NOT NULL PRIMARY KEY, buyer {{i64}} NOT NULL, at {{instant}} NOT NULL,
            amount {{i64}} NOT NULL, state {{i64}} NOT NULL) {{clustered}};
        CREATE TABLE bench_part (order_id {{uuid}} NOT NULL, seller {{i64}} NOT NULL, amount {{i64}} NOT NULL,
            state {{i64}} NOT NULL, PRIMARY KEY (order_id, seller)) {{clustered}};
        CREATE TABLE bench_line (order_id {{uuid}} NOT NULL, line {{i64}} NOT NULL, product {{i64}} NOT NULL,
            lot {{i64}} NOT NULL, grams {{i64}} NOT NULL, price {{i64}} NOT NULL, amount {{i64}} NOT NULL,
            PRIMARY KEY (order_id, line)) {{clustered}};
        CREATE TABLE bench_outbox (id {{uuid}} NOT NULL PRIMARY KEY, kind {{text}} NOT NULL,
            payload {{json}} NOT NULL) {{clustered}};
        CREATE TABLE bench_row (id {{i64}} NOT NULL PRIMARY KEY) {{strict}};",
}];

inserts! {
    ADD_ORDERS = bench_order(id Uuid, buyer I64, at Instant, amount I64, state I64) "";
    ADD_PARTS = bench_part(order_id Uuid, seller I64, amount I64, state I64) "";
    ADD_LINES = bench_line(order_id Uuid, line I64, product I64, lot I64, grams I64, price I64, amount I64) "";
    ADD_OUTBOX = bench_outbox(id Uuid, kind Text, payload Text) "";
    ADD_AUDIT = audit_entry(id Uuid, at Instant, actor Text, actor_name Text, action Text, object_kind Text,
        object_id Text, before Text, after Text, reason Text, trace Text) "";
}

statements! {
    ORDERS = "SELECT COUNT(*) FROM bench_order";
    MALL_ORDERS = "SELECT COUNT(*) FROM mall_order";
}

/// A product in an order.
#[derive(Debug, Clone)]
pub(super) struct OrderLine {
    pub(super) product: u32,
    pub(super) grams: i64,
    /// Fen for 500 grams.
    pub(super) fen: i64,
}

/// Two products of two sellers.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) id: Id<Order>,
    pub(super) buyer: u32,
    pub(super) lines: [OrderLine; 2],
}

impl OrderLine {
    pub(super) fn amount(&self) -> i64 {
        self.grams * self.fen / 500
    }

    pub(super) fn seller(&self) -> i64 {
        i64::from(self.product % SELLERS)
    }

    fn goods(&self, kind: Kind) -> Account {
        goods(self.product, kind)
    }

    pub(super) fn payable(&self) -> Account {
        Account::money(Book::MARKET, Kind::Payable, Subject::number(self.seller()))
    }
}

pub(super) fn goods(product: u32, kind: Kind) -> Account {
    Account::new(Book::MARKET, kind, Subject::number(i64::from(product)), Unit::Gram)
}

impl Order {
    pub(super) fn transfers(&self, payable: impl Fn(&OrderLine) -> Account) -> Vec<Transfer> {
        let receivable = Account::money(Book::MARKET, Kind::Receivable, Subject::of(self.id));
        let goods = self
            .lines
            .iter()
            .map(|line| Transfer::new(line.goods(Kind::OnHand), line.goods(Kind::Reserved), line.grams));
        let money = self.lines.iter().map(|line| Transfer::new(receivable, payable(line), line.amount()));
        goods.chain(money).collect()
    }

    pub(super) fn claim(&self) -> Claim {
        let mut body = self.buyer.to_be_bytes().to_vec();
        for line in &self.lines {
            body.extend(line.product.to_be_bytes());
            body.extend(line.grams.to_be_bytes());
            body.extend(line.fen.to_be_bytes());
        }
        Claim::new(Book::MARKET, self.id.uuid(), &body)
    }
}

/// The rows of orders besides those of the ledger.
#[derive(Debug, Default)]
pub(super) struct Rows {
    orders: Vec<Vec<Value>>,
    parts: Vec<Vec<Value>>,
    lines: Vec<Vec<Value>>,
    outbox: Vec<Vec<Value>>,
    audit: Vec<Vec<Value>>,
}

impl Rows {
    pub(super) fn add(&mut self, order: &Order, at: Instant, ids: &IdGen) {
        let amount: i64 = order.lines.iter().map(OrderLine::amount).sum();
        self.orders.push(binds![order.id, i64::from(order.buyer), at, amount, 1_i64]);
        for (number, line) in (1_i64..).zip(&order.lines) {
            let (product, amount) = (i64::from(line.product), line.amount());
            self.parts.push(binds![order.id, line.seller(), amount, 1_i64]);
            self.lines.push(binds![order.id, number, product, product, line.grams, line.fen, amount]);
        }
        let payload = format!("{{\"order\":\"{}\",\"amount\":{amount}}}", order.id);
        self.outbox.push(binds![ids.next::<()>(at), "order-placed", payload.as_str()]);
        self.audit.push(binds![
            ids.next::<()>(at),
            at,
            format!("buyer:{}", order.buyer),
            "买家",
            "place-order",
            "order",
            order.id.to_string(),
            None::<String>,
            Some(payload),
            None::<String>,
            "0123456789"
        ]);
    }

    pub(super) async fn write(self, tx: &mut Tx) -> Result<(), DbError> {
        tx.insert_many(&ADD_ORDERS, self.orders).await?;
        tx.insert_many(&ADD_PARTS, self.parts).await?;
        tx.insert_many(&ADD_LINES, self.lines).await?;
        tx.insert_many(&ADD_OUTBOX, self.outbox).await?;
        tx.insert_many(&ADD_AUDIT, self.audit).await.map(drop)
    }
}

/// Places orders, many at a time.
#[derive(Debug)]
pub(super) struct Orders {
    pub(super) clock: Arc<SystemClock>,
    pub(super) ids: Arc<IdGen>,
}

impl Batch for Orders {
    type Command = Order;
    /// Whether it had been placed before.
    type Outcome = Result<bool, Refusal>;
    type Error = DbError;

    async fn commit(&self, tx: &mut Tx, commands: &[Order]) -> Result<Vec<Self::Outcome>, DbError> {
        let now = self.clock.now();
        let moves: Vec<_> = commands.iter().map(|order| order.transfers(OrderLine::payable)).collect();
        let claims: Vec<_> = commands.iter().map(Order::claim).collect();
        let mut plan = Plan::new(now);
        plan.load(tx, moves.iter().flatten().flat_map(|step| [step.debit, step.credit]).collect::<Vec<_>>())
            .await?;
        plan.load_claims(tx, claims.iter().copied()).await?;
        let mut rows = Rows::default();
        let mut outcomes = Vec::with_capacity(commands.len());
        for ((order, transfers), claim) in commands.iter().zip(moves).zip(&claims) {
            let posting = Posting {
                book: Book::MARKET,
                day: now.day(),
                source: Source::Order,
                document: order.id.uuid(),
                transfers,
            };
            let answer = plan.once::<Refusal>(claim, |plan| {
                let made = plan.post(&posting)?;
                Ok(made.number.0.to_be_bytes().to_vec())
            });
            if answer.as_ref().is_ok_and(|answer| !answer.repeated) {
                rows.add(order, now, &self.ids);
            }
            outcomes.push(answer.map(|answer| answer.repeated));
        }
        rows.write(tx).await?;
        plan.write(tx).await?;
        Ok(outcomes)
    }
}

/// How much of each product there is.
pub(super) fn grams(product: u32) -> i64 {
    if product % SCARCE_EACH == SCARCE_EACH - 1 { 20_000 } else { PLENTY }
}

/// Puts goods into the shelves.
pub(super) async fn stock(db: &Db) -> Result<(), DbError> {
    db.write(async |tx| {
        let mut plan = Plan::new(SystemClock.now());
        let source = Account::new(Book::MARKET, Kind::Inbound, Subject::ONLY, Unit::Gram);
        let shelves = (0..PRODUCTS).map(|product| goods(product, Kind::OnHand));
        plan.load(tx, shelves.chain([source]).collect::<Vec<_>>()).await?;
        for product in 0..PRODUCTS {
            let posting = Posting {
                book: Book::MARKET,
                day: SystemClock.today(),
                source: Source::Receipt,
                document: uuid::Uuid::nil(),
                transfers: vec![Transfer::new(source, goods(product, Kind::OnHand), grams(product))],
            };
            plan.post(&posting).map_err(|refusal| DbError::Other(refusal.to_string()))?;
        }
        plan.write(tx).await
    })
    .await
}

/// Fen for 500 grams of a product.
pub(super) fn price(product: u32) -> i64 {
    i64::from(product % 90) * 37 + 990
}

/// Where orders are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    /// In that of the first slice.
    Bench,
    /// In that of the mall.
    Mall,
}

/// How many orders there are.
pub(super) async fn count_in(db: &Db, table: Table) -> Result<u64, DbError> {
    let sql = match table {
        Table::Bench => &ORDERS,
        Table::Mall => &MALL_ORDERS,
    };
    let (count,): (i64,) = db.read(async |tx| tx.fetch_one(sql, binds![]).await).await?;
    Ok(count.unsigned_abs())
}
