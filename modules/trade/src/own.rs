//! Sales that the platform carries itself (平台自有交易): an order that is paid, received or sent back here is told to the
//! figures by the order itself, in its own transaction, and nobody reports it.
//!
//! [`record`] appends claims of the standing source [`SOURCE`] and asks for a run of matching, which turns them into
//! trades within seconds and ties to them what others report of the same sale. The claims of a stage that are recorded on
//! one day make one standing import batch, so that each stands on the pages of imports like any other report. The next
//! stage of an order comes in another batch than the one before, by which matching knows it as the same sale.

use std::{
    collections::{BTreeMap, HashSet},
    time::{Duration, Instant},
};

use sh_db::{DbError, Tx};
use sh_http::{App, Context};
use sh_jobs::{Handlers, JobError, NewJob, Progress, Run};
use sh_kernel::{Day, Fen, Id, Quantity, RegionCode};
use sh_parties::{Party, number_of};

use crate::{
    axes::{BuyerKind, Category, Certified, Channel, Link, PriceBasis, Role, Stage},
    import::{batch::Source, content::content_of, error::ImportError, reader::NewClaim},
    matching::entry::tells_orders_apart,
    model::{Claim, ClaimFacts, DayPrecision, SourceKind},
    service::{match_run::Cause, post::match_days},
    store::{import as claims, own as store},
};

/// The code of the source that tells the platform's own sales.
pub const SOURCE: &str = "mall";
/// Its name; English pages call it `source-mall`.
pub(crate) const SOURCE_NAME: &str = "山海商城";
/// The job that matches own sales.
pub const MATCH_JOB: &str = "match-own-sales";
/// Between two runs at least, so that orders which come in all the time are matched many at once.
const PAUSE: Duration = Duration::from_secs(1);
/// How many times as long as the run before it a pause is: matching leaves most of the machine to those who order.
const PAUSE_TIMES: u32 = 4;
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// A stage that a line of an own order has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSale {
    /// The number of the order, or of the part of it that one seller delivers: at least twelve letters and digits, six
    /// digits at least, so that a foreign report with this number is known as the same sale.
    pub order_no: String,
    /// The line of the order, from 1.
    pub line: u32,
    /// 0, but 1, 2, … for the second and each further return of the line.
    pub part: u32,
    /// The day that the sale counts for: the day of payment, when it is received as well; on a return the day of that.
    pub day: Day,
    /// [`Stage::Paid`], [`Stage::Accepted`] or [`Stage::Returned`].
    pub stage: Stage,
    /// The seller's number in the register of parties.
    pub seller: i64,
    /// The seller's name.
    pub seller_name: String,
    /// The seller's credit code.
    pub seller_code: Option<String>,
    /// The buyer's name; `None` for persons, who stay anonymous.
    pub buyer: Option<String>,
    /// What kind of buyer.
    pub buyer_kind: BuyerKind,
    /// The name of the product.
    pub product: String,
    /// Its category.
    pub category: Category,
    /// County of origin.
    pub origin: Option<RegionCode>,
    /// City that the goods went to.
    pub destination: Option<RegionCode>,
    /// With tax, without freight, in fen; negative on a return.
    pub amount: Fen,
    /// In the product's base unit; negative on a return.
    pub quantity: Option<Quantity>,
    /// Whether the goods carried a certificate when they were sold.
    pub certified: Certified,
    /// Through which channel.
    pub channel: Channel,
    /// Bought for own use, or helped to sell.
    pub role: Role,
    /// Fair or campaign, if any.
    pub event: Option<String>,
}

impl OwnSale {
    fn key(&self) -> store::OwnKey {
        (self.order_no.clone(), i64::from(self.line), self.stage.code(), i64::from(self.part))
    }

