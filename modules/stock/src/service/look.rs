//! Looking at lots: lists, one lot with its history.

use std::collections::HashMap;

use sh_catalogue::{
    ShopRow,
    basket::{self, BasketSku},
    model::{Shop, Sku},
    service::shops,
};
use sh_db::{DbError, Tx};
use sh_http::{App, Context, Listing, Page, Permission};
use sh_kernel::Id;
use sh_ledger::{Account, AccountId, Unit, read};

use super::find;
use crate::{
    Error,
    model::{EXPIRING_DAYS, Lot, LotState},
    sale::{BOOK, accounts},
    store::{self, LotRow, MovementRow, Place},
};

/// Lots that a page looks through at most to find those of which nothing is left.
const LOOK_AT: u32 = 500;
/// Variants that a text may stand for.
const SKUS_FOUND: u32 = 200;
/// Documents and entries that the page of a lot shows.
const HISTORY_SHOWN: i64 = 100;

/// Which lots a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// Those that are sold.
    #[default]
    Open,
    /// Those among them that expire within [`EXPIRING_DAYS`], or have expired, the next one first (临期).
    Expiring,
    /// Those that are sold and of which nothing is on hand or set aside.
    Empty,
    /// Those that are sold no longer.
    Closed,
    /// Those that were called back.
    Recalled,
}

impl Show {
    /// All of them, with their words.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Open, ""),
        (Self::Expiring, "expiring"),
        (Self::Empty, "empty"),
        (Self::Closed, "closed"),
        (Self::Recalled, "recalled"),
    ];

    /// The one with a word; else those that are sold.
    pub fn from_word(word: &str) -> Self {
        Self::ALL.iter().find(|known| known.1 == word).map_or(Self::Open, |known| known.0)
    }

    /// Its word in addresses.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|known| known.0 == self).map_or("", |known| known.1)
    }
}

/// What is there of a lot, in the base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// All that ever came in, from outside or from another location.
    pub received: i64,
    /// What may be sold.
    pub on_hand: i64,
    /// What is set aside for orders.
    pub reserved: i64,
    /// What has left to buyers.
    pub shipped: i64,
    /// What was lost.
    pub lost: i64,
}

impl Balance {
    fn of(balances: &HashMap<AccountId, i64>, place: (Id<Lot>, &Place, Unit)) -> Self {
        let accounts = accounts(place.0, place.1.id, place.2);
        let get = |account: Account| balances.get(&account.id).copied().unwrap_or(0);
        Self {
            received: get(accounts.inbound).saturating_neg(),
            on_hand: get(accounts.on_hand),
            reserved: get(accounts.reserved),
            shipped: get(accounts.shipped),
            lost: get(accounts.loss),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            received: self.received.saturating_add(other.received),
            on_hand: self.on_hand.saturating_add(other.on_hand),
            reserved: self.reserved.saturating_add(other.reserved),
            shipped: self.shipped.saturating_add(other.shipped),
            lost: self.lost.saturating_add(other.lost),
        }
    }
}

/// A lot in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The lot.
    pub lot: LotRow,
    /// Its variant and product.
    pub sku: BasketSku,
    /// What is there of it, at all locations together.
    pub balance: Balance,
}

