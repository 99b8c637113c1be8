//! The supplier's workbench `/s/stock`: lots, what came in, what is there, what became of it.

mod list;
mod lot;
mod receive;

use axum::routing::{get, post};
use maud::{Markup, html};
use sh_http::{App, AppError, Context, MenuEntry, Permission};
use sh_kernel::{Day, FieldErrors};
use sh_ui::{Locale, Tone, status_tag};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    Error,
    model::{EXPIRING_DAYS, LotState},
    store::LotRow,
};

/// Lots in the menu of the workbench.
pub(crate) const MENU: MenuEntry = MenuEntry {
    group: "menu-shop",
    label: "lots-title",
    href: "/s/stock",
    permission: Permission::EditListings,
    order: 115,
    icon: None,
};

/// The routes of these pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(sh_imports::routes(&crate::service::table::Lots))
        .route("/s/stock/export", get(list::export))
        .route("/s/stock", get(list::list))
        .route("/s/stock/receive", get(receive::show).post(receive::receive))
        .route("/s/stock/{id}", get(lot::show))
        .route("/s/stock/{id}/adjust", post(lot::adjust))
        .route("/s/stock/{id}/move", post(lot::relocate))
        .route("/s/stock/{id}/state", post(lot::state))
}

/// Whether a lot is sold, and whether it expires soon.
fn state_tag(locale: Locale, lot: &LotRow, today: Day) -> Markup {
    let (tone, text) = match lot.state {
        LotState::Closed => (Tone::Plain, locale.t("lot-closed")),
        LotState::Recalled => (Tone::Bad, locale.t("lot-recalled")),
        LotState::Open => match lot.expires.map(|day| day.days_since(today)) {
            Some(days) if days < 0 => (Tone::Bad, locale.t("lot-expired")),
            Some(days) if days <= EXPIRING_DAYS => {
                (Tone::Notice, locale.with("lot-expires-in", &[("days", i64::from(days).into())]))
            }
            _ => (Tone::Good, locale.t("lot-open")),
        },
    };
    status_tag(tone, &text)
}

/// A day, or nothing.
fn day_or(day: Option<Day>) -> Option<Markup> {
    day.map(sh_ui::date)
}

/// What a form shows of a refusal: its fields, or a message of its own at the field that it is about.
fn fields(ctx: &Context, error: &Error) -> FieldErrors {
    if let Some(fields) = error.fields() {
        return fields.clone();
    }
    let pointer = match error {
        Error::Short { .. } | Error::MoreThanLost { .. } => "/quantity",
        Error::ReasonMissing => "/reason",
        _ => "",
    };
    let args = error.args();
    let args: Vec<(&str, sh_ui::Arg<'_>)> =
        args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
    let text = |key: String| if ctx.locale.has(&key) { ctx.locale.with(&key, &args) } else { String::new() };
    let code = error.code();
    let message = format!("{} {}", text(format!("problem-{code}")), text(format!("problem-{code}-advice")));
    let mut errors = FieldErrors::default();
    errors.push(pointer, code, message.trim().to_owned());
    errors
}

/// Name and variant of what is in a lot.
fn goods(sku: &sh_catalogue::basket::BasketSku) -> Markup {
    html! { (sku.name) " " span.hint { (sku.spec) } }
}
