//! What is wrong with a field of a product, and how to mend it.

use sh_files::parse::CellProblem;
use sh_ui::{Arg, Locale};

/// The fields of a product and its variants, in the order of the form; texts are `product-<field>`.
pub const FIELDS: &[&str] = &[
    "code",
    "name",
    "kind",
    "origin",
    "producer",
    "sku-code",
    "spec",
    "content",
    "gross",
    "price",
    "description",
    "delivery",
    "after-sales",
    "storage",
    "shelf-days",
    "returnable",
    "limit",
    "limit-days",
    "freight",
    "certificate",
    "certificate-until",
    "pictures",
];

/// One field that is not accepted. The texts `issue-<code>` (reason) and `issue-<code>-fix` (what to do) take `args` and
/// `value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Which field, one of [`FIELDS`].
    pub field: &'static str,
    /// Of which variant, from 0.
    pub sku: Option<usize>,
    /// Stable code.
    pub code: &'static str,
    /// What was typed.
    pub value: String,
    /// Values for the texts.
    pub args: Vec<(&'static str, String)>,
}

impl Flaw {
    pub(crate) fn new(field: &'static str, code: &'static str, value: &str) -> Self {
        let value = value.trim().chars().take(40).collect();
        Self { field, sku: None, code, value, args: Vec::new() }
    }

    pub(crate) fn of_cell(field: &'static str, problem: CellProblem) -> Self {
        Self { args: problem.params, ..Self::new(field, problem.code.as_str(), &problem.value) }
    }

    #[must_use]
    pub(crate) fn of_sku(mut self, sku: usize) -> Self {
        self.sku = Some(sku);
        self
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: &dyn ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// The name of the field in a form: `name`, `sku-0-price`.
    pub fn input_name(&self) -> String {
        match self.sku {
            Some(sku) => format!("sku-{sku}-{}", self.field.trim_start_matches("sku-")),
            None => self.field.to_owned(),
        }
    }
}

/// Reason and fix in the language of the reader.
pub fn flaw_text(locale: Locale, flaw: &Flaw) -> (String, String) {
    told(locale, flaw.code, &flaw.value, flaw.args.iter().map(|(name, value)| (*name, value.as_str())))
}

/// The same by its parts.
pub(crate) fn told<'a>(
    locale: Locale,
    code: &str,
    value: &'a str,
    args: impl Iterator<Item = (&'a str, &'a str)>,
) -> (String, String) {
    let args: Vec<(&str, Arg<'_>)> =
        args.chain([("value", value)]).map(|(name, value)| (name, value.into())).collect();
    (locale.with(&format!("issue-{code}"), &args), locale.with(&format!("issue-{code}-fix"), &args))
}
