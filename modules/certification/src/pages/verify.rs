//! `/v/{number}`: whether a certificate holds, in words, for whoever has the paper or the code in hand.

use axum::{
    extract::State as Shared,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Path, Query, Redirect};
use sh_regions::Regions;
use sh_ui::{Crumb, Field, TimelineEntry, Tone, banner, button, facts, panel, public_page, timeline};

use super::{event_text, people, state_tone, term_text};
use crate::{
    model::{EventKind, FieldKind, State},
    service::look::{self, Opened},
};

/// Where a number is checked.
pub(crate) fn href(number: &str) -> String {
    format!("/v/{}", utf8_percent_encode(number, NON_ALPHANUMERIC))
}

/// What is typed to be checked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    number: String,
}

/// The field in which a number is typed.
pub(crate) fn form(ctx: &Context, number: &str) -> Markup {
    html! {
        form.form method="get" action="/v" {
            (Field::text("number", &ctx.t("verify-number")).hint(ctx.t("verify-hint")).value(number).required()
                .render(ctx.locale))
            (button(&ctx.t("verify-check")))
        }
    }
}

/// `GET /v`: the number typed leads to its own address.
pub(crate) async fn search(ctx: Context, Query(typed): Query<Typed>) -> Result<Response, Failure> {
    let number = typed.number.trim();
    if !number.is_empty() {
        return Ok(Redirect::to(href(number)).into_response());
    }
    let frame = ctx.frame(ctx.t("verify-title"));
    Ok(Html(public_page(&frame, &form(&ctx, ""))).into_response())
}

/// `GET /v/{number}`
pub(crate) async fn show(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(number): Path<String>,
) -> Result<Html, Failure> {
    let found = look::verify(&ctx, &app, &number, ctx.today()).await?;
    let title = ctx.t("verify-title");
    let frame = ctx
        .frame(title.clone())
        .subtitle(html! { (number) })
        .crumbs([Crumb::link(ctx.t("registers-title"), "/registers"), Crumb::here(title)]);
    let content = html! {
        @if found.is_empty() {
            (banner(Tone::Bad, &ctx.t("verify-unknown"), &html! { p { (ctx.t("verify-unknown-advice")) } }))
        }
        @for one in &found { (told(&ctx, one)) }
        (panel(&ctx.t("verify-another"), None, &form(&ctx, "")))
    };
    Ok(Html(public_page(&frame, &content)))
}

/// What holds today, in a sentence.
fn sentence(ctx: &Context, one: &Opened) -> String {
    let until = one.term().and_then(|(_, until)| until).map(|day| day.to_string());
    let since = |kind: EventKind| {
        let days = one.history.iter().filter(|recorded| recorded.event.kind == kind);
        let day = if kind == EventKind::Revoked {
            days.map(|recorded| recorded.event.day).min()
        } else {
            days.map(|recorded| recorded.event.day).max()
        };
        day.map(|day| day.to_string()).unwrap_or_default()
    };
    let with = |key: &str, day: String| ctx.locale.with(key, &[("day", day.into())]);
    match (one.state, until) {
        (State::Valid, Some(until)) => with("verify-valid-until", until),
        (State::Valid, None) => ctx.t("verify-valid"),
        (State::Expired, until) => with("verify-expired", until.unwrap_or_default()),
        (State::Suspended, _) => with("verify-suspended", since(EventKind::Suspended)),
        (State::Revoked, _) => with("verify-revoked", since(EventKind::Revoked)),
        (State::NotYet, _) => {
            let from = one.term().map(|(from, _)| from.to_string());
            with("verify-not-yet", from.unwrap_or_default())
        }
        (State::Unknown, _) => ctx.t("verify-unknown"),
    }
}

fn told(ctx: &Context, one: &Opened) -> Markup {
    let locale = ctx.locale;
    let scheme = &one.scheme.scheme;
    let mut known = vec![
        (
            ctx.t("cert-scheme"),
            html! { a href=(format!("/registers/{}", scheme.code)) { (scheme.name.get(locale)) } },
        ),
        (ctx.t("cert-number"), html! { (one.row.number) }),
        (ctx.t("cert-subject"), html! { (one.row.subject) }),
        (ctx.t("cert-holder"), html! { (one.row.public_holder()) }),
        (ctx.t("cert-place"), html! { (Regions::get().full_name(one.row.region, ctx.today())) }),
        (ctx.t("cert-issuer"), html! { (scheme.issuer.get(locale)) }),
    ];
    if let Some((from, until)) = one.term() {
        known.push((ctx.t("cert-term"), html! { (term_text(locale, from, until)) }));
    }
    if !one.row.batch.is_empty() {
        known.push((ctx.t("cert-batch"), html! { (one.row.batch) }));
    }
    for field in scheme.fields.iter().filter(|field| field.public) {
        if let Some(value) = one.row.detail.get(&field.key) {
            let value = if field.kind == FieldKind::People { people(locale, value) } else { value.clone() };
            known.push((field.name.get(locale).to_owned(), html! { (value) }));
        }
    }
    let advice = if one.state == State::Valid { "verify-compare" } else { "verify-do-not-rely" };
    html! {
        (banner(state_tone(one.state), &sentence(ctx, one), &html! { p { (ctx.t(advice)) } }))
        (panel(scheme.name.get(locale), None, &html! {
            (facts(&known))
            img src=(format!("/qr{}.svg", href(&one.row.number).trim_start_matches("/v"))) width="160" height="160"
                alt=(ctx.t("verify-qr"));
        }))
        (panel(&ctx.t("cert-history"), None, &history(ctx, one)))
    }
}

/// What became of it. Reasons are public; who recorded them, and from which file, is for those who look after the place.
pub(crate) fn history(ctx: &Context, one: &Opened) -> Markup {
    let locale = ctx.locale;
    let entries: Vec<TimelineEntry> = one
        .history
        .iter()
        .map(|recorded| {
            let event = &recorded.event;
            let has_term =
                matches!(event.kind, EventKind::Issued | EventKind::Renewed | EventKind::Corrected);
            let mut parts: Vec<String> = Vec::new();
            if has_term {
                parts.push(term_text(locale, event.day, event.until));
            }
            if !recorded.reason.is_empty() {
                parts.push(recorded.reason.clone());
            }
            if one.inside {
                let at = recorded.at.to_minute();
                let args = [("at", at.as_str().into()), ("by", recorded.by.as_str().into())];
                parts.push(locale.with("cert-recorded", &args));
                if let Some((file, hash, row)) = &recorded.source {
                    let short: String = hash.chars().take(12).collect();
                    let row = row.to_string();
                    let args = [("file", file.as_str().into()), ("row", row.into()), ("hash", short.into())];
                    parts.push(locale.with("cert-source-row", &args));
                }
            }
            TimelineEntry {
                what: event_text(locale, event.kind),
                when: event.day.to_string(),
                detail: (!parts.is_empty()).then(|| parts.join(" · ")),
                tone: match event.kind {
                    EventKind::Revoked => Tone::Bad,
                    EventKind::Suspended => Tone::Notice,
                    EventKind::Issued | EventKind::Renewed | EventKind::Resumed => Tone::Good,
                    EventKind::Corrected => Tone::Plain,
                },
            }
        })
        .collect();
    timeline(&entries)
}
