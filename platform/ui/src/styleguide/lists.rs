//! Tables, work lists, imports, comparison.

use maud::{Markup, html};
use sh_kernel::Fen;

use super::say;
use crate::{
    AmountUnit, BoardItem, BulkAction, Column, CompareRow, DataTable, EvidenceGrade, Field, ImportOutcome,
    ImportProblem, Locale, Pager, Progress, QueryForm, Row, Tone, Upload, Verdict, board, bulk_bar, button,
    button_link, data_table, empty, evidence_grade, import_result, keyboard_list, money_cell, pager, panel,
    progress, query_form, side_by_side, status_tag, toolbar, upload,
};

const CITIES: [(&str, &str, i64, i64, EvidenceGrade); 4] = [
    ("深圳市", "Shenzhen", 1_684_000_000_000, 1_302, EvidenceGrade::A),
    ("广州市", "Guangzhou", 1_527_300_000_000, 1_187, EvidenceGrade::A),
    ("佛山市", "Foshan", 781_600_000_000, 640, EvidenceGrade::B),
    ("东莞市", "Dongguan", 645_200_000_000, 512, EvidenceGrade::C),
];

fn city_table(locale: Locale) -> DataTable {
    let unit = AmountUnit::for_column(CITIES.iter().map(|city| Fen(city.2)));
    let total: i64 = CITIES.iter().map(|city| city.2).sum();
    let units: i64 = CITIES.iter().map(|city| city.3).sum();
    let mut sum = Row::new([
        html! { (say(locale, "合计", "Total")) },
        money_cell(locale, Fen(total), unit),
        html! { (crate::grouped(units)) },
    ]);
    sum.cells.extend([None, None]);
    let rows = CITIES.iter().enumerate().map(|(index, (zh, en, amount, count, grade))| {
        Row::new([
            html! { a href="#" { (say(locale, zh, en)) } },
            money_cell(locale, Fen(*amount), unit),
            html! { (crate::grouped(*count)) },
            evidence_grade(locale, *grade),
            html! { a href="#" { (say(locale, "看明细", "Details")) } },
        ])
        .id(index.to_string(), say(locale, zh, en))
        .tone(if index == 2 { Tone::Notice } else { Tone::Plain })
    });
    DataTable {
        caption: say(locale, "采购城市", "Buying cities").to_owned(),
        columns: vec![
            Column::text(say(locale, "城市", "City")),
            Column::amount(say(locale, "采购额", "Bought"), unit.label(locale)).sort("#", Some("descending")),
            Column::number(say(locale, "报送单位", "Units")).sort("#", None),
            Column::text(say(locale, "证据", "Evidence")),
            Column::action(say(locale, "操作", "Action")),
        ],
        rows: rows.collect(),
        sum: Some(sum),
        selectable: false,
        ..DataTable::default()
    }
}

/// A list page: query form, toolbar, table, pager; the table to choose from; the empty table.
pub(super) fn tables(locale: Locale) -> Markup {
    let form = QueryForm {
        action: "#tables".to_owned(),
        fields: vec![
            Field::input("search", "q", say(locale, "单位或城市", "Unit or city")).render(locale),
            Field::date("from", say(locale, "开始月份", "From")).render(locale),
            Field::date("to", say(locale, "结束月份", "To")).render(locale),
        ],
        more: vec![Field::text("seller", say(locale, "供应商", "Supplier")).render(locale)],
        ..QueryForm::default()
    };
    let caption = say(locale, "批量审批", "Decide on several").to_owned();
    let choosing = DataTable { caption, selectable: true, sum: None, ..city_table(locale) };
    let actions = [
        BulkAction {
            label: say(locale, "批量同意", "Accept").to_owned(),
            value: "accept".to_owned(),
            danger: false,
        },
        BulkAction {
            label: say(locale, "批量退回", "Send back").to_owned(),
            value: "return".to_owned(),
            danger: true,
        },
    ];
    let none = DataTable {
        rows: Vec::new(),
        empty: Some(empty(
            say(
                locale,
                "没有找到“丑苹果 10 kg”。去掉“10 kg”有 4 件。",
                "Nothing matches “ugly apple 10 kg”. Without “10 kg” there are 4.",
            ),
            Some(&button_link(say(locale, "去掉“10 kg”", "Drop “10 kg”"), "#", None)),
        )),
        ..city_table(locale)
    };
    html! {
        (query_form(locale, &form))
        (toolbar(Some(say(locale, "单位：亿元。合计按原值计算，尾差因四舍五入。", "Totals are computed from exact values.")), &[
            button_link(say(locale, "导入", "Import"), "#", Some("upload")),
            button_link(say(locale, "导出 Excel", "Export to Excel"), "#", Some("download")),
        ]))
        (data_table(locale, &city_table(locale)))
        (pager(locale, &Pager { previous: None, next: Some("#".to_owned()), total: Some(1_284), shown: 20 }))
        (bulk_bar(locale, "#", &actions, &data_table(locale, &choosing)))
        (data_table(locale, &none))
    }
}

