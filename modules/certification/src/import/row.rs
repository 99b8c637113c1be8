//! What one row of a register says, and what it would change.

use std::collections::{BTreeMap, HashMap};

use sh_files::{
    parse::{self, DayOptions, DayValue},
    sheet::SheetRow,
};
use sh_kernel::{Day, RegionCode};
use sh_parties::{Party, fold};
use sh_regions::{Regions, Resolution};

use super::{file::Layout, issue::Issue};
use crate::{
    model::{EventKind, FieldKind, Scheme, terms},
    store::certificate::Known,
};

/// Characters of a name, of a further field.
const TEXT_CHARS_MAX: usize = 200;
/// Characters of a number.
const NUMBER_CHARS_MAX: usize = 60;

/// A certificate as a register, or a form, tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// The row of the file.
    pub(crate) row: u32,
    /// Its number.
    pub(crate) number: String,
    /// What is certified.
    pub(crate) subject: String,
    /// Who holds it.
    pub(crate) holder: String,
    /// The holder in the register of parties.
    pub(crate) party: Party,
    /// Where it is.
    pub(crate) region: RegionCode,
    /// With which others it was given.
    pub(crate) batch: String,
    /// The first day of its term.
    pub(crate) from: Day,
    /// The last.
    pub(crate) until: Option<Day>,
    /// The further fields of the scheme, by key.
    pub(crate) detail: BTreeMap<String, String>,
}

/// What a row would change.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// There is no such certificate yet.
    Create(Told),
    /// It has a further term now.
    Renew(Box<Known>, Told),
    /// Something of it was recorded wrongly.
    Correct(Box<Known>, Told),
    /// It is known just so.
    Nothing,
    /// Something is wrong with the row.
    Reject(Vec<Issue>),
}

/// What the row of a register says.
///
/// # Errors
/// All that is wrong with it.
pub(crate) fn read(layout: &Layout, scheme: &Scheme, row: &SheetRow) -> Result<Told, Vec<Issue>> {
    let mut reader = Reader { layout, row, issues: Vec::new() };
    let number = reader.number();
    let (holder, subject) = (reader.name("holder"), reader.name("subject"));
    let from = reader.day("from", false);
    let until = reader.day("until", true);
    let region = reader.place(from);
    let detail = reader.detail(scheme);
    let batch = reader.name("batch").unwrap_or_default();
    let code = reader.cell("code").and_then(|cell| parse::code(cell).ok()).filter(|code| code.len() == 18);
    let subject_or = subject.clone().or_else(|| holder.clone());
    let holder = holder.or(subject);
    let party = holder.as_deref().and_then(|name| Party::first_seen(name, code.as_deref()));
    if party.is_none() {
        let field = if layout.at("holder").is_some() { "holder" } else { "subject" };
        reader.issue(field, "certificate-nameless", holder.as_deref().unwrap_or_default());
    }
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        reader.issue("until", "certificate-ends-before", &until.to_string());
    }
    match (number, subject_or, holder, party, region, from) {
        (Some(number), Some(subject), Some(holder), Some(party), Some(region), Some(from))
            if reader.issues.is_empty() =>
        {
            let until = until.or_else(|| scheme.until(from));
            Ok(Told { row: row.number, number, subject, holder, party, region, batch, from, until, detail })
        }
        _ => Err(reader.issues),
    }
}

struct Reader<'a> {
    layout: &'a Layout,
    row: &'a SheetRow,
    issues: Vec<Issue>,
}

