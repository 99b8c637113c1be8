//! Looking into a book: trial balance, accounts, statement, one posting, the last seals.

use std::collections::HashMap;

use serde::Serialize;
use sh_db::{DbError, Tx};
use sh_http::{App, Context, Failure, Listing, Page, Permission, Scope};
use sh_kernel::{Day, Instant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    model::{Account, AccountId, Book, Kind, PostingNumber, Source, Subject, Unit},
    seal::seal as hash_of,
    store::{self, SealRow, pages},
};

/// Seals that a page recomputes.
const SEALS_SHOWN: i64 = 8;

/// Where a book stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Standing {
    /// Postings so far; the number of the last one.
    pub postings: i64,
    /// Seals so far.
    pub seals: i64,
    /// Hash of the last seal, in hexadecimal.
    pub hash: String,
    /// When it was sealed.
    #[schema(value_type = String)]
    pub at: Instant,
    /// Statements show entries up to this posting; the rest follows within seconds.
    pub entered: i64,
}

/// A kind of accounts over a span of days (发生额及余额), in fen or the base unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Trial {
    /// What the accounts are for.
    pub kind: Kind,
    /// What they count.
    pub unit: Unit,
    /// The sum of their balances before the first day.
    pub opening: i64,
    /// What they gave.
    pub debit: i64,
    /// What they received.
    pub credit: i64,
    /// The sum of their balances after the last day.
    pub closing: i64,
}

/// The trial balance of a book (试算平衡): for each unit the balances sum to zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrialBalance {
    /// Where the book stands. Nothing if nothing was ever posted.
    pub standing: Option<Standing>,
    /// By kind and unit.
    pub rows: Vec<Trial>,
}

impl TrialBalance {
    /// The units, and what the closing balances of each sum to: zero.
    pub fn sums(&self) -> Vec<(Unit, i64)> {
        let of = |unit| self.rows.iter().filter(move |row| row.unit == unit);
        let units = Unit::ALL.iter().filter(|unit| of(**unit).next().is_some());
        units.map(|unit| (*unit, of(*unit).fold(0_i64, |sum, row| sum.saturating_add(row.closing)))).collect()
    }
}

/// An account with its balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Shown {
    /// Its identifier.
    #[schema(value_type = String)]
    pub id: Uuid,
    /// What it is for.
    pub kind: Kind,
    /// Whom or what it is kept for.
    #[schema(value_type = String)]
    pub subject: Uuid,
    /// What it counts.
    pub unit: Unit,
    /// Below this it never falls; nothing if it is not guarded.
    pub floor: Option<i64>,
    /// Its balance.
    pub balance: i64,
}

impl Shown {
    fn of((account, balance): (Account, i64)) -> Self {
        let (id, subject) = (account.id.uuid(), account.subject.uuid());
        Self { id, kind: account.kind, subject, unit: account.unit, floor: account.floor, balance }
    }
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Entry {
    /// The posting.
    pub posting: PostingNumber,
    /// The place of the transfer in it.
    pub seq: i64,
    /// Received above zero, given below.
    pub amount: i64,
    /// The balance after it.
    pub balance: i64,
    /// The account on the other side.
    #[schema(value_type = String)]
    pub other: Uuid,
    /// What that is for.
    pub other_kind: Kind,
    /// Whom or what it is kept for.
    #[schema(value_type = String)]
    pub other_subject: Uuid,
    /// When it was posted.
    #[schema(value_type = String)]
    pub at: Instant,
    /// The business day.
    #[schema(value_type = i64)]
    pub day: Day,
    /// What kind of document is behind it.
    pub source: Source,
}

/// An account and a page of its entries, newest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Statement {
    /// The account as it stands.
    pub account: Shown,
    /// Where its book stands.
    pub standing: Standing,
    /// Its entries.
    pub entries: Listing<Entry>,
}

/// What is known of a posting besides its transfers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Heading {
    /// Its number.
    pub number: PostingNumber,
    /// When it was posted.
    #[schema(value_type = String)]
    pub at: Instant,
    /// The business day.
    #[schema(value_type = i64)]
    pub day: Day,
    /// What kind of document is behind it.
    pub source: Source,
    /// Which document.
    #[schema(value_type = String)]
    pub document: Uuid,
    /// The idempotency key of the command behind it.
    #[schema(value_type = Option<String>)]
    pub key: Option<Uuid>,
    /// The posting that it takes back.
    pub reverses: Option<PostingNumber>,
    /// The posting that took it back.
    pub reversed_by: Option<PostingNumber>,
}

