//! Pages that belong to no module.

pub(crate) mod home;
pub(crate) mod story;
pub(crate) mod styleguide;
