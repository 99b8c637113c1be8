//! The pages and the JSON interface of this module: reading only.

mod account;
mod accounts;
pub(crate) mod api;
mod posting;
mod trial;

use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use sh_db::DbError;
use sh_http::{App, Context, MenuEntry, Named, Names, Permission, Thing, names_of};
use sh_kernel::{Day, Fen};
use sh_ui::{Crumb, Field, Locale, grouped};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::{
    model::{Book, Kind, Source, Unit},
    read::Standing,
};

/// The trial balance in the menu.
pub(crate) const MENU: MenuEntry = MenuEntry {
    group: "menu-ledger",
    label: "ledger-title",
    href: "/w/ledger",
    permission: Permission::ReadLedger,
    order: 600,
    icon: Some("table"),
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/w/ledger", get(trial::show))
        .route("/w/ledger/accounts", get(accounts::list))
        .route("/w/ledger/accounts/{id}", get(account::show))
        .route("/w/ledger/postings/{number}", get(posting::show))
        .merge(api::routes())
}

/// The book and the days of an address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Span {
    book: Option<i64>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

impl Span {
    fn book(&self) -> Book {
        self.book.map_or(Book::MARKET, Book)
    }

    /// The days; what is no day is left out.
    fn days(&self) -> (Option<Day>, Option<Day>) {
        (self.from.trim().parse().ok(), self.to.trim().parse().ok())
    }

    /// The fields of a filter.
    fn fields(&self, locale: Locale) -> Vec<Markup> {
        let day =
            |name, key: &str, value: &str| Field::date(name, &locale.t(key)).value(value).render(locale);
        vec![day("from", "ledger-from", &self.from), day("to", "ledger-to", &self.to)]
    }

    /// What every link keeps.
    fn hidden(&self) -> Vec<(String, String)> {
        self.book.map(|book| ("book".to_owned(), book.to_string())).into_iter().collect()
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let book = self.book.map(|book| ("book", book.to_string()));
        let days = [("from", self.from.clone()), ("to", self.to.clone())];
        book.into_iter().chain(days.into_iter().filter(|(_, day)| !day.is_empty())).collect()
    }
}

/// An address of this module that stays in the book.
fn link(path: &str, book: Book) -> String {
    if book == Book::MARKET { path.to_owned() } else { format!("{path}?book={book}") }
}

/// The address of the next page. Values are digits, days, codes and cursors, which need no escaping.
fn next(path: &str, pairs: &[(&'static str, String)], cursor: Option<&str>) -> Option<String> {
    let mut query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    query.push(format!("after={}", cursor?));
    Some(format!("{path}?{}", query.join("&")))
}

fn root(locale: Locale, book: Book) -> Crumb {
    Crumb::link(locale.t("ledger-title"), link("/w/ledger", book))
}

fn kind_text(locale: Locale, kind: Kind) -> String {
    locale.t(&format!("ledger-kind-{}", kind.code()))
}

fn unit_text(locale: Locale, unit: Unit) -> String {
    locale.t(&format!("ledger-unit-{}", unit.code()))
}

fn source_text(locale: Locale, source: Source) -> String {
    locale.t(&format!("ledger-source-{}", source.code()))
}

/// An amount without its unit: fen as yuan.
fn amount(unit: Unit, number: i64) -> String {
    if unit == Unit::Fen { Fen(number).to_grouped() } else { grouped(number) }
}

/// A subject that was made from a number is written as that number.
fn subject_text(subject: Uuid) -> String {
    match subject.as_u64_pair() {
        (0, 0) => "--".to_owned(),
        (number, 0) => number.cast_signed().to_string(),
        _ => subject.to_string(),
    }
}

/// The subject of an account as the module that it belongs to knows it.
fn thing(kind: Kind, subject: Uuid) -> Thing {
    let numbered = subject.as_u64_pair().1 == 0;
    let what = match kind {
        Kind::Payable | Kind::Commission | Kind::PaidOut | Kind::Freight => "party",
        Kind::Inbound if numbered => "party",
        Kind::Inbound | Kind::OnHand | Kind::Reserved | Kind::Shipped | Kind::Loss => "lot",
        Kind::Receivable | Kind::Refundable => "order",
        Kind::Allowance => "allowance",
        Kind::ProviderClearing => "provider",
    };
    Thing::new(what, subject_text(subject))
}

/// The names of the subjects of accounts.
async fn subjects(ctx: &Context, app: &App, accounts: Vec<(Kind, Uuid)>) -> Result<Names, DbError> {
    names_of(ctx, app, accounts.into_iter().map(|(kind, subject)| thing(kind, subject)).collect()).await
}

/// A subject by its name, with the way to its page; by its number or identifier, if nobody knows a name.
fn subject_shown(names: &Names, kind: Kind, subject: Uuid) -> Markup {
    html! {
        @match names.get(&thing(kind, subject)) {
            Some(Named { text, href: Some(page) }) => a href=(page) { (text) },
            Some(Named { text, href: None }) => (text),
            None => (subject_text(subject)),
        }
    }
}

/// A link to the statement of an account, and whom it is kept for.
fn account_link(
    locale: Locale,
    book: Book,
    names: &Names,
    (id, kind, subject): (Uuid, Kind, Uuid),
) -> Markup {
    html! {
        a href=(link(&format!("/w/ledger/accounts/{id}"), book)) { (kind_text(locale, kind)) }
        " " span.hint { (subject_shown(names, kind, subject)) }
    }
}

fn posting_link(book: Book, number: impl std::fmt::Display) -> Markup {
    html! { a href=(link(&format!("/w/ledger/postings/{number}"), book)) { (number) } }
}

/// How far statements have come, where that is not the end.
fn behind(locale: Locale, standing: &Standing) -> Option<String> {
    let missing = standing.postings.saturating_sub(standing.entered);
    (missing > 0).then(|| {
        let entered = standing.entered.to_string();
        locale.with("ledger-behind", &[("entered", entered.as_str().into()), ("missing", missing.into())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Subject;

    #[test]
    fn a_subject_is_shown_as_it_was_named() {
        assert_eq!(subject_text(Subject::ONLY.uuid()), "--");
        assert_eq!(subject_text(Subject::number(-42).uuid()), "-42");
        let id = Uuid::from_u128(7);
        assert_eq!(subject_text(id), id.to_string());
    }

    #[test]
    fn the_next_page_keeps_book_and_days() {
        let span = Span { book: Some(2), from: "2020-12-01".to_owned(), to: String::new() };
        let address = next("/w/ledger/accounts", &span.pairs(), Some("abc"));
        assert_eq!(address.as_deref(), Some("/w/ledger/accounts?book=2&from=2020-12-01&after=abc"));
        assert_eq!(next("/w/ledger/accounts", &[], None), None);
    }
}
