//! Six weeks of orders of the demonstration: placed, paid, sent, received, sent back, through the use cases that everybody
//! has, at the time at which they would have happened.

mod wanted;

use std::{collections::BTreeMap, sync::Arc};

use futures::future::join_all;
use sh_access::audit::actor_of;
use sh_catalogue::{
    model::{Shop, Sku},
    service::shops,
};
use sh_http::{Actor, App, Context, Page};
use sh_jobs::Progress;
use sh_kernel::{Clock as _, Id, Instant};
use sh_mall::{
    Error,
    case::{Case, Kind, Part},
    model::{Order, number_of},
    provider::{Begun, bank::CODE, simulator},
    review::Review,
    service::{
        basket,
        cases::{self, Answer, Asked},
        checkout, chores, operator, orders, pay,
        reviews::{self, NewReview},
        supplier,
    },
    token::Visitor,
};
use sh_stock::service::look;
use sh_ui::Locale;
use sh_world::{Dice, Mall};
use tokio::sync::Mutex;

use self::wanted::{Pays, Wanted, Wish, draw};
use super::{
    bank::{self, Transfer},
    past::Past,
    settle,
};

/// Days on which orders are placed.
pub(crate) const DAYS: i32 = 42;
/// Times of a day at which something happens.
const SLOTS: i64 = 42;
/// Shops that sell.
const SHOPS: usize = 60;
/// A drawn apple with a bad spot, as buyers photograph them.
const PHOTO: &[u8] = include_bytes!("orders/apple.png");
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// How many orders there are at a scale, unless somebody says otherwise.
pub(crate) fn count_at(scale: &str) -> u32 {
    match scale {
        "tiny" => 0,
        "small" => 240,
        _ => 1_200,
    }
}

/// What a shop has on sale.
struct Goods {
    shop: Id<Shop>,
    skus: Vec<Id<Sku>>,
}

/// What happens next to an order.
struct Task {
    wanted: Arc<Wanted>,
    order: Id<Order>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Place,
    Pay,
    Cancel,
    Ship(Id<Shop>),
    Receive(Id<Shop>),
    Ask(Id<Shop>),
    Answer(Id<Shop>),
    Case(Id<Case>),
    Arrived(Id<Case>),
    Arbitrate(Id<Case>),
    Review(Id<Shop>),
    Reply(Id<Review>),
    More(Id<Review>),
}

/// Places about `count` orders and lets happen what follows. Goes on behind the newest order that is there, so that
/// nothing is done twice. `shown` is told how many days are done.
pub(crate) async fn fill(
    past: &Past,
    mall: &Mall,
    (count, seed): (u32, u64),
    mut shown: impl FnMut(i32),
) -> anyhow::Result<()> {
    let goods = goods(past, mall).await?;
    let end = sh_kernel::SystemClock.now().plus_seconds(-2 * MINUTE);
    if count == 0 || goods.is_empty() {
        return Ok(());
    }
    let newest = newest(past).await?;
    settle::rules(past).await?;
    let shopper = shopper(past).await?;
    let mut run =
        Run { past, shopper, agenda: BTreeMap::new(), number: 0, statements: 0, transfers: Mutex::default() };
    for day in 0..DAYS {
        shown(day);
        let start = end.day().plus_days(day - DAYS + 1).start();
        let mut dice = Dice::of(seed, &[91, u64::from(day.unsigned_abs())]);
        let mut at = start.plus_seconds(8 * HOUR);
        for _ in 0..SLOTS {
            at = at.plus_seconds(dice.range(12, 28) * MINUTE + dice.range(0, 59));
            let fresh = (0..fresh_in_a_slot(count, &mut dice)).map(|_| draw(&mut dice, &goods)).collect();
            if at < end {
                run.slot(at, if at > newest { fresh } else { Vec::new() }).await?;
            }
        }
    }
    if run.number > 0 {
        if run.statements == 0 {
            // Nobody paid by transfer; the bank shows something all the same.
            bank::statement(past, &[], 1).await?;
        }
        let mut dice = Dice::of(seed, &[92]);
        run.slot(end, (0..3).map(|number| draw(&mut dice, &goods).never_paid(number == 0)).collect()).await?;
        chores::once(&past.system(), &past.app).await?;
        settle::pay(past).await?;
    }
    Ok(())
}

