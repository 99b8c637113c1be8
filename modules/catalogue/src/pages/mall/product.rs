//! `/p/{sku}`: one product by one of its variants; what people have put aside.

use std::sync::Arc;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Path, Redirect};
use sh_kernel::Id;
use sh_regions::Regions;
use sh_ui::{
    Crumb, Frame, Locale, Proof, ProofState, Tone, banner, button_link, empty, facts, goods_grid, price,
    proof_list, spec_links, status_tag,
};

use super::frame::{goods, page, rating_text};
use crate::{
    Categories,
    basket::Blocked,
    draft::measured,
    hook::{Buy, Reviews},
    model::Sku,
    pages::{compared_price, media, picture},
    service::{favourites as kept, public},
};

/// `GET /p/{sku}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(sku): Path<Id<Sku>>,
) -> Result<Response, Failure> {
    let shown = Arc::new(public::product(&ctx, &app, sku).await?);
    let buy = match app.get::<Buy>() {
        Ok(hook) if shown.blocked.is_none() => {
            Some((hook.0)(app.clone(), ctx.clone(), Arc::clone(&shown)).await)
        }
        _ => None,
    };
    let reviews = match app.get::<Reviews>() {
        Ok(hook) => Some((hook.0)(app.clone(), ctx.clone(), Arc::clone(&shown)).await),
        Err(_) => None,
    };
    let status = if shown.blocked.is_some() { StatusCode::GONE } else { StatusCode::OK };
    let markup =
        page(&ctx, frame(&ctx, &shown), "", false, &content(&ctx, &shown, buy.as_ref(), reviews.as_ref()));
    Ok((status, Html(markup)).into_response())
}

fn frame(ctx: &Context, shown: &public::Shown) -> Frame {
    let (locale, all) = (ctx.locale, Categories::get());
    let name = format!("{} {}", shown.content.name, shown.sku.spec);
    let place = Regions::get().full_name(shown.content.origin, ctx.today());
    let about = [("name", name.as_str().into()), ("origin", place.into())];
    let mut crumbs = vec![Crumb::link(ctx.t("mall-home"), "/")];
    if let Some(kind) = all.kind(shown.content.kind) {
        let category = all.category_of(kind.category);
        crumbs.extend(category.map(|c| Crumb::link(c.name(locale), format!("/c/{}", c.word))));
        crumbs.push(Crumb::link(kind.name(locale), format!("/c/{}", kind.word)));
    }
    crumbs.push(Crumb::here(shown.content.name.clone()));
    ctx.frame(name.clone()).crumbs(crumbs).description(locale.with("mall-product-about", &about))
}

fn content(ctx: &Context, shown: &public::Shown, buy: Option<&Markup>, reviews: Option<&Markup>) -> Markup {
    let locale = ctx.locale;
    html! {
        @if let Some(blocked) = shown.blocked { (off(locale, blocked, shown)) }
        div.show {
            (pictures(locale, shown))
            section { (head(ctx, shown)) @if let Some(buy) = buy { (buy) } (favourite_form(locale, shown)) }
            section { (specs(locale, shown)) }
            section { h2 { (locale.t("mall-proofs")) } (proof_list(locale, &proofs(ctx, shown))) }
            section.is-wide { h2 { (locale.t("mall-terms")) } (terms(locale, shown)) }
            @if !shown.content.description.is_empty() {
                section.is-wide.prose { h2 { (locale.t("mall-about")) } p { (shown.content.description) } }
            }
            @if let Some(reviews) = reviews { section.is-wide id="reviews" { (reviews) } }
            section.is-wide { (shop(locale, shown)) }
        }
    }
}

/// The page as a working copy would make it, for its supplier and the operator.
pub(crate) fn preview(ctx: &Context, shown: &public::Shown) -> Markup {
    let note = banner(Tone::Info, &ctx.t("mall-preview"), &html! {});
    let content = html! { (note) (content(ctx, shown, None, None)) };
    page(ctx, frame(ctx, shown), "", false, &content)
}

