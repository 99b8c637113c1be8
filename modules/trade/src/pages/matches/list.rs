//! `GET /w/matches`

use axum::extract::State;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Listing, Query};
use sh_kernel::Day;
use sh_regions::Regions;
use sh_ui::{
    Choice, Column, DataTable, Field, Locale, Pager, QueryForm, Row, button_link, data_table, empty,
    keyboard_list, money, pager, query_form, stat, status_tag, work_page,
};

use super::{QueueQuery, undo_banner, yuan};
use crate::{
    pages::{row_text, source_name},
    service::matches::{self, Pair, QueueSum, WaitingSource, rule_text},
};

/// `GET /w/matches`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<QueueQuery>,
) -> Result<Html, Failure> {
    let filter = query.filter();
    let found = matches::waiting(&ctx, &app, &filter, &query.page()).await?;
    let sum = matches::sum(&ctx, &app, &filter).await?;
    let sources = matches::sources(&ctx, &app).await?;
    let mut frame = ctx.frame(ctx.t("matches-title")).subtitle(html! {
        a href="/w/matches/decided" { (ctx.t("matches-decided")) }
    });
    if let Some(first) = found.items.first() {
        let path = format!("/w/matches/{}", first.claim.claim.id);
        frame = frame.action(button_link(&ctx.t("matches-begin"), &query.link(&path, &[]), None));
    }
    let content = content(ctx.locale, &query, (&found, sum), &sources, ctx.today());
    Ok(Html(work_page(&frame, &content)))
}

fn content(
    locale: Locale,
    query: &QueueQuery,
    (found, sum): (&Listing<Pair>, QueueSum),
    sources: &[WaitingSource],
    today: Day,
) -> Markup {
    let none = if query.is_empty() { "matches-none" } else { "matches-none-found" };
    let table = DataTable {
        caption: locale.t("matches-title"),
        columns: vec![
            Column::text(locale.t("matches-claim")),
            Column::text(locale.t("match-field-seller")),
            Column::text(locale.t("match-field-product")),
            Column::day(locale.t("match-field-day")),
            Column::number(locale.t("match-field-amount")),
            Column::number(locale.t("matches-other-amount")),
            Column::text(locale.t("matches-why")),
            Column::number(locale.t("matches-score")),
        ],
        rows: found.items.iter().map(|pair| row(locale, query, pair)).collect(),
        empty: Some(empty(&locale.t(none), None)),
        ..DataTable::default()
    };
    let ways = Pager {
        previous: query.after.as_ref().map(|_| query.link("/w/matches", &[])),
        next: found.next.as_deref().map(|after| query.link("/w/matches", &[("after", after)])),
        total: u64::try_from(sum.count).ok(),
        shown: found.items.len(),
    };
    html! {
        @if query.undo.is_some() {
            (keyboard_list(locale, &[("u", &locale.t("matches-undo"))], &undo_banner(locale, query, None)))
        }
        (query_form(locale, &form(locale, query, sources, today)))
        @if sum.count > 0 {
            div.stats {
                (stat(&locale.t("matches-waiting"), &sh_ui::grouped(sum.count), &locale.t("matches-unit"), None))
                (stat(&locale.t("matches-waiting-amount"), &sum.amount.to_grouped(), &locale.t("matches-yuan"),
                    Some(&locale.t("matches-not-counted"))))
            }
        }
        (data_table(locale, &table))
        @if !found.items.is_empty() { (pager(locale, &ways)) }
    }
}

fn form(locale: Locale, query: &QueueQuery, sources: &[WaitingSource], today: Day) -> QueryForm {
    let regions = Regions::get();
    let cities = regions
        .guangdong_cities()
        .iter()
        .map(|city| Choice::new(city.number().to_string(), regions.name(*city, today).to_owned()));
    let all = |key: &str| std::iter::once(Choice::new("", locale.t(key)));
    let sources = sources
        .iter()
        .map(|source| (source_name(locale, &source.code, &source.name), source))
        .map(|(name, source)| Choice::new(source.code.clone(), format!("{name} ({})", source.count)));
    let amount = |name: &str, label: &str, value: &str| {
        let unreadable = yuan(value).err().map(|_| locale.t("matches-amount-unreadable"));
        Field::number(name, &locale.t(label))
            .suffix(locale.t("matches-yuan"))
            .value(value)
            .error(unreadable)
            .render(locale)
    };
    QueryForm {
        action: "/w/matches".to_owned(),
        fields: vec![
            Field::select(
                "source",
                &locale.t("matches-source"),
                all("matches-all-sources").chain(sources).collect(),
            )
            .value(query.source.clone())
            .render(locale),
            Field::select("city", &locale.t("match-field-destination"), {
                all("matches-all-cities").chain(cities).collect()
            })
            .value(query.city.clone())
            .render(locale),
            amount("min", "matches-min", &query.min),
        ],
        more: vec![amount("max", "matches-max", &query.max)],
        expanded: !query.max.is_empty(),
        ..QueryForm::default()
    }
}

fn row(locale: Locale, query: &QueueQuery, pair: &Pair) -> Row {
    let claim = &pair.claim;
    let path = format!("/w/matches/{}", claim.claim.id);
    let tone = if claim.score >= 820 { sh_ui::Tone::Notice } else { sh_ui::Tone::Plain };
    Row::new([
        html! {
            a href=(query.link(&path, &[])) {
                (source_name(locale, &claim.claim.source, &claim.source_name)) " " (row_text(locale, claim.sheet.as_deref(), claim.row))
            }
        },
        html! { (claim.seller_name) },
        html! { (claim.claim.product) },
        html! { (claim.claim.day) },
        money(locale, sh_kernel::Fen(claim.claim.amount)),
        money(locale, sh_kernel::Fen(pair.other.claim.amount)),
        status_tag(tone, &rule_text(locale, claim.rule)),
        html! { (sh_ui::percent(claim.score, 1000)) },
    ])
}
