//! What a basket must know of its variants, in one query.

use std::sync::Arc;

use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::Id;

use super::shop::json_if;
use crate::{
    basket::{BasketSku, Blocked},
    draft::Limit,
    freight::Template,
    model::{Shelf, Shop, ShopState, Sku, unit_of_code},
};

sh_db::statements! {
    /// Variants with what buying them depends on.
    FOR_BASKET = "SELECT s.id, s.version, s.price, s.spec, s.content, s.gross_grams, s.active, p.id, p.version, p.name, \
        p.shelf, p.kind, p.origin, p.producer, p.unit, p.returnable, p.certified_until, p.cover, h.id, h.party, h.name, \
        h.organisation, h.state, f.id, f.template, p.limit_pieces, p.limit_days \
        FROM sku s JOIN product p ON p.id = s.product AND p.shop = s.shop JOIN shop h ON h.id = s.shop \
        LEFT JOIN freight f ON f.id = p.freight AND f.shop = p.shop WHERE s.id {{in_uuid $1}}";
    /// Variants of a shop by their codes.
    BY_CODES = "SELECT code, id FROM sku WHERE shop = $1 AND code {{in_text $2}}";
    /// The codes of variants.
    CODES = "SELECT id, code FROM sku WHERE id {{in_uuid $1}}";
    /// Variants on offer of a shop by a part of a name or code.
    SEARCH_SKUS = "SELECT s.id FROM sku s JOIN product p ON p.id = s.product AND p.shop = s.shop WHERE s.shop = $1 \
        AND s.active AND (p.name LIKE $2 OR s.code LIKE $2) ORDER BY s.id LIMIT $3";
}

impl FromRow for BasketSku {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let (active, shelf, state): (bool, Shelf, ShopState) = (row.get(6)?, row.get(10)?, row.get(22)?);
        let blocked = match (state, shelf, active) {
            (ShopState::SwitchedOff, ..) => Some(Blocked::ShopOff),
            (_, Shelf::SwitchedOff, _) => Some(Blocked::SwitchedOff),
            (_, Shelf::OnSale, true) => None,
            _ => Some(Blocked::OffSale),
        };
        let column =
            |column, what: &str| DbError::Column { column, problem: format!("a sold product has no {what}") };
        Ok(Self {
            sku: row.get(0)?,
            sku_version: row.get(1)?,
            price: row.get(2)?,
            spec: row.get(3)?,
            content: row.get(4)?,
            gross_grams: row.get(5)?,
            product: row.get(7)?,
            product_version: row.get(8)?,
            name: row.get(9)?,
            kind: row.get(11)?,
            origin: row.get::<Option<_>>(12)?.ok_or_else(|| column(12, "origin"))?,
            producer: row.get(13)?,
            unit: unit_of_code(row.get(14)?),
            returnable: row.get(15)?,
            limit: limit(row.get(25)?, row.get(26)?),
            certified_until: row.get(16)?,
            cover: row.get(17)?,
            shop: row.get(18)?,
            seller: row.get(19)?,
            shop_name: row.get(20)?,
            organisation: row.get(21)?,
            freight: row.get(23)?,
            template: json_if::<Template>(row, 24)?.map(Arc::new),
            blocked,
        })
    }
}

fn limit(pieces: Option<i64>, days: Option<i64>) -> Option<Limit> {
    Some(Limit { pieces: pieces?, days: days? })
}

pub(crate) async fn for_basket(tx: &mut Tx, skus: &[Id<Sku>]) -> Result<Vec<BasketSku>, DbError> {
    tx.fetch_all(&FOR_BASKET, binds![skus]).await
}

pub(crate) async fn by_codes(
    tx: &mut Tx,
    shop: Id<Shop>,
    codes: &[String],
) -> Result<Vec<(String, Id<Sku>)>, DbError> {
    tx.fetch_all(&BY_CODES, binds![shop, codes]).await
}

pub(crate) async fn codes(tx: &mut Tx, skus: &[Id<Sku>]) -> Result<Vec<(Id<Sku>, String)>, DbError> {
    tx.fetch_all(&CODES, binds![skus]).await
}

pub(crate) async fn search(
    tx: &mut Tx,
    shop: Id<Shop>,
    text: &str,
    limit: u32,
) -> Result<Vec<Id<Sku>>, DbError> {
    let like = format!("%{}%", text.trim().replace(['%', '_'], ""));
    let rows: Vec<(Id<Sku>,)> = tx.fetch_all(&SEARCH_SKUS, binds![shop, like, limit]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
