//! All SQL of the module, as named constants beside the function that runs each.

pub(crate) mod facts;
pub(crate) mod import;
pub(crate) mod matching;
pub(crate) mod own;
pub(crate) mod queue;
pub(crate) mod reporting;
