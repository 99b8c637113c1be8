//! Use cases.

pub mod basket;
pub mod cases;
pub mod checkout;
pub mod chores;
pub mod commission;
pub mod operator;
pub mod orders;
pub mod pay;
pub mod settlement;
pub mod statement;
pub mod supplier;

use sh_access::audit::By;
use sh_http::{App, Context};

use crate::{
    Error,
    command::{Command, What},
    desk::{Done, Queue},
};

/// Hands a command to the queue in the name of whoever acts.
pub(crate) async fn submit(ctx: &Context, app: &App, what: What) -> Result<Done, Error> {
    app.get::<Queue>()?.submit(Command { by: By::of(ctx), what }).await
}
