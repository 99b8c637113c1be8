//! `/w/payments`: what each provider holds and what moved, why the bank shows another sum, and money whose order nobody
//! knows yet.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Listing, Page, Path, Query, Redirect};
use sh_kernel::{Fen, Id};
use sh_ui::{
    Column, Crumb, DataTable, Field, Pager, Row, Tab, Tone, button, button_danger, button_link, data_table,
    empty, facts, keyboard_list, pager, panel, status_tag, tabs, work_page,
};

use super::{back, parts::yuan};
use crate::{
    bank::{BankLine, LineRow, LineState},
    model::number_of,
    provider::{Providers, bank},
    service::{
        bank::{self as service, Show},
        payments::{self, AtBank, Ledger, Moved},
    },
    store::bank::Sum,
};

/// The query of the ledger.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LedgerQuery {
    provider: Option<String>,
    after: Option<String>,
}

/// `GET /w/payments`
pub(crate) async fn ledger(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<LedgerQuery>,
) -> Result<Html, Failure> {
    let provider = query.provider.as_deref().unwrap_or(bank::CODE);
    let page = Page { after: query.after.clone(), size: None };
    let ledger = payments::ledger(&ctx, &app, provider, &page).await?;
    let all: Vec<&str> = app.get::<Providers>()?.all().iter().map(|provider| provider.code()).collect();
    let frame = ctx.frame(ctx.t("payments-title")).action(html! {
        (button_link(&ctx.t("table-bank-title"), "/w/payments/import", Some("upload"))) " "
        (button_link(&ctx.t("bank-lines-title"), "/w/payments/lines", None))
    });
    Ok(Html(work_page(&frame, &ledger_content(&ctx, provider, &all, &ledger)?)))
}

fn ledger_content(
    ctx: &Context,
    provider: &str,
    all: &[&str],
    ledger: &Ledger,
) -> Result<Markup, crate::Error> {
    let href = |provider: &str, after: &str| format!("/w/payments?provider={provider}&after={after}");
    let list: Vec<Tab> = all
        .iter()
        .map(|code| Tab::new(ctx.t(&format!("pay-{code}")), href(code, ""), *code == provider))
        .collect();
    let mut rows = vec![(ctx.t("payments-held"), html! { (yuan(ledger.held)) })];
    let mut add = |key: &str, sum: Sum| {
        if sum.count > 0 {
            rows.push((ctx.t(key), counted(ctx, sum)));
        }
    };
    add("payments-to-go-back", ledger.to_go_back);
    add("payments-part-paid", ledger.part_paid);
    let next = ledger.movements.next.as_deref().map(|after| href(provider, after));
    Ok(html! {
        (tabs(&ctx.t("payments-title"), &list))
        (panel(&ctx.t("payments-by-books"), None, &facts(&rows)))
        @if let Some(at_bank) = &ledger.bank { (difference(ctx, ledger.held, at_bank)?) }
        (panel(&ctx.t("payments-movements"), None, &movements(ctx, ledger)))
        (pager(ctx.locale, &Pager { next, shown: ledger.movements.items.len(), ..Pager::default() }))
    })
}

fn counted(ctx: &Context, sum: Sum) -> Markup {
    html! { (yuan(sum.amount)) " " span.hint { (ctx.locale.with("payments-count", &[("count", sum.count.into())])) } }
}

/// From what the books say to what the bank must show, each step with its reason.
fn difference(ctx: &Context, held: Fen, at_bank: &AtBank) -> Result<Markup, crate::Error> {
    let steps = [
        ("payments-waiting", "+", at_bank.waiting, "/w/payments/lines"),
        ("payments-booking", "+", at_bank.booking, "/w/payments/lines?show=booking"),
        ("payments-by-hand", "−", at_bank.by_hand, "/w/payments/lines?show=by-hand"),
    ];
    let mut rows = vec![Row::new([html! { (ctx.t("payments-held")) }, html! { (yuan(held)) }])];
    for (key, sign, sum, href) in steps.into_iter().filter(|step| step.2.count > 0) {
        rows.push(Row::new([
            html! { a href=(href) { (ctx.t(key)) } },
            html! { (sign) " " (counted(ctx, sum)) },
        ]));
    }
    let expected = at_bank.expected(held)?;
    rows.push(Row::new([
        html! { strong { (ctx.t("payments-expected")) } },
        html! { strong { (yuan(expected)) } },
    ]));
    let table = DataTable {
        caption: ctx.t("payments-difference"),
        columns: vec![Column::text(ctx.t("payments-what")), Column::number(ctx.t("order-amount"))],
        rows,
        ..DataTable::default()
    };
    Ok(panel(
        &ctx.t("payments-difference"),
        None,
        &html! {
            (data_table(ctx.locale, &table))
            p.hint { (ctx.t("payments-difference-hint")) }
        },
    ))
}

