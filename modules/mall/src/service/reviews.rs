//! What buyers say of what they have received (评价): once for each line, with photos, something added later, one answer of
//! the shop. The operator hides with a reason. Sums of a product change in the same transaction.

use sh_access::audit::{Entry, record};
use sh_catalogue::{
    model::{Product, Shop},
    rating::{self, Rating},
    service::shops,
};
use sh_db::Tx;
use sh_http::{App, Context, Invalid, Listing, Page, Permission, Scope};
use sh_kernel::{FieldErrors, Id};
use sh_webhooks::{EVERYWHERE, Event};

use super::{
    orders::{self, reason_of},
    photos::{self, Folder},
};
use crate::{
    Error,
    case::Side,
    model::{Order, number_of},
    review::{PHOTOS_MAX, REPORTS_MAX, Review, ReviewRow, STARS_MAX, TEXT_CHARS_MAX, WRITE_DAYS, Which},
    store,
    token::Visitor,
};

const DAY_SECONDS: i64 = 24 * 3_600;

/// A review to be written.
#[derive(Debug, Clone)]
pub struct NewReview {
    /// The number that its form was given: a form that is sent twice writes one review.
    pub id: Id<Review>,
    /// The order.
    pub order: Id<Order>,
    /// The number of the line.
    pub line: i64,
    /// One to five.
    pub stars: i64,
    /// What is said; may be empty.
    pub said: String,
    /// Whether the name of the account stands there; else the name of the receiver, masked.
    pub named: bool,
}

fn wrong(field: &str, text: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.push(field, "wrong", text);
    Invalid(errors).into()
}

fn check(ctx: &Context, stars: i64, said: &str) -> Result<String, Error> {
    let mut errors = FieldErrors::default();
    if !(1..=STARS_MAX).contains(&stars) {
        errors.push("/stars", "required", ctx.t("review-stars-missing"));
    }
    let said = said.trim();
    if said.chars().count() > TEXT_CHARS_MAX {
        errors.push("/said", "too-long", ctx.t("review-too-long"));
    }
    errors.into_result().map_err(Invalid)?;
    Ok(said.to_owned())
}

/// A text that says something and is not too long.
fn text_of(ctx: &Context, said: &str) -> Result<String, Error> {
    let said = said.trim();
    if said.is_empty() || said.chars().count() > TEXT_CHARS_MAX {
        return Err(wrong("/said", ctx.t("review-text-missing")));
    }
    Ok(said.to_owned())
}

/// What the form of a line needs to know: the line as a review that is not written yet.
///
/// # Errors
/// [`Error::NotFound`] for lines of others; [`Error::Reviewed`] if there is one; [`Error::ReviewLate`] if it was received too
/// long ago; [`crate::Refused::WrongState`] if it was not received.
pub async fn blank(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    (order, line): (Id<Order>, i64),
) -> Result<ReviewRow, Error> {
    let row = draft(ctx, app, visitor, (order, line)).await?;
    if app.db.read(async |tx| store::review::of_line(tx, order, line).await).await?.is_some() {
        return Err(Error::Reviewed);
    }
    Ok(row)
}

async fn draft(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    (order, line): (Id<Order>, i64),
) -> Result<ReviewRow, Error> {
    let whole = orders::get(ctx, app, visitor, order).await?;
    let row = whole.lines.iter().find(|row| row.line == line).ok_or(Error::NotFound)?;
    let part = whole.part(row.shop).ok_or(Error::NotFound)?;
    let received = part.received_at.ok_or(crate::Refused::WrongState(part.state.word()))?;
    if received.plus_seconds(WRITE_DAYS * DAY_SECONDS) <= ctx.now() {
        return Err(Error::ReviewLate);
    }
    Ok(ReviewRow {
        id: ctx.id(),
        order,
        line,
        shop: row.shop,
        organisation: part.organisation.clone(),
        product: row.product,
        buyer: whole.order.buyer.clone(),
        name: sh_parties::mask_person(&whole.order.address.receiver),
        stars: STARS_MAX,
        said: String::new(),
        said_at: ctx.now(),
        edited_at: None,
        more: None,
        answer: None,
        hidden: None,
        reported_at: None,
        photos: 0,
        sku: row.sku,
        goods: row.name.clone(),
        spec: row.spec.clone(),
        refunded: row.back_pieces >= row.pieces,
    })
}

