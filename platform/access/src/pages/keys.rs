//! `/w/keys`: one's own keys for programs.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Listing, Page, Query, Redirect};
use sh_kernel::{FieldErrors, Id};
use sh_ui::{
    Arg, Choice, Column, DataTable, Field, Pager, Row, Tone, banner, button, data_table, empty,
    error_summary, pager, panel, status_tag, work_page,
};

use crate::{
    Error,
    keys::{self, DAYS, Key, KeyScope, NewKey},
    pages::{audit::next_link, fields_of},
};

#[derive(Debug, Deserialize)]
pub(crate) struct Input {
    id: Id<Key>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    days: String,
}

impl Input {
    fn blank(ctx: &Context) -> Self {
        Self {
            id: ctx.id(),
            name: String::new(),
            scope: KeyScope::Read.code().to_owned(),
            days: "90".to_owned(),
        }
    }
}

/// `GET /w/keys`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let found = keys::list(&ctx, &app, &page).await?;
    Ok(Html(view(&ctx, &found, &Input::blank(&ctx), &FieldErrors::default(), None)))
}

/// `POST /w/keys`: answers with the page itself, because the secret must not go through a cookie or an address.
pub(crate) async fn make(
    ctx: Context,
    State(app): State<App>,
    Form(input): Form<Input>,
) -> Result<Response, Failure> {
    let Input { id, name, scope, days } = &input;
    let new = NewKey { id: *id, name: name.clone(), scope: scope.clone(), days: days.clone() };
    let (input, errors, secret) = match keys::make(&ctx, &app, new).await {
        Ok(secret) => (Input::blank(&ctx), FieldErrors::default(), Some(secret)),
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
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(page)).into_response())
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
    input: &Input,
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
            (panel(&ctx.t("key-new"), None, &form(ctx, input, errors)))
        },
    )
}

fn shown_once(ctx: &Context, secret: &str) -> Markup {
    let content = html! {
        p { (ctx.t("key-secret-advice")) }
        label for="key-secret" { (ctx.t("key-secret")) }
        input id="key-secret" type="text" readonly value=(secret);
    };
    banner(Tone::Good, &ctx.t("key-made-done"), &content)
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
            Some(html! { (key.name) }),
            Some(html! { (ctx.t(scope_text(key.scope))) }),
            Some(html! { (key.created_at.to_minute()) }),
            Some(html! { (key.expires_at.to_minute()) }),
            key.used_at.map(|at| html! { (at.to_minute()) }),
            Some(status_tag(tone, &ctx.t(text))),
            revoke,
        ],
        ..Row::default()
    }
}

const fn scope_text(scope: KeyScope) -> &'static str {
    match scope {
        KeyScope::Read => "key-scope-read",
        KeyScope::Write => "key-scope-write",
    }
}

fn form(ctx: &Context, input: &Input, errors: &FieldErrors) -> Markup {
    let scopes = KeyScope::ALL.map(|scope| Choice::new(scope.code(), ctx.t(scope_text(scope))));
    let days = DAYS.map(|days| {
        Choice::new(days.to_string(), ctx.locale.with("key-days-of", &[("days", Arg::from(days))]))
    });
    html! {
        form method="post" action="/w/keys" {
            input type="hidden" name="id" value=(input.id);
            (Field::text("name", &ctx.t("key-name")).hint(ctx.t("key-name-hint")).value(&input.name).required()
                .autocomplete("off").errors(errors).render(ctx.locale))
            (Field::select("scope", &ctx.t("key-scope"), scopes.to_vec()).hint(ctx.t("key-scope-hint"))
                .value(&input.scope).required().errors(errors).render(ctx.locale))
            (Field::select("days", &ctx.t("key-days"), days.to_vec())
                .value(&input.days).required().errors(errors).render(ctx.locale))
            (button(&ctx.t("key-make")))
        }
    }
}
