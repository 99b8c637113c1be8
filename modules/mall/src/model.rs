//! Orders, their parts and lines, and the states they pass through. No IO, no clock.

use sh_imports::model::TableImport;
use sh_kernel::{Fen, Id, Instant, Month, RegionCode};
use sh_ledger::{Account, Book, Kind, Subject, Unit};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use sh_catalogue::model::{Product, Shop, Sku};

use crate::commission::Charge;

/// What somebody has ordered (订单); only the type of an identifier.
#[derive(Debug)]
pub struct Order;
/// A payment that was begun (支付单); only the type of an identifier.
#[derive(Debug)]
pub struct Payment;
/// Money that goes back (退款单); only the type of an identifier.
#[derive(Debug)]
pub struct Refund;
/// What a shop is owed for a line (结算明细); only the type of an identifier.
#[derive(Debug)]
pub struct Entry;
/// An instruction to pay a shop (结算单); only the type of an identifier.
#[derive(Debug)]
pub struct Settlement;

/// Seconds for which goods are set aside for an order that is not paid: 30 minutes.
pub const UNPAID_SECONDS: i64 = 30 * 60;
/// Seconds for which the number that came with a form can be used. Answers to it are kept for longer.
const FORM_SECONDS: i64 = 24 * 3_600;
/// Seconds that the clocks of two of our machines may differ.
const CLOCK_SECONDS: i64 = 120;
/// Orders of one buyer that may wait for payment.
pub const OPEN_ORDERS_MAX: i64 = 5;
/// Pieces that may be set aside for one buyer who has not paid: an unpaid basket must not empty a shop.
pub const OPEN_PIECES_MAX: i64 = 500;
/// How often the money of a part that is not sent can be asked for: a refusal need not be the last word.
pub const ASKS_MAX: i64 = 3;
/// Lines of one order.
pub const LINES_MAX: usize = 99;
/// Pieces of one line.
pub const PIECES_MAX: i64 = 999;

/// Whether a number was given out with a form of today.
pub(crate) fn form_holds<T>(number: Id<T>, now: Instant) -> bool {
    let made = number.made_at();
    made.plus_seconds(FORM_SECONDS) >= now && made <= now.plus_seconds(CLOCK_SECONDS)
}

sh_db::coded! {
    /// Where an order stands (订单状态).
    OrderState {
        /// Placed, its goods are set aside, and payment is awaited (待付款).
        Unpaid = 1 "unpaid",
        /// Paid in full (已付款). How far it has come, its parts tell.
        Paid = 2 "paid",
        /// Cancelled before it was paid (已取消).
        Cancelled = 3 "cancelled",
        /// All of it is refunded (已退款).
        Refunded = 4 "refunded",
    }
}

sh_db::coded! {
    /// Where the part of one shop stands (子订单状态).
    PartState {
        /// Awaits payment (待付款).
        Unpaid = 1 "unpaid",
        /// Paid, to be sent (待发货).
        ToShip = 2 "to-ship",
        /// On its way (待收货).
        Shipped = 3 "shipped",
        /// The buyer has it (已收货).
        Received = 4 "received",
        /// Cancelled before it was paid (已取消).
        Cancelled = 5 "cancelled",
        /// Refunded in full (已退款).
        Refunded = 6 "refunded",
    }
}

sh_db::coded! {
    /// Whether a refund was asked for (退款申请).
    Ask {
        /// Nobody has asked.
        None = 0 "none",
        /// The shop has to answer.
        Asked = 1 "asked",
        /// The shop has refused.
        Refused = 2 "refused",
        /// The shop has agreed.
        Granted = 3 "granted",
    }
}

sh_db::coded! {
    /// Whether money that is to go back has gone (退款状态).
    RefundState {
        /// The provider is to be asked, or asked again.
        Open = 1 "open",
        /// The provider has sent it.
        Done = 2 "done",
    }
}

/// Where goods go and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The county.
    pub region: RegionCode,
    /// Who receives them. Personal.
    pub receiver: String,
    /// Telephone. Personal.
    pub phone: String,
    /// Town, road and door. Personal.
    pub detail: String,
}

