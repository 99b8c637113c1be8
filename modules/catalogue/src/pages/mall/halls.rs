//! `/halls`, `/halls/{prov}`, `/halls/{prov}/{county}`, `/producers/{id}`.

use axum::extract::State;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Path};
use sh_kernel::RegionCode;
use sh_parties::PartyKind;
use sh_regions::Regions;
use sh_ui::{Crumb, Locale, button_link, empty, facts, goods_grid, panel};

use super::frame::{goods, page};
use crate::service::{
    halls::{self, HallItem, HallView},
    public::{self, Browse, Browsed},
};

/// Counties that the hall of a province names.
const COUNTIES_SHOWN: usize = 60;

/// `GET /halls`
pub(crate) async fn list(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    let items = halls::list(&ctx, &app).await?;
    let title = ctx.t("mall-halls");
    let crumbs = [Crumb::link(ctx.t("mall-home"), "/"), Crumb::here(title.clone())];
    let frame = ctx.frame(title).crumbs(crumbs).description(ctx.t("mall-halls-about"));
    let content = if items.is_empty() {
        empty(&ctx.t("mall-halls-none"), Some(&button_link(&ctx.t("mall-go-look"), "/search", None)))
    } else {
        strip(&ctx, &items)
    };
    Ok(Html(page(&ctx, frame, "", true, &content)))
}

/// Halls as tiles with their number of products.
pub(crate) fn strip(ctx: &Context, items: &[HallItem]) -> Markup {
    let regions = Regions::get();
    html! {
        ul.halls aria-label=(ctx.t("mall-halls")) {
            @for item in items {
                @let short = regions.short_name(item.region);
                @let name = item.hall.as_ref().map_or_else(|| hall_name(ctx.locale, short), |hall| hall.name.clone());
                li {
                    a href=(format!("/halls/{}", item.region)) {
                        b { (name) }
                        small { (ctx.locale.with("mall-goods-count", &[("count", item.products.into())])) }
                    }
                }
            }
        }
    }
}

fn hall_name(locale: Locale, place: &str) -> String {
    locale.with("mall-hall-of", &[("place", place.into())])
}

/// `GET /halls/{prov}`
pub(crate) async fn province(
    ctx: Context,
    State(app): State<App>,
    Path(code): Path<RegionCode>,
) -> Result<Html, Failure> {
    if !code.is_province() {
        return Err(Failure::not_found());
    }
    show(&ctx, &app, code).await
}

/// `GET /halls/{prov}/{county}`
pub(crate) async fn county(
    ctx: Context,
    State(app): State<App>,
    Path((province, code)): Path<(RegionCode, RegionCode)>,
) -> Result<Html, Failure> {
    if code.province() != province || code.is_province() {
        return Err(Failure::not_found());
    }
    show(&ctx, &app, code).await
}

async fn show(ctx: &Context, app: &App, region: RegionCode) -> Result<Html, Failure> {
    let view = halls::view(ctx, app, region).await?;
    let found = public::browse(ctx, app, &Browse { region: Some(region), ..Browse::default() }).await?;
    let regions = Regions::get();
    let name = view
        .hall
        .as_ref()
        .map_or_else(|| hall_name(ctx.locale, regions.short_name(region)), |hall| hall.name.clone());
    let mut crumbs = vec![Crumb::link(ctx.t("mall-home"), "/"), Crumb::link(ctx.t("mall-halls"), "/halls")];
    if !region.is_province() {
        let province = region.province();
        let label = hall_name(ctx.locale, regions.short_name(province));
        crumbs.push(Crumb::link(label, format!("/halls/{province}")));
    }
    crumbs.push(Crumb::here(name.clone()));
    let full = regions.full_name(region, ctx.today());
    let about = ctx.locale.with("mall-hall-about", &[("place", full.as_str().into())]);
    let frame = ctx.frame(name).crumbs(crumbs).subtitle(html! { (full) }).description(about);
    Ok(Html(page(ctx, frame, "", true, &content(ctx, &view, &found))))
}

