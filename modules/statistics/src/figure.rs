//! A figure: a definition applied to the lines, with conditions, grouped, as of a day (指标数值).

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use sh_db::{DbError, Tx};
use sh_kernel::{Day, Fen};
use sh_trade::{
    axes::Axis,
    facts::{self, Fact, LineFilter, LineQuery, PartyCount},
    model::Posting,
};

use crate::{
    Error,
    cache::Recent,
    cube::aggregate::Cell,
    cuboid::Cuboid,
    definition::{Clause, Condition, Content, Definition, Matcher},
    store::{self, cube::KeyRow},
    suppress::{Sellers, Suppressed, suppress},
};

/// Memory for slices of cells, in bytes.
pub const SLICE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Memory for waiting lines, in bytes.
const TAIL_BYTES_MAX: usize = 48 * 1024 * 1024;
/// Memory for answers that were summed from the lines, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
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
    Cuboid(Cuboid),
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
    slices: Recent<(i64, Cuboid), Arc<Slice>>,
    tails: Recent<i64, Arc<Vec<Fact>>>,
    answers: Recent<AnswerKey, Arc<Vec<FigureRow>>>,
    parties: Recent<AnswerKey, Arc<Vec<PartyCount>>>,
}

impl Default for Figures {
    fn default() -> Self {
        Self::new(SLICE_BYTES_MAX)
    }
}

/// The cells of one pair of axes with the waiting lines up to a block.
#[derive(Debug)]
struct Slice {
    upto: i64,
    cells: Vec<(i64, i64, Cell)>,
}

/// A question that is answered from the lines, and the state of the lines it is answered for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct AnswerKey {
    code: String,
    version: i64,
    content: u64,
    by: Vec<Axis>,
    filter: Vec<(Axis, i64)>,
    upto: Option<i64>,
    /// What must stand still for an answer about the present to hold; 0 for the past, which does not change.
    state: (i64, i64),
}

