//! Matching as a use case: reads claims, resolves them, and writes the difference to what stands.
//!
//! A run looks at the days that new or withdrawn claims can touch and widens them until nothing beyond can matter, so
//! the result is the same as if everything had been resolved at once ([`replay`](super::replay) checks exactly that). It writes whole
//! components of claims in transactions of limited size; a run that is stopped in between is simply run again. Runs
//! exclude each other by a lease that each transaction renews.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use sh_db::{Db, DbError};
use sh_kernel::{Clock, Day, Id, IdGen};

use super::match_write::{Prepared, Writer, joining_rulings};
use crate::{
    matching::{
        Components, Entries, Outcome, Ruling, Settings, State,
        plan::{self, NewTie, Standing},
        resolve_with_components,
    },
    model::{Claim, ImportBatch},
    sink::LineSink,
    store::matching as store,
};

/// Claims written in one transaction unless told otherwise. Twice as many touch less than twice as many pages; others
/// who write wait for about half a second.
const CHUNK_CLAIMS: usize = 20_000;
/// How long others wait for a run that was killed, in seconds. A living one renews its lease all the time.
pub(crate) const LEASE_SECONDS: i64 = 30;
/// How often a run renews its lease while it reads and resolves.
const RENEW: Duration = Duration::from_secs(5);

/// Why the lines changed (入账原因). The word is stored on the posting and stands in comparisons of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cause {
    /// An import brought claims.
    Import,
    /// An import was taken back.
    Withdrawal,
    /// A person decided about two claims.
    Ruling,
    /// Everything was matched again.
    #[default]
    Matching,
}

impl Cause {
    /// Stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Withdrawal => "withdrawal",
            Self::Ruling => "ruling",
            Self::Matching => "matching",
        }
    }
}

/// What a run is doing (进度).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reads claims.
    Reading,
    /// Compares them.
    Resolving,
    /// Writes ties and lines.
    Writing,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchProgress {
    /// What it is doing.
    pub phase: Phase,
    /// Claims done in this phase.
    pub done: u64,
    /// Claims to do in this phase, 0 if not known.
    pub total: u64,
}

/// What a run needs from its surroundings.
pub struct MatchRun<'a> {
    /// The database.
    pub db: &'a Db,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Identifiers.
    pub ids: &'a IdGen,
    /// Who must hear of every line.
    pub sink: &'a dyn LineSink,
    /// The import that caused the run, if one did.
    pub batch: Option<Id<ImportBatch>>,
    /// Why the run is made.
    pub cause: Cause,
    /// Told how far the run has come; answers whether to go on.
    pub progress: &'a (dyn Fn(MatchProgress) -> bool + Sync),
    /// Claims written in one transaction, unless one component alone has more.
    pub chunk_claims: usize,
}

impl<'a> MatchRun<'a> {
    /// A run for no import in particular that tells nobody how far it has come.
    pub fn new(db: &'a Db, clock: &'a dyn Clock, ids: &'a IdGen, sink: &'a dyn LineSink) -> Self {
        Self {
            db,
            clock,
            ids,
            sink,
            batch: None,
            cause: Cause::default(),
            progress: &|_| true,
            chunk_claims: CHUNK_CLAIMS,
        }
    }
}

impl std::fmt::Debug for MatchRun<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MatchRun")
            .field("batch", &self.batch)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MatchReport {
    /// Claims that were looked at.
    pub claims_read: u64,
    /// Ties that were written.
    pub ties_written: u64,
    /// Withdrawn claims that lost their tie.
    pub untied: u64,
    /// Trades that came into being.
    pub trades_new: u64,
    /// Trades that lost all their claims.
    pub trades_dissolved: u64,
    /// Lines that were written, reversing ones included.
    pub lines_written: u64,
    /// Claims among those written that now wait for a person.
    pub waiting: u64,
    /// The first and the last posting of the run.
    pub postings: Option<(i64, i64)>,
}

impl MatchReport {
    /// Adds a chunk that was written. `first` is the run's first posting.
    fn count(&mut self, first: i64, Prepared { chunk, posting, lines, .. }: &Prepared<'_>) {
        let waiting = |tie: &&NewTie| tie.tie.state == State::Waiting.code();
        self.ties_written += chunk.ties.len() as u64;
        self.untied += chunk.untied.len() as u64;
        self.trades_new += chunk.trades.iter().filter(|trade| !trade.known).count() as u64;
        self.trades_dissolved += chunk.trades.iter().filter(|trade| trade.cluster.is_none()).count() as u64;
        self.waiting += chunk.ties.iter().filter(waiting).count() as u64;
        self.lines_written += lines.len() as u64;
        self.postings = Some((first, *posting));
    }
}

