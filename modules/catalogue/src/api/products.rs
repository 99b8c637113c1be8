//! The products of a shop as JSON under `/api/v1/shop`, for programs of suppliers.

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query};
use sh_kernel::{Fen, Id, Instant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ListedProduct, ProductFilter,
    draft::{Draft, SkuDraft},
    model::{Product, Review, Shelf, Shop, Sku},
    service::{
        edit::{self, Opened},
        price, public, shelf, shops,
    },
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, save))
        .routes(routes!(submit))
        .routes(routes!(set_shelf))
        .routes(routes!(set_price))
}

/// Which products are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The shop; the caller's own if left out.
    #[param(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// `new`, `ready`, `on-sale`, `off-sale`, `switched-off`.
    shelf: Option<String>,
    /// `none`, `draft`, `submitted`, `returned`.
    review: Option<String>,
    /// Whose name or code contains this.
    q: Option<String>,
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
    /// Rows of the page, at most 200.
    size: Option<u32>,
}

/// A product in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopProductListed)]
pub(crate) struct ListedBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<Product>,
    /// The supplier's own code.
    code: String,
    /// Its name.
    name: String,
    /// Whether it can be bought: `new`, `ready`, `on-sale`, `off-sale`, `switched-off`.
    #[schema(value_type = String)]
    shelf: Shelf,
    /// Where the working copy stands: `none`, `draft`, `submitted`, `returned`.
    #[schema(value_type = String)]
    review: Review,
    /// The lowest price in fen.
    #[schema(value_type = Option<i64>)]
    price_fen: Option<Fen>,
    /// When it was last saved.
    #[schema(value_type = String)]
    saved_at: Instant,
}

impl From<ListedProduct> for ListedBody {
    fn from(row: ListedProduct) -> Self {
        let ListedProduct { id, code, name, shelf, review, price, saved_at, .. } = row;
        Self { id, code, name, shelf, review, price_fen: price, saved_at }
    }
}

