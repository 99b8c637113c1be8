//! `/data/releases`: what was published when.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Query};
use sh_kernel::Id;
use sh_ui::{
    Column, Crumb, DataTable, Locale, Pager, Row, Theme, Tone, data_page, data_table, date, empty, pager,
    status_tag,
};

use super::frame;
use crate::{
    Error,
    public::narrow::BadNarrow,
    releases::{self, Release, ReleaseState},
};

/// Releases on a page.
const ROWS: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Where the page begins: the last release of the page before.
    after: Option<String>,
}

/// The cursor of a list of releases.
///
/// # Errors
/// [`BadNarrow`] for a text that no page gave out.
pub(crate) fn cursor(after: Option<&str>) -> Result<Option<Id<Release>>, BadNarrow> {
    match after.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| BadNarrow::new("after", text)),
    }
}

/// `/data/releases`.
pub(super) async fn list(
    State(app): State<App>,
    ctx: Context,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let before = cursor(asked.after.as_deref())?;
    let mut found =
        app.db.read(async |tx| Ok::<_, Error>(releases::list(tx, true, before, ROWS + 1).await?)).await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let next = found.last().filter(|_| more).map(|last| format!("/data/releases?after={}", last.id));
    let locale = ctx.locale;
    let title = ctx.t("data-nav-releases");
    let rows = found.iter().map(|release| {
        Row::new([
            name(release),
            state_tag(locale, release),
            html! { @if let Some(at) = release.approved_at { (date(at.day())) } },
            html! { (release.day) },
            html! { code { (short_hash(release)) } },
        ])
    });
    let table = DataTable {
        caption: title.clone(),
        columns: vec![
            Column::text(ctx.t("data-release")),
            Column::text(ctx.t("data-state")),
            Column::day(ctx.t("data-published-on")),
            Column::day(ctx.t("data-as-of")),
            Column::day(ctx.t("data-hash")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("data-no-releases"), None)),
        ..DataTable::default()
    };
    let frame = frame::frame(&ctx, title.clone(), Theme::Day)
        .crumbs([Crumb::link(ctx.t("data-nav-cockpit"), "/data"), Crumb::here(title)]);
    let content = html! {
        p { (ctx.t("data-releases-note")) }
        (data_table(locale, &table))
        @if !found.is_empty() { (pager(locale, &Pager { previous: None, next, total: None, shown: found.len() })) }
    };
    Ok(Html(data_page(&frame, &content)))
}

fn short_hash(release: &Release) -> String {
    release.hash.as_deref().unwrap_or_default().chars().take(12).collect()
}

/// The name as a link; of a withdrawn release struck through.
fn name(release: &Release) -> Markup {
    html! {
        a href={ "/data/releases/" (release.id) } {
            @if release.state == ReleaseState::Withdrawn { s { (release.name) } } @else { (release.name) }
        }
    }
}

pub(super) fn state_tag(locale: Locale, release: &Release) -> Markup {
    match release.state {
        ReleaseState::Proposed => status_tag(Tone::Notice, &locale.t("data-release-proposed")),
        ReleaseState::Published if release.superseded_by.is_some() => {
            status_tag(Tone::Plain, &locale.t("data-release-superseded"))
        }
        ReleaseState::Published => status_tag(Tone::Good, &locale.t("data-release-published")),
        ReleaseState::Withdrawn => status_tag(Tone::Bad, &locale.t("data-release-withdrawn")),
    }
}