    fn claim(&self) -> NewClaim {
        let facts = ClaimFacts {
            seller: self.seller_name.clone(),
            seller_code: self.seller_code.clone(),
            buyer: self.buyer.clone(),
            buyer_kind: self.buyer_kind,
            product: self.product.clone(),
            category: self.category,
            origin: self.origin,
            destination: self.destination,
            day: self.day,
            precision: DayPrecision::Day,
            amount: self.amount,
            basis: PriceBasis::WithTax,
            quantity: self.quantity,
            // Two digits count the lines, as other platforms do it; matching knows the order by what stands before.
            order_no: Some(format!("{}{:02}", self.order_no, self.line)),
            invoice_no: None,
            stage: self.stage,
            role: self.role,
            channel: self.channel,
            outlet: None,
            certified: self.certified,
            link: Link::First,
            event: self.event.clone(),
        };
        let place = self.origin.map_or_else(String::new, |origin| origin.to_string());
        let content = content_of(&facts, &place);
        NewClaim { facts, content, occurrence: self.part }
    }

    fn check(&self) -> Result<(), DbError> {
        let staged = matches!(self.stage, Stage::Paid | Stage::Accepted | Stage::Returned);
        let wrong = if !staged {
            "is at a stage that no own sale has"
        } else if (self.amount.0 < 0) != (self.stage == Stage::Returned) {
            "has the sign of another stage"
        } else if !tells_orders_apart(&self.order_no) {
            "has a number that does not tell orders apart"
        } else {
            return Ok(());
        };
        Err(DbError::Other(format!("order {} line {} {wrong}", self.order_no, self.line)))
    }
}

/// Appends claims in the caller's transaction, set-wise, and asks for a run of matching; one job waits at most. What is
/// recorded already (same order, line, stage and part) changes nothing, whatever else it says now.
///
/// # Errors
/// What the database refuses; a sale that cannot be, which is the caller's mistake.
pub async fn record(tx: &mut Tx, ctx: &Context, sales: &[OwnSale]) -> Result<(), DbError> {
    for sale in sales {
        sale.check()?;
    }
    let fresh = unknown(tx, sales).await?;
    let (Some(first), Some(last)) =
        (fresh.iter().map(|sale| sale.day).min(), fresh.iter().map(|sale| sale.day).max())
    else {
        return Ok(());
    };
    let told: Vec<(&OwnSale, Id<Claim>)> = fresh.into_iter().map(|sale| (sale, ctx.id())).collect();
    let rows: Vec<_> = told.iter().map(|(sale, claim)| (sale.key(), *claim)).collect();
    if store::add(tx, &rows).await? != rows.len() as u64 {
        // Somebody else is recording the same: begin again and find it recorded.
        return Err(DbError::Busy);
    }
    let parties = told.iter().flat_map(|(sale, _)| {
        let seller = Party::first_seen(&sale.seller_name, sale.seller_code.as_deref());
        let buyer = sale.buyer.as_deref().and_then(|name| Party::first_seen(name, None));
        [seller, buyer].into_iter().flatten()
    });
    sh_parties::upsert(tx, parties.collect::<Vec<_>>()).await?;
    let mut stages: BTreeMap<Stage, Vec<(&OwnSale, Id<Claim>)>> = BTreeMap::new();
    for (sale, claim) in told {
        stages.entry(sale.stage).or_default().push((sale, claim));
    }
    let source = source();
    claims::upsert_source(tx, std::slice::from_ref(&source), ctx.now()).await?;
    for (stage, told) in stages {
        append(tx, ctx, &source, stage, &told).await?;
    }
    let generation = store::ask(tx, (first, last)).await?;
    let job = NewJob {
        kind: MATCH_JOB,
        key: Some(generation.to_string()),
        subject: SOURCE_NAME.to_owned(),
        ..NewJob::default()
    };
    sh_jobs::enqueue(tx, ctx, &job).await.map(drop)
}

/// A line of an own order and a stage that it has reached: number, line, stage.
pub type Reached = (String, i64, Stage);

/// What is recorded of orders with these numbers, for a module that compares it with what it knows itself.
///
/// # Errors
/// What the database refuses.
pub async fn recorded(tx: &mut Tx, orders: &[String]) -> Result<HashSet<Reached>, DbError> {
    let known = store::known(tx, orders).await?;
    let stage = |code| Stage::from_code(code).ok_or_else(|| DbError::Other(format!("{code} is no stage")));
    known.into_iter().map(|(order, line, code, _)| Ok((order, line, stage(code)?))).collect()
}

