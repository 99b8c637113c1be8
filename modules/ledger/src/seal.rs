//! The chain of seals (封签): whoever changes a posting, or takes one out, changes every hash after it.

use sh_kernel::Instant;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::model::{AccountId, PostingNumber, Source, Unit};

/// Bytes of a hash.
pub(crate) const HASH_BYTES: usize = 32;

/// What stands before the first seal of a book.
pub(crate) const BEGINNING: [u8; HASH_BYTES] = [0; HASH_BYTES];

/// A posting as it is stored and sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedPosting {
    pub(crate) number: PostingNumber,
    pub(crate) at: Instant,
    pub(crate) day: i64,
    pub(crate) source: Source,
    pub(crate) document: Uuid,
    pub(crate) key: Option<Uuid>,
    pub(crate) reverses: Option<PostingNumber>,
}

/// A transfer as it is stored and sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedTransfer {
    pub(crate) posting: PostingNumber,
    pub(crate) seq: i64,
    pub(crate) debit: AccountId,
    pub(crate) credit: AccountId,
    pub(crate) unit: Unit,
    pub(crate) amount: i64,
}

/// The hash of a batch: SHA-256 of the hash before it, then of each posting and each transfer in the order of their
/// keys, numbers in eight bytes with the highest first. Stored in databases: the rule must not change.
pub(crate) fn seal<'a>(
    previous: &[u8],
    postings: impl IntoIterator<Item = &'a SealedPosting>,
    transfers: impl IntoIterator<Item = &'a SealedTransfer>,
) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(previous);
    for posting in postings {
        hash.update(b"P");
        hash.update(posting.number.0.to_be_bytes());
        hash.update(posting.at.micros().to_be_bytes());
        hash.update(posting.day.to_be_bytes());
        hash.update([posting.source.number()]);
        hash.update(posting.document.as_bytes());
        match posting.key {
            Some(key) => hash.update(key.as_bytes()),
            None => hash.update(b"-"),
        }
        hash.update(posting.reverses.map_or(0, |number| number.0).to_be_bytes());
    }
    for transfer in transfers {
        hash.update(b"T");
        hash.update(transfer.posting.0.to_be_bytes());
        hash.update(transfer.seq.to_be_bytes());
        hash.update(transfer.debit.uuid().as_bytes());
        hash.update(transfer.credit.uuid().as_bytes());
        hash.update([transfer.unit.number()]);
        hash.update(transfer.amount.to_be_bytes());
    }
    hash.finalize().to_vec()
}
