//! What all data pages share: head, links, the line that says how fresh and by which definition.

use maud::{Markup, html};
use sh_http::Context;
use sh_kernel::{Fen, Instant};
use sh_trade::axes::Axis;
use sh_ui::{
    AmountUnit, ChartBlock, ChartTable, Column, Crumb, DataTable, Download, Frame, Locale, MenuGroup,
    MenuItem, Row, Theme, Tone, amount_in, banner, date, grouped, icon, money_cell, percent,
};

use crate::{
    definition::Definition,
    label,
    public::{
        breakdown::Breakdown,
        load::{Freshness, Stale},
        names::Names,
        narrow::{self, Point},
    },
};

/// Cities named as late; the others are counted.
const LATE_NAMED: usize = 3;

/// The frame of a data page: public links on top, the way to the page.
pub(super) fn frame(ctx: &Context, title: impl Into<String>, theme: Theme) -> Frame {
    let mut frame = ctx.frame(title).theme(theme);
    frame.menu = vec![MenuGroup { label: String::new(), icon: None, items: links(ctx.locale) }];
    frame
}

fn links(locale: Locale) -> Vec<MenuItem> {
    [
        ("data-nav-cockpit", "/data"),
        ("data-nav-trades", "/data/trades"),
        ("data-nav-releases", "/data/releases"),
        ("data-nav-definitions", "/data/definitions"),
        ("data-nav-api", "/data/api"),
    ]
    .map(|(key, href)| MenuItem::new(locale.t(key), href))
    .to_vec()
}

/// The way from the cockpit to a page of a definition.
pub(super) fn crumbs(
    locale: Locale,
    definition: &Definition,
    middle: Vec<Crumb>,
    here: String,
) -> Vec<Crumb> {
    let mut crumbs = vec![
        Crumb::link(locale.t("data-nav-cockpit"), "/data"),
        Crumb::link(definition.content.name.get(locale), format!("/data/m/{}", definition.code)),
    ];
    crumbs.extend(middle);
    crumbs.push(Crumb::here(here));
    crumbs
}

/// The address of a definition's version.
pub(super) fn definition_href(definition: &Definition) -> String {
    format!("/data/definitions/{}/{}", definition.code, definition.version)
}

/// Name and version of a definition, as every block cites it.
pub(super) fn definition_name(locale: Locale, definition: &Definition) -> String {
    locale.with(
        "data-definition-version",
        &[
            ("name", definition.content.name.get(locale).into()),
            ("version", definition.version.to_string().into()),
        ],
    )
}

/// The line below the heading: as of when, by which definition, what was checked.
pub(super) fn meta(ctx: &Context, definition: Option<&Definition>, fresh: &Freshness) -> Markup {
    let locale = ctx.locale;
    let cited = definition.map(|one| (definition_href(one), definition_name(locale, one)));
    line(locale, cited, fresh, Instant::to_minute)
}

/// The same where the name of the definition stands below anyway and room is short: the day of the data.
pub(super) fn meta_short(ctx: &Context, definition: &Definition, fresh: &Freshness) -> Markup {
    let version = [("version", definition.version.to_string().into())];
    let cited = (definition_href(definition), ctx.locale.with("data-version-short", &version));
    line(ctx.locale, Some(cited), fresh, |at| at.day().to_string())
}

fn line(
    locale: Locale,
    definition: Option<(String, String)>,
    fresh: &Freshness,
    as_of: fn(Instant) -> String,
) -> Markup {
    // The check was made for this very page, so its hour says it all.
    let hour = |at: Instant| at.to_minute().split(' ').next_back().unwrap_or_default().to_owned();
    html! {
        @if let Some(posting) = &fresh.posting {
            span { (locale.t("data-as-of")) " " b.is-late[fresh.stale.is_some()] { time datetime=(posting.day) { (as_of(posting.at)) } } }
        }
        @if let Some((href, name)) = definition {
            span { (locale.t("data-by")) " " a href=(href) { (name) } }
        }
        @if let Some(check) = &fresh.check {
            @let (key, glyph) = if check.agrees { ("data-recomputed", "check") } else { ("data-recomputed-differs", "alert-triangle") };
            span.rail-check.differs[!check.agrees] { (icon(glyph)) (locale.with(key, &[("time", hour(check.at).into())])) }
        }
    }
}

/// Says that nothing was posted for a while and whose return is missing; numbers stay.
pub(super) fn stale(ctx: &Context, fresh: &Freshness) -> Markup {
    let (locale, Some(stale), Some(posting)) = (ctx.locale, &fresh.stale, &fresh.posting) else {
        return html! {};
    };
    let day = ("day", posting.day.to_string().into());
    let heading = match late(locale, stale) {
        None => locale.with("data-stale", &[day]),
        Some(cities) => {
            let month = label(Axis::Month, stale.month.yyyymm(), locale);
            let named = [day, ("month", month.into()), ("cities", cities.into())];
            locale.with("data-stale-late", &named)
        }
    };
    banner(Tone::Notice, &heading, &html! { p { (locale.t("data-stale-why")) } })
}

/// The cities that are late: three by name, the others counted. `None` if none is.
fn late(locale: Locale, stale: &Stale) -> Option<String> {
    let day = stale.month.last_day();
    let named = stale.cities.iter().take(LATE_NAMED).map(|city| Names::new(locale, day).place(city.number()));
    let named = named.collect::<Vec<_>>().join(&locale.t("data-comma"));
    let others = stale.cities.len().saturating_sub(LATE_NAMED);
    match (stale.cities.len(), others) {
        (0, _) => None,
        (_, 0) => Some(named),
        (_, others) => {
            let counts = [("cities", named.into()), ("others", others.into())];
            Some(locale.with("data-stale-cities", &counts))
        }
    }
}

