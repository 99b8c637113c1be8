//! Idempotency keys: a command that is repeated has one effect and one answer.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::model::Book;

/// Days for which an answer is kept at least. A command that is repeated later is a new one.
pub const ANSWER_DAYS: i32 = 2;

/// What a command is known by when it is repeated, and what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The book that keeps the answer.
    pub book: Book,
    /// The key.
    pub key: Uuid,
    /// The fingerprint of the command. A key that comes with another one is refused.
    pub body: [u8; 16],
}

impl Claim {
    /// A key that this program gave out, such as the identifier of an order that was made when its form was shown: such
    /// keys ascend, which is cheapest. `body` is the command in a form that is the same each time it is sent, and
    /// holds whoever sends it, so that nobody learns another one's answer.
    pub fn new(book: Book, key: Uuid, body: &[u8]) -> Self {
        Self { book, key, body: fingerprint(&[body]) }
    }

    /// A key that the caller made up, which counts for this caller only.
    pub fn named(book: Book, caller: &str, key: &str, body: &[u8]) -> Self {
        let key = fingerprint(&[caller.as_bytes(), b"\0", key.as_bytes()]);
        Self { book, key: Uuid::from_bytes(key), body: fingerprint(&[body]) }
    }
}

/// The first sixteen bytes of SHA-256.
fn fingerprint(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut out = [0; 16];
    for (to, from) in out.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    out
}

/// What a command was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer, as the module that gave it wrote it.
    pub bytes: Vec<u8>,
    /// Whether it was given before, so that nothing happened now.
    pub repeated: bool,
}