/// Reviews a line that was received.
///
/// # Errors
/// As [`blank`]; [`Error::Invalid`] without stars, or with too long a text; [`crate::Refused::FormOld`].
pub async fn write(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    new: &NewReview,
) -> Result<Id<Review>, Error> {
    let said = check(ctx, new.stars, &new.said)?;
    let mut row = draft(ctx, app, visitor, (new.order, new.line)).await?;
    (row.id, row.stars, row.said) = (new.id, new.stars, said);
    if let Some(user) = ctx.actor.user().filter(|_| new.named) {
        row.name.clone_from(&user.name);
    }
    app.db
        .write(async |tx| {
            if let Some(known) = store::review::of_line(tx, row.order, row.line).await? {
                let same = known.id == row.id && (known.stars, &known.said) == (row.stars, &row.said);
                return if same { Ok(row.id) } else { Err(Error::Reviewed) };
            }
            super::check_form(ctx, row.id)?;
            if !store::review::add(tx, &row).await? {
                return Err(Error::Reviewed);
            }
            add(tx, &row, Rating::default().plus(row.stars, 1)).await?;
            tell(tx, ctx, &row).await?;
            let told = serde_json::json!({ "order": row.order, "line": row.line, "stars": row.stars });
            record(tx, ctx, Entry::new("write-review", "review", row.id).after(&told)).await?;
            Ok(row.id)
        })
        .await
}

async fn add(tx: &mut Tx, row: &ReviewRow, change: Rating) -> Result<(), Error> {
    Ok(rating::add(tx, (row.product, row.shop), change).await?)
}

/// Tells programs of the shop and of the operator. Nothing of the buyer.
async fn tell(tx: &mut Tx, ctx: &Context, row: &ReviewRow) -> Result<(), Error> {
    let data = serde_json::json!({
        "review": row.id, "order": row.order, "number": number_of(row.order), "line": row.line, "shop": row.shop,
        "product": row.product, "sku": row.sku, "stars": row.stars,
    });
    let audience = vec![(row.organisation.clone(), data.clone()), (EVERYWHERE.to_owned(), data)];
    let event = Event { kind: "review.written", audience };
    Ok(sh_webhooks::publish(tx, (&ctx.ids, ctx.now()), &[event]).await?)
}

/// A review, and as what the actor sees it; nobody in particular sees what everybody sees.
///
/// # Errors
/// [`Error::NotFound`] if there is none, or it is hidden and none of the actor's business.
pub async fn get(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Review>,
) -> Result<(ReviewRow, Option<Side>), Error> {
    let row = app.db.read(async |tx| store::review::one(tx, id).await).await?.ok_or(Error::NotFound)?;
    let side = if visitor.owns(&row.buyer) {
        Some(Side::Buyer)
    } else if ctx.allows(Permission::ReadOrders, &Scope::Everywhere) {
        Some(Side::Operator)
    } else {
        let shop = Scope::Organisation(row.organisation.clone());
        ctx.allows(Permission::ReadOrders, &shop).then_some(Side::Shop)
    };
    if row.hidden.is_some() && side.is_none() { Err(Error::NotFound) } else { Ok((row, side)) }
}

async fn own(ctx: &Context, app: &App, visitor: &Visitor, id: Id<Review>) -> Result<ReviewRow, Error> {
    match get(ctx, app, visitor, id).await? {
        (row, Some(Side::Buyer)) => Ok(row),
        _ => Err(Error::NotFound),
    }
}

/// Changes one's review within a day.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`]; [`Error::ReviewLate`] after a day, or if it is hidden.
pub async fn edit(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Review>,
    (stars, said): (i64, &str),
) -> Result<(), Error> {
    let row = own(ctx, app, visitor, id).await?;
    let said = check(ctx, stars, said)?;
    if !row.can_edit(ctx.now()) {
        return Err(Error::ReviewLate);
    }
    app.db
        .write(async |tx| {
            if !store::review::edit(tx, &row, (stars, &said), ctx.now()).await? {
                return Err(crate::Refused::WrongState("changed").into());
            }
            add(tx, &row, Rating::default().plus(row.stars, -1).plus(stars, 1)).await?;
            let entry = Entry::new("edit-review", "review", id)
                .before(&serde_json::json!({ "stars": row.stars, "said": row.said }))
                .after(&serde_json::json!({ "stars": stars, "said": said }));
            Ok(record(tx, ctx, entry).await?)
        })
        .await
}

