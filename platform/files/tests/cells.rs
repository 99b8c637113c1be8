//! Cells read as money, quantities, days, codes and counts.

use proptest::prelude::*;
use sh_files::{
    parse::{
        BaseUnit, DayOptions, DayValue, MoneyUnit, ProblemCode, TotalKind, capital_amount, code, count, day,
        is_total_row, money, money_noted, quantity, text,
    },
    sheet::{Cell, CellValue, DateSystem},
};
use sh_kernel::{Day, Fen, Month};

fn read_money(shown: &str, unit: MoneyUnit) -> Result<i64, &'static str> {
    money(&Cell::text(shown), unit).map(|fen| fen.0).map_err(|problem| problem.code.as_str())
}

#[test]
fn money_is_read_as_people_write_it() {
    for (shown, fen) in [
        ("1286.4", 128_640),
        ("¥1,286.40", 128_640),
        ("￥ １，２８６．４０ 元", 128_640),
        ("人民币:3860元整", 386_000),
        ("128.64万元", 128_640_000),
        ("3.5万", 3_500_000),
        ("3.5w", 3_500_000),
        ("5.91亿元", 59_100_000_000),
        ("1亿2000万元", 12_000_000_000),
        ("5元3角2分", 532),
        ("-50", -5_000),
        ("50-", -5_000),
        ("－50", -5_000),
        ("负50元", -5_000),
        ("(1,234.50)", -123_450),
        ("（1234.50）", -123_450),
        ("-¥5", -500),
        ("¥-5", -500),
        ("叁仟捌佰陆拾元整", 386_000),
        ("壹万零壹佰元零伍分", 1_010_005),
        ("0", 0),
        ("12.345", 1_235),
        ("-12.345", -1_235),
        ("RMB 12", 1_200),
    ] {
        assert_eq!(read_money(shown, MoneyUnit::Yuan), Ok(fen), "{shown}");
    }
    assert_eq!(read_money("352", MoneyUnit::HundredMillion), Ok(3_520_000_000_000));
    assert_eq!(read_money("12.5元", MoneyUnit::TenThousand), Ok(1_250), "the unit in the cell wins");
    assert_eq!(read_money("0.0000001", MoneyUnit::TenThousand), Ok(0));
}

#[test]
fn money_that_cannot_be_sure_is_a_problem() {
    for (shown, problem) in [
        ("", "cell-empty"),
        ("十分感谢", "money-not-a-number"),
        ("苹果", "money-not-a-number"),
        ("12,34", "money-grouping"),
        ("1.29E+08", "money-scientific"),
        ("约352万元", "money-approximate"),
        ("100余万元", "money-approximate"),
        ("$12", "money-foreign"),
        ("12港元", "money-foreign"),
        ("99999999999999999999", "money-too-large"),
        ("3万5", "money-not-a-number"),
        ("1.2.3", "money-not-a-number"),
        ("12元3亿", "money-not-a-number"),
        ("--5", "money-not-a-number"),
        ("()", "money-not-a-number"),
    ] {
        assert_eq!(read_money(shown, MoneyUnit::Yuan), Err(problem), "{shown}");
    }
    let cell = Cell::of(CellValue::Error("#N/A".into()));
    assert_eq!(money(&cell, MoneyUnit::Yuan).unwrap_err().code, ProblemCode::CellError);
}

#[test]
fn floats_of_excel_come_out_as_what_was_typed() {
    let read = |number: f64, unit| money_noted(&Cell::of(CellValue::Number(number)), unit).unwrap();
    assert_eq!(read(1_286.399_999_999_999_9, MoneyUnit::Yuan).amount, Fen(128_640));
    assert!(!read(1_286.399_999_999_999_9, MoneyUnit::Yuan).rounded);
    assert_eq!(read(1_286.399_999_9, MoneyUnit::Yuan).amount, Fen(128_640));
    assert!(read(1_286.399_999_9, MoneyUnit::Yuan).rounded);
    assert_eq!(read(1.005, MoneyUnit::Yuan).amount, Fen(101), "half a fen rounds up as on paper");
    assert_eq!(read(0.1 + 0.2, MoneyUnit::Yuan).amount, Fen(30));
    assert_eq!(read(128.64, MoneyUnit::TenThousand).amount, Fen(128_640_000));
}

