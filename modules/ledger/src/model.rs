//! Books, accounts, transfers, postings. No input, no output, no clock.

mod account;
mod codes;
mod posting;

pub use account::{Account, AccountId, Book, Subject};
pub use codes::{Kind, Source, Unit};
pub use posting::{Posting, PostingNumber, PostingRef, Transfer};
