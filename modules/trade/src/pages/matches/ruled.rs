//! `GET /w/matches/decided`: what people decided, with a way to take it back.

use axum::extract::State;
use maud::{Markup, html};
use sh_http::{App, AppError, Context, Failure, Html, Listing, Page, Path, Query, Redirect};
use sh_kernel::{Fen, Id};
use sh_ui::{
    Column, Crumb, DataTable, Locale, Pager, Row, Tone, data_table, empty, money, pager, status_tag,
    work_page,
};

use super::QueueQuery;
use crate::{
    model::Ruling,
    pages::{row_text, source_name},
    service::{
        matches::{self, ClaimView, Ruled},
        rule::{self, RuleError},
    },
};

/// `GET /w/matches/decided`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let found = matches::rulings(&ctx, &app, &page).await?;
    let title = ctx.t("matches-decided");
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("matches-title"), "/w/matches"), Crumb::here(title)]);
    Ok(Html(work_page(&frame, &content(ctx.locale, &page, &found))))
}

fn content(locale: Locale, page: &Page, found: &Listing<Ruled>) -> Markup {
    let table = DataTable {
        caption: locale.t("matches-decided"),
        columns: vec![
            Column::day(locale.t("matches-at")),
            Column::text(locale.t("matches-decision")),
            Column::text(locale.t("matches-claim")),
            Column::text(locale.t("matches-other")),
            Column::text(locale.t("matches-by")),
            Column::text(locale.t("matches-reason")),
            Column::text(locale.t("matches-undo")),
        ],
        rows: found.items.iter().map(|ruled| row(locale, ruled)).collect(),
        empty: Some(empty(&locale.t("matches-decided-none"), None)),
        ..DataTable::default()
    };
    let ways = Pager {
        previous: page.after.as_ref().map(|_| "/w/matches/decided".to_owned()),
        next: found.next.as_deref().map(|after| format!("/w/matches/decided?after={after}")),
        total: None,
        shown: found.items.len(),
    };
    html! {
        (data_table(locale, &table))
        @if !found.items.is_empty() { (pager(locale, &ways)) }
    }
}

fn row(locale: Locale, ruled: &Ruled) -> Row {
    let ruling = &ruled.ruling;
    let (tone, text) =
        if ruling.same { (Tone::Good, "matches-same") } else { (Tone::Plain, "matches-different") };
    let undo = if let (Some(by), Some(at)) = (&ruling.withdrawn_by, ruling.withdrawn_at) {
        let known = [("by", by.into()), ("at", at.to_minute().into())];
        html! { (locale.with("matches-undone-by", &known)) }
    } else {
        html! {
            form method="post" action=(format!("/w/matches/decided/{}/undo", ruling.id)) {
                button.button.is-secondary type="submit" { (locale.t("matches-undo")) }
            }
        }
    };
    Row::new([
        html! { (ruling.at.to_minute()) },
        status_tag(tone, &locale.t(text)),
        claim(locale, ruled.claims.first()),
        claim(locale, ruled.claims.get(1)),
        html! { (ruling.actor) },
        html! { (ruling.reason.as_deref().unwrap_or("--")) },
        undo,
    ])
}

fn claim(locale: Locale, view: Option<&ClaimView>) -> Markup {
    let Some(view) = view else { return html! { "--" } };
    html! {
        (source_name(locale, &view.claim.source, &view.source_name)) " " (row_text(locale, view.sheet.as_deref(), view.row))
        br;
        (view.seller_name) " " (view.claim.product) " " (money(locale, Fen(view.claim.amount)))
    }
}

/// `POST /w/matches/decided/{id}/undo`
pub(crate) async fn undo(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Ruling>>,
    Query(query): Query<QueueQuery>,
) -> Result<Redirect, Failure> {
    let back = query.at.map_or_else(
        || query.link("/w/matches/decided", &[]),
        |claim| query.link(&format!("/w/matches/{claim}"), &[]),
    );
    match rule::undo(&ctx, &app, id).await {
        Ok(done) if done.report.is_none() => Ok(Redirect::to(back).done(ctx.t("matches-heeded-later"))),
        Ok(_) => Ok(Redirect::to(back).done(ctx.t("matches-undone"))),
        Err(error @ RuleError::AlreadyUndone) => {
            let text = ctx.t(&format!("problem-{}", error.code()));
            Ok(Redirect::to(back).saying(Tone::Notice, text))
        }
        Err(error) => Err(error.into()),
    }
}
