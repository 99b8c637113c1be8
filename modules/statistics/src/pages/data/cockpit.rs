//! `/data` and `/data/screen`: a definition at one glance, and the way from its value to one order.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Query};
use sh_kernel::{Fen, Month, RegionCode};
use sh_ui::{
    AmountUnit, Bar, BarTone, Cockpit, DrillStep, GradeShare, Locale, Part, Theme, Tile, TileMap, amount_in,
    bar_chart, button_link, cockpit, data_page, drill_rail, empty, grade_list, grouped, headline,
    horizontal_bars, month_range, panel, percent, short_amount, split_bar, stat, tile_map,
};

use super::frame::{self, unit_of};
use crate::{
    Error,
    definition::Definition,
    public::{
        breakdown::Breakdown,
        load::{self, Desk},
        names::Names,
        overview::{Level, Overview, Step, grade, grade_of},
    },
};

/// Cities and channels that are named; the others are one bar.
const NAMED: usize = 7;
/// Seconds between two looks of a big screen.
const REFRESH_SECONDS: u32 = 60;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Code of the definition.
    d: Option<String>,
}

/// What a cockpit is drawn from.
pub(crate) struct View {
    pub(crate) all: Vec<Definition>,
    pub(crate) definition: Definition,
    pub(crate) overview: Overview,
    pub(crate) names: Names,
}

/// Reads a cockpit in one transaction; `None` before any definition is in force or anything was posted.
pub(crate) async fn view(app: &App, ctx: &Context, asked: Option<&str>) -> Result<Option<View>, Error> {
    let desk = Desk::new(app, ctx);
    app.db
        .read(async |tx| {
            let all = load::in_force(tx).await?;
            let Some(definition) = load::choose(&all, asked)?.cloned() else { return Ok(None) };
            let fresh = load::freshness_on(tx, ctx.today()).await?;
            if fresh.posting.is_none() {
                return Ok(None);
            }
            let overview = Overview::load(tx, ctx, &desk, &definition, fresh).await?;
            let mut names = Names::new(ctx.locale, definition.content.until);
            names.learn(tx, &overview.sellers()).await?;
            Ok::<_, Error>(Some(View { all, definition, overview, names }))
        })
        .await
}

/// `/data`.
pub(super) async fn page(
    State(app): State<App>,
    ctx: Context,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let view = view(&app, &ctx, asked.d.as_deref()).await?;
    let frame =
        frame::frame(&ctx, ctx.t("data-title"), Theme::SeaNight).description(ctx.t("data-description"));
    let Some(view) = view else { return Ok(Html(data_page(&frame, &nothing(&ctx)))) };
    let frame = frame
        .subtitle(frame::meta_short(&ctx, &view.definition, &view.overview.fresh))
        .action(actions(ctx.locale, &view));
    let content = html! {
        (frame::stale(&ctx, &view.overview.fresh))
        (cockpit(ctx.locale, &blocks(ctx.locale, &view), None))
    };
    Ok(Html(data_page(&frame, &content)))
}

/// `/data/screen`: the same blocks for a wall; numbers are fetched again by themselves.
pub(super) async fn screen(
    State(app): State<App>,
    ctx: Context,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let view = view(&app, &ctx, asked.d.as_deref()).await?;
    let mut frame = ctx.frame(ctx.t("data-title")).theme(Theme::SeaNight);
    frame.menu = Vec::new();
    let Some(view) = view else { return Ok(Html(data_page(&frame, &nothing(&ctx)))) };
    let frame = frame.subtitle(frame::meta_short(&ctx, &view.definition, &view.overview.fresh)).action(
        html! { button.button.is-secondary type="button" data-fullscreen { (ctx.t("data-fullscreen")) } },
    );
    Ok(Html(data_page(&frame, &cockpit(ctx.locale, &blocks(ctx.locale, &view), Some(REFRESH_SECONDS)))))
}

fn nothing(ctx: &Context) -> Markup {
    let way = button_link(&ctx.t("data-nav-definitions"), "/data/definitions", None);
    empty(&ctx.t("data-nothing-yet"), Some(&way))
}

/// The files, the wall.
fn actions(locale: Locale, view: &View) -> Markup {
    let code = &view.definition.code;
    html! {
        (button_link(&locale.t("data-export"), &format!("/data/m/{code}.xlsx?by=origin-province"), Some("download")))
        (button_link(&locale.t("data-screen"), &format!("/data/screen?d={code}"), None))
    }
}

