//! Every component in every state on one page: the target of screenshots and accessibility tests.

use maud::Markup;

use crate::Locale;

/// Names of the families that the style guide shows, in order.
pub const SPECIMENS: [&str; 0] = [];

/// One family of components in all its states.
pub fn specimen(_locale: Locale, _name: &str) -> Option<Markup> {
    None
}

/// The content of `/styleguide`.
pub fn styleguide(_locale: Locale) -> Markup {
    maud::html! {}
}
