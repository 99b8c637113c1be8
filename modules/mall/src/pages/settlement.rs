//! `/w/settlements`: what shops are owed, instructions to pay them, and that they were paid.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Form, Html, Listing, Page, Path, Permission, Query, Redirect, Scope};
use sh_kernel::Id;
use sh_ui::{
    Column, Crumb, DataTable, Field, Locale, Pager, Row, Tab, Tone, button, button_danger, data_table, empty,
    facts, keyboard_list, pager, panel, status_tag, tabs, work_page,
};

use super::{back, parts::yuan, statement::entries};
use crate::{
    model::{Settlement, SettlementRow, SettlementState},
    service::{settlement as service, statement::number_of_settlement},
    store::{settlement::Owed, statement::StatementLine},
};

/// The tabs: word, text, the state of the instructions that it shows; none for what is owed.
const TABS: [(&str, &str, Option<SettlementState>); 4] = [
    ("", "settlements-owed", None),
    ("open", "settlement-open", Some(SettlementState::Open)),
    ("paid", "settlement-paid", Some(SettlementState::Paid)),
    ("withdrawn", "settlement-withdrawn", Some(SettlementState::Withdrawn)),
];

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    tab: String,
    after: Option<String>,
}

/// `GET /w/settlements`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let page = Page { after: query.after.clone(), size: None };
    let state = TABS.iter().find(|tab| tab.0 == query.tab).ok_or(crate::Error::NotFound)?.2;
    let (table, next, shown) = match state {
        None => {
            let owed = service::owed(&ctx, &app, &page).await?;
            (owed_table(&ctx, &owed.items), owed.next, owed.items.len())
        }
        Some(state) => {
            let rows = service::list(&ctx, &app, state, &page).await?;
            (settlements(&ctx, &rows.items, "settlements-none"), rows.next, rows.items.len())
        }
    };
    let href = |tab: &str, after: &str| format!("/w/settlements?tab={tab}&after={after}");
    let list = TABS.map(|(word, key, _)| Tab::new(ctx.t(key), href(word, ""), query.tab == word));
    let next = next.as_deref().map(|after| href(&query.tab, after));
    let content = html! {
        (tabs(&ctx.t("settlements-title"), &list))
        @if state.is_none() { p { (ctx.locale.with("settlements-how", &[("days", service::HOLD_DAYS.into())])) } }
        (keyboard_list(ctx.locale, &[], &table))
        (pager(ctx.locale, &Pager { next, shown, ..Pager::default() }))
    };
    Ok(Html(work_page(&ctx.frame(ctx.t("settlements-title")), &content)))
}

