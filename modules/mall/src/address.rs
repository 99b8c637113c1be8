//! Addresses and invoice titles as people type and paste them.

use sh_kernel::{CreditCode, Day, FieldErrors, Id, RegionCode};
use sh_regions::{Regions, Resolution};
use sh_ui::Locale;

use crate::model::{Address, Title};

/// Characters of a name, of a door.
const NAME_CHARS_MAX: usize = 40;
const DETAIL_CHARS_MAX: usize = 120;
/// Characters of a text that is pasted.
const PASTE_CHARS_MAX: usize = 300;

/// An address as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The six digits of the county.
    pub county: String,
    /// Who receives.
    pub receiver: String,
    /// Telephone.
    pub phone: String,
    /// Town, road and door.
    pub detail: String,
}

/// Addresses that one person may keep.
pub const SAVED_MAX: usize = 20;

/// An address that a person keeps for the next orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Identifier.
    pub id: Id<Self>,
    /// The address.
    pub address: Address,
    /// Whether forms begin with it.
    pub usual: bool,
}

impl From<Address> for Typed {
    fn from(address: Address) -> Self {
        let Address { region, receiver, phone, detail } = address;
        Self { county: region.to_string(), receiver, phone, detail }
    }
}

/// Reads a pasted address: `何平 13800138000 广东省深圳市南山区粤海街道科苑路 8 号`, in any order, with or without labels and
/// separators. What is not found stays empty.
pub fn parse(text: &str, today: Day) -> Typed {
    let text: String = text.chars().take(PASTE_CHARS_MAX).map(plain).collect();
    let (phone, rest) = take_phone(&text);
    let words: Vec<&str> = rest
        .split(|c: char| c.is_whitespace() || ",;|，；、:：".contains(c))
        .filter(|word| !word.is_empty() && !is_label(word))
        .collect();
    let mut typed = Typed { phone, ..Typed::default() };
    let placed = (0..words.len()).find_map(|at| {
        let from = words.get(at..)?;
        place(from, today).map(|found| (at, found))
    });
    let Some((at, (county, used, rest))) = placed else {
        typed.detail = words.join("");
        return typed;
    };
    typed.county = county.to_string();
    let before = words.get(..at).unwrap_or_default();
    let mut after: Vec<&str> = words.get(at + used..).unwrap_or_default().to_vec();
    if let Some(name) = before.iter().find(|word| is_name(word)) {
        (*name).clone_into(&mut typed.receiver);
    } else if let Some(at) = after.iter().rposition(|word| is_name(word)) {
        after.remove(at).clone_into(&mut typed.receiver);
    }
    typed.detail = std::iter::once(rest.as_str()).chain(after).filter(|part| !part.is_empty()).collect();
    typed
}

/// Full-width digits and signs as plain ones.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).filter(char::is_ascii).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// The telephone number in a text, and the text without it.
fn take_phone(text: &str) -> (String, String) {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let mut digits = String::new();
        let mut end = at;
        while let Some(c) = chars.get(end) {
            match c {
                '0'..='9' => digits.push(*c),
                '-' | ' ' if !digits.is_empty() && chars.get(end + 1).is_some_and(char::is_ascii_digit) => {}
                _ => break,
            }
            end += 1;
        }
        let number = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&digits);
        if is_phone(number) {
            let before: String = chars.iter().take(at).collect();
            let after: String = chars.iter().skip(end).collect();
            return (number.to_owned(), format!("{} {after}", before.trim_end_matches('+')));
        }
        at = end.max(at + 1);
    }
    (String::new(), text.to_owned())
}

/// A mobile number, or a line with its area code.
pub(crate) fn is_phone(number: &str) -> bool {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let mobile = number.len() == 11 && number.starts_with('1');
    digits && (mobile || (number.starts_with('0') && (10..=12).contains(&number.len())))
}

fn is_label(word: &str) -> bool {
    matches!(
        word,
        "收货人"
            | "收件人"
            | "姓名"
            | "联系人"
            | "电话"
            | "手机"
            | "手机号"
            | "手机号码"
            | "联系电话"
            | "地址"
            | "收货地址"
            | "详细地址"
            | "所在地区"
            | "邮编"
    )
}

fn is_name(word: &str) -> bool {
    let count = word.chars().count();
    (2..=12).contains(&count)
        && word.chars().all(|c| c.is_alphabetic() || c == '·')
        && !word.ends_with(['省', '市', '区', '县', '镇', '乡', '村', '路', '街', '室', '楼'])
}

/// The county that words begin with, how many words it takes, and what follows it in the last of them.
fn place(words: &[&str], today: Day) -> Option<(RegionCode, usize, String)> {
    let regions = Regions::get();
    let mut best: Option<(RegionCode, usize, String)> = None;
    let mut before = String::new();
    for (count, word) in words.iter().enumerate().take(4) {
        let chars: Vec<char> = word.chars().collect();
        for end in 2..=chars.len().min(24) {
            let head: String = chars.iter().take(end).collect();
            let path = format!("{before}{head}");
            // A name alone, such as that of a person, is no address: a county is named with what it lies in.
            let Resolution::One(code) = regions.resolve(&path, None, today) else { continue };
            if !code.is_province() && !code.is_city() && path.chars().count() >= 4 {
                best = Some((code, count + 1, chars.iter().skip(end).collect()));
            }
        }
        before.push_str(word);
    }
    best
}

