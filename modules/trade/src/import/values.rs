//! The words that reports use for stages, channels, kinds of buyer and units.
//!
//! A word is compared after folding (width, white space, traditional characters, case). The longest known word that
//! stands in the cell decides, so that 已退款 is not taken for 款 and 部分退款 not for 付款.

use sh_files::fold::fold_text;

use crate::axes::{BuyerKind, Channel, Link, Role, Stage};

/// What a status cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageWord {
    /// The sale has come this far.
    At(Stage),
    /// The sale did not come about: cancelled or closed (已取消、交易关闭).
    Void,
}

const STAGES: &[(&str, StageWord)] = &[
    ("认购", StageWord::At(Stage::Pledged)),
    ("意向", StageWord::At(Stage::Pledged)),
    ("pledged", StageWord::At(Stage::Pledged)),
    ("签约", StageWord::At(Stage::Signed)),
    ("已签合同", StageWord::At(Stage::Signed)),
    ("signed", StageWord::At(Stage::Signed)),
    ("下单", StageWord::At(Stage::Ordered)),
    ("待付款", StageWord::At(Stage::Ordered)),
    ("待支付", StageWord::At(Stage::Ordered)),
    ("未付款", StageWord::At(Stage::Ordered)),
    ("已提交", StageWord::At(Stage::Ordered)),
    ("ordered", StageWord::At(Stage::Ordered)),
    ("付款", StageWord::At(Stage::Paid)),
    ("支付", StageWord::At(Stage::Paid)),
    ("待发货", StageWord::At(Stage::Paid)),
    ("已发货", StageWord::At(Stage::Paid)),
    ("待收货", StageWord::At(Stage::Paid)),
    ("待签收", StageWord::At(Stage::Paid)),
    ("待验收", StageWord::At(Stage::Paid)),
    ("运输中", StageWord::At(Stage::Paid)),
    ("paid", StageWord::At(Stage::Paid)),
    ("shipped", StageWord::At(Stage::Paid)),
    ("签收", StageWord::At(Stage::Accepted)),
    ("收货", StageWord::At(Stage::Accepted)),
    ("验收", StageWord::At(Stage::Accepted)),
    ("完成", StageWord::At(Stage::Accepted)),
    ("交易成功", StageWord::At(Stage::Accepted)),
    ("已收款", StageWord::At(Stage::Accepted)),
    ("已结算", StageWord::At(Stage::Accepted)),
    ("accepted", StageWord::At(Stage::Accepted)),
    ("completed", StageWord::At(Stage::Accepted)),
    ("退货", StageWord::At(Stage::Returned)),
    ("退款", StageWord::At(Stage::Returned)),
    ("退单", StageWord::At(Stage::Returned)),
    ("部分退款", StageWord::At(Stage::Returned)),
    ("已付款退款", StageWord::At(Stage::Returned)),
    ("冲红", StageWord::At(Stage::Returned)),
    ("红冲", StageWord::At(Stage::Returned)),
    ("returned", StageWord::At(Stage::Returned)),
    ("refunded", StageWord::At(Stage::Returned)),
    ("取消", StageWord::Void),
    ("待付款取消", StageWord::Void),
    ("交易关闭", StageWord::Void),
    ("已关闭", StageWord::Void),
    ("作废", StageWord::Void),
    ("cancelled", StageWord::Void),
    ("void", StageWord::Void),
];

