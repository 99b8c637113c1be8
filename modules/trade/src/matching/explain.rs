//! Why two claims may or may not report the same sale, field by field, for the person who decides.

use sh_parties::likeness;

use super::{
    amount::{Relation, relate},
    entry::{Entries, Entry, Name},
};
use crate::axes::{Category, Channel};

/// A field that two claims are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Invoice number.
    Invoice,
    /// Order number.
    Order,
    /// Seller.
    Seller,
    /// Buyer.
    Buyer,
    /// Product and category.
    Product,
    /// Amount.
    Amount,
    /// Quantity.
    Quantity,
    /// Day.
    Day,
    /// Place of origin.
    Origin,
    /// City of destination.
    Destination,
    /// Channel.
    Channel,
    /// Link of a chain of sales.
    Link,
}

impl Field {
    /// Stable word; the text for people is `match-field-<word>` in the locales.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Order => "order",
            Self::Seller => "seller",
            Self::Buyer => "buyer",
            Self::Product => "product",
            Self::Amount => "amount",
            Self::Quantity => "quantity",
            Self::Day => "day",
            Self::Origin => "origin",
            Self::Destination => "destination",
            Self::Channel => "channel",
            Self::Link => "link",
        }
    }
}

/// What comparing a field showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Both say the same.
    Agrees,
    /// The difference has a usual explanation, named by [`Detail`].
    Explained,
    /// They differ.
    Differs,
    /// One of them or both say nothing.
    Missing,
}

impl Verdict {
    /// Stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Explained => "explained",
            Self::Differs => "differs",
            Self::Missing => "missing",
        }
    }
}

/// A number or reason that goes with a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Detail {
    /// Nothing to add.
    None,
    /// Names are alike by so many thousandths.
    Alike(u32),
    /// So many days lie between them.
    DaysApart(i32),
    /// One amount is rounded.
    Rounded,
    /// One amount is without tax at this rate in percent.
    Tax(u8),
    /// One amount contains freight.
    Freight,
    /// One amount was written in the wrong unit; with what else explains the rest.
    UnitSlip,
    /// One place lies inside the other.
    Inside,
    /// One knows only the month.
    MonthOnly,
}

/// One field of two claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldComparison {
    /// The field.
    pub field: Field,
    /// Whether it agrees.
    pub verdict: Verdict,
    /// What goes with it.
    pub detail: Detail,
}

/// Compares two claims, named by their positions, field by field.
pub fn explain(entries: &Entries, a: u32, b: u32) -> Vec<FieldComparison> {
    let (a, b) = (&entries.list()[a as usize], &entries.list()[b as usize]);
    let plain = |field, told: bool, same: bool| FieldComparison {
        field,
        verdict: match (told, same) {
            (false, _) => Verdict::Missing,
            (true, true) => Verdict::Agrees,
            (true, false) => Verdict::Differs,
        },
        detail: Detail::None,
    };
    vec![
        plain(Field::Invoice, a.invoice != 0 && b.invoice != 0, a.invoice == b.invoice),
        plain(Field::Order, a.order != 0 && b.order != 0, a.same_order(b)),
        party(Field::Seller, entries, a.seller, b.seller),
        party(Field::Buyer, entries, a.buyer, b.buyer),
        product(entries, a, b),
        amount(a, b),
        plain(Field::Quantity, a.quantity != 0 && b.quantity != 0, a.quantity == b.quantity),
        day(a, b),
        place(Field::Origin, a.origin, b.origin),
        place(Field::Destination, a.destination, b.destination),
        plain(
            Field::Channel,
            a.channel != Channel::Unknown && b.channel != Channel::Unknown,
            a.channel == b.channel,
        ),
        plain(Field::Link, true, a.link == b.link),
    ]
}

const fn compared(field: Field, verdict: Verdict, detail: Detail) -> FieldComparison {
    FieldComparison { field, verdict, detail }
}

fn party(field: Field, entries: &Entries, a: u32, b: u32) -> FieldComparison {
    if a == 0 || b == 0 {
        return compared(field, Verdict::Missing, Detail::None);
    }
    if a == b {
        return compared(field, Verdict::Agrees, Detail::None);
    }
    let name = |at: u32| -> &Name { &entries.names[at as usize] };
    let alike = match (&name(a).folded, &name(b).folded) {
        (Some(a), Some(b)) => likeness(a, b),
        _ => 0,
    };
    let verdict = if alike >= 780 { Verdict::Explained } else { Verdict::Differs };
    compared(field, verdict, Detail::Alike(alike))
}

fn product(entries: &Entries, a: &Entry, b: &Entry) -> FieldComparison {
    if a.product == b.product {
        return compared(Field::Product, Verdict::Agrees, Detail::None);
    }
    let folded = |entry: &Entry| &entries.products[entry.product as usize].folded;
    let alike = likeness(folded(a), folded(b));
    let same_category = a.category == b.category && a.category != Category::Other;
    let verdict = if alike >= 400 || same_category { Verdict::Explained } else { Verdict::Differs };
    compared(Field::Product, verdict, Detail::Alike(alike))
}

fn amount(a: &Entry, b: &Entry) -> FieldComparison {
    let (verdict, detail) = match relate(a.amount, b.amount) {
        None => (Verdict::Differs, Detail::None),
        Some(found) if found.slip => (Verdict::Explained, Detail::UnitSlip),
        Some(found) => match found.relation {
            Relation::Exact => (Verdict::Agrees, Detail::None),
            Relation::Rounded => (Verdict::Explained, Detail::Rounded),
            Relation::Tax(rate) => (Verdict::Explained, Detail::Tax(rate)),
            Relation::Freight => (Verdict::Explained, Detail::Freight),
        },
    };
    compared(Field::Amount, verdict, detail)
}

fn day(a: &Entry, b: &Entry) -> FieldComparison {
    let same_month = a.calendar_day().month() == b.calendar_day().month();
    if a.month_only || b.month_only {
        let verdict = if same_month { Verdict::Explained } else { Verdict::Differs };
        return compared(Field::Day, verdict, Detail::MonthOnly);
    }
    let apart = b.day - a.day;
    let verdict = match apart.abs() {
        0 => Verdict::Agrees,
        1..=20 => Verdict::Explained,
        _ => Verdict::Differs,
    };
    compared(Field::Day, verdict, Detail::DaysApart(apart))
}

fn place(field: Field, a: i32, b: i32) -> FieldComparison {
    if a == 0 || b == 0 {
        return compared(field, Verdict::Missing, Detail::None);
    }
    if a == b {
        return compared(field, Verdict::Agrees, Detail::None);
    }
    let inside = |outer: i32, inner: i32| {
        (outer % 10_000 == 0 && outer / 10_000 == inner / 10_000)
            || (outer % 100 == 0 && outer / 100 == inner / 100)
    };
    if inside(a, b) || inside(b, a) {
        compared(field, Verdict::Explained, Detail::Inside)
    } else {
        compared(field, Verdict::Differs, Detail::None)
    }
}
