//! `/data/trades` and `/data/trade/{id}`: the sales behind a figure, and one of them with everything that is public.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Path, Query};
use sh_kernel::{Fen, Id};
use sh_regions::Regions;
use sh_trade::{
    axes::{Axis, Channel, Grade},
    facts::TradeCursor,
    matching::Rule,
    model::Trade,
    pages::source_name,
    service::matches::rule_text,
};
use sh_ui::{
    AmountUnit, Choice, Column, Crumb, DataTable, EvidenceGrade, Field, Locale, Pager, QueryForm, Row, Theme,
    TimelineEntry, Tone, banner, data_page, data_table, empty, evidence_grade, facts, grouped, money,
    money_cell, pager, panel, query_form, status_tag, timeline,
};

use super::frame;
use crate::{
    Error,
    definition::Definition,
    label,
    public::{
        load::{self, Desk, Freshness},
        names::Names,
        narrow::{self, BadNarrow, Narrow, Point},
        trades::{
            self, PublicClaim, PublicDecision, PublicLine, PublicReason, PublicTrade, PublicTradeDetail,
        },
    },
    values, word,
};

/// Trades on a page.
const ROWS: usize = 50;
/// Trades behind a condition from which on it must be narrowed first.
const TRADES_MAX: i64 = 50_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Code of the definition.
    d: Option<String>,
    /// Where the page begins.
    after: Option<String>,
}

/// What the list shows.
struct List {
    all: Vec<Definition>,
    definition: Definition,
    fresh: Freshness,
    names: Names,
    points: Vec<Point>,
    outcome: Outcome,
}

enum Outcome {
    /// So many trades: narrow first.
    TooMany(i64),
    /// The public may not see this part by itself.
    Hidden,
    /// Trades, the way on, and how many there are in all, if that is known.
    Page(Vec<PublicTrade>, Option<TradeCursor>, Option<i64>),
}

/// `/data/trades`.
pub(super) async fn list(
    State(app): State<App>,
    ctx: Context,
    Query(asked): Query<Asked>,
    Query(narrow): Query<Narrow>,
) -> Result<Html, Failure> {
    let points = narrow.points()?;
    let after = cursor(asked.after.as_deref())?;
    let desk = Desk::new(&app, &ctx);
    let list = app
        .db
        .read(async |tx| {
            let all = load::in_force(tx).await?;
            let Some(definition) = load::choose(&all, asked.d.as_deref())?.cloned() else { return Ok(None) };
            let fresh = load::freshness(tx).await?;
            let places = desk.places(tx, &definition).await?;
            let mut names = Names::new(ctx.locale, definition.content.until);
            let sellers = points.iter().filter(|point| point.0 == Axis::Seller).map(|point| point.1);
            names.learn(tx, &sellers.collect::<Vec<_>>()).await?;
            let hidden = desk.hides(tx, &definition, &points).await?;
            let total = if points.len() < 3 {
                Some(desk.total(tx, &definition, &points).await?.trades)
            } else {
                None
            };
            let outcome = if hidden {
                Outcome::Hidden
            } else if let Some(count) = total.filter(|count| *count > TRADES_MAX) {
                Outcome::TooMany(count)
            } else {
                let (rows, next) =
                    trades::list(tx, &desk, &definition, &places, (&points, &mut names), (after, ROWS))
                        .await?;
                Outcome::Page(rows, next, total)
            };
            let points = points.clone();
            Ok::<_, Error>(Some(List { all, definition, fresh, names, points, outcome }))
        })
        .await?;
    let Some(list) = list else {
        let frame = frame::frame(&ctx, ctx.t("data-nav-trades"), Theme::Day);
        return Ok(Html(data_page(&frame, &empty(&ctx.t("data-nothing-yet"), None))));
    };
    Ok(Html(list.page(&ctx)))
}

/// Where a list goes on.
///
/// # Errors
/// [`BadNarrow`] for a text that no page gave out.
pub(crate) fn cursor(after: Option<&str>) -> Result<Option<TradeCursor>, BadNarrow> {
    match after.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| BadNarrow::new("after", text)),
    }
}

