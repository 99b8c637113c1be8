//! The basket (购物车): what somebody means to buy, by seller, with the price they saw.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sh_catalogue::{
    basket::{self, BasketSku},
    model::{Shop, Sku},
};
use sh_db::{DbError, Tx};
use sh_http::{App, Context};
use sh_kernel::{Day, Fen, Id};

use crate::{
    Error,
    desk::{Note, Queue},
    model::PIECES_MAX,
    store::basket as store,
    token::{GUEST_SECONDS, Visitor},
};

/// Lines of a basket.
pub const LINES_MAX: i64 = 99;

/// One line of a basket with what is to be known of it now.
#[derive(Debug, Clone)]
pub struct Item {
    /// The variant.
    pub sku: BasketSku,
    /// Pieces.
    pub pieces: i64,
    /// The price that the buyer saw last.
    pub seen: Fen,
    /// Pieces that are there.
    pub left: i64,
}

impl Item {
    /// Whether it costs something else than the buyer saw.
    pub fn changed(&self) -> bool {
        self.sku.price != self.seen
    }

    /// Whether it can be ordered as it stands.
    pub fn can_be_bought(&self) -> bool {
        self.sku.blocked.is_none() && self.left >= self.pieces
    }

    /// Price times pieces.
    ///
    /// # Errors
    /// Beyond what the system holds.
    pub fn amount(&self) -> Result<Fen, Error> {
        Ok(self.sku.price.0.checked_mul(self.pieces).map(Fen).ok_or(sh_kernel::Overflow)?)
    }
}

/// What a basket holds of one shop.
#[derive(Debug, Clone)]
pub struct Group {
    /// The shop.
    pub shop: Id<Shop>,
    /// Its name.
    pub shop_name: String,
    /// Its lines.
    pub items: Vec<Item>,
}

/// A basket, by shop.
#[derive(Debug, Clone, Default)]
pub struct Basket {
    /// What it holds of each shop.
    pub groups: Vec<Group>,
}

impl Basket {
    fn of(kept: &[store::Kept], skus: &HashMap<Id<Sku>, BasketSku>, left: &HashMap<Id<Sku>, i64>) -> Self {
        let mut groups: BTreeMap<Id<Shop>, Group> = BTreeMap::new();
        for line in kept {
            let Some(sku) = skus.get(&line.sku) else { continue };
            let there = left.get(&line.sku).copied().unwrap_or(0) / sku.content.max(1);
            let group = groups.entry(sku.shop).or_insert_with(|| Group {
                shop: sku.shop,
                shop_name: sku.shop_name.clone(),
                items: Vec::new(),
            });
            group.items.push(Item { pieces: line.pieces, seen: line.seen, left: there, sku: sku.clone() });
        }
        Self { groups: groups.into_values().collect() }
    }

    /// All lines.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.groups.iter().flat_map(|group| &group.items)
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Sum of the lines at the prices of now.
    ///
    /// # Errors
    /// Beyond what the system holds.
    pub fn goods(&self) -> Result<Fen, Error> {
        self.items().try_fold(Fen::ZERO, |sum, item| Ok(sum.plus(item.amount()?)?))
    }
}

/// Puts pieces of a variant into the basket; the price seen is that of now.
///
/// # Errors
/// [`Error::NotFound`] for an unknown variant; [`crate::Refused::OffSale`]; [`Error::BasketFull`].
pub async fn add(_ctx: &Context, app: &App, buyer: &str, sku: Id<Sku>, pieces: i64) -> Result<(), Error> {
    let note = Note::Put { buyer: buyer.to_owned(), sku, pieces: pieces.clamp(1, PIECES_MAX) };
    app.get::<Queue>()?.note(note).await
}

/// Sets the pieces of a line; none takes it out.
///
/// # Errors
/// [`Error::NotFound`] if the basket has no such line.
pub async fn change(_ctx: &Context, app: &App, buyer: &str, sku: Id<Sku>, pieces: i64) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            if pieces < 1 {
                store::drop_lines(tx, buyer, &[sku]).await?;
            } else if !store::set_pieces(tx, buyer, sku, pieces.min(PIECES_MAX)).await? {
                return Err(Error::NotFound);
            }
            Ok(())
        })
        .await
}

/// Agrees to the prices of now (确认新价). Only prices that the buyer was shown are agreed to.
///
/// # Errors
/// What the database refuses.
pub async fn agree(_ctx: &Context, app: &App, buyer: &str, shown: &[(Id<Sku>, Fen)]) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            for (sku, price) in shown {
                store::set_seen(tx, buyer, *sku, *price).await?;
            }
            Ok(())
        })
        .await
}

/// What the visitor's basket holds. What they put aside before they signed in comes along.
///
/// # Errors
/// What the database refuses.
pub async fn show(ctx: &Context, app: &App, visitor: &Visitor) -> Result<Basket, Error> {
    let Some(buyer) = visitor.buyer() else { return Ok(Basket::default()) };
    if let Some((guest, person)) = visitor.was() {
        let left = app.db.read(async |tx| store::count(tx, guest).await).await?;
        if left > 0 {
            app.db.write(async |tx| store::merge(tx, guest, person, ctx.now()).await).await?;
        }
    }
    Ok(app.get::<Queue>()?.views.basket(buyer).await?)
}

/// Baskets as they stand, one for each owner.
pub(crate) async fn load(tx: &mut Tx, owners: &[String], today: Day) -> Result<Vec<Basket>, DbError> {
    let kept = store::lines(tx, owners).await?;
    let ids: BTreeSet<Id<Sku>> = kept.values().flatten().map(|line| line.sku).collect();
    let ids: Vec<Id<Sku>> = ids.into_iter().collect();
    let (mut skus, mut left) = (HashMap::new(), HashMap::new());
    for ids in ids.chunks(basket::SKUS_MAX) {
        skus.extend(basket::skus(tx, ids).await?.into_iter().map(|sku| (sku.sku, sku)));
        left.extend(sh_stock::available(tx, ids, today).await?);
    }
    let basket = |owner| Basket::of(kept.get(owner).map_or(&[][..], Vec::as_slice), &skus, &left);
    Ok(owners.iter().map(basket).collect())
}

/// Forgets baskets that guests have left; for a chore that runs now and then. Returns how many lines.
///
/// # Errors
/// What the database refuses.
pub async fn forget_old(ctx: &Context, app: &App) -> Result<u64, Error> {
    let before = ctx.now().plus_seconds(-GUEST_SECONDS);
    Ok(app.db.write(async |tx| store::drop_old(tx, before).await).await?)
}
