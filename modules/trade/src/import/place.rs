//! Places of a row: origin and destination by name, path or code, as of the day of the sale.

use std::collections::BTreeMap;

use sh_files::fold::fold_text;
use sh_kernel::{Day, RegionCode};
use sh_regions::{Regions, Resolution};

use super::{
    issue::{Issue, Severity},
    memo::DayMemo,
    profiles::Defaults,
};

/// Candidates named in a question at most.
const CANDIDATES_MAX: usize = 6;

/// Finds places and remembers them.
#[derive(Debug)]
pub(crate) struct Places {
    regions: &'static Regions,
    within: Option<RegionCode>,
    answers: BTreeMap<String, RegionCode>,
    origins: DayMemo<Resolution>,
    destinations: DayMemo<Resolution>,
}

impl Places {
    pub(crate) fn new(defaults: &Defaults, answers: &BTreeMap<String, RegionCode>) -> Self {
        Self {
            regions: Regions::get(),
            within: defaults.within,
            answers: answers.iter().map(|(name, code)| (fold_text(name), *code)).collect(),
            origins: DayMemo::default(),
            destinations: DayMemo::default(),
        }
    }

    /// Where the goods come from. A county of another time is carried to the division of the day.
    pub(crate) fn origin(&mut self, text: &str, day: Day) -> Resolution {
        let (regions, within, answers) = (self.regions, self.within, &self.answers);
        self.origins.get(text, day.yyyymmdd(), |text| {
            if let Some(code) = answers.get(&fold_text(text)) {
                return Resolution::One(*code);
            }
            near_first(regions, text, within, day)
        })
    }

    /// The city the goods went to; names are looked for in Guangdong first.
    pub(crate) fn destination(&mut self, text: &str, day: Day) -> Resolution {
        let (regions, answers) = (self.regions, &self.answers);
        self.destinations.get(text, day.yyyymmdd(), |text| {
            if let Some(code) = answers.get(&fold_text(text)) {
                return Resolution::One(code.city());
            }
            match near_first(regions, text, Some(RegionCode::GUANGDONG), day) {
                Resolution::One(code) => Resolution::One(code.city()),
                other => other,
            }
        })
    }

    /// The question to a person, or the statement that nothing of this name is known.
    pub(crate) fn issue(&self, row: u32, found: &Resolution, day: Day) -> Issue {
        match found {
            Resolution::Ambiguous(codes) => {
                let names: Vec<String> = codes
                    .iter()
                    .take(CANDIDATES_MAX)
                    .map(|code| format!("{}({code})", self.regions.full_name(*code, day)))
                    .collect();
                Issue::of(row, Severity::Rejected, "origin-ambiguous").with("candidates", names.join("、"))
            }
            _ => Issue::of(row, Severity::Rejected, "origin-unknown"),
        }
    }
}

/// Looks inside a place first, so that 城关区 in a county's own return asks nobody; then everywhere.
fn near_first(regions: &Regions, text: &str, within: Option<RegionCode>, day: Day) -> Resolution {
    if let Some(area) = within
        && let Resolution::One(code) = regions.resolve(text, Some(area), day)
    {
        return Resolution::One(code);
    }
    regions.resolve(text, None, day)
}
