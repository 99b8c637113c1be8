//! The table of divisions with the days on which each was in force.

use std::{collections::HashMap, sync::OnceLock};

use sh_kernel::{Day, RegionCode};

use crate::{policy::Policy, resolve::Names, text};

const DIVISIONS: &str = include_str!("../data/divisions.csv");
const ALIASES: &str = include_str!("../data/aliases.csv");

/// A division (行政区划) under one name: from a day on (the first included) until a day (that day excluded).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Its code in GB/T 2260.
    pub code: RegionCode,
    /// Its full name without its parents, as in the standard.
    pub name: &'static str,
    /// First day under this name and code; `None` if earlier than the register (31 October 2012).
    pub valid_from: Option<Day>,
    /// First day on which this name or code no longer held; `None` if it is in force.
    pub valid_to: Option<Day>,
    /// What it became; the first holds the seat or the larger part. Its own code for a mere change of name.
    pub successors: Vec<RegionCode>,
    /// For a division newly cut out of others that live on: those others.
    pub carved_from: Vec<RegionCode>,
    /// Its short name in English; empty where it is written among the aliases, as for provinces.
    pub english: &'static str,
}

impl Division {
    /// Whether it stood under this name and code on `day`.
    pub fn in_force(&self, day: Day) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day < to)
    }

    fn began_by(&self, day: Day) -> bool {
        self.valid_from.is_none_or(|from| from <= day)
    }
}

/// The register of divisions, listed counties and pairings. One per process, read-only.
#[derive(Debug)]
pub struct Regions {
    divisions: Vec<Division>,
    rows: HashMap<RegionCode, (usize, usize)>,
    origins: HashMap<RegionCode, Vec<RegionCode>>,
    shorts: HashMap<RegionCode, &'static str>,
    english: HashMap<RegionCode, &'static str>,
    characters: HashMap<RegionCode, char>,
    all_provinces: Vec<RegionCode>,
    guangdong_cities: Vec<RegionCode>,
    pub(crate) names: Names,
    pub(crate) policy: Policy,
}