/// The figures hear of what was sold.
pub(crate) async fn count(app: &App) -> anyhow::Result<()> {
    let ctx = Context::system(app, "demo");
    sh_trade::own::settle(&ctx, app, &Progress::detached(Arc::clone(&app.clock))).await?;
    Ok(sh_statistics::cube::fold(&app.db).await?)
}

fn fresh_in_a_slot(count: u32, dice: &mut Dice) -> u32 {
    let slots = DAYS.unsigned_abs() * u32::try_from(SLOTS).unwrap_or(1);
    count / slots + u32::from(dice.chance(count % slots * 1_000 / slots))
}

async fn newest(past: &Past) -> anyhow::Result<Instant> {
    let page = Page { after: None, size: Some(1) };
    let found = operator::search(&past.system(), &past.app, &operator::Filter::default(), &page).await?;
    Ok(found.items.first().map_or(Instant::from_micros(0), |item| item.placed_at))
}

/// The person of the demonstration who buys.
async fn shopper(past: &Past) -> anyhow::Result<Context> {
    let account = sh_access::users::find_by_login(&past.system(), &past.app, "shopper").await?;
    Ok(past.system().acting_as(actor_of(&past.app, account.id).await?))
}

/// The shop of the demonstration's supplier first, then others.
async fn goods(past: &Past, mall: &Mall) -> anyhow::Result<Vec<Goods>> {
    let (ctx, mut list) = (past.system(), Vec::new());
    for one in mall.shops.iter().take(SHOPS) {
        let row = shops::of_organisation(&ctx, &past.app, &one.organisation).await?;
        let (skus, _) = look::receivable(&ctx, &past.app, &row, "").await?;
        let skus: Vec<_> = skus.iter().filter(|sku| sku.blocked.is_none()).map(|sku| sku.sku).collect();
        if !skus.is_empty() {
            list.push(Goods { shop: row.id, skus });
        }
    }
    Ok(list)
}

/// What is under way.
struct Run<'a> {
    past: &'a Past,
    shopper: Context,
    agenda: BTreeMap<Instant, Vec<Task>>,
    number: u32,
    /// Statements of the bank that were imported.
    statements: u32,
    /// What is on the next one.
    transfers: Mutex<Vec<Transfer>>,
}

