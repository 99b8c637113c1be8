//! `/w/audit`: the log of changes, as a page, as CSV, as JSON.

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Json, Listing, Named, Names, Page, Permission, Query, Scope};
use sh_kernel::Day;
use sh_ui::{
    Column, DataTable, Field, Pager, QueryForm, Row, button_link, data_table, empty, pager, query_form,
    toolbar, work_page,
};
use utoipa::IntoParams;

use crate::audit::{self, AuditEntry, Difference, Filter};

/// Rows that the CSV export reads at a time.
const EXPORT_ROWS: u32 = 200;

/// Which changes are asked for; an empty field asks for all.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Login of a person, or the name of a part of the program.
    #[serde(default)]
    actor: String,
    /// Code of the action.
    #[serde(default)]
    action: String,
    /// Code of the kind of thing.
    #[serde(default)]
    kind: String,
    /// The thing.
    #[serde(default)]
    object: String,
    /// A day in Shanghai, `yyyy-mm-dd`.
    #[serde(default)]
    day: String,
}

impl Search {
    fn filter(&self) -> Filter {
        let given = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Filter {
            actor: given(&self.actor),
            action: given(&self.action),
            kind: given(&self.kind),
            object: given(&self.object),
            day: self.day.trim().parse::<Day>().ok(),
        }
    }

    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("actor", &self.actor),
            ("action", &self.action),
            ("kind", &self.kind),
            ("object", &self.object),
            ("day", &self.day),
        ]
    }
}

/// `GET /w/audit`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(search): Query<Search>,
    Query(page): Query<Page>,
) -> Result<Html, Failure> {
    let found = audit::list(&ctx, &app, &search.filter(), &page).await?;
    let names = audit::names(&ctx, &app, &found.items).await?;
    Ok(Html(view(&ctx, &search, &found, &names)))
}

/// Changes, newest first.
#[utoipa::path(
    get, path = "/api/v1/audit", params(Search, Page),
    responses((status = 200, body = Listing<AuditEntry>), (status = "4XX", body = sh_http::ProblemBody))
)]
pub(crate) async fn api_list(
    ctx: Context,
    State(app): State<App>,
    Query(search): Query<Search>,
    Query(page): Query<Page>,
) -> Result<Json<Listing<AuditEntry>>, Failure> {
    Ok(Json(audit::list(&ctx, &app, &search.filter(), &page).await?))
}

/// `GET /w/audit.csv`: all changes that the filter finds, sent as they are read.
pub(crate) async fn csv(
    ctx: Context,
    State(app): State<App>,
    Query(search): Query<Search>,
) -> Result<Response, Failure> {
    ctx.require(Permission::ReadAudit, Scope::Everywhere)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, csv_body(ctx, app, search.filter())).into_response())
}

/// All changes of a filter, read in pages while they are sent, so that memory does not grow with the log.
fn csv_body(ctx: Context, app: App, filter: Filter) -> Body {
    let columns = [
        "audit-at",
        "audit-actor",
        "audit-key",
        "audit-action",
        "audit-object",
        "audit-object-id",
        "audit-object-name",
        "audit-changes",
        "audit-reason",
        "audit-trace",
    ];
    let head: Vec<String> = columns.iter().map(|key| ctx.t(key)).collect();
    // The mark tells spreadsheets that the file is UTF-8.
    let first = format!("\u{feff}{}", csv_row(&head));
    let page = |after| Page { after, size: Some(EXPORT_ROWS) };
    let start = (Some(page(None)), Some(first));
    Body::from_stream(stream::try_unfold(start, move |(next, head)| {
        let (ctx, app, filter) = (ctx.clone(), app.clone(), filter.clone());
        async move {
            if let Some(head) = head {
                return Ok(Some((head, (next, None))));
            }
            let Some(now) = next else { return Ok(None) };
            let found = audit::list(&ctx, &app, &filter, &now)
                .await
                .map_err(|failure| std::io::Error::other(failure.code().to_owned()))?;
            let names = audit::names(&ctx, &app, &found.items).await.map_err(std::io::Error::other)?;
            let text: String =
                found.items.iter().map(|entry| csv_row(&csv_cells(&ctx, entry, &names))).collect();
            Ok::<_, std::io::Error>(Some((text, (found.next.map(|after| page(Some(after))), None))))
        }
    }))
}

fn csv_cells(ctx: &Context, entry: &AuditEntry, names: &Names) -> Vec<String> {
    let changes: Vec<String> = entry.differences().iter().map(difference_text).collect();
    vec![
        entry.at.to_string(),
        actor(ctx, entry),
        entry.key.clone().unwrap_or_default(),
        named(ctx, "action", &entry.action),
        named(ctx, "object", &entry.object_kind),
        entry.object_id.clone(),
        names.get(&entry.thing()).map(|name| name.text.clone()).unwrap_or_default(),
        changes.join("; "),
        entry.reason.clone().unwrap_or_default(),
        entry.trace.clone(),
    ]
}

/// One line of CSV. A text that a spreadsheet would run as a formula gets an apostrophe.
fn csv_row(cells: &[String]) -> String {
    let mut line = String::new();
    for (index, cell) in cells.iter().enumerate() {
        let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        line.push_str(if index > 0 { ",\"" } else { "\"" });
        line.push_str(if risky { "'" } else { "" });
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    }
    line.push_str("\r\n");
    line
}

/// The text of a code; the code itself if a module has none for it.
fn named(ctx: &Context, family: &str, code: &str) -> String {
    let key = format!("audit-{family}-{code}");
    if ctx.locale.has(&key) { ctx.t(&key) } else { code.to_owned() }
}

