//! Where goods come from and go to, with the weight of each place in the world's trade.

use sh_kernel::{Day, RegionCode};
use sh_regions::{OriginClass, Regions};

use crate::dice::Dice;

/// A county of origin.
#[derive(Debug, Clone)]
pub(crate) struct County {
    pub(crate) code: RegionCode,
    /// Name as the reporters of 2018 know it.
    pub(crate) name: String,
    pub(crate) province_short: String,
    pub(crate) province_name: String,
    pub(crate) city_name: String,
    /// Whether the places of this county belong to the listed, paired, or central and western ones.
    pub(crate) counted: bool,
    /// Whether it is one of the 832.
    pub(crate) listed: bool,
}

/// A destination city in Guangdong.
#[derive(Debug, Clone)]
pub(crate) struct City {
    pub(crate) code: RegionCode,
    pub(crate) name: String,
    pub(crate) weight: u32,
}

/// Weight of each province of origin, in tenths of a percent. The order of magnitude follows the pairings of Guangdong
/// (Guangxi, Guizhou, Yunnan, Sichuan first); the exact split is made up.
const PROVINCES: &[(i64, u32)] = &[
    (450_000, 224),
    (520_000, 196),
    (530_000, 168),
    (510_000, 144),
    (650_000, 35),
    (620_000, 30),
    (500_000, 28),
    (430_000, 24),
    (420_000, 20),
    (360_000, 18),
    (640_000, 15),
    (610_000, 13),
    (540_000, 10),
    (410_000, 10),
    (630_000, 8),
    (150_000, 6),
    (140_000, 4),
    (340_000, 2),
    // In the province and elsewhere: real sales that the headline does not count.
    (440_000, 36),
    (370_000, 9),
];

/// Weight of each city by its last digits, in tenths of a percent; the cities not named share the rest.
const CITIES: &[(i64, u32)] = &[
    (440_300, 285),
    (440_100, 258),
    (440_600, 132),
    (441_900, 109),
    (440_400, 64),
    (442_000, 47),
    (441_300, 36),
];

/// How often a county is drawn until it is a listed one; three in four are.
const DRAWS_MAX: u32 = 100;

/// All places of the world.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) provinces: Vec<Vec<County>>,
    province_weights: Vec<u32>,
    pub(crate) cities: Vec<City>,
    city_weights: Vec<u32>,
}

impl Places {
    pub(crate) fn load(counties_per_province: usize, seed: u64) -> Self {
        let regions = Regions::get();
        let mut provinces = Vec::new();
        let mut province_weights = Vec::new();
        for (code, weight) in PROVINCES {
            let counties = counties_of(regions, *code, counties_per_province, seed);
            if !counties.is_empty() {
                provinces.push(counties);
                province_weights.push(*weight);
            }
        }
        let cities: Vec<City> = regions
            .guangdong_cities()
            .iter()
            .map(|&code| {
                let known = CITIES.iter().find(|(city, _)| *city == code.number());
                City {
                    code,
                    name: regions.name(code, first_day()).to_owned(),
                    weight: known.map_or(5, |c| c.1),
                }
            })
            .collect();
        let city_weights = cities.iter().map(|city| city.weight).collect();
        Self { provinces, province_weights, cities, city_weights }
    }

    /// A county of origin as `(province, county)` positions.
    pub(crate) fn draw_origin(&self, dice: &mut Dice) -> (usize, usize) {
        let province = dice.weighted(&self.province_weights);
        // Within a province a few counties sell most.
        let counties = self.provinces[province].len();
        let county = dice.index(counties).min(dice.index(counties));
        (province, county)
    }

    /// A county among the 832, as only they sell on the platform that is named after them.
    pub(crate) fn draw_listed_origin(&self, dice: &mut Dice) -> (usize, usize) {
        let mut found = self.draw_origin(dice);
        for _ in 0..DRAWS_MAX {
            if self.provinces[found.0][found.1].listed {
                break;
            }
            found = self.draw_origin(dice);
        }
        found
    }

    pub(crate) fn draw_city(&self, dice: &mut Dice) -> usize {
        dice.weighted(&self.city_weights)
    }
}

pub(crate) fn first_day() -> Day {
    Day::new(2018, 1, 1).unwrap_or_else(|_| Day::from_day_number(17_532))
}

fn counties_of(regions: &Regions, province: i64, most: usize, seed: u64) -> Vec<County> {
    let Ok(code) = RegionCode::new(province) else { return Vec::new() };
    let on = first_day();
    let mut found: Vec<RegionCode> = Vec::new();
    for city in regions.children(code, on) {
        for county in regions.children(city, on) {
            // Wholesale quarters of large cities grow nothing; keep counties and the listed districts.
            if regions.is_listed(county, on) || !regions.name(county, on).ends_with('区') {
                found.push(county);
            }
        }
    }
    // Listed counties first; four in five sellers of the west sit there.
    found.sort_by_key(|county| (!regions.is_listed(*county, on), county.number()));
    let listed = found.iter().filter(|county| regions.is_listed(**county, on)).count();
    let mut dice = Dice::of(seed, &[1, u64::try_from(province).unwrap_or(0)]);
    let mut chosen: Vec<RegionCode> = Vec::new();
    let take_listed = if listed > 0 { most * 4 / 5 } else { 0 };
    let mut pool: Vec<RegionCode> = found.iter().copied().take(listed).collect();
    while chosen.len() < take_listed && !pool.is_empty() {
        chosen.push(pool.swap_remove(dice.index(pool.len())));
    }
    let mut pool: Vec<RegionCode> = found.iter().copied().skip(listed).collect();
    while chosen.len() < most && !pool.is_empty() {
        chosen.push(pool.swap_remove(dice.index(pool.len())));
    }
    // Mixed, so that the few that sell most are not all listed ones.
    for position in 0..chosen.len() {
        let other = dice.index(chosen.len());
        chosen.swap(position, other);
    }
    chosen.into_iter().map(|county| describe(regions, county, on)).collect()
}

fn describe(regions: &Regions, code: RegionCode, on: Day) -> County {
    let class = regions.class(code, on);
    County {
        code,
        name: regions.name(code, on).to_owned(),
        province_short: regions.short_name(code.province()).to_owned(),
        province_name: regions.name(code.province(), on).to_owned(),
        city_name: regions.name(code.city(), on).to_owned(),
        counted: matches!(class, OriginClass::Listed | OriginClass::Paired | OriginClass::CentralWest),
        listed: class == OriginClass::Listed,
    }
}
