//! The cockpit as a whole, with the figures of the published report and made-up parts.

use maud::{Markup, html};

use super::{charts, say, words};
use crate::{
    Cockpit, EvidenceGrade, GradeShare, Locale, cockpit, drill_rail, grade_list, headline, panel, stat,
    tile_map,
};

/// A cockpit page as `/styleguide/cockpit` shows it, to be put into [`crate::data_page`] with the sea-night
/// theme.
pub fn styleguide_cockpit(locale: Locale) -> Markup {
    let unit = html! { (say(locale, "亿元", "100 million yuan")) };
    let note = html! {
        (say(locale, "2020-12-09 发布，系统汇总 591.00", "Published on 2020-12-09; computed 591.00")) " · "
        a href="#" { (say(locale, "看统计口径", "definition")) }
    };
    let share = |grade, value: i64| GradeShare {
        grade,
        value,
        text: format!("{}.{:02}", value / 100, value % 100),
        href: "#".to_owned(),
    };
    let grades = grade_list(
        locale,
        &[share(EvidenceGrade::A, 24_318), share(EvidenceGrade::B, 21_906), share(EvidenceGrade::C, 12_876)],
    );
    let outlets = html! {
        div.stats {
            (stat(say(locale, "专柜（台）", "Counters"), "5,100+", "", None))
            (stat(say(locale, "专馆（个）", "Halls"), "250+", "", None))
            (stat(say(locale, "专区（个）", "Zones"), "660+", "", None))
        }
    };
    let big =
        html! { (headline("591", say(locale, "亿元", "× 100 million yuan"), &note)) (charts::years(locale)) };
    let rule = html! { (say(locale, "每一级：下级合计 = 本级", "At each level the parts add up")) };
    let map_note = html! { (say(locale, "点一格，看一省 · 亿元", "Open a province · 100 million yuan")) };
    let blocks = Cockpit {
        left: vec![
            panel(say(locale, "近三年采购销售总额", "Purchases and sales, three years"), None, &big),
            panel(say(locale, "这个数有多实", "How solid is it"), Some(&unit), &grades),
            panel(say(locale, "线下网点", "Outlets"), None, &outlets),
        ],
        centre: Some(panel(
            say(locale, "产地分布", "Origin"),
            Some(&map_note),
            &tile_map(locale, &charts::sample_map(locale)),
        )),
        right: vec![
            panel(say(locale, "采购城市", "Buying cities"), Some(&unit), &charts::cities(locale)),
            panel(say(locale, "销售渠道", "Channels"), Some(&unit), &charts::channels(locale)),
        ],
        below: Some(panel(
            say(locale, "2020 年各月", "Months of 2020"),
            Some(&unit),
            &charts::months(locale),
        )),
        rail: Some(panel(
            say(locale, "从总额到一单", "From the total to one order"),
            Some(&rule),
            &drill_rail(locale, &words::rail(locale)),
        )),
    };
    cockpit(locale, &blocks, None)
}