impl List {
    fn page(&self, ctx: &Context) -> Markup {
        let locale = ctx.locale;
        let title = ctx.t("data-nav-trades");
        let frame = frame::frame(ctx, title.clone(), Theme::Day)
            .crumbs(frame::crumbs(locale, &self.definition, Vec::new(), title))
            .subtitle(frame::meta(ctx, Some(&self.definition), &self.fresh));
        let conditions: Vec<String> = self.points.iter().map(|point| self.names.condition(*point)).collect();
        let content = html! {
            (self.form(locale))
            @if !conditions.is_empty() { p.hint { (conditions.join(" · ")) } }
            @match &self.outcome {
                Outcome::TooMany(count) => {
                    (banner(Tone::Info, &locale.with("data-too-many", &[("count", (*count).into())]),
                        &html! { p { (locale.t("data-narrow-first")) } }))
                    (self.ways(locale))
                }
                Outcome::Hidden => (banner(Tone::Info, &locale.t("data-hidden"), &html! { p { (locale.t("data-hidden-why")) } })),
                Outcome::Page(rows, next, total) => (self.rows(locale, rows, *next, *total)),
            }
        };
        data_page(&frame, &content)
    }

    /// Ways to a narrower question: one link for every axis worth beginning with.
    fn ways(&self, locale: Locale) -> Markup {
        let axes = [Axis::OriginProvince, Axis::Destination, Axis::Channel, Axis::Month];
        html! {
            ul.legend {
                @for axis in axes {
                    li { a href={ "/data/m/" (self.definition.code) "?by=" (axis.word()) (narrow::query(&self.points)) } {
                        (locale.with("data-see-by", &[("axis", self.names.axis_within(axis).into())]))
                    } }
                }
            }
        }
    }

    /// The places to choose from. A city or county that was reached by a link stays chosen.
    fn places(&self, locale: Locale, codes: &[sh_kernel::RegionCode], chosen: &str) -> Vec<Choice> {
        let known = codes.iter().map(|code| Choice::new(code.to_string(), self.names.place(code.number())));
        let mut choices: Vec<Choice> =
            std::iter::once(Choice::new("", locale.t("data-any"))).chain(known).collect();
        let is_known = choices.iter().any(|one| one.value == chosen);
        if let Some(number) = chosen.parse::<i64>().ok().filter(|_| !is_known) {
            choices.push(Choice::new(chosen, self.names.full_place(number)));
        }
        choices
    }

    fn form(&self, locale: Locale) -> Markup {
        let value = |name: &str| {
            let written = self.points.iter().map(|point| narrow::written(*point));
            written.filter(|one| one.0 == name).map(|one| one.1).next().unwrap_or_default()
        };
        let any = || Choice::new("", locale.t("data-any"));
        let coded = |axis: Axis| {
            let choices = values(axis)
                .into_iter()
                .map(|value| Choice::new(word(axis, value).unwrap_or_default(), label(axis, value, locale)));
            std::iter::once(any()).chain(choices).collect::<Vec<_>>()
        };
        let definitions = self.all.iter().map(|one| Choice::new(&one.code, one.content.name.get(locale)));
        let (origin, destination) = (value("origin"), value("destination"));
        let hidden = self.points.iter().filter(|point| {
            matches!(
                point.0,
                Axis::Seller
                    | Axis::Year
                    | Axis::Class
                    | Axis::Role
                    | Axis::Stage
                    | Axis::Link
                    | Axis::Basis
                    | Axis::Certified
            )
        });
        let field = |name: &str, axis: Axis, choices: Vec<Choice>, chosen: &str| {
            Field::select(name, &self.names.axis(axis), choices).value(chosen).render(locale)
        };
        let form = QueryForm {
            action: "/data/trades".to_owned(),
            fields: vec![
                Field::select("d", &locale.t("data-definition"), definitions.collect())
                    .value(&self.definition.code)
                    .render(locale),
                field(
                    "origin",
                    Axis::OriginProvince,
                    self.places(locale, Regions::get().all_provinces(), &origin),
                    &origin,
                ),
                field(
                    "destination",
                    Axis::Destination,
                    self.places(locale, Regions::get().guangdong_cities(), &destination),
                    &destination,
                ),
                field("channel", Axis::Channel, coded(Axis::Channel), &value("channel")),
                Field::text("month", &self.names.axis(Axis::Month))
                    .hint(locale.t("data-month-hint"))
                    .value(value("month"))
                    .render(locale),
                field("grade", Axis::Grade, coded(Axis::Grade), &value("grade")),
            ],
            more: vec![
                field("category", Axis::Category, coded(Axis::Category), &value("category")),
                field("buyer_kind", Axis::BuyerKind, coded(Axis::BuyerKind), &value("buyer_kind")),
            ],
            expanded: !value("category").is_empty() || !value("buyer_kind").is_empty(),
            hidden: hidden
                .map(|point| {
                    let (name, value) = narrow::written(*point);
                    (name.to_owned(), value)
                })
                .collect(),
        };
        query_form(locale, &form)
    }

