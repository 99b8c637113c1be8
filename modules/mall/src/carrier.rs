//! Who carries parcels (快递公司): the names that people write, and the one that is kept.

use sh_files::fold::fold_text;

/// What is kept, and what else people write for it, folded.
const CARRIERS: &[(&str, &[&str])] = &[
    ("顺丰", &["顺丰速运", "sf", "sfexpress", "shunfeng"]),
    ("邮政", &["中国邮政", "邮政包裹", "邮政ems", "ems", "邮政特快", "邮政特快专递", "chinapost", "post"]),
    ("中通", &["zto", "zhongtong"]),
    ("圆通", &["圆通速递", "yto", "yuantong"]),
    ("申通", &["sto", "shentong"]),
    ("韵达", &["韵达速递", "yunda", "yd"]),
    ("极兔", &["极兔速递", "j&t", "jt", "jtexpress", "jitu"]),
    ("京东", &["京东快递", "京东物流", "jd", "jdl"]),
    ("德邦", &["德邦快递", "德邦物流", "deppon", "dbl"]),
    ("百世", &["百世快递", "百世汇通", "汇通", "best", "bestexpress"]),
    ("天天", &["天天快递", "ttk"]),
    ("安能", &["安能物流", "ane"]),
    ("自送", &["自配送", "自己送", "送货上门", "own", "ownvan"]),
    ("其他", &["其它", "其他物流", "其它物流", "other"]),
];

/// Endings that say nothing.
const ENDINGS: [&str; 8] = ["有限公司", "集团", "快递", "速递", "速运", "物流", "快运", "express"];

/// The name that is kept for what somebody wrote; `None` for a carrier that is not known.
///
/// ```
/// assert_eq!(sh_mall::carrier::named("顺丰速运"), Some("顺丰"));
/// assert_eq!(sh_mall::carrier::named("ＳＦ Express"), Some("顺丰"));
/// assert_eq!(sh_mall::carrier::named("飞毯"), None);
/// ```
pub fn named(typed: &str) -> Option<&'static str> {
    let folded = fold_text(typed).replace(' ', "").to_lowercase();
    let mut short = folded.as_str();
    while let Some(rest) = ENDINGS.iter().find_map(|ending| short.strip_suffix(ending)) {
        short = rest;
    }
    let is = |name: &str| name == folded || name == short;
    CARRIERS
        .iter()
        .find(|(name, others)| is(name) || others.iter().any(|other| is(other)))
        .map(|known| known.0)
}

/// The names that are kept, for whoever has to choose.
pub fn known() -> String {
    CARRIERS.iter().map(|known| known.0).collect::<Vec<_>>().join("、")
}

/// The number of a waybill as it is kept; `None` if it is none: 6 to 30 letters and digits.
pub fn waybill(typed: &str) -> Option<String> {
    let waybill: String = typed.trim().to_ascii_uppercase();
    let fits =
        (6..=30).contains(&waybill.len()) && waybill.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then_some(waybill)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriers_are_known_by_what_people_write() {
        for (typed, name) in [
            ("顺丰", "顺丰"),
            ("中通快递", "中通"),
            ("圆通速递有限公司", "圆通"),
            ("EMS", "邮政"),
            ("京东物流", "京东"),
            ("zto express", "中通"),
        ] {
            assert_eq!(named(typed), Some(name), "{typed}");
        }
        for typed in ["", "快递", "某某货运", "1234"] {
            assert_eq!(named(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_waybill_is_letters_and_digits() {
        assert_eq!(waybill(" sf1234567890 "), Some("SF1234567890".to_owned()));
        for typed in ["", "12345", "运单123456", "1.23E+13"] {
            assert_eq!(waybill(typed), None, "{typed}");
        }
    }
}
