//! What somebody of the demonstration wants, and how it will go. Everything is made up; telephone numbers are of a range
//! that is never given out.

use sh_catalogue::model::{Shop, Sku};
use sh_kernel::{Day, Id, RegionCode};
use sh_mall::{address::Typed, case::Kind, provider::simulator::Scenario};
use sh_regions::Regions;
use sh_world::Dice;

use super::Goods;

const HOUR: i64 = 3_600;
/// Where orders go, by how often.
const PROVINCES: [(i64, u32); 6] =
    [(440_000, 70), (310_000, 8), (110_000, 6), (330_000, 6), (320_000, 6), (510_000, 4)];
const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "高", "罗",
];
const NAMES: [&str; 18] = [
    "静", "芳", "强", "敏", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "丽", "平", "建国", "秀英",
    "桂兰", "志明",
];
const STREETS: [&str; 8] = ["人民路", "中山路", "建设路", "解放路", "文化路", "体育西路", "滨江路", "学院路"];
const CARRIERS: [(&str, &str); 4] = [("顺丰", "SF"), ("中通", "ZT"), ("邮政", "YZ"), ("圆通", "YT")];

/// What buyers say.
const REVIEWS: [(i64, &str); 10] = [
    (5, "新鲜，个头匀，跟图片一样"),
    (5, "第二次买了，孩子爱吃"),
    (5, "包装结实，一个都没坏"),
    (5, ""),
    (4, "味道好，就是路上走了四天"),
    (4, "分量足，价格也实在"),
    (4, ""),
    (3, "有一个压伤的，其他还行"),
    (2, "比上次小，发货也慢"),
    (1, "坏了三个，正在申请售后"),
];

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pays {
    /// With the made-up provider.
    Plays(Scenario),
    /// By a transfer, which the bank shows on its statement.
    ByBank,
    /// Not at all.
    Never,
    /// The buyer cancels it.
    Cancels,
}

/// What a buyer wants back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Nothing,
    BeforeItIsSent,
    SentBack,
}

/// An order as it will go.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) by_shopper: bool,
    pub(super) lines: Vec<(Id<Shop>, Id<Sku>, i64)>,
    pub(super) to: Typed,
    pub(super) pays: Pays,
    /// Seconds from payment until it leaves, and until it is received.
    pub(super) sent_after: i64,
    pub(super) received_after: i64,
    pub(super) carrier: (&'static str, &'static str),
    pub(super) wish: Wish,
    pub(super) granted: bool,
    pub(super) goods_back: bool,
    /// What is asked for after the sale.
    pub(super) kind: Kind,
    /// Stars and words of a review, if there will be one.
    pub(super) review: Option<(i64, &'static str)>,
}

impl Wanted {
    /// The same, left unpaid.
    pub(super) fn never_paid(self, by_shopper: bool) -> Self {
        Self { pays: Pays::Never, by_shopper, ..self }
    }

    /// The shops it is bought from, each once.
    pub(super) fn shops(&self) -> Vec<Id<Shop>> {
        let mut shops: Vec<_> = self.lines.iter().map(|line| line.0).collect();
        shops.dedup();
        shops
    }

    pub(super) fn first_shop(&self) -> Id<Shop> {
        self.lines[0].0
    }

    pub(super) const fn reason(&self) -> &'static str {
        match self.wish {
            Wish::BeforeItIsSent => "下错单了，还没发货，请退款",
            Wish::SentBack => match self.kind {
                Kind::Return => "包装完好，不想要了，已寄回",
                Kind::Exchange => "压坏了，想换一件",
                Kind::Complaint => "晚到了三天，也没人通知",
                Kind::Refund => "有三个坏果，已拍照",
            },
            Wish::Nothing => "",
        }
    }
}

/// Draws an order. The first shop, that of the demonstration's supplier, sells more than others.
pub(super) fn draw(dice: &mut Dice, goods: &[Goods]) -> Wanted {
    let mut lines = Vec::new();
    let first = if dice.chance(120) { 0 } else { dice.index(goods.len()).min(dice.index(goods.len())) };
    let second = dice.chance(300).then(|| dice.index(goods.len())).filter(|second| *second != first);
    for shop in std::iter::once(first).chain(second) {
        let Goods { shop, skus } = &goods[shop];
        let from = dice.index(skus.len());
        for at in 0..=usize::from(dice.chance(350)) {
            let pieces = if dice.chance(700) { 1 } else { dice.range(2, 4) };
            let line = (*shop, skus[(from + at) % skus.len()], pieces);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    let pays = match dice.weighted(&[86, 3, 2, 1, 3, 3, 2]) {
        0 => Pays::Plays(Scenario::Once),
        1 => Pays::Plays(Scenario::Late),
        2 => Pays::Plays(Scenario::Twice),
        3 => Pays::Plays(Scenario::TwoChannels),
        4 => Pays::ByBank,
        5 => Pays::Never,
        _ => Pays::Cancels,
    };
    Wanted {
        by_shopper: dice.chance(40),
        lines,
        to: address(dice),
        pays,
        sent_after: dice.range(3, 40) * HOUR,
        received_after: dice.range(40, 120) * HOUR,
        carrier: *dice.pick(&CARRIERS),
        wish: [Wish::Nothing, Wish::BeforeItIsSent, Wish::SentBack][dice.weighted(&[93, 3, 4])],
        granted: dice.chance(800),
        goods_back: dice.chance(500),
        kind: [Kind::Return, Kind::Refund, Kind::Exchange, Kind::Complaint][dice.weighted(&[4, 4, 2, 1])],
        review: dice.chance(350).then(|| *dice.pick(&REVIEWS)),
    }
}

fn address(dice: &mut Dice) -> Typed {
    /// Counties are those of this day; they change seldom.
    const AS_OF: (i16, i8, i8) = (2024, 1, 1);
    let regions = Regions::get();
    let province = PROVINCES[dice.weighted(&PROVINCES.map(|(_, weight)| weight))].0;
    let counties = Day::new(AS_OF.0, AS_OF.1, AS_OF.2)
        .ok()
        .zip(RegionCode::new(province).ok())
        .map(|(day, province)| {
            let cities = regions.children(province, day).into_iter();
            cities.flat_map(|city| regions.children(city, day)).collect::<Vec<_>>()
        })
        .unwrap_or_default();
    Typed {
        county: if counties.is_empty() { String::new() } else { dice.pick(&counties).to_string() },
        receiver: format!("{}{}", dice.pick(&SURNAMES), dice.pick(&NAMES)),
        phone: format!("1000{:07}", dice.range(0, 9_999_999)),
        detail: format!("{} {} 号", dice.pick(&STREETS), dice.range(1, 300)),
    }
}