fn movements(ctx: &Context, ledger: &Ledger) -> Markup {
    let rows = ledger.movements.items.iter().map(|row| {
        let (tone, key) = match row.what {
            Moved::Paid => (Tone::Good, "payments-paid"),
            Moved::Surplus => (Tone::Notice, "payments-surplus"),
            Moved::PaidBack => (Tone::Info, "payments-paid-back"),
        };
        Row::new([
            html! { a href=(format!("/w/orders/{}", row.order)) { (number_of(row.order)) } },
            html! { time { (row.at.to_minute()) } },
            status_tag(tone, &ctx.t(key)),
            html! { (yuan(row.amount)) },
            html! { (yuan(row.held)) },
        ])
    });
    let table = DataTable {
        caption: ctx.t("payments-movements"),
        columns: vec![
            Column::text(ctx.t("order-number")),
            Column::day(ctx.t("statement-at")),
            Column::text(ctx.t("payments-what")),
            Column::number(ctx.t("order-amount")),
            Column::number(ctx.t("payments-held-after")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("payments-none"), None)),
        ..DataTable::default()
    };
    keyboard_list(ctx.locale, &[], &data_table(ctx.locale, &table))
}

/// The tabs of the lines: word, text, what it shows. The first is what waits for a person.
const TABS: [(&str, &str, Show); 5] = [
    ("", "bank-line-waiting", Show::State(LineState::Waiting)),
    ("booking", "bank-line-booking", Show::State(LineState::Booking)),
    ("booked", "bank-line-booked", Show::State(LineState::Booked)),
    ("returned", "bank-line-returned", Show::State(LineState::Returned)),
    ("by-hand", "bank-line-by-hand", Show::ByHand),
];

/// The query of the list of lines.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LinesQuery {
    show: String,
    after: Option<String>,
}

/// `GET /w/payments/lines`
pub(crate) async fn lines(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<LinesQuery>,
) -> Result<Html, Failure> {
    let show = TABS.iter().find(|tab| tab.0 == query.show).ok_or(crate::Error::NotFound)?.2;
    let page = Page { after: query.after.clone(), size: None };
    let lines = service::list(&ctx, &app, show, &page).await?;
    let href = |show: &str, after: &str| format!("/w/payments/lines?show={show}&after={after}");
    let list = TABS.map(|(word, key, _)| Tab::new(ctx.t(key), href(word, ""), query.show == word));
    let next = lines.next.as_deref().map(|after| href(&query.show, after));
    let title = ctx.t("bank-lines-title");
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("payments-title"), "/w/payments"), Crumb::here(title.clone())])
        .action(button_link(&ctx.t("table-bank-title"), "/w/payments/import", Some("upload")));
    let content = html! {
        (tabs(&title, &list))
        (keyboard_list(ctx.locale, &[], &line_table(&ctx, &lines)))
        (pager(ctx.locale, &Pager { next, shown: lines.items.len(), ..Pager::default() }))
    };
    Ok(Html(work_page(&frame, &content)))
}

