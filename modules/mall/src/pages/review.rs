//! `/reviews/{id}`: one review, for everybody, its buyer, its shop and the operator; writing one.

use axum::{
    body::Body,
    extract::State as Shared,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_files::picture::PictureError;
use sh_http::{
    App, AppError, Context, Failure, Form, Html, Kind as Status, Multipart, Path, Permission, Redirect, Scope,
};
use sh_kernel::{FieldErrors, Id};
use sh_ui::{
    Choice, Crumb, Field, Upload, button, button_danger, button_secondary, check_boxes, error_summary, panel,
    radios, upload,
};
use tokio_util::io::ReaderStream;

use super::{back, case::file_of, fields, page, reviews::entry, told};
use crate::{
    Error,
    case::Side,
    model::{Order, number_of},
    review::{PHOTOS_MAX, Review, ReviewRow, STARS_MAX},
    service::reviews::{self as service, NewReview},
    token::Visitor,
};

/// What the form of a review holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WriteForm {
    id: Option<Id<Review>>,
    stars: String,
    said: String,
    named: String,
}

fn stars_field(ctx: &Context, chosen: &str, errors: &FieldErrors) -> Markup {
    let choice = |stars: i64| {
        Choice::new(stars.to_string(), ctx.locale.with("review-stars-of", &[("stars", stars.into())]))
    };
    let choices: Vec<Choice> = (1..=STARS_MAX).rev().map(choice).collect();
    let wrong = errors.0.iter().find(|error| error.pointer == "/stars").map(|error| error.message.as_str());
    radios(ctx.locale, "stars", &ctx.t("review-stars"), &choices, chosen, wrong)
}

fn said_field(ctx: &Context, said: &str, errors: &FieldErrors) -> Markup {
    Field::area("said", &ctx.t("review-said"), 4)
        .hint(ctx.t("review-said-hint"))
        .value(said)
        .errors(errors)
        .render(ctx.locale)
}

fn write_page(ctx: &Context, row: &ReviewRow, form: &WriteForm, errors: &FieldErrors) -> Markup {
    let title = ctx.t("review-write");
    let frame = ctx
        .frame(title.clone())
        .crumbs([
            Crumb::link(ctx.t("orders-title"), "/orders"),
            Crumb::link(number_of(row.order), format!("/orders/{}", row.order)),
            Crumb::here(title.clone()),
        ])
        .with_errors(!errors.0.is_empty());
    let named = [Choice::new("1", ctx.t("review-named-yes"))];
    let chosen: &[&str] = if form.named == "1" { &["1"] } else { &[] };
    let content = html! {
        (error_summary(ctx.locale, errors))
        p { (row.goods) " " (row.spec) }
        form.form method="post" action=(format!("/reviews/write/{}/{}", row.order, row.line)) {
            input type="hidden" name="id" value=(form.id.unwrap_or_else(|| ctx.id()));
            (stars_field(ctx, &form.stars, errors))
            (said_field(ctx, &form.said, errors))
            @if ctx.actor.user().is_some() {
                (check_boxes(ctx.locale, "named", &ctx.t("review-named"), &named, chosen, None))
            }
            p.hint { (ctx.locale.with("review-shown-as", &[("name", row.name.as_str().into())])) " " (ctx.t("review-photos-later")) }
            (button(&title))
        }
    };
    page(ctx, frame, &content)
}

/// `GET /reviews/write/{order}/{line}`
pub(crate) async fn write(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(at): Path<(Id<Order>, i64)>,
) -> Result<Html, Failure> {
    let row = service::blank(&ctx, &app, &visitor, at).await?;
    Ok(Html(write_page(&ctx, &row, &WriteForm::default(), &FieldErrors::default())))
}

