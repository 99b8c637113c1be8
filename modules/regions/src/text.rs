//! Names as people write them: folding of spaces and full-width signs, and short names.

use std::borrow::Cow;

/// Nationalities (民族) as they stand in the names of autonomous places. Longer before shorter, so that 蒙古族 is not
/// left with its 族.
const NATIONALITIES: [&str; 49] = [
    "维吾尔",
    "哈萨克族",
    "哈萨克",
    "柯尔克孜",
    "塔吉克",
    "锡伯",
    "蒙古族",
    "蒙古",
    "土家族",
    "布依族",
    "朝鲜族",
    "傈僳族",
    "景颇族",
    "哈尼族",
    "拉祜族",
    "布朗族",
    "纳西族",
    "普米族",
    "独龙族",
    "仡佬族",
    "仫佬族",
    "毛南族",
    "撒拉族",
    "保安族",
    "东乡族",
    "裕固族",
    "达斡尔族",
    "各族",
    "壮族",
    "回族",
    "藏族",
    "羌族",
    "彝族",
    "苗族",
    "侗族",
    "瑶族",
    "白族",
    "傣族",
    "怒族",
    "佤族",
    "水族",
    "黎族",
    "畲族",
    "满族",
    "土族",
    "鄂温克族",
    "鄂伦春族",
    "俄罗斯族",
    "京族",
];

/// Signs that people put between the parts of a place name; they carry no meaning.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || "-—–_/\\|>·•,，、。.;；:：()（）[]【】\"'“”".contains(c)
        || c == '\u{feff}'
        || c == '\u{200b}'
}

/// The text without spaces and separators, full-width letters and digits made half-width, letters in lower case.
/// Borrows when there is nothing to do, which is the common case in a file of a million rows.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    let plain =
        |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) || c.is_ascii_digit() || c.is_ascii_lowercase();
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
                other => other,
            })
            .filter(|c| !is_separator(*c))
            .flat_map(char::to_lowercase)
            .collect(),
    )
}

/// The name without the nationalities at its end: `威宁彝族回族苗族` becomes `威宁`. Keeps at least two characters, so
/// that 东乡族自治县 stays 东乡.
fn without_nationalities(name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = NATIONALITIES
        .iter()
        .find_map(|nationality| rest.strip_suffix(nationality))
        .filter(|shorter| shorter.chars().count() >= 2)
    {
        rest = shorter;
    }
    rest.strip_suffix('族').filter(|shorter| shorter.chars().count() >= 2).unwrap_or(rest)
}

/// The short name of a division (简称) for charts: 毕节 for 毕节市, 威宁 for 威宁彝族回族苗族自治县.
///
/// Names that would shrink to one character (滑县, 城区) or that need their last word to be understood (科尔沁左翼中旗,
/// 井陉矿区) stay as they are.
pub(crate) fn short(name: &str) -> &str {
    if let Some(base) = autonomous_base(name) {
        return base;
    }
    if ["矿区", "郊区", "左旗", "右旗", "前旗", "中旗", "后旗", "直辖县级行政区划"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        return name;
    }
    let ends = [
        "行政委员会",
        "特别行政区",
        "自治区",
        "地区",
        "林区",
        "特区",
        "新区",
        "省",
        "市",
        "县",
        "区",
        "州",
        "旗",
        "盟",
    ];
    ends.iter()
        .filter_map(|end| name.strip_suffix(end))
        .find(|rest| rest.chars().count() >= 2)
        .unwrap_or(name)
}

/// The base of the name of an autonomous prefecture, county or banner; `None` for any other division.
pub(crate) fn autonomous_base(name: &str) -> Option<&str> {
    ["自治县", "自治州", "自治旗"].iter().find_map(|end| name.strip_suffix(end)).map(without_nationalities)
}

/// What an autonomous place is called in everyday writing: 威宁县 and 威宁自治县, 黔东南州, 鄂伦春旗.
pub(crate) fn everyday(name: &str) -> Vec<String> {
    let Some(base) = autonomous_base(name) else { return Vec::new() };
    let kind = name.chars().last().map(String::from).unwrap_or_default();
    vec![format!("{base}{kind}"), format!("{base}自治{kind}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_what_people_say() {
        for (name, expected) in [
            ("威宁彝族回族苗族自治县", "威宁"),
            ("黔东南苗族侗族自治州", "黔东南"),
            ("海西蒙古族藏族自治州", "海西"),
            ("巴音郭楞蒙古自治州", "巴音郭楞"),
            ("伊犁哈萨克自治州", "伊犁"),
            ("东乡族自治县", "东乡"),
            ("隆林各族自治县", "隆林"),
            ("鄂温克族自治旗", "鄂温克"),
            ("莫力达瓦达斡尔族自治旗", "莫力达瓦"),
            ("杜尔伯特蒙古族自治县", "杜尔伯特"),
            ("积石山保安族东乡族撒拉族自治县", "积石山"),
            ("神农架林区", "神农架"),
            ("浦东新区", "浦东"),
            ("滑县", "滑县"),
            ("城区", "城区"),
            ("科尔沁左翼中旗", "科尔沁左翼中旗"),
            ("井陉矿区", "井陉矿区"),
            ("凉山彝族自治州", "凉山"),
        ] {
            assert_eq!(short(name), expected);
        }
    }

    #[test]
    fn folding_forgets_spaces_and_width() {
        assert_eq!(fold("广西百色 德保"), "广西百色德保");
        assert_eq!(fold("　５２０５２６ "), "520526");
        assert_eq!(fold("Guangzhou"), "guangzhou");
        assert!(matches!(fold("威宁县"), Cow::Borrowed(_)));
    }
}
