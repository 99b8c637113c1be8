//! `/cases/{id}`: a case after the sale, for its buyer, its shop and the operator; opening one; the queues of both.

use axum::{
    body::Body,
    extract::State as Shared,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::model::Shop;
use sh_files::picture::{BYTES_MAX, PictureError};
use sh_http::{
    App, AppError, Context, Failure, Form, Html, Kind as Status, Listing, Multipart, Page, Path, Permission,
    Query, Redirect, Scope,
};
use sh_kernel::{FieldErrors, Id};
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Locale, Pager, Row, Tab, TimelineEntry, Tone, Upload, button,
    button_danger, button_secondary, data_table, empty, error_summary, facts, keyboard_list, pager, panel,
    radios, status_tag, tabs, timeline, upload, work_page,
};
use tokio_util::io::ReaderStream;

use super::{back, fields, page, parts::yuan};
use crate::{
    Error,
    case::{Case, CaseRow, EVIDENCE_MAX, Kind, PHOTOS_MAX, Part, Side, State, Whole},
    model::{self, Order, number_of},
    service::{
        cases::{self as service, Answer, Asked},
        orders,
    },
    token::Visitor,
};

/// What a form with a photo may have besides the photo itself.
const FORM_BYTES: u64 = 64 * 1024;

/// Bytes that an upload may have in all.
pub(crate) fn upload_bytes() -> usize {
    usize::try_from(BYTES_MAX * 2 + FORM_BYTES).unwrap_or(usize::MAX)
}

fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Return => "case-return",
        Kind::Refund => "case-refund",
        Kind::Exchange => "case-exchange",
        Kind::Complaint => "case-complaint",
    }
}

fn state_key(state: State) -> (Tone, &'static str) {
    match state {
        State::Asked => (Tone::Notice, "case-asked"),
        State::Evidence => (Tone::Notice, "case-evidence"),
        State::Sending => (Tone::Info, "case-sending"),
        State::Arriving => (Tone::Info, "case-arriving"),
        State::Refused => (Tone::Bad, "case-refused"),
        State::Arbitration => (Tone::Bad, "case-arbitration"),
        State::Done => (Tone::Good, "case-done"),
        State::Closed => (Tone::Plain, "case-closed"),
    }
}

fn tag(locale: Locale, state: State) -> Markup {
    let (tone, key) = state_key(state);
    status_tag(tone, &locale.t(key))
}

/// The cases of an order on its page: what is asked for, when, where it stands.
pub(crate) fn of_order(ctx: &Context, cases: &[CaseRow]) -> Markup {
    html! {
        @if !cases.is_empty() { (panel(&ctx.t("cases-title"), None, &table(ctx, cases, false))) }
    }
}

fn table(ctx: &Context, cases: &[CaseRow], with_order: bool) -> Markup {
    let locale = ctx.locale;
    let rows = cases.iter().map(|row| {
        let mut cells = vec![
            html! { a href=(format!("/cases/{}", row.id)) { (ctx.t(kind_key(row.kind))) " " (row.id.ordinal()) } },
            html! { time { (row.opened_at.to_minute()) } },
            html! { @match row.due_at.or(row.ended_at) { Some(at) => time { (at.to_minute()) }, None => "—" } },
            html! { (yuan(row.amount)) },
            tag(locale, row.state),
        ];
        if with_order {
            let what = cells.remove(0);
            cells.insert(0, html! { (what) br; span.hint { (number_of(row.order)) } });
        }
        Row::new(cells)
    });
    let columns = vec![
        Column::text(ctx.t("case-what")),
        Column::day(ctx.t("case-opened-at")),
        Column::day(ctx.t("case-due")),
        Column::number(ctx.t("order-refunded-sum")),
        Column::text(ctx.t("order-state")),
    ];
    let table = DataTable {
        caption: ctx.t("cases-title"),
        columns,
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("cases-none"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// The query of the lists.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    shop: Option<Id<Shop>>,
    state: String,
    after: Option<String>,
}

fn list_page(
    ctx: &Context,
    base: &str,
    state: State,
    shop: Option<Id<Shop>>,
    cases: &Listing<CaseRow>,
) -> Html {
    let shop = shop.map(|shop| format!("&shop={shop}")).unwrap_or_default();
    let href = |state: State, after: &str| format!("{base}?state={}{shop}&after={after}", state.word());
    let list = State::ALL.iter().map(|one| Tab::new(ctx.t(state_key(*one).1), href(*one, ""), *one == state));
    let list: Vec<Tab> = list.collect();
    let content = html! {
        (tabs(&ctx.t("cases-title"), &list))
        (keyboard_list(ctx.locale, &[], &table(ctx, &cases.items, true)))
        (pager(ctx.locale, &Pager {
            next: cases.next.as_deref().map(|after| href(state, after)),
            shown: cases.items.len(),
            ..Pager::default()
        }))
    };
    Html(work_page(&ctx.frame(ctx.t("cases-title")), &content))
}

/// `GET /s/cases`
pub(crate) async fn of_shop(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let state = State::from_word(&query.state).unwrap_or(State::Asked);
    let page = Page { after: query.after.clone(), size: None };
    let cases = service::of_shop(&ctx, &app, query.shop, state, &page).await?;
    Ok(list_page(&ctx, "/s/cases", state, query.shop, &cases))
}

/// `GET /w/cases`
pub(crate) async fn all(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let state = State::from_word(&query.state).unwrap_or(State::Arbitration);
    let page = Page { after: query.after.clone(), size: None };
    let cases = service::list(&ctx, &app, state, &page).await?;
    Ok(list_page(&ctx, "/w/cases", state, None, &cases))
}

type Pairs = Vec<(String, String)>;

fn get<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|pair| pair.0 == name).map_or("", |pair| &pair.1)
}