/// To whom an invoice is made out (发票抬头).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// The name.
    pub name: String,
    /// The tax number of a company; a person has none.
    pub tax_number: Option<String>,
}

/// An order as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// Identifier.
    pub id: Id<Order>,
    /// Whose it is: `user:…` or `guest:…`.
    pub buyer: String,
    /// Where it stands.
    pub state: OrderState,
    /// When it was placed.
    pub placed_at: Instant,
    /// Unpaid by then, it is cancelled.
    pub due_at: Instant,
    /// Pieces in all.
    pub pieces: i64,
    /// Sum of the lines.
    pub goods: Fen,
    /// Sum of the freights.
    pub freight: Fen,
    /// What is to be paid: goods and freight.
    pub amount: Fen,
    /// What of it is paid.
    pub paid: Fen,
    /// What of that was granted back.
    pub refunded: Fen,
    /// Where it goes.
    pub address: Address,
    /// To whom the invoice is made out.
    pub title: Option<Title>,
    /// What a bank transfer names.
    pub code: String,
    /// When it was paid in full.
    pub paid_at: Option<Instant>,
    /// When it was cancelled or wholly refunded.
    pub ended_at: Option<Instant>,
    /// Why it was cancelled: `buyer`, `expired`.
    pub ended_why: Option<String>,
}

/// The part of one shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    /// Its order.
    pub order: Id<Order>,
    /// The shop.
    pub shop: Id<Shop>,
    /// The organisation of the shop, as scopes name it.
    pub organisation: String,
    /// The name of the shop when it sold.
    pub shop_name: String,
    /// The seller in the register of parties.
    pub seller: i64,
    /// Where it stands.
    pub state: PartState,
    /// Sum of its lines.
    pub goods: Fen,
    /// What sending costs, once, however many parcels leave.
    pub freight: Fen,
    /// Goods and freight.
    pub amount: Fen,
    /// What the buyer says to the shop.
    pub message: String,
    /// Who carries it.
    pub carrier: Option<String>,
    /// The number of the waybill (运单号).
    pub waybill: Option<String>,
    /// When it left.
    pub shipped_at: Option<Instant>,
    /// When the buyer confirmed receipt.
    pub received_at: Option<Instant>,
    /// Whether a refund was asked for.
    pub ask: Ask,
    /// How often it was asked for, at most [`ASKS_MAX`] times.
    pub asks: i64,
    /// Why.
    pub ask_reason: Option<String>,
    /// When.
    pub asked_at: Option<Instant>,
    /// What the shop answered.
    pub answer: Option<String>,
    /// When.
    pub answered_at: Option<Instant>,
}

/// A parcel that left (包裹).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelRow {
    /// Its order.
    pub order: Id<Order>,
    /// The shop.
    pub shop: Id<Shop>,
    /// The number of the waybill (运单号).
    pub waybill: String,
    /// Who carries it.
    pub carrier: String,
    /// When it left.
    pub sent_at: Instant,
    /// The table that it came with.
    pub import: Option<Id<TableImport>>,
}

/// One line, frozen when it was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRow {
    /// Its order.
    pub order: Id<Order>,
    /// Its number in the order, from 1.
    pub line: i64,
    /// The shop.
    pub shop: Id<Shop>,
    /// The variant.
    pub sku: Id<Sku>,
    /// The product.
    pub product: Id<Product>,
    /// The name of the product.
    pub name: String,
    /// What tells the variant from the others.
    pub spec: String,
    /// Key of the small picture.
    pub cover: Option<String>,
    /// Number of its kind.
    pub kind: i64,
    /// Number of its category.
    pub category: i64,
    /// County of origin.
    pub origin: RegionCode,
    /// Whether it was recognised on the day.
    pub certified: bool,
    /// Whether it can be sent back without a reason.
    pub returnable: bool,
    /// What its content is measured in.
    pub unit: Unit,
    /// Content of one piece in that unit.
    pub content: i64,
    /// Pieces.
    pub pieces: i64,
    /// The price of one piece.
    pub price: Fen,
    /// Price times pieces.
    pub amount: Fen,
    /// What the operator takes of it.
    pub charge: Charge,
    /// Pieces whose money was granted back.
    pub back_pieces: i64,
}

