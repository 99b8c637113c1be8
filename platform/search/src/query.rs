//! From what somebody typed to an expression over tokens.

use sh_db::Engine;

use crate::{
    index::{FACET, HEAD, HEAD_CHARS_MAX, INITIALS, KIND, SOUND},
    sound::{self, Cut, easy, readings},
    text::{Run, pairs, parts, runs},
    words,
};

/// Runs of a text that are looked for; what follows is left out.
const TERMS_MAX: usize = 8;
/// Characters of a run that are looked for.
const RUN_CHARS_MAX: usize = 24;
/// Characters of a run of which one may be wrong.
const SLIP_CHARS_MAX: usize = 8;
/// Words that say nothing by themselves.
const EMPTY_WORDS: &[&str] = &["的", "和", "与", "及", "了", "是", "在", "有", "个"];

/// How closely a find must follow what was typed (匹配方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Every word is there.
    Exact,
    /// Every word sounds like one that is there: 金桔羔 for 金桔膏.
    Sound,
    /// One character or letter of a word may be another one.
    Near,
}

impl How {
    /// All of them, the closest first.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Sound, Self::Near];
}

/// An expression over tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expr {
    Is(String),
    Begins(String),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Expr {
    fn token(space: char, text: &str) -> Self {
        Self::Is(format!("{space}{text}"))
    }

    /// Whether it can match nothing because it asks for nothing.
    fn is_empty(&self) -> bool {
        match self {
            Self::Is(_) | Self::Begins(_) => false,
            Self::All(list) | Self::Any(list) => list.iter().all(Self::is_empty),
        }
    }

    /// The text that the engine's index understands. Tokens are made of letters and digits, so quoting is enough.
    pub(crate) fn text(&self, engine: Engine) -> String {
        let mut out = String::new();
        self.write(engine, &mut out);
        out
    }

    fn write(&self, engine: Engine, out: &mut String) {
        let (quote, prefix, and, or) = match engine {
            Engine::Sqlite => ('"', " *", " AND ", " OR "),
            Engine::Postgres => ('\'', ":*", " & ", " | "),
        };
        match self {
            Self::Is(token) | Self::Begins(token) => {
                out.push(quote);
                out.extend(token.chars().filter(|sign| sign.is_alphanumeric()));
                out.push(quote);
                if matches!(self, Self::Begins(_)) {
                    out.push_str(prefix);
                }
            }
            Self::All(list) => join(list, engine, and, out),
            Self::Any(list) => join(list, engine, or, out),
        }
    }
}

fn join(list: &[Expr], engine: Engine, between: &str, out: &mut String) {
    out.push('(');
    let mut first = true;
    for part in list.iter().filter(|part| !part.is_empty()) {
        if !first {
            out.push_str(between);
        }
        first = false;
        part.write(engine, out);
    }
    out.push(')');
}

/// One run of what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Term {
    Han { signs: Vec<char>, words: Vec<Vec<char>> },
    Plain { run: String, cuts: Vec<Cut> },
}

/// What was typed, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) terms: Vec<Term>,
}

impl Asked {
    pub(crate) fn of(text: &str) -> Self {
        let mut terms: Vec<Term> = runs(text).into_iter().take(TERMS_MAX).map(Term::of).collect();
        let says = |term: &Term| !matches!(term, Term::Han { words, .. } if words.is_empty());
        if terms.iter().any(says) {
            terms.retain(says);
        }
        Self { terms }
    }

    /// What must be in a document.
    pub(crate) fn expr(&self, how: How, kind: &str, facets: &[Vec<String>]) -> Expr {
        let mut all: Vec<Expr> = self.terms.iter().map(|term| term.expr(how)).collect();
        all.extend(
            facets
                .iter()
                .map(|group| Expr::Any(group.iter().map(|facet| Expr::token(FACET, facet)).collect())),
        );
        all.retain(|part| !part.is_empty());
        if all.is_empty() {
            all.push(Expr::token(KIND, kind));
        }
        Expr::All(all)
    }

