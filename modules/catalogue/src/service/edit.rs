//! What a supplier does with a product: begin it, work on its copy, hand it in, give up.

use sh_access::audit::{Entry, record};
use sh_db::{DbError, Tx};
use sh_http::{App, Context, Invalid, Listing, Page, Permission, Scope};
use sh_kernel::{FieldErrors, Id, Instant};
use sh_ui::Locale;

use super::{
    codes,
    shops::{self, by},
};
use crate::{
    Error,
    draft::{Draft, Facts, Flaw, flaw_text},
    model::{Product, Review, Shelf, Shop},
    store::{
        product::{self as store, DraftRow, ListedProduct, ProductFilter, ProductRow},
        shop::{self, ShopRow},
        sku::{self, PictureRow},
    },
};

/// Products that a shop may have.
pub const PRODUCTS_MAX: i64 = 200_000;

/// A product as its supplier's form and the operator's review show it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The product.
    pub product: ProductRow,
    /// Its shop.
    pub shop: ShopRow,
    /// Its variants, offered or not.
    pub skus: Vec<crate::model::SkuRow>,
    /// Its photos.
    pub pictures: Vec<PictureRow>,
    /// The shop's freight templates.
    pub freights: Vec<shop::FreightRow>,
}

/// A product and its shop, if the actor may do this with it. Strangers are told that there is none.
pub(crate) async fn find(
    tx: &mut Tx,
    ctx: &Context,
    id: Id<Product>,
    permission: Permission,
) -> Result<(ProductRow, ShopRow), Error> {
    let product = store::product(tx, id).await?.ok_or(Error::NotFound)?;
    let shop = shop::shop(tx, product.shop).await?.ok_or(Error::NotFound)?;
    ctx.require_any(permission, &[shop.scope(), Scope::Everywhere])?;
    Ok((product, shop))
}

/// One product with everything that the form shows.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn open(ctx: &Context, app: &App, id: Id<Product>) -> Result<Opened, Error> {
    app.db
        .read(async |tx| {
            let (product, shop) = find(tx, ctx, id, Permission::ReadListings).await?;
            let skus = sku::skus(tx, id).await?;
            let pictures = sku::pictures(tx, id).await?;
            let freights = shop::freights(tx, shop.id).await?;
            Ok(Opened { product, shop, skus, pictures, freights })
        })
        .await
}

