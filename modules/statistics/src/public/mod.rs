//! What anybody may open: figures with small cells merged, the way down to one order, exports of the same.
//!
//! Pages, files and the JSON interface all go through here, so that they show the same and hide the same.

pub(crate) mod breakdown;
pub(crate) mod changes;
pub(crate) mod load;
pub(crate) mod names;
pub(crate) mod narrow;
pub(crate) mod overview;
pub(crate) mod places;
pub(crate) mod released;
pub(crate) mod trades;

pub use load::Kept;
