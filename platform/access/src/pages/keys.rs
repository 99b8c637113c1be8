//! `/w/keys`: one's own keys for programs.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Form, Html, KeyScope, Listing, Page, Query, Redirect, once_only};
use sh_kernel::{FieldErrors, Id};
use sh_ui::{
    Arg, Choice, Column, DataTable, Field, Pager, Row, Tone, button, check_boxes, data_table, empty,
    error_summary, pager, panel, secret_once, status_tag, work_page,
};

use crate::{
    Error,
    keys::{self, DAYS, Key, NewKey},
    pages::{audit::next_link, fields_of},
};

/// What the form holds.
fn input_of(pairs: Vec<(String, String)>) -> Result<NewKey, Failure> {
    let mut id = None;
    let (mut name, mut scopes, mut days) = (String::new(), Vec::new(), String::new());
    for (field, value) in pairs {
        match field.as_str() {
            "id" => id = value.parse().ok(),
            "name" => name = value,
            "scope" => scopes.push(value),
            "days" => days = value,
            _ => {}
        }
    }
    Ok(NewKey { id: id.ok_or_else(Failure::not_found)?, name, scopes, days })
}

fn blank(ctx: &Context) -> NewKey {
    let scopes = vec![KeyScope::Read.code().to_owned()];
    NewKey { id: ctx.id(), name: String::new(), scopes, days: "90".to_owned() }
}

/// `GET /w/keys`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let found = keys::list(&ctx, &app, &page).await?;
    Ok(Html(view(&ctx, &found, &blank(&ctx), &FieldErrors::default(), None)))
}

/// `POST /w/keys`: answers with the page itself, because the secret must not go through a cookie or an address.
pub(crate) async fn make(
    ctx: Context,
    State(app): State<App>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let input = input_of(pairs)?;
    let (input, errors, secret) = match keys::make(&ctx, &app, input.clone()).await {
        Ok(secret) => (blank(&ctx), FieldErrors::default(), Some(secret)),
        Err(Error::KeyMadeBefore) => {
            let text = ctx.t("key-made-before");
            return Ok(Redirect::to("/w/keys").saying(Tone::Notice, text).into_response());
        }
        Err(error) => (input, fields_of(error.into())?, None),
    };
    let found = keys::list(&ctx, &app, &Page::default()).await?;
    let page = view(&ctx, &found, &input, &errors, secret.as_deref());
    if secret.is_none() {
        return Ok(Html::unprocessable(page));
    }
    Ok(once_only(Html(page)))
}

/// `POST /w/keys/{id}/revoke`
pub(crate) async fn revoke(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Key>>,
) -> Result<Redirect, Failure> {
    keys::revoke(&ctx, &app, id).await?;
    Ok(Redirect::to("/w/keys").done(ctx.t("key-revoked")))
}

fn view(
    ctx: &Context,
    found: &Listing<Key>,
    input: &NewKey,
    errors: &FieldErrors,
    secret: Option<&str>,
) -> Markup {
    let frame = ctx.frame(ctx.t("api-keys-title")).with_errors(!errors.0.is_empty());
    let columns = ["key-name", "key-scope", "key-made", "key-expires", "key-used", "key-state"];
    let table = DataTable {
        caption: ctx.t("api-keys-title"),
        columns: columns
            .iter()
            .map(|key| match *key {
                "key-made" | "key-expires" | "key-used" => Column::day(ctx.t(key)),
                _ => Column::text(ctx.t(key)),
            })
            .chain([Column::action(ctx.t("key-revoke"))])
            .collect(),
        rows: found.items.iter().map(|key| row(ctx, key)).collect(),
        empty: Some(empty(&ctx.t("api-keys-none"), None)),
        ..DataTable::default()
    };
    let pages = Pager {
        next: next_link("/w/keys", &[], found.next.as_deref()),
        shown: found.items.len(),
        ..Pager::default()
    };
    work_page(
        &frame,
        &html! {
            (error_summary(ctx.locale, errors))
            @if let Some(secret) = secret { (shown_once(ctx, secret)) }
            (data_table(ctx.locale, &table))
            (pager(ctx.locale, &pages))
            (panel(&ctx.t("key-new"), None, &html! {
                p { (ctx.t("key-terms")) }
                (form(ctx, input, errors))
            }))
        },
    )
}

fn shown_once(ctx: &Context, secret: &str) -> Markup {
    secret_once(&ctx.t("key-made-done"), &ctx.t("key-secret"), &ctx.t("key-secret-advice"), secret)
}

fn row(ctx: &Context, key: &Key) -> Row {
    let state = key.in_force(ctx.now());
    let revoke = state.is_ok().then(|| {
        html! {
            form method="post" action={ "/w/keys/" (key.id) "/revoke" } {
                button.button.is-danger type="submit" {
                    (ctx.t("key-revoke")) span.visually-hidden { " " (key.name) }
                }
            }
        }
    });
    let (tone, text) = match state {
        Ok(()) => (Tone::Good, "key-state-good"),
        Err(Error::KeyExpired) => (Tone::Notice, "key-state-expired"),
        Err(_) => (Tone::Bad, "key-state-revoked"),
    };
    Row {
        cells: vec![
            Some(html! { (key.name) " " code { (key.prefix) "…" } }),
            Some(html! { (scope_texts(ctx, &key.scopes)) }),
            Some(html! { (key.created_at.to_minute()) }),
            Some(html! { (key.expires_at.to_minute()) }),
            key.used_at.map(|at| html! { (at.to_minute()) }),
            Some(status_tag(tone, &ctx.t(text))),
            revoke,
        ],
        ..Row::default()
    }
}

/// What a key is for, in words.
pub(super) fn scope_texts(ctx: &Context, scopes: &[KeyScope]) -> String {
    let texts: Vec<String> =
        scopes.iter().map(|scope| ctx.t(&format!("key-scope-{}", scope.code()))).collect();
    texts.join(" · ")
}

fn form(ctx: &Context, input: &NewKey, errors: &FieldErrors) -> Markup {
    let scopes = keys::scopes_of(ctx).into_iter().map(|scope| Choice {
        hint: Some(ctx.t(&format!("key-scope-hint-{}", scope.code()))),
        ..Choice::new(scope.code(), ctx.t(&format!("key-scope-{}", scope.code())))
    });
    let scopes: Vec<Choice> = scopes.collect();
    let chosen: Vec<&str> = input.scopes.iter().map(String::as_str).collect();
    let wrong = errors.0.iter().find(|error| error.pointer == "/scope").map(|error| error.message.as_str());
    let days = DAYS.map(|days| {
        Choice::new(days.to_string(), ctx.locale.with("key-days-of", &[("days", Arg::from(days))]))
    });
    html! {
        form method="post" action="/w/keys" {
            input type="hidden" name="id" value=(input.id);
            (Field::text("name", &ctx.t("key-name")).hint(ctx.t("key-name-hint")).value(&input.name).required()
                .autocomplete("off").errors(errors).render(ctx.locale))
            (check_boxes(ctx.locale, "scope", &ctx.t("key-scope"), &scopes, &chosen, wrong))
            (Field::select("days", &ctx.t("key-days"), days.to_vec())
                .value(&input.days).required().errors(errors).render(ctx.locale))
            (button(&ctx.t("key-make")))
        }
    }
}
