//! Waybills from a table (运单导入): each row names an order of the shop, a carrier and a number, and is sent as by the form.

use std::collections::HashMap;

use futures::future::BoxFuture;
use sh_catalogue::{model::Shop, service::shops};
use sh_db::{DbError, Tx};
use sh_files::write::ColumnKind;
use sh_http::{App, Context, Failure, Permission};
use sh_imports::{
    Column, Owner, Row, Table,
    model::{Does, Import, Issue, Planned},
};
use sh_jobs::JobError;
use sh_kernel::Id;
use uuid::Uuid;

use super::{operator::bounds, parcels};
use crate::{
    Error, carrier,
    error::Refused,
    model::{Ask, Order, ParcelRow, PartState, number_of},
    store,
};

/// The table of waybills.
#[derive(Debug, Clone, Copy)]
pub struct Waybills;

/// Its columns. What is exported to be filled in has more, which are left alone.
pub(crate) const COLUMNS: &[Column] = &[
    Column {
        field: "order",
        titles: &["订单号", "Order number", "订单编号", "订单", "单号", "商城订单号"],
        required: true,
        kind: ColumnKind::Code,
    },
    Column {
        field: "carrier",
        titles: &[
            "快递公司",
            "Carrier",
            "物流公司",
            "快递",
            "承运商",
            "承运人",
            "物流",
            "快递名称",
            "物流名称",
        ],
        required: true,
        kind: ColumnKind::Text,
    },
    Column {
        field: "waybill",
        titles: &["运单号", "Waybill number", "快递单号", "物流单号", "运单编号", "快递号", "面单号", "运单"],
        required: true,
        kind: ColumnKind::Code,
    },
];

/// What a row says that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parcel {
    order: Id<Order>,
    carrier: &'static str,
    waybill: String,
}

/// A part of the shop, by the number of its order.
type Parts = HashMap<String, (Id<Order>, PartState, Ask)>;

impl Table for Waybills {
    fn code(&self) -> &'static str {
        "waybills"
    }

    fn home(&self) -> &'static str {
        "/s/orders/waybills"
    }

    fn parent(&self) -> (&'static str, &'static str) {
        ("shop-orders-title", "/s/orders")
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn permission(&self) -> Permission {
        Permission::HandleOrders
    }

    fn owner<'a>(
        &'a self,
        ctx: &'a Context,
        app: &'a App,
        asked: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Owner, Failure>> {
        Box::pin(async move {
            let shop = shops::own(ctx, app, asked.map(Id::from_uuid)).await?;
            Ok(Owner { id: shop.id.uuid(), organisation: Some(shop.organisation), name: shop.name })
        })
    }

    fn once(&self, row: &Row<'_>) -> Option<(&'static str, String)> {
        let waybill = carrier::waybill(&row.text("waybill"))?;
        Some(("waybill", format!("{} {waybill}", carrier::named(&row.text("carrier"))?)))
    }

    fn plan<'a>(
        &'a self,
        _: &'a Context,
        app: &'a App,
        import: &'a Import,
        rows: &'a [Row<'a>],
    ) -> BoxFuture<'a, Result<Vec<Planned>, JobError>> {
        Box::pin(async move {
            let decided = decide(app, import, rows).await?;
            Ok(decided.into_iter().map(|(planned, _)| planned).collect())
        })
    }

    fn write<'a>(
        &'a self,
        ctx: &'a Context,
        app: &'a App,
        import: &'a Import,
        rows: &'a [Row<'a>],
    ) -> BoxFuture<'a, Result<Vec<Planned>, JobError>> {
        Box::pin(async move {
            let decided = decide(app, import, rows).await?;
            // All at once, so that they share a batch.
            let sent = decided.into_iter().zip(rows).map(|((planned, parcel), row)| async move {
                match parcel {
                    Some(parcel) => send(ctx, app, (import, row), planned, parcel).await,
                    None => Ok(planned),
                }
            });
            futures::future::join_all(sent)
                .await
                .into_iter()
                .collect::<Result<_, Error>>()
                .map_err(JobError::from)
        })
    }
}

