//! Between the network and the use cases: who asks ([`Context`]), what may be answered, and how it looks.
//!
//! A module offers a [`Module`] (routes, tables, menu entries); the program puts modules together with [`site`]. A
//! handler takes the [`Context`], calls one use case and returns [`Html`], [`Json`] or a [`Redirect`]; a use case checks
//! [`Context::require`] and returns its own error, which implements [`AppError`]. At the boundary a failure becomes a
//! page, a fragment or problem+json in the language of the request, and is logged there once.

mod actor;
mod app;
mod boundary;
mod context;
mod csrf;
mod download;
mod error;
mod extract;
mod idempotency;
mod key;
mod language;
mod module;
mod naming;
mod openapi;
mod page;
mod permission;
mod render;
mod respond;
mod serve;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use actor::{Actor, Grant, Scope, User, UserInfo, Visible};
pub use app::{App, MissingService, Settings};
pub use axum_extra::extract::CookieJar;
pub use context::{Context, Denied};
pub use download::Temporary;
pub use error::{AppError, Failure, Invalid, Kind};
pub use extract::{Form, Json, Multipart, Path, Query};
pub use idempotency::{MIGRATIONS, forget_old_answers};
pub use key::{ActingKey, KEY_PATHS, KeyScope};
pub use module::{BODY_BYTES_MAX, Caller, Identify, MenuEntry, Module, module, site};
pub use naming::{Named, Namer, Names, Naming, Thing, names_of};
pub use page::{BadCursor, Listing, Page};
pub use permission::{Permission, Role};
pub use render::{ProblemBody, ProblemField, specimen};
pub use respond::{Html, Redirect, local_path, once_only, set_cookie};
