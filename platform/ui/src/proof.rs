//! How solid a figure or product is: proofs, what happened when, the way from a total to one order.

use maud::{Markup, html};

use crate::{Locale, Tone, icon};

/// Whether a proof holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofState {
    /// Valid today.
    Valid,
    /// Being checked.
    Pending,
    /// Expired or revoked.
    Lapsed,
    /// Not there.
    Missing,
}

/// One proof (证明): what it proves, what it says, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What it proves: 产地, 带贫认定.
    pub subject: String,
    /// What it says: the number, the place, the name.
    pub statement: String,
    /// Who confirmed it, until when.
    pub note: Option<String>,
    /// Where the document itself is.
    pub href: Option<String>,
    /// Whether it holds.
    pub state: ProofState,
}

/// Proofs, each linked to its document.
pub fn proof_list(locale: Locale, proofs: &[Proof]) -> Markup {
    html! {
        ul.proofs {
            @for proof in proofs {
                @let (glyph, tone, state) = match proof.state {
                    ProofState::Valid => ("check", Tone::Good, locale.t("proof-valid")),
                    ProofState::Pending => ("clock", Tone::Notice, locale.t("proof-pending")),
                    ProofState::Lapsed => ("alert-circle", Tone::Bad, locale.t("proof-lapsed")),
                    ProofState::Missing => ("x", Tone::Bad, locale.t("proof-missing")),
                };
                li.(tone.class()) {
                    (icon(glyph))
                    div {
                        span.proof-subject { (proof.subject) span.visually-hidden { " " (state) } }
                        @if let Some(href) = &proof.href { a href=(href) { (proof.statement) } }
                        @else { span { (proof.statement) } }
                        @if let Some(note) = &proof.note { small { (note) } }
                    }
                    @if proof.href.is_some() { (icon("chevron-right")) }
                }
            }
        }
    }
}

/// Something that happened (轨迹).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimelineEntry {
    /// What happened.
    pub what: String,
    /// When: a day or a day with time.
    pub when: String,
    /// Where, how much, by whom.
    pub detail: Option<String>,
    /// Good, bad or plain.
    pub tone: Tone,
}

/// What happened, in its order.
pub fn timeline(entries: &[TimelineEntry]) -> Markup {
    html! {
        ol.timeline {
            @for entry in entries {
                li.(entry.tone.class()) {
                    p { b { (entry.what) } " " time { (entry.when) } }
                    @if let Some(detail) = &entry.detail { p.detail { (detail) } }
                }
            }
        }
    }
}

/// One level on the way from a total to one order (下钻).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DrillStep {
    /// What the level is: 全部, 贵州省, an order number.
    pub label: String,
    /// Its page.
    pub href: String,
    /// The number.
    pub number: String,
    /// The unit of the number.
    pub unit: String,
    /// Share of the level above, or how many are below.
    pub note: String,
    /// What was checked: “差额 0.00”, “发票已核”.
    pub check: String,
    /// The check failed: children and parent differ.
    pub differs: bool,
}

/// The way from the headline to one order; each level says whether the level below adds up to it. The last
/// level is the page itself.
pub fn drill_rail(locale: Locale, steps: &[DrillStep]) -> Markup {
    let last = steps.len().saturating_sub(1);
    html! {
        nav.rail aria-label=(locale.t("drill-label")) {
            ol {
                @for (index, step) in steps.iter().enumerate() {
                    li {
                        a href=(step.href) aria-current=[(index == last).then_some("page")] {
                            span.rail-name { (step.label) }
                            span.rail-number { b { (step.number) } " " span.unit { (step.unit) } }
                            span.rail-note { (step.note) }
                            span.rail-check.differs[step.differs] {
                                (icon(if step.differs { "alert-triangle" } else { "check" })) (step.check)
                            }
                        }
                    }
                }
            }
        }
    }
}