#[test]
fn quantities_come_with_their_unit() {
    let read = |shown: &str, default: Option<&str>| {
        quantity(&Cell::text(shown), default)
            .map(|read| (read.amount.0, read.base, read.unit))
            .map_err(|problem| problem.code.as_str())
    };
    let grams = |amount, unit: &str| Ok((amount, BaseUnit::Gram, unit.to_owned()));
    assert_eq!(read("2.5斤", None), grams(1250, "斤"));
    assert_eq!(read("２．５ 公斤", None), grams(2500, "公斤"));
    assert_eq!(read("1,200千克", None), grams(1_200_000, "千克"));
    assert_eq!(read("3.5万公斤", None), grams(35_000_000, "公斤"));
    assert_eq!(read("0.5T", None), grams(500_000, "t"));
    assert_eq!(read("12", Some("公斤")), grams(12_000, "公斤"));
    assert_eq!(read("12", Some("万斤")), grams(60_000_000, "斤"));
    assert_eq!(read("12(箱)", None), Ok((12, BaseUnit::Piece, "箱".to_owned())));
    assert_eq!(read("750ML", None), Ok((750, BaseUnit::Millilitre, "ml".to_owned())));
    assert_eq!(read("-3件", None), Ok((-3, BaseUnit::Piece, "件".to_owned())));
    assert_eq!(read("12", None), Err("quantity-unit-missing"));
    assert_eq!(read("0.5箱", None), Err("quantity-fraction"));
    assert_eq!(read("3光年", None), Err("quantity-unit-unknown"));
    assert_eq!(read("若干", None), Err("quantity-not-a-number"));
    assert_eq!(read("10斤装", None), Err("quantity-unit-unknown"));
}

fn read_day(shown: &str) -> Result<String, &'static str> {
    let options = DayOptions { default_year: Some(2020), system: DateSystem::Y1900 };
    day(&Cell::text(shown), options).map_err(|problem| problem.code.as_str()).map(|value| match value {
        DayValue::Day(day) => day.to_string(),
        DayValue::Month(month) => month.to_string(),
    })
}

#[test]
fn days_are_read_in_every_spelling() {
    for shown in [
        "2020-11-30",
        "2020/11/30",
        "2020.11.30",
        "20201130",
        "2020年11月30日",
        "２０２０年１１月３０日",
        "2020 年 11 月 30 日",
        "二〇二〇年十一月三十日",
        "二零二零年十一月三十日",
        "11月30日",
        "11-30",
        "11.30",
        "2020-11-30 14:35",
        "2020-11-30T14:35:07",
        "2020-11-30T14:35:07.123+08:00",
        "2020-11-30T15:59:00Z",
        "2020-11-29T16:00:00Z",
        "2020/11/30 下午 2:35",
        "2020/11/30 2:35 PM",
        "2020年11月30日14时35分",
        "20201130143507",
        "2020年11月30日（星期一）",
        "2020-11-30 周一 14:35",
        "30/11/2020",
        "11/30/2020",
    ] {
        assert_eq!(read_day(shown), Ok("2020-11-30".to_owned()), "{shown}");
    }
    for shown in ["2020年11月", "2020-11", "202011", "2020年11月份", "二〇二〇年十一月", "11月", "2020/11"]
    {
        assert_eq!(read_day(shown), Ok("2020-11".to_owned()), "{shown}");
    }
}

#[test]
fn days_that_could_be_two_are_problems() {
    for (shown, problem) in [
        ("03/04/2020", "day-ambiguous"),
        ("20-11-30", "day-short-year"),
        ("20年11月30日", "day-short-year"),
        ("2020-11-31", "day-does-not-exist"),
        ("2020年13月1日", "day-does-not-exist"),
        ("2020", "day-year-only"),
        ("2020年", "day-year-only"),
        ("1820-01-01", "day-out-of-range"),
        ("上周三", "day-not-a-day"),
        ("2020-11-30 25:00", "day-not-a-day"),
        ("2020-11-30到2020-12-01", "day-not-a-day"),
        ("11月上旬", "day-not-a-day"),
        ("", "cell-empty"),
    ] {
        assert_eq!(read_day(shown), Err(problem), "{shown}");
    }
    let without = day(&Cell::text("11月30日"), DayOptions::default()).unwrap_err();
    assert_eq!(without.code, ProblemCode::DayYearMissing);
    let number = day(&Cell::text("11.7"), DayOptions::default()).unwrap_err();
    assert_eq!(number.code, ProblemCode::DayNotADay, "nothing says that it is a day");
    let two = day(&Cell::text("03/04/2020"), DayOptions::default()).unwrap_err();
    assert_eq!(two.params, [("first", "2020-04-03".to_owned()), ("second", "2020-03-04".to_owned())]);
}

