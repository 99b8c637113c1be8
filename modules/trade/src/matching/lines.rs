//! From the claims of a trade to its lines: whose word stands for what.

use sh_kernel::{Day, Fen, Quantity, RegionCode};
use sh_regions::Regions;

use super::{
    Member, Rule, State,
    amount::relate,
    entry::{Entries, Entry},
};
use crate::{
    axes::{BuyerKind, Category, Certified, Channel, Grade, PriceBasis, Stage},
    model::{LineAxes, SourceKind},
};

/// A line as it should stand, before it is given a trade, a number and a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineFacts {
    /// Day of the sale; on the line of a return, the day of the last return.
    pub day: Day,
    /// Amount; negative on the line of a return.
    pub amount: Fen,
    /// 1, or 0 on the line of a return.
    pub count: i64,
    /// Quantity, 0 if not known.
    pub quantity: Quantity,
    /// Values of the axes.
    pub axes: LineAxes,
}

/// The lines of a trade: one for the sale with the furthest stage that any report gives, and one for what went back.
///
/// Amount, day, quantity, role and link are those of the strongest report; what it does not tell is filled in from the
/// next one that does. A month as a day gives way to a day. If several sources report returns, the strongest is
/// believed. A trade of which only the return is reported has the line of the return alone.
pub fn lines_of(entries: &Entries, members: &[Member]) -> Vec<LineFacts> {
    let claims: Vec<(&Entry, &Member)> =
        members.iter().map(|member| (&entries.list()[member.claim as usize], member)).collect();
    let sales: Vec<&Entry> = claims
        .iter()
        .filter(|(entry, m)| speaks(**m) && !entry.is_return())
        .map(|(entry, _)| *entry)
        .collect();
    let backs: Vec<&Entry> = returns(&claims);
    let told: Vec<&Entry> = if sales.is_empty() { backs.clone() } else { sales.clone() };
    let Some(anchor) = told.first() else { return Vec::new() };
    let axes = axes(entries, &told, &claims);
    let mut lines = Vec::with_capacity(2);
    if !sales.is_empty() {
        let quantity = first_of(&sales, |entry| (entry.quantity != 0).then_some(entry.quantity)).unwrap_or(0);
        lines.push(LineFacts {
            day: day_of(anchor, &sales),
            amount: Fen(amount_of(anchor, &sales)),
            count: 1,
            quantity: Quantity(quantity),
            axes,
        });
    }
    let amount: i64 = backs.iter().map(|entry| entry.amount.saturating_abs()).sum();
    if let Some(day) = backs.iter().map(|entry| entry.calendar_day()).max()
        && amount != 0
    {
        let quantity: i64 = backs.iter().map(|entry| entry.quantity.saturating_abs()).sum();
        lines.push(LineFacts {
            day,
            amount: Fen(-amount),
            count: 0,
            quantity: Quantity(-quantity),
            axes: LineAxes { stage: Stage::Returned, ..axes },
        });
    }
    lines
}

/// Whether a claim adds something of its own: a repeat does not.
fn speaks(member: Member) -> bool {
    member.state != State::Repeat
}

/// The returns of the strongest source that reports any. Claims come with the stronger sources first.
fn returns<'a>(claims: &[(&'a Entry, &Member)]) -> Vec<&'a Entry> {
    let all = || claims.iter().filter(|(entry, member)| entry.is_return() && speaks(**member));
    let Some(strongest) = all().map(|(entry, _)| entry.source).next() else { return Vec::new() };
    all().filter(|(entry, _)| entry.source == strongest).map(|(entry, _)| *entry).collect()
}

fn first_of<T>(told: &[&Entry], tells: impl Fn(&Entry) -> Option<T>) -> Option<T> {
    told.iter().find_map(|entry| tells(entry))
}

/// The anchor's amount, unless at least two others are off from it by a factor of ten thousand and nobody agrees with
/// it: then the slip of the unit is its own, and the next report's amount stands.
fn amount_of(anchor: &Entry, sales: &[&Entry]) -> i64 {
    let others = sales.get(1..).unwrap_or_default();
    let slipped = |entry: &Entry| relate(anchor.amount, entry.amount).is_some_and(|found| found.slip);
    match others.first() {
        Some(next) if others.len() >= 2 && others.iter().all(|entry| slipped(entry)) => next.amount,
        _ => anchor.amount,
    }
}

/// The anchor's day; if it knows only the month, the first day that another report gives inside that month.
fn day_of(anchor: &Entry, sales: &[&Entry]) -> Day {
    let own = anchor.calendar_day();
    if !anchor.month_only {
        return own;
    }
    let known = |entry: &Entry| {
        let day = entry.calendar_day();
        (!entry.month_only && day.month() == own.month()).then_some(day)
    };
    first_of(sales, known).unwrap_or(own)
}

