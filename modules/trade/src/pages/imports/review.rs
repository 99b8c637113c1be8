//! Looking over a check: the issues, the preview, and correcting what columns and places mean.

use std::collections::BTreeSet;

use maud::{Markup, html};
use sh_regions::Regions;
use sh_ui::{
    Choice, Column, DataTable, Field, Locale, Row, Tone, button, button_link, data_table, panel, status_tag,
};

use super::show::{ISSUES_SHOWN, View, unit_name};
use crate::{
    import::{
        columns::Columns,
        fields::Field as Meaning,
        issue::{Issue, Severity},
        tally::Summary,
    },
    service::check::issue_text,
};

/// Places asked about at once.
const PLACES_SHOWN: usize = 20;

/// How often each issue was met, then the first of them cell by cell.
pub(super) fn issues(locale: Locale, view: &View, summary: &Summary) -> Markup {
    let groups = summary.issue_counts.iter().map(|(code, count)| {
        let first = view.issues.iter().find(|issue| issue.code == *code);
        let rejected = first.is_some_and(|issue| issue.severity == Severity::Rejected);
        let (tone, word) =
            if rejected { (Tone::Bad, "import-mark-rejected") } else { (Tone::Notice, "import-mark-remark") };
        let text = first.map_or_else(|| code.clone(), |issue| issue_text(locale, issue).0);
        Row::new([html! { (text) }, status_tag(tone, &locale.t(word)), html! { (super::shown(*count)) }])
    });
    let table = DataTable {
        caption: locale.t("import-issues"),
        columns: vec![
            Column::text(locale.t("import-issue-kind")),
            Column::text(locale.t("imports-state")),
            Column::number(locale.t("import-issue-count")),
        ],
        rows: groups.collect(),
        ..DataTable::default()
    };
    html! {
        (data_table(locale, &table))
        (cells(locale, &view.issues))
        @if view.issues.len() >= ISSUES_SHOWN as usize {
            p.hint { (locale.with("import-issues-shown", &[("count", view.issues.len().into())])) }
        }
        p { (button_link(&locale.t("import-marked"), &format!("/w/imports/{}/marked", view.batch.id), Some("download"))) }
    }
}