    fn rows(
        &self,
        locale: Locale,
        rows: &[PublicTrade],
        next: Option<TradeCursor>,
        total: Option<i64>,
    ) -> Markup {
        let unit = AmountUnit::Yuan;
        let code = &self.definition.code;
        let columns = vec![
            Column::day(locale.t("data-day")),
            Column::text(locale.t("data-product")),
            Column::amount(locale.t("data-counted"), unit.label(locale)),
            Column::text(self.names.axis(Axis::Seller)),
            Column::text(self.names.axis(Axis::Origin)),
            Column::text(self.names.axis(Axis::Destination)),
            Column::text(self.names.axis(Axis::Channel)),
            Column::text(self.names.axis(Axis::Grade)),
        ];
        let rows_shown: Vec<Row> = rows
            .iter()
            .map(|trade| {
                let grade = grade_of(trade.grade).map(|grade| evidence_grade(locale, grade));
                Row {
                    cells: vec![
                        Some(html! { a href={ "/data/trade/" (trade.id) "?d=" (code) } { (trade.day) } }),
                        Some(html! { (trade.product) }),
                        Some(money_cell(locale, Fen(trade.amount), unit)),
                        Some(seller(locale, trade, code)),
                        Some(html! { (trade.origin_name) }),
                        Some(html! { (trade.destination_name) }),
                        Some(html! { (channel(locale, trade.channel)) }),
                        grade,
                    ],
                    ..Row::default()
                }
            })
            .collect();
        let hides = rows.iter().any(|trade| trade.seller.is_none());
        let table = DataTable {
            caption: locale.t("data-nav-trades"),
            columns,
            rows: rows_shown,
            empty: Some(empty(
                &locale.t(if next.is_some() { "data-none-here" } else { "data-no-trades" }),
                None,
            )),
            ..DataTable::default()
        };
        let next =
            next.map(|next| format!("/data/trades?d={code}{}&after={next}", narrow::query(&self.points)));
        let total = total.and_then(|total| u64::try_from(total).ok());
        html! {
            (data_table(locale, &table))
            @if hides { p.hint { (locale.t("data-hidden-rows")) } }
            (pager(locale, &Pager { previous: None, next, total, shown: rows.len() }))
        }
    }
}

fn seller(locale: Locale, trade: &PublicTrade, code: &str) -> Markup {
    html! {
        @match (&trade.seller, &trade.seller_name) {
            (Some(number), Some(name)) => a href={ "/data/producer/" (number) "?d=" (code) } { (name) },
            _ => span.hint { (locale.t("data-not-told")) },
        }
    }
}

fn channel(locale: Locale, word: &str) -> String {
    Channel::from_word(word).map_or_else(String::new, |channel| label(Axis::Channel, channel.code(), locale))
}

fn grade_of(word: &str) -> Option<EvidenceGrade> {
    Grade::from_word(word).map(crate::public::overview::grade)
}

/// `/data/trade/{id}`.
pub(super) async fn one(
    State(app): State<App>,
    ctx: Context,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let id: Id<Trade> = id.parse().map_err(|_| Failure::not_found())?;
    let desk = Desk::new(&app, &ctx);
    let found = app
        .db
        .read(async |tx| {
            let all = load::in_force(tx).await?;
            let definition = load::choose(&all, asked.d.as_deref())?.cloned();
            let trade = trades::one(tx, &ctx, &desk, definition.as_ref(), id).await?;
            let fresh = load::freshness(tx).await?;
            Ok::<_, Error>(trade.map(|trade| (definition, fresh, trade)))
        })
        .await?;
    let (definition, fresh, trade) = found.ok_or_else(Failure::not_found)?;
    Ok(Html(detail_page(&ctx, definition.as_ref(), &fresh, &trade)))
}