fn axes(entries: &Entries, told: &[&Entry], claims: &[(&Entry, &Member)]) -> LineAxes {
    let anchor = told[0];
    let origin = origin(told);
    let day = day_of(anchor, told);
    let class = RegionCode::new(i64::from(origin)).map_or(0, |code| Regions::get().class(code, day).code());
    let buyer = first_of(told, |entry| (entry.buyer != 0).then(|| entries.buyer_number(entry)));
    let buyer_kind = |entry: &Entry| (entry.buyer_kind != BuyerKind::Unknown).then_some(entry.buyer_kind);
    let channel = |entry: &Entry| (entry.channel != Channel::Unknown).then_some(entry.channel);
    let category = |entry: &Entry| (entry.category != Category::Other).then_some(entry.category);
    let basis = |entry: &Entry| {
        (entry.basis != PriceBasis::Unknown && entry.amount == anchor.amount).then_some(entry.basis)
    };
    LineAxes {
        origin: i64::from(origin),
        destination: i64::from(place(told, |entry| entry.destination)),
        channel: first_of(told, channel).unwrap_or(Channel::Unknown),
        category: first_of(told, category).unwrap_or(Category::Other),
        buyer_kind: first_of(told, buyer_kind).unwrap_or(BuyerKind::Unknown),
        class,
        certified: certified(told.iter().map(|entry| (entry.kind, entry.certified))),
        role: anchor.role,
        stage: told.iter().map(|entry| entry.stage.min(Stage::Accepted)).max().unwrap_or(anchor.stage),
        grade: grade(claims),
        link: anchor.link,
        basis: first_of(told, basis).unwrap_or(anchor.basis),
        seller: entries.seller_number(anchor),
        buyer: buyer.unwrap_or(0),
    }
}

/// The first place that is told, made finer by a later report that names a place inside it.
fn place(told: &[&Entry], of: impl Fn(&Entry) -> i32) -> i32 {
    let mut place = 0;
    for code in told.iter().map(|entry| of(entry)).filter(|code| *code != 0) {
        let inside = match place {
            0 => true,
            coarse if coarse % 10_000 == 0 => code / 10_000 == coarse / 10_000 && code != coarse,
            coarse if coarse % 100 == 0 => code / 100 == coarse / 100 && code != coarse,
            _ => false,
        };
        if inside {
            place = code;
        }
    }
    place
}

fn origin(told: &[&Entry]) -> i32 {
    place(told, |entry| entry.origin)
}

/// The word of tills, counters and suppliers' counties, who know it of each row, stands above that of others. Among
/// equals one who says yes has seen the certificate. Who says nothing is not asked.
fn certified(told: impl Iterator<Item = (SourceKind, Certified)>) -> Certified {
    let rank = |(kind, word): (SourceKind, Certified)| {
        let knows = matches!(kind, SourceKind::Till | SourceKind::Counter | SourceKind::SupplierCounty);
        (word != Certified::Untold, knows, word == Certified::Yes)
    };
    told.max_by_key(|said| rank(*said)).map_or(Certified::Untold, |said| said.1)
}

/// A: both sides report it, or the own record of the system that sold it: the platform's order with the buyer's receipt, a
/// till's or counter's paid sale. B: an order, contract or invoice number stands behind it. C: reported only.
/// [`crate::facts::grade_reasons`] tells the same in words.
fn grade(claims: &[(&Entry, &Member)]) -> Grade {
    let told = || claims.iter().map(|(entry, _)| entry);
    let own_record = |entry: &&&Entry| match entry.kind {
        SourceKind::Platform => entry.stage >= Stage::Accepted,
        SourceKind::Till | SourceKind::Counter => entry.stage >= Stage::Paid,
        _ => false,
    };
    let selling = told().any(|entry| entry.kind == SourceKind::SupplierCounty);
    let buying = told()
        .any(|entry| matches!(entry.kind, SourceKind::Platform | SourceKind::Union | SourceKind::CityReturn));
    if told().any(|entry| own_record(&entry)) || (selling && buying) {
        Grade::A
    } else if told().any(|entry| entry.invoice != 0 || entry.order != 0) {
        Grade::B
    } else {
        Grade::C
    }
}

/// The claim whose amount, day and parties stand on the trade.
pub fn anchor_of(members: &[Member]) -> u32 {
    members
        .iter()
        .find(|member| member.rule == Rule::First)
        .or(members.first())
        .map_or(0, |member| member.claim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sees_the_goods_tells_whether_they_are_certified() {
        use Certified::{No, Untold, Yes};
        use SourceKind::{CityReturn, Platform, Till};
        let of = |told: &[(SourceKind, Certified)]| certified(told.iter().copied());
        assert_eq!(of(&[(Platform, Untold)]), Untold);
        assert_eq!(of(&[(Platform, Untold), (CityReturn, No)]), No);
        assert_eq!(of(&[(Till, No), (CityReturn, Yes)]), No);
        assert_eq!(of(&[(Till, Untold), (CityReturn, Yes)]), Yes);
        assert_eq!(of(&[(CityReturn, No), (CityReturn, Yes)]), Yes);
    }
}
