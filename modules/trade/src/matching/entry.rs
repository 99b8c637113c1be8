//! Claims in the compact form that matching works on: numbers only, names and products interned.

use std::collections::HashMap;

use sh_kernel::{Day, Id};
use sh_parties::FoldedName;

use crate::{
    axes::{BuyerKind, Category, Certified, Channel, Link, PriceBasis, Role, Stage},
    model::{Claim, DayPrecision, SourceKind},
};

/// One claim as matching sees it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The claim.
    pub id: Id<Claim>,
    /// The file it came in, numbered within this set of claims.
    pub batch: u32,
    /// Who reports, numbered within this set of claims.
    pub source: u16,
    /// What kind of reporter.
    pub kind: SourceKind,
    /// Hash of the content.
    pub content: i64,
    /// Which of the rows of equal content in its file.
    pub occurrence: u32,
    /// Day, counted from 1970-01-01. Of a claim that knows only its month: the last day of that month.
    pub day: i32,
    /// Whether only the month is known.
    pub month_only: bool,
    /// Taken back with its file; looked at only to see which other claims that touches.
    pub withdrawn: bool,
    /// Seller, numbered within this set of claims.
    pub seller: u32,
    /// Buyer, numbered within this set of claims; 0 for nobody in particular.
    pub buyer: u32,
    /// Product, numbered within this set of claims.
    pub product: u32,
    /// Amount in fen, negative for a return.
    pub amount: i64,
    /// Quantity in the base unit, 0 if not told.
    pub quantity: i64,
    /// Division code, 0 if not told.
    pub origin: i32,
    /// Division code, 0 if not told.
    pub destination: i32,
    /// Hash of the order number, 0 if there is none that tells orders apart.
    pub order: u64,
    /// Hash of the order number without its last two digits, which count the lines of an order; 0 if too short.
    pub order_stem: u64,
    /// Hash of the invoice number, 0 if there is none.
    pub invoice: u64,
    /// Category.
    pub category: Category,
    /// Price basis.
    pub basis: PriceBasis,
    /// Kind of buyer.
    pub buyer_kind: BuyerKind,
    /// Stage.
    pub stage: Stage,
    /// Role.
    pub role: Role,
    /// Channel.
    pub channel: Channel,
    /// Link of a chain.
    pub link: Link,
    /// Whether the reporter says that the goods carry a certificate.
    pub certified: Certified,
}

impl Entry {
    /// Whether the claim reports goods or money that went back.
    pub fn is_return(&self) -> bool {
        self.amount < 0 || self.stage == Stage::Returned
    }

    /// Whether the sale has an order number in common: the same, or that of the order and that of one of its lines.
    pub(crate) const fn same_order(&self, other: &Self) -> bool {
        self.order != 0
            && other.order != 0
            && (self.order == other.order || self.order == other.order_stem || self.order_stem == other.order)
    }

    /// The day as a calendar day.
    pub fn calendar_day(&self) -> Day {
        Day::from_day_number(self.day)
    }
}

/// A claim as it is read from the table or made in a test, before interning.
#[derive(Debug, Clone)]
pub struct RawEntry {
    /// The claim.
    pub id: Id<Claim>,
    /// The file it came in.
    pub batch: u128,
    /// Who reports.
    pub source: String,
    /// What kind of reporter.
    pub kind: SourceKind,
    /// Hash of the content.
    pub content: i64,
    /// Which of the rows of equal content in its file.
    pub occurrence: u32,
    /// Taken back with its file.
    pub withdrawn: bool,
    /// Day of the sale.
    pub day: Day,
    /// How exactly it is known.
    pub precision: DayPrecision,
    /// Party number of the seller.
    pub seller: i64,
    /// Party number of the buyer, 0 for nobody in particular.
    pub buyer: i64,
    /// Kind of buyer.
    pub buyer_kind: BuyerKind,
    /// Product as reported.
    pub product: String,
    /// Category.
    pub category: Category,
    /// Division code, 0 if not told.
    pub origin: i64,
    /// Division code, 0 if not told.
    pub destination: i64,
    /// Amount in fen.
    pub amount: i64,
    /// Price basis.
    pub basis: PriceBasis,
    /// Quantity in the base unit, 0 if not told.
    pub quantity: i64,
    /// Order number as reported.
    pub order_no: Option<String>,
    /// Invoice number as reported.
    pub invoice_no: Option<String>,
    /// Stage.
    pub stage: Stage,
    /// Role.
    pub role: Role,
    /// Channel.
    pub channel: Channel,
    /// Certified, as reported.
    pub certified: Certified,
    /// Link of a chain.
    pub link: Link,
}

