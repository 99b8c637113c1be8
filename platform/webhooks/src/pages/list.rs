//! `/s/webhooks`: the endpoints of one's organisation, and a form for another.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use sh_http::{
    App, AppError, Context, Failure, Form, Html, Listing, Page, Permission, Query, Redirect, once_only,
};
use sh_kernel::FieldErrors;
use sh_ui::{
    Choice, Column, DataTable, Field, Pager, Row, Tone, banner, button, check_boxes, data_table, empty,
    error_summary, pager, panel, status_tag, work_page,
};

use super::{ROOT, kind_text, next_link, owner_text, shown_once, state_of};
use crate::{
    EVERYWHERE, Error, Secret, Webhooks,
    model::{Endpoint, Off},
    service::{self, NewEndpoint},
};

/// What the form holds.
fn input_of(pairs: Vec<(String, String)>) -> Result<NewEndpoint, Failure> {
    let mut id = None;
    let (mut organisation, mut url, mut kinds) = (String::new(), String::new(), Vec::new());
    for (field, value) in pairs {
        match field.as_str() {
            "id" => id = value.parse().ok(),
            "organisation" => organisation = value,
            "url" => url = value,
            "kinds" => kinds.push(value),
            _ => {}
        }
    }
    Ok(NewEndpoint { id: id.ok_or_else(Failure::not_found)?, organisation, url, kinds })
}

fn blank(ctx: &Context) -> NewEndpoint {
    NewEndpoint { id: ctx.id(), organisation: String::new(), url: String::new(), kinds: Vec::new() }
}

/// `GET /s/webhooks`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let found = service::list(&ctx, &app, &page).await?;
    let known = app.get::<Webhooks>()?;
    Ok(Html(view(&ctx, &known, &found, (&blank(&ctx), &FieldErrors::default()), None)))
}

/// `POST /s/webhooks`: answers with the page itself, because the secret must not go through a cookie or an address.
pub(crate) async fn make(
    ctx: Context,
    State(app): State<App>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let input = input_of(pairs)?;
    let (input, errors, secret) = match service::make(&ctx, &app, input.clone()).await {
        Ok(secret) => (blank(&ctx), FieldErrors::default(), Some(secret)),
        Err(Error::MadeBefore) => {
            let text = ctx.t("problem-webhook-made-before");
            return Ok(Redirect::to(ROOT).saying(Tone::Notice, text).into_response());
        }
        Err(error) => match error.fields().cloned() {
            Some(errors) => (input, errors, None),
            None => return Err(error.into()),
        },
    };
    let found = service::list(&ctx, &app, &Page::default()).await?;
    let known = app.get::<Webhooks>()?;
    let page = view(&ctx, &known, &found, (&input, &errors), secret.as_ref());
    if secret.is_none() {
        return Ok(Html::unprocessable(page));
    }
    Ok(once_only(Html(page)))
}

fn view(
    ctx: &Context,
    known: &Webhooks,
    found: &Listing<Endpoint>,
    (input, errors): (&NewEndpoint, &FieldErrors),
    secret: Option<&Secret>,
) -> Markup {
    let frame = ctx.frame(ctx.t("webhooks-title")).with_errors(!errors.0.is_empty());
    let table = DataTable {
        caption: ctx.t("webhooks-title"),
        columns: vec![
            Column::text(ctx.t("webhook-url")),
            Column::text(ctx.t("webhook-owner")),
            Column::text(ctx.t("webhook-kinds")),
            Column::day(ctx.t("webhook-made")),
            Column::text(ctx.t("webhook-state")),
        ],
        rows: found.items.iter().map(|endpoint| row(ctx, endpoint)).collect(),
        empty: Some(empty(&ctx.t("webhooks-none"), None)),
        ..DataTable::default()
    };
    let pages =
        Pager { next: next_link(ROOT, found.next.as_deref()), shown: found.items.len(), ..Pager::default() };
    let broken = found.items.iter().filter(|one| one.off.is_some_and(|(_, why)| why != Off::Person));
    work_page(
        &frame,
        &html! {
            (error_summary(ctx.locale, errors))
            @if let Some(secret) = secret { (shown_once(ctx, secret, "webhook-made-done")) }
            @for endpoint in broken { (off_notice(ctx, endpoint)) }
            (data_table(ctx.locale, &table))
            (pager(ctx.locale, &pages))
            @if ctx.actor.allows_somewhere(Permission::KeepWebhooks) {
                (panel(&ctx.t("webhook-new"), None, &html! {
                    p { (ctx.t("webhook-terms")) }
                    (form(ctx, known, input, errors))
                }))
            }
        },
    )
}

/// What went wrong with an endpoint that the program has switched off.
pub(super) fn off_notice(ctx: &Context, endpoint: &Endpoint) -> Markup {
    let Some((at, why)) = endpoint.off else { return html! {} };
    let content = html! {
        p { a href={ (ROOT) "/" (endpoint.id) } { (endpoint.url) } " · " (at.to_minute()) }
        p { (ctx.t("webhook-off-advice")) }
    };
    banner(Tone::Bad, &ctx.t(&format!("webhook-off-{}", why.code())), &content)
}

fn row(ctx: &Context, endpoint: &Endpoint) -> Row {
    let (tone, text) = state_of(endpoint);
    let kinds: Vec<String> = endpoint.kinds.iter().map(|kind| kind_text(ctx, kind)).collect();
    Row::new([
        html! { a href={ (ROOT) "/" (endpoint.id) } { (endpoint.url) } },
        html! { (owner_text(ctx, endpoint)) },
        html! { (kinds.join(" · ")) },
        html! { (endpoint.created_at.to_minute()) },
        status_tag(tone, &ctx.t(text)),
    ])
}

fn form(ctx: &Context, known: &Webhooks, input: &NewEndpoint, errors: &FieldErrors) -> Markup {
    let kinds: Vec<Choice> = known
        .kinds
        .iter()
        .map(|kind| Choice { hint: Some((*kind).to_owned()), ..Choice::new(*kind, kind_text(ctx, kind)) })
        .collect();
    let chosen: Vec<&str> = input.kinds.iter().map(String::as_str).collect();
    let wrong = errors.0.iter().find(|error| error.pointer == "/kinds").map(|error| error.message.as_str());
    let own = service::organisations(ctx);
    let whose = own.iter().map(|one| {
        let label = if one == EVERYWHERE { ctx.t("webhook-all-shops") } else { one.clone() };
        Choice::new(one.clone(), label)
    });
    html! {
        form method="post" action=(ROOT) {
            input type="hidden" name="id" value=(input.id);
            @if own.len() > 1 {
                (Field::select("organisation", &ctx.t("webhook-owner"), whose.collect()).required()
                    .value(&input.organisation).errors(errors).render(ctx.locale))
            }
            (Field::input("url", "url", &ctx.t("webhook-url")).hint(ctx.t("webhook-url-hint")).value(&input.url)
                .required().autocomplete("off").errors(errors).render(ctx.locale))
            (check_boxes(ctx.locale, "kinds", &ctx.t("webhook-kinds"), &kinds, &chosen, wrong))
            (button(&ctx.t("webhook-make")))
        }
    }
}
