//! Blocks of the data cockpit (数据驾驶舱): the headline, how well it is proven, and the arrangement on a wall.

use maud::{Markup, html};

use crate::{
    EvidenceGrade, Locale, Part,
    chart::{BarTone, split_stripe},
    island,
    text::percent,
};

/// The one big number, its unit, and a line that says when it was published and what it means.
pub fn headline(number: &str, unit: &str, note: &Markup) -> Markup {
    html! {
        p.headline { b { (number) } " " span { (unit) } }
        p.headline-note { (note) }
    }
}

/// The share of one evidence grade in a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeShare {
    /// The grade.
    pub grade: EvidenceGrade,
    /// The amount, for the share.
    pub value: i64,
    /// The amount as it is read.
    pub text: String,
    /// What lies behind it.
    pub href: String,
}

/// How solid a figure is (这个数有多实): each grade with its share, its meaning and its amount.
pub fn grade_list(locale: Locale, shares: &[GradeShare]) -> Markup {
    let whole: i64 = shares.iter().map(|share| share.value).sum();
    let parts: Vec<Part> = shares
        .iter()
        .map(|share| Part::new(share.grade.letter(), share.value, &share.text, tone(share.grade)))
        .collect();
    html! {
        (split_stripe(&parts))
        ul.grades {
            @for share in shares {
                li { a href=(share.href) {
                    span class={ "grade-letter grade-" (share.grade.letter().to_ascii_lowercase()) } {
                        (share.grade.letter())
                    }
                    " "
                    span.grades-name { (share.grade.label(locale)) " · " (percent(share.value, whole)) }
                    b { (share.text) }
                    span.grades-means { (share.grade.explanation(locale)) }
                } }
            }
        }
    }
}

const fn tone(grade: EvidenceGrade) -> BarTone {
    match grade {
        EvidenceGrade::A => BarTone::Origin,
        EvidenceGrade::B => BarTone::Destination,
        EvidenceGrade::C => BarTone::Warm,
    }
}

/// The blocks of a cockpit. On a wall they fill the screen; narrower they follow each other in this order.
#[derive(Debug, Clone, Default)]
pub struct Cockpit {
    /// Panels of the left column, from the top.
    pub left: Vec<Markup>,
    /// The panel in the middle: the map.
    pub centre: Option<Markup>,
    /// Panels of the right column.
    pub right: Vec<Markup>,
    /// The panel below the left column: months.
    pub below: Option<Markup>,
    /// The panel below middle and right: the way to one order.
    pub rail: Option<Markup>,
}

/// Arranges the blocks. With `refresh` (seconds) the numbers are fetched again, and kept with their time if
/// the link is lost; `[data-fullscreen]` on a button of the page then switches to full screen.
pub fn cockpit(locale: Locale, blocks: &Cockpit, refresh: Option<u32>) -> Markup {
    let grid = html! {
        div.cockpit {
            div.cockpit-col { @for block in &blocks.left { (block) } }
            @if let Some(block) = &blocks.centre { div.cockpit-map { (block) } }
            div.cockpit-col { @for block in &blocks.right { (block) } }
            @if let Some(block) = &blocks.below { div.cockpit-below { (block) } }
            @if let Some(block) = &blocks.rail { div.cockpit-rail { (block) } }
        }
    };
    html! {
        @if let Some(seconds) = refresh {
            sh-screen data-every=(seconds)
                data-lost=(locale.with("screen-lost", &[("time", "{time}".into())])) {
                (grid)
            }
            (island("sh-screen"))
        } @else { (grid) }
    }
}
