//! `/data/releases/{id}` and `/data/releases/{id}/{position}`: what was published, unchanged, beside what it would be
//! today and why that differs. With an ending, its files.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Json, Path};
use sh_kernel::{Fen, Id};
use sh_trade::axes::Axis;
use sh_ui::{
    AmountUnit, Column, Crumb, DataTable, Locale, Row, Theme, Tone, amount_in, banner, data_page, data_table,
    date, facts, grouped, money, money_cell, panel,
};

use super::{frame, releases::state_tag};
use crate::{
    Error,
    api::releases::detail_body,
    axis_label,
    export::{self, Ending},
    public::{load::Desk, names::Names, released},
    releases::{FigureComparison, Release, ReleaseDetail, ReleaseFigure, ReleaseState, Rest, content_text},
};

/// A release and what its figures would be today.
type Found = (ReleaseDetail, Arc<Vec<FigureComparison>>);

async fn load(app: &App, ctx: &Context, id: &str) -> Result<Found, Failure> {
    let id: Id<Release> = id.parse().map_err(|_| Failure::not_found())?;
    let desk = Desk::new(app, ctx);
    let found = app.db.read(async |tx| Ok::<_, Error>(released::load(tx, &desk, id).await?)).await?;
    found.ok_or_else(Failure::not_found)
}

/// `/data/releases/{id}` and its files.
pub(super) async fn one(
    State(app): State<App>,
    ctx: Context,
    Path(asked): Path<String>,
) -> Result<Response, Failure> {
    let (id, ending) = Ending::of(&asked);
    let (detail, today) = load(&app, &ctx, id).await?;
    let name = format!("release-{}", detail.release.number.unwrap_or_default());
    match ending {
        None => Ok(Html(page(&ctx, &detail, &today)).into_response()),
        Some(Ending::Json) => {
            let body = Json(detail_body(ctx.locale, &detail, &today)).into_response();
            Ok(export::named(body, &format!("{name}.json")))
        }
        Some(Ending::Txt) => {
            let text = content_text(&detail.release, &detail.figures).into_response();
            Ok(export::named(text, &format!("{name}.txt")))
        }
        Some(ending) => {
            let (spec, rows) = released::table(ctx.locale, &detail);
            let format = ending.format().ok_or_else(Failure::not_found)?;
            export::file(format, &name, spec, rows).await
        }
    }
}

/// `/data/releases/{id}/{position}`: one figure with its parts.
pub(super) async fn figure(
    State(app): State<App>,
    ctx: Context,
    Path((id, position)): Path<(String, i64)>,
) -> Result<Html, Failure> {
    let (detail, today) = load(&app, &ctx, &id).await?;
    let wanted = detail.figures.iter().find(|figure| figure.position == position && figure.by.is_empty());
    let figure = wanted.ok_or_else(Failure::not_found)?;
    Ok(Html(figure_page(&ctx, &detail, figure, &today)))
}

fn crumbs(ctx: &Context, release: &Release, here: Option<&str>) -> Vec<Crumb> {
    let mut crumbs = vec![
        Crumb::link(ctx.t("data-nav-cockpit"), "/data"),
        Crumb::link(ctx.t("data-nav-releases"), "/data/releases"),
    ];
    match here {
        None => crumbs.push(Crumb::here(release.name.clone())),
        Some(title) => {
            crumbs.push(Crumb::link(release.name.clone(), format!("/data/releases/{}", release.id)));
            crumbs.push(Crumb::here(title.to_owned()));
        }
    }
    crumbs
}

/// What stands above everything that must not be taken for the latest word.
fn warnings(ctx: &Context, detail: &ReleaseDetail) -> Markup {
    let release = &detail.release;
    html! {
        @if release.state == ReleaseState::Withdrawn {
            (banner(Tone::Bad, &ctx.t("data-withdrawn"), &html! { p { (release.reason.clone().unwrap_or_default()) } }))
        }
        @if let Some(by) = release.superseded_by {
            (banner(Tone::Notice, &ctx.t("data-superseded"), &html! { p { a href={ "/data/releases/" (by) } { (ctx.t("data-see-latest")) } } }))
        }
        @if !detail.errata.is_empty() {
            (panel(&ctx.t("data-errata"), None, &html! {
                div.flow { @for erratum in &detail.errata { p { (date(erratum.written_at.day())) " " (erratum.body) } } }
            }))
        }
    }
}

