//! `/data/trade/{id}`: one sale with everything that is public of it.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Path, Query};
use sh_kernel::{Fen, Id};
use sh_trade::{axes::Axis, matching::Rule, model::Trade, pages::source_name, service::matches::rule_text};
use sh_ui::{
    AmountUnit, Column, Crumb, DataTable, Locale, Row, Theme, TimelineEntry, Tone, banner, data_page,
    data_table, empty, evidence_grade, facts, grouped, money, money_cell, panel, status_tag, timeline,
};

use super::{
    frame,
    trades::{channel, grade_of, seller},
};
use crate::{
    Error,
    definition::Definition,
    label,
    public::{
        load::{self, Desk, Freshness},
        trades::{self, PublicClaim, PublicDecision, PublicLine, PublicReason, PublicTradeDetail},
    },
    values, word,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Code of the definition.
    d: Option<String>,
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
