//! What everybody may see: lists of products on sale, one product, the places and people they come from.

use sh_db::Tx;
use sh_files::parse::BaseUnit;
use sh_http::{App, Context};
use sh_kernel::{Day, Fen, Id, RegionCode};
use sh_parties::Party;
use sh_search::{After, Found, How, Order, Search};

use super::{
    edit::Opened,
    index::{PRODUCT, facet},
};
use crate::{
    Error,
    basket::Blocked,
    draft::{Content, Facts, SkuContent},
    model::{Product, Shelf, Shop, Sku, SkuRow, unit_code},
    rating::{self, Rating},
    store::{
        hall, product,
        public::{self as store, Card},
        shop::{self, FreightRow, ShopRow},
        sku::{self, PictureRow},
    },
};

/// Products on a page of a list.
pub const PAGE: u32 = 24;

/// Which products are asked for, and how.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Browse {
    /// What somebody typed.
    pub text: String,
    /// Of this category.
    pub category: Option<i64>,
    /// Of this kind.
    pub kind: Option<i64>,
    /// From this province, city or county.
    pub region: Option<RegionCode>,
    /// Of this shop.
    pub shop: Option<Id<Shop>>,
    /// Of this producer, by the number in the register of parties.
    pub producer: Option<i64>,
    /// Recognised ones only.
    pub certified: bool,
    /// Measured so.
    pub unit: Option<BaseUnit>,
    /// Fresh in this month, 1 to 12.
    pub month: Option<i64>,
    /// Lowest price.
    pub least: Option<Fen>,
    /// Highest price.
    pub most: Option<Fen>,
    /// The order.
    pub order: Order,
    /// Where the page begins.
    pub after: Option<After>,
    /// Products on the page; 0 for [`PAGE`].
    pub limit: u32,
}

impl Browse {
    fn facets(&self) -> Vec<Vec<String>> {
        let facets = [
            self.category.map(facet::category),
            self.kind.map(facet::kind),
            self.region.map(facet::region),
            self.shop.map(facet::shop),
            self.producer.map(facet::producer),
            self.certified.then(|| facet::CERTIFIED.to_owned()),
            self.unit.map(|unit| facet::unit(unit_code(unit))),
            self.month.map(facet::month),
        ];
        facets.into_iter().flatten().map(|facet| vec![facet]).collect()
    }

    fn search<'a>(&'a self, facets: &'a [Vec<String>]) -> Search<'a> {
        let price = (self.least.is_some() || self.most.is_some())
            .then(|| (self.least.map_or(0, |fen| fen.0), self.most.map_or(i64::MAX, |fen| fen.0)));
        Search {
            kind: PRODUCT,
            text: &self.text,
            facets,
            first: price,
            second: None,
            order: self.order,
            after: self.after,
            limit: if self.limit == 0 { PAGE } else { self.limit.min(100) },
        }
    }
}

/// One page of products.
#[derive(Debug, Clone)]
pub struct Browsed {
    /// The products.
    pub cards: Vec<Card>,
    /// Where the next page begins.
    pub next: Option<After>,
    /// Whether more products answer than are ranked, so that the list ends before they do.
    pub cut: bool,
    /// How closely they follow what was typed.
    pub how: How,
    /// How many there are in all, counted up to [`sh_search::COUNTED_MAX`]; not told on later pages.
    pub total: Option<u64>,
}

/// Products on sale.
///
/// # Errors
/// What the database refuses.
pub async fn browse(_ctx: &Context, app: &App, browse: &Browse) -> Result<Browsed, Error> {
    app.db.read(async |tx| browse_in(tx, browse).await).await
}

async fn browse_in(tx: &mut Tx, browse: &Browse) -> Result<Browsed, Error> {
    let facets = browse.facets();
    let search = browse.search(&facets);
    let Found { hits, next, how } = sh_search::find(tx, &search).await?;
    let ids: Vec<Id<Product>> = hits.iter().map(|hit| Id::from_uuid(hit.id)).collect();
    let cards = store::cards(tx, &ids).await?;
    let total = match (browse.after, next) {
        (None, None) => Some(cards.len() as u64),
        (None, Some(_)) => Some(sh_search::count(tx, &search, how).await?),
        (Some(_), _) => None,
    };
    let ranked = match browse.after {
        Some(After::Ranked(skip)) => u64::from(skip) + hits.len() as u64,
        _ => 0,
    };
    let cut = next.is_none() && ranked >= u64::from(sh_search::RANKED_MAX);
    Ok(Browsed { cards, next, cut, how, total })
}