/// Why it cannot be bought, and where to look instead.
fn off(locale: Locale, blocked: Blocked, shown: &public::Shown) -> Markup {
    let key = match blocked {
        Blocked::OffSale => "mall-off-sale",
        Blocked::SwitchedOff => "mall-switched-off",
        Blocked::ShopOff => "mall-shop-off",
    };
    let kind = Categories::get().kind(shown.content.kind);
    banner(
        Tone::Notice,
        &locale.t(key),
        &html! {
            @if let Some(kind) = kind { p { a href=(format!("/c/{}", kind.word)) { (locale.t("mall-see-others")) } } }
        },
    )
}

fn pictures(locale: Locale, shown: &public::Shown) -> Markup {
    let name = shown.content.name.as_str();
    html! {
        section.gallery aria-label=(locale.t("mall-pictures")) {
            @if shown.pictures.is_empty() {
                @let alt = locale.with("mall-drawn", &[("name", name.into())]);
                ul { li {
                    img src=(picture(None, shown.content.kind, shown.product)) alt=(alt) width="400" height="400";
                } }
            } @else {
                ul tabindex=[(shown.pictures.len() > 1).then_some("0")] {
                    @for (number, one) in shown.pictures.iter().enumerate() {
                        @let alt = locale.with("mall-photo", &[("name", name.into()), ("number", (number + 1).into()),
                            ("count", shown.pictures.len().into())]);
                        li {
                            img src=(media(&one.large)) alt=(alt) width=(one.width) height=(one.height)
                                loading=[(number > 0).then_some("lazy")];
                        }
                    }
                }
            }
        }
    }
}

fn head(ctx: &Context, shown: &public::Shown) -> Markup {
    let (locale, sku) = (ctx.locale, &shown.sku);
    let compared = compared_price(locale, sku.price, shown.content.unit, sku.content);
    let free = shown.freight.as_ref().is_none_or(|freight| freight.template.is_free());
    let mut tags = Vec::new();
    if shown.certificate.is_some() {
        tags.push((Tone::Good, locale.t("mall-certified")));
    }
    if Regions::get().is_listed(shown.content.origin, ctx.today())
        || Regions::get().exit_year(shown.content.origin).is_some()
    {
        tags.push((Tone::Good, locale.t("mall-listed")));
    }
    let returns = if shown.content.returnable { "mall-returnable" } else { "mall-fresh" };
    tags.push((Tone::Notice, locale.t(returns)));
    html! {
        p.show-price {
            (price(sku.price))
            @if let Some(text) = compared { span { (text) } }
            @if free { span { (locale.t("mall-free-freight")) } }
            @if let Some(text) = rating_text(locale, &shown.rating) { a href="#reviews" { (text) } }
        }
        h1 { (shown.content.name) " " (sku.spec) }
        ul.show-tags { @for (tone, text) in &tags { li { (status_tag(*tone, text)) } } }
    }
}

fn specs(locale: Locale, shown: &public::Shown) -> Markup {
    let list: Vec<(String, String, bool)> = shown
        .skus
        .iter()
        .map(|sku| (sku.spec.clone(), format!("/p/{}", sku.id), sku.id == shown.sku.id))
        .collect();
    let content = &shown.content;
    let gross = measured(shown.sku.gross_grams, sh_files::parse::BaseUnit::Gram);
    let mut rows = vec![
        (locale.t("mall-content"), html! { (measured(shown.sku.content, content.unit)) }),
        (locale.t("mall-gross"), html! { (gross) }),
    ];
    if let Some(days) = content.shelf_days {
        rows.push((locale.t("mall-shelf"), html! { (locale.with("mall-days", &[("count", days.into())])) }));
    }
    if !content.storage.is_empty() {
        rows.push((locale.t("mall-storage"), html! { (content.storage) }));
    }
    html! {
        h2 { (locale.t("specs")) }
        @if list.len() > 1 { (spec_links(locale, &list)) }
        (facts(&rows))
    }
}