/// A party as matching knows it.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) number: i64,
    /// Prepared for comparing; `None` if the register does not hold the name.
    pub(crate) folded: Option<FoldedName>,
}

/// A product as matching knows it.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) text: String,
    pub(crate) folded: FoldedName,
}

/// A source as matching knows it.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) code: String,
    pub(crate) kind: SourceKind,
}

/// A set of claims with the names, products and sources they speak of.
#[derive(Debug, Default)]
pub struct Entries {
    pub(crate) list: Vec<Entry>,
    pub(crate) names: Vec<Name>,
    pub(crate) products: Vec<Product>,
    pub(crate) sources: Vec<Source>,
    name_index: HashMap<i64, u32>,
    product_index: HashMap<String, u32>,
    source_index: HashMap<String, u16>,
    batch_index: HashMap<u128, u32>,
    known_names: HashMap<i64, String>,
}

impl Entries {
    /// An empty set that knows the names behind party numbers.
    pub fn new(known_names: HashMap<i64, String>) -> Self {
        let mut entries = Self { known_names, ..Self::default() };
        // Position 0 is nobody in particular.
        entries.names.push(Name { number: 0, folded: None });
        entries.name_index.insert(0, 0);
        entries
    }

    /// Adds one claim.
    pub fn push(&mut self, raw: RawEntry) {
        let seller = self.name(raw.seller);
        let buyer = self.name(raw.buyer);
        let product = self.product(raw.product);
        let source = self.source(raw.source, raw.kind);
        let next_batch = u32::try_from(self.batch_index.len()).unwrap_or(u32::MAX);
        let batch = *self.batch_index.entry(raw.batch).or_insert(next_batch);
        let order = raw.order_no.as_deref().map_or((0, 0), order_keys);
        self.list.push(Entry {
            id: raw.id,
            batch,
            source,
            kind: raw.kind,
            content: raw.content,
            occurrence: raw.occurrence,
            day: raw.day.day_number(),
            month_only: raw.precision == DayPrecision::Month,
            withdrawn: raw.withdrawn,
            seller,
            buyer,
            product,
            amount: raw.amount,
            quantity: raw.quantity,
            origin: i32::try_from(raw.origin).unwrap_or(0),
            destination: i32::try_from(raw.destination).unwrap_or(0),
            order: order.0,
            order_stem: order.1,
            invoice: raw.invoice_no.as_deref().map_or(0, |text| number_key(text, 8)),
            category: raw.category,
            basis: raw.basis,
            buyer_kind: raw.buyer_kind,
            stage: raw.stage,
            role: raw.role,
            channel: raw.channel,
            link: raw.link,
            certified: raw.certified,
        });
    }

    /// How many claims there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The claims in the order in which they were added.
    pub fn list(&self) -> &[Entry] {
        &self.list
    }

    /// Party number of the seller of a claim.
    pub(crate) fn seller_number(&self, entry: &Entry) -> i64 {
        self.names[entry.seller as usize].number
    }

    /// Party number of the buyer of a claim, 0 for nobody in particular.
    pub(crate) fn buyer_number(&self, entry: &Entry) -> i64 {
        self.names[entry.buyer as usize].number
    }

    /// The product of a claim as reported.
    pub(crate) fn product_text(&self, entry: &Entry) -> &str {
        &self.products[entry.product as usize].text
    }

    /// The code of the source of a claim.
    pub(crate) fn source_code(&self, entry: &Entry) -> &str {
        &self.sources[entry.source as usize].code
    }

