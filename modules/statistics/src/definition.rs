//! What a figure counts (口径): versioned data, never code.

use serde::{Deserialize, Serialize};
use sh_kernel::{Day, Instant};
use sh_trade::{axes::Axis, facts::Fact, model::TradeLine};
use sh_ui::Locale;

use crate::Display;

pub use sh_trade::facts::{Clause, Condition};

/// Clauses in one definition at most.
pub const CLAUSES_MAX: usize = 16;
/// Values in one condition at most.
pub const VALUES_MAX: usize = 3_000;

/// The last day of a definition that goes on (持续统计), as forms and files write it.
pub(crate) const OPEN_END: &str = "9999-12-31";

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The text in one language.
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// How far a version of a definition has come (口径状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Being written; may be changed and previewed (草稿).
    Draft,
    /// In force (生效).
    Published,
    /// Replaced by a later version, or taken out of use (停用).
    Retired,
}

impl State {
    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Retired => "retired",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Retired].into_iter().find(|state| state.word() == word)
    }
}

/// What a definition counts, without who wrote it and when: what a release freezes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Content {
    /// Name, as a figure is headed.
    pub name: Bilingual,
    /// What it counts and why, for a reader who was not there.
    pub text: Bilingual,
    /// First day of sale counted.
    pub from: Day,
    /// Last day of sale counted; 9999-12-31 for a figure that goes on.
    pub until: Day,
    /// Every clause must hold.
    pub clauses: Vec<Clause>,
    /// How the value is written when it is published.
    pub display: Display,
}

/// Why the content of a definition was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The name is missing in one of the languages.
    #[error("the name is missing in one of the languages")]
    NoName,
    /// The text is missing in one of the languages.
    #[error("the text is missing in one of the languages")]
    NoText,
    /// The last day comes before the first.
    #[error("the last day comes before the first")]
    Period,
    /// A clause has no condition, or a condition no value.
    #[error("a condition names no value")]
    Empty,
    /// More clauses or values than a definition may hold.
    #[error("too many conditions")]
    TooMany,
}

impl Content {
    /// Whether a line counts. Pure: the same line and content always give the same answer.
    pub fn counts(&self, line: &TradeLine) -> bool {
        self.from <= line.day
            && line.day <= self.until
            && self.clauses.iter().all(|clause| clause.holds(|axis| line.value(axis)))
    }

    /// Whether the figure goes on: no last day is set.
    pub fn is_open(&self) -> bool {
        self.until.to_string() == OPEN_END
    }

    /// The last day as a reader takes it: “now” for a figure that goes on.
    pub fn last_day(&self, locale: Locale) -> String {
        if self.is_open() { locale.t("data-open-end") } else { self.until.to_string() }
    }

    /// First and last day of sale.
    pub fn period(&self, locale: Locale) -> String {
        format!("{}～{}", self.from, self.last_day(locale))
    }

    /// Checks what a person has written.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), ContentError> {
        let blank = |text: &Bilingual| text.zh.trim().is_empty() || text.en.trim().is_empty();
        if blank(&self.name) {
            return Err(ContentError::NoName);
        }
        if blank(&self.text) {
            return Err(ContentError::NoText);
        }
        if self.until < self.from {
            return Err(ContentError::Period);
        }
        if self.clauses.len() > CLAUSES_MAX {
            return Err(ContentError::TooMany);
        }
        for clause in &self.clauses {
            if clause.0.is_empty() || clause.0.iter().any(|condition| condition.any_of.is_empty()) {
                return Err(ContentError::Empty);
            }
            if clause.0.len() > CLAUSES_MAX || clause.0.iter().any(|one| one.any_of.len() > VALUES_MAX) {
                return Err(ContentError::TooMany);
            }
        }
        Ok(())
    }
}

/// One version of a definition (统计口径).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Stable code, such as `gd-3y`.
    pub code: String,
    /// 1, 2, 3 … within the code.
    pub version: i64,
    /// What it counts.
    pub content: Content,
    /// Draft, in force, or replaced.
    pub state: State,
    /// Who wrote it.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
    /// Who put it in force.
    pub published_by: Option<String>,
    /// When.
    pub published_at: Option<Instant>,
}

impl Definition {
    /// As [`Content::counts`].
    pub fn counts(&self, line: &TradeLine) -> bool {
        self.content.counts(line)
    }
}

/// A definition made ready to be asked ten million times.
#[derive(Debug, Clone)]
pub(crate) struct Matcher {
    from: i64,
    until: i64,
    clauses: Vec<Vec<Test>>,
}

#[derive(Debug, Clone)]
struct Test {
    axis: Axis,
    /// One bit per admitted value below 64.
    small: u64,
    /// The other admitted values, ascending.
    large: Vec<i64>,
    not: bool,
}

impl Matcher {
    pub(crate) fn new(content: &Content) -> Self {
        let clauses = content.clauses.iter().map(|clause| clause.0.iter().map(Test::new).collect()).collect();
        Self { from: content.from.yyyymmdd(), until: content.until.yyyymmdd(), clauses }
    }

    pub(crate) fn counts(&self, fact: &Fact) -> bool {
        self.from <= fact.day
            && fact.day <= self.until
            && self.clauses.iter().all(|clause| clause.iter().any(|test| test.holds(fact.value(test.axis))))
    }
}

impl Test {
    fn new(condition: &Condition) -> Self {
        let is_small = |value: &i64| (0..64).contains(value);
        let small = condition.any_of.iter().filter(|value| is_small(value)).fold(0, |bits, v| bits | 1 << v);
        let mut large: Vec<i64> = condition.any_of.iter().copied().filter(|value| !is_small(value)).collect();
        large.sort_unstable();
        Self { axis: condition.axis, small, large, not: condition.not }
    }

    fn holds(&self, value: i64) -> bool {
        let found = match value {
            0..64 => self.small >> value & 1 == 1,
            _ => self.large.binary_search(&value).is_ok(),
        };
        found != self.not
    }
}
