//! Amounts of money.

use serde::{Deserialize, Serialize};
use sh_kernel::Fen;

use super::{
    CellProblem, ProblemCode, check_present, chinese,
    decimal::{Decimal, Fault, is_scientific, take_sign},
};
use crate::{
    fold::narrow,
    sheet::{Cell, CellValue},
};

/// The unit that bare numbers of a column are in (金额单位).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoneyUnit {
    /// 元
    #[default]
    Yuan,
    /// 千元
    Thousand,
    /// 万元
    TenThousand,
    /// 百万元
    Million,
    /// 亿元
    HundredMillion,
    /// 角
    Jiao,
    /// 分
    Fen,
}

impl MoneyUnit {
    /// Fen in one of this unit.
    pub const fn fen(self) -> i64 {
        match self {
            Self::Fen => 1,
            Self::Jiao => 10,
            Self::Yuan => 100,
            Self::Thousand => 100_000,
            Self::TenThousand => 1_000_000,
            Self::Million => 100_000_000,
            Self::HundredMillion => 10_000_000_000,
        }
    }

    /// Every unit, from the smallest to the largest.
    pub const ALL: &[Self] = &[
        Self::Fen,
        Self::Jiao,
        Self::Yuan,
        Self::Thousand,
        Self::TenThousand,
        Self::Million,
        Self::HundredMillion,
    ];

    /// The stable word, as it is also serialised.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fen => "fen",
            Self::Jiao => "jiao",
            Self::Yuan => "yuan",
            Self::Thousand => "thousand",
            Self::TenThousand => "ten-thousand",
            Self::Million => "million",
            Self::HundredMillion => "hundred-million",
        }
    }

    /// The unit with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|unit| unit.word() == word)
    }

    /// The unit that a folded text names: `万元`, `元`, `rmb`.
    pub fn named(text: &str) -> Option<Self> {
        let text = text.strip_prefix("人民币").unwrap_or(text);
        Some(match text {
            "元" | "圆" | "rmb" | "cny" | "yuan" | "¥" | "" => Self::Yuan,
            "千元" => Self::Thousand,
            "万元" | "万" => Self::TenThousand,
            "百万元" => Self::Million,
            "亿元" | "亿" => Self::HundredMillion,
            "角" => Self::Jiao,
            "分" => Self::Fen,
            _ => return None,
        })
        .filter(|_| !text.is_empty())
    }
}

/// Units within a cell, in fen; the longer name first.
const UNITS: [(&str, i64); 17] = [
    ("亿元", 10_000_000_000),
    ("亿", 10_000_000_000),
    ("千万元", 1_000_000_000),
    ("千万", 1_000_000_000),
    ("百万元", 100_000_000),
    ("百万", 100_000_000),
    ("万元", 1_000_000),
    ("万", 1_000_000),
    ("w", 1_000_000),
    ("千元", 100_000),
    ("元", 100),
    ("圆", 100),
    ("块", 100),
    ("角", 10),
    ("毛", 10),
    ("分", 1),
    ("千", 100_000),
];

/// An amount and whether a part of a fen was rounded off to get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyRead {
    /// The amount.
    pub amount: Fen,
    /// Whether the cell had more decimals than a fen.
    pub rounded: bool,
}

/// Reads an amount; bare numbers are in `unit`. Less than a fen rounds half away from zero.
///
/// Reads `¥1,286.40`, `１２８６.４０`, `128.64万元`, `1亿2000万元`, `(1,234.50)`, `50-`, `叁仟捌佰陆拾元整`. A unit in the cell
/// wins over `unit`.
///
/// # Errors
/// A problem with a `money-` code, `cell-empty` or `cell-error`.
pub fn money(cell: &Cell, unit: MoneyUnit) -> Result<Fen, CellProblem> {
    money_noted(cell, unit).map(|read| read.amount)
}

