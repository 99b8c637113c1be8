//! Pages that belong to no module.

pub(crate) mod styleguide;
