//! `/data/m/{figure}`: a definition with its value, its parts along any axis, what sources claimed, and its versions.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Path, Query};
use sh_trade::{axes::Axis, facts::SourceSummary, model::SourceKind, pages::source_name};
use sh_ui::{
    AmountUnit, BarTone, Column, Crumb, DataTable, LineSeries, Row, Tab, Theme, amount_in, chart_block,
    data_page, data_table, facts, grouped, line_chart, money_cell, panel, tabs,
};

use super::{
    changes,
    cockpit::month_bars,
    definitions,
    drill::{bars_block, grades_block},
    frame::{self, Cited, unit_of},
};
use crate::{
    Error,
    definition::Definition,
    export::{self, Ending},
    public::{
        breakdown::{Breakdown, Total},
        changes::{ValueLog, Versions},
        load::{self, Desk, Freshness},
        names::Names,
        narrow::{self, BadNarrow, Narrow, Point},
        overview::MONTHS,
    },
};

/// Axes that are offered, in this order.
const OFFERED: [Axis; 14] = [
    Axis::OriginProvince,
    Axis::Destination,
    Axis::Channel,
    Axis::Month,
    Axis::Year,
    Axis::Category,
    Axis::BuyerKind,
    Axis::Class,
    Axis::Certified,
    Axis::Role,
    Axis::Stage,
    Axis::Grade,
    Axis::Link,
    Axis::Basis,
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The axis of the table.
    by: Option<String>,
}

/// What the page shows.
struct Metric {
    definition: Definition,
    versions: Versions,
    log: Option<Arc<ValueLog>>,
    fresh: Freshness,
    names: Names,
    points: Vec<Point>,
    total: Total,
    split: Breakdown,
    months: Breakdown,
    grades: Breakdown,
    sources: Vec<SourceSummary>,
}

/// The axis of a table by its word.
///
/// # Errors
/// [`BadNarrow`] for a word that names none.
pub(crate) fn axis(by: Option<&str>, usual: Axis) -> Result<Axis, BadNarrow> {
    match by.map(str::trim).filter(|by| !by.is_empty()) {
        None => Ok(usual),
        Some(by) => {
            Axis::from_word(by).filter(|axis| *axis != Axis::Seller).ok_or_else(|| BadNarrow::new("by", by))
        }
    }
}

/// `/data/m/{figure}` and, with an ending, its files.
pub(super) async fn page(
    State(app): State<App>,
    ctx: Context,
    Path(figure): Path<String>,
    Query(asked): Query<Asked>,
    Query(narrow): Query<Narrow>,
) -> Result<Response, Failure> {
    let points = narrow.points()?;
    let axis = axis(asked.by.as_deref(), Axis::OriginProvince)?;
    let (code, ending) = Ending::of(&figure);
    let desk = Desk::new(&app, &ctx);
    let metric = app
        .db
        .read(async |tx| {
            let definition = load::definition(tx, code).await?;
            let fresh = load::freshness_on(tx, ctx.today()).await?;
            let names = Names::new(ctx.locale, definition.content.until);
            let split = desk.split(tx, &definition, &points, axis).await?;
            Ok::<_, Error>(Metric {
                versions: Versions::load(tx, code, None).await?,
                // What changed a part of the value is not kept.
                log: if points.is_empty() { desk.value_log(tx, &definition).await? } else { None },
                total: split.parent,
                months: desk.split(tx, &definition, &points, Axis::Month).await?,
                grades: desk.split(tx, &definition, &points, Axis::Grade).await?,
                sources: load::claims(tx).await?,
                points: points.clone(),
                definition,
                fresh,
                names,
                split,
            })
        })
        .await?;
    match ending {
        Some(ending) => {
            let sheet = export::Sheet {
                definition: &metric.definition,
                fresh: &metric.fresh,
                names: &metric.names,
                points: &metric.points,
                split: &metric.split,
            };
            export::answer(&app, ctx.locale, ending, &sheet).await
        }
        None => Ok(Html(metric.page(&ctx)).into_response()),
    }
}

impl Metric {
    fn page(&self, ctx: &Context) -> Markup {
        let locale = ctx.locale;
        let name = self.definition.content.name.get(locale).to_owned();
        let mut crumbs = vec![Crumb::link(locale.t("data-nav-cockpit"), "/data")];
        crumbs.push(Crumb::here(name.clone()));
        let frame = frame::frame(ctx, name, Theme::Day).crumbs(crumbs).subtitle(frame::meta(
            ctx,
            Some(&self.definition),
            &self.fresh,
        ));
        let cited = Cited {
            locale,
            names: &self.names,
            definition: &self.definition,
            fresh: &self.fresh,
            points: &self.points,
            parent: 0,
        };
        let content = html! {
            (frame::stale(ctx, &self.fresh))
            (self.value(ctx))
            (self.parts(&cited))
            div.grid { (self.months(&cited)) (grades_block(&cited, &self.grades)) }
            (self.claims(ctx))
            (changes::log(locale, &self.versions, self.log.as_deref()))
        };
        data_page(&frame, &content)
    }

