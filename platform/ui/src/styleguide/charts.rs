//! Charts, chart blocks, the tile map.

use maud::{Markup, html};
use sh_kernel::RegionCode;

use super::say;
use crate::{
    Bar, BarTone, ChartBlock, ChartTable, Download, LineSeries, Locale, Part, Tile, TileMap, bar_chart,
    chart_block, horizontal_bars, line_chart, panel, ring, sparkline, split_bar, tile_map,
};

const MONTHS: [i64; 11] = [142, 118, 196, 235, 271, 294, 302, 338, 487, 713, 424];

fn tenths(value: i64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn month_label(locale: Locale, index: usize) -> String {
    match locale {
        Locale::Zh => format!("{}月", index + 1),
        Locale::En => ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
            .get(index)
            .map_or_else(String::new, |name| (*name).to_owned()),
    }
}

/// Months of the cockpit sample.
pub(super) fn months(locale: Locale) -> Markup {
    let bars: Vec<Bar> = MONTHS
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let tone = if *value > 450 { BarTone::Peak } else { BarTone::OriginSoft };
            Bar::new(month_label(locale, index), *value, tenths(*value)).tone(tone)
        })
        .collect();
    bar_chart(
        say(
            locale,
            "2020 年 1—11 月月度金额，最高 10 月 71.3 亿元",
            "Amount by month, January to November 2020; highest in October",
        ),
        &bars,
    )
}

/// Cities of the cockpit sample.
pub(super) fn cities(locale: Locale) -> Markup {
    let bars = [
        ("深圳市", "Shenzhen", 16_840),
        ("广州市", "Guangzhou", 15_273),
        ("佛山市", "Foshan", 7_816),
        ("东莞市", "Dongguan", 6_452),
        ("珠海市", "Zhuhai", 3_807),
        ("中山市", "Zhongshan", 2_790),
        ("惠州市", "Huizhou", 2_135),
        ("其他 14 市", "14 others", 3_987),
    ];
    ranked(locale, &bars, BarTone::Destination)
}

/// Channels of the cockpit sample.
pub(super) fn channels(locale: Locale) -> Markup {
    let bars = [
        ("批发商超", "Wholesale", 21_436),
        ("企业带动", "Companies", 13_120),
        ("预算单位", "Budget units", 8_645),
        ("电商直播", "Online", 7_963),
        ("专柜专馆专区", "Outlets", 5_218),
        ("展销对接", "Fairs", 2_718),
    ];
    ranked(locale, &bars, BarTone::Origin)
}

fn ranked(locale: Locale, rows: &[(&'static str, &'static str, i64)], tone: BarTone) -> Markup {
    let bars: Vec<Bar> = rows
        .iter()
        .map(|(zh, en, value)| {
            let text = format!("{}.{:02}", value / 100, value % 100);
            Bar::new(say(locale, zh, en), *value, text).href("#").tone(tone)
        })
        .collect();
    horizontal_bars(&bars)
}

/// Years of the cockpit sample.
pub(super) fn years(locale: Locale) -> Markup {
    split_bar(&[
        Part::new(say(locale, "2018—2019 年", "2018 to 2019"), 239, "239", BarTone::OriginSoft),
        Part::new(
            say(locale, "2020 年 1—11 月", "January to November 2020"),
            352,
            say(locale, "约 352", "about 352"),
            BarTone::Origin,
        ),
    ])
}

