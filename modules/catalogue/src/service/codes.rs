//! Codes of variants: each belongs to one product of a shop from the first saved draft on, so that two drafts never meet
//! only when they are approved.

use sh_db::{DbError, Tx};
use sh_kernel::Id;

use crate::{
    draft::{Draft, Flaw},
    model::{Product, Shop},
    store::code as store,
};

/// Takes the codes of working copies for their products and gives up those that they no longer name. Answers the codes
/// that other products have; the caller undoes its transaction then.
///
/// # Errors
/// What the database refuses.
pub(crate) async fn claim(
    tx: &mut Tx,
    shop: Id<Shop>,
    drafts: &[(Id<Product>, &Draft)],
) -> Result<Vec<Flaw>, DbError> {
    let products: Vec<Id<Product>> = drafts.iter().map(|(product, _)| *product).collect();
    let mut places: Vec<(Id<Product>, String, usize)> = Vec::new();
    for (product, draft) in drafts {
        places.extend(draft.sku_codes().into_iter().map(|(at, code)| (*product, code, at)));
    }
    // In the order of the codes, so that two writers of a shop wait for each other and never in a circle.
    places.sort_by(|a, b| a.1.cmp(&b.1));
    let codes: Vec<(Id<Product>, String)> =
        places.iter().map(|(product, code, _)| (*product, code.clone())).collect();
    store::release(tx, shop, &products).await?;
    store::claim(tx, shop, &codes).await?;
    let names: Vec<String> = codes.into_iter().map(|(_, code)| code).collect();
    let owners = store::owners(tx, shop, &names).await?;
    let foreign = places.iter().filter_map(|(product, code, at)| {
        let (_, name) = owners.get(code).filter(|(owner, _)| owner != product)?;
        Some(elsewhere(code, name).of_sku(*at))
    });
    Ok(foreign.collect())
}

/// What is wrong with a code that another product has.
pub(crate) fn elsewhere(code: &str, product: &str) -> Flaw {
    Flaw::new("sku-code", "sku-code-elsewhere", code).with("product", &product)
}
