//! Which column of a file says what, and what a person has corrected about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sh_files::{
    fold::fold_text,
    header::{Header, SavedMapping},
    parse::{MoneyUnit, is_quantity_unit},
};
use sh_kernel::RegionCode;

use super::fields::{Field, exact, left_out, money_unit_in};

/// How the files of a source are to be read where they differ from what is recognised by itself (导入方案). Kept as a
/// version of the source's profile; a correction makes a new version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Folded title → what the column says; [`Field::Ignored`] for a column to be left out.
    pub columns: BTreeMap<String, Field>,
    /// Name of a place as the source writes it → what it means, where the name is ambiguous or unknown.
    pub places: BTreeMap<String, RegionCode>,
    /// Folded title → unit of the amounts in that column, whatever title and heading say.
    pub units: BTreeMap<String, MoneyUnit>,
    /// The unit of amounts, if neither title nor heading names it.
    pub unit: Option<MoneyUnit>,
    /// The worksheet, if the best one is not the right one; [`EVERY_SHEET`](super::file::EVERY_SHEET) for all that have
    /// the same header.
    pub sheet: Option<String>,
    /// Whether the file must end with a row of totals; `None` asks the source's template.
    pub total_row: Option<bool>,
}

impl Mapping {
    /// The correction for a title, if there is one.
    pub fn column(&self, title: &str) -> Option<Field> {
        self.columns.get(&fold_text(title)).copied()
    }

    /// Notes what a column says.
    pub fn set_column(&mut self, title: &str, field: Field) {
        self.columns.insert(fold_text(title), field);
    }

    /// Notes in which unit the amounts of a column are; `None` leaves it to title and heading again.
    pub fn set_unit(&mut self, title: &str, unit: Option<MoneyUnit>) {
        match unit {
            Some(unit) => drop(self.units.insert(fold_text(title), unit)),
            None => drop(self.units.remove(&fold_text(title))),
        }
    }

    /// The corrections as the header finder takes them.
    pub fn saved(&self) -> SavedMapping {
        let corrected = self
            .columns
            .iter()
            .map(|(title, field)| (title.as_str(), if *field == Field::Ignored { "" } else { field.word() }));
        let left_out: Vec<(&str, &str)> = left_out().collect();
        SavedMapping::new(left_out.into_iter().chain(corrected))
    }

    /// Whether nothing is corrected.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Position in the row, from 0.
    pub index: usize,
    /// The title as the file has it.
    pub title: String,
    /// What it says; `None` if nothing known stands in the title.
    pub field: Option<Field>,
    /// Whether a person said so.
    pub corrected: bool,
    /// Unit of the amounts in it.
    pub unit: MoneyUnit,
    /// Whether a person said that unit.
    #[serde(default)]
    pub unit_corrected: bool,
    /// Unit of the quantities in it, if the title names one.
    pub quantity_unit: Option<String>,
}

impl Column {
    /// The unit in which the amounts of the column are read. A price stands in yuan even where the amounts of the sheet
    /// are in ten thousands, unless its own title or a person says otherwise.
    pub fn shown_unit(&self) -> MoneyUnit {
        let price = self.field == Some(Field::UnitPrice);
        let told = self.unit_corrected || money_unit_in(&self.title).is_some();
        if price && !told { MoneyUnit::Yuan } else { self.unit }
    }
}

/// The columns of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Columns {
    /// In the order of the file.
    pub list: Vec<Column>,
}

impl Columns {
    /// What the columns of a found header say.
    pub fn of(header: &Header, mapping: &Mapping) -> Self {
        let unit_of = |title: &str, named: Option<MoneyUnit>| {
            named.or_else(|| money_unit_in(title)).or(header.sheet_unit).or(mapping.unit).unwrap_or_default()
        };
        let list = header.columns.iter().map(|column| {
            let corrected = mapping.column(&column.title);
            let unit = mapping.units.get(&fold_text(&column.title)).copied();
            let ignored = exact(&column.title).filter(|field| *field == Field::Ignored);
            Column {
                index: column.index,
                title: column.title.clone(),
                field: column
                    .field
                    .and_then(Field::from_word)
                    .or(corrected)
                    .or(ignored)
                    .or_else(|| dated(&column.title)),
                corrected: corrected.is_some(),
                unit: unit.unwrap_or_else(|| unit_of(&column.title, column.unit)),
                unit_corrected: unit.is_some(),
                quantity_unit: column.unit_text.clone().filter(|unit| is_quantity_unit(unit)),
            }
        });
        let mut list: Vec<Column> = list.collect();
        for place in 0..list.len() {
            let Some(field) = list.get(place).and_then(|column| column.field) else { continue };
            let sure = header.columns.get(place).is_some_and(|column| column.field.is_some());
            let taken = |(other, column): (usize, &Column)| other != place && column.field == Some(field);
            // A title that only resembles a field gives way to the column that has it.
            if !sure
                && field != Field::Ignored
                && list.iter().enumerate().any(taken)
                && let Some(column) = list.get_mut(place)
            {
                column.field = None;
            }
        }
        Self { list }
    }

