//! Where Chinese words begin and end.

use std::sync::OnceLock;

use jieba_rs::Jieba;

/// The dictionary, loaded when it is first asked for: a program that never searches does not pay for it.
fn dictionary() -> &'static Jieba {
    static DICTIONARY: OnceLock<Jieba> = OnceLock::new();
    DICTIONARY.get_or_init(|| {
        let mut dictionary = Jieba::new();
        for word in FIELD {
            dictionary.add_word(word, None, None);
        }
        dictionary
    })
}

/// Words of the field that the general dictionary splits.
const FIELD: &[&str] = &[
    "丑苹果",
    "金桔膏",
    "沃柑",
    "刺梨",
    "刺柠吉",
    "六堡茶",
    "百香果",
    "黑木耳",
    "羊肚菌",
    "螺蛳粉",
    "土鸡蛋",
    "菜籽油",
    "山茶油",
    "苦荞茶",
    "滩羊",
    "牦牛",
    "腊肉",
    "洋芋",
    "脐橙",
    "猕猴桃",
];

/// The words of a run of Chinese characters, in its order and without gaps.
pub(crate) fn words(run: &str) -> Vec<&str> {
    dictionary().cut(run, false).into_iter().map(|token| token.word).collect()
}

/// The words of a text and the words inside them, as an index of long texts keeps them.
pub(crate) fn words_and_parts(run: &str) -> Vec<&str> {
    dictionary().cut_for_search(run, false).into_iter().map(|token| token.word).collect()
}

/// Loads the dictionary now, so that the first search does not wait for it. Takes about half a second.
pub fn load_dictionary() {
    dictionary();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_field_stay_whole() {
        assert_eq!(words("昭通丑苹果"), ["昭通", "丑苹果"]);
        assert_eq!(words("融安金桔膏"), ["融安", "金桔膏"]);
        assert_eq!(words("武鸣沃柑"), ["武鸣", "沃柑"]);
        assert!(words_and_parts("农民专业合作社").contains(&"合作社"));
    }
}
