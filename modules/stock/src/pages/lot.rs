//! `/s/stock/{id}`: one lot, what is there of it, what became of it, and what can be done with it.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::draft::measured as content;
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Path, Permission, Redirect};
use sh_kernel::{FieldErrors, Id};
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Locale, Row, Tone, banner, button, button_danger,
    button_secondary, data_table, date, empty, error_summary, facts, panel, work_page,
};

use super::{day_or, fields, goods, state_tag};
use crate::{
    Error,
    model::{Location, Lot, LotState, Movement, MovementKind, Reason, quantity},
    service::{
        change::{self, Adjustment, Relocation},
        look::{self, AtPlace, Opened},
        measured,
    },
    store::MovementRow,
};

/// What is typed into one of the forms of the page. Their fields have different names, as fields of one page must.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct LotForm {
    key: Option<Id<Movement>>,
    // The adjustment.
    at: Option<Id<Location>>,
    reason: String,
    quantity: String,
    note: String,
    // The move, and where it goes.
    move_at: Option<Id<Location>>,
    location: String,
    move_quantity: String,
    move_note: String,
    // The state.
    to: String,
    why: String,
}

/// Which form was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Nothing,
    Adjust,
    Move,
    State,
}

/// `GET /s/stock/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Lot>>,
) -> Result<Html, Failure> {
    let opened = look::open(&ctx, &app, id).await?;
    Ok(Html(page(&ctx, &opened, (Sent::Nothing, &LotForm::default()), &FieldErrors::default())))
}

fn page(ctx: &Context, opened: &Opened, (sent, form): (Sent, &LotForm), errors: &FieldErrors) -> Markup {
    let (locale, lot) = (ctx.locale, &opened.listed.lot);
    let title = locale.with("lot-title", &[("code", lot.code.as_str().into())]);
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("lots-title"), "/s/stock"), Crumb::here(title)])
        .subtitle(html! { (opened.shop.name) " " (state_tag(locale, lot, ctx.today())) })
        .with_errors(!errors.0.is_empty());
    let may = ctx.allows(Permission::EditListings, &opened.shop.scope());
    let of = |which: Sent| {
        let blank = LotForm::default();
        if sent == which { (form.clone(), errors.clone()) } else { (blank, FieldErrors::default()) }
    };
    let body = html! {
        (error_summary(locale, errors))
        @if lot.state == LotState::Recalled {
            (banner(Tone::Bad, &ctx.t("lot-recalled"), &html! { p { (lot.reason.as_deref().unwrap_or_default()) } }))
        }
        (panel(&ctx.t("lot-facts"), None, &known(ctx, opened)))
        (places(ctx, opened))
        @if may {
            (panel(&ctx.t("lot-adjust"), None, &adjust_form(ctx, opened, &of(Sent::Adjust))))
            (panel(&ctx.t("lot-move"), None, &move_form(ctx, opened, &of(Sent::Move))))
            (state_form(ctx, opened, &of(Sent::State)))
        }
        (movements(ctx, opened))
        @for place in &opened.places { (history(ctx, opened, place)) }
    };
    work_page(&frame, &body)
}

fn known(ctx: &Context, opened: &Opened) -> Markup {
    let (lot, sku) = (&opened.listed.lot, &opened.listed.sku);
    let none = || html! { "--" };
    facts(&[
        (ctx.t("lot-goods"), goods(sku)),
        (ctx.t("lot-each"), html! { (content(sku.content, sku.unit)) }),
        (ctx.t("lot-produced"), day_or(lot.produced).unwrap_or_else(none)),
        (ctx.t("lot-expires"), day_or(lot.expires).unwrap_or_else(none)),
        (ctx.t("lot-received-at"), html! { (lot.received_at.to_minute()) }),
    ])
}