/// How much of a lot at a place serves a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PickRow {
    /// Its order.
    pub order: Id<Order>,
    /// The number of the line.
    pub line: i64,
    /// The lot.
    pub lot: Uuid,
    /// Where it lies.
    pub location: Uuid,
    /// How much, in the unit of the line.
    pub quantity: i64,
    /// What of it came back, or was exchanged.
    pub back: i64,
}

/// Money that came in for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The order.
    pub order: Id<Order>,
    /// The provider.
    pub provider: String,
    /// What the provider calls it.
    pub reference: String,
    /// How much came.
    pub amount: Fen,
    /// What of it went to the order; the rest goes back.
    pub applied: Fen,
    /// What of that was granted back since.
    pub returned: Fen,
    /// When we heard of it.
    pub at: Instant,
}

/// Money that is to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRow {
    /// Identifier; the provider knows it by this, so that asking twice pays back once.
    pub id: Id<Refund>,
    /// The order.
    pub order: Id<Order>,
    /// The provider it came by.
    pub provider: String,
    /// What the provider calls what came in.
    pub reference: String,
    /// How much goes back.
    pub amount: Fen,
    /// Why: `twice`, `late`, `cancelled`, `granted`.
    pub why: String,
    /// Whether it has gone.
    pub state: RefundState,
    /// When it was decided.
    pub asked_at: Instant,
    /// When the provider said that it has gone.
    pub done_at: Option<Instant>,
}

/// A payment that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// Identifier; the provider knows it by this.
    pub id: Id<Payment>,
    /// The order.
    pub order: Id<Order>,
    /// The provider.
    pub provider: String,
    /// How much was asked for.
    pub amount: Fen,
    /// When.
    pub begun_at: Instant,
}

sh_db::coded! {
    /// Why a shop is owed more or less (结算明细类型).
    EntryKind {
        /// A line, or the freight of a part, was paid (销售).
        Sale = 1 "sale",
        /// It was granted back, or some of it (退款).
        Refund = 2 "refund",
    }
}

/// What a shop is owed for a line, or no longer owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Identifier; ascends with time.
    pub id: Id<Entry>,
    /// The shop.
    pub shop: Id<Shop>,
    /// The seller in the register of parties.
    pub seller: i64,
    /// The order.
    pub order: Id<Order>,
    /// The number of the line; 0 for the freight.
    pub line: i64,
    /// Why.
    pub kind: EntryKind,
    /// Pieces; below zero if they go back.
    pub pieces: i64,
    /// What is owed; below zero if it goes back.
    pub amount: Fen,
    /// What is taken of that; below zero if it is given back.
    pub commission: Fen,
}

sh_db::coded! {
    /// Where an instruction to pay a shop stands (结算单状态).
    SettlementState {
        /// To be paid (待付款).
        Open = 1 "open",
        /// Paid, as a second person has confirmed (已付款).
        Paid = 2 "paid",
        /// Taken back before it was paid (已撤回).
        Withdrawn = 3 "withdrawn",
    }
}

/// An instruction to pay a shop what it is owed (结算单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementRow {
    /// Identifier.
    pub id: Id<Settlement>,
    /// The shop.
    pub shop: Id<Shop>,
    /// Its name then.
    pub shop_name: String,
    /// The organisation that runs it.
    pub organisation: String,
    /// The seller in the register of parties.
    pub seller: i64,
    /// Everything that was due up to the end of this month.
    pub month: Month,
    /// How many entries it pays.
    pub entries: i64,
    /// Goods and freight, less refunds.
    pub gross: Fen,
    /// What the operator takes of it.
    pub commission: Fen,
    /// What is to be paid.
    pub amount: Fen,
    /// Where it stands.
    pub state: SettlementState,
    /// Who made it: the key of the actor.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// Who paid it or took it back.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<Instant>,
    /// What the bank calls the payment.
    pub reference: Option<String>,
}

