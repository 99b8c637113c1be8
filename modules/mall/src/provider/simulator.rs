//! A made-up provider that pays as one chooses: at once, late, twice, in part, by two channels, or without a word. Only
//! for demonstrations and tests: whoever can open its page has paid.

use futures::future::BoxFuture;
use sh_http::App;
use sh_kernel::{Fen, Id};

use super::{Begun, Notice, Provider};
use crate::{
    Error,
    desk::{Note, Queue},
    model::{OrderRow, Payment, PaymentRow, RefundRow},
    store::simulator::{self as store, Taken},
};

/// Its code.
pub const CODE: &str = "simulator";
/// Seconds after which a late message comes.
const LATE_SECONDS: i64 = 20;

/// How a payment goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Paid, and told at once.
    Once,
    /// Paid, and told some time later.
    Late,
    /// Paid once, told twice.
    Twice,
    /// Paid, and never told.
    Lost,
    /// Half is paid.
    Partial,
    /// Paid by two channels.
    TwoChannels,
}

impl Scenario {
    /// All of them, with the word in forms and text keys.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Once, "once"),
        (Self::Late, "late"),
        (Self::Twice, "twice"),
        (Self::Lost, "lost"),
        (Self::Partial, "partial"),
        (Self::TwoChannels, "two-channels"),
    ];

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(scenario, _)| *scenario)
    }
}

/// Plays payments.
#[derive(Debug, Clone, Copy, Default)]
pub struct Simulator;

/// Takes the money for a payment as a scenario says. Returns what it tells of at once.
///
/// # Errors
/// The database.
pub(crate) async fn pay(app: &App, payment: &PaymentRow, scenario: Scenario) -> Result<Vec<Notice>, Error> {
    let now = app.clock.now();
    let one = |mark: &str, amount: Fen, tells: i64| Taken {
        reference: format!("SIM-{}-{mark}", payment.id.uuid().simple()),
        payment: payment.id,
        amount,
        tells,
    };
    let full = payment.amount;
    let taken = match scenario {
        Scenario::Once | Scenario::Late | Scenario::Lost => vec![one("1", full, 1)],
        Scenario::Twice => vec![one("1", full, 2)],
        Scenario::Partial => vec![one("1", Fen((full.0 / 2).max(1)), 1)],
        Scenario::TwoChannels => vec![one("1", full, 1), one("2", full, 1)],
    };
    let tell_at = (scenario == Scenario::Late).then(|| now.plus_seconds(LATE_SECONDS));
    app.get::<Queue>()?.note(Note::Take(taken.clone(), tell_at)).await?;
    if matches!(scenario, Scenario::Late | Scenario::Lost) {
        return Ok(Vec::new());
    }
    Ok(taken.iter().flat_map(notices).collect())
}

/// What the provider tells of late payments whose time has come.
///
/// # Errors
/// The database.
pub(crate) async fn late(app: &App) -> Result<Vec<Notice>, Error> {
    let now = app.clock.now();
    let taken = app.db.read(async |tx| store::to_tell(tx, now).await).await?;
    Ok(taken.iter().flat_map(notices).collect())
}

/// Notes that a late payment was told of.
///
/// # Errors
/// The database.
pub(crate) async fn told(app: &App, reference: &str) -> Result<(), Error> {
    Ok(app.db.write(async |tx| store::set_told(tx, reference).await).await?)
}

fn notices(taken: &Taken) -> Vec<Notice> {
    let notice = Notice { payment: taken.payment, reference: taken.reference.clone(), amount: taken.amount };
    vec![notice; usize::try_from(taken.tells).unwrap_or(1)]
}

/// The address of its page.
pub(crate) fn page(payment: Id<Payment>) -> String {
    format!("/pay/simulator/{payment}")
}

impl Provider for Simulator {
    fn code(&self) -> &'static str {
        CODE
    }

    fn begin<'a>(
        &'a self,
        _app: &'a App,
        _order: &'a OrderRow,
        payment: &'a PaymentRow,
    ) -> BoxFuture<'a, Result<Begun, Error>> {
        Box::pin(async move { Ok(Begun::Page(page(payment.id))) })
    }

    fn ask<'a>(&'a self, app: &'a App, payment: &'a PaymentRow) -> BoxFuture<'a, Result<Vec<Notice>, Error>> {
        Box::pin(async move {
            let now = app.clock.now();
            let taken = app.db.read(async |tx| store::taken(tx, payment.id).await).await?;
            let late: Vec<String> = app
                .db
                .read(async |tx| store::to_tell(tx, now.plus_seconds(LATE_SECONDS)).await)
                .await?
                .into_iter()
                .map(|taken| taken.reference)
                .collect();
            // What is told late is not known to the provider itself before.
            Ok(taken
                .into_iter()
                .filter(|taken| !late.contains(&taken.reference))
                .map(|taken| Notice {
                    payment: taken.payment,
                    reference: taken.reference,
                    amount: taken.amount,
                })
                .collect())
        })
    }

    fn refund<'a>(&'a self, app: &'a App, refund: &'a RefundRow) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            app.db
                .write(async |tx| store::pay_back(tx, refund.id, &refund.reference, refund.amount).await)
                .await?;
            Ok(true)
        })
    }
}
