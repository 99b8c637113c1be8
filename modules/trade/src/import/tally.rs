//! What a check finds out about a file: counts, sums, samples, issues, and whether the totals agree.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sh_files::parse::TotalKind;
use sh_kernel::{Day, Fen};

use super::{
    columns::{Column, Columns},
    file::{FileRow, Layout, Part, Plan, Sheets},
    issue::{Issue, Severity},
    reader::Outcome,
};
use crate::{
    axes::Stage,
    model::{ClaimFacts, DayPrecision},
};

/// Good rows kept for the preview.
pub const SAMPLES_MAX: usize = 20;
/// Issues kept in the database; the rest is counted.
pub const ISSUES_MAX: usize = 10_000;

/// A good row for the preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Its number within the file, see [`Sheets::place`].
    pub row: u32,
    /// What it says.
    pub facts: ClaimFacts,
}

/// A row of totals and what the rows above it give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalCheck {
    /// Its number within the file, see [`Sheets::place`].
    pub row: u32,
    /// What stands there.
    pub stated: Fen,
    /// What the rows give.
    pub computed: Fen,
    /// Whether both agree.
    pub agrees: bool,
}

/// What a check found out (校验结果). Kept with the batch as its summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// The worksheets, and which of them was read.
    pub sheets: Sheets,
    /// The row of the header.
    pub header_row: u32,
    /// What the columns say.
    pub columns: Columns,
    /// Rows below the header.
    pub rows_total: u64,
    /// Rows that give claims.
    pub rows_good: u64,
    /// Rows that cannot be counted.
    pub rows_bad: u64,
    /// Rows that are no sale: totals, notes, cancelled orders.
    pub rows_skipped: u64,
    /// Claims that the good rows give; more than rows where part of a sale was refunded.
    pub claims: u64,
    /// Sum of the good rows, returns subtracted.
    pub amount_good: Fen,
    /// Sum of the returns among them, negative.
    pub amount_returned: Fen,
    /// First day of a good row.
    pub day_first: Option<Day>,
    /// Last day of a good row.
    pub day_last: Option<Day>,
    /// The first good rows.
    pub samples: Vec<Sample>,
    /// How often each issue was met, by code.
    pub issue_counts: BTreeMap<String, u64>,
    /// How many issues there are beyond those kept.
    pub issues_left_out: u64,
    /// The rows of totals.
    pub totals: Vec<TotalCheck>,
    /// The file seems to be cut off, or does not add up: a person must say that it is to be posted all the same.
    pub doubtful: bool,
}

/// Adds up a file row by row.
#[derive(Debug, Default)]
pub struct Tally {
    summary: Summary,
    issues: Vec<Issue>,
    sums: Sums,
    /// The worksheet that is being counted, and whether a row of totals has come in it.
    sheet: Option<(String, bool)>,
    /// Worksheets that ended without a row of totals.
    without_totals: Vec<String>,
    amount: Option<Column>,
}

/// Sums that rows of totals are compared with. `None` once an amount could not be read.
#[derive(Debug)]
struct Sums {
    whole: Option<Fen>,
    section: Option<Fen>,
    page: Option<Fen>,
    table: Option<Fen>,
}

impl Default for Sums {
    fn default() -> Self {
        let zero = Some(Fen::ZERO);
        Self { whole: zero, section: zero, page: zero, table: zero }
    }
}

impl Sums {
    fn add(&mut self, amount: Option<Fen>) {
        for sum in [&mut self.whole, &mut self.section, &mut self.page, &mut self.table] {
            *sum = sum.zip(amount).and_then(|(sum, amount)| sum.plus(amount).ok());
        }
    }
}

/// Titles of unknown columns named at most.
const TITLES_SHOWN: usize = 20;
/// Totals kept for the page.
const TOTALS_MAX: usize = 200;

impl Tally {
    /// Nothing counted yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows below the header seen so far.
    pub fn rows(&self) -> u64 {
        self.summary.rows_total
    }

