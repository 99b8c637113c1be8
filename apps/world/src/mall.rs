//! The mall of the demonstration: halls, shops, and for each shop the table of products that its supplier would send.
//! Everything is made up; places are real, names of goods are those that are grown there.

use std::{fmt::Write as _, fs, path::PathBuf};

use anyhow::Context as _;
use sh_kernel::{Day, RegionCode};
use sh_regions::Regions;

use crate::{
    dice::Dice,
    goods::{GOODS, Good},
    people::credit_code,
    places::{County, Places},
};

/// How large a mall is made.
#[derive(Debug, Clone, Copy)]
pub struct MallScale {
    /// Halls of provinces, at most 20.
    pub halls: usize,
    /// Shops.
    pub shops: usize,
    /// Products of each shop.
    pub products: usize,
}

impl MallScale {
    /// For tests that make a demonstration again and again.
    pub const TINY: Self = Self { halls: 2, shops: 3, products: 4 };
    /// To look around in.
    pub const SMALL: Self = Self { halls: 20, shops: 40, products: 6 };
    /// 20 halls, 300 suppliers, 3,000 products.
    pub const WHOLE: Self = Self { halls: 20, shops: 300, products: 10 };

    /// The mall that goes with a [`Scale`](crate::Scale) of this name.
    pub fn named(name: &str) -> Self {
        match name {
            "tiny" => Self::TINY,
            "small" => Self::SMALL,
            _ => Self::WHOLE,
        }
    }
}

/// A hall to be opened.
#[derive(Debug, Clone)]
pub struct HallTale {
    /// The province.
    pub region: RegionCode,
    /// Its name.
    pub name: String,
    /// What is told about the place.
    pub story: String,
}

/// A shop and the table of its products.
#[derive(Debug, Clone)]
pub struct MallShop {
    /// Unified social credit code of its supplier.
    pub organisation: String,
    /// The supplier.
    pub name: String,
    /// Where it is at home.
    pub county: RegionCode,
    /// What it says of itself.
    pub story: String,
    /// Telephone for buyers, of a range that is never given out.
    pub phone: String,
    /// The table.
    pub table: PathBuf,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Mall {
    /// The halls.
    pub halls: Vec<HallTale>,
    /// The shops. The first is that of the demonstration's supplier.
    pub shops: Vec<MallShop>,
}

/// Counties of each province that have shops.
const COUNTIES: usize = 12;

/// Makes a mall as of a day and writes the tables of its shops to `folder`.
///
/// # Errors
/// If a file cannot be written.
pub fn mall(folder: &std::path::Path, scale: &MallScale, seed: u64, today: Day) -> anyhow::Result<Mall> {
    fs::create_dir_all(folder).context("cannot create the folder for the tables")?;
    let regions = Regions::get();
    let places = Places::load(COUNTIES, seed);
    // Divisions that were renamed or merged since cannot be a place of origin today.
    let provinces: Vec<Vec<&County>> = places
        .provinces
        .iter()
        .map(|counties| counties.iter().filter(|one| regions.exists_on(one.code, today)).collect())
        .filter(|counties: &Vec<&County>| !counties.is_empty())
        .take(scale.halls)
        .collect();
    let halls = provinces.iter().filter_map(|counties| counties.first()).map(|county| hall(county)).collect();
    let mut shops = Vec::new();
    for number in 0..scale.shops {
        let Some(counties) = provinces.get(number % provinces.len().max(1)) else { break };
        let mut dice = Dice::of(seed, &[77, number as u64]);
        let turn = number / provinces.len();
        let (county, round) = (counties[turn % counties.len()], turn / counties.len());
        // Shops of one county have names of their own: a name is who somebody is.
        let firm = FIRMS[(turn % counties.len() * 5 + round) % FIRMS.len()];
        let known = Known { county, firm, number, products: scale.products, today };
        shops.push(shop(folder, &known, &mut dice)?);
    }
    Ok(Mall { halls, shops })
}

fn hall(county: &County) -> HallTale {
    let short = &county.province_short;
    let home = homely(county.code).map(|good| good.name).take(5).collect::<Vec<_>>().join("、");
    HallTale {
        region: county.code.province(),
        name: format!("{short}馆"),
        story: format!("{short}的山地种出{home}等产品。馆里的每件商品都写明产地县和生产者。"),
    }
}

/// What is grown in a province.
pub(crate) fn homely(code: RegionCode) -> impl Iterator<Item = &'static Good> {
    let digits = u8::try_from(code.number() / 10_000).unwrap_or(0);
    GOODS.iter().filter(move |good| good.home.is_empty() || good.home.contains(&digits))
}

/// A county's name without its last word, as it stands before the name of a product: 昭阳丑苹果.
pub(crate) fn short(county: &County) -> String {
    let name = &county.name;
    let stem =
        name.strip_suffix('县').or_else(|| name.strip_suffix('市')).or_else(|| name.strip_suffix('区'));
    let stem = stem.filter(|stem| stem.chars().count() > 1).unwrap_or(name);
    // 某某苗族自治县 is called by its first two characters.
    if stem.ends_with("自治") { stem.chars().take(2).collect() } else { stem.to_owned() }
}

pub(crate) const FIRMS: &[&str] =
    &["绿源", "山里红", "众兴", "金穗", "乡情", "云岭", "禾丰", "春晖", "瑞农", "百草", "青禾", "福满"];

