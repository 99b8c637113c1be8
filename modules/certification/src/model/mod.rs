//! Types and pure rules; no input, no output, no clock.

mod scheme;
mod state;

pub use scheme::{
    Check, Condition, Field, FieldKind, Level, Office, Paper, Scheme, SubjectKind, Term, Text, numbered,
};
pub use state::{Event, EventKind, LAST_DAY, Span, State, spans, state, terms};

/// The marker of a certificate's identifier.
#[derive(Debug)]
pub struct Certificate;

/// The marker of an import's identifier.
#[derive(Debug)]
pub struct RegisterImport;