/// One transfer of a posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Line {
    /// Its place.
    pub seq: i64,
    /// What moves.
    pub unit: Unit,
    /// How much.
    pub amount: i64,
    /// The account that gives.
    #[schema(value_type = String)]
    pub debit: Uuid,
    /// What that is for.
    pub debit_kind: Kind,
    /// Whom or what it is kept for.
    #[schema(value_type = String)]
    pub debit_subject: Uuid,
    /// The account that receives.
    #[schema(value_type = String)]
    pub credit: Uuid,
    /// What that is for.
    pub credit_kind: Kind,
    /// Whom or what it is kept for.
    #[schema(value_type = String)]
    pub credit_subject: Uuid,
}

/// A seal, and whether it still says what it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SealShown {
    /// Its number.
    pub seq: i64,
    /// The first posting that it covers.
    pub first: PostingNumber,
    /// The last one.
    pub last: PostingNumber,
    /// When it was made.
    #[schema(value_type = String)]
    pub at: Instant,
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// Whether what it covers still has this hash, recomputed just now.
    pub holds: bool,
}

/// A posting with everything about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostingShown {
    /// What is known of it.
    pub heading: Heading,
    /// What moved.
    pub lines: Vec<Line>,
    /// The seal that covers it.
    pub seal: Option<SealShown>,
}

fn may_read(ctx: &Context) -> Result<(), Failure> {
    Ok(ctx.require(Permission::ReadLedger, Scope::Everywhere)?)
}

async fn standing(tx: &mut Tx, book: Book) -> Result<Option<Standing>, DbError> {
    let row = pages::standing(tx, book).await?;
    Ok(row.map(|(postings, seals, hash, at, entered)| Standing {
        postings,
        seals,
        hash: hex::encode(hash),
        at,
        entered,
    }))
}

/// The trial balance of a span of days; without days, of everything.
///
/// # Errors
/// Without [`Permission::ReadLedger`] everywhere.
pub async fn trial_balance(
    ctx: &Context,
    app: &App,
    book: Book,
    (from, to): (Option<Day>, Option<Day>),
) -> Result<TrialBalance, Failure> {
    may_read(ctx)?;
    let from = from.unwrap_or_else(|| Day::from_day_number(i32::MIN));
    let to = to.unwrap_or_else(|| Day::from_day_number(i32::MAX));
    let read: Result<_, DbError> = app
        .db
        .read(async |tx| {
            Ok(TrialBalance {
                standing: standing(tx, book).await?,
                rows: pages::trial(tx, book, from, to).await?,
            })
        })
        .await;
    Ok(read?)
}

/// The balances of accounts of a book, for a module that has checked who may see them. One that does not exist is left
/// out: nothing is on it.
///
/// # Errors
/// What the database refuses.
pub async fn balances(
    tx: &mut Tx,
    book: Book,
    accounts: &[Account],
) -> Result<HashMap<AccountId, i64>, DbError> {
    let ids = accounts.iter().map(|account| account.id.uuid()).collect();
    let found = store::book::accounts(tx, book, ids).await?;
    Ok(found.into_iter().map(|(account, balance)| (account.id, balance)).collect())
}

/// Every account of a kind with something on it, and how much, for a module that compares them with what it knows itself.
///
/// # Errors
/// What the database refuses.
pub async fn of_kind(tx: &mut Tx, book: Book, kind: Kind) -> Result<HashMap<AccountId, i64>, DbError> {
    store::audit::of_kind(tx, book, kind).await
}

/// The entries of an account before a posting and its place, newest first, for a module that has checked who may see
/// them. They follow the postings within seconds.
///
/// # Errors
/// What the database refuses.
pub async fn entries(
    tx: &mut Tx,
    account: &Account,
    before: Option<(PostingNumber, i64)>,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let before = before.map_or((i64::MAX, 0), |(posting, seq)| (posting.0, seq));
    pages::entries(tx, (account.book, account.id), 1, before, limit).await
}

/// Accounts of a kind, or all of them, in the order of their keys; or the accounts of one subject.
///
/// # Errors
/// Without [`Permission::ReadLedger`] everywhere, or with a cursor that cannot be read.
pub async fn accounts(
    ctx: &Context,
    app: &App,
    book: Book,
    (kind, subject): (Option<Kind>, Option<Subject>),
    page: &Page,
) -> Result<Listing<Shown>, Failure> {
    may_read(ctx)?;
    let kinds = kind.map_or(Kind::ALL.to_vec(), |kind| vec![kind]);
    if let Some(subject) = subject {
        let ids = kinds.iter().map(|kind| Account::money(book, *kind, subject).id.uuid()).collect();
        let found = app.db.read(async |tx| store::book::accounts(tx, book, ids).await).await?;
        return Ok(Listing::of(found.into_iter().map(Shown::of).collect(), page, |shown| shown.id));
    }
    let (Some(first), Some(last)) = (kinds.first(), kinds.last()) else { return Err(Failure::not_found()) };
    let after = page.key::<Uuid>()?.map_or(AccountId::before(*first), AccountId::from_uuid);
    let to = AccountId::last_of(*last);
    let found =
        app.db.read(async |tx| pages::accounts_after(tx, book, after, to, page.fetch()).await).await?;
    Ok(Listing::of(found.into_iter().map(Shown::of).collect(), page, |shown| shown.id))
}

