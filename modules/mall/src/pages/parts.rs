//! What several pages show of orders: states, lines, sums, what has happened.

use maud::{Markup, html};
use sh_catalogue::model::Shop;
use sh_kernel::{Fen, Id};
use sh_regions::Regions;
use sh_ui::{
    AmountUnit, Column, DataTable, Locale, Row, TimelineEntry, Tone, data_table, facts, money_cell,
    status_tag,
};

use crate::model::{
    Address, Ask, LineRow, OrderRow, OrderState, ParcelRow, PartRow, PartState, RefundRow, RefundState, Whole,
};

/// Name and look of where an order stands.
pub(crate) fn order_tag(locale: Locale, state: OrderState) -> Markup {
    let (tone, key) = match state {
        OrderState::Unpaid => (Tone::Notice, "order-unpaid"),
        OrderState::Paid => (Tone::Info, "order-paid"),
        OrderState::Cancelled => (Tone::Plain, "order-cancelled"),
        OrderState::Refunded => (Tone::Plain, "order-refunded"),
    };
    status_tag(tone, &locale.t(key))
}

/// Name and look of where a part stands.
pub(crate) fn part_tag(locale: Locale, part: PartState, ask: Ask) -> Markup {
    let (tone, key) = match (part, ask) {
        (PartState::Refunded, _) => (Tone::Plain, "order-refunded"),
        (_, Ask::Asked) => (Tone::Bad, "order-refund-asked"),
        (PartState::Unpaid, _) => (Tone::Notice, "order-unpaid"),
        (PartState::ToShip, _) => (Tone::Notice, "order-to-ship"),
        (PartState::Shipped, _) => (Tone::Info, "order-shipped"),
        (PartState::Received, _) => (Tone::Good, "order-received"),
        (PartState::Cancelled, _) => (Tone::Plain, "order-cancelled"),
    };
    status_tag(tone, &locale.t(key))
}

/// `¥59.90`
pub(crate) fn yuan(amount: Fen) -> String {
    format!("¥{}", amount.to_grouped())
}

/// Lines of an order or of a part of it.
pub(crate) fn lines<'a>(locale: Locale, lines: impl Iterator<Item = &'a LineRow>) -> Markup {
    let unit = AmountUnit::Yuan;
    let rows = lines.map(|line| {
        Row::new([
            html! {
                a href=(format!("/p/{}", line.sku)) { (line.name) " " (line.spec) }
                @if !line.returnable { " " span.hint { (locale.t("order-not-returnable")) } }
            },
            html! { (money_cell(locale, line.price, unit)) },
            html! { (line.pieces) },
            html! { (money_cell(locale, line.amount, unit)) },
        ])
    });
    let table = DataTable {
        caption: locale.t("order-lines"),
        columns: vec![
            Column::text(locale.t("order-goods")),
            Column::amount(locale.t("order-price"), unit.label(locale)),
            Column::number(locale.t("order-pieces")),
            Column::amount(locale.t("order-amount"), unit.label(locale)),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// The parcels of a part; nothing if none has left.
pub(crate) fn parcels_of(locale: Locale, sent: &[ParcelRow], shop: Id<Shop>) -> Markup {
    let own = sent.iter().filter(|row| row.shop == shop);
    let rows: Vec<(String, Markup)> =
        own.map(|row| (locale.t("order-parcel"), html! { (row.carrier) " " (row.waybill) })).collect();
    html! { @if !rows.is_empty() { (facts(&rows)) } }
}

/// Where an order goes, in full or masked.
pub(crate) fn address(address: &Address, placed: sh_kernel::Day, open: bool) -> String {
    let region = Regions::get().full_name(address.region, placed);
    if open {
        return format!("{} {} {region}{}", address.receiver, address.phone, address.detail);
    }
    let (receiver, phone) =
        (sh_parties::mask_person(&address.receiver), sh_parties::mask_phone(&address.phone));
    format!("{receiver} {phone} {region}****")
}

/// Sum of the goods, freight, sum of all, what is paid and what goes back.
pub(crate) fn sums(locale: Locale, order: &OrderRow) -> Vec<(String, Markup)> {
    let row = |key: &str, amount: Fen| (locale.t(key), html! { (yuan(amount)) });
    let mut rows = vec![
        row("order-goods-sum", order.goods),
        row("order-freight", order.freight),
        row("order-sum", order.amount),
    ];
    if order.paid > Fen::ZERO {
        rows.push(row("order-paid-sum", order.paid));
    }
    if order.refunded > Fen::ZERO {
        rows.push(row("order-refunded-sum", order.refunded));
    }
    rows
}

/// What has happened to an order, in its order.
pub(crate) fn history(locale: Locale, whole: &Whole, refunds: &[RefundRow]) -> Vec<TimelineEntry> {
    let order = &whole.order;
    let mut list = Vec::new();
    let mut add = |at: Option<sh_kernel::Instant>, key: &str, detail: Option<String>, tone: Tone| {
        if let Some(at) = at {
            let entry = TimelineEntry { what: locale.t(key), when: at.to_minute(), detail, tone };
            list.push((at, entry));
        }
    };
    add(Some(order.placed_at), "order-was-placed", Some(yuan(order.amount)), Tone::Plain);
    for receipt in &whole.receipts {
        add(Some(receipt.at), "order-was-paid", Some(yuan(receipt.amount)), Tone::Good);
    }
    if order.state == OrderState::Cancelled {
        let key = match order.ended_why.as_deref() {
            Some("expired") => "order-was-expired",
            _ => "order-was-cancelled",
        };
        add(order.ended_at, key, None, Tone::Plain);
    }
    for part in &whole.parts {
        part_history(part, &mut add);
    }
    for refund in refunds {
        let amount = Some(yuan(refund.amount));
        let done = refund.state == RefundState::Done;
        let key = if done { "order-was-paid-back" } else { "order-is-paid-back" };
        let at = refund.done_at.unwrap_or(refund.asked_at);
        add(Some(at), key, amount, if done { Tone::Good } else { Tone::Info });
    }
    list.sort_by_key(|(at, _)| *at);
    list.into_iter().map(|(_, entry)| entry).collect()
}

fn part_history(
    part: &PartRow,
    add: &mut impl FnMut(Option<sh_kernel::Instant>, &str, Option<String>, Tone),
) {
    let shop = || part.shop_name.clone();
    let parcel = match (&part.carrier, &part.waybill) {
        (Some(carrier), Some(waybill)) => Some(format!("{} · {carrier} {waybill}", shop())),
        _ => None,
    };
    add(part.shipped_at, "order-was-shipped", parcel, Tone::Info);
    add(part.received_at, "order-was-received", Some(shop()), Tone::Good);
    let reason = part.ask_reason.as_ref().map(|reason| format!("{} · {reason}", shop()));
    add(part.asked_at, "order-was-asked", reason, Tone::Notice);
    let answer = part.answer.as_ref().map(|answer| format!("{} · {answer}", shop()));
    let (key, tone) = if part.ask == Ask::Granted {
        ("order-was-granted", Tone::Good)
    } else {
        ("order-was-refused", Tone::Bad)
    };
    add(part.answered_at, key, answer, tone);
}
