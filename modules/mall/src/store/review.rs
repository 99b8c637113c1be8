//! Reviews, their photos, who has reported them.

use sh_catalogue::model::{Product, Shop};
use sh_db::{DbError, FromRow, Row, Tx, binds};
use sh_kernel::{Id, Instant};

use crate::{
    model::Order,
    review::{Review, ReviewRow, Which},
};

sh_db::inserts! {
    /// A new review; nothing if the line has one.
    ADD_REVIEW = mall_review(id Uuid, order_id Uuid, line I64, shop Uuid, organisation Text, product Uuid, buyer Text,
        name Text, stars I64, said Text, said_at Instant, photos I64) "ON CONFLICT DO NOTHING";
    /// A photo.
    ADD_REVIEW_PHOTO = mall_review_photo(review Uuid, number I64, photo Text) "";
    /// A report; nothing if they have reported it before.
    ADD_REPORT = mall_review_report(review Uuid, who Text, at Instant, reason Text) "ON CONFLICT DO NOTHING";
}

macro_rules! review {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.order_id, r.line, r.shop, r.organisation, r.product, r.buyer, r.name, r.stars, r.said, \
            r.said_at, r.edited_at, r.more, r.more_at, r.answer, r.answered_at, r.hidden_at, r.hidden_why, \
            r.reported_at, r.photos, l.sku, l.name, l.spec, l.pieces, l.back_pieces FROM mall_review r \
            JOIN mall_line l ON l.order_id = r.order_id AND l.line = r.line ",
            $rest
        )
    };
}

sh_db::statements! {
    /// One review.
    REVIEW = review!("WHERE r.id = $1");
    /// The review of a line.
    OF_LINE = review!("WHERE r.order_id = $1 AND r.line = $2");
    /// Which lines of an order are reviewed.
    OF_ORDER = "SELECT line, id FROM mall_review WHERE order_id = $1 ORDER BY line";
    /// Reviews of a product that everybody sees, the newest first.
    OF_PRODUCT = review!("WHERE r.product = $1 AND r.id < $2 AND r.hidden_at IS NULL ORDER BY r.id DESC LIMIT $3");
    /// Those with photos.
    WITH_PHOTOS = review!("WHERE r.product = $1 AND r.id < $2 AND r.photos > 0 AND r.hidden_at IS NULL \
        ORDER BY r.id DESC LIMIT $3");
    /// Those with so many stars.
    WITH_STARS = review!("WHERE r.product = $1 AND r.stars = $4 AND r.id < $2 AND r.hidden_at IS NULL \
        ORDER BY r.id DESC LIMIT $3");
    /// Reviews of a shop, the newest first.
    OF_SHOP = review!("WHERE r.shop = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3");
    /// Those that the shop has not answered.
    UNANSWERED = review!("WHERE r.shop = $1 AND r.id < $2 AND r.answered_at IS NULL ORDER BY r.id DESC LIMIT $3");
    /// Reviews that were reported, the newest first.
    REPORTED = review!("WHERE r.reported_at IS NOT NULL AND r.id < $1 ORDER BY r.id DESC LIMIT $2");
    /// Reviews that are hidden, the newest first.
    HIDDEN = review!("WHERE r.hidden_at IS NOT NULL AND r.id < $1 ORDER BY r.id DESC LIMIT $2");
    /// Changes a review that stands as it was seen.
    EDIT = "UPDATE mall_review SET stars = $3, said = $4, edited_at = $5 WHERE id = $1 AND stars = $2 \
        AND hidden_at IS NULL";
    /// Adds something to it, once.
    ADD_MORE = "UPDATE mall_review SET more = $2, more_at = $3 WHERE id = $1 AND more_at IS NULL AND hidden_at IS NULL";
    /// Answers it, once.
    ANSWER = "UPDATE mall_review SET answer = $2, answered_at = $3 WHERE id = $1 AND answered_at IS NULL";
    /// Hides it, as it was seen. What was reported is looked at.
    HIDE = "UPDATE mall_review SET hidden_at = $4, hidden_why = $5, reported_at = NULL WHERE id = $1 AND stars = $2 \
        AND photos = $3 AND hidden_at IS NULL";
    /// Shows it again, as it was seen.
    SHOW = "UPDATE mall_review SET hidden_at = NULL, hidden_why = NULL WHERE id = $1 AND stars = $2 AND photos = $3 \
        AND hidden_at IS NOT NULL";
    /// A report is looked at and the review stays.
    KEEP = "UPDATE mall_review SET reported_at = NULL WHERE id = $1 AND reported_at IS NOT NULL";
    /// A report waits.
    SET_REPORTED = "UPDATE mall_review SET reported_at = $2 WHERE id = $1 AND reported_at IS NULL AND hidden_at IS NULL";
    /// How many have reported it.
    REPORTS = "SELECT COUNT(*) FROM mall_review_report WHERE review = $1";
    /// Why it was reported, the latest first.
    REASONS = "SELECT reason FROM mall_review_report WHERE review = $1 ORDER BY at DESC LIMIT 50";
    /// Counts a photo more, if there are as many as were seen.
    COUNT_PHOTO = "UPDATE mall_review SET photos = photos + 1 WHERE id = $1 AND photos = $2 AND hidden_at IS NULL";
    /// The key of a photo.
    REVIEW_PHOTO = "SELECT photo FROM mall_review_photo WHERE review = $1 AND number = $2";
}

