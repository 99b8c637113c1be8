//! One form for all ways of writing a name, and a number for that form.

use sha2::{Digest, Sha256};

use crate::text::plain;

/// Provinces as they stand in front of names, with the long names of the autonomous regions.
const PROVINCES: &[(&str, &[&str])] = &[
    ("内蒙古", &["自治区", "省"]),
    ("广西", &["壮族自治区", "自治区", "省"]),
    ("西藏", &["自治区", "省"]),
    ("宁夏", &["回族自治区", "自治区", "省"]),
    ("新疆", &["维吾尔自治区", "自治区", "省"]),
    ("黑龙江", &["省"]),
    ("河北", &["省"]),
    ("山西", &["省"]),
    ("辽宁", &["省"]),
    ("吉林", &["省"]),
    ("江苏", &["省"]),
    ("浙江", &["省"]),
    ("安徽", &["省"]),
    ("福建", &["省"]),
    ("江西", &["省"]),
    ("山东", &["省"]),
    ("河南", &["省"]),
    ("湖北", &["省"]),
    ("湖南", &["省"]),
    ("广东", &["省"]),
    ("海南", &["省"]),
    ("四川", &["省"]),
    ("贵州", &["省"]),
    ("云南", &["省"]),
    ("陕西", &["省"]),
    ("甘肃", &["省"]),
    ("青海", &["省"]),
    ("重庆", &["市"]),
    ("北京", &["市"]),
    ("上海", &["市"]),
    ("天津", &["市"]),
];

/// Remarks in brackets that say nothing about who it is.
const REMARKS: &[&str] = &[
    "一般纳税人",
    "小规模纳税人",
    "小规模",
    "个体",
    "个体户",
    "个体工商户",
    "盖章",
    "公章",
    "签章",
    "章",
    "备注",
    "代开",
    "已认证",
    "认证",
    "普通合伙",
    "有限合伙",
    "特殊普通合伙",
    "自然人独资",
    "三证合一",
    "新",
    "旧",
    "扶贫",
    "帮扶",
];

/// Legal forms and what remains of each, the longer ones first. A company is a company with or without the words; a
/// co-operative and a company of the same name are two parties.
const FORMS: &[(&str, &str)] = &[
    ("股份有限责任公司", ""),
    ("有限责任公司", ""),
    ("股份有限公司", ""),
    ("有限公司", ""),
    ("分公司", ""),
    ("公司", ""),
    ("农民专业合作社", "合作社"),
    ("专业合作社", "合作社"),
    ("农民合作社", "合作社"),
    ("工会委员会", "工会"),
    ("门市部", ""),
];

/// What stands for nobody in particular.
const ANONYMOUS: &[&str] = &[
    "市民",
    "散客",
    "个人",
    "消费者",
    "居民",
    "零售",
    "群众",
    "顾客",
    "游客",
    "匿名",
    "无",
    "不详",
    "其他",
    "散户",
    "社会公众",
    "个人消费者",
    "普通消费者",
    "广大市民",
    "零售客户",
    "现金客户",
    "爱心市民",
    "社会各界",
];

/// Brings all usual ways of writing a name to one form: half width, simplified, without punctuation, remarks in
/// brackets, legal form of a company, branch words, and without a province in front of a city or county.
///
/// Other bracketed words stay, since they tell branches apart. The result is only for comparing: show the name as it was
/// written. Folding a folded name changes nothing.
pub fn fold(name: &str) -> String {
    let mut folded = without_brackets(&plain(name));
    // Taking one word away may bring another together; each round makes the text shorter, so this ends.
    loop {
        let next = without_forms(&without_province(&folded));
        if next.chars().count() < 2 || next == folded {
            return folded;
        }
        folded = next;
    }
}

/// Whether the name stands for nobody in particular (市民, 散客), as reports of retail sales have it.
pub fn is_anonymous(name: &str) -> bool {
    let text = without_brackets(&plain(name));
    text.is_empty() || ANONYMOUS.contains(&text.as_str())
}

/// The number of a party: a positive 63-bit hash of its folded name, the same in every installation and for ever.
pub fn party_number(folded: &str) -> i64 {
    let digest = Sha256::digest(folded.as_bytes());
    let mut bytes = [0_u8; 8];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    (i64::from_be_bytes(bytes) & i64::MAX).max(1)
}

