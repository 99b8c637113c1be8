//! `GET /w/sources`

use axum::extract::State;
use maud::html;
use sh_http::{App, Context, Failure, Html, Permission};
use sh_regions::Regions;
use sh_ui::{Column, DataTable, Row, Tone, button_link, data_table, empty, status_tag, work_page};

use super::kind_text;
use crate::{import::batch::Source, pages::source_name, service::sources};

/// `GET /w/sources`: every source, those that stopped reporting included; there are some dozens of them.
pub(crate) async fn list(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    let found = sources::registered(&ctx, &app).await?;
    let mut frame = ctx.frame(ctx.t("sources-title"));
    if ctx.actor.allows_somewhere(Permission::ManageSources) {
        frame = frame.action(button_link(&ctx.t("sources-new"), "/w/sources/new", None));
    }
    let table = DataTable {
        caption: ctx.t("sources-title"),
        columns: [
            "source-name",
            "source-code",
            "source-kind",
            "source-region",
            "source-organisation",
            "source-state",
        ]
        .map(|key| Column::text(ctx.t(key)))
        .to_vec(),
        rows: found.iter().map(|source| row(&ctx, source)).collect(),
        empty: Some(empty(&ctx.t("sources-none"), None)),
        ..DataTable::default()
    };
    Ok(Html(work_page(&frame, &data_table(ctx.locale, &table))))
}

fn row(ctx: &Context, source: &Source) -> Row {
    let (tone, state) =
        if source.active { (Tone::Good, "source-active") } else { (Tone::Plain, "source-ended") };
    let name = source_name(ctx.locale, &source.code, &source.name);
    let place = source.region.map(|code| Regions::get().full_name(code, ctx.today()));
    Row {
        cells: vec![
            Some(html! { a href={ "/w/sources/" (source.code) } { (name) } }),
            Some(html! { code { (source.code) } }),
            Some(html! { (kind_text(ctx.locale, source.kind)) }),
            place.map(|place| html! { (place) }),
            source.organisation.as_ref().map(|organisation| html! { (organisation) }),
            Some(status_tag(tone, &ctx.t(state))),
        ],
        ..Row::default()
    }
}