fn page(ctx: &Context, detail: &ReleaseDetail, today: &[FigureComparison]) -> Markup {
    let (locale, release) = (ctx.locale, &detail.release);
    let frame = frame::frame(ctx, release.name.clone(), Theme::Day).crumbs(crumbs(ctx, release, None));
    let content = html! {
        (warnings(ctx, detail))
        (panel(&ctx.t("data-facts"), None, &html! { (facts(&basics(ctx, release))) (files(locale, release)) }))
        @for figure in detail.figures.iter().filter(|figure| figure.by.is_empty()) {
            @let now = today.iter().find(|one| one.position == figure.position);
            @let parts = detail.figures.iter().filter(|one| one.subject() == figure.subject() && !one.by.is_empty());
            (figure_panel(locale, release, figure, now, parts.count()))
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
    rows.push((ctx.t("data-content-hash"), html! { code { (release.content) } }));
    let hash = release.hash.clone().unwrap_or_default();
    rows.push((ctx.t("data-hash"), html! { code { (hash) } }));
    if let Some(previous) = &release.previous {
        rows.push((ctx.t("data-previous-hash"), html! { code { (previous) } }));
    }
    rows
}

/// Everything in the release to take home, and the text that its hash is taken over.
fn files(locale: Locale, release: &Release) -> Markup {
    let base = format!("/data/releases/{}", release.id);
    html! {
        p {
            (locale.t("data-files")) " "
            @for (at, ending) in ["csv", "xlsx", "json", "txt"].into_iter().enumerate() {
                @if at > 0 { " · " }
                a href={ (base) "." (ending) } download { (ending.to_uppercase()) }
            }
        }
        p.hint { (locale.t("data-files-hash")) }
    }
}

fn figure_panel(
    locale: Locale,
    release: &Release,
    figure: &ReleaseFigure,
    now: Option<&FigureComparison>,
    parts: usize,
) -> Markup {
    let content = html! {
        (value(locale, release, figure))
        @if let Some(now) = now { (comparison(locale, figure, now)) }
        @if parts > 0 {
            p { a href={ "/data/releases/" (release.id) "/" (figure.position) } { (locale.with("data-released-parts", &[("count", parts.into())])) } }
        }
    };
    panel(&figure.heading(locale), None, &content)
}

fn value(locale: Locale, release: &Release, figure: &ReleaseFigure) -> Markup {
    let shown = figure.definition.display.show(figure.value, locale);
    let href = format!("/data/definitions/{}/{}", figure.code, figure.version);
    let then = html! { (shown.number) " " (shown.unit) };
    html! {
        p.headline { b { @if release.state == ReleaseState::Withdrawn { s { (then) } } @else { (then) } } }
        p { (locale.with("data-exact-yuan", &[("yuan", shown.exact.into()), ("count", figure.trades.into())])) " "
            a href=(href) { (locale.t("data-see-definition")) } }
    }
}

/// What the figure would be today, and what made the difference.
fn comparison(locale: Locale, figure: &ReleaseFigure, now: &FigureComparison) -> Markup {
    let difference = now.now.0.minus(now.then.0).unwrap_or(Fen(i64::MAX));
    html! {
        @if now.now == now.then {
            p { (locale.t("data-same-today")) }
        } @else {
            p { (locale.t("data-today")) " " (money(locale, now.now.0)) " · " (locale.t("data-changed-by")) " " (money(locale, difference)) }
            (causes(locale, &figure.heading(locale), now, difference))
        }
        @if let Some(newer) = &now.newer {
            p.hint {
                (locale.with("data-newer-definition", &[("version", newer.version.to_string().into())])) " "
                a href={ "/data/definitions/" (figure.code) "/" (newer.version) } { (money(locale, newer.now.0)) }
            }
        }
    }
}

fn causes(locale: Locale, title: &str, now: &FigureComparison, difference: Fen) -> Markup {
    let causes = released::causes(locale, &now.since);
    let unit = AmountUnit::for_column(causes.iter().map(|cause| cause.1).chain([difference]));
    let rows = causes.iter().map(|(words, amount, trades)| {
        Row::new([html! { (words) }, money_cell(locale, *amount, unit), html! { (grouped(*trades)) }])
    });
    let sum = Row::new([
        html! { (locale.t("data-sum")) },
        money_cell(locale, difference, unit),
        html! { (grouped(now.now.1 - now.then.1)) },
    ]);
    let table = DataTable {
        caption: format!("{title} {}", locale.t("data-changed-by")),
        columns: vec![
            Column::text(locale.t("data-cause")),
            Column::amount(locale.t("data-amount"), unit.label(locale)),
            Column::number(locale.t("data-trades")),
        ],
        rows: rows.collect(),
        sum: Some(sum),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn figure_page(
    ctx: &Context,
    detail: &ReleaseDetail,
    figure: &ReleaseFigure,
    today: &[FigureComparison],
) -> Markup {
    let locale = ctx.locale;
    let title = figure.heading(locale);
    let crumbs = crumbs(ctx, &detail.release, Some(&title));
    let frame = frame::frame(ctx, title, Theme::Day).crumbs(crumbs);
    let find = |one: &ReleaseFigure| today.iter().find(|now| now.position == one.position);
    let parts = detail.figures.iter().filter(|one| one.subject() == figure.subject() && !one.by.is_empty());
    let content = html! {
        (warnings(ctx, detail))
        div.panel {
            (value(locale, &detail.release, figure))
            @if let Some(now) = find(figure) { (comparison(locale, figure, now)) }
        }
        @for part in parts {
            @if let Some(now) = find(part) {
                section.flow { h2 { (axes(locale, part)) } (parts_table(locale, part, now)) }
            }
        }
        p.hint { (locale.t("data-merged-why")) }
    };
    data_page(&frame, &content)
}

fn axes(locale: Locale, figure: &ReleaseFigure) -> String {
    figure.by.iter().map(|axis| axis_label(*axis, locale)).collect::<Vec<_>>().join(" · ")
}

/// The groups as they were released and as they are today.
fn parts_table(locale: Locale, figure: &ReleaseFigure, now: &FigureComparison) -> Markup {
    let names = Names::new(locale, figure.definition.until);
    let unit = AmountUnit::for_column(figure.rows.iter().map(|row| row.amount).chain([figure.value]));
    let mut groups: Vec<_> = now.rows.iter().collect();
    if !matches!(figure.by.as_slice(), [Axis::Year | Axis::Month, ..]) {
        groups.sort_by_key(|row| (std::cmp::Reverse(row.then.map(|then| then.0)), row.keys.clone()));
    }
    let line = |name: String, then: Option<(Fen, i64)>, today: Option<(Fen, i64)>| {
        let cell = |sum: Option<(Fen, i64)>| sum.map(|(amount, _)| money_cell(locale, amount, unit));
        let difference = then.zip(today).and_then(|(then, today)| today.0.minus(then.0).ok());
        Row {
            cells: vec![
                Some(html! { (name) }),
                cell(then),
                then.map(|(_, trades)| html! { (grouped(trades)) }),
                cell(today),
                difference.map(|difference| html! { (amount_in(locale, difference, unit)) }),
            ],
            ..Row::default()
        }
    };
    let mut rows: Vec<Row> = groups
        .iter()
        .map(|row| line(released::group_name(&names, figure, &row.keys), row.then, row.now))
        .collect();
    let sum_of = |rest: Rest| (rest.amount, rest.trades);
    if figure.merged.is_some() || now.merged.is_some() {
        let count = figure.merged.or(now.merged).map_or(0, |rest| rest.parts);
        let name = locale.with("data-merged", &[("count", count.into())]);
        rows.push(line(name, figure.merged.map(sum_of), now.merged.map(sum_of)));
    }
    let table = DataTable {
        caption: axes(locale, figure),
        columns: vec![
            Column::text(axes(locale, figure)),
            Column::amount(locale.t("data-released"), unit.label(locale)),
            Column::number(locale.t("data-trades")),
            Column::amount(locale.t("data-today-column"), unit.label(locale)),
            Column::amount(locale.t("data-changed-by"), unit.label(locale)),
        ],
        rows,
        sum: Some(line(locale.t("data-sum"), Some(now.then), Some(now.now))),
        ..DataTable::default()
    };
    data_table(locale, &table)
}
