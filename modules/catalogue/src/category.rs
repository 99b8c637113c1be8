//! Categories and the kinds of goods in them (类目与品类). Data of the product, embedded and versioned with it.

use std::{collections::HashMap, sync::OnceLock};

use sh_ui::Locale;

const CATEGORIES: &str = include_str!("../data/categories.csv");
const KINDS: &str = include_str!("../data/kinds.csv");

/// A category (类目). Its number is that of the axis of trade lines and never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// The stored number; 0 is everything else.
    pub number: i64,
    /// The word in addresses and files: `fruit`.
    pub word: &'static str,
    names: [&'static str; 2],
}

/// A kind of goods within a category (品类): apples and pears, cured meat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// The stored number.
    pub number: i64,
    /// The number of its category.
    pub category: i64,
    /// The word in addresses and files: `apples`.
    pub word: &'static str,
    /// The picture that is drawn where there is no photo.
    pub drawing: &'static str,
    /// Months in which it is fresh, 1 to 12; empty if it always is.
    pub months: Vec<i64>,
    names: [&'static str; 2],
    words: Vec<&'static str>,
}

impl Category {
    /// Its name.
    pub const fn name(&self, locale: Locale) -> &'static str {
        of(self.names, locale)
    }
}

impl Kind {
    /// Its name.
    pub const fn name(&self, locale: Locale) -> &'static str {
        of(self.names, locale)
    }

    /// Whether it is fresh in a month.
    pub fn is_in_season(&self, month: i64) -> bool {
        self.months.contains(&month)
    }
}

const fn of(names: [&'static str; 2], locale: Locale) -> &'static str {
    match locale {
        Locale::Zh => names[0],
        Locale::En => names[1],
    }
}

/// All categories and kinds.
#[derive(Debug)]
pub struct Categories {
    all: Vec<Category>,
    kinds: Vec<Kind>,
    words: HashMap<&'static str, i64>,
}

impl Categories {
    /// The register, read once.
    pub fn get() -> &'static Self {
        static ALL: OnceLock<Categories> = OnceLock::new();
        ALL.get_or_init(Self::load)
    }

    fn load() -> Self {
        let categories = rows(CATEGORIES).filter_map(|cells| {
            let [number, word, zh, en] = cells[..] else { return None };
            Some(Category { number: number.parse().ok()?, word, names: [zh, en] })
        });
        let kinds = rows(KINDS).filter_map(|cells| {
            let [number, category, word, zh, en, drawing, months, words] = cells[..] else { return None };
            let list = |text: &'static str| text.split('|').filter(|part| !part.is_empty());
            Some(Kind {
                number: number.parse().ok()?,
                category: category.parse().ok()?,
                word,
                drawing,
                months: list(months).filter_map(|month| month.parse().ok()).collect(),
                names: [zh, en],
                words: list(words).collect(),
            })
        });
        let kinds: Vec<Kind> = kinds.collect();
        let words =
            kinds.iter().flat_map(|kind| kind.words.iter().map(|word| (*word, kind.number))).collect();
        Self { all: categories.collect(), kinds, words }
    }

    /// The categories in the order in which pages show them.
    pub fn all(&self) -> &[Category] {
        &self.all
    }

    /// The kinds of a category.
    pub fn kinds_of(&self, category: i64) -> impl Iterator<Item = &Kind> {
        self.kinds.iter().filter(move |kind| kind.category == category)
    }

    /// All kinds.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The category with this word.
    pub fn category(&self, word: &str) -> Option<&Category> {
        self.all.iter().find(|category| category.word == word)
    }

    /// The category with this number.
    pub fn category_of(&self, number: i64) -> Option<&Category> {
        self.all.iter().find(|category| category.number == number)
    }

    /// The kind with this number.
    pub fn kind(&self, number: i64) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.number == number)
    }

    /// The kind that somebody names: by its word or by its name in either language.
    pub fn named(&self, text: &str) -> Option<&Kind> {
        let text = text.trim();
        self.kinds.iter().find(|kind| {
            kind.word == text
                || kind.number.to_string() == text
                || kind.names.iter().any(|name| name.eq_ignore_ascii_case(text))
        })
    }

    /// The kind that a product's name tells: the longest known word in it decides, the later one on a tie.
    pub fn recognise(&self, name: &str) -> Option<&Kind> {
        let signs: Vec<char> = name.chars().collect();
        let mut best: Option<(usize, usize, i64)> = None;
        for end in 1..=signs.len() {
            for start in end.saturating_sub(8)..end {
                let word: String = signs.iter().skip(start).take(end - start).collect();
                if let Some(kind) = self.words.get(word.as_str()) {
                    best = best.max(Some((end - start, end, *kind)));
                }
            }
        }
        best.and_then(|(_, _, number)| self.kind(number))
    }
}

/// The rows of a table; a cell with commas stands in quotes.
fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| {
        let mut cells = Vec::new();
        let mut rest = line;
        loop {
            let (cell, after) = match rest.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
                Some((cell, after)) => (cell, after.strip_prefix(',')),
                None => rest.split_once(',').map_or((rest, None), |(cell, after)| (cell, Some(after))),
            };
            cells.push(cell);
            match after {
                Some(after) => rest = after,
                None => return cells,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_understood() {
        let all = Categories::get();
        let lines = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!((all.all.len(), all.kinds.len()), (lines(CATEGORIES), lines(KINDS)));
        for kind in &all.kinds {
            assert!(all.category_of(kind.category).is_some(), "{}", kind.word);
            assert!(kind.months.iter().all(|month| (1..=12).contains(month)), "{}", kind.word);
            assert_eq!(all.kinds.iter().filter(|other| other.word == kind.word).count(), 1, "{}", kind.word);
        }
        let known: usize = all.kinds.iter().map(|kind| kind.words.len()).sum();
        assert_eq!(all.words.len(), known, "a word stands for two kinds");
    }

    #[test]
    fn a_name_tells_its_kind() {
        for (name, word) in [
            ("昭通丑苹果 5kg装", "apples"),
            ("融安金桔膏", "preserves"),
            ("融安金桔", "citrus"),
            ("风干牦牛肉干", "cured-meat"),
            ("大凉山苦荞茶", "herb-tea"),
            ("刺梨原液 200ml", "drinks"),
            ("龙里刺梨 鲜果", "roxburgh"),
            ("六堡茶", "dark-tea"),
            ("城口腊肉", "cured-meat"),
            ("柞水木耳", "dried-mushroom"),
            ("红薯粉条", "noodles"),
        ] {
            assert_eq!(Categories::get().recognise(name).map(|kind| kind.word), Some(word), "{name}");
        }
        assert_eq!(Categories::get().recognise("潜水艇"), None);
        assert_eq!(Categories::get().named("苹果梨").map(|kind| kind.number), Some(301));
    }
}