/// `GET /orders/{id}/{shop}/after-sale`
pub(crate) async fn ask(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
) -> Result<Html, Failure> {
    let whole = orders::get(&ctx, &app, &visitor, id).await?;
    Ok(Html(ask_page(&ctx, &whole, shop, &Pairs::new(), &FieldErrors::default())))
}

fn ask_page(
    ctx: &Context,
    whole: &model::Whole,
    shop: Id<Shop>,
    typed: &Pairs,
    errors: &FieldErrors,
) -> Markup {
    let (locale, id) = (ctx.locale, whole.order.id);
    let title = ctx.t("case-open");
    let frame = ctx
        .frame(title.clone())
        .crumbs([
            Crumb::link(ctx.t("orders-title"), "/orders"),
            Crumb::link(number_of(id), format!("/orders/{id}")),
            Crumb::here(title.clone()),
        ])
        .with_errors(!errors.0.is_empty());
    let kinds: Vec<Choice> =
        Kind::ALL.iter().map(|kind| Choice::new(kind.word(), ctx.t(kind_key(*kind)))).collect();
    let number = Some(get(typed, "id")).filter(|id| !id.is_empty());
    let number = number.map_or_else(|| ctx.id::<Case>().to_string(), str::to_owned);
    let kind = Some(get(typed, "kind")).filter(|kind| !kind.is_empty()).unwrap_or("return");
    let content = html! {
        (error_summary(locale, errors))
        form.form method="post" action=(format!("/orders/{id}/{shop}/after-sale")) {
            input type="hidden" name="id" value=(number);
            (radios(locale, "kind", &ctx.t("case-kind"), &kinds, kind, None))
            @for line in whole.lines_of(shop).filter(|line| line.pieces > line.back_pieces) {
                @let name = format!("pieces-{}", line.line);
                @let most = line.pieces - line.back_pieces;
                @let args = [("goods", format!("{} {}", line.name, line.spec).into()), ("most", most.into())];
                (Field::number(&name, &locale.with("case-pieces-of", &args)).value(get(typed, &name)).render(locale))
            }
            (Field::area("reason", &ctx.t("order-reason"), 3).value(get(typed, "reason")).required().errors(errors).render(locale))
            p.hint { (ctx.t("case-photos-later")) }
            (button(&title))
        }
    };
    page(ctx, frame, &content)
}

