//! What is stored as a number: units, kinds of accounts, what a posting comes from. A number is never given another
//! meaning.

use serde::Serialize;
use sh_db::{Column, DbError, IntoValue, Row, Value};

/// An enumeration stored as a number, with a stable code for texts and interfaces.
macro_rules! stored {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $number:literal $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$item_doc])* $item,)* }

        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// The number that is stored.
            pub const fn number(self) -> u8 {
                match self { $(Self::$item => $number),* }
            }

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$item => $code),* }
            }

            /// The one with this code.
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.code() == code)
            }

            /// The one with this number.
            pub fn from_number(number: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| i64::from(item.number()) == number)
            }
        }

        impl Column for $name {
            fn read(row: &Row, index: usize) -> Result<Self, DbError> {
                let number = i64::read(row, index)?;
                Self::from_number(number).ok_or_else(|| DbError::Column {
                    column: index,
                    problem: format!("{number} is no {}", stringify!($name)),
                })
            }
        }

        impl IntoValue for $name {
            fn into_value(self) -> Value {
                i64::from(self.number()).into_value()
            }
        }
    };
}

stored! {
    /// What an account counts (计量单位). One transfer moves one unit; for each unit what is given equals what is received.
    Unit {
        /// 分: money.
        Fen = 1 "fen",
        /// 克: goods by weight.
        Gram = 2 "gram",
        /// 毫升: goods by volume.
        Millilitre = 3 "millilitre",
        /// 件: goods by number.
        Piece = 4 "piece",
    }
}

stored! {
    /// What an account is for (科目). With a subject it names exactly one account of a book.
    ///
    /// The sign follows from the direction: a balance is what was received less what was given. Goods come out of
    /// [`Kind::Inbound`], so that account is as far below zero as goods ever came in; a buyer who has not paid is below
    /// zero at [`Kind::Receivable`]; what a supplier is owed stands above zero at [`Kind::Payable`].
    Kind {
        /// 入库来源: where goods come from; below zero by all that ever came in (mass balance). Subject: lot or supplier.
        Inbound = 1 "inbound",
        /// 在库: goods that lie at a place and may be sold. Guarded. Subject: lot at a location.
        OnHand = 2 "on-hand",
        /// 预占: goods set aside for an order that is not shipped yet. Guarded. Subject: as on hand.
        Reserved = 3 "reserved",
        /// 已发: goods that have left to buyers. Guarded: no more comes back than went out. Subject: lot.
        Shipped = 4 "shipped",
        /// 损耗: goods that were lost, spoiled or found missing. Subject: lot.
        Loss = 5 "loss",
        /// 限购额度: what a buyer may still take of a limited offer; opened with a floor below zero, or filled first.
        /// Guarded. Subject: buyer and offer.
        Allowance = 6 "allowance",
        /// 应收: a buyer's debt; below zero by what is still to be paid. Subject: order.
        Receivable = 20 "receivable",
        /// 应付货款: what a supplier is owed for goods. Subject: supplier.
        Payable = 21 "payable",
        /// 佣金: what the operator has earned. Subject: supplier, or the rule.
        Commission = 22 "commission",
        /// 支付在途: money at a payment provider; below zero by what it has taken in and not handed on. Subject: provider.
        ProviderClearing = 23 "provider-clearing",
        /// 待退款: what a buyer is to get back. Guarded: no more is paid back than was granted. Subject: order.
        Refundable = 24 "refundable",
        /// 已付货款: what suppliers have been paid. Subject: supplier.
        PaidOut = 25 "paid-out",
        /// 运费: freight that buyers pay and carriers get. Subject: supplier.
        Freight = 26 "freight",
    }
}

impl Kind {
    /// The floor that an account of this kind is opened with, unless it is given another one.
    pub const fn floor(self) -> Option<i64> {
        match self {
            Self::OnHand | Self::Reserved | Self::Shipped | Self::Allowance | Self::Refundable => Some(0),
            Self::Inbound
            | Self::Loss
            | Self::Receivable
            | Self::Payable
            | Self::Commission
            | Self::ProviderClearing
            | Self::PaidOut
            | Self::Freight => None,
        }
    }

    /// Whether accounts of this kind hold money. The others hold goods, or a number of them.
    pub const fn is_money(self) -> bool {
        self.number() >= 20
    }
}

stored! {
    /// What kind of document a posting comes from (凭证来源).
    Source {
        /// 期初: what there was before.
        Opening = 1 "opening",
        /// 入库: goods came in.
        Receipt = 2 "receipt",
        /// 调整: stock was counted, or found damaged.
        Adjustment = 3 "adjustment",
        /// 下单: an order was placed.
        Order = 4 "order",
        /// 释放: a reservation ran out, or an order was cancelled.
        Release = 5 "release",
        /// 收款: money came in.
        Payment = 6 "payment",
        /// 发货: goods went out.
        Shipment = 7 "shipment",
        /// 退货: goods came back.
        Return = 8 "return",
        /// 退款: money is to go back, or went back.
        Refund = 9 "refund",
        /// 付款: a supplier was paid.
        Payout = 10 "payout",
        /// 冲正: an earlier posting was taken back.
        Reversal = 11 "reversal",
    }
}
