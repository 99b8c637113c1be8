//! All SQL of the module, as named constants beside the function that runs each.

pub(crate) mod cube;
pub(crate) mod definition;
pub(crate) mod release;
