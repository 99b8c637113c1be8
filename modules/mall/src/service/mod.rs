//! Use cases.

pub mod addresses;
pub mod bank;
pub mod basket;
mod case_photos;
pub mod cases;
pub mod checkout;
pub mod chores;
pub mod commission;
pub mod operator;
pub mod orders;
pub mod parcels;
pub mod pay;
pub mod payments;
pub(crate) mod photos;
pub mod pick;
pub mod reviews;
pub mod settlement;
pub mod statement;
pub mod statements;
pub mod supplier;
pub mod waybills;

use sh_access::audit::By;
use sh_db::{DbError, Tx};
use sh_http::{App, Context};
use sh_kernel::Id;
use sh_ledger::{Book, Claim, Plan};

use crate::{
    Error,
    command::{Command, What},
    desk::{Done, Queue},
};

/// Holds the book of the market until the transaction ends: nothing is sold, refunded, settled or asked back meanwhile.
pub(crate) async fn hold(tx: &mut Tx, ctx: &Context) -> Result<(), DbError> {
    let nothing = Claim::named(Book::MARKET, "hold", "", b"");
    Plan::new(ctx.now()).load_claims(tx, [nothing]).await
}

/// Refuses a number that no form of today was given.
pub(crate) fn check_form<T>(ctx: &Context, id: Id<T>) -> Result<(), Error> {
    if crate::model::form_holds(id, ctx.now()) { Ok(()) } else { Err(crate::Refused::FormOld.into()) }
}

/// Hands a command to the queue in the name of whoever acts.
pub(crate) async fn submit(ctx: &Context, app: &App, what: What) -> Result<Done, Error> {
    app.get::<Queue>()?.submit(Command { by: By::of(ctx), what }).await
}
