//! The commands as people type them: every flag does what it says, and what cannot be done is said with what can.

use std::{collections::BTreeMap, process::Stdio};

use serde_json::Value;

use crate::support::Place;

fn json(place: &Place, args: &[&str]) -> Value {
    let all: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
    serde_json::from_str(&place.run(all).well()).unwrap()
}

/// Fen by the words of the rows' values.
fn rows(figure: &Value) -> BTreeMap<Vec<i64>, i64> {
    let key = |row: &Value| {
        row["keys"].as_array().unwrap().iter().map(|key| key["value"].as_i64().unwrap()).collect()
    };
    let rows = figure["rows"].as_array().unwrap().iter();
    rows.map(|row| (key(row), row["value_fen"].as_i64().unwrap())).collect()
}

#[test]
fn a_figure_is_shown_by_axes_and_under_conditions() {
    let place = Place::with_demo();
    let whole = json(&place, &["figure", "show", "gd-3y"]);
    let value = whole["value_fen"].as_i64().unwrap();
    assert!(value > 0 && whole["rows"].as_array().unwrap().is_empty());
    assert_eq!((whole["from"].as_str(), whole["until"].as_str()), (Some("2018-01-01"), Some("2020-11-30")));
    let years = json(&place, &["figure", "show", "gd-3y", "--by", "year"]);
    let both = json(&place, &["figure", "show", "gd-3y", "--by", "year,grade"]);
    assert_eq!(rows(&years).values().sum::<i64>(), value);
    for (year, fen) in rows(&years) {
        let of_year: i64 =
            rows(&both).iter().filter(|(keys, _)| keys[0] == year[0]).map(|(_, fen)| fen).sum();
        assert_eq!(of_year, fen, "{year:?}");
        let only = json(&place, &["figure", "show", "gd-3y", "--where", &format!("year={}", year[0])]);
        assert_eq!(only["value_fen"].as_i64(), Some(fen));
    }
    // The same condition as a word, a number, and as the pages call it; two conditions at once.
    let market = |condition: &str| {
        json(&place, &["figure", "show", "gd-3y", "--where", condition])["value_fen"].clone()
    };
    assert_eq!(market("channel=market"), market("channel=2"));
    assert_eq!(market("origin-province=贵州"), market("产地省份=520000"));
    let narrow =
        json(&place, &["figure", "show", "gd-3y", "--where", "year=2020", "--where", "channel=market"]);
    assert!(narrow["value_fen"].as_i64() < market("channel=market").as_i64());
    assert_eq!(narrow["where"][1]["axis"], "channel");
}

#[test]
fn tables_csv_and_names_in_two_languages() {
    let place = Place::with_demo();
    let csv = place.run(["figure", "show", "gd-3y", "--by", "channel,year", "--format", "csv"]).well();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("channel,channel-name,year,year-name,yuan,trades"));
    let yuan = |line: &str| line.split(',').nth_back(1).unwrap().replace('.', "").parse::<i64>().unwrap();
    let whole = json(&place, &["figure", "show", "gd-3y"])["value_fen"].as_i64().unwrap();
    assert_eq!(lines.map(yuan).sum::<i64>(), whole);
    let table = place.run(["figure", "show", "gd-3y", "--by", "channel"]).well();
    assert!(table.contains("832 平台") && table.contains("数据截至") && table.contains("单数"), "{table}");
    let english = place.run(["figure", "show", "gd-3y", "--by", "channel", "--lang", "en"]).well();
    assert!(english.contains("832 platform") && !english.contains('元'), "{english}");
    let list = place.run(["figure", "list"]).well();
    let codes = place.run(["figure", "list", "--format", "csv"]).well();
    assert_eq!(codes.lines().next(), Some("code,version,name,yuan,trades"));
    for line in codes.lines().skip(1) {
        assert!(list.contains(line.split(',').next().unwrap()), "{line}: {list}");
    }
}

#[test]
fn the_state_of_an_earlier_day_and_an_earlier_version_are_asked_for() {
    let place = Place::with_demo();
    let past = place.run(["figure", "show", "gd-3y", "--as-of", "2018-01-01", "--format", "json"]);
    assert!(past.err.contains("Nothing had been posted by the end of 2018-01-01"), "{past:?}");
    let past: Value = serde_json::from_str(&past.well()).unwrap();
    assert_eq!((past["value_fen"].as_i64(), past["posting"].is_null()), (Some(0), true));
    let now = json(&place, &["figure", "show", "gd-3y", "--definition", "1"]);
    assert_eq!(now, json(&place, &["figure", "show", "gd-3y"]));
    let today = json(&place, &["figure", "show", "gd-3y", "--as-of", "2199-12-31", "--by", "month"]);
    assert_eq!(today["value_fen"], now["value_fen"]);
}