/// The blocks of a cockpit.
pub(crate) fn blocks(locale: Locale, view: &View) -> Cockpit {
    let draw = Draw { locale, view };
    Cockpit {
        left: vec![draw.value(), draw.grades(), draw.claims()],
        centre: Some(draw.map()),
        right: vec![draw.cities(), draw.channels()],
        below: Some(draw.months()),
        rail: Some(draw.rail()),
    }
}

struct Draw<'a> {
    locale: Locale,
    view: &'a View,
}

impl Draw<'_> {
    fn href(&self, path: &str) -> String {
        format!("{path}?d={}", self.view.definition.code)
    }

    /// The unit of a block and the way to its table.
    fn extra(&self, unit: AmountUnit, by: &str) -> Markup {
        html! {
            (unit.label(self.locale)) " · "
            a href={ "/data/m/" (self.view.definition.code) "?by=" (by) } { (self.locale.t("data-table")) }
        }
    }

    /// The value by the display rule of its definition, exact on demand, and its years.
    fn value(&self) -> Markup {
        let (locale, definition) = (self.locale, &self.view.definition);
        let total = self.view.overview.total;
        let shown = definition.content.display.show(total.amount, locale);
        let note = html! {
            (frame::period(locale, definition)) " · "
            a href=(frame::definition_href(definition)) { (locale.t("data-see-definition")) }
        };
        let content = html! {
            (headline(&shown.number, &shown.unit, &note))
            (split_bar(&self.years()))
            div.under-headline {
                details {
                    summary { (locale.t("data-exact")) }
                    p { (locale.with("data-exact-yuan", &[("yuan", shown.exact.as_str().into()), ("count", total.trades.into())])) }
                }
                @if self.view.all.len() > 1 { (self.switch()) }
            }
        };
        panel(definition.content.name.get(locale), None, &content)
    }

    /// The same page by another definition.
    fn switch(&self) -> Markup {
        html! {
            details {
                summary { (self.locale.t("data-switch")) }
                ul {
                    @for one in &self.view.all {
                        @let current = one.code == self.view.definition.code;
                        li { a href={ "/data?d=" (one.code) } aria-current=[current.then_some("true")] {
                            (one.content.name.get(self.locale))
                        } }
                    }
                }
            }
        }
    }

    /// All earlier years together, and the last one.
    fn years(&self) -> Vec<Part> {
        let (locale, content) = (self.locale, &self.view.definition.content);
        let years = &self.view.overview.years;
        let text = |amount: Fen| content.display.show(amount, locale).number;
        let Some((last, earlier)) = years.rows.split_last() else { return Vec::new() };
        let mut parts = Vec::new();
        if let (Some(first), Some(before)) = (earlier.first(), earlier.last()) {
            let amount: Fen = earlier.iter().map(|cell| cell.total.amount).sum();
            let label = locale.with(
                if first.key == before.key { "data-year" } else { "data-years" },
                &[("from", first.key.to_string().into()), ("to", before.key.to_string().into())],
            );
            parts.push(Part::new(label, amount.0, text(amount), BarTone::OriginSoft));
        }
        let (from, until) = (content.from.month().yyyymm(), content.until.month().yyyymm());
        let months = (
            Month::from_yyyymm(from.max(last.key * 100 + 1)),
            Month::from_yyyymm(until.min(last.key * 100 + 12)),
        );
        let label = match months {
            (Ok(from), Ok(until)) if from <= until => month_range(locale, from, until),
            _ => last.key.to_string(),
        };
        parts.push(Part::new(label, last.total.amount.0, text(last.total.amount), BarTone::Origin));
        if let Some(merged) = years.merged {
            let label = locale.with("data-merged", &[("count", merged.parts.into())]);
            parts.push(Part::new(label, merged.total.amount.0, text(merged.total.amount), BarTone::Muted));
        }
        parts
    }

    fn grades(&self) -> Markup {
        let grades = &self.view.overview.grades;
        let unit = unit_of(grades);
        let code = &self.view.definition.code;
        let mut shares: Vec<GradeShare> = grades
            .rows
            .iter()
            .filter_map(|cell| {
                let grade = grade_of(cell.key)?;
                Some(GradeShare {
                    grade,
                    value: cell.total.amount.0,
                    text: amount_in(self.locale, cell.total.amount, unit),
                    href: format!(
                        "/data/m/{code}?by=origin-province&grade={}",
                        grade.letter().to_ascii_lowercase()
                    ),
                })
            })
            .collect();
        shares.sort_by_key(|share| share.grade);
        let content = html! {
            (grade_list(self.locale, &shares))
            @if let Some(merged) = grades.merged {
                p.hint { (self.locale.with("data-merged", &[("count", merged.parts.into())])) " " (amount_in(self.locale, merged.total.amount, unit)) }
            }
        };
        panel(&self.locale.t("data-solid"), Some(&self.extra(unit, "grade")), &content)
    }

    /// What was claimed against what is counted.
    fn claims(&self) -> Markup {
        let (locale, claimed) = (self.locale, self.view.overview.claimed);
        let unit = AmountUnit::for_column([claimed.gross]);
        let gross = format!("{} {}", amount_in(locale, claimed.gross, unit), unit.label(locale));
        let waiting_unit = AmountUnit::for_column([claimed.waiting_amount]);
        let waiting = format!(
            "{} {}",
            amount_in(locale, claimed.waiting_amount, waiting_unit),
            waiting_unit.label(locale)
        );
        let times = percent(claimed.anchors, claimed.claims);
        let content = html! {
            div.stats {
                (stat(&locale.t("data-claimed"), &grouped(claimed.claims), "", Some(&gross)))
                (stat(&locale.t("data-unique"), &grouped(claimed.anchors), "", Some(&locale.with("data-unique-note", &[("share", times.into())]))))
                (stat(&locale.t("data-waiting"), &grouped(claimed.waiting), "", Some(&waiting)))
            }
        };
        let extra = html! { (locale.with("data-sources", &[("count", claimed.sources.into())])) };
        panel(&locale.t("data-counted-once"), Some(&extra), &content)
    }

    fn map(&self) -> Markup {
        let (locale, provinces) = (self.locale, &self.view.overview.provinces);
        let unit = unit_of(provinces);
        let one = i64::try_from(unit.fen(locale)).unwrap_or(i64::MAX);
        let tiles: Vec<Tile> = provinces
            .rows
            .iter()
            .filter_map(|cell| {
                Some(Tile {
                    region: RegionCode::new(cell.key).ok()?,
                    value: cell.total.amount.0,
                    text: amount_in(locale, cell.total.amount, unit),
                    href: Some(self.href(&format!("/data/origin/{}", cell.key))),
                })
            })
            .collect();
        let selected = self.view.overview.rail.iter().find_map(|level| match level.step {
            Step::Place(place) => RegionCode::new(place).ok(),
            _ => None,
        });
        let map = TileMap {
            label: locale.t("data-origins"),
            unit: unit.label(locale),
            bins: TileMap::bins_for(tiles.iter().map(|tile| tile.value), one),
            tiles,
            selected,
            destination: Some((RegionCode::GUANGDONG, locale.t("data-destination-tile"))),
        };
        let extra = html! { (locale.t("data-map-hint")) " · " (self.extra(unit, "origin-province")) };
        let content = html! {
            (tile_map(locale, &map))
            @if let Some(merged) = provinces.merged {
                p.hint { (locale.with("data-merged", &[("count", merged.parts.into())])) " " (amount_in(locale, merged.total.amount, unit)) }
            }
        };
        panel(&locale.t("data-origins"), Some(&extra), &content)
    }

    /// The largest parts as bars, the others as one.
    fn bars(&self, split: &Breakdown, others: &str, tone: BarTone, path: &str) -> Markup {
        let unit = unit_of(split);
        // A single one that is left over has room for its own name.
        let named = if split.rows.len() == NAMED + 1 && split.merged.is_none() { NAMED + 1 } else { NAMED };
        let mut bars: Vec<Bar> = split
            .rows
            .iter()
            .take(named)
            .map(|cell| {
                let text = amount_in(self.locale, cell.total.amount, unit);
                let bar = Bar::new(self.view.names.short((split.axis, cell.key)), cell.total.amount.0, text);
                bar.tone(tone).href(self.href(&format!("{path}/{}", cell.key)))
            })
            .collect();
        let rest: Vec<_> = split.rows.iter().skip(named).map(|cell| cell.total).collect();
        let count = rest.len() + split.merged.map_or(0, |merged| merged.parts);
        if count > 0 {
            let hidden = split.merged.map(|merged| merged.total);
            let amount: Fen = rest.iter().chain(&hidden).map(|total| total.amount).sum();
            let label = self.locale.with(others, &[("count", count.into())]);
            bars.push(Bar::new(label, amount.0, amount_in(self.locale, amount, unit)).tone(BarTone::Muted));
        }
        horizontal_bars(&bars)
    }

    fn cities(&self) -> Markup {
        let cities = &self.view.overview.cities;
        let bars = self.bars(cities, "data-other-cities", BarTone::Destination, "/data/dest");
        panel(&self.locale.t("data-cities"), Some(&self.extra(unit_of(cities), "destination")), &bars)
    }

    fn channels(&self) -> Markup {
        let channels = &self.view.overview.channels;
        let bars = self.bars(channels, "data-other-channels", BarTone::Origin, "/data/channel");
        panel(&self.locale.t("data-channels"), Some(&self.extra(unit_of(channels), "channel")), &bars)
    }

    fn months(&self) -> Markup {
        let months = self.view.overview.last_months();
        let unit = AmountUnit::for_column(months.rows.iter().map(|cell| cell.total.amount));
        let content = month_bars(self.locale, &self.view.names, &months, unit, |month| {
            Some(format!("/data/m/{}?by=origin-province&month={month}", self.view.definition.code))
        });
        panel(&self.locale.t("data-months"), Some(&self.extra(unit, "month")), &content)
    }

    fn rail(&self) -> Markup {
        let rail = &self.view.overview.rail;
        let mut steps = Vec::new();
        let mut above = None;
        for level in rail {
            steps.push(self.step(level, above));
            above = Some(level.total.amount);
        }
        let rule = html! { (self.locale.t("data-rail-rule")) };
        panel(&self.locale.t("drill-label"), Some(&rule), &drill_rail(self.locale, &steps))
    }

    fn step(&self, level: &Level, above: Option<Fen>) -> DrillStep {
        let (locale, names) = (self.locale, &self.view.names);
        let unit = AmountUnit::for_column([level.total.amount]);
        let share = above.map(|above| percent(level.total.amount.0, above.0)).unwrap_or_default();
        let share = locale.with("data-share-of-parent", &[("share", share.into())]);
        let code = &self.view.definition.code;
        let (label, href, note) = match &level.step {
            Step::Whole => (
                locale.t("data-whole"),
                format!("/data/m/{code}?by=origin-province"),
                locale.with("data-provinces", &[("count", level.parts.into())]),
            ),
            Step::Place(place) => (names.place(*place), self.href(&format!("/data/origin/{place}")), share),
            Step::Seller(seller) => (
                names.seller(*seller),
                self.href(&format!("/data/producer/{seller}")),
                locale.with("data-count-trades", &[("count", level.total.trades.into())]),
            ),
            Step::Trade(item) => (
                locale.with("data-one-order", &[("product", item.row.product.as_str().into())]),
                format!("/data/trade/{}", item.row.id),
                format!("{} · {}", item.row.day, grade(item.row.grade).letter()),
            ),
        };
        DrillStep {
            label,
            href,
            number: amount_in(locale, level.total.amount, unit),
            unit: unit.label(locale),
            note,
            check: locale.with("data-difference", &[("amount", level.difference.to_grouped().into())]),
            differs: level.difference != Fen::ZERO,
        }
    }
}

