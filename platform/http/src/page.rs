//! Lists in pages that are found by key, so that a page is as cheap at the end of a long list as at its beginning.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use crate::{AppError, Kind};

/// Rows of a page if the caller does not say.
const PAGE_ROWS: u32 = 50;
/// Rows of a page at most.
const PAGE_ROWS_MAX: u32 = 200;
/// Characters of a cursor at most.
const CURSOR_CHARS_MAX: usize = 1024;

/// Which page of a list is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Where the page begins: `next` of the page before it.
    pub after: Option<String>,
    /// Rows of the page, at most 200.
    pub size: Option<u32>,
}

/// The cursor was not given out by this list.
#[derive(Debug, thiserror::Error)]
#[error("the cursor cannot be read")]
pub struct BadCursor;

impl AppError for BadCursor {
    fn kind(&self) -> Kind {
        Kind::BadInput
    }
    fn code(&self) -> &'static str {
        "bad-cursor"
    }
}

impl Page {
    /// Rows of this page, 1 to 200.
    pub fn size(&self) -> u32 {
        self.size.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS_MAX)
    }

    /// Rows to fetch: one more than the page has, which tells whether there is a next page.
    pub fn fetch(&self) -> i64 {
        i64::from(self.size()) + 1
    }

    /// The key after which this page begins; `None` on the first page. An empty cursor means the first page, too.
    ///
    /// # Errors
    /// [`BadCursor`] if the text was not made by [`Listing::of`] for the same kind of key.
    pub fn key<K: DeserializeOwned>(&self) -> Result<Option<K>, BadCursor> {
        let Some(text) = self.after.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        if text.len() > CURSOR_CHARS_MAX {
            return Err(BadCursor);
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
        serde_json::from_slice(&bytes).map(Some).map_err(|_| BadCursor)
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listing<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to ask for as `after` to get the next page; nothing on the last page.
    pub next: Option<String>,
    /// How many rows there are in all, if that is known cheaply.
    pub total_hint: Option<u64>,
}

impl<T> Listing<T> {
    /// From rows fetched with [`Page::fetch`], in the order of their key.
    pub fn of<K: Serialize>(mut rows: Vec<T>, page: &Page, key: impl FnOnce(&T) -> K) -> Self {
        let size = page.size() as usize;
        let more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| more).and_then(|last| {
            serde_json::to_vec(&key(last)).ok().map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))
        });
        Self { items: rows, next, total_hint: None }
    }

    /// With how many rows there are in all.
    #[must_use]
    pub fn total(mut self, total: u64) -> Self {
        self.total_hint = Some(total);
        self
    }

    /// The same page with other rows, as an interface shows them.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Listing<U> {
        Listing {
            items: self.items.into_iter().map(convert).collect(),
            next: self.next,
            total_hint: self.total_hint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let rows: Vec<i64> = (1..=7).collect();
        let mut seen: Vec<i64> = Vec::new();
        let mut page = Page { after: None, size: Some(3) };
        loop {
            let after: Option<i64> = page.key().unwrap();
            let fetch = usize::try_from(page.fetch()).unwrap();
            let found = rows.iter().copied().filter(|row| after.is_none_or(|key| *row > key)).take(fetch);
            let listing = Listing::of(found.collect(), &page, |row| *row);
            seen.extend(&listing.items);
            if listing.next.is_none() {
                break;
            }
            page.after = listing.next;
        }
        assert_eq!(seen, rows);
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        for text in ["!", "abc", "eyJhIjoxfQ"] {
            let page = Page { after: Some(text.to_owned()), size: None };
            assert!(page.key::<i64>().is_err(), "{text}");
        }
        let page = Page { after: Some(String::new()), size: Some(10_000) };
        assert_eq!((page.key::<i64>().unwrap(), page.size()), (None, 200));
    }
}