/// Products of a shop, the newest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], or a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    shop: Id<Shop>,
    filter: &ProductFilter,
    page: &Page,
) -> Result<Listing<ListedProduct>, Error> {
    shops::get(ctx, app, shop).await?;
    let after: Option<Id<Product>> = page.key()?;
    let rows = app.db.read(async |tx| store::of_shop(tx, shop, filter, after, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// Begins a product. Nothing but its code must be known yet.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] without a code, or with a variant's code that another product
/// has; [`Error::CodeTaken`], [`Error::ShopFull`].
pub async fn create(ctx: &Context, app: &App, shop: Id<Shop>, draft: &Draft) -> Result<Id<Product>, Error> {
    let owner = shops::get(ctx, app, shop).await?;
    ctx.require(Permission::EditListings, owner.scope())?;
    let mut errors = FieldErrors::default();
    if draft.code.trim().is_empty() {
        errors.push("/code", "cell-empty", ctx.t("product-code-missing"));
    }
    errors.into_result().map_err(Invalid)?;
    let id: Id<Product> = ctx.id();
    let outcome = app
        .db
        .write(async |tx| {
            if store::count_of_shop(tx, shop).await? >= PRODUCTS_MAX {
                return Err(Error::ShopFull);
            }
            let row = DraftRow { id, shop, draft, review: Review::Draft, at: ctx.now(), by: by(ctx) };
            store::add_all(tx, &[row]).await?;
            claim(tx, ctx, shop, (id, draft)).await?;
            let told = serde_json::json!({ "code": draft.code.trim(), "name": draft.name.trim() });
            record(tx, ctx, Entry::new("create-product", "product", id).after(&told)).await?;
            Ok(id)
        })
        .await;
    taken(outcome, &draft.code)
}

/// Takes the codes of the variants of a working copy.
async fn claim(
    tx: &mut Tx,
    ctx: &Context,
    shop: Id<Shop>,
    draft: (Id<Product>, &Draft),
) -> Result<(), Error> {
    let flaws = codes::claim(tx, shop, &[draft]).await?;
    if flaws.is_empty() { Ok(()) } else { Err(invalid(ctx.locale, &flaws).into()) }
}

/// A code that another product of the shop has.
pub(crate) fn taken<T>(outcome: Result<T, Error>, code: &str) -> Result<T, Error> {
    match outcome {
        Err(Error::Db(DbError::Unique(_))) => Err(Error::CodeTaken(code.trim().to_owned())),
        outcome => outcome,
    }
}

/// Keeps what is typed, whether it makes sense or not, so that nothing is lost; only codes must be the shop's own.
/// Returns the stamp and the time under which it is kept. Drafts are not logged: the log holds what is handed in and what
/// is decided.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::CodeTaken`], or [`Error::Invalid`] with the variants whose codes another
/// product has; [`Error::Changed`] if somebody has saved it since `stamp`; [`Error::WrongState`] while it waits for the
/// operator.
pub async fn save(
    ctx: &Context,
    app: &App,
    id: Id<Product>,
    stamp: i64,
    draft: &Draft,
) -> Result<(i64, Instant), Error> {
    let now = ctx.now();
    let outcome = app
        .db
        .write(async |tx| {
            let (product, _) = find(tx, ctx, id, Permission::EditListings).await?;
            if product.review == Review::Submitted {
                return Err(Error::WrongState(Review::Submitted.word()));
            }
            let mut draft = draft.clone();
            // Photos are added and removed one by one; a form knows only their order.
            draft.pictures = ordered(&draft.pictures, &product.draft().pictures);
            if product.content.is_some() && draft.code.trim().is_empty() {
                draft.code.clone_from(&product.code);
            }
            let row = DraftRow {
                id,
                shop: product.shop,
                draft: &draft,
                review: Review::Draft,
                at: now,
                by: by(ctx),
            };
            if !store::save_draft(tx, &row, stamp).await? {
                // A form that is sent while it keeps itself comes with an older stamp, and says nothing new.
                return if product.draft() == draft { Ok(product.stamp) } else { Err(Error::Changed) };
            }
            claim(tx, ctx, product.shop, (id, &draft)).await?;
            Ok(stamp + 1)
        })
        .await;
    taken(outcome, &draft.code).map(|stamp| (stamp, now))
}

/// The known photos in the order asked for; those not asked for stand at the end.
fn ordered<T: Copy + PartialEq>(asked: &[T], known: &[T]) -> Vec<T> {
    let first = asked.iter().filter(|id| known.contains(id));
    let rest = known.iter().filter(|id| !asked.contains(id));
    first.chain(rest).copied().collect()
}

/// Hands the working copy to the operator. It must be whole.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] with everything that is wrong; [`Error::WrongState`] if
/// there is no working copy or it waits already; [`Error::ShopOff`].
pub async fn submit(ctx: &Context, app: &App, id: Id<Product>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let (product, shop) = find(tx, ctx, id, Permission::EditListings).await?;
            if !shop.is_open() {
                return Err(Error::ShopOff);
            }
            if !matches!(product.review, Review::Draft | Review::Returned) {
                return Err(Error::WrongState(product.review.word()));
            }
            let facts = facts(tx, ctx, shop.id).await?;
            let content = product.draft().check(&facts).map_err(|flaws| invalid(ctx.locale, &flaws))?;
            if !store::submit(tx, (id, shop.id), ctx.now()).await? {
                return Err(Error::Changed);
            }
            record(tx, ctx, Entry::new("submit-product", "product", id).after(&content)).await?;
            Ok(())
        })
        .await
}

/// Gives the working copy up; a product that was never approved disappears with it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::WrongState`] if there is no working copy.
pub async fn discard(ctx: &Context, app: &App, id: Id<Product>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let (product, shop) = find(tx, ctx, id, Permission::EditListings).await?;
            let gone = if product.shelf == Shelf::New {
                store::remove(tx, id, shop.id).await?
            } else {
                store::drop_draft(tx, id, shop.id).await?
            };
            if !gone {
                return Err(Error::WrongState(product.review.word()));
            }
            codes::claim(tx, shop.id, &[(id, &Draft::default())]).await?;
            record(tx, ctx, Entry::new("discard-draft", "product", id)).await?;
            Ok(())
        })
        .await
}

/// What a check of a draft of this shop must know.
pub(crate) async fn facts(tx: &mut Tx, ctx: &Context, shop: Id<Shop>) -> Result<Facts, DbError> {
    let freights = shop::freights(tx, shop).await?;
    Ok(Facts {
        today: ctx.today(),
        freights: freights.into_iter().map(|freight| (freight.id, freight.name)).collect(),
    })
}

/// Flaws as a form shows them.
pub(crate) fn invalid(locale: Locale, flaws: &[Flaw]) -> Invalid {
    let mut errors = FieldErrors::default();
    for flaw in flaws {
        let (reason, fix) = flaw_text(locale, flaw);
        let field = locale.t(&format!("product-{}", flaw.field));
        let message = locale
            .with("product-flaw", &[("field", field.into()), ("reason", reason.into()), ("fix", fix.into())]);
        errors.push(format!("/{}", flaw.input_name()), flaw.code, message);
    }
    Invalid(errors)
}
