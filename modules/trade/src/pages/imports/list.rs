//! `GET /w/imports`

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Listing, Page, Permission, Query};
use sh_kernel::Day;
use sh_ui::{
    Choice, Column, DataTable, Field, Locale, Pager, QueryForm, Row, button_link, data_table, empty, money,
    pager, query_form, status_tag, work_page,
};

use super::{shown, state_text, state_tone};
use crate::{
    import::batch::{BatchState, Source},
    pages::source_name,
    service::{
        imports::{self, BatchFilter, BatchItem},
        sources,
    },
};

/// The filter and the place in the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    source: String,
    state: String,
    by: String,
    day: String,
    after: Option<String>,
}

impl ListQuery {
    fn filter(&self, ctx: &Context) -> BatchFilter {
        BatchFilter {
            source: Some(self.source.clone()).filter(|code| !code.is_empty()),
            state: BatchState::from_word(&self.state),
            by: (self.by == "me").then(|| ctx.actor.label().to_owned()),
            day: self.day.parse::<Day>().ok(),
        }
    }

    fn is_empty(&self) -> bool {
        self.source.is_empty() && self.state.is_empty() && self.by.is_empty() && self.day.is_empty()
    }

    fn page(&self) -> Page {
        Page { after: self.after.clone(), size: None }
    }

    /// The address of another page of the same list.
    fn link(&self, after: &str) -> String {
        // All of these come from fixed lists or are checked before they are used; others are left out.
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let fields = [("source", &self.source), ("state", &self.state), ("by", &self.by), ("day", &self.day)];
        let kept = fields.iter().filter(|(_, value)| !value.is_empty() && plain(value));
        let kept: Vec<String> =
            kept.map(|(name, value)| format!("{name}={value}")).chain([format!("after={after}")]).collect();
        format!("/w/imports?{}", kept.join("&"))
    }
}

/// `GET /w/imports`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let found = imports::list(&ctx, &app, &query.filter(&ctx), &query.page()).await?;
    let sources = sources::list(&ctx, &app).await?;
    let mut frame = ctx.frame(ctx.t("imports-title"));
    if ctx.actor.allows_somewhere(Permission::ImportClaims) {
        frame = frame.action(button_link(&ctx.t("imports-new"), "/w/imports/new", Some("upload")));
    }
    Ok(Html(work_page(&frame, &content(ctx.locale, &query, &sources, &found))))
}

fn content(locale: Locale, query: &ListQuery, sources: &[Source], found: &Listing<BatchItem>) -> Markup {
    let none = if query.is_empty() { "imports-none" } else { "imports-none-found" };
    let table = DataTable {
        caption: locale.t("imports-title"),
        columns: vec![
            Column::text(locale.t("imports-file")),
            Column::text(locale.t("imports-source")),
            Column::text(locale.t("imports-state")),
            Column::number(locale.t("imports-rows")),
            Column::number(locale.t("imports-amount")),
            Column::day(locale.t("imports-days")),
            Column::text(locale.t("imports-by")),
            Column::day(locale.t("imports-at")),
        ],
        rows: found.items.iter().map(|item| row(locale, item)).collect(),
        empty: Some(empty(&locale.t(none), None)),
        ..DataTable::default()
    };
    let ways = Pager {
        previous: query.after.as_ref().map(|_| query.link("")),
        next: found.next.as_deref().map(|after| query.link(after)),
        total: None,
        shown: found.items.len(),
    };
    html! {
        (query_form(locale, &form(locale, query, sources)))
        (data_table(locale, &table))
        @if !found.items.is_empty() { (pager(locale, &ways)) }
    }
}

fn form(locale: Locale, query: &ListQuery, sources: &[Source]) -> QueryForm {
    let all = |key: &str| std::iter::once(Choice::new("", locale.t(key)));
    let sources = sources
        .iter()
        .map(|source| Choice::new(source.code.clone(), source_name(locale, &source.code, &source.name)));
    let states = BatchState::ALL.iter().map(|state| Choice::new(state.word(), state_text(locale, *state)));
    let by = [Choice::new("", locale.t("imports-anyone")), Choice::new("me", locale.t("imports-mine"))];
    let select = |name: &str, label: &str, choices: Vec<Choice>, value: &str| {
        Field::select(name, &locale.t(label), choices).value(value).render(locale)
    };
    QueryForm {
        action: "/w/imports".to_owned(),
        fields: vec![
            select(
                "source",
                "imports-source",
                all("imports-all-sources").chain(sources).collect(),
                &query.source,
            ),
            select("state", "imports-state", all("imports-all-states").chain(states).collect(), &query.state),
            select("by", "imports-by", by.to_vec(), &query.by),
        ],
        more: vec![Field::date("day", &locale.t("imports-day")).value(query.day.clone()).render(locale)],
        expanded: !query.day.is_empty(),
        ..QueryForm::default()
    }
}

fn row(locale: Locale, item: &BatchItem) -> Row {
    let batch = &item.batch;
    let days = batch.days.map(|(first, last)| {
        html! { (first) @if first != last { "～" (last) } }
    });
    let checked = batch.summary.is_some();
    Row {
        cells: vec![
            Some(html! { a href=(format!("/w/imports/{}", batch.id)) { (batch.file_name) } }),
            Some(html! { (source_name(locale, &batch.source, &item.source_name)) }),
            Some(status_tag(state_tone(batch.state), &state_text(locale, batch.state))),
            checked.then(|| html! { (shown(batch.rows_good)) }),
            checked.then(|| money(locale, batch.amount_good)),
            days,
            Some(html! { (batch.created_by) }),
            Some(html! { (batch.created_at.to_minute()) }),
        ],
        ..Row::default()
    }
}