/// What one question needs to know before it is answered.
struct Ground {
    definition: Arc<Definition>,
    key: Option<KeyRow>,
    /// Number of the last block of lines.
    seq: i64,
    posting: Option<Posting>,
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
            parties: Recent::new(ANSWER_BYTES_MAX),
        }
    }

    /// Answers a question from the view of the data that the transaction has.
    ///
    /// The smallest kept pair of axes that covers the question answers it. What no pair covers, a version whose sums
    /// are not kept, and the state of an earlier day are summed from the lines.
    ///
    /// # Errors
    /// [`Error::NoDefinition`], [`Error::TooManyAxes`], or what the database refuses.
    pub async fn figure(&self, tx: &mut Tx, query: &FigureQuery) -> Result<Figure, Error> {
        if query.by.len() > BY_MAX {
            return Err(Error::TooManyAxes);
        }
        let ground = ground(tx, query).await?;
        let axes: Vec<Axis> =
            query.by.iter().copied().chain(query.filter.iter().map(|(axis, _)| *axis)).collect();
        let cuboid = Cuboid::covering(&axes).filter(|_| ground.upto.is_none());
        let (rows, answered) = match (cuboid, &ground.key) {
            (Some(cuboid), Some(key)) => {
                let slice = self.slice(tx, key, cuboid, &ground).await?;
                (read_slice(&slice, cuboid, query)?, Answered::Cuboid(cuboid))
            }
            _ => (self.sum_lines(tx, query, &ground).await?, Answered::Lines),
        };
        let mut total = Cell::default();
        for row in &rows {
            total.add(Cell { amount: row.amount.0, trades: row.trades })?;
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

    /// How many sellers stand behind each group of a figure; with no grouping, behind the whole.
    ///
    /// # Errors
    /// As [`Figures::figure`].
    pub async fn parties(&self, tx: &mut Tx, query: &FigureQuery) -> Result<Arc<Vec<PartyCount>>, Error> {
        let ground = ground(tx, query).await?;
        let mut axes: Vec<Axis> = query.by.clone();
        axes.extend(query.filter.iter().map(|(axis, _)| *axis));
        axes.push(Axis::Seller);
        if let (Some(cuboid), Some(key), None) = (Cuboid::covering(&axes), &ground.key, ground.upto) {
            let slice = self.slice(tx, key, cuboid, &ground).await?;
            let mut with_seller = query.clone();
            with_seller.by.push(Axis::Seller);
            let mut parties: BTreeMap<Vec<i64>, i64> = BTreeMap::new();
            for mut row in read_slice(&slice, cuboid, &with_seller)? {
                row.keys.pop();
                *parties.entry(row.keys).or_default() += 1;
            }
            let counts = parties.into_iter().map(|(keys, parties)| PartyCount { keys, parties });
            return Ok(Arc::new(counts.collect()));
        }
        let key = ground.answer_key(query);
        if let Some(found) = self.parties.get(&key) {
            return Ok(found);
        }
        let counts = Arc::new(facts::parties(tx, &ground.line_query(query)).await?);
        self.parties.put(key, Arc::clone(&counts), 200 + counts.len() * 64);
        Ok(counts)
    }

    /// A figure as the public may see it: small groups are hidden ([`crate::suppress`]).
    ///
    /// # Errors
    /// As [`Figures::figure`].
    pub async fn public(
        &self,
        tx: &mut Tx,
        query: &FigureQuery,
        parties_min: i64,
    ) -> Result<(Figure, Suppressed), Error> {
        let mut figure = self.figure(tx, query).await?;
        let counts = self.parties(tx, query).await?;
        let counts: HashMap<&[i64], i64> =
            counts.iter().map(|count| (count.keys.as_slice(), count.parties)).collect();
        let parties: Vec<i64> =
            figure.rows.iter().map(|row| counts.get(row.keys.as_slice()).copied().unwrap_or(0)).collect();
        let by_origin = |axis: &Axis| {
            matches!(axis, Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Seller)
        };
        let sellers = if query.by.iter().all(by_origin) { Sellers::Apart } else { Sellers::Shared };
        let rows = suppress(std::mem::take(&mut figure.rows), &parties, sellers, parties_min);
        Ok((figure, rows))
    }

    async fn sum_lines(
        &self,
        tx: &mut Tx,
        query: &FigureQuery,
        ground: &Ground,
    ) -> Result<Vec<FigureRow>, Error> {
        let key = ground.answer_key(query);
        if let Some(found) = self.answers.get(&key) {
            return Ok(found.to_vec());
        }
        let sums = facts::sums(tx, &ground.line_query(query)).await?;
        let rows: Vec<FigureRow> = sums.into_iter().map(FigureRow::from).collect();
        self.answers.put(key, Arc::new(rows.clone()), 200 + rows.len() * 80);
        Ok(rows)
    }

    /// The cells of a pair of axes with every line of this view of the data.
    async fn slice(
        &self,
        tx: &mut Tx,
        key: &KeyRow,
        cuboid: Cuboid,
        ground: &Ground,
    ) -> Result<Arc<Slice>, DbError> {
        let place = (key.key, cuboid);
        let known = self.slices.get(&place);
        // Lines up to `folded` may be gone from the waiting ones, and a slice from a later view cannot be turned back.
        let base = known.as_ref().filter(|slice| slice.upto >= key.folded && slice.upto <= ground.seq);
        if let Some(slice) = base.filter(|slice| slice.upto == ground.seq) {
            return Ok(Arc::clone(slice));
        }
        let (upto, cells) = match base {
            Some(slice) => (slice.upto, slice.cells.clone()),
            None => (key.folded, store::cube::slice(tx, key.key, cuboid).await?),
        };
        let waiting = self.tail(tx, upto, ground.seq).await?;
        let cells = add_waiting(cells, &waiting, cuboid, &Matcher::new(&ground.definition.content))?;
        let slice = Arc::new(Slice { upto: ground.seq, cells });
        if known.is_none_or(|known| known.upto <= slice.upto) {
            self.slices.put(place, Arc::clone(&slice), 100 + slice.cells.len() * 32);
        }
        Ok(slice)
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

impl Ground {
    fn answer_key(&self, query: &FigureQuery) -> AnswerKey {
        AnswerKey {
            code: self.definition.code.clone(),
            version: self.definition.version,
            content: fingerprint(&self.definition.content),
            by: query.by.clone(),
            filter: query.filter.clone(),
            upto: self.upto,
            state: match self.upto {
                Some(_) => (0, 0),
                None => (self.seq, self.posting.as_ref().map_or(0, |posting| posting.seq)),
            },
        }
    }

    fn line_query(&self, query: &FigureQuery) -> LineQuery {
        line_query(&self.definition.content, &query.by, &query.filter, self.upto)
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
    }
}

/// Tells a draft from what it was before it was changed.
fn fingerprint(content: &Content) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

async fn ground(tx: &mut Tx, query: &FigureQuery) -> Result<Ground, Error> {
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

/// Groups the cells of a slice as the question asks.
fn read_slice(slice: &Slice, cuboid: Cuboid, query: &FigureQuery) -> Result<Vec<FigureRow>, DbError> {
    let mut groups: BTreeMap<Vec<i64>, Cell> = BTreeMap::new();
    for (a, b, cell) in &slice.cells {
        let fits = query.filter.iter().all(|(axis, value)| cuboid.read(*axis, *a, *b) == Some(*value));
        if fits {
            let keys = query.by.iter().filter_map(|axis| cuboid.read(*axis, *a, *b)).collect();
            groups.entry(keys).or_default().add(*cell)?;
        }
    }
    Ok(groups
        .into_iter()
        .filter(|(_, cell)| !cell.is_zero())
        .map(|(keys, cell)| FigureRow { keys, amount: Fen(cell.amount), trades: cell.trades })
        .collect())
}

/// Adds the waiting lines that the definition counts to the cells of a pair of axes.
fn add_waiting(
    cells: Vec<(i64, i64, Cell)>,
    waiting: &[Arc<Vec<Fact>>],
    cuboid: Cuboid,
    matcher: &Matcher,
) -> Result<Vec<(i64, i64, Cell)>, DbError> {
    let mut added: BTreeMap<(i64, i64), Cell> = BTreeMap::new();
    for fact in waiting.iter().flat_map(|block| block.iter()).filter(|fact| matcher.counts(fact)) {
        let cell = Cell { amount: fact.amount, trades: fact.count };
        added.entry((fact.value(cuboid.a), fact.value(cuboid.b))).or_default().add(cell)?;
    }
    if added.is_empty() {
        return Ok(cells);
    }
    let mut merged = Vec::with_capacity(cells.len() + added.len());
    let mut added = added.into_iter().peekable();
    for (a, b, mut cell) in cells {
        while let Some(((x, y), new)) = added.next_if(|(place, _)| *place < (a, b)) {
            merged.push((x, y, new));
        }
        if let Some((_, new)) = added.next_if(|(place, _)| *place == (a, b)) {
            cell.add(new)?;
        }
        merged.push((a, b, cell));
    }
    merged.extend(added.map(|((a, b), cell)| (a, b, cell)));
    merged.retain(|(_, _, cell)| !cell.is_zero());
    Ok(merged)
}
