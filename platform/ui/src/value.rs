//! Single values: money, dates, states, grades.

use maud::{Markup, html};
use sh_kernel::{Day, Fen, Month};

use crate::{AmountUnit, Locale, amount_in};

/// What a colour says; the words beside it say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special, or finished.
    #[default]
    Plain,
    /// Good, origin side (山).
    Good,
    /// Information, destination side (海).
    Info,
    /// Somebody has to look.
    Notice,
    /// Wrong, refused, expired.
    Bad,
}

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "is-plain",
            Self::Good => "is-good",
            Self::Info => "is-info",
            Self::Notice => "is-notice",
            Self::Bad => "is-bad",
        }
    }
}

/// A state in a word or two (状态). Finished states stay [`Tone::Plain`], so that open work stands out.
pub fn status_tag(tone: Tone, text: &str) -> Markup {
    html! { span.tag.(tone.class()) { (text) } }
}

/// An amount with the unit that suits it: `591.00 亿元`, `1,286.40 万元`, `3,860.00 元`. Hovering shows the exact
/// yuan; the machine-readable value is yuan with two decimals.
pub fn money(locale: Locale, amount: Fen) -> Markup {
    let unit = AmountUnit::for_column([amount]);
    html! {
        data.money value=(amount.to_plain()) title=(exact(locale, amount)) {
            (amount_in(locale, amount, unit)) " " span.unit { (unit.label(locale)) }
        }
    }
}

/// An amount in a column whose head names the unit. Hovering shows the exact yuan.
pub fn money_cell(locale: Locale, amount: Fen, unit: AmountUnit) -> Markup {
    html! {
        data.money value=(amount.to_plain()) title=(exact(locale, amount)) {
            (amount_in(locale, amount, unit))
        }
    }
}

fn exact(locale: Locale, amount: Fen) -> String {
    format!("{} {}", amount.to_grouped(), AmountUnit::Yuan.label(locale))
}

/// A day: `2020-12-09` in both languages.
pub fn date(day: Day) -> Markup {
    html! { time datetime=(day) { (day) } }
}

/// A month: `2020 年 11 月`, `November 2020`.
pub fn month(locale: Locale, month: Month) -> Markup {
    html! { time datetime=(month) { (month_text(locale, month)) } }
}

/// Months from–to (起止月份): `2020 年 1—11 月` within one year, else both in full.
pub fn month_range(locale: Locale, from: Month, to: Month) -> String {
    if from == to {
        return month_text(locale, from);
    }
    let year = to.year().to_string();
    if from.year() == to.year() {
        let name = |month: Month| match locale {
            // The word for month stands once, behind both numbers.
            Locale::Zh => month.number().to_string(),
            Locale::En => month_name(locale, month),
        };
        let (first, last) = (name(from), name(to));
        return locale
            .with("range-months", &[("year", year.into()), ("first", first.into()), ("last", last.into())]);
    }
    locale.with(
        "range-open",
        &[("from", month_text(locale, from).into()), ("to", month_text(locale, to).into())],
    )
}

fn month_text(locale: Locale, month: Month) -> String {
    locale.with(
        "date-month",
        &[("year", month.year().to_string().into()), ("month", month_name(locale, month).into())],
    )
}

fn month_name(locale: Locale, month: Month) -> String {
    locale.t(&format!("month-{}", month.number()))
}

/// How well an amount is proven (证据等级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceGrade {
    /// 可追到订单: both sides or a platform's own order with receipt.
    A,
    /// 有凭证可核: an invoice, contract or statement.
    B,
    /// 仅汇总报送: reported as a total only.
    C,
}

impl EvidenceGrade {
    /// The letter.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// The grade in words: `可追到订单`.
    pub fn label(self, locale: Locale) -> String {
        match self {
            Self::A => locale.t("grade-a"),
            Self::B => locale.t("grade-b"),
            Self::C => locale.t("grade-c"),
        }
    }

    /// What must be there for the grade: `有订单号、发票、签收`.
    pub fn explanation(self, locale: Locale) -> String {
        match self {
            Self::A => locale.t("grade-a-means"),
            Self::B => locale.t("grade-b-means"),
            Self::C => locale.t("grade-c-means"),
        }
    }
}

/// The letter in its colour with the words beside it.
pub fn evidence_grade(locale: Locale, grade: EvidenceGrade) -> Markup {
    html! {
        span.grade title=(grade.explanation(locale)) {
            span class={ "grade-letter grade-" (grade.letter().to_ascii_lowercase()) } { (grade.letter()) }
            " " (grade.label(locale))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(number: i64) -> Month {
        Month::from_yyyymm(number).unwrap()
    }

    #[test]
    fn ranges_of_months_read_as_people_write_them() {
        assert_eq!(month_range(Locale::Zh, at(202_001), at(202_011)), "2020 年 1—11 月");
        assert_eq!(month_range(Locale::En, at(202_001), at(202_011)), "January to November 2020");
        assert_eq!(month_range(Locale::Zh, at(201_801), at(202_011)), "2018 年 1 月～2020 年 11 月");
        assert_eq!(month_range(Locale::Zh, at(202_011), at(202_011)), "2020 年 11 月");
    }

    #[test]
    fn money_shows_its_unit_and_keeps_the_exact_value() {
        let shown = money(Locale::Zh, Fen(1_286_400_050)).0;
        assert!(shown.contains("value=\"12864000.50\"") && shown.contains("title=\"12,864,000.50 元\""));
        assert!(shown.contains(">1,286.40 <"), "{shown}");
    }
}
