//! Remembering what a repeated text was found to mean. A file repeats its sellers, places and products thousands of
//! times; a hostile one may not, so the memory has a bound.

use std::collections::HashMap;

/// Texts remembered at most; beyond that everything is forgotten and learned again.
const TEXTS_MAX: usize = 20_000;

/// Meanings of texts.
#[derive(Debug)]
pub(crate) struct Memo<T>(HashMap<String, T>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Clone> Memo<T> {
    /// The meaning of a text, worked out once.
    pub(crate) fn get(&mut self, text: &str, find: impl FnOnce(&str) -> T) -> T {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        if self.0.len() >= TEXTS_MAX {
            self.0.clear();
        }
        let found = find(text);
        self.0.insert(text.to_owned(), found.clone());
        found
    }
}

/// Meanings of texts that depend on the day.
#[derive(Debug)]
pub(crate) struct DayMemo<T> {
    known: HashMap<String, HashMap<i64, T>>,
    size: usize,
}

impl<T> Default for DayMemo<T> {
    fn default() -> Self {
        Self { known: HashMap::new(), size: 0 }
    }
}

impl<T: Clone> DayMemo<T> {
    /// The meaning of a text on a day, worked out once.
    pub(crate) fn get(&mut self, text: &str, day: i64, find: impl FnOnce(&str) -> T) -> T {
        if let Some(known) = self.known.get(text).and_then(|days| days.get(&day)) {
            return known.clone();
        }
        if self.size >= TEXTS_MAX {
            self.known.clear();
            self.size = 0;
        }
        self.size += 1;
        let found = find(text);
        self.known.entry(text.to_owned()).or_default().insert(day, found.clone());
        found
    }
}
