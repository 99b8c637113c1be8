//! `serve`: how soon the program answers, what it keeps in memory, how fast and how large its public pages are.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::bail;
use camino::Utf8Path;

use crate::{
    Setup,
    http::{Client, links},
    process::{self, Running},
    report::{Line, Report, percentile, say},
};

/// Connections that ask at the same time: as many as there are cores, so that answers are timed and not queues.
const CALLERS: usize = 2;
/// Requests in all, and how long they may take together.
const REQUESTS: usize = 2_000;
const REQUESTS_QUICK: usize = 400;
const LOAD_SECONDS_MAX: u64 = 60;
/// Pages of one kind that are looked at.
const PAGES_PER_KIND: usize = 4;
const PAGES_MAX: usize = 80;

/// Measures and reports.
pub(crate) fn run(report: &mut Report, setup: &Setup) -> anyhow::Result<()> {
    let (program, data) = (&setup.program, &setup.data);
    anyhow::ensure!(program.is_file(), "{program} is missing: cargo build --release -p shanhai");
    prepare(program, data, if setup.quick { "small" } else { "article" })?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let host = format!("127.0.0.1:{port}");
    let (running, ready) = start(program, data, port, &host)?;
    report.add(Line::new("serve", "from start to the first answer", ready, "s").at_most(1.0));
    let pages = pages(&host)?;
    sizes(report, &host, &pages)?;
    times(report, &host, &pages, if setup.quick { REQUESTS_QUICK } else { REQUESTS })?;
    let id = running.id().to_string();
    let (now, peak) = (process::resident_now(&id)?, process::resident_peak(&id)?);
    let line = Line::new("serve", "memory after that load", now, "MiB").at_most(300.0);
    report.add(line.note(format!("at most {peak:.0} MiB")));
    Ok(())
}

/// Makes the demonstration's data unless they are there.
fn prepare(program: &Utf8Path, data: &Utf8Path, scale: &str) -> anyhow::Result<()> {
    if data.join("shanhai.db").is_file() {
        return Ok(());
    }
    say(&format!("  making the demonstration ({scale}) in {data}"));
    let status = Command::new(program)
        .args(["demo", "--no-serve", "--scale", scale, "--data", data.as_str()])
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        bail!("the demonstration could not be made");
    }
    Ok(())
}

fn start(program: &Utf8Path, data: &Utf8Path, port: u16, host: &str) -> anyhow::Result<(Running, f64)> {
    let mut command = Command::new(program);
    command.args(["serve", "--port", &port.to_string(), "--data", data.as_str()]);
    Running::start(command.env_remove("SHANHAI_DATABASE"), host, "/data")
}

/// What kind of page an address is: its path without what changes from one to the next.
fn kind(address: &str) -> String {
    let path = address.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).take(2).collect();
    let more = if address.contains('?') && parts.len() == 2 && parts[1] == "m" { "?by" } else { "" };
    format!("/{}{more}", parts.join("/"))
}

/// Follows the links from `/data` and keeps some pages of each kind.
fn pages(host: &str) -> anyhow::Result<Vec<String>> {
    let mut client = Client::connect(host)?;
    let mut found = vec!["/data".to_owned()];
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut at = 0;
    while at < found.len() && found.len() < PAGES_MAX {
        let answer = client.get(&found[at], false)?;
        anyhow::ensure!(answer.status == 200, "{} answers {}", found[at], answer.status);
        let html = String::from_utf8_lossy(&answer.body);
        for link in links(&html) {
            let count = counts.entry(kind(&link)).or_default();
            if *count < PAGES_PER_KIND && !found.contains(&link) && is_page(&link) {
                *count += 1;
                found.push(link);
            }
        }
        at += 1;
    }
    say(&format!(
        "  {} pages of {} kinds: {}",
        found.len(),
        counts.len(),
        counts.into_keys().collect::<Vec<_>>().join(" ")
    ));
    Ok(found)
}

/// Files for spreadsheets are made for each caller and measured elsewhere.
fn is_page(address: &str) -> bool {
    !["format=", ".csv", ".xlsx", ".json"].iter().any(|part| address.contains(part))
}

fn sizes(report: &mut Report, host: &str, pages: &[String]) -> anyhow::Result<()> {
    let mut client = Client::connect(host)?;
    let mut largest = (0, "");
    let mut all = Vec::new();
    for page in pages {
        let bytes = client.get(page, true)?.body.len();
        all.push(kib(bytes));
        if bytes > largest.0 {
            largest = (bytes, page);
        }
    }
    let line = Line::new("serve", "largest page, compressed", kib(largest.0), "KiB").at_most(40.0);
    report.add(line.note(format!("{}; the middle one {:.1} KiB", largest.1, percentile(&mut all, 50))));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn kib(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

/// Asks for all pages in turn from a few connections and times each answer.
fn times(report: &mut Report, host: &str, pages: &[String], requests: usize) -> anyhow::Result<()> {
    let give_up = Instant::now() + Duration::from_secs(LOAD_SECONDS_MAX);
    let begun = Instant::now();
    let ask = &|caller: usize| -> anyhow::Result<Vec<(String, f64)>> {
        let mut client = Client::connect(host)?;
        let mut times = Vec::new();
        for number in 0..requests / CALLERS {
            if Instant::now() > give_up {
                break;
            }
            let page = &pages[(number * CALLERS + caller) % pages.len()];
            let answer = client.get(page, true)?;
            anyhow::ensure!(answer.status == 200, "{page} answers {} under load", answer.status);
            times.push((kind(page), answer.seconds * 1000.0));
        }
        Ok(times)
    };
    let all: Vec<(String, f64)> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|caller| scope.spawn(move || ask(caller))).collect();
        let mut all = Vec::new();
        for caller in callers {
            all.extend(caller.join().map_err(|_| anyhow::anyhow!("a caller was lost"))??);
        }
        Ok::<_, anyhow::Error>(all)
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let mut by_kind: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (kind, time) in &all {
        by_kind.entry(kind).or_default().push(*time);
    }
    for (kind, times) in &mut by_kind {
        let (middle, high) = (percentile(times, 50), percentile(times, 95));
        say(&format!("             {kind}: p50 {middle:.1} ms, p95 {high:.1} ms ({} answers)", times.len()));
    }
    let mut times: Vec<f64> = all.iter().map(|one| one.1).collect();
    let rate = f64::from(u32::try_from(times.len())?) / seconds;
    let (middle, high) = (percentile(&mut times, 50), percentile(&mut times, 95));
    let what = format!("{} answers to {CALLERS} callers, p95", times.len());
    report.add(
        Line::new("serve", what, high, "ms")
            .at_most(20.0)
            .note(format!("p50 {middle:.1} ms, longest {:.1} ms, {rate:.0}/s", percentile(&mut times, 100))),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_apart_by_what_they_show() {
        assert_eq!(kind("/data/origin/520526?d=gd-3y"), "/data/origin");
        assert_eq!(kind("/data/m/gd-3y"), "/data/m");
        assert_eq!(kind("/data/m/gd-3y?by=year"), "/data/m?by");
        assert_eq!(kind("/data"), "/data");
    }
}
