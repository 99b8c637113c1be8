//! `/w/ledger/accounts/{id}`: the statement of an account.

use axum::extract::State;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Names, Page, Path, Query};
use sh_ui::{
    Column, Crumb, DataTable, Locale, Pager, QueryForm, Row, data_table, date, empty, facts, pager, panel,
    query_form, work_page,
};
use uuid::Uuid;

use super::{
    Span, account_link, amount, behind, kind_text, link, next, posting_link, root, source_text,
    subject_shown, subjects, unit_text,
};
use crate::{
    model::{AccountId, Book},
    read::{self, Shown, Statement},
};

/// `GET /w/ledger/accounts/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Query(span): Query<Span>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let place = (span.book(), AccountId::from_uuid(id));
    let found = read::statement(&ctx, &app, place, span.days(), &page).await?;
    let others = found.entries.items.iter().map(|entry| (entry.other_kind, entry.other_subject));
    let own = (found.account.kind, found.account.subject);
    let names = subjects(&ctx, &app, others.chain([own]).collect()).await?;
    let title = kind_text(ctx.locale, found.account.kind);
    let list = Crumb::link(ctx.t("ledger-accounts"), link("/w/ledger/accounts", span.book()));
    let frame = ctx.frame(title.clone()).crumbs([root(ctx.locale, span.book()), list, Crumb::here(title)]);
    Ok(Html(work_page(&frame, &view(ctx.locale, &span, &found, &names))))
}

fn view(locale: Locale, span: &Span, found: &Statement, names: &Names) -> Markup {
    let (book, account) = (span.book(), &found.account);
    let path = format!("/w/ledger/accounts/{}", account.id);
    let form = QueryForm {
        action: path.clone(),
        fields: span.fields(locale),
        hidden: span.hidden(),
        ..QueryForm::default()
    };
    let pages = Pager {
        next: next(&path, &span.pairs(), found.entries.next.as_deref()),
        shown: found.entries.items.len(),
        ..Pager::default()
    };
    html! {
        (panel(&locale.t("ledger-account"), None, &account_facts(locale, book, account, names)))
        (query_form(locale, &form))
        @if let Some(text) = behind(locale, &found.standing) { p.hint { (text) } }
        (table(locale, book, found, names))
        (pager(locale, &pages))
    }
}

fn account_facts(locale: Locale, book: Book, account: &Shown, names: &Names) -> Markup {
    let unit = unit_text(locale, account.unit);
    let floor = account.floor.map_or_else(
        || locale.t("ledger-no-floor"),
        |floor| format!("{} {unit}", amount(account.unit, floor)),
    );
    facts(&[
        (locale.t("ledger-balance"), html! { strong { (amount(account.unit, account.balance)) " " (unit) } }),
        (locale.t("ledger-floor"), html! { (floor) }),
        (locale.t("ledger-subject"), subject_shown(names, account.kind, account.subject)),
        (locale.t("ledger-book"), html! { (book) }),
    ])
}

fn table(locale: Locale, book: Book, found: &Statement, names: &Names) -> Markup {
    let unit = found.account.unit;
    let rows = found.entries.items.iter().map(|entry| {
        let (received, given) =
            if entry.amount >= 0 { (Some(entry.amount), None) } else { (None, Some(entry.amount)) };
        Row {
            cells: vec![
                Some(posting_link(book, entry.posting)),
                Some(html! { (entry.at.to_minute()) }),
                Some(date(entry.day)),
                Some(html! { (source_text(locale, entry.source)) }),
                Some(account_link(locale, book, names, (entry.other, entry.other_kind, entry.other_subject))),
                given.map(|given| html! { (amount(unit, given.saturating_neg())) }),
                received.map(|received| html! { (amount(unit, received)) }),
                Some(html! { (amount(unit, entry.balance)) }),
            ],
            ..Row::default()
        }
    });
    let name = unit_text(locale, unit);
    let number = |key: &str| Column::amount(locale.t(key), name.clone());
    let table = DataTable {
        caption: locale.t("ledger-statement"),
        caption_shown: true,
        columns: vec![
            Column::text(locale.t("ledger-posting")),
            Column::text(locale.t("ledger-at")),
            Column::text(locale.t("ledger-day")),
            Column::text(locale.t("ledger-source")),
            Column::text(locale.t("ledger-other")),
            number("ledger-debit"),
            number("ledger-credit"),
            number("ledger-balance"),
        ],
        rows: rows.collect(),
        empty: Some(empty(&locale.t("ledger-no-entries"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}