/// Every kind of chart.
pub(super) fn charts(locale: Locale) -> Markup {
    let axis: Vec<String> = (0..MONTHS.len()).map(|index| month_label(locale, index)).collect();
    let points = |shift: i64, gap: Option<usize>| -> Vec<Option<(i64, String)>> {
        MONTHS
            .iter()
            .enumerate()
            .map(|(index, value)| {
                (Some(index) != gap).then(|| (value * shift / 10, tenths(value * shift / 10)))
            })
            .collect()
    };
    let lines = [
        LineSeries {
            name: say(locale, "产地", "Origin").to_owned(),
            points: points(10, None),
            tone: BarTone::Origin,
        },
        LineSeries {
            name: say(locale, "销地", "Destination").to_owned(),
            points: points(6, Some(4)),
            tone: BarTone::Destination,
        },
    ];
    let price = [
        Part::new(say(locale, "生产者", "Producer"), 3_820, "¥38.20", BarTone::Origin),
        Part::new(say(locale, "包装物流", "Packing and freight"), 1_410, "¥14.10", BarTone::Destination),
        Part::new(say(locale, "渠道与平台", "Channel"), 760, "¥7.60", BarTone::Warm),
    ];
    let unit = html! { (say(locale, "亿元", "100 million yuan")) };
    html! {
        div.grid {
            (panel(say(locale, "2020 年各月", "Months of 2020"), Some(&unit), &months(locale)))
            (panel(say(locale, "采购城市", "Buying cities"), Some(&unit), &cities(locale)))
            (panel(say(locale, "走势", "Trend"), Some(&unit), &line_chart(say(locale, "2020 年各月产地与销地金额",
                "Origin and destination by month"), &axis, &lines)))
            (panel(say(locale, "¥59.90 去了哪里", "Where ¥59.90 goes"), None, &split_bar(&price)))
            (panel(say(locale, "完成情况", "Progress to target"), None, &html! {
                (ring(say(locale, "全年任务完成", "Target reached"), 72, 100, "72%", BarTone::Origin))
                " " (ring(say(locale, "预留份额", "Reserve"), 8, 10, "80%", BarTone::Peak))
                " " (sparkline(say(locale, "十一个月走势", "Eleven months"), &MONTHS))
            }))
        }
    }
}

/// A chart block with all its parts.
pub(super) fn blocks(locale: Locale) -> Markup {
    let block = ChartBlock {
        title: say(locale, "2020 年各月采购销售额", "Purchases and sales by month, 2020").to_owned(),
        unit: say(locale, "亿元", "100 million yuan").to_owned(),
        as_of: "2020-11-30".to_owned(),
        source: say(locale, "各市月报、832 平台、交易市场", "city returns, platform 832, the market")
            .to_owned(),
        definition: Some((say(locale, "2020 年第 3 版", "2020, version 3").to_owned(), "#".to_owned())),
        chart: Some(months(locale)),
        table: ChartTable {
            head: vec![say(locale, "月份", "Month").to_owned(), say(locale, "金额", "Amount").to_owned()],
            rows: MONTHS
                .iter()
                .enumerate()
                .map(|(index, value)| vec![month_label(locale, index), tenths(*value)])
                .collect(),
        },
        downloads: ["CSV", "XLSX", "SVG"]
            .map(|label| Download { label: label.to_owned(), href: "#".to_owned() })
            .into(),
    };
    html! { div.grid { (chart_block(locale, &block)) } }
}

/// The map of the cockpit sample.
pub(super) fn sample_map(locale: Locale) -> TileMap {
    const PROVINCES: [(i64, i64); 18] = [
        (65, 2_176),
        (15, 385),
        (63, 483),
        (62, 1_844),
        (64, 927),
        (14, 241),
        (54, 618),
        (51, 8_893),
        (61, 795),
        (41, 612),
        (50, 1_752),
        (42, 1_208),
        (34, 117),
        (53, 10_435),
        (52, 12_147),
        (43, 1_466),
        (36, 1_139),
        (45, 13_862),
    ];
    let tile = |(digits, value): &(i64, i64)| {
        Some(Tile {
            region: RegionCode::new(digits * 10_000).ok()?,
            value: *value,
            text: format!("{}.{:02}", value / 100, value % 100),
            href: Some(format!("/data/origin/{}", digits * 10_000)),
        })
    };
    TileMap {
        label: say(locale, "产地分布", "Origin").to_owned(),
        unit: say(locale, "亿元", "100 million yuan").to_owned(),
        tiles: PROVINCES.iter().filter_map(tile).collect(),
        bins: [(10_000, "100"), (5_000, "50"), (1_500, "15"), (500, "5")]
            .map(|(limit, text)| (limit, text.to_owned())),
        selected: RegionCode::new(520_000).ok(),
        destination: Some((RegionCode::GUANGDONG, say(locale, "销地", "buyer").to_owned())),
    }
}

/// The tile map.
pub(super) fn map(locale: Locale) -> Markup {
    let note = html! { (say(locale, "点一格，看一省 · 亿元", "Open a province · 100 million yuan")) };
    panel(say(locale, "产地分布", "Origin"), Some(&note), &tile_map(locale, &sample_map(locale)))
}