/// Who did it; a part of the program in words.
fn actor(ctx: &Context, entry: &AuditEntry) -> String {
    let part = entry.actor.strip_prefix("system:").map(|part| format!("audit-by-{part}"));
    part.filter(|key| ctx.locale.has(key)).map_or_else(|| entry.actor_name.clone(), |key| ctx.t(&key))
}

fn difference_text(difference: &Difference) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "--".to_owned());
    let values = format!("{} → {}", shown(&difference.before), shown(&difference.after));
    if difference.field.is_empty() { values } else { format!("{}: {values}", difference.field) }
}

/// The address of the next page, which keeps the filter.
pub(super) fn next_link(path: &str, pairs: &[(&str, &str)], next: Option<&str>) -> Option<String> {
    let next = next?;
    let kept = pairs.iter().filter(|(_, value)| !value.is_empty());
    let all = kept.copied().chain([("after", next)]);
    let query: Vec<String> = all.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    Some(format!("{path}?{}", query.join("&")))
}

fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn view(ctx: &Context, search: &Search, found: &Listing<AuditEntry>, names: &Names) -> Markup {
    let frame = ctx.frame(ctx.t("audit-title"));
    let text = |name, key: &str, value: &str| Field::text(name, &ctx.t(key)).value(value).render(ctx.locale);
    let query = QueryForm {
        action: "/w/audit".to_owned(),
        fields: vec![
            text("actor", "audit-actor", &search.actor),
            text("action", "audit-action", &search.action),
            Field::date("day", &ctx.t("audit-day")).value(&search.day).render(ctx.locale),
        ],
        more: vec![
            text("kind", "audit-object", &search.kind),
            text("object", "audit-object-id", &search.object),
        ],
        expanded: !(search.kind.is_empty() && search.object.is_empty()),
        hidden: Vec::new(),
    };
    let kept: Vec<String> = search
        .pairs()
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let export =
        button_link(&ctx.t("audit-export"), &format!("/w/audit.csv?{}", kept.join("&")), Some("download"));
    let pages = Pager {
        next: next_link("/w/audit", &search.pairs(), found.next.as_deref()),
        shown: found.items.len(),
        ..Pager::default()
    };
    work_page(
        &frame,
        &html! {
            (query_form(ctx.locale, &query))
            (toolbar(None, &[export]))
            (entries_table(ctx, &found.items, names))
            (pager(ctx.locale, &pages))
        },
    )
}

/// Changes as a table, for this page and for the page of the thing that was changed.
pub(super) fn entries_table(ctx: &Context, entries: &[AuditEntry], names: &Names) -> Markup {
    let columns = [
        "audit-at",
        "audit-actor",
        "audit-action",
        "audit-object",
        "audit-changes",
        "audit-reason",
        "audit-trace",
    ];
    let table = DataTable {
        caption: ctx.t("audit-title"),
        columns: columns
            .iter()
            .map(|key| if *key == "audit-at" { Column::day(ctx.t(key)) } else { Column::text(ctx.t(key)) })
            .collect(),
        rows: entries.iter().map(|entry| row(ctx, entry, names)).collect(),
        empty: Some(empty(&ctx.t("audit-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}

/// What was changed: its name, which leads to its page, and the way to everything that was done to it.
fn object(ctx: &Context, entry: &AuditEntry, names: &Names) -> Markup {
    let pairs = [("kind", entry.object_kind.as_str()), ("object", entry.object_id.as_str())];
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let history = format!("/w/audit?{}", query.join("&"));
    let kind = named(ctx, "object", &entry.object_kind);
    html! {
        @match names.get(&entry.thing()) {
            Some(Named { text, href: Some(page) }) => {
                (kind) " " a href=(page) { (text) } " " span.hint { a href=(history) { (ctx.t("audit-all-changes")) } }
            }
            Some(Named { text, href: None }) => { a href=(history) { (kind) " " (text) } }
            None => { a href=(history) { (kind) " " (entry.object_id) } }
        }
    }
}

fn row(ctx: &Context, entry: &AuditEntry, names: &Names) -> Row {
    let differences = entry.differences();
    Row {
        cells: vec![
            Some(html! { (entry.at.to_minute()) }),
            Some(html! {
                (actor(ctx, entry))
                @if let Some(key) = &entry.key { div.hint { (ctx.t("audit-key")) " " (key) } }
            }),
            Some(html! { (named(ctx, "action", &entry.action)) }),
            Some(object(ctx, entry, names)),
            (!differences.is_empty()).then(|| {
                html! {
                    @for difference in &differences { div { (difference_text(difference)) } }
                }
            }),
            entry.reason.as_ref().map(|reason| html! { (reason) }),
            Some(html! { (entry.trace) }),
        ],
        ..Row::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_run_as_a_formula() {
        let row = csv_row(&["=1+1".to_owned(), "a \"b\", c".to_owned(), String::new()]);
        assert_eq!(row, "\"'=1+1\",\"a \"\"b\"\", c\",\"\"\r\n");
    }

    #[test]
    fn the_next_page_keeps_the_filter() {
        let link = next_link("/w/audit", &[("actor", "李 四"), ("kind", "")], Some("abc"));
        assert_eq!(link.as_deref(), Some("/w/audit?actor=%E6%9D%8E%20%E5%9B%9B&after=abc"));
        assert_eq!(next_link("/w/audit", &[], None), None);
    }
}
