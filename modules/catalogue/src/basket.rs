//! What stock and mall build on: everything that buying a variant depends on, read in one query.
//!
//! The contract for their checkout: load all variants of a basket with [`skus`] inside the transaction that sells them,
//! refuse what is [`BasketSku::blocked`], compare [`BasketSku::price`] with the price that the buyer saw and show both if
//! they differ, and freeze on the order line what the sale needs later: price, names, origin, category, certified state.
//! [`BasketSku::sku_version`] and [`BasketSku::product_version`] ascend with every change that a buyer would notice, so
//! equal versions mean that nothing has changed. Freight is charged per shop and template over all lines of an order
//! ([`freight`]), never per parcel.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use sh_db::{DbError, Tx};
use sh_files::parse::BaseUnit;
use sh_kernel::{Day, Fen, Id, Overflow, RegionCode};

use crate::{
    Categories,
    draft::Limit,
    freight::{Quote, Template},
    model::{Freight, Product, Shop, Sku},
    store,
};

/// Variants that one call loads.
pub const SKUS_MAX: usize = 500;

/// Why a variant cannot be bought now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// Its supplier has taken it off sale.
    OffSale,
    /// The operator has switched the product off.
    SwitchedOff,
    /// The operator has switched the shop off.
    ShopOff,
}

/// A variant with what buying it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasketSku {
    /// The variant.
    pub sku: Id<Sku>,
    /// Ascends with price, size and offer of the variant.
    pub sku_version: i64,
    /// The price now, of one piece.
    pub price: Fen,
    /// What tells it from the other variants.
    pub spec: String,
    /// Net content in [`BasketSku::unit`].
    pub content: i64,
    /// Weight with packing in grams.
    pub gross_grams: i64,
    /// Its product.
    pub product: Id<Product>,
    /// Ascends with name, origin, terms and sale of the product.
    pub product_version: i64,
    /// The name of the product.
    pub name: String,
    /// Number of its kind; the category follows from it, see [`BasketSku::category`].
    pub kind: i64,
    /// County of origin.
    pub origin: RegionCode,
    /// Who grew or made it, in the register of parties.
    pub producer: Option<i64>,
    /// What its content is measured in.
    pub unit: BaseUnit,
    /// Whether it can be sent back within seven days without a reason (七天无理由退货). Buyers of what cannot must be told
    /// before they pay.
    pub returnable: bool,
    /// How much of its product one buyer may have.
    pub limit: Option<Limit>,
    /// Last day of its recognition, if it is recognised.
    pub certified_until: Option<Day>,
    /// Key of the small picture.
    pub cover: Option<String>,
    /// Its shop: one order part each.
    pub shop: Id<Shop>,
    /// The seller in the register of parties.
    pub seller: i64,
    /// The name of the shop.
    pub shop_name: String,
    /// The organisation of the shop, as scopes name it.
    pub organisation: String,
    /// Its freight template; `None` if sending is free everywhere.
    pub freight: Option<Id<Freight>>,
    /// What the template says.
    pub template: Option<Arc<Template>>,
    /// Why it cannot be bought now.
    pub blocked: Option<Blocked>,
}

impl BasketSku {
    /// The number of its category, as the axis of trade lines counts it.
    pub fn category(&self) -> i64 {
        Categories::get().kind(self.kind).map_or(0, |kind| kind.category)
    }

    /// Whether it is a recognised product on this day; to be frozen with the sale.
    pub fn is_certified(&self, on: Day) -> bool {
        self.certified_until.is_some_and(|until| on <= until)
    }
}

/// The variants with these identifiers, in no order; unknown ones are missing. One query, however many there are.
///
/// # Errors
/// What the database refuses, or more than [`SKUS_MAX`].
pub async fn skus(tx: &mut Tx, ids: &[Id<Sku>]) -> Result<Vec<BasketSku>, DbError> {
    if ids.len() > SKUS_MAX {
        return Err(DbError::Other(format!("{} variants at once, at most {SKUS_MAX}", ids.len())));
    }
    store::basket::for_basket(tx, ids).await
}

/// Variants on offer of a shop whose product's name or own code holds a text, the newest last; all of them for an empty
/// text. At most `limit`, which is [`SKUS_MAX`] or less.
///
/// # Errors
/// What the database refuses.
pub async fn search(tx: &mut Tx, shop: Id<Shop>, text: &str, limit: u32) -> Result<Vec<BasketSku>, DbError> {
    let ids = store::basket::search(tx, shop, text, limit).await?;
    let mut found = store::basket::for_basket(tx, &ids).await?;
    found.sort_unstable_by_key(|sku| sku.sku);
    Ok(found)
}

/// Variants of a shop by the codes that the shop gives them, each with its code; unknown ones are missing.
///
/// # Errors
/// What the database refuses, or more than [`SKUS_MAX`].
pub async fn by_codes(
    tx: &mut Tx,
    shop: Id<Shop>,
    codes: &[String],
) -> Result<Vec<(String, BasketSku)>, DbError> {
    let named = store::basket::by_codes(tx, shop, codes).await?;
    let ids: Vec<Id<Sku>> = named.iter().map(|(_, id)| *id).collect();
    let found = skus(tx, &ids).await?;
    let found = found.into_iter().filter_map(|sku| {
        let (code, _) = named.iter().find(|(_, id)| *id == sku.sku)?;
        Some((code.clone(), sku))
    });
    Ok(found.collect())
}

/// The codes that shops give their variants.
///
/// # Errors
/// What the database refuses.
pub async fn codes(tx: &mut Tx, ids: &[Id<Sku>]) -> Result<HashMap<Id<Sku>, String>, DbError> {
    Ok(store::basket::codes(tx, ids).await?.into_iter().collect())
}

/// What sending the lines of one shop to a place costs in all: pieces of each variant, by template.
///
/// # Errors
/// [`Overflow`] beyond what the system holds.
pub fn freight<'a>(
    lines: impl IntoIterator<Item = (&'a BasketSku, i64)>,
    to: RegionCode,
) -> Result<Quote, Overflow> {
    #[derive(Default)]
    struct Parcel<'a> {
        grams: i64,
        goods: i64,
        template: Option<&'a Template>,
    }
    let mut parcels: BTreeMap<Option<Id<Freight>>, Parcel<'_>> = BTreeMap::new();
    for (sku, pieces) in lines {
        let parcel = parcels.entry(sku.freight).or_default();
        let add = |sum: i64, each: i64| {
            each.checked_mul(pieces).and_then(|part| sum.checked_add(part)).ok_or(Overflow)
        };
        parcel.grams = add(parcel.grams, sku.gross_grams)?;
        parcel.goods = add(parcel.goods, sku.price.0)?;
        parcel.template = sku.template.as_deref();
    }
    let mut sum = Fen::ZERO;
    for Parcel { grams, goods, template } in parcels.into_values() {
        match template.map_or(Quote::Fee(Fen::ZERO), |template| template.quote(to, grams, Fen(goods))) {
            Quote::NotSent => return Ok(Quote::NotSent),
            Quote::Fee(fee) => sum = sum.plus(fee)?,
        }
    }
    Ok(Quote::Fee(sum))
}
