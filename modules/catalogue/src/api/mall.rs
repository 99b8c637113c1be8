//! What everybody may see of the mall as JSON under `/api/v1/mall`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Listing, Page, Path, Query};
use sh_kernel::{Fen, Id, RegionCode};
use sh_regions::Regions;
use sh_search::How;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Card, Categories, Error,
    basket::Blocked,
    model::{Sku, SkuRow, unit_price},
    pages::{mall::query, media, picture},
    service::{halls, public},
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(categories))
        .routes(routes!(hall_list))
        .routes(routes!(hall))
        .routes(routes!(search))
        .routes(routes!(product))
}

/// A category or a kind of goods in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallCategory)]
pub(crate) struct CategoryBody {
    /// The word by which products are asked for.
    word: &'static str,
    /// Its name in the language of the request.
    name: &'static str,
    /// Kinds in it; empty for a kind.
    #[schema(no_recursion)]
    kinds: Vec<CategoryBody>,
}

/// The categories with their kinds.
#[utoipa::path(get, path = "/api/v1/mall/categories", tag = "mall", responses((status = 200, body = Vec<CategoryBody>)))]
pub(crate) async fn categories(ctx: Context) -> Json<Vec<CategoryBody>> {
    let all = Categories::get();
    let bodies = all.all().iter().map(|category| CategoryBody {
        word: category.word,
        name: category.name(ctx.locale),
        kinds: all
            .kinds_of(category.number)
            .map(|kind| CategoryBody { word: kind.word, name: kind.name(ctx.locale), kinds: Vec::new() })
            .collect(),
    });
    Json(bodies.collect())
}

/// A division with products on sale.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallPlace)]
pub(crate) struct PlaceBody {
    /// Division code.
    #[schema(value_type = i64)]
    region: RegionCode,
    /// Its name.
    name: String,
    /// The name of its hall, if it has one.
    hall: Option<String>,
    /// Products on sale from there.
    products: i64,
}

/// The halls of provinces, and provinces with products.
#[utoipa::path(get, path = "/api/v1/mall/halls", tag = "mall", responses((status = 200, body = Vec<PlaceBody>)))]
pub(crate) async fn hall_list(ctx: Context, State(app): State<App>) -> Result<Json<Vec<PlaceBody>>, Failure> {
    let found = halls::list(&ctx, &app).await?;
    let bodies = found.into_iter().map(|item| PlaceBody {
        region: item.region,
        name: Regions::get().full_name(item.region, ctx.today()),
        hall: item.hall.map(|hall| hall.name),
        products: item.products,
    });
    Ok(Json(bodies.collect()))
}

/// One who grew or made products of a place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallProducer)]
pub(crate) struct ProducerBody {
    /// The number in the register of parties.
    number: i64,
    /// The name as it is shown in public.
    name: String,
    /// Products on sale.
    products: i64,
}

/// A hall.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallHall)]
pub(crate) struct HallBody {
    /// Where it is, and how many products come from there.
    place: PlaceBody,
    /// What is told about the place.
    story: Option<String>,
    /// Counties with products, those with the most first; empty for a county.
    counties: Vec<PlaceBody>,
    /// The producers with the most products.
    producers: Vec<ProducerBody>,
}

/// The hall of a province or county.
#[utoipa::path(get, path = "/api/v1/mall/halls/{region}", tag = "mall",
    params(("region" = i64, Path, description = "Division code of a province or county")),
    responses((status = 200, body = HallBody), (status = 404, description = "There is no such division")))]
pub(crate) async fn hall(
    ctx: Context,
    State(app): State<App>,
    Path(region): Path<String>,
) -> Result<Json<HallBody>, Failure> {
    let region: RegionCode = region.parse().map_err(|_| Error::NotFound)?;
    let view = halls::view(&ctx, &app, region).await?;
    let name = |region| Regions::get().full_name(region, ctx.today());
    let place = |region, hall, products| PlaceBody { region, name: name(region), hall, products };
    let (story, hall) = view.hall.map(|hall| (hall.story, hall.name)).unzip();
    let producers = view.producers.iter().map(|(party, products)| ProducerBody {
        number: party.number,
        name: party.public_name(),
        products: *products,
    });
    Ok(Json(HallBody {
        place: place(region, hall, view.products),
        story,
        counties: view.counties.iter().map(|(code, count)| place(*code, None, *count)).collect(),
        producers: producers.collect(),
    }))
}

