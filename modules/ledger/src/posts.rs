//! The plainest batch: postings that need no documents of their own.

use std::sync::Arc;

use sh_db::{Batch, DbError, Tx};
use sh_kernel::{Clock, Day};
use uuid::Uuid;

use crate::{
    claim::Claim,
    error::Refusal,
    model::{Posting, PostingNumber, PostingRef},
    plan::Plan,
};

/// One posting to make.
#[derive(Debug, Clone)]
pub struct Post {
    /// What the command is known by when it is repeated.
    pub claim: Claim,
    /// What to post.
    pub what: What,
}

/// What a [`Post`] does.
#[derive(Debug, Clone)]
pub enum What {
    /// A new posting.
    New(Posting),
    /// An earlier posting is taken back (冲正).
    Reverse {
        /// The earlier posting.
        original: PostingRef,
        /// The business day of the reversal.
        day: Day,
        /// The document that asks for it.
        document: Uuid,
    },
}

/// A posting that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Which one.
    pub posting: PostingRef,
    /// Whether it had been made before.
    pub repeated: bool,
}

/// Makes postings, many at a time; for [`sh_db::GroupCommit`].
#[derive(Debug)]
pub struct Posts {
    /// Where the time of a batch comes from.
    pub clock: Arc<dyn Clock>,
}

impl Batch for Posts {
    type Command = Post;
    type Outcome = Result<Posted, Refusal>;
    type Error = DbError;

    async fn commit(&self, tx: &mut Tx, commands: &[Post]) -> Result<Vec<Self::Outcome>, DbError> {
        let mut plan = Plan::new(self.clock.now());
        let new = commands.iter().filter_map(|command| match &command.what {
            What::New(posting) => Some(posting),
            What::Reverse { .. } => None,
        });
        let accounts =
            new.flat_map(|posting| &posting.transfers).flat_map(|transfer| [transfer.debit, transfer.credit]);
        plan.load(tx, accounts.collect::<Vec<_>>()).await?;
        let originals = commands.iter().filter_map(|command| match &command.what {
            What::New(_) => None,
            What::Reverse { original, .. } => Some(*original),
        });
        plan.load_originals(tx, originals.collect::<Vec<_>>()).await?;
        plan.load_claims(tx, commands.iter().map(|command| command.claim).collect::<Vec<_>>()).await?;
        let outcomes = commands.iter().map(|command| one(&mut plan, command)).collect();
        plan.write(tx).await?;
        Ok(outcomes)
    }
}

fn one(plan: &mut Plan, command: &Post) -> Result<Posted, Refusal> {
    let book = command.claim.book;
    let answer = plan.once(&command.claim, |plan| {
        let made = match &command.what {
            What::New(posting) => plan.post(posting)?,
            What::Reverse { original, day, document } => plan.reverse(*original, *day, *document)?,
        };
        if made.book != book {
            return Err(Refusal::Mistake("the key is kept in another book"));
        }
        Ok(made.number.0.to_be_bytes().to_vec())
    })?;
    let number = answer.bytes.try_into().map(i64::from_be_bytes);
    let number = number.map_err(|_| Refusal::Mistake("the answer that is kept is no number"))?;
    Ok(Posted { posting: PostingRef { book, number: PostingNumber(number) }, repeated: answer.repeated })
}