/// Months as standing bars; the highest in amber. Values have few digits, because bars are narrow.
pub(super) fn month_bars(
    locale: Locale,
    names: &Names,
    months: &Breakdown,
    unit: AmountUnit,
    href: impl Fn(i64) -> Option<String>,
) -> Markup {
    let peak = months.rows.iter().max_by_key(|cell| (cell.total.amount, -cell.key));
    let Some(peak) = peak else { return html! { p.hint { (locale.t("data-no-months")) } } };
    let bars: Vec<Bar> = months
        .rows
        .iter()
        .map(|cell| {
            let text = short_amount(locale, cell.total.amount, unit, peak.total.amount);
            let month = locale.with("data-month-short", &[("month", (cell.key % 100).to_string().into())]);
            let mut bar = Bar::new(month, cell.total.amount.0, text);
            bar.href = href(cell.key);
            bar.tone(if cell.key == peak.key { BarTone::Peak } else { BarTone::OriginSoft })
        })
        .collect();
    let label = locale.with(
        "data-months-label",
        &[
            ("month", names.value((months.axis, peak.key)).into()),
            (
                "amount",
                format!("{} {}", amount_in(locale, peak.total.amount, unit), unit.label(locale)).into(),
            ),
        ],
    );
    html! {
        (bar_chart(&label, &bars))
        @if let Some(merged) = months.merged {
            p.hint { (locale.with("data-merged", &[("count", merged.parts.into())])) " " (amount_in(locale, merged.total.amount, unit)) }
        }
    }
}
