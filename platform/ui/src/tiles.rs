//! The 34 divisions of the first level as a grid of squares (方格图). Squares, because a drawn boundary needs an
//! approval number; the caption says that the grid shows none.

use maud::{Markup, html};
use sh_kernel::RegionCode;

use crate::{
    Bar, BarTone, Locale, horizontal_bars,
    text::{group_digits, grouped},
};

/// Two digits of GB/T 2260, the character and the two letters of GB/T 2260 that stand on the tile, column,
/// row.
const PLACES: [(i64, &str, &str, i64, i64); 34] = [
    (23, "黑", "HL", 9, 0),
    (65, "新", "XJ", 1, 1),
    (15, "蒙", "NM", 6, 1),
    (22, "吉", "JL", 9, 1),
    (63, "青", "QH", 2, 2),
    (62, "甘", "GS", 3, 2),
    (64, "宁", "NX", 4, 2),
    (14, "晋", "SX", 5, 2),
    (13, "冀", "HE", 6, 2),
    (11, "京", "BJ", 7, 2),
    (12, "津", "TJ", 8, 2),
    (21, "辽", "LN", 9, 2),
    (54, "藏", "XZ", 1, 3),
    (51, "川", "SC", 3, 3),
    (61, "陕", "SN", 4, 3),
    (41, "豫", "HA", 5, 3),
    (37, "鲁", "SD", 6, 3),
    (32, "苏", "JS", 7, 3),
    (50, "渝", "CQ", 4, 4),
    (42, "鄂", "HB", 5, 4),
    (34, "皖", "AH", 6, 4),
    (33, "浙", "ZJ", 7, 4),
    (31, "沪", "SH", 8, 4),
    (53, "滇", "YN", 3, 5),
    (52, "黔", "GZ", 4, 5),
    (43, "湘", "HN", 5, 5),
    (36, "赣", "JX", 6, 5),
    (35, "闽", "FJ", 7, 5),
    (71, "台", "TW", 8, 5),
    (45, "桂", "GX", 4, 6),
    (44, "粤", "GD", 5, 6),
    (46, "琼", "HI", 4, 7),
    (82, "澳", "MO", 5, 7),
    (81, "港", "HK", 6, 7),
];

/// One province with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// The province, or any division in it.
    pub region: RegionCode,
    /// The value that chooses the colour, in the unit of [`TileMap::bins`].
    pub value: i64,
    /// The value as it is read, without unit.
    pub text: String,
    /// Its page.
    pub href: Option<String>,
}

/// Values by province.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TileMap {
    /// What is shown: 产地分布.
    pub label: String,
    /// The unit of the texts.
    pub unit: String,
    /// Provinces with a value; the others stay dark.
    pub tiles: Vec<Tile>,
    /// Lower limits of the four higher bins, highest first, with their text.
    pub bins: [(i64, String); 4],
    /// The province being looked at.
    pub selected: Option<RegionCode>,
    /// The province that buys, in blue, and what stands on it (销地).
    pub destination: Option<(RegionCode, String)>,
}

impl TileMap {
    /// Four round limits that spread these values over the five bins; `one` is one shown unit in the unit of
    /// the values.
    pub fn bins_for(values: impl IntoIterator<Item = i64>, one: i64) -> [(i64, String); 4] {
        let top = values.into_iter().max().unwrap_or(0).max(4);
        [(3, 4), (2, 5), (1, 7), (1, 24)].map(|(part, whole)| {
            let limit = round_down(top.saturating_mul(part) / whole).max(1);
            (limit, in_units(limit, one.max(1)))
        })
    }
}

/// The largest of 1, 2, 3, 5 × 10ⁿ that is not above `number`.
fn round_down(number: i64) -> i64 {
    let mut power = 1_i64;
    while power.saturating_mul(10) <= number {
        power = power.saturating_mul(10);
    }
    [5, 3, 2].into_iter().map(|step| step * power).find(|step| *step <= number).unwrap_or(power)
}

/// `limit` in shown units, exact to four decimals and without trailing zeros.
fn in_units(limit: i64, one: i64) -> String {
    let (whole, rest) = (limit / one, i128::from(limit % one) * 10_000 / i128::from(one));
    if rest == 0 {
        return grouped(whole);
    }
    group_digits(format!("{whole}.{rest:04}").trim_end_matches('0'))
}

/// The one-character name of a province (省份简称): `黔`; two letters in English: `GZ`.
pub fn province_character(locale: Locale, region: RegionCode) -> Option<&'static str> {
    let digits = region.number() / 10_000;
    PLACES.iter().find(|place| place.0 == digits).map(|place| match locale {
        Locale::Zh => place.1,
        Locale::En => place.2,
    })
}

fn province_name(locale: Locale, digits: i64) -> String {
    locale.t(&format!("province-{digits}"))
}

fn digits_of(region: RegionCode) -> i64 {
    region.number() / 10_000
}

/// 1 (lowest) to 5 (highest).
fn bin(map: &TileMap, value: i64) -> usize {
    map.bins.iter().position(|(limit, _)| value >= *limit).map_or(1, |above| 5 - above)
}

