//! Use cases, one file each.

pub mod check;
pub mod imports;
pub mod match_run;
mod match_write;
pub mod matches;
pub mod naming;
pub mod post;
pub mod replay;
pub mod rule;
pub mod sources;
mod tally;
pub mod todo;
pub mod upload;
pub mod withdraw;

#[cfg(test)]
mod match_tests;
#[cfg(test)]
mod rule_tests;

use sh_jobs::Handlers;

/// What runs the background work of this module.
pub fn handlers() -> Handlers {
    Handlers::new()
        .on(upload::CHECK_JOB, check::run)
        .on(upload::POST_JOB, post::run)
        .on(upload::WITHDRAW_JOB, withdraw::run)
        .and(crate::own::handlers())
}
