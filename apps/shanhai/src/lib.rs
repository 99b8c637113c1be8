//! The program as a library, so that tests of the whole can put it together without a process.

pub mod cli;
mod demo;
mod hooks;
mod names;
mod pages;
pub mod wiring;