/// Lots of a shop: what `show` says, of products or variants whose name or code holds `text`, if it is not empty.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], or a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    shop: Id<Shop>,
    (show, text): (Show, &str),
    page: &Page,
) -> Result<Listing<Listed>, Error> {
    shops::get(ctx, app, shop).await?;
    let after: Option<(i64, Id<Lot>)> = page.key()?;
    let until = ctx.today().plus_days(EXPIRING_DAYS);
    app.db
        .read(async |tx| {
            let skus = match text.trim() {
                "" => None,
                text => Some(basket::search(tx, shop, text, SKUS_FOUND).await?),
            };
            let skus: Option<Vec<Id<Sku>>> = skus.map(|list| list.into_iter().map(|sku| sku.sku).collect());
            let (of, limit) = (skus.as_deref(), page.fetch());
            let last = after.map(|after| after.1);
            let rows = match show {
                Show::Open => store::lots(tx, shop, (Some(LotState::Open), of), last, limit).await?,
                Show::Closed => store::lots(tx, shop, (Some(LotState::Closed), of), last, limit).await?,
                Show::Recalled => store::lots(tx, shop, (Some(LotState::Recalled), of), last, limit).await?,
                Show::Expiring => store::expiring(tx, shop, (until, of), after, limit).await?,
                Show::Empty => {
                    store::lots(tx, shop, (Some(LotState::Open), of), last, i64::from(LOOK_AT)).await?
                }
            };
            // Few of those that were looked through may be shown; the next page goes on behind the last of them.
            let looked = rows.last().filter(|_| rows.len() == LOOK_AT as usize).map(|lot| (0, lot.id));
            let mut found = told(tx, rows).await?;
            if show == Show::Empty {
                found.retain(|one| one.balance.on_hand == 0 && one.balance.reserved == 0);
            }
            let mut listing = Listing::of(found, page, |one| {
                (one.lot.expires.map_or(0, sh_kernel::Day::yyyymmdd), one.lot.id)
            });
            if show == Show::Empty && listing.next.is_none() {
                listing.next = looked.and_then(cursor);
            }
            Ok(listing)
        })
        .await
}

/// The cursor of a page that begins behind a lot.
fn cursor(key: (i64, Id<Lot>)) -> Option<String> {
    Listing::of(vec![key, key], &Page { after: None, size: Some(1) }, |key| *key).next
}

/// Lots with their variants and balances, in the order in which they come.
async fn told(tx: &mut Tx, lots: Vec<LotRow>) -> Result<Vec<Listed>, DbError> {
    let ids: Vec<Id<Lot>> = lots.iter().map(|lot| lot.id).collect();
    let units: HashMap<Id<Lot>, Unit> = lots.iter().map(|lot| (lot.id, lot.unit)).collect();
    let places = store::places(tx, &ids).await?;
    let known: Vec<(Id<Lot>, Place, Unit)> = places
        .into_iter()
        .filter_map(|(lot, place)| units.get(&lot).map(|unit| (lot, place, *unit)))
        .collect();
    let all: Vec<Account> =
        known.iter().flat_map(|(lot, place, unit)| accounts(*lot, place.id, *unit).all()).collect();
    let balances = read::balances(tx, BOOK, &all).await?;
    let mut sums: HashMap<Id<Lot>, Balance> = HashMap::new();
    for (lot, place, unit) in &known {
        let sum = sums.entry(*lot).or_default();
        *sum = sum.plus(Balance::of(&balances, (*lot, place, *unit)));
    }
    let mut skus: HashMap<Id<Sku>, BasketSku> = HashMap::new();
    let mut wanted: Vec<Id<Sku>> = lots.iter().map(|lot| lot.sku).collect();
    wanted.sort_unstable();
    wanted.dedup();
    for part in wanted.chunks(basket::SKUS_MAX) {
        skus.extend(basket::skus(tx, part).await?.into_iter().map(|sku| (sku.sku, sku)));
    }
    let listed = lots.into_iter().filter_map(|lot| {
        let sku = skus.get(&lot.sku)?.clone();
        let balance = sums.get(&lot.id).copied().unwrap_or_default();
        Some(Listed { lot, sku, balance })
    });
    Ok(listed.collect())
}

/// A lot at one place, as a table of stock has it.
#[derive(Debug, Clone)]
pub struct PlaceRow {
    /// The lot.
    pub lot: LotRow,
    /// Its variant and product.
    pub sku: BasketSku,
    /// The code that the shop gives the variant.
    pub sku_code: String,
    /// Where it lies or has lain.
    pub place: Place,
    /// What is there.
    pub balance: Balance,
}

