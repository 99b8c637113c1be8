//! Amounts and quantities of a row.

use sh_files::{
    parse::{self, CellProblem},
    sheet::{Cell, SheetRow},
};
use sh_kernel::{Fen, Quantity};

use super::{Draft, RowReader};
use crate::{
    axes::PriceBasis,
    import::{
        columns::Column,
        fields::Field,
        issue::{Issue, Severity},
        values,
    },
};

impl RowReader {
    pub(super) fn money(&self, draft: &mut Draft<'_>, field: Field) -> Option<Fen> {
        let (column, cell) = self.cell(draft.row, field)?;
        money_in(draft, column, cell)
    }

    /// The amount of the row and what it contains; computed from quantity and price if no amount stands there.
    pub(super) fn amount(&self, draft: &mut Draft<'_>) -> Option<(Fen, PriceBasis)> {
        let computed = self.computed(draft);
        for (field, basis) in AMOUNTS {
            let Some((column, cell)) = self.cell(draft.row, *field) else { continue };
            let mut amount = money_in(draft, column, cell)?;
            let mut basis = basis.unwrap_or(self.defaults.basis);
            if *field == Field::AmountWithFreight && self.column(Field::Freight).is_some() {
                let freight = self.money(draft, Field::Freight).unwrap_or(Fen::ZERO);
                amount = amount.minus(freight).unwrap_or(amount);
                basis = PriceBasis::WithTax;
            }
            if amount == Fen::ZERO {
                let issue = Issue::of(draft.row.number, Severity::Rejected, "amount-zero");
                draft.reject(issue.at(&column.title, cell.as_text().trim()));
                return None;
            }
            if let Some(computed) = computed.filter(|_| *field != Field::AmountWithoutTax) {
                compare(draft, column, amount, computed);
            }
            return Some((amount, basis));
        }
        if let Some(amount) = computed.filter(|amount| *amount != Fen::ZERO) {
            let issue = Issue::of(draft.row.number, Severity::Remark, "amount-computed");
            draft.remark(issue.with("amount", amount.to_grouped()));
            return Some((amount, self.defaults.basis));
        }
        let title = self.amount_column().map(|column| column.title.clone()).unwrap_or_default();
        draft.reject(Issue::of(draft.row.number, Severity::Rejected, "amount-missing").at(&title, ""));
        None
    }

    /// Quantity times price, to the fen.
    pub(super) fn computed(&self, draft: &mut Draft<'_>) -> Option<Fen> {
        let (column, cell) = self.cell(draft.row, Field::UnitPrice)?;
        let price = parse::money(cell, column.shown_unit()).ok()?;
        let (quantity, factor) = self.quantity_quietly(draft.row)?;
        let product = i128::from(price.0) * i128::from(quantity.0);
        let factor = i128::from(factor.max(1));
        let half = if product < 0 { -factor / 2 } else { factor / 2 };
        i64::try_from((product + half) / factor).ok().map(Fen)
    }

    pub(super) fn quantity_quietly(&self, row: &SheetRow) -> Option<(Quantity, i64)> {
        self.quantity_of(row)?.ok()
    }

    pub(super) fn quantity(&self, draft: &mut Draft<'_>) -> Option<(Quantity, i64)> {
        match self.quantity_of(draft.row)? {
            Ok(read) => Some(read),
            Err(problem) => {
                let title =
                    self.column(Field::Quantity).map(|column| column.title.clone()).unwrap_or_default();
                draft.remark(Issue::of_cell(draft.row.number, Severity::Remark, &title, problem));
                None
            }
        }
    }

    /// The quantity in its base unit, and how many base units one unit has. Units that are not known count pieces.
    pub(super) fn quantity_of(&self, row: &SheetRow) -> Option<Result<(Quantity, i64), CellProblem>> {
        const PIECE: &str = "件";
        let (column, cell) = self.cell(row, Field::Quantity)?;
        let told = self.cell(row, Field::Unit).map(|(_, cell)| cell.as_text().trim().to_owned());
        let unit = told.or_else(|| column.quantity_unit.clone());
        let read = parse::quantity(cell, unit.as_deref()).or_else(|problem| {
            let unknown = matches!(
                problem.code,
                parse::ProblemCode::QuantityUnitUnknown | parse::ProblemCode::QuantityUnitMissing
            );
            if unknown { parse::quantity(cell, Some(PIECE)) } else { Err(problem) }
        });
        Some(read.map(|read| (read.amount, values::base_units(&read.unit))))
    }
}

/// The amount columns in the order in which they are taken, with what their title says about the price. `None`: what the
/// source's files usually contain.
pub(super) const AMOUNTS: &[(Field, Option<PriceBasis>)] = &[
    (Field::Amount, None),
    (Field::AmountWithTax, Some(PriceBasis::WithTax)),
    (Field::AmountWithFreight, Some(PriceBasis::WithFreight)),
    (Field::AmountWithoutTax, Some(PriceBasis::WithoutTax)),
];

/// Notes if the amount is not what quantity and price give: more than a yuan and one in a hundred apart.
fn compare(draft: &mut Draft<'_>, column: &Column, amount: Fen, computed: Fen) {
    let (a, b) = (i128::from(amount.0).abs(), i128::from(computed.0).abs());
    let near = |a: i128, b: i128| (a - b).abs() <= (a.max(b) / 100).max(100);
    if b == 0 || near(a, b) {
        return;
    }
    let slip = near(a, b * 10_000) || near(a * 10_000, b);
    let code = if slip { "unit-slip" } else { "amount-disagrees" };
    let issue = Issue::of(draft.row.number, Severity::Remark, code).at(&column.title, &amount.to_grouped());
    draft.remark(issue.with("computed", computed.to_grouped()));
}

/// The amount in a cell; what cannot be read rejects the row.
fn money_in(draft: &mut Draft<'_>, column: &Column, cell: &Cell) -> Option<Fen> {
    match parse::money(cell, column.unit) {
        Ok(amount) => Some(amount),
        Err(problem) => {
            draft.reject(Issue::of_cell(draft.row.number, Severity::Rejected, &column.title, problem));
            None
        }
    }
}
