//! Use cases, one file each. Writers make a plan of the ledger of their own in their transaction; its first step locks the
//! book, so that what is read after it is true until the end.

pub mod change;
pub mod empty;
pub mod look;
pub mod receive;
pub mod table;

use sh_catalogue::{Error as CatalogueError, ShopRow, service::shops};
use sh_db::Tx;
use sh_http::{Actor, App, Context, Invalid, Permission, Scope};
use sh_kernel::{FieldErrors, Id};
use sh_ledger::{Kind, Refusal, Unit};
use sh_ui::Locale;

use crate::{
    Error,
    model::{Lot, base_unit},
    store::{self, LotRow, Place},
};

/// Characters of a code, of a location's name.
const NAME_CHARS_MAX: usize = 40;
/// Characters of a note or reason.
const NOTE_CHARS_MAX: usize = 200;

/// A lot and its shop, if the actor may do this with it. Strangers are told that there is none.
async fn find(
    ctx: &Context,
    app: &App,
    id: Id<Lot>,
    permission: Permission,
) -> Result<(LotRow, ShopRow), Error> {
    let lot = app.db.read(async |tx| store::lot(tx, id).await).await?.ok_or(Error::NotFound)?;
    let shop = shops::get(ctx, app, lot.shop).await?;
    ctx.require_any(permission, &[shop.scope(), Scope::Everywhere])?;
    Ok((lot, shop))
}

/// The location of a shop with a name; a new one if there is none. Without a name the first one, which is made if the shop
/// has none yet.
async fn place(tx: &mut Tx, ctx: &Context, shop: &ShopRow, name: &str) -> Result<Place, Error> {
    let known = store::locations(tx, shop.id).await?;
    let name = name.trim();
    let found = if name.is_empty() { known.first() } else { known.iter().find(|place| place.name == name) };
    if let Some(found) = found {
        return Ok(found.clone());
    }
    let full = known.len() >= store::LOCATIONS_MAX as usize;
    if full || name.chars().count() > NAME_CHARS_MAX {
        let key = if full { "lot-locations-full" } else { "lot-location-long" };
        return Err(one_error("/location", "location-wrong", ctx.t(key)));
    }
    let name = if name.is_empty() { ctx.t("lot-location-first") } else { name.to_owned() };
    let made = Place { id: ctx.id(), name };
    store::add_location(tx, shop.id, &made).await?;
    Ok(made)
}

fn one_error(pointer: &str, code: &'static str, message: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.push(pointer, code, message);
    Invalid(errors).into()
}

/// A quantity as people read it: `12.5 kg`, `30 件`; negative with its sign.
pub fn measured(locale: Locale, amount: i64, unit: Unit) -> String {
    if unit == Unit::Piece {
        return locale.with("lot-pieces", &[("count", amount.into())]);
    }
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}", sh_catalogue::draft::measured(amount.saturating_abs(), base_unit(unit)))
}

/// A refusal in the words of whoever works with lots.
fn refused(ctx: &Context, refusal: Refusal) -> Error {
    let Refusal::Short(short) = &refusal else { return Error::Ledger(refusal) };
    let Some(first) = short.first() else { return Error::Ledger(refusal) };
    let told = measured(ctx.locale, first.available, first.account.unit);
    if first.account.kind == Kind::Loss {
        Error::MoreThanLost { lost: told }
    } else {
        Error::Short { there: told }
    }
}

/// The first characters of what somebody wrote.
fn note(text: &str) -> String {
    text.trim().chars().take(NOTE_CHARS_MAX).collect()
}

/// How documents name the actor.
fn by(ctx: &Context) -> &str {
    match &*ctx.actor {
        Actor::User(user) => &user.login,
        Actor::Public | Actor::System { .. } => ctx.actor.label(),
    }
}

/// The shop that the actor works for: the one asked for if it is theirs, else the first of theirs.
///
/// # Errors
/// As [`shops::own`].
pub(crate) async fn own(
    ctx: &Context,
    app: &App,
    asked: Option<Id<sh_catalogue::model::Shop>>,
) -> Result<ShopRow, CatalogueError> {
    shops::own(ctx, app, asked).await
}