/// Sends a parcel; what has changed since it was looked at is told at its row.
async fn send(
    ctx: &Context,
    app: &App,
    (import, row): (&Import, &Row<'_>),
    planned: Planned,
    parcel: Parcel,
) -> Result<Planned, Error> {
    let at = (parcel.order, Id::from_uuid(import.owner.id));
    let label = (parcel.carrier.to_owned(), parcel.waybill);
    let refused = |issue: Issue| Ok(Planned::reject(vec![issue]));
    match parcels::send(ctx, app, at, label, Some(import.id)).await {
        Ok(()) => Ok(planned),
        Err(Error::WaybillTaken) => refused(row.issue("waybill", "waybill-taken")),
        Err(Error::TooManyParcels) => refused(row.issue("order", "parcels-full")),
        Err(Error::Refused(Refused::WrongState(_) | Refused::NotFound)) => {
            refused(row.issue("order", "part-changed"))
        }
        Err(error) => Err(error),
    }
}

/// What each row does, and the parcel that is to be sent for it.
async fn decide(
    app: &App,
    import: &Import,
    rows: &[Row<'_>],
) -> Result<Vec<(Planned, Option<Parcel>)>, DbError> {
    let shop: Id<Shop> = Id::from_uuid(import.owner.id);
    let waybills: Vec<String> =
        rows.iter().filter_map(|row| carrier::waybill(&row.text("waybill"))).collect();
    let numbers: Vec<String> = rows.iter().filter_map(|row| row.code("order").ok()).collect();
    let (parts, known, own) = app
        .db
        .read(async |tx| {
            let parts = parts(tx, shop, &numbers).await?;
            let known = store::parcel::by_waybill(tx, &waybills).await?;
            let mut own = Vec::new();
            for (order, state, _) in parts.values() {
                if *state == PartState::Shipped {
                    own.extend(store::parcel::of_order(tx, *order).await?);
                }
            }
            Ok::<_, DbError>((parts, known, own))
        })
        .await?;
    let with_this = |order: Id<Order>| {
        own.iter().any(|row| row.order == order && row.shop == shop && row.import == Some(import.id))
    };
    Ok(rows.iter().map(|row| one(row, shop, &parts, &known, &with_this)).collect())
}

/// The parts of a shop by the numbers of their orders. Another shop's order is as unknown as none.
async fn parts(tx: &mut Tx, shop: Id<Shop>, numbers: &[String]) -> Result<Parts, DbError> {
    let mut parts = Parts::new();
    for number in numbers {
        let Some(bounds) = bounds(number).filter(|_| !parts.contains_key(number)) else { continue };
        let found = store::parcel::parts_between(tx, shop, bounds).await?;
        if let Some(part) = found.into_iter().find(|part| number_of(part.0) == *number) {
            parts.insert(number.clone(), part);
        }
    }
    Ok(parts)
}

fn one(
    row: &Row<'_>,
    shop: Id<Shop>,
    parts: &Parts,
    known: &[ParcelRow],
    with_this: &dyn Fn(Id<Order>) -> bool,
) -> (Planned, Option<Parcel>) {
    let (number, by, typed) = (row.code("order"), row.text("carrier"), row.code("waybill"));
    if by.is_empty() && matches!(&typed, Ok(text) if text.is_empty()) {
        return (Planned::of(Does::Nothing).class("open"), None);
    }
    let mut issues = Vec::new();
    let part = match &number {
        Ok(number) if number.is_empty() => {
            issues.push(row.issue("order", "cell-empty"));
            None
        }
        Ok(number) => {
            let part = parts.get(number).copied();
            if part.is_none() {
                issues.push(row.issue("order", "order-unknown"));
            }
            part
        }
        Err(problem) => {
            issues.push(problem.clone());
            None
        }
    };
    let by_name = carrier::named(&by);
    if by_name.is_none() {
        let code = if by.is_empty() { "cell-empty" } else { "carrier-unknown" };
        issues.push(row.issue("carrier", code).with("names", carrier::known()));
    }
    let waybill = match typed {
        Ok(text) if text.is_empty() => Err(row.issue("waybill", "cell-empty")),
        Ok(text) => carrier::waybill(&text).ok_or_else(|| row.issue("waybill", "waybill-wrong")),
        Err(problem) => Err(problem),
    };
    let waybill = waybill.map_err(|issue| issues.push(issue)).ok();
    let (Some((order, state, ask)), Some(carrier), Some(waybill)) = (part, by_name, waybill) else {
        return (Planned::reject(issues), None);
    };
    if let Some(there) = known.iter().find(|there| there.carrier == carrier && there.waybill == waybill) {
        let same = (there.order, there.shop) == (order, shop);
        let told = || Planned::reject(vec![row.issue("waybill", "waybill-taken")]);
        return (if same { Planned::of(Does::Nothing).class("sent") } else { told() }, None);
    }
    let code = match state {
        PartState::ToShip => None,
        PartState::Shipped if with_this(order) => None,
        PartState::Shipped | PartState::Received => Some("part-sent"),
        PartState::Unpaid => Some("part-unpaid"),
        PartState::Cancelled | PartState::Refunded => Some("part-ended"),
    };
    if let Some(code) = code {
        return (Planned::reject(vec![row.issue("order", code)]), None);
    }
    let mut planned = Planned::of(Does::Create).class("parcels");
    if ask == Ask::Asked {
        planned = planned.noting(row.issue("order", "part-asked-back"));
    }
    (planned, Some(Parcel { order, carrier, waybill }))
}
