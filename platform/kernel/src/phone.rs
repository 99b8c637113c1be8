//! Telephone numbers of people.

use std::fmt;

/// Characters of a mobile number of the mainland.
const DIGITS: usize = 11;

/// A mobile number of the mainland (手机号): eleven digits from 13 to 19. Shown masked unless somebody has asked for it whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

/// The text is no mobile number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a mobile number of the mainland")]
pub struct NotAPhone;

impl Phone {
    /// Reads what people type: with spaces, hyphens, +86, in full-width digits.
    ///
    /// # Errors
    /// [`NotAPhone`].
    pub fn read(text: &str) -> Result<Self, NotAPhone> {
        let plain = |c: char| match c {
            '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '＋' => '+',
            _ => c,
        };
        let text: String = text.chars().map(plain).filter(|c| !c.is_whitespace() && *c != '-').collect();
        let number = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086")).unwrap_or(&text);
        let mobile = number.len() == DIGITS
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && number.starts_with('1')
            && number.as_bytes().get(1).is_some_and(|second| (b'3'..=b'9').contains(second));
        if mobile { Ok(Self(number.to_owned())) } else { Err(NotAPhone) }
    }

    /// All digits.
    pub fn whole(&self) -> &str {
        &self.0
    }

    /// The last four digits, by which people know their number.
    pub fn tail(&self) -> &str {
        self.0.get(DIGITS - 4..).unwrap_or_default()
    }
}

/// Masked: `138****8000`.
impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}****{}", self.0.get(..3).unwrap_or_default(), self.tail())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_type_it_and_shown_masked() {
        for text in [
            "13800138000",
            " 138 0013 8000",
            "+86 138-0013-8000",
            "008613800138000",
            "１３８００１３８０００",
        ] {
            let phone = Phone::read(text).unwrap();
            assert_eq!((phone.whole(), phone.to_string().as_str()), ("13800138000", "138****8000"), "{text}");
        }
        for text in
            ["", "12800138000", "1380013800", "138001380001", "0755-8888888", "1380013800a", "+8613800138"]
        {
            assert_eq!(Phone::read(text), Err(NotAPhone), "{text}");
        }
    }
}
