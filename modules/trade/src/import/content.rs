//! The hash by which the same row is known again in a later file of the same source.

use sha2::{Digest, Sha256};

use crate::model::{ClaimFacts, DayPrecision};

/// First eight bytes of a SHA-256 over what was reported. Row numbers, serial numbers, remarks and everything that this
/// program worked out by itself (division codes, categories) stay out of it, so a later version of the program still
/// knows the row. `place` is the origin as written.
pub(crate) fn content_of(facts: &ClaimFacts, place: &str) -> i64 {
    let mut hash = Sha256::new();
    let mut text = |value: &str| {
        hash.update(value.as_bytes());
        hash.update([0]);
    };
    for value in [
        facts.seller.as_str(),
        facts.seller_code.as_deref().unwrap_or_default(),
        facts.buyer.as_deref().unwrap_or_default(),
        facts.product.as_str(),
        place,
        facts.order_no.as_deref().unwrap_or_default(),
        facts.invoice_no.as_deref().unwrap_or_default(),
        facts.outlet.as_deref().unwrap_or_default(),
        facts.event.as_deref().unwrap_or_default(),
    ] {
        text(value);
    }
    for number in [
        facts.day.yyyymmdd(),
        i64::from(facts.precision == DayPrecision::Month),
        facts.amount.0,
        facts.quantity.map_or(i64::MIN, |quantity| quantity.0),
        facts.stage.code(),
        facts.role.code(),
        facts.link.code(),
        facts.basis.code(),
        facts.destination.map_or(0, sh_kernel::RegionCode::number),
    ] {
        hash.update(number.to_be_bytes());
    }
    let digest = hash.finalize();
    let mut first = [0; 8];
    first.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    i64::from_be_bytes(first)
}
