//! Who sells and who buys, and the ways their names are written.

use sh_kernel::RegionCode;

use crate::{
    dice::Dice,
    places::{County, Places},
};

const BRANDS: &[&str] = &[
    "绿源",
    "山里红",
    "金穗",
    "丰盛",
    "惠农",
    "云岭",
    "乌蒙",
    "富民",
    "鑫农",
    "青山",
    "禾润",
    "兴旺",
    "瑞丰",
    "康源",
    "源生",
    "鸿运",
    "聚农",
    "天禾",
    "百果",
    "联创",
    "益民",
    "黔山",
    "桂香",
    "蜀味",
    "高原红",
    "清水",
    "龙泉",
    "永兴",
    "同心",
    "万家",
    "稻香",
    "春晖",
    "喜洋洋",
    "裕泰",
    "致富",
    "金土地",
    "五谷",
    "田园",
    "山珍",
    "林海",
];
const TRADES: &[&str] =
    &["种植", "养殖", "农产品", "果业", "生态农业", "食品", "茶业", "菌业", "种养殖", "农业开发"];
const FORMS: &[&str] = &["专业合作社", "专业合作社", "有限公司", "有限责任公司", "家庭农场"];
const TOWNS: &[&str] = &["城关", "黑石", "龙场", "新民", "石门", "大坪", "太平", "红岩", "河口", "双龙"];
const DISTRICTS: &[&str] = &["东山", "南湖", "西湖", "北岭", "新城", "中心", "河东", "河西"];
const UNITS: &[&str] = &[
    "教育局",
    "人民医院",
    "第一中学",
    "实验小学",
    "公安局",
    "税务局",
    "水务局",
    "交通运输局",
    "财政局",
    "机关事务管理局",
    "职业技术学院",
    "消防救援支队",
];
const COMPANIES: &[&str] = &[
    "恒泰实业",
    "粤海食品",
    "南方电器",
    "华信科技",
    "鸿图物流",
    "盛世酒店管理",
    "康乐餐饮服务",
    "宏远建设",
    "新世纪商贸",
    "珠江投资",
];
const SHOPS: &[&str] = &[
    "百佳鲜超市",
    "江南果菜批发",
    "万家惠超市",
    "农批市场经营部",
    "鲜达生鲜配送",
    "优品汇连锁超市",
    "穗丰粮油批发",
    "海记冻品批发",
];

/// A seller at the origin.
#[derive(Debug, Clone)]
pub(crate) struct Seller {
    pub(crate) name: String,
    pub(crate) credit_code: String,
    pub(crate) province: usize,
    pub(crate) county: usize,
    pub(crate) certified: bool,
}

/// What kind of buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuyerSort {
    Unit,
    Union,
    Company,
    Shop,
}

impl BuyerSort {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Unit => "预算单位",
            Self::Union => "工会",
            Self::Company => "企业",
            Self::Shop => "商超",
        }
    }
}

/// A buyer in Guangdong.
#[derive(Debug, Clone)]
pub(crate) struct Buyer {
    pub(crate) name: String,
}

/// Everybody.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) sellers: Vec<Seller>,
    /// Positions of the sellers of each county of each province.
    sellers_at: Vec<Vec<Vec<usize>>>,
    pub(crate) units: Vec<Buyer>,
    pub(crate) unions: Vec<Buyer>,
    pub(crate) companies: Vec<Buyer>,
    pub(crate) shops: Vec<Buyer>,
    at: [Vec<Vec<usize>>; 4],
}

impl People {
    pub(crate) fn populate(
        places: &Places,
        sellers_per_county: usize,
        buyers_per_weight: usize,
        seed: u64,
    ) -> Self {
        let (sellers, sellers_at) = sellers(places, sellers_per_county, seed);
        let mut people = Self {
            sellers,
            sellers_at,
            units: Vec::new(),
            unions: Vec::new(),
            companies: Vec::new(),
            shops: Vec::new(),
            at: [Vec::new(), Vec::new(), Vec::new(), Vec::new()],
        };
        for place in &places.cities {
            let count = (usize::try_from(place.weight).unwrap_or(5) * buyers_per_weight / 10).max(4);
            let mut dice = Dice::of(seed, &[3, u64::from(place.weight), place.code.number().unsigned_abs()]);
            people.move_in(&place.name, count, &mut dice);
        }
        people
    }