/// Checks a typed address; notes what is wrong.
pub fn check(locale: Locale, typed: &Typed, today: Day, errors: &mut FieldErrors) -> Option<Address> {
    let before = errors.0.len();
    let region = typed.county.parse::<RegionCode>().ok();
    let region = region.filter(|code| !code.is_province() && Regions::get().exists_on(*code, today));
    if region.is_none() {
        errors.push("/county", "required", locale.t("checkout-county-missing"));
    }
    let receiver = typed.receiver.trim();
    if receiver.is_empty() || receiver.chars().count() > NAME_CHARS_MAX {
        errors.push("/receiver", "required", locale.t("checkout-receiver-missing"));
    }
    let phone: String = typed.phone.chars().map(plain).filter(|c| !" -".contains(*c)).collect();
    if !is_phone(&phone) {
        errors.push("/phone", "not-a-phone", locale.t("checkout-phone-wrong"));
    }
    let detail = typed.detail.trim();
    if detail.is_empty() || detail.chars().count() > DETAIL_CHARS_MAX {
        errors.push("/detail", "required", locale.t("checkout-detail-missing"));
    }
    if errors.0.len() > before {
        return None;
    }
    Some(Address { region: region?, receiver: receiver.to_owned(), phone, detail: detail.to_owned() })
}

/// Checks an invoice title: a company needs its tax number, a person has none; nothing at all is no invoice.
pub fn title(locale: Locale, name: &str, tax_number: &str, errors: &mut FieldErrors) -> Option<Title> {
    let (name, tax_number) = (name.trim(), tax_number.trim());
    if name.is_empty() && tax_number.is_empty() {
        return None;
    }
    if name.is_empty() || name.chars().count() > 80 {
        errors.push("/title", "required", locale.t("checkout-title-missing"));
        return None;
    }
    if tax_number.is_empty() {
        let company = ["公司", "厂", "合作社", "中心", "局", "学校", "医院", "委员会", "银行"];
        if company.iter().any(|end| name.ends_with(end)) {
            errors.push("/tax-number", "required", locale.t("checkout-tax-number-missing"));
            return None;
        }
        return Some(Title { name: name.to_owned(), tax_number: None });
    }
    let number: String = tax_number.chars().map(plain).collect();
    let Ok(code) = number.parse::<CreditCode>() else {
        errors.push("/tax-number", "not-a-tax-number", locale.t("checkout-tax-number-wrong"));
        return None;
    };
    Some(Title { name: name.to_owned(), tax_number: Some(code.to_string()) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> Day {
        Day::new(2020, 12, 9).unwrap()
    }

    #[test]
    fn a_pasted_address_is_read_in_any_order() {
        let whole = Typed {
            county: "440305".to_owned(),
            receiver: "何平".to_owned(),
            phone: "13800138000".to_owned(),
            detail: "粤海街道科苑路8号".to_owned(),
        };
        for text in [
            "何平 13800138000 广东省深圳市南山区粤海街道科苑路8号",
            "广东省深圳市南山区粤海街道科苑路8号，何平，138-0013-8000",
            "收货人：何平\n手机号：+86 138 0013 8000\n所在地区：广东省 深圳市 南山区\n详细地址：粤海街道科苑路8号",
            "何平　１３８００１３８０００　深圳市南山区粤海街道科苑路８号",
        ] {
            assert_eq!(parse(text, today()), whole, "{text}");
        }
    }

    #[test]
    fn what_is_not_there_stays_empty() {
        let typed = parse("科苑路8号", today());
        assert_eq!((typed.county.as_str(), typed.phone.as_str()), ("", ""));
        assert_eq!(typed.detail, "科苑路8号");
    }

    #[test]
    fn a_company_needs_its_tax_number() {
        let check = |name: &str, number: &str| {
            let mut errors = FieldErrors::default();
            let title = title(Locale::Zh, name, number, &mut errors);
            (title.is_some(), errors.0.len())
        };
        assert_eq!(check("", ""), (false, 0), "no invoice");
        assert_eq!(check("何平", ""), (true, 0));
        assert_eq!(check("深圳市山海餐饮有限公司", ""), (false, 1));
        assert_eq!(check("深圳市山海餐饮有限公司", "91350100M000100Y43"), (true, 0));
        assert_eq!(check("深圳市山海餐饮有限公司", "9135010"), (false, 1));
        assert_eq!(check("", "91350100M000100Y43"), (false, 1));
    }

    proptest! {
        #[test]
        fn nothing_that_is_pasted_breaks_it(text in "\\PC{0,80}") {
            let typed = parse(&text, today());
            prop_assert!(typed.phone.is_empty() || is_phone(&typed.phone));
        }
    }
}
