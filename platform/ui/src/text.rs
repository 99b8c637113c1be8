//! How figures are written: digit groups, one unit per column, the precision of published figures.

use std::borrow::Cow;

use sh_kernel::Fen;

use crate::Locale;

/// The unit in which a column or figure of amounts is written (金额单位). One column keeps one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AmountUnit {
    /// 元, yuan.
    Yuan,
    /// 万元, ten thousand yuan; English pages write millions of yuan.
    Wan,
    /// 亿元, a hundred million yuan; English pages write billions of yuan.
    Yi,
}

impl AmountUnit {
    /// The unit that suits the largest amount of a column, by the thresholds of
    /// [`sh_kernel::display_amount`].
    pub fn for_column(amounts: impl IntoIterator<Item = Fen>) -> Self {
        match amounts.into_iter().map(|amount| amount.0.unsigned_abs()).max() {
            Some(10_000_000_000..) => Self::Yi,
            Some(1_000_000..) => Self::Wan,
            _ => Self::Yuan,
        }
    }

    /// The name of the unit in the language: `亿元`, `billion yuan`.
    pub fn label(self, locale: Locale) -> String {
        match self {
            Self::Yuan => locale.t("unit-yuan"),
            Self::Wan => locale.t("unit-wan"),
            Self::Yi => locale.t("unit-yi"),
        }
    }

    /// Fen in one unit as this language writes it.
    pub const fn fen(self, locale: Locale) -> u64 {
        match (self, locale) {
            (Self::Yuan, _) => 100,
            (Self::Wan, Locale::Zh) => 1_000_000,
            (Self::Wan, Locale::En) => 100_000_000,
            (Self::Yi, Locale::Zh) => 10_000_000_000,
            (Self::Yi, Locale::En) => 100_000_000_000,
        }
    }

    /// Decimals that English needs more than Chinese to keep the same precision (1 亿 is 0.1 billion).
    const fn extra_decimals(self, locale: Locale) -> u32 {
        match (self, locale) {
            (Self::Wan, Locale::En) => 2,
            (Self::Yi, Locale::En) => 1,
            _ => 0,
        }
    }
}

/// An amount as a number of `unit` with two decimals, rounded half away from zero: `1,286.40`. The unit
/// stands in the head of the column.
pub fn amount_in(locale: Locale, amount: Fen, unit: AmountUnit) -> String {
    let unit = u128::from(unit.fen(locale));
    let magnitude = u128::from(amount.0.unsigned_abs());
    signed(amount, (magnitude * 100 + unit / 2) / unit, 2)
}

/// An amount for a narrow place, such as the top of a bar: as many decimals as the highest one of its row has in about
/// three digits, rounded half away from zero: `70.5`, `446`, `1.82`.
pub fn short_amount(locale: Locale, amount: Fen, unit: AmountUnit, highest: Fen) -> String {
    let one = u128::from(unit.fen(locale));
    let decimals = match u128::from(highest.0.unsigned_abs()) / one {
        0..10 => 2,
        10..100 => 1,
        _ => 0,
    };
    let magnitude = u128::from(amount.0.unsigned_abs()) * 10_u128.pow(decimals);
    signed(amount, (magnitude + one / 2) / one, decimals)
}

/// How a figure was published (发布口径的精度), so that the same figure is shown the same way again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precision {
    /// The unit of the publication.
    pub unit: AmountUnit,
    /// Decimals that were published, in the Chinese unit: 0 for 591 亿元.
    pub decimals: u32,
    /// Published as “about” (约).
    pub approximate: bool,
}

/// A published amount with the precision of its publication, cut and not rounded, because a figure may never
/// claim more than was reached: `("591", "亿元")`, `("约 352", "亿元")`, in English `("59.1", "billion yuan")`.
pub fn published(locale: Locale, amount: Fen, rule: Precision) -> (String, String) {
    let decimals = rule.decimals.min(4).saturating_add(rule.unit.extra_decimals(locale));
    let scaled =
        u128::from(amount.0.unsigned_abs()) * 10_u128.pow(decimals) / u128::from(rule.unit.fen(locale));
    let number = signed(amount, scaled, decimals);
    let number =
        if rule.approximate { locale.with("number-about", &[("number", number.into())]) } else { number };
    (number, rule.unit.label(locale))
}

