//! `/`: search, categories, halls, what is in season, and the figures that anyone can open.

use axum::extract::State;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html};
use sh_ui::{goods_grid, icon};

use super::{
    frame::{goods, page},
    halls::strip,
    list::categories,
};
use crate::{
    Error,
    hook::{Headline, Told},
    service::{
        halls,
        public::{self, Browse},
    },
};

/// Products in season that are shown.
const SEASON_SHOWN: u32 = 12;

/// `GET /`
pub(crate) async fn show(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    let told = match app.get::<Headline>() {
        Ok(hook) => (hook.0)(app.clone(), ctx.clone()).await,
        Err(_) => None,
    };
    let halls = halls::list(&ctx, &app).await?;
    let (month, season) = season(&ctx, &app).await?;
    let locale = ctx.locale;
    let month_name = locale.t(&format!("month-{month}"));
    let this = i64::from(ctx.today().month().number());
    let key = if month == this { "mall-season" } else { "mall-season-next" };
    let content = html! {
        (categories(locale))
        @if let Some(told) = &told { (headline(told)) }
        @if !halls.is_empty() { h2 { (locale.t("mall-halls")) } (strip(&ctx, &halls)) }
        @if !season.cards.is_empty() {
            h2 { (locale.with(key, &[("month", month_name.into())])) }
            (goods_grid(&locale.t("mall-season-label"), &goods(locale, ctx.today(), &season.cards)))
        }
    };
    let frame = ctx.frame(ctx.t("mall-title")).description(ctx.t("mall-about-site"));
    Ok(Html(page(&ctx, frame, "", true, &content)))
}

/// What is fresh this month; if nothing is, what is fresh next.
async fn season(ctx: &Context, app: &App) -> Result<(i64, public::Browsed), Error> {
    let this = i64::from(ctx.today().month().number());
    let mut last = None;
    for ahead in 0..3 {
        let month = (this - 1 + ahead) % 12 + 1;
        let browse = Browse { month: Some(month), limit: SEASON_SHOWN, ..Browse::default() };
        let found = public::browse(ctx, app, &browse).await?;
        if !found.cards.is_empty() {
            return Ok((month, found));
        }
        last = Some((month, found));
    }
    last.ok_or(Error::NotFound)
}

/// The published total, leading to where it opens.
fn headline(told: &Told) -> Markup {
    html! {
        a.strip href=(told.href) {
            span { (told.label) " " b { (told.number) } " " (told.unit) }
            span { (told.note) " " (icon("chevron-right")) }
        }
    }
}