fn line_table(ctx: &Context, lines: &Listing<LineRow>) -> Markup {
    let rows = lines.items.iter().map(|line| {
        Row::new([
            html! { a href=(format!("/w/payments/lines/{}", line.id)) { (line.reference) } },
            sh_ui::date(line.day),
            html! { (sh_parties::mask_person(&line.payer)) },
            html! { (line.remark) },
            html! { (yuan(line.amount)) },
            tag(ctx, line.state),
        ])
    });
    let table = DataTable {
        caption: ctx.t("bank-lines-title"),
        columns: vec![
            Column::text(ctx.t("bank-line-reference")),
            Column::day(ctx.t("bank-line-day")),
            Column::text(ctx.t("bank-line-payer")),
            Column::text(ctx.t("bank-line-remark")),
            Column::number(ctx.t("order-amount")),
            Column::text(ctx.t("order-state")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("bank-lines-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}

fn tag(ctx: &Context, state: LineState) -> Markup {
    let (tone, key) = match state {
        LineState::Waiting => (Tone::Notice, "bank-line-waiting"),
        LineState::Booking => (Tone::Info, "bank-line-booking"),
        LineState::Booked => (Tone::Good, "bank-line-booked"),
        LineState::Returned => (Tone::Plain, "bank-line-returned"),
    };
    status_tag(tone, &ctx.t(key))
}

/// `GET /w/payments/lines/{id}`
pub(crate) async fn line(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<BankLine>>,
) -> Result<Html, Failure> {
    let line = service::get(&ctx, &app, id).await?;
    let frame = ctx
        .frame(line.reference.clone())
        .crumbs([
            Crumb::link(ctx.t("bank-lines-title"), "/w/payments/lines"),
            Crumb::here(line.reference.clone()),
        ])
        .subtitle(tag(&ctx, line.state));
    Ok(Html(work_page(&frame, &line_content(&ctx, &line))))
}

fn line_content(ctx: &Context, line: &LineRow) -> Markup {
    let mut rows = vec![
        (ctx.t("order-amount"), html! { (yuan(line.amount)) }),
        (ctx.t("bank-line-day"), sh_ui::date(line.day)),
        (ctx.t("bank-line-payer"), html! { (sh_parties::mask_person(&line.payer)) }),
        (ctx.t("bank-line-remark"), html! { (line.remark) }),
    ];
    let source = html! {
        @if let Some(import) = line.import {
            a href=(format!("/w/payments/import/{import}")) { (ctx.t("bank-line-statement")) }
        } @else {
            (ctx.t("bank-line-by-hand"))
        }
    };
    rows.push((ctx.t("bank-line-source"), source));
    if let Some(order) = line.order {
        let link = html! { a href=(format!("/w/orders/{order}")) { (number_of(order)) } };
        rows.push((ctx.t("order-number"), link));
    }
    if let (Some(by), Some(at)) = (&line.decided_by, line.decided_at) {
        rows.push((ctx.t("bank-line-decided"), html! { (by) " " (at.to_minute()) }));
    }
    if let Some(note) = &line.note {
        rows.push((ctx.t("bank-line-note"), html! { (note) }));
    }
    html! {
        (panel(&ctx.t("bank-line-facts"), None, &facts(&rows)))
        @if line.state == LineState::Waiting { (forms(ctx, line.id)) }
    }
}

fn forms(ctx: &Context, id: Id<BankLine>) -> Markup {
    let action = |what: &str| format!("/w/payments/lines/{id}/{what}");
    html! {
        (panel(&ctx.t("bank-line-assign"), None, &html! {
            form.form method="post" action=(action("assign")) {
                (Field::text("order", &ctx.t("order-number-or-code")).required().hint(ctx.t("bank-line-assign-hint"))
                    .render(ctx.locale))
                (button(&ctx.t("bank-line-assign-do")))
            }
        }))
        (panel(&ctx.t("bank-line-return"), None, &html! {
            form.form method="post" action=(action("return")) {
                (Field::text("note", &ctx.t("bank-line-note")).required().hint(ctx.t("bank-line-note-hint"))
                    .render(ctx.locale))
                (button_danger(&ctx.t("bank-line-return-do"), "return", "1"))
            }
        }))
    }
}

/// Whose a line is, or why it was sent back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DecideForm {
    order: String,
    note: String,
}

/// `POST /w/payments/lines/{id}/assign`
pub(crate) async fn assign(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<BankLine>>,
    Form(form): Form<DecideForm>,
) -> Result<Redirect, Failure> {
    let outcome = service::assign(&ctx, &app, id, &form.order).await;
    back(&ctx, &format!("/w/payments/lines/{id}"), outcome, "bank-line-is-assigned")
}

/// `POST /w/payments/lines/{id}/return`
pub(crate) async fn send_back(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<BankLine>>,
    Form(form): Form<DecideForm>,
) -> Result<Redirect, Failure> {
    let outcome = service::send_back(&ctx, &app, id, &form.note).await;
    back(&ctx, &format!("/w/payments/lines/{id}"), outcome, "bank-line-is-returned")
}
