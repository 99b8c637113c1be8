//! Reviews in lists: of a product for everybody, of a shop, those that the operator looks at; and one review as all show it.

use std::sync::Arc;

use axum::extract::State as Shared;
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::{
    model::{Product, Shop},
    rating::Rating,
    service::public::Shown,
};
use sh_http::{App, Context, Failure, Html, Listing, Page, Path, Query};
use sh_kernel::Id;
use sh_ui::{Crumb, Pager, Tab, Tone, empty, pager, status_tag, tabs, work_page};

use super::page;
use crate::{
    review::{ReviewRow, STARS_MAX, Which},
    service::reviews as service,
};

/// Reviews on the page of a product.
const SHOWN: u32 = 5;

/// The query of the lists.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    which: String,
    shop: Option<Id<Shop>>,
    after: Option<String>,
}

/// Stars as a picture with its words.
fn stars(ctx: &Context, count: i64) -> Markup {
    let words = ctx.locale.with("review-stars-of", &[("stars", count.into())]);
    let filled = usize::try_from(count.clamp(0, STARS_MAX)).unwrap_or(0);
    let empty = usize::try_from(STARS_MAX).unwrap_or(0).saturating_sub(filled);
    html! { span.price role="img" aria-label=(words) { ("★".repeat(filled)) ("☆".repeat(empty)) } }
}

/// One review as everybody sees it.
pub(crate) fn entry(ctx: &Context, row: &ReviewRow) -> Markup {
    let locale = ctx.locale;
    html! {
        article.review {
            p {
                (stars(ctx, row.stars)) " " b { (row.name) } " "
                span.hint { time { (row.said_at.to_minute()) } " · " (row.spec) }
                @if row.refunded { " " (status_tag(Tone::Plain, &locale.t("review-refunded"))) }
                @if row.hidden.is_some() { " " (status_tag(Tone::Bad, &locale.t("review-hidden"))) }
                @if row.reported_at.is_some() { " " (status_tag(Tone::Notice, &locale.t("review-reported"))) }
            }
            @if !row.said.is_empty() { p { (row.said) } }
            @if row.photos > 0 {
                ol.photos {
                    @for number in 1..=row.photos {
                        @let alt = locale.with("review-photo-alt", &[("name", row.name.as_str().into()), ("number", number.into())]);
                        li {
                            img src=(format!("/reviews/{}/photos/{number}", row.id)) alt=(alt) width="120" height="120"
                                loading="lazy";
                        }
                    }
                }
            }
            @if let Some((more, at)) = &row.more {
                p { b { (locale.t("review-more")) } " " span.hint { time { (at.to_minute()) } } br; (more) }
            }
            @if let Some((answer, at)) = &row.answer {
                p { b { (locale.t("review-answer")) } " " span.hint { time { (at.to_minute()) } } br; (answer) }
            }
        }
    }
}

/// Reviews under each other, each with a link to its own page.
fn entries(ctx: &Context, rows: &[ReviewRow], goods: bool) -> Markup {
    html! {
        ol.reviews {
            @for row in rows {
                li {
                    @if goods { p { a href=(format!("/p/{}", row.sku)) { (row.goods) } } }
                    (entry(ctx, row))
                    p { a href=(format!("/reviews/{}", row.id)) {
                        (ctx.t("review-open")) span.visually-hidden { " " (row.name) " " (row.said_at.to_minute()) }
                    } }
                }
            }
        }
    }
}

/// Average, count, and how many gave how many stars.
fn summary(ctx: &Context, rating: &Rating) -> Markup {
    let count = rating.count();
    let Some(average) = rating.average() else { return html! {} };
    html! {
        p { b { (ctx.locale.with("mall-rating", &[("average", average.as_str().into()), ("count", count.into())])) } }
        ul.histogram {
            @for (stars, number) in from_five(rating) {
                @let words = ctx.locale.with("review-stars-of", &[("stars", stars.into())]);
                li {
                    span { (words) }
                    meter min="0" max=(count) value=(number) aria-label=(words) { (number) }
                    span { (number) }
                }
            }
        }
    }
}

/// How many gave how many stars, from five to one.
fn from_five(rating: &Rating) -> impl Iterator<Item = (i64, i64)> {
    (1..=STARS_MAX).zip(rating.stars).collect::<Vec<_>>().into_iter().rev()
}

fn filters(ctx: &Context, product: Id<Product>, rating: &Rating, chosen: Which) -> Markup {
    let href = |which: Which| format!("/reviews/of/{product}?which={}", which.word());
    let count = |number: i64| u64::try_from(number).ok();
    let mut list = vec![(Which::All, ctx.t("review-all"), rating.count())];
    list.push((Which::Photos, ctx.t("review-with-photos"), rating.photos));
    for (stars, number) in from_five(rating) {
        let words = ctx.locale.with("review-stars-of", &[("stars", stars.into())]);
        list.push((Which::Stars(stars), words, number));
    }
    let list = list.into_iter().map(|(which, words, number)| Tab {
        count: count(number),
        ..Tab::new(words, href(which), which == chosen)
    });
    tabs(&ctx.t("review-filter"), &list.collect::<Vec<_>>())
}