impl Run<'_> {
    /// One moment: new orders, and everything that is due by then, all at once as in life.
    async fn slot(&mut self, at: Instant, fresh: Vec<Wanted>) -> anyhow::Result<()> {
        let later = self.agenda.split_off(&at);
        let mut due: Vec<Task> = std::mem::replace(&mut self.agenda, later).into_values().flatten().collect();
        if due.is_empty() && fresh.is_empty() {
            return Ok(());
        }
        self.past.pass_until(at);
        for wanted in fresh {
            self.number += 1;
            due.push(Task { wanted: Arc::new(wanted), order: self.past.system().id(), step: Step::Place });
        }
        let steps = join_all(due.into_iter().map(|task| self.step(task))).await;
        for outcome in steps {
            match outcome {
                Ok(next) => next.into_iter().for_each(|(after, task)| {
                    self.agenda.entry(at.plus_seconds(after)).or_default().push(task);
                }),
                // Sold out meanwhile, or refunded before it was sent: as in life.
                Err(Error::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let transfers = std::mem::take(&mut *self.transfers.lock().await);
        if !transfers.is_empty() {
            self.statements += 1;
            bank::statement(self.past, &transfers, self.statements).await?;
        }
        Ok(chores::once(&self.past.system(), &self.past.app).await?)
    }

    /// One step of one order. Returns what follows, and after how many seconds.
    async fn step(&self, task: Task) -> Result<Vec<(i64, Task)>, Error> {
        let (ctx, visitor) = self.buyer(&task);
        let (system, app) = (self.past.system(), &self.past.app);
        let (order, wanted) = (task.order, &task.wanted);
        let then = |after: i64, step: Step| (after, Task { wanted: Arc::clone(wanted), order, step });
        Ok(match task.step {
            Step::Place => {
                self.place(&ctx, &visitor, &task).await?;
                match wanted.pays {
                    Pays::Never => Vec::new(),
                    Pays::Cancels => vec![then(5 * MINUTE, Step::Cancel)],
                    Pays::ByBank | Pays::Plays(_) => vec![then(3 * MINUTE, Step::Pay)],
                }
            }
            Step::Cancel => {
                orders::cancel(&ctx, app, &visitor, order).await?;
                Vec::new()
            }
            Step::Pay => {
                self.pay(&ctx, &visitor, &task).await?;
                let asks = wanted.wish == Wish::BeforeItIsSent;
                let ask = asks.then(|| then(HOUR, Step::Ask(wanted.first_shop())));
                let ships = wanted.shops().into_iter().map(|shop| then(wanted.sent_after, Step::Ship(shop)));
                ships.chain(ask).collect()
            }
            Step::Ship(shop) => {
                let (carrier, letters) = wanted.carrier;
                let place = wanted.shops().iter().position(|known| *known == shop).unwrap_or(0);
                let waybill = format!("{letters}{}{place}", number_of(order));
                supplier::ship(&system, app, (order, shop), carrier, &waybill).await?;
                vec![then(wanted.received_after, Step::Receive(shop))]
            }
            Step::Receive(shop) => {
                orders::receive(&ctx, app, &visitor, order, shop).await?;
                let asks = wanted.wish == Wish::SentBack && shop == wanted.first_shop();
                let reviews = wanted.review.is_some() && shop == wanted.first_shop();
                let ask = asks.then(|| then(20 * HOUR, Step::Ask(shop)));
                ask.into_iter().chain(reviews.then(|| then(30 * HOUR, Step::Review(shop)))).collect()
            }
            Step::Ask(_) if wanted.wish == Wish::SentBack => self.after_sale(&task).await?,
            Step::Case(_) | Step::Arrived(_) | Step::Arbitrate(_) => self.after_sale(&task).await?,
            Step::Review(_) | Step::Reply(_) | Step::More(_) => self.said(&task).await?,
            Step::Ask(shop) => {
                orders::ask_refund(&ctx, app, &visitor, (order, shop), wanted.reason()).await?;
                vec![then(6 * HOUR, Step::Answer(shop))]
            }
            Step::Answer(shop) => {
                let answer = if wanted.granted { "" } else { "已超过坏果包赔的时限" };
                let decided = (wanted.granted, wanted.goods_back);
                supplier::answer(&system, app, (order, shop), decided, answer).await?;
                Vec::new()
            }
        })
    }

    /// One step after the sale.
    async fn after_sale(&self, task: &Task) -> Result<Vec<(i64, Task)>, Error> {
        let (ctx, visitor) = self.buyer(task);
        let (system, app) = (self.past.system(), &self.past.app);
        let (order, wanted) = (task.order, &task.wanted);
        let then = |after: i64, step: Step| vec![(after, Task { wanted: Arc::clone(wanted), order, step })];
        Ok(match task.step {
            Step::Ask(shop) => {
                let whole = orders::get(&ctx, app, &visitor, order).await?;
                let parts = whole.lines_of(shop).take(1).map(|line| Part { line: line.line, pieces: 1 });
                let kind = wanted.kind;
                let asked =
                    Asked { id: ctx.id(), kind, parts: parts.collect(), reason: wanted.reason().to_owned() };
                let case = cases::open(&ctx, app, &visitor, (order, shop), &asked).await?;
                if matches!(kind, Kind::Refund | Kind::Exchange) {
                    cases::add_photo(&ctx, app, &visitor, case, PHOTO.to_vec()).await?;
                }
                then(6 * HOUR, Step::Case(case))
            }
            Step::Case(case) if wanted.granted => {
                let said =
                    if wanted.kind == Kind::Complaint { "向您道歉，下一单优先发" } else { "" };
                cases::answer(&system, app, case, Answer::Agree, said).await?;
                if !matches!(wanted.kind, Kind::Return | Kind::Exchange) {
                    return Ok(Vec::new());
                }
                let waybill = format!("ZT{}", number_of(order));
                cases::sent(&ctx, app, &visitor, case, ("中通", &waybill)).await?;
                then(50 * HOUR, Step::Arrived(case))
            }
            Step::Case(case) => {
                cases::answer(&system, app, case, Answer::Refuse, "已超过坏果包赔的时限").await?;
                then(3 * HOUR, Step::Arbitrate(case))
            }
            Step::Arrived(case) => {
                // What was crushed is not sold again.
                let again = wanted.kind == Kind::Return;
                cases::arrived(&system, app, case, again, if again { "" } else { "压坏了" }).await?;
                if wanted.kind == Kind::Exchange {
                    let waybill = format!("SF{}", number_of(order));
                    cases::replaced(&system, app, case, ("顺丰", &waybill)).await?;
                }
                Vec::new()
            }
            Step::Arbitrate(case) => {
                cases::arbitrate(&ctx, app, &visitor, case, "签收当天就拍了照").await?;
                Vec::new()
            }
            _ => Vec::new(),
        })
    }

    /// What is said of an order that has arrived: by its buyer, and by the shop to those who are not content.
    async fn said(&self, task: &Task) -> Result<Vec<(i64, Task)>, Error> {
        let (ctx, visitor) = self.buyer(task);
        let (system, app) = (self.past.system(), &self.past.app);
        let (order, wanted) = (task.order, &task.wanted);
        let then = |after: i64, step: Step| (after, Task { wanted: Arc::clone(wanted), order, step });
        Ok(match task.step {
            Step::Review(shop) => {
                let Some((stars, said)) = wanted.review else { return Ok(Vec::new()) };
                let whole = orders::get(&ctx, app, &visitor, order).await?;
                let Some(line) = whole.lines_of(shop).next().map(|line| line.line) else {
                    return Ok(Vec::new());
                };
                let (id, said) = (ctx.id(), said.to_owned());
                let new = NewReview { id, order, line, stars, said, named: false };
                let id = reviews::write(&ctx, app, &visitor, &new).await?;
                if stars == 3 {
                    reviews::add_photo(&ctx, app, &visitor, id, PHOTO.to_vec()).await?;
                }
                let reply = (stars < 4).then(|| then(9 * HOUR, Step::Reply(id)));
                let more = (stars == 4).then(|| then(8 * 24 * HOUR, Step::More(id)));
                reply.into_iter().chain(more).collect()
            }
            Step::Reply(id) => {
                reviews::answer(&system, app, id, "对不住，已经给您办理售后，下一批会挑得更细").await?;
                Vec::new()
            }
            Step::More(id) => {
                reviews::more(&ctx, app, &visitor, id, "放了一周，味道没变").await?;
                Vec::new()
            }
            _ => Vec::new(),
        })
    }

    fn buyer(&self, task: &Task) -> (Context, Visitor) {
        if task.wanted.by_shopper {
            return (self.shopper.clone(), Visitor::person(&self.shopper));
        }
        let guest = Visitor::guest(&format!("demo-{}", number_of(task.order)));
        (Context::new(&self.past.app, Actor::Public, Locale::Zh), guest)
    }

    async fn place(&self, ctx: &Context, visitor: &Visitor, task: &Task) -> Result<(), Error> {
        let (app, buyer) = (&self.past.app, visitor.buyer().unwrap_or_default());
        for (_, sku, pieces) in &task.wanted.lines {
            basket::add(ctx, app, buyer, *sku, *pieces).await?;
        }
        let quoted = checkout::quote(ctx, app, visitor, task.wanted.to.county.parse().ok()).await?;
        let items = quoted.basket.items();
        let form = checkout::Form {
            order: Some(task.order),
            lines: items.map(|item| (item.sku.sku, item.pieces, item.sku.price)).collect(),
            expected: quoted.amount,
            address: task.wanted.to.clone(),
            ..checkout::Form::default()
        };
        let outcome = checkout::place(ctx, app, buyer, &form).await.map(drop);
        if outcome.is_err() {
            // Whoever may have no more of something leaves it, and goes on with an empty basket.
            for (_, sku, _) in &task.wanted.lines {
                basket::change(ctx, app, buyer, *sku, 0).await?;
            }
        }
        outcome
    }

    async fn pay(&self, ctx: &Context, visitor: &Visitor, task: &Task) -> Result<(), Error> {
        let (app, order) = (&self.past.app, task.order);
        let Pays::Plays(scenario) = task.wanted.pays else {
            pay::begin(ctx, app, visitor, order, CODE).await?;
            let placed = orders::get(ctx, app, visitor, order).await?.order;
            let remark = format!("货款 {}", placed.code);
            let payer = placed.address.receiver;
            self.transfers.lock().await.push(Transfer { order, remark, amount: placed.amount, payer });
            return Ok(());
        };
        let begun = pay::begin(ctx, app, visitor, order, simulator::CODE).await?;
        let Begun::Page(page) = begun else { return Err(Error::NoProvider) };
        let payment = page.rsplit('/').next().and_then(|id| id.parse().ok()).ok_or(Error::NotFound)?;
        pay::simulate(ctx, app, visitor, payment, scenario).await.map(drop)
    }
}
