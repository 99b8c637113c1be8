//! A figure: a definition applied to the lines, with conditions, grouped, as of a day (指标数值).

use std::sync::Arc;

use rustc_hash::FxHashMap;
use sh_db::{DbError, Tx};
use sh_kernel::{Day, Fen};
use sh_trade::{
    axes::Axis,
    facts::{self, Crowd, Fact, LineFilter, LineQuery},
    model::Posting,
};

use crate::{
    Error,
    cache::Recent,
    cube::{
        aggregate::Aggregator,
        slice::{Cell, Placed, Slice},
    },
    cuboid::{Cuboid, Face},
    definition::{Clause, Condition, Content, Definition, Matcher},
    store::{self, cube::KeyRow},
    veil::{Margins, Veil},
};

/// Memory for slices of cells, in bytes.
pub const SLICE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Memory for waiting lines, in bytes.
const TAIL_BYTES_MAX: usize = 40 * 1024 * 1024;
/// Memory for answers that were summed from the lines, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Memory for what is hidden where, in bytes.
const VEIL_BYTES_MAX: usize = 24 * 1024 * 1024;
/// Memory for what is hidden in tables by one axis, in bytes.
const MARGIN_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Axes that a figure may be grouped by.
pub const BY_MAX: usize = 2;

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct FigureQuery {
    /// Code of the definition.
    pub definition: String,
    /// Its version; the one in force if `None`.
    pub version: Option<i64>,
    /// The axes to group by, at most two.
    pub by: Vec<Axis>,
    /// Further conditions: the axis has this value.
    pub filter: Vec<(Axis, i64)>,
    /// What was known at the end of this day; now if `None`.
    pub as_of: Option<Day>,
}

impl FigureQuery {
    /// The total of a definition.
    pub fn total(definition: impl Into<String>) -> Self {
        Self { definition: definition.into(), ..Self::default() }
    }

    /// Grouped by one axis more.
    #[must_use]
    pub fn by(mut self, axis: Axis) -> Self {
        self.by.push(axis);
        self
    }

    /// Only where the axis has this value.
    #[must_use]
    pub fn only(mut self, axis: Axis, value: i64) -> Self {
        self.filter.push((axis, value));
        self
    }
}

/// One group of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct FigureRow {
    /// The values of the axes grouped by, in their order.
    pub keys: Vec<i64>,
    /// Amount.
    pub amount: Fen,
    /// Number of trades.
    pub trades: i64,
}

impl From<facts::Sum> for FigureRow {
    fn from(sum: facts::Sum) -> Self {
        Self { keys: sum.keys, amount: sum.amount, trades: sum.trades }
    }
}

/// From what a figure was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// From sums kept ready.
    Kept(Face),
    /// From the lines.
    Lines,
}

/// A figure. The rows add up to the value, to the fen.
#[derive(Debug, Clone)]
pub struct Figure {
    /// The version of the definition that was applied.
    pub definition: Arc<Definition>,
    /// The value.
    pub value: Fen,
    /// Number of trades.
    pub trades: i64,
    /// The groups in the order of their keys, without empty ones; none if the figure is not grouped.
    pub rows: Vec<FigureRow>,
    /// The last posting that was counted; `None` if there was none.
    pub posting: Option<Posting>,
    /// From what it was read.
    pub answered: Answered,
}

/// Answers questions, and remembers what it read. One per program; cheap to share.
#[derive(Debug)]
pub struct Figures {
    slices: Recent<(i64, Face), Arc<Known>>,
    tails: Recent<i64, Arc<Vec<Fact>>>,
    answers: Recent<(AnswerKey, FigureShape), Arc<Vec<FigureRow>>>,
    summed: Recent<(AnswerKey, Cuboid), Arc<Slice>>,
    /// What is hidden from the public in the tables by some axes.
    pub(crate) veils: Recent<(Place, Vec<Axis>), Arc<Veil>>,
    /// What is hidden in the tables by one axis.
    pub(crate) margins: Recent<Place, Arc<Margins>>,
    /// Held by whoever decides what is hidden in the tables by one axis, which looks at all of them.
    pub(crate) deciding: tokio::sync::Mutex<()>,
}

/// What tells answers apart: which definition, and which state of the lines.
pub(crate) type Place = (String, i64, u64, i64, i64);

impl Default for Figures {
    fn default() -> Self {
        Self::new(SLICE_BYTES_MAX)
    }
}

/// A slice with the waiting lines up to a block.
#[derive(Debug)]
struct Known {
    upto: i64,
    slice: Arc<Slice>,
}