/// The statement of an account (账户明细), newest entry first; with days, the entries that were posted on them.
///
/// # Errors
/// Without [`Permission::ReadLedger`] everywhere, if there is no such account, or with a cursor that cannot be read.
pub async fn statement(
    ctx: &Context,
    app: &App,
    (book, id): (Book, AccountId),
    (from, to): (Option<Day>, Option<Day>),
    page: &Page,
) -> Result<Statement, Failure> {
    may_read(ctx)?;
    let before: Option<(i64, i64)> = page.key()?;
    let read: Result<_, DbError> = app
        .db
        .read(async |tx| {
            let (Some(found), Some(standing)) =
                (pages::account_of(tx, book, id).await?, standing(tx, book).await?)
            else {
                return Ok(None);
            };
            let seals = standing.seals;
            let first = match from {
                Some(day) => first_posting_since(tx, book, seals, day.start()).await?,
                None => 1,
            };
            let end = match to {
                Some(day) => first_posting_since(tx, book, seals, day.plus_days(1).start()).await?,
                None => i64::MAX,
            };
            let before = before.unwrap_or((i64::MAX, 0)).min((end, 0));
            let entries = pages::entries(tx, (book, id), first, before, page.fetch()).await?;
            Ok(Some((Shown::of(found), standing, entries)))
        })
        .await;
    let (account, standing, entries) = read?.ok_or_else(Failure::not_found)?;
    Ok(Statement {
        account,
        standing,
        entries: Listing::of(entries, page, |entry| (entry.posting, entry.seq)),
    })
}

/// One posting with its transfers and its seal.
///
/// # Errors
/// Without [`Permission::ReadLedger`] everywhere, or if there is no such posting.
pub async fn posting(
    ctx: &Context,
    app: &App,
    book: Book,
    number: PostingNumber,
) -> Result<PostingShown, Failure> {
    may_read(ctx)?;
    let read: Result<_, DbError> = app
        .db
        .read(async |tx| {
            let Some((heading, lines)) = pages::posting(tx, book, number).await? else { return Ok(None) };
            let seals = standing(tx, book).await?.map_or(0, |standing| standing.seals);
            let covering = search(tx, book, seals, |seal| seal.last >= number).await?;
            let seal = match covering {
                Some(row) => Some(checked(tx, book, row).await?),
                None => None,
            };
            Ok(Some(PostingShown { heading, lines, seal }))
        })
        .await;
    read?.ok_or_else(Failure::not_found)
}

/// The newest seals, each recomputed from what it covers.
///
/// # Errors
/// Without [`Permission::ReadLedger`] everywhere.
pub async fn last_seals(ctx: &Context, app: &App, book: Book) -> Result<Vec<SealShown>, Failure> {
    may_read(ctx)?;
    let read: Result<_, DbError> = app
        .db
        .read(async |tx| {
            let Some(standing) = standing(tx, book).await? else { return Ok(Vec::new()) };
            let after = standing.seals.saturating_sub(SEALS_SHOWN);
            let mut shown = Vec::new();
            for row in store::audit::seals_after(tx, book, after, SEALS_SHOWN).await? {
                shown.push(checked(tx, book, row).await?);
            }
            shown.reverse();
            Ok(shown)
        })
        .await;
    Ok(read?)
}

/// Recomputes a seal.
async fn checked(tx: &mut Tx, book: Book, row: SealRow) -> Result<SealShown, DbError> {
    let (postings, transfers) = store::audit::between(tx, book, row.first, row.last).await?;
    let holds = hash_of(&row.previous, &postings, &transfers) == row.hash;
    let SealRow { seq, first, last, at, hash, .. } = row;
    Ok(SealShown { seq, first, last, at, hash: hex::encode(hash), holds })
}

/// The first posting that was made at `since` or later; beyond all postings if there is none.
async fn first_posting_since(tx: &mut Tx, book: Book, seals: i64, since: Instant) -> Result<i64, DbError> {
    Ok(search(tx, book, seals, |seal| seal.at >= since).await?.map_or(i64::MAX, |seal| seal.first.0))
}

/// The first of `seals` seals for which `found` holds. Seals ascend by posting and by time, so halving finds it.
async fn search(
    tx: &mut Tx,
    book: Book,
    seals: i64,
    found: impl Fn(&SealRow) -> bool,
) -> Result<Option<SealRow>, DbError> {
    let (mut low, mut high, mut best) = (1_i64, seals, None);
    while low <= high {
        let middle = low.midpoint(high);
        let Some(seal) = pages::seal(tx, book, middle).await? else { break };
        if found(&seal) {
            best = Some(seal);
            high = middle.saturating_sub(1);
        } else {
            low = middle.saturating_add(1);
        }
    }
    Ok(best)
}