/// The day until which data reach, as chart blocks cite it.
pub(super) fn as_of_text(fresh: &Freshness) -> String {
    fresh.posting.as_ref().map(|posting| posting.day.to_string()).unwrap_or_default()
}

/// Downloads of one table of a figure.
pub(super) fn downloads(definition: &Definition, axis: Axis, points: &[Point]) -> Vec<Download> {
    [("CSV", "csv"), ("XLSX", "xlsx"), ("JSON", "json")]
        .map(|(label, ending)| Download {
            label: label.to_owned(),
            href: format!("/data/m/{}.{ending}?by={}{}", definition.code, axis.word(), narrow::query(points)),
        })
        .to_vec()
}

/// Everything around one block of a figure.
pub(super) struct Cited<'a> {
    pub(super) locale: Locale,
    pub(super) names: &'a Names,
    pub(super) definition: &'a Definition,
    pub(super) fresh: &'a Freshness,
    pub(super) points: &'a [Point],
    /// The value whose parts are shown with their own names: the place, or 0.
    pub(super) parent: i64,
}

impl Cited<'_> {
    /// The name of the merged row.
    pub(super) fn merged_name(&self, split: &Breakdown) -> Option<String> {
        let merged = split.merged?;
        Some(self.locale.with("data-merged", &[("count", merged.parts.into())]))
    }

    /// A chart with title, unit, as-of date, source, definition, table and downloads.
    pub(super) fn block(
        &self,
        title: String,
        split: &Breakdown,
        unit: AmountUnit,
        chart: Option<Markup>,
    ) -> ChartBlock {
        let mut rows: Vec<Vec<String>> = split
            .rows
            .iter()
            .map(|cell| {
                vec![
                    self.names.part(self.parent, (split.axis, cell.key)),
                    amount_in(self.locale, cell.total.amount, unit),
                    grouped(cell.total.trades),
                ]
            })
            .collect();
        if let (Some(name), Some(merged)) = (self.merged_name(split), split.merged) {
            rows.push(vec![
                name,
                amount_in(self.locale, merged.total.amount, unit),
                grouped(merged.total.trades),
            ]);
        }
        ChartBlock {
            title,
            unit: unit.label(self.locale),
            as_of: as_of_text(self.fresh),
            source: self.locale.t("data-source"),
            definition: Some((
                definition_name(self.locale, self.definition),
                definition_href(self.definition),
            )),
            chart,
            table: ChartTable {
                head: vec![
                    self.names.axis(split.axis),
                    unit.label(self.locale),
                    self.locale.t("data-trades"),
                ],
                rows,
            },
            downloads: downloads(self.definition, split.axis, self.points),
        }
    }

    /// The parts of a value as a table whose sum row is the value, with the difference computed.
    pub(super) fn table(
        &self,
        caption: String,
        split: &Breakdown,
        href: impl Fn(i64) -> Option<String>,
    ) -> Markup {
        let unit = unit_of(split);
        let share = |amount: Fen| html! { (percent(amount.0, split.parent.amount.0)) };
        let mut rows: Vec<Row> = split
            .rows
            .iter()
            .map(|cell| {
                let name = self.names.part(self.parent, (split.axis, cell.key));
                Row::new([
                    html! { @if let Some(href) = href(cell.key) { a href=(href) { (name) } } @else { (name) } },
                    money_cell(self.locale, cell.total.amount, unit),
                    share(cell.total.amount),
                    html! { (grouped(cell.total.trades)) },
                ])
            })
            .collect();
        if let (Some(name), Some(merged)) = (self.merged_name(split), split.merged) {
            rows.push(Row::new([
                html! { (name) },
                money_cell(self.locale, merged.total.amount, unit),
                share(merged.total.amount),
                html! { (grouped(merged.total.trades)) },
            ]));
        }
        let sum = Row::new([
            html! { (self.locale.t("data-sum")) },
            money_cell(self.locale, split.parent.amount, unit),
            share(split.parent.amount),
            html! { (grouped(split.parent.trades)) },
        ]);
        let table = DataTable {
            caption,
            columns: vec![
                Column::text(self.names.axis(split.axis)),
                Column::amount(self.locale.t("data-amount"), unit.label(self.locale)),
                Column::number(self.locale.t("data-share")),
                Column::number(self.locale.t("data-trades")),
            ],
            rows,
            sum: Some(sum),
            ..DataTable::default()
        };
        html! {
            (sh_ui::data_table(self.locale, &table))
            (self.below(split))
        }
    }

    /// What stands below a table of parts: that it adds up, and what was merged.
    fn below(&self, split: &Breakdown) -> Markup {
        let difference = split.difference();
        html! {
            p.hint {
                span.rail-check.differs[difference != Fen::ZERO] {
                    (icon(if difference == Fen::ZERO { "check" } else { "alert-triangle" }))
                    (self.locale.with("data-difference", &[("amount", difference.to_grouped().into())]))
                }
            }
            @if split.merged.is_some() { p.hint { (self.locale.t("data-merged-why")) } }
        }
    }
}

/// One unit for the parts of a value.
pub(super) fn unit_of(split: &Breakdown) -> AmountUnit {
    AmountUnit::for_column(split.rows.iter().map(|cell| cell.total.amount).chain([split.parent.amount]))
}

/// First and last day of a definition.
pub(super) fn period(locale: Locale, definition: &Definition) -> Markup {
    let content = &definition.content;
    html! {
        span {
            (date(content.from)) "～"
            @if content.is_open() { (content.last_day(locale)) } @else { (date(content.until)) }
        }
    }
}