/// The state of the lines for which an answer holds that was summed from them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct AnswerKey {
    code: String,
    version: i64,
    content: u64,
    upto: Option<i64>,
    /// What must stand still for an answer about the present to hold; 0 for the past, which does not change.
    state: (i64, i64),
}

/// Axes to group by, and conditions.
type FigureShape = (Vec<Axis>, Vec<(Axis, i64)>);

/// What one question needs to know before it is answered.
pub(crate) struct Ground {
    pub(crate) definition: Arc<Definition>,
    key: Option<KeyRow>,
    /// Number of the last block of lines.
    seq: i64,
    pub(crate) posting: Option<Posting>,
    /// Set if the question is about the past: only postings up to this one count.
    upto: Option<i64>,
}

impl Figures {
    /// With so much memory for slices of cells, in bytes.
    pub fn new(slice_bytes_max: usize) -> Self {
        Self {
            slices: Recent::new(slice_bytes_max),
            tails: Recent::new(TAIL_BYTES_MAX),
            answers: Recent::new(ANSWER_BYTES_MAX),
            summed: Recent::new(ANSWER_BYTES_MAX),
            veils: Recent::new(VEIL_BYTES_MAX),
            margins: Recent::new(MARGIN_BYTES_MAX),
            deciding: tokio::sync::Mutex::default(),
        }
    }

    /// Answers a question from the view of the data that the transaction has.
    ///
    /// The smallest kept pair of axes that covers the question answers it; a total, a year or a month of an earlier day
    /// is read from what each posting did. What nothing kept covers, a version whose sums are not kept, and other
    /// questions about an earlier day are summed from the lines.
    ///
    /// # Errors
    /// [`Error::NoDefinition`], [`Error::TooManyAxes`], or what the database refuses.
    pub async fn figure(&self, tx: &mut Tx, query: &FigureQuery) -> Result<Figure, Error> {
        if query.by.len() > BY_MAX {
            return Err(Error::TooManyAxes);
        }
        let ground = self.ground(tx, query).await?;
        let axes: Vec<Axis> =
            query.by.iter().copied().chain(query.filter.iter().map(|(axis, _)| *axis)).collect();
        let asked = (query.by.as_slice(), query.filter.as_slice());
        let (rows, answered) = match (&ground.key, ground.upto, Cuboid::covering(&axes)) {
            (Some(key), None, Some(cuboid)) => {
                let slice = self.kept(tx, key, Face::Pair(cuboid), &ground).await?;
                (
                    grouped(slice.cells(), |axis, a, b| cuboid.read(axis, a, b), asked)?,
                    Answered::Kept(Face::Pair(cuboid)),
                )
            }
            (Some(key), Some(upto), _) if axes.iter().all(|axis| read_day(*axis, 0).is_some()) => {
                let slice = self.kept(tx, key, Face::Postings, &ground).await?;
                let known = slice.cells().take_while(|(posting, ..)| *posting <= upto);
                (grouped(known, |axis, _, day| read_day(axis, day), asked)?, Answered::Kept(Face::Postings))
            }
            _ => (self.sum_lines(tx, query, &ground).await?, Answered::Lines),
        };
        let mut total = Cell::default();
        for row in &rows {
            total.add(Cell { amount: row.amount.0, trades: row.trades, ..Cell::default() })?;
        }
        Ok(Figure {
            definition: ground.definition,
            value: Fen(total.amount),
            trades: total.trades,
            rows: if query.by.is_empty() { Vec::new() } else { rows },
            posting: ground.posting,
            answered,
        })
    }

    /// What each posting did to the value of a definition, by day of sale: posting, day, amount, trades, in order.
    /// Nothing for a version whose sums are not kept.
    ///
    /// # Errors
    /// As [`Figures::figure`].
    pub async fn changes(&self, tx: &mut Tx, query: &FigureQuery) -> Result<Option<Vec<Change>>, Error> {
        let ground = self.ground(tx, query).await?;
        let Some(key) = &ground.key else { return Ok(None) };
        let slice = self.kept(tx, key, Face::Postings, &ground).await?;
        let changes = slice.cells().map(|(posting, day, cell)| Change {
            posting,
            day,
            amount: Fen(cell.amount),
            trades: cell.trades,
        });
        Ok(Some(changes.collect()))
    }

