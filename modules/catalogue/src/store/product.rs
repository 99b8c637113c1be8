//! Products: what was approved, the working copy, and where both stand.

use std::collections::BTreeMap;

use sh_db::{DbError, FromRow, Row, Tx, Value, binds};
use sh_kernel::{Day, Id, Instant};

use super::shop::{json_if, to_json};
use crate::{
    draft::{Content, Draft},
    model::{Freight, Product, Review, Shelf, Shop, Sku, unit_code},
};

sh_db::inserts! {
    /// New products, each with its working copy.
    ADD_PRODUCTS = product(id Uuid, shop Uuid, code Text, name Text, shelf I64, review I64, version I64, stamp I64,
        kind I64, unit I64, returnable Bool, created_at Instant, saved_at Instant, saved_by Text, submitted_at Instant,
        draft Text) "";
    /// Working copies of products that are there.
    SAVE_DRAFTS = product(id Uuid, shop Uuid, code Text, name Text, shelf I64, review I64, version I64, stamp I64,
        kind I64, unit I64, returnable Bool, created_at Instant, saved_at Instant, saved_by Text, submitted_at Instant,
        draft Text)
        "ON CONFLICT (id, shop) DO UPDATE SET draft = excluded.draft, review = excluded.review, \
         stamp = product.stamp + 1, saved_at = excluded.saved_at, saved_by = excluded.saved_by, \
         submitted_at = excluded.submitted_at, remarks = NULL, \
         name = CASE WHEN product.content IS NULL THEN excluded.name ELSE product.name END, \
         code = CASE WHEN product.content IS NULL THEN excluded.code ELSE product.code END";
}

