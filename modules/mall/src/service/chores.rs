//! What the program does by itself: unpaid orders end, providers are asked what nobody told, money goes back.
//!
//! Each chore may be cut off anywhere and run again: what it does goes through commands that count once.

use std::time::Duration;

use sh_http::{App, Context};
use sh_kernel::Id;

use super::pay;
use crate::{
    Error,
    case::ANSWER_HOURS,
    command::{Cancel, Decide, What},
    error::Refused,
    provider::{Providers, simulator},
    store,
};

/// Orders, payments and refunds of one step.
const STEP: i64 = 200;
/// Seconds after which a provider is asked what became of a payment.
const ASK_SECONDS: i64 = 15;
/// Days after sending until a part counts as received, if the buyer says nothing.
pub const RECEIVE_DAYS: i64 = 10;
/// How long chores rest.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs all chores until the program stops.
pub async fn run(app: &App) {
    let ctx = Context::system(app, "mall");
    while !app.stop.is_cancelled() {
        if let Err(error) = once(&ctx, app).await {
            tracing::warn!(%error, "a chore of the mall was not done; it is tried again");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = app.stop.cancelled() => {}
        }
    }
}

/// Runs all chores once.
///
/// # Errors
/// The first failure; the others have been tried.
pub async fn once(ctx: &Context, app: &App) -> Result<(), Error> {
    let late = tell_late(ctx, app).await;
    let asked = ask(ctx, app).await;
    let ended = expire(ctx, app).await;
    let back = pay_back(ctx, app).await;
    let booked = super::bank::book_left(ctx, app).await;
    let cases = super::cases::late(ctx, app).await;
    let silent = answer_for_silent(ctx, app).await;
    let received = receive(ctx, app).await;
    late?;
    asked?;
    booked?;
    ended?;
    cases?;
    silent?;
    received?;
    back.map(drop)
}

/// Ends unpaid orders whose time is over: their goods may be sold again. Returns how many.
///
/// # Errors
/// The queue, or the database.
pub async fn expire(ctx: &Context, app: &App) -> Result<u64, Error> {
    let mut count = 0;
    loop {
        let now = ctx.now();
        let due = app.db.read(async |tx| store::pay::due(tx, now, STEP).await).await?;
        if due.is_empty() {
            return Ok(count);
        }
        // All at once, so that they share a batch.
        let cancels = due
            .iter()
            .map(|order| super::submit(ctx, app, What::Cancel(Cancel { order: *order, expired: true })));
        for outcome in futures::future::join_all(cancels).await {
            match outcome {
                Ok(_) => count += 1,
                // Paid at the last moment.
                Err(Error::Refused(Refused::WrongState(_))) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Asks providers what became of payments of which nobody has told us. Returns how many payments were asked for.
///
/// # Errors
/// The queue, or the database. A provider that is away is asked again next time.
pub async fn ask(ctx: &Context, app: &App) -> Result<u64, Error> {
    let before = ctx.now().plus_seconds(-ASK_SECONDS);
    let providers = app.get::<Providers>()?;
    let (mut after, mut count) = (Id::from_uuid(uuid::Uuid::nil()), 0);
    loop {
        let untold = app.db.read(async |tx| store::pay::untold(tx, before, after, STEP).await).await?;
        let Some(last) = untold.last() else { return Ok(count) };
        after = last.id;
        count += untold.len() as u64;
        for payment in &untold {
            let Ok(provider) = providers.get(&payment.provider) else { continue };
            match provider.ask(app, payment).await {
                Ok(notices) => {
                    for notice in notices {
                        pay::settle(ctx, app, provider.code(), &notice).await?;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, provider = provider.code(), "a provider does not answer");
                }
            }
        }
    }
}

/// Receives parts that were sent long ago and that nobody has asked about (自动确认收货). Returns how many.
///
/// # Errors
/// The queue, or the database.
pub async fn receive(ctx: &Context, app: &App) -> Result<u64, Error> {
    let by = ctx.now().plus_seconds(-RECEIVE_DAYS * 24 * 3_600);
    let parts = app.db.read(async |tx| store::list::unconfirmed(tx, by, STEP).await).await?;
    carry_out(ctx, app, parts.into_iter().map(|(order, shop)| What::Receive(order, shop))).await
}

/// Agrees for shops that do not answer whoever wants the money back for goods that were not sent (未发货超时退款). Returns
/// how many.
///
/// # Errors
/// The queue, or the database.
pub async fn answer_for_silent(ctx: &Context, app: &App) -> Result<u64, Error> {
    let by = ctx.now().plus_seconds(-ANSWER_HOURS * 3_600);
    let parts = app.db.read(async |tx| store::list::unanswered(tx, by, STEP).await).await?;
    let grant = |(order, shop, round)| {
        let answer = ctx.t("order-silent-answer");
        What::Refund(Decide { order, shop, round, grant: true, goods_back: true, answer })
    };
    carry_out(ctx, app, parts.into_iter().map(grant)).await
}

/// Carries commands out, all at once so that they share a batch. Returns how many did something.
async fn carry_out(ctx: &Context, app: &App, commands: impl Iterator<Item = What>) -> Result<u64, Error> {
    let mut count = 0;
    for outcome in futures::future::join_all(commands.map(|what| super::submit(ctx, app, what))).await {
        match outcome {
            Ok(_) => count += 1,
            // Somebody has acted at the last moment.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Sends money back that is to go back. Returns how many refunds have gone.
///
/// # Errors
/// The queue, or the database. A provider that is away is asked again next time.
pub async fn pay_back(ctx: &Context, app: &App) -> Result<u64, Error> {
    let providers = app.get::<Providers>()?;
    let (mut after, mut count) = (Id::from_uuid(uuid::Uuid::nil()), 0);
    loop {
        let open = app.db.read(async |tx| store::pay::open_refunds(tx, after, STEP).await).await?;
        let Some(last) = open.last() else { return Ok(count) };
        after = last.id;
        for refund in &open {
            let Ok(provider) = providers.get(&refund.provider) else { continue };
            match provider.refund(app, refund).await {
                Ok(true) => {
                    super::submit(ctx, app, What::PaidBack(refund.order, refund.id)).await?;
                    count += 1;
                }
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, provider = provider.code(), "a refund was not sent");
                }
            }
        }
    }
}

/// The made-up provider tells what it tells late.
async fn tell_late(ctx: &Context, app: &App) -> Result<(), Error> {
    if app.get::<Providers>()?.get(simulator::CODE).is_err() {
        return Ok(());
    }
    for notice in simulator::late(app).await? {
        pay::tell(ctx, app, &notice).await?;
        simulator::told(app, &notice.reference).await?;
    }
    Ok(())
}