/// Whether recorded sales wait to be matched, or are being matched: until then no trade tells of them.
///
/// # Errors
/// What the database refuses.
pub async fn waits(tx: &mut Tx) -> Result<bool, DbError> {
    store::waits(tx).await
}

/// The sales that are not recorded yet, each once.
async fn unknown<'a>(tx: &mut Tx, sales: &'a [OwnSale]) -> Result<Vec<&'a OwnSale>, DbError> {
    let orders: HashSet<&str> = sales.iter().map(|sale| sale.order_no.as_str()).collect();
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let orders: Vec<String> = orders.into_iter().map(ToOwned::to_owned).collect();
    let mut known = store::known(tx, &orders).await?;
    Ok(sales.iter().filter(|sale| known.insert(sale.key())).collect())
}

/// Writes the claims of one stage behind those that its batch has.
async fn append(
    tx: &mut Tx,
    ctx: &Context,
    source: &Source,
    stage: Stage,
    told: &[(&OwnSale, Id<Claim>)],
) -> Result<(), DbError> {
    let today = ctx.today();
    let key = format!("{SOURCE}-{}-{}", today.yyyymmdd(), stage.word());
    let batch = store::OpenBatch {
        id: ctx.id(),
        source: SOURCE,
        name: &format!("{SOURCE_NAME} {today} {}", stage.word()),
        key: &key,
        by: SOURCE,
        now: ctx.now(),
    };
    let (batch, rows) = store::open_batch(tx, &batch).await?;
    let made: Vec<NewClaim> = told.iter().map(|(sale, _)| sale.claim()).collect();
    let mut amount = Fen::ZERO;
    let mut list = Vec::with_capacity(told.len());
    for (((sale, id), claim), row) in told.iter().zip(&made).zip(rows + 1..) {
        amount = amount.plus(sale.amount).map_err(|overflow| DbError::Other(overflow.to_string()))?;
        list.push(claims::ClaimRow {
            id: *id,
            row: u32::try_from(row).map_err(|_| DbError::Other(format!("{key} is full")))?,
            claim,
            seller: sale.seller,
            buyer: sale.buyer.as_deref().map_or(0, number_of),
        });
    }
    claims::add_claims(tx, batch, source, &list).await?;
    let days = told.iter().map(|(sale, _)| sale.day);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return Ok(()) };
    store::grow_batch(tx, batch, i64::try_from(list.len()).unwrap_or(i64::MAX), amount, (first, last)).await
}

/// The source as it is registered: nobody's but the operator's.
pub(crate) fn source() -> Source {
    Source {
        code: SOURCE.to_owned(),
        name: SOURCE_NAME.to_owned(),
        kind: SourceKind::Platform,
        region: None,
        organisation: None,
        active: true,
    }
}

/// What runs the background work of own sales.
pub(crate) fn handlers() -> Handlers {
    Handlers::new().on(MATCH_JOB, run)
}

async fn run(run: Run) -> Result<serde_json::Value, JobError> {
    match settle(&run.context(), &run.app, &run.progress).await {
        Ok(runs) => Ok(serde_json::json!({ "runs": runs })),
        Err(ImportError::Stopped) => Err(JobError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Matches what is recorded until nothing waits. What is recorded after that is for the next job. One that was killed is
/// simply run again. Returns how many runs of matching it took.
///
/// # Errors
/// The database; `Stopped` if the job should stop.
pub async fn settle(ctx: &Context, app: &App, progress: &Progress) -> Result<u64, ImportError> {
    let (mut runs, mut pause) = (0, PAUSE);
    loop {
        let matched = runs > 0;
        let taken = app.db.write(async |tx| store::take(tx, matched).await).await?;
        let Some(days) = taken else { return Ok(runs) };
        if matched {
            tokio::time::sleep(pause).await;
        }
        let begun = Instant::now();
        match_days(ctx, app, None, Cause::Import, Some(days), progress).await?;
        pause = (begun.elapsed() * PAUSE_TIMES).clamp(PAUSE, PAUSE_MAX);
        runs += 1;
    }
}
