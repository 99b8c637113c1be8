//! Looking over a check: the issues, the preview, and correcting what columns and places mean.

use std::collections::BTreeSet;

use maud::{Markup, html};
use sh_files::parse::MoneyUnit;
use sh_regions::Regions;
use sh_ui::{
    Choice, Column, DataTable, Field, Locale, Row, Tone, button, button_link, data_table, panel, status_tag,
};

use super::show::{ISSUES_SHOWN, View};
use crate::{
    import::{
        columns::{Column as TableColumn, Columns},
        fields::Field as Meaning,
        file::{EVERY_SHEET, Sheets},
        issue::{Issue, Severity},
        tally::Summary,
    },
    service::{check::issue_text, sources::DEFAULT_PROFILE},
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
                    html! { (row_in(issue.sheet.as_deref(), issue.row)) }
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

/// Number and worksheet of a row of the check.
fn row_at(summary: &Summary, row: u32) -> Markup {
    let (sheet, row) = summary.sheets.place(row);
    row_in(sheet, row)
}

fn row_in(sheet: Option<&str>, row: u32) -> Markup {
    html! { @if let Some(sheet) = sheet { (sheet) " " } (row) }
}

/// The first good rows as they would be posted.
pub(super) fn samples(locale: Locale, summary: &Summary) -> Markup {
    let regions = Regions::get();
    let rows = summary.samples.iter().map(|sample| {
        let facts = &sample.facts;
        let origin = facts.origin.map(|code| regions.full_name(code, facts.day));
        Row {
            cells: vec![
                Some(row_at(summary, sample.row)),
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

/// What each column was taken for and in which unit, which worksheet was read, and which profile notes what a person
/// corrects about it.
pub(super) fn layout_editor(locale: Locale, view: &View, columns: &Columns, sheets: &Sheets) -> Markup {
    let own = view.batch.profile.as_ref().map_or(DEFAULT_PROFILE, |profile| profile.0.as_str());
    let content = html! {
        p.hint { (locale.t("import-columns-hint")) }
        form method="post" action=(format!("/w/imports/{}/columns", view.batch.id)) {
            @for (index, column) in columns.list.iter().enumerate() {
                input type="hidden" name=(format!("title-{index}")) value=(column.title);
            }
            div.form {
                @if sheets.all.len() > 1 { (choose_sheet(locale, sheets)) }
            }
            @if !columns.list.is_empty() { (columns_table(locale, columns)) }
            div.form {
                (Field::text("profile", &locale.t("import-profile-save-as")).value(own)
                    .hint(locale.t("import-profile-save-hint")).required().render(locale))
                (button(&locale.t("import-columns-save")))
            }
        }
    };
    html! {
        details open[view.batch.problem.is_some()] {
            summary { (locale.t("import-columns")) }
            (panel(&locale.t("import-columns"), None, &content))
        }
    }
}

fn choose_sheet(locale: Locale, sheets: &Sheets) -> Markup {
    let every = Choice::new(EVERY_SHEET, locale.t("import-sheet-every"));
    let named = std::iter::once(every).chain(sheets.all.iter().map(|name| Choice::new(name, name)));
    let automatic = if sheets.read.is_empty() || sheets.chosen {
        locale.t("import-sheet-automatic")
    } else {
        locale.with("import-sheet-now", &[("sheet", sheets.read.as_str().into())])
    };
    let choices = std::iter::once(Choice::new("", automatic)).chain(named).collect();
    let chosen = match (sheets.chosen, sheets.parts.is_empty()) {
        (true, true) => sheets.read.as_str(),
        (true, false) => EVERY_SHEET,
        (false, _) => "",
    };
    Field::select("sheet", &locale.t("import-sheet"), choices).value(chosen).required().render(locale)
}

/// One row per column: its title, what it says, and the unit of what could be an amount.
fn columns_table(locale: Locale, columns: &Columns) -> Markup {
    let meanings: Vec<Choice> = std::iter::once(Choice::new("", locale.t("import-column-unknown")))
        .chain(Meaning::ALL.iter().map(|meaning| Choice::new(meaning.word(), field_text(locale, *meaning))))
        .collect();
    let rows = columns.list.iter().enumerate().map(|(index, column)| {
        let of = |key: &str| locale.with(key, &[("title", column.title.as_str().into())]);
        let meaning =
            Field::select(&format!("field-{index}"), &of("import-column-meaning-of"), meanings.clone())
                .value(column.field.map_or("", Meaning::word));
        let unit = column.field.is_none_or(Meaning::is_money).then(|| {
            let said = if column.unit_corrected { column.unit.word() } else { "" };
            Field::select(&format!("unit-{index}"), &of("import-column-unit-of"), units(locale, column))
                .value(said)
                .in_cell()
        });
        Row { cells: vec![Some(html! { (column.title) }), Some(meaning.in_cell()), unit], ..Row::default() }
    });
    let table = DataTable {
        caption: locale.t("import-columns"),
        columns: vec![
            Column::text(locale.t("import-column-title")),
            Column::text(locale.t("import-column-meaning")),
            Column::text(locale.t("import-column-unit")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// The units to choose from; the first choice goes by title and heading and tells what they say.
fn units(locale: Locale, column: &TableColumn) -> Vec<Choice> {
    let automatic = if column.unit_corrected || column.field.is_none() {
        locale.t("import-unit-automatic")
    } else {
        locale.with("import-unit-now", &[("unit", unit_text(locale, column.shown_unit()).into())])
    };
    let named = MoneyUnit::ALL.iter().map(|unit| Choice::new(unit.word(), unit_text(locale, *unit)));
    std::iter::once(Choice::new("", automatic)).chain(named).collect()
}

/// The name of a unit of money.
pub(crate) fn unit_text(locale: Locale, unit: MoneyUnit) -> String {
    locale.t(match unit {
        MoneyUnit::Fen => "import-unit-fen",
        MoneyUnit::Jiao => "import-unit-jiao",
        MoneyUnit::Yuan => "import-unit-yuan",
        MoneyUnit::Thousand => "import-unit-thousand",
        MoneyUnit::TenThousand => "import-unit-ten-thousand",
        MoneyUnit::Million => "import-unit-million",
        MoneyUnit::HundredMillion => "import-unit-hundred-million",
    })
}

/// The name of a field.
pub(crate) fn field_text(locale: Locale, meaning: Meaning) -> String {
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
