//! What the index keeps of a document: tokens, each in a space of its own.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{
    sound::{easy, readings},
    text::{Run, core, pairs, parts, runs},
    words,
};

/// Before the sound of one or two characters. The Greek letters keep the spaces apart: no text of ours begins with them.
pub(crate) const SOUND: char = 'π';
/// Before the initials of two characters.
pub(crate) const INITIALS: char = 'ι';
/// Before what a name ends with, which is what it names: 苹果 of 昭通丑苹果, but not of 苹果醋.
pub(crate) const HEAD: char = 'η';
/// Before a facet.
pub(crate) const FACET: char = 'φ';
/// Before the kind, which every document has.
pub(crate) const KIND: char = 'κ';

/// Characters of the end of a name that are kept as what it names.
pub(crate) const HEAD_CHARS_MAX: usize = 6;
/// Characters of the long text that are read.
const TEXT_CHARS_MAX: usize = 2_000;
/// Tokens of one document.
const TOKENS_MAX: usize = 800;

/// What can be found (文档): one product, one shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which kind of thing: `product`.
    pub kind: &'static str,
    /// Which one. An identifier is entered under one kind only.
    pub id: Uuid,
    /// Its name, which counts most and by which finds are ranked.
    pub title: String,
    /// Other names it is looked for by: size, place, producer, category.
    pub names: Vec<String>,
    /// A description; words of it are found, but count least.
    pub text: String,
    /// Codes that lists narrow by: letters and digits only.
    pub facets: Vec<String>,
    /// How good a find it is when the words do not decide; more is better.
    pub weight: i64,
    /// A number that lists are sorted and narrowed by.
    pub first: i64,
    /// Another one.
    pub second: i64,
}

impl Entry {
    /// The tokens of this entry, in one text.
    pub(crate) fn tokens(&self) -> String {
        let mut tokens = Tokens::default();
        tokens.add(KIND, self.kind);
        for facet in &self.facets {
            tokens.add(FACET, facet);
        }
        tokens.title(&self.title);
        for name in &self.names {
            tokens.name(name);
        }
        tokens.long(&self.text);
        let list: Vec<&str> = tokens.0.iter().map(String::as_str).take(TOKENS_MAX).collect();
        list.join(" ")
    }
}

#[derive(Default)]
struct Tokens(BTreeSet<String>);

impl Tokens {
    fn add(&mut self, space: char, text: &str) {
        self.0.insert(format!("{space}{text}"));
    }

    fn plain(&mut self, run: String) {
        let parts = parts(&run);
        if parts.len() > 1 {
            self.0.extend(parts);
        }
        self.0.insert(run);
    }

    fn title(&mut self, title: &str) {
        for run in runs(title) {
            match run {
                Run::Plain(run) => self.plain(run),
                Run::Han(run) => {
                    let signs: Vec<char> = run.chars().collect();
                    self.0.extend(signs.iter().map(char::to_string));
                    for sign in &signs {
                        for reading in readings(*sign) {
                            self.add(SOUND, &easy(&reading));
                        }
                    }
                    for (left, right) in pairs(&signs) {
                        for (a, b) in both(left, right) {
                            let initials: String = a.chars().take(1).chain(b.chars().take(1)).collect();
                            self.add(INITIALS, &initials);
                        }
                    }
                    self.words(&run, &signs);
                }
            }
        }
        for part in core(title) {
            for length in 1..=HEAD_CHARS_MAX.min(part.len()) {
                let tail: String = part.iter().skip(part.len() - length).collect();
                self.add(HEAD, &tail);
            }
        }
    }

    fn name(&mut self, name: &str) {
        for run in runs(name) {
            match run {
                Run::Plain(run) => self.plain(run),
                Run::Han(run) => {
                    let signs: Vec<char> = run.chars().collect();
                    self.words(&run, &signs);
                }
            }
        }
    }

    /// Pairs, their sounds, and words of three characters and more.
    fn words(&mut self, run: &str, signs: &[char]) {
        for (left, right) in pairs(signs) {
            self.0.insert([left, right].iter().collect());
            for (a, b) in both(left, right) {
                self.add(SOUND, &format!("{}{}", easy(&a), easy(&b)));
            }
        }
        let words = words::words(run).into_iter().filter(|word| word.chars().count() > 2);
        self.0.extend(words.map(str::to_owned));
    }

    fn long(&mut self, text: &str) {
        let start: String = text.chars().take(TEXT_CHARS_MAX).collect();
        for run in runs(&start) {
            match run {
                Run::Plain(run) => self.plain(run),
                Run::Han(run) => {
                    let words = words::words_and_parts(&run);
                    let words = words.into_iter().filter(|word| word.chars().count() > 1);
                    self.0.extend(words.map(str::to_owned));
                }
            }
        }
    }
}

/// The ways of reading two neighbours.
fn both(left: char, right: char) -> Vec<(String, String)> {
    let right = readings(right);
    readings(left)
        .into_iter()
        .flat_map(|a| right.iter().map(move |b| (a.clone(), b.clone())).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_found_by_all_its_names() {
        let entry = Entry {
            kind: "product",
            id: Uuid::nil(),
            title: "昭通丑苹果 5kg装".to_owned(),
            names: vec!["云南省昭通市昭阳区".to_owned()],
            text: "果农专业合作社种植，脆甜多汁".to_owned(),
            facets: vec!["c3".to_owned()],
            weight: 0,
            first: 0,
            second: 0,
        };
        let tokens = entry.tokens();
        let has = |token: &str| tokens.split(' ').any(|other| other == token);
        for token in [
            "丑",
            "苹果",
            "丑苹果",
            "πpin",
            "πpinguo",
            "ιpg",
            "η苹果",
            "η丑苹果",
            "5kg",
            "5",
            "kg",
            "昭阳",
            "πzaoyan",
            "合作社",
            "φc3",
            "κproduct",
        ] {
            assert!(has(token), "{token} is missing in {tokens}");
        }
        assert!(!has("昭阳区昭") && !has("脆"));
    }
}