/// What buyers say, on the page of a product; hang it into the program as [`sh_catalogue::hook::Reviews`].
pub async fn of_shown(app: App, ctx: Context, shown: Arc<Shown>) -> Markup {
    let page = Page { after: None, size: Some(SHOWN) };
    let found = service::of_product(&ctx, &app, shown.product, Which::All, &page).await;
    let rows = match found {
        Ok((rows, _)) => rows,
        Err(error) => {
            // The page is shown without them; the next look will have them.
            tracing::warn!(%error, "the reviews of a product cannot be told");
            return html! {};
        }
    };
    html! {
        h2 { (ctx.t("reviews-title")) }
        @if rows.items.is_empty() { p { (ctx.t("reviews-none")) } } @else {
            (summary(&ctx, &shown.rating))
            (filters(&ctx, shown.product, &shown.rating, Which::All))
            (entries(&ctx, &rows.items, false))
            @if rows.next.is_some() {
                p { a href=(format!("/reviews/of/{}", shown.product)) { (ctx.t("reviews-see-all")) } }
            }
        }
    }
}

fn ways_on(ctx: &Context, found: &Listing<ReviewRow>, href: impl Fn(&str) -> String) -> Markup {
    pager(
        ctx.locale,
        &Pager { next: found.next.as_deref().map(href), shown: found.items.len(), ..Pager::default() },
    )
}

/// `GET /reviews/of/{product}`
pub(crate) async fn of_product(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(product): Path<Id<Product>>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let which = Which::from_word(&query.which);
    let asked = Page { after: query.after.clone(), size: Some(20) };
    let (found, rating) = service::of_product(&ctx, &app, product, which, &asked).await?;
    if rating.count() == 0 {
        return Err(crate::Error::NotFound.into());
    }
    let title = ctx.t("reviews-title");
    let mut crumbs = vec![Crumb::link(ctx.t("mall-home"), "/")];
    crumbs.extend(found.items.first().map(|row| Crumb::link(row.goods.clone(), format!("/p/{}", row.sku))));
    crumbs.push(Crumb::here(title.clone()));
    let content = html! {
        (summary(&ctx, &rating))
        (filters(&ctx, product, &rating, which))
        @if found.items.is_empty() { (empty(&ctx.t("reviews-none"), None)) }
        (entries(&ctx, &found.items, false))
        (ways_on(&ctx, &found, |after| format!("/reviews/of/{product}?which={}&after={after}", which.word())))
    };
    Ok(Html(page(&ctx, ctx.frame(title).crumbs(crumbs), &content)))
}

/// `GET /s/reviews`
pub(crate) async fn of_shop(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let unanswered = query.which != "all";
    let asked = Page { after: query.after.clone(), size: Some(20) };
    let (found, rating) = service::of_shop(&ctx, &app, query.shop, unanswered, &asked).await?;
    let shop = query.shop.map(|shop| format!("&shop={shop}")).unwrap_or_default();
    let href = |which: &str, after: &str| format!("/s/reviews?which={which}{shop}&after={after}");
    let list = [
        Tab::new(ctx.t("review-unanswered"), href("unanswered", ""), unanswered),
        Tab::new(ctx.t("review-all"), href("all", ""), !unanswered),
    ];
    let word = if unanswered { "unanswered" } else { "all" };
    let head = html! { (summary(&ctx, &rating)) (tabs(&ctx.t("review-filter"), &list)) };
    Ok(list_page(&ctx, &head, &found, |after| href(word, after)))
}

/// `GET /w/reviews`
pub(crate) async fn looked_at(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let hidden = query.which == "hidden";
    let asked = Page { after: query.after.clone(), size: Some(20) };
    let found = service::looked_at(&ctx, &app, hidden, &asked).await?;
    let href = |which: &str, after: &str| format!("/w/reviews?which={which}&after={after}");
    let list = [
        Tab::new(ctx.t("review-reported"), href("reported", ""), !hidden),
        Tab::new(ctx.t("review-hidden"), href("hidden", ""), hidden),
    ];
    let word = if hidden { "hidden" } else { "reported" };
    Ok(list_page(&ctx, &tabs(&ctx.t("review-filter"), &list), &found, |after| href(word, after)))
}

fn list_page(
    ctx: &Context,
    head: &Markup,
    found: &Listing<ReviewRow>,
    href: impl Fn(&str) -> String,
) -> Html {
    let content = html! {
        (head)
        @if found.items.is_empty() { (empty(&ctx.t("reviews-none-here"), None)) }
        (entries(ctx, &found.items, true))
        (ways_on(ctx, found, href))
    };
    Html(work_page(&ctx.frame(ctx.t("reviews-title")), &content))
}
