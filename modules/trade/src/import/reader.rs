//! From a row to claims. One row gives one claim, two if part of the sale was refunded, none if it is no sale.

mod amount;
mod day;

use std::collections::HashMap;

use sh_files::{
    parse::{self, DayOptions},
    sheet::{Cell, SheetRow},
};
use sh_kernel::{CreditCode, Day, Fen, Month};
use sh_regions::Resolution;

use self::amount::AMOUNTS;
use super::{
    category,
    columns::{Column, Columns, Mapping},
    content::content_of,
    fields::Field,
    file::{Part, Plan},
    issue::{Issue, Severity},
    memo::Memo,
    place::Places,
    profiles::Defaults,
    values::{self, StageWord},
};
use crate::{
    axes::{BuyerKind, Category, Certified, Channel, PriceBasis, Stage},
    model::{ClaimFacts, DayPrecision},
};

/// Characters of a name at most.
const NAME_CHARS_MAX: usize = 200;
/// Sales before this day are mistyped: the work began in 2016, and the till systems are younger still.
const FIRST_DAY: i64 = 20_100_101;

/// One claim of a row, before it has a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClaim {
    /// What it says.
    pub facts: ClaimFacts,
    /// Hash over what was reported.
    pub content: i64,
    /// 0 for the first row with this content in the file.
    pub occurrence: u32,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It gives claims.
    Good,
    /// It cannot be counted.
    Rejected,
    /// It is no sale: a note, a blank, a cancelled order.
    Skipped,
}

/// A row that was read.
#[derive(Debug, Clone)]
pub struct ReadRow {
    /// Its number within the file.
    pub number: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// The claims of a good row.
    pub claims: Vec<NewClaim>,
    /// What is wrong or worth a remark.
    pub issues: Vec<Issue>,
    /// The amount in the column that totals are compared with, also of a rejected row; `None` if it cannot be read.
    pub stated: Option<Fen>,
}

impl ReadRow {
    /// The same row, numbered on from the last row of the worksheet before.
    pub(crate) fn after(mut self, before: u32) -> Self {
        self.number = self.number.saturating_add(before);
        for issue in &mut self.issues {
            issue.row = issue.row.saturating_add(before);
        }
        self
    }
}

/// What a reader must know about the file besides its columns.
#[derive(Debug, Clone, Default)]
pub struct FileFacts {
    /// How days are written.
    pub days: DayOptions,
    /// The month that the heading names.
    pub month: Option<Month>,
    /// Ranges of cells merged downwards, as column from 0, first and last row.
    pub merged: Vec<(usize, u32, u32)>,
}

/// Reads the rows of one file in order.
#[derive(Debug)]
pub struct RowReader {
    columns: Columns,
    slots: Vec<Option<usize>>,
    defaults: Defaults,
    file: FileFacts,
    carried: HashMap<usize, (u32, Cell)>,
    today: Day,
    places: Places,
    products: Memo<Category>,
    buyers: Memo<Option<BuyerKind>>,
    stages: Memo<Option<StageWord>>,
    channels: Memo<Option<Channel>>,
    occurrences: HashMap<i64, u32>,
}

/// The place of each field's column.
fn slots(columns: &Columns) -> Vec<Option<usize>> {
    let place = |field: &Field| columns.list.iter().position(|column| column.field == Some(*field));
    Field::ALL.iter().map(place).collect()
}

/// A row on its way.
struct Draft<'a> {
    row: &'a SheetRow,
    issues: Vec<Issue>,
}

impl Draft<'_> {
    fn reject(&mut self, issue: Issue) {
        self.issues.push(Issue { severity: Severity::Rejected, ..issue });
    }
    fn remark(&mut self, issue: Issue) {
        self.issues.push(Issue { severity: Severity::Remark, ..issue });
    }
    fn missing(&mut self, code: &str) {
        self.reject(Issue::of(self.row.number, Severity::Rejected, code));
    }
}

impl RowReader {
    /// A reader for one file.
    pub fn new(columns: Columns, defaults: Defaults, file: FileFacts, mapping: &Mapping, today: Day) -> Self {
        Self {
            places: Places::new(&defaults, &mapping.places),
            slots: slots(&columns),
            columns,
            defaults,
            file,
            carried: HashMap::new(),
            today,
            products: Memo::default(),
            buyers: Memo::default(),
            stages: Memo::default(),
            channels: Memo::default(),
            occurrences: HashMap::new(),
        }
    }

