//! `/story`: what there is to try in the demonstration, for each role. Only the demonstration has it.

use axum::{extract::State, routing::get};
use maud::html;
use sh_http::{App, Context, Failure, Html, Module};
use sh_ui::{panel, public_page};
use utoipa_axum::router::OpenApiRouter;

use crate::demo::users::PASSWORD;

/// Hung into the program by the demonstration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Story;

/// One thing to try: where, and the key of the text.
type Task = (&'static str, &'static str);

/// Who tries, by login (nobody signs in for the first two), and what.
const ROLES: &[(&str, &[&str], &[Task])] = &[
    (
        "story-shopper",
        &["shopper"],
        &[
            ("/", "story-shopper-find"),
            ("/basket", "story-shopper-buy"),
            ("/orders", "story-shopper-orders"),
            ("/login/phone", "story-shopper-phone"),
        ],
    ),
    (
        "story-reader",
        &[],
        &[
            ("/data", "story-reader-open"),
            ("/data/definitions", "story-reader-definitions"),
            ("/data/releases", "story-reader-releases"),
            ("/data/m/ongoing", "story-reader-today"),
            ("/data/api", "story-reader-api"),
            ("/registers?on=2020-11-30", "story-reader-registers"),
        ],
    ),
    (
        "story-supplier",
        &["supplier"],
        &[
            ("/s/products", "story-supplier-product"),
            ("/s/orders", "story-supplier-ship"),
            ("/s/orders/picks", "story-supplier-pick"),
            ("/s/statement", "story-supplier-statement"),
        ],
    ),
    (
        "story-mall",
        &["mall", "mall2"],
        &[
            ("/w/listings", "story-mall-review"),
            ("/w/orders", "story-mall-orders"),
            ("/w/payments", "story-mall-payments"),
            ("/w/commissions", "story-mall-commissions"),
            ("/w/settlements", "story-mall-settle"),
        ],
    ),
    (
        "story-city",
        &["guangzhou", "shenzhen", "weining", "market"],
        &[
            ("/w/imports/new", "story-city-import"),
            ("/w/imports", "story-city-own"),
            ("/w/certs/import", "story-city-register"),
        ],
    ),
    (
        "story-province",
        &["province", "province2"],
        &[
            ("/w/matches", "story-province-match"),
            ("/w/definitions", "story-province-define"),
            ("/w/releases", "story-province-release"),
            ("/w/certs", "story-province-certificates"),
        ],
    ),
    (
        "story-auditor",
        &["auditor"],
        &[("/w/audit", "story-auditor-log"), ("/w/orders", "story-auditor-orders")],
    ),
    ("story-admin", &["admin"], &[("/w/users", "story-admin-users"), ("/w/keys", "story-admin-keys")]),
];

/// The page.
pub(crate) fn module() -> Module {
    Module::new("story").routes(OpenApiRouter::new().route("/story", get(page)))
}

async fn page(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    if app.get::<Story>().is_err() {
        return Err(Failure::not_found());
    }
    let frame = ctx.frame(ctx.t("story-title"));
    let content = html! {
        p.lead { (ctx.t("story-intro")) }
        p { (ctx.t("story-password")) " " code { (PASSWORD) } }
        @for (role, logins, tasks) in ROLES {
            (panel(&ctx.t(role), None, &html! {
                @if !logins.is_empty() {
                    p.hint {
                        (ctx.t("story-sign-in")) " "
                        @for (at, login) in logins.iter().enumerate() { @if at > 0 { " · " } code { (login) } }
                    }
                }
                ol { @for (href, text) in *tasks { li { a href=(href) { (ctx.t(text)) } } } }
            }))
        }
    };
    Ok(Html(public_page(&frame, &content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_a_text_in_both_languages() {
        for locale in [sh_ui::Locale::Zh, sh_ui::Locale::En] {
            for (role, _, tasks) in ROLES {
                for key in tasks.iter().map(|task| task.1).chain([*role]) {
                    assert_ne!(locale.t(key), key);
                }
            }
        }
    }
}