    /// The same, and the name must name what was asked for: of 苹果, apples and not their vinegar.
    pub(crate) fn head_expr(&self, kind: &str, facets: &[Vec<String>]) -> Option<Expr> {
        let Some(Term::Han { words, .. }) = self.terms.last() else { return None };
        let last: String = words.last().filter(|word| word.len() <= HEAD_CHARS_MAX)?.iter().collect();
        Some(Expr::All(vec![Expr::token(HEAD, &last), self.expr(How::Exact, kind, facets)]))
    }
}

impl Term {
    fn of(run: Run) -> Self {
        match run {
            Run::Plain(run) => {
                let run: String = run.chars().take(RUN_CHARS_MAX * 2).collect();
                Self::Plain { cuts: sound::cuts(&run), run }
            }
            Run::Han(run) => {
                let run: String = run.chars().take(RUN_CHARS_MAX).collect();
                let words = words::words(&run).into_iter().filter(|word| !EMPTY_WORDS.contains(word));
                Self::Han {
                    words: words.map(|word| word.chars().collect()).collect(),
                    signs: run.chars().collect(),
                }
            }
        }
    }

    fn expr(&self, how: How) -> Expr {
        match (self, how) {
            (Self::Han { words, .. }, How::Exact) => {
                let word = |(at, word): (usize, &Vec<char>)| written(word, neighbour(words, at));
                Expr::All(words.iter().enumerate().map(word).collect())
            }
            (Self::Han { words, .. }, How::Sound) => {
                Expr::All(words.iter().map(|word| sounding(word)).collect())
            }
            (Self::Han { signs, words }, How::Near) => one_other(signs, words),
            (Self::Plain { run, cuts }, How::Exact | How::Sound) => letters(run, cuts),
            (Self::Plain { run, .. }, How::Near) => {
                let mut any: Vec<Expr> = sound::near(run).iter().map(cut_expr).collect();
                any.push(letters(run, &[]));
                Expr::Any(any)
            }
        }
    }
}

/// The pair that a word of one character makes with the character before or behind it. Names beside the title are kept
/// by their pairs only.
fn neighbour(words: &[Vec<char>], at: usize) -> Option<String> {
    let [sign] = words.get(at)?.as_slice() else { return None };
    let before = at.checked_sub(1).and_then(|before| words.get(before)).and_then(|word| word.last());
    let behind = words.get(at + 1).and_then(|word| word.first());
    match (before, behind) {
        (Some(before), _) => Some([*before, *sign].iter().collect()),
        (None, Some(behind)) => Some([*sign, *behind].iter().collect()),
        (None, None) => None,
    }
}

/// A word as it is written: whole, or by its pairs, or by the pair it makes with its neighbour.
fn written(word: &[char], neighbour: Option<String>) -> Expr {
    let whole = Expr::Is(word.iter().collect());
    if let Some(pair) = neighbour {
        return Expr::Any(vec![whole, Expr::Is(pair)]);
    }
    if word.len() < 3 {
        return whole;
    }
    let pairs = pairs(word).map(|(left, right)| Expr::Is([left, right].iter().collect()));
    Expr::Any(vec![whole, Expr::All(pairs.collect())])
}

/// A word as it sounds.
fn sounding(word: &[char]) -> Expr {
    let sounds = |sign: char| readings(sign).into_iter().map(|reading| easy(&reading)).collect::<Vec<_>>();
    if let [sign] = word {
        return Expr::Any(sounds(*sign).iter().map(|sound| Expr::token(SOUND, sound)).collect());
    }
    let pairs = pairs(word).map(|(left, right)| {
        let right = sounds(right);
        let ways = sounds(left).into_iter().flat_map(|a| {
            right.iter().map(move |b| Expr::token(SOUND, &format!("{a}{b}"))).collect::<Vec<_>>()
        });
        Expr::Any(ways.collect())
    });
    Expr::All(pairs.collect())
}

/// A run of which one character is another one. Of long runs one word may be missing.
fn one_other(signs: &[char], words: &[Vec<char>]) -> Expr {
    let others = |left_out: usize| {
        let kept = signs.iter().enumerate().filter(|(at, _)| *at != left_out);
        Expr::All(kept.map(|(_, sign)| Expr::Is(sign.to_string())).collect())
    };
    match signs.len() {
        0 => Expr::All(Vec::new()),
        1 => sounding(signs),
        2..=SLIP_CHARS_MAX => Expr::Any((0..signs.len()).map(others).collect()),
        _ => {
            let without = |left_out: usize| {
                let kept = words.iter().enumerate().filter(|(at, _)| *at != left_out);
                Expr::All(kept.map(|(_, word)| written(word, None)).collect())
            };
            Expr::Any((0..words.len()).map(without).filter(|part| !part.is_empty()).collect())
        }
    }
}

