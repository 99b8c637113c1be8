//! JSON endpoints, one file per resource.

pub mod imports;
pub mod matches;
pub mod sources;
