//! Shops: opening, what they say of themselves, their freight templates, switching off.

use sh_access::audit::{Entry, record};
use sh_db::DbError;
use sh_http::{Actor, App, Context, Invalid, Listing, Page, Permission, Scope, Visible};
use sh_kernel::{FieldErrors, Id, RegionCode};
use sh_parties::{Party, upsert};

use super::index;
use crate::{
    Error,
    freight::{EXCEPTIONS_MAX, Template},
    model::{Freight, Shop, ShopState},
    store::{
        product,
        shop::{self as store, FreightRow, ShopRow},
    },
};

/// Characters of what a shop says of itself.
const STORY_CHARS_MAX: usize = 2_000;
/// Characters of a name.
const NAME_CHARS_MAX: usize = 80;
/// Products that one step of switching off takes out of the search.
const STEP: i64 = 500;

/// A shop to be opened.
#[derive(Debug, Clone)]
pub struct NewShop {
    /// The code of the organisation: its unified social credit code.
    pub organisation: String,
    /// The name of the organisation.
    pub name: String,
    /// Where it is at home.
    pub county: RegionCode,
    /// What it says of itself.
    pub story: String,
    /// Telephone for buyers.
    pub phone: String,
}

/// Opens a shop for an organisation.
///
/// # Errors
/// [`Error::Denied`]; [`Error::Invalid`] if a field is not accepted or the organisation has a shop already.
pub async fn open(ctx: &Context, app: &App, new: &NewShop) -> Result<Id<Shop>, Error> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let mut errors = FieldErrors::default();
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
    if new.organisation.is_empty() || new.organisation.len() > 40 || !new.organisation.chars().all(plain) {
        errors.push("/organisation", "code-shape", ctx.t("shop-organisation-wrong"));
    }
    if new.name.trim().is_empty() || new.name.chars().count() > NAME_CHARS_MAX {
        errors.push("/name", "required", ctx.t("shop-name-wrong"));
    }
    let party = Party::first_seen(&new.name, Some(&new.organisation));
    if party.is_none() {
        errors.push("/name", "required", ctx.t("shop-name-wrong"));
    }
    errors.into_result().map_err(Invalid)?;
    let row = ShopRow {
        id: ctx.id(),
        organisation: new.organisation.clone(),
        name: new.name.trim().to_owned(),
        party: party.as_ref().map_or(0, |party| party.number),
        county: new.county,
        story: new.story.trim().to_owned(),
        phone: new.phone.trim().to_owned(),
        state: ShopState::Open,
        off_reason: None,
        opened_at: ctx.now(),
    };
    let outcome = app
        .db
        .write(async |tx| {
            upsert(tx, party.clone()).await?;
            store::add(tx, &row).await?;
            let told = serde_json::json!({ "organisation": row.organisation, "name": row.name });
            record(tx, ctx, Entry::new("open-shop", "shop", row.id).after(&told)).await?;
            Ok(row.id)
        })
        .await;
    match outcome {
        Err(Error::Db(DbError::Unique(_))) => {
            let mut errors = FieldErrors::default();
            errors.push("/organisation", "taken", ctx.t("shop-organisation-taken"));
            Err(Invalid(errors).into())
        }
        outcome => outcome,
    }
}

/// One shop, if the actor may see its workbench.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn get(ctx: &Context, app: &App, id: Id<Shop>) -> Result<ShopRow, Error> {
    let row = app.db.read(async |tx| store::shop(tx, id).await).await?.ok_or(Error::NotFound)?;
    ctx.require_any(Permission::ReadListings, &[row.scope(), Scope::Everywhere])?;
    Ok(row)
}

/// The shop of an organisation, for the command line and for seeding.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn of_organisation(ctx: &Context, app: &App, code: &str) -> Result<ShopRow, Error> {
    ctx.require(Permission::ReadListings, Scope::Organisation(code.to_owned()))?;
    app.db.read(async |tx| store::shop_of(tx, code).await).await?.ok_or(Error::NotFound)
}

/// The shop that the actor works for: the one asked for if it is theirs, else the first of theirs.
///
/// # Errors
/// [`Error::Denied`] for strangers; [`Error::NotFound`] if there is no such shop, or none is asked for and none is theirs.
pub async fn own(ctx: &Context, app: &App, asked: Option<Id<Shop>>) -> Result<ShopRow, Error> {
    let visible = ctx.require_somewhere(Permission::ReadListings)?;
    if let Some(id) = asked {
        return get(ctx, app, id).await;
    }
    let Visible::Only { organisations, .. } = visible else { return Err(Error::NotFound) };
    let shops = app.db.read(async |tx| store::shops_of(tx, &organisations).await).await?;
    shops.into_iter().next().ok_or(Error::NotFound)
}

/// Shops by state and name, the newest first.
///
/// # Errors
/// [`Error::Denied`] without the right to see all of them; a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    state: Option<ShopState>,
    contains: Option<&str>,
    page: &Page,
) -> Result<Listing<ShopRow>, Error> {
    ctx.require(Permission::ReadListings, Scope::Everywhere)?;
    let after: Option<Id<Shop>> = page.key()?;
    let contains = contains.map(str::trim).filter(|text| !text.is_empty());
    let rows = app.db.read(async |tx| store::shops(tx, state, contains, after, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |row| row.id))
}

