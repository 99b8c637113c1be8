//! The register against what is known of the divisions from elsewhere.

#![expect(clippy::unwrap_used, reason = "helpers of a test may panic")]

use std::collections::{BTreeMap, HashSet};

use gb2260::Division as Standard;
use sh_kernel::{Day, RegionCode};
use sh_regions::{OriginClass, PairingKind, Regions, Resolution};

fn day(number: i64) -> Day {
    Day::from_yyyymmdd(number).unwrap()
}

fn code(number: i64) -> RegionCode {
    RegionCode::new(number).unwrap()
}

fn resolve(text: &str, on: i64) -> Resolution {
    Regions::get().resolve(text, None, day(on))
}

fn one(number: i64) -> Resolution {
    Resolution::One(code(number))
}

const DAYS: [i64; 8] =
    [20_130_101, 20_160_801, 20_180_101, 20_180_601, 20_191_201, 20_201_130, 20_230_701, 20_261_101];

#[test]
fn every_row_of_the_embedded_tables_was_read() {
    let regions = Regions::get();
    let rows = |text: &str| text.lines().count() - 1;
    assert_eq!(regions.divisions().len(), rows(include_str!("../data/divisions.csv")));
    assert_eq!(regions.pairings().len(), rows(include_str!("../data/pairings.csv")));
    assert_eq!(regions.listed_counties().len(), 832);
    assert_eq!(regions.provinces().len(), 31);
    assert_eq!(regions.all_provinces().len(), 34);
    assert_eq!(regions.guangdong_cities().len(), 21);
    for (line, text) in include_str!("../data/aliases.csv").lines().enumerate().skip(1) {
        let number = text.split(',').next().unwrap();
        let known = !regions.name(number.parse().unwrap(), day(20_200_101)).is_empty();
        assert!(known, "aliases.csv line {} names no division: {text}", line + 1);
    }
}

#[test]
fn the_table_of_2016_is_the_one_of_the_standard() {
    // The crate's newest table is that of July 2016; later ones are compared in data/README.md.
    let regions = Regions::get();
    let on = day(20_160_801);
    let mut seen = 0;
    for number in 110_000..830_000 {
        let Some(standard) = Standard::get_by_revision(&number.to_string(), "201607") else { continue };
        let is_town_part = number % 100 == 1 && standard.name.ends_with("市辖区");
        let is_bank = (460_321..=460_323).contains(&number);
        if is_town_part || is_bank {
            continue;
        }
        seen += 1;
        assert!(regions.exists_on(code(number), on), "{number} {} is missing", standard.name);
        assert_eq!(regions.name(code(number), on), standard.name, "{number}");
    }
    assert!(seen > 3_200, "{seen}");
    let ours = regions.divisions().iter().filter(|row| row.in_force(on)).count();
    // Ours also has the three committees of 海西, three cities of the Corps, and Xisha's and Nansha's parent.
    assert!(ours - seen <= 6, "{ours} against {seen}");
}

#[test]
fn counts_of_the_list_agree_with_the_official_ones() {
    let regions = Regions::get();
    let mut years: BTreeMap<i32, usize> = BTreeMap::new();
    let mut provinces: BTreeMap<&str, usize> = BTreeMap::new();
    for county in regions.listed_counties() {
        *years.entry(county.exit_year).or_default() += 1;
        *provinces.entry(regions.short_name(county.province)).or_default() += 1;
        assert_eq!(regions.current(county.listed), county.today, "{}", county.name);
    }
    assert_eq!(Vec::from_iter(years), [(2016, 28), (2017, 125), (2018, 282), (2019, 345), (2020, 52)]);
    let expected = [
        ("云南", 88),
        ("西藏", 74),
        ("四川", 66),
        ("贵州", 66),
        ("甘肃", 58),
        ("陕西", 56),
        ("河北", 45),
        ("青海", 42),
        ("湖南", 40),
        ("河南", 38),
        ("山西", 36),
        ("广西", 33),
        ("新疆", 32),
        ("内蒙古", 31),
        ("湖北", 28),
        ("江西", 24),
        ("安徽", 20),
        ("黑龙江", 20),
        ("重庆", 14),
        ("吉林", 8),
        ("宁夏", 8),
        ("海南", 5),
    ];
    assert_eq!(provinces, BTreeMap::from(expected));
}

