//! Who has done what: one square for each, coloured by state (报送图).

use maud::{Markup, html};

use crate::{Tone, icon};

/// One square of a board.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoardItem {
    /// Who.
    pub label: String,
    /// How far, in words.
    pub state: String,
    /// The same as a colour.
    pub tone: Tone,
    /// What lies behind it.
    pub href: String,
}

/// Squares in the order given. The colour never says more than the word and the glyph beside it.
pub fn board(items: &[BoardItem]) -> Markup {
    html! {
        ul.board {
            @for item in items {
                li {
                    a.(item.tone.class()) href=(item.href) {
                        span.board-name { (item.label) } " "
                        span.board-state { (icon(glyph(item.tone))) (item.state) }
                    }
                }
            }
        }
    }
}

const fn glyph(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "check",
        Tone::Info => "clock",
        Tone::Notice => "alert-triangle",
        Tone::Bad => "x",
        Tone::Plain => "minus",
    }
}