/// A published count that says “more than”: 5,137 counters in steps of 100 give `5,100+`; an exact multiple
/// has no plus.
pub fn published_count(count: u64, step: u64) -> String {
    let step = step.max(1);
    let floor = count / step * step;
    let plus = if floor < count { "+" } else { "" };
    format!("{}{plus}", group_digits(&floor.to_string()))
}

/// A share in percent with one decimal, rounded half away from zero; `--` if there is nothing to share.
pub fn percent(part: i64, whole: i64) -> String {
    if whole == 0 {
        return "--".to_owned();
    }
    let (numerator, denominator) = (i128::from(part) * 1000, i128::from(whole));
    let magnitude = (numerator.abs() + denominator.abs() / 2) / denominator.abs();
    let sign = if (numerator < 0) != (denominator < 0) && magnitude > 0 { "-" } else { "" };
    format!("{sign}{}.{}%", magnitude / 10, magnitude % 10)
}

/// A whole number with thousands separators, as every table and text shows counts.
pub fn grouped(number: i64) -> String {
    group_digits(&number.to_string())
}

/// Puts thousands separators into the whole part of a decimal number; other texts stay as they are.
pub(crate) fn group_digits(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
    if whole.is_empty() || !whole.chars().all(|c| c.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut out = String::from(sign);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn signed(amount: Fen, scaled: u128, decimals: u32) -> String {
    let power = 10_u128.pow(decimals);
    let sign = if amount.0 < 0 && scaled > 0 { "-" } else { "" };
    let whole = group_digits(&(scaled / power).to_string());
    let fraction: Cow<'_, str> = if decimals == 0 {
        Cow::Borrowed("")
    } else {
        format!(".{:0width$}", scaled % power, width = decimals as usize).into()
    };
    format!("{sign}{whole}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yi(hundredths: i64) -> Fen {
        Fen(hundredths * 100_000_000)
    }

    #[test]
    fn published_figures_keep_their_precision() {
        let exact = Precision { unit: AmountUnit::Yi, decimals: 0, approximate: false };
        let about = Precision { approximate: true, ..exact };
        assert_eq!(published(Locale::Zh, yi(59_199), exact), ("591".to_owned(), "亿元".to_owned()));
        assert_eq!(published(Locale::Zh, yi(35_204), about).0, "约 352");
        assert_eq!(published(Locale::En, yi(59_199), exact), ("59.1".to_owned(), "billion yuan".to_owned()));
        assert_eq!(published(Locale::En, yi(35_204), about).0, "about 35.2");
        assert_eq!(published(Locale::Zh, yi(550), Precision { decimals: 1, ..exact }).0, "5.5");
        assert_eq!(published_count(5_137, 100), "5,100+");
        assert_eq!(published_count(250, 10), "250");
    }

    #[test]
    fn a_column_keeps_one_unit() {
        let column = [Fen(1_286_400_000), Fen(386_000), Fen(-5_000)];
        let unit = AmountUnit::for_column(column);
        let shown: Vec<String> = column.iter().map(|fen| amount_in(Locale::Zh, *fen, unit)).collect();
        assert_eq!((unit, shown), (AmountUnit::Wan, vec!["1,286.40".into(), "0.39".into(), "-0.01".into()]));
        assert_eq!(amount_in(Locale::En, Fen(1_286_400_000), unit), "12.86");
        assert_eq!(AmountUnit::for_column([]), AmountUnit::Yuan);
    }

    #[test]
    fn narrow_places_get_about_three_digits() {
        let short = |locale, amount, highest| short_amount(locale, yi(amount), AmountUnit::Yi, yi(highest));
        assert_eq!(short(Locale::Zh, 7_055, 7_055), "70.6");
        assert_eq!(short(Locale::Zh, 104, 44_703), "1");
        assert_eq!(short(Locale::En, 7_055, 7_055), "7.06");
        assert_eq!(short(Locale::En, 44_703, 44_703), "44.7");
    }

    #[test]
    fn shares_and_groups() {
        assert_eq!(percent(24_318, 59_100), "41.1%");
        assert_eq!(percent(1, 0), "--");
        assert_eq!(percent(-1, 8), "-12.5%");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(group_digits("12a"), "12a");
        assert_eq!(group_digits("1234.5678"), "1,234.5678");
    }
}