/// `POST /reviews/write/{order}/{line}`
pub(crate) async fn send(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path((order, line)): Path<(Id<Order>, i64)>,
    Form(mut form): Form<WriteForm>,
) -> Result<Response, Failure> {
    let id = form.id.ok_or_else(Failure::not_found)?;
    let stars = form.stars.parse().unwrap_or(0);
    let new = NewReview { id, order, line, stars, said: form.said.clone(), named: form.named == "1" };
    match service::write(&ctx, &app, &visitor, &new).await {
        Ok(id) => Ok(Redirect::to(format!("/reviews/{id}")).done(ctx.t("review-is-written")).into_response()),
        Err(error) if error.kind() == Status::Unprocessable || error.needs_new_form() => {
            if error.needs_new_form() {
                form.id = None;
            }
            let row = service::blank(&ctx, &app, &visitor, (order, line)).await?;
            Ok(Html::unprocessable(write_page(&ctx, &row, &form, &fields(&ctx, &error))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /reviews/{id}`
pub(crate) async fn show(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Review>>,
) -> Result<Html, Failure> {
    Ok(Html(review_page(&ctx, &app, &visitor, id, None).await?))
}

async fn review_page(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Review>,
    error: Option<String>,
) -> Result<Markup, Failure> {
    let (row, side) = service::get(ctx, app, visitor, id).await?;
    let reasons = match side {
        Some(Side::Operator) => service::reasons(ctx, app, id).await?,
        _ => Vec::new(),
    };
    let title = ctx.locale.with("review-of", &[("goods", row.goods.as_str().into())]);
    let crumbs = match side {
        Some(Side::Buyer) => Crumb::link(number_of(row.order), format!("/orders/{}", row.order)),
        Some(Side::Shop) => Crumb::link(ctx.t("reviews-title"), "/s/reviews"),
        Some(_) => Crumb::link(ctx.t("reviews-title"), "/w/reviews"),
        None => Crumb::link(ctx.t("reviews-title"), format!("/reviews/of/{}", row.product)),
    };
    let frame = ctx.frame(title).crumbs([crumbs, Crumb::here(ctx.t("review"))]).with_errors(error.is_some());
    let content = html! {
        (entry(ctx, &row))
        @if let Some((at, why)) = &row.hidden {
            p { (ctx.locale.with("review-is-hidden", &[("at", at.to_minute().into()), ("why", why.as_str().into())])) }
        }
        @match side {
            Some(Side::Buyer) => { (buyer_forms(ctx, &row, error)) }
            Some(Side::Shop) => { (answer_form(ctx, &row)) (report_form(ctx, &row)) }
            Some(_) => { (rule_form(ctx, &row, &reasons)) }
            None => { @if visitor.buyer().is_some() { (report_form(ctx, &row)) } }
        }
    };
    Ok(page(ctx, frame, &content))
}

fn form(row: &ReviewRow, action: &str, inside: &Markup) -> Markup {
    html! { form.form method="post" action=(format!("/reviews/{}/{action}", row.id)) { (inside) } }
}

fn buyer_forms(ctx: &Context, row: &ReviewRow, error: Option<String>) -> Markup {
    let none = FieldErrors::default();
    let edit = html! {
        (stars_field(ctx, &row.stars.to_string(), &none))
        (said_field(ctx, &row.said, &none))
        (button_secondary(&ctx.t("review-save"), "save", "1"))
    };
    let more = html! {
        (Field::area("said", &ctx.t("review-more-said"), 3).required().render(ctx.locale))
        (button_secondary(&ctx.t("review-more"), "save", "1"))
    };
    html! {
        @if row.can_edit(ctx.now()) {
            @if row.photos < PHOTOS_MAX { (photo_form(ctx, row, error)) }
            (panel(&ctx.t("review-edit"), None, &form(row, "edit", &edit)))
        }
        @if row.can_add(ctx.now()) && !row.can_edit(ctx.now()) {
            (panel(&ctx.t("review-more"), None, &form(row, "more", &more)))
        }
    }
}

fn photo_form(ctx: &Context, row: &ReviewRow, error: Option<String>) -> Markup {
    upload(
        ctx.locale,
        &Upload {
            action: format!("/reviews/{}/photos", row.id),
            name: "file".to_owned(),
            label: ctx.t("case-photo"),
            hint: Some(ctx.t("review-photo-hint")),
            accept: "image/jpeg,image/png,image/webp".to_owned(),
            button: ctx.t("case-photo-add"),
            template: None,
            hidden: Vec::new(),
            more: None,
            error,
        },
    )
}

fn answer_form(ctx: &Context, row: &ReviewRow) -> Markup {
    let may = ctx.allows(Permission::HandleOrders, &Scope::Organisation(row.organisation.clone()));
    let inside = html! {
        (Field::area("said", &ctx.t("review-answer"), 3).hint(ctx.t("review-answer-hint")).required().render(ctx.locale))
        (button(&ctx.t("review-answer-send")))
    };
    html! {
        @if may && row.answer.is_none() { (panel(&ctx.t("review-answer"), None, &form(row, "answer", &inside))) }
    }
}

fn report_form(ctx: &Context, row: &ReviewRow) -> Markup {
    let inside = html! {
        (Field::area("said", &ctx.t("review-report-why"), 2).required().render(ctx.locale))
        (button_danger(&ctx.t("review-report"), "report", "1"))
    };
    html! {
        @if row.hidden.is_none() {
            details { summary { (ctx.t("review-report")) } (form(row, "report", &inside)) }
        }
    }
}

fn rule_form(ctx: &Context, row: &ReviewRow, reasons: &[String]) -> Markup {
    let inside = html! {
        (Field::area("said", &ctx.t("order-reason"), 2).required().render(ctx.locale))
        @if row.hidden.is_none() { (button_danger(&ctx.t("review-hide"), "hide", "1")) " " }
        @if row.hidden.is_some() { (button_secondary(&ctx.t("review-show"), "hide", "0")) }
        @if row.reported_at.is_some() { (button_secondary(&ctx.t("review-keep"), "hide", "0")) }
    };
    html! {
        @if !reasons.is_empty() {
            (panel(&ctx.t("review-reports"), None, &html! { ul { @for reason in reasons { li { (reason) } } } }))
        }
        @if ctx.allows(Permission::ManageMall, &Scope::Everywhere) {
            (panel(&ctx.t("case-next"), None, &form(row, "rule", &inside)))
        }
    }
}

/// What somebody does with a review.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ActForm {
    said: String,
    stars: String,
    hide: String,
}

/// `POST /reviews/{id}/{action}`
pub(crate) async fn act(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path((id, action)): Path<(Id<Review>, String)>,
    Form(form): Form<ActForm>,
) -> Result<Redirect, Failure> {
    let said = form.said.as_str();
    let stars = form.stars.parse().unwrap_or(0);
    let (outcome, done) = match action.as_str() {
        "edit" => (service::edit(&ctx, &app, &visitor, id, (stars, said)).await, "review-is-saved"),
        "more" => (service::more(&ctx, &app, &visitor, id, said).await, "review-is-saved"),
        "answer" => (service::answer(&ctx, &app, id, said).await, "review-is-answered"),
        "rule" => (service::rule(&ctx, &app, id, form.hide == "1", said).await, "case-is-moved"),
        "report" => (service::report(&ctx, &app, &visitor, id, said).await.map(drop), "review-is-reported"),
        _ => (Err(Error::NotFound), "case-is-moved"),
    };
    back(&ctx, &format!("/reviews/{id}"), outcome, done)
}

/// `POST /reviews/{id}/photos`
pub(crate) async fn add_photo(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path(id): Path<Id<Review>>,
    Multipart(mut parts): Multipart,
) -> Result<Response, Failure> {
    service::get(&ctx, &app, &visitor, id).await?;
    let done = match file_of(&mut parts).await? {
        Some(bytes) => service::add_photo(&ctx, &app, &visitor, id, bytes).await,
        None => Err(Error::Picture(PictureError::TooManyBytes.code())),
    };
    match done {
        Ok(()) => Ok(Redirect::to(format!("/reviews/{id}")).done(ctx.t("case-photo-added")).into_response()),
        Err(error) if matches!(error.kind(), Status::Unprocessable | Status::Conflict) => {
            let page = review_page(&ctx, &app, &visitor, id, Some(told(&ctx, &error))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /reviews/{id}/photos/{number}`
pub(crate) async fn photo(
    ctx: Context,
    Shared(app): Shared<App>,
    visitor: Visitor,
    Path((id, number)): Path<(Id<Review>, i64)>,
) -> Result<Response, Failure> {
    let file = service::photo(&ctx, &app, &visitor, id, number).await?;
    // Not for long: a review that is hidden must be gone.
    Ok((photo_headers("private, max-age=300"), Body::from_stream(ReaderStream::new(file))).into_response())
}

/// The headers of a photo of a buyer: it is a picture and nothing else.
pub(crate) fn photo_headers(cache: &'static str) -> HeaderMap {
    use axum::http::HeaderValue;
    let pairs = [
        ("content-type", "image/jpeg"),
        ("cache-control", cache),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}