/// Changes what the shop says of itself.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`].
pub async fn set_profile(
    ctx: &Context,
    app: &App,
    id: Id<Shop>,
    story: &str,
    phone: &str,
) -> Result<(), Error> {
    let before = get(ctx, app, id).await?;
    ctx.require(Permission::EditListings, before.scope())?;
    let (story, phone) = (story.trim(), phone.trim());
    let mut errors = FieldErrors::default();
    if story.chars().count() > STORY_CHARS_MAX {
        errors.push("/story", "too-long", ctx.t("shop-story-long"));
    }
    if phone.chars().count() > 30
        || !phone.chars().all(|sign| sign.is_ascii_digit() || " -+()".contains(sign))
    {
        errors.push("/phone", "not-a-phone", ctx.t("shop-phone-wrong"));
    }
    errors.into_result().map_err(Invalid)?;
    app.db
        .write(async |tx| {
            store::set_profile(tx, id, (story, phone)).await?;
            let entry = Entry::new("change-shop", "shop", id)
                .before(&serde_json::json!({ "story": before.story, "phone": before.phone }))
                .after(&serde_json::json!({ "story": story, "phone": phone }));
            record(tx, ctx, entry).await?;
            Ok(())
        })
        .await
}

/// The freight templates of a shop.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn freights(ctx: &Context, app: &App, id: Id<Shop>) -> Result<Vec<FreightRow>, Error> {
    get(ctx, app, id).await?;
    Ok(app.db.read(async |tx| store::freights(tx, id).await).await?)
}

/// Keeps a freight template, a new one or another state of one. It holds for the next order.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Invalid`] without a name, with a taken one, or with rates that make
/// no sense.
pub async fn save_freight(
    ctx: &Context,
    app: &App,
    id: Id<Shop>,
    freight: Option<Id<Freight>>,
    (name, template): (&str, &Template),
) -> Result<Id<Freight>, Error> {
    let shop = get(ctx, app, id).await?;
    ctx.require(Permission::EditListings, shop.scope())?;
    let mut errors = FieldErrors::default();
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 30 {
        errors.push("/name", "required", ctx.t("freight-name-wrong"));
    }
    let rates =
        std::iter::once(&template.rate).chain(template.exceptions.iter().filter_map(|e| e.rate.as_ref()));
    let odd = |rate: &crate::freight::Rate| {
        rate.first.0 < 0 || rate.step.0 < 0 || rate.first_grams < 0 || rate.step_grams < 0
    };
    if rates.into_iter().any(odd) || template.exceptions.len() > EXCEPTIONS_MAX {
        errors.push("/first", "rate-wrong", ctx.t("freight-rate-wrong"));
    }
    errors.into_result().map_err(Invalid)?;
    let new_id = ctx.id();
    let row = FreightRow { id: freight.unwrap_or(new_id), name: name.to_owned(), template: template.clone() };
    let outcome = app
        .db
        .write(async |tx| {
            let before = store::freight(tx, id, row.id).await?;
            if freight.is_some() && before.is_none() {
                return Err(Error::NotFound);
            }
            store::put_freight(tx, id, &row).await?;
            let mut entry = Entry::new("save-freight", "freight", row.id).after(&told(&row));
            if let Some(before) = &before {
                entry = entry.before(&told(before));
            }
            record(tx, ctx, entry).await?;
            Ok(row.id)
        })
        .await;
    match outcome {
        Err(Error::Db(DbError::Unique(_))) => {
            let mut errors = FieldErrors::default();
            errors.push("/name", "taken", ctx.t("freight-name-taken"));
            Err(Invalid(errors).into())
        }
        outcome => outcome,
    }
}

fn told(row: &FreightRow) -> serde_json::Value {
    serde_json::json!({ "name": row.name, "template": row.template })
}

/// Switches a shop off, with a reason, or on again. None of its products is shown or sold while it is off.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::ReasonMissing`].
pub async fn switch(
    ctx: &Context,
    app: &App,
    id: Id<Shop>,
    to: ShopState,
    reason: &str,
) -> Result<(), Error> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let reason = reason.trim();
    if to == ShopState::SwitchedOff && reason.is_empty() {
        return Err(Error::ReasonMissing);
    }
    app.db
        .write(async |tx| {
            let before = store::shop(tx, id).await?.ok_or(Error::NotFound)?;
            let kept = (to == ShopState::SwitchedOff).then_some(reason);
            if !store::set_state(tx, id, to, kept).await? {
                return Ok(());
            }
            let action = if to == ShopState::Open { "switch-shop-on" } else { "switch-shop-off" };
            let entry = Entry::new(action, "shop", id)
                .before(&serde_json::json!({ "state": before.state.word() }))
                .after(&serde_json::json!({ "state": to.word() }))
                .reason(reason);
            record(tx, ctx, entry).await?;
            Ok::<_, Error>(())
        })
        .await?;
    reindex(app, id, to).await
}

/// Puts the products of a shop into the search or takes them out, step by step: a shop may have many. What a step has
/// not reached yet is found, but not shown, because every list asks for the state of the shop, too.
pub(crate) async fn reindex(app: &App, id: Id<Shop>, to: ShopState) -> Result<(), Error> {
    let mut after = None;
    loop {
        let last = app
            .db
            .write(async |tx| {
                let ids = product::on_sale_of_shop(tx, id, after, STEP).await?;
                match to {
                    ShopState::Open => index::put(tx, &ids).await?,
                    ShopState::SwitchedOff => index::forget(tx, &ids).await?,
                }
                Ok::<_, Error>(ids.last().copied())
            })
            .await?;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}

/// How logs and price records name the actor.
pub(crate) fn by(ctx: &Context) -> &str {
    match &*ctx.actor {
        Actor::User(user) => &user.login,
        Actor::Public | Actor::System { .. } => ctx.actor.label(),
    }
}
