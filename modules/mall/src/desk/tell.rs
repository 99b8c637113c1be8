//! What programs of shops and of the operator are told of a command (事件推送): identifiers, states, amounts; nothing of the
//! buyer. A shop hears of its own part only.

use serde_json::{Value, json};
use sh_webhooks::{EVERYWHERE, Event};

use super::Step;
use crate::{
    command::What,
    model::{Whole, number_of},
};

/// The types of events that there are.
pub const EVENTS: &[&str] = &[
    "order.placed",
    "order.paid",
    "order.cancelled",
    "part.shipped",
    "part.received",
    "part.refund-asked",
    "part.refunded",
    "part.refund-refused",
    "part.case-finished",
    "review.written",
];

/// The type of event that a command is, and the shop that it is about, if it is about one.
fn kind(
    step: &Step<'_>,
    what: &What,
) -> Option<(&'static str, Option<sh_kernel::Id<sh_catalogue::model::Shop>>)> {
    Some(match what {
        What::Place(_) => ("order.placed", None),
        // The figures hear of a payment when the order is paid in full, and only then.
        What::Settle(_) if !step.sales.is_empty() => ("order.paid", None),
        What::Cancel(_) => ("order.cancelled", None),
        What::Ship(ship) if step.left => ("part.shipped", Some(ship.shop)),
        What::Receive(_, shop) => ("part.received", Some(*shop)),
        What::Ask(ask) => ("part.refund-asked", Some(ask.shop)),
        What::Refund(decide) if decide.grant => ("part.refunded", Some(decide.shop)),
        What::Refund(decide) => ("part.refund-refused", Some(decide.shop)),
        What::Back(back) => ("part.case-finished", Some(back.shop)),
        // One more parcel of a part that has left, a payment of too little: nothing that others wait for.
        What::Ship(_) | What::Settle(_) | What::PaidBack(..) => return None,
    })
}

/// What is told, and to whom.
pub(super) fn event(step: &Step<'_>, whole: &Whole, what: &What) -> Option<Event> {
    let (kind, shop) = kind(step, what)?;
    let order = &whole.order;
    let parts = whole.parts.iter().filter(|part| shop.is_none_or(|shop| part.shop == shop));
    let mut audience: Vec<_> = parts
        .map(|part| {
            let data = json!({
                "order": order.id, "number": number_of(order.id), "shop": part.shop,
                "state": part.state.word(), "refund": part.ask.word(), "amount_fen": part.amount,
            });
            (part.organisation.clone(), of_case(step, data))
        })
        .collect();
    let data = json!({
        "order": order.id, "number": number_of(order.id), "shop": shop, "state": order.state.word(),
        "amount_fen": order.amount, "paid_fen": order.paid, "refunded_fen": order.refunded,
    });
    audience.push((EVERYWHERE.to_owned(), of_case(step, data)));
    Some(Event { kind, audience })
}

/// Which case came to its end, and what went back with it.
fn of_case(step: &Step<'_>, mut data: Value) -> Value {
    if let (Some(done), Some(fields)) = (&step.finished, data.as_object_mut()) {
        fields.insert("case".to_owned(), json!(done.case));
        fields.insert("case_refunded_fen".to_owned(), json!(done.amount));
    }
    data
}