sh_db::statements! {
    /// One product.
    PRODUCT = "SELECT id, shop, code, name, shelf, review, version, stamp, lead, cover, certified_until, saved_at, \
        saved_by, submitted_at, decided_at, decided_by, off_reason, remarks, content, draft FROM product WHERE id = $1";
    /// Products of a shop by their codes.
    BY_CODES = "SELECT id, shop, code, name, shelf, review, version, stamp, lead, cover, certified_until, saved_at, \
        saved_by, submitted_at, decided_at, decided_by, off_reason, remarks, content, draft FROM product \
        WHERE shop = $1 AND code {{in_text $2}}";
    /// How many products a shop has.
    COUNT_OF_SHOP = "SELECT COUNT(*) FROM product WHERE shop = $1";
    /// Products of a shop, the newest first, in some state, whose name or code contains a text, after one of them.
    OF_SHOP = "SELECT p.id, p.code, p.name, p.shelf, p.review, p.saved_at, p.lead, s.price, p.cover, p.kind \
        FROM product p LEFT JOIN sku s ON s.id = p.lead AND s.shop = p.shop \
        WHERE p.shop = $1 AND (CAST($2 AS BIGINT) IS NULL OR p.shelf = $2) \
        AND (CAST($3 AS BIGINT) IS NULL OR p.review = $3) \
        AND (CAST($4 AS TEXT) IS NULL OR p.name LIKE $4 OR p.code LIKE $4) \
        AND ($5 OR p.id < $6) ORDER BY p.id DESC LIMIT $7";
    /// All products of a shop with what they hold, in the order of their identifiers, after one of them.
    WHOLE_OF_SHOP = "SELECT id, shop, code, name, shelf, review, version, stamp, lead, cover, certified_until, saved_at, \
        saved_by, submitted_at, decided_at, decided_by, off_reason, remarks, content, draft FROM product \
        WHERE shop = $1 AND ($2 OR id > $3) ORDER BY id LIMIT $4";
    /// What waits for the operator, the longest first, after one of them.
    WAITING = "SELECT p.id, p.code, p.name, p.shelf, p.submitted_at, s.name FROM product p \
        JOIN shop s ON s.id = p.shop WHERE p.review = 2 AND ($1 OR p.submitted_at > $2 \
        OR (p.submitted_at = $2 AND p.id > $3)) ORDER BY p.submitted_at, p.id LIMIT $4";
    /// How much waits, counted up to a limit.
    COUNT_WAITING = "SELECT COUNT(*) FROM (SELECT 1 FROM product WHERE review = 2 LIMIT $1) w";
    /// Keeps what was typed, unless somebody else has saved since.
    SAVE_DRAFT = "UPDATE product SET draft = $4, review = CASE WHEN review = 3 THEN 3 ELSE 1 END, stamp = stamp + 1, \
        saved_at = $5, saved_by = $6, submitted_at = NULL, \
        name = CASE WHEN content IS NULL THEN $7 ELSE name END, \
        code = CASE WHEN content IS NULL THEN $8 ELSE code END \
        WHERE id = $1 AND shop = $2 AND stamp = $3";
    /// Hands the working copy to the operator.
    SUBMIT = "UPDATE product SET review = 2, submitted_at = $3, remarks = NULL, stamp = stamp + 1 \
        WHERE id = $1 AND shop = $2 AND review IN (1, 3)";
    /// Gives the working copy up.
    DROP_DRAFT = "UPDATE product SET review = 0, draft = NULL, remarks = NULL, submitted_at = NULL, stamp = stamp + 1 \
        WHERE id = $1 AND shop = $2 AND content IS NOT NULL AND review <> 0";
    /// Removes a product that was never approved.
    REMOVE = "DELETE FROM product WHERE id = $1 AND shop = $2 AND content IS NULL";
    /// The operator returns the working copy with remarks.
    RETURN = "UPDATE product SET review = 3, remarks = $4, decided_at = $5, decided_by = $6, stamp = stamp + 1 \
        WHERE id = $1 AND shop = $2 AND review = 2 AND stamp = $3";
    /// The operator approves the working copy, which becomes what the product is.
    APPROVE = "UPDATE product SET review = 0, remarks = NULL, draft = NULL, decided_at = $4, decided_by = $5, \
        stamp = stamp + 1, version = version + 1, shelf = $6, code = $7, name = $8, kind = $9, origin = $10, \
        producer = $11, unit = $12, freight = $13, returnable = $14, certified_until = $15, lead = $16, cover = $17, \
        limit_pieces = $19, limit_days = $20, \
        on_sale_at = CASE WHEN CAST($6 AS BIGINT) = 2 AND on_sale_at IS NULL THEN $4 ELSE on_sale_at END, content = $18 \
        WHERE id = $1 AND shop = $2 AND review = 2 AND stamp = $3";
    /// Whether it can be bought, and why not.
    SET_SHELF = "UPDATE product SET shelf = $4, off_reason = $5, version = version + 1, \
        on_sale_at = CASE WHEN CAST($4 AS BIGINT) = 2 AND on_sale_at IS NULL THEN $6 ELSE on_sale_at END \
        WHERE id = $1 AND shop = $2 AND shelf = $3";
    /// A price that was changed: in what was approved, in the working copy, and which variant lists show.
    SET_PRICES = "UPDATE product SET lead = $3, version = version + 1, content = $4, draft = $5 \
        WHERE id = $1 AND shop = $2";
    /// Products on sale of a shop, in the order of their identifiers, after one of them.
    ON_SALE_OF_SHOP = "SELECT id FROM product WHERE shop = $1 AND shelf = 2 AND ($2 OR id > $3) ORDER BY id LIMIT $4";
    /// Products whose recognition has ended but is still shown.
    EXPIRED = "SELECT id FROM product WHERE certified_until IS NOT NULL AND certified_until < $1 LIMIT $2";
    /// Its recognition is shown no longer.
    UNCERTIFY = "UPDATE product SET certified_until = NULL, version = version + 1 WHERE id = $1 AND certified_until < $2";
}

/// Remarks of the operator: field and what is wrong with it; `all` for the product as a whole.
pub type Remarks = BTreeMap<String, String>;