    fn value(&self, ctx: &Context) -> Markup {
        let (locale, content) = (ctx.locale, &self.definition.content);
        let shown = content.display.show(self.total.amount, locale);
        let whole = self.points.is_empty();
        let unit = AmountUnit::for_column([self.total.amount]);
        let (number, unit) = if whole {
            (shown.number.clone(), shown.unit.clone())
        } else {
            (amount_in(locale, self.total.amount, unit), unit.label(locale))
        };
        let narrowed: Vec<String> = self.points.iter().map(|point| self.names.condition(*point)).collect();
        let content = html! {
            (sh_ui::headline(&number, &unit, &html! { (frame::period(locale, &self.definition)) @if !whole { " · " (narrowed.join(" · ")) } }))
            p { (locale.with("data-exact-yuan", &[("yuan", shown.exact.into()), ("count", self.total.trades.into())])) }
            p { (content.text.get(locale)) }
            details { summary { (locale.t("data-conditions")) } (facts(&definitions::conditions(locale, &self.definition))) }
            p {
                a href=(frame::definition_href(&self.definition)) { (locale.t("data-see-definition")) } " · "
                a href={ "/data/trades?d=" (self.definition.code) (narrow::query(&self.points)) } { (locale.t("data-see-trades")) }
                @if !whole { " · " a href={ "/data/m/" (self.definition.code) } { (locale.t("data-see-whole")) } }
            }
        };
        panel(&locale.t("data-value"), None, &content)
    }

    /// The parts along the chosen axis: chart, table, the other axes.
    fn parts(&self, cited: &Cited<'_>) -> Markup {
        let locale = cited.locale;
        let code = &self.definition.code;
        let axes: Vec<Tab> = OFFERED
            .iter()
            .map(|axis| {
                let href = format!("/data/m/{code}?by={}{}", axis.word(), narrow::query(&self.points));
                Tab::new(self.names.axis(*axis), href, *axis == self.split.axis)
            })
            .collect();
        let href = |value: i64| Some(self.way_on(value));
        html! {
            section.flow {
                h2 { (locale.with("data-parts-by", &[("axis", self.names.axis_within(self.split.axis).into())])) }
                (tabs(&locale.t("data-choose-axis"), &axes))
                @if !matches!(self.split.axis, Axis::Month | Axis::Year) { (bars_block(cited, &self.split, href)) }
                (cited.table(self.names.axis(self.split.axis), &self.split, href))
            }
        }
    }

    fn way_on(&self, value: i64) -> String {
        let code = &self.definition.code;
        match (self.split.axis, self.points.is_empty()) {
            (Axis::OriginProvince | Axis::OriginCity | Axis::Origin, true) => {
                format!("/data/origin/{value}?d={code}")
            }
            (Axis::Destination, true) => format!("/data/dest/{value}?d={code}"),
            (Axis::Channel, true) => format!("/data/channel/{value}?d={code}"),
            (axis, _) => {
                let mut points = self.points.clone();
                points.push((axis, value));
                format!("/data/trades?d={code}{}", narrow::query(&points))
            }
        }
    }

    /// The whole series as a line, the last months as bars.
    fn months(&self, cited: &Cited<'_>) -> Markup {
        let unit = unit_of(&self.months);
        let rows = &self.months.rows;
        let chart = if rows.len() > MONTHS {
            let axis: Vec<String> = rows
                .iter()
                .map(|cell| format!("{:02}-{:02}", cell.key / 100 % 100, cell.key % 100))
                .collect();
            let points = rows
                .iter()
                .map(|cell| Some((cell.total.amount.0, amount_in(cited.locale, cell.total.amount, unit))))
                .collect();
            let name = self.definition.content.name.get(cited.locale).to_owned();
            line_chart(
                &cited.locale.t("data-months"),
                &axis,
                &[LineSeries { name, points, tone: BarTone::Origin }],
            )
        } else {
            month_bars(cited.locale, &self.names, &self.months, unit, |_| None)
        };
        chart_block(
            cited.locale,
            &cited.block(cited.locale.t("data-months"), &self.months, unit, Some(chart)),
        )
    }

    /// What each source claimed against what was counted of it.
    fn claims(&self, ctx: &Context) -> Markup {
        let locale = ctx.locale;
        let unit = AmountUnit::for_column(self.sources.iter().map(|one| one.gross));
        let columns = vec![
            Column::text(locale.t("data-source-name")),
            Column::text(locale.t("data-source-kind")),
            Column::number(locale.t("data-claimed")),
            Column::amount(locale.t("data-claimed-amount"), unit.label(locale)),
            Column::number(locale.t("data-anchors")),
            Column::number(locale.t("data-joined")),
            Column::number(locale.t("data-repeats")),
            Column::number(locale.t("data-waiting")),
        ];
        let rows = self.sources.iter().map(|one| {
            Row::new([
                html! { (source_name(locale, &one.source, &one.name)) },
                html! { (kind(ctx, one.kind)) },
                html! { (grouped(one.claims)) },
                money_cell(locale, one.gross, unit),
                html! { (grouped(one.anchors)) },
                html! { (grouped(one.joined)) },
                html! { (grouped(one.repeats)) },
                html! { (grouped(one.waiting)) },
            ])
        });
        let table = DataTable {
            caption: locale.t("data-counted-once"),
            columns,
            rows: rows.collect(),
            ..DataTable::default()
        };
        html! {
            section.flow {
                h2 { (locale.t("data-counted-once")) }
                p.hint { (locale.t("data-counted-once-note")) }
                (data_table(locale, &table))
            }
        }
    }
}

fn kind(ctx: &Context, kind: SourceKind) -> String {
    match kind {
        SourceKind::Platform => ctx.t("data-kind-platform"),
        SourceKind::Till => ctx.t("data-kind-till"),
        SourceKind::Counter => ctx.t("data-kind-counter"),
        SourceKind::Union => ctx.t("data-kind-union"),
        SourceKind::SupplierCounty => ctx.t("data-kind-supplier-county"),
        SourceKind::CityReturn => ctx.t("data-kind-city-return"),
    }
}
