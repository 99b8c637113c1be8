//! Every component in every state on one page: the target of screenshots and accessibility tests.
//!
//! The samples are made up. They stand here and not in the text files, because they are data and not
//! interface.

mod charts;
mod forms;
mod lists;
mod mall;
mod screen;
mod words;

use maud::{Markup, html};

use crate::Locale;

/// One family of components: its name in the address, and what shows it.
type Specimen = (&'static str, fn(Locale) -> Markup);

const FAMILIES: [Specimen; 15] = [
    ("words", words::words),
    ("notices", words::notices),
    ("ways", words::ways),
    ("forms", forms::fields),
    ("errors", forms::errors),
    ("answers", forms::answers),
    ("tables", lists::tables),
    ("work", lists::work),
    ("imports", lists::imports),
    ("compare", lists::compare),
    ("proofs", words::proofs),
    ("charts", charts::charts),
    ("blocks", charts::blocks),
    ("map", charts::map),
    ("mall", mall::mall),
];

/// Names of the families, in the order of the page.
pub fn specimens() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|(name, _)| *name)
}

/// One family in all its states; `None` if there is none of that name.
pub fn specimen(locale: Locale, name: &str) -> Option<Markup> {
    FAMILIES.iter().find(|(known, _)| *known == name).map(|(_, show)| show(locale))
}

/// The content of `/styleguide`.
pub fn styleguide(locale: Locale) -> Markup {
    html! {
        div.stack {
            @for (name, show) in &FAMILIES {
                section.flow id=(name) {
                    h2 { (locale.t(&format!("specimen-{name}"))) }
                    (show(locale))
                }
            }
        }
    }
}

pub use screen::styleguide_cockpit;

/// A sample in the language of the page.
fn say(locale: Locale, chinese: &'static str, english: &'static str) -> &'static str {
    match locale {
        Locale::Zh => chinese,
        Locale::En => english,
    }
}
