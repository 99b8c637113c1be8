//! Column titles folded for comparison, with the unit they name.

use crate::{
    fold::fold_text,
    parse::{MoneyUnit, is_quantity_unit},
};

/// A title ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    /// Folded, without the unit; other brackets kept.
    full: String,
    /// The same without any brackets.
    bare: String,
    /// Letters of `full` and of `bare`.
    letters: (usize, usize),
    /// The unit of money it names.
    pub(super) money: Option<MoneyUnit>,
    /// Any unit it names.
    pub(super) unit: Option<String>,
}

/// Words that turn the meaning of a title round.
const TURNS: [char; 6] = ['不', '未', '非', '退', '无', '免'];

impl Title {
    /// Folds a title and takes its unit off: `销售金额（万元）`, `单价(元/公斤)`, `重量:公斤`.
    pub(super) fn read(text: &str) -> Self {
        let folded: String =
            fold_text(text).chars().filter(|c| !matches!(c, '*' | '#' | '"' | '\'')).collect();
        let mut title =
            Self { full: String::new(), bare: String::new(), letters: (0, 0), money: None, unit: None };
        let mut rest = folded.as_str();
        while let Some((before, inside, after)) = next_bracket(rest) {
            title.full.push_str(before);
            title.bare.push_str(before);
            let named = inside.strip_prefix("单位:").unwrap_or(inside);
            if let Some(money) = unit_named(named) {
                title.money = title.money.or(money);
                title.unit.get_or_insert_with(|| named.to_owned());
            } else {
                title.full.push('(');
                title.full.push_str(inside);
                title.full.push(')');
            }
            rest = after;
        }
        title.full.push_str(rest);
        title.bare.push_str(rest);
        title.take_trailing_unit();
        for text in [&mut title.full, &mut title.bare] {
            text.truncate(text.trim_end_matches([':', ',', '.', '/', '-', '_']).len());
        }
        title.letters = (title.full.chars().count(), title.bare.chars().count());
        title
    }

    /// A unit after a sign: `金额/万元`, `重量:公斤`.
    fn take_trailing_unit(&mut self) {
        let Some((name, unit)) = self.full.rsplit_once(['/', ':', '_', '-', ',']) else { return };
        if name.is_empty() {
            return;
        }
        if let Some(money) = unit_named(unit) {
            self.money = self.money.or(money);
            self.unit.get_or_insert_with(|| unit.to_owned());
            let name = name.to_owned();
            if self.bare == self.full {
                self.bare.clone_from(&name);
            }
            self.full = name;
        }
    }

    /// Whether the lengths alone leave a chance that this title is like a known one. Most cells of a table are no
    /// titles, and looking at their letters is what finding a header would otherwise spend its time on.
    pub(super) const fn may_be(&self, known: &Self) -> bool {
        known.letters.0 <= self.letters.0 && known.letters.0 * 2 + 2 >= self.letters.1
    }

    /// How like a known title this one is, in percent, and the unit of money that only this comparison found.
    pub(super) fn likeness(&self, known: &Self) -> (u8, Option<MoneyUnit>) {
        if known.full.is_empty() || self.full.is_empty() {
            return (0, None);
        }
        if self.full == known.full {
            return (100, None);
        }
        if self.bare == known.full {
            return (95, None);
        }
        // A unit glued to the name: 销售金额万元.
        for (ending, unit) in [("亿元", MoneyUnit::HundredMillion), ("万元", MoneyUnit::TenThousand)] {
            if self.bare.strip_suffix(ending).is_some_and(|name| name == known.full) {
                return (95, Some(unit));
            }
        }
        (self.containing(&known.full), None)
    }

    /// How much of this title a known one is, if it stands in it and the rest does not turn its meaning
    /// round.
    fn containing(&self, known: &str) -> u8 {
        let Some((before, after)) = self.bare.split_once(known) else { return 0 };
        let (all, part) = (self.letters.1, known.chars().count());
        let turned = before.chars().chain(after.chars()).any(|c| TURNS.contains(&c));
        if part < 2 || part * 2 < all || turned {
            return 0;
        }
        u8::try_from(50 + 40 * part / all).unwrap_or(90)
    }
}

/// The text before the first bracket, in it and after it.
fn next_bracket(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('(')?;
    let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
    Some((before, inside, after))
}

