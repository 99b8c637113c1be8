//! How a published value is written: 591, 约 352, not 591.00.

use serde::{Deserialize, Serialize};
use sh_kernel::{Fen, display_amount};
use sh_ui::{AmountUnit, Locale, Precision, amount_in, published};

/// Fen in 1 亿元.
const YI: u64 = 10_000_000_000;

/// The rule by which a definition writes its value when it is published (发布精度).
///
/// Values are cut and never rounded up: a figure may not claim more than was reached. The exact value is always kept
/// and shown on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Display {
    /// To two decimals of the unit that suits the value.
    Exact,
    /// Cut to so many significant digits of 亿元. A value below 1 亿元 is written as [`Display::Exact`] writes it.
    Cut {
        /// Significant digits that are kept.
        digits: u8,
        /// Written with “about” (约).
        #[serde(default)]
        about: bool,
        /// Written with “more than” (多) if something was cut off.
        #[serde(default)]
        more: bool,
    },
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The number with its 约 or 多: `591`, `约 352`.
    pub number: String,
    /// The unit: 亿元, billion yuan.
    pub unit: String,
    /// Yuan to the fen, with separators: `59,137,204,118.35`.
    pub exact: String,
}

impl Display {
    /// Writes a value in a language.
    pub fn show(self, value: Fen, locale: Locale) -> Shown {
        let exact = value.to_grouped();
        let magnitude = value.0.unsigned_abs();
        let Self::Cut { digits, about, more } = self else { return Self::plain(value, locale, exact) };
        if magnitude < YI {
            return Self::plain(value, locale, exact);
        }
        let whole = (magnitude / YI).to_string().len();
        let digits = usize::from(digits.max(1));
        let decimals = u32::try_from(digits.saturating_sub(whole)).unwrap_or(0).min(4);
        let step = match whole.checked_sub(digits) {
            Some(places) => YI.saturating_mul(10_u64.saturating_pow(u32::try_from(places).unwrap_or(0))),
            None => YI / 10_u64.pow(decimals),
        };
        let cut = magnitude / step * step;
        let signed = i64::try_from(cut).unwrap_or(i64::MAX);
        let cut_value = Fen(if value.0 < 0 { -signed } else { signed });
        let rule = Precision { unit: AmountUnit::Yi, decimals, approximate: about };
        let (mut number, unit) = published(locale, cut_value, rule);
        if more && cut != magnitude {
            number = locale.with("number-more-than", &[("number", number.into())]);
        }
        Shown { number, unit, exact }
    }

    fn plain(value: Fen, locale: Locale, exact: String) -> Shown {
        let unit = AmountUnit::for_column([value]);
        let number = match locale {
            Locale::Zh => display_amount(value).0,
            Locale::En => amount_in(locale, value, unit),
        };
        Shown { number, unit: unit.label(locale), exact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTICLE: Display = Display::Cut { digits: 3, about: false, more: false };
    const ABOUT: Display = Display::Cut { digits: 3, about: true, more: false };

    fn zh(rule: Display, fen: i64) -> String {
        let shown = rule.show(Fen(fen), Locale::Zh);
        format!("{} {}", shown.number, shown.unit)
    }

    #[test]
    fn the_article_is_written_as_it_was_printed() {
        assert_eq!(zh(ARTICLE, 5_919_999_999_999), "591 亿元");
        assert_eq!(zh(ABOUT, 3_526_000_000_000), "约 352 亿元");
        let english = ARTICLE.show(Fen(5_913_720_411_835), Locale::En);
        assert_eq!((english.number.as_str(), english.unit.as_str()), ("59.1", "billion yuan"));
        assert_eq!(english.exact, "59,137,204,118.35");
    }

    #[test]
    fn digits_are_significant_ones() {
        assert_eq!(zh(ARTICLE, 59_199_999_999_999), "5,910 亿元");
        assert_eq!(zh(ARTICLE, 591_999_999_999), "59.1 亿元");
        assert_eq!(zh(ARTICLE, 55_000_000_000), "5.50 亿元");
        assert_eq!(zh(ARTICLE, 1_286_400_000), "1,286.40 万元", "below one 亿 the exact form is shorter");
        assert_eq!(zh(ARTICLE, -5_919_999_999_999), "-591 亿元", "a loss is not made larger");
    }

    #[test]
    fn more_than_is_said_only_if_something_was_cut() {
        let rule = Display::Cut { digits: 2, about: false, more: true };
        assert_eq!(zh(rule, 5_500_000_000_000), "550 亿元");
        assert_eq!(zh(rule, 5_510_000_000_000), "550 多 亿元");
    }
}