/// Letters and digits: a word that begins so, syllables, or initials.
fn letters(run: &str, cuts: &[Cut]) -> Expr {
    let parts = parts(run);
    if parts.len() > 1 {
        let all = Expr::All(parts.into_iter().map(Expr::Is).collect());
        return Expr::Any(vec![Expr::Is(run.to_owned()), all]);
    }
    if run.chars().all(|sign| sign.is_ascii_digit()) {
        return Expr::Is(run.to_owned());
    }
    let mut any = vec![Expr::Begins(run.to_owned())];
    any.extend(cuts.iter().map(cut_expr));
    let signs: Vec<char> = run.chars().collect();
    if (2..=8).contains(&signs.len()) && signs.iter().all(char::is_ascii_lowercase) {
        let pairs = pairs(&signs).map(|(left, right)| Expr::token(INITIALS, &format!("{left}{right}")));
        any.push(Expr::All(pairs.collect()));
    }
    Expr::Any(any)
}

/// Syllables one after the other; the last one may go on.
fn cut_expr(cut: &Cut) -> Expr {
    let list = &cut.syllables;
    let Some((last, before)) = list.split_last() else { return Expr::All(Vec::new()) };
    let Some(second) = before.last() else {
        return if cut.whole && last.len() < 3 {
            Expr::token(SOUND, last)
        } else {
            Expr::Begins(format!("{SOUND}{last}"))
        };
    };
    let mut all: Vec<Expr> = before
        .iter()
        .zip(before.iter().skip(1))
        .map(|(left, right)| Expr::token(SOUND, &format!("{left}{right}")))
        .collect();
    all.push(Expr::Begins(format!("{SOUND}{second}{last}")));
    Expr::All(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlite(text: &str, how: How) -> String {
        Asked::of(text).expr(how, "product", &[]).text(Engine::Sqlite)
    }

    #[test]
    fn words_are_asked_for_by_their_pairs() {
        assert_eq!(sqlite("昭通苹果", How::Exact), r#"(("昭通" AND "苹果"))"#);
        assert_eq!(sqlite("丑苹果", How::Exact), r#"((("丑苹果" OR ("丑苹" AND "苹果"))))"#);
        assert_eq!(sqlite("", How::Exact), r#"("κproduct")"#);
        assert_eq!(sqlite("木耳", How::Near), r#"((("耳") OR ("木")))"#);
        let facets = vec![vec!["c3".to_owned()], vec!["p53".to_owned(), "p52".to_owned()]];
        let both = Asked::of("").expr(How::Exact, "product", &facets).text(Engine::Postgres);
        assert_eq!(both, "(('φc3') & ('φp53' | 'φp52'))");
    }

    #[test]
    fn letters_are_words_syllables_or_initials() {
        let asked = sqlite("cpg", How::Exact);
        assert!(asked.contains(r#""cpg" *"#) && asked.contains(r#"("ιcp" AND "ιpg")"#), "{asked}");
        let asked = sqlite("pingguo", How::Exact);
        assert!(asked.contains(r#""πpinguo" *"#), "{asked}");
        assert_eq!(sqlite("5kg", How::Exact), r#"(("5kg" OR ("5" AND "kg")))"#);
    }

    #[test]
    fn what_was_typed_cannot_leave_its_quotes() {
        for text in ["\" OR 1", "a' | 'b", "NEAR(x)", "κ\"'*", "-木耳 NOT"] {
            for engine in [Engine::Sqlite, Engine::Postgres] {
                let quote = if engine == Engine::Sqlite { '"' } else { '\'' };
                let text = Asked::of(text).expr(How::Exact, "product", &[]).text(engine);
                assert_eq!(text.matches(quote).count() % 2, 0, "{text}");
                assert!(!text.contains("NEAR") && !text.contains("NOT"), "{text}");
            }
        }
    }
}
