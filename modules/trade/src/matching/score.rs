//! How likely two claims report the same sale: points for what agrees, less points for what differs.
//!
//! The points are set so that a pair which agrees in seller, amount and quantity within days is tied, a pair in which
//! something essential is missing waits for a person, and any contradiction that cannot be a slip (other invoice, other
//! county, other buyer) keeps a pair apart unless much else speaks for it.

use sh_parties::likeness;

use super::{
    Rule, Settings,
    amount::{self, Related, Relation},
    entry::{Entries, Entry, Name},
};
use crate::axes::{BuyerKind, Category, Channel};

/// Where every pair begins.
const BASE: i32 = 300;
/// What an equal invoice or order number is worth.
const SAME_NUMBER: i32 = 500;
/// Days before or after a month on which a claim that knows only its month may still lie.
const MONTH_SLACK: i32 = 5;
/// The most days two claims can be apart without an equal number: a month and its slack.
pub(crate) const NEAR_DAYS_MAX: i32 = 36;

/// What a pair of claims came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) points: i32,
    pub(crate) rule: Rule,
}

/// Scores two claims of different sources; `None` below the lower threshold or when the pair is out of the question.
pub(crate) fn score(entries: &Entries, a: &Entry, b: &Entry, settings: &Settings) -> Option<Score> {
    let invoice = a.invoice != 0 && a.invoice == b.invoice;
    let order = a.same_order(b);
    let keyed = invoice || order;
    let related = amount::relate(a.amount, b.amount);
    if related.is_none() && !keyed {
        return None;
    }
    let mut points = BASE + days(a, b, keyed, settings)?;
    points +=
        related.map_or(-200, |related| amount::points(related, (a.amount, a.basis), (b.amount, b.basis)));
    let mut same_seller = false;
    points += seller(entries, a, b, &mut same_seller);
    if a.link != b.link && !same_seller && !order {
        // The supplier's sale to the market and the market's sale to a shopper are two sales.
        return None;
    }
    let mut same_buyer = false;
    points += buyer(entries, a, b, &mut same_buyer);
    points += product(entries, a, b) + quantity(a, b) + places(a, b) + channel(a, b);
    points += numbers(a, b, invoice, order);
    let exact = related.is_some_and(|r| r.relation == Relation::Exact && !r.slip);
    let rule = if invoice {
        Rule::Invoice
    } else if order {
        Rule::Order
    } else if same_seller && same_buyer && exact {
        Rule::Parties
    } else {
        Rule::Likeness
    };
    (points >= settings.lower).then_some(Score { points, rule })
}

/// Scores a return against a sale it may belong to.
pub(crate) fn score_return(
    entries: &Entries,
    back: &Entry,
    sale: &Entry,
    settings: &Settings,
) -> Option<Score> {
    let amount = back.amount.saturating_abs();
    if amount > sale.amount.saturating_add(1) || sale.amount <= 0 {
        return None;
    }
    let later = back.day - sale.day;
    if !(-3..=NEAR_DAYS_MAX).contains(&later) {
        return None;
    }
    let order = back.same_order(sale);
    let whole = amount::relate(amount, sale.amount).is_some_and(|r: Related| r.relation == Relation::Exact);
    let (mut same_seller, mut same_buyer) = (false, false);
    let points = BASE
        + if whole { 300 } else { 0 }
        + if order { SAME_NUMBER } else { 0 }
        + if later <= 13 { 50 } else { 10 }
        + seller(entries, back, sale, &mut same_seller)
        + buyer(entries, back, sale, &mut same_buyer)
        + product(entries, back, sale)
        + places(back, sale)
        + channel(back, sale);
    (points >= settings.lower).then_some(Score { points, rule: Rule::Return })
}

/// Whether two claims contradict each other in a way that no third claim can mend.
pub(crate) fn contradict(a: &Entry, b: &Entry) -> bool {
    let differ = |x: u64, y: u64| x != 0 && y != 0 && x != y;
    differ(a.invoice, b.invoice) && !a.same_order(b)
        || differ(a.order, b.order)
            && !a.same_order(b)
            && a.channel == b.channel
            && a.channel != Channel::Unknown
            && (a.invoice == 0 || a.invoice != b.invoice)
}

fn days(a: &Entry, b: &Entry, keyed: bool, settings: &Settings) -> Option<i32> {
    let apart = (a.day - b.day).abs();
    let near = match (a.month_only, b.month_only) {
        (true, true) => (a.day == b.day).then_some(40),
        (true, false) => within_month(a, b.day),
        (false, true) => within_month(b, a.day),
        (false, false) => match apart {
            0..=1 => Some(80),
            2..=3 => Some(65),
            4..=7 => Some(50),
            8..=13 => Some(30),
            _ if apart <= settings.near_days => Some(5),
            _ => None,
        },
    };
    near.or_else(|| (keyed && apart <= settings.key_days).then_some(-20))
}