/// An order with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The order.
    pub order: OrderRow,
    /// Its parts, in the order of their shops.
    pub parts: Vec<PartRow>,
    /// Its lines.
    pub lines: Vec<LineRow>,
    /// From where they are served.
    pub picks: Vec<PickRow>,
    /// What was paid.
    pub receipts: Vec<ReceiptRow>,
}

impl Whole {
    /// The part of a shop.
    pub fn part(&self, shop: Id<Shop>) -> Option<&PartRow> {
        self.parts.iter().find(|part| part.shop == shop)
    }

    /// The lines of a shop.
    pub fn lines_of(&self, shop: Id<Shop>) -> impl Iterator<Item = &LineRow> {
        self.lines.iter().filter(move |line| line.shop == shop)
    }

    /// What the operator takes of a shop's lines.
    pub fn charged(&self, shop: Id<Shop>) -> Fen {
        Fen(self.lines_of(shop).fold(0, |sum, line| sum.saturating_add(line.charge.fen.0)))
    }

    /// The picks that serve a shop's lines, with the unit they are counted in.
    pub fn picks_of(&self, shop: Id<Shop>) -> impl Iterator<Item = (&PickRow, Unit)> {
        self.picks.iter().filter_map(move |pick| {
            let line = self.lines.iter().find(|line| line.line == pick.line && line.shop == shop)?;
            Some((pick, line.unit))
        })
    }
}

/// What a buyer owes for an order: below zero until it is paid.
pub(crate) fn receivable(order: Id<Order>) -> Account {
    Account::money(Book::MARKET, Kind::Receivable, Subject::of(order))
}

/// What a buyer is to get back of an order.
pub(crate) fn refundable(order: Id<Order>) -> Account {
    Account::money(Book::MARKET, Kind::Refundable, Subject::of(order))
}

/// What a seller is owed.
pub(crate) fn payable(seller: i64) -> Account {
    Account::money(Book::MARKET, Kind::Payable, Subject::number(seller))
}

/// What the operator takes of a seller's sales.
pub(crate) fn commission(seller: i64) -> Account {
    Account::money(Book::MARKET, Kind::Commission, Subject::number(seller))
}

/// What a seller was paid.
pub(crate) fn paid_out(seller: i64) -> Account {
    Account::money(Book::MARKET, Kind::PaidOut, Subject::number(seller))
}

/// What a provider holds.
pub(crate) fn clearing(provider: &str) -> Account {
    Account::money(Book::MARKET, Kind::ProviderClearing, named(provider))
}

/// Orders of a buyer that wait for payment. Below zero by as many; not guarded, because the limit may change.
pub(crate) fn open_orders(buyer: &str) -> Account {
    Account::new(Book::MARKET, Kind::Allowance, named(buyer).stripe(1), Unit::Piece).floor(None)
}

/// Pieces that are set aside for a buyer who has not paid, likewise.
pub(crate) fn open_pieces(buyer: &str) -> Account {
    Account::new(Book::MARKET, Kind::Allowance, named(buyer).stripe(2), Unit::Piece).floor(None)
}

/// The other side of both.
pub(crate) fn all_open() -> Account {
    Account::new(Book::MARKET, Kind::Allowance, named("open orders"), Unit::Piece).floor(None)
}

/// A subject that is known by a name.
fn named(name: &str) -> Subject {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(Sha256::digest(name)) {
        *to = from;
    }
    Subject::from_uuid(Uuid::from_bytes(bytes))
}

/// The number of an order as people read it (订单号): 18 or 19 digits, ascending.
pub fn number_of(order: Id<Order>) -> String {
    order.ordinal().to_string()
}

/// What a bank transfer for an order names: 13 characters that are not mixed up when they are read aloud.
pub(crate) fn transfer_code(order: Id<Order>) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let number = order.ordinal().cast_unsigned();
    (0..13)
        .rev()
        .map(|place| {
            let digit = usize::try_from((number >> (place * 5)) & 31).unwrap_or(0);
            char::from(ALPHABET.get(digit).copied().unwrap_or(b'0'))
        })
        .collect()
}
