//! Forms: fields with label, hint and error; the summary of what was not accepted; buttons.

use maud::{Markup, html};
use sh_kernel::FieldErrors;

use crate::{Locale, icon};

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: String,
    /// What it means, below the label (radios and check boxes only).
    pub hint: Option<String>,
}

impl Choice {
    /// A choice without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Control {
    Input(&'static str),
    Area(u8),
    Select(Vec<Choice>),
}

/// One field of a form (字段). Keeps what was entered when the form comes back with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    name: String,
    label: String,
    hint: Option<String>,
    value: String,
    error: Option<String>,
    required: bool,
    suffix: Option<String>,
    attributes: [Option<&'static str>; 2],
    control: Control,
}

impl Field {
    fn new(name: &str, label: &str, control: Control) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: None,
            value: String::new(),
            error: None,
            required: false,
            suffix: None,
            attributes: [None, None],
            control,
        }
    }

    /// One line of text.
    pub fn text(name: &str, label: &str) -> Self {
        Self::new(name, label, Control::Input("text"))
    }

    /// A line of text of another HTML kind: `password`, `tel`, `email`, `search`, `file`.
    pub fn input(kind: &'static str, name: &str, label: &str) -> Self {
        Self::new(name, label, Control::Input(kind))
    }

    /// A number: a text line with the number keyboard, because number inputs change values on scrolling.
    pub fn number(name: &str, label: &str) -> Self {
        let mut field = Self::text(name, label);
        field.attributes = [Some("decimal"), Some("off")];
        field
    }

    /// A day, `yyyy-mm-dd`.
    pub fn date(name: &str, label: &str) -> Self {
        Self::new(name, label, Control::Input("date"))
    }

    /// Several lines of text.
    pub fn area(name: &str, label: &str, rows: u8) -> Self {
        Self::new(name, label, Control::Area(rows))
    }

    /// One of several choices.
    pub fn select(name: &str, label: &str, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::Select(choices))
    }

    /// What to enter, below the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is entered or chosen.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// What is wrong and how to mend it.
    #[must_use]
    pub fn error(mut self, error: Option<impl Into<String>>) -> Self {
        self.error = error.map(Into::into);
        self
    }

    /// The message that `errors` holds for this field (`/name`), if any.
    #[must_use]
    pub fn errors(self, errors: &FieldErrors) -> Self {
        let message = errors.of(&format!("/{}", self.name)).map(str::to_owned);
        self.error(message)
    }

    /// Must be filled in. The server decides; the browser is not asked to stop the form.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// A unit behind the field: `元`, `kg`.
    #[must_use]
    pub fn suffix(mut self, unit: impl Into<String>) -> Self {
        self.suffix = Some(unit.into());
        self
    }

    /// The keyboard of a phone (`inputmode`).
    #[must_use]
    pub fn keyboard(mut self, mode: &'static str) -> Self {
        self.attributes[0] = Some(mode);
        self
    }

    /// What the browser may fill in (`autocomplete`): `username`, `one-time-code`.
    #[must_use]
    pub fn autocomplete(mut self, kind: &'static str) -> Self {
        self.attributes[1] = Some(kind);
        self
    }

    /// Label, hint, error and control.
    pub fn render(&self, locale: Locale) -> Markup {
        let id = field_id(&self.name);
        html! {
            div.field.has-error[self.error.is_some()] {
                label for=(id) {
                    (self.label)
                    @if !self.required { span.optional { (locale.t("field-optional")) } }
                }
                (notes(locale, &id, self.hint.as_deref(), self.error.as_deref()))
                @if let Some(unit) = &self.suffix {
                    span.with-unit { (self.control(&id)) span.unit { (unit) } }
                } @else { (self.control(&id)) }
            }
        }
    }

    /// The control alone, for a cell of a table, which says what it is about; the label is only read out.
    pub fn in_cell(&self) -> Markup {
        self.named_control(&field_id(&self.name), Some(&self.label))
    }

    fn control(&self, id: &str) -> Markup {
        self.named_control(id, None)
    }

    fn named_control(&self, id: &str, label: Option<&str>) -> Markup {
        let shown = label.is_none();
        let described = described_by(id, shown && self.hint.is_some(), shown && self.error.is_some());
        let invalid = self.error.is_some().then_some("true");
        let required = self.required.then_some("true");
        let [mode, complete] = self.attributes;
        html! {
            @match &self.control {
                Control::Input(kind) => input id=(id) type=(kind) name=(self.name)
                    value=[(!matches!(*kind, "file" | "password")).then_some(&self.value)]
                    inputmode=[mode] autocomplete=[complete] aria-label=[label]
                    aria-required=[required] aria-invalid=[invalid] aria-describedby=[described];,
                Control::Area(rows) => textarea id=(id) name=(self.name) rows=(rows) aria-required=[required]
                    aria-label=[label] aria-invalid=[invalid] aria-describedby=[described] { (self.value) },
                Control::Select(choices) => select id=(id) name=(self.name) aria-required=[required]
                    aria-label=[label] aria-invalid=[invalid] aria-describedby=[described] {
                    @for choice in choices {
                        option value=(choice.value) selected[choice.value == self.value] { (choice.label) }
                    }
                },
            }
        }
    }
}

