//! What the assistance policy says of a place: listed, paired, central or western.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sh_kernel::{Day, RegionCode};

use crate::{
    Regions,
    register::{day, table},
};

const LISTED: &str = include_str!("../data/listed.csv");
const PAIRINGS: &str = include_str!("../data/pairings.csv");

/// The 22 provinces of the centre and west that signed the pledge of poverty relief (中西部22个省区市); the listed
/// counties lie in exactly these.
const CENTRAL_WEST: [i64; 22] = [
    130_000, 140_000, 150_000, 220_000, 230_000, 340_000, 360_000, 410_000, 420_000, 430_000, 450_000,
    460_000, 500_000, 510_000, 520_000, 530_000, 540_000, 610_000, 620_000, 630_000, 640_000, 650_000,
];

/// A county of the national list (国家级贫困县, since 2021 脱贫县).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCounty {
    /// The name as the list prints it; some are older or shorter than the official name (积石山自治县, 湄潭).
    pub name: &'static str,
    /// Its province.
    pub province: RegionCode,
    /// The first code in the register under which the county was listed.
    pub listed: RegionCode,
    /// Its code in the edition of 2019.
    pub code_2019: RegionCode,
    /// Its code today.
    pub today: RegionCode,
    /// The year in which it left the list (退出年份), 2016 to 2020.
    pub exit_year: i32,
}

/// What ties a Guangdong city and the place it helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairingKind {
    /// East–west co-operation (东西部扶贫协作, since 2021 东西部协作).
    EastWest,
    /// Counterpart support of Tibet, Xinjiang and the Three Gorges (对口支援).
    Support,
    /// A Pearl River city and a city of eastern, western or northern Guangdong (省内对口帮扶).
    InProvince,
}

/// A pairing between a city of Guangdong (or the province as a whole) and the place it helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// The helping city; `440000` where the province as a whole is named.
    pub guangdong: RegionCode,
    /// The place helped, with everything inside it.
    pub origin: RegionCode,
    /// Under which policy.
    pub kind: PairingKind,
    /// First day.
    pub from: Day,
    /// Last day, included.
    pub until: Day,
    /// Whether it is known from secondary accounts only and should be checked before a figure turns on it.
    pub needs_check: bool,
    /// The document or arrangement it rests on.
    pub source: &'static str,
}

/// How a place of origin counts in the figures (产地类别). Its number is stored with every trade line and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginClass {
    /// One of the 832 listed counties (832个脱贫县).
    Listed,
    /// Not listed, but paired with Guangdong on the day (结对帮扶地区).
    Paired,
    /// Neither, but in one of the 22 provinces of the centre and west (中西部地区).
    CentralWest,
    /// In Guangdong (省内).
    InProvince,
    /// Anywhere else.
    Elsewhere,
}

impl OriginClass {
    /// All classes in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Listed, Self::Paired, Self::CentralWest, Self::InProvince, Self::Elsewhere];

    /// The stored number.
    pub const fn code(self) -> i64 {
        match self {
            Self::Listed => 1,
            Self::Paired => 2,
            Self::CentralWest => 3,
            Self::InProvince => 4,
            Self::Elsewhere => 5,
        }
    }

    /// The class of a stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }
}

/// The lists of the policy, indexed for lookup.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    counties: Vec<ListedCounty>,
    /// Every code a listed county has borne, from which day it was that county's, and the exit year.
    lineage: HashMap<RegionCode, (Option<Day>, i32)>,
    pairings: Vec<Pairing>,
}