/// Which products are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// Words, the beginning of one, pinyin, initials, or any of them with one slip.
    q: String,
    /// The word of a category or kind.
    category: Option<String>,
    /// Division code of the origin: a province, city or county.
    origin: String,
    /// `g`, `ml` or `piece`.
    unit: String,
    /// Lowest price in yuan.
    min: String,
    /// Highest price in yuan.
    max: String,
    /// Recognised products only.
    certified: bool,
    /// `price`, `price-down`, `rate` (price for 500 g, 500 ml or one piece), `new`; else the best answers.
    sort: String,
    /// Where the page begins: `next` of the page before it.
    after: String,
    /// Products of the page, at most 100.
    size: Option<u32>,
}

/// A product as lists show it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallCard)]
pub(crate) struct CardBody {
    /// The variant shown: the cheapest one on offer.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// The name of the product.
    name: String,
    /// What tells the variant from the others.
    spec: String,
    /// Its price in fen.
    #[schema(value_type = i64)]
    price_fen: Fen,
    /// Its price for 500 g, 500 ml or one piece, in fen.
    #[schema(value_type = Option<i64>)]
    unit_price_fen: Option<Fen>,
    /// Division code of the county of origin.
    #[schema(value_type = i64)]
    origin: RegionCode,
    /// Whether it is a recognised product today.
    certified: bool,
    /// The name of the shop.
    shop: String,
    /// Address of its picture.
    picture: String,
    /// How many buyers have reviewed it.
    reviews: i64,
    /// The average of their stars, in tenths of a star: 48 is 4.8.
    stars_tenths: Option<i64>,
}

impl CardBody {
    fn of(card: Card, ctx: &Context) -> Self {
        Self {
            reviews: card.rating.count(),
            stars_tenths: card.rating.tenths(),
            unit_price_fen: unit_price(card.price, card.unit, card.content),
            certified: card.certified_until.is_some_and(|until| ctx.today() <= until),
            picture: picture(card.cover.as_deref(), card.kind, card.product),
            sku: card.sku,
            name: card.name,
            spec: card.spec,
            price_fen: card.price,
            origin: card.origin,
            shop: card.shop,
        }
    }
}

/// One page of products.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallProducts)]
pub(crate) struct FoundBody {
    /// How closely they follow what was typed: `exact`, `sound` (words that sound alike), `near` (one slip).
    how: &'static str,
    /// The products.
    #[serde(flatten)]
    page: Listing<CardBody>,
}

/// Products on sale. A text is ranked to 480 products and every list counted to 2,000.
#[utoipa::path(get, path = "/api/v1/mall/products", tag = "mall", params(Asked),
    responses((status = 200, body = FoundBody),
        (status = 422, description = "A condition cannot be read", content_type = "application/problem+json")))]
