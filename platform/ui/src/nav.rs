//! Finding the way: breadcrumb, steps, tabs, task list.

use maud::{Markup, html};

use crate::{Crumb, Locale, Tone, icon, status_tag};

/// The way from the start to this page (面包屑). Nothing if there is only one step.
pub fn breadcrumb(locale: Locale, crumbs: &[Crumb]) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            nav.crumbs aria-label=(locale.t("breadcrumb")) {
                ol {
                    @for crumb in crumbs {
                        li {
                            @if let Some(href) = &crumb.href { a href=(href) { (crumb.label) } }
                            @else { span aria-current="page" { (crumb.label) } }
                        }
                    }
                }
            }
        }
    }
}

/// How far a step of a flow has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Finished.
    Done,
    /// Being worked on.
    Current,
    /// Not begun.
    Ahead,
    /// Sent back or refused.
    Failed,
}

/// One step of a flow (步骤): its name, and who did it when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The name of the step.
    pub label: String,
    /// Person and time, or what is missing.
    pub note: Option<String>,
    /// How far it has come.
    pub state: StepState,
}

impl Step {
    /// A step without a note.
    pub fn new(label: impl Into<String>, state: StepState) -> Self {
        Self { label: label.into(), note: None, state }
    }

    /// With person and time, or what is missing.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// The steps of a flow in their order.
pub fn steps(locale: Locale, steps: &[Step]) -> Markup {
    html! {
        ol.steps aria-label=(locale.t("steps")) {
            @for (index, step) in steps.iter().enumerate() {
                @let (class, state) = match step.state {
                    StepState::Done => ("is-done", locale.t("step-done")),
                    StepState::Current => ("is-current", locale.t("step-current")),
                    StepState::Ahead => ("is-ahead", locale.t("step-ahead")),
                    StepState::Failed => ("is-failed", locale.t("step-failed")),
                };
                li.(class) aria-current=[(step.state == StepState::Current).then_some("step")] {
                    span.step-mark aria-hidden="true" {
                        @match step.state {
                            StepState::Done => (icon("check")),
                            StepState::Failed => (icon("x")),
                            StepState::Current | StepState::Ahead => (index + 1),
                        }
                    }
                    span.step-text {
                        b { (step.label) }
                        span.visually-hidden { " " (state) }
                        @if let Some(note) = &step.note { small { (note) } }
                    }
                }
            }
        }
    }
}

/// One tab: a link to the same page in another view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// The name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// How many things are in it.
    pub count: Option<u64>,
    /// The tab being shown.
    pub current: bool,
}

impl Tab {
    /// A tab without a count.
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { label: label.into(), href: href.into(), count: None, current }
    }

    /// With how many things are in it.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }
}

/// Views of one page as links, so that each has an address and works without scripts.
pub fn tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            ul {
                @for tab in tabs {
                    li {
                        a href=(tab.href) aria-current=[tab.current.then_some("page")] {
                            (tab.label)
                            @if let Some(count) = tab.count { " " span.tab-count { (count) } }
                        }
                    }
                }
            }
        }
    }
}

/// One thing to do (待办).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskItem {
    /// What to do, as a verb.
    pub label: String,
    /// Where it is done.
    pub href: String,
    /// What is known about it: how many, since when.
    pub hint: Option<String>,
    /// Its state in words.
    pub state: String,
    /// The colour of the state.
    pub tone: Tone,
}

/// Things to do, each with its state.
pub fn task_list(tasks: &[TaskItem]) -> Markup {
    html! {
        ul.tasks {
            @for task in tasks {
                li {
                    div {
                        a href=(task.href) { (task.label) }
                        @if let Some(hint) = &task.hint { span.hint { (hint) } }
                    }
                    (status_tag(task.tone, &task.state))
                }
            }
        }
    }
}
