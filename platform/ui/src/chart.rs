//! Charts as SVG: no script, the same input gives the same picture, marks are links.
//!
//! Geometry is counted in whole units of the view box. Values are `i64` in any unit; what is read stands in
//! `text`.

use std::fmt::Write;

use maud::{Markup, html};

use crate::{Locale, icon, text::percent};

/// The colour of a mark, by what it means (颜色表示方位).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BarTone {
    /// Origin (山): green.
    #[default]
    Origin,
    /// Origin, quieter.
    OriginSoft,
    /// Destination (海): blue.
    Destination,
    /// Warm: the third part of a split.
    Warm,
    /// Selected or peak: amber.
    Peak,
    /// Everything else.
    Muted,
}

impl BarTone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Origin => "c-shan",
            Self::OriginSoft => "c-shan-soft",
            Self::Destination => "c-hai",
            Self::Warm => "c-shi",
            Self::Peak => "c-sui",
            Self::Muted => "c-muted",
        }
    }
}

/// One bar: what it is, how long, what is read, where it leads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bar {
    /// What it is.
    pub label: String,
    /// Its length.
    pub value: i64,
    /// The value as it is read.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
    /// Its colour.
    pub tone: BarTone,
}

impl Bar {
    /// A green bar that leads nowhere.
    pub fn new(label: impl Into<String>, value: i64, text: impl Into<String>) -> Self {
        Self { label: label.into(), value, text: text.into(), ..Self::default() }
    }

    /// Where it leads.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// Its colour.
    #[must_use]
    pub fn tone(mut self, tone: BarTone) -> Self {
        self.tone = tone;
        self
    }
}

/// `value` of `whole` on a scale of `length`, never negative and never longer than the scale.
pub(crate) fn scale(value: i64, whole: i64, length: i64) -> i64 {
    if whole <= 0 || value <= 0 {
        return 0;
    }
    let scaled =
        (i128::from(value.min(whole)) * i128::from(length) + i128::from(whole) / 2) / i128::from(whole);
    i64::try_from(scaled).unwrap_or(length)
}

fn highest(bars: &[Bar]) -> i64 {
    bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1)
}

/// Standing bars, for months of a year. `label` says what is shown and the most important value.
pub fn bar_chart(label: &str, bars: &[Bar]) -> Markup {
    const STEP: i64 = 36;
    const BASE: i64 = 124;
    let top = highest(bars);
    let width = i64::try_from(bars.len()).unwrap_or(0).saturating_mul(STEP).max(STEP);
    html! {
        svg.chart.bar-chart viewBox={ "0 0 " (width) " 148" } role="group" aria-label=(label) {
            @for (index, bar) in (0_i64..).zip(bars) {
                @let (left, height) = (index * STEP, scale(bar.value, top, 100));
                @let mark = html! {
                    rect.(bar.tone.class()) x=(left + 5) y=(BASE - height.max(1)) width="26"
                        height=(height.max(1)) rx="3" {}
                    text.chart-value x=(left + 18) y=(BASE - height - 7) { (bar.text) }
                    " "
                    text.chart-label x=(left + 18) y="143" { (bar.label) }
                };
                @let spoken = format!("{} {}", bar.text, bar.label);
                @if let Some(href) = &bar.href { a href=(href) aria-label=(spoken) { (mark) } }
                @else { g role="img" aria-label=(spoken) { (mark) } }
            }
            line.chart-axis x1="0" x2=(width) y1="124.5" y2="124.5" {}
        }
    }
}

/// Lying bars, for a ranking: name, bar, number. Each row is one link.
pub fn horizontal_bars(bars: &[Bar]) -> Markup {
    let top = highest(bars);
    html! {
        ol.bars {
            @for bar in bars {
                @let row = html! {
                    span.bar-name { (bar.label) }
                    svg.bar-track height="10" viewBox="0 0 1000 10"
                        preserveAspectRatio="none" aria-hidden="true" {
                        rect.(bar.tone.class())
                            width=(scale(bar.value, top, 1000).max(i64::from(bar.value > 0) * 4))
                                height="10" {}
                    }
                    span.bar-value { (bar.text) }
                };
                li { @if let Some(href) = &bar.href { a href=(href) { (row) } } @else { div { (row) } } }
            }
        }
    }
}

/// One line of a chart: its name and a value for each place on the axis; `None` leaves a gap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineSeries {
    /// The name of the line.
    pub name: String,
    /// Value and how it is read, for each place on the axis.
    pub points: Vec<Option<(i64, String)>>,
    /// The colour.
    pub tone: BarTone,
}

/// Places of the points of a line: x and y in the view box, and the text of the value.
struct Placed<'a> {
    x: i64,
    y: i64,
    value: i64,
    text: &'a str,
}

