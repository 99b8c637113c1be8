//! The data table: aligned numbers, units in the head, sums, and cards instead of rows on a phone.

use maud::{Markup, PreEscaped, html};

use crate::{Locale, Tone};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnKind {
    /// Words, aligned left.
    #[default]
    Text,
    /// Numbers, aligned right with digits of one width.
    Number,
    /// Days and other short words that do not break.
    Day,
    /// What can be done with the row; stays in sight at the right edge.
    Action,
}

/// A column: its head and what it holds.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// What stands in the head.
    pub label: String,
    /// The unit of the numbers, in the head and not in the cells.
    pub unit: Option<String>,
    /// What the column holds.
    pub kind: ColumnKind,
    /// Where the head leads to sort by this column, and how it is sorted now (`ascending`, `descending`).
    pub sort: Option<(String, Option<&'static str>)>,
}

impl Column {
    /// A column of words.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of days, times or periods.
    pub fn day(label: impl Into<String>) -> Self {
        Self { label: label.into(), kind: ColumnKind::Day, ..Self::default() }
    }

    /// A column of numbers.
    pub fn number(label: impl Into<String>) -> Self {
        Self { label: label.into(), kind: ColumnKind::Number, ..Self::default() }
    }

    /// A column of numbers with their unit.
    pub fn amount(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { unit: Some(unit.into()), ..Self::number(label) }
    }

    /// The column of actions.
    pub fn action(label: impl Into<String>) -> Self {
        Self { label: label.into(), kind: ColumnKind::Action, ..Self::default() }
    }

    /// Sortable: where the head leads, and how the column is sorted now.
    #[must_use]
    pub fn sort(mut self, href: impl Into<String>, now: Option<&'static str>) -> Self {
        self.sort = Some((href.into(), now));
        self
    }

    const fn class(&self) -> Option<&'static str> {
        match self.kind {
            ColumnKind::Text => None,
            ColumnKind::Number => Some("num"),
            ColumnKind::Day => Some("day"),
            ColumnKind::Action => Some("act"),
        }
    }
}

/// One row. Its first cell names it.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// One cell per column; `None` is shown as `--`.
    pub cells: Vec<Option<Markup>>,
    /// The value that choosing the row sends as `id`.
    pub id: Option<String>,
    /// What the check box of the row is called; the text of the first cell suits.
    pub name: String,
    /// Marks a row that needs a look.
    pub tone: Tone,
}

impl Row {
    /// A row of cells that all hold something.
    pub fn new(cells: impl IntoIterator<Item = Markup>) -> Self {
        Self { cells: cells.into_iter().map(Some).collect(), ..Self::default() }
    }

    /// Can be chosen: the value sent as `id`, and what the check box is called.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>, name: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self.name = name.into();
        self
    }

    /// Marked, because somebody has to look.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// A table of rows (数据表).
#[derive(Debug, Clone, Default)]
pub struct DataTable {
    /// What the table shows, read out before it.
    pub caption: String,
    /// The caption is also seen.
    pub caption_shown: bool,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The sum row, on top of reports.
    pub sum: Option<Row>,
    /// Rows can be chosen; put the table into [`crate::bulk_bar`].
    pub selectable: bool,
    /// Shown instead of the table if there are no rows: see [`crate::empty`].
    pub empty: Option<Markup>,
}

/// Renders a table. The first column and the column of actions stay in sight when it scrolls sideways; at
/// phone width each row becomes a card in the same order.
pub fn data_table(locale: Locale, table: &DataTable) -> Markup {
    if table.rows.is_empty()
        && let Some(empty) = &table.empty
    {
        return empty.clone();
    }
    html! {
        div.table-box tabindex="0" role="region" aria-label=(table.caption) {
            table.data {
                caption.visually-hidden[!table.caption_shown] { (table.caption) }
                thead { tr {
                    @if table.selectable {
                        th.pick scope="col" data-pick-all {
                            span.visually-hidden { (locale.t("bulk-choose")) }
                        }
                    }
                    @for column in &table.columns { (head(column)) }
                } }
                tbody {
                    @if let Some(sum) = &table.sum { (row(locale, table, sum, true)) }
                    @for entry in &table.rows { (row(locale, table, entry, false)) }
                }
            }
        }
    }
}

fn head(column: &Column) -> Markup {
    let label = html! {
        (column.label)
        @if let Some(unit) = &column.unit { " " span.unit { "(" (unit) ")" } }
    };
    let (href, now) = column.sort.as_ref().map_or((None, None), |(href, now)| (Some(href), *now));
    html! {
        th scope="col" class=[column.class()] aria-sort=[now] {
            @if let Some(href) = href {
                a.sort href=(href) { (label) span aria-hidden="true" { (arrow(now)) } }
            } @else { (label) }
        }
    }
}

fn arrow(now: Option<&str>) -> &'static str {
    match now {
        Some("ascending") => " ▲",
        Some(_) => " ▼",
        None => "",
    }
}

fn row(locale: Locale, table: &DataTable, row: &Row, sum: bool) -> Markup {
    let class = if sum { "sum" } else { row.tone.class() };
    html! {
        tr.(class) {
            @if table.selectable {
                td.pick {
                    @if let Some(id) = &row.id {
                        input type="checkbox" name="id" value=(id)
                            aria-label=(locale.with("bulk-choose-row", &[("name", row.name.as_str()
                                .into())]));
                    }
                }
            }
            @for (index, column) in table.columns.iter().enumerate() {
                @let content = row.cells.get(index).cloned().flatten();
                @let content = content.unwrap_or_else(|| PreEscaped("--".to_owned()));
                @if index == 0 {
                    th scope="row" class=[column.class()] data-label=(card_label(column)) { (content) }
                } @else {
                    td class=[column.class()]
                        data-label=[(!column.label.is_empty()).then(|| card_label(column))] {
                        (content)
                    }
                }
            }
        }
    }
}

fn card_label(column: &Column) -> String {
    column.unit.as_ref().map_or_else(|| column.label.clone(), |unit| format!("{} ({unit})", column.label))
}