const CHANNELS: &[(&str, Channel)] = &[
    ("832", Channel::Platform832),
    ("832平台", Channel::Platform832),
    ("扶贫832", Channel::Platform832),
    ("贫困地区农副产品网络销售平台", Channel::Platform832),
    ("脱贫地区农副产品网络销售平台", Channel::Platform832),
    ("交易市场", Channel::Market),
    ("东西部扶贫协作产品交易市场", Channel::Market),
    ("专馆", Channel::Pavilion),
    ("扶贫馆", Channel::Pavilion),
    ("专柜", Channel::Counter),
    ("售货柜", Channel::Counter),
    ("智能柜", Channel::Counter),
    ("专区", Channel::Zone),
    ("电商", Channel::Online),
    ("网店", Channel::Online),
    ("直播", Channel::Online),
    ("线上", Channel::Online),
    ("网络", Channel::Online),
    ("批发", Channel::Wholesale),
    ("商超", Channel::Wholesale),
    ("超市", Channel::Wholesale),
    ("展销", Channel::Fair),
    ("展会", Channel::Fair),
    ("产销对接", Channel::Fair),
    ("以购代捐", Channel::Fair),
    ("活动", Channel::Fair),
    ("直采", Channel::DirectBuy),
    ("直购", Channel::DirectBuy),
    ("直接采购", Channel::DirectBuy),
    ("单位采购", Channel::DirectBuy),
    ("企业带动", Channel::DirectBuy),
    ("订单农业", Channel::DirectBuy),
    ("线下", Channel::DirectBuy),
];

const BUYERS: &[(&str, BuyerKind)] = &[
    ("预算单位", BuyerKind::BudgetUnit),
    ("机关", BuyerKind::BudgetUnit),
    ("事业单位", BuyerKind::BudgetUnit),
    ("行政", BuyerKind::BudgetUnit),
    ("学校", BuyerKind::BudgetUnit),
    ("医院", BuyerKind::BudgetUnit),
    ("部队", BuyerKind::BudgetUnit),
    ("工会", BuyerKind::Union),
    ("企业", BuyerKind::Company),
    ("国企", BuyerKind::Company),
    ("公司", BuyerKind::Company),
    ("商超", BuyerKind::Shop),
    ("超市", BuyerKind::Shop),
    ("批发", BuyerKind::Shop),
    ("商场", BuyerKind::Shop),
    ("个人", BuyerKind::Person),
    ("消费者", BuyerKind::Person),
    ("居民", BuyerKind::Person),
    ("散客", BuyerKind::Person),
];

const ROLES: &[(&str, Role)] = &[
    ("直接采购", Role::Direct),
    ("自用", Role::Direct),
    ("采购", Role::Direct),
    ("帮助销售", Role::HelpSell),
    ("帮销", Role::HelpSell),
    ("代销", Role::HelpSell),
    ("销售", Role::HelpSell),
    ("direct", Role::Direct),
    ("help-sell", Role::HelpSell),
];

const MODES: &[(&str, Link)] = &[
    ("自营", Link::Resale),
    ("经销", Link::Resale),
    ("转售", Link::Resale),
    ("resale", Link::Resale),
    ("代销", Link::First),
    ("联营", Link::First),
    ("寄售", Link::First),
    ("first", Link::First),
];

/// The value of the longest word that stands in the folded text; of equally long ones the first in the list.
fn longest<T: Copy>(folded: &str, words: &[(&str, T)]) -> Option<T> {
    let standing = words.iter().rev().filter(|(word, _)| folded.contains(word));
    standing.max_by_key(|(word, _)| word.len()).map(|(_, value)| *value)
}

/// What a status cell says; `None` if no known word stands in it.
pub fn stage(text: &str) -> Option<StageWord> {
    longest(&fold_text(text), STAGES)
}

/// The channel that a cell names.
pub fn channel(text: &str) -> Option<Channel> {
    longest(&fold_text(text), CHANNELS)
}

/// The kind of buyer that a cell names.
pub fn buyer_kind(text: &str) -> Option<BuyerKind> {
    longest(&fold_text(text), BUYERS)
}

