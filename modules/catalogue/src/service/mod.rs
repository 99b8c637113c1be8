//! Use cases, one file each.

pub(crate) mod codes;
pub mod edit;
pub mod export;
pub mod favourites;
pub mod halls;
pub mod imports;
mod index;
pub mod pictures;
pub mod price;
pub mod public;
pub mod review;
pub mod shelf;
pub mod shops;
