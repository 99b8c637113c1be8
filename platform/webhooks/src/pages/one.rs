//! `/s/webhooks/{id}`: one endpoint, what was sent to it, and each message with its attempts.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{
    App, Context, Failure, Form, Html, Listing, Page, Path, Permission, Query, Redirect, Scope, once_only,
};
use sh_kernel::{Id, Instant};
use sh_ui::{
    Column, Crumb, DataTable, Pager, Row, Tone, button, button_danger, data_table, empty, facts, pager,
    panel, status_tag, work_page,
};

use super::{ROOT, kind_text, list::off_notice, next_link, owner_text, shown_once, state_of};
use crate::{
    EVERYWHERE, Secret,
    model::{Attempt, Delivery, DeliveryState, Endpoint, EventId, message_id},
    service,
};

#[derive(Debug, Deserialize)]
pub(crate) struct StateForm {
    to: String,
}

/// `GET /s/webhooks/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    Ok(Html(page_of(&ctx, &app, id, &page, None).await?))
}

/// `POST /s/webhooks/{id}/state`
pub(crate) async fn state(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
    Form(form): Form<StateForm>,
) -> Result<Redirect, Failure> {
    let on = form.to == "on";
    service::switch(&ctx, &app, id, on).await?;
    let said = ctx.t(if on { "webhook-switched-on" } else { "webhook-switched-off" });
    Ok(Redirect::to(format!("{ROOT}/{id}")).done(said))
}

/// `POST /s/webhooks/{id}/rotate`: answers with the page itself, because it shows the secret.
pub(crate) async fn rotate(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
) -> Result<Response, Failure> {
    let secret = service::rotate(&ctx, &app, id).await?;
    let page = page_of(&ctx, &app, id, &Page::default(), Some(&secret)).await?;
    Ok(once_only(Html(page)))
}

/// `POST /s/webhooks/{id}/test`
pub(crate) async fn test(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Endpoint>>,
) -> Result<Redirect, Failure> {
    let event = service::test(&ctx, &app, id).await?;
    Ok(Redirect::to(format!("{ROOT}/{id}/{event}")).done(ctx.t("webhook-test-queued")))
}

/// `GET /s/webhooks/{id}/{event}`
pub(crate) async fn message(
    ctx: Context,
    State(app): State<App>,
    Path((id, event)): Path<(Id<Endpoint>, Id<EventId>)>,
) -> Result<Html, Failure> {
    let endpoint = service::find(&ctx, &app, id).await?;
    let (delivery, attempts) = service::delivery(&ctx, &app, id, event).await?;
    Ok(Html(message_view(&ctx, &endpoint, &delivery, &attempts)))
}

/// `POST /s/webhooks/{id}/{event}/again`
pub(crate) async fn again(
    ctx: Context,
    State(app): State<App>,
    Path((id, event)): Path<(Id<Endpoint>, Id<EventId>)>,
) -> Result<Redirect, Failure> {
    service::redeliver(&ctx, &app, id, event).await?;
    Ok(Redirect::to(format!("{ROOT}/{id}/{event}")).done(ctx.t("webhook-again-queued")))
}

fn may_change(ctx: &Context, endpoint: &Endpoint) -> bool {
    let scope = match endpoint.organisation.as_str() {
        EVERYWHERE => Scope::Everywhere,
        code => Scope::Organisation(code.to_owned()),
    };
    ctx.allows(Permission::KeepWebhooks, &scope)
}

async fn page_of(
    ctx: &Context,
    app: &App,
    id: Id<Endpoint>,
    page: &Page,
    secret: Option<&Secret>,
) -> Result<Markup, Failure> {
    let endpoint = service::find(ctx, app, id).await?;
    let found = service::deliveries(ctx, app, id, page).await?;
    Ok(view(ctx, &endpoint, &found, secret))
}

fn time(at: Option<Instant>) -> String {
    at.map_or_else(|| "--".to_owned(), Instant::to_minute)
}

fn view(ctx: &Context, endpoint: &Endpoint, found: &Listing<Delivery>, secret: Option<&Secret>) -> Markup {
    let frame = ctx
        .frame(ctx.t("webhook-title"))
        .crumbs([Crumb::link(ctx.t("webhooks-title"), ROOT), Crumb::here(ctx.t("webhook-title"))]);
    let (tone, text) = state_of(endpoint);
    let kinds: Vec<String> = endpoint.kinds.iter().map(|kind| kind_text(ctx, kind)).collect();
    let mut rows = vec![
        (ctx.t("webhook-url"), html! { (endpoint.url) }),
        (ctx.t("webhook-owner"), html! { (owner_text(ctx, endpoint)) }),
        (ctx.t("webhook-kinds"), html! { (kinds.join(" · ")) }),
        (ctx.t("webhook-state"), status_tag(tone, &ctx.t(text))),
        (ctx.t("webhook-made"), html! { (endpoint.created_at.to_minute()) }),
    ];
    if let Some(since) = endpoint.failing_since {
        rows.push((ctx.t("webhook-failing-since"), html! { (since.to_minute()) }));
    }
    if let Some(until) = endpoint.old_until.filter(|until| ctx.now() < *until) {
        rows.push((ctx.t("webhook-old-until"), html! { (until.to_minute()) }));
    }
    let path = format!("{ROOT}/{}", endpoint.id);
    let pages =
        Pager { next: next_link(&path, found.next.as_deref()), shown: found.items.len(), ..Pager::default() };
    work_page(
        &frame,
        &html! {
            @if let Some(secret) = secret { (shown_once(ctx, secret, "webhook-rotated")) }
            (off_notice(ctx, endpoint))
            (facts(&rows))
            @if may_change(ctx, endpoint) { (panel(&ctx.t("webhook-actions"), None, &actions(ctx, endpoint))) }
            (panel(&ctx.t("webhook-deliveries"), None, &html! {
                p { (ctx.t("webhook-deliveries-note")) }
                (deliveries(ctx, endpoint, &found.items))
                (pager(ctx.locale, &pages))
            }))
        },
    )
}