/// What would be found without one of the conditions: the condition that was dropped, the question without it, and how
/// many there are.
#[derive(Debug, Clone)]
pub struct Without {
    /// Text key of the condition that was dropped.
    pub dropped: &'static str,
    /// What of the text was dropped, if it was a word.
    pub word: Option<String>,
    /// The question without it.
    pub browse: Browse,
    /// How many there are then.
    pub count: u64,
}

/// Which single condition to drop so that something is found, the one with the most finds first.
///
/// # Errors
/// What the database refuses.
pub async fn relax(_ctx: &Context, app: &App, browse: &Browse) -> Result<Vec<Without>, Error> {
    let mut found = Vec::new();
    app.db
        .read(async |tx| {
            for mut candidate in candidates(browse) {
                let facets = candidate.browse.facets();
                let search = candidate.browse.search(&facets);
                candidate.count = sh_search::count(tx, &search, How::Exact).await?;
                if candidate.count > 0 {
                    found.push(candidate);
                }
            }
            Ok::<_, Error>(())
        })
        .await?;
    found.sort_by_key(|without| std::cmp::Reverse(without.count));
    Ok(found)
}

fn candidates(browse: &Browse) -> Vec<Without> {
    let base = Browse { after: None, ..browse.clone() };
    let mut list = Vec::new();
    let mut add = |dropped, word: Option<String>, browse: Browse| {
        list.push(Without { dropped, word, browse, count: 0 });
    };
    let words: Vec<&str> = browse.text.split_whitespace().collect();
    if words.len() > 1 {
        for at in 0..words.len().min(6) {
            let kept: Vec<&str> =
                words.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, word)| *word).collect();
            let word = words.get(at).map(|word| (*word).to_owned());
            add("mall-drop-word", word, Browse { text: kept.join(" "), ..base.clone() });
        }
    }
    if browse.least.is_some() || browse.most.is_some() {
        add("mall-drop-price", None, Browse { least: None, most: None, ..base.clone() });
    }
    if browse.certified {
        add("mall-drop-certified", None, Browse { certified: false, ..base.clone() });
    }
    if browse.region.is_some() {
        add("mall-drop-origin", None, Browse { region: None, ..base.clone() });
    }
    if browse.unit.is_some() {
        add("mall-drop-unit", None, Browse { unit: None, ..base.clone() });
    }
    if (browse.category.is_some() || browse.kind.is_some()) && !browse.text.is_empty() {
        add("mall-drop-category", None, Browse { category: None, kind: None, ..base });
    }
    list
}

/// A product as its public page shows it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The product.
    pub product: Id<Product>,
    /// What was approved.
    pub content: Content,
    /// The variant that is looked at.
    pub sku: SkuRow,
    /// The variants on offer, in order.
    pub skus: Vec<SkuRow>,
    /// Its photos, in order.
    pub pictures: Vec<PictureRow>,
    /// What buyers say of it.
    pub rating: Rating,
    /// What buyers say of all products of its shop.
    pub shop_rating: Rating,
    /// Its shop.
    pub shop: ShopRow,
    /// Who grew or made it.
    pub producer: Option<Party>,
    /// Its freight template; `None` if sending is free everywhere.
    pub freight: Option<FreightRow>,
    /// Recognition that holds today.
    pub certificate: Option<(String, Day)>,
    /// Why it cannot be bought.
    pub blocked: Option<Blocked>,
    /// Whether whoever looks has put it aside; `None` for those who cannot.
    pub favourite: Option<bool>,
}

