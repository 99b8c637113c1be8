//! Products as the search keeps them.

use std::collections::HashMap;

use sh_db::{DbError, Tx};
use sh_kernel::Id;
use sh_regions::Regions;
use sh_search::Entry;
use sh_ui::Locale;

use crate::{
    Categories,
    model::{Product, Shelf, Shop, SkuRow, unit_price},
    store::{
        product::{self, ProductRow},
        shop::{self, ShopRow},
        sku,
    },
};

/// The kind under which products are kept.
pub(crate) const PRODUCT: &str = "product";

/// Facets of a list, as tokens of letters and digits.
pub(crate) mod facet {
    use sh_kernel::{Id, RegionCode};

    use crate::model::Shop;

    pub(crate) const CERTIFIED: &str = "cert";

    pub(crate) fn category(number: i64) -> String {
        format!("c{number}")
    }
    pub(crate) fn kind(number: i64) -> String {
        format!("k{number}")
    }
    /// A province by two digits, a city by four, a county by six.
    pub(crate) fn region(code: RegionCode) -> String {
        let digits = code.to_string();
        let kept = if code.is_province() {
            2
        } else if code.is_city() {
            4
        } else {
            6
        };
        format!("r{}", digits.chars().take(kept).collect::<String>())
    }
    pub(crate) fn shop(id: Id<Shop>) -> String {
        format!("s{}", id.uuid().simple())
    }
    pub(crate) fn producer(party: i64) -> String {
        format!("d{:x}", party.cast_unsigned())
    }
    pub(crate) fn month(month: i64) -> String {
        format!("m{month}")
    }
    pub(crate) fn unit(code: i64) -> String {
        format!("u{code}")
    }
}

/// Enters products that are on sale, or enters them anew.
pub(crate) async fn put(tx: &mut Tx, ids: &[Id<Product>]) -> Result<(), DbError> {
    let mut entries = Vec::new();
    let mut shops: HashMap<Id<Shop>, ShopRow> = HashMap::new();
    let mut skus: HashMap<Id<Product>, Vec<SkuRow>> = HashMap::new();
    for (product, sku) in sku::skus_of(tx, ids).await? {
        skus.entry(product).or_default().push(sku);
    }
    for id in ids {
        let Some(row) = product::product(tx, *id).await? else { continue };
        if let std::collections::hash_map::Entry::Vacant(place) = shops.entry(row.shop)
            && let Some(shop) = shop::shop(tx, row.shop).await?
        {
            place.insert(shop);
        }
        let Some(shop) = shops.get(&row.shop).filter(|shop| shop.is_open()) else { continue };
        let skus = skus.get(id).map(Vec::as_slice).unwrap_or_default();
        entries.extend(entry(&row, skus, shop));
    }
    sh_search::put(tx, entries).await.map(drop)
}

/// Takes products out.
pub(crate) async fn forget(tx: &mut Tx, ids: &[Id<Product>]) -> Result<(), DbError> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.uuid()).collect();
    sh_search::forget(tx, PRODUCT, &ids).await.map(drop)
}

/// Sets the prices by which lists are sorted.
pub(crate) async fn set_prices(tx: &mut Tx, row: &ProductRow, skus: &[SkuRow]) -> Result<(), DbError> {
    let Some(numbers) = prices(row, skus) else { return Ok(()) };
    sh_search::set_numbers(tx, PRODUCT, row.id.uuid(), numbers).await.map(drop)
}

/// The lowest price, and the lowest price for 500 g, 500 ml or one piece.
fn prices(row: &ProductRow, skus: &[SkuRow]) -> Option<(i64, i64)> {
    let unit = row.content.as_ref()?.unit;
    let offered = skus.iter().filter(|sku| sku.active);
    let low = offered.clone().map(|sku| sku.price.0).min()?;
    let rate = offered.filter_map(|sku| unit_price(sku.price, unit, sku.content)).map(|price| price.0).min();
    Some((low, rate.unwrap_or(low)))
}

fn entry(row: &ProductRow, skus: &[SkuRow], shop: &ShopRow) -> Option<Entry> {
    let content = row.content.as_ref().filter(|_| row.shelf == Shelf::OnSale)?;
    let (first, second) = prices(row, skus)?;
    let (regions, categories) = (Regions::get(), Categories::get());
    let day = shop.opened_at.day();
    let kind = categories.kind(content.kind);
    let category = kind.map_or(0, |kind| kind.category);
    let mut facets = vec![
        facet::category(category),
        facet::kind(content.kind),
        facet::region(content.origin),
        facet::region(content.origin.city()),
        facet::region(content.origin.province()),
        facet::shop(row.shop),
        facet::producer(sh_parties::number_of(&content.producer)),
        facet::unit(crate::model::unit_code(content.unit)),
    ];
    facets.extend(kind.iter().flat_map(|kind| &kind.months).map(|month| facet::month(*month)));
    facets.extend(row.certified_until.map(|_| facet::CERTIFIED.to_owned()));
    let mut names: Vec<String> = skus.iter().filter(|sku| sku.active).map(|sku| sku.spec.clone()).collect();
    names.push(regions.full_name(content.origin, day));
    names.push(content.producer.clone());
    names.push(shop.name.clone());
    names.extend(kind.map(|kind| kind.name(Locale::Zh).to_owned()));
    names.extend(categories.category_of(category).map(|category| category.name(Locale::Zh).to_owned()));
    Some(Entry {
        kind: PRODUCT,
        id: row.id.uuid(),
        title: content.name.clone(),
        names,
        text: content.description.clone(),
        facets,
        weight: weight(row),
        first,
        second,
    })
}

/// How good a find a product is when the words do not decide: proven before shown before told.
fn weight(row: &ProductRow) -> i64 {
    let Some(content) = &row.content else { return 0 };
    let points = [
        (row.certified_until.is_some(), 40),
        (row.cover.is_some(), 30),
        (content.description.chars().count() >= 40, 10),
        (content.returnable, 5),
        (content.skus.len() > 1, 5),
    ];
    points.iter().filter(|point| point.0).map(|point| point.1).sum()
}