    /// Counts one row.
    pub fn take(&mut self, part: &Part, row: &FileRow) {
        if matches!(row, FileRow::Sheet) {
            self.begin(part);
            return;
        }
        self.summary.rows_total += 1;
        match row {
            FileRow::Sheet => {}
            FileRow::Repeat => self.summary.rows_skipped += 1,
            FileRow::Total { row, kind, shown, stated } => {
                self.summary.rows_skipped += 1;
                self.total(*row, *kind, shown, *stated);
            }
            FileRow::Data(row) => {
                match row.outcome {
                    Outcome::Good => self.good(row.number, &row.claims),
                    Outcome::Rejected => self.summary.rows_bad += 1,
                    Outcome::Skipped => self.summary.rows_skipped += 1,
                }
                // A note has no amount; a cancelled order has one and may be part of the sender's total.
                if row.outcome != Outcome::Skipped {
                    let absent = row.stated.is_none() && !row.issues.iter().any(unreadable);
                    self.sums.add(if absent { Some(Fen::ZERO) } else { row.stated });
                }
                for issue in &row.issues {
                    self.issue(issue.clone());
                }
            }
        }
    }

    /// Ends the worksheet before and begins another: totals below a table sum up that table, or all so far.
    fn begin(&mut self, part: &Part) {
        self.end_sheet();
        self.sheet = Some((part.name.clone(), false));
        self.amount = amount_of(&part.columns);
        self.sums = Sums { whole: self.sums.whole, ..Sums::default() };
    }

    fn end_sheet(&mut self) {
        if let Some((name, false)) = self.sheet.take() {
            self.without_totals.push(name);
        }
    }

    fn good(&mut self, number: u32, claims: &[super::reader::NewClaim]) {
        let summary = &mut self.summary;
        summary.rows_good += 1;
        for claim in claims {
            let facts = &claim.facts;
            summary.claims += 1;
            summary.amount_good = summary.amount_good.plus(facts.amount).unwrap_or(summary.amount_good);
            if facts.stage == Stage::Returned {
                summary.amount_returned =
                    summary.amount_returned.plus(facts.amount).unwrap_or(summary.amount_returned);
            }
            let first = if facts.precision == DayPrecision::Month {
                facts.day.month().first_day()
            } else {
                facts.day
            };
            summary.day_first = Some(summary.day_first.map_or(first, |known| known.min(first)));
            summary.day_last = Some(summary.day_last.map_or(facts.day, |known| known.max(facts.day)));
        }
        if let Some(claim) = claims.first().filter(|_| summary.samples.len() < SAMPLES_MAX) {
            summary.samples.push(Sample { row: number, facts: claim.facts.clone() });
        }
    }

    fn issue(&mut self, issue: Issue) {
        *self.summary.issue_counts.entry(issue.code.clone()).or_default() += 1;
        if self.issues.len() < ISSUES_MAX {
            self.issues.push(issue);
        } else {
            self.summary.issues_left_out += 1;
        }
    }

    /// Compares a row of totals with the rows above it.
    fn total(&mut self, row: u32, kind: TotalKind, shown: &str, stated: Option<Fen>) {
        if let Some((_, seen)) = &mut self.sheet {
            *seen |= matches!(kind, TotalKind::Total);
        }
        let sums = &mut self.sums;
        // People write 合计 below a group and 小计 below the whole; either reading will do if it fits.
        let candidates = match kind {
            TotalKind::Subtotal => [sums.section, sums.table, sums.whole],
            TotalKind::Page => [sums.page, sums.section, sums.whole],
            TotalKind::Total => [sums.whole, sums.table, sums.section],
            TotalKind::Cumulative => [None; 3],
        };
        sums.section = Some(Fen::ZERO);
        match kind {
            TotalKind::Page => sums.page = Some(Fen::ZERO),
            TotalKind::Total => sums.table = Some(Fen::ZERO),
            TotalKind::Subtotal | TotalKind::Cumulative => {}
        }
        let (Some(stated), Some(computed)) = (stated, candidates.iter().find_map(|sum| *sum)) else { return };
        let unit = self.amount.as_ref().map_or(100, |column| column.unit.fen());
        let slack = half_of_last_decimal(shown, unit);
        let fits = |sum: &Fen| (sum.0 - stated.0).abs() <= slack;
        let fitting = candidates.iter().flatten().find(|sum| fits(sum));
        let check =
            TotalCheck { row, stated, computed: *fitting.unwrap_or(&computed), agrees: fitting.is_some() };
        if !check.agrees {
            let title = self.amount.as_ref().map(|column| column.title.clone()).unwrap_or_default();
            self.issue(
                Issue::of(row, Severity::Remark, "total-differs")
                    .at(&title, shown)
                    .with("stated", stated.to_grouped())
                    .with("computed", computed.to_grouped())
                    .with("difference", Fen(stated.0.saturating_sub(computed.0)).to_grouped()),
            );
            self.summary.doubtful = true;
        }
        if self.summary.totals.len() < TOTALS_MAX {
            self.summary.totals.push(check);
        }
    }

