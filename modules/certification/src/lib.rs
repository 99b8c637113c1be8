//! What is certified, by whom, since when and until when (认定、证书、名录).
//!
//! A scheme ([`model::Scheme`]) is versioned data: what it certifies, who reviews, which fields and papers it asks for, how
//! long it holds. A certificate is what became of it ([`model::Event`]); its state on a day follows from that
//! ([`model::state`]) and stands ready as spans, which end by themselves: no job marks what has expired.
//!
//! | who | calls |
//! |---|---|
//! | offices | [`service::imports`]: a register from a spreadsheet; [`service::change`]: issue, renew, suspend, resume, revoke |
//! | everybody | [`service::look`]: registers on any day, verification by number; [`service::counts`]: how many there are |

mod api;
mod error;
pub mod import;
pub mod model;
mod pages;
pub mod service;
mod store;

use sh_db::{Insert, Migration, Sql, Update};
use sh_http::Module;

pub use error::Error;
pub use service::counts::{Tally, counts};
pub use store::{
    certificate::{CertificateRow, Recorded, Standing},
    scheme::Published,
};

/// The schema of this module.
pub const MIGRATIONS: &[Migration] = &[Migration {
    module: "certification",
    version: 1,
    text: include_str!("../migrations/0001_certification.sql"),
}];

/// Every statement of this module, for the test that prepares them on both engines.
pub const STATEMENTS: [&[Sql]; 3] =
    [store::scheme::STATEMENTS, store::certificate::STATEMENTS, store::import::STATEMENTS];

/// Every bulk write of this module, likewise.
pub const INSERTS: [&[Insert]; 3] =
    [store::scheme::INSERTS, store::certificate::INSERTS, store::import::INSERTS];

/// Every change of many rows of this module, likewise.
pub const UPDATES: &[Update] = store::certificate::UPDATES;

/// The schemes that the program brings along (`data/README.md` names their sources).
pub fn shipped_schemes() -> Vec<model::Scheme> {
    // A test reads the file; what is embedded is what was tested.
    serde_json::from_str(include_str!("../data/schemes.json")).unwrap_or_default()
}

/// The conditions that the front page of the registers counts.
pub fn shipped_counts() -> Vec<model::Condition> {
    serde_json::from_str(include_str!("../data/counts.json")).unwrap_or_default()
}

/// Pages, endpoints and tables of this module.
pub fn module() -> Module {
    let module = Module::new("certification")
        .routes(pages::routes().merge(api::routes()))
        .files(pages::files::routes())
        .migrations(MIGRATIONS)
        .updates(UPDATES)
        .menu(pages::MENU);
    let module = STATEMENTS.into_iter().fold(module, |module, statements| module.store(statements, &[]));
    INSERTS.into_iter().fold(module, |module, inserts| module.store(&[], inserts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_can_be_read_and_refers_to_what_there_is() {
        let schemes: Vec<model::Scheme> = serde_json::from_str(include_str!("../data/schemes.json")).unwrap();
        let counts: Vec<model::Condition> =
            serde_json::from_str(include_str!("../data/counts.json")).unwrap();
        assert_eq!((schemes.len(), counts.len()), (9, 8));
        for scheme in &schemes {
            assert!(scheme.numbering.contains("{serial}"), "{}", scheme.code);
            assert!(schemes.iter().filter(|other| other.code == scheme.code).count() == 1);
        }
        for code in counts.iter().flat_map(|count| &count.schemes) {
            assert!(schemes.iter().any(|scheme| scheme.code == *code), "{code}");
        }
    }
}
