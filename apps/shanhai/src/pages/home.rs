//! `/w`: what waits for the person who has signed in, oldest first, and who has reported for the month.

use axum::{extract::State, routing::get};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, MenuEntry, Module, Permission, Query, Visible};
use sh_jobs::{Job, JobState};
use sh_kernel::{Day, Instant, Month};
use sh_regions::Regions;
use sh_statistics::{releases::Release, service::releases};
use sh_trade::{
    facts::reporting::{ReportState, SourceReport},
    import::batch::{BatchState, Source},
    model::SourceKind,
    pages::source_name,
    service::{
        imports::BatchItem,
        todo::{self, Queue, Reporting, Undecided},
    },
};
use sh_ui::{
    BoardItem, Locale, TaskItem, Tone, banner, board, button_link, empty, grouped, month_range, panel,
    task_list, work_page,
};
use utoipa_axum::router::OpenApiRouter;

/// Days after which something that waits stands out.
const LATE_DAYS: i32 = 7;
/// Jobs looked through for such that failed.
const JOBS_LOOKED_AT: usize = 200;
/// Sources of one kind that are named; the others are counted.
const SOURCES_NAMED: usize = 40;

/// The first page of the workbench.
pub(crate) fn module() -> Module {
    Module::new("home").routes(OpenApiRouter::new().route("/w", get(page))).menu(MenuEntry {
        group: "menu-home",
        label: "home-title",
        href: "/w",
        permission: Permission::ReadSources,
        order: 100,
        icon: Some("home"),
    })
}

/// The month whose returns are shown, as the address carries it.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// `yyyymm`; the month that is due without it.
    month: Option<i64>,
}

/// What the page is drawn from.
struct View {
    imports: Undecided,
    queue: Option<Queue>,
    proposals: Vec<Release>,
    reporting: Reporting,
    /// Returns of the actor's own that are due and not here.
    due: Vec<Source>,
    failed: Vec<Job>,
}

/// `GET /w`
async fn page(ctx: Context, State(app): State<App>, Query(asked): Query<Asked>) -> Result<Html, Failure> {
    let asked = asked.month.and_then(|number| Month::from_yyyymm(number).ok());
    let view = load(&ctx, &app, asked).await?;
    let todos = todos(&ctx, &view);
    let mut frame = ctx.frame(ctx.t("home-title"));
    if let Some(next) = todos.first() {
        frame = frame.action(button_link(&ctx.t("home-next"), &next.href, None));
    }
    Ok(Html(work_page(&frame, &content(&ctx, &view, &todos))))
}

async fn load(ctx: &Context, app: &App, asked: Option<Month>) -> Result<View, Failure> {
    let reporting = todo::reporting(ctx, app, asked).await?;
    let mut failed = sh_jobs::recent(ctx, app, None, None, JOBS_LOOKED_AT).await?;
    failed.retain(|job| job.state == JobState::Failed);
    Ok(View {
        imports: todo::imports(ctx, app).await?,
        queue: todo::matches(ctx, app).await?,
        proposals: releases::waiting(ctx, app).await?,
        due: due(ctx, &reporting),
        reporting,
        failed,
    })
}

/// The monthly returns that somebody who reports for one place still owes. Whoever reports for all sees the board.
fn due(ctx: &Context, reporting: &Reporting) -> Vec<Source> {
    let Visible::Only { regions, organisations } = ctx.visible(Permission::ImportClaims) else {
        return Vec::new();
    };
    let own = Visible::Only { regions, organisations };
    let missing = reporting.reports.iter().filter(|report| {
        report.state == ReportState::Missing
            && report.source.kind == SourceKind::CityReturn
            && own.shows(report.source.region, report.source.organisation.as_deref())
            && reporting.month == reporting.current
    });
    missing.map(|report| report.source.clone()).collect()
}

/// Something to do, and since when it waits.
struct Todo {
    since: Day,
    label: String,
    hint: String,
    href: String,
}

