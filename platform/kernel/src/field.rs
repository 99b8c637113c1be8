//! What is wrong with one field of an input, and how to mend it.

use serde::Serialize;

/// One field that was not accepted. `pointer` is a JSON pointer (`/email`); `code` is stable and names the text that
/// tells a person what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// JSON pointer to the field, such as `/amount`.
    pub pointer: String,
    /// Stable code, such as `required` or `too-long`.
    pub code: String,
    /// The message for a person, already in their language.
    pub message: String,
}

/// All fields that were not accepted, collected so that a person mends them in one go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Notes one more field.
    pub fn push(&mut self, pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { pointer: pointer.into(), code: code.into(), message: message.into() });
    }

    /// `Ok` if nothing was noted.
    ///
    /// # Errors
    /// The fields themselves, if any were noted.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// The message noted for a field.
    pub fn of(&self, pointer: &str) -> Option<&str> {
        self.0.iter().find(|error| error.pointer == pointer).map(|error| error.message.as_str())
    }
}
