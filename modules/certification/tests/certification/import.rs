//! Registers from spreadsheets.

use std::fmt::Write as _;

use sh_certification::{
    Error,
    import::batch::{BatchState, Counts},
    model::State,
    service::{
        imports::{self, marked},
        look::{self, Filter},
    },
};
use sh_db::Db;
use sh_testkit::db_test;
use sh_ui::Locale;

use crate::support::{House, PROVINCE, WEINING, day, schema};

const TITLE: &str = "粤港澳大湾区“菜篮子”生产基地名单（第四批）,,,,,,\n";
const HEADER: &str = "序号,基地编号,基地名称,申报单位,所在县,发证日期,主要产品,面积（亩）\n";

fn register() -> String {
    format!(
        "{TITLE}{HEADER}\
         1,GBA-001,草海蔬菜基地,威宁县绿源种植专业合作社,贵州省毕节市威宁彝族回族苗族自治县,2019-06-01,白菜,1200\n\
         2,GBA-002,融安金桔基地,融安县桔乡食品有限公司,广西柳州融安县,2019年6月,金桔,800\n\
         3,GBA-003,昭阳苹果基地,昭通市昭阳区绿源苹果专业合作社,云南昭通昭阳区,2020.2.29,苹果,560\n"
    )
}

async fn counts(house: &House, on: i64) -> Vec<(String, i64)> {
    let counted =
        sh_certification::counts(&house.ctx("public"), &house.app, day(on)).await.unwrap().into_iter();
    counted.filter(|(_, value)| *value > 0).map(|(condition, value)| (condition.code, value)).collect()
}

#[db_test(&schema())]
async fn a_register_comes_in_once_and_counts_on_any_day(db: Db) {
    let house = House::open(db).await;
    let file = house.file("名单.csv", &register());
    let (id, found) = house.checked(PROVINCE, "gba-base", &file).await;
    assert_eq!(found, Counts { rows: 3, created: 3, ..Counts::default() });
    assert!(counts(&house, 20_200_601).await.is_empty(), "a check writes nothing");
    imports::confirm(&house.ctx(PROVINCE), &house.app, id).await.unwrap();
    let batch = house.posted(PROVINCE, id).await;
    assert_eq!((batch.state, batch.posted), (BatchState::Posted, found));
    assert_eq!(house.posted(PROVINCE, id).await, batch, "nothing is written twice");

    let told = |code: &str, value| (code.to_owned(), value);
    assert_eq!(counts(&house, 20_190_601).await, [told("gba-bases", 2), told("gba-provinces", 2)]);
    assert_eq!(counts(&house, 20_201_130).await, [told("gba-bases", 3), told("gba-provinces", 3)]);
    // Three years each: the two of June 2019 end on the last of May 2022, that of the leap day a little later.
    assert_eq!(counts(&house, 20_220_531).await[0], told("gba-bases", 3));
    assert_eq!(counts(&house, 20_220_601).await[0], told("gba-bases", 1));
    assert_eq!(counts(&house, 20_230_228).await[0], told("gba-bases", 1));
    assert!(counts(&house, 20_230_301).await.is_empty());

    // The same file, and the same register with names written otherwise, change nothing.
    let (again, found) = house.checked(PROVINCE, "gba-base", &file).await;
    assert_eq!(found, Counts { rows: 3, unchanged: 3, ..Counts::default() });
    let nothing = imports::confirm(&house.ctx(PROVINCE), &house.app, again).await;
    assert!(matches!(nothing, Err(Error::NothingToImport)), "{nothing:?}");
    let other = register()
        .replace("融安县桔乡食品有限公司", " 融安縣桔乡食品有限责任公司")
        .replace("2020.2.29", "二〇二〇年二月二十九日");
    let (_, found) = house.checked(PROVINCE, "gba-base", &house.file("别名.csv", &other)).await;
    assert_eq!(found.unchanged, 3, "{found:?}");
}

