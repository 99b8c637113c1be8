//! Figures as tables for people, JSON for programs and CSV for spreadsheets.

use std::{collections::HashMap, fmt::Write as _};

use sh_statistics::{Figure, FigureRow, axis_label, label};
use sh_trade::axes::Axis;
use sh_ui::Locale;

use super::read_from;

/// One figure by some axes.
pub(super) struct Table<'a> {
    pub(super) figure: &'a Figure,
    pub(super) by: &'a [Axis],
    /// Names of sellers.
    pub(super) names: &'a HashMap<i64, String>,
    pub(super) locale: Locale,
}

pub(super) fn list_json(figures: &[Figure], locale: Locale) -> anyhow::Result<String> {
    let rows: Vec<serde_json::Value> = figures.iter().map(|figure| head(figure, locale)).collect();
    Ok(serde_json::to_string_pretty(&rows)?)
}

pub(super) fn list_csv(figures: &[Figure], locale: Locale) -> String {
    let mut text = "code,version,name,yuan,trades\n".to_owned();
    for figure in figures {
        let one = &figure.definition;
        let name = field(one.content.name.get(locale));
        // Writing into a text does not fail.
        let _ = writeln!(text, "{},{},{name},{},{}", one.code, one.version, figure.value, figure.trades);
    }
    text
}

pub(super) fn list_table(figures: &[Figure], locale: Locale) -> String {
    let mut text = String::new();
    for figure in figures {
        let one = &figure.definition;
        let shown = one.content.display.show(figure.value, locale);
        let _ = writeln!(
            text,
            "{:<20} v{:<3} {:>20} {}  {:>9} {}  {}  {}",
            one.code,
            one.version,
            shown.exact,
            locale.t("unit-yuan"),
            figure.trades,
            locale.t("data-trades"),
            padded(&format!("{} {}", shown.number, shown.unit), 18),
            one.content.name.get(locale)
        );
    }
    text.push_str(&as_of(figures.first(), locale));
    text
}

/// As of when the figures are.
fn as_of(figure: Option<&Figure>, locale: Locale) -> String {
    let posting = figure.and_then(|figure| figure.posting.as_ref());
    posting.map_or_else(String::new, |posting| {
        let at = posting.at.to_minute();
        format!("{} {at}, {} {}\n", locale.t("data-as-of"), locale.t("data-posting"), posting.seq)
    })
}

fn head(figure: &Figure, locale: Locale) -> serde_json::Value {
    let definition = &figure.definition;
    serde_json::json!({
        "code": definition.code,
        "version": definition.version,
        "name": definition.content.name.get(locale),
        "from": definition.content.from.to_string(),
        "until": definition.content.until.to_string(),
        "value_fen": figure.value.0,
        "yuan": figure.value.to_plain(),
        "shown": definition.content.display.show(figure.value, locale),
        "trades": figure.trades,
        "posting": figure.posting.as_ref().map(|posting| posting.seq),
        "as_of": figure.posting.as_ref().map(|posting| posting.at.to_minute()),
        "answered_from": read_from(figure),
    })
}

impl Table<'_> {
    fn name(&self, axis: Axis, value: i64) -> String {
        match (axis, self.names.get(&value)) {
            (Axis::Seller, Some(name)) => name.clone(),
            _ => label(axis, value, self.locale),
        }
    }

    fn keys<'r>(&'r self, row: &'r FigureRow) -> impl Iterator<Item = (Axis, i64)> + 'r {
        self.by.iter().copied().zip(row.keys.iter().copied())
    }

    pub(super) fn json(&self, filter: &[(Axis, i64)]) -> anyhow::Result<String> {
        let mut answer = head(self.figure, self.locale);
        let value = |(axis, value): (Axis, i64)| serde_json::json!({ "axis": axis.word(), "value": value, "label": self.name(axis, value) });
        let rows = self.figure.rows.iter().map(|row| {
            serde_json::json!({
                "keys": self.keys(row).map(value).collect::<Vec<_>>(),
                "yuan": row.amount.to_plain(),
                "value_fen": row.amount.0,
                "trades": row.trades,
            })
        });
        let rows: Vec<_> = rows.collect();
        if let Some(answer) = answer.as_object_mut() {
            let by: Vec<_> = self.by.iter().map(|axis| axis.word()).collect();
            answer.insert("by".to_owned(), by.into());
            let conditions: Vec<_> = filter.iter().copied().map(value).collect();
            answer.insert("where".to_owned(), conditions.into());
            answer.insert("rows".to_owned(), rows.into());
        }
        Ok(serde_json::to_string_pretty(&answer)?)
    }

    pub(super) fn csv(&self) -> String {
        let titles =
            self.by.iter().flat_map(|axis| [axis.word().to_owned(), format!("{}-name", axis.word())]);
        let mut lines =
            vec![titles.chain(["yuan".to_owned(), "trades".to_owned()]).collect::<Vec<_>>().join(",")];
        for row in &self.figure.rows {
            let keys =
                self.keys(row).flat_map(|(axis, value)| [value.to_string(), field(&self.name(axis, value))]);
            let sums = [row.amount.to_plain(), row.trades.to_string()];
            lines.push(keys.chain(sums).collect::<Vec<_>>().join(","));
        }
        if self.by.is_empty() {
            lines.push(format!("{},{}", self.figure.value.to_plain(), self.figure.trades));
        }
        lines.join("\n")
    }

    pub(super) fn text(&self) -> String {
        let (definition, locale) = (&self.figure.definition, self.locale);
        let shown = definition.content.display.show(self.figure.value, locale);
        let mut text = format!(
            "{} (v{}, {}～{})\n{} {}  =  {} {}, {} {}\n",
            definition.content.name.get(locale),
            definition.version,
            definition.content.from,
            definition.content.until,
            shown.number,
            shown.unit,
            shown.exact,
            locale.t("unit-yuan"),
            self.figure.trades,
            locale.t("data-trades"),
        );
        text.push_str(&as_of(Some(self.figure), locale));
        if self.by.is_empty() {
            return text;
        }
        let titles: Vec<String> = self.by.iter().map(|axis| axis_label(*axis, locale)).collect();
        let (yuan, trades) = (locale.t("unit-yuan"), locale.t("data-trades"));
        let _ = writeln!(text, "\n{}  {}  {}", left(&yuan, 24), left(&trades, 9), titles.join(" / "));
        for row in &self.figure.rows {
            let keys: Vec<String> = self.keys(row).map(|(axis, value)| self.name(axis, value)).collect();
            let _ =
                writeln!(text, "{:>24}  {:>9}  {}", row.amount.to_grouped(), row.trades, keys.join(" / "));
        }
        text
    }
}

/// How many columns of a terminal a text takes: two for a Chinese sign.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// With spaces behind, up to so many columns.
fn padded(text: &str, wide: usize) -> String {
    format!("{text}{}", " ".repeat(wide.saturating_sub(columns(text))))
}

/// With spaces before, up to so many columns.
fn left(text: &str, wide: usize) -> String {
    format!("{}{text}", " ".repeat(wide.saturating_sub(columns(text))))
}

/// A field of a CSV line.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
