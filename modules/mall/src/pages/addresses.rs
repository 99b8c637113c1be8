//! `/me/addresses`: the addresses that a person keeps.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Path, Redirect};
use sh_kernel::{FieldErrors, Id};
use sh_ui::{
    Crumb, Field, Tone, button, button_danger, button_link, button_secondary, empty, error_summary, panel,
    status_tag,
};

use super::{back, basket::value, fields, page, parts, place::Place};
use crate::{
    address::{self, SAVED_MAX, Saved},
    service::addresses as service,
};

/// `GET /me/addresses`
pub(crate) async fn list(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    let saved = service::list(&ctx, &app).await?;
    let frame = ctx
        .frame(ctx.t("addresses-title"))
        .crumbs([Crumb::link(ctx.t("me-title"), "/me"), Crumb::here(ctx.t("addresses-title"))]);
    let content = html! {
        @if saved.is_empty() { (empty(&ctx.t("addresses-none"), None)) }
        @for one in &saved { (panel(&one.address.receiver, None, &entry(&ctx, one))) }
        @if saved.len() < SAVED_MAX { p { (button_link(&ctx.t("address-new"), "/me/addresses/new", None)) } }
        @else { p.hint { (ctx.locale.with("addresses-full", &[("most", SAVED_MAX.into())])) } }
    };
    Ok(Html(page(&ctx, frame, &content)))
}

/// An address in one line, in full: it is shown to its owner only.
pub(crate) fn line(ctx: &Context, saved: &Saved) -> String {
    parts::address(&saved.address, ctx.today(), true)
}

fn entry(ctx: &Context, saved: &Saved) -> Markup {
    let action = |what: &str| format!("/me/addresses/{}/{what}", saved.id);
    let name = line(ctx, saved);
    html! {
        p { (name) @if saved.usual { " " (status_tag(Tone::Good, &ctx.t("address-usual"))) } }
        p { a href=(format!("/me/addresses/{}", saved.id)) { (ctx.t("address-edit")) span.visually-hidden { " " (name) } } }
        @if !saved.usual {
            form method="post" action=(action("usual")) { (button_secondary(&ctx.t("address-make-usual"), "do", "usual")) }
        }
        form method="post" action=(action("remove")) { (button_danger(&ctx.t("address-remove"), "do", "remove")) }
    }
}

fn form(
    ctx: &Context,
    id: Option<Id<Saved>>,
    number: Id<Saved>,
    place: &Place,
    errors: &FieldErrors,
) -> Markup {
    let title = ctx.t(if id.is_some() { "address-edit" } else { "address-new" });
    let action = id.map_or_else(|| "/me/addresses/new".to_owned(), |id| format!("/me/addresses/{id}"));
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("addresses-title"), "/me/addresses"), Crumb::here(title)])
        .with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(ctx.locale, errors))
        form.form method="post" action=(action) {
            input type="hidden" name="id" value=(number);
            (Field::area("pasted", &ctx.t("checkout-pasted"), 2).hint(ctx.t("checkout-pasted-hint")).render(ctx.locale))
            (button_secondary(&ctx.t("checkout-parse"), "action", "parse"))
        }
        form.form method="post" action=(action) {
            input type="hidden" name="id" value=(number);
            (place.inputs(ctx, errors))
            (button(&ctx.t("address-save")))
        }
    };
    page(ctx, frame, &content)
}

/// `GET /me/addresses/new`
pub(crate) async fn new(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    service::list(&ctx, &app).await?;
    Ok(Html(form(&ctx, None, ctx.id(), &Place::default(), &FieldErrors::default())))
}

/// `GET /me/addresses/{id}`
pub(crate) async fn edit(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Saved>>,
) -> Result<Html, Failure> {
    let place = Place::of(service::get(&ctx, &app, id).await?.address.into());
    Ok(Html(form(&ctx, Some(id), id, &place, &FieldErrors::default())))
}

type Pairs = Vec<(String, String)>;

/// `POST /me/addresses/new`
pub(crate) async fn add(
    ctx: Context,
    State(app): State<App>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    send(&ctx, &app, None, &pairs).await
}

/// `POST /me/addresses/{id}`
pub(crate) async fn save(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Saved>>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    send(&ctx, &app, Some(id), &pairs).await
}

/// A step of the form: what was pasted, another province, or the address itself.
async fn send(ctx: &Context, app: &App, id: Option<Id<Saved>>, pairs: &Pairs) -> Result<Response, Failure> {
    let number = match id {
        Some(id) => service::get(ctx, app, id).await?.id,
        None => value(pairs, "id").parse().map_err(|_| Failure::not_found())?,
    };
    let place = match value(pairs, "action") {
        "parse" => Place::of(address::parse(value(pairs, "pasted"), ctx.today())),
        _ => Place::sent(pairs),
    };
    if !value(pairs, "action").is_empty() {
        return Ok(Html(form(ctx, id, number, &place, &FieldErrors::default())).into_response());
    }
    let outcome = match id {
        Some(id) => service::set(ctx, app, id, &place.typed).await,
        None => service::add(ctx, app, number, &place.typed).await,
    };
    match outcome {
        Ok(()) => Ok(Redirect::to("/me/addresses").done(ctx.t("address-is-saved")).into_response()),
        Err(error) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
            Ok(Html::unprocessable(form(ctx, id, number, &place, &fields(ctx, &error))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/addresses/{id}/usual`
pub(crate) async fn usual(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Saved>>,
) -> Result<Redirect, Failure> {
    back(&ctx, "/me/addresses", service::make_usual(&ctx, &app, id).await, "address-is-saved")
}

/// `POST /me/addresses/{id}/remove`
pub(crate) async fn remove(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Saved>>,
) -> Result<Redirect, Failure> {
    back(&ctx, "/me/addresses", service::remove(&ctx, &app, id).await, "address-is-removed")
}