/// A product (商品) as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// Identifier.
    pub id: Id<Product>,
    /// Whose it is.
    pub shop: Id<Shop>,
    /// The supplier's own code.
    pub code: String,
    /// Its name; before the first approval as it was typed.
    pub name: String,
    /// Whether it can be bought.
    pub shelf: Shelf,
    /// Where the working copy stands.
    pub review: Review,
    /// Ascends with what a buyer would notice.
    pub version: i64,
    /// Ascends with each saving of the working copy.
    pub stamp: i64,
    /// The variant that lists show.
    pub lead: Option<Id<Sku>>,
    /// Key of the small picture that lists show.
    pub cover: Option<String>,
    /// Last day of its recognition, if it is recognised.
    pub certified_until: Option<Day>,
    /// When it was last saved.
    pub saved_at: Instant,
    /// By whom.
    pub saved_by: String,
    /// Since when it waits for the operator.
    pub submitted_at: Option<Instant>,
    /// When the operator last decided.
    pub decided_at: Option<Instant>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why the operator has switched it off.
    pub off_reason: Option<String>,
    /// What the operator has remarked.
    pub remarks: Option<Remarks>,
    /// What was approved.
    pub content: Option<Content>,
    /// The working copy.
    pub draft: Option<Draft>,
}

impl ProductRow {
    /// What the form shows: the working copy, else what was approved.
    pub fn draft(&self) -> Draft {
        match (&self.draft, &self.content) {
            (Some(draft), _) => draft.clone(),
            (None, Some(content)) => Draft::of(content),
            (None, None) => Draft { code: self.code.clone(), name: self.name.clone(), ..Draft::default() },
        }
    }
}

impl ProductRow {
    /// Notes the price of a variant in what was approved and in the working copy, so that approving an older copy does not
    /// bring an older price back.
    pub(crate) fn note_price(&mut self, code: &str, price: sh_kernel::Fen) {
        for sku in
            self.content.iter_mut().flat_map(|content| &mut content.skus).filter(|sku| sku.code == code)
        {
            sku.price = price;
        }
        for sku in
            self.draft.iter_mut().flat_map(|draft| &mut draft.skus).filter(|sku| sku.code.trim() == code)
        {
            sku.price = price.to_plain();
        }
    }
}

impl FromRow for ProductRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            shop: row.get(1)?,
            code: row.get(2)?,
            name: row.get(3)?,
            shelf: row.get(4)?,
            review: row.get(5)?,
            version: row.get(6)?,
            stamp: row.get(7)?,
            lead: row.get(8)?,
            cover: row.get(9)?,
            certified_until: row.get(10)?,
            saved_at: row.get(11)?,
            saved_by: row.get(12)?,
            submitted_at: row.get(13)?,
            decided_at: row.get(14)?,
            decided_by: row.get(15)?,
            off_reason: row.get(16)?,
            remarks: json_if(row, 17)?,
            content: json_if(row, 18)?,
            draft: json_if(row, 19)?,
        })
    }
}

/// A product in the supplier's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedProduct {
    /// Identifier.
    pub id: Id<Product>,
    /// The supplier's own code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it can be bought.
    pub shelf: Shelf,
    /// Where the working copy stands.
    pub review: Review,
    /// When it was last saved.
    pub saved_at: Instant,
    /// The variant that lists show.
    pub lead: Option<Id<Sku>>,
    /// Its price.
    pub price: Option<sh_kernel::Fen>,
    /// Key of the small picture.
    pub cover: Option<String>,
    /// Number of its kind; 0 before the first approval.
    pub kind: i64,
}

impl FromRow for ListedProduct {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            code: row.get(1)?,
            name: row.get(2)?,
            shelf: row.get(3)?,
            review: row.get(4)?,
            saved_at: row.get(5)?,
            lead: row.get(6)?,
            price: row.get(7)?,
            cover: row.get(8)?,
            kind: row.get(9)?,
        })
    }
}

/// A product that waits for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Identifier.
    pub id: Id<Product>,
    /// The supplier's own code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether an earlier state of it is on sale.
    pub shelf: Shelf,
    /// Since when it waits.
    pub submitted_at: Instant,
    /// The name of the shop.
    pub shop: String,
}

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            code: row.get(1)?,
            name: row.get(2)?,
            shelf: row.get(3)?,
            submitted_at: row.get(4)?,
            shop: row.get(5)?,
        })
    }
}

/// A product with a working copy, on its way into the database.
#[derive(Debug, Clone)]
pub(crate) struct DraftRow<'a> {
    pub(crate) id: Id<Product>,
    pub(crate) shop: Id<Shop>,
    pub(crate) draft: &'a Draft,
    pub(crate) review: Review,
    pub(crate) at: Instant,
    pub(crate) by: &'a str,
}

