//! Paying (支付): a payment is begun, a provider tells what came in.

use sh_http::{App, Context};
use sh_kernel::Id;

use super::orders;
use crate::{
    Error,
    command::{Settle, What},
    desk::{Note, Queue},
    error::Refused,
    model::{Order, OrderState, Payment, PaymentRow},
    provider::{
        Begun, Notice, Providers,
        simulator::{self, Scenario},
    },
    token::{Keys, Visitor},
};

/// Begins a payment of what is still to be paid. The provider is told after the payment is kept, and outside of any
/// transaction.
///
/// # Errors
/// [`Error::NotFound`], [`Error::NoProvider`]; [`Refused::WrongState`] if nothing is to be paid; what the provider says.
pub async fn begin(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Order>,
    provider: &str,
) -> Result<Begun, Error> {
    let order = orders::get(ctx, app, visitor, id).await?.order;
    let providers = app.get::<Providers>()?;
    let provider = providers.get(provider)?;
    if order.state != OrderState::Unpaid || order.due_at <= ctx.now() {
        return Err(Refused::WrongState(order.state.word()).into());
    }
    let payment = PaymentRow {
        id: ctx.id(),
        order: id,
        provider: provider.code().to_owned(),
        amount: order.amount.minus(order.paid)?,
        begun_at: ctx.now(),
    };
    app.get::<Queue>()?.note(Note::Begin(payment.clone())).await?;
    provider.begin(app, &order, &payment).await
}

/// A provider's message, signed. Repeated, it changes nothing.
///
/// # Errors
/// [`Error::Forged`]; [`Error::NotFound`] for a payment that we do not know.
pub async fn notified(
    ctx: &Context,
    app: &App,
    provider: &str,
    body: &str,
    signature: &str,
) -> Result<(), Error> {
    app.get::<Providers>()?.get(provider)?;
    if !app.get::<Keys>()?.is_signed(provider, body, signature) {
        return Err(Error::Forged);
    }
    let notice: Notice = serde_json::from_str(body).map_err(|_| Error::NotFound)?;
    settle(ctx, app, provider, &notice).await
}

/// Counts what came in for a payment.
pub(crate) async fn settle(ctx: &Context, app: &App, provider: &str, notice: &Notice) -> Result<(), Error> {
    let found = app.get::<Queue>()?.views.payment(notice.payment).await?;
    let payment = found.filter(|payment| payment.provider == provider).ok_or(Error::NotFound)?;
    let settle = Settle {
        order: payment.order,
        provider: payment.provider,
        reference: notice.reference.clone(),
        amount: notice.amount,
    };
    super::submit(ctx, app, What::Settle(settle)).await.map(drop)
}

/// A payment of the visitor with the made-up provider.
///
/// # Errors
/// [`Error::NotFound`] for everybody else's, and where there is no such provider.
pub async fn simulated(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Payment>,
) -> Result<PaymentRow, Error> {
    app.get::<Providers>()?.get(simulator::CODE).map_err(|_| Error::NotFound)?;
    let found = app.get::<Queue>()?.views.payment(id).await?;
    let payment = found.filter(|row| row.provider == simulator::CODE).ok_or(Error::NotFound)?;
    orders::get(ctx, app, visitor, payment.order).await?;
    Ok(payment)
}

/// Plays a payment as chosen. What the made-up provider tells comes in signed, as everybody's messages do.
///
/// # Errors
/// As [`simulated`].
pub async fn simulate(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Payment>,
    scenario: Scenario,
) -> Result<Id<Order>, Error> {
    let payment = simulated(ctx, app, visitor, id).await?;
    for notice in simulator::pay(app, &payment, scenario).await? {
        tell(ctx, app, &notice).await?;
    }
    Ok(payment.order)
}

/// The made-up provider sends its signed message.
pub(crate) async fn tell(ctx: &Context, app: &App, notice: &Notice) -> Result<(), Error> {
    let body = serde_json::to_string(notice).map_err(|error| Error::Provider(error.to_string()))?;
    let signature = app.get::<Keys>()?.sign_callback(simulator::CODE, &body);
    let ctx = ctx.acting_as(sh_http::Actor::System { name: simulator::CODE });
    notified(&ctx, app, simulator::CODE, &body, &signature).await
}