/// What is there, by location.
fn places(ctx: &Context, opened: &Opened) -> Markup {
    let (locale, unit) = (ctx.locale, opened.listed.lot.unit);
    let rows = opened.places.iter().map(|at| {
        let amount = |amount| html! { (measured(locale, amount, unit)) };
        let balance = &at.balance;
        Row::new([
            html! { (at.place.name) },
            amount(balance.received),
            amount(balance.on_hand),
            amount(balance.reserved),
            amount(balance.shipped),
            amount(balance.lost),
        ])
    });
    let table = DataTable {
        caption: ctx.t("lot-balance"),
        caption_shown: true,
        columns: vec![
            Column::text(ctx.t("lot-location")),
            Column::number(ctx.t("lot-came-in")),
            Column::number(ctx.t("lot-on-hand")),
            Column::number(ctx.t("lot-reserved")),
            Column::number(ctx.t("lot-shipped")),
            Column::number(ctx.t("lot-lost")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// Where the goods lie that a form is about; asked only if there is more than one place.
fn at_field(
    ctx: &Context,
    opened: &Opened,
    (name, chosen): (&str, Option<Id<Location>>),
    errors: &FieldErrors,
) -> Markup {
    if let [only] = opened.places.as_slice() {
        return html! { input type="hidden" name=(name) value=(only.place.id); };
    }
    let choices = opened.places.iter().map(|at| {
        let there = measured(ctx.locale, at.balance.on_hand, opened.listed.lot.unit);
        Choice::new(at.place.id.to_string(), format!("{} · {there}", at.place.name))
    });
    let chosen = chosen.map(|at| at.to_string()).unwrap_or_default();
    let label = ctx.t("lot-location");
    Field::select(name, &label, choices.collect()).value(chosen).errors(errors).render(ctx.locale)
}

fn quantity_field(
    ctx: &Context,
    opened: &Opened,
    (name, value): (&str, &str),
    errors: &FieldErrors,
) -> Markup {
    let sku = &opened.listed.sku;
    let each = content(sku.content, sku.unit);
    Field::text(name, &ctx.t("lot-quantity"))
        .hint(ctx.locale.with("lot-quantity-hint", &[("each", each.into())]))
        .value(value)
        .required()
        .errors(errors)
        .render(ctx.locale)
}

fn note_field(ctx: &Context, name: &str, value: &str) -> Markup {
    Field::text(name, &ctx.t("lot-note")).value(value).render(ctx.locale)
}

fn key_field(ctx: &Context, form: &LotForm) -> Markup {
    let key: Id<Movement> = form.key.unwrap_or_else(|| ctx.id());
    html! { input type="hidden" name="key" value=(key); }
}

fn reason_text(locale: Locale, reason: Reason) -> String {
    locale.t(match reason {
        Reason::Counted => "lot-reason-counted",
        Reason::Spoiled => "lot-reason-spoiled",
        Reason::Found => "lot-reason-found",
    })
}

fn adjust_form(ctx: &Context, opened: &Opened, (form, errors): &(LotForm, FieldErrors)) -> Markup {
    let reasons =
        Reason::ALL.iter().map(|reason| Choice::new(reason.word(), reason_text(ctx.locale, *reason)));
    html! {
        form.form method="post" action=(format!("/s/stock/{}/adjust", opened.listed.lot.id)) {
            (key_field(ctx, form))
            (at_field(ctx, opened, ("at", form.at), errors))
            (Field::select("reason", &ctx.t("lot-reason"), reasons.collect()).hint(ctx.t("lot-reason-hint"))
                .value(&form.reason).errors(errors).render(ctx.locale))
            (quantity_field(ctx, opened, ("quantity", &form.quantity), errors))
            (note_field(ctx, "note", &form.note))
            (button(&ctx.t("lot-adjust-do")))
        }
    }
}

fn move_form(ctx: &Context, opened: &Opened, (form, errors): &(LotForm, FieldErrors)) -> Markup {
    let others: Vec<&str> = opened.locations.iter().map(|place| place.name.as_str()).collect();
    let known = ctx.locale.with("lot-location-known", &[("names", others.join("、").into())]);
    html! {
        form.form method="post" action=(format!("/s/stock/{}/move", opened.listed.lot.id)) {
            (key_field(ctx, form))
            (at_field(ctx, opened, ("move-at", form.move_at), errors))
            (Field::text("location", &ctx.t("lot-move-to")).hint(known).value(&form.location).required()
                .errors(errors).render(ctx.locale))
            (quantity_field(ctx, opened, ("move-quantity", &form.move_quantity), errors))
            (note_field(ctx, "move-note", &form.move_note))
            (button(&ctx.t("lot-move-do")))
        }
    }
}

fn state_form(ctx: &Context, opened: &Opened, (form, errors): &(LotForm, FieldErrors)) -> Markup {
    let lot = &opened.listed.lot;
    if lot.state == LotState::Recalled {
        return html! {};
    }
    let content = html! {
        form.form method="post" action=(format!("/s/stock/{}/state", lot.id)) {
            (Field::text("why", &ctx.t("lot-why")).hint(ctx.t("lot-why-hint")).value(&form.why)
                .errors(errors).render(ctx.locale))
            div.query-actions {
                @if lot.state == LotState::Open {
                    (button_secondary(&ctx.t("lot-close"), "to", LotState::Closed.word()))
                } @else {
                    (button_secondary(&ctx.t("lot-reopen"), "to", LotState::Open.word()))
                }
                (button_danger(&ctx.t("lot-recall"), "to", LotState::Recalled.word()))
            }
        }
    };
    panel(&ctx.t("lot-sale"), None, &content)
}

fn movement_text(locale: Locale, row: &MovementRow) -> String {
    match (row.kind, row.reason) {
        (MovementKind::Receipt, _) => locale.t("lot-was-received"),
        (MovementKind::Move, _) => locale.t("lot-was-moved"),
        (MovementKind::Adjustment, Some(reason)) => reason_text(locale, reason),
        (MovementKind::Adjustment, None) => locale.t("lot-adjust"),
    }
}

fn movements(ctx: &Context, opened: &Opened) -> Markup {
    let (locale, unit) = (ctx.locale, opened.listed.lot.unit);
    let rows = opened.movements.iter().map(|row| Row {
        cells: vec![
            Some(html! { (row.at.to_minute()) }),
            Some(html! { (movement_text(locale, row)) }),
            Some(html! {
                (row.location)
                @if let Some(target) = &row.target { " → " (target) }
            }),
            Some(html! { (measured(locale, row.quantity, unit)) }),
            (!row.note.is_empty()).then(|| html! { (row.note) }),
            Some(html! { (row.by) }),
        ],
        ..Row::default()
    });
    let table = DataTable {
        caption: ctx.t("lot-movements"),
        caption_shown: true,
        columns: vec![
            Column::day(ctx.t("lot-at")),
            Column::text(ctx.t("lot-what")),
            Column::text(ctx.t("lot-location")),
            Column::number(ctx.t("lot-quantity")),
            Column::text(ctx.t("lot-note")),
            Column::text(ctx.t("lot-by")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// Everything that has changed what is on hand at a location: also orders, releases and returns.
fn history(ctx: &Context, opened: &Opened, at: &AtPlace) -> Markup {
    let (locale, unit) = (ctx.locale, opened.listed.lot.unit);
    let source = |entry: &sh_ledger::read::Entry| locale.t(&format!("ledger-source-{}", entry.source.code()));
    let rows = at.entries.iter().map(|entry| {
        Row::new([
            html! { (entry.at.to_minute()) },
            date(entry.day),
            html! { (source(entry)) },
            html! { (measured(locale, entry.amount, unit)) },
            html! { (measured(locale, entry.balance, unit)) },
            html! { (entry.posting) },
        ])
    });
    let behind = at.entries.first().map_or(0, |entry| entry.balance) != at.balance.on_hand;
    let table = DataTable {
        caption: locale.with("lot-history", &[("place", at.place.name.as_str().into())]),
        caption_shown: true,
        columns: vec![
            Column::day(ctx.t("lot-at")),
            Column::day(ctx.t("ledger-day")),
            Column::text(ctx.t("lot-what")),
            Column::number(ctx.t("lot-change")),
            Column::number(ctx.t("lot-on-hand")),
            Column::number(ctx.t("ledger-posting")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("lot-history-soon"), None)),
        ..DataTable::default()
    };
    html! {
        @if behind && !at.entries.is_empty() { p.hint { (ctx.t("lot-history-soon")) } }
        (data_table(locale, &table))
    }
}

/// `POST /s/stock/{id}/adjust`
pub(crate) async fn adjust(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Lot>>,
    Form(form): Form<LotForm>,
) -> Result<Response, Failure> {
    let opened = look::open(&ctx, &app, id).await?;
    let adjustment = Adjustment {
        id: form.key.unwrap_or_else(|| ctx.id()),
        lot: id,
        location: form.at.ok_or_else(Failure::not_found)?,
        reason: Reason::from_word(&form.reason).unwrap_or(Reason::Counted),
        quantity: typed(&opened, &form.quantity),
        note: form.note.clone(),
    };
    let outcome = change::adjust(&ctx, &app, &adjustment).await;
    answer(&ctx, &opened, (Sent::Adjust, &form), outcome, "lot-adjusted")
}

/// `POST /s/stock/{id}/move`
pub(crate) async fn relocate(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Lot>>,
    Form(form): Form<LotForm>,
) -> Result<Response, Failure> {
    let opened = look::open(&ctx, &app, id).await?;
    let relocation = Relocation {
        id: form.key.unwrap_or_else(|| ctx.id()),
        lot: id,
        from: form.move_at.ok_or_else(Failure::not_found)?,
        to: form.location.clone(),
        quantity: typed(&opened, &form.move_quantity),
        note: form.move_note.clone(),
    };
    let outcome = change::relocate(&ctx, &app, &relocation).await;
    answer(&ctx, &opened, (Sent::Move, &form), outcome, "lot-moved")
}

/// `POST /s/stock/{id}/state`
pub(crate) async fn state(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Lot>>,
    Form(form): Form<LotForm>,
) -> Result<Response, Failure> {
    let opened = look::open(&ctx, &app, id).await?;
    let to = LotState::from_word(&form.to).ok_or_else(Failure::not_found)?;
    let outcome = change::set_state(&ctx, &app, id, to, &form.why).await;
    answer(&ctx, &opened, (Sent::State, &form), outcome, "lot-state-set")
}

/// The quantity that was typed; one that cannot be read is below zero, which no use case takes.
fn typed(opened: &Opened, text: &str) -> i64 {
    let sku = &opened.listed.sku;
    quantity(text, sku.unit, sku.content).unwrap_or(-1)
}

/// The page again with what was not accepted, or the page as it is now.
fn answer(
    ctx: &Context,
    opened: &Opened,
    sent: (Sent, &LotForm),
    outcome: Result<(), Error>,
    done: &str,
) -> Result<Response, Failure> {
    match outcome {
        Ok(()) => {
            let home = format!("/s/stock/{}", opened.listed.lot.id);
            Ok(Redirect::to(home).done(ctx.t(done)).into_response())
        }
        Err(error) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
            let mut errors = fields(ctx, &error);
            for field in &mut errors.0 {
                match (sent.0, field.pointer.as_str()) {
                    (Sent::Move, "/quantity") => "/move-quantity".clone_into(&mut field.pointer),
                    (Sent::State, "/reason") => "/why".clone_into(&mut field.pointer),
                    _ => {}
                }
            }
            Ok(Html::unprocessable(page(ctx, opened, sent, &errors)))
        }
        Err(error) => Err(error.into()),
    }
}