fn detail_page(
    ctx: &Context,
    definition: Option<&Definition>,
    fresh: &Freshness,
    trade: &PublicTradeDetail,
) -> Markup {
    let locale = ctx.locale;
    let title = locale.with("data-one-order", &[("product", trade.trade.product.as_str().into())]);
    let code = definition.map_or("", |definition| definition.code.as_str());
    let crumbs = vec![
        Crumb::link(locale.t("data-nav-cockpit"), "/data"),
        Crumb::link(locale.t("data-nav-trades"), format!("/data/trades?d={code}")),
        Crumb::here(title.clone()),
    ];
    let frame = frame::frame(ctx, title, Theme::Day).crumbs(crumbs).subtitle(frame::meta(ctx, None, fresh));
    let content = html! {
        @if trade.personal { (banner(Tone::Info, &locale.t("data-personal"), &html! {})) }
        @if trade.trade.amount == 0 && trade.lines.iter().map(|line| line.count).sum::<i64>() == 0 {
            (banner(Tone::Notice, &locale.t("data-dissolved"), &html! { p { (locale.t("data-dissolved-why")) } }))
        }
        (panel(&locale.t("data-facts"), None, &facts(&basics(locale, trade, code))))
        (panel(&locale.t("data-why-grade"), None, &reasons(locale, trade)))
        section.flow { h2 { (locale.t("data-claims")) } p.hint { (locale.t("data-claims-note")) } (claims(locale, &trade.claims)) }
        section.flow { h2 { (locale.t("data-lines")) } p.hint { (locale.t("data-lines-note")) } (lines(locale, &trade.lines)) }
        @if !trade.history.is_empty() { (panel(&locale.t("data-history"), None, &timeline(&history(locale, &trade.history)))) }
    };
    data_page(&frame, &content)
}

fn basics(locale: Locale, detail: &PublicTradeDetail, code: &str) -> Vec<(String, Markup)> {
    let trade = &detail.trade;
    let mut rows = vec![
        (locale.t("data-product"), html! { (trade.product) }),
        (locale.t("data-amount"), money(locale, Fen(trade.amount))),
    ];
    if detail.personal {
        return rows;
    }
    let buyer = detail.buyer.clone().unwrap_or_else(|| locale.t("data-not-told"));
    let kind = coded(locale, Axis::BuyerKind, detail.buyer_kind);
    rows.extend([
        (locale.t("data-day"), html! { (trade.day) }),
        (label_of(locale, Axis::Seller), seller(locale, trade, code)),
        (locale.t("data-buyer"), html! { (buyer) " · " (kind) }),
        (label_of(locale, Axis::Origin), place(trade.origin, &trade.origin_name, "origin", code)),
        (
            label_of(locale, Axis::Destination),
            place(trade.destination, &trade.destination_name, "dest", code),
        ),
        (label_of(locale, Axis::Channel), html! { (channel(locale, trade.channel)) }),
    ]);
    rows
}

fn place(number: i64, name: &str, path: &str, code: &str) -> Markup {
    html! { @if number == 0 { (name) } @else { a href={ "/data/" (path) "/" (number) "?d=" (code) } { (name) } } }
}

fn label_of(locale: Locale, axis: Axis) -> String {
    crate::axis_label(axis, locale)
}

/// The name of a coded value by its word.
fn coded(locale: Locale, axis: Axis, text: &str) -> String {
    let found = values(axis).into_iter().find(|value| word(axis, *value) == Some(text));
    found.map_or_else(|| label(axis, -1, locale), |value| label(axis, value, locale))
}

fn reasons(locale: Locale, trade: &PublicTradeDetail) -> Markup {
    html! {
        p { @if let Some(grade) = grade_of(trade.trade.grade) { (evidence_grade(locale, grade)) } }
        @for reason in &trade.reasons { p { (reason_text(locale, reason)) } }
    }
}

fn reason_text(locale: Locale, reason: &PublicReason) -> String {
    let number = reason.number.clone().unwrap_or_else(|| locale.t("data-not-told"));
    match reason.kind {
        "both-sides" => locale.t("data-reason-both"),
        "platform-order" if reason.accepted == Some(true) => {
            locale.with("data-reason-order-accepted", &[("number", number.into())])
        }
        "platform-order" => locale.with("data-reason-order", &[("number", number.into())]),
        "own-record" => locale.t("data-reason-own-record"),
        "order" => locale.with("data-reason-order-no", &[("number", number.into())]),
        "invoice" => locale.with("data-reason-invoice", &[("number", number.into())]),
        _ => locale.t("data-reason-reported"),
    }
}

/// How a report is tied, in words.
fn state_text(locale: Locale, state: &str) -> (Tone, String) {
    match state {
        "anchor" => (Tone::Good, locale.t("data-tie-anchor")),
        "by-rule" => (Tone::Info, locale.t("data-tie-by-rule")),
        "by-person" => (Tone::Info, locale.t("data-tie-by-person")),
        "repeat" => (Tone::Plain, locale.t("data-tie-repeat")),
        "withdrawn" => (Tone::Notice, locale.t("data-tie-withdrawn")),
        _ => (Tone::Notice, locale.t("data-tie-waiting")),
    }
}

