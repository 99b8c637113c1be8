//! `/w/ledger`: the trial balance, and whether the last seals hold.

use axum::extract::State;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Query};
use sh_ui::{
    Column, DataTable, Locale, QueryForm, Row, Tone, banner, button_link, data_table, empty, facts, panel,
    query_form, status_tag, toolbar, work_page,
};

use super::{Span, amount, kind_text, link, posting_link, unit_text};
use crate::{
    model::{Book, Unit},
    read::{self, SealShown, Standing, Trial, TrialBalance},
};

/// `GET /w/ledger`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Query(span): Query<Span>,
) -> Result<Html, Failure> {
    let balance = read::trial_balance(&ctx, &app, span.book(), span.days()).await?;
    let seals = read::last_seals(&ctx, &app, span.book()).await?;
    let frame = ctx.frame(ctx.t("ledger-title"));
    Ok(Html(work_page(&frame, &view(ctx.locale, &span, &balance, &seals))))
}

fn view(locale: Locale, span: &Span, balance: &TrialBalance, seals: &[SealShown]) -> Markup {
    let book = span.book();
    let form = QueryForm {
        action: "/w/ledger".to_owned(),
        fields: span.fields(locale),
        hidden: span.hidden(),
        ..QueryForm::default()
    };
    let accounts =
        button_link(&locale.t("ledger-accounts"), &link("/w/ledger/accounts", book), Some("search"));
    html! {
        (query_form(locale, &form))
        (toolbar(None, &[accounts]))
        (verdict(locale, balance, seals))
        @for (unit, sum) in balance.sums() { (table(locale, unit, sum, &balance.rows)) }
        @if let Some(standing) = &balance.standing {
            (panel(&locale.t("ledger-standing"), None, &standing_facts(locale, book, standing)))
            (panel(&locale.t("ledger-seals"), None, &seal_table(locale, book, seals)))
        } @else {
            (empty(&locale.t("ledger-none"), None))
        }
    }
}

/// The result first: does it balance, do the seals hold.
fn verdict(locale: Locale, balance: &TrialBalance, seals: &[SealShown]) -> Markup {
    let open: Vec<String> = balance
        .sums()
        .into_iter()
        .filter(|(_, sum)| *sum != 0)
        .map(|(unit, sum)| format!("{} {}", amount(unit, sum), unit_text(locale, unit)))
        .collect();
    let broken: Vec<String> =
        seals.iter().filter(|seal| !seal.holds).map(|seal| seal.seq.to_string()).collect();
    if !open.is_empty() {
        let heading = locale.with("ledger-unbalanced", &[("sums", open.join(", ").as_str().into())]);
        return banner(Tone::Bad, &heading, &html! { p { (locale.t("ledger-run-audit")) } });
    }
    if !broken.is_empty() {
        let heading = locale.with("ledger-seals-broken", &[("seals", broken.join(", ").as_str().into())]);
        return banner(Tone::Bad, &heading, &html! { p { (locale.t("ledger-run-audit")) } });
    }
    if balance.standing.is_none() {
        return html! {};
    }
    let count = i64::try_from(seals.len()).unwrap_or(i64::MAX);
    let text = locale.with("ledger-seals-hold", &[("count", count.into())]);
    banner(Tone::Good, &locale.t("ledger-balanced"), &html! { p { (text) } })
}

fn table(locale: Locale, unit: Unit, sum: i64, rows: &[Trial]) -> Markup {
    let name = unit_text(locale, unit);
    let number = |value: i64| Some(html! { (amount(unit, value)) });
    let own: Vec<&Trial> = rows.iter().filter(|row| row.unit == unit).collect();
    let total = |value: fn(&Trial) -> i64| own.iter().fold(0_i64, |sum, row| sum.saturating_add(value(row)));
    let shown = own.iter().map(|row| Row {
        cells: vec![
            Some(html! {
                a href={ "/w/ledger/accounts?kind=" (row.kind.code()) } { (kind_text(locale, row.kind)) }
            }),
            number(row.opening),
            number(row.debit),
            number(row.credit),
            number(row.closing),
        ],
        ..Row::default()
    });
    let heads = ["ledger-opening", "ledger-debit", "ledger-credit", "ledger-closing"];
    let columns = heads.iter().map(|key| Column::amount(locale.t(key), name.clone()));
    data_table(
        locale,
        &DataTable {
            caption: locale.with("ledger-trial", &[("unit", name.as_str().into())]),
            caption_shown: true,
            columns: [Column::text(locale.t("ledger-kind"))].into_iter().chain(columns).collect(),
            rows: shown.collect(),
            sum: Some(Row {
                cells: vec![
                    Some(html! { (locale.t("ledger-sum")) }),
                    number(total(|row| row.opening)),
                    number(total(|row| row.debit)),
                    number(total(|row| row.credit)),
                    number(sum),
                ],
                ..Row::default()
            }),
            ..DataTable::default()
        },
    )
}

fn standing_facts(locale: Locale, book: Book, standing: &Standing) -> Markup {
    let mut rows = vec![
        (locale.t("ledger-book"), html! { (book) }),
        (locale.t("ledger-last-posting"), posting_link(book, standing.postings)),
        (locale.t("ledger-last-seal"), html! { (standing.seals) " · " (standing.at.to_minute()) }),
        (locale.t("ledger-hash"), html! { code { (standing.hash) } }),
    ];
    if let Some(text) = super::behind(locale, standing) {
        rows.push((locale.t("ledger-statements"), html! { (text) }));
    }
    facts(&rows)
}

fn seal_table(locale: Locale, book: Book, seals: &[SealShown]) -> Markup {
    let rows = seals.iter().map(|seal| {
        let state = if seal.holds {
            status_tag(Tone::Good, &locale.t("ledger-seal-holds"))
        } else {
            status_tag(Tone::Bad, &locale.t("ledger-seal-broken"))
        };
        Row::new([
            html! { (seal.seq) },
            html! { (posting_link(book, seal.first)) "–" (posting_link(book, seal.last)) },
            html! { (seal.at.to_minute()) },
            state,
            html! { code { (seal.hash.get(..16).unwrap_or_default()) } },
        ])
    });
    let heads = ["ledger-seal", "ledger-postings", "ledger-sealed-at", "ledger-checked", "ledger-hash"];
    data_table(
        locale,
        &DataTable {
            caption: locale.t("ledger-seals"),
            columns: heads.iter().map(|key| Column::text(locale.t(key))).collect(),
            rows: rows.collect(),
            ..DataTable::default()
        },
    )
}
