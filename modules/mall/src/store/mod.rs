//! All SQL of the module.

pub(crate) mod address;
pub(crate) mod audit;
pub(crate) mod bank;
pub(crate) mod basket;
pub(crate) mod case;
pub(crate) mod commission;
pub(crate) mod list;
pub(crate) mod order;
pub(crate) mod parcel;
pub(crate) mod pay;
pub(crate) mod review;
pub(crate) mod settlement;
pub(crate) mod simulator;
pub(crate) mod statement;