/// Lots place by place, in the order in which they come.
pub(crate) async fn by_place(tx: &mut Tx, lots: &[Listed]) -> Result<Vec<PlaceRow>, DbError> {
    let ids: Vec<Id<Lot>> = lots.iter().map(|one| one.lot.id).collect();
    let skus: Vec<Id<Sku>> = lots.iter().map(|one| one.lot.sku).collect();
    let codes = basket::codes(tx, &skus).await?;
    let places = store::places(tx, &ids).await?;
    let of = |one: &Listed| {
        let id = one.lot.id;
        places.iter().filter(move |(lot, _)| *lot == id).map(|(_, place)| place)
    };
    let all: Vec<Account> = lots
        .iter()
        .flat_map(|one| of(one).flat_map(|place| accounts(one.lot.id, place.id, one.lot.unit).all()))
        .collect();
    let balances = read::balances(tx, BOOK, &all).await?;
    let rows = lots.iter().flat_map(|one| {
        of(one).map(|place| PlaceRow {
            lot: one.lot.clone(),
            sku: one.sku.clone(),
            sku_code: codes.get(&one.lot.sku).cloned().unwrap_or_default(),
            place: place.clone(),
            balance: Balance::of(&balances, (one.lot.id, place, one.lot.unit)),
        })
    });
    Ok(rows.collect())
}

/// A lot at one location with the latest entries of what is on hand there.
#[derive(Debug, Clone)]
pub struct AtPlace {
    /// Where.
    pub place: Place,
    /// What is there.
    pub balance: Balance,
    /// Every receipt, order, adjustment and return, the latest first. They follow within seconds.
    pub entries: Vec<read::Entry>,
}

/// A lot with everything about it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The lot, its variant, its balance.
    pub listed: Listed,
    /// Its shop.
    pub shop: ShopRow,
    /// The locations where it lies or has lain.
    pub places: Vec<AtPlace>,
    /// What people did to it, the latest first.
    pub movements: Vec<MovementRow>,
    /// All locations of the shop.
    pub locations: Vec<Place>,
}

/// One lot with its history.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn open(ctx: &Context, app: &App, id: Id<Lot>) -> Result<Opened, Error> {
    let (lot, shop) = find(ctx, app, id, Permission::ReadListings).await?;
    app.db
        .read(async |tx| {
            let unit = lot.unit;
            let movements = store::movements(tx, id, HISTORY_SHOWN).await?;
            let locations = store::locations(tx, shop.id).await?;
            let mut places = Vec::new();
            for (_, place) in store::places(tx, &[id]).await? {
                let accounts = accounts(id, place.id, unit);
                let balances = read::balances(tx, BOOK, &accounts.all()).await?;
                let entries = read::entries(tx, &accounts.on_hand, None, HISTORY_SHOWN).await?;
                let balance = Balance::of(&balances, (id, &place, unit));
                places.push(AtPlace { place, balance, entries });
            }
            let listed = told(tx, vec![lot]).await?.pop().ok_or(Error::NotFound)?;
            Ok(Opened { listed, shop, places, movements, locations })
        })
        .await
}

/// What a receipt may be for: variants of the shop whose product's name or code holds a text, and the shop's locations.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn receivable(
    ctx: &Context,
    app: &App,
    shop: &ShopRow,
    text: &str,
) -> Result<(Vec<BasketSku>, Vec<Place>), Error> {
    ctx.require(Permission::EditListings, shop.scope())?;
    app.db
        .read(async |tx| {
            let skus = basket::search(tx, shop.id, text, SKUS_FOUND).await?;
            Ok((skus, store::locations(tx, shop.id).await?))
        })
        .await
}

/// One variant of a shop, for the form of a receipt.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn variant(ctx: &Context, app: &App, shop: &ShopRow, sku: Id<Sku>) -> Result<BasketSku, Error> {
    ctx.require(Permission::EditListings, shop.scope())?;
    let found = app.db.read(async |tx| basket::skus(tx, &[sku]).await).await?;
    found.into_iter().find(|found| found.shop == shop.id).ok_or(Error::NotFound)
}
