//! The change log of a figure (变更记录): the versions of its definition in words, and what changed its value.

use maud::{Markup, html};
use sh_kernel::Instant;
use sh_ui::{AmountUnit, Column, DataTable, Locale, Row, data_table, date, grouped, money_cell};

use super::{definitions, frame};
use crate::{
    definition::Definition,
    definitions::PRODUCT,
    public::changes::{Cause, DayChange, ValueLog, Versions},
};

/// Versions and changes of the value, each in a table.
pub(super) fn log(locale: Locale, versions: &Versions, values: Option<&ValueLog>) -> Markup {
    html! {
        section.flow #changes {
            h2 { (locale.t("data-changes")) }
            (version_table(locale, versions))
            @if let Some(last) = versions.last_told() {
                @let version = [("version", last.version.to_string().into())];
                p { a href=(frame::definition_href(last)) { (locale.with("data-versions-before", &version)) } }
            }
            @if let Some(values) = values {
                p.hint { (locale.t("data-value-changes-note")) }
                (value_table(locale, values))
            }
        }
    }
}

fn version_table(locale: Locale, versions: &Versions) -> Markup {
    let rows = versions.pairs().map(|(version, before)| {
        let wrote = who(locale, &version.created_by, Some(version.created_at));
        let approved = version.published_by.as_deref().map(|by| who(locale, by, version.published_at));
        Row {
            cells: vec![
                Some(html! {
                    a href=(frame::definition_href(version)) { (locale.with("data-version-short", &[("version", version.version.to_string().into())])) }
                    " " (definitions::state_tag(locale, version.state))
                }),
                version.published_at.map(|at| date(at.day())),
                Some(wrote),
                approved,
                Some(html! { @for change in differences(locale, before, version) { div { (change) } } }),
            ],
            ..Row::default()
        }
    });
    let table = DataTable {
        caption: locale.t("data-versions"),
        columns: vec![
            Column::text(locale.t("data-version")),
            Column::day(locale.t("data-in-force-since")),
            Column::text(locale.t("data-written-by")),
            Column::text(locale.t("data-approved-by")),
            Column::text(locale.t("data-what-changed")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// Who did it and on which day; what the product comes with was written by nobody here.
fn who(locale: Locale, by: &str, at: Option<Instant>) -> Markup {
    let name = if by == PRODUCT { locale.t("data-shipped") } else { by.to_owned() };
    html! { (name) @if let Some(at) = at { " " span.hint { (date(at.day())) } } }
}

/// What a version changed of the one before it, in words.
pub(crate) fn differences(locale: Locale, before: Option<&Definition>, after: &Definition) -> Vec<String> {
    let Some(before) = before else { return vec![locale.t("data-diff-first")] };
    let (old, new) = (&before.content, &after.content);
    let mut changes = Vec::new();
    if old.name != new.name {
        changes.push(locale.with("data-diff-name", &[("old", old.name.get(locale).into())]));
    }
    if old.text != new.text {
        changes.push(locale.t("data-diff-text"));
    }
    if (old.from, old.until) != (new.from, new.until) {
        let periods = [("old", old.period(locale).into()), ("new", new.period(locale).into())];
        changes.push(locale.with("data-diff-period", &periods));
    }
    let (was, is) = (definitions::clauses(locale, before), definitions::clauses(locale, after));
    let mut told = |key: &str, clauses: &[definitions::Worded<'_>], others: &[definitions::Worded<'_>]| {
        for (clause, words) in clauses.iter().filter(|one| !others.iter().any(|other| other.0 == one.0)) {
            debug_assert!(!clause.0.is_empty(), "no clause is empty");
            changes.push(locale.with(key, &[("condition", words.as_str().into())]));
        }
    };
    told("data-diff-removed", &was, &is);
    told("data-diff-added", &is, &was);
    if old.display != new.display {
        let display = definitions::display(locale, after);
        changes.push(locale.with("data-diff-display", &[("display", display.into())]));
    }
    if changes.is_empty() {
        changes.push(locale.t("data-diff-none"));
    }
    changes
}

fn value_table(locale: Locale, values: &ValueLog) -> Markup {
    let amounts = values.days.iter().map(|day| day.after.amount).chain(values.before.map(|sum| sum.amount));
    let unit = AmountUnit::for_column(amounts);
    let mut rows: Vec<Row> = values
        .days
        .iter()
        .map(|day| {
            Row::new([
                date(day.day),
                html! { (causes(locale, day).join(&locale.t("data-comma"))) },
                money_cell(locale, day.change.amount, unit),
                html! { (grouped(day.change.trades)) },
                money_cell(locale, day.after.amount, unit),
            ])
        })
        .collect();
    if let Some(before) = values.before {
        rows.push(Row::new([
            html! { (locale.t("data-earlier")) },
            html! {},
            money_cell(locale, before.amount, unit),
            html! { (grouped(before.trades)) },
            money_cell(locale, before.amount, unit),
        ]));
    }
    let table = DataTable {
        caption: locale.t("data-value-changes"),
        columns: vec![
            Column::day(locale.t("data-posted-on")),
            Column::text(locale.t("data-cause")),
            Column::amount(locale.t("data-change"), unit.label(locale)),
            Column::number(locale.t("data-trades")),
            Column::amount(locale.t("data-value-after"), unit.label(locale)),
        ],
        rows,
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn causes(locale: Locale, day: &DayChange) -> Vec<String> {
    let words = |(cause, count): &(Cause, usize)| {
        let key = match cause {
            Cause::Import => "data-log-import",
            Cause::Withdrawal => "data-log-withdrawal",
            Cause::Ruling => "data-log-ruling",
            Cause::Matching => "data-log-matching",
        };
        locale.with(key, &[("count", (*count).into())])
    };
    day.causes.iter().map(words).collect()
}
