//! What shops are owed and what the operator takes of it, line by line, as it follows from payments and refunds.

use sh_ledger::Transfer;

use super::Step;
use crate::{
    commission,
    model::{self, EntryKind, EntryRow, LineRow, PartRow, Whole},
};

/// What is taken of each shop's lines when they are paid.
pub(super) fn charges(parts: &[PartRow], lines: &[LineRow]) -> Vec<Transfer> {
    let taken = parts.iter().filter_map(|part| {
        let fens = lines.iter().filter(|line| line.shop == part.shop).map(|line| line.charge.fen.0);
        let sum = fens.fold(0, i64::saturating_add);
        (sum > 0).then(|| Transfer::new(model::payable(part.seller), model::commission(part.seller), sum))
    });
    taken.collect()
}

impl Step<'_> {
    /// A part is paid: its shop is owed for each line, and for the freight.
    pub(super) fn owe(&mut self, whole: &Whole, part: &PartRow) {
        for line in whole.lines_of(part.shop) {
            let entry = self.entry(part, EntryKind::Sale);
            let LineRow { line, pieces, amount, charge, .. } = *line;
            self.entries.push(EntryRow { line, pieces, amount, commission: charge.fen, ..entry });
        }
        if part.freight.0 > 0 {
            let entry = self.entry(part, EntryKind::Sale);
            self.entries.push(EntryRow { amount: part.freight, ..entry });
        }
    }

    /// The freight of a part goes back with the last of its goods.
    pub(super) fn freight_back(&mut self, part: &PartRow) {
        if part.freight.0 > 0 {
            let entry = self.entry(part, EntryKind::Refund);
            self.entries.push(EntryRow { amount: part.freight.reversed(), ..entry });
        }
    }

    /// Some pieces of a line go back. Returns what of the commission belongs to them: what was taken when they were sold.
    pub(super) fn take_back(&mut self, part: &PartRow, line: &mut LineRow, pieces: i64) -> i64 {
        let before = commission::share(line.charge.fen, line.back_pieces, line.pieces);
        line.back_pieces = line.back_pieces.saturating_add(pieces);
        let after = commission::share(line.charge.fen, line.back_pieces, line.pieces);
        let given = after.0.saturating_sub(before.0);
        let entry = self.entry(part, EntryKind::Refund);
        self.entries.push(EntryRow {
            line: line.line,
            pieces: pieces.saturating_neg(),
            amount: sh_kernel::Fen(line.price.0.saturating_mul(pieces)).reversed(),
            commission: sh_kernel::Fen(given).reversed(),
            ..entry
        });
        given
    }

    fn entry(&self, part: &PartRow, kind: EntryKind) -> EntryRow {
        EntryRow {
            id: self.ctx.ids.next(self.at),
            shop: part.shop,
            seller: part.seller,
            order: part.order,
            line: 0,
            kind,
            pieces: 0,
            amount: sh_kernel::Fen::ZERO,
            commission: sh_kernel::Fen::ZERO,
        }
    }
}