/// Why a run stopped. What it had written stays; running it again goes on.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// Another run holds the lease.
    #[error("matching is under way already")]
    Busy,
    /// The progress callback asked to stop.
    #[error("matching was asked to stop")]
    Stopped,
    /// The thread that resolves was lost.
    #[error("resolving failed: {0}")]
    Resolving(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Claims of some days with what stands about them.
pub(crate) struct Loaded {
    pub(crate) entries: Entries,
    pub(crate) standing: Vec<Option<Standing>>,
    pub(crate) rulings: Vec<(Ruling, Day, Day)>,
    /// First and last day that was read.
    pub(crate) days: (Day, Day),
    /// First and last day of any claim.
    pub(crate) all: (Day, Day),
}

/// Matches new and withdrawn claims of some days, or all claims again if `days` is `None`. Rulings that no run has heeded
/// yet are heeded, wherever their claims lie. Writes only what changed.
///
/// # Errors
/// [`MatchError::Busy`] if another run is under way, [`MatchError::Stopped`], or the database.
pub async fn run(run: &MatchRun<'_>, days: Option<(Day, Day)>) -> Result<MatchReport, MatchError> {
    let now = run.clock.now();
    let holder: Id<()> = run.ids.next(now);
    let until = now.plus_seconds(LEASE_SECONDS);
    if !run.db.write(async |tx| store::take_lease(tx, holder, now, until).await).await? {
        return Err(MatchError::Busy);
    }
    let outcome = tokio::select! {
        outcome = resolve_and_write(run, days, holder) => outcome,
        () = hold(run, holder) => Err(MatchError::Busy),
    };
    // Best effort: a lease that is not given back ends by itself.
    drop(run.db.write(async |tx| store::free_lease(tx, holder).await).await);
    outcome
}

/// Renews the lease; ends if another run has taken it.
async fn hold(run: &MatchRun<'_>, holder: Id<()>) {
    loop {
        tokio::time::sleep(RENEW).await;
        let until = run.clock.now().plus_seconds(LEASE_SECONDS);
        // While the database is away the lease may run out; then the next chunk finds that it is lost.
        if let Ok(false) = run.db.write(async |tx| store::keep_lease(tx, holder, until).await).await {
            return;
        }
    }
}

async fn resolve_and_write(
    run: &MatchRun<'_>,
    wanted: Option<(Day, Day)>,
    holder: Id<()>,
) -> Result<MatchReport, MatchError> {
    let settings = Settings::default();
    let (all, pending) = run
        .db
        .read(async |tx| {
            Ok::<_, DbError>((store::days_of_claims(tx).await?, store::pending_rulings(tx).await?))
        })
        .await?;
    let Some(all) = all else { return Ok(MatchReport::default()) };
    // All that a claim can be compared with lies within `key_days`; twice that leaves room for a chain of them.
    let step = 2 * settings.key_days;
    let touched: HashSet<Id<Claim>> = pending.iter().flat_map(|ruling| ruling.claims).collect();
    let mut days = wanted.map_or(all, |wanted| {
        let ruled = pending.iter().flat_map(|ruling| ruling.days);
        let span = ruled.fold(wanted, |span, day| (span.0.min(day), span.1.max(day)));
        (span.0.plus_days(-step), span.1.plus_days(step))
    });
    let report = loop {
        let loaded = load(run, days, all).await?;
        tell(run, Phase::Resolving, 0, loaded.entries.len())?;
        let (loaded, outcome, mut components) = resolve_apart(loaded, settings).await?;
        plan::join_standing(&mut components, &loaded.standing);
        let affected = wanted.map(|_| affected(&loaded, &touched, &mut components));
        if let Some(affected) = &affected
            && let Some(wider) = wider(&loaded, affected, &mut components, settings, step)
        {
            days = wider;
            continue;
        }
        break write(run, holder, &loaded, &outcome, &mut components, affected.as_ref()).await?;
    };
    let heeded: Vec<_> = pending.iter().map(|ruling| ruling.id).collect();
    run.db.write(async |tx| store::rulings_heeded(tx, &heeded).await).await?;
    Ok(report)
}

async fn load(run: &MatchRun<'_>, days: (Day, Day), all: (Day, Day)) -> Result<Loaded, MatchError> {
    let days = (days.0.max(all.0), days.1.min(all.1));
    let loaded = run
        .db
        .read(async |tx| {
            let mut names = HashMap::new();
            sh_parties::names(tx, |number, name| drop(names.insert(number, name))).await?;
            let rulings = store::rulings(tx).await?;
            let mut entries = Entries::new(names);
            let mut standing = Vec::new();
            store::claims(tx, Some(days).filter(|days| *days != all), |raw, tie| {
                entries.push(raw);
                standing.push(tie);
                if standing.len() % 50_000 == 0 {
                    // What the callback answers is asked for again before anything is written.
                    let done = standing.len() as u64;
                    let _ = (run.progress)(MatchProgress { phase: Phase::Reading, done, total: 0 });
                }
            })
            .await?;
            Ok::<_, DbError>(Loaded { entries, standing, rulings, days, all })
        })
        .await?;
    Ok(loaded)
}

/// Resolves on a thread of its own, so that the others go on answering.
async fn resolve_apart(
    loaded: Loaded,
    settings: Settings,
) -> Result<(Loaded, Outcome, Components), MatchError> {
    let work = move || {
        let rulings: Vec<Ruling> = loaded.rulings.iter().map(|(ruling, _, _)| *ruling).collect();
        let (outcome, components) = resolve_with_components(&loaded.entries, &rulings, &settings);
        (loaded, outcome, components)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| MatchError::Resolving(error.to_string()))
}

/// The components with a claim that is new, withdrawn, or named.
fn affected(loaded: &Loaded, touched: &HashSet<Id<Claim>>, components: &mut Components) -> HashSet<u32> {
    let mut affected = HashSet::new();
    for (claim, (entry, tie)) in (0_u32..).zip(loaded.entries.list().iter().zip(&loaded.standing)) {
        if tie.is_some() == entry.withdrawn || touched.contains(&entry.id) {
            affected.insert(components.root(claim));
        }
    }
    affected
}

/// The days to read instead, if an affected component reaches so far out that claims beyond could belong to it.
fn wider(
    loaded: &Loaded,
    affected: &HashSet<u32>,
    components: &mut Components,
    settings: Settings,
    step: i32,
) -> Option<(Day, Day)> {
    let (mut first, mut last) = loaded.days;
    let safe =
        (loaded.days.0.day_number() + settings.key_days, loaded.days.1.day_number() - settings.key_days);
    let (open_before, open_after) = (loaded.all.0 < loaded.days.0, loaded.days.1 < loaded.all.1);
    let mut positions: HashMap<Id<Claim>, u32> = HashMap::new();
    for (claim, entry) in (0_u32..).zip(loaded.entries.list()) {
        if !affected.contains(&components.root(claim)) {
            continue;
        }
        if open_before && entry.day < safe.0 {
            first = first.min(loaded.days.0.plus_days(-step));
        }
        if open_after && entry.day > safe.1 {
            last = last.max(loaded.days.1.plus_days(step));
        }
        if !loaded.rulings.is_empty() {
            positions.insert(entry.id, claim);
        }
    }
    for (ruling, a, b) in &loaded.rulings {
        for (claim, other_day) in [(ruling.claim, *b), (ruling.other, *a)] {
            if positions.contains_key(&claim) {
                if open_before && other_day < loaded.days.0 {
                    first = first.min(other_day.plus_days(-step));
                }
                if open_after && other_day > loaded.days.1 {
                    last = last.max(other_day.plus_days(step));
                }
            }
        }
    }
    ((first, last) != loaded.days).then_some((first, last))
}

fn tell(run: &MatchRun<'_>, phase: Phase, done: usize, total: usize) -> Result<(), MatchError> {
    let progress = MatchProgress { phase, done: done as u64, total: total as u64 };
    if (run.progress)(progress) { Ok(()) } else { Err(MatchError::Stopped) }
}

async fn write(
    run: &MatchRun<'_>,
    holder: Id<()>,
    loaded: &Loaded,
    outcome: &Outcome,
    components: &mut Components,
    affected: Option<&HashSet<u32>>,
) -> Result<MatchReport, MatchError> {
    let now = run.clock.now();
    let numbering = plan::number(&loaded.entries, outcome, &loaded.standing, || run.ids.next(now));
    let wanted = plan::wanted(&loaded.entries, outcome, &numbering);
    let chunks = plan::chunks(
        &loaded.entries,
        (&loaded.standing, &wanted),
        &numbering,
        components,
        |root| affected.is_none_or(|affected| affected.contains(&root)),
        run.chunk_claims,
    );
    let mut report = MatchReport { claims_read: loaded.entries.len() as u64, ..MatchReport::default() };
    let total: usize = chunks.iter().map(|chunk| chunk.ties.len() + chunk.untied.len()).sum();
    let joining = joining_rulings(run).await?;
    let first = run.db.read(async |tx| store::next_posting(tx).await).await?;
    let writer = Writer { run, holder, loaded, outcome, joining };
    let mut chunks = (first..).zip(&chunks);
    let mut next = writer.prepare(chunks.next()).await?;
    let mut done = 0;
    while let Some(prepared) = next {
        tell(run, Phase::Writing, done, total)?;
        // The database writes one chunk while the next one is put together.
        let (written, following) = futures::join!(writer.write(&prepared), writer.prepare(chunks.next()));
        written?;
        done += prepared.chunk.ties.len() + prepared.chunk.untied.len();
        report.count(first, &prepared);
        next = following?;
    }
    tell(run, Phase::Writing, done, total)?;
    Ok(report)
}
