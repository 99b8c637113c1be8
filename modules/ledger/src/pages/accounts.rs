//! `/w/ledger/accounts`: accounts by kind or subject.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Listing, Names, Page, Query};
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Locale, Pager, QueryForm, Row, data_table, empty, pager,
    query_form, work_page,
};

use super::{account_link, amount, next, root, subjects, unit_text};
use crate::{
    model::{Book, Kind, Subject},
    read::{self, Shown},
};

/// Which accounts are asked for; an empty field asks for all.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Search {
    book: Option<i64>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    subject: String,
}

impl Search {
    fn book(&self) -> Book {
        self.book.map_or(Book::MARKET, Book)
    }

    fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.kind)
    }

    /// A number, or an identifier. What is neither finds nothing.
    fn subject(&self) -> Option<Subject> {
        let text = self.subject.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().map(Subject::number);
        let id = || text.parse().ok().map(Subject::from_uuid);
        Some(number.or_else(id).unwrap_or(Subject::from_uuid(uuid::Uuid::max())))
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let book = self.book.map(|book| ("book", book.to_string()));
        let kind = self.kind().map(|kind| ("kind", kind.code().to_owned()));
        book.into_iter().chain(kind).collect()
    }
}

/// `GET /w/ledger/accounts`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(search): Query<Search>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let which = (search.kind(), search.subject());
    let found = read::accounts(&ctx, &app, search.book(), which, &page).await?;
    let names = subjects(&ctx, &app, found.items.iter().map(|one| (one.kind, one.subject)).collect()).await?;
    let title = ctx.t("ledger-accounts");
    let frame = ctx.frame(title.clone()).crumbs([root(ctx.locale, search.book()), Crumb::here(title)]);
    Ok(Html(work_page(&frame, &view(ctx.locale, &search, &found, &names))))
}

fn view(locale: Locale, search: &Search, found: &Listing<Shown>, names: &Names) -> Markup {
    let kinds = Kind::ALL.iter().map(|kind| Choice::new(kind.code(), super::kind_text(locale, *kind)));
    let kinds = std::iter::once(Choice::new("", locale.t("ledger-all-kinds"))).chain(kinds);
    let form = QueryForm {
        action: "/w/ledger/accounts".to_owned(),
        fields: vec![
            Field::select("kind", &locale.t("ledger-kind"), kinds.collect())
                .value(&search.kind)
                .render(locale),
            Field::text("subject", &locale.t("ledger-subject")).value(&search.subject).render(locale),
        ],
        hidden: search.book.map(|book| ("book".to_owned(), book.to_string())).into_iter().collect(),
        ..QueryForm::default()
    };
    let book = search.book();
    let rows = found.items.iter().map(|account| Row {
        cells: vec![
            Some(account_link(locale, book, names, (account.id, account.kind, account.subject))),
            Some(html! { (amount(account.unit, account.balance)) }),
            Some(html! { (unit_text(locale, account.unit)) }),
            account.floor.map(|floor| html! { (amount(account.unit, floor)) }),
        ],
        ..Row::default()
    });
    let table = DataTable {
        caption: locale.t("ledger-accounts"),
        columns: vec![
            Column::text(locale.t("ledger-account")),
            Column::number(locale.t("ledger-balance")),
            Column::text(locale.t("ledger-unit")),
            Column::number(locale.t("ledger-floor")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&locale.t("ledger-no-accounts"), None)),
        ..DataTable::default()
    };
    let pages = Pager {
        next: next("/w/ledger/accounts", &search.pairs(), found.next.as_deref()),
        shown: found.items.len(),
        ..Pager::default()
    };
    html! { (query_form(locale, &form)) (data_table(locale, &table)) (pager(locale, &pages)) }
}