/// Everything that waits, oldest first.
fn todos(ctx: &Context, view: &View) -> Vec<Todo> {
    let locale = ctx.locale;
    let mut todos: Vec<Todo> = view.imports.items.iter().map(|item| import(locale, item)).collect();
    todos.extend(view.queue.as_ref().map(|queue| matches(locale, queue)));
    todos.extend(view.proposals.iter().map(|release| proposal(locale, release)));
    let month = month_text(locale, view.reporting.month);
    todos.extend(view.due.iter().map(|source| Todo {
        since: view.reporting.month.next().first_day(),
        label: locale.with("home-report", &[("month", month.as_str().into())]),
        hint: source_name(locale, &source.code, &source.name),
        href: format!("/w/imports/new?source={}", source.code),
    }));
    todos.sort_by_key(|todo| todo.since);
    todos
}

fn import(locale: Locale, item: &BatchItem) -> Todo {
    let batch = &item.batch;
    let file = [("file", batch.file_name.as_str().into())];
    let rows = |key: &str, count: u64| locale.with(key, &[("count", count.into())]);
    let (label, hint) = match batch.state {
        BatchState::Failed => (locale.with("home-import-failed", &file), locale.t("home-import-failed-hint")),
        BatchState::Stopped => {
            (locale.with("home-import-stopped", &file), rows("home-import-posted", batch.rows_posted))
        }
        _ if batch.rows_bad > 0 => {
            (locale.with("home-import-mend", &file), rows("home-import-bad", batch.rows_bad))
        }
        _ => (locale.with("home-import-confirm", &file), rows("home-import-good", batch.rows_good)),
    };
    Todo {
        since: batch.created_at.day(),
        label,
        hint: format!("{} · {hint}", source_name(locale, &batch.source, &item.source_name)),
        href: format!("/w/imports/{}", batch.id),
    }
}

fn matches(locale: Locale, queue: &Queue) -> Todo {
    Todo {
        since: queue.since.day(),
        label: locale.with("home-matches", &[("count", queue.sum.count.into())]),
        hint: locale.with("home-matches-hint", &[("yuan", queue.sum.amount.to_grouped().into())]),
        href: format!("/w/matches/{}", queue.first),
    }
}

fn proposal(locale: Locale, release: &Release) -> Todo {
    Todo {
        since: release.proposed_at.day(),
        label: locale.with("home-release", &[("name", release.name.as_str().into())]),
        hint: locale.with("home-release-hint", &[("by", release.proposed_by.as_str().into())]),
        href: format!("/w/releases/{}", release.id),
    }
}

fn content(ctx: &Context, view: &View, todos: &[Todo]) -> Markup {
    let locale = ctx.locale;
    let count = html! { (locale.with("home-count", &[("count", todos.len().into())])) };
    html! {
        (alerts(locale, view))
        div.home {
            @if todos.is_empty() {
                (empty(&locale.t("home-nothing"), Some(&button_link(&locale.t("home-see-imports"), "/w/imports", None))))
            } @else {
                (panel(&locale.t("home-todos"), Some(&count), &list(ctx, view, todos)))
            }
            (panel(&locale.t("home-reporting"), Some(&months(locale, &view.reporting)), &reporting(ctx, &view.reporting)))
        }
    }
}

fn list(ctx: &Context, view: &View, todos: &[Todo]) -> Markup {
    let items: Vec<TaskItem> = todos.iter().map(|todo| item(ctx.locale, ctx.today(), todo)).collect();
    html! {
        (task_list(&items))
        @if view.imports.more { p { a href="/w/imports" { (ctx.t("home-more-imports")) } } }
    }
}

fn item(locale: Locale, today: Day, todo: &Todo) -> TaskItem {
    let days = today.days_since(todo.since).max(0);
    let state = if days == 0 {
        locale.t("home-today")
    } else {
        locale.with("home-days", &[("days", i64::from(days).into())])
    };
    TaskItem {
        label: todo.label.clone(),
        href: todo.href.clone(),
        hint: Some(todo.hint.clone()),
        state,
        tone: if days > LATE_DAYS { Tone::Notice } else { Tone::Plain },
    }
}