    /// Ends the file: what is known of it as a whole, and the issues that are kept.
    pub fn finish(mut self, layout: &Layout, plan: &Plan) -> (Summary, Vec<Issue>) {
        self.end_sheet();
        if plan.expects_total() && self.summary.rows_total > 0 {
            for name in std::mem::take(&mut self.without_totals) {
                self.summary.doubtful = true;
                let issue = Issue::of(0, Severity::Remark, "total-missing");
                self.issue(if layout.sheets.parts.is_empty() { issue } else { issue.at("", &name) });
            }
        }
        if !layout.sheets.left_out.is_empty() {
            let names = layout.sheets.left_out.join("、");
            let issue = Issue::of(0, Severity::Remark, "sheets-left-out").at("", &names);
            self.issue(issue.with("sheet", layout.sheets.names()).with("sheets", &names));
        }
        let (header, columns) = (&layout.first.header, &layout.first.columns);
        for alike in &header.ambiguous {
            let column = |index: &usize| columns.list.iter().find(|column| column.index == *index);
            let titles: Vec<&str> =
                alike.columns.iter().filter_map(column).map(|column| column.title.as_str()).collect();
            if let [taken, rest @ ..] = titles.as_slice() {
                let issue = Issue::of(0, Severity::Remark, "columns-alike").at(taken, "");
                self.issue(issue.with("taken", taken).with("titles", rest.join("、")));
            }
        }
        let unknown: Vec<&str> = columns.unknown().map(|column| column.title.as_str()).collect();
        if !unknown.is_empty() {
            let titles = some_of(&unknown);
            self.issue(
                Issue::of(0, Severity::Remark, "columns-unknown").at("", &titles).with("titles", &titles),
            );
        }
        self.summary.sheets = layout.sheets.clone();
        self.summary.header_row = header.row;
        self.summary.columns = columns.clone();
        (self.summary, self.issues)
    }
}

fn amount_of(columns: &Columns) -> Option<Column> {
    super::fields::Field::ALL
        .iter()
        .filter(|field| field.is_amount())
        .find_map(|field| columns.get(*field))
        .cloned()
}

fn unreadable(issue: &Issue) -> bool {
    issue.code.starts_with("money-") || issue.code == "cell-error"
}

/// The first of many titles.
fn some_of(titles: &[&str]) -> String {
    let shown = titles.iter().take(TITLES_SHOWN).copied().collect::<Vec<_>>().join("、");
    if titles.len() > TITLES_SHOWN { format!("{shown}…（{}）", titles.len()) } else { shown }
}

/// What rounding may hide in a number as shown: half of its last decimal.
fn half_of_last_decimal(shown: &str, unit_fen: i64) -> i64 {
    let decimals = shown
        .rsplit_once(['.', '．'])
        .map_or(0, |(_, rest)| rest.chars().take_while(char::is_ascii_digit).count());
    let last = (0..decimals).fold(unit_fen, |step, _| step / 10);
    // Whole yuan and finer must agree to the fen; people round only larger units.
    if unit_fen <= 100 { 0 } else { last / 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_rounding_hides_is_forgiven() {
        assert_eq!(half_of_last_decimal("1,234.56", 100), 0);
        assert_eq!(half_of_last_decimal("1,286.40", 1_000_000), 5_000);
        assert_eq!(half_of_last_decimal("1286", 1_000_000), 500_000);
    }
}
