//! Checkout as JSON: what the basket costs to a place, and the order.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_catalogue::model::{Shop, Sku};
use sh_http::{App, Context, Failure, Json, Path};
use sh_kernel::{Fen, Id, RegionCode};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::bodies::{AddressBody, OrderBody};
use crate::{
    Error,
    model::Order,
    service::{
        checkout::{self as service, Form, Quoted},
        orders,
    },
    token::Visitor,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(quote)).routes(routes!(place))
}

/// Where it goes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CheckoutAsked)]
pub(crate) struct AskedBody {
    /// Division code of the county.
    #[schema(value_type = i64)]
    county: RegionCode,
}

/// So much of a variant at a price.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CheckoutLine)]
pub(crate) struct LineBody {
    /// The variant.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// Pieces.
    pieces: i64,
    /// The price of one piece, in fen. At another price it is not ordered.
    #[schema(value_type = i64)]
    price_fen: Fen,
}

/// What sending costs from a shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckoutFreight)]
pub(crate) struct FreightBody {
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// Its name.
    shop_name: String,
    /// What sending costs, in fen; nothing if it does not send there.
    #[schema(value_type = Option<i64>)]
    freight_fen: Option<Fen>,
}

/// What a basket costs to a place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckoutQuotation)]
pub(crate) struct QuotationBody {
    /// The number under which it can be ordered within a day.
    #[schema(value_type = String)]
    order: Id<Order>,
    /// What is bought.
    lines: Vec<LineBody>,
    /// What sending costs, by shop.
    freights: Vec<FreightBody>,
    /// Sum of the lines, in fen.
    #[schema(value_type = i64)]
    goods_fen: Fen,
    /// Sum of the freights, in fen.
    #[schema(value_type = i64)]
    freight_fen: Fen,
    /// Both, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
}

impl QuotationBody {
    fn of(order: Id<Order>, quoted: &Quoted) -> Self {
        let groups = quoted.basket.groups.iter().zip(&quoted.freights);
        Self {
            order,
            lines: quoted
                .basket
                .items()
                .map(|item| LineBody { sku: item.sku.sku, pieces: item.pieces, price_fen: item.sku.price })
                .collect(),
            freights: groups
                .map(|(group, freight)| FreightBody {
                    shop: group.shop,
                    shop_name: group.shop_name.clone(),
                    freight_fen: *freight,
                })
                .collect(),
            goods_fen: quoted.goods,
            freight_fen: quoted.freight,
            amount_fen: quoted.amount,
        }
    }
}

/// What the caller's basket costs to a place, and the number for the order.
#[utoipa::path(post, path = "/api/v1/checkout", tag = "orders", request_body = AskedBody,
    responses((status = 200, body = QuotationBody)))]
pub(crate) async fn quote(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Json(body): Json<AskedBody>,
) -> Result<Json<QuotationBody>, Failure> {
    let quoted = service::quote(&ctx, &app, &visitor, Some(body.county)).await?;
    Ok(Json(QuotationBody::of(ctx.id(), &quoted)))
}

/// What the buyer says to a shop.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OrderMessage)]
pub(crate) struct MessageBody {
    /// The shop.
    #[schema(value_type = String)]
    shop: Id<Shop>,
    /// At most 200 characters.
    text: String,
}

/// An order as its buyer agrees to it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OrderNew)]
pub(crate) struct PlaceBody {
    /// What is ordered. It leaves the basket.
    lines: Vec<LineBody>,
    /// The sum with freight that the buyer agrees to, in fen. For another sum it is not ordered.
    #[schema(value_type = i64)]
    expected_fen: Fen,
    /// Where it goes.
    address: AddressBody,
    /// To whom the invoice is made out; empty for none.
    #[serde(default)]
    invoice_title: String,
    /// Their tax number.
    #[serde(default)]
    tax_number: String,
    /// Messages to the shops.
    #[serde(default)]
    messages: Vec<MessageBody>,
}

impl PlaceBody {
    fn form(self, order: Id<Order>) -> Form {
        Form {
            order: Some(order),
            lines: self.lines.iter().map(|line| (line.sku, line.pieces, line.price_fen)).collect(),
            expected: self.expected_fen,
            address: self.address.into(),
            title: self.invoice_title,
            tax_number: self.tax_number,
            messages: self.messages.into_iter().map(|one| (one.shop, one.text)).collect(),
        }
    }
}

/// Places an order under a number that a quotation gave out. Sent again, it is the same order; with other content it is
/// refused. All of it is ordered or nothing. It must be paid within 30 minutes.
#[utoipa::path(put, path = "/api/v1/orders/{id}", tag = "orders", request_body = PlaceBody,
    params(("id" = String, Path, description = "The number that the quotation gave out")),
    responses((status = 200, body = OrderBody),
        (status = 409, description = "Sold out, off sale, not sent there, another price or sum, or the number is too old"),
        (status = 422, description = "A field is not accepted, or the number was used for something else"),
        (status = 429, description = "Too much waits for payment")))]
pub(crate) async fn place(
    ctx: Context,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<Id<Order>>,
    Json(body): Json<PlaceBody>,
) -> Result<Json<OrderBody>, Failure> {
    let buyer = visitor.buyer().ok_or(Error::NotFound)?;
    service::place(&ctx, &app, buyer, &body.form(id)).await?;
    Ok(Json((&orders::get(&ctx, &app, &visitor, id).await?).into()))
}
