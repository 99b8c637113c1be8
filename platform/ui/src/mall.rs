//! The mall, phone first: its frame with search and tab bar, goods in a grid, prices, chips of conditions, variants.

use maud::{Markup, html};
use sh_kernel::Fen;

use crate::{
    Frame, Locale, Tone,
    frame::{Kind, brand, crumbs, document, flash, foot, language_switch, title_row},
    icon, status_tag,
};

/// What the head and the tab bar of the mall show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MallBar {
    /// What was searched for, kept in the box.
    pub query: String,
    /// Places of the mall: name, address, icon. They stand in the head, and on phones in a bar below.
    pub places: Vec<(String, String, &'static str)>,
}

/// A page of the mall. On phones the places of the mall stand in a bar at the bottom, within reach of a thumb. A frame
/// without a title has no heading of its own: the content brings it.
pub fn mall_page(frame: &Frame, bar: &MallBar, headed: bool, content: &Markup) -> Markup {
    let locale = frame.locale;
    let body = html! {
        header.mall-top {
            (brand(frame))
            form.mall-search method="get" action="/search" role="search" {
                label.visually-hidden for="mall-q" { (locale.t("mall-search-label")) }
                input #mall-q type="search" name="q" value=(bar.query) placeholder=(locale.t("mall-search-hint"))
                    autocomplete="off" enterkeyhint="search";
                button.button type="submit" { (icon("search")) span { (locale.t("mall-search")) } }
            }
            (places(frame, bar))
            div.mall-right {
                (language_switch(frame))
                @if frame.user.is_some() {
                    form method="post" action="/logout" {
                        button.quiet type="submit" { (icon("logout")) span { (locale.t("sign-out")) } }
                    }
                } @else {
                    a.quiet-link href="/login" { (locale.t("sign-in")) }
                }
            }
        }
        main #content .mall tabindex="-1" {
            (crumbs(frame))
            @if headed { (title_row(frame)) }
            (flash(frame))
            (content)
        }
        (foot(frame))
    };
    document(frame, Kind::Mall, &body)
}

fn places(frame: &Frame, bar: &MallBar) -> Markup {
    let path = frame.path.split(['?', '#']).next().unwrap_or_default();
    let here = |href: &str| path == href || (href != "/" && path.starts_with(&format!("{href}/")));
    html! {
        nav.mall-places aria-label=(frame.locale.t("mall-places")) {
            ul {
                @for (name, href, glyph) in &bar.places {
                    li {
                        a href=(href) aria-current=[here(href).then_some("page")] { (icon(glyph)) span { (name) } }
                    }
                }
            }
        }
    }
}

/// One product in a list (商品卡片).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Goods {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// What tells the shown variant from the others.
    pub spec: String,
    /// Address of the picture, 400 by 400.
    pub picture: String,
    /// The price.
    pub price: Fen,
    /// The compared price with its unit: `¥5.99 / 500 g`.
    pub compared: Option<String>,
    /// Where it comes from.
    pub origin: String,
    /// Words that set it apart.
    pub tags: Vec<(Tone, String)>,
}

/// Products in a grid: two beside each other on a phone, more on wider screens.
pub fn goods_grid(label: &str, goods: &[Goods]) -> Markup {
    html! {
        ul.goods aria-label=(label) {
            @for (number, one) in goods.iter().enumerate() {
                li {
                    // The first row is seen at once; the others wait until they come near.
                    img src=(one.picture) alt="" width="400" height="400" loading=[(number > 3).then_some("lazy")]
                        decoding="async";
                    div {
                        a href=(one.href) { (one.name) " " span.goods-spec { (one.spec) } }
                        p.goods-price { (price(one.price)) @if let Some(text) = &one.compared { small { (text) } } }
                        p.goods-origin { (one.origin) }
                        @if !one.tags.is_empty() {
                            p.goods-tags { @for (tone, text) in &one.tags { (status_tag(*tone, text)) " " } }
                        }
                    }
                }
            }
        }
    }
}

/// A price as the mall writes it: `¥59.90`.
pub fn price(amount: Fen) -> Markup {
    html! { data.price value=(amount.to_plain()) { small { "¥" } (amount.to_grouped()) } }
}

/// A condition that holds for a list, and the address of the list without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The condition: 云南, 10～50 元.
    pub label: String,
    /// The list without it.
    pub href: String,
}

/// The conditions that hold for a list; each can be taken away.
pub fn chips(locale: Locale, chips: &[Chip]) -> Markup {
    html! {
        @if !chips.is_empty() {
            ul.chips aria-label=(locale.t("chips")) {
                @for chip in chips {
                    li {
                        a href=(chip.href) {
                            span.visually-hidden { (locale.t("chip-drop")) " " }
                            (chip.label) (icon("x"))
                        }
                    }
                }
            }
        }
    }
}

/// The variants of a product as links: each has a page of its own, so that it can be shared and works without scripts.
/// `(what tells it from the others, its page, whether it is looked at)`.
pub fn spec_links(locale: Locale, specs: &[(String, String, bool)]) -> Markup {
    html! {
        nav.specs aria-label=(locale.t("specs")) {
            ul {
                @for (label, href, here) in specs {
                    li { a href=(href) aria-current=[here.then_some("true")] { (label) } }
                }
            }
        }
    }
}