/// `POST /orders/{id}/{shop}/after-sale`
pub(crate) async fn open(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path((id, shop)): Path<(Id<Order>, Id<Shop>)>,
    Form(mut typed): Form<Pairs>,
) -> Result<Response, Failure> {
    let part = |(name, value): &(String, String)| {
        let line = name.strip_prefix("pieces-")?.parse().ok()?;
        let pieces = Some(value.trim()).filter(|value| !value.is_empty())?.parse().unwrap_or(-1);
        (pieces != 0).then_some(Part { line, pieces })
    };
    let asked = Asked {
        id: get(&typed, "id").parse().map_err(|_| Failure::not_found())?,
        kind: Kind::from_word(get(&typed, "kind")).unwrap_or(Kind::Return),
        parts: typed.iter().filter_map(part).collect(),
        reason: get(&typed, "reason").to_owned(),
    };
    match service::open(&ctx, &app, &visitor, (id, shop), &asked).await {
        Ok(case) => Ok(Redirect::to(format!("/cases/{case}")).done(ctx.t("case-is-open")).into_response()),
        Err(error) if matches!(error.kind(), Status::Unprocessable | Status::Conflict) => {
            if error.needs_new_form() {
                typed.retain(|(name, _)| name != "id");
            }
            let whole = orders::get(&ctx, &app, &visitor, id).await?;
            let page = ask_page(&ctx, &whole, shop, &typed, &fields(&ctx, &error));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /cases/{id}`
pub(crate) async fn show(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Case>>,
) -> Result<Html, Failure> {
    Ok(Html(case_page(&ctx, &app, &visitor, id, None).await?))
}

async fn case_page(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Case>,
    error: Option<String>,
) -> Result<Markup, Failure> {
    let (case, side) = service::get(ctx, app, visitor, id).await?;
    let order = service::order(ctx, app, &case.row).await?;
    let row = &case.row;
    let (list, title, order_page) = match side {
        Side::Buyer => ("/orders".to_owned(), "orders-title", format!("/orders/{}", row.order)),
        Side::Shop => ("/s/cases".to_owned(), "cases-title", format!("/s/orders/{}/{}", row.order, row.shop)),
        _ => ("/w/cases".to_owned(), "cases-title", format!("/w/orders/{}", row.order)),
    };
    let name = format!("{} {}", ctx.t(kind_key(row.kind)), row.id.ordinal());
    let frame = ctx
        .frame(name.clone())
        .crumbs([
            Crumb::link(ctx.t(title), list),
            Crumb::link(number_of(row.order), order_page),
            Crumb::here(name),
        ])
        .with_errors(error.is_some());
    let content = content(ctx, &case, &order, side, error);
    Ok(if side == Side::Buyer { page(ctx, frame, &content) } else { work_page(&frame, &content) })
}

fn content(ctx: &Context, case: &Whole, order: &model::Whole, side: Side, error: Option<String>) -> Markup {
    let (locale, row) = (ctx.locale, &case.row);
    let mut rows = vec![
        (ctx.t("case-kind"), html! { (ctx.t(kind_key(row.kind))) }),
        (ctx.t("order-reason"), html! { (row.reason) }),
    ];
    for part in &case.parts {
        if let Some(line) = order.lines.iter().find(|line| line.line == part.line) {
            rows.push((ctx.t("order-goods"), html! { (line.name) " " (line.spec) " × " (part.pieces) }));
        }
    }
    if let Some(waybill) = &row.waybill {
        let carrier = row.carrier.as_deref().unwrap_or_default();
        rows.push((ctx.t("case-waybill"), html! { (carrier) " " (waybill) }));
    }
    if let Some(new) = &row.replacement {
        rows.push((
            ctx.t("case-replacement"),
            html! { (new.carrier) " " (new.waybill) " " time { (new.sent_at.to_minute()) } },
        ));
    }
    if row.amount.0 > 0 {
        rows.push((ctx.t("order-refunded-sum"), html! { (yuan(row.amount)) }));
    }
    if let Some(due) = row.due_at {
        rows.push((ctx.t("case-due"), html! { time { (due.to_minute()) } }));
    }
    html! {
        p { (tag(locale, row.state)) }
        (panel(&ctx.t("case-facts"), None, &facts(&rows)))
        @if !case.photos.is_empty() {
            (panel(&ctx.t("case-photos"), None, &html! {
                ol.photos {
                    @for number in &case.photos {
                        @let alt = locale.with("case-photo-alt", &[("number", (*number).into())]);
                        li { img src=(format!("/cases/{}/photos/{number}", row.id)) alt=(alt) width="160" height="160"; }
                    }
                }
            }))
        }
        (actions(ctx, case, side))
        @if side == Side::Buyer && !row.state.is_over() && case.photos.len() < PHOTOS_MAX { (photo_form(ctx, row, error)) }
        (panel(&ctx.t("order-history"), None, &timeline(&events(ctx, case))))
    }
}

fn photo_form(ctx: &Context, row: &CaseRow, error: Option<String>) -> Markup {
    upload(
        ctx.locale,
        &Upload {
            action: format!("/cases/{}/photos", row.id),
            name: "file".to_owned(),
            label: ctx.t("case-photo"),
            hint: Some(ctx.t("case-photo-hint")),
            accept: "image/jpeg,image/png,image/webp".to_owned(),
            button: ctx.t("case-photo-add"),
            template: None,
            hidden: Vec::new(),
            more: None,
            error,
        },
    )
}

fn events(ctx: &Context, case: &Whole) -> Vec<TimelineEntry> {
    let entry = |event: &crate::case::Event| {
        let who = match event.side {
            Side::Buyer => "case-by-buyer",
            Side::Shop => "case-by-shop",
            Side::Operator => "case-by-operator",
            Side::Program => "case-by-program",
        };
        TimelineEntry {
            what: format!("{} · {}", ctx.t(who), ctx.t(what_key(&event.what))),
            when: event.at.to_minute(),
            detail: Some(event.said.clone()).filter(|said| !said.is_empty()),
            tone: Tone::Info,
        }
    };
    case.events.iter().map(entry).collect()
}

fn what_key(what: &str) -> &'static str {
    match what {
        "asked" => "case-did-ask",
        "added" => "case-did-add",
        "sent" => "case-did-send",
        "withdrawn" => "case-did-withdraw",
        "arbitrate" => "case-did-arbitrate",
        "agreed" => "case-did-agree",
        "refused" => "case-did-refuse",
        "evidence" => "case-did-evidence",
        "for-shop" => "case-did-for-shop",
        "late" => "case-did-late",
        "photo" => "case-did-photo",
        "refunded" => "case-did-refund",
        "replaced" => "case-did-replace",
        _ => "case-did-finish",
    }
}

/// Whether the actor may act for their side, and not only look.
fn may_act(ctx: &Context, row: &CaseRow, side: Side) -> bool {
    match side {
        Side::Shop => ctx.allows(Permission::HandleOrders, &Scope::Organisation(row.organisation.clone())),
        Side::Operator => ctx.allows(Permission::ManageMall, &Scope::Everywhere),
        Side::Buyer | Side::Program => true,
    }
}

/// What the actor can do now.
fn actions(ctx: &Context, case: &Whole, side: Side) -> Markup {
    let (locale, row) = (ctx.locale, &case.row);
    if !may_act(ctx, row, side) {
        return html! {};
    }
    let form = |action: &str, inside: Markup| {
        html! {
            form.form method="post" action=(format!("/cases/{}/{action}", row.id)) { (inside) }
        }
    };
    let said = |key: &str| Field::area("said", &ctx.t(key), 2).render(locale);
    let buttons = match (side, row.state) {
        (Side::Buyer, State::Evidence) => {
            form("add", html! { (said("case-more")) (button(&ctx.t("case-add"))) })
        }
        (Side::Buyer, State::Sending) => form(
            "sent",
            html! {
                (Field::text("carrier", &ctx.t("order-carrier")).hint(ctx.t("case-carrier-hint")).render(locale))
                (Field::text("waybill", &ctx.t("case-waybill")).required().render(locale)) (button(&ctx.t("case-sent")))
            },
        ),
        (Side::Buyer, State::Refused) => {
            form("arbitrate", html! { (said("order-reason")) (button(&ctx.t("case-arbitrate"))) })
        }
        (Side::Shop, State::Asked) => form(
            "answer",
            html! {
                (said("order-answer"))
                (button_secondary(&ctx.t("case-agree"), "answer", "agree")) " "
                @if case.evidence_asked() < EVIDENCE_MAX {
                    (button_secondary(&ctx.t("case-ask-evidence"), "answer", "evidence")) " "
                }
                (button_danger(&ctx.t("order-refuse"), "answer", "refuse"))
            },
        ),
        (Side::Shop, State::Arriving) => form(
            "arrived",
            html! {
                (said("case-arrived-said"))
                (button_secondary(&ctx.t("case-arrived-good"), "resale", "yes")) " "
                (button_secondary(&ctx.t("case-arrived-bad"), "resale", "no"))
            },
        ),
        (Side::Shop, State::Done) if row.awaits_replacement() => form(
            "replaced",
            html! {
                (Field::text("carrier", &ctx.t("order-carrier")).required().hint(ctx.t("order-carrier-hint")).render(locale))
                (Field::text("waybill", &ctx.t("order-waybill")).required().render(locale))
                (button(&ctx.t("case-replace")))
            },
        ),
        (Side::Operator, State::Arbitration) => form(
            "decide",
            html! {
                (said("order-reason"))
                (button_secondary(&ctx.t("case-for-buyer"), "for", "buyer")) " "
                (button_secondary(&ctx.t("case-for-shop"), "for", "shop"))
            },
        ),
        _ => return withdraw(ctx, row, side),
    };
    html! { (panel(&ctx.t("case-next"), None, &buttons)) (withdraw(ctx, row, side)) }
}

fn withdraw(ctx: &Context, row: &CaseRow, side: Side) -> Markup {
    html! {
        @if side == Side::Buyer && !row.state.is_over() && row.state != State::Arriving {
            form method="post" action=(format!("/cases/{}/withdraw", row.id)) {
                (button_danger(&ctx.t("case-withdraw"), "withdraw", "1"))
            }
        }
    }
}

/// What somebody does with a case.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ActForm {
    said: String,
    carrier: String,
    waybill: String,
    answer: String,
    resale: String,
    r#for: String,
}

/// `POST /cases/{id}/{action}`
pub(crate) async fn act(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path((id, action)): Path<(Id<Case>, String)>,
    Form(form): Form<ActForm>,
) -> Result<Redirect, Failure> {
    let said = form.said.as_str();
    let outcome = match action.as_str() {
        "add" => service::add(&ctx, &app, &visitor, id, said).await,
        "sent" => service::sent(&ctx, &app, &visitor, id, (&form.carrier, &form.waybill)).await,
        "replaced" => service::replaced(&ctx, &app, id, (&form.carrier, &form.waybill)).await,
        "arbitrate" => service::arbitrate(&ctx, &app, &visitor, id, said).await,
        "withdraw" => service::withdraw(&ctx, &app, &visitor, id).await,
        "answer" => service::answer(&ctx, &app, id, answer_of(&form.answer)?, said).await,
        "arrived" => service::arrived(&ctx, &app, id, form.resale == "yes", said).await,
        "decide" => service::decide(&ctx, &app, id, form.r#for == "buyer", said).await,
        _ => Err(Error::NotFound),
    };
    back(&ctx, &format!("/cases/{id}"), outcome, "case-is-moved")
}

/// The answer with this word.
pub(crate) fn answer_of(word: &str) -> Result<Answer, Error> {
    match word {
        "agree" => Ok(Answer::Agree),
        "refuse" => Ok(Answer::Refuse),
        "evidence" => Ok(Answer::Evidence),
        _ => Err(Error::NotFound),
    }
}

/// `POST /cases/{id}/photos`
pub(crate) async fn add_photo(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Case>>,
    Multipart(mut form): Multipart,
) -> Result<Response, Failure> {
    service::get(&ctx, &app, &visitor, id).await?;
    let done = match file_of(&mut form).await? {
        Some(bytes) => service::add_photo(&ctx, &app, &visitor, id, bytes).await,
        None => Err(Error::Picture(PictureError::TooManyBytes.code())),
    };
    match done {
        Ok(()) => Ok(Redirect::to(format!("/cases/{id}")).done(ctx.t("case-photo-added")).into_response()),
        Err(error) if matches!(error.kind(), Status::Unprocessable | Status::Conflict) => {
            let page = case_page(&ctx, &app, &visitor, id, Some(super::told(&ctx, &error))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The file of a form with a photo; nothing if it is too large.
pub(crate) async fn file_of(form: &mut axum::extract::Multipart) -> Result<Option<Vec<u8>>, Failure> {
    while let Some(mut part) = form.next_field().await? {
        if part.name() != Some("file") {
            continue;
        }
        let mut bytes = Vec::new();
        let mut fits = true;
        while let Some(piece) = part.chunk().await? {
            fits = fits && (bytes.len() + piece.len()) as u64 <= BYTES_MAX;
            if fits {
                bytes.extend_from_slice(&piece);
            }
        }
        return Ok(fits.then_some(bytes));
    }
    Err(Failure::new(Status::BadInput, "unreadable-form", "the form has no file"))
}

/// `GET /cases/{id}/photos/{number}`: for nobody but the buyer, the shop and the operator.
pub(crate) async fn photo(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path((id, number)): Path<(Id<Case>, i64)>,
) -> Result<Response, Failure> {
    let file = service::photo(&ctx, &app, &visitor, id, number).await?;
    let headers = super::review::photo_headers("private, no-store");
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}
