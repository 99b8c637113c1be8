//! Figures: definitions (口径) applied to trade lines, kept ready in cubes, frozen in releases.
//!
//! - [`definition`] says what counts; [`definitions`] is the life of its versions.
//! - [`cube`] keeps the sums of every definition and pair of axes equal to the lines; [`cube::CubeSink`] is given to the
//!   trade module.
//! - [`Figures`] answers questions ([`FigureQuery`]) from the cubes or from the lines.
//! - [`releases`] freezes figures under a hash; publication takes two people.
//!
//! ```no_run
//! # async fn example(db: &sh_db::Db, figures: &sh_statistics::Figures) -> Result<(), sh_statistics::Error> {
//! use sh_statistics::FigureQuery;
//! use sh_trade::axes::Axis;
//! use sh_ui::Locale;
//!
//! let query = FigureQuery::total("gd-3y").by(Axis::OriginProvince).only(Axis::Year, 2020);
//! let figure = db.read(async |tx| figures.figure(tx, &query).await).await?;
//! let shown = figure.definition.content.display.show(figure.value, Locale::Zh);
//! assert_eq!(figure.rows.iter().map(|row| row.amount).sum::<sh_kernel::Fen>(), figure.value);
//! # let _ = shown;
//! # Ok(())
//! # }
//! ```

mod api;
mod cache;
mod cover;
pub mod cube;
mod cuboid;
pub mod definition;
pub mod definitions;
mod display;
mod error;
mod export;
mod figure;
mod label;
mod pages;
mod public;
pub mod releases;
pub mod service;
mod store;
mod veil;

use sh_db::{Insert, Migration, Sql};

pub use cuboid::{Cuboid, Face};
pub use display::{Display, Shown};
pub use error::Error;
pub use figure::{Answered, BY_MAX, Change, Figure, FigureQuery, FigureRow, Figures, SLICE_BYTES_MAX};
pub use label::{axis_label, axis_named, label, seller_labels, value_named, values, word};
pub use public::Kept;
pub use veil::PARTIES_MIN;

/// The schema of this module.
pub const MIGRATIONS: &[Migration] = &[
    Migration { module: "statistics", version: 1, text: include_str!("../migrations/0001_statistics.sql") },
    Migration { module: "statistics", version: 2, text: include_str!("../migrations/0002_slices.sql") },
    Migration { module: "statistics", version: 3, text: include_str!("../migrations/0003_packed.sql") },
];

/// Every statement of this module, for the test that prepares them on both engines.
pub const STATEMENTS: [&[Sql]; 3] =
    [store::cube::STATEMENTS, store::definition::STATEMENTS, store::release::STATEMENTS];

/// Every bulk write of this module, likewise.
pub const INSERTS: [&[Insert]; 3] =
    [store::cube::INSERTS, store::definition::INSERTS, store::release::INSERTS];

/// What this module brings into the program. It answers faster with [`Figures`] and [`Kept`] hung into the program.
pub fn module() -> sh_http::Module {
    let module = sh_http::Module::new("statistics")
        .routes(pages::routes().merge(api::routes()))
        .migrations(MIGRATIONS);
    let module = pages::work::MENU.into_iter().fold(module, sh_http::Module::menu);
    let module = STATEMENTS.into_iter().fold(module, |module, statements| module.store(statements, &[]));
    INSERTS.into_iter().fold(module, |module, inserts| module.store(&[], inserts))
}
