//! Quantities in a product's base unit.

use serde::{Deserialize, Serialize};

/// A quantity in the base unit of its product: gram, millilitre or piece, as the product says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub i64);
