//! Finding the header of a table by the words people use, beneath title rows and merged cells.

mod title;

use std::collections::BTreeMap;

use self::title::Title;
use crate::{
    fold::fold_text,
    parse::MoneyUnit,
    sheet::{CellValue, MergedRange, SheetRow},
};

/// Rows looked at for the header.
pub const SCAN_ROWS: usize = 40;
/// Confidence from which a title is taken for a field.
const ENOUGH: u8 = 70;

/// A field that an import asks for.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Its name in the program.
    pub name: &'static str,
    /// Titles that people give it, the usual one first. Units in brackets need not be listed.
    pub synonyms: &'static [&'static str],
    /// Whether a table without it is of no use.
    pub required: bool,
}

/// What a person once decided: which title is which field. An empty field name means that the column is left
/// out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedMapping(BTreeMap<String, String>);

impl SavedMapping {
    /// From pairs of title and field name.
    pub fn new<T: AsRef<str>, F: Into<String>>(pairs: impl IntoIterator<Item = (T, F)>) -> Self {
        Self(pairs.into_iter().map(|(title, field)| (fold_text(title.as_ref()), field.into())).collect())
    }

    fn of(&self, title: &str) -> Option<&str> {
        if self.0.is_empty() { None } else { self.0.get(&fold_text(title)).map(String::as_str) }
    }
}

/// A column with a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMatch {
    /// Column, from 0.
    pub index: usize,
    /// The title as the user wrote it; both lines of a title in two rows.
    pub title: String,
    /// The field it was taken for.
    pub field: Option<&'static str>,
    /// The unit of money that the title names: `销售金额（万元）`.
    pub unit: Option<MoneyUnit>,
    /// Any unit that the title names, folded: `公斤`, `元/公斤`.
    pub unit_text: Option<String>,
    /// How sure the match is, in percent: 100 for a title word for word or a saved decision.
    pub confidence: u8,
}

/// A field that several columns fit equally well; the first of them was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    /// The field.
    pub field: &'static str,
    /// The columns, from 0.
    pub columns: Vec<usize>,
}

/// The header of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its first row as the user counts.
    pub first_row: u32,
    /// Its last row; data begin below it. 0 for JSON lines.
    pub row: u32,
    /// The columns that have a title, from left to right.
    pub columns: Vec<ColumnMatch>,
    /// Required fields that no column was taken for.
    pub missing: Vec<&'static str>,
    /// Fields that several columns fit equally well.
    pub ambiguous: Vec<Ambiguity>,
    /// The unit of money that a line above the table names: `单位：万元`.
    pub sheet_unit: Option<MoneyUnit>,
    /// The lines above the table, such as its title with the month.
    pub above: Vec<String>,
    lines: Vec<Vec<String>>,
}

impl Header {
    /// The column taken for a field.
    pub fn column(&self, field: &str) -> Option<&ColumnMatch> {
        self.columns.iter().find(|column| column.field == Some(field))
    }

    /// The index of the column taken for a field, from 0.
    pub fn index(&self, field: &str) -> Option<usize> {
        self.column(field).map(|column| column.index)
    }

    /// The unit of bare numbers in a money column: that of its title, else that of the sheet, else yuan.
    pub fn money_unit(&self, field: &str) -> MoneyUnit {
        self.column(field).and_then(|column| column.unit).or(self.sheet_unit).unwrap_or_default()
    }

    /// How many fields were found.
    pub fn found(&self) -> usize {
        self.columns.iter().filter(|column| column.field.is_some()).count()
    }

    /// Whether a row repeats the header, as printed tables do on each page.
    pub fn is_header_repeat(&self, row: &SheetRow) -> bool {
        self.lines.iter().any(|line| repeats(line, row))
    }
}

/// Whether at least three in five titles of a line stand in a row, and at least two if there are two.
fn repeats(line: &[String], row: &SheetRow) -> bool {
    let titles = line.iter().filter(|title| !title.is_empty()).count();
    let (mut same, mut other) = (0, 0);
    for (index, title) in line.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
        match &row.cell(index).value {
            CellValue::Text(text) if text.len() < 200 && fold_text(text) == *title => same += 1,
            _ => other += 1,
        }
        // The common row of data is told apart by its first few cells.
        if other * 5 > titles * 2 {
            return false;
        }
    }
    same >= titles.min(2) && same > 0
}

/// One way to read one or two rows as a header.
struct Candidate {
    first_row: u32,
    row: u32,
    columns: Vec<ColumnMatch>,
    ambiguous: Vec<Ambiguity>,
    lines: Vec<Vec<String>>,
    found: usize,
    score: (usize, usize, u32, bool),
}