fn county(cells: &[&'static str]) -> Option<ListedCounty> {
    let [name, province, listed, code_2019, today, exit_year] = cells else { return None };
    Some(ListedCounty {
        name,
        province: province.parse().ok()?,
        listed: listed.parse().ok()?,
        code_2019: code_2019.parse().ok()?,
        today: today.parse().ok()?,
        exit_year: exit_year.parse().ok()?,
    })
}

fn pairing(cells: &[&'static str]) -> Option<Pairing> {
    let [guangdong, origin, kind, from, until, confidence, source] = cells else { return None };
    Some(Pairing {
        guangdong: guangdong.parse().ok()?,
        origin: origin.parse().ok()?,
        kind: match *kind {
            "协作" => PairingKind::EastWest,
            "支援" => PairingKind::Support,
            "省内" => PairingKind::InProvince,
            _ => return None,
        },
        from: day(from)?,
        until: day(until)?,
        needs_check: *confidence != "high",
        source,
    })
}

impl Policy {
    pub(crate) fn load(regions: &Regions) -> Self {
        let counties: Vec<ListedCounty> = table(LISTED).filter_map(|cells| county(&cells)).collect();
        let mut lineage = HashMap::new();
        for one in &counties {
            let mut line = vec![(one.listed, None)];
            while let Some((code, since)) = line.pop() {
                // 宣化区 existed beside 宣化县 and is listed only since the merger; a code seen twice keeps the
                // earlier day.
                let known = lineage.entry(code).or_insert((since, one.exit_year));
                known.0 = known.0.min(since);
                if line.len() < 8
                    && let Some(last) = regions.rows_of(code).last()
                {
                    let next = last.successors.iter().filter(|next| **next != code);
                    line.extend(next.map(|next| (*next, last.valid_to)));
                }
            }
        }
        let pairings = table(PAIRINGS).filter_map(|cells| pairing(&cells)).collect();
        Self { counties, lineage, pairings }
    }
}

impl Regions {
    /// The 832 listed counties in the order of the list.
    pub fn listed_counties(&self) -> &[ListedCounty] {
        &self.policy.counties
    }

    /// Whether the division is one of the 832 counties, or stands in the place of one on `on`.
    ///
    /// Leaving the list (摘帽) changes nothing: the same 832 went on to be bought from. New divisions that were only cut
    /// out of a listed county (和安县 out of 和田县) are not on the list.
    pub fn is_listed(&self, code: RegionCode, on: Day) -> bool {
        self.policy.lineage.get(&code).is_some_and(|(since, _)| since.is_none_or(|since| since <= on))
    }

    /// The year in which the listed county left the list; `None` for any other division.
    pub fn exit_year(&self, code: RegionCode) -> Option<i32> {
        self.policy.lineage.get(&code).map(|(_, year)| *year)
    }

    /// All pairings of all times.
    pub fn pairings(&self) -> &[Pairing] {
        &self.policy.pairings
    }

    /// The pairings that cover `origin` on `on`, by the code of any time.
    fn covering(&self, origin: RegionCode, on: Day) -> impl Iterator<Item = &Pairing> {
        let current = self.current(origin);
        self.policy.pairings.iter().filter(move |pairing| {
            pairing.from <= on
                && on <= pairing.until
                && (origin.is_within(pairing.origin) || current.is_within(pairing.origin))
        })
    }

    /// Whether this city of Guangdong was paired with the place, or with the city or province around it, on `on`.
    /// Asked for Guangdong itself: whether any of its cities or the province was.
    ///
    /// A pairing of the whole province says nothing of a single city.
    pub fn paired_with(&self, origin: RegionCode, guangdong_city: RegionCode, on: Day) -> bool {
        self.covering(origin, on)
            .any(|pairing| pairing.guangdong == guangdong_city || guangdong_city == RegionCode::GUANGDONG)
    }

    /// Whether the place was paired with Guangdong or one of its cities on `on`, under any of the three policies.
    pub fn is_paired(&self, origin: RegionCode, on: Day) -> bool {
        self.covering(origin, on).next().is_some()
    }

    /// How a place of origin counts on `on`.
    ///
    /// Each place has one class, so that the classes add up to the whole. In Guangdong comes first (the province's own
    /// poor villages are counted apart); then listed, which is the class with a list behind it; then paired; then the
    /// 22 provinces. Ask [`is_paired`](Self::is_paired) for listed counties that are also paired.
    pub fn class(&self, origin: RegionCode, on: Day) -> OriginClass {
        if origin.is_within(RegionCode::GUANGDONG) {
            OriginClass::InProvince
        } else if self.is_listed(origin, on) {
            OriginClass::Listed
        } else if self.is_paired(origin, on) {
            OriginClass::Paired
        } else if CENTRAL_WEST.contains(&origin.province().number()) {
            OriginClass::CentralWest
        } else {
            OriginClass::Elsewhere
        }
    }
}
