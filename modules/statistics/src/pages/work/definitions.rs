//! `/w/definitions`: what is in force, and what is being written.

use axum::extract::State as Extract;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Permission};
use sh_ui::{Column, DataTable, Row, button_link, data_table, empty, panel, work_page};

use super::may;
use crate::{definition::Definition, pages::data::definitions::state_tag, service};

/// `GET /w/definitions`
pub(super) async fn page(ctx: Context, Extract(app): Extract<App>) -> Result<Html, Failure> {
    let (in_force, drafts) = service::definitions::list(&ctx, &app).await?;
    Ok(Html(view(&ctx, &in_force, &drafts)))
}

fn view(ctx: &Context, in_force: &[Definition], drafts: &[Definition]) -> Markup {
    let mut frame = ctx.frame(ctx.t("definitions-title"));
    if may(ctx, Permission::EditDefinitions) {
        frame = frame.action(button_link(&ctx.t("definition-new"), "/w/definitions/new", Some("plus")));
    }
    let content = html! {
        @if !drafts.is_empty() {
            (panel(&ctx.t("definitions-drafts"), None, &table(ctx, &ctx.t("definitions-drafts"), drafts)))
        }
        (panel(&ctx.t("definitions-in-force"), None, &table(ctx, &ctx.t("definitions-in-force"), in_force)))
    };
    work_page(&frame, &content)
}

fn table(ctx: &Context, caption: &str, definitions: &[Definition]) -> Markup {
    let rows = definitions.iter().map(|one| {
        let href = super::definition::href(one);
        Row::new([
            html! { a href=(href) { (one.content.name.get(ctx.locale)) } },
            html! { code { (one.code) } },
            html! { (one.version) },
            html! { (one.content.period(ctx.locale)) },
            state_tag(ctx.locale, one.state),
        ])
    });
    let table = DataTable {
        caption: caption.to_owned(),
        columns: vec![
            Column::text(ctx.t("definition-name")),
            Column::text(ctx.t("definition-code")),
            Column::number(ctx.t("definition-version")),
            Column::day(ctx.t("definition-period")),
            Column::text(ctx.t("definition-state")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("definitions-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}
