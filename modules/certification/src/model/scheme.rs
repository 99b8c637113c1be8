//! What a scheme (认定制度) is: data, so that a new one needs no new program.

use serde::{Deserialize, Serialize};
use sh_kernel::Day;
use sh_ui::Locale;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// In the language of the reader.
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}

sh_db::coded! {
    /// What is certified (认定对象).
    SubjectKind {
        /// 基地.
        Base = 1 "base",
        /// 加工企业.
        Processor = 2 "processor",
        /// 产品.
        Product = 3 "product",
        /// 企业或单位.
        Enterprise = 4 "enterprise",
        /// 门店、专馆、专柜.
        Outlet = 5 "outlet",
        /// 场所、园区.
        Place = 6 "place",
    }
}

sh_db::coded! {
    /// Whose office decides at a level (审核机关).
    Office {
        /// 县级.
        County = 1 "county",
        /// 市级.
        City = 2 "city",
        /// 省级.
        Province = 3 "province",
    }
}

/// One level of review (审核环节).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Whose office.
    pub office: Office,
    /// What it does: 县农业农村局推荐.
    pub name: Text,
}

/// What a field of the form holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Text.
    Text,
    /// A whole number.
    Count,
    /// A number of people or households; in public fewer than five are not told exactly.
    People,
}

/// A field of the form beyond what every certificate has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Stable key.
    pub key: String,
    /// Its name.
    pub name: Text,
    /// Titles of columns that mean it, beside its names.
    #[serde(default)]
    pub titles: Vec<String>,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether everybody may see it; else only offices that look after the place.
    pub public: bool,
}

/// A paper to be handed in (申报材料).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Its name.
    pub name: Text,
    /// How old it may be at most, in months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months_max: Option<u16>,
}

/// A point that an inspector looks at on site (现场检查).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is looked at.
    pub name: Text,
}

/// How long a certificate holds, if the certificate itself does not say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Months.
    pub months: u16,
}

impl Term {
    /// The last day of a term that begins on a day: the day before the one that corresponds to it, or the end of the
    /// month if there is no such day (民法典 第二百零二条): from 29 February 2020 three years last until 28 February 2023.
    pub fn last_day(self, from: Day) -> Day {
        let number = from.month().number() - 1 + i32::from(self.months);
        let year = i16::try_from(from.year() + number / 12).unwrap_or(i16::MAX);
        let month = i8::try_from(number % 12 + 1).unwrap_or(12);
        let day = i8::try_from(from.yyyymmdd() % 100).unwrap_or(1);
        if let Ok(same) = Day::new(year, month, day) {
            return same.plus_days(-1);
        }
        let end = (28..day).rev().find_map(|day| Day::new(year, month, day).ok());
        end.or_else(|| Day::new(year, month, 28).ok()).unwrap_or(from)
    }
}

/// A scheme (认定制度): what it certifies, who decides, what it asks for, how long it holds. No code asks for its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// Stable code, part of addresses.
    pub code: String,
    /// Its name: 粤港澳大湾区“菜篮子”生产基地.
    pub name: Text,
    /// What its certificates are counted in: 家, 个.
    pub unit: Text,
    /// What is certified.
    pub subject: SubjectKind,
    /// Who certifies.
    pub issuer: Text,
    /// The rule behind it, and where it can be read.
    pub basis: Text,
    /// Who reviews an application, in order.
    pub levels: Vec<Level>,
    /// Days for which the result is open to objections (公示); 0 for none.
    pub notice_days: u16,
    /// Fields beyond number, subject, holder, place and term.
    pub fields: Vec<Field>,
    /// Papers to hand in.
    pub papers: Vec<Paper>,
    /// What an inspector looks at.
    pub checklist: Vec<Check>,
    /// How long a certificate holds; without it as the certificate says, or without an end.
    pub term: Option<Term>,
    /// How many days before its end a certificate is to be renewed.
    pub renewal_days: u16,
    /// How numbers are made: `GBA-{year}-{serial}`.
    pub numbering: String,
    /// Whether everybody may see the register.
    pub public: bool,
}

impl Scheme {
    /// The last day of a term, if it is not said otherwise.
    pub fn until(&self, from: Day) -> Option<Day> {
        self.term.map(|term| term.last_day(from))
    }
}

/// A number after the pattern of a scheme: `{year}` is the year of issue, `{serial}` counts with five digits.
pub fn numbered(pattern: &str, year: i32, serial: u32) -> String {
    pattern.replace("{year}", &format!("{year:04}")).replace("{serial}", &format!("{serial:05}"))
}

/// A condition on certificates: what a count counts (名录口径).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Stable code, part of addresses.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// Schemes of which certificates count.
    pub schemes: Vec<String>,
    /// Only those of this province, by its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<sh_kernel::RegionCode>,
    /// Whether distinct provinces are counted instead of certificates.
    #[serde(default)]
    pub provinces: bool,
    /// The unit.
    pub unit: Text,
    /// What it counts, in words.
    pub rule: Text,
    /// What was published, where: for comparison.
    pub published: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> Day {
        Day::from_yyyymmdd(number).unwrap()
    }

    #[test]
    fn a_term_ends_the_day_before_the_same_day_or_with_the_month() {
        let years = |months, from| Term { months }.last_day(day(from)).yyyymmdd();
        assert_eq!(years(36, 20_190_601), 20_220_531);
        assert_eq!(years(36, 20_200_101), 20_221_231);
        assert_eq!(years(36, 20_200_229), 20_230_228, "there is no 29 February 2023");
        assert_eq!(years(48, 20_200_229), 20_240_228, "the day before 29 February 2024");
        assert_eq!(years(12, 20_200_301), 20_210_228);
        assert_eq!(years(1, 20_200_131), 20_200_229);
        assert_eq!(years(6, 20_200_831), 20_210_228);
    }

    #[test]
    fn numbers_follow_the_pattern() {
        assert_eq!(numbered("GBA-{year}-{serial}", 2020, 7), "GBA-2020-00007");
    }
}