/// The number of the party with this name, as reported; 0 if it stands for nobody in particular.
pub fn number_of(name: &str) -> i64 {
    if is_anonymous(name) { 0 } else { party_number(&fold(name)) }
}

/// Drops remarks in brackets and keeps other bracketed words without their brackets.
fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        out.push_str(before);
        let (inside, tail) = after.split_once(')').unwrap_or((after, ""));
        if !REMARKS.contains(&inside) && !inside.starts_with('原') {
            out.push_str(inside);
        }
        rest = tail;
    }
    out.push_str(rest);
    out.retain(|c| !matches!(c, '(' | ')'));
    out
}

fn without_forms(text: &str) -> String {
    let mut out = text.to_owned();
    for (form, short) in FORMS {
        if out.contains(form) {
            out = out.replace(form, short);
        }
    }
    match out.strip_suffix("分店") {
        Some(stem) => stem.to_owned(),
        None => out,
    }
}

/// Takes the province away where a city or county follows it; 广东省教育厅 stays as it is.
fn without_province(text: &str) -> String {
    for (short, endings) in PROVINCES {
        let Some(rest) = text.strip_prefix(short) else { continue };
        let rest = endings.iter().find_map(|ending| rest.strip_prefix(ending)).unwrap_or(rest);
        let names_a_place = rest
            .chars()
            .take(14)
            .enumerate()
            .any(|(position, c)| position > 0 && matches!(c, '县' | '市' | '区' | '州' | '旗' | '盟'));
        if names_a_place && rest.chars().count() >= 5 {
            return rest.to_owned();
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ways_of_writing_one_name_fold_to_one_form() {
        let name = "威宁彝族回族苗族自治县黑石绿源农业有限责任公司";
        for other in [
            "贵州威宁彝族回族苗族自治县黑石绿源农业有限责任公司",
            "贵州省威宁彝族回族苗族自治县黑石绿源农业有限公司",
            "威宁彝族回族苗族自治县黑石绿源農業有限公司（一般纳税人）",
            " 威宁彝族回族苗族自治县 黑石绿源农业公司",
            "威宁彝族回族苗族自治县黑石绿源农业",
        ] {
            assert_eq!(fold(other), fold(name), "{other}");
            assert_eq!(number_of(other), number_of(name));
        }
        assert_eq!(fold("融安县金桔专业合作社"), fold("广西融安县金桔农民专业合作社"));
        assert_eq!(fold("广东省广州市天河区教育局工会委员会"), fold("广州市天河区教育局工会"));
    }

    #[test]
    fn different_parties_stay_apart() {
        for (a, b) in [
            ("威宁县绿源种植有限公司", "威宁县绿源种植专业合作社"),
            ("广东省教育厅", "贵州省教育厅"),
            ("广州市总工会", "深圳市总工会"),
            ("广州市东山百佳鲜超市3店", "广州市东山百佳鲜超市13店"),
            ("某某商贸（深圳）有限公司", "某某商贸（广州）有限公司"),
            ("广州市教育局", "广州市教育局工会委员会"),
        ] {
            assert_ne!(number_of(a), number_of(b), "{a} {b}");
        }
    }

    #[test]
    fn nobody_in_particular_has_no_number() {
        for name in ["市民", " 散客 ", "（个人）", "", "-"] {
            assert_eq!(number_of(name), 0, "{name}");
        }
        assert_ne!(number_of("张三"), 0);
    }

    #[test]
    fn numbers_are_the_same_for_ever() {
        assert_eq!(party_number("昭通市绿源果业"), 4_507_506_366_234_613_734);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "[广东省贵州市县区有限责任公司专业合作社分店（）() a-z0-9１Ａ農門市部工会委员]{0,24}") {
            let folded = fold(&name);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn white_space_and_width_never_matter(name in "[绿源果业昭通市县a-z0-9]{2,16}", at in 0_usize..16) {
            let wide: String = name.chars().map(|c| if c.is_ascii_alphanumeric() {
                char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)
            } else { c }).collect();
            let mut chars: Vec<char> = wide.chars().collect();
            chars.insert(at.min(chars.len()), '　');
            let typed: String = chars.into_iter().collect();
            prop_assert_eq!(fold(&typed), fold(&name));
        }

        #[test]
        fn numbers_are_positive(name in "\\PC{0,20}") {
            prop_assert!(party_number(&name) > 0);
        }
    }
}