/// What is known of a shop before chance decides the rest.
struct Known<'a> {
    county: &'a County,
    firm: &'a str,
    number: usize,
    products: usize,
    today: Day,
}

fn shop(folder: &std::path::Path, known: &Known<'_>, dice: &mut Dice) -> anyhow::Result<MallShop> {
    let Known { county, firm, number, products, today } = *known;
    let form = *dice.pick(&["专业合作社", "农业开发有限公司", "家庭农场"]);
    let name = format!("{}{firm}{form}", county.name);
    let organisation = credit_code(county, form, dice);
    let table = folder.join(format!("{organisation}.csv"));
    let mut text = String::from(
        "商品编码,商品名称,产地,生产者,规格,净含量,毛重,售价,商品介绍,发货说明,售后说明,保质期（天）,\
         7天无理由退货,帮扶产品认定编号,认定有效期至,每人限购（件）,限购天数,审核后上架\n",
    );
    let goods: Vec<&Good> = homely(county.code).collect();
    let from = dice.index(goods.len());
    for at in 0..products {
        let good = goods[(from + at) % goods.len()];
        rows(&mut text, county, &name, good, at, today, dice)?;
    }
    fs::write(&table, text).with_context(|| format!("cannot write the table of {name}"))?;
    Ok(MallShop {
        organisation,
        story: format!("我们在{}{}，自己种、自己收、自己发货。", county.province_name, county.name),
        name,
        county: county.code,
        phone: format!("400-000-{number:04}"),
        table,
    })
}

/// Whether goods are poured and measured by volume.
fn is_liquid(good: &Good) -> bool {
    good.name.ends_with('油') || good.name.ends_with('汁')
}

/// The rows of one product: one for each size.
fn rows(
    text: &mut String,
    county: &County,
    producer: &str,
    good: &Good,
    at: usize,
    today: Day,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let named = std::iter::once(good.name).chain(good.variants.iter().copied()).collect::<Vec<_>>();
    let called = *dice.pick(&named);
    let place = short(county);
    let name = if called.contains(&place) { called.to_owned() } else { format!("{place}{called}") };
    let dry = good.fen_per_kg >= 1_400;
    let (sent, kept) = if dry {
        ("付款后 48 小时内发货", "破损包赔")
    } else {
        ("付款后 24 小时内发货", "坏果包赔，签收后 48 小时内申请")
    };
    let days = if dry { dice.range(6, 18) * 30 } else { dice.range(5, 30) };
    let certified = county.listed && dice.chance(600);
    let (certificate, until) = if certified {
        let year = today.year();
        (
            format!("{}-{year}-{:05}", county.code.number() / 10_000, dice.range(1, 99_999)),
            format!("{}-12-31", year + 1),
        )
    } else {
        (String::new(), String::new())
    };
    let about = format!(
        "{name}产自{}{}，由当地农户种养，{producer}统一收购、分级、包装。按批次留样，来源可查。",
        county.city_name, county.name
    );
    // Every shop limits one of its products.
    let limit = if at == 1 { "5,30" } else { "," };
    let sizes = dice.range(1, 3);
    for size in 1..=sizes {
        let grams = good.pack_grams * [1, 2, 4][usize::try_from(size - 1).unwrap_or(0)];
        // Retail stands above the wholesale price; a larger pack is a little cheaper by weight.
        let price = good.fen_per_kg * grams / 1_000 * dice.range(150, 190) / 100 * (103 - size * 3) / 100;
        let (content, spec) = if is_liquid(good) {
            (format!("{grams}ml"), format!("{grams} ml 装"))
        } else if grams % 500 == 0 && grams >= 1_000 {
            let kilograms = if grams % 1_000 == 0 {
                format!("{}", grams / 1_000)
            } else {
                format!("{}.5", grams / 1_000)
            };
            (format!("{kilograms}kg"), format!("{kilograms} kg 装"))
        } else {
            (format!("{grams}g"), format!("{grams} g 装"))
        };
        writeln!(
            text,
            "{:06}-{:02},{name},{},{producer},{spec},{content},{}g,{}.{:02},{about},{sent},{kept},{days},{},{certificate},{until},{},是",
            county.code.number(),
            at + 1,
            county.code.number(),
            grams + grams / 10 + 100,
            price / 100,
            price % 100,
            if dry { "是" } else { "否" },
            limit,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Day {
        crate::places::first_day()
    }

    #[test]
    fn the_same_seed_gives_the_same_mall_and_every_shop_is_its_own() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let made = mall(one.path(), &MallScale::WHOLE, 7, day()).unwrap();
        let again = mall(other.path(), &MallScale::WHOLE, 7, day()).unwrap();
        assert_eq!((made.halls.len(), made.shops.len()), (20, 300));
        let mut products = std::collections::BTreeSet::new();
        for (shop, same) in made.shops.iter().zip(&again.shops) {
            let text = fs::read_to_string(&shop.table).unwrap();
            assert_eq!(text, fs::read_to_string(&same.table).unwrap());
            let codes = text.lines().skip(1).filter_map(|line| line.split(',').next());
            products.extend(codes.map(|code| (shop.organisation.clone(), code.to_owned())));
        }
        assert_eq!(products.len(), 3_000);
        let names: std::collections::BTreeSet<&str> =
            made.shops.iter().map(|shop| shop.name.as_str()).collect();
        assert_eq!(names.len(), 300, "no two suppliers have one name");
    }
}