/// Jobs at work.
pub(super) fn work(locale: Locale) -> Markup {
    let check = Progress {
        label: say(locale, "正在校验", "Checking").to_owned(),
        done: 12_400,
        total: 51_000,
        note: Some(say(locale, "约剩 20 秒", "about 20 seconds left").to_owned()),
        ..Progress::default()
    };
    let unknown = Progress {
        label: say(locale, "正在读取文件", "Reading the file").to_owned(),
        done: 3_100,
        ..Progress::default()
    };
    let done = Progress {
        label: say(locale, "已重算 96 个分区", "96 partitions computed").to_owned(),
        done: 96,
        total: 96,
        action: Some(button_link(say(locale, "看变了哪些数", "See what changed"), "#", None)),
        ..Progress::default()
    };
    let form = Upload {
        action: "#work".to_owned(),
        name: "file".to_owned(),
        label: say(locale, "报送表", "Return").to_owned(),
        hint: Some(
            say(locale, ".xlsx、.xls 或 .csv，不超过 20 MB", ".xlsx, .xls or .csv, up to 20 MB").to_owned(),
        ),
        accept: ".xlsx,.xls,.csv".to_owned(),
        button: say(locale, "上传并校验", "Upload and check").to_owned(),
        template: Some((
            say(locale, "下载 2026 版模板", "Download the 2026 template").to_owned(),
            "#".to_owned(),
        )),
        error: Some(say(locale, "请使用 2026 版模板", "Use the 2026 template").to_owned()),
        ..Upload::default()
    };
    html! {
        div.grid {
            (panel(say(locale, "上传", "Upload"), None, &upload(locale, &form)))
            (panel(say(locale, "进度", "Progress"), None, &html! {
                div.stack {
                    (progress(locale, &check)) (progress(locale, &unknown)) (progress(locale, &done))
                }
            }))
        }
        (panel(say(locale, "报送图", "Board of returns"), None, &board(&squares(locale))))
    }
}

/// One square in each state.
fn squares(locale: Locale) -> Vec<BoardItem> {
    let square = |zh, en, state_zh, state_en, tone| BoardItem {
        label: say(locale, zh, en).to_owned(),
        state: say(locale, state_zh, state_en).to_owned(),
        tone,
        href: "#work".to_owned(),
    };
    vec![
        square("佛山市", "Foshan", "未报", "Missing", Tone::Notice),
        square("揭阳市", "Jieyang", "已退回", "Sent back", Tone::Bad),
        square("珠海市", "Zhuhai", "待入账", "On the way", Tone::Info),
        square("广州市", "Guangzhou", "已入账", "Posted", Tone::Good),
        square("工会采购清单", "Union lists", "本月没有", "None this month", Tone::Plain),
    ]
}

/// Results of imports.
pub(super) fn imports(locale: Locale) -> Markup {
    let problem = |row, column: &str, value: &str, reason: &str, fix: &str| ImportProblem {
        row,
        column: column.to_owned(),
        value: value.to_owned(),
        reason: reason.to_owned(),
        fix: fix.to_owned(),
    };
    let outcome = ImportOutcome {
        total: 51_000,
        created: 48_112,
        updated: 2_640,
        unchanged: 211,
        rejected: 37,
        problems: vec![
            problem(
                18,
                say(locale, "产地代码", "Origin code"),
                "53O602",
                say(locale, "第 3 位是字母 O", "the third character is the letter O"),
                "530602",
            ),
            problem(
                204,
                say(locale, "验收日期", "Accepted on"),
                "2020-11-31",
                say(locale, "没有这一天", "no such day"),
                say(locale, "11 月只有 30 天", "November has 30 days"),
            ),
            problem(
                1_377,
                say(locale, "金额", "Amount"),
                "1286.4 万",
                say(locale, "金额要填元", "amounts are in yuan"),
                "12864000.00",
            ),
        ],
        marked_file: Some("#".to_owned()),
        confirm: Some(button(say(locale, "入账其余 50,963 行", "Post the other 50,963 rows"))),
    };
    let clean = ImportOutcome {
        total: 320,
        created: 320,
        confirm: Some(button(say(locale, "确认入账", "Post"))),
        ..ImportOutcome::default()
    };
    html! {
        div.stack {
            (panel(say(locale, "有错行", "With mistakes"), None, &import_result(locale, &outcome)))
            (panel(say(locale, "全部可用", "Clean"), None, &import_result(locale, &clean)))
        }
    }
}

/// Two sides of a likely duplicate, decided by keyboard.
pub(super) fn compare(locale: Locale) -> Markup {
    let row = |zh: &'static str, en: &'static str, left: &str, right: &str, verdict| CompareRow {
        label: say(locale, zh, en).to_owned(),
        left: html! { (left) },
        right: html! { (right) },
        verdict,
    };
    let rows = [
        row("金额", "Amount", "3,860.00", "3,860.00", Verdict::Agree),
        row("买方", "Buyer", "佛山市某机关食堂", "某机关（佛山）", Verdict::Near),
        row("验收日期", "Accepted on", "2020-10-22", "2020-10-24", Verdict::Differ),
        row("发票号码", "Invoice", "20442000000087654321", "--", Verdict::Unknown),
    ];
    let shortcuts = [
        ("a", say(locale, "是同一笔", "the same sale")),
        ("r", say(locale, "不是同一笔", "not the same")),
        ("n", say(locale, "先放一放", "decide later")),
        ("u", say(locale, "撤销上一次", "undo the last")),
    ];
    let content = html! {
        article.panel data-key-item {
            div.panel-head {
                h2 { (say(locale, "疑似同一笔", "Likely the same sale")) }
                div.panel-extra { (status_tag(Tone::Notice, say(locale, "相似度 0.86", "likeness 0.86"))) }
            }
            (side_by_side(locale, say(locale, "广州市月报", "Return of Guangzhou"), say(locale, "832 平台",
                "Platform 832"), &rows))
            form.query-actions method="post" action="#compare" {
                button.button type="submit" name="decision" value="same" data-key="a" {
                    (say(locale, "是同一笔", "The same sale"))
                }
                button.button.is-secondary type="submit" name="decision" value="different" data-key="r" {
                    (say(locale, "不是同一笔", "Not the same"))
                }
            }
        }
    };
    keyboard_list(locale, &shortcuts, &content)
}