impl Reader<'_> {
    fn cell(&self, field: &str) -> Option<&sh_files::sheet::Cell> {
        let cell = self.row.cell(self.layout.at(field)?);
        (!cell.is_empty()).then_some(cell)
    }

    fn issue(&mut self, field: &str, code: &str, value: &str) {
        self.issues.push(Issue::new(self.row.number, self.layout.title(field), code, value));
    }

    fn number(&mut self) -> Option<String> {
        let Some(cell) = self.cell("number") else {
            self.issue("number", "cell-empty", "");
            return None;
        };
        match parse::code(cell) {
            Ok(number) if number.chars().count() <= NUMBER_CHARS_MAX && !number.contains(['/', '?', '#']) => {
                Some(number)
            }
            Ok(number) => {
                self.issue("number", "certificate-number", &number);
                None
            }
            Err(problem) => {
                let title = self.layout.title("number");
                self.issues.push(Issue::of_cell(self.row.number, title, problem));
                None
            }
        }
    }

    fn name(&mut self, field: &str) -> Option<String> {
        let cell = self.cell(field)?;
        match parse::text(cell, TEXT_CHARS_MAX) {
            Ok(text) => Some(text),
            Err(problem) => {
                let title = self.layout.title(field);
                self.issues.push(Issue::of_cell(self.row.number, title, problem));
                None
            }
        }
    }

    /// A day; of a month its first day, or its last if a term ends then.
    fn day(&mut self, field: &str, ends: bool) -> Option<Day> {
        let Some(cell) = self.cell(field) else {
            if !ends {
                self.issue(field, "day-missing", "");
            }
            return None;
        };
        if ends && ["长期", "长期有效", "无固定期限"].contains(&cell.as_text().trim()) {
            return None;
        }
        let options = DayOptions { default_year: None, system: self.layout.dates };
        match parse::day(cell, options) {
            Ok(DayValue::Day(day)) => Some(day),
            Ok(DayValue::Month(month)) => Some(if ends { month.last_day() } else { month.first_day() }),
            Err(problem) => {
                let title = self.layout.title(field);
                self.issues.push(Issue::of_cell(self.row.number, title, problem));
                None
            }
        }
    }

    /// The division on the day of issue: a register of 2019 names counties as they were.
    fn place(&mut self, on: Option<Day>) -> Option<RegionCode> {
        let Some(cell) = self.cell("place") else {
            self.issue("place", "origin-missing", "");
            return None;
        };
        let text = cell.as_text().trim().to_owned();
        match Regions::get().resolve(&text, None, on?) {
            Resolution::One(code) => Some(code),
            Resolution::Ambiguous(codes) => {
                let names = codes.iter().take(5).map(|code| on.map(|on| Regions::get().full_name(*code, on)));
                let names: Vec<String> = names.flatten().collect();
                let issue =
                    Issue::new(self.row.number, self.layout.title("place"), "origin-ambiguous", &text);
                self.issues.push(issue.with("candidates", &names.join("、")));
                None
            }
            Resolution::Unknown => {
                self.issue("place", "origin-unknown", &text);
                None
            }
        }
    }

    fn detail(&mut self, scheme: &Scheme) -> BTreeMap<String, String> {
        let mut detail = BTreeMap::new();
        for (field, place) in scheme.fields.iter().zip(&self.layout.fields) {
            let Some((index, title)) = place else { continue };
            let cell = self.row.cell(*index);
            if cell.is_empty() {
                continue;
            }
            let read = match field.kind {
                FieldKind::Text => parse::text(cell, TEXT_CHARS_MAX),
                FieldKind::Count | FieldKind::People => parse::count(cell).map(|number| number.to_string()),
            };
            match read {
                Ok(value) => {
                    detail.insert(field.key.clone(), value);
                }
                Err(problem) => self.issues.push(Issue::of_cell(self.row.number, title, problem)),
            }
        }
        detail
    }
}

/// What a row would change of what is known.
pub(crate) fn plan(told: Told, known: Option<&Known>) -> Step {
    let Some(known) = known else { return Step::Create(told) };
    let terms = terms(&known.events);
    let Some((from, until)) = terms.last().copied() else {
        return Step::Correct(Box::new(known.clone()), told);
    };
    // An older register never overrides what a newer one has said.
    if told.from < from {
        return Step::Nothing;
    }
    let reaches_further = until.is_some_and(|until| told.until.is_none_or(|told| told > until));
    if told.from > from && reaches_further {
        return Step::Renew(Box::new(known.clone()), told);
    }
    let row = &known.row;
    let same = (told.from, told.until) == (from, until)
        && (row.holder, row.region) == (told.party.number, told.region)
        && fold(&row.subject) == fold(&told.subject)
        && told.detail.iter().all(|(key, value)| row.detail.get(key) == Some(value));
    if same { Step::Nothing } else { Step::Correct(Box::new(known.clone()), told) }
}

/// Numbers that were met in a file, with the row of each.
#[derive(Debug, Default)]
pub(crate) struct Met(HashMap<String, u32>);

impl Met {
    /// The issue of a number that stands in an earlier row already.
    pub(crate) fn twice(&mut self, told: &Told, title: &str) -> Option<Issue> {
        let earlier = *self.0.entry(told.number.clone()).or_insert(told.row);
        let issue = || Issue::new(told.row, title, "certificate-twice", &told.number).with("row", &earlier);
        (earlier != told.row).then(issue)
    }
}

/// Which event a step records.
pub(crate) const fn kind(step: &Step) -> Option<EventKind> {
    match step {
        Step::Create(_) => Some(EventKind::Issued),
        Step::Renew(..) => Some(EventKind::Renewed),
        Step::Correct(..) => Some(EventKind::Corrected),
        Step::Nothing | Step::Reject(_) => None,
    }
}
