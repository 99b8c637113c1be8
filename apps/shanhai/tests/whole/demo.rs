//! From files to figures: a world whose truth is known goes in, and what comes out must be that truth.

use std::{fs, path::Path};

use crate::support::{Place, name, truth};

/// What one would get by adding up the rows of all files.
const CLAIMED: &str = "SELECT CAST(SUM(amount) AS BIGINT) FROM claim";

/// Fen of sales that are told without tax, whose rate is 9 in 109, and with freight, which is at most 6 in 106.
fn by_basis(place: &Place) -> (i64, i64, i64) {
    let args = ["figure", "show", "gd-3y", "--by", "basis", "--format", "json"];
    let answer: serde_json::Value = serde_json::from_str(&place.run(args).well()).unwrap();
    let (mut plain, mut without_tax, mut with_freight) = (0, 0, 0);
    for row in answer["rows"].as_array().unwrap() {
        let fen = row["value_fen"].as_i64().unwrap();
        match row["keys"][0]["value"].as_i64().unwrap() {
            2 => without_tax += fen,
            3 => with_freight += fen,
            _ => plain += fen,
        }
    }
    assert_eq!(plain + without_tax + with_freight, answer["value_fen"].as_i64().unwrap(), "rows add up");
    (plain, without_tax, with_freight)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

#[test]
fn the_headline_is_what_really_happened() {
    let place = Place::with_demo();
    let real = truth().world.counted_fen;
    let (plain, without_tax, with_freight) = by_basis(&place);
    // The definition takes amounts as reported; what really happened carries tax and no freight.
    let figure = plain + without_tax * 109 / 100 + with_freight * 1000 / 1035;
    assert!((figure - real).abs() * 200 <= real, "{figure} fen are not within 0.5 % of {real}");
    let claimed = place.number(CLAIMED);
    assert!(claimed * 2 >= (plain + without_tax + with_freight) * 3, "{claimed} fen claimed for {figure}");
}

#[test]
fn every_sale_is_one_trade() {
    let place = Place::with_demo();
    assert_eq!(place.number(TRADES), count(truth().world.trades));
    assert_eq!(
        place.number("SELECT COUNT(*) FROM claim WHERE NOT EXISTS (SELECT 1 FROM tie WHERE claim = id)"),
        0
    );
    assert_eq!(place.number("SELECT COUNT(*) FROM import_batch WHERE state <> 'posted'"), 0);
    place.audited();
}

#[test]
fn both_engines_give_the_same_figures() {
    let (one, other) = (Place::with_demo(), Place::postgres());
    other.demo().well();
    assert_eq!(other.figures(), one.figures());
    other.audited();
    for axes in ["origin-province,month", "seller", "channel,destination", "stage,grade"] {
        let args = ["figure", "show", "gd-3y", "--by", axes, "--format", "csv"];
        assert_eq!(other.run(args).well(), one.run(args).well(), "by {axes}");
    }
}

#[test]
fn doing_it_again_changes_nothing() {
    const ROWS: &str = "SELECT (SELECT COUNT(*) FROM claim) + (SELECT COUNT(*) FROM decision) * 10000
        + (SELECT COUNT(*) FROM trade_line) * 100000000 + (SELECT COUNT(*) FROM release) * 1000000000000
        + (SELECT COUNT(*) FROM user_account) * 10000000000000";
    let place = Place::with_demo();
    let before = (place.figures(), place.number(ROWS));
    place.demo().well();
    assert_eq!((place.figures(), place.number(ROWS)), before);
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let (place, demo) = (Place::empty(), Place::with_demo());
    // Source by source, each matched before the next comes in, and each from its last file to its first.
    let mut files: Vec<(&str, &Path)> = truth().files().collect();
    files.reverse();
    place.import_all(files);
    assert_eq!(place.figures(), demo.figures());
    place.audited();
}

/// Sales that somebody reports.
const TRADES: &str = "SELECT COUNT(*) FROM trade WHERE claims > 0";

#[test]
fn without_a_platform_only_its_own_sales_are_gone() {
    let (place, demo) = (Place::empty(), Place::with_demo());
    let platform = name(&truth().file("832"));
    place.import_all(truth().files().filter(|(_, path)| name(path) != platform));
    let told_only_there =
        truth().reports.iter().filter(|reports| reports.iter().all(|(file, _)| *file == platform)).count();
    assert!(told_only_there > 50);
    assert_eq!(demo.number(TRADES) - place.number(TRADES), count(told_only_there));
    // The rest is still there, now as the others tell it: without tax or with freight at most, but sale by sale.
    let (with, without) = (demo.figures(), place.figures());
    let gone = with["certified"].1 - without["certified"].1;
    assert!((0..=count(told_only_there)).contains(&gone), "{gone} sales are gone");
    place.audited();
}

#[test]
fn a_changed_row_that_nobody_else_reports_changes_the_figure_by_just_that() {
    let demo = Place::with_demo();
    let folder = tempfile::tempdir().unwrap();
    let file = truth().file("counter");
    let text = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = lines.iter_mut().find(|row| row["certified"] == "是" && row["refund_fen"] == 0).unwrap();
    let fen = row["amount_fen"].as_i64().unwrap();
    row["amount_fen"] = (fen * 7).into();
    let changed = folder.path().join(name(&file));
    fs::write(
        &changed,
        lines
            .iter()
            .map(|line| {
                line.to_string()
                    + "
"
            })
            .collect::<String>(),
    )
    .unwrap();
    let place = Place::empty();
    place.import_all(
        truth().files().map(|(source, path)| (source, if *path == *file { changed.as_path() } else { path })),
    );
    let (before, after) = (demo.figures(), place.figures());
    for code in ["certified", "gd-3y", "gd-2020", "paid"] {
        assert_eq!(after[code].0 - before[code].0, 6 * fen, "{code}");
        assert_eq!(after[code].1, before[code].1, "{code}");
    }
    place.audited();
}

#[test]
fn a_return_sent_twice_counts_once() {
    let place = Place::with_demo();
    let before = place.figures();
    let (source, file) = truth().files().find(|(source, _)| *source == "city-440100").unwrap();
    // The same bytes under another name.
    let folder = tempfile::tempdir().unwrap();
    let renamed = folder.path().join("广州市消费扶贫年报_补报.xlsx");
    fs::copy(file, &renamed).unwrap();
    let said = place.import(source, &[&renamed]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("同一个文件已经导入过"), "{said:?}");
    // The same rows under another heading, as the file of another time.
    let again = folder.path().join("广州市消费扶贫年报_201912.xlsx");
    with_text_changed(file, &again, "统计月份：2018年", "统计月份：2019年");
    place.import(source, &[&again]).well();
    assert_eq!(place.figures(), before);
    place.audited();
}

/// Writes a workbook again with one text replaced.
fn with_text_changed(from: &Path, to: &Path, old: &str, new: &str) {
    use std::io::{Read as _, Write as _};
    let mut archive = zip::ZipArchive::new(fs::File::open(from).unwrap()).unwrap();
    let mut writer = zip::ZipWriter::new(fs::File::create(to).unwrap());
    let mut found = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        found += text.matches(old).count();
        writer.start_file(entry.name().unwrap(), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.replace(old, new).as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(found, 1, "{old} stands once in {}", from.display());
}

#[test]
fn people_have_bought_for_six_weeks_and_old_figures_stay() {
    const DEMO: [&str; 6] = ["demo", "--no-serve", "--scale", "tiny", "--orders", "60"];
    const ORDERS: &str = "SELECT COUNT(*) FROM mall_order";
    let (place, without) = (Place::empty(), Place::with_demo());
    assert_eq!(without.number(ORDERS), 0);
    place.run(DEMO).well();
    let orders = place.number(ORDERS);
    assert!((40..90).contains(&orders), "{orders} orders");
    for (what, text) in [
        ("unpaid", "SELECT COUNT(*) FROM mall_order WHERE state = 1"),
        ("cancelled", "SELECT COUNT(*) FROM mall_order WHERE state = 3"),
        ("to be sent, or on their way", "SELECT COUNT(*) FROM mall_part WHERE state IN (2, 3)"),
        ("received", "SELECT COUNT(*) FROM mall_part WHERE state = 4"),
        ("refunded", "SELECT COUNT(*) FROM mall_part WHERE state = 6"),
        ("the shopper's", "SELECT COUNT(*) FROM mall_order WHERE buyer LIKE 'user:%'"),
        ("reviewed", "SELECT COUNT(*) FROM mall_review"),
    ] {
        assert!(place.number(text) > 0, "no order is {what}");
    }
    let days = "SELECT COUNT(DISTINCT day) FROM claim WHERE source = 'mall'";
    assert!(place.number(days) > 20, "sold on {} days", place.number(days));
    let (with, old) = (place.figures(), without.figures());
    for code in ["gd-3y", "gd-2020"] {
        assert_eq!(with[code], old[code], "{code} ends before the mall opens");
    }
    let untied = "SELECT COUNT(*) FROM claim c WHERE source = 'mall' AND NOT EXISTS
        (SELECT 1 FROM tie t WHERE t.claim = c.id)";
    assert_eq!(place.number(untied), 0, "what was sold counts at once");
    place.audited();
    place.run(DEMO).well();
    assert_eq!(place.number(ORDERS), orders, "doing it again changes nothing");
}

#[test]
fn the_audit_finds_a_line_that_was_changed() {
    let place = Place::with_demo();
    assert_eq!(
        place.tamper(
            "UPDATE trade_line SET amount = amount + 1 WHERE trade = (SELECT MIN(trade) FROM trade_line)"
        ),
        1
    );
    let said = place.run(["audit"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let trade = place.id("SELECT MIN(trade) FROM trade_line");
    assert!(said.out.contains("FAIL  trades") && said.out.contains(&trade), "{trade}: {said:?}");
    assert!(said.out.contains("FAIL  cube"), "{said:?}");
}

#[test]
fn the_audit_finds_a_stored_file_that_was_changed() {
    let place = Place::with_demo();
    let mut folder = place.folder.path().join("objects");
    while let Some(next) = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).min() {
        folder = next;
        if folder.is_file() {
            break;
        }
    }
    let mut bytes = fs::read(&folder).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let mut permissions = fs::metadata(&folder).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a file of this test alone")]
    permissions.set_readonly(false);
    fs::set_permissions(&folder, permissions).unwrap();
    fs::write(&folder, bytes).unwrap();
    let said = place.run(["audit"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("FAIL  files") && said.out.contains(&name(&folder)), "{said:?}");
}

#[test]
fn the_audit_finds_a_released_figure_that_was_changed() {
    let place = Place::with_demo();
    assert!(
        place.tamper("UPDATE release_figure SET value = value + 100 WHERE code = 'gd-3y' AND by_axes = '[]'")
            >= 1
    );
    let said = place.run(["audit"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("FAIL  releases"), "{said:?}");
    assert!(said.out.contains("ok    cube"), "{said:?}");
}