/// One product by one of its variants. What is off sale is still shown, with its state, to whoever has the address.
///
/// # Errors
/// [`Error::NotFound`] if there is none or it was never approved.
pub async fn product(ctx: &Context, app: &App, id: Id<Sku>) -> Result<Shown, Error> {
    app.db
        .read(async |tx| {
            let home = sku::home_of(tx, id).await?.ok_or(Error::NotFound)?;
            let row = product::product(tx, home.product).await?.ok_or(Error::NotFound)?;
            let content = row.content.clone().ok_or(Error::NotFound)?;
            let shop = shop::shop(tx, row.shop).await?.ok_or(Error::NotFound)?;
            let all = sku::skus(tx, row.id).await?;
            let asked = all.iter().find(|sku| sku.id == id).cloned().ok_or(Error::NotFound)?;
            let mut pictures =
                if content.pictures.is_empty() { Vec::new() } else { sku::pictures(tx, row.id).await? };
            pictures.retain(|picture| content.pictures.contains(&picture.id));
            pictures.sort_by_key(|picture| content.pictures.iter().position(|id| *id == picture.id));
            let number = sh_parties::number_of(&content.producer);
            let producer = sh_parties::party(tx, number).await?;
            let freight = match content.freight {
                Some(freight) => shop::freight(tx, row.shop, freight).await?,
                None => None,
            };
            let favourite = match ctx.actor.user() {
                Some(user) if super::favourites::may(ctx) => {
                    Some(hall::is_favourite(tx, user.id, row.id).await?)
                }
                _ => None,
            };
            let blocked = match (shop.is_open(), row.shelf, asked.active) {
                (false, ..) => Some(Blocked::ShopOff),
                (_, Shelf::SwitchedOff, _) => Some(Blocked::SwitchedOff),
                (_, Shelf::OnSale, true) => None,
                _ => Some(Blocked::OffSale),
            };
            let today = ctx.today();
            Ok(Shown {
                product: row.id,
                rating: rating::of_product(tx, row.id).await?,
                shop_rating: rating::of_shop(tx, row.shop).await?,
                certificate: content.certificate.clone().filter(|(_, until)| today <= *until),
                skus: all.into_iter().filter(|sku| sku.active).collect(),
                sku: asked,
                content,
                pictures,
                shop,
                producer,
                freight,
                blocked,
                favourite,
            })
        })
        .await
}

/// The product of a variant, if the actor may see its workbench.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn home_of(ctx: &Context, app: &App, id: Id<Sku>) -> Result<Id<Product>, Error> {
    app.db
        .read(async |tx| {
            let home = sku::home_of(tx, id).await?.ok_or(Error::NotFound)?;
            super::edit::find(tx, ctx, home.product, sh_http::Permission::ReadListings).await?;
            Ok(home.product)
        })
        .await
}

/// A product as its public page would show the working copy.
///
/// # Errors
/// [`Error::Invalid`] if the working copy is not whole.
pub async fn preview(ctx: &Context, app: &App, opened: &Opened) -> Result<Shown, Error> {
    let freights = opened.freights.iter().map(|row| (row.id, row.name.clone())).collect();
    let facts = Facts { today: ctx.today(), freights };
    let draft = opened.product.draft();
    let content = draft.check(&facts).map_err(|flaws| super::edit::invalid(ctx.locale, &flaws))?;
    let number = sh_parties::number_of(&content.producer);
    let producer = app.db.read(async |tx| sh_parties::party(tx, number).await).await?;
    let row = |sku: &SkuContent| SkuRow {
        id: opened
            .skus
            .iter()
            .find(|known| known.code == sku.code)
            .map_or_else(|| ctx.id(), |known| known.id),
        code: sku.code.clone(),
        spec: sku.spec.clone(),
        content: sku.content,
        gross_grams: sku.gross_grams,
        price: sku.price,
        active: true,
        version: 0,
    };
    let skus: Vec<SkuRow> = content.skus.iter().map(row).collect();
    let pictures = super::pictures::in_order(&draft, &opened.pictures);
    Ok(Shown {
        product: opened.product.id,
        rating: Rating::default(),
        shop_rating: Rating::default(),
        sku: skus.first().cloned().ok_or(Error::NotFound)?,
        skus,
        pictures,
        shop: opened.shop.clone(),
        producer,
        freight: opened.freights.iter().find(|row| Some(row.id) == content.freight).cloned(),
        certificate: content.certificate.clone(),
        blocked: None,
        favourite: None,
        content,
    })
}
