//! Bank transfer with a code per order (对公转账): the buyer names the code, the operator enters what the bank shows.

use futures::future::BoxFuture;
use sh_http::App;

use super::{Begun, Notice, Provider};
use crate::{
    Error,
    model::{OrderRow, PaymentRow, RefundRow},
};

/// Its code.
pub const CODE: &str = "bank";

/// Payment by transfer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bank;

impl Provider for Bank {
    fn code(&self) -> &'static str {
        CODE
    }

    fn begin<'a>(
        &'a self,
        _app: &'a App,
        _order: &'a OrderRow,
        _payment: &'a PaymentRow,
    ) -> BoxFuture<'a, Result<Begun, Error>> {
        Box::pin(async { Ok(Begun::Transfer) })
    }

    /// A bank is not asked: what came in is entered from its statement.
    fn ask<'a>(&'a self, _app: &'a App, _: &'a PaymentRow) -> BoxFuture<'a, Result<Vec<Notice>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// A person transfers it and says so.
    fn refund<'a>(&'a self, _app: &'a App, _: &'a RefundRow) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async { Ok(false) })
    }
}