    /// As [`Figures::changes`], all days of sale together: posting, amount and trades, in the order of the postings.
    pub(crate) async fn by_posting(
        &self,
        tx: &mut Tx,
        ground: &Ground,
    ) -> Result<Option<Vec<(i64, Fen, i64)>>, DbError> {
        let Some(key) = &ground.key else { return Ok(None) };
        let slice = self.kept(tx, key, Face::Postings, ground).await?;
        let mut sums: Vec<(i64, Cell)> = Vec::new();
        for (posting, _, cell) in slice.cells() {
            match sums.last_mut() {
                Some((last, sum)) if *last == posting => sum.add(cell)?,
                _ => sums.push((posting, cell)),
            }
        }
        Ok(Some(sums.into_iter().map(|(posting, sum)| (posting, Fen(sum.amount), sum.trades)).collect()))
    }

    /// The cells of a pair of axes, with those who stand behind them: from what is kept, or from the lines for the past
    /// and for versions whose sums are not kept.
    pub(crate) async fn slice(
        &self,
        tx: &mut Tx,
        cuboid: Cuboid,
        ground: &Ground,
    ) -> Result<Arc<Slice>, Error> {
        if let (Some(key), None) = (&ground.key, ground.upto) {
            return Ok(self.kept(tx, key, Face::Pair(cuboid), ground).await?);
        }
        let place = (ground.answer_key(), cuboid);
        if let Some(found) = self.summed.get(&place) {
            return Ok(found);
        }
        let mut question = line_query(&ground.definition.content, &[cuboid.a, cuboid.b], &[], ground.upto);
        question.crowds = Face::Pair(cuboid).has_crowds();
        let sums = facts::sums(tx, &question).await?.into_iter().filter_map(|sum| {
            let cell = Cell { amount: sum.amount.0, trades: sum.trades, crowd: sum.crowd };
            Some((*sum.keys.first()?, *sum.keys.get(1)?, cell))
        });
        let slice = Arc::new(Slice::of(sums.collect(), question.crowds)?);
        self.summed.put(place, Arc::clone(&slice), slice.bytes());
        Ok(slice)
    }

    /// As [`Figures::slice`] for many pairs of axes: those that are not at hand are read together, or summed in one pass
    /// over the lines.
    pub(crate) async fn slices(
        &self,
        tx: &mut Tx,
        cuboids: &[Cuboid],
        ground: &Ground,
    ) -> Result<FxHashMap<Cuboid, Arc<Slice>>, DbError> {
        let mut found: FxHashMap<Cuboid, Arc<Slice>> = FxHashMap::default();
        let mut sums = Aggregator::new(vec![Matcher::new(&ground.definition.content)]);
        let mut stored: FxHashMap<i64, Slice> = FxHashMap::default();
        let current = ground.key.as_ref().filter(|_| ground.upto.is_none());
        if let Some(key) = current {
            for cuboid in cuboids {
                let face = Face::Pair(*cuboid);
                if self.known(key, face, ground).is_some() {
                    found.insert(*cuboid, self.kept(tx, key, face, ground).await?);
                }
            }
            let missing = cuboids.iter().filter(|cuboid| !found.contains_key(cuboid));
            let missing: Vec<i64> = missing.map(|cuboid| Face::Pair(*cuboid).number()).collect();
            if !missing.is_empty() {
                stored.extend(store::cube::slices(tx, key.key, &missing).await?);
                let blocks = self.tail(tx, key.folded, ground.seq).await?;
                blocks.iter().flat_map(|block| block.iter()).try_for_each(|fact| sums.add(fact))?;
            }
        } else {
            let lines = line_query(&ground.definition.content, &[], &[], ground.upto).filter;
            facts::for_each_fact(tx, &lines, |fact| sums.add(fact)).await?;
        }
        if found.len() == cuboids.len() {
            return Ok(found);
        }
        for (face, slice) in sums.slices(0)? {
            let Face::Pair(cuboid) = face else { continue };
            if !cuboids.contains(&cuboid) || found.contains_key(&cuboid) {
                continue;
            }
            let slice = match stored.remove(&face.number()) {
                Some(stored) => Arc::new(stored.plus(&slice)?),
                None => Arc::new(slice),
            };
            match current {
                Some(key) => self.keep(key, face, ground, &slice),
                None => {
                    self.summed.put((ground.answer_key(), cuboid), Arc::clone(&slice), slice.bytes());
                }
            }
            found.insert(cuboid, slice);
        }
        Ok(found)
    }