fn within_month(month: &Entry, day: i32) -> Option<i32> {
    let last = month.calendar_day();
    let first = last.month().first_day().day_number();
    if (first..=month.day).contains(&day) {
        return Some(40);
    }
    (first - MONTH_SLACK..=month.day + MONTH_SLACK).contains(&day).then_some(-20)
}

fn names_alike(a: &Name, b: &Name) -> u32 {
    match (&a.folded, &b.folded) {
        (Some(a), Some(b)) => likeness(a, b),
        _ => 0,
    }
}

fn seller(entries: &Entries, a: &Entry, b: &Entry, same: &mut bool) -> i32 {
    if a.seller == b.seller {
        *same = true;
        return 200;
    }
    match names_alike(&entries.names[a.seller as usize], &entries.names[b.seller as usize]) {
        900.. => 170,
        800..900 => 140,
        700..800 => 60,
        600..700 => -80,
        _ => -400,
    }
}

fn buyer(entries: &Entries, a: &Entry, b: &Entry, same: &mut bool) -> i32 {
    if a.buyer == 0 || b.buyer == 0 {
        let anonymous = if a.buyer == 0 { a } else { b };
        let named = if a.buyer == 0 { b } else { a };
        let clash = anonymous.buyer_kind == BuyerKind::Person
            && !matches!(named.buyer_kind, BuyerKind::Person | BuyerKind::Unknown)
            && named.buyer != 0;
        return if clash { -80 } else { 0 };
    }
    if a.buyer == b.buyer {
        *same = true;
        return 150;
    }
    match names_alike(&entries.names[a.buyer as usize], &entries.names[b.buyer as usize]) {
        900.. => 130,
        780..900 => 110,
        650..780 => 30,
        551..650 => -120,
        _ => -350,
    }
}

fn product(entries: &Entries, a: &Entry, b: &Entry) -> i32 {
    if a.product == b.product {
        return 60;
    }
    let like =
        likeness(&entries.products[a.product as usize].folded, &entries.products[b.product as usize].folded);
    let told = a.category != Category::Other && b.category != Category::Other;
    match like {
        800.. => 60,
        400..800 => 45,
        _ if told && a.category == b.category => 30,
        1..400 => 10,
        _ if told => -100,
        _ => -20,
    }
}

fn quantity(a: &Entry, b: &Entry) -> i32 {
    if a.quantity == 0 || b.quantity == 0 {
        0
    } else if a.quantity == b.quantity {
        150
    } else if a.quantity.saturating_mul(500) == b.quantity || b.quantity.saturating_mul(500) == a.quantity {
        // Pounds (斤) counted as pieces on one side.
        40
    } else if a.quantity.saturating_mul(1000) == b.quantity || b.quantity.saturating_mul(1000) == a.quantity {
        40
    } else {
        -150
    }
}

fn places(a: &Entry, b: &Entry) -> i32 {
    origin(a.origin, b.origin) + destination(a.destination, b.destination)
}

fn origin(a: i32, b: i32) -> i32 {
    if a == 0 || b == 0 {
        return 0;
    }
    if a == b {
        return 60;
    }
    if a / 10_000 != b / 10_000 {
        return -350;
    }
    let province = |code: i32| code % 10_000 == 0;
    if province(a) || province(b) {
        return 15;
    }
    if a / 100 != b / 100 {
        return -180;
    }
    if a % 100 == 0 || b % 100 == 0 { 25 } else { -120 }
}

fn destination(a: i32, b: i32) -> i32 {
    let vague = |code: i32| code % 10_000 == 0;
    if vague(a) || vague(b) {
        0
    } else if a / 100 == b / 100 {
        50
    } else {
        -250
    }
}

fn channel(a: &Entry, b: &Entry) -> i32 {
    if a.channel == Channel::Unknown || b.channel == Channel::Unknown {
        0
    } else if a.channel == b.channel {
        20
    } else {
        -60
    }
}

fn numbers(a: &Entry, b: &Entry, invoice: bool, order: bool) -> i32 {
    let differ = |x: u64, y: u64| x != 0 && y != 0;
    let mut points = 0;
    if invoice {
        points += SAME_NUMBER;
    } else if differ(a.invoice, b.invoice) {
        points -= 300;
    }
    if order {
        points += SAME_NUMBER;
    } else if differ(a.order, b.order) && !invoice {
        // Two systems number the same sale each in its own way.
        let one_system =
            a.channel == b.channel || a.channel == Channel::Unknown || b.channel == Channel::Unknown;
        points -= if one_system { 300 } else { 60 };
    }
    points
}
