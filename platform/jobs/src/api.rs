//! The state of a job as JSON.

use axum::extract::State;
use serde::Serialize;
use sh_http::{App, Context, Failure, Json, Path};
use sh_kernel::{Id, Instant};
use utoipa::ToSchema;

use crate::{Job, JobState, queue};

/// How far a job has come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobBody {
    /// Identifier.
    #[schema(value_type = String)]
    id: Id<Job>,
    /// What kind of work.
    kind: String,
    /// What it works on.
    subject: String,
    /// `queued`, `running`, `done` or `failed`.
    #[schema(value_type = String)]
    state: JobState,
    /// What it does now, as a stable word.
    stage: Option<String>,
    /// Parts done.
    done: u64,
    /// All parts; 0 while nobody knows.
    total: u64,
    /// Code of the last failure.
    problem: Option<String>,
    /// What the work answered.
    result: Option<serde_json::Value>,
    /// When it was put into the queue.
    #[schema(value_type = String)]
    created_at: Instant,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    finished_at: Option<Instant>,
}

/// How far a job has come.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, body = JobBody), (status = 404, description = "There is no such job")))]
pub(crate) async fn job(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Job>>,
) -> Result<Json<JobBody>, Failure> {
    let job = queue::find(&ctx, &app, id).await?;
    Ok(Json(JobBody {
        id: job.id,
        kind: job.kind,
        subject: job.subject,
        state: job.state,
        stage: job.stage,
        done: job.done,
        total: job.total,
        problem: job.problem,
        result: job.result,
        created_at: job.created_at,
        finished_at: job.finished_at,
    }))
}