#[db_test(&schema())]
async fn a_later_register_renews_and_corrects(db: Db) {
    let house = House::open(db).await;
    house.imported(PROVINCE, "gba-base", &house.file("名单.csv", &register())).await;
    let later = format!(
        "{TITLE}{}\
         1,GBA-001,草海蔬菜基地,威宁县绿源种植专业合作社,贵州毕节威宁,2022-07-01,2025-06-30,1200\n\
         2,GBA-002,融安金桔示范基地,融安县桔乡食品有限公司,广西柳州融安县,2019-06-01,2022-05-31,900\n",
        HEADER.replace("主要产品", "有效期至")
    );
    let batch = house.imported(PROVINCE, "gba-base", &house.file("2022.csv", &later)).await;
    assert_eq!(batch.posted, Counts { rows: 2, renewed: 1, corrected: 1, ..Counts::default() });
    let state = async |number: &str, on| {
        let found = look::verify(&house.ctx("public"), &house.app, number, day(on)).await.unwrap();
        found[0].state
    };
    assert_eq!(state("GBA-001", 20_220_531).await, State::Valid);
    assert_eq!(state("GBA-001", 20_220_615).await, State::Expired, "a month without");
    assert_eq!(state("GBA-001", 20_220_701).await, State::Valid);
    let opened = look::verify(&house.ctx(PROVINCE), &house.app, "GBA-002", day(20_200_101)).await.unwrap();
    let row = &opened[0].row;
    assert_eq!(row.subject, "融安金桔示范基地");
    assert_eq!(
        (row.detail["area"].as_str(), row.detail["goods"].as_str()),
        ("900", "金桔"),
        "the rest stays"
    );
    let (file, _, line) = opened[0].history[1].source.clone().unwrap();
    assert_eq!((file.as_str(), line), ("2022.csv", 4));
    // The first register once more: older than what is known.
    let (_, found) = house.checked(PROVINCE, "gba-base", &house.file("再来.csv", &register())).await;
    assert_eq!(found.renewed + found.created, 0, "{found:?}");
}

#[db_test(&schema())]
async fn wrong_rows_come_back_with_reason_and_fix(db: Db) {
    let house = House::open(db).await;
    let file = format!(
        "{TITLE}{HEADER}\
         1,GBA-001,草海蔬菜基地,威宁县绿源种植专业合作社,贵州毕节威宁,2019-06-01,白菜,一千多\n\
         2,GBA-002,某基地,威宁县众合作社,亚特兰蒂斯,2019-02-30,白菜,10\n\
         3,,某基地,威宁县众合作社,贵州毕节威宁,2019-06-01,白菜,10\n\
         4,GBA-004,某基地,威宁县众合作社,贵州毕节威宁,,白菜,10\n\
         5,GBA-005,某基地,威宁县众合作社,贵州毕节威宁,2019-06-01,白菜,10\n\
         6,GBA-005,另一基地,威宁县众合作社,贵州毕节威宁,2019-06-01,白菜,10\n\
         7,GBA-007,融安金桔基地,融安县桔乡食品有限公司,广西柳州融安县,2019-06-01,金桔,10\n"
    );
    let file = house.file("名单.csv", &file);
    let (id, found) = house.checked(WEINING, "gba-base", &file).await;
    assert_eq!(found, Counts { rows: 7, created: 1, rejected: 6, ..Counts::default() });
    let issues = imports::issues(&house.ctx(WEINING), &house.app, id, 100).await.unwrap();
    let told: Vec<_> =
        issues.iter().map(|issue| (issue.row, issue.column.as_str(), issue.code.as_str())).collect();
    assert_eq!(
        told,
        [
            (3, "面积（亩）", "count-not-a-number"),
            (4, "发证日期", "day-does-not-exist"),
            (5, "基地编号", "cell-empty"),
            (6, "发证日期", "day-missing"),
            (8, "基地编号", "certificate-twice"),
            (9, "所在县", "certificate-elsewhere"),
        ]
    );
    for issue in &issues {
        for locale in [Locale::Zh, Locale::En] {
            let (reason, fix) = issue.text(locale);
            assert!(!reason.contains("issue-") && !fix.contains("issue-"), "{} {reason} {fix}", issue.code);
        }
    }
    let out = house.file("marked.csv", "");
    marked::marked(&house.ctx(WEINING), &house.app, id, &out).await.unwrap();
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.lines().nth(8).unwrap().contains("所在县"), "{text}");
    // What a colleague of another place uploads is not theirs to look at.
    let foreign = imports::get(&house.ctx("county@region:450224"), &house.app, id).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
    imports::confirm(&house.ctx(WEINING), &house.app, id).await.unwrap();
    assert_eq!(house.posted(WEINING, id).await.posted.created, 1);
    assert_eq!(house.numbers(&Filter::default()).await, ["GBA-005"]);
}

#[db_test(&schema())]
async fn many_groups_are_written_and_found_again(db: Db) {
    let house = House::open(db).await;
    let mut text = format!("{TITLE}{HEADER}");
    for number in 0..1_203 {
        writeln!(
            text,
            "{number},GBA-{number:05},第{number}基地,威宁县第{}合作社,贵州毕节威宁,2019-06-01,白菜,10",
            number % 300
        )
        .unwrap();
    }
    let file = house.file("多.csv", &text);
    let batch = house.imported(PROVINCE, "gba-base", &file).await;
    assert_eq!(batch.posted.created, 1_203);
    let filter = Filter {
        state: Some(State::Valid),
        on: Some(day(20_200_101)),
        text: "第1202基地".to_owned(),
        ..Filter::default()
    };
    assert_eq!(house.numbers(&filter).await, ["GBA-01202"]);
    let (_, found) = house.checked(PROVINCE, "gba-base", &file).await;
    assert_eq!(found.unchanged, 1_203);
}
