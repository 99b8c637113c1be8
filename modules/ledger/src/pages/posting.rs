//! `/w/ledger/postings/{number}`: one posting.

use axum::extract::State;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Names, Path, Query};
use sh_ui::{
    Column, Crumb, DataTable, Locale, Row, Tone, data_table, date, facts, panel, status_tag, work_page,
};

use super::{Span, account_link, amount, posting_link, root, source_text, subjects, unit_text};
use crate::{
    model::{Book, PostingNumber},
    read::{self, PostingShown},
};

/// `GET /w/ledger/postings/{number}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(number): Path<i64>,
    Query(span): Query<Span>,
) -> Result<Html, Failure> {
    let found = read::posting(&ctx, &app, span.book(), PostingNumber(number)).await?;
    let sides = found
        .lines
        .iter()
        .flat_map(|line| [(line.debit_kind, line.debit_subject), (line.credit_kind, line.credit_subject)]);
    let names = subjects(&ctx, &app, sides.collect()).await?;
    let shown = number.to_string();
    let title = ctx.locale.with("ledger-posting-title", &[("number", shown.as_str().into())]);
    let frame = ctx.frame(title.clone()).crumbs([root(ctx.locale, span.book()), Crumb::here(title)]);
    Ok(Html(work_page(&frame, &view(ctx.locale, span.book(), &found, &names))))
}

fn view(locale: Locale, book: Book, found: &PostingShown, names: &Names) -> Markup {
    let heading = &found.heading;
    let mut rows = vec![
        (locale.t("ledger-source"), html! { (source_text(locale, heading.source)) }),
        (locale.t("ledger-day"), date(heading.day)),
        (locale.t("ledger-at"), html! { (heading.at) }),
        (locale.t("ledger-document"), html! { code { (heading.document) } }),
    ];
    if let Some(number) = heading.reverses {
        rows.push((locale.t("ledger-reverses"), posting_link(book, number)));
    }
    if let Some(number) = heading.reversed_by {
        rows.push((locale.t("ledger-reversed-by"), posting_link(book, number)));
    }
    if let Some(key) = heading.key {
        rows.push((locale.t("ledger-key"), html! { code { (key) } }));
    }
    if let Some(seal) = &found.seal {
        let (tone, word) =
            if seal.holds { (Tone::Good, "ledger-seal-holds") } else { (Tone::Bad, "ledger-seal-broken") };
        let text = html! { (seal.seq) " " (status_tag(tone, &locale.t(word))) " " code { (seal.hash) } };
        rows.push((locale.t("ledger-seal"), text));
    }
    html! {
        (panel(&locale.t("ledger-posting"), None, &facts(&rows)))
        (lines(locale, book, found, names))
    }
}

fn lines(locale: Locale, book: Book, found: &PostingShown, names: &Names) -> Markup {
    let rows = found.lines.iter().map(|line| {
        Row::new([
            html! { (line.seq) },
            account_link(locale, book, names, (line.debit, line.debit_kind, line.debit_subject)),
            account_link(locale, book, names, (line.credit, line.credit_kind, line.credit_subject)),
            html! { (amount(line.unit, line.amount)) },
            html! { (unit_text(locale, line.unit)) },
        ])
    });
    let table = DataTable {
        caption: locale.t("ledger-transfers"),
        caption_shown: true,
        columns: vec![
            Column::text(locale.t("ledger-line")),
            Column::text(locale.t("ledger-gives")),
            Column::text(locale.t("ledger-receives")),
            Column::number(locale.t("ledger-amount")),
            Column::text(locale.t("ledger-unit")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}
