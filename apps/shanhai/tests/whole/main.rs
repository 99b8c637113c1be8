//! The whole program: what it does to files, figures and databases, driven from outside as its users drive it.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the test")]

mod commands;
mod demo;
mod faults;
mod home;
mod import;
mod kills;
mod probe;
mod server;
mod statements;
mod support;
mod users;