const LINE_LEFT: i64 = 18;
const LINE_WIDTH: i64 = 360;
const LINE_BASE: i64 = 164;
const LINE_HEIGHT: i64 = 132;

fn place(line: &LineSeries, top: i64, places: i64) -> Vec<Option<Placed<'_>>> {
    (0_i64..)
        .zip(&line.points)
        .map(|(index, point)| {
            point.as_ref().map(|(value, text)| Placed {
                x: LINE_LEFT + scale(index, (places - 1).max(1), LINE_WIDTH),
                y: LINE_BASE - scale(*value, top, LINE_HEIGHT),
                value: *value,
                text,
            })
        })
        .collect()
}

/// Lines over time. The highest and the last point of each line are labelled; the table below the chart has
/// the rest.
pub fn line_chart(label: &str, axis: &[String], series: &[LineSeries]) -> Markup {
    let values = series.iter().flat_map(|line| line.points.iter().flatten().map(|(value, _)| *value));
    let top = values.max().unwrap_or(0).max(1);
    let places = i64::try_from(axis.len()).unwrap_or(1);
    let every = axis.len().div_ceil(8).max(1);
    html! {
        svg.chart.line-chart viewBox="0 0 400 190" role="img" aria-label=(label) {
            @for quarter in 0..=4 {
                @let y = LINE_BASE - quarter * LINE_HEIGHT / 4;
                line.chart-axis.chart-grid[quarter > 0] x1="0" x2="400" y1={ (y) ".5" } y2={ (y) ".5" } {}
            }
            @for (index, name) in axis.iter().enumerate().step_by(every) {
                @let x = LINE_LEFT + scale(i64::try_from(index).unwrap_or(0), (places - 1).max(1),
                    LINE_WIDTH);
                text.chart-label x=(x) y="184" { (name) }
            }
            @for line in series { (one_line(line, &place(line, top, places))) }
        }
        @if series.len() > 1 {
            ul.legend {
                @for line in series { li { (swatch(line.tone)) (line.name) } }
            }
        }
    }
}

fn one_line(line: &LineSeries, points: &[Option<Placed<'_>>]) -> Markup {
    let mut path = String::new();
    let mut joined = false;
    for point in points {
        if let Some(point) = point {
            let _ = write!(path, "{}{} {}", if joined { "L" } else { "M" }, point.x, point.y);
        }
        joined = point.is_some();
    }
    let mut backwards = points.iter().flatten().rev();
    let (last, before) = (backwards.next(), backwards.next());
    let peak = points.iter().flatten().max_by_key(|point| (point.value, -point.x));
    let peak = peak.filter(|peak| last.is_none_or(|last| last.x != peak.x));
    // A label stands where no line runs: the last one below a line that falls, the peak's left of one that ends soon.
    let falls = last.zip(before).is_some_and(|(last, before)| before.y < last.y);
    html! {
        path.line.(line.tone.class()) d=(path) {}
        @for point in points.iter().flatten() {
            circle.dot.(line.tone.class()) cx=(point.x) cy=(point.y) r="3" {}
        }
        @if let Some(peak) = peak {
            @let near_end = last.is_some_and(|last| last.x - peak.x <= 44);
            text.chart-value.at-end[near_end] x=(if near_end { peak.x - 6 } else { peak.x })
                y=(if near_end { peak.y + 4 } else { peak.y - 8 }) {
                (peak.text)
            }
        }
        @if let Some(last) = last {
            text.chart-value.at-end x="399" y=(if falls { last.y + 20 } else { last.y - 8 }) { (last.text) }
        }
    }
}

/// One part of a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// What it is.
    pub label: String,
    /// How much of the whole.
    pub value: i64,
    /// The value as it is read.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
    /// Its colour.
    pub tone: BarTone,
}

impl Part {
    /// A part that leads nowhere.
    pub fn new(label: impl Into<String>, value: i64, text: impl Into<String>, tone: BarTone) -> Self {
        Self { label: label.into(), value, text: text.into(), href: None, tone }
    }

    /// Where it leads.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
}

fn swatch(tone: BarTone) -> Markup {
    html! {
        svg.swatch width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" {
            rect.(tone.class()) width="10" height="10" rx="2" {}
        }
    }
}

/// The coloured stripe of a split, as decoration: what it shows must stand beside it in words.
pub(crate) fn split_stripe(parts: &[Part]) -> Markup {
    const GAP: i64 = 4;
    let whole: i64 = parts.iter().map(|part| part.value.max(0)).sum();
    let mut left = 0_i64;
    let mut placed = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let width = scale(part.value, whole, 1000);
        let gap = if index + 1 == parts.len() { 0 } else { GAP };
        placed.push((left, (width - gap).max(i64::from(part.value > 0)), part.tone));
        left += width;
    }
    html! {
        svg.split-bar height="16" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true" {
            @for (x, width, tone) in &placed { rect.(tone.class()) x=(x) width=(width) height="16" {} }
        }
    }
}

