//! What a product of a file would change, decided before anything is changed, and again when it is.

use std::collections::HashMap;

use sh_kernel::{Fen, Id};

use super::{
    file::{FileProduct, Layout},
    issue::Issue,
    merge::Merged,
};
use crate::{
    draft::{Content, Draft, Facts, Flaw},
    model::{Product, Review},
    service::codes::elsewhere,
    store::product::ProductRow,
};

/// What is to be done about a product.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// It is new.
    Create(Box<Draft>),
    /// It gets a new working copy.
    Save(Id<Product>, Box<Draft>),
    /// Only prices of what was approved are others: code of the variant, price before, price from now on.
    Prices(Id<Product>, Vec<(String, Fen, Fen)>),
    /// It is as the file says.
    Nothing,
    /// Something is wrong with it.
    Reject,
}

/// A product of the file, understood.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) step: Step,
    /// Rows of the file that tell of it.
    pub(crate) rows: u64,
    /// What is wrong, in the order of the rows.
    pub(crate) issues: Vec<Issue>,
}

/// Decides what a product of the file would change of what is known. `owners` tells the product of each code of a variant
/// that is known, by its own code.
pub(crate) fn plan(
    layout: &Layout,
    product: &FileProduct,
    merged: Merged,
    known: Option<&ProductRow>,
    (facts, owners): (&Facts, &mut HashMap<String, String>),
) -> Planned {
    let rows = product.rows.len() as u64;
    let mut issues = merged.issues.clone();
    let codes = merged.draft.sku_codes();
    for (at, code) in &codes {
        if let Some(owner) = owners.get(code).filter(|owner| **owner != product.code) {
            issues.push(merged.locate(layout, elsewhere(code, owner).of_sku(*at)));
        }
    }
    let checked = match merged.draft.check(facts) {
        Ok(content) => Some(content),
        Err(flaws) => {
            issues.extend(flaws.into_iter().map(|flaw| merged.locate(layout, flaw)));
            None
        }
    };
    let step = match (checked.filter(|_| issues.is_empty()), known) {
        (None, _) => Step::Reject,
        (Some(_), None) => Step::Create(Box::new(merged.draft)),
        (Some(content), Some(known)) => step(&content, merged.draft, known, facts),
    };
    let waits = known.is_some_and(|known| known.review == Review::Submitted);
    if matches!(step, Step::Create(_) | Step::Save(..)) {
        owners.extend(codes.into_iter().map(|(_, code)| (code, product.code.clone())));
    }
    let step = if waits && matches!(step, Step::Save(..)) {
        let flaw = Flaw::new("code", "product-waits", &product.code);
        issues.push(Issue::of(merged.first, layout.title("code"), flaw));
        Step::Reject
    } else {
        step
    };
    if let Some(cause) = issues.iter().map(|issue| issue.row).min() {
        // The rows beside the wrong one are not taken either, and say why.
        let fine =
            product.rows.iter().map(|row| row.0).filter(|row| issues.iter().all(|issue| issue.row != *row));
        let told: Vec<Issue> = fine
            .map(|row| Issue::of(row, "", Flaw::new("code", "product-rejected", "").with("row", &cause)))
            .collect();
        issues.extend(told);
    }
    issues.sort_by_key(|issue| issue.row);
    Planned { step, rows, issues }
}

fn step(content: &Content, draft: Draft, known: &ProductRow, facts: &Facts) -> Step {
    let prices = new_prices(content, known);
    let now = known.draft().check(facts).ok();
    if now.as_ref() == Some(content) && prices.is_empty() {
        return Step::Nothing;
    }
    // The same but for prices of variants that are approved: these need nobody's consent.
    let then = now.map(|mut now| {
        for (code, _, price) in &prices {
            for sku in now.skus.iter_mut().filter(|sku| sku.code == *code) {
                sku.price = *price;
            }
        }
        now
    });
    if then.as_ref() == Some(content) {
        Step::Prices(known.id, prices)
    } else {
        Step::Save(known.id, Box::new(draft))
    }
}

/// Variants that are approved and would get another price.
fn new_prices(content: &Content, known: &ProductRow) -> Vec<(String, Fen, Fen)> {
    let approved = known.content.iter().flat_map(|content| &content.skus);
    let changed = approved.filter_map(|sku| {
        let new = content.skus.iter().find(|new| new.code == sku.code && new.price != sku.price)?;
        Some((sku.code.clone(), sku.price, new.price))
    });
    changed.collect()
}