/// What went wrong by itself.
fn alerts(locale: Locale, view: &View) -> Markup {
    let latest = view.failed.first();
    html! {
        @if let Some(job) = latest {
            @let heading = locale.with("home-jobs-failed", &[("count", view.failed.len().into())]);
            (banner(Tone::Bad, &heading, &html! {
                p {
                    (locale.with("home-jobs-latest", &[("subject", job.subject.as_str().into()),
                        ("time", job.finished_at.map(Instant::to_minute).unwrap_or_default().into())]))
                    " "
                    a href="/w/jobs?state=failed" { (locale.t("home-jobs-see")) }
                }
            }))
        }
    }
}

/// The month shown, and the ways to the months beside it.
fn months(locale: Locale, reporting: &Reporting) -> Markup {
    let way = |month: Month, key: &str| {
        html! { a href={ "/w?month=" (month.yyyymm()) } title=(month_text(locale, month)) { (locale.t(key)) } }
    };
    html! {
        (way(reporting.month.previous(), "home-month-before")) " "
        b { (month_text(locale, reporting.month)) }
        @if reporting.month < reporting.current { " " (way(reporting.month.next(), "home-month-after")) }
    }
}

fn month_text(locale: Locale, month: Month) -> String {
    month_range(locale, month, month)
}

/// Cities first, because they report by the month; the other sources as they come.
fn reporting(ctx: &Context, reporting: &Reporting) -> Markup {
    let is_city = |report: &&SourceReport| report.source.kind == SourceKind::CityReturn;
    let cities: Vec<&SourceReport> = reporting.reports.iter().filter(is_city).collect();
    let others: Vec<&SourceReport> = reporting.reports.iter().filter(|report| !is_city(report)).collect();
    html! {
        @if cities.is_empty() && others.is_empty() { p.hint { (ctx.t("home-no-sources")) } }
        (group(ctx, reporting.month, "home-cities", &cities))
        (group(ctx, reporting.month, "home-others", &others))
    }
}

fn group(ctx: &Context, month: Month, key: &str, reports: &[&SourceReport]) -> Markup {
    if reports.is_empty() {
        return html! {};
    }
    let locale = ctx.locale;
    let count =
        |state| i64::try_from(reports.iter().filter(|report| report.state == state).count()).unwrap_or(0);
    let counts = [
        ("posted", count(ReportState::Posted).into()),
        ("underway", count(ReportState::Underway).into()),
        ("missing", count(ReportState::Missing).into()),
    ];
    // What is missing comes first: it is what somebody has to ask for.
    let mut sorted = reports.to_vec();
    sorted.sort_by_key(|report| report.state);
    let items: Vec<BoardItem> =
        sorted.iter().take(SOURCES_NAMED).map(|report| board_item(locale, month, report)).collect();
    let others = sorted.len().saturating_sub(SOURCES_NAMED);
    html! {
        h3 { (locale.t(key)) }
        p.hint { (locale.with("home-counts", &counts)) }
        (board(&items))
        @if others > 0 {
            p.hint { (locale.with("home-more-sources", &[("count", grouped(i64::try_from(others).unwrap_or(0)).into())])) }
        }
    }
}

fn board_item(locale: Locale, month: Month, report: &SourceReport) -> BoardItem {
    let (tone, key) = match report.state {
        ReportState::Posted => (Tone::Good, "home-state-posted"),
        ReportState::Underway => (Tone::Info, "home-state-underway"),
        ReportState::Missing if report.source.kind == SourceKind::CityReturn => {
            (Tone::Notice, "home-state-missing")
        }
        ReportState::Missing => (Tone::Plain, "home-state-none"),
    };
    BoardItem {
        label: name(locale, month, &report.source),
        state: locale.t(key),
        tone,
        href: format!("/w/imports?source={}", report.source.code),
    }
}

/// A city by its name, any other source by its own.
fn name(locale: Locale, month: Month, source: &Source) -> String {
    let Some(city) = source.region.filter(|_| source.kind == SourceKind::CityReturn) else {
        return source_name(locale, &source.code, &source.name);
    };
    let regions = Regions::get();
    match (locale, regions.english(city)) {
        (Locale::En, Some(name)) => name.to_owned(),
        _ => regions.name(city, month.last_day()).to_owned(),
    }
}
