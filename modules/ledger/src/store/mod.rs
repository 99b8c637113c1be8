//! All SQL of this module.

pub(crate) mod audit;
pub(crate) mod book;
pub(crate) mod pages;
mod rows;
pub(crate) mod trail;

pub(crate) use rows::SealRow;
