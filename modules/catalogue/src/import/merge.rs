//! What rows of a file make of a product: a column that is there decides, one that is not leaves things as they are.

use sh_files::{
    parse::{self, MoneyUnit},
    sheet::Cell,
};

use sh_kernel::Fen;

use super::{
    file::{Cells, FileProduct, Layout, Taken},
    issue::Issue,
};
use crate::draft::{Draft, Flaw, SkuDraft, yes_or_no};

/// A product as the file wants it.
pub(crate) struct Merged {
    /// The working copy.
    pub(crate) draft: Draft,
    /// The row of each variant of it; `None` for those that the file does not name.
    rows: Vec<Option<u32>>,
    /// The first row.
    pub(crate) first: u32,
    /// What is wrong already.
    pub(crate) issues: Vec<Issue>,
}

/// Puts a product of the file on top of what is known of it.
pub(crate) fn merge(layout: &Layout, product: &FileProduct, known: Option<Draft>) -> Merged {
    let draft = known.unwrap_or_else(|| Draft { publish: true, ..Draft::default() });
    let first = product.rows.first().map_or(0, |row| row.0);
    let mut merged = Merged { rows: vec![None; draft.skus.len()], draft, first, issues: Vec::new() };
    for (row, flaw) in &product.flaws {
        merged.issues.push(Issue::of(*row, layout.title(flaw.field), flaw.clone()));
    }
    for (at, column) in layout.columns.iter().enumerate().filter(|(_, column)| !column.of_sku) {
        merged.set(column, at, &product.rows);
    }
    if layout.columns.iter().any(|column| column.of_sku) {
        for row in &product.rows {
            merged.set_sku(layout, row, product.rows.len());
        }
    }
    merged
}

impl Merged {
    /// A field of the product: what its first row says. Later rows say the same or nothing.
    fn set(&mut self, column: &Taken, at: usize, rows: &[Cells]) {
        let cell = |row: &Cells| row.1.get(at).cloned().unwrap_or_default();
        let Some(value) = rows.first().map(cell) else { return };
        for row in rows.iter().skip(1) {
            let other = cell(row);
            if !other.is_empty() && other != value {
                let flaw = Flaw::new(column.field, "row-differs", &other)
                    .with("row", &self.first)
                    .with("first", &value);
                self.issues.push(Issue::of(row.0, &column.title, flaw));
            }
        }
        if column.field == "publish" {
            match yes_or_no(&value) {
                Some(said) => self.draft.publish = said,
                None if value.is_empty() => self.draft.publish = true,
                None => {
                    let flaw = Flaw::new("publish", "yes-or-no", &value);
                    self.issues.push(Issue::of(self.first, &column.title, flaw));
                }
            }
        } else if let Some(text) = self.draft.text_mut(column.field) {
            *text = value;
        }
    }

    /// A variant: the one with this code, else the one with this name, else a new one.
    fn set_sku(&mut self, layout: &Layout, (row, cells): &Cells, rows: usize) {
        let text = |field: &str| layout.at(field).and_then(|at| cells.get(at)).map_or("", String::as_str);
        let (code, spec) = (text("sku-code"), text("spec"));
        let only = self.draft.skus.len() == 1 && rows == 1;
        let same = |sku: &SkuDraft| match (code, spec) {
            ("", "") => only,
            ("", spec) => sku.spec.trim() == spec,
            (code, _) => sku.code.trim() == code,
        };
        let free = |at: &usize| self.rows.get(*at).is_some_and(Option::is_none);
        let found =
            (0..self.draft.skus.len()).filter(free).find(|at| self.draft.skus.get(*at).is_some_and(same));
        let at = found.unwrap_or_else(|| {
            self.draft.skus.push(SkuDraft::default());
            self.rows.push(None);
            self.draft.skus.len() - 1
        });
        if let Some(place) = self.rows.get_mut(at) {
            *place = Some(*row);
        }
        let Some(sku) = self.draft.skus.get_mut(at) else { return };
        for (column, value) in layout.columns.iter().zip(cells).filter(|(column, _)| column.of_sku) {
            // A code that was made or typed before stays where the file gives none.
            if column.field == "sku-code" && value.is_empty() {
                continue;
            }
            if let Some(text) = sku.text_mut(column.field) {
                *text = written_out(column, value);
            }
        }
    }

    /// A flaw of the checked draft, at the row and column of the file where it comes from.
    pub(crate) fn locate(&self, layout: &Layout, flaw: Flaw) -> Issue {
        let row = flaw.sku.and_then(|at| self.rows.get(at).copied().flatten()).unwrap_or(self.first);
        Issue::of(row, layout.title(flaw.field), flaw)
    }
}

/// A cell with the unit that its title names: `售价（万元）`, `净含量（kg）`.
fn written_out(column: &Taken, value: &str) -> String {
    match (column.field, column.money, &column.unit) {
        ("price", Some(unit), _) if unit != MoneyUnit::Yuan => {
            parse::money(&Cell::text(value), unit).map_or_else(|_| value.to_owned(), Fen::to_plain)
        }
        ("content" | "gross", _, Some(unit)) if value.parse::<f64>().is_ok() => format!("{value} {unit}"),
        _ => value.to_owned(),
    }
}