/// Finds the header among the first rows of a sheet. `None` if no row has enough of the fields: two, or one
/// if only one is asked for.
pub fn find(
    rows: &[SheetRow],
    merges: &[MergedRange],
    fields: &[FieldSpec],
    saved: &SavedMapping,
) -> Option<Header> {
    let synonyms: Vec<(&FieldSpec, Vec<Title>)> = fields
        .iter()
        .map(|field| (field, field.synonyms.iter().map(|text| Title::read(text)).collect()))
        .collect();
    let mut best: Option<Candidate> = None;
    for (index, row) in rows.iter().take(SCAN_ROWS).enumerate() {
        let below = rows.get(index + 1).filter(|below| below.number == row.number.saturating_add(1));
        let single = candidate(&titles_of(row), (row, None), &synonyms, saved);
        let pair = below
            .and_then(|below| Some((below, two_rows(row, below, merges)?)))
            .map(|(below, titles)| candidate(&titles, (row, Some(below)), &synonyms, saved));
        for candidate in [Some(single), pair].into_iter().flatten() {
            if best.as_ref().is_none_or(|best| candidate.score > best.score) {
                best = Some(candidate);
            }
        }
    }
    let best = best.filter(|best| best.found >= fields.len().clamp(1, 2))?;
    let above: Vec<String> = rows
        .iter()
        .take_while(|row| row.number < best.first_row)
        .flat_map(|row| row.cells.iter())
        .filter(|cell| !cell.is_empty())
        .map(|cell| cell.as_text().trim().to_owned())
        .collect();
    let taken = |name| best.columns.iter().any(|column| column.field == Some(name));
    Some(Header {
        first_row: best.first_row,
        row: best.row,
        missing: fields.iter().filter(|field| field.required && !taken(field.name)).map(|f| f.name).collect(),
        columns: best.columns,
        ambiguous: best.ambiguous,
        sheet_unit: above.iter().find_map(|line| title::sheet_unit(line)),
        above,
        lines: best.lines,
    })
}

/// A titled column on its way to being understood.
struct Titled {
    index: usize,
    /// The title as shown; both lines of a title in two rows.
    shown: String,
    /// The lower line alone; empty for a title of one row.
    lower: String,
    /// The forms to compare, with their confidence.
    forms: Vec<(Title, u8)>,
}

impl Titled {
    /// What a person has decided about the title, or about its lower line alone.
    fn decided<'a>(&self, saved: &'a SavedMapping) -> Option<&'a str> {
        saved.of(&self.shown).or_else(|| saved.of(&self.lower).filter(|_| !self.lower.is_empty()))
    }
}

type Titles = Vec<Titled>;

fn titles_of(row: &SheetRow) -> Titles {
    let cells = row.cells.iter().enumerate();
    cells
        .filter_map(|(index, cell)| match &cell.value {
            CellValue::Text(text) if is_title(text) => {
                let shown = text.trim().to_owned();
                Some(Titled { index, shown, lower: String::new(), forms: vec![(Title::read(text), 100)] })
            }
            _ => None,
        })
        .collect()
}

/// Titles are short; a remark that fills a merged row is none.
fn is_title(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.chars().count() <= 60
}

/// Reads two rows as one header, if there is a sign that they are: cells merged over both, a title merged
/// over several columns, or a second line of units only. One title over all columns is the title of the table.
fn two_rows(top: &SheetRow, below: &SheetRow, merges: &[MergedRange]) -> Option<Titles> {
    if below.cells.iter().any(|cell| !cell.is_empty() && !matches!(cell.value, CellValue::Text(_))) {
        return None;
    }
    let covers = |range: &&MergedRange| range.first_row == top.number;
    let upright = merges.iter().filter(covers).any(|range| range.last_row == below.number);
    let mut evidence = upright;
    let mut titles = Vec::new();
    let mut carried = String::new();
    let (mut groups, mut outside) = (0, 0);
    for index in 0..top.cells.len().max(below.cells.len()) {
        let column = u32::try_from(index).ok()?;
        let mut upper = top.text(index).into_owned();
        let lower = below.text(index).into_owned();
        let spanned = merges.iter().filter(covers).find(|range| range.contains(top.number, column));
        if let Some(range) = spanned.filter(|_| upper.is_empty()) {
            upper = top.text(range.first_column as usize).into_owned();
            evidence |= !lower.is_empty();
        } else if upper.is_empty() && merges.is_empty() && !lower.is_empty() && !carried.is_empty() {
            // Text files lose what was merged: a title reaches over the empty cells to its right.
            upper.clone_from(&carried);
            evidence = true;
        } else if !upper.is_empty() {
            carried.clone_from(&upper);
        }
        groups += u32::from(!top.cell(index).is_empty());
        outside += u32::from(upper.is_empty() && !lower.is_empty());
        evidence |= title::is_unit_only(&lower) && !upper.is_empty();
        let both = format!("{upper}{lower}");
        if !is_title(&both) {
            continue;
        }
        let mut forms = vec![(Title::read(&both), 100)];
        if !upper.is_empty() && !lower.is_empty() {
            forms.push((Title::read(&lower), 90));
        }
        titles.push(Titled { index, shown: both, lower, forms });
    }
    (evidence && (groups > 1 || outside > 0)).then_some(titles)
}