fn claims(locale: Locale, claims: &[PublicClaim]) -> Markup {
    let files = claims.iter().any(|claim| claim.file.is_some());
    let mut columns = vec![
        Column::text(locale.t("data-source-name")),
        Column::day(locale.t("data-day")),
        Column::amount(locale.t("data-claimed-amount"), AmountUnit::Yuan.label(locale)),
        Column::text(locale.t("data-tie")),
        Column::number(locale.t("data-likeness")),
        Column::text(locale.t("data-order-no")),
        Column::text(locale.t("data-invoice-no")),
    ];
    if files {
        columns.push(Column::text(locale.t("data-file")));
    }
    let text = |value: &Option<String>| value.as_ref().map(|value| html! { (value) });
    let rows = claims.iter().map(|claim| {
        let (tone, state) = state_text(locale, claim.state);
        let rule = (claim.rule != Rule::First).then(|| rule_text(locale, claim.rule));
        let mut cells = vec![
            Some(html! { (source_name(locale, &claim.source, &claim.source_name)) }),
            Some(html! { (claim.day) }),
            Some(money_cell(locale, Fen(claim.amount), AmountUnit::Yuan)),
            Some(html! { (status_tag(tone, &state)) @if let Some(rule) = rule { " " span.hint { (rule) } } }),
            (claim.score > 0).then(|| html! { (sh_ui::percent(claim.score, 1000)) }),
            text(&claim.order_no),
            text(&claim.invoice_no),
        ];
        if files {
            cells.push(text(&claim.file));
        }
        Row { cells, ..Row::default() }
    });
    let table = DataTable {
        caption: locale.t("data-claims"),
        columns,
        rows: rows.collect(),
        empty: Some(empty(&locale.t("data-no-claims"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn lines(locale: Locale, lines: &[PublicLine]) -> Markup {
    let columns = vec![
        Column::number(locale.t("data-line")),
        Column::text(locale.t("data-line-kind")),
        Column::amount(locale.t("data-amount"), AmountUnit::Yuan.label(locale)),
        Column::day(locale.t("data-day")),
        Column::text(label_of(locale, Axis::Stage)),
        Column::text(label_of(locale, Axis::Grade)),
        Column::text(label_of(locale, Axis::Category)),
        Column::text(label_of(locale, Axis::Class)),
        Column::number(locale.t("data-posting")),
    ];
    let rows = lines.iter().map(|line| {
        let (tone, kind) = match line.count {
            1.. => (Tone::Plain, locale.t("data-line-stands")),
            0 => (Tone::Notice, locale.t("data-line-return")),
            _ => (Tone::Notice, locale.t("data-line-reversal")),
        };
        Row::new([
            html! { (line.line + 1) },
            status_tag(tone, &kind),
            money_cell(locale, Fen(line.amount), AmountUnit::Yuan),
            html! { (line.day) },
            html! { (coded(locale, Axis::Stage, line.stage)) },
            html! { (line.grade.to_uppercase()) },
            html! { (coded(locale, Axis::Category, line.category)) },
            html! { (coded(locale, Axis::Class, line.class)) },
            html! { (grouped(line.posting)) },
        ])
    });
    let sum: Fen = lines.iter().map(|line| Fen(line.amount)).sum();
    let mut total = vec![Some(html! { (locale.t("data-sum")) }), None];
    total.push(Some(money_cell(locale, sum, AmountUnit::Yuan)));
    let table = DataTable {
        caption: locale.t("data-lines"),
        columns,
        rows: rows.collect(),
        sum: Some(Row { cells: total, ..Row::default() }),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn history(locale: Locale, decisions: &[PublicDecision]) -> Vec<TimelineEntry> {
    let entries = decisions.iter().map(|decision| {
        let (tone, what) = state_text(locale, decision.state);
        let what = if decision.here { what } else { locale.with("data-left", &[("state", what.into())]) };
        let known = [
            ("source", source_name(locale, &decision.source, &decision.source_name).into()),
            ("rule", rule_text(locale, decision.rule).into()),
            ("posting", decision.posting.to_string().into()),
        ];
        let detail = locale.with("data-decision", &known);
        TimelineEntry { what, when: decision.at.clone(), detail: Some(detail), tone }
    });
    entries.collect()
}