    /// Finds the definition of a question and the state of the lines that it is about.
    pub(crate) async fn ground(&self, tx: &mut Tx, query: &FigureQuery) -> Result<Ground, Error> {
        let definition = store::definition::find(tx, &query.definition, query.version).await?;
        let definition = definition.ok_or_else(|| Error::NoDefinition(query.definition.clone()))?;
        let last = facts::last_posting(tx).await?;
        let posting = match query.as_of {
            Some(day) => facts::posting_on(tx, day).await?,
            None => last.clone(),
        };
        let number = |posting: &Option<Posting>| posting.as_ref().map_or(0, |posting| posting.seq);
        let upto = (number(&posting) != number(&last)).then(|| number(&posting));
        let key = store::cube::key_of(tx, &definition.code, definition.version).await?;
        let seq = store::cube::seq(tx).await?;
        Ok(Ground { definition: Arc::new(definition), key, seq, posting, upto })
    }

    async fn sum_lines(
        &self,
        tx: &mut Tx,
        query: &FigureQuery,
        ground: &Ground,
    ) -> Result<Vec<FigureRow>, Error> {
        let key = (ground.answer_key(), (query.by.clone(), query.filter.clone()));
        if let Some(found) = self.answers.get(&key) {
            return Ok(found.to_vec());
        }
        let question = line_query(&ground.definition.content, &query.by, &query.filter, ground.upto);
        let sums = facts::sums(tx, &question).await?;
        let rows: Vec<FigureRow> = sums.into_iter().map(FigureRow::from).collect();
        self.answers.put(key, Arc::new(rows.clone()), 200 + rows.len() * 80);
        Ok(rows)
    }

    /// A slice that is kept, with every line of this view of the data.
    async fn kept(
        &self,
        tx: &mut Tx,
        key: &KeyRow,
        face: Face,
        ground: &Ground,
    ) -> Result<Arc<Slice>, DbError> {
        let base = self.known(key, face, ground);
        if let Some(known) = base.as_ref().filter(|known| known.upto == ground.seq) {
            return Ok(Arc::clone(&known.slice));
        }
        let (upto, slice) = match base {
            Some(known) => (known.upto, Arc::clone(&known.slice)),
            None => (key.folded, Arc::new(store::cube::slice(tx, key.key, face).await?)),
        };
        let waiting = waiting(&self.tail(tx, upto, ground.seq).await?, face, &ground.definition.content)?;
        let slice = if waiting.len() == 0 { slice } else { Arc::new(slice.plus(&waiting)?) };
        self.keep(key, face, ground, &slice);
        Ok(slice)
    }

    /// A slice at hand to which the lines of this view of the data can be added. Lines up to `folded` may be gone from
    /// the waiting ones, and a slice from a later view cannot be turned back.
    fn known(&self, key: &KeyRow, face: Face, ground: &Ground) -> Option<Arc<Known>> {
        let known = self.slices.get(&(key.key, face));
        known.filter(|known| known.upto >= key.folded && known.upto <= ground.seq)
    }

    /// Keeps a slice with every line of this view of the data, unless there is one from a later view.
    fn keep(&self, key: &KeyRow, face: Face, ground: &Ground, slice: &Arc<Slice>) {
        let place = (key.key, face);
        if self.slices.get(&place).is_none_or(|known| known.upto <= ground.seq) {
            let known = Known { upto: ground.seq, slice: Arc::clone(slice) };
            self.slices.put(place, Arc::new(known), slice.bytes());
        }
    }

    /// The waiting lines of the blocks after `after` up to `upto`. A block never changes.
    async fn tail(&self, tx: &mut Tx, after: i64, upto: i64) -> Result<Vec<Arc<Vec<Fact>>>, DbError> {
        let known: Vec<_> = (after + 1..=upto).map_while(|seq| self.tails.get(&seq)).collect();
        let from = after + i64::try_from(known.len()).unwrap_or(0);
        let mut blocks = known;
        if from < upto {
            for (seq, facts) in store::cube::tail(tx, from, upto).await? {
                let bytes = 100 + facts.len() * size_of::<Fact>();
                let facts = Arc::new(facts);
                self.tails.put(seq, Arc::clone(&facts), bytes);
                blocks.push(facts);
            }
        }
        Ok(blocks)
    }
}

/// What one posting did to the sales of one day (变动).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The posting.
    pub posting: i64,
    /// Day of the sales, `yyyymmdd`.
    pub day: i64,
    /// What it added or, negative, took away.
    pub amount: Fen,
    /// Trades that came or, negative, went.
    pub trades: i64,
}

impl Ground {
    fn answer_key(&self) -> AnswerKey {
        AnswerKey {
            code: self.definition.code.clone(),
            version: self.definition.version,
            content: fingerprint(&self.definition.content),
            upto: self.upto,
            state: match self.upto {
                Some(_) => (0, 0),
                None => (self.seq, self.posting.as_ref().map_or(0, |posting| posting.seq)),
            },
        }
    }

