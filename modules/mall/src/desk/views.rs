//! What callers look at while they shop (查看): baskets, orders, payments, looked up for all who ask at the same time.

use std::collections::HashMap;

use sh_db::{Db, DbError, GroupRead, Lookup, Tx};
use sh_http::Context;
use sh_kernel::Id;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    model::{Order, Payment, PaymentRow, Whole},
    service::basket::{self, Basket},
    store,
};

/// The entrances.
#[derive(Debug, Clone)]
pub(crate) struct Views {
    orders: GroupRead<Orders>,
    baskets: GroupRead<Baskets>,
    payments: GroupRead<Payments>,
}

impl Views {
    pub(super) fn start(db: &Db, ctx: Context, tasks: &TaskTracker, end: &CancellationToken) -> Self {
        Self {
            orders: GroupRead::start(db, Orders, tasks, end),
            baskets: GroupRead::start(db, Baskets { ctx }, tasks, end),
            payments: GroupRead::start(db, Payments, tasks, end),
        }
    }

    /// An order with all that belongs to it.
    pub(crate) async fn order(&self, id: Id<Order>) -> Result<Option<Whole>, DbError> {
        self.orders.ask(id).await
    }

    /// What a buyer's basket holds.
    pub(crate) async fn basket(&self, buyer: &str) -> Result<Basket, DbError> {
        self.baskets.ask(buyer.to_owned()).await
    }

    /// A payment that was begun.
    pub(crate) async fn payment(&self, id: Id<Payment>) -> Result<Option<PaymentRow>, DbError> {
        self.payments.ask(id).await
    }
}

#[derive(Debug)]
struct Orders;

impl Lookup for Orders {
    type Key = Id<Order>;
    type Found = Option<Whole>;

    async fn look_up(&self, tx: &mut Tx, ids: &[Id<Order>]) -> Result<Vec<Option<Whole>>, DbError> {
        let found = store::order::wholes(tx, ids).await?;
        let found: HashMap<_, _> = found.into_iter().map(|whole| (whole.order.id, whole)).collect();
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }
}

#[derive(Debug)]
struct Baskets {
    ctx: Context,
}

impl Lookup for Baskets {
    type Key = String;
    type Found = Basket;

    async fn look_up(&self, tx: &mut Tx, buyers: &[String]) -> Result<Vec<Basket>, DbError> {
        basket::load(tx, buyers, self.ctx.today()).await
    }
}

#[derive(Debug)]
struct Payments;

impl Lookup for Payments {
    type Key = Id<Payment>;
    type Found = Option<PaymentRow>;

    async fn look_up(&self, tx: &mut Tx, ids: &[Id<Payment>]) -> Result<Vec<Option<PaymentRow>>, DbError> {
        let found = store::pay::payments(tx, ids).await?;
        let found: HashMap<_, _> = found.into_iter().map(|row| (row.id, row)).collect();
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }
}
