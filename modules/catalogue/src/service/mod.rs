//! Use cases, one file each.

pub mod edit;
pub mod favourites;
pub mod halls;
mod index;
pub mod price;
pub mod public;
pub mod review;
pub mod shelf;
pub mod shops;
