//! Shoppers without an account who use the JSON interface of the running program, each on a connection that is kept open.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::{Value, json};
use sh_catalogue::model::Sku;
use sh_kernel::{Clock as _, Id, IdGen, SystemClock};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::JoinSet,
};

use super::{
    load::{Shape, Stream},
    orders::Order,
};
use crate::report::{Line, percentile};

/// Callers of the checkout call.
const CALLERS: usize = 512;
/// Orders of one guest that may wait for payment.
const ORDERS_OF_A_GUEST: usize = 5;
/// Guests that are made before the checkout call is measured.
const GUESTS: usize = 12_000;

/// What was measured.
pub(super) struct Timed {
    rate: f64,
    times: Vec<f64>,
    refused: usize,
}

impl Timed {
    pub(super) fn line(mut self, what: String, unit: &'static str) -> Line {
        let (middle, high) = (percentile(&mut self.times, 50), percentile(&mut self.times, 99));
        let note = format!("{middle:.1}/{high:.1} ms; {} refused", self.refused);
        Line::new("checkout", what, self.rate, unit).note(note)
    }
}

/// A connection of one shopper.
struct Wire {
    stream: BufReader<TcpStream>,
    cookie: String,
}

impl Wire {
    async fn open(host: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), cookie: String::new() })
    }

    /// Status and body of an answer. A cookie that comes is kept.
    async fn call(&mut self, method: &str, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let body = body.to_string();
        let request = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: shop\r\nCookie: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.cookie,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let (mut line, mut length, mut status) = (String::new(), 0, 0);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let text = line.trim_end();
            if text.is_empty() {
                break;
            }
            if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
                status = rest.split(' ').next().and_then(|code| code.parse().ok()).context("no status")?;
            } else if let Some((name, value)) = text.split_once(": ") {
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.parse().context("no length")?;
                } else if name.eq_ignore_ascii_case("set-cookie") {
                    value.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
                }
            }
        }
        anyhow::ensure!(status != 0, "no answer to {path}");
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).await?;
        anyhow::ensure!(status < 500, "{path} answers {status}: {}", String::from_utf8_lossy(&bytes));
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// The answer to a call that must go well; nothing if it is refused.
    async fn ok(&mut self, method: &str, path: &str, body: &Value) -> anyhow::Result<Option<Value>> {
        let (status, answer) = self.call(method, path, body).await?;
        Ok((status == 200).then_some(answer))
    }
}

fn address() -> Value {
    json!({ "county": 440_305, "receiver": "何平", "phone": "13800138000", "detail": "科苑路 8 号" })
}

fn lines(order: &Order, skus: &[Id<Sku>]) -> Vec<Value> {
    let line = |line: &super::orders::OrderLine| json!({ "sku": skus[line.product as usize], "pieces": line.grams / 500, "price_fen": line.fen });
    order.lines.iter().map(line).collect()
}

/// The checkout call alone: 512 callers place orders that they know the prices of.
pub(super) async fn calls(host: &str, skus: &Arc<Vec<Id<Sku>>>, seconds: u64) -> anyhow::Result<Timed> {
    let guests = Arc::new(guests(host, skus).await?);
    let next = Arc::new(AtomicUsize::new(0));
    let ids = Arc::new(IdGen::new());
    everybody(host, CALLERS, seconds, skus, move |mut wire, order, skus| {
        let (guests, next, ids) = (Arc::clone(&guests), Arc::clone(&next), Arc::clone(&ids));
        async move {
            let guest = guests.get(next.fetch_add(1, Relaxed) / ORDERS_OF_A_GUEST);
            guest.context("the guests are used up: make more of them")?.clone_into(&mut wire.cookie);
            let expected: i64 = order.lines.iter().map(super::orders::OrderLine::amount).sum();
            let body =
                json!({ "lines": lines(&order, &skus), "expected_fen": expected, "address": address() });
            let path = format!("/orders/{}", ids.next::<Order>(SystemClock.now()));
            let placed = wire.ok("PUT", &path, &body).await?.is_some();
            Ok((wire, placed))
        }
    })
    .await
}