#[test]
fn day_numbers_of_excel_follow_the_system_of_the_workbook() {
    let read = |number: f64, system| {
        let options = DayOptions { default_year: None, system };
        day(&Cell::of(CellValue::Number(number)), options).map_err(|problem| problem.code.as_str())
    };
    let date = |number: i64| Ok(DayValue::Day(Day::from_yyyymmdd(number).unwrap()));
    assert_eq!(read(44_165.0, DateSystem::Y1900), date(20_201_130));
    assert_eq!(read(44_165.99, DateSystem::Y1900), date(20_201_130));
    assert_eq!(read(42_703.0, DateSystem::Y1904), date(20_201_130));
    assert_eq!(read(20_201_130.0, DateSystem::Y1900), date(20_201_130));
    assert_eq!(read(202_011.0, DateSystem::Y1900), Ok(DayValue::Month(Month::from_yyyymm(202_011).unwrap())));
    assert_eq!(read(12.0, DateSystem::Y1900), Err("day-not-a-day"));
    assert_eq!(read(-1.0, DateSystem::Y1900), Err("day-not-a-day"));
    let serial = |serial| day(&Cell::of(CellValue::DateSerial(serial)), DayOptions::default());
    assert_eq!(serial(1.0).unwrap(), DayValue::Day(Day::from_yyyymmdd(19_000_101).unwrap()));
    assert_eq!(serial(61.0).unwrap(), DayValue::Day(Day::from_yyyymmdd(19_000_301).unwrap()));
    assert_eq!(serial(60.0).unwrap_err().code, ProblemCode::DayDoesNotExist);
}

#[test]
fn codes_that_excel_cut_short_are_found() {
    assert_eq!(code(&Cell::text(" ２０２０１１３０ A-01 ")).unwrap(), "20201130A-01");
    assert_eq!(code(&Cell::text("'0012")).unwrap(), "0012");
    assert_eq!(code(&Cell::of(CellValue::Number(123_456.0))).unwrap(), "123456");
    let lost = [CellValue::Number(24_442_000_000_012_345_678.0), CellValue::Text("2.4442E+19".into())];
    for value in lost {
        assert_eq!(code(&Cell::of(value)).unwrap_err().code, ProblemCode::CodeDigitsLost);
    }
    assert_eq!(code(&Cell::text("12E5")).unwrap(), "12E5", "a code may look like this");
    assert_eq!(count(&Cell::text("1,284")).unwrap(), 1284);
    assert_eq!(count(&Cell::text("12.0")).unwrap(), 12);
    assert!(count(&Cell::text("12.5")).is_err());
    assert_eq!(text(&Cell::text("  甲\n 乙 "), 10).unwrap(), "甲 乙");
    let long = text(&Cell::text("甲".repeat(11)), 10).unwrap_err();
    assert_eq!(long.params, [("limit", "10".to_owned()), ("length", "11".to_owned())]);
}

#[test]
fn every_code_of_a_problem_is_different() {
    let mut codes: Vec<_> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), ProblemCode::ALL.len());
}

#[test]
fn rows_of_totals_are_known_by_their_words() {
    let row = |texts: &[&str]| is_total_row(&texts.iter().map(|text| Cell::text(*text)).collect::<Vec<_>>());
    assert_eq!(row(&["合 计", "", "12"]), Some(TotalKind::Total));
    assert_eq!(row(&["", "", "小计："]), Some(TotalKind::Subtotal));
    assert_eq!(row(&["广州市合计"]), Some(TotalKind::Total));
    assert_eq!(row(&["合计（大写）：叁仟元整"]), Some(TotalKind::Total));
    assert_eq!(row(&["本页合计"]), Some(TotalKind::Page));
    assert_eq!(row(&["1-11月累計"]), Some(TotalKind::Cumulative));
    assert_eq!(row(&["Grand Total"]), Some(TotalKind::Total));
    assert_eq!(row(&["总计划苹果礼盒", "苹果"]), None);
    assert_eq!(row(&["苹果", "广州", "3", "合计"]), None);
    assert_eq!(row(&["Total Care 有限公司"]), None);
}

