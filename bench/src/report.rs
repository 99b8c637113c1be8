//! What was measured, as a table for people and as JSON for the next run to compare with.

use std::{fmt::Write as _, io::Write as _};

use anyhow::Context as _;
use camino::Utf8Path;
use serde::Serialize;

/// What a line must reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

/// One measurement. With a floor, the target is set on the ratio of ours to the floor; without one, on the value itself.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    bench: &'static str,
    what: String,
    ours: f64,
    unit: &'static str,
    floor: Option<f64>,
    floor_is: String,
    ratio: Option<f64>,
    target: Option<Target>,
    pass: Option<bool>,
    /// Where the time goes: parts of it in seconds.
    phases: Vec<(String, f64)>,
    note: String,
}

impl Line {
    pub(crate) fn new(bench: &'static str, what: impl Into<String>, ours: f64, unit: &'static str) -> Self {
        Self {
            bench,
            what: what.into(),
            ours,
            unit,
            floor: None,
            floor_is: String::new(),
            ratio: None,
            target: None,
            pass: None,
            phases: Vec::new(),
            note: String::new(),
        }
    }

    /// What the same work costs, or yields, without the program.
    #[must_use]
    pub(crate) fn floor(mut self, value: f64, is: impl Into<String>) -> Self {
        self.floor = Some(value);
        self.floor_is = is.into();
        self.ratio = (value != 0.0).then(|| self.ours / value);
        self
    }

    /// As [`Line::floor`], where more of ours is better and the ratio is turned round: how many times better ours is.
    #[must_use]
    pub(crate) fn times_faster_than(mut self, value: f64, is: impl Into<String>) -> Self {
        self = self.floor(value, is);
        self.ratio = (self.ours != 0.0).then(|| value / self.ours);
        self
    }

    #[must_use]
    pub(crate) fn at_most(self, most: f64) -> Self {
        self.must(Target::AtMost(most))
    }

    #[must_use]
    pub(crate) fn at_least(self, least: f64) -> Self {
        self.must(Target::AtLeast(least))
    }

    fn must(mut self, target: Target) -> Self {
        self.target = Some(target);
        self.pass = Some(target.is_met(self.ratio.unwrap_or(self.ours)));
        self
    }

    #[must_use]
    pub(crate) fn phases(mut self, phases: impl IntoIterator<Item = (String, f64)>) -> Self {
        self.phases = phases.into_iter().collect();
        self
    }

    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// `None` if the line has no target.
    pub(crate) const fn pass(&self) -> Option<bool> {
        self.pass
    }
}

/// Everything measured in one run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    quick: bool,
    machine: String,
    lines: Vec<Line>,
}

impl Report {
    pub(crate) fn new(quick: bool) -> Self {
        Self { quick, machine: machine(), lines: Vec::new() }
    }

    /// Adds a line and shows it at once: a run takes minutes.
    pub(crate) fn add(&mut self, line: Line) {
        say(&format!("  {}", one_line(&line)));
        self.lines.push(line);
    }

    /// How many targets were missed.
    pub(crate) fn missed(&self) -> usize {
        self.lines.iter().filter(|line| line.pass() == Some(false)).count()
    }

    /// The whole run as a table.
    pub(crate) fn table(&self) -> String {
        let mut out = format!("\n{}{}\n\n", self.machine, if self.quick { ", quick sizes" } else { "" });
        out.push_str("| bench | what | ours | floor | ratio | target | |\n|---|---|---|---|---|---|---|\n");
        for line in &self.lines {
            let floor = line
                .floor
                .map(|floor| format!("{} ({})", number(floor, line.unit), line.floor_is))
                .unwrap_or_default();
            let ratio = line.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
            let target = line.target.map(|target| shown(target, line)).unwrap_or_default();
            let ours = number(line.ours, line.unit);
            let verdict = verdict(line);
            let what = if line.note.is_empty() {
                line.what.clone()
            } else {
                format!("{}; {}", line.what, line.note)
            };
            // Writing to a text cannot fail.
            let _ = writeln!(
                out,
                "| {} | {what} | {ours} | {floor} | {ratio} | {target} | {verdict} |",
                line.bench
            );
        }
        out
    }

    /// Writes the run for programs.
    pub(crate) fn write_json(&self, path: &Utf8Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {path}"))
    }
}

/// A line of text to whoever watches.
pub(crate) fn say(text: &str) {
    // Whoever no longer watches does not stop the measurement.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn one_line(line: &Line) -> String {
    let mut text = format!("{:<8} {}: {}", line.bench, line.what, number(line.ours, line.unit));
    if let Some(floor) = line.floor {
        let _ = write!(text, "; {}: {}", line.floor_is, number(floor, line.unit));
    }
    if let Some(ratio) = line.ratio {
        let _ = write!(text, "; ratio {ratio:.2}");
    }
    if let Some(target) = line.target {
        let _ = write!(text, "; target {} {}", shown(target, line), verdict(line));
    }
    if !line.note.is_empty() {
        let _ = write!(text, "; {}", line.note);
    }
    for (name, seconds) in &line.phases {
        let _ = write!(text, "\n             {name}: {seconds:.2} s");
    }
    text
}

fn verdict(line: &Line) -> &'static str {
    match line.pass {
        Some(true) => "pass",
        Some(false) => "MISSED",
        None => "",
    }
}

fn shown(target: Target, line: &Line) -> String {
    let (sign, value) = match target {
        Target::AtMost(value) => ("≤", value),
        Target::AtLeast(value) => ("≥", value),
    };
    if line.ratio.is_some() {
        format!("{sign} {value}×")
    } else {
        format!("{sign} {}", number(value, line.unit))
    }
}

fn number(value: f64, unit: &str) -> String {
    let text = match value.abs() {
        large if large >= 1000.0 => grouped(value),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ if unit.is_empty() => format!("{value:.4}"),
        _ => format!("{value:.2}"),
    };
    if unit.is_empty() { text } else { format!("{text} {unit}") }
}

fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Processor and number of cores, so that a stored result says where it comes from.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    format!("{cores} × {}, load at start {load}", model.map_or("unknown processor", |(_, name)| name.trim()))
}

/// The value below which `percent` of the sorted values lie.
pub(crate) fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(at).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_set_on_the_ratio_if_there_is_a_floor() {
        assert_eq!(Line::new("a", "b", 6.0, "s").floor(3.0, "raw").at_most(2.5).pass(), Some(true));
        assert_eq!(Line::new("a", "b", 6.0, "s").at_most(2.5).pass(), Some(false));
        assert_eq!(
            Line::new("a", "b", 0.5, "ms").times_faster_than(20.0, "d").at_least(20.0).pass(),
            Some(true)
        );
        assert_eq!(Line::new("a", "b", 0.5, "ms").pass(), None);
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert!((percentile(&mut values, 50) - 50.0).abs() < f64::EPSILON);
        assert!((percentile(&mut values, 99) - 99.0).abs() < f64::EPSILON);
        assert!((percentile(&mut [7.0], 99) - 7.0).abs() < f64::EPSILON);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(1_234_567.4, "rows/s"), "1,234,567 rows/s");
        assert_eq!(number(0.98765, ""), "0.9877");
    }
}
