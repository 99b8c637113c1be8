//! Trade and Claim: the facts that every figure counts.
//!
//! What happened is a [`model::Trade`]; what somebody says happened is a [`model::Claim`]. Sources send files, an
//! import turns rows into claims, matching ties claims to trades, and every trade carries lines with all the axes a
//! figure may use. Totals count trades, so a sale is counted once however many parties report it.
//!
//! # From a file to claims
//!
//! | step | call | what it leaves |
//! |---|---|---|
//! | know who reports | [`service::sources`]: `install_defaults`, `register`, `change`, `list`, `get`, `save_profile` | sources, profiles |
//! | take a file | [`service::upload`]: `upload_path` (a local file), `upload` (a stored one) | a batch, its check queued |
//! | look at it | [`service::check`]: `dry_run`, `correct`, `discard`, `marked_file`; [`service::imports`]: `get`, `issues` | nothing but counts |
//! | post it | [`service::post`]: `confirm`, `stop`, `go_on` | claims, group by group, then trades |
//! | take it back | [`service::withdraw::withdraw`] | reversing lines |
//!
//! Sales that the platform carries itself come in by [`own::record`], in the transaction of the order.
//!
//! Each of them queues a job; a server's workers run it, a command line calls [`sh_jobs::run_now`] with
//! [`service::handlers`]. [`service::upload::resume`] queues again at start what was cut off. The program must hang a
//! [`sink::SharedSink`] into its services, and may hang in an object store (else files lie in `objects` of its data).

pub mod api;
pub mod axes;
pub mod facts;
pub mod import;
pub mod matching;
pub mod model;
pub mod own;
pub mod pages;
pub mod service;
pub mod sink;
mod store;

use sh_db::Migration;
use sh_http::Module;

/// The schema of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration { module: "trade", version: 1, text: include_str!("../migrations/0001_trade.sql") },
    Migration { module: "trade", version: 2, text: include_str!("../migrations/0002_reporting.sql") },
    Migration { module: "trade", version: 3, text: include_str!("../migrations/0003_tally.sql") },
    Migration { module: "trade", version: 4, text: include_str!("../migrations/0004_own.sql") },
];

/// Pages, interface and tables of this module.
pub fn module() -> Module {
    let pages = pages::imports::routes().merge(pages::matches::routes()).merge(pages::sources::routes());
    let interface = api::imports::routes().merge(api::matches::routes()).merge(api::sources::routes());
    Module::new("trade")
        .routes(pages.merge(interface))
        .migrations(MIGRATIONS)
        .store(store::facts::STATEMENTS, &[])
        .store(store::import::STATEMENTS, store::import::INSERTS)
        .store(store::matching::STATEMENTS, store::matching::INSERTS)
        .updates(store::matching::UPDATES)
        .store(store::own::STATEMENTS, store::own::INSERTS)
        .store(store::queue::STATEMENTS, store::queue::INSERTS)
        .store(store::reporting::STATEMENTS, &[])
        .menu(pages::imports::MENU)
        .menu(pages::matches::MENU)
        .menu(pages::sources::MENU)
}
