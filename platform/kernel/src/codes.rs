//! Codes that the state gives to places and organisations.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A division of GB/T 2260 (行政区划代码): six digits, two each for province, city and county. `440000` is Guangdong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct RegionCode(i32);

/// The text or number is not a six-digit division code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a six-digit division code")]
pub struct NotARegion;

impl RegionCode {
    /// Guangdong province.
    pub const GUANGDONG: Self = Self(440_000);

    /// From the six digits as a number.
    ///
    /// # Errors
    /// [`NotARegion`] outside 110000 to 829999.
    pub const fn new(code: i64) -> Result<Self, NotARegion> {
        if code >= 110_000 && code <= 829_999 {
            #[expect(clippy::cast_possible_truncation, reason = "checked to have six digits")]
            Ok(Self(code as i32))
        } else {
            Err(NotARegion)
        }
    }

    /// The six digits as a number.
    pub const fn number(self) -> i64 {
        self.0 as i64
    }

    /// The province this division lies in (itself for a province).
    #[must_use]
    pub const fn province(self) -> Self {
        Self(self.0 / 10_000 * 10_000)
    }

    /// The city (地级) this division lies in; itself for a province or city.
    #[must_use]
    pub const fn city(self) -> Self {
        Self(self.0 / 100 * 100)
    }

    /// A province, autonomous region or municipality.
    pub const fn is_province(self) -> bool {
        self.0 % 10_000 == 0
    }

    /// A city, prefecture or league.
    pub const fn is_city(self) -> bool {
        self.0 % 100 == 0 && self.0 % 10_000 != 0
    }

    /// Whether `self` is `other` or lies inside it.
    pub const fn is_within(self, other: Self) -> bool {
        if other.is_province() {
            self.province().0 == other.0
        } else if other.is_city() {
            self.city().0 == other.0
        } else {
            self.0 == other.0
        }
    }

    /// The first and last code inside this division, for a range in a query.
    pub const fn range(self) -> (i64, i64) {
        let first = self.0 as i64;
        if self.is_province() {
            (first, first + 9_999)
        } else if self.is_city() {
            (first, first + 99)
        } else {
            (first, first)
        }
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for RegionCode {
    type Err = NotARegion;
    fn from_str(text: &str) -> Result<Self, NotARegion> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotARegion);
        }
        Self::new(text.parse().map_err(|_| NotARegion)?)
    }
}

impl TryFrom<i64> for RegionCode {
    type Error = NotARegion;
    fn try_from(code: i64) -> Result<Self, NotARegion> {
        Self::new(code)
    }
}

impl From<RegionCode> for i64 {
    fn from(code: RegionCode) -> Self {
        code.number()
    }
}

/// A unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, letters in upper case.
///
/// A wrong check character is a warning and not an error: codes given out in the Fujian pilot fail the standard's own
/// check and are still valid codes of real companies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CreditCode(String);

/// How a credit code stands against the standard's check character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditCodeState {
    /// The check character is right.
    Checked,
    /// The check character is wrong: look again, but do not refuse.
    CheckFails,
}

/// The text does not have the shape of a credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a credit code has 18 digits and capital letters, without I, O, S, V and Z")]
pub struct NotACreditCode;

const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

impl CreditCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the check character agrees with the other 17.
    pub fn state(&self) -> CreditCodeState {
        let value = |byte: u8| CREDIT_ALPHABET.iter().position(|known| *known == byte).unwrap_or(0);
        let bytes = self.0.as_bytes();
        let sum: usize = bytes.iter().zip(CREDIT_WEIGHTS).map(|(byte, weight)| value(*byte) * weight).sum();
        let check = (31 - sum % 31) % 31;
        if bytes.last().copied() == CREDIT_ALPHABET.get(check).copied() {
            CreditCodeState::Checked
        } else {
            CreditCodeState::CheckFails
        }
    }
}

impl FromStr for CreditCode {
    type Err = NotACreditCode;
    fn from_str(text: &str) -> Result<Self, NotACreditCode> {
        let code = text.trim().to_ascii_uppercase();
        if code.len() == 18 && code.bytes().all(|byte| CREDIT_ALPHABET.contains(&byte)) {
            Ok(Self(code))
        } else {
            Err(NotACreditCode)
        }
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions_know_their_parents() {
        let weining: RegionCode = "520526".parse().unwrap();
        assert_eq!(weining.city().to_string(), "520500");
        assert_eq!(weining.province().to_string(), "520000");
        assert!(weining.is_within("520500".parse().unwrap()));
        assert!(!weining.is_within(RegionCode::GUANGDONG));
        assert!("52052".parse::<RegionCode>().is_err());
    }

    #[test]
    fn a_pilot_code_warns_and_is_kept() {
        assert_eq!("91350100M000100Y43".parse::<CreditCode>().unwrap().state(), CreditCodeState::Checked);
        assert_eq!("91350100M0001TGQXM".parse::<CreditCode>().unwrap().state(), CreditCodeState::CheckFails);
        assert!("9135010OM0001TGQXM".parse::<CreditCode>().is_err());
    }
}
