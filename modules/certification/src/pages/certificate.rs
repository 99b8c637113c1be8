//! `/w/certs/{id}` and `/w/certs/new`: one certificate, what is done with it, issuing one.

use axum::{
    extract::State as Shared,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Path, Permission, Redirect};
use sh_kernel::{Day, FieldErrors, Id};
use sh_regions::Regions;
use sh_ui::{Choice, Crumb, Field, button, error_summary, facts, panel, work_page};

use super::{event_text, fields, number_link, state_tag, term_text, verify};
use crate::{
    Error,
    model::{Certificate, EventKind, State},
    service::{
        change::{self, Change, Issue},
        look::{self, Opened},
        schemes,
    },
};

/// What somebody wants to do with a certificate, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChangeForm {
    kind: String,
    day: String,
    until: String,
    reason: String,
    seen: i64,
}

/// `GET /w/certs/{id}`
pub(crate) async fn show(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(id): Path<Id<Certificate>>,
) -> Result<Html, Failure> {
    let opened = look::get(&ctx, &app, id, ctx.today()).await?;
    let form = ChangeForm { day: ctx.today().to_string(), ..ChangeForm::default() };
    Ok(Html(page(&ctx, &opened, &form, &FieldErrors::default())))
}

fn page(ctx: &Context, opened: &Opened, form: &ChangeForm, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let (row, scheme) = (&opened.row, &opened.scheme.scheme);
    let holder = if opened.inside { row.holder_name.clone() } else { row.public_holder() };
    let mut known = vec![
        (ctx.t("cert-scheme"), html! { (scheme.name.get(locale)) }),
        (ctx.t("cert-number"), number_link(&row.number)),
        (ctx.t("cert-holder"), html! { (holder) }),
        (ctx.t("cert-place"), html! { (Regions::get().full_name(row.region, ctx.today())) }),
        (ctx.t("cert-issuer"), html! { (scheme.issuer.get(locale)) }),
    ];
    if let Some((from, until)) = opened.term() {
        known.push((ctx.t("cert-term"), html! { (term_text(locale, from, until)) }));
    }
    if !row.batch.is_empty() {
        known.push((ctx.t("cert-batch"), html! { (row.batch) }));
    }
    for field in scheme.fields.iter().filter(|field| field.public || opened.inside) {
        if let Some(value) = row.detail.get(&field.key) {
            known.push((field.name.get(locale).to_owned(), html! { (value) }));
        }
    }
    let frame = ctx
        .frame(row.subject.clone())
        .crumbs([Crumb::link(ctx.t("certs-title"), "/w/certs"), Crumb::here(row.subject.clone())])
        .subtitle(state_tag(locale, opened.state))
        .with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(locale, errors))
        (panel(&ctx.t("cert-facts"), None, &facts(&known)))
        (panel(&ctx.t("cert-history"), None, &verify::history(ctx, opened)))
        @if opened.may_change && opened.state != State::Revoked {
            (panel(&ctx.t("cert-change"), None, &change_form(ctx, opened, form, errors)))
        }
    };
    work_page(&frame, &content)
}

fn change_form(ctx: &Context, opened: &Opened, form: &ChangeForm, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let pause = if opened.state == State::Suspended { EventKind::Resumed } else { EventKind::Suspended };
    let kinds = [pause, EventKind::Renewed, EventKind::Revoked];
    let choices = kinds.map(|kind| Choice::new(kind.word(), event_text(locale, kind)));
    html! {
        form.form method="post" action=(format!("/w/certs/{}", opened.row.id)) {
            input type="hidden" name="seen" value=(opened.row.events);
            (Field::select("kind", &ctx.t("cert-change-what"), choices.into()).value(&*form.kind).render(locale))
            (Field::date("day", &ctx.t("cert-change-day")).hint(ctx.t("cert-change-day-hint")).value(&*form.day)
                .required().errors(errors).render(locale))
            (Field::date("until", &ctx.t("cert-change-until")).hint(ctx.t("cert-change-until-hint"))
                .value(&*form.until).errors(errors).render(locale))
            (Field::area("reason", &ctx.t("cert-change-reason"), 3).hint(ctx.t("cert-change-reason-hint"))
                .value(&*form.reason).required().errors(errors).render(locale))
            (button(&ctx.t("cert-change-do")))
        }
    }
}

/// A day as typed; an empty one is none.
fn day(ctx: &Context, text: &str, pointer: &str, errors: &mut FieldErrors) -> Option<Day> {
    let text = text.trim();
    let read = text.parse::<Day>().ok();
    if read.is_none() && !text.is_empty() {
        errors.push(pointer, "day-wrong", ctx.t("cert-day-wrong"));
    }
    read
}