impl DraftRow<'_> {
    fn values(&self) -> Result<Vec<Value>, DbError> {
        let submitted = (self.review == Review::Submitted).then_some(self.at);
        Ok(binds![
            self.id,
            self.shop,
            self.draft.code.trim(),
            self.draft.name.trim(),
            Shelf::New.code(),
            self.review.code(),
            1_i64,
            1_i64,
            0_i64,
            unit_code(sh_files::parse::BaseUnit::Piece),
            false,
            self.at,
            self.at,
            self.by,
            submitted,
            to_json(self.draft)?
        ])
    }
}

pub(crate) async fn add_all(tx: &mut Tx, rows: &[DraftRow<'_>]) -> Result<(), DbError> {
    let rows = rows.iter().map(DraftRow::values).collect::<Result<Vec<_>, _>>()?;
    tx.insert_many(&ADD_PRODUCTS, rows).await.map(drop)
}

pub(crate) async fn save_all(tx: &mut Tx, rows: &[DraftRow<'_>]) -> Result<(), DbError> {
    let rows = rows.iter().map(DraftRow::values).collect::<Result<Vec<_>, _>>()?;
    tx.insert_many(&SAVE_DRAFTS, rows).await.map(drop)
}

pub(crate) async fn product(tx: &mut Tx, id: Id<Product>) -> Result<Option<ProductRow>, DbError> {
    tx.fetch_optional(&PRODUCT, binds![id]).await
}

pub(crate) async fn by_codes(
    tx: &mut Tx,
    shop: Id<Shop>,
    codes: &[String],
) -> Result<Vec<ProductRow>, DbError> {
    tx.fetch_all(&BY_CODES, binds![shop, codes]).await
}

pub(crate) async fn count_of_shop(tx: &mut Tx, shop: Id<Shop>) -> Result<i64, DbError> {
    let (count,): (i64,) = tx.fetch_one(&COUNT_OF_SHOP, binds![shop]).await?;
    Ok(count)
}

/// Which products of a shop are asked for.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// In this state of sale.
    pub shelf: Option<Shelf>,
    /// With a working copy in this state.
    pub review: Option<Review>,
    /// Whose name or code contains this.
    pub contains: Option<String>,
}

pub(crate) async fn of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    filter: &ProductFilter,
    after: Option<Id<Product>>,
    limit: i64,
) -> Result<Vec<ListedProduct>, DbError> {
    let contains = filter.contains.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let like = contains.map(|text| format!("%{}%", text.replace(['%', '_'], "")));
    let values = binds![
        shop,
        filter.shelf.map(Shelf::code),
        filter.review.map(Review::code),
        like,
        after.is_none(),
        after.unwrap_or(Id::from_uuid(uuid::Uuid::max())),
        limit
    ];
    tx.fetch_all(&OF_SHOP, values).await
}

pub(crate) async fn whole_of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    after: Option<Id<Product>>,
    limit: i64,
) -> Result<Vec<ProductRow>, DbError> {
    let from = after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    tx.fetch_all(&WHOLE_OF_SHOP, binds![shop, after.is_none(), from, limit]).await
}

pub(crate) async fn waiting(
    tx: &mut Tx,
    after: Option<(Instant, Id<Product>)>,
    limit: i64,
) -> Result<Vec<Waiting>, DbError> {
    let (at, id) = after.unwrap_or((Instant::from_micros(0), Id::from_uuid(uuid::Uuid::nil())));
    tx.fetch_all(&WAITING, binds![after.is_none(), at, id, limit]).await
}

pub(crate) async fn count_waiting(tx: &mut Tx, limit: i64) -> Result<i64, DbError> {
    let (count,): (i64,) = tx.fetch_one(&COUNT_WAITING, binds![limit]).await?;
    Ok(count)
}

/// Returns whether it was saved; otherwise somebody else has saved since `stamp`.
pub(crate) async fn save_draft(tx: &mut Tx, row: &DraftRow<'_>, stamp: i64) -> Result<bool, DbError> {
    let values = binds![
        row.id,
        row.shop,
        stamp,
        to_json(row.draft)?,
        row.at,
        row.by,
        row.draft.name.trim(),
        row.draft.code.trim()
    ];
    Ok(tx.execute(&SAVE_DRAFT, values).await? > 0)
}