/// The kind of buyer that a name gives away (`…工会委员会`, `…小学`); `None` for names that could be anything.
pub fn buyer_kind_of_name(name: &str) -> Option<BuyerKind> {
    const ENDINGS: &[(&str, BuyerKind)] = &[
        ("工会", BuyerKind::Union),
        ("工会委员会", BuyerKind::Union),
        ("公司工会委员会", BuyerKind::Union),
        ("公司", BuyerKind::Company),
        ("集团", BuyerKind::Company),
        ("超市", BuyerKind::Shop),
        ("商场", BuyerKind::Shop),
        ("批发市场", BuyerKind::Shop),
        ("局", BuyerKind::BudgetUnit),
        ("厅", BuyerKind::BudgetUnit),
        ("人民政府", BuyerKind::BudgetUnit),
        ("委员会", BuyerKind::BudgetUnit),
        ("办公室", BuyerKind::BudgetUnit),
        ("小学", BuyerKind::BudgetUnit),
        ("中学", BuyerKind::BudgetUnit),
        ("学校", BuyerKind::BudgetUnit),
        ("大学", BuyerKind::BudgetUnit),
        ("学院", BuyerKind::BudgetUnit),
        ("医院", BuyerKind::BudgetUnit),
        ("法院", BuyerKind::BudgetUnit),
        ("检察院", BuyerKind::BudgetUnit),
    ];
    let folded = fold_text(name);
    ENDINGS
        .iter()
        .filter(|(word, _)| folded.ends_with(word))
        .max_by_key(|(word, _)| word.len())
        .map(|(_, kind)| *kind)
}

/// Whether the reporting side bought or helped to sell.
pub fn role(text: &str) -> Option<Role> {
    longest(&fold_text(text), ROLES)
}

/// The link of the chain that a mode of business stands for.
pub fn mode(text: &str) -> Option<Link> {
    longest(&fold_text(text), MODES)
}

/// Yes or no; `None` for anything else.
pub fn yes(text: &str) -> Option<bool> {
    match fold_text(text).as_str() {
        "是" | "有" | "1" | "y" | "yes" | "true" | "√" | "✓" | "已认定" => Some(true),
        "否" | "无" | "0" | "n" | "no" | "false" | "×" | "未认定" | "-" => Some(false),
        _ => None,
    }
}

/// Base units in one of this unit: grams for weights, pieces for everything else.
pub fn base_units(unit: &str) -> i64 {
    match fold_text(unit).as_str() {
        "斤" | "市斤" => 500,
        "公斤" | "千克" | "kg" => 1_000,
        "吨" | "t" => 1_000_000,
        "两" => 50,
        "毫克" | "mg" => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_decides() {
        assert_eq!(stage("已付款"), Some(StageWord::At(Stage::Paid)));
        assert_eq!(stage("待付款"), Some(StageWord::At(Stage::Ordered)));
        assert_eq!(stage("待付款取消"), Some(StageWord::Void));
        assert_eq!(stage("部分退款"), Some(StageWord::At(Stage::Returned)));
        assert_eq!(stage("待签收"), Some(StageWord::At(Stage::Paid)));
        assert_eq!(stage("已完成"), Some(StageWord::At(Stage::Accepted)));
        assert_eq!(stage("買家已付款"), Some(StageWord::At(Stage::Paid)));
        assert_eq!(stage("天气晴"), None);
        assert_eq!(channel("“扶贫832”平台"), Some(Channel::Platform832));
        assert_eq!(channel("超市专区"), Some(Channel::Zone));
    }

    #[test]
    fn a_name_gives_away_what_kind_of_buyer_it_is() {
        assert_eq!(buyer_kind_of_name("广州市总工会机关工会委员会"), Some(BuyerKind::Union));
        assert_eq!(buyer_kind_of_name("广东省农业农村厅"), Some(BuyerKind::BudgetUnit));
        assert_eq!(buyer_kind_of_name("碧桂园集团有限公司"), Some(BuyerKind::Company));
        assert_eq!(buyer_kind_of_name("张三"), None);
    }

    #[test]
    fn weights_become_grams() {
        assert_eq!(base_units("公斤"), 1_000);
        assert_eq!(base_units("ＫＧ"), 1_000);
        assert_eq!(base_units("箱"), 1);
    }
}
