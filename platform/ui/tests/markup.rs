//! What every component must keep: no inline style or script, names for everything, icons that exist, stable
//! charts.
#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]

use std::{collections::BTreeSet, fs, path::Path};

use sh_ui::{
    Bar, Crumb, Frame, Locale, MenuGroup, MenuItem, Progress, Theme, UserBadge, bar_chart, data_page,
    plain_page, progress, public_page, specimen, specimens, styleguide, styleguide_cockpit, work_page,
};

/// One element per line and no content hashes, so that a snapshot shows what changed.
fn readable(markup: &str) -> String {
    let mut out = String::new();
    for part in markup.replace("><", ">\n<").split("/assets/") {
        if out.is_empty() {
            out.push_str(part);
            continue;
        }
        let end = part.find(['"', '#']).unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        let plain = match name.rsplit_once('-') {
            Some((stem, tail))
                if tail.len() > 10 && tail.get(..10).unwrap().chars().all(|c| c.is_ascii_hexdigit()) =>
            {
                format!("{stem}{}", tail.get(10..).unwrap())
            }
            _ => name.to_owned(),
        };
        out.extend(["/assets/", &plain, rest]);
    }
    out
}

fn values<'a>(markup: &'a str, attribute: &str) -> Vec<&'a str> {
    markup.split(&format!(" {attribute}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

fn all_pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for locale in Locale::ALL {
        let frame = frame(locale);
        pages.push((format!("work {}", locale.tag()), work_page(&frame, &styleguide(locale)).0));
        pages.push((format!("public {}", locale.tag()), public_page(&frame, &styleguide(locale)).0));
        pages.push((format!("plain {}", locale.tag()), plain_page(&frame, &maud::html! { p { "…" } }).0));
        let night = frame.theme(Theme::SeaNight);
        pages.push((format!("data {}", locale.tag()), data_page(&night, &styleguide_cockpit(locale)).0));
    }
    pages
}

fn frame(locale: Locale) -> Frame {
    let mut frame = Frame::new(locale, "疑似重复", "/w/matches/7?tab=open&sort=day")
        .crumbs([Crumb::link("工作台", "/w"), Crumb::here("疑似重复")]);
    frame.user =
        Some(UserBadge { name: "李某".to_owned(), organisation: "省专班".to_owned(), scope: None });
    let mut matches = MenuItem::new("疑似重复", "/w/matches");
    matches.count = Some(37);
    let items = vec![MenuItem::new("待办", "/w"), matches, MenuItem::new("来源", "/w/match")];
    frame.menu = vec![MenuGroup { label: "我的工作".to_owned(), icon: None, items }];
    frame
}

#[test]
fn no_page_needs_inline_style_or_script() {
    for (name, page) in all_pages() {
        assert!(!page.contains(" style="), "{name} has an inline style");
        assert!(!page.contains("<style"), "{name} has a style element");
        assert!(!page.contains("hx-on") && !page.contains("javascript:"), "{name} has inline script");
        for script in page.split("<script").skip(1) {
            assert!(script.starts_with(" type=\"module\" src=\""), "{name} has inline script");
        }
        assert!(!page.contains("user-scalable") && !page.contains("maximum-scale"), "{name} blocks zoom");
    }
}

#[test]
fn every_id_is_one_and_every_reference_leads_somewhere() {
    for (name, page) in all_pages() {
        let ids = values(&page, "id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name} has an id twice");
        let labels = values(&page, "for");
        let described = values(&page, "aria-describedby").into_iter().flat_map(|list| list.split(' '));
        let named = values(&page, "aria-labelledby");
        for reference in labels.into_iter().chain(described).chain(named) {
            assert!(unique.contains(reference), "{name}: nothing has the id {reference}");
        }
    }
}

#[test]
fn every_page_has_its_landmarks_and_language() {
    for (name, page) in all_pages() {
        for part in ["<main ", "id=\"content\"", "<a class=\"skip\" href=\"#content\"", "<header", "<title>"]
        {
            assert!(page.contains(part), "{name} lacks {part}");
        }
        assert_eq!(page.matches("<h1").count(), 1, "{name} has one main heading");
        let language = if name.ends_with("en") { "lang=\"en\"" } else { "lang=\"zh-Hans\"" };
        assert!(page.contains(&format!("<html {language}")), "{name}");
    }
}

#[test]
fn the_menu_marks_this_page_and_the_language_switch_returns_to_it() {
    let page = work_page(&frame(Locale::Zh), &maud::html! {}).0;
    assert!(page.contains("href=\"/w/matches\" aria-current=\"page\""));
    assert_eq!(
        page.matches("aria-current=\"page\"").count(),
        2,
        "the menu entry and the end of the breadcrumb"
    );
    assert!(page.contains("name=\"next\" value=\"/w/matches/7?tab=open&amp;sort=day\""));
    assert!(page.contains("name=\"to\" value=\"en\""));
}

#[test]
fn demonstration_data_are_marked_on_every_page() {
    let mut frame = frame(Locale::Zh);
    frame.site.notice = Some("演示数据".to_owned());
    let content = maud::html! {};
    for page in [work_page, public_page, data_page, plain_page] {
        assert!(page(&frame, &content).0.contains("演示数据"));
    }
}

#[test]
fn a_page_with_mistakes_says_so_in_its_title() {
    let frame = frame(Locale::Zh).with_errors(true);
    assert!(work_page(&frame, &maud::html! {}).0.contains("<title>有误：疑似重复 · 山海</title>"));
}

#[test]
fn polling_ends_with_the_job() {
    let mut job = Progress { label: "正在校验".to_owned(), done: 40, total: 100, ..Progress::default() };
    job.poll = Some("/w/jobs/7".to_owned());
    let running = progress(Locale::Zh, &job).0;
    assert!(running.contains("hx-get=\"/w/jobs/7\"") && running.contains("hx-trigger=\"every 1s\""));
    assert!(running.contains("value=\"40\"") && running.contains("40 / 100"));
    job.poll = None;
    assert!(!progress(Locale::Zh, &job).0.contains("hx-"));
}

#[test]
fn empty_and_odd_charts_still_draw() {
    let flat = bar_chart("无", &[Bar::new("1月", 0, "0"), Bar::new("2月", -5, "-5")]).0;
    assert!(!flat.contains("height=\"-"));
    assert!(bar_chart("空", &[]).0.contains("viewBox=\"0 0 36 148\""));
    assert!(sh_ui::ring("任务", 5, 0, "--", sh_ui::BarTone::Origin).0.contains("--"));
    assert!(sh_ui::line_chart("空", &[], &[]).0.contains("</svg>"));
    assert!(sh_ui::sparkline("一个", &[3]).0.contains("2,22"));
}

/// Names in `icon("…")`, and in the small tables of names beside a tone or a verdict.
#[test]
fn the_sprite_holds_exactly_the_icons_in_use() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list: Vec<String> =
        serde_json::from_str(&fs::read_to_string(root.join("web/icons.json")).unwrap()).unwrap();
    let mut sources = String::new();
    let mut folders: Vec<_> = ["apps", "platform", "modules"].iter().map(|name| root.join(name)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    for name in &list {
        assert!(sources.contains(&format!("\"{name}\"")), "web/icons.json: nothing uses {name}");
    }
    for rest in sources.split("icon(\"").skip(1) {
        let name = rest.split('"').next().unwrap();
        let real = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        assert!(!real || list.iter().any(|known| known == name), "web/icons.json lacks {name}");
    }
    for (page, markup) in all_pages() {
        for rest in markup.split("/assets/icons").skip(1) {
            let name = rest.split('#').nth(1).unwrap().split('"').next().unwrap();
            assert!(
                list.iter().any(|known| known == name),
                "{page} shows {name}, which web/icons.json lacks"
            );
        }
    }
}

#[test]
fn components_keep_their_markup() {
    for name in
        specimens().filter(|name| ["charts", "blocks", "map", "tables", "errors", "work"].contains(name))
    {
        insta::assert_snapshot!(name, readable(&specimen(Locale::Zh, name).unwrap().0));
    }
    insta::assert_snapshot!("map-en", readable(&specimen(Locale::En, "map").unwrap().0));
    insta::assert_snapshot!(
        "frame-work",
        readable(&work_page(&frame(Locale::Zh), &maud::html! { p { "…" } }).0)
    );
}
