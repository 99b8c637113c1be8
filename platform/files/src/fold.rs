//! Folding of text, so that the same name typed in two ways compares equal.

use std::sync::LazyLock;

/// Common traditional characters of titles and company names, each followed by its simplified form.
const SIMPLIFIED: &str = "額额數数單单價价產产貨货訂订購购銷销縣县區区類类別别號号編编碼码稱称聯联繫系電电話话\
農农業业專专館馆廣广東东貴贵雲云鄉乡鎮镇買买賣卖總总計计時时間间開开關关實实際际種种規规應应備备註注發发\
票票稅税運运費费項项營营銀银賬账戶户處处員员務务會会個个兩两萬万億亿錢钱條条無无與与為为點点門门場场齊齐\
興兴陽阳龍龙鳳凤華华國国慶庆漢汉靈灵韓韩劉刘張张陳陈楊杨趙赵吳吴黃黄孫孙羅罗鄭郑謝谢許许鄧邓馮冯葉叶\
蘇苏盧卢蔣蒋賈贾魏魏閻阎鍾钟譚谭陸陆範范麗丽寶宝順顺達达豐丰瀾澜";

/// One character folded: full width to half width, brackets and dashes to one shape, traditional to
/// simplified, lower case. `None` for white space and invisible marks.
fn fold_char(c: char) -> Option<char> {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        '【' | '〔' | '「' | '『' | '〖' | '﹙' | '⟨' => '(',
        '】' | '〕' | '」' | '』' | '〗' | '﹚' | '⟩' => ')',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' => '-',
        '・' | '•' | '●' | '‧' => '·',
        '、' => ',',
        '。' => '.',
        '￥' => '¥',
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{00ad}' => return None,
        _ if c.is_whitespace() || c.is_control() => return None,
        _ => c,
    };
    let c = match c {
        '[' | '{' => '(',
        ']' | '}' => ')',
        _ => c,
    };
    Some(simplify(c).to_lowercase().next().unwrap_or(c))
}

/// The pairs of [`SIMPLIFIED`] in the order of their traditional form.
static PAIRS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let chars: Vec<char> = SIMPLIFIED.chars().collect();
    let mut pairs: Vec<(char, char)> =
        chars.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect();
    pairs.sort_unstable();
    pairs
});

/// The simplified form of a common traditional character, else the character itself.
fn simplify(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let found = PAIRS.binary_search_by_key(&c, |pair| pair.0).ok();
    found.and_then(|index| PAIRS.get(index)).map_or(c, |pair| pair.1)
}

/// Folds a name for comparison: half width, one kind of bracket and dash, no white space, simplified, lower
/// case.
///
/// `广东　省（深圳）ＡＢＣ 有限公司` becomes `广东省(深圳)abc有限公司`. Brackets stay, since their content can tell two
/// branches apart.
pub fn fold_text(text: &str) -> String {
    text.chars().filter_map(fold_char).collect()
}

/// Half-width digits, letters and signs; white space and invisible marks dropped. Keeps case and Chinese
/// characters: the form in which numbers are read.
pub(crate) fn narrow(text: &str) -> String {
    text.chars().filter_map(narrow_char).filter(|c| *c != ' ').collect()
}

/// As [`narrow`], with every run of white space kept as one space and none at the ends.
pub(crate) fn narrow_spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter_map(narrow_char) {
        if c != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn narrow_char(c: char) -> Option<char> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '﹣' | '−' | '‐' | '‑' | '–' | '—' => Some('-'),
        '﹐' => Some(','),
        '￥' => Some('¥'),
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' => None,
        _ if c.is_whitespace() || c.is_control() => Some(' '),
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_typed_in_two_ways_folds_equal() {
        assert_eq!(fold_text("广东　省（深圳）ＡＢＣ 有限公司"), "广东省(深圳)abc有限公司");
        assert_eq!(fold_text("廣東省【深圳】abc有限公司\n"), fold_text("广东省(深圳)ABC有限公司"));
        assert_eq!(fold_text("銷售\u{200b}額"), "销售额");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["Ａ１（x）", "縣區—鄉鎮", "，。、￥", "［a］{b}"] {
            assert_eq!(fold_text(&fold_text(text)), fold_text(text));
        }
    }

    #[test]
    fn the_table_of_characters_is_made_of_pairs() {
        assert_eq!(SIMPLIFIED.chars().count() % 2, 0);
        for (index, c) in SIMPLIFIED.chars().enumerate() {
            assert!(index % 2 == 1 || simplify(simplify(c)) == simplify(c), "{c}");
        }
    }
}