fn proofs(ctx: &Context, shown: &public::Shown) -> Vec<Proof> {
    let (locale, regions, content) = (ctx.locale, Regions::get(), &shown.content);
    let listed = regions
        .exit_year(content.origin)
        .map(|year| locale.with("mall-listed-note", &[("year", year.to_string().into())]));
    let mut proofs = vec![Proof {
        subject: locale.t("mall-origin"),
        statement: regions.full_name(content.origin, ctx.today()),
        note: listed,
        href: Some(format!("/halls/{}/{}", content.origin.province(), content.origin)),
        state: ProofState::Valid,
    }];
    let producer = shown.producer.as_ref();
    proofs.push(Proof {
        subject: locale.t("mall-producer"),
        statement: producer.map_or_else(|| content.producer.clone(), sh_parties::Party::public_name),
        note: None,
        href: producer.map(|party| format!("/producers/{}", party.number)),
        state: ProofState::Valid,
    });
    if let Some((number, until)) = &content.certificate {
        let holds = shown.certificate.is_some();
        let key = if holds { "mall-certificate-until" } else { "mall-certificate-ended" };
        proofs.push(Proof {
            subject: locale.t("mall-certificate"),
            statement: number.clone(),
            note: Some(locale.with(key, &[("day", until.to_string().into())])),
            href: None,
            state: if holds { ProofState::Valid } else { ProofState::Lapsed },
        });
    }
    proofs
}

fn terms(locale: Locale, shown: &public::Shown) -> Markup {
    let content = &shown.content;
    let freight = match &shown.freight {
        None => locale.t("mall-free-freight"),
        Some(row) => crate::pages::shop::freight::summary(locale, &row.template),
    };
    let returns = if content.returnable { "mall-returnable-note" } else { "mall-fresh-note" };
    let mut rows = vec![
        (locale.t("mall-delivery"), html! { (content.delivery) }),
        (locale.t("mall-freight"), html! { (freight) }),
        (locale.t("mall-after-sales"), html! { (content.after_sales) }),
        (locale.t("mall-returns"), html! { (locale.t(returns)) }),
    ];
    if let Some(limit) = content.limit {
        let args = [("pieces", limit.pieces.into()), ("days", limit.days.into())];
        rows.push((locale.t("mall-limit"), html! { (locale.with("mall-limit-is", &args)) }));
    }
    facts(&rows)
}

fn shop(locale: Locale, shown: &public::Shown) -> Markup {
    html! {
        h2 { (shown.shop.name) }
        @if let Some(text) = rating_text(locale, &shown.shop_rating) { p { (locale.t("mall-shop-rating")) " " (text) } }
        @if !shown.shop.story.is_empty() { div.prose { p { (shown.shop.story) } } }
        @if !shown.shop.phone.is_empty() {
            p.hint { (locale.with("mall-shop-phone", &[("phone", shown.shop.phone.as_str().into())])) }
        }
    }
}

fn favourite_form(locale: Locale, shown: &public::Shown) -> Markup {
    html! {
        @if let Some(kept) = shown.favourite {
            form method="post" action=(format!("/p/{}/favourite", shown.sku.id)) {
                input type="hidden" name="keep" value=(if kept { "0" } else { "1" });
                button.button.is-secondary type="submit" aria-pressed=(if kept { "true" } else { "false" }) {
                    (sh_ui::icon("heart"))
                    (locale.t(if kept { "mall-favourite-drop" } else { "mall-favourite-add" }))
                }
            }
        }
    }
}

/// Whether to put it aside.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct KeepForm {
    keep: String,
}

/// `POST /p/{sku}/favourite`
pub(crate) async fn favourite(
    ctx: Context,
    State(app): State<App>,
    Path(sku): Path<Id<Sku>>,
    Form(form): Form<KeepForm>,
) -> Result<Redirect, Failure> {
    let product = public::product(&ctx, &app, sku).await?.product;
    let keep = form.keep == "1";
    kept::set(&ctx, &app, product, keep).await?;
    let key = if keep { "mall-favourite-added" } else { "mall-favourite-dropped" };
    Ok(Redirect::to(format!("/p/{sku}")).done(ctx.t(key)))
}

/// `GET /me/favourites`
pub(crate) async fn favourites(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    let cards = kept::list(&ctx, &app).await?;
    let title = ctx.t("mall-favourites");
    let content = if cards.is_empty() {
        empty(&ctx.t("mall-favourites-none"), Some(&button_link(&ctx.t("mall-go-look"), "/", None)))
    } else {
        goods_grid(&title, &goods(ctx.locale, ctx.today(), &cards))
    };
    Ok(Html(page(&ctx, ctx.frame(title), "", true, &content)))
}
