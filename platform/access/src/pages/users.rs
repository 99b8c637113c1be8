//! `/w/users`: the list of accounts.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Listing, Page, Query};
use sh_ui::{
    Column, DataTable, Field, Pager, QueryForm, Row, button_link, data_table, empty, pager, query_form,
    work_page,
};

use crate::{
    pages::{audit::next_link, grant_text, manages, state_tag},
    users::{self, Account},
};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    q: String,
}

/// `GET /w/users`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(search): Query<Search>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let found = users::list(&ctx, &app, Some(&search.q), &page).await?;
    Ok(Html(view(&ctx, &search.q, &found)))
}

fn view(ctx: &Context, search: &str, found: &Listing<Account>) -> Markup {
    let mut frame = ctx.frame(ctx.t("users-title"));
    if manages(ctx) {
        frame = frame.action(button_link(&ctx.t("users-new"), "/w/users/new", None));
    }
    let query = QueryForm {
        action: "/w/users".to_owned(),
        fields: vec![Field::input("search", "q", &ctx.t("users-search")).value(search).render(ctx.locale)],
        ..QueryForm::default()
    };
    let columns =
        ["user-login", "user-name", "user-organisation", "user-roles", "user-signed-in", "user-state"];
    let table = DataTable {
        caption: ctx.t("users-title"),
        columns: columns
            .iter()
            .map(|key| match *key {
                "user-signed-in" => Column::day(ctx.t(key)),
                _ => Column::text(ctx.t(key)),
            })
            .collect(),
        rows: found.items.iter().map(|account| row(ctx, account)).collect(),
        empty: Some(empty(&ctx.t("users-none"), None)),
        ..DataTable::default()
    };
    let pages = Pager {
        next: next_link("/w/users", &[("q", search)], found.next.as_deref()),
        shown: found.items.len(),
        ..Pager::default()
    };
    work_page(
        &frame,
        &html! {
            (query_form(ctx.locale, &query))
            (data_table(ctx.locale, &table))
            (pager(ctx.locale, &pages))
        },
    )
}

fn row(ctx: &Context, account: &Account) -> Row {
    let roles = html! { @for grant in &account.grants { div { (grant_text(ctx, grant)) } } };
    Row {
        cells: vec![
            Some(html! { a href={ "/w/users/" (account.id) } { (account.login) } }),
            Some(html! { (account.name) }),
            Some(html! { (account.organisation) }),
            (!account.grants.is_empty()).then_some(roles),
            account.signed_in_at.map(|at| html! { (at.to_minute()) }),
            Some(state_tag(ctx, account)),
        ],
        ..Row::default()
    }
}
