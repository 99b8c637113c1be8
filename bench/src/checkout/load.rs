//! Callers that order one thing after the other.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use sh_kernel::{Clock as _, IdGen, SystemClock};
use sh_ledger::Refusal;
use tokio::task::JoinSet;

use super::orders::{Order, OrderLine, PRODUCTS, SELLERS, price};
use crate::{dice::Dice, report::Line};

/// How orders spread over products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// The n-th product is asked for 1/n as often as the first.
    Zipf,
    /// Half of all orders have the first product.
    Hot,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Placed,
    /// It had been placed before.
    Repeated,
    SoldOut,
}

/// The outcome of the sequencer in these words.
pub(super) fn said(outcome: &Result<bool, Refusal>) -> Said {
    match outcome {
        Ok(false) => Said::Placed,
        Ok(true) => Said::Repeated,
        Err(_) => Said::SoldOut,
    }
}

/// What a measurement gave.
#[derive(Debug, Clone, Default)]
pub(super) struct Measured {
    /// Orders placed in a second.
    pub(super) rate: f64,
    /// Milliseconds within which half of all callers had their answer.
    pub(super) p50: f64,
    /// The same for 99 of a hundred.
    pub(super) p99: f64,
    pub(super) placed: u64,
    pub(super) repeated: u64,
    pub(super) sold_out: u64,
    pub(super) note: String,
}

impl Measured {
    pub(super) fn times(&self) -> String {
        format!("{:.2}/{:.2} ms", self.p50, self.p99)
    }

    pub(super) fn line(&self, what: String) -> Line {
        let refused = format!("{} repeated, {} sold out", self.repeated, self.sold_out);
        Line::new("checkout", what, self.rate, "orders/s").note(format!(
            "{}; {}; {refused}",
            self.times(),
            self.note
        ))
    }
}

/// Draws products.
#[derive(Debug)]
struct Zipf(Vec<f64>);

impl Zipf {
    fn new() -> Self {
        let mut sum = 0.0;
        let weights = (1..=PRODUCTS).map(|rank| {
            sum += 1.0 / f64::from(rank);
            sum
        });
        Self(weights.collect())
    }

    fn draw(&self, dice: &mut Dice) -> u32 {
        let whole = self.0.last().copied().unwrap_or(1.0);
        let share = f64::from(u32::try_from(dice.next() >> 32).unwrap_or(0)) / f64::from(u32::MAX);
        let place = self.0.partition_point(|sum| *sum < share * whole);
        u32::try_from(place).unwrap_or(0).min(PRODUCTS - 1)
    }
}

/// What one caller orders.
pub(super) struct Stream {
    dice: Dice,
    zipf: Arc<Zipf>,
    ids: Arc<IdGen>,
    shape: Shape,
    last: Option<Order>,
}

impl Stream {
    /// Streams of so many callers, for another entrance than [`drive`].
    pub(super) fn many(count: usize, shape: Shape) -> Vec<Self> {
        callers(count, shape, 2_000_000)
    }

    /// The next order; one in a hundred is the last one once more.
    fn order(&mut self) -> Order {
        if let Some(last) = self.last.clone().filter(|_| self.dice.chance(10)) {
            return last;
        }
        let order = self.fresh();
        self.last = Some(order.clone());
        order
    }

    /// An order that was not there before.
    pub(super) fn fresh(&mut self) -> Order {
        let first = if self.shape == Shape::Hot && self.dice.chance(500) {
            0
        } else {
            self.zipf.draw(&mut self.dice)
        };
        let mut second = self.zipf.draw(&mut self.dice);
        if second % SELLERS == first % SELLERS {
            second = (second + 1) % PRODUCTS;
        }
        let mut line = |product: u32| OrderLine {
            product,
            grams: 500 * i64::try_from(1 + self.dice.below(4)).unwrap_or(1),
            fen: price(product),
        };
        let lines = [line(first), line(second)];
        let buyer = u32::try_from(self.dice.below(1_000_000)).unwrap_or(0);
        Order { id: self.ids.next(SystemClock.now()), buyer, lines }
    }
}

fn callers(count: usize, shape: Shape, seed: u64) -> Vec<Stream> {
    let (zipf, ids) = (Arc::new(Zipf::new()), Arc::new(IdGen::new()));
    (0..count)
        .map(|number| Stream {
            dice: Dice::new(seed + number as u64),
            zipf: Arc::clone(&zipf),
            ids: Arc::clone(&ids),
            shape,
            last: None,
        })
        .collect()
}

/// Orders from so many callers for so long; each waits for its answer. A second before is not measured.
pub(super) async fn drive<F, P>(
    count: usize,
    shape: Shape,
    seconds: u64,
    place: P,
) -> anyhow::Result<Measured>
where
    F: Future<Output = anyhow::Result<Said>> + Send + 'static,
    P: Fn(Order) -> F + Clone + Send + 'static,
{
    let warm = Instant::now() + Duration::from_secs(1);
    let until = warm + Duration::from_secs(seconds);
    let mut tasks = JoinSet::new();
    for mut caller in callers(count, shape, 1) {
        let place = place.clone();
        tasks.spawn(async move {
            let (mut micros, mut said) = (Vec::new(), [0_u64; 3]);
            let mut placed_before = 0_u64;
            loop {
                let begun = Instant::now();
                if begun >= until {
                    return Ok::<_, anyhow::Error>((micros, said, placed_before));
                }
                let outcome = place(caller.order()).await?;
                if begun < warm {
                    placed_before += u64::from(outcome == Said::Placed);
                    continue;
                }
                micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
                said[outcome as usize] += 1;
            }
        });
    }
    let (mut micros, mut sums, mut before) = (Vec::new(), [0_u64; 3], 0);
    while let Some(one) = tasks.join_next().await {
        let (own, said, placed_before) = one??;
        micros.extend(own);
        sums.iter_mut().zip(said).for_each(|(sum, count)| *sum += count);
        before += placed_before;
    }
    let took = Instant::now().duration_since(warm).as_secs_f64();
    micros.sort_unstable();
    let at = |share: usize| {
        let place = (micros.len() * share / 100).min(micros.len().saturating_sub(1));
        micros.get(place).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    };
    let [placed, repeated, sold_out] = sums;
    let rate = f64::from(u32::try_from(placed).unwrap_or(u32::MAX)) / took;
    let placed = placed + before;
    Ok(Measured { rate, p50: at(50), p99: at(99), placed, repeated, sold_out, note: String::new() })
}

/// Orders until so many are placed. Returns how many are.
pub(super) async fn fill<F, P>(count: usize, shape: Shape, orders: u64, place: P) -> anyhow::Result<u64>
where
    F: Future<Output = anyhow::Result<Said>> + Send + 'static,
    P: Fn(Order) -> F + Clone + Send + 'static,
{
    let placed = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for mut caller in callers(count, shape, 1_000_000) {
        let (place, placed) = (place.clone(), Arc::clone(&placed));
        tasks.spawn(async move {
            while placed.load(Relaxed) < orders {
                if place(caller.order()).await? == Said::Placed {
                    placed.fetch_add(1, Relaxed);
                }
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(one) = tasks.join_next().await {
        one??;
    }
    Ok(placed.load(Relaxed))
}
