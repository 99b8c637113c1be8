//! All SQL of the module, one file per table or group of them.

pub(crate) mod basket;
pub(crate) mod code;
pub(crate) mod hall;
pub(crate) mod import;
pub(crate) mod product;
pub(crate) mod public;
pub(crate) mod rating;
pub(crate) mod shop;
pub(crate) mod sku;