/// Products of a shop, the newest first.
#[utoipa::path(get, path = "/api/v1/shop/products", tag = "shop", params(Asked),
    responses((status = 200, body = Listing<ListedBody>)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<ListedBody>>, Failure> {
    let shop = shops::own(&ctx, &app, asked.shop).await?;
    let filter = ProductFilter {
        shelf: asked.shelf.as_deref().and_then(Shelf::from_word),
        review: asked.review.as_deref().and_then(Review::from_word),
        contains: asked.q,
    };
    let page = Page { after: asked.after, size: asked.size };
    let found = edit::list(&ctx, &app, shop.id, &filter, &page).await?;
    Ok(Json(found.map(ListedBody::from)))
}

/// A product as its supplier fills it in: every field as text, understood as in the form and in tables.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ShopProductDraft)]
#[serde(default)]
pub(crate) struct DraftBody {
    /// The supplier's own code, once in a shop.
    code: String,
    /// What it is called, without size.
    name: String,
    /// Kind of goods, by its word or name; empty to take what the name tells.
    kind: String,
    /// County of origin, as a name or a division code.
    origin: String,
    /// Who grew or made it.
    producer: String,
    /// What a buyer should know.
    description: String,
    /// When and how it is sent.
    delivery: String,
    /// What happens if something is wrong with it.
    after_sales: String,
    /// How to keep it.
    storage: String,
    /// Shelf life in days.
    shelf_days: String,
    /// Whether it can be sent back within seven days without a reason: `yes`, `no`.
    returnable: String,
    /// Pieces that one buyer may have; empty for any number.
    limit: String,
    /// Days in which they count; empty for 30.
    limit_days: String,
    /// The freight template, by its name; empty if sending is free everywhere.
    freight: String,
    /// Number of the recognition as a product of assistance.
    certificate: String,
    /// Last day on which it holds.
    certificate_until: String,
    /// Put on sale as soon as it is approved.
    publish: bool,
    /// Its variants.
    variants: Vec<VariantDraft>,
}

/// A variant as its supplier fills it in.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ShopVariantDraft)]
#[serde(default)]
pub(crate) struct VariantDraft {
    /// The supplier's own code, once in a shop; empty to have one made.
    code: String,
    /// What tells it from the others.
    spec: String,
    /// Net content with its unit: `5 kg`, `500 ml`, `30 枚`.
    content: String,
    /// Weight with packing; empty to take the net weight.
    gross: String,
    /// Price in yuan.
    price: String,
}

impl From<DraftBody> for Draft {
    fn from(body: DraftBody) -> Self {
        let variant = |one: VariantDraft| SkuDraft {
            code: one.code,
            spec: one.spec,
            content: one.content,
            gross: one.gross,
            price: one.price,
        };
        Self {
            code: body.code,
            name: body.name,
            kind: body.kind,
            origin: body.origin,
            producer: body.producer,
            description: body.description,
            delivery: body.delivery,
            after_sales: body.after_sales,
            storage: body.storage,
            shelf_days: body.shelf_days,
            returnable: body.returnable,
            limit: body.limit,
            limit_days: body.limit_days,
            freight: body.freight,
            certificate: body.certificate,
            certificate_until: body.certificate_until,
            publish: body.publish,
            pictures: Vec::new(),
            skus: body.variants.into_iter().map(variant).collect(),
        }
    }
}

impl From<Draft> for DraftBody {
    fn from(draft: Draft) -> Self {
        let variant = |one: SkuDraft| VariantDraft {
            code: one.code,
            spec: one.spec,
            content: one.content,
            gross: one.gross,
            price: one.price,
        };
        Self {
            code: draft.code,
            name: draft.name,
            kind: draft.kind,
            origin: draft.origin,
            producer: draft.producer,
            description: draft.description,
            delivery: draft.delivery,
            after_sales: draft.after_sales,
            storage: draft.storage,
            shelf_days: draft.shelf_days,
            returnable: draft.returnable,
            limit: draft.limit,
            limit_days: draft.limit_days,
            freight: draft.freight,
            certificate: draft.certificate,
            certificate_until: draft.certificate_until,
            publish: draft.publish,
            variants: draft.skus.into_iter().map(variant).collect(),
        }
    }
}

/// A variant that was approved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopVariant)]
pub(crate) struct OfferedBody {
    /// Identifier.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// The supplier's own code.
    code: String,
    /// What tells it from the others.
    spec: String,
    /// Its price in fen.
    #[schema(value_type = i64)]
    price_fen: Fen,
    /// Whether it is offered.
    offered: bool,
}

/// A product with its working copy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopProduct)]
pub(crate) struct ProductBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<Product>,
    /// Whether it can be bought.
    #[schema(value_type = String)]
    shelf: Shelf,
    /// Where the working copy stands.
    #[schema(value_type = String)]
    review: Review,
    /// To be sent along when the working copy is saved: nobody overwrites what somebody else has saved since.
    stamp: i64,
    /// The working copy, else what was approved.
    draft: DraftBody,
    /// What the operator has remarked, by field.
    remarks: BTreeMap<String, String>,
    /// Variants that were approved.
    variants: Vec<OfferedBody>,
}

impl From<Opened> for ProductBody {
    fn from(opened: Opened) -> Self {
        let product = opened.product;
        let variants = opened.skus.into_iter().map(|sku| OfferedBody {
            sku: sku.id,
            code: sku.code,
            spec: sku.spec,
            price_fen: sku.price,
            offered: sku.active,
        });
        Self {
            id: product.id,
            shelf: product.shelf,
            review: product.review,
            stamp: product.stamp,
            draft: product.draft().into(),
            remarks: product.remarks.unwrap_or_default(),
            variants: variants.collect(),
        }
    }
}

/// A product to begin.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = ShopProductNew)]
#[serde(default)]
pub(crate) struct NewBody {
    /// The shop; the caller's own if left out.
    #[schema(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// What is known of it; at least its code.
    draft: DraftBody,
}

/// Begins a product. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/shop/products", tag = "shop", request_body = NewBody,
    responses((status = 201, body = ProductBody), (status = 409, description = "The code is taken"),
        (status = 422, description = "A field is not accepted")))]
