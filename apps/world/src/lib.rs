//! The Guangdong 2018–2020 demonstration: a true world of trades first, then the files in which each party reports what
//! it saw of it, with the gaps, variants and slips of real reports. Everything follows from one seed.
//!
//! The true world is written apart, as labels for tests and benchmarks; the product reads only the files.

mod dice;
mod goods;
mod mall;
mod people;
mod places;
mod registers;
mod report;
mod scale;
mod truth;
mod write;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use anyhow::Context as _;
pub use dice::Dice;
pub use mall::{HallTale, Mall, MallScale, MallShop, mall};
pub use registers::{RegisterFile, registers};
pub use scale::Scale;
use serde::Serialize;

use crate::{
    people::People,
    places::Places,
    report::{Report, Reporter},
    truth::TrueTrade,
};

/// One file as somebody would send it.
#[derive(Debug, Clone, Serialize)]
pub struct WorldFile {
    /// The source that sends it, by its code in the register of sources.
    pub source: String,
    /// Where it was written.
    pub path: PathBuf,
    /// Rows that report a sale.
    pub rows: usize,
}

/// What was made.
#[derive(Debug, Serialize)]
pub struct World {
    /// The files, in the order in which they would have been sent.
    pub files: Vec<WorldFile>,
    /// How many sales really happened.
    pub trades: usize,
    /// How many rows report them.
    pub reports: usize,
    /// The sum of the sales that happened and belong to the drive, in fen.
    pub counted_fen: i64,
}

/// Makes a world and writes its files under `folder/files` and its labels under `folder/labels`.
///
/// `progress` is told how many files are written of how many.
///
/// # Errors
/// If a file cannot be written.
pub fn generate(
    folder: &std::path::Path,
    scale: &Scale,
    seed: u64,
    mut progress: impl FnMut(usize, usize),
) -> anyhow::Result<World> {
    let places = Places::load(scale.counties_per_province, seed);
    let people = People::populate(&places, scale.sellers_per_county, scale.buyers_per_weight, seed);
    let trades = truth::create(scale, &places, &people, seed);
    let groups = group(&trades, &people, scale, seed);
    let files_folder = folder.join("files");
    let labels_folder = folder.join("labels");
    fs::create_dir_all(&files_folder).context("cannot create the folder for the files")?;
    fs::create_dir_all(&labels_folder).context("cannot create the folder for the labels")?;
    let told = alone(&groups, trades.len());
    let mut files = Vec::new();
    let mut labels = String::from("file,row,trade\n");
    let total = groups.len();
    for (done, ((period, reporter), reports)) in groups.iter().enumerate() {
        progress(done, total);
        let rows = report_rows(*reporter, *period, reports, &groups, &trades, &told, &people, &places);
        if rows.is_empty() {
            continue;
        }
        for (part, rows) in rows.chunks(write::rows_of_a_file(*reporter)).enumerate() {
            let written = write::file(&files_folder, scale, *reporter, (*period, part), rows, &places)?;
            for (row_number, trade) in &written.rows {
                writeln!(labels, "{},{row_number},{trade}", written.name)?;
            }
            files.push(WorldFile { source: written.source, path: written.path, rows: rows.len() });
        }
    }
    progress(total, total);
    fs::write(labels_folder.join("rows.csv"), labels).context("cannot write the labels")?;
    let counted_fen =
        trades.iter().filter(|trade| trade.counts(&people, &places)).map(|trade| trade.amount).sum();
    write_truth(&labels_folder, &trades, &people, &places)?;
    let reports = files.iter().map(|file| file.rows).sum();
    Ok(World { files, trades: trades.len(), reports, counted_fen })
}

type Groups = BTreeMap<(sh_kernel::Month, Reporter), Vec<Report>>;

fn group(trades: &[TrueTrade], people: &People, scale: &Scale, seed: u64) -> Groups {
    let mut groups = Groups::new();
    for (number, trade) in trades.iter().enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        for report in report::reports_of(trade, number, people, scale, seed) {
            groups.entry((report.period, report.reporter)).or_default().push(report);
        }
    }
    groups
}

/// For each sale, whether only one party reports it.
fn alone(groups: &Groups, trades: usize) -> Vec<bool> {
    let mut told = vec![0_u8; trades];
    for reports in groups.values() {
        for report in reports {
            let count = &mut told[report.trade as usize];
            *count = count.saturating_add(1);
        }
    }
    told.into_iter().map(|count| count < 2).collect()
}

#[expect(clippy::too_many_arguments, reason = "one file draws on the whole world")]
fn report_rows(
    reporter: Reporter,
    period: sh_kernel::Month,
    reports: &[Report],
    groups: &Groups,
    trades: &[TrueTrade],
    alone: &[bool],
    people: &People,
    places: &Places,
) -> Vec<report::Row> {
    let mut all: Vec<&Report> = Vec::new();
    if let Reporter::City(city) = reporter
        && report::is_cumulative(city)
    {
        for ((month, other), earlier) in groups {
            if *other == reporter && month.year() == period.year() && *month < period {
                all.extend(earlier);
            }
        }
    }
    all.extend(reports);
    all.into_iter()
        .map(|report| {
            let number = report.trade as usize;
            report::row_of(report, &trades[number], alone[number], people, places)
        })
        .collect()
}

fn write_truth(
    folder: &std::path::Path,
    trades: &[TrueTrade],
    people: &People,
    places: &Places,
) -> anyhow::Result<()> {
    let mut text = String::from("trade,day,amount_fen,returned_fen,counts\n");
    for (number, trade) in trades.iter().enumerate() {
        let counts = u8::from(trade.counts(people, places));
        writeln!(text, "{number},{},{},{},{counts}", trade.day.yyyymmdd(), trade.amount, trade.returned)?;
    }
    fs::write(folder.join("trades.csv"), text).context("cannot write the true world")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_makes_one_world() {
        let make = |seed| {
            let folder = tempfile::tempdir().unwrap();
            let world = generate(folder.path(), &Scale::TINY, seed, |_, _| {}).unwrap();
            let labels = fs::read(folder.path().join("labels/rows.csv")).unwrap();
            let files: Vec<Vec<u8>> = world.files.iter().map(|file| fs::read(&file.path).unwrap()).collect();
            (world.trades, world.reports, world.counted_fen, labels, files)
        };
        let (first, again, other) = (make(1), make(1), make(2));
        assert_eq!(first, again);
        assert_ne!(first.3, other.3);
        assert!(first.1 > first.0, "every sale is reported, many more than once");
    }
}
