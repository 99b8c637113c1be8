//! `shanhai import` as somebody at a terminal uses it.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook};

use crate::support::{Place, Said};

/// A city's return as people draw it: titles merged over the table, 万元 told beside them, days in every spelling, full
/// width, brackets, a county of 2018, a subtotal; and rows of which each has one fault.
fn city_return(folder: &Path) -> PathBuf {
    const ROWS: &[[&str; 6]] = &[
        ["2018年5月3日", "水富合作社", "苹果", "云南省水富县", "１，２３６．５０", "已付款"],
        ["43223", "水富合作社", "苹果", "云南省水富县", "(0.25)", "退货"],
        ["5.6", "融安合作社", "金桔", "广西融安", "-0.1", "退货"],
        ["小计", "", "", "", "1236.15", ""],
        ["2018-05-07", "城关合作社", "土豆", "城关区", "3", "已付款"],
        ["2018-05-32", "威宁合作社", "土豆", "威宁", "3", "已付款"],
        ["2018-05-08", "", "土豆", "威宁", "3", "已付款"],
        ["2018-05-09", "威宁合作社", "土豆", "威宁", "约3", "已付款"],
    ];
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("5月").unwrap();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 5, "广州市消费扶贫月报表", &plain).unwrap();
    let heading = "填报单位：广州市协作办　　统计月份：2018年5月　　单位：万元";
    sheet.merge_range(1, 0, 1, 5, heading, &plain).unwrap();
    for (column, title) in (0..).zip(["采购日期", "供货单位", "产品名称", "产地", "采购金额", "交易阶段"])
    {
        sheet.write(2, column, title).unwrap();
    }
    for (row, cells) in (3..).zip(ROWS) {
        for (column, cell) in (0..).zip(cells) {
            match cell.parse::<f64>() {
                // The day number of Excel, and the amounts that are typed as numbers.
                Ok(number) if !cell.contains("5.6") => sheet.write(row, column, number).unwrap(),
                _ => sheet.write(row, column, *cell).unwrap(),
            };
        }
    }
    let path = folder.join("广州市_201805.xlsx");
    book.save(&path).unwrap();
    path
}

fn checked(place: &Place, file: &Path, more: &[&str]) -> Said {
    let mut command = place.command(["import", "--dry-run", "--source", "city-440100"]);
    Said::of(&command.args(more).arg(file).output().unwrap())
}

#[test]
fn a_return_is_read_as_people_write_it_and_each_fault_is_named() {
    let place = Place::empty();
    let file = city_return(place.folder.path());
    let said = checked(&place, &file, &[]).well();
    // 1236.50 - 0.25 - 0.1 万元.
    assert!(
        said.contains("可入账 3 行，要改 4 行，金额 12,361,500.00 元，日期 2018-05-03～2018-05-06"),
        "{said}"
    );
    for line in [
        "第 8 行 [产地] 城关区: 叫“城关区”的地方不止一个：西藏自治区拉萨市城关区(540102)、甘肃省兰州市城关区(620102)。 请写上省份，或填六位区划代码。",
        "第 9 行 [采购日期] 2018-05-32: 日历上没有 2018-05-32 这一天。 请核对日期。",
        "第 10 行 [供货单位] : 没有供应方。 请填供货单位全称。",
        "第 11 行 [采购金额] 约3: “约3”只是约数。 请填准确金额。",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let english = checked(&place, &file, &["--lang", "en"]).well();
    for line in [
        "3 rows can be posted, 4 have to be mended, 12,361,500.00 yuan",
        "Row 9 [采购日期] 2018-05-32: The calendar has no 2018-05-32. Check the day.",
    ] {
        assert!(english.contains(line), "{line} in {english}");
    }
    let told = checked(&place, &file, &["--json"]).well();
    let summary: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert_eq!(summary["samples"][0]["facts"]["origin"], 530_630, "the county of 2018, which is a city now");
    assert_eq!(summary["totals"][0]["agrees"], true, "the subtotal is checked and not counted");
}

#[test]
fn a_profile_that_somebody_saved_reads_the_file() {
    const SAVED: &str = r#"INSERT INTO source_profile (source, name, version, mapping, created_by, created_at)
        VALUES ('city-440100', '万元表', 1, '{"columns":{"数额":"amount"},"units":{"数额":"ten-thousand"},"sheet":"11月"}',
            'test', 0)"#;
    let place = Place::empty();
    place.run(["migrate"]).well();
    let mut book = Workbook::new();
    for (name, day, amount) in [("10月", "2020-10-12", 1.5), ("11月", "2020-11-12", 2.25)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (column, title) in (0..).zip(["日期", "供应商", "品名", "产地", "数额"]) {
            sheet.write(0, column, title).unwrap();
        }
        for (column, text) in (0..).zip([day, "绿健果业公司", "苹果", "昭阳区"]) {
            sheet.write(1, column, text).unwrap();
        }
        sheet.write(1, 4, amount).unwrap();
    }
    let file = place.folder.path().join("两个月.xlsx");
    book.save(&file).unwrap();
    let alone = checked(&place, &file, &[]);
    assert_eq!(alone.code, Some(1));
    assert!(alone.out.contains("缺少必要的列：金额") && alone.out.contains("数额"), "{alone:?}");
    assert_eq!(place.tamper(SAVED), 1);
    let read = checked(&place, &file, &["--profile", "万元表"]).well();
    assert!(
        read.contains("可入账 1 行，要改 0 行，金额 22,500.00 元，日期 2020-11-12～2020-11-12"),
        "{read}"
    );
    let unknown = checked(&place, &file, &["--profile", "没有"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.out.contains("这个来源没有“没有”方案"), "{unknown:?}");
}