#[test]
fn every_listed_county_is_found_by_its_listed_and_its_present_name() {
    let regions = Regions::get();
    let (then, now) = (day(20_180_601), day(20_261_101));
    for county in regions.listed_counties() {
        for on in [then, now] {
            let Resolution::One(found) = regions.resolve(county.name, Some(county.province), on) else {
                panic!(
                    "{} on {on}: {:?}",
                    county.name,
                    regions.resolve(county.name, Some(county.province), on)
                );
            };
            assert!(regions.is_listed(found, on), "{} on {on} is {found}", county.name);
            assert_eq!(regions.current(found), county.today, "{}", county.name);
            let present = regions.name(county.today, now);
            let by_present = regions.resolve(present, Some(county.province), on).one();
            // Lenghu became part of Mangya: its present name means Mangya at any time.
            assert!(
                by_present == Some(found) || county.name == "冷湖行委",
                "{present} on {on}: {by_present:?}"
            );
            assert_eq!(regions.class(found, on), OriginClass::Listed);
        }
    }
}

#[test]
fn a_full_name_leads_back_to_its_division() {
    let regions = Regions::get();
    for on in DAYS.map(day) {
        for row in regions.divisions().iter().filter(|row| row.in_force(on)) {
            let full = regions.full_name(row.code, on);
            assert_eq!(regions.resolve(&full, None, on), Resolution::One(row.code), "{full} on {on}");
            assert_eq!(regions.resolve(&row.code.to_string(), None, on), Resolution::One(row.code));
        }
    }
}

#[test]
fn every_division_that_ended_leads_to_one_that_stands() {
    let regions = Regions::get();
    let now = day(20_261_101);
    for row in regions.divisions() {
        let current = regions.current(row.code);
        // The grouping row of Hebei ended with its two members.
        if row.code != code(139_000) {
            assert!(regions.exists_on(current, now), "{} {} ends at {current}", row.code, row.name);
        }
        for next in row.successors.iter().chain(&row.carved_from) {
            assert!(!regions.name(*next, now).is_empty(), "{} names {next}", row.code);
        }
        if let (Some(from), Some(to)) = (row.valid_from, row.valid_to) {
            assert!(from < to, "{} {}", row.code, row.name);
        }
    }
}

#[test]
fn names_of_another_time_are_carried_to_the_day() {
    for (text, on, expected) in [
        ("盘县", 20_200_101, 520_281),
        ("盘州市", 20_170_101, 520_222),
        ("贵州省六盘水市水城县", 20_230_101, 520_204),
        ("水城区", 20_180_601, 520_221),
        ("错那县", 20_240_101, 540_581),
        ("错那市", 20_200_101, 540_530),
        ("邵东市", 20_180_601, 430_521),
        ("广信区", 20_180_601, 361_121),
        ("上饶县", 20_240_101, 361_104),
        ("九江县", 20_200_101, 360_404),
        ("吉林省四平市公主岭市", 20_220_101, 220_184),
        ("四川省资阳市简阳市", 20_200_101, 510_185),
        ("蓬莱区", 20_180_601, 370_684),
        ("莱芜市莱城区", 20_220_101, 370_116),
        ("那曲地区那曲县", 20_200_101, 540_602),
        ("河北省保定市定州市", 20_160_801, 139_001),
        ("520221", 20_230_101, 520_204),
        ("520526001", 20_230_101, 520_526),
    ] {
        assert_eq!(resolve(text, on), one(expected), "{text} on {on}");
    }
    assert_eq!(
        resolve("渝北区", 20_260_101),
        Resolution::Ambiguous(vec![code(500_109), code(500_157)]),
        "a district that was split is for a person to decide"
    );
}