pub(crate) async fn create(
    ctx: Context,
    State(app): State<App>,
    Json(body): Json<NewBody>,
) -> Result<(StatusCode, Json<ProductBody>), Failure> {
    let shop = shops::own(&ctx, &app, body.shop).await?;
    let id = edit::create(&ctx, &app, shop.id, &body.draft.into()).await?;
    Ok((StatusCode::CREATED, Json(edit::open(&ctx, &app, id).await?.into())))
}

/// One product with its working copy.
#[utoipa::path(get, path = "/api/v1/shop/products/{id}", tag = "shop",
    params(("id" = String, Path, description = "The product")),
    responses((status = 200, body = ProductBody), (status = 404, description = "There is no such product")))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
) -> Result<Json<ProductBody>, Failure> {
    Ok(Json(edit::open(&ctx, &app, id).await?.into()))
}

/// A working copy to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ShopProductSave)]
pub(crate) struct SaveBody {
    /// The stamp that was read.
    stamp: i64,
    /// The working copy as a whole. Pictures stay as they are.
    draft: DraftBody,
}

/// Keeps the working copy, whether it makes sense yet or not. Sending it again is refused, because the stamp has changed.
#[utoipa::path(put, path = "/api/v1/shop/products/{id}", tag = "shop",
    params(("id" = String, Path, description = "The product")), request_body = SaveBody,
    responses((status = 200, body = ProductBody), (status = 409, description = "Somebody was quicker, or it waits"),
        (status = 422, description = "A variant's code belongs to another product")))]
pub(crate) async fn save(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Json(body): Json<SaveBody>,
) -> Result<Json<ProductBody>, Failure> {
    edit::save(&ctx, &app, id, body.stamp, &body.draft.into()).await?;
    Ok(Json(edit::open(&ctx, &app, id).await?.into()))
}

/// Hands the working copy to the operator. It must be whole. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/shop/products/{id}/submit", tag = "shop",
    params(("id" = String, Path, description = "The product")),
    responses((status = 200, body = ProductBody), (status = 409, description = "There is nothing to hand in"),
        (status = 422, description = "Everything that is wrong, by field")))]
pub(crate) async fn submit(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
) -> Result<Json<ProductBody>, Failure> {
    edit::submit(&ctx, &app, id).await?;
    Ok(Json(edit::open(&ctx, &app, id).await?.into()))
}

/// On sale or off.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ShopShelf)]
pub(crate) struct ShelfBody {
    /// Whether it can be bought from now on.
    on_sale: bool,
}

/// Puts an approved product on sale or takes it off. Doing it again changes nothing.
#[utoipa::path(put, path = "/api/v1/shop/products/{id}/shelf", tag = "shop",
    params(("id" = String, Path, description = "The product")), request_body = ShelfBody,
    responses((status = 200, body = ProductBody), (status = 409, description = "It was never approved, or is switched off")))]
pub(crate) async fn set_shelf(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Json(body): Json<ShelfBody>,
) -> Result<Json<ProductBody>, Failure> {
    shelf::set(&ctx, &app, id, body.on_sale).await?;
    Ok(Json(edit::open(&ctx, &app, id).await?.into()))
}

/// A new price.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ShopPrice)]
pub(crate) struct PriceBody {
    /// The price that was read, in fen; another one is refused.
    #[schema(value_type = i64)]
    seen_fen: Fen,
    /// The price from now on, in fen.
    #[schema(value_type = i64)]
    price_fen: Fen,
}

/// Sets the price of a variant at once, without review.
#[utoipa::path(put, path = "/api/v1/shop/skus/{sku}/price", tag = "shop",
    params(("sku" = String, Path, description = "The variant")), request_body = PriceBody,
    responses((status = 200, body = ProductBody), (status = 409, description = "The price is another one by now"),
        (status = 422, description = "The price is out of reason")))]
pub(crate) async fn set_price(
    ctx: Context,
    State(app): State<App>,
    Path(sku): Path<Id<Sku>>,
    Json(body): Json<PriceBody>,
) -> Result<Json<ProductBody>, Failure> {
    let product = public::home_of(&ctx, &app, sku).await?;
    price::set(&ctx, &app, sku, body.seen_fen, body.price_fen).await?;
    Ok(Json(edit::open(&ctx, &app, product).await?.into()))
}