/// `POST /w/certs/{id}`
pub(crate) async fn change(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(id): Path<Id<Certificate>>,
    Form(form): Form<ChangeForm>,
) -> Result<Response, Failure> {
    let outcome = match read_change(&ctx, &form) {
        Ok(change) => change::change(&ctx, &app, id, &change).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => {
            let done = ctx.t("cert-change-done");
            Ok(Redirect::to(format!("/w/certs/{id}")).done(done).into_response())
        }
        Err(error) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
            let opened = look::get(&ctx, &app, id, ctx.today()).await?;
            let page = page(&ctx, &opened, &form, &fields(&ctx, &error));
            Ok((error.kind().status(), Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn read_change(ctx: &Context, form: &ChangeForm) -> Result<Change, Error> {
    let mut errors = FieldErrors::default();
    let since = day(ctx, &form.day, "/day", &mut errors);
    let until = day(ctx, &form.until, "/until", &mut errors);
    if since.is_none() && errors.of("/day").is_none() {
        errors.push("/day", "day-wrong", ctx.t("cert-day-wrong"));
    }
    let kind = EventKind::from_word(&form.kind);
    let may = [EventKind::Renewed, EventKind::Suspended, EventKind::Resumed, EventKind::Revoked];
    let kind = kind.filter(|kind| may.contains(kind));
    if kind.is_none() {
        errors.push("/kind", "missing", ctx.t("cert-change-none"));
    }
    match (kind, since) {
        (Some(kind), Some(day)) if errors.0.is_empty() => {
            Ok(Change { kind, day, until, reason: form.reason.clone(), seen: form.seen })
        }
        _ => Err(sh_http::Invalid(errors).into()),
    }
}

/// A certificate to be issued, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct IssueForm {
    scheme: String,
    number: String,
    subject: String,
    holder: String,
    place: String,
    from: String,
    until: String,
}

/// `GET /w/certs/new`
pub(crate) async fn new(ctx: Context, Shared(app): Shared<App>) -> Result<Html, Failure> {
    ctx.require_somewhere(Permission::EditRegisters)?;
    let form = IssueForm { from: ctx.today().to_string(), ..IssueForm::default() };
    Ok(Html(issue_page(&ctx, &app, &form, &FieldErrors::default()).await?))
}

async fn issue_page(
    ctx: &Context,
    app: &App,
    form: &IssueForm,
    errors: &FieldErrors,
) -> Result<Markup, Failure> {
    let locale = ctx.locale;
    let all = schemes::all(ctx, app).await?;
    let choices = all.iter().map(|one| Choice::new(&*one.scheme.code, one.scheme.name.get(locale)));
    let text = |name: &str, key: &str, value: &str| {
        Field::text(name, &ctx.t(key)).value(value).required().errors(errors)
    };
    let title = ctx.t("certs-new");
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("certs-title"), "/w/certs"), Crumb::here(title)])
        .with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(locale, errors))
        form.form method="post" action="/w/certs/new" {
            (Field::select("scheme", &ctx.t("cert-scheme"), choices.collect()).value(&*form.scheme).render(locale))
            (text("subject", "cert-subject", &form.subject).render(locale))
            (text("holder", "cert-holder", &form.holder).render(locale))
            (text("place", "cert-place", &form.place).hint(ctx.t("cert-place-hint")).render(locale))
            (Field::date("from", &ctx.t("cert-from")).value(&*form.from).required().errors(errors).render(locale))
            (Field::date("until", &ctx.t("cert-until")).hint(ctx.t("cert-change-until-hint")).value(&*form.until)
                .errors(errors).render(locale))
            (Field::text("number", &ctx.t("cert-number")).hint(ctx.t("cert-number-hint")).value(&*form.number)
                .errors(errors).render(locale))
            (button(&ctx.t("cert-issue")))
        }
    };
    Ok(work_page(&frame, &content))
}

/// `POST /w/certs/new`
pub(crate) async fn issue(
    ctx: Context,
    Shared(app): Shared<App>,
    Form(form): Form<IssueForm>,
) -> Result<Response, Failure> {
    ctx.require_somewhere(Permission::EditRegisters)?;
    let outcome = match read_issue(&ctx, &form) {
        Ok(new) => change::issue(&ctx, &app, &new).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(id) => Ok(Redirect::to(format!("/w/certs/{id}")).done(ctx.t("cert-issued-done")).into_response()),
        Err(error) if error.kind() == Kind::Unprocessable => {
            let page = issue_page(&ctx, &app, &form, &fields(&ctx, &error)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn read_issue(ctx: &Context, form: &IssueForm) -> Result<Issue, Error> {
    let mut errors = FieldErrors::default();
    let from = day(ctx, &form.from, "/from", &mut errors);
    let until = day(ctx, &form.until, "/until", &mut errors);
    if from.is_none() && errors.of("/from").is_none() {
        errors.push("/from", "day-wrong", ctx.t("cert-day-wrong"));
    }
    let on = from.unwrap_or(ctx.today());
    let region = Regions::get().resolve(&form.place, None, on).one();
    if region.is_none() {
        errors.push("/place", "place-unknown", ctx.t("cert-place-wrong"));
    }
    match (from, region) {
        (Some(from), Some(region)) if errors.0.is_empty() => Ok(Issue {
            scheme: form.scheme.clone(),
            number: form.number.clone(),
            subject: form.subject.clone(),
            holder: form.holder.clone(),
            region,
            from,
            until,
        }),
        _ => Err(sh_http::Invalid(errors).into()),
    }
}
