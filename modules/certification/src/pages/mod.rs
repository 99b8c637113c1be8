//! Pages: registers for everybody, certificates for offices.

mod certificate;
pub(crate) mod files;
mod imports;
mod list;
pub(crate) mod query;
mod registers;
mod verify;

use axum::{
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use maud::{Markup, html};
use sh_http::{App, AppError, Context, MenuEntry, Permission};
use sh_kernel::{Day, FieldErrors};
use sh_ui::{Locale, Tone, status_tag};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    Error,
    model::{EventKind, State},
};

/// Certificates in the menu of the workbench.
pub(crate) const MENU: MenuEntry = MenuEntry {
    group: "menu-registers",
    label: "certs-title",
    href: "/w/certs",
    permission: Permission::ReadRegisters,
    order: 250,
    icon: Some("circle-check"),
};

/// The routes of these pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/registers", get(registers::index))
        .route("/registers/{scheme}", get(registers::register))
        .route("/registers/{scheme}/export", get(files::exported))
        .route("/registers/counts/{code}", get(registers::figure))
        .route("/v", get(verify::search))
        .route("/v/{number}", get(verify::show))
        .route("/w/certs", get(list::list))
        .route("/w/certs/new", get(certificate::new).post(certificate::issue))
        .route("/w/certs/{id}", get(certificate::show).post(certificate::change))
        .route(
            "/w/certs/import",
            get(imports::new).post(imports::upload).layer(DefaultBodyLimit::max(imports::upload_bytes())),
        )
        .route("/w/certs/imports/{id}", get(imports::show))
        .route("/w/certs/imports/{id}/marked", get(imports::marked_file))
        .route("/w/certs/imports/{id}/confirm", post(imports::confirm))
        .route("/w/certs/imports/{id}/discard", post(imports::discard))
}

/// The word of a state.
pub(crate) fn state_text(locale: Locale, state: State) -> String {
    locale.t(match state {
        State::Valid => "cert-valid",
        State::Expired => "cert-expired",
        State::Suspended => "cert-suspended",
        State::Revoked => "cert-revoked",
        State::NotYet => "cert-not-yet",
        State::Unknown => "cert-unknown",
    })
}

const fn state_tone(state: State) -> Tone {
    match state {
        State::Valid => Tone::Good,
        State::Suspended => Tone::Notice,
        State::Expired | State::Revoked | State::Unknown => Tone::Bad,
        State::NotYet => Tone::Info,
    }
}

fn state_tag(locale: Locale, state: State) -> Markup {
    status_tag(state_tone(state), &state_text(locale, state))
}

/// What became of a certificate, in a word.
fn event_text(locale: Locale, kind: EventKind) -> String {
    locale.t(match kind {
        EventKind::Issued => "cert-issued",
        EventKind::Renewed => "cert-renewed",
        EventKind::Suspended => "cert-suspended-then",
        EventKind::Resumed => "cert-resumed",
        EventKind::Revoked => "cert-revoked-then",
        EventKind::Corrected => "cert-corrected",
    })
}

/// A number of people as the public may see it: fewer than five are not told exactly (小单元不公开).
pub(crate) fn people(locale: Locale, value: &str) -> String {
    match value.parse::<u32>() {
        Ok(1..=4) => locale.t("cert-fewer-than-five"),
        _ => value.to_owned(),
    }
}

/// A term in words: `2019-06-01 ～ 2022-05-31`.
fn term_text(locale: Locale, from: Day, until: Option<Day>) -> String {
    let to = until.map_or_else(|| locale.t("cert-no-end"), |day| day.to_string());
    format!("{from} ～ {to}")
}

/// A day, or nothing.
fn day_or(day: Option<Day>) -> Option<Markup> {
    day.map(sh_ui::date)
}

/// What a refusal says.
fn refusal(locale: Locale, error: &Error) -> String {
    let args: Vec<(String, String)> =
        error.args().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let (reason, advice) = problem(locale, error.code(), &args);
    format!("{reason} {advice}")
}

/// Reason and advice of a problem.
fn problem(locale: Locale, code: &str, args: &[(String, String)]) -> (String, String) {
    let args: Vec<(&str, sh_ui::Arg<'_>)> =
        args.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    let advice = format!("problem-{code}-advice");
    let advice = if locale.has(&advice) { locale.with(&advice, &args) } else { String::new() };
    (locale.with(&format!("problem-{code}"), &args), advice)
}

/// What a form shows of a refusal: its fields, or a message about the whole.
fn fields(ctx: &Context, error: &Error) -> FieldErrors {
    if let Some(fields) = error.fields() {
        return fields.clone();
    }
    let mut errors = FieldErrors::default();
    errors.push("", error.code(), refusal(ctx.locale, error).trim().to_owned());
    errors
}

/// A certificate's number, leading to where everybody can check it.
fn number_link(number: &str) -> Markup {
    html! { a href=(verify::href(number)) { (number) } }
}
