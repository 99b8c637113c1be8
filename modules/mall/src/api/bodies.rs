//! Orders as JSON, as buyers and shops see them.

use serde::{Deserialize, Serialize};
use sh_catalogue::model::{Shop, Sku};
use sh_kernel::{Fen, Id, Instant, RegionCode};
use utoipa::ToSchema;

use crate::{
    address::Typed,
    model::{Address, Ask, LineRow, Order, OrderState, PartRow, PartState, Whole, number_of},
};

/// Where goods go and to whom.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderAddress)]
pub(crate) struct AddressBody {
    /// Division code of the county.
    #[schema(value_type = i64)]
    pub(crate) county: RegionCode,
    /// Who receives them.
    pub(crate) receiver: String,
    /// Telephone.
    pub(crate) phone: String,
    /// Town, road and door.
    pub(crate) detail: String,
}

impl From<AddressBody> for Typed {
    fn from(body: AddressBody) -> Self {
        let AddressBody { county, receiver, phone, detail } = body;
        Self { county: county.to_string(), receiver, phone, detail }
    }
}

impl From<&Address> for AddressBody {
    fn from(address: &Address) -> Self {
        let Address { region, receiver, phone, detail } = address.clone();
        Self { county: region, receiver, phone, detail }
    }
}

/// One line, as it was sold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub(crate) struct LineBody {
    /// The variant.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// The name of the product.
    name: String,
    /// What tells the variant from the others.
    spec: String,
    /// Pieces.
    pieces: i64,
    /// The price of one piece, in fen.
    #[schema(value_type = i64)]
    price_fen: Fen,
    /// Price times pieces, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// Whether it can be sent back within seven days without a reason.
    returnable: bool,
}

impl From<&LineRow> for LineBody {
    fn from(line: &LineRow) -> Self {
        Self {
            sku: line.sku,
            name: line.name.clone(),
            spec: line.spec.clone(),
            pieces: line.pieces,
            price_fen: line.price,
            amount_fen: line.amount,
            returnable: line.returnable,
        }
    }
}

/// The part of one shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderPart)]
pub(crate) struct PartBody {
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// The name of the shop when it sold.
    shop_name: String,
    /// `unpaid`, `to-ship`, `shipped`, `received`, `cancelled`, `refunded`.
    #[schema(value_type = String)]
    state: PartState,
    /// Sum of its lines, in fen.
    #[schema(value_type = i64)]
    goods_fen: Fen,
    /// What sending costs, in fen.
    #[schema(value_type = i64)]
    freight_fen: Fen,
    /// Both, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// What the buyer says to the shop.
    message: String,
    /// Who carries it.
    carrier: Option<String>,
    /// The number of the waybill.
    waybill: Option<String>,
    /// When it left.
    #[schema(value_type = Option<String>)]
    shipped_at: Option<Instant>,
    /// When the buyer confirmed receipt.
    #[schema(value_type = Option<String>)]
    received_at: Option<Instant>,
    /// Whether a refund was asked for: `none`, `asked`, `refused`, `granted`.
    #[schema(value_type = String)]
    refund: Ask,
    /// Why it was asked for.
    refund_reason: Option<String>,
    /// What the shop answered.
    refund_answer: Option<String>,
    /// Its lines.
    lines: Vec<LineBody>,
}

impl PartBody {
    fn of(whole: &Whole, part: &PartRow) -> Self {
        Self {
            shop: part.shop,
            shop_name: part.shop_name.clone(),
            state: part.state,
            goods_fen: part.goods,
            freight_fen: part.freight,
            amount_fen: part.amount,
            message: part.message.clone(),
            carrier: part.carrier.clone(),
            waybill: part.waybill.clone(),
            shipped_at: part.shipped_at,
            received_at: part.received_at,
            refund: part.ask,
            refund_reason: part.ask_reason.clone(),
            refund_answer: part.answer.clone(),
            lines: whole.lines_of(part.shop).map(LineBody::from).collect(),
        }
    }
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub(crate) struct OrderBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<Order>,
    /// The number as people read it.
    number: String,
    /// `unpaid`, `paid`, `cancelled`, `refunded`.
    #[schema(value_type = String)]
    state: OrderState,
    /// When it was placed.
    #[schema(value_type = String)]
    placed_at: Instant,
    /// Unpaid by then, it is cancelled.
    #[schema(value_type = String)]
    due_at: Instant,
    /// Sum of the lines, in fen.
    #[schema(value_type = i64)]
    goods_fen: Fen,
    /// Sum of the freights, in fen.
    #[schema(value_type = i64)]
    freight_fen: Fen,
    /// What is to be paid, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// What of it is paid, in fen.
    #[schema(value_type = i64)]
    paid_fen: Fen,
    /// What of that was granted back, in fen.
    #[schema(value_type = i64)]
    refunded_fen: Fen,
    /// What a bank transfer names.
    transfer_code: String,
    /// Where it goes.
    address: AddressBody,
    /// To whom the invoice is made out.
    invoice_title: Option<String>,
    /// Their tax number.
    tax_number: Option<String>,
    /// By shop.
    parts: Vec<PartBody>,
}

impl From<&Whole> for OrderBody {
    fn from(whole: &Whole) -> Self {
        let order = &whole.order;
        let title = order.title.as_ref();
        Self {
            id: order.id,
            number: number_of(order.id),
            state: order.state,
            placed_at: order.placed_at,
            due_at: order.due_at,
            goods_fen: order.goods,
            freight_fen: order.freight,
            amount_fen: order.amount,
            paid_fen: order.paid,
            refunded_fen: order.refunded,
            transfer_code: order.code.clone(),
            address: (&order.address).into(),
            invoice_title: title.map(|title| title.name.clone()),
            tax_number: title.and_then(|title| title.tax_number.clone()),
            parts: whole.parts.iter().map(|part| PartBody::of(whole, part)).collect(),
        }
    }
}

/// The part of an order that a shop sends.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopOrder)]
pub(crate) struct ShopOrderBody {
    /// The order.
    #[schema(value_type = String)]
    order: Id<Order>,
    /// Its number as people read it.
    number: String,
    /// When it was placed.
    #[schema(value_type = String)]
    placed_at: Instant,
    /// Where it goes; nothing to whoever does not send it.
    address: Option<AddressBody>,
    /// The part.
    part: PartBody,
}

impl ShopOrderBody {
    /// The only part of an order as its shop sees it.
    pub(crate) fn of(whole: &Whole, part: &PartRow, sends: bool) -> Self {
        Self {
            order: whole.order.id,
            number: number_of(whole.order.id),
            placed_at: whole.order.placed_at,
            address: sends.then(|| (&whole.order.address).into()),
            part: PartBody::of(whole, part),
        }
    }
}
