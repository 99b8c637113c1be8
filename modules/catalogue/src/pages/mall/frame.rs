//! What all pages of the mall share: head, places, cards.

use maud::Markup;
use sh_http::Context;
use sh_kernel::{Day, RegionCode};
use sh_regions::Regions;
use sh_ui::{Frame, Goods, Locale, MallBar, Tone, mall_page};

use crate::{
    pages::{compared_price, picture},
    rating::Rating,
    store::public::Card,
};

/// A page of the mall; with `headed` the frame shows its title as the heading.
pub(crate) fn page(ctx: &Context, frame: Frame, query: &str, headed: bool, content: &Markup) -> Markup {
    let place = |key: &str, href: &str, icon| (ctx.t(key), href.to_owned(), icon);
    let mut places = vec![
        place("mall-home", "/", "home"),
        place("mall-halls", "/halls", "building-store"),
        place("mall-categories", "/#categories", "category"),
        place("mall-data", "/data", "chart-bar"),
        place("basket-title", "/basket", "basket"),
        place("orders-title", "/orders", "inbox"),
    ];
    if crate::service::favourites::may(ctx) {
        places.push(place("mall-favourites", "/me/favourites", "heart"));
    }
    let bar = MallBar { query: query.to_owned(), places };
    let frame = Frame { menu: Vec::new(), ..frame };
    mall_page(&frame, &bar, headed, content)
}

/// Products as the grid shows them.
pub(crate) fn goods(locale: Locale, today: Day, cards: &[Card]) -> Vec<Goods> {
    cards.iter().map(|card| one(locale, today, card)).collect()
}

fn one(locale: Locale, today: Day, card: &Card) -> Goods {
    let certified = card.certified_until.is_some_and(|until| today <= until);
    let tags = [
        certified.then(|| (Tone::Good, locale.t("mall-certified"))),
        rating_text(locale, &card.rating).map(|text| (Tone::Plain, text)),
    ];
    Goods {
        href: format!("/p/{}", card.sku),
        name: card.name.clone(),
        spec: card.spec.clone(),
        picture: picture(card.cover.as_deref(), card.kind, card.product),
        price: card.price,
        compared: compared_price(locale, card.price, card.unit, card.content),
        origin: place(card.origin, today),
        tags: tags.into_iter().flatten().collect(),
    }
}

/// What buyers say in short: `4.8 分（12）`.
pub(crate) fn rating_text(locale: Locale, rating: &Rating) -> Option<String> {
    let average = rating.average()?;
    Some(
        locale.with("mall-rating", &[("average", average.as_str().into()), ("count", rating.count().into())]),
    )
}

/// A place of origin in a list: `云南 昭阳区`.
pub(crate) fn place(origin: RegionCode, on: Day) -> String {
    let regions = Regions::get();
    let county = regions.name(origin, on);
    format!("{} {county}", regions.short_name(origin.province()))
}
