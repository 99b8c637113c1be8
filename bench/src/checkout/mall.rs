//! The mall's own orders: through the queue of the program, and through its JSON interface with everything around them.

use std::{net::TcpListener, process::Command as Process, sync::Arc};

use anyhow::Context as _;
use sh_access::audit::By;
use sh_db::Engine;
use sh_kernel::{Fen, Id, RegionCode};
use sh_mall::{
    Error, Refused,
    command::{Command, Place, PlaceLine, Settle, What},
    desk::Queue,
    model::Address,
    provider::bank,
};

use super::{
    CALLERS, journey,
    load::{self, Measured, Said, Shape},
    market::Market,
    orders::Order,
    seconds,
};
use crate::{
    Setup,
    engine::title,
    process::{Running, resident_now},
    report::{Line, Report},
};

/// Journeys a second that the house has set itself.
const JOURNEYS: f64 = 10_000.0;

/// What the same engine gives without the program: the same order in a transaction of its own for each number of callers,
/// and one durable row, with what that is called and how many times of it orders must reach.
pub(super) struct Floors {
    pub(super) alone: Vec<Measured>,
    pub(super) one_row: (f64, &'static str, f64),
}

/// Measures and reports.
pub(super) async fn measure(
    report: &mut Report,
    setup: &Setup,
    engine: Engine,
    floors: &Floors,
) -> anyhow::Result<()> {
    let market = Market::open(setup, engine).await?;
    let mut placed = 0;
    let mut best = None;
    for (callers, alone) in CALLERS.into_iter().zip(&floors.alone) {
        let ours = run(&market, callers, Shape::Zipf, setup, false).await?;
        placed += ours.placed;
        let line = ours.line(format!("the mall's orders, {}, {callers} callers", title(engine)));
        let line = line.floor(alone.rate, format!("a transaction for each order: {}", alone.times()));
        let target = if engine == Engine::Sqlite { 4.0 } else { 6.0 };
        report.add(if callers == CALLERS[2] { line.at_least(target) } else { line });
        best = Some(ours);
    }
    let best = best.context("nothing was measured")?;
    let (floor, name, target) = floors.one_row;
    report.add(
        best.line(format!("the same, {}, 512 callers", title(engine))).floor(floor, name).at_least(target),
    );
    let hot = run(&market, CALLERS[2], Shape::Hot, setup, false).await?;
    placed += hot.placed;
    report.add(
        hot.line(format!("half of the mall's orders for one product, {}", title(engine)))
            .floor(best.rate, "spread")
            .at_least(0.8),
    );
    let paid = run(&market, CALLERS[2], Shape::Zipf, setup, true).await?;
    placed += paid.placed;
    report.add(
        paid.line(format!("placed and paid, {}, 512 callers", title(engine))).floor(best.rate, "placed only"),
    );
    market.stop().await;
    market.check(placed).await?;
    over_http(report, setup, engine, &market, best.rate).await?;
    market.audit().await?;
    market.remove(setup).await
}

/// Orders from so many callers through the queue; paid by transfer, too, if `pay`.
async fn run(
    market: &Market,
    callers: usize,
    shape: Shape,
    setup: &Setup,
    pay: bool,
) -> anyhow::Result<Measured> {
    let queue = market.app.get::<Queue>()?;
    let before = queue.metrics();
    let (entrance, skus) = (Arc::clone(&queue), Arc::clone(&market.skus));
    let mut measured = load::drive(callers, shape, seconds(setup), move |order| {
        let (queue, place) = (Arc::clone(&entrance), command(&order, &skus));
        async move {
            let by = By {
                actor: place.buyer.clone(),
                name: "买家".to_owned(),
                trace: "0123456789".to_owned(),
                key: None,
            };
            let (order, amount) = (place.order, place.expected);
            let what = What::Place(Box::new(place));
            let said = match queue.submit(Command { by: by.clone(), what }).await {
                Ok(done) if done.repeated => Said::Repeated,
                Ok(_) => Said::Placed,
                Err(Error::Refused(Refused::SoldOut(_))) => Said::SoldOut,
                Err(error) => return Err(error.into()),
            };
            if pay && said == Said::Placed {
                let (provider, reference) = (bank::CODE.to_owned(), order.to_string());
                let settle = Settle { order, provider, reference, amount };
                queue.submit(Command { by, what: What::Settle(settle) }).await?;
            }
            Ok(said)
        }
    })
    .await?;
    let after = queue.metrics();
    let batches = after.batches.saturating_sub(before.batches).max(1);
    measured.note = format!(
        "{} commands a batch, half of the batches within {} µs",
        after.commands.saturating_sub(before.commands) / batches,
        after.commit_micros.at(500)
    );
    Ok(measured)
}

/// An order as the form of the mall sends it. Every buyer orders once.
fn command(order: &Order, skus: &[Id<sh_catalogue::model::Sku>]) -> Place {
    let lines = order.lines.iter().map(|line| PlaceLine {
        sku: skus.get(line.product as usize).copied().unwrap_or_else(|| Id::from_uuid(uuid::Uuid::nil())),
        pieces: line.grams / 500,
        seen: Fen(line.fen),
    });
    Place {
        order: Id::from_uuid(order.id.uuid()),
        buyer: format!("guest:{}", order.id.uuid().simple()),
        lines: lines.collect(),
        expected: Fen(order.lines.iter().map(super::orders::OrderLine::amount).sum()),
        address: Address {
            region: RegionCode::GUANGDONG,
            receiver: "何平".to_owned(),
            phone: "13800138000".to_owned(),
            detail: "粤海街道科苑路 8 号".to_owned(),
        },
        title: None,
        messages: Vec::new(),
    }
}

/// The running program on the same data, load generator included.
async fn over_http(
    report: &mut Report,
    setup: &Setup,
    engine: Engine,
    market: &Market,
    in_process: f64,
) -> anyhow::Result<()> {
    anyhow::ensure!(setup.program.is_file(), "{} is missing: cargo build --release", setup.program);
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let host = format!("127.0.0.1:{port}");
    let mut command = Process::new(&setup.program);
    command.args(["serve", "--pay-simulator", "--port", &port.to_string(), "--data", market.folder.as_str()]);
    command.args(["--database", market.base.address()]);
    let (running, _) = Running::start(&mut command, &host, "/healthz")?;
    let calls = journey::calls(&host, &market.skus, seconds(setup)).await?;
    report.add(
        calls
            .line(format!("the checkout call over HTTP, {}, 512 callers", title(engine)), "orders/s")
            .floor(in_process, "in the process")
            .at_least(0.6),
    );
    for shoppers in [32, 512] {
        let journeys = journey::whole(&host, &market.skus, shoppers, seconds(setup)).await?;
        let what = format!("whole journeys over HTTP, {}, {shoppers} shoppers", title(engine));
        let line = journeys.line(what, "journeys/s");
        report.add(if shoppers == 512 { line.at_least(JOURNEYS) } else { line });
    }
    let memory = resident_now(&running.id().to_string())?;
    let what = format!("memory after these journeys, {}", title(engine));
    report.add(Line::new("checkout", what, memory, "MiB").at_most(400.0));
    Ok(())
}
