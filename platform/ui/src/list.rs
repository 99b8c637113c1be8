//! Lists that people work through: query form, toolbar, pager, actions on many rows, the keyboard.

use maud::{Markup, html};

use crate::{Locale, icon, island};

/// The filter above a list (查询条件). A `GET` form: the state of the list lives in its address.
#[derive(Debug, Clone, Default)]
pub struct QueryForm {
    /// Where the form leads, without a query.
    pub action: String,
    /// Fields always in sight, three to a row.
    pub fields: Vec<Markup>,
    /// Fields behind “more”; given in full if `expanded`.
    pub more: Vec<Markup>,
    /// One of the fields behind “more” is in use.
    pub expanded: bool,
    /// Names and values that every search keeps, such as the tab.
    pub hidden: Vec<(String, String)>,
}

/// The filter above a list.
pub fn query_form(locale: Locale, form: &QueryForm) -> Markup {
    html! {
        form.query method="get" action=(form.action) role="search" aria-label=(locale.t("query")) {
            @for (name, value) in &form.hidden { input type="hidden" name=(name) value=(value); }
            div.query-fields { @for field in &form.fields { (field) } }
            @if !form.more.is_empty() {
                details open[form.expanded] {
                    summary { (locale.t("query-more")) }
                    div.query-fields { @for field in &form.more { (field) } }
                }
            }
            div.query-actions {
                button.button type="submit" { (icon("search")) (locale.t("query-run")) }
                a.button.is-secondary href=(form.action) { (locale.t("query-reset")) }
            }
        }
    }
}

/// Actions on the list as a whole: new, import, export. Stands between query form and table.
pub fn toolbar(summary: Option<&str>, actions: &[Markup]) -> Markup {
    html! {
        div.toolbar {
            @if let Some(text) = summary { p { (text) } }
            div.toolbar-actions { @for action in actions { (action) } }
        }
    }
}

/// Where a list continues. Pages are found by key, so there is a next and a previous page but no page number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// All rows, if counting them is cheap.
    pub total: Option<u64>,
    /// Rows on this page.
    pub shown: usize,
}

/// Count and ways on, below a list.
pub fn pager(locale: Locale, pager: &Pager) -> Markup {
    let count = match pager.total {
        Some(total) => locale.with("pager-total", &[("count", total.into())]),
        None => locale.with("pager-shown", &[("count", pager.shown.into())]),
    };
    html! {
        nav.pager aria-label=(locale.t("pager")) {
            span { (count) }
            span.pager-links {
                @if let Some(href) = &pager.previous {
                    a.button.is-secondary rel="prev" href=(href) {
                        (icon("chevron-left")) (locale.t("pager-previous"))
                    }
                }
                @if let Some(href) = &pager.next {
                    a.button.is-secondary rel="next" href=(href) {
                        (locale.t("pager-next")) (icon("chevron-right"))
                    }
                }
            }
        }
    }
}

/// One action on all chosen rows, told apart by the value of `action`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkAction {
    /// What the button says.
    pub label: String,
    /// The value that the form sends as `action`.
    pub value: String,
    /// Deletes or refuses.
    pub danger: bool,
}

/// A selectable table inside the form that acts on the chosen rows (批量操作). The form posts `id` once per
/// chosen row and the pressed button as `action`; with scripts there is also “choose all” and a running
/// count.
pub fn bulk_bar(locale: Locale, post_to: &str, actions: &[BulkAction], table: &Markup) -> Markup {
    html! {
        form.bulk method="post" action=(post_to) {
            sh-select-all data-all=(locale.t("bulk-all")) data-count=(locale.with("bulk-chosen", &[("count",
                "{n}".into())])) {
                (table)
                div.bulk-bar role="group" aria-label=(locale.t("bulk")) {
                    span.bulk-count data-count-text {}
                    @for action in actions {
                        button.button.is-secondary.is-danger[action.danger] type="submit" name="action"
                            value=(action.value) {
                            (action.label)
                        }
                    }
                }
            }
        }
        (island("sh-select-all"))
    }
}

/// Makes a list workable by keyboard: `j`/`k` move over the parts marked `data-key-item`, and each shortcut
/// presses the form or link marked `data-key="a"` inside the current part (or anywhere in the list for those
/// outside parts).
///
/// `shortcuts` are `(key, what it does)` and are listed below the content, so that nobody has to know them by
/// heart.
pub fn keyboard_list(locale: Locale, shortcuts: &[(&str, &str)], content: &Markup) -> Markup {
    html! {
        sh-keys {
            (content)
            details.shortcuts {
                summary { (icon("keyboard")) (locale.t("keys-title")) }
                dl {
                    div { dt { kbd { "j" } " " kbd { "k" } } dd { (locale.t("keys-move")) } }
                    @for (key, meaning) in shortcuts { div { dt { kbd { (key) } } dd { (meaning) } } }
                }
            }
        }
        (island("sh-keys"))
    }
}
