//! The demonstration: people, files, imports, a first release, all through the same use cases that everybody has.

mod bank;
pub(crate) mod mall;
pub(crate) mod orders;
pub(crate) mod past;
pub(crate) mod registers;
pub(crate) mod release;
mod settle;
mod stock;
pub(crate) mod users;

use sh_kernel::Id;
use sh_trade::{
    import::batch::{Batch, BatchState},
    model::ImportBatch,
};
use sh_ui::{MenuItem, SiteInfo};

/// What the pages say of whose they are, and that the data are made up.
pub(crate) fn site() -> SiteInfo {
    SiteInfo {
        organiser: Some("山海演示".to_owned()),
        links: vec![MenuItem::new("演示怎么试 · What to try", "/story")],
        notice: Some("演示数据：照 2020 年的报道造出的样例，不是真实交易".to_owned()),
        ..SiteInfo::default()
    }
}

/// The batch, if it is confirmed and not yet posted to its end.
pub(crate) fn unfinished(batch: &Batch) -> Option<Id<ImportBatch>> {
    (batch.state == BatchState::Posting).then_some(batch.id)
}
