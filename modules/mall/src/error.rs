//! What can go wrong between a basket and a received parcel.

use sh_db::{DbError, GroupError};
use sh_http::{AppError, BadCursor, Denied, Invalid, Kind, MissingService};
use sh_kernel::{Fen, FieldErrors, Id, Overflow};
use sh_ledger::Refusal;

use sh_catalogue::model::Sku;

/// A price that is another one than the buyer saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The variant.
    pub sku: Id<Sku>,
    /// Its name.
    pub name: String,
    /// What the buyer saw.
    pub seen: Fen,
    /// What it costs.
    pub now: Fen,
}

/// A variant of which too little is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    /// The variant.
    pub sku: Id<Sku>,
    /// Its name.
    pub name: String,
    /// Pieces that are left.
    pub left: i64,
}

/// A product of which a buyer would have more than one buyer may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverLimit {
    /// The product.
    pub name: String,
    /// Pieces that one buyer may have.
    pub pieces: i64,
    /// What of them is left.
    pub left: i64,
}

/// Why a command was not carried out. Nothing of it was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The ledger refuses.
    #[error(transparent)]
    Ledger(#[from] Refusal),
    /// Too little is there.
    #[error("{} variants are sold out", .0.len())]
    SoldOut(Vec<Short>),
    /// Prices are other ones than the buyer saw.
    #[error("{} prices have changed", .0.len())]
    Changed(Vec<Changed>),
    /// The sum is another one than the buyer agreed to, as after a change of freight.
    #[error("the sum is {actual}, not {expected}")]
    Total {
        /// What the buyer agreed to.
        expected: Fen,
        /// What it costs.
        actual: Fen,
    },
    /// Not on sale any more.
    #[error("not on sale: {0}")]
    OffSale(String),
    /// A shop does not send there.
    #[error("{0} does not send there")]
    NotSent(String),
    /// The buyer would have more than one buyer may have.
    #[error("{} products are limited", .0.len())]
    OverLimit(Vec<OverLimit>),
    /// The buyer has as many unpaid orders as anybody may have.
    #[error("too many orders wait for payment")]
    TooManyOpen,
    /// As many pieces are set aside for the buyer as for anybody.
    #[error("too many pieces wait for payment")]
    TooManyPieces,
    /// The money of a part was asked for as often as it may be.
    #[error("asked for too often")]
    AskedOften,
    /// The form was made too long ago, or its number was not given out by us.
    #[error("the form is too old")]
    FormOld,
    /// Nothing is ordered, or more lines or pieces than one order takes.
    #[error("not an order: {0}")]
    Shape(&'static str),
    /// There is no such thing.
    #[error("there is no such order")]
    NotFound,
    /// The order is not in the state that this needs.
    #[error("the order is {0}")]
    WrongState(&'static str),
    /// An amount is beyond what the system holds.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl AppError for Refused {
    fn kind(&self) -> Kind {
        match self {
            Self::Ledger(inner) => inner.kind(),
            Self::NotFound => Kind::NotFound,
            Self::Shape(_) | Self::Overflow(_) => Kind::Unprocessable,
            Self::TooManyOpen | Self::TooManyPieces => Kind::TooMany,
            _ => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Ledger(inner) => inner.code(),
            Self::SoldOut(_) => "sold-out",
            Self::Changed(_) => "price-changed",
            Self::Total { .. } => "total-changed",
            Self::OffSale(_) => "off-sale",
            Self::NotSent(_) => "not-sent-there",
            Self::OverLimit(_) => "over-purchase-limit",
            Self::TooManyOpen => "too-many-open-orders",
            Self::TooManyPieces => "too-many-open-pieces",
            Self::AskedOften => "asked-too-often",
            Self::FormOld => "form-too-old",
            Self::Shape(_) => "not-an-order",
            Self::NotFound => "not-found",
            Self::WrongState(_) => "order-wrong-state",
            Self::Overflow(_) => "amount-too-large",
        }
    }

    fn args(&self) -> Vec<(&str, String)> {
        let names = |list: Vec<String>| vec![("names", list.join("、"))];
        match self {
            Self::SoldOut(list) => names(list.iter().map(|one| one.name.clone()).collect()),
            Self::OverLimit(list) => {
                names(list.iter().map(|one| format!("{} {}/{}", one.name, one.left, one.pieces)).collect())
            }
            Self::Changed(list) => names(
                list.iter()
                    .map(|one| format!("{} ¥{} → ¥{}", one.name, one.seen.to_grouped(), one.now.to_grouped()))
                    .collect(),
            ),
            Self::Total { expected, actual } => {
                vec![("expected", expected.to_grouped()), ("actual", actual.to_grouped())]
            }
            Self::OffSale(name) | Self::NotSent(name) => vec![("names", name.clone())],
            _ => Vec::new(),
        }
    }
}

/// What can go wrong. The texts are `problem-<code>`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or the actor may not know of it.
    #[error("there is no such thing")]
    NotFound,
    /// The actor may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Some fields were not accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The command was refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The basket is full.
    #[error("the basket is full")]
    BasketFull,
    /// Another parcel of this carrier has the number.
    #[error("the waybill is taken")]
    WaybillTaken,
    /// A part has as many parcels as may be.
    #[error("too many parcels")]
    TooManyParcels,
    /// As many rules of commission hold or are to come as may.
    #[error("too many rules")]
    TooManyRules,
    /// A rule of commission ends earlier already.
    #[error("the rule has ended")]
    RuleEnded,
    /// A shop is owed nothing that is due.
    #[error("nothing is due")]
    NothingDue,
    /// An instruction was paid or taken back already.
    #[error("the instruction has ended")]
    SettlementEnded,
    /// Goods that the settlement pays for went back since, or somebody asks for that.
    #[error("the settlement is not right any more")]
    SettlementStale,
    /// Whoever made an instruction cannot confirm that it is paid.
    #[error("a second person has to confirm")]
    SamePerson,
    /// Another payment has this reference of the bank.
    #[error("the reference is taken")]
    ReferenceTaken,
    /// A line of the bank was given to an order or sent back already.
    #[error("the line was decided already")]
    LineDecided,
    /// A message that is not signed by the provider it names.
    #[error("the message is not signed by its provider")]
    Forged,
    /// There is no such way to pay.
    #[error("there is no such way to pay")]
    NoProvider,
    /// The provider cannot be reached, or refuses.
    #[error("the provider cannot serve: {0}")]
    Provider(String),
    /// A page cannot be found.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// An amount is beyond what the system holds.
    #[error(transparent)]
    Overflow(#[from] Overflow),
    /// A person keeps as many addresses as anybody may.
    #[error("too many addresses")]
    AddressesFull,
    /// The line has a review.
    #[error("the line has a review")]
    Reviewed,
    /// The time for it is over, or it is hidden.
    #[error("too late for this review")]
    ReviewLate,
    /// The shop has answered already.
    #[error("the shop has answered")]
    Answered,
    /// A photo cannot be used, by the code of the reason.
    #[error("the photo cannot be used: {0}")]
    Picture(&'static str),
    /// Photos cannot be kept.
    #[error(transparent)]
    Store(sh_files::store::StoreError),
    /// A file was not written.
    #[error(transparent)]
    Write(#[from] sh_files::write::WriteError),
    /// The catalogue.
    #[error(transparent)]
    Catalogue(#[from] sh_catalogue::Error),
    /// The queue of commands.
    #[error(transparent)]
    Queue(#[from] GroupError<DbError>),
    /// The program was put together without something.
    #[error(transparent)]
    Missing(#[from] MissingService),
    /// The machine gives no random numbers.
    #[error("no random numbers")]
    NoChance,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Error {
    /// Whether the form needs another number before it can be sent again.
    pub(crate) const fn needs_new_form(&self) -> bool {
        matches!(self, Self::Refused(Refused::FormOld | Refused::Ledger(Refusal::OtherBody)))
    }
}

impl AppError for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound | Self::NoProvider => Kind::NotFound,
            Self::Denied(inner) => inner.kind(),
            Self::Invalid(inner) => inner.kind(),
            Self::Refused(inner) => inner.kind(),
            Self::BasketFull
            | Self::WaybillTaken
            | Self::TooManyParcels
            | Self::TooManyRules
            | Self::RuleEnded
            | Self::NothingDue
            | Self::SettlementEnded
            | Self::SettlementStale
            | Self::SamePerson
            | Self::ReferenceTaken
            | Self::LineDecided
            | Self::AddressesFull
            | Self::Reviewed
            | Self::ReviewLate
            | Self::Answered => Kind::Conflict,
            Self::Forged => Kind::Forbidden,
            Self::Provider(_) => Kind::Unavailable,
            Self::Cursor(inner) => inner.kind(),
            Self::Overflow(_) | Self::Picture(_) => Kind::Unprocessable,
            Self::Catalogue(inner) => inner.kind(),
            Self::Queue(inner) => inner.kind(),
            Self::Missing(_) | Self::NoChance | Self::Write(_) | Self::Store(_) => Kind::Internal,
            Self::Db(inner) => inner.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Denied(inner) => inner.code(),
            Self::Invalid(inner) => inner.code(),
            Self::Refused(inner) => inner.code(),
            Self::BasketFull => "basket-full",
            Self::WaybillTaken => "waybill-taken",
            Self::TooManyParcels => "too-many-parcels",
            Self::TooManyRules => "too-many-commission-rules",
            Self::RuleEnded => "commission-rule-ended",
            Self::NothingDue => "nothing-due",
            Self::SettlementEnded => "settlement-ended",
            Self::SettlementStale => "settlement-stale",
            Self::SamePerson => "settlement-same-person",
            Self::ReferenceTaken => "bank-reference-taken",
            Self::LineDecided => "bank-line-decided",
            Self::AddressesFull => "addresses-full",
            Self::Reviewed => "reviewed-before",
            Self::ReviewLate => "review-too-late",
            Self::Answered => "review-answered-before",
            Self::Picture(code) => code,
            Self::Store(inner) => inner.code(),
            Self::Write(inner) => inner.code(),
            Self::Forged => "callback-forged",
            Self::NoProvider => "no-such-provider",
            Self::Provider(_) => "provider-away",
            Self::Cursor(inner) => inner.code(),
            Self::Overflow(_) => "amount-too-large",
            Self::Catalogue(inner) => inner.code(),
            Self::Queue(inner) => inner.code(),
            Self::Missing(_) | Self::NoChance => "internal",
            Self::Db(inner) => inner.code(),
        }
    }

    fn fields(&self) -> Option<&FieldErrors> {
        match self {
            Self::Invalid(inner) => inner.fields(),
            Self::Catalogue(inner) => inner.fields(),
            _ => None,
        }
    }

    fn args(&self) -> Vec<(&str, String)> {
        match self {
            Self::Refused(inner) => inner.args(),
            Self::Catalogue(inner) => inner.args(),
            _ => Vec::new(),
        }
    }
}
