//! JSON endpoints, one file per resource.

pub mod imports;
pub mod matches;