#[test]
fn places_are_understood_as_people_write_them() {
    for (text, expected) in [
        ("贵州省毕节市威宁县", 520_526),
        ("贵州毕节威宁", 520_526),
        ("威宁彝族回族苗族自治县", 520_526),
        ("广西百色 德保", 451_024),
        ("广西　百色－德保县", 451_024),
        ("中国贵州省", 520_000),
        ("黔东南州", 522_600),
        ("黔东南", 522_600),
        ("恩施州", 422_800),
        ("凉山州昭觉县", 513_431),
        ("海南州共和县", 632_521),
        ("海南", 460_000),
        ("吉林市", 220_200),
        ("吉林", 220_000),
        ("辽宁朝阳朝阳县", 211_321),
        ("邢台", 130_500),
        ("湖北仙桃", 429_004),
        ("新疆石河子", 659_001),
        ("重庆市重庆市万州区", 500_101),
        ("重庆市县城口县", 500_229),
        ("北京市市辖区朝阳区", 110_105),
        ("东乡县", 622_926),
        ("新疆伊犁哈萨克自治州塔城地区托里县", 654_224),
        ("中山", 442_000),
        ("辽宁大连中山", 210_202),
        ("毕节地区大方县", 520_521),
        ("粤", 440_000),
        ("Guangdong", 440_000),
        ("５２０５２６", 520_526),
    ] {
        assert_eq!(resolve(text, 20_180_601), one(expected), "{text}");
    }
    for nowhere in ["", " ", "桃花源县", "12", "999999", "市辖区", "县", &"贵".repeat(300)] {
        assert_eq!(resolve(nowhere, 20_180_601), Resolution::Unknown, "{nowhere}");
    }
}

#[test]
fn a_name_of_many_places_is_left_open_without_context() {
    for (text, at_least, member) in
        [("城关区", 2, 540_102), ("鼓楼区", 4, 320_106), ("朝阳", 3, 211_300), ("朝阳区", 2, 110_105)]
    {
        let Resolution::Ambiguous(codes) = resolve(text, 20_180_601) else { panic!("{text}") };
        assert!(codes.len() >= at_least && codes.contains(&code(member)), "{text}: {codes:?}");
    }
    let within = |text, area| Regions::get().resolve(text, Some(code(area)), day(20_180_601));
    assert_eq!(within("城关区", 540_000), one(540_102));
    assert_eq!(within("鼓楼区", 320_100), one(320_106));
    assert_eq!(within("520526", 450_000), Resolution::Unknown);
    assert_eq!(within("色尼区", 542_400), one(540_602));
}