/// Guests that are known, by their cookies.
async fn guests(host: &str, skus: &[Id<Sku>]) -> anyhow::Result<Vec<String>> {
    let mut tasks = JoinSet::new();
    for _ in 0..CALLERS {
        let (mut wire, body) = (Wire::open(host).await?, json!({ "sku": skus[0], "pieces": 1 }));
        tasks.spawn(async move {
            let mut cookies = Vec::new();
            for _ in 0..GUESTS.div_ceil(CALLERS) {
                wire.cookie.clear();
                wire.ok("POST", "/basket", &body).await?.context("nobody can be a guest")?;
                cookies.push(wire.cookie.clone());
            }
            Ok::<_, anyhow::Error>(cookies)
        });
    }
    let mut all = Vec::new();
    while let Some(one) = tasks.join_next().await {
        all.extend(one??);
    }
    Ok(all)
}

/// The whole way of somebody who has never been there: two products into the basket, the quotation, the order, the payment
/// with the made-up provider.
pub(super) async fn whole(
    host: &str,
    skus: &Arc<Vec<Id<Sku>>>,
    shoppers: usize,
    seconds: u64,
) -> anyhow::Result<Timed> {
    everybody(host, shoppers, seconds, skus, |mut wire, order, skus| async move {
        wire.cookie.clear();
        let done = journey(&mut wire, &order, &skus).await?.is_some();
        Ok((wire, done))
    })
    .await
}

async fn journey(wire: &mut Wire, order: &Order, skus: &[Id<Sku>]) -> anyhow::Result<Option<()>> {
    for line in lines(order, skus) {
        if wire.ok("POST", "/basket", &line).await?.is_none() {
            return Ok(None);
        }
    }
    let asked = json!({ "county": 440_305 });
    let Some(quoted) = wire.ok("POST", "/checkout", &asked).await? else { return Ok(None) };
    let path = format!("/orders/{}", quoted["order"].as_str().context("no number")?);
    let body =
        json!({ "lines": quoted["lines"], "expected_fen": quoted["amount_fen"], "address": address() });
    if wire.ok("PUT", &path, &body).await?.is_none() {
        return Ok(None);
    }
    let paying = wire.ok("POST", &format!("{path}/pay"), &json!({ "provider": "simulator" })).await?;
    let page = paying.context("it cannot be paid")?;
    let payment =
        page["page"].as_str().and_then(|page| page.rsplit('/').next()).context("no page")?.to_owned();
    let simulate = format!("/payments/{payment}/simulate");
    let order =
        wire.ok("POST", &simulate, &json!({ "scenario": "once" })).await?.context("it is not paid")?;
    anyhow::ensure!(order["state"] == "paid", "paid and {}", order["state"]);
    Ok(Some(()))
}

/// So many shoppers do the same for so long, each one thing after the other. A second before is not measured.
async fn everybody<F>(
    host: &str,
    count: usize,
    seconds: u64,
    skus: &Arc<Vec<Id<Sku>>>,
    work: impl Fn(Wire, Order, Arc<Vec<Id<Sku>>>) -> F + Clone + Send + 'static,
) -> anyhow::Result<Timed>
where
    F: Future<Output = anyhow::Result<(Wire, bool)>> + Send + 'static,
{
    let mut wires = Vec::with_capacity(count);
    for _ in 0..count {
        wires.push(Wire::open(host).await?);
    }
    let warm = Instant::now() + Duration::from_secs(1);
    let until = warm + Duration::from_secs(seconds);
    let mut tasks = JoinSet::new();
    for (mut wire, mut stream) in wires.into_iter().zip(Stream::many(count, Shape::Zipf)) {
        let (work, skus) = (work.clone(), Arc::clone(skus));
        tasks.spawn(async move {
            let (mut times, mut refused) = (Vec::new(), 0);
            loop {
                let begun = Instant::now();
                if begun >= until {
                    return Ok::<_, anyhow::Error>((times, refused));
                }
                let done;
                (wire, done) = work(wire, stream.fresh(), Arc::clone(&skus)).await?;
                if begun < warm {
                    continue;
                }
                if done {
                    times.push(begun.elapsed().as_secs_f64() * 1000.0);
                } else {
                    refused += 1;
                }
            }
        });
    }
    let (mut times, mut refused) = (Vec::new(), 0);
    while let Some(one) = tasks.join_next().await {
        let (own, said) = one??;
        times.extend(own);
        refused += said;
    }
    let took = Instant::now().duration_since(warm).as_secs_f64();
    let rate = f64::from(u32::try_from(times.len()).unwrap_or(u32::MAX)) / took;
    Ok(Timed { rate, times, refused })
}