proptest! {
    #[test]
    fn money_round_trips(fen in -100_000_000_000_000_i64..100_000_000_000_000) {
        let amount = Fen(fen);
        prop_assert_eq!(read_money(&amount.to_plain(), MoneyUnit::Yuan), Ok(fen));
        prop_assert_eq!(read_money(&amount.to_grouped(), MoneyUnit::Yuan), Ok(fen));
        prop_assert_eq!(read_money(&format!("¥{}元", amount.to_grouped()), MoneyUnit::TenThousand), Ok(fen));
        prop_assert_eq!(read_money(&capital_amount(amount), MoneyUnit::Yuan), Ok(fen));
        let widen = |c| char::from_u32(u32::from(c) + 0xfee0).unwrap();
        let wide: String = amount.to_plain().chars().map(widen).collect();
        prop_assert_eq!(read_money(&wide, MoneyUnit::Yuan), Ok(fen));
    }

    #[test]
    fn money_in_a_number_cell_round_trips(fen in -999_999_999_999_999_i64..999_999_999_999_999) {
        #[expect(clippy::cast_precision_loss, reason = "15 digits are exact")]
        let number = fen as f64 / 100.0;
        let cell = Cell::of(CellValue::Number(number));
        prop_assert_eq!(money(&cell, MoneyUnit::Yuan).unwrap(), Fen(fen));
    }

    #[test]
    fn days_round_trip(number in -25_000_i32..80_000) {
        let wanted = Day::from_day_number(number);
        let (y, m, d) = (wanted.year(), wanted.month().number(), wanted.yyyymmdd() % 100);
        for shown in [
            wanted.to_string(), format!("{y}/{m}/{d}"), format!("{y}.{m}.{d}"), format!("{y}年{m}月{d}日"),
            wanted.yyyymmdd().to_string(), format!("{wanted} 23:59:59"), format!("{y}年{m:02}月{d:02}日 08:00"),
        ] {
            let read = day(&Cell::text(&shown), DayOptions::default()).unwrap();
            prop_assert_eq!(read, DayValue::Day(wanted), "{}", shown);
        }
        let serial = f64::from(number + 25_569);
        if serial > 60.0 {
            let cell = Cell::of(CellValue::DateSerial(serial));
            prop_assert_eq!(day(&cell, DayOptions::default()).unwrap(), DayValue::Day(wanted));
            prop_assert_eq!(cell.as_text(), wanted.to_string());
        }
    }

    #[test]
    fn weights_round_trip(grams in 0_i64..1_000_000_000_000) {
        let kilos = format!("{}.{:03}公斤", grams / 1000, grams % 1000);
        prop_assert_eq!(quantity(&Cell::text(kilos), None).unwrap().amount.0, grams);
        prop_assert_eq!(quantity(&Cell::text(format!("{grams}")), Some("克")).unwrap().amount.0, grams);
    }

    #[test]
    fn no_text_makes_reading_panic(shown in "\\PC{0,24}") {
        let cell = Cell::text(shown);
        let _ = money(&cell, MoneyUnit::TenThousand);
        let _ = quantity(&cell, Some("斤"));
        let _ = day(&cell, DayOptions { default_year: Some(2020), system: DateSystem::Y1904 });
        let _ = (code(&cell), count(&cell), text(&cell, 5), is_total_row(std::slice::from_ref(&cell)));
    }

    #[test]
    fn no_text_of_numbers_makes_reading_panic(shown in "[0-9年月日号./:（）()¥万亿元千百十零一二 TZ+-]{0,16}") {
        let cell = Cell::text(shown);
        let _ = money(&cell, MoneyUnit::HundredMillion);
        let _ = quantity(&cell, Some("万吨"));
        let _ = day(&cell, DayOptions { default_year: Some(2020), system: DateSystem::Y1900 });
    }
}
