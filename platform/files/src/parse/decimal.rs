//! Decimal numbers without floating point.

/// `digits` × 10^-`scale`, with a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    digits: i128,
    scale: u32,
}

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    NotANumber,
    Grouping,
    Scientific,
    TooLarge,
}

impl Decimal {
    /// Reads `1,286.40`: digits, separators every three of them, a point. No sign, no unit.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(Fault::NotANumber);
        }
        if is_scientific(text) {
            return Err(Fault::Scientific);
        }
        let digit = |byte: u8| byte.is_ascii_digit();
        if !fraction.bytes().all(digit) || !whole.bytes().all(|byte| digit(byte) || byte == b',') {
            return Err(Fault::NotANumber);
        }
        if whole.contains(',') {
            let mut groups = whole.split(',');
            let first = groups.next().unwrap_or_default().len();
            if !(1..=3).contains(&first) || groups.any(|group| group.len() != 3) {
                return Err(Fault::Grouping);
            }
        }
        let fraction = fraction.trim_end_matches('0');
        let mut digits = 0_i128;
        let mut scale = 0;
        for byte in whole.bytes().filter(|byte| *byte != b',') {
            digits = push(digits, byte)?;
        }
        // More than twenty decimals say nothing about money or weight.
        for byte in fraction.bytes().take(20) {
            digits = push(digits, byte)?;
            scale += 1;
        }
        Ok(Self { negative: false, digits, scale })
    }

    pub(super) const fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// The value times `unit` as a whole number, rounded half away from zero; `true` if something was rounded
    /// off.
    pub(super) fn times(self, unit: i128) -> Option<(i64, bool)> {
        let product = self.digits.checked_mul(unit)?;
        let divisor = 10_i128.checked_pow(self.scale)?;
        let (whole, rest) = (product / divisor, product % divisor);
        let rounded = if rest * 2 >= divisor { whole.checked_add(1)? } else { whole };
        let signed = if self.negative { -rounded } else { rounded };
        Some((i64::try_from(signed).ok()?, rest != 0))
    }
}

fn push(digits: i128, byte: u8) -> Result<i128, Fault> {
    let digits = digits.checked_mul(10).and_then(|tens| tens.checked_add(i128::from(byte - b'0')));
    digits.filter(|digits| *digits < 10_i128.pow(26)).ok_or(Fault::TooLarge)
}

/// Whether a text is a number with an exponent, such as `1.29E+08`.
pub(super) fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.trim_start_matches(['+', '-']);
    !mantissa.is_empty()
        && !exponent.is_empty()
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-')
        && exponent.bytes().all(|byte| byte.is_ascii_digit())
}

/// Takes the sign off: a minus before or after, `负`, or brackets around the whole.
pub(super) fn take_sign(text: &str) -> (bool, &str) {
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return (true, inner);
    }
    if let Some(rest) = text.strip_prefix('-').or_else(|| text.strip_prefix('负')) {
        return (true, rest);
    }
    if let Some(rest) = text.strip_suffix('-') {
        return (true, rest);
    }
    (false, text.strip_prefix('+').unwrap_or(text))
}