    fn name(&mut self, number: i64) -> u32 {
        if let Some(position) = self.name_index.get(&number) {
            return *position;
        }
        let position = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let folded = self.known_names.get(&number).map(|name| FoldedName::of(name));
        self.names.push(Name { number, folded });
        self.name_index.insert(number, position);
        position
    }

    fn product(&mut self, text: String) -> u32 {
        if let Some(position) = self.product_index.get(&text) {
            return *position;
        }
        let position = u32::try_from(self.products.len()).unwrap_or(u32::MAX);
        let folded = FoldedName::of_text(&text);
        self.products.push(Product { text: text.clone(), folded });
        self.product_index.insert(text, position);
        position
    }

    fn source(&mut self, code: String, kind: SourceKind) -> u16 {
        if let Some(position) = self.source_index.get(&code) {
            return *position;
        }
        let position = u16::try_from(self.sources.len()).unwrap_or(u16::MAX);
        self.sources.push(Source { code: code.clone(), kind });
        self.source_index.insert(code, position);
        position
    }

    /// For each source its place in the order of strength: by kind, then by code.
    pub(crate) fn source_order(&self) -> Vec<u16> {
        let mut by_strength: Vec<usize> = (0..self.sources.len()).collect();
        by_strength.sort_by_key(|position| {
            let source = &self.sources[*position];
            (source.kind, source.code.as_str())
        });
        let mut order = vec![0; by_strength.len()];
        for (place, position) in (0_u16..).zip(by_strength) {
            order[position] = place;
        }
        order
    }
}

/// Hash of a document's number, 0 if it has fewer than `digits_min` digits or all of them are the same, as in the
/// stand-ins 无, 见附件 and 00000000. Case, width, spaces and dashes do not matter.
fn number_key(text: &str, digits_min: usize) -> u64 {
    let mut hash = Hasher::default();
    let (mut digits, mut first, mut mixed) = (0, None, false);
    for c in sh_parties::plain(text).chars().filter(char::is_ascii_alphanumeric) {
        if c.is_ascii_digit() {
            digits += 1;
            mixed |= first.is_some_and(|first| first != c);
            first = first.or(Some(c));
        }
        hash.add(c);
    }
    if digits >= digits_min && mixed { hash.0.max(1) } else { 0 }
}

/// Whether an order number with the two digits of its lines behind it is known as this order again.
pub(crate) fn tells_orders_apart(order: &str) -> bool {
    let (line, stem) = order_keys(&format!("{order}01"));
    line != 0 && stem != 0 && stem == order_keys(order).0
}

/// Hashes of an order number and of the same number without its last two digits.
fn order_keys(text: &str) -> (u64, u64) {
    let plain: String = sh_parties::plain(text).chars().filter(char::is_ascii_alphanumeric).collect();
    let whole = number_key(&plain, 6);
    let stem = match plain.len().checked_sub(2).and_then(|at| plain.split_at_checked(at)) {
        Some((stem, tail)) if stem.len() >= 12 && tail.bytes().all(|b| b.is_ascii_digit()) => {
            number_key(stem, 6)
        }
        _ => 0,
    };
    (whole, if whole == 0 { 0 } else { stem })
}

/// FNV-1a with a final mix.
struct Hasher(u64);

impl Default for Hasher {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Hasher {
    fn add(&mut self, c: char) {
        self.0 = (self.0 ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01B3);
        self.0 ^= self.0 >> 29;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_documents_are_compared_by_their_characters() {
        assert_eq!(number_key("Ｎ0.2044 2000-000012345678", 8), number_key("n020442000000012345678", 8));
        for stand_in in ["无", "00000000", "见附件", "1234567", ""] {
            assert_eq!(number_key(stand_in, 8), 0, "{stand_in}");
        }
    }

    #[test]
    fn the_line_of_an_order_is_tied_to_its_order() {
        let (order, _) = order_keys("83202011030000123");
        let (line, stem) = order_keys("8320201103000012301");
        assert_eq!(order, stem);
        assert_ne!(order, line);
    }
}