/// The rows of an embedded table without its heading, as columns. The tables contain no quoted cells.
pub(crate) fn table(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

pub(crate) fn day(cell: &str) -> Option<Day> {
    cell.parse().ok()
}

fn codes(cell: &str) -> Vec<RegionCode> {
    cell.split(' ').filter_map(|code| code.parse().ok()).collect()
}

fn divisions() -> Vec<Division> {
    table(DIVISIONS)
        .filter_map(|cells| match cells.as_slice() {
            [code, name, from, to, successors, carved_from, english] => Some(Division {
                code: code.parse().ok()?,
                name,
                valid_from: day(from),
                valid_to: day(to),
                successors: codes(successors),
                carved_from: codes(carved_from),
                english,
            }),
            _ => None,
        })
        .collect()
}

impl Regions {
    /// The register. Built on the first call, in a few milliseconds.
    pub fn get() -> &'static Self {
        static REGIONS: OnceLock<Regions> = OnceLock::new();
        REGIONS.get_or_init(Self::build)
    }

    fn build() -> Self {
        let divisions = divisions();
        let mut rows: HashMap<RegionCode, (usize, usize)> = HashMap::new();
        let mut origins: HashMap<RegionCode, Vec<RegionCode>> = HashMap::new();
        let mut shorts = HashMap::new();
        for (at, division) in divisions.iter().enumerate() {
            rows.entry(division.code).or_insert((at, at)).1 = at + 1;
            shorts.insert(division.code, text::short(division.name));
            for next in division.successors.iter().filter(|next| **next != division.code) {
                origins.entry(*next).or_default().push(division.code);
            }
            if !division.carved_from.is_empty() {
                origins.entry(division.code).or_default().extend(&division.carved_from);
            }
        }
        let mut regions = Self {
            all_provinces: divisions.iter().map(|one| one.code).filter(|code| code.is_province()).collect(),
            guangdong_cities: divisions
                .iter()
                .map(|one| one.code)
                .filter(|code| code.is_city() && code.is_within(RegionCode::GUANGDONG))
                .collect(),
            divisions,
            rows,
            origins,
            shorts,
            english: HashMap::new(),
            characters: HashMap::new(),
            names: Names::default(),
            policy: Policy::default(),
        };
        regions.add_names();
        regions.policy = Policy::load(&regions);
        regions
    }

    /// Indexes every name and its short and everyday forms, then the written aliases.
    fn add_names(&mut self) {
        for division in &self.divisions {
            self.names.add_division(division, self.parent_name(division));
        }
        for cells in table(ALIASES) {
            let [code, kind, text] = cells.as_slice() else { continue };
            let Ok(code) = code.parse::<RegionCode>() else { continue };
            match *kind {
                "short" => {
                    self.shorts.insert(code, text);
                }
                "english" => {
                    self.english.entry(code).or_insert(text);
                }
                "char" => {
                    self.characters.extend(text.chars().next().map(|character| (code, character)));
                }
                _ => {}
            }
            self.names.add_alias(code, text);
        }
    }

    /// For the grouping rows of the standard (市辖区, 省直辖县级行政区划), the province that tells them apart.
    fn parent_name(&self, division: &Division) -> Option<&'static str> {
        let province = division.code.province();
        is_grouping(division).then(|| self.rows_of(province).first().map(|row| row.name)).flatten()
    }

    pub(crate) fn rows_of(&self, code: RegionCode) -> &[Division] {
        self.rows.get(&code).and_then(|(from, to)| self.divisions.get(*from..*to)).unwrap_or_default()
    }

    /// What a division came from: those it replaced, or those it was cut out of.
    pub(crate) fn origins(&self, code: RegionCode) -> &[RegionCode] {
        self.origins.get(&code).map(Vec::as_slice).unwrap_or_default()
    }

    /// The row that describes `code` on `day`: the one in force, else the last before, else the first after.
    pub(crate) fn row(&self, code: RegionCode, day: Day) -> Option<&Division> {
        let rows = self.rows_of(code);
        rows.iter().rev().find(|row| row.began_by(day)).or_else(|| rows.first())
    }

    /// All rows of the register in the order of code and day, for lists and exports.
    pub fn divisions(&self) -> &[Division] {
        &self.divisions
    }

    /// Whether the division stood on `day`.
    pub fn exists_on(&self, code: RegionCode, day: Day) -> bool {
        self.rows_of(code).iter().any(|row| row.in_force(day))
    }

    /// The name on `day`, without its parents: 威宁彝族回族苗族自治县. For a day on which the division did not stand, the
    /// nearest name it bore; empty for a code that the register does not know.
    pub fn name(&self, code: RegionCode, day: Day) -> &str {
        self.row(code, day).map_or("", |row| row.name)
    }

    /// The name with its parents on `day`: 贵州省毕节市威宁彝族回族苗族自治县. The standard's grouping rows are left out
    /// of a county's name: 重庆市城口县, 湖北省仙桃市, 新疆维吾尔自治区石河子市.
    pub fn full_name(&self, code: RegionCode, day: Day) -> String {
        let mut full = String::new();
        let province = code.province();
        if province != code {
            full.push_str(self.name(province, day));
        }
        let city = code.city();
        if city != code
            && city != province
            && let Some(row) = self.row(city, day)
            && !is_grouping(row)
        {
            full.push_str(row.name);
        }
        full.push_str(self.name(code, day));
        full
    }

    /// The short name for charts and tables (简称): 贵州, 毕节, 威宁. Empty for an unknown code.
    pub fn short_name(&self, code: RegionCode) -> &str {
        self.shorts.get(&code).copied().unwrap_or_default()
    }

    /// The short name in English, of the last name that the code bore: Guizhou, Bijie, Weining. `None` for a code that
    /// the register does not know.
    pub fn english(&self, code: RegionCode) -> Option<&str> {
        self.english_of(code, self.rows_of(code).last())
    }

    /// As [`Regions::english`], of the name on `day`.
    pub fn english_on(&self, code: RegionCode, day: Day) -> Option<&str> {
        self.english_of(code, self.row(code, day))
    }

    fn english_of(&self, code: RegionCode, row: Option<&Division>) -> Option<&str> {
        let alias = self.english.get(&code).copied();
        alias.or_else(|| row.map(|row| row.english).filter(|name| !name.is_empty()))
    }

    /// The one character of a province (简称用字) for the tile map: 粤, 黔. A full stop in the middle for any other code.
    pub fn tile_char(&self, province: RegionCode) -> char {
        self.characters.get(&province).copied().unwrap_or('·')
    }

    /// The divisions directly below `code` on `day`, in the order of their codes: cities of a province, counties of a
    /// city. The grouping rows (500100 市辖区, 429000 省直辖县级行政区划) count as cities, so that children always add up.
    pub fn children(&self, code: RegionCode, day: Day) -> Vec<RegionCode> {
        let (first, last) = code.range();
        let from = self.divisions.partition_point(|row| row.code.number() <= first);
        let to = self.divisions.partition_point(|row| row.code.number() <= last);
        let below = |child: RegionCode| if code.is_province() { child.is_city() } else { true };
        self.divisions
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .filter(|row| below(row.code) && row.in_force(day))
            .map(|row| row.code)
            .collect()
    }

    /// The 31 provinces, autonomous regions and municipalities of the mainland, in the order of their codes.
    pub fn provinces(&self) -> &[RegionCode] {
        self.all_provinces.get(..31).unwrap_or(&self.all_provinces)
    }

    /// All 34, with Taiwan, Hong Kong and Macao at the end: the tile map.
    pub fn all_provinces(&self) -> &[RegionCode] {
        &self.all_provinces
    }

    /// The 21 cities of Guangdong (地级以上市).
    pub fn guangdong_cities(&self) -> &[RegionCode] {
        &self.guangdong_cities
    }

    /// What the division became when it ended; empty while it stands. The first holds the seat or the larger part.
    pub fn successors(&self, code: RegionCode) -> &[RegionCode] {
        self.rows_of(code).last().map_or(&[], |row| row.successors.as_slice())
    }

    /// The division that stands today in the place of `code`: itself, or its line of first successors to the end.
    pub fn current(&self, code: RegionCode) -> RegionCode {
        let mut now = code;
        // A line has at most a few steps; the bound keeps a faulty table from looping.
        for _ in 0..8 {
            let ended = self.rows_of(now).last().is_some_and(|row| row.valid_to.is_some());
            let Some(next) = self.successors(now).first().filter(|_| ended) else { break };
            now = *next;
        }
        now
    }
}

/// A row of the standard that only groups counties and is no place of its own.
fn is_grouping(division: &Division) -> bool {
    division.code.is_city()
        && (matches!(division.name, "市辖区" | "县") || division.name.ends_with("直辖县级行政区划"))
}