fn candidate(
    titles: &Titles,
    (top, below): (&SheetRow, Option<&SheetRow>),
    synonyms: &[(&FieldSpec, Vec<Title>)],
    saved: &SavedMapping,
) -> Candidate {
    let mut columns: Vec<ColumnMatch> = titles
        .iter()
        .map(|title| ColumnMatch {
            index: title.index,
            title: title.shown.clone(),
            field: None,
            unit: title.forms.iter().find_map(|(form, _)| form.money),
            unit_text: title.forms.iter().find_map(|(form, _)| form.unit.clone()),
            confidence: 0,
        })
        .collect();
    let mut fits = fits(titles, synonyms, saved);
    fits.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut ambiguous: Vec<Ambiguity> = Vec::new();
    for (confidence, position, field, unit) in fits {
        let rival =
            columns.iter().find(|column| column.field == Some(field)).map(|c| (c.index, c.confidence));
        let Some(column) = columns.get_mut(position).filter(|column| column.field.is_none()) else {
            continue;
        };
        match rival {
            None => {
                column.field = Some(field);
                column.confidence = confidence;
                column.unit = column.unit.or(unit);
            }
            Some((first, same)) if same == confidence => {
                match ambiguous.iter_mut().find(|ambiguity| ambiguity.field == field) {
                    Some(ambiguity) => ambiguity.columns.push(column.index),
                    None => ambiguous.push(Ambiguity { field, columns: vec![first, column.index] }),
                }
            }
            Some(_) => {}
        }
    }
    let taken = |name| columns.iter().any(|column| column.field == Some(name));
    let required = synonyms.iter().filter(|(field, _)| field.required && taken(field.name)).count();
    let found = columns.iter().filter(|column| column.field.is_some()).count();
    // A title that is to be left out is known, too: it belongs to the header as much as the others.
    let left_out = titles.iter().filter(|title| title.decided(saved) == Some("")).count();
    let confidences = columns.iter().map(|column| column.confidence);
    let sure = confidences.chain(std::iter::repeat_n(100, left_out)).map(u32::from).sum();
    let lines = [Some(top), below].into_iter().flatten();
    Candidate {
        first_row: top.number,
        row: below.map_or(top.number, |below| below.number),
        ambiguous,
        lines: lines.map(|row| row.cells.iter().map(|cell| fold_text(&cell.as_text())).collect()).collect(),
        found,
        score: (required, found + left_out, sure, below.is_some()),
        columns,
    }
}

/// Confidence, position among the titled columns, field, and a unit that only this reading of the title has.
type Fit = (u8, usize, &'static str, Option<MoneyUnit>);

fn fits(titles: &Titles, synonyms: &[(&FieldSpec, Vec<Title>)], saved: &SavedMapping) -> Vec<Fit> {
    let mut fits = Vec::new();
    for (position, title) in titles.iter().enumerate() {
        if let Some(decided) = title.decided(saved) {
            let field = synonyms.iter().find(|(field, _)| field.name == decided);
            // A saved decision stands above a title word for word.
            fits.extend(field.map(|(field, _)| (u8::MAX, position, field.name, None)));
            continue;
        }
        for (field, known) in synonyms {
            let mut best = (0, None);
            for (form, weight) in &title.forms {
                for known in known {
                    if form.may_be(known) {
                        let (likeness, unit) = form.likeness(known);
                        let confidence = scaled(likeness, *weight);
                        if confidence >= best.0 {
                            best = (confidence, unit);
                        }
                    }
                }
            }
            if best.0 >= ENOUGH {
                fits.push((best.0, position, field.name, best.1));
            }
        }
    }
    fits
}

/// `likeness` of `weight` percent.
fn scaled(likeness: u8, weight: u8) -> u8 {
    u8::try_from(u16::from(likeness) * u16::from(weight) / 100).unwrap_or(u8::MAX)
}
