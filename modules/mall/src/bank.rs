//! Lines of a bank's statement, and which order a remark names. No input, no output, no clock.

use std::collections::HashSet;

use sh_imports::model::TableImport;
use sh_kernel::{Day, Fen, Id, Instant};

use crate::model::{Order, OrderState};

/// A line that the bank shows; only the type of an identifier.
#[derive(Debug)]
pub struct BankLine;

/// Characters of the code that a transfer names.
const CODE_CHARS: usize = 13;
/// Characters of a running number, of a payer, of a remark that are kept.
pub(crate) const REFERENCE_CHARS_MAX: usize = 60;
pub(crate) const TEXT_CHARS_MAX: usize = 200;

sh_db::coded! {
    /// What became of money that the bank shows (流水状态).
    LineState {
        /// No order is known to it; a person says whose it is, or sends it back (待认领).
        Waiting = 1 "waiting",
        /// It is known whose it is, and is being booked.
        Booking = 2 "booking",
        /// It is with its order; what the order did not need goes back from there (已入账).
        Booked = 3 "booked",
        /// It was sent back to whoever paid (已退回).
        Returned = 4 "returned",
    }
}

/// Money that the bank shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRow {
    /// Identifier; lists go by it.
    pub id: Id<BankLine>,
    /// The running number of the bank (流水号).
    pub reference: String,
    /// When it came in.
    pub day: Day,
    /// How much.
    pub amount: Fen,
    /// Who paid. Personal.
    pub payer: String,
    /// What they wrote (附言).
    pub remark: String,
    /// What became of it.
    pub state: LineState,
    /// Whose transfer it is.
    pub order: Option<Id<Order>>,
    /// The statement on which it stands, if one was read.
    pub import: Option<Id<TableImport>>,
    /// Whether a person typed it, who may have done so before the bank shows it.
    pub typed: bool,
    /// Who said whose it is, or sent it back.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Instant>,
    /// What they wrote.
    pub note: Option<String>,
}

/// An order as a transfer meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaits {
    /// The order.
    pub order: Id<Order>,
    /// What a transfer for it names.
    pub code: String,
    /// Where it stands.
    pub state: OrderState,
    /// What is still to be paid.
    pub due: Fen,
}

/// How a transfer fits its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// To the fen.
    Exact,
    /// Too little: it stays with the order until the rest comes or its time is over.
    Under,
    /// Too much: the rest goes back.
    Over,
    /// The order needs nothing any more: all of it goes back.
    Late,
}

impl Fit {
    /// How an amount fits.
    pub fn of(order: &Awaits, amount: Fen) -> Self {
        if order.state != OrderState::Unpaid || order.due <= Fen::ZERO {
            return Self::Late;
        }
        match amount.cmp(&order.due) {
            std::cmp::Ordering::Less => Self::Under,
            std::cmp::Ordering::Equal => Self::Exact,
            std::cmp::Ordering::Greater => Self::Over,
        }
    }

    /// Its word in counts; the text is `table-bank-<word>`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Under => "under",
            Self::Over => "over",
            Self::Late => "late",
        }
    }
}

/// The running number of a bank as it is compared: however it is typed, one line has one number.
pub fn reference(text: &str) -> String {
    sh_files::fold::fold_text(text).trim_start_matches('\'').to_uppercase()
}

/// A word of a statement for the way that money went: `true` if it came in. Nothing for a word that is not known: an amount
/// is never taken for income on a guess.
pub fn came_in(word: &str) -> Option<bool> {
    let word = sh_files::fold::fold_text(word).to_uppercase();
    let has = |signs: &[char]| word.contains(signs);
    let income = has(&['贷', '收', '入', '来', '存', '进']) || matches!(&*word, "C" | "CR" | "CREDIT" | "IN");
    let outgo = has(&['借', '支', '付', '往', '出', '扣']) || matches!(&*word, "D" | "DR" | "DEBIT" | "OUT");
    (income != outgo).then_some(income)
}

/// Everything in a remark that may be the code of an order: people put spaces and hyphens into it, type it in full width,
/// and take O for 0, I or L for 1.
pub fn codes_in(remark: &str) -> HashSet<String> {
    let plain = sh_files::fold::fold_text(remark).to_uppercase();
    let mut runs = vec![String::new()];
    for sign in plain.chars() {
        match sign {
            ' ' | '-' | '_' | '.' => {}
            'O' => runs.iter_mut().rev().take(1).for_each(|run| run.push('0')),
            'I' | 'L' => runs.iter_mut().rev().take(1).for_each(|run| run.push('1')),
            sign if sign.is_ascii_alphanumeric() => {
                runs.iter_mut().rev().take(1).for_each(|run| run.push(sign));
            }
            _ => runs.push(String::new()),
        }
    }
    let windows = runs.iter().flat_map(|run| run.as_bytes().windows(CODE_CHARS));
    windows.filter_map(|code| std::str::from_utf8(code).ok()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = "00C3DV8G2W1QZ";
        for remark in [
            "00C3DV8G2W1QZ",
            "货款 00C3DV8G2W1QZ 谢谢",
            "00c3-dv8g-2w1qz",
            "OOC3DV8G2WIQZ",
            "００Ｃ３ＤＶ８Ｇ２Ｗ１ＱＺ",
            "订单00C3DV8G2W1QZ，苹果",
        ] {
            assert!(codes_in(remark).contains(code), "{remark}");
        }
        for remark in ["", "货款", "00C3DV8G2W1Q", "00C3DV，8G2W1QZ"] {
            assert!(codes_in(remark).is_empty(), "{remark}");
        }
    }

    #[test]
    fn one_line_has_one_number_however_it_is_typed() {
        for typed in
            ["FT2020 1130 0001", "ｆｔ２０２０１１３００００１", "'ft202011300001", " FT202011300001 "]
        {
            assert_eq!(reference(typed), "FT202011300001", "{typed}");
        }
    }

    #[test]
    fn a_word_says_in_or_out_or_is_not_known() {
        for word in ["贷", "贷方", "收入", "来账", "转入", "C", "cr"] {
            assert_eq!(came_in(word), Some(true), "{word}");
        }
        for word in ["借", "支出", "往账", "转出", "出账", "汇出", "扣款", "付款", "D", "debit"]
        {
            assert_eq!(came_in(word), Some(false), "{word}");
        }
        for word in ["", "转账", "?", "借贷"] {
            assert_eq!(came_in(word), None, "{word}");
        }
    }

    #[test]
    fn an_amount_fits_or_does_not() {
        let order = |state, due| Awaits {
            order: Id::from_uuid(uuid::Uuid::nil()),
            code: String::new(),
            state,
            due: Fen(due),
        };
        let unpaid = order(OrderState::Unpaid, 100);
        assert_eq!(Fit::of(&unpaid, Fen(100)), Fit::Exact);
        assert_eq!(Fit::of(&unpaid, Fen(99)), Fit::Under);
        assert_eq!(Fit::of(&unpaid, Fen(101)), Fit::Over);
        assert_eq!(Fit::of(&order(OrderState::Paid, 0), Fen(100)), Fit::Late);
        assert_eq!(Fit::of(&order(OrderState::Cancelled, 100), Fen(100)), Fit::Late);
    }
}