#[test]
fn what_cannot_be_asked_is_said_with_what_can() {
    let place = Place::with_demo();
    for (args, said) in [
        (vec!["figure", "show", "nope"], "there is no figure \"nope\"; there are accepted, "),
        (vec!["figure", "show", "gd-3y", "--definition", "7"], "gd-3y has no version 7; there are 1"),
        (
            vec!["figure", "show", "gd-3y", "--by", "colour"],
            "there is no axis \"colour\"; there are year, month, ",
        ),
        (vec!["figure", "show", "gd-3y", "--by", "year,month,grade"], "--by takes two axes at most"),
        (vec!["figure", "show", "gd-3y", "--by", "year,year"], "--by names year twice"),
        (vec!["figure", "show", "gd-3y", "--where", "month"], "--where takes AXIS=VALUE"),
        (vec!["figure", "show", "gd-3y", "--where", "month=202013"], "write 2020-11 or 202011"),
        (
            vec!["figure", "show", "gd-3y", "--where", "channel=tv"],
            "there are unknown, platform-832, market, ",
        ),
        (
            vec!["figure", "show", "gd-3y", "--where", "origin-province=火星"],
            "write a province by name or code",
        ),
        (vec!["figure", "show", "gd-3y", "--as-of", "yesterday"], "not a calendar day"),
        (vec!["figure", "show", "gd-3y", "--format", "xml"], "[possible values: table, json, csv]"),
        (vec!["figure", "list", "--lang", "fr"], "[possible values: zh, en]"),
        (vec!["export", "lines.txt"], "ends in .csv or .xlsx"),
        (vec!["export", "lines.csv", "--definition", "nope"], "there is no figure \"nope\""),
        (vec!["export", "lines.csv", "--from", "2020-02-01", "--until", "2020-01-01"], "lies after"),
    ] {
        let answer = place.run(&args);
        assert_eq!(answer.code, Some(2), "{args:?}: {answer:?}");
        assert!(answer.err.contains(said), "{args:?}: {answer:?}");
        assert!(answer.out.is_empty() && !answer.err.contains("panicked"), "{args:?}: {answer:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let place = Place::with_demo();
    let mut child = place
        .command(["figure", "show", "gd-3y", "--by", "origin,month", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.stderr.is_empty(), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn exported_lines_add_up_to_the_figure() {
    let place = Place::with_demo();
    let out = place.folder.path().join("lines.csv");
    let out = out.to_str().unwrap();
    let said = place.run(["export", out, "--definition", "gd-2020"]).well();
    assert!(said.contains("lines written to"), "{said}");
    let text = std::fs::read_to_string(out).unwrap();
    let head = text.lines().position(|line| line.contains("trade,line,posting")).unwrap();
    let titles: Vec<&str> =
        text.lines().nth(head).unwrap().trim_start_matches('\u{feff}').split(',').collect();
    let at = titles.iter().position(|title| *title == "yuan").unwrap();
    let fen = |line: &str| line.split(',').nth(at).unwrap().replace('.', "").parse::<i64>().unwrap();
    let sum: i64 = text.lines().skip(head + 1).map(fen).sum();
    assert_eq!(Some(sum), json(&place, &["figure", "show", "gd-2020"])["value_fen"].as_i64());
}

#[test]
fn the_doctor_says_what_is_missing() {
    let place = Place::with_demo();
    let said = place.run(["doctor"]);
    for line in [
        "ok    database: SQLite answers",
        "ok    schema: up to date",
        "ok    sums: kept ready for every definition",
    ] {
        assert!(said.out.contains(line), "{line}: {said:?}");
    }
    assert!(place.tamper("DELETE FROM cube_key WHERE code = 'paid'") > 0);
    let said = place.run(["doctor"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("FAIL  sums: not made for paid/1; run `shanhai migrate`"), "{said:?}");
    place.run(["migrate"]).well();
    assert!(place.run(["doctor"]).out.contains("ok    sums"));
    place.audited();
}