pub(crate) async fn submit(
    tx: &mut Tx,
    (id, shop): (Id<Product>, Id<Shop>),
    at: Instant,
) -> Result<bool, DbError> {
    Ok(tx.execute(&SUBMIT, binds![id, shop, at]).await? > 0)
}

pub(crate) async fn drop_draft(tx: &mut Tx, id: Id<Product>, shop: Id<Shop>) -> Result<bool, DbError> {
    Ok(tx.execute(&DROP_DRAFT, binds![id, shop]).await? > 0)
}

pub(crate) async fn remove(tx: &mut Tx, id: Id<Product>, shop: Id<Shop>) -> Result<bool, DbError> {
    Ok(tx.execute(&REMOVE, binds![id, shop]).await? > 0)
}

pub(crate) async fn send_back(
    tx: &mut Tx,
    row: &ProductRow,
    remarks: &Remarks,
    (at, by): (Instant, &str),
) -> Result<bool, DbError> {
    let values = binds![row.id, row.shop, row.stamp, to_json(remarks)?, at, by];
    Ok(tx.execute(&RETURN, values).await? > 0)
}

/// What an approval writes beside the content itself.
pub(crate) struct Approved<'a> {
    pub(crate) content: &'a Content,
    pub(crate) producer: Option<i64>,
    pub(crate) shelf: Shelf,
    pub(crate) lead: Option<Id<Sku>>,
    pub(crate) cover: Option<&'a str>,
    pub(crate) at: Instant,
    pub(crate) by: &'a str,
}

pub(crate) async fn approve(tx: &mut Tx, row: &ProductRow, approved: &Approved<'_>) -> Result<bool, DbError> {
    let content = approved.content;
    let freight: Option<Id<Freight>> = content.freight;
    let values = binds![
        row.id,
        row.shop,
        row.stamp,
        approved.at,
        approved.by,
        approved.shelf.code(),
        &content.code,
        &content.name,
        content.kind,
        content.origin,
        approved.producer,
        unit_code(content.unit),
        freight,
        content.returnable,
        content.certificate.as_ref().map(|certificate| certificate.1),
        approved.lead,
        approved.cover,
        to_json(content)?,
        content.limit.map(|limit| limit.pieces),
        content.limit.map(|limit| limit.days)
    ];
    Ok(tx.execute(&APPROVE, values).await? > 0)
}

pub(crate) async fn set_shelf(
    tx: &mut Tx,
    row: &ProductRow,
    to: Shelf,
    reason: Option<&str>,
    at: Instant,
) -> Result<bool, DbError> {
    let values = binds![row.id, row.shop, row.shelf.code(), to.code(), reason, at];
    Ok(tx.execute(&SET_SHELF, values).await? > 0)
}

/// Keeps what was approved and the working copy of a product whose price was changed.
pub(crate) async fn set_prices(tx: &mut Tx, row: &ProductRow, lead: Option<Id<Sku>>) -> Result<(), DbError> {
    let content = row.content.as_ref().map(to_json).transpose()?;
    let draft = row.draft.as_ref().map(to_json).transpose()?;
    tx.execute(&SET_PRICES, binds![row.id, row.shop, lead, content, draft]).await.map(drop)
}

pub(crate) async fn on_sale_of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    after: Option<Id<Product>>,
    limit: i64,
) -> Result<Vec<Id<Product>>, DbError> {
    let from = after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    let rows: Vec<(Id<Product>,)> =
        tx.fetch_all(&ON_SALE_OF_SHOP, binds![shop, after.is_none(), from, limit]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

pub(crate) async fn expired(tx: &mut Tx, today: Day, limit: i64) -> Result<Vec<Id<Product>>, DbError> {
    let rows: Vec<(Id<Product>,)> = tx.fetch_all(&EXPIRED, binds![today, limit]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

pub(crate) async fn uncertify(tx: &mut Tx, id: Id<Product>, today: Day) -> Result<(), DbError> {
    tx.execute(&UNCERTIFY, binds![id, today]).await.map(drop)
}
