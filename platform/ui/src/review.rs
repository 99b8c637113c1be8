//! Looking before deciding: panels and facts, check-your-answers, two sides compared.

use maud::{Markup, html};

use crate::{Locale, icon};

/// A block of a page with a heading; `extra` stands right of it (a unit, a link).
pub fn panel(heading: &str, extra: Option<&Markup>, content: &Markup) -> Markup {
    html! {
        section.panel {
            div.panel-head { h2 { (heading) } @if let Some(extra) = extra { div.panel-extra { (extra) } } }
            (content)
        }
    }
}

/// One number that matters, with its unit and what it is.
pub fn stat(label: &str, number: &str, unit: &str, note: Option<&str>) -> Markup {
    html! {
        div.stat {
            span.stat-label { (label) }
            span.stat-number { b { (number) } @if !unit.is_empty() { " " span.unit { (unit) } } }
            @if let Some(note) = note { span.hint { (note) } }
        }
    }
}

/// Names and values of one thing (基本信息).
pub fn facts(rows: &[(String, Markup)]) -> Markup {
    html! {
        dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } }
    }
}

/// One answer to look over before sending.
#[derive(Debug, Clone)]
pub struct CheckAnswer {
    /// The question.
    pub label: String,
    /// The answer.
    pub value: Markup,
    /// Where to change it.
    pub change: Option<String>,
}

/// All answers before the form is sent (核对), each with a way to change it.
pub fn check_answers(locale: Locale, answers: &[CheckAnswer]) -> Markup {
    html! {
        dl.answers {
            @for answer in answers {
                div {
                    dt { (answer.label) }
                    dd { (answer.value) }
                    @if let Some(href) = &answer.change {
                        dd.answer-change {
                            a href=(href) { (locale.t("change")) span.visually-hidden { " " (answer.label) } }
                        }
                    }
                }
            }
        }
    }
}

/// How the two sides of a row compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same.
    Agree,
    /// Alike, but not the same (a name in another spelling).
    Near,
    /// Different.
    Differ,
    /// One side says nothing.
    Unknown,
}

/// One aspect of two things side by side.
#[derive(Debug, Clone)]
pub struct CompareRow {
    /// The aspect: amount, day, seller.
    pub label: String,
    /// What the left side says.
    pub left: Markup,
    /// What the right side says.
    pub right: Markup,
    /// How they compare.
    pub verdict: Verdict,
}

/// Two things side by side with a mark of agreement for each aspect (并排核对).
pub fn side_by_side(locale: Locale, left: &str, right: &str, rows: &[CompareRow]) -> Markup {
    html! {
        table.compare {
            thead { tr {
                th scope="col" { span.visually-hidden { (locale.t("compare-aspect")) } }
                th scope="col" { (left) }
                th scope="col" { span.visually-hidden { (locale.t("compare-verdict")) } }
                th scope="col" { (right) }
            } }
            tbody {
                @for row in rows {
                    @let (class, glyph, word) = match row.verdict {
                        Verdict::Agree => ("agree", "check", locale.t("compare-agree")),
                        Verdict::Near => ("near", "equal-not", locale.t("compare-near")),
                        Verdict::Differ => ("differ", "x", locale.t("compare-differ")),
                        Verdict::Unknown => ("unknown", "minus", locale.t("compare-unknown")),
                    };
                    tr.(class) {
                        th scope="row" { (row.label) }
                        td data-label=(left) { (row.left) }
                        td.verdict title=(word) { (icon(glyph)) span.visually-hidden { (word) } }
                        td data-label=(right) { (row.right) }
                    }
                }
            }
        }
    }
}
