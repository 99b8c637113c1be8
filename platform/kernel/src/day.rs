//! Calendar days and months of Asia/Shanghai.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Instant;

/// A calendar day of Asia/Shanghai, stored as `yyyymmdd` (20201130). Always a day that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Day(i32);

/// The text or number is not a calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a calendar day")]
pub struct NotADay;

impl Day {
    /// The day of a year, month and day of month.
    ///
    /// # Errors
    /// [`NotADay`] if the calendar has no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, NotADay> {
        match jiff::civil::Date::new(year, month, day) {
            Ok(_) if year > 0 => Ok(Self(i32::from(year) * 10_000 + i32::from(month) * 100 + i32::from(day))),
            _ => Err(NotADay),
        }
    }

    /// From the stored form `yyyymmdd`.
    ///
    /// # Errors
    /// [`NotADay`] if the number names no day.
    pub fn from_yyyymmdd(number: i64) -> Result<Self, NotADay> {
        let year = i16::try_from(number / 10_000).map_err(|_| NotADay)?;
        let month = i8::try_from(number / 100 % 100).map_err(|_| NotADay)?;
        let day = i8::try_from(number % 100).map_err(|_| NotADay)?;
        Self::new(year, month, day)
    }

    /// The stored form `yyyymmdd`.
    pub const fn yyyymmdd(self) -> i64 {
        self.0 as i64
    }

    /// The month this day lies in.
    pub const fn month(self) -> Month {
        Month(self.0 / 100)
    }

    /// The calendar year.
    pub const fn year(self) -> i32 {
        self.0 / 10_000
    }

    /// The day `days` later, or earlier if negative. Stays within the years 1 to 9999.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self::from_day_number(self.day_number().saturating_add(days))
    }

    /// Whole days from `earlier` to `self`; negative if `self` comes first.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.day_number() - earlier.day_number()
    }

    /// Midnight in Shanghai, with which the day begins.
    pub const fn start(self) -> Instant {
        const SHANGHAI_SECONDS: i64 = 8 * 3_600;
        Instant::from_micros(0).plus_seconds(self.day_number() as i64 * 86_400 - SHANGHAI_SECONDS)
    }

    /// Days counted from 1970-01-01, for arithmetic over many days.
    pub const fn day_number(self) -> i32 {
        // Years are taken to begin in March, so that the leap day is the last of its year.
        let (year, month, day) = (self.0 / 10_000, self.0 / 100 % 100, self.0 % 100);
        let year = if month <= 2 { year - 1 } else { year };
        let era = year / 400;
        let year_of_era = year - era * 400;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The day with this count from 1970-01-01, held within the years 1 to 9999.
    pub fn from_day_number(number: i32) -> Self {
        let shifted = number.clamp(-719_162, 2_932_896) + 719_468;
        let era = shifted / 146_097;
        let day_of_era = shifted - era * 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = era * 400 + year_of_era + i32::from(month <= 2);
        Self(year * 10_000 + month * 100 + day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0 / 10_000, self.0 / 100 % 100, self.0 % 100)
    }
}

impl FromStr for Day {
    type Err = NotADay;
    /// Reads `2020-11-30` or `20201130`.
    fn from_str(text: &str) -> Result<Self, NotADay> {
        let digits: String = text.trim().chars().filter(|c| *c != '-').collect();
        if digits.len() != 8 {
            return Err(NotADay);
        }
        Self::from_yyyymmdd(digits.parse().map_err(|_| NotADay)?)
    }
}

impl TryFrom<i64> for Day {
    type Error = NotADay;
    fn try_from(number: i64) -> Result<Self, NotADay> {
        Self::from_yyyymmdd(number)
    }
}

impl From<Day> for i64 {
    fn from(day: Day) -> Self {
        day.yyyymmdd()
    }
}

/// A calendar month, stored as `yyyymm` (202011).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Month(i32);

impl Month {
    /// From the stored form `yyyymm`.
    ///
    /// # Errors
    /// [`NotADay`] if the number names no month.
    pub fn from_yyyymm(number: i64) -> Result<Self, NotADay> {
        Day::from_yyyymmdd(number.checked_mul(100).and_then(|n| n.checked_add(1)).ok_or(NotADay)?)
            .map(Day::month)
    }

    /// The stored form `yyyymm`.
    pub const fn yyyymm(self) -> i64 {
        self.0 as i64
    }

    /// The calendar year.
    pub const fn year(self) -> i32 {
        self.0 / 100
    }

    /// The month of the year, 1 to 12.
    pub const fn number(self) -> i32 {
        self.0 % 100
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        Day(self.0 * 100 + 1)
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        self.next().first_day().plus_days(-1)
    }

    /// The month after.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 % 100 == 12 { Self(self.0 + 89) } else { Self(self.0 + 1) }
    }

    /// The month before.
    #[must_use]
    pub const fn previous(self) -> Self {
        if self.0 % 100 == 1 { Self(self.0 - 89) } else { Self(self.0 - 1) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 100, self.0 % 100)
    }
}

impl TryFrom<i64> for Month {
    type Error = NotADay;
    fn try_from(number: i64) -> Result<Self, NotADay> {
        Self::from_yyyymm(number)
    }
}

impl From<Month> for i64 {
    fn from(month: Month) -> Self {
        month.yyyymm()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_days_that_exist_are_days() {
        assert!(Day::from_yyyymmdd(20_200_229).is_ok());
        assert!(Day::from_yyyymmdd(20_190_229).is_err());
        assert!(Day::from_yyyymmdd(20_201_301).is_err());
        assert!("2020-11-31".parse::<Day>().is_err());
        assert_eq!("2020-11-30".parse::<Day>().unwrap().yyyymmdd(), 20_201_130);
    }

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let day = Day::from_yyyymmdd(20_201_209).unwrap();
        assert_eq!(day.start().to_string(), "2020-12-09T00:00:00+08:00");
        assert_eq!((day.start().day(), day.start().plus_seconds(-1).day()), (day, day.plus_days(-1)));
    }

    #[test]
    fn months_step_over_the_year() {
        let december = Month::from_yyyymm(201_812).unwrap();
        assert_eq!(december.next().yyyymm(), 201_901);
        assert_eq!(december.next().previous(), december);
        assert_eq!(Month::from_yyyymm(202_002).unwrap().last_day().yyyymmdd(), 20_200_229);
    }

    proptest! {
        #[test]
        fn day_numbers_round_trip(number in -200_000_i32..60_000, step in -5_000_i32..5_000) {
            let day = Day::from_day_number(number);
            prop_assert_eq!(day.day_number(), number);
            prop_assert!(Day::from_yyyymmdd(day.yyyymmdd()).is_ok());
            prop_assert_eq!(day.plus_days(step).days_since(day), step);
        }
    }
}
