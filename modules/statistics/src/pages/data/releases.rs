//! `/data/releases` and `/data/releases/{id}`: what was published when, beside what it would be today.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Path, Query};
use sh_kernel::{Fen, Id};
use sh_trade::facts::CauseSum;
use sh_ui::{
    AmountUnit, Column, Crumb, DataTable, Locale, Pager, Row, Theme, Tone, amount_in, banner, data_page,
    data_table, date, empty, facts, money, pager, panel, status_tag,
};

use super::frame;
use crate::{
    Error,
    public::{load::Desk, narrow::BadNarrow},
    releases::{self, FigureComparison, Release, ReleaseDetail, ReleaseFigure, ReleaseState},
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

fn state_tag(locale: Locale, release: &Release) -> Markup {
    match release.state {
        ReleaseState::Proposed => status_tag(Tone::Notice, &locale.t("data-release-proposed")),
        ReleaseState::Published if release.superseded_by.is_some() => {
            status_tag(Tone::Plain, &locale.t("data-release-superseded"))
        }
        ReleaseState::Published => status_tag(Tone::Good, &locale.t("data-release-published")),
        ReleaseState::Withdrawn => status_tag(Tone::Bad, &locale.t("data-release-withdrawn")),
    }
}

/// `/data/releases/{id}`.
pub(super) async fn one(
    State(app): State<App>,
    ctx: Context,
    Path(id): Path<String>,
) -> Result<Html, Failure> {
    let id: Id<Release> = id.parse().map_err(|_| Failure::not_found())?;
    let desk = Desk::new(&app, &ctx);
    let found = app
        .db
        .read(async |tx| {
            let Some(detail) = releases::detail(tx, id).await? else { return Ok(None) };
            // The public sees what was published once, also after it was withdrawn.
            if detail.release.number.is_none() {
                return Ok(None);
            }
            let today = releases::compare_today(desk.figures(), tx, &detail).await?;
            Ok::<_, Error>(Some((detail, today)))
        })
        .await?;
    let (detail, today) = found.ok_or_else(Failure::not_found)?;
    Ok(Html(page(&ctx, &detail, &today)))
}

fn page(ctx: &Context, detail: &ReleaseDetail, today: &[FigureComparison]) -> Markup {
    let (locale, release) = (ctx.locale, &detail.release);
    let crumbs = [
        Crumb::link(ctx.t("data-nav-cockpit"), "/data"),
        Crumb::link(ctx.t("data-nav-releases"), "/data/releases"),
        Crumb::here(release.name.clone()),
    ];
    let frame = frame::frame(ctx, release.name.clone(), Theme::Day).crumbs(crumbs);
    let content = html! {
        @if release.state == ReleaseState::Withdrawn {
            (banner(Tone::Bad, &ctx.t("data-withdrawn"), &html! { p { (release.reason.clone().unwrap_or_default()) } }))
        }
        @if let Some(by) = release.superseded_by {
            (banner(Tone::Notice, &ctx.t("data-superseded"), &html! { p { a href={ "/data/releases/" (by) } { (ctx.t("data-see-latest")) } } }))
        }
        (panel(&ctx.t("data-facts"), None, &facts(&basics(ctx, release))))
        @for figure in &detail.figures {
            @let now = today.iter().find(|one| one.position == figure.position);
            (figure_panel(locale, figure, now, release.state == ReleaseState::Withdrawn))
        }
        @if !detail.errata.is_empty() {
            (panel(&ctx.t("data-errata"), None, &html! {
                div.flow { @for erratum in &detail.errata { p { (date(erratum.written_at.day())) " " (erratum.body) } } }
            }))
        }
    };
    data_page(&frame, &content)
}

fn basics(ctx: &Context, release: &Release) -> Vec<(String, Markup)> {
    let mut rows = vec![(ctx.t("data-state"), state_tag(ctx.locale, release))];
    if let Some(number) = release.number {
        rows.push((ctx.t("data-release-number"), html! { (number) }));
    }
    if let Some(at) = release.approved_at {
        rows.push((ctx.t("data-published-on"), html! { time datetime=(at.day()) { (at.to_minute()) } }));
    }
    rows.push((ctx.t("data-as-of"), date(release.day)));
    let hash = release.hash.clone().unwrap_or_default();
    rows.push((ctx.t("data-hash"), html! { code { (hash) } }));
    if let Some(previous) = &release.previous {
        rows.push((ctx.t("data-previous-hash"), html! { code { (previous) } }));
    }
    rows
}

fn figure_panel(
    locale: Locale,
    figure: &ReleaseFigure,
    now: Option<&FigureComparison>,
    withdrawn: bool,
) -> Markup {
    let shown = figure.definition.display.show(figure.value, locale);
    let href = format!("/data/definitions/{}/{}", figure.code, figure.version);
    let then = html! { (shown.number) " " (shown.unit) };
    let content = html! {
        p.headline { b { @if withdrawn { s { (then) } } @else { (then) } } }
        p { (locale.with("data-exact-yuan", &[("yuan", shown.exact.into()), ("count", figure.trades.into())])) " "
            a href=(href) { (locale.t("data-see-definition")) } }
        @if let Some(now) = now { (comparison(locale, figure, now)) }
    };
    panel(&figure.title, None, &content)
}

/// What the figure would be today, and what made the difference.
fn comparison(locale: Locale, figure: &ReleaseFigure, now: &FigureComparison) -> Markup {
    let difference = now.now.0.minus(now.then.0).unwrap_or(Fen(i64::MAX));
    html! {
        @if difference == Fen::ZERO {
            p { (locale.t("data-same-today")) }
        } @else {
            p { (locale.t("data-today")) " " (money(locale, now.now.0)) " · " (locale.t("data-changed-by")) " " (money(locale, difference)) }
            (causes(locale, &figure.title, &now.since, difference))
        }
        @if let Some(newer) = &now.newer {
            p.hint {
                (locale.with("data-newer-definition", &[("version", newer.version.to_string().into())])) " "
                a href={ "/data/definitions/" (figure.code) "/" (newer.version) } { (money(locale, newer.now.0)) }
            }
        }
    }
}

fn causes(locale: Locale, title: &str, since: &[CauseSum], difference: Fen) -> Markup {
    let unit = AmountUnit::for_column(since.iter().map(|cause| cause.amount).chain([difference]));
    let rows = since.iter().map(|cause| {
        let kind = locale.t(if cause.after { "data-cause-new" } else { "data-cause-late" });
        Row::new([
            html! { (kind) },
            html! { code { (cause.cause) } },
            html! { (amount_in(locale, cause.amount, unit)) },
            html! { (cause.trades) },
        ])
    });
    let sum = Row {
        cells: vec![
            Some(html! { (locale.t("data-sum")) }),
            None,
            Some(html! { (amount_in(locale, difference, unit)) }),
            None,
        ],
        ..Row::default()
    };
    let table = DataTable {
        caption: format!("{title} {}", locale.t("data-changed-by")),
        columns: vec![
            Column::text(locale.t("data-cause")),
            Column::text(locale.t("data-posting-cause")),
            Column::amount(locale.t("data-amount"), unit.label(locale)),
            Column::number(locale.t("data-trades")),
        ],
        rows: rows.collect(),
        sum: Some(sum),
        ..DataTable::default()
    };
    data_table(locale, &table)
}