/// The grid, its legend, and the ranked list that takes its place at phone width.
pub fn tile_map(locale: Locale, map: &TileMap) -> Markup {
    let label =
        locale.with("map-label", &[("label", map.label.as_str().into()), ("unit", map.unit.as_str().into())]);
    html! {
        div.tile-map {
            svg.tiles viewBox="85 -5 865 565" role="group" aria-label=(label) {
                @for place in &PLACES { (square(locale, map, place)) }
            }
            div.tile-list { (ranking(locale, map)) }
            (legend(locale, map))
        }
    }
}

fn square(locale: Locale, map: &TileMap, place: &(i64, &str, &str, i64, i64)) -> Markup {
    let (digits, chinese, letters, column, row) = *place;
    let short = if locale == Locale::Zh { chinese } else { letters };
    let tile = map.tiles.iter().find(|tile| digits_of(tile.region) == digits);
    let bought = map.destination.as_ref().filter(|(region, _)| digits_of(*region) == digits);
    let selected = map.selected.is_some_and(|region| digits_of(region) == digits);
    let class = match (bought, tile) {
        (Some(_), _) => "tile destination".to_owned(),
        (None, Some(tile)) => format!("tile bin-{}", bin(map, tile.value)),
        (None, None) => "tile none".to_owned(),
    };
    let text = bought.map(|(_, text)| text.as_str()).or(tile.map(|tile| tile.text.as_str()));
    let mark = html! {
        rect.selected[selected] width="89" height="64" rx="7" {}
        @if let Some(text) = text {
            text.tile-name x="44.5" y="29" { (short) }
            " "
            text.tile-value x="44.5" y="52" { (text) }
        } @else {
            text.tile-name x="44.5" y="40" { (short) }
        }
    };
    // The name of a link must contain the text one sees on it.
    let spoken =
        tile.map(|tile| format!("{short} {} {} {}", tile.text, map.unit, province_name(locale, digits)));
    let shift = format!("translate({} {})", column * 95, row * 70);
    html! {
        @if let Some(href) = tile.and_then(|tile| tile.href.as_ref()) {
            a class=(class) href=(href) aria-label=[spoken] aria-current=[selected.then_some("true")]
                transform=(shift) {
                (mark)
            }
        } @else {
            g class=(class) transform=(shift) { (mark) }
        }
    }
}

fn ranking(locale: Locale, map: &TileMap) -> Markup {
    let mut tiles: Vec<&Tile> = map.tiles.iter().collect();
    tiles.sort_by_key(|tile| (-tile.value, tile.region));
    let bars: Vec<Bar> = tiles
        .into_iter()
        .map(|tile| {
            let mut bar = Bar::new(province_name(locale, digits_of(tile.region)), tile.value, &tile.text);
            bar.href.clone_from(&tile.href);
            let selected = map.selected.is_some_and(|region| digits_of(region) == digits_of(tile.region));
            bar.tone(if selected { BarTone::Peak } else { BarTone::Origin })
        })
        .collect();
    horizontal_bars(&bars)
}

fn legend(locale: Locale, map: &TileMap) -> Markup {
    let [first, second, third, fourth] = &map.bins;
    let between = |low: &str, high: &str| format!("{low}～{high}");
    let steps = [
        (5, format!("≥ {}", first.1)),
        (4, between(&second.1, &first.1)),
        (3, between(&third.1, &second.1)),
        (2, between(&fourth.1, &third.1)),
        (1, between("0", &fourth.1)),
    ];
    html! {
        ul.legend.tile-legend {
            @for (step, text) in steps {
                li {
                    svg.swatch width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" {
                        g class={ "tile bin-" (step) } { rect width="10" height="10" rx="2" {} }
                    }
                    (text)
                }
            }
            @if map.destination.is_some() {
                li {
                    svg.swatch width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" {
                        g.tile.destination { rect width="10" height="10" rx="2" {} }
                    }
                    (locale.t("map-destination"))
                }
            }
            li.tile-notice { (locale.t("map-notice")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_province_has_one_square_of_its_own() {
        let mut codes: Vec<i64> = PLACES.iter().map(|place| place.0).collect();
        codes.sort_unstable();
        codes.dedup();
        let mut squares: Vec<(i64, i64)> = PLACES.iter().map(|place| (place.3, place.4)).collect();
        squares.sort_unstable();
        squares.dedup();
        assert_eq!((codes.len(), squares.len()), (34, 34));
        for code in codes {
            assert!(Locale::Zh.has(&format!("province-{code}")), "province-{code}");
        }
    }

    #[test]
    fn limits_are_round_and_spread_the_values() {
        let yi = 10_000_000_000;
        let bins = TileMap::bins_for([138 * yi, 3 * yi], yi);
        assert_eq!(bins.clone().map(|bin| bin.1), ["100", "50", "10", "5"].map(str::to_owned));
        let map = TileMap { bins, ..TileMap::default() };
        assert_eq!([138, 88, 20, 9, 1].map(|amount| bin(&map, amount * yi)), [5, 4, 3, 2, 1]);
        assert_eq!(TileMap::bins_for([150], 100)[0].1, "1");
        assert_eq!(in_units(2_500, 1_000), "2.5");
    }
}