/// Adds something to one's review, once (追评).
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`] without a text; [`Error::ReviewLate`] if it is too late, or was added before.
pub async fn more(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Review>,
    said: &str,
) -> Result<(), Error> {
    let row = own(ctx, app, visitor, id).await?;
    let said = text_of(ctx, said)?;
    if !row.can_add(ctx.now()) {
        return Err(Error::ReviewLate);
    }
    app.db
        .write(async |tx| {
            if !store::review::add_more(tx, id, &said, ctx.now()).await? {
                return Err(Error::ReviewLate);
            }
            Ok(record(tx, ctx, Entry::new("add-to-review", "review", id)).await?)
        })
        .await
}

/// The shop answers, once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`] without a text; [`Error::Answered`].
pub async fn answer(ctx: &Context, app: &App, id: Id<Review>, said: &str) -> Result<(), Error> {
    let (row, _) = get(ctx, app, &Visitor::default(), id).await?;
    ctx.require(Permission::HandleOrders, Scope::Organisation(row.organisation.clone()))?;
    let said = text_of(ctx, said)?;
    app.db
        .write(async |tx| {
            if !store::review::answer(tx, id, &said, ctx.now()).await? {
                return Err(Error::Answered);
            }
            let entry =
                Entry::new("answer-review", "review", id).after(&serde_json::json!({ "answer": said }));
            Ok(record(tx, ctx, entry).await?)
        })
        .await
}

/// The operator hides a review, with a reason: it counts no more. Or shows it again, or says that what was reported stays.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`] without a reason; [`crate::Refused::WrongState`] if it changed.
pub async fn rule(ctx: &Context, app: &App, id: Id<Review>, hide: bool, reason: &str) -> Result<(), Error> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let (row, _) = get(ctx, app, &Visitor::default(), id).await?;
    let reason = reason_of(ctx, reason)?;
    let changed = || Error::from(crate::Refused::WrongState("changed"));
    let counted = Rating { photos: i64::from(row.photos > 0), ..Rating::default() };
    app.db
        .write(async |tx| {
            let action = match (hide, row.hidden.is_some()) {
                (true, _) => {
                    if !store::review::hide(tx, &row, &reason, ctx.now()).await? {
                        return Err(changed());
                    }
                    let less = Rating { photos: -counted.photos, ..Rating::default() };
                    add(tx, &row, less.plus(row.stars, -1)).await?;
                    "hide-review"
                }
                (false, true) => {
                    if !store::review::show(tx, &row).await? {
                        return Err(changed());
                    }
                    add(tx, &row, counted.plus(row.stars, 1)).await?;
                    "show-review"
                }
                (false, false) => {
                    if !store::review::keep(tx, id).await? {
                        return Err(changed());
                    }
                    "keep-review"
                }
            };
            Ok(record(tx, ctx, Entry::new(action, "review", id).reason(&reason)).await?)
        })
        .await
}

/// Reports a review that should not be there: everybody once. Returns whether it counts.
///
/// # Errors
/// [`Error::NotFound`] for whoever is not known by account or token; [`Error::Invalid`] without a reason.
pub async fn report(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Review>,
    reason: &str,
) -> Result<bool, Error> {
    let (row, _) = get(ctx, app, visitor, id).await?;
    let who = visitor.buyer().ok_or(Error::NotFound)?;
    let reason = reason_of(ctx, reason)?;
    app.db
        .write(async |tx| {
            let limits = (ctx.now(), REPORTS_MAX);
            let counts = store::review::report(tx, row.id, (who, &reason), limits).await?;
            if counts {
                record(tx, ctx, Entry::new("report-review", "review", id).reason(&reason)).await?;
            }
            Ok(counts)
        })
        .await
}

/// Why a review was reported, the latest first; for the operator.
///
/// # Errors
/// [`Error::Denied`].
pub async fn reasons(ctx: &Context, app: &App, id: Id<Review>) -> Result<Vec<String>, Error> {
    ctx.require(Permission::ReadOrders, Scope::Everywhere)?;
    Ok(app.db.read(async |tx| store::review::reasons(tx, id).await).await?)
}

