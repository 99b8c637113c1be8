//! `/w/jobs`: the list of jobs, one job with its progress, stop and repeat.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Html, Path, Query, Redirect};
use sh_kernel::{Id, Instant};
use sh_ui::{
    Arg, Choice, Column, Crumb, DataTable, Field, Locale, QueryForm, Row, Tone, button, button_secondary,
    data_table, empty, facts, panel, progress, query_form, status_tag, work_page,
};

use crate::{Job, JobState, queue};

/// Jobs on the list.
const LIST_ROWS: usize = 100;

/// The filter of the list.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ListQuery {
    /// Word of a state; empty for all.
    state: Option<String>,
}

impl ListQuery {
    fn state(&self) -> Option<JobState> {
        JobState::ALL.iter().copied().find(|state| Some(state.word()) == self.state.as_deref())
    }
}

/// `GET /w/jobs`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let jobs = queue::recent(&ctx, &app, query.state(), None, LIST_ROWS).await?;
    let content = list_content(ctx.locale, query.state(), &jobs);
    let frame = ctx.frame(ctx.t("jobs-title"));
    Ok(Html(work_page(&frame, &content)))
}

fn list_content(locale: Locale, state: Option<JobState>, jobs: &[Job]) -> Markup {
    let choices = std::iter::once(Choice::new("", locale.t("jobs-all-states")))
        .chain(JobState::ALL.iter().map(|state| Choice::new(state.word(), state_text(locale, *state))))
        .collect();
    let field = Field::select("state", &locale.t("jobs-state"), choices)
        .value(state.map_or("", JobState::word))
        .render(locale);
    let filter = QueryForm { action: "/w/jobs".to_owned(), fields: vec![field], ..QueryForm::default() };
    let rows = jobs.iter().map(|job| {
        Row::new([
            html! { a href=(format!("/w/jobs/{}", job.id)) { (kind_text(locale, &job.kind)) } },
            html! { (job.subject) },
            html! { (status_tag(tone(job.state), &state_text(locale, job.state))) },
            html! { (share_text(locale, job)) },
            html! { (job.actor_label) },
            html! { (job.created_at.to_minute()) },
        ])
    });
    let table = DataTable {
        caption: locale.t("jobs-title"),
        columns: vec![
            Column::text(locale.t("jobs-kind")),
            Column::text(locale.t("jobs-subject")),
            Column::text(locale.t("jobs-state")),
            Column::number(locale.t("jobs-done")),
            Column::text(locale.t("jobs-by")),
            Column::day(locale.t("jobs-created")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&locale.t("jobs-none"), None)),
        ..DataTable::default()
    };
    html! { (query_form(locale, &filter)) (data_table(locale, &table)) }
}

/// `GET /w/jobs/{id}`: the page, or only its progress for htmx.
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Job>>,
) -> Result<Html, Failure> {
    let job = queue::find(&ctx, &app, id).await?;
    let fragment = progress_fragment(ctx.locale, &job, ctx.now(), &format!("/w/jobs/{id}"));
    if ctx.htmx {
        return Ok(Html(fragment));
    }
    let title = kind_text(ctx.locale, &job.kind);
    let frame =
        ctx.frame(title.clone()).crumbs([Crumb::link(ctx.t("jobs-title"), "/w/jobs"), Crumb::here(title)]);
    Ok(Html(work_page(&frame, &show_content(ctx.locale, &job, &fragment))))
}

fn show_content(locale: Locale, job: &Job, fragment: &Markup) -> Markup {
    let time = |at: Option<Instant>| html! { (at.map_or_else(|| "--".to_owned(), Instant::to_minute)) };
    let rows = [
        (locale.t("jobs-subject"), html! { (job.subject) }),
        (locale.t("jobs-state"), status_tag(tone(job.state), &state_text(locale, job.state))),
        (locale.t("jobs-by"), html! { (job.actor_label) }),
        (locale.t("jobs-attempts"), html! { (job.attempts) }),
        (locale.t("jobs-created"), time(Some(job.created_at))),
        (locale.t("jobs-started"), time(job.started_at)),
        (locale.t("jobs-finished"), time(job.finished_at)),
    ];
    html! {
        (panel(&locale.t("jobs-progress"), None, fragment))
        (panel(&locale.t("jobs-facts"), None, &facts(&rows)))
        @if !job.state.is_finished() {
            form method="post" action=(format!("/w/jobs/{}/cancel", job.id)) {
                (button_secondary(&locale.t("jobs-cancel"), "action", "cancel"))
            }
        } @else if job.state == JobState::Failed {
            form method="post" action=(format!("/w/jobs/{}/retry", job.id)) { (button(&locale.t("jobs-retry"))) }
        }
    }
}