fn owed_table(ctx: &Context, owed: &[Owed]) -> Markup {
    let may = ctx.allows(Permission::SettleOrders, &Scope::Everywhere);
    let rows = owed.iter().map(|one| {
        Row::new([
            html! { a href=(format!("/s/statement?shop={}", one.shop)) { (one.shop_name) } },
            html! { (yuan(one.due)) },
            html! { (yuan(one.waiting)) },
            html! { @if may && one.due.0 > 0 { (make_form(ctx, one)) } },
        ])
    });
    let table = DataTable {
        caption: ctx.t("settlements-owed"),
        columns: vec![
            Column::text(ctx.t("settlement-shop")),
            Column::number(ctx.t("settlement-due")),
            Column::number(ctx.t("settlement-waiting")),
            Column::action(ctx.t("settlement-make")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("settlements-owed-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}

fn make_form(ctx: &Context, one: &Owed) -> Markup {
    let id: Id<Settlement> = ctx.id();
    let label = ctx.locale.with("settlement-month-of", &[("shop", (&one.shop_name).into())]);
    html! {
        form method="post" action="/w/settlements" {
            input type="hidden" name="id" value=(id);
            input type="hidden" name="shop" value=(one.shop);
            (Field::input("month", "month", &label).value(ctx.today().month().to_string()).in_cell())
            " "
            (button(&ctx.t("settlement-make")))
        }
    }
}

/// Name and look of where an instruction stands.
fn tag(locale: Locale, state: SettlementState) -> Markup {
    let (tone, key) = match state {
        SettlementState::Open => (Tone::Notice, "settlement-open"),
        SettlementState::Paid => (Tone::Good, "settlement-paid"),
        SettlementState::Withdrawn => (Tone::Plain, "settlement-withdrawn"),
    };
    status_tag(tone, &locale.t(key))
}

/// Instructions as a table.
pub(crate) fn settlements(ctx: &Context, rows: &[SettlementRow], none: &str) -> Markup {
    let work = ctx.allows(Permission::ReadOrders, &Scope::Everywhere);
    let place = if work { "/w/settlements" } else { "/s/settlements" };
    let rows = rows.iter().map(|row| {
        Row::new([
            html! { a href=(format!("{place}/{}", row.id)) { (number_of_settlement(row.id)) } },
            html! { (row.shop_name) },
            html! { time { (row.month) } },
            html! { (yuan(row.amount)) },
            html! { time { (row.made_at.to_minute()) } },
            tag(ctx.locale, row.state),
        ])
    });
    let table = DataTable {
        caption: ctx.t("settlements-made"),
        columns: vec![
            Column::text(ctx.t("settlement-number")),
            Column::text(ctx.t("settlement-shop")),
            Column::day(ctx.t("settlement-until")),
            Column::number(ctx.t("settlement-amount")),
            Column::day(ctx.t("settlement-made-at")),
            Column::text(ctx.t("order-state")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t(none), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}

/// A new instruction.
#[derive(Debug, Deserialize)]
pub(crate) struct MakeForm {
    id: Id<Settlement>,
    shop: Id<Shop>,
    #[serde(default)]
    month: String,
}

/// `POST /w/settlements`
pub(crate) async fn make(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<MakeForm>,
) -> Result<Redirect, Failure> {
    let month = service::month(&ctx, &form.month)?;
    let outcome = service::make(&ctx, &app, form.id, form.shop, month).await;
    let to =
        if outcome.is_ok() { format!("/w/settlements/{}", form.id) } else { "/w/settlements".to_owned() };
    back(&ctx, &to, outcome, "settlement-is-made")
}

/// Which page of an instruction.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ShowQuery {
    after: Option<String>,
}

/// `GET /w/settlements/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Settlement>>,
    Query(query): Query<ShowQuery>,
) -> Result<Html, Failure> {
    page(&ctx, &app, id, query, ("/w/settlements", "settlements-title")).await
}

/// `GET /s/settlements/{id}`
pub(crate) async fn show_to_shop(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Settlement>>,
    Query(query): Query<ShowQuery>,
) -> Result<Html, Failure> {
    page(&ctx, &app, id, query, ("/s/statement", "statement-title")).await
}

async fn page(
    ctx: &Context,
    app: &App,
    id: Id<Settlement>,
    query: ShowQuery,
    (list, title): (&str, &str),
) -> Result<Html, Failure> {
    let (row, lines) = service::get(ctx, app, id, &Page { after: query.after, size: None }).await?;
    let number = number_of_settlement(id);
    let frame = ctx
        .frame(ctx.locale.with("settlement-number-is", &[("number", number.as_str().into())]))
        .crumbs([Crumb::link(ctx.t(title), list), Crumb::here(number)])
        .subtitle(html! { (tag(ctx.locale, row.state)) });
    Ok(Html(work_page(&frame, &content(ctx, &row, &lines))))
}

fn content(ctx: &Context, row: &SettlementRow, lines: &Listing<StatementLine>) -> Markup {
    let may = ctx.allows(Permission::SettleOrders, &Scope::Everywhere) && row.state == SettlementState::Open;
    let second = row.made_by != ctx.actor.key();
    let mut rows = vec![
        (ctx.t("settlement-shop"), html! { (row.shop_name) " " (row.organisation) }),
        (ctx.t("settlement-until"), html! { time { (row.month) } }),
        (ctx.t("settlement-gross"), html! { (yuan(row.gross)) }),
        (ctx.t("statement-taken"), html! { (yuan(row.commission.reversed())) }),
        (ctx.t("settlement-amount"), html! { strong { (yuan(row.amount)) } }),
        (ctx.t("settlement-made-at"), html! { time { (row.made_at.to_minute()) } }),
    ];
    if let Some(at) = row.ended_at {
        rows.push((ctx.t("settlement-ended-at"), html! { time { (at.to_minute()) } }));
    }
    if let Some(reference) = &row.reference {
        rows.push((ctx.t("order-transfer-reference"), html! { (reference) }));
    }
    html! {
        (panel(&ctx.t("settlement-facts"), None, &facts(&rows)))
        @if may && second { (pay_form(ctx, row.id)) }
        @if may && !second { p { (ctx.t("settlement-second-person")) } }
        @if may {
            form method="post" action=(format!("/w/settlements/{}/withdraw", row.id)) {
                (button_danger(&ctx.t("settlement-withdraw"), "withdraw", "1"))
            }
        }
        (entries(ctx, lines))
        (pager(ctx.locale, &Pager {
            next: lines.next.as_deref().map(|after| format!("?after={after}")),
            shown: lines.items.len(),
            ..Pager::default()
        }))
    }
}

fn pay_form(ctx: &Context, id: Id<Settlement>) -> Markup {
    panel(
        &ctx.t("settlement-pay"),
        None,
        &html! {
            form.form method="post" action=(format!("/w/settlements/{id}/paid")) {
                (Field::text("reference", &ctx.t("order-transfer-reference")).required().render(ctx.locale))
                (button(&ctx.t("settlement-pay")))
            }
        },
    )
}

/// What the bank calls the payment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PaidForm {
    reference: String,
}

/// `POST /w/settlements/{id}/paid`
pub(crate) async fn paid(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Settlement>>,
    Form(form): Form<PaidForm>,
) -> Result<Redirect, Failure> {
    let outcome = service::pay(&ctx, &app, id, &form.reference).await;
    back(&ctx, &format!("/w/settlements/{id}"), outcome, "settlement-is-paid")
}

/// `POST /w/settlements/{id}/withdraw`
pub(crate) async fn withdraw(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Settlement>>,
) -> Result<Redirect, Failure> {
    let outcome = service::withdraw(&ctx, &app, id).await;
    back(&ctx, &format!("/w/settlements/{id}"), outcome, "settlement-is-withdrawn")
}