pub(crate) async fn search(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<FoundBody>, Failure> {
    let found = public::browse(&ctx, &app, &asked.browse(&ctx)?).await?;
    let how = match found.how {
        How::Exact => "exact",
        How::Sound => "sound",
        How::Near => "near",
    };
    let items = found.cards.into_iter().map(|card| CardBody::of(card, &ctx)).collect();
    let page = Listing { items, next: found.next.and_then(query::cursor), total_hint: found.total };
    Ok(Json(FoundBody { how, page }))
}

impl Asked {
    fn browse(&self, ctx: &Context) -> Result<public::Browse, Error> {
        let asked = query::BrowseQuery {
            q: self.q.clone(),
            origin: self.origin.clone(),
            unit: self.unit.clone(),
            min: self.min.clone(),
            max: self.max.clone(),
            certified: if self.certified { "1" } else { "" }.to_owned(),
            sort: self.sort.clone(),
            after: self.after.clone(),
        };
        let (mut browse, errors) = asked.browse(ctx.locale)?;
        errors.into_result().map_err(sh_http::Invalid)?;
        if let Some(word) = &self.category {
            let all = Categories::get();
            browse.category = all.all().iter().find(|one| one.word == word).map(|one| one.number);
            browse.kind = all.kinds().iter().find(|one| one.word == word).map(|one| one.number);
            if browse.category.is_none() && browse.kind.is_none() {
                return Err(Error::NotFound);
            }
        }
        browse.limit = Page { after: None, size: self.size }.size().min(100);
        Ok(browse)
    }
}

/// A variant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallVariant)]
pub(crate) struct VariantBody {
    /// Identifier.
    #[schema(value_type = String)]
    sku: Id<Sku>,
    /// What tells it from the others.
    spec: String,
    /// Its price in fen.
    #[schema(value_type = i64)]
    price_fen: Fen,
    /// Net content in gram, millilitre or pieces.
    content: i64,
    /// Weight with packing in gram.
    gross_grams: i64,
}

impl From<SkuRow> for VariantBody {
    fn from(row: SkuRow) -> Self {
        Self {
            sku: row.id,
            spec: row.spec,
            price_fen: row.price,
            content: row.content,
            gross_grams: row.gross_grams,
        }
    }
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MallProduct)]
pub(crate) struct ProductBody {
    /// Its name.
    name: String,
    /// The variant asked for.
    variant: VariantBody,
    /// All variants on offer.
    variants: Vec<VariantBody>,
    /// What contents are measured in: `g`, `ml` or `piece`.
    unit: &'static str,
    /// Why it cannot be bought: `off-sale`, `switched-off`, `shop-off`; nothing if it can.
    blocked: Option<&'static str>,
    /// Division code of the county of origin.
    #[schema(value_type = i64)]
    origin: RegionCode,
    /// Who grew or made it, as the name is shown in public.
    producer: String,
    /// Number of the recognition that holds today.
    certificate: Option<String>,
    /// What a buyer should know.
    description: String,
    /// When and how it is sent.
    delivery: String,
    /// What happens if something is wrong with it.
    after_sales: String,
    /// Whether it can be sent back within seven days without a reason.
    returnable: bool,
    /// Pieces that one buyer may have.
    limit_pieces: Option<i64>,
    /// Days in which they count.
    limit_days: Option<i64>,
    /// How to keep it.
    storage: String,
    /// Shelf life in days.
    shelf_days: Option<i64>,
    /// Addresses of its photos; without any, of a drawing.
    pictures: Vec<String>,
    /// The name of the shop.
    shop: String,
}

/// One product by one of its variants. What is off sale still answers, with `blocked`.
#[utoipa::path(get, path = "/api/v1/mall/skus/{sku}", tag = "mall",
    params(("sku" = String, Path, description = "A variant")),
    responses((status = 200, body = ProductBody), (status = 404, description = "There is no such variant")))]
pub(crate) async fn product(
    ctx: Context,
    State(app): State<App>,
    Path(sku): Path<Id<Sku>>,
) -> Result<Json<ProductBody>, Failure> {
    Ok(Json(public::product(&ctx, &app, sku).await?.into()))
}

impl From<public::Shown> for ProductBody {
    fn from(shown: public::Shown) -> Self {
        let content = shown.content;
        let drawn = || vec![picture(None, content.kind, shown.product)];
        let photos: Vec<String> = shown.pictures.iter().map(|one| media(&one.large)).collect();
        let producer = shown.producer.as_ref().map(sh_parties::Party::public_name);
        Self {
            pictures: if photos.is_empty() { drawn() } else { photos },
            variant: shown.sku.into(),
            variants: shown.skus.into_iter().map(VariantBody::from).collect(),
            unit: query::UNITS.iter().find(|unit| unit.2 == content.unit).map_or("piece", |unit| unit.0),
            blocked: shown.blocked.map(|blocked| match blocked {
                Blocked::OffSale => "off-sale",
                Blocked::SwitchedOff => "switched-off",
                Blocked::ShopOff => "shop-off",
            }),
            origin: content.origin,
            producer: producer.unwrap_or_else(|| content.producer.clone()),
            certificate: shown.certificate.map(|(number, _)| number),
            name: content.name,
            description: content.description,
            delivery: content.delivery,
            after_sales: content.after_sales,
            returnable: content.returnable,
            limit_pieces: content.limit.map(|limit| limit.pieces),
            limit_days: content.limit.map(|limit| limit.days),
            storage: content.storage,
            shelf_days: content.shelf_days,
            shop: shown.shop.name,
        }
    }
}
