//! What a buyer asks for after the sale (售后): for some pieces of some lines of one shop. No IO, no clock.

use sh_catalogue::model::Shop;
use sh_kernel::{Fen, Id, Instant};

use crate::model::Order;

/// Photos of one case.
pub const PHOTOS_MAX: usize = 6;
/// How often a shop can ask the buyer for more; then it agrees, refuses, or leaves it to the operator.
pub const EVIDENCE_MAX: usize = 3;
/// Days after receipt in which a case can be opened.
pub const OPEN_DAYS: i64 = 15;
/// Hours in which the shop answers; else the operator decides.
pub const ANSWER_HOURS: i64 = 48;
/// Hours in which the buyer adds what the shop asks for, or turns to the operator; else the case is closed.
pub const BUYER_HOURS: i64 = 72;
/// Hours in which the buyer sends the goods back; else the case is closed.
pub const SEND_HOURS: i64 = 7 * 24;
/// Hours in which the shop says that they have come; else the operator decides.
pub const ARRIVE_HOURS: i64 = 10 * 24;

/// A case; what its identifier names.
#[derive(Debug)]
pub struct Case;

sh_db::coded! {
    /// What is asked for (售后类型).
    Kind {
        /// The goods go back, and the money (退货退款).
        Return = 1 "return",
        /// Only the money goes back (仅退款).
        Refund = 2 "refund",
        /// The goods go back, and others come (换货).
        Exchange = 3 "exchange",
        /// Something is to be put right or answered (投诉).
        Complaint = 4 "complaint",
    }
}

sh_db::coded! {
    /// Where a case stands, and who is next (售后状态).
    State {
        /// The shop is to answer (待商家处理).
        Asked = 1 "asked",
        /// The buyer is to add something (待买家补充).
        Evidence = 2 "evidence",
        /// The buyer is to send the goods back (待买家寄回).
        Sending = 3 "sending",
        /// The goods are on their way back to the shop (待商家收货).
        Arriving = 4 "arriving",
        /// The shop has refused; the buyer may turn to the operator (商家已拒绝).
        Refused = 5 "refused",
        /// The operator is to decide (平台介入).
        Arbitration = 6 "arbitration",
        /// Done as it was asked for (已完成).
        Done = 7 "done",
        /// Over without it (已关闭).
        Closed = 8 "closed",
    }
}

impl State {
    /// Whether nothing more can come of it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Closed)
    }

    /// Hours in which whoever is next has to act.
    pub const fn hours(self) -> Option<i64> {
        match self {
            Self::Asked => Some(ANSWER_HOURS),
            Self::Evidence | Self::Refused => Some(BUYER_HOURS),
            Self::Sending => Some(SEND_HOURS),
            Self::Arriving => Some(ARRIVE_HOURS),
            Self::Arbitration | Self::Done | Self::Closed => None,
        }
    }

    /// What becomes of a case when the time is over.
    #[must_use]
    pub const fn when_late(self) -> Self {
        match self {
            // The shop is silent.
            Self::Asked | Self::Arriving => Self::Arbitration,
            Self::Evidence | Self::Sending | Self::Refused => Self::Closed,
            over => over,
        }
    }
}

sh_db::coded! {
    /// Who has done something.
    Side {
        /// The buyer (买家).
        Buyer = 1 "buyer",
        /// The shop (商家).
        Shop = 2 "shop",
        /// Whoever runs the mall (平台).
        Operator = 3 "operator",
        /// The program, because the time was over (系统).
        Program = 4 "program",
    }
}

/// Some pieces of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The number of the line.
    pub line: i64,
    /// Pieces of it.
    pub pieces: i64,
}

/// What a shop sends after an exchange (换货包裹).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Who carries it.
    pub carrier: String,
    /// The number of the waybill.
    pub waybill: String,
    /// When the shop said so.
    pub sent_at: Instant,
}

/// A case as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Identifier.
    pub id: Id<Case>,
    /// The order.
    pub order: Id<Order>,
    /// The shop.
    pub shop: Id<Shop>,
    /// The organisation that runs it.
    pub organisation: String,
    /// Whose the order is.
    pub buyer: String,
    /// What is asked for.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// Why.
    pub reason: String,
    /// What went back.
    pub amount: Fen,
    /// By which waybill the goods come back.
    pub waybill: Option<String>,
    /// Who carries them.
    pub carrier: Option<String>,
    /// What is sent after an exchange.
    pub replacement: Option<Replacement>,
    /// When it was opened.
    pub opened_at: Instant,
    /// Until when whoever is next has to act.
    pub due_at: Option<Instant>,
    /// When it was over.
    pub ended_at: Option<Instant>,
}

/// Something that has happened to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// Who did it.
    pub side: Side,
    /// What, as a code.
    pub what: String,
    /// What they say to it.
    pub said: String,
}

/// A case with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The case.
    pub row: CaseRow,
    /// What it is about.
    pub parts: Vec<Part>,
    /// What has happened, in its order.
    pub events: Vec<Event>,
    /// The numbers of its photos.
    pub photos: Vec<i64>,
}

impl Whole {
    /// How often the shop has asked for more.
    pub fn evidence_asked(&self) -> usize {
        self.events.iter().filter(|event| event.what == "evidence").count()
    }
}

impl CaseRow {
    /// Whether others are to be sent, and nobody has said yet by which parcel.
    pub fn awaits_replacement(&self) -> bool {
        self.kind == Kind::Exchange
            && self.state == State::Done
            && self.amount == Fen::ZERO
            && self.replacement.is_none()
    }
}