    /// The columns that it reads.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The column that totals are compared with.
    pub fn amount_column(&self) -> Option<&Column> {
        AMOUNTS.iter().find_map(|(field, _)| self.column(*field))
    }

    /// A reader for a file that begins with this table.
    pub(crate) fn of(part: &Part, plan: &Plan) -> Self {
        let (columns, facts) = (part.columns.clone(), part.facts.clone());
        Self::new(columns, plan.defaults(), facts, &plan.mapping, plan.today)
    }

    /// Goes on with the table of another worksheet of the same file. Rows that repeat one of an earlier sheet are known
    /// as such.
    pub(crate) fn turn_to(&mut self, part: &Part) {
        self.slots = slots(&part.columns);
        self.columns = part.columns.clone();
        self.file = part.facts.clone();
        self.carried.clear();
    }

    /// Reads one row of data.
    pub fn read(&mut self, row: &SheetRow) -> ReadRow {
        let filled = self.filled(row);
        let row = filled.as_ref().unwrap_or(row);
        let mut draft = Draft { row, issues: Vec::new() };
        let stated =
            self.amount_column().and_then(|column| parse::money(row.cell(column.index), column.unit).ok());
        let outcome = |outcome, claims, draft: Draft<'_>| ReadRow {
            number: row.number,
            outcome,
            claims,
            issues: draft.issues,
            stated,
        };
        if self.is_note(row) {
            return outcome(Outcome::Skipped, Vec::new(), draft);
        }
        let status = self.status(&mut draft);
        if status == Some(StageWord::Void) {
            let text = self.shown(row, Field::Stage);
            draft.remark(Issue::of(row.number, Severity::Remark, "row-void").at(&text.0, &text.1));
            return outcome(Outcome::Skipped, Vec::new(), draft);
        }
        let claims = self.claims(&mut draft, status);
        if claims.is_empty() || draft.issues.iter().any(|issue| issue.severity == Severity::Rejected) {
            return outcome(Outcome::Rejected, Vec::new(), draft);
        }
        let claims = self.numbered(&mut draft, claims);
        outcome(Outcome::Good, claims, draft)
    }

    fn column(&self, field: Field) -> Option<&Column> {
        let index = (*self.slots.get(field as usize)?)?;
        self.columns.list.get(index)
    }

    /// The cell of a field, if the file has the column and something stands there.
    fn cell<'r>(&self, row: &'r SheetRow, field: Field) -> Option<(&Column, &'r Cell)> {
        let column = self.column(field)?;
        let cell = row.cell(column.index);
        (!cell.is_empty()).then_some((column, cell))
    }

    /// Title and content of a cell as people see them.
    fn shown(&self, row: &SheetRow, field: Field) -> (String, String) {
        self.column(field).map_or_else(Default::default, |column| {
            (column.title.clone(), row.text(column.index).into_owned())
        })
    }

    /// The row with what merged cells above reach down to it; `None` if nothing does. Amounts are never carried down:
    /// an amount merged over several rows is one amount.
    fn filled(&mut self, row: &SheetRow) -> Option<SheetRow> {
        if self.file.merged.is_empty() {
            return None;
        }
        for (column, first, last) in &self.file.merged {
            let carries = self.columns.list.iter().any(|known| {
                known.index == *column
                    && known.field.is_some_and(|field| !field.is_amount() && field != Field::Refund)
            });
            if *first == row.number && carries {
                self.carried.insert(*column, (*last, row.cell(*column).clone()));
            }
        }
        self.carried.retain(|_, (last, _)| *last >= row.number);
        let missing: Vec<(usize, Cell)> = self
            .carried
            .iter()
            .filter(|(column, _)| row.cell(**column).is_empty())
            .map(|(column, (_, cell))| (*column, cell.clone()))
            .collect();
        if missing.is_empty() {
            return None;
        }
        let mut row = row.clone();
        for (column, cell) in missing {
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cell::default());
            }
            if let Some(slot) = row.cells.get_mut(column) {
                *slot = cell;
            }
        }
        Some(row)
    }

    /// Whether a row says nothing about a sale: a numbered but empty line of a form, a line of signatures or remarks.
    fn is_note(&self, row: &SheetRow) -> bool {
        let says = |field: Field| self.cell(row, field).is_some();
        let amount = AMOUNTS.iter().any(|(field, _)| says(*field));
        if amount || says(Field::Quantity) {
            return false;
        }
        let filled = |cell: &&Cell| !cell.is_empty();
        let serial = usize::from(says(Field::Serial));
        let others = row.cells.iter().filter(filled).count().saturating_sub(serial);
        let first = row.cells.iter().find(filled).map(|cell| cell.as_text().into_owned()).unwrap_or_default();
        let starts = |words: &[&str]| words.iter().any(|word| first.trim_start().starts_with(word));
        others == 0
            || (others <= 2 && !says(Field::Product))
            || starts(&["注", "备注", "说明", "填报", "制表", "审核", "联系", "单位负责人", "填表"])
    }

    fn status(&mut self, draft: &mut Draft<'_>) -> Option<StageWord> {
        let (column, cell) = self.cell(draft.row, Field::Stage)?;
        let (title, text) = (column.title.clone(), cell.as_text().trim().to_owned());
        let found = self.stages.get(&text, values::stage);
        if found.is_none() {
            draft.remark(Issue::of(draft.row.number, Severity::Remark, "stage-unknown").at(&title, &text));
        }
        found
    }

    /// The claims of a row that means a sale; empty if something essential cannot be read.
    fn claims(&mut self, draft: &mut Draft<'_>, status: Option<StageWord>) -> Vec<(ClaimFacts, i64)> {
        let days = self.days(draft);
        let amount = self.amount(draft);
        let refund = self.money(draft, Field::Refund).filter(|refund| *refund != Fen::ZERO);
        let word = match status {
            Some(StageWord::At(stage)) => Some(stage),
            _ => None,
        };
        let sold_stage = word
            .filter(|stage| *stage != Stage::Returned)
            .or_else(|| days.furthest())
            .unwrap_or(self.defaults.stage);
        let is_return = amount.is_some_and(|(amount, _)| amount.0 < 0);
        let stage = if is_return { Stage::Returned } else { sold_stage };
        let refunded = days.refunded.map(|day| (day, DayPrecision::Day)).filter(|_| is_return);
        let when = refunded
            .or_else(|| days.for_stage(stage))
            .or_else(|| self.file.month.map(|month| (month.last_day(), DayPrecision::Month)));
        if when.is_none() && !draft.issues.iter().any(|issue| issue.code.starts_with("day-")) {
            draft.missing("day-missing");
        }
        if let Some((day, precision)) = when {
            self.check_day(draft, &days, day, precision);
        }
        let Some(facts) = self.facts(draft, when, amount, stage) else { return Vec::new() };
        let refund = match (refund, word) {
            _ if is_return => None,
            (Some(refund), _) => Some(Fen(refund.0.saturating_abs())),
            (None, Some(Stage::Returned)) => {
                let text = self.shown(draft.row, Field::Stage);
                draft.remark(
                    Issue::of(draft.row.number, Severity::Remark, "returned-in-full").at(&text.0, &text.1),
                );
                Some(facts.0.amount)
            }
            _ => None,
        };
        let Some(refund) = refund else { return vec![facts] };
        if refund > facts.0.amount {
            let text = self.shown(draft.row, Field::Refund);
            draft
                .remark(Issue::of(draft.row.number, Severity::Remark, "refund-exceeds").at(&text.0, &text.1));
        }
        let mut back = facts.clone();
        back.0.amount = refund.reversed();
        back.0.stage = Stage::Returned;
        back.0.quantity = None;
        if let Some(day) = days.refunded {
            back.0.day = day;
        }
        back.1 = content_of(&back.0, "");
        vec![facts, back]
    }

    /// Everything that one claim says, and the hash over it.
    fn facts(
        &mut self,
        draft: &mut Draft<'_>,
        when: Option<(Day, DayPrecision)>,
        amount: Option<(Fen, PriceBasis)>,
        stage: Stage,
    ) -> Option<(ClaimFacts, i64)> {
        let seller = self.name(draft, Field::Seller, Some("seller-missing"));
        let product = self.name(draft, Field::Product, Some("product-missing"));
        let buyer = self.name(draft, Field::Buyer, None);
        let day = when.map_or(self.today, |when| when.0);
        let origin = self.origin(draft, day);
        let destination = self.destination(draft, day);
        let (buyer, buyer_kind) = self.buyer(draft, buyer);
        let category = self.category(draft.row, product.as_deref());
        let quantity = self.quantity(draft).map(|read| read.0);
        let facts = ClaimFacts {
            seller_code: self.seller_code(draft),
            order_no: self.code(draft, Field::SubOrderNo).or_else(|| self.code(draft, Field::OrderNo)),
            invoice_no: self.code(draft, Field::InvoiceNo),
            channel: self.channel(draft),
            role: self.word(draft.row, Field::Role, values::role).unwrap_or(self.defaults.role),
            link: self.word(draft.row, Field::Mode, values::mode).unwrap_or(self.defaults.link),
            certified: self.certified(draft),
            outlet: self.name(draft, Field::Outlet, None),
            event: self.name(draft, Field::Event, None),
            seller: seller?,
            buyer,
            buyer_kind,
            product: product?,
            category,
            origin: origin.1,
            destination,
            day: when?.0,
            precision: when?.1,
            amount: amount?.0,
            basis: amount?.1,
            quantity,
            stage,
        };
        let content = content_of(&facts, &origin.0);
        Some((facts, content))
    }

    fn numbered(&mut self, draft: &mut Draft<'_>, claims: Vec<(ClaimFacts, i64)>) -> Vec<NewClaim> {
        let mut numbered = Vec::with_capacity(claims.len());
        for (place, (facts, content)) in claims.into_iter().enumerate() {
            let next = self.occurrences.entry(content).or_insert(0);
            let occurrence = *next;
            *next += 1;
            if occurrence > 0 && place == 0 {
                let issue = Issue::of(draft.row.number, Severity::Remark, "row-repeated");
                draft.remark(issue.with("times", occurrence + 1));
            }
            numbered.push(NewClaim { facts, content, occurrence });
        }
        numbered
    }

    /// A name; the issue `missing` is noted if it is needed and not there.
    fn name(&self, draft: &mut Draft<'_>, field: Field, missing: Option<&str>) -> Option<String> {
        let found = self.cell(draft.row, field).map(|(column, cell)| {
            parse::text(cell, NAME_CHARS_MAX).map_err(|problem| (column.title.clone(), problem))
        });
        match found {
            Some(Ok(text)) => Some(text),
            Some(Err((title, problem))) => {
                draft.reject(Issue::of_cell(draft.row.number, Severity::Rejected, &title, problem));
                None
            }
            None => {
                if let Some(code) = missing {
                    let title = self.column(field).map(|column| column.title.clone()).unwrap_or_default();
                    draft.reject(Issue::of(draft.row.number, Severity::Rejected, code).at(&title, ""));
                }
                None
            }
        }
    }

    /// An order or invoice number. One whose digits were lost would tie strangers together, so it is left out.
    fn code(&self, draft: &mut Draft<'_>, field: Field) -> Option<String> {
        let (column, cell) = self.cell(draft.row, field)?;
        match parse::code(cell) {
            Ok(code) if matches!(code.as_str(), "-" | "--" | "/" | "无" | "0") => None,
            Ok(code) => Some(code),
            Err(problem) => {
                let issue = Issue::of_cell(draft.row.number, Severity::Remark, &column.title, problem);
                draft.remark(issue);
                None
            }
        }
    }

    fn seller_code(&self, draft: &mut Draft<'_>) -> Option<String> {
        let (column, cell) = self.cell(draft.row, Field::SellerCode)?;
        let text = cell.as_text();
        if let Ok(code) = text.parse::<CreditCode>() {
            return Some(code.as_str().to_owned());
        }
        let issue =
            Issue::of(draft.row.number, Severity::Remark, "seller-code-shape").at(&column.title, text.trim());
        draft.remark(issue);
        None
    }

    /// The place as written, and what it means.
    fn origin(&mut self, draft: &mut Draft<'_>, day: Day) -> (String, Option<sh_kernel::RegionCode>) {
        let parts = [Field::OriginProvince, Field::OriginCity, Field::OriginCounty];
        let title = parts.iter().chain([&Field::Origin]).find_map(|field| self.column(*field));
        let Some(title) = title.map(|column| column.title.clone()) else {
            return (String::new(), self.defaults.origin);
        };
        let mut text: String = parts
            .iter()
            .filter_map(|field| self.cell(draft.row, *field))
            .map(|(_, cell)| cell.as_text())
            .collect();
        if let Some((_, cell)) = self.cell(draft.row, Field::Origin) {
            let told = cell.as_text().trim().to_owned();
            // A path of its own says more than province and city beside it.
            text = if text.is_empty() || told.starts_with(&text) { told } else { format!("{text}{told}") };
        }
        if text.is_empty() {
            if self.defaults.origin.is_none() {
                draft.remark(Issue::of(draft.row.number, Severity::Remark, "origin-missing").at(&title, ""));
            }
            return (text, self.defaults.origin);
        }
        match self.places.origin(&text, day) {
            Resolution::One(code) => (text, Some(code)),
            other => {
                let issue = self.places.issue(draft.row.number, &other, day).at(&title, &text);
                draft.reject(issue);
                (text, None)
            }
        }
    }

    fn destination(&mut self, draft: &mut Draft<'_>, day: Day) -> Option<sh_kernel::RegionCode> {
        let Some((column, cell)) = self.cell(draft.row, Field::Destination) else {
            return self.defaults.destination;
        };
        let (title, text) = (column.title.clone(), cell.as_text().trim().to_owned());
        let found = self.places.destination(&text, day).one();
        if found.is_none() {
            draft.remark(
                Issue::of(draft.row.number, Severity::Remark, "destination-unknown").at(&title, &text),
            );
        }
        found.or(self.defaults.destination)
    }

    /// The buyer and its kind. 散客 and the like name nobody.
    fn buyer(&mut self, draft: &mut Draft<'_>, name: Option<String>) -> (Option<String>, BuyerKind) {
        let name = name
            .filter(|name| !matches!(name.as_str(), "散客" | "个人" | "消费者" | "匿名" | "-" | "/" | "无"));
        let told = self
            .cell(draft.row, Field::BuyerKind)
            .map(|(_, cell)| cell.as_text().into_owned())
            .and_then(|text| self.buyers.get(&text, values::buyer_kind));
        let budget = self.cell(draft.row, Field::BudgetUnit).map(|_| BuyerKind::BudgetUnit);
        let kind = told.or(budget).unwrap_or_else(|| match &name {
            None => self.defaults.anonymous_kind,
            // The key tells a name from a word of the column above.
            Some(name) => self
                .buyers
                .get(&format!("\u{1}{name}"), |key| {
                    values::buyer_kind_of_name(key.trim_start_matches('\u{1}'))
                })
                .unwrap_or(self.defaults.buyer_kind),
        });
        (name, kind)
    }

    fn category(&mut self, row: &SheetRow, product: Option<&str>) -> Category {
        let told = self.cell(row, Field::Category).map(|(_, cell)| cell.as_text().into_owned());
        let told = told.map(|text| self.products.get(&text, category::recognise));
        told.filter(|category| *category != Category::Other)
            .or_else(|| product.map(|product| self.products.get(product, category::recognise)))
            .unwrap_or(Category::Other)
    }

    fn channel(&mut self, draft: &mut Draft<'_>) -> Channel {
        let Some((column, cell)) = self.cell(draft.row, Field::Channel) else { return self.defaults.channel };
        let (title, text) = (column.title.clone(), cell.as_text().trim().to_owned());
        let found = self.channels.get(&text, values::channel);
        if found.is_none() {
            draft.remark(Issue::of(draft.row.number, Severity::Remark, "channel-unknown").at(&title, &text));
        }
        found.unwrap_or(self.defaults.channel)
    }

    fn word<T>(&self, row: &SheetRow, field: Field, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.cell(row, field).and_then(|(_, cell)| read(&cell.as_text()))
    }

    /// Whether the row says that the goods are certified: by a number, or in a word. A report with a column for the
    /// number says no by leaving it empty; one with neither column says nothing.
    fn certified(&self, draft: &mut Draft<'_>) -> Certified {
        let number =
            self.cell(draft.row, Field::Certificate).map(|(_, cell)| cell.as_text().trim().to_owned());
        if number.is_some_and(|text| values::yes(&text) != Some(false) && text != "/") {
            return Certified::Yes;
        }
        if let Some((column, cell)) = self.cell(draft.row, Field::Certified) {
            let text = cell.as_text();
            match values::yes(&text) {
                Some(true) => return Certified::Yes,
                Some(false) => return Certified::No,
                None => {
                    let issue = Issue::of(draft.row.number, Severity::Remark, "certified-unknown");
                    draft.remark(issue.at(&column.title, text.trim()));
                }
            }
        }
        if self.column(Field::Certificate).is_some() { Certified::No } else { Certified::Untold }
    }
}
