//! Sums kept ready for every definition and pair of axes (统计立方体).
//!
//! The cells of a definition and the waiting lines together are always the sum of the lines, to the fen. A posting only
//! puts its lines, packed, behind those that wait; when many wait they are folded into the cells in one go, because a
//! cell that is written once for a thousand lines costs a thousandth. A reader adds the waiting lines to the cells it
//! reads, in the same view of the data.
//!
//! New cells ([`rebuild`]) are written beside those that answer, and take their place in one step.

pub(crate) mod aggregate;
mod build;
mod pack;
mod sink;
pub(crate) mod slice;
pub(crate) mod table;
pub(crate) mod tail;
mod verify;

pub use build::{Progress, abandon_builds, build_missing, clean_up, fold, missing, rebuild};
pub use sink::CubeSink;
pub use verify::{Difference, verify};