/// Row, column, value, reason and fix of each issue.
fn cells(locale: Locale, issues: &[Issue]) -> Markup {
    let rows = issues.iter().map(|issue| {
        let (reason, fix) = issue_text(locale, issue);
        let whole = issue.row == 0;
        let column = issue.column.as_deref().filter(|column| !column.is_empty());
        let tone = if issue.severity == Severity::Rejected { Tone::Bad } else { Tone::Plain };
        Row {
            cells: vec![
                Some(if whole {
                    html! { (locale.t("import-whole-file")) }
                } else {
                    html! { (issue.row) }
                }),
                column.map(|column| html! { (column) }),
                (!issue.value.is_empty()).then(|| html! { span.cell-value { (issue.value) } }),
                Some(html! { (reason) }),
                Some(html! { (fix) }),
            ],
            ..Row::default()
        }
        .tone(tone)
    });
    let table = DataTable {
        caption: locale.t("import-problem-table"),
        columns: vec![
            Column::number(locale.t("import-row")),
            Column::text(locale.t("import-column")),
            Column::text(locale.t("import-value")),
            Column::text(locale.t("import-reason")),
            Column::text(locale.t("import-fix")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// The first good rows as they would be posted.
pub(super) fn samples(locale: Locale, summary: &Summary) -> Markup {
    let regions = Regions::get();
    let rows = summary.samples.iter().map(|sample| {
        let facts = &sample.facts;
        let origin = facts.origin.map(|code| regions.full_name(code, facts.day));
        Row {
            cells: vec![
                Some(html! { (sample.row) }),
                Some(html! { (facts.day) }),
                Some(html! { (facts.seller) }),
                facts.buyer.as_ref().map(|buyer| html! { (buyer) }),
                Some(html! { (facts.product) }),
                origin.map(|name| html! { (name) }),
                Some(html! { (facts.amount.to_grouped()) }),
                Some(html! { (locale.t(stage_key(facts.stage))) }),
            ],
            ..Row::default()
        }
    });
    let table = DataTable {
        caption: locale.with("import-preview", &[("count", summary.samples.len().into())]),
        columns: vec![
            Column::number(locale.t("import-preview-row")),
            Column::day(locale.t("import-preview-day")),
            Column::text(locale.t("import-preview-seller")),
            Column::text(locale.t("import-preview-buyer")),
            Column::text(locale.t("import-preview-product")),
            Column::text(locale.t("import-preview-origin")),
            Column::amount(locale.t("imports-amount"), locale.t("unit-yuan")),
            Column::text(locale.t("import-preview-stage")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

const fn stage_key(stage: crate::axes::Stage) -> &'static str {
    use crate::axes::Stage;
    match stage {
        Stage::Pledged => "import-stage-word-pledged",
        Stage::Signed => "import-stage-word-signed",
        Stage::Ordered => "import-stage-word-ordered",
        Stage::Paid => "import-stage-word-paid",
        Stage::Accepted => "import-stage-word-accepted",
        Stage::Returned => "import-stage-word-returned",
    }
}

/// What each column was taken for, to be corrected.
pub(super) fn columns_editor(locale: Locale, view: &View, columns: &Columns) -> Markup {
    let rows: Vec<(String, Option<Meaning>)> = columns
        .list
        .iter()
        .map(|column| {
            let amount = column.field.is_some_and(Meaning::is_amount);
            let title = if amount && !column.title.contains(unit_name(column.unit)) {
                format!("{}（{}）", column.title, unit_name(column.unit))
            } else {
                column.title.clone()
            };
            (title, column.field)
        })
        .collect();
    let titles: Vec<&str> = columns.list.iter().map(|column| column.title.as_str()).collect();
    editor(locale, view, &titles, &rows)
}

/// The titles of a file whose columns were not understood, to be explained.
pub(super) fn titles_editor(locale: Locale, view: &View, titles: &[String]) -> Markup {
    let rows: Vec<(String, Option<Meaning>)> =
        titles.iter().map(|title| (title.clone(), crate::import::fields::exact(title))).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    editor(locale, view, &titles, &rows)
}

fn editor(locale: Locale, view: &View, titles: &[&str], rows: &[(String, Option<Meaning>)]) -> Markup {
    let choices: Vec<Choice> = std::iter::once(Choice::new("", locale.t("import-column-unknown")))
        .chain(Meaning::ALL.iter().map(|meaning| Choice::new(meaning.word(), field_text(locale, *meaning))))
        .collect();
    let content = html! {
        p.hint { (locale.t("import-columns-hint")) }
        form method="post" action=(format!("/w/imports/{}/columns", view.batch.id)) {
            @for (index, (title, (shown, meaning))) in titles.iter().zip(rows).enumerate() {
                input type="hidden" name=(format!("title-{index}")) value=(title);
                (Field::select(&format!("field-{index}"), shown, choices.clone())
                    .value(meaning.map_or("", Meaning::word))
                    .required()
                    .render(locale))
            }
            (button(&locale.t("import-columns-save")))
        }
    };
    html! {
        details {
            summary { (locale.t("import-columns")) }
            (panel(&locale.t("import-columns"), None, &content))
        }
    }
}

/// The name of a field.
pub(super) fn field_text(locale: Locale, meaning: Meaning) -> String {
    locale.t(&format!("field-{}", meaning.word()))
}

/// Names of places that a person has to decide, each once.
pub(super) fn places_editor(locale: Locale, view: &View) -> Markup {
    let asked: BTreeSet<&str> = view
        .issues
        .iter()
        .filter(|issue| matches!(issue.code.as_str(), "origin-ambiguous" | "origin-unknown"))
        .map(|issue| issue.value.as_str())
        .take(PLACES_SHOWN)
        .collect();
    if asked.is_empty() {
        return html! {};
    }
    let content = html! {
        p.hint { (locale.t("import-places-hint")) }
        form method="post" action=(format!("/w/imports/{}/columns", view.batch.id)) {
            @for (index, place) in asked.iter().enumerate() {
                input type="hidden" name=(format!("place-{index}")) value=(place);
                (Field::text(&format!("code-{index}"),
                        &locale.with("import-place-code", &[("place", (*place).into())]))
                    .keyboard("numeric")
                    .hint(candidates(view, place))
                    .render(locale))
            }
            (button(&locale.t("import-columns-save")))
        }
    };
    panel(&locale.t("import-places"), None, &content)
}

fn candidates(view: &View, place: &str) -> String {
    let of_place = |issue: &&Issue| issue.value == place;
    let found = view.issues.iter().filter(of_place).find_map(|issue| issue.args.get("candidates"));
    found.cloned().unwrap_or_default()
}