    /// The column that says this.
    pub fn get(&self, field: Field) -> Option<&Column> {
        self.list.iter().find(|column| column.field == Some(field))
    }

    /// What is missing before rows can become claims: a seller, a product, an amount (or quantity and price), a day (or
    /// month, or a month in the heading). `known` are fields that the source's defaults or heading give.
    pub fn missing(&self, known: &[Field]) -> Vec<Field> {
        let has = |field: Field| self.get(field).is_some() || known.contains(&field);
        let mut missing = Vec::new();
        if !has(Field::Seller) {
            missing.push(Field::Seller);
        }
        if !has(Field::Product) {
            missing.push(Field::Product);
        }
        let computed = has(Field::Quantity) && has(Field::UnitPrice);
        if !Field::ALL.iter().any(|field| field.is_amount() && has(*field)) && !computed {
            missing.push(Field::Amount);
        }
        if !Field::ALL.iter().any(|field| field.is_day() && has(*field)) {
            missing.push(Field::DaySold);
        }
        missing
    }

    /// Whether another table has the same columns: in the same places the same meaning, or the same title where nobody
    /// knows a meaning. Units may differ.
    pub fn resembles(&self, other: &Self) -> bool {
        let same = |(a, b): (&Column, &Column)| {
            let titled = || a.field.is_some() || fold_text(&a.title) == fold_text(&b.title);
            a.index == b.index && a.field == b.field && titled()
        };
        self.list.len() == other.list.len() && self.list.iter().zip(&other.list).all(same)
    }

    /// The column with this title.
    pub fn titled(&self, title: &str) -> Option<&Column> {
        let folded = fold_text(title);
        self.list.iter().find(|column| fold_text(&column.title) == folded)
    }

    /// All titles in one line.
    pub fn titles(&self) -> String {
        let titles: Vec<&str> = self.list.iter().map(|column| column.title.as_str()).collect();
        titles.join("、")
    }

    /// Columns that nobody understands.
    pub fn unknown(&self) -> impl Iterator<Item = &Column> {
        self.list.iter().filter(|column| column.field.is_none())
    }
}

/// The field of a title with a month before it: `2020年11月采购金额`, `本月销售额`.
fn dated(title: &str) -> Option<Field> {
    let folded = fold_text(title);
    let bare = folded.trim_start_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, '年' | '月' | '份' | '-' | '本' | '当')
    });
    (bare.len() < folded.len()).then(|| exact(bare)).flatten()
}

#[cfg(test)]
mod tests {
    use sh_files::{
        header::find,
        sheet::{Cell, SheetRow},
    };

    use super::*;
    use crate::import::fields::specs;

    fn columns(titles: &[&str], mapping: &Mapping) -> Columns {
        let row = SheetRow { number: 3, cells: titles.iter().map(|title| Cell::text(*title)).collect() };
        let header = find(&[row], &[], specs(), &mapping.saved()).unwrap();
        Columns::of(&header, mapping)
    }

    #[test]
    fn titles_are_known_however_they_are_typed() {
        let found = columns(
            &[
                "*供應商名稱",
                "　品　名",
                "采购金额（万元）",
                "收货地址",
                "2020年11月采购日期",
                "金额（不含税）",
                "心情",
            ],
            &Mapping::default(),
        );
        let fields: Vec<_> = found.list.iter().map(|column| column.field).collect();
        assert_eq!(
            fields,
            [
                Some(Field::Seller),
                Some(Field::Product),
                Some(Field::Amount),
                Some(Field::Ignored),
                Some(Field::DaySold),
                Some(Field::AmountWithoutTax),
                None
            ]
        );
        assert_eq!(found.get(Field::Amount).unwrap().unit, MoneyUnit::TenThousand);
        assert!(found.missing(&[]).is_empty());
        assert_eq!(found.unknown().count(), 1);
    }

    #[test]
    fn a_correction_wins_over_the_title() {
        let mut mapping = Mapping::default();
        mapping.set_column("备 注", Field::Product);
        let found = columns(&["备注", "产品名称", "供应商"], &mapping);
        assert_eq!(found.get(Field::Product).unwrap().index, 0);
        assert!(found.get(Field::Product).unwrap().corrected);
        assert_eq!(found.missing(&[Field::Seller]), [Field::Amount, Field::DaySold]);
    }

    #[test]
    fn quantity_and_price_stand_in_for_an_amount() {
        let found = columns(&["供应商", "品名", "数量(公斤)", "单价", "月份"], &Mapping::default());
        assert!(found.missing(&[]).is_empty());
        assert_eq!(found.get(Field::Quantity).unwrap().quantity_unit.as_deref(), Some("公斤"));
    }
}
