//! The pages of webhooks.

mod list;
mod one;

use axum::routing::{get, post};
use maud::Markup;
use sh_http::{App, Context};
use sh_ui::{Tone, secret_once};
use utoipa_axum::router::OpenApiRouter;

use crate::{EVERYWHERE, Secret, model::Endpoint};

/// Where the pages are.
const ROOT: &str = "/s/webhooks";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route(ROOT, get(list::show).post(list::make))
        .route("/s/webhooks/{id}", get(one::show))
        .route("/s/webhooks/{id}/state", post(one::state))
        .route("/s/webhooks/{id}/rotate", post(one::rotate))
        .route("/s/webhooks/{id}/test", post(one::test))
        .route("/s/webhooks/{id}/{event}", get(one::message))
        .route("/s/webhooks/{id}/{event}/again", post(one::again))
}

/// A type of event in words, with its code.
fn kind_text(ctx: &Context, kind: &str) -> String {
    let key = format!("webhook-kind-{}", kind.replace('.', "-"));
    if ctx.locale.has(&key) { ctx.t(&key) } else { kind.to_owned() }
}

/// Whose an endpoint is, in words.
fn owner_text(ctx: &Context, endpoint: &Endpoint) -> String {
    if endpoint.organisation == EVERYWHERE {
        ctx.t("webhook-all-shops")
    } else {
        endpoint.organisation.clone()
    }
}

/// How an endpoint does: the tone and the key of the text.
const fn state_of(endpoint: &Endpoint) -> (Tone, &'static str) {
    match (endpoint.off, endpoint.failing_since) {
        (Some(_), _) => (Tone::Bad, "webhook-state-off"),
        (None, Some(_)) => (Tone::Notice, "webhook-state-failing"),
        (None, None) => (Tone::Good, "webhook-state-on"),
    }
}

/// The secret, this once.
fn shown_once(ctx: &Context, secret: &Secret, heading: &str) -> Markup {
    secret_once(&ctx.t(heading), &ctx.t("webhook-secret"), &ctx.t("webhook-secret-advice"), &secret.to_text())
}

/// The address of the page after this one.
fn next_link(path: &str, next: Option<&str>) -> Option<String> {
    next.map(|next| format!("{path}?after={next}"))
}