fn content(ctx: &Context, view: &HallView, found: &Browsed) -> Markup {
    let locale = ctx.locale;
    html! {
        @match &view.hall {
            Some(hall) if !hall.story.is_empty() => div.panel.prose { p { (hall.story) } },
            Some(_) => {},
            None => p.hint { (locale.t("mall-hall-soon")) },
        }
        @if !view.counties.is_empty() {
            (panel(&locale.t("mall-hall-counties"), None, &counties(ctx, view)))
        }
        @if found.cards.is_empty() {
            (empty(&locale.t("mall-hall-empty"), Some(&button_link(&locale.t("mall-halls"), "/halls", None))))
        } @else {
            h2 { (locale.with("mall-hall-goods", &[("count", view.products.into())])) }
            (goods_grid(&locale.t("mall-goods"), &goods(locale, ctx.today(), &found.cards)))
            @if found.next.is_some() {
                p { (button_link(&locale.t("mall-see-all"), &format!("/search?origin={}", view.region), None)) }
            }
        }
        @if !view.producers.is_empty() {
            (panel(&locale.t("mall-producers"), None, &producers(locale, view)))
        }
    }
}

fn counties(ctx: &Context, view: &HallView) -> Markup {
    let regions = Regions::get();
    html! {
        ul.halls {
            @for (code, count) in view.counties.iter().take(COUNTIES_SHOWN) {
                li {
                    a href=(format!("/halls/{}/{code}", view.region)) {
                        b { (regions.name(*code, ctx.today())) }
                        small { (ctx.locale.with("mall-goods-count", &[("count", (*count).into())])) }
                    }
                }
            }
        }
    }
}

fn producers(locale: Locale, view: &HallView) -> Markup {
    html! {
        ul.tasks {
            @for (party, count) in &view.producers {
                li {
                    a href=(format!("/producers/{}", party.number)) { (party.public_name()) }
                    span.hint { (locale.with("mall-goods-count", &[("count", (*count).into())])) }
                }
            }
        }
    }
}

/// `GET /producers/{id}`
pub(crate) async fn producer(
    ctx: Context,
    State(app): State<App>,
    Path(number): Path<i64>,
) -> Result<Html, Failure> {
    let party = halls::producer(&ctx, &app, number).await?;
    let browse = Browse { producer: Some(number), ..Browse::default() };
    let found = public::browse(&ctx, &app, &browse).await?;
    let locale = ctx.locale;
    let name = party.public_name();
    let mut places: Vec<RegionCode> = found.cards.iter().map(|card| card.origin).collect();
    places.sort_unstable();
    places.dedup();
    let kind = match party.kind {
        PartyKind::Company => "party-company",
        PartyKind::Cooperative => "party-cooperative",
        PartyKind::Farm => "party-farm",
        PartyKind::PublicBody => "party-public-body",
        PartyKind::Union => "party-union",
        PartyKind::Person => "party-person",
        PartyKind::Other => "party-other",
    };
    let crumbs = [Crumb::link(ctx.t("mall-home"), "/"), Crumb::here(name.clone())];
    let frame = ctx.frame(name.clone()).crumbs(crumbs);
    let content = html! {
        (panel(&locale.t("mall-producer-facts"), None, &facts(&[
            (locale.t("mall-producer-kind"), html! { (locale.t(kind)) }),
            (locale.t("mall-producer-places"), html! {
                @for (number, place) in places.iter().enumerate() {
                    @if number > 0 { "、" }
                    a href=(format!("/halls/{}/{place}", place.province())) {
                        (Regions::get().full_name(*place, ctx.today()))
                    }
                }
            }),
        ])))
        @if found.cards.is_empty() {
            (empty(&locale.t("mall-producer-none"), Some(&button_link(&locale.t("mall-go-look"), "/", None))))
        } @else {
            (goods_grid(&name, &goods(locale, ctx.today(), &found.cards)))
        }
    };
    Ok(Html(page(&ctx, frame, "", true, &content)))
}