/// The `id` of a field by its name; the error summary links to it.
fn field_id(name: &str) -> String {
    format!("f-{}", name.replace(['/', '.', '[', ']', ' '], "-"))
}

fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (true, true) => Some(format!("{id}-hint {id}-error")),
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (false, false) => None,
    }
}

fn notes(locale: Locale, id: &str, hint: Option<&str>, error: Option<&str>) -> Markup {
    html! {
        @if let Some(hint) = hint { p.hint id={ (id) "-hint" } { (hint) } }
        @if let Some(error) = error {
            p.error id={ (id) "-error" } {
                (icon("alert-circle")) span.visually-hidden { (locale.t("error-label")) } (error)
            }
        }
    }
}

/// What was not accepted, each linked to its field. Stands first on the page; pair it with
/// [`crate::Frame::with_errors`].
pub fn error_summary(locale: Locale, errors: &FieldErrors) -> Markup {
    html! {
        @if !errors.0.is_empty() {
            section.error-summary role="alert" aria-labelledby="error-summary-title" tabindex="-1" {
                h2 #error-summary-title {
                    (locale.with("error-summary-title", &[("count", errors.0.len().into())]))
                }
                ul {
                    @for error in &errors.0 {
                        @let name = error.pointer.trim_start_matches('/');
                        li {
                            @if name.is_empty() { (error.message) }
                            @else { a href={ "#" (field_id(name)) } { (error.message) } }
                        }
                    }
                }
            }
        }
    }
}

/// A few choices of which one holds, all in sight.
pub fn radios(
    locale: Locale,
    name: &str,
    legend: &str,
    choices: &[Choice],
    chosen: &str,
    error: Option<&str>,
) -> Markup {
    choice_group(locale, "radio", (name, legend), choices, &[chosen], error)
}

/// A few choices of which any may hold.
pub fn check_boxes(
    locale: Locale,
    name: &str,
    legend: &str,
    choices: &[Choice],
    chosen: &[&str],
    error: Option<&str>,
) -> Markup {
    choice_group(locale, "checkbox", (name, legend), choices, chosen, error)
}

fn choice_group(
    locale: Locale,
    kind: &str,
    (name, legend): (&str, &str),
    choices: &[Choice],
    chosen: &[&str],
    error: Option<&str>,
) -> Markup {
    let id = field_id(name);
    html! {
        fieldset.field.choices.has-error[error.is_some()] aria-describedby=[described_by(&id, false,
            error.is_some())] {
            legend { (legend) }
            (notes(locale, &id, None, error))
            @for (index, choice) in choices.iter().enumerate() {
                // The first choice carries the plain id, so that the error summary leads to it.
                @let own = if index == 0 { id.clone() } else { format!("{id}-{index}") };
                div.choice {
                    input id=(own) type=(kind) name=(name) value=(choice.value)
                        checked[chosen.contains(&choice.value.as_str())];
                    label for=(own) {
                        (choice.label)
                        @if let Some(hint) = &choice.hint { span.hint { (hint) } }
                    }
                }
            }
        }
    }
}

/// From–to days (起止日期): two date fields named `{name}_from` and `{name}_to`.
pub fn date_range(
    locale: Locale,
    name: &str,
    legend: &str,
    from: &str,
    to: &str,
    error: Option<&str>,
) -> Markup {
    let id = field_id(name);
    html! {
        fieldset.field.range.has-error[error.is_some()] aria-describedby=[described_by(&id, false,
            error.is_some())] {
            legend { (legend) }
            (notes(locale, &id, None, error))
            span.range-fields {
                input id=(id) type="date" name={ (name) "_from" } value=(from)
                    aria-label=(locale.t("range-from"));
                span aria-hidden="true" { "～" }
                input type="date" name={ (name) "_to" } value=(to) aria-label=(locale.t("range-to"));
            }
        }
    }
}

/// The one button a form is sent with; say what it does: “报送 11 月数据”.
pub fn button(text: &str) -> Markup {
    html! { button.button type="submit" { (text) } }
}

/// Another way to send the form, told apart by `name=value`.
pub fn button_secondary(text: &str, name: &str, value: &str) -> Markup {
    html! { button.button.is-secondary type="submit" name=(name) value=(value) { (text) } }
}

/// A button that deletes, refuses or undoes, told apart by `name=value`.
pub fn button_danger(text: &str, name: &str, value: &str) -> Markup {
    html! { button.button.is-danger type="submit" name=(name) value=(value) { (text) } }
}

/// A link that looks like a button because it begins something: “新增基地”.
pub fn button_link(text: &str, href: &str, icon_name: Option<&str>) -> Markup {
    html! { a.button.is-secondary href=(href) { @if let Some(name) = icon_name { (icon(name)) } (text) } }
}