/// A whole divided into parts, with a legend of value and share. The stripe is decoration; the legend says it
/// all.
pub fn split_bar(parts: &[Part]) -> Markup {
    let whole: i64 = parts.iter().map(|part| part.value.max(0)).sum();
    html! {
        div.split {
            (split_stripe(parts))
            ul.split-legend {
                @for part in parts {
                    @let entry = html! {
                        span.split-name { (swatch(part.tone)) (part.label) }
                        " " b { (part.text) } " "
                        span.split-share { (percent(part.value, whole)) }
                    };
                    li { @if let Some(href) = &part.href { a href=(href) { (entry) } } @else { (entry) } }
                }
            }
        }
    }
}

/// A small line without axis, beside a number; `label` says what it shows.
pub fn sparkline(label: &str, values: &[i64]) -> Markup {
    let (low, high) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    let last = i64::try_from(values.len()).unwrap_or(1).saturating_sub(1).max(1);
    let points: Vec<String> = (0_i64..)
        .zip(values)
        .map(|(index, value)| {
            format!("{},{}", 2 + scale(index, last, 96), 22 - scale(value - low, (high - low).max(1), 20))
        })
        .collect();
    html! {
        svg.sparkline width="100" height="24" viewBox="0 0 100 24" role="img" aria-label=(label) {
            polyline.line points=(points.join(" ")) {}
        }
    }
}

/// How much of a target is reached, as a ring; `text` stands in it, `label` says what it shows.
pub fn ring(label: &str, part: i64, whole: i64, text: &str, tone: BarTone) -> Markup {
    let reached = scale(part, whole, 100);
    html! {
        svg.ring width="120" height="120" viewBox="0 0 120 120" role="img" aria-label={ (label) " " (text) } {
            circle.ring-track cx="60" cy="60" r="50" {}
            @if reached > 0 {
                circle.ring-mark.(tone.class()) cx="60" cy="60" r="50" pathLength="100"
                    stroke-dasharray={ (reached) " " (100 - reached) } transform="rotate(-90 60 60)" {}
            }
            text.ring-text x="60" y="68" { (text) }
        }
    }
}

/// The figures of a chart as a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartTable {
    /// The heads; the first is the axis.
    pub head: Vec<String>,
    /// The rows, as many cells as heads.
    pub rows: Vec<Vec<String>>,
}

/// A file with the figures of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// The kind: `CSV`, `XLSX`, `SVG`.
    pub label: String,
    /// Its address.
    pub href: String,
}

/// A chart with all that makes it citable: unit, as-of date, source, definition, table, downloads.
#[derive(Debug, Clone, Default)]
pub struct ChartBlock {
    /// What is shown.
    pub title: String,
    /// The unit of all numbers.
    pub unit: String,
    /// Until when the data reach, as text.
    pub as_of: String,
    /// Where the data come from.
    pub source: String,
    /// The definition (口径): its name and address.
    pub definition: Option<(String, String)>,
    /// The chart.
    pub chart: Option<Markup>,
    /// The same figures.
    pub table: ChartTable,
    /// Files with the same figures.
    pub downloads: Vec<Download>,
}

/// Renders a chart block. Its foot is the same for every chart of the product.
pub fn chart_block(locale: Locale, block: &ChartBlock) -> Markup {
    html! {
        figure.panel.chart-block {
            figcaption.panel-head { h2 { (block.title) } div.panel-extra { (block.unit) } }
            @if let Some(chart) = &block.chart { (chart) }
            p.chart-source {
                @if !block.as_of.is_empty() {
                    span { (locale.with("chart-as-of", &[("date", block.as_of.as_str().into())])) }
                }
                @if !block.source.is_empty() {
                    span { (locale.with("chart-source", &[("source", block.source.as_str().into())])) }
                }
                @if let Some((name, href)) = &block.definition {
                    a href=(href) { (locale.with("chart-definition", &[("name", name.as_str().into())])) }
                }
            }
            div.chart-foot {
                @if !block.table.rows.is_empty() {
                    details { summary { (icon("table")) (locale.t("chart-table")) } (figures(block)) }
                }
                @if !block.downloads.is_empty() {
                    p.chart-downloads {
                        (icon("download")) (locale.t("chart-download"))
                        @for file in &block.downloads { " " a href=(file.href) download { (file.label) } }
                    }
                }
            }
        }
    }
}

fn figures(block: &ChartBlock) -> Markup {
    html! {
        table.figures {
            caption.visually-hidden { (block.title) " " (block.unit) }
            thead { tr { @for head in &block.table.head { th scope="col" { (head) } } } }
            tbody {
                @for row in &block.table.rows {
                    tr {
                        @for (index, cell) in row.iter().enumerate() {
                            @if index == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                        }
                    }
                }
            }
        }
    }
}