impl FromRow for ReviewRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let said = |text: usize, at: usize| -> Result<Option<(String, Instant)>, DbError> {
            let text: Option<String> = row.get(text)?;
            let at: Option<Instant> = row.get(at)?;
            Ok(text.zip(at))
        };
        let (pieces, back): (i64, i64) = (row.get(23)?, row.get(24)?);
        Ok(Self {
            id: row.get(0)?,
            order: row.get(1)?,
            line: row.get(2)?,
            shop: row.get(3)?,
            organisation: row.get(4)?,
            product: row.get(5)?,
            buyer: row.get(6)?,
            name: row.get(7)?,
            stars: row.get(8)?,
            said: row.get(9)?,
            said_at: row.get(10)?,
            edited_at: row.get(11)?,
            more: said(12, 13)?,
            answer: said(14, 15)?,
            hidden: said(17, 16)?.map(|(why, at)| (at, why)),
            reported_at: row.get(18)?,
            photos: row.get(19)?,
            sku: row.get(20)?,
            goods: row.get(21)?,
            spec: row.get(22)?,
            refunded: back >= pieces,
        })
    }
}

/// Writes a review. Whether the line had none.
pub(crate) async fn add(tx: &mut Tx, row: &ReviewRow) -> Result<bool, DbError> {
    let values = binds![
        row.id,
        row.order,
        row.line,
        row.shop,
        &row.organisation,
        row.product,
        &row.buyer,
        &row.name,
        row.stars,
        &row.said,
        row.said_at,
        row.photos
    ];
    Ok(tx.insert(&ADD_REVIEW, values).await? > 0)
}

pub(crate) async fn one(tx: &mut Tx, id: Id<Review>) -> Result<Option<ReviewRow>, DbError> {
    tx.fetch_optional(&REVIEW, binds![id]).await
}

pub(crate) async fn of_line(tx: &mut Tx, order: Id<Order>, line: i64) -> Result<Option<ReviewRow>, DbError> {
    tx.fetch_optional(&OF_LINE, binds![order, line]).await
}

pub(crate) async fn of_order(tx: &mut Tx, order: Id<Order>) -> Result<Vec<(i64, Id<Review>)>, DbError> {
    tx.fetch_all(&OF_ORDER, binds![order]).await
}