    /// What tells the answers of this question apart from those about another definition or state of the lines.
    pub(crate) fn place(&self) -> Place {
        let key = self.answer_key();
        (key.code, key.version, key.content, key.upto.unwrap_or(-1), self.seq)
    }
}

/// The question that a definition with further conditions puts to the lines.
pub(crate) fn line_query(
    content: &Content,
    by: &[Axis],
    filter: &[(Axis, i64)],
    upto: Option<i64>,
) -> LineQuery {
    let further = filter.iter().map(|(axis, value)| Clause::from(Condition::is(*axis, *value)));
    LineQuery {
        filter: LineFilter {
            from: Some(content.from),
            until: Some(content.until),
            posting_upto: upto,
            ..LineFilter::default()
        },
        clauses: content.clauses.iter().cloned().chain(further).collect(),
        by: by.to_vec(),
        crowds: false,
    }
}

/// Tells a draft from what it was before it was changed.
fn fingerprint(content: &Content) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

/// The value of an axis that follows from the day of sale.
const fn read_day(axis: Axis, day: i64) -> Option<i64> {
    match axis {
        Axis::Year => Some(day / 10_000),
        Axis::Month => Some(day / 100),
        _ => None,
    }
}

/// The values of up to two axes.
type Group = (i64, i64);

/// Sums by group: a list while groups come in their order, which spares looking each one up and sorting.
#[derive(Default)]
struct Groups {
    ordered: Vec<(Group, Cell)>,
    spread: FxHashMap<Group, Cell>,
}

impl Groups {
    fn close(&mut self, group: Group, sum: Cell) -> Result<(), DbError> {
        if self.spread.is_empty() && self.ordered.last().is_none_or(|last| last.0 < group) {
            self.ordered.push((group, sum));
            return Ok(());
        }
        self.spread.extend(std::mem::take(&mut self.ordered));
        self.spread.entry(group).or_default().add(sum)
    }

    fn in_order(self) -> Vec<(Group, Cell)> {
        if self.spread.is_empty() {
            return self.ordered;
        }
        let mut groups: Vec<_> = self.spread.into_iter().collect();
        groups.sort_unstable_by_key(|(group, _)| *group);
        groups
    }
}

/// Groups cells as the question asks; `read` gives the value of an axis at a place.
pub(crate) fn grouped(
    cells: impl Iterator<Item = Placed>,
    read: impl Fn(Axis, i64, i64) -> Option<i64>,
    (by, filter): (&[Axis], &[(Axis, i64)]),
) -> Result<Vec<FigureRow>, DbError> {
    let mut groups = Groups::default();
    // Cells come in the order of their places, so that many of one group follow each other.
    let mut open: Option<(Group, Cell)> = None;
    for (a, b, cell) in cells {
        if !filter.iter().all(|(axis, value)| read(*axis, a, b) == Some(*value)) {
            continue;
        }
        let mut keys = by.iter().map(|axis| read(*axis, a, b).unwrap_or(0));
        let group = (keys.next().unwrap_or(0), keys.next().unwrap_or(0));
        match &mut open {
            Some((known, sum)) if *known == group => sum.add(cell)?,
            _ => {
                if let Some((known, sum)) = open.replace((group, cell)) {
                    groups.close(known, sum)?;
                }
            }
        }
    }
    if let Some((known, sum)) = open {
        groups.close(known, sum)?;
    }
    let mut groups = groups.in_order();
    groups.retain(|(_, sum)| !sum.is_zero());
    let row = |((first, second), sum): ((i64, i64), Cell)| FigureRow {
        keys: [first, second].into_iter().take(by.len()).collect(),
        amount: Fen(sum.amount),
        trades: sum.trades,
    };
    Ok(groups.into_iter().map(row).collect())
}

/// The sums of the waiting lines that the definition counts.
fn waiting(blocks: &[Arc<Vec<Fact>>], face: Face, content: &Content) -> Result<Slice, DbError> {
    let (matcher, crowds) = (Matcher::new(content), face.has_crowds());
    let mut sums: FxHashMap<(i64, i64), Cell> = FxHashMap::default();
    for fact in blocks.iter().flat_map(|block| block.iter()).filter(|fact| matcher.counts(fact)) {
        let crowd = if crowds { fact.crowd() } else { Crowd::default() };
        sums.entry(face.place(fact)).or_default().add(Cell {
            amount: fact.amount,
            trades: fact.count,
            crowd,
        })?;
    }
    Slice::of(sums.into_iter().map(|((a, b), cell)| (a, b, cell)).collect(), crowds)
}
