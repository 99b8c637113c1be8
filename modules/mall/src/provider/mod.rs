//! Who takes the money (支付渠道): one port, behind which banks and payment companies stand.
//!
//! No provider is called inside a transaction. What a provider tells comes in by a signed message, or by asking; both end
//! in the same command, which counts each reference once.

pub mod bank;
pub mod simulator;

use std::{fmt, sync::Arc};

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sh_http::App;
use sh_kernel::{Fen, Id};

use crate::{
    Error,
    model::{OrderRow, Payment, PaymentRow, RefundRow},
};

/// Where the buyer goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// To a page of the provider, or of ours that stands for it.
    Page(String),
    /// To their bank: the page of the order tells account and code.
    Transfer,
}

/// What a provider tells: so much came in for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Our number of the payment.
    pub payment: Id<Payment>,
    /// What the provider calls what came in.
    pub reference: String,
    /// How much, in fen.
    pub amount: Fen,
}

/// A way to pay. Every call may be repeated.
pub trait Provider: fmt::Debug + Send + Sync {
    /// Its code; the text for people is `mall-provider-<code>`.
    fn code(&self) -> &'static str;

    /// Tells the provider of a payment.
    fn begin<'a>(
        &'a self,
        app: &'a App,
        order: &'a OrderRow,
        payment: &'a PaymentRow,
    ) -> BoxFuture<'a, Result<Begun, Error>>;

    /// What has come in for a payment so far; asked when nothing was told.
    fn ask<'a>(&'a self, app: &'a App, payment: &'a PaymentRow) -> BoxFuture<'a, Result<Vec<Notice>, Error>>;

    /// Sends money back, once for each number of a refund. `false` if it has not gone yet.
    fn refund<'a>(&'a self, app: &'a App, refund: &'a RefundRow) -> BoxFuture<'a, Result<bool, Error>>;
}

/// The ways to pay of this installation, as a service of the program.
#[derive(Debug, Clone)]
pub struct Providers(Vec<Arc<dyn Provider>>);

impl Providers {
    /// These, in this order.
    pub fn new(list: Vec<Arc<dyn Provider>>) -> Self {
        Self(list)
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<dyn Provider>] {
        &self.0
    }

    /// The one with this code.
    ///
    /// # Errors
    /// [`Error::NoProvider`].
    pub fn get(&self, code: &str) -> Result<&Arc<dyn Provider>, Error> {
        self.0.iter().find(|provider| provider.code() == code).ok_or(Error::NoProvider)
    }
}