pub(crate) async fn of_product(
    tx: &mut Tx,
    product: Id<Product>,
    which: Which,
    before: Id<Review>,
    limit: i64,
) -> Result<Vec<ReviewRow>, DbError> {
    match which {
        Which::All => tx.fetch_all(&OF_PRODUCT, binds![product, before, limit]).await,
        Which::Photos => tx.fetch_all(&WITH_PHOTOS, binds![product, before, limit]).await,
        Which::Stars(stars) => tx.fetch_all(&WITH_STARS, binds![product, before, limit, stars]).await,
    }
}

pub(crate) async fn of_shop(
    tx: &mut Tx,
    shop: Id<Shop>,
    unanswered: bool,
    before: Id<Review>,
    limit: i64,
) -> Result<Vec<ReviewRow>, DbError> {
    let sql = if unanswered { &UNANSWERED } else { &OF_SHOP };
    tx.fetch_all(sql, binds![shop, before, limit]).await
}

pub(crate) async fn looked_at(
    tx: &mut Tx,
    hidden: bool,
    before: Id<Review>,
    limit: i64,
) -> Result<Vec<ReviewRow>, DbError> {
    tx.fetch_all(if hidden { &HIDDEN } else { &REPORTED }, binds![before, limit]).await
}

pub(crate) async fn edit(
    tx: &mut Tx,
    row: &ReviewRow,
    (stars, said): (i64, &str),
    now: Instant,
) -> Result<bool, DbError> {
    Ok(tx.execute(&EDIT, binds![row.id, row.stars, stars, said, now]).await? > 0)
}

pub(crate) async fn add_more(tx: &mut Tx, id: Id<Review>, more: &str, now: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&ADD_MORE, binds![id, more, now]).await? > 0)
}

pub(crate) async fn answer(tx: &mut Tx, id: Id<Review>, answer: &str, now: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&ANSWER, binds![id, answer, now]).await? > 0)
}

pub(crate) async fn hide(tx: &mut Tx, row: &ReviewRow, why: &str, now: Instant) -> Result<bool, DbError> {
    Ok(tx.execute(&HIDE, binds![row.id, row.stars, row.photos, now, why]).await? > 0)
}

pub(crate) async fn show(tx: &mut Tx, row: &ReviewRow) -> Result<bool, DbError> {
    Ok(tx.execute(&SHOW, binds![row.id, row.stars, row.photos]).await? > 0)
}

pub(crate) async fn keep(tx: &mut Tx, id: Id<Review>) -> Result<bool, DbError> {
    Ok(tx.execute(&KEEP, binds![id]).await? > 0)
}

/// Keeps a report. Whether it is one that counts.
pub(crate) async fn report(
    tx: &mut Tx,
    id: Id<Review>,
    (who, reason): (&str, &str),
    (now, most): (Instant, i64),
) -> Result<bool, DbError> {
    let (count,): (i64,) = tx.fetch_one(&REPORTS, binds![id]).await?;
    if count >= most || tx.insert(&ADD_REPORT, binds![id, who, now, reason]).await? == 0 {
        return Ok(false);
    }
    tx.execute(&SET_REPORTED, binds![id, now]).await?;
    Ok(true)
}

pub(crate) async fn reasons(tx: &mut Tx, id: Id<Review>) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> = tx.fetch_all(&REASONS, binds![id]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Adds a photo. Whether there were as many as were seen.
pub(crate) async fn add_photo(tx: &mut Tx, row: &ReviewRow, photo: &str) -> Result<bool, DbError> {
    if tx.execute(&COUNT_PHOTO, binds![row.id, row.photos]).await? == 0 {
        return Ok(false);
    }
    tx.insert(&ADD_REVIEW_PHOTO, binds![row.id, row.photos.saturating_add(1), photo]).await?;
    Ok(true)
}

pub(crate) async fn photo(tx: &mut Tx, id: Id<Review>, number: i64) -> Result<Option<String>, DbError> {
    let found: Option<(String,)> = tx.fetch_optional(&REVIEW_PHOTO, binds![id, number]).await?;
    Ok(found.map(|row| row.0))
}