#[test]
fn names_read_well_at_the_odd_corners() {
    let regions = Regions::get();
    let on = day(20_200_101);
    for (number, expected) in [
        (500_229, "重庆市城口县"),
        (500_101, "重庆市万州区"),
        (429_004, "湖北省仙桃市"),
        (469_001, "海南省五指山市"),
        (659_001, "新疆维吾尔自治区石河子市"),
        (441_900, "广东省东莞市"),
        (520_526, "贵州省毕节市威宁彝族回族苗族自治县"),
    ] {
        assert_eq!(regions.full_name(code(number), on), expected);
    }
    assert_eq!(regions.short_name(code(520_000)), "贵州");
    assert_eq!(regions.short_name(code(520_500)), "毕节");
    assert_eq!(regions.short_name(code(500_200)), "重庆县区");
    assert_eq!(regions.english(code(440_300)), Some("Shenzhen"));
    let english = [
        (520_500, "Bijie"),
        (520_526, "Weining"),
        (610_100, "Xi'an"),
        (140_400, "Changzhi"),
        (341_500, "Lu'an"),
        (150_100, "Hohhot"),
        (522_600, "Qiandongnan"),
        (500_100, "Chongqing districts"),
    ];
    for (number, name) in english {
        assert_eq!(regions.english(code(number)), Some(name));
    }
    // 襄都区 was called 桥东区 until June 2020.
    assert_eq!(regions.english(code(130_502)), Some("Xiangdu"));
    assert_eq!(regions.english_on(code(130_502), day(20_190_601)), Some("Qiaodong"));
    assert_eq!(regions.english(code(520_598)), None);
    let missing: Vec<_> =
        regions.divisions().iter().filter(|one| regions.english(one.code).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let characters: HashSet<char> =
        regions.all_provinces().iter().map(|one| regions.tile_char(*one)).collect();
    assert_eq!(characters.len(), 34);
    assert!(regions.all_provinces().iter().all(|one| regions.english(*one).is_some()));
    assert!(regions.guangdong_cities().iter().all(|one| regions.english(*one).is_some()));
}

#[test]
fn children_cover_every_county_once() {
    let regions = Regions::get();
    for on in DAYS.map(day) {
        let mut counties = 0;
        for province in regions.provinces() {
            for city in regions.children(*province, on) {
                counties += regions.children(city, on).len();
            }
        }
        let all =
            regions.divisions().iter().filter(|row| row.in_force(on) && row.code.number() % 100 != 0).count();
        assert_eq!(counties, all, "{on}");
        assert!((2_830..2_870).contains(&counties), "{counties} on {on}");
    }
    assert_eq!(regions.children(RegionCode::GUANGDONG, day(20_200_101)), regions.guangdong_cities());
}

#[test]
fn pairings_follow_the_rounds() {
    let regions = Regions::get();
    let (first, second) = (day(20_190_601), day(20_220_601));
    let (guangzhou, shenzhen, foshan) = (code(440_100), code(440_300), code(440_600));
    let (weining, zhaojue, debao) = (code(520_526), code(513_431), code(451_024));
    assert!(
        regions.paired_with(weining, guangzhou, first) && regions.paired_with(weining, guangzhou, second)
    );
    assert!(regions.paired_with(zhaojue, foshan, first) && !regions.is_paired(zhaojue, second));
    assert!(regions.paired_with(debao, shenzhen, first) && !regions.paired_with(debao, guangzhou, first));
    assert!(regions.paired_with(debao, RegionCode::GUANGDONG, first));
    assert!(!regions.is_paired(code(610_100), first));
    assert!(regions.paired_with(code(441_421), guangzhou, first), "梅县 under its old code");
    for pairing in regions.pairings() {
        assert!(pairing.guangdong.is_within(RegionCode::GUANGDONG));
        let inside = pairing.origin.is_within(RegionCode::GUANGDONG);
        assert_eq!(inside, pairing.kind == PairingKind::InProvince);
        assert!(pairing.from < pairing.until && !pairing.source.is_empty());
        assert!(!regions.name(pairing.origin, pairing.from).is_empty());
    }
}

#[test]
fn each_origin_has_one_class() {
    let regions = Regions::get();
    let on = day(20_190_601);
    for (number, expected) in [
        (520_526, OriginClass::Listed),
        (520_523, OriginClass::Paired),
        (450_000, OriginClass::Paired),
        (610_113, OriginClass::CentralWest),
        (441_400, OriginClass::InProvince),
        (330_100, OriginClass::Elsewhere),
        (710_000, OriginClass::Elsewhere),
    ] {
        assert_eq!(regions.class(code(number), on), expected, "{number}");
    }
    assert!(!regions.is_listed(code(130_705), day(20_130_101)), "宣化区 before 宣化县 came to it");
    assert!(regions.is_listed(code(130_705), on));
    assert!(!regions.is_listed(code(653_229), day(20_260_101)), "cut out of a listed county, not listed");
    for class in OriginClass::ALL {
        assert_eq!(OriginClass::from_code(class.code()), Some(class));
    }
    assert_eq!(OriginClass::from_code(0), None);
}