fn actions(ctx: &Context, endpoint: &Endpoint) -> Markup {
    let path = |verb: &str| format!("{ROOT}/{}/{verb}", endpoint.id);
    html! {
        @if endpoint.off.is_none() {
            form method="post" action=(path("test")) { (button(&ctx.t("webhook-test"))) }
        }
        p { (ctx.t("webhook-rotate-note")) }
        form method="post" action=(path("rotate")) { (button_danger(&ctx.t("webhook-rotate"), "do", "rotate")) }
        form method="post" action=(path("state")) {
            @if endpoint.off.is_some() {
                input type="hidden" name="to" value="on";
                (button(&ctx.t("webhook-switch-on")))
            } @else { (button_danger(&ctx.t("webhook-switch-off"), "to", "off")) }
        }
    }
}

const fn delivery_state(state: DeliveryState) -> (Tone, &'static str) {
    match state {
        DeliveryState::Waiting => (Tone::Notice, "webhook-delivery-waiting"),
        DeliveryState::Delivered => (Tone::Good, "webhook-delivery-delivered"),
        DeliveryState::GivenUp => (Tone::Bad, "webhook-delivery-given-up"),
    }
}

fn deliveries(ctx: &Context, endpoint: &Endpoint, list: &[Delivery]) -> Markup {
    let rows = list.iter().map(|delivery| {
        let (tone, text) = delivery_state(delivery.state);
        Row::new([
            html! { (delivery.event.made_at().to_minute()) },
            html! { a href={ (ROOT) "/" (endpoint.id) "/" (delivery.event) } { (kind_text(ctx, &delivery.kind)) } },
            status_tag(tone, &ctx.t(text)),
            html! { (delivery.tries) },
            html! { (time(delivery.due_at)) },
        ])
    });
    let table = DataTable {
        caption: ctx.t("webhook-deliveries"),
        columns: vec![
            Column::day(ctx.t("webhook-at")),
            Column::text(ctx.t("webhook-kind")),
            Column::text(ctx.t("webhook-state")),
            Column::number(ctx.t("webhook-tries")),
            Column::day(ctx.t("webhook-due")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("webhook-deliveries-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}

fn message_view(ctx: &Context, endpoint: &Endpoint, delivery: &Delivery, attempts: &[Attempt]) -> Markup {
    let path = format!("{ROOT}/{}", endpoint.id);
    let title = ctx.t("webhook-message");
    let frame = ctx.frame(title.clone()).crumbs([
        Crumb::link(ctx.t("webhooks-title"), ROOT),
        Crumb::link(ctx.t("webhook-title"), path.clone()),
        Crumb::here(title),
    ]);
    let (tone, text) = delivery_state(delivery.state);
    let rows = [
        (ctx.t("webhook-kind"), html! { (kind_text(ctx, &delivery.kind)) " " code { (delivery.kind) } }),
        (ctx.t("webhook-url"), html! { a href=(path) { (endpoint.url) } }),
        (ctx.t("webhook-message-id"), html! { code { (message_id(delivery.event)) } }),
        (ctx.t("webhook-state"), status_tag(tone, &ctx.t(text))),
        (ctx.t("webhook-due"), html! { (time(delivery.due_at)) }),
        (ctx.t("webhook-body"), html! { code { (delivery.body) } }),
    ];
    work_page(
        &frame,
        &html! {
            (facts(&rows))
            @if may_change(ctx, endpoint) && endpoint.off.is_none() {
                form method="post" action={ (path) "/" (delivery.event) "/again" } {
                    (button(&ctx.t("webhook-again")))
                }
            }
            (panel(&ctx.t("webhook-attempts"), None, &attempts_table(ctx, attempts)))
        },
    )
}

fn attempts_table(ctx: &Context, attempts: &[Attempt]) -> Markup {
    let rows = attempts.iter().map(|attempt| {
        let said = match (&attempt.problem, attempt.status) {
            (Some(problem), _) => ctx.t(&format!("webhook-problem-{problem}")),
            (None, status) => status.map_or_else(|| "--".to_owned(), |status| status.to_string()),
        };
        Row::new([
            html! { (attempt.number) },
            html! { (attempt.at.to_minute()) },
            html! { (said) },
            html! { (attempt.millis) },
            html! { code { (attempt.answer) } },
        ])
    });
    let table = DataTable {
        caption: ctx.t("webhook-attempts"),
        columns: vec![
            Column::number(ctx.t("webhook-number")),
            Column::day(ctx.t("webhook-at")),
            Column::text(ctx.t("webhook-status")),
            Column::number(ctx.t("webhook-millis")),
            Column::text(ctx.t("webhook-answer")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("webhook-attempts-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}