    fn move_in(&mut self, city_name: &str, count: usize, dice: &mut Dice) {
        let mut positions = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
        for number in 0..count {
            let district = DISTRICTS[number % DISTRICTS.len()];
            let round = number / DISTRICTS.len();
            let unit = UNITS[(round + number) % UNITS.len()];
            let tail = if round >= UNITS.len() { format!("第{round}分局") } else { String::new() };
            positions[0].push(push(&mut self.units, format!("{city_name}{district}区{unit}{tail}")));
            if number % 2 == 0 {
                positions[1]
                    .push(push(&mut self.unions, format!("{city_name}{district}区{unit}{tail}工会委员会")));
            }
            let brand = dice.pick(BRANDS);
            let company = COMPANIES[number % COMPANIES.len()];
            positions[2]
                .push(push(&mut self.companies, format!("{city_name}{brand}{company}{number}有限公司")));
            let shop = SHOPS[number % SHOPS.len()];
            positions[3].push(push(&mut self.shops, format!("{city_name}{district}{brand}{shop}{number}店")));
        }
        for (all, here) in self.at.iter_mut().zip(positions) {
            all.push(here);
        }
    }

    pub(crate) fn draw_seller(&self, province: usize, county: usize, dice: &mut Dice) -> usize {
        *dice.pick(&self.sellers_at[province][county])
    }

    pub(crate) fn draw_buyer(&self, sort: BuyerSort, city: usize, dice: &mut Dice) -> usize {
        *dice.pick(&self.at[sort as usize][city])
    }

    pub(crate) fn buyer(&self, sort: BuyerSort, position: usize) -> &Buyer {
        match sort {
            BuyerSort::Unit => &self.units[position],
            BuyerSort::Union => &self.unions[position],
            BuyerSort::Company => &self.companies[position],
            BuyerSort::Shop => &self.shops[position],
        }
    }
}

fn push(list: &mut Vec<Buyer>, name: String) -> usize {
    list.push(Buyer { name });
    list.len() - 1
}

fn sellers(places: &Places, per_county: usize, seed: u64) -> (Vec<Seller>, Vec<Vec<Vec<usize>>>) {
    let mut sellers = Vec::new();
    let mut at = Vec::new();
    for (province, counties) in places.provinces.iter().enumerate() {
        let mut of_province = Vec::new();
        for (position, county) in counties.iter().enumerate() {
            let mut dice = Dice::of(seed, &[2, county.code.number().unsigned_abs()]);
            let mut here: Vec<usize> = Vec::new();
            for number in 0..per_county {
                here.push(sellers.len());
                sellers.push(seller(county, province, position, number, &mut dice));
            }
            of_province.push(here);
        }
        at.push(of_province);
    }
    (sellers, at)
}

fn seller(county: &County, province: usize, position: usize, number: usize, dice: &mut Dice) -> Seller {
    let brand = BRANDS[(dice.index(BRANDS.len()) + number * 7) % BRANDS.len()];
    let trade = TRADES[(number + dice.index(TRADES.len())) % TRADES.len()];
    let form = dice.pick(FORMS);
    let town = if dice.chance(300) { *dice.pick(TOWNS) } else { "" };
    let head = if *form == "家庭农场" { "" } else { trade };
    let name = format!("{}{town}{brand}{head}{form}", county.name);
    // Guangdong recognises products of its own counties, too; only elsewhere nobody does.
    let certified = (county.counted || county.code.is_within(RegionCode::GUANGDONG)) && dice.chance(850);
    Seller { name, credit_code: credit_code(county, form, dice), province, county: position, certified }
}

/// A credit code with the right check character: 91 for companies, 93 for co-operatives, 92 for farms.
pub(crate) fn credit_code(county: &County, form: &str, dice: &mut Dice) -> String {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let kind = match form {
        "专业合作社" => "93",
        "家庭农场" => "92",
        _ => "91",
    };
    let mut code = format!("{kind}{}MA", county.code);
    for _ in 0..7 {
        code.push(char::from(*dice.pick(ALPHABET)));
    }
    let value = |byte: u8| ALPHABET.iter().position(|known| *known == byte).unwrap_or(0);
    let sum: usize = code.bytes().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    code.push(char::from(ALPHABET[(31 - sum % 31) % 31]));
    code
}

/// A name as somebody else writes it: brackets, shortened forms, a province in front, spaces, traditional characters.
pub(crate) fn variant(name: &str, province_short: &str, dice: &mut Dice) -> String {
    match dice.range(0, 11) {
        0 => name.replace("专业合作社", "合作社"),
        1 => name.replace("有限责任公司", "有限公司"),
        2 => format!("{province_short}{name}"),
        3 => format!("{province_short}省{name}").replace("广西省", "广西").replace("重庆省", "重庆"),
        4 => format!("{name}（一般纳税人）"),
        5 => name.replace("农业", "農業").replace("合作社", "合作社 "),
        6 => format!(" {name}"),
        7 => name.replace("有限公司", "公司"),
        8 => name.replace('县', "县 "),
        _ => name.to_owned(),
    }
}