/// Whether a folded text is a unit, and its unit of money if it is one of money: `万元`, `元/公斤`, `公斤`.
#[expect(clippy::option_option, reason = "a unit that is not of money is a unit too")]
fn unit_named(text: &str) -> Option<Option<MoneyUnit>> {
    if let Some(money) = MoneyUnit::named(text) {
        return Some(Some(money));
    }
    if let Some((money, per)) = text.split_once('/')
        && let Some(money) = MoneyUnit::named(money)
        && !per.is_empty()
    {
        return Some(Some(money));
    }
    let counted = text.strip_prefix('万').filter(|rest| !rest.is_empty()).unwrap_or(text);
    is_quantity_unit(counted).then_some(None)
}

/// Whether a title is nothing but a unit: `(万元)`.
pub(super) fn is_unit_only(text: &str) -> bool {
    let folded = fold_text(text);
    let inside = folded.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(&folded);
    !inside.is_empty() && unit_named(inside.strip_prefix("单位:").unwrap_or(inside)).is_some()
}

/// The unit of money of a line above a table: `单位：万元`, `金额单位：元`, `填报单位：广州市协作办  单位：万元`.
pub(super) fn sheet_unit(line: &str) -> Option<MoneyUnit> {
    let folded = fold_text(line);
    folded.split("单位:").skip(1).find_map(|after| {
        let unit: String = after.chars().take_while(|c| !matches!(c, ')' | ',' | ';' | '/' | '.')).collect();
        MoneyUnit::named(&unit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_gives_up_its_unit() {
        let read = |text: &str| {
            let title = Title::read(text);
            (title.full, title.money, title.unit)
        };
        let unit = |text: &str| Some(text.to_owned());
        assert_eq!(read("销售金额（万元）"), ("销售金额".into(), Some(MoneyUnit::TenThousand), unit("万元")));
        assert_eq!(read("单价(元/公斤)"), ("单价".into(), Some(MoneyUnit::Yuan), unit("元/公斤")));
        assert_eq!(read("重 量\n【公斤】"), ("重量".into(), None, unit("公斤")));
        assert_eq!(read("金额/元"), ("金额".into(), Some(MoneyUnit::Yuan), unit("元")));
        assert_eq!(read("*訂單號："), ("订单号".into(), None, None));
        assert_eq!(read("金额（不含税）").0, "金额(不含税)");
        assert_eq!(sheet_unit("金额单位：万元"), Some(MoneyUnit::TenThousand));
        assert_eq!(sheet_unit("填报单位：广州市"), None);
        assert_eq!(sheet_unit("填报单位：广州市　　单位：亿元"), Some(MoneyUnit::HundredMillion));
        assert!(is_unit_only("（万元）"));
        assert!(!is_unit_only("苹果"));
    }

    #[test]
    fn likeness_prefers_the_word_itself_and_refuses_its_opposite() {
        let known = Title::read("金额");
        assert_eq!(Title::read("金额").likeness(&known).0, 100);
        assert_eq!(Title::read("金额(含税)").likeness(&known).0, 95);
        assert_eq!(Title::read("金额万元").likeness(&known), (95, Some(MoneyUnit::TenThousand)));
        assert!(Title::read("总金额").likeness(&known).0 >= 70);
        assert_eq!(Title::read("未付金额").likeness(&known).0, 0);
        assert_eq!(Title::read("本年度全部金额").likeness(&known).0, 0);
    }

    #[test]
    fn lengths_never_rule_out_what_is_alike() {
        let texts = [
            "金额",
            "金额(含税)",
            "金额万元",
            "总金额",
            "价",
            "价亿元",
            "单价(元/公斤)",
            "销售金额（万元）",
            "金额/元",
            "产地（省、市、县）",
            "产地",
            "订单编号",
            "编号",
            "",
            "（万元）",
            "供货单位名称",
            "单位",
            "供货单位",
        ];
        let titles: Vec<Title> = texts.iter().map(|text| Title::read(text)).collect();
        for (title, known) in titles.iter().flat_map(|title| titles.iter().map(move |known| (title, known))) {
            assert!(title.likeness(known).0 == 0 || title.may_be(known), "{title:?} {known:?}");
        }
    }
}