/// As [`money`], and says whether something was rounded off.
///
/// # Errors
/// As [`money`].
pub fn money_noted(cell: &Cell, unit: MoneyUnit) -> Result<MoneyRead, CellProblem> {
    check_present(cell)?;
    let shown = cell.as_text();
    let read = match &cell.value {
        // The 15 digits that Excel keeps are exact decimals; no arithmetic is done in floating point.
        CellValue::Text(_) | CellValue::Number(_) => read(&narrow(&shown).to_lowercase(), unit),
        _ => Err(ProblemCode::MoneyNotANumber),
    };
    read.map_err(|code| CellProblem::new(code, shown.trim()))
}

fn read(text: &str, unit: MoneyUnit) -> Result<MoneyRead, ProblemCode> {
    let (negative, text) = strip_signs(text);
    if is_foreign(text) {
        return Err(ProblemCode::MoneyForeign);
    }
    let approximate = text.starts_with(['约', '近', '超', '逾'])
        || ["左右", "余", "多", "以上", "余元", "多元", "余万元", "多万元", "余亿元", "多亿元"]
            .iter()
            .any(|ending| text.ends_with(ending));
    if approximate {
        return Err(ProblemCode::MoneyApproximate);
    }
    let mut read = if text.chars().any(chinese::is_numeral) && !text.bytes().any(|byte| byte.is_ascii_digit())
    {
        let amount = chinese::amount(text).ok_or(ProblemCode::MoneyNotANumber)?;
        MoneyRead { amount: Fen(amount), rounded: false }
    } else {
        read_parts(text.trim_end_matches(['整', '正']), unit)?
    };
    if negative {
        read.amount = read.amount.reversed();
    }
    Ok(read)
}

/// Takes off signs of currency and of the amount, which come in any order: `-¥5`, `¥-5`, `(¥5)`.
fn strip_signs(text: &str) -> (bool, &str) {
    let (mut negative, mut rest) = (false, text);
    for _ in 0..2 {
        for sign in ["人民币", "rmb", "cny", "¥", ":"] {
            rest = rest.strip_prefix(sign).unwrap_or(rest);
        }
        for sign in ["rmb", "cny"] {
            rest = rest.strip_suffix(sign).unwrap_or(rest);
        }
        if !negative {
            (negative, rest) = take_sign(rest);
        }
    }
    (negative, rest)
}

fn is_foreign(text: &str) -> bool {
    text.starts_with(['$', '€', '£'])
        || ["usd", "hkd", "eur", "美元", "港元", "港币", "欧元", "日元"]
            .iter()
            .any(|name| text.contains(name))
}

/// Reads one or more numbers, each with its unit, the larger first: `1亿2000万元`, `5元3角`.
fn read_parts(text: &str, default: MoneyUnit) -> Result<MoneyRead, ProblemCode> {
    let (mut rest, mut above) = (text, i64::MAX);
    let mut read = MoneyRead { amount: Fen::ZERO, rounded: false };
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(rest.len());
        let (number, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if is_scientific(rest) {
            return Err(ProblemCode::MoneyScientific);
        }
        let (unit, tail) = match UNITS.iter().find(|(name, _)| tail.starts_with(name)) {
            Some((name, unit)) => (*unit, tail.strip_prefix(name).unwrap_or(tail)),
            None if tail.is_empty() && above == i64::MAX => (default.fen(), tail),
            None => return Err(ProblemCode::MoneyNotANumber),
        };
        if unit >= above {
            return Err(ProblemCode::MoneyNotANumber);
        }
        let number = Decimal::read(number).map_err(|fault| match fault {
            Fault::NotANumber => ProblemCode::MoneyNotANumber,
            Fault::Grouping => ProblemCode::MoneyGrouping,
            Fault::Scientific => ProblemCode::MoneyScientific,
            Fault::TooLarge => ProblemCode::MoneyTooLarge,
        })?;
        let (fen, rounded) = number.times(i128::from(unit)).ok_or(ProblemCode::MoneyTooLarge)?;
        read.amount = read.amount.plus(Fen(fen)).map_err(|_| ProblemCode::MoneyTooLarge)?;
        read.rounded |= rounded;
        (rest, above) = (tail, unit);
    }
    if above == i64::MAX { Err(ProblemCode::MoneyNotANumber) } else { Ok(read) }
}