/// The progress of a job as a fragment that fetches itself again from `poll` until the job has ended. Then it tells how
/// it ended and where the result is.
pub fn progress_fragment(locale: Locale, job: &Job, now: Instant, poll: &str) -> Markup {
    let finished = job.state.is_finished();
    let label = match job.state {
        JobState::Running => {
            job.stage.as_deref().map_or_else(|| state_text(locale, job.state), |key| locale.t(key))
        }
        state => state_text(locale, state),
    };
    let action = html! {
        @if let Some(text) = problem_text(locale, job) {
            @if job.state == JobState::Failed { p.error { (text) } } @else { p.hint { (text) } }
        }
        @if finished && let Some(href) = &job.href { a href=(href) { (locale.t("jobs-see-result")) } }
    };
    let shown = sh_ui::Progress {
        label,
        done: job.done,
        total: job.total,
        note: remaining(locale, job, now),
        poll: (!finished).then(|| poll.to_owned()),
        action: Some(action),
    };
    progress(locale, &shown)
}

/// “about 20 seconds left”, once enough is done to tell.
fn remaining(locale: Locale, job: &Job, now: Instant) -> Option<String> {
    let began = job.stage_at.filter(|_| job.state == JobState::Running)?;
    let elapsed = u64::try_from(now.micros().saturating_sub(began.micros()) / 1_000_000).ok()?;
    if elapsed < 2 || job.done == 0 || job.total <= job.done {
        return None;
    }
    let seconds = elapsed.saturating_mul(job.total - job.done) / job.done;
    Some(if seconds < 90 {
        locale.with("jobs-seconds-left", &[("seconds", seconds.max(1).into())])
    } else {
        locale.with("jobs-minutes-left", &[("minutes", seconds.div_ceil(60).into())])
    })
}

/// What went wrong last, for people.
fn problem_text(locale: Locale, job: &Job) -> Option<String> {
    let code = job.problem.as_deref().filter(|_| job.state != JobState::Done)?;
    let key = format!("problem-{code}");
    let args: Vec<(&str, Arg<'_>)> =
        job.problem_args.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    let reason = if locale.has(&key) { locale.with(&key, &args) } else { locale.t("problem-internal") };
    if job.state == JobState::Failed {
        return Some(reason);
    }
    Some(locale.with("jobs-will-retry", &[("reason", reason.into())]))
}

fn share_text(locale: Locale, job: &Job) -> String {
    match (job.total, job.done) {
        (0, 0) => "--".to_owned(),
        (0, done) => sh_ui::grouped(i64::try_from(done).unwrap_or(i64::MAX)),
        (total, done) => locale.with("progress-count", &[("done", done.into()), ("total", total.into())]),
    }
}

fn kind_text(locale: Locale, kind: &str) -> String {
    let key = format!("job-kind-{kind}");
    if locale.has(&key) { locale.t(&key) } else { kind.to_owned() }
}

fn state_text(locale: Locale, state: JobState) -> String {
    locale.t(match state {
        JobState::Queued => "job-state-queued",
        JobState::Running => "job-state-running",
        JobState::Done => "job-state-done",
        JobState::Failed => "job-state-failed",
    })
}

const fn tone(state: JobState) -> Tone {
    match state {
        JobState::Queued => Tone::Notice,
        JobState::Running => Tone::Info,
        JobState::Done => Tone::Plain,
        JobState::Failed => Tone::Bad,
    }
}

/// `POST /w/jobs/{id}/cancel`
pub(crate) async fn cancel(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Job>>,
) -> Result<Redirect, Failure> {
    queue::cancel(&ctx, &app, id).await?;
    Ok(Redirect::to(format!("/w/jobs/{id}")).done(ctx.t("jobs-cancelled")))
}

/// `POST /w/jobs/{id}/retry`
pub(crate) async fn retry(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Job>>,
) -> Result<Redirect, Failure> {
    queue::retry(&ctx, &app, id).await?;
    Ok(Redirect::to(format!("/w/jobs/{id}")).done(ctx.t("jobs-queued-again")))
}
