//! What has changed a figure (变更记录): the versions of its definition, and the days on which postings changed its value.

use std::sync::Arc;

use sh_db::Tx;
use sh_kernel::{Day, Fen};
use sh_trade::facts;

use super::{breakdown::Total, load::Desk};
use crate::{
    Error, FigureQuery,
    definition::{Definition, State},
    store,
};

/// Days that are told one by one; what changed before is one row.
pub(crate) const DAYS_SHOWN: usize = 20;
/// Versions that are told on one page.
pub(crate) const VERSIONS_SHOWN: usize = 20;
/// Postings that are looked at, the latest.
const POSTINGS_MAX: usize = 5_000;

/// Why a posting was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// A file was posted.
    Import,
    /// An import was taken back.
    Withdrawal,
    /// A person decided whether reports tell of the same sale.
    Ruling,
    /// Reports were matched again.
    Matching,
}

impl Cause {
    /// The cause that a posting gives.
    fn of(word: &str) -> Self {
        match word {
            "import" => Self::Import,
            "withdrawal" => Self::Withdrawal,
            "ruling" => Self::Ruling,
            _ => Self::Matching,
        }
    }

    /// The word used in interfaces.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Withdrawal => "withdrawal",
            Self::Ruling => "ruling",
            Self::Matching => "matching",
        }
    }
}

/// What the postings of one day did to a value. Only the day is told and how many postings there were of each cause: what a
/// single posting did can be the sale of a single seller, while the values at the end of two days are public anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayChange {
    pub(crate) day: Day,
    /// How many postings there were of each cause.
    pub(crate) causes: Vec<(Cause, usize)>,
    /// What they added or, negative, took away.
    pub(crate) change: Total,
    /// The value at the end of the day.
    pub(crate) after: Total,
}

/// The days on which a value changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ValueLog {
    /// The latest days, latest first.
    pub(crate) days: Vec<DayChange>,
    /// What all days before came to.
    pub(crate) before: Option<Total>,
}

impl ValueLog {
    /// From what each posting did, in their order, and when and why it was made; a posting that is not known belongs to
    /// what was before.
    fn new(sums: &[(i64, Fen, i64)], postings: &[facts::PostingCause]) -> Self {
        let mut log = Self::default();
        let mut after = Total::default();
        for (posting, amount, trades) in sums {
            let change = Total { amount: *amount, trades: *trades };
            after = after.plus(change);
            let known = postings.binary_search_by_key(posting, |one| one.seq);
            let Some(posting) = known.ok().and_then(|at| postings.get(at)) else {
                log.before = Some(after);
                continue;
            };
            let cause = Cause::of(&posting.cause);
            if let Some(last) = log.days.last_mut().filter(|last| last.day == posting.day) {
                last.change = last.change.plus(change);
                last.after = after;
                last.add(cause);
            } else {
                log.days.push(DayChange { day: posting.day, causes: vec![(cause, 1)], change, after });
            }
        }
        log.days.reverse();
        if let Some(last) = log.days.get(DAYS_SHOWN) {
            log.before = Some(last.after);
        }
        log.days.truncate(DAYS_SHOWN);
        log
    }
}

impl DayChange {
    fn add(&mut self, cause: Cause) {
        if let Some((_, count)) = self.causes.iter_mut().find(|known| known.0 == cause) {
            *count += 1;
        } else {
            self.causes.push((cause, 1));
            self.causes.sort_unstable();
        }
    }
}

/// Versions of a definition that are public, and whether there are older ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Versions {
    /// Latest first. One more than is told, so that the last of them can be compared with the one before it.
    all: Vec<Definition>,
}

impl Versions {
    /// Those below version `before`, or the latest.
    ///
    /// # Errors
    /// What the database refuses.
    pub(crate) async fn load(tx: &mut Tx, code: &str, before: Option<i64>) -> Result<Self, Error> {
        let before = before.unwrap_or(i64::MAX);
        Ok(Self { all: store::definition::public_versions(tx, code, before, VERSIONS_SHOWN + 1).await? })
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Each version with the one before it.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&Definition, Option<&Definition>)> {
        self.all.iter().enumerate().take(VERSIONS_SHOWN).map(|(at, one)| (one, self.all.get(at + 1)))
    }

    /// The last version told, if there are older ones.
    pub(crate) fn last_told(&self) -> Option<&Definition> {
        let more = self.all.len() > VERSIONS_SHOWN;
        self.all.get(VERSIONS_SHOWN - 1).filter(|_| more)
    }
}

impl Desk {
    /// The days on which the value of a definition changed; `None` for a version whose sums are not kept.
    ///
    /// # Errors
    /// What the database refuses.
    pub(crate) async fn value_log(
        &self,
        tx: &mut Tx,
        definition: &Definition,
    ) -> Result<Option<Arc<ValueLog>>, Error> {
        debug_assert!(definition.state != State::Draft, "drafts are not public");
        let question =
            FigureQuery { version: Some(definition.version), ..FigureQuery::total(&definition.code) };
        let ground = self.figures.ground(tx, &question).await?;
        let place = ground.place();
        if let Some(found) = self.kept.logs.get(&place) {
            return Ok(Some(found));
        }
        let Some(sums) = self.figures.by_posting(tx, &ground).await? else { return Ok(None) };
        let first = sums.get(sums.len().saturating_sub(POSTINGS_MAX)).map_or(0, |first| first.0);
        let postings = facts::postings_after(tx, first - 1).await?;
        let log = Arc::new(ValueLog::new(&sums, &postings));
        self.kept.logs.put(place, Arc::clone(&log), 200 + log.days.len() * 160);
        Ok(Some(log))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postings(days: impl Iterator<Item = (i64, i64, &'static str)>) -> Vec<facts::PostingCause> {
        let posting = |(seq, day, cause): (i64, i64, &str)| facts::PostingCause {
            seq,
            day: Day::from_yyyymmdd(day).unwrap(),
            cause: cause.to_owned(),
        };
        days.map(posting).collect()
    }

    #[test]
    fn postings_of_a_day_are_one_row_and_the_rows_lead_to_the_value() {
        let known = postings(
            [(1, 20_201_130, "import"), (2, 20_201_130, "ruling"), (4, 20_201_201, "import")].into_iter(),
        );
        let log = ValueLog::new(&[(1, Fen(500), 2), (2, Fen(-70), -1), (4, Fen(30), 1)], &known);
        assert_eq!(log.before, None);
        let rows: Vec<_> =
            log.days.iter().map(|day| (day.change.amount.0, day.after.amount.0, day.after.trades)).collect();
        assert_eq!(rows, [(30, 460, 2), (430, 430, 1)]);
        assert_eq!(log.days[1].causes, [(Cause::Import, 1), (Cause::Ruling, 1)]);
    }

    #[test]
    fn what_is_too_old_to_be_told_stays_in_the_sum() {
        let count = i64::try_from(DAYS_SHOWN).unwrap() + 3;
        let known = postings((2..=count).map(|seq| (seq, 20_201_100 + seq, "import")));
        let sums: Vec<_> = (1..=count).map(|seq| (seq, Fen(10), 1)).collect();
        let log = ValueLog::new(&sums, &known);
        assert_eq!(log.days.len(), DAYS_SHOWN);
        let told: i64 = log.days.iter().map(|day| day.change.amount.0).sum();
        assert_eq!((log.before.unwrap().amount.0, log.days[0].after.amount.0), (30, 30 + told));
    }
}