/// Reviews of a product that everybody sees, the newest first, with its sums.
///
/// # Errors
/// A cursor that cannot be read, or the database.
pub async fn of_product(
    _ctx: &Context,
    app: &App,
    product: Id<Product>,
    which: Which,
    page: &Page,
) -> Result<(Listing<ReviewRow>, Rating), Error> {
    let before: Id<Review> = page.key()?.unwrap_or_else(store::list::end);
    let (rows, rating) = app
        .db
        .read(async |tx| {
            let rows = store::review::of_product(tx, product, which, before, page.fetch()).await?;
            Ok::<_, Error>((rows, rating::of_product(tx, product).await?))
        })
        .await?;
    Ok((Listing::of(rows, page, |row| row.id), rating))
}

/// Reviews of the actor's shop, the newest first: all, or those that it has not answered; with its sums.
///
/// # Errors
/// [`Error::Denied`], [`Error::Catalogue`]; a cursor that cannot be read.
pub async fn of_shop(
    ctx: &Context,
    app: &App,
    shop: Option<Id<Shop>>,
    unanswered: bool,
    page: &Page,
) -> Result<(Listing<ReviewRow>, Rating), Error> {
    let shop = shops::own(ctx, app, shop).await?;
    ctx.require_any(Permission::ReadOrders, &[shop.scope(), Scope::Everywhere])?;
    let before: Id<Review> = page.key()?.unwrap_or_else(store::list::end);
    let (rows, rating) = app
        .db
        .read(async |tx| {
            let rows = store::review::of_shop(tx, shop.id, unanswered, before, page.fetch()).await?;
            Ok::<_, Error>((rows, rating::of_shop(tx, shop.id).await?))
        })
        .await?;
    Ok((Listing::of(rows, page, |row| row.id), rating))
}

/// Reviews that the operator looks at: those reported, or those hidden, the newest first.
///
/// # Errors
/// [`Error::Denied`]; a cursor that cannot be read.
pub async fn looked_at(
    ctx: &Context,
    app: &App,
    hidden: bool,
    page: &Page,
) -> Result<Listing<ReviewRow>, Error> {
    ctx.require(Permission::ReadOrders, Scope::Everywhere)?;
    let before: Id<Review> = page.key()?.unwrap_or_else(store::list::end);
    let rows =
        app.db.read(async |tx| store::review::looked_at(tx, hidden, before, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// Which lines of an order of the visitor are reviewed.
///
/// # Errors
/// [`Error::NotFound`] for orders of others.
pub async fn of_order(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    order: Id<Order>,
) -> Result<Vec<(i64, Id<Review>)>, Error> {
    orders::get(ctx, app, visitor, order).await?;
    Ok(app.db.read(async |tx| store::review::of_order(tx, order).await).await?)
}

/// Adds a photo to one's review while it can be changed.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Picture`] if it cannot be used, or there are [`PHOTOS_MAX`]; [`Error::ReviewLate`].
pub async fn add_photo(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Review>,
    bytes: Vec<u8>,
) -> Result<(), Error> {
    let row = own(ctx, app, visitor, id).await?;
    if !row.can_edit(ctx.now()) {
        return Err(Error::ReviewLate);
    }
    if row.photos >= PHOTOS_MAX {
        return Err(Error::Picture("review-photos-full"));
    }
    let key = photos::keep(app, Folder::Reviews, bytes).await?;
    app.db
        .write(async |tx| {
            if !store::review::add_photo(tx, &row, &key).await? {
                return Err(crate::Refused::WrongState("changed").into());
            }
            if row.photos == 0 {
                add(tx, &row, Rating { photos: 1, ..Rating::default() }).await?;
            }
            Ok(())
        })
        .await
}

/// The file of a photo, for whoever may see the review.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn photo(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Review>,
    number: i64,
) -> Result<tokio::fs::File, Error> {
    get(ctx, app, visitor, id).await?;
    let key = app.db.read(async |tx| store::review::photo(tx, id, number).await).await?;
    photos::open(app, Folder::Reviews, &key.ok_or(Error::NotFound)?).await
}
