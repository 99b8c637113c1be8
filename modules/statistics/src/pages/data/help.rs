//! `/data/api`: how programs read the same figures.

use axum::extract::State;
use maud::html;
use sh_http::{App, Context, Html};
use sh_ui::{Column, Crumb, DataTable, Row, Theme, data_page, data_table, panel};

use super::frame;

/// `/data/api`.
pub(super) async fn page(State(app): State<App>, ctx: Context) -> Html {
    let title = ctx.t("data-nav-api");
    let frame = frame::frame(&ctx, title.clone(), Theme::Day)
        .crumbs([Crumb::link(ctx.t("data-nav-cockpit"), "/data"), Crumb::here(title.clone())]);
    let base = &app.settings.public_url;
    let endpoints = [
        ("/api/v1/figures", ctx.t("data-api-figures")),
        ("/api/v1/figures/gd-3y?by=origin-province", ctx.t("data-api-figure")),
        ("/api/v1/figures/gd-3y?by=month&origin=520000&as_of=2020-12-09", ctx.t("data-api-as-of")),
        ("/api/v1/figures/gd-3y/claims", ctx.t("data-api-claims")),
        ("/api/v1/figures/gd-3y/changes", ctx.t("data-api-changes")),
        ("/api/v1/trades?figure=gd-3y&origin=520500&month=202010", ctx.t("data-api-trades")),
        ("/api/v1/releases", ctx.t("data-api-releases")),
        ("/api/v1/definitions", ctx.t("data-api-definitions")),
        ("/api/v1/definitions/gd-3y", ctx.t("data-api-versions")),
        ("/api/v1/openapi.json", ctx.t("data-api-openapi")),
    ];
    let rows = endpoints.into_iter().map(|(path, means)| {
        Row::new([html! { a href=(path) { code { "GET " (path) } } }, html! { (means) }])
    });
    let table = DataTable {
        caption: title,
        columns: vec![Column::text(ctx.t("data-api-address")), Column::text(ctx.t("data-api-gives"))],
        rows: rows.collect(),
        ..DataTable::default()
    };
    let content = html! {
        p { (ctx.t("data-api-note")) }
        (data_table(ctx.locale, &table))
        (panel(&ctx.t("data-api-rules"), None, &html! {
            div.flow {
                p { (ctx.t("data-api-amounts")) }
                p { (ctx.t("data-api-pages")) }
                p { (ctx.t("data-api-problems")) }
                p { (ctx.t("data-api-etag")) }
                p { (ctx.t("data-api-small")) }
            }
        }))
        (panel(&ctx.t("data-api-example"), None, &html! {
            p { code { "curl '" (base) "/api/v1/figures/gd-3y?by=origin-province'" } }
        }))
    };
    Html(data_page(&frame, &content))
}
