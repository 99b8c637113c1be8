//! Work that outlives a request (后台任务): a queue in the caller's transaction, leases, progress, resumption.
//!
//! A use case calls [`enqueue`] in the transaction that makes the work necessary, so neither exists without the other.
//! Workers ([`start`]) take jobs under a lease that a heartbeat renews; a job whose worker died is taken again when the
//! lease ends. A handler must therefore be able to go on where an earlier run stopped. Errors that pass by themselves
//! (the database is away, the disk is full) are tried again with growing pauses; others, and the last attempt, leave
//! the job failed with its reason, and a person may start it again ([`retry`]).
//!
//! The command line runs the same handlers in the foreground with [`run_now`].

mod api;
mod handler;
mod model;
mod pages;
mod progress;
mod queue;
mod store;
mod worker;

use sh_db::Migration;
use sh_http::{MenuEntry, Module, Permission};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use handler::{Handlers, JobError, Run};
pub use model::{Enqueued, Job, JobState, NewJob};
pub use pages::progress_fragment;
pub use progress::{Progress, Snapshot};
pub use queue::{JobsError, cancel, enqueue, find, recent, retry};
pub use worker::{ATTEMPTS_MAX, run_now, start};

/// The schema of this crate.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "jobs", version: 1, text: include_str!("../migrations/0001_jobs.sql") }];

/// Pages, interface and tables of this crate.
pub fn module() -> Module {
    let routes = OpenApiRouter::new()
        .route("/w/jobs", axum::routing::get(pages::list))
        .route("/w/jobs/{id}", axum::routing::get(pages::show))
        .route("/w/jobs/{id}/cancel", axum::routing::post(pages::cancel))
        .route("/w/jobs/{id}/retry", axum::routing::post(pages::retry))
        .routes(routes!(api::job));
    Module::new("jobs").routes(routes).migrations(MIGRATIONS).store(store::STATEMENTS, store::INSERTS).menu(
        MenuEntry {
            group: "menu-system",
            label: "jobs-title",
            href: "/w/jobs",
            permission: Permission::ReadJobs,
            order: 930,
            icon: Some("settings"),
        },
    )
}
