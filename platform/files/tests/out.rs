//! Files written are the files read back.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[cfg(test)]
mod support;

use sh_files::{
    header::{FieldSpec, SavedMapping},
    marked::{MarkTitles, RowOutcome, Tone, mark},
    sheet::{CellValue, Limits, SheetRow, TemplateTag, Workbook},
    table::Table,
    write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, TemplateField, Value, template},
};
use sh_kernel::{Day, Fen, Month};
use support::{Place, rows, shown};

fn spec() -> TableSpec {
    TableSpec {
        sheet: "销售/明细".to_owned(),
        above: vec!["来源：省专班".to_owned()],
        columns: vec![
            Column::new("订单号", ColumnKind::Code),
            Column::new("单位", ColumnKind::Text),
            Column::new("金额（元）", ColumnKind::Money),
            Column::new("日期", ColumnKind::Day),
            Column::new("月份", ColumnKind::Text),
            Column::new("数量", ColumnKind::Integer),
        ],
    }
}

fn write(place: &Place, format: OutputFormat) -> camino::Utf8PathBuf {
    let path = place.path(&format!("out.{}", format.extension()));
    let mut writer = TableWriter::create(&path, format, spec()).unwrap();
    let day = Day::from_yyyymmdd(20_201_130).unwrap();
    let first = [
        Value::from("24442000000012345678"),
        "=cmd|'/c calc'!A1".into(),
        Fen(128_640).into(),
        day.into(),
        day.month().into(),
        12_i64.into(),
    ];
    writer.row(&first).unwrap();
    let second = [
        "-5".into(),
        "甲, \"乙\"\n丙".into(),
        Fen(-5).into(),
        Value::Empty,
        None::<Month>.into(),
        0_i64.into(),
    ];
    writer.row(&second).unwrap();
    assert_eq!(writer.finish().unwrap(), 2);
    path
}

#[test]
fn an_export_reads_back_in_every_format() {
    let place = Place::new();
    for format in [OutputFormat::Xlsx, OutputFormat::CsvUtf8, OutputFormat::CsvGb18030] {
        let path = write(&place, format);
        let mut workbook = Workbook::open(&path, &Limits::default()).unwrap();
        let sheet = workbook.sheets()[0].name.clone();
        let rows = rows(&mut workbook, &sheet);
        let text = |row: usize, column| rows[row].text(column).into_owned();
        assert_eq!(text(0, 0), "来源：省专班");
        assert_eq!(text(1, 2), "金额（元）");
        assert_eq!(text(2, 0), "24442000000012345678", "{format:?}");
        assert_eq!(text(2, 3), "2020-11-30");
        assert_eq!(text(2, 4), "2020-11");
        assert_eq!(text(3, 0), "-5");
        assert_eq!(text(3, 1), "甲, \"乙\"\n丙");
        if format == OutputFormat::Xlsx {
            assert_eq!(rows[2].cell(2).value, CellValue::Number(1286.4));
            assert_eq!(rows[2].cell(1).value, CellValue::Text("=cmd|'/c calc'!A1".into()));
            assert!(!rows[2].cell(1).formula);
            assert_eq!(sheet, "销售 明细");
        } else {
            assert_eq!(text(2, 2), "1286.40");
            assert_eq!(text(2, 1), "'=cmd|'/c calc'!A1", "Excel must not run it");
        }
    }
    let bytes = std::fs::read(write(&place, OutputFormat::CsvUtf8)).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbf"));
}

#[test]
fn nothing_is_left_beside_a_finished_export() {
    let place = Place::new();
    let path = write(&place, OutputFormat::Xlsx);
    let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn a_template_knows_its_version_and_its_choices() {
    let place = Place::new();
    let path = place.path("template.xlsx");
    let field = |title: &str, kind, choices: &[&str]| TemplateField {
        title: title.to_owned(),
        required: true,
        kind,
        note: "请填写".to_owned(),
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        width: 20,
    };
    let fields = [field("订单号", ColumnKind::Code, &[]), field("渠道", ColumnKind::Text, &["商城", "专柜"])];
    let tag = TemplateTag { name: "orders".to_owned(), version: "2026".to_owned() };
    let example = vec![Value::from("0012"), Value::from("商城")];
    template(&path, &tag, "订单", &fields, &[example]).unwrap();

    let mut workbook = Workbook::open(&path, &Limits::default()).unwrap();
    assert_eq!(workbook.template().unwrap(), Some(tag));
    let visible: Vec<_> = workbook.sheets().iter().filter(|sheet| !sheet.hidden).collect();
    assert_eq!(visible.len(), 1);
    let asked = [
        FieldSpec { name: "order", synonyms: &["订单号"], required: true },
        FieldSpec { name: "channel", synonyms: &["渠道"], required: true },
    ];
    let header = workbook.find_header("订单", &asked, &SavedMapping::default()).unwrap().unwrap();
    assert_eq!((header.found(), header.row), (2, 1));
    assert_eq!(rows(&mut workbook, "订单")[1].text(0), "0012");

    let mut archive = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet)
        .unwrap();
    assert!(sheet.contains("<dataValidation type=\"list\"") && sheet.contains("_lists!$B$1:$B$2"), "{sheet}");
}

const FIELDS: &[FieldSpec] = &[
    FieldSpec { name: "order", synonyms: &["订单号"], required: true },
    FieldSpec { name: "amount", synonyms: &["金额"], required: true },
];

fn titles() -> MarkTitles {
    MarkTitles { result: "结果".to_owned(), reason: "原因".to_owned() }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape that marking asks for")]
fn judge(row: &SheetRow) -> Option<RowOutcome> {
    let bad = row.text(1) == "苹果";
    Some(RowOutcome {
        tone: if bad { Tone::Bad } else { Tone::Good },
        result: if bad { "未导入" } else { "已导入" }.to_owned(),
        reason: if bad { "金额不是数字" } else { "" }.to_owned(),
        bad_columns: if bad { vec![1] } else { Vec::new() },
    })
}

fn mark_file(input: &camino::Utf8Path, output: &camino::Utf8Path) -> (OutputFormat, Vec<(u32, Vec<String>)>) {
    let limits = Limits::default();
    let mut workbook = Workbook::open(input, &limits).unwrap();
    let sheet = workbook.sheets()[0].name.clone();
    let header = Table::open(&mut workbook, &sheet, FIELDS, &SavedMapping::default())
        .unwrap()
        .unwrap()
        .header()
        .clone();
    let format = mark(input, &limits, &[(&sheet, &header)], &titles(), |_, row| judge(row), output).unwrap();
    let mut marked = Workbook::open(output, &limits).unwrap();
    let sheet = marked.sheets()[0].name.clone();
    (format, shown(&rows(&mut marked, &sheet)))
}

#[test]
fn the_users_own_sheet_comes_back_with_two_columns() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("十一月").unwrap();
    sheet.write_string(0, 0, "销售表").unwrap();
    sheet.write_string(2, 0, "订单号").unwrap().write_string(2, 1, "金额").unwrap();
    sheet.write_string(3, 0, "A01").unwrap().write_number(3, 1, 12.5).unwrap();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_number_with_format(3, 2, 44_165.0, &date).unwrap();
    sheet.write_string(5, 0, "A02").unwrap().write_string(5, 1, "苹果").unwrap();
    let place = Place::new();
    let input = place.file("in.bin", book.save_to_buffer().unwrap());
    let (format, rows) = mark_file(&input, &place.path("marked.xlsx"));
    assert_eq!(format, OutputFormat::Xlsx);
    let row =
        |number, texts: &[&str]| (number, texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    let wanted = [
        row(1, &["销售表"]),
        row(3, &["订单号", "金额", "", "结果", "原因"]),
        row(4, &["A01", "12.5", "2020-11-30", "已导入"]),
        row(6, &["A02", "苹果", "", "未导入", "金额不是数字"]),
    ];
    assert_eq!(rows, wanted);

    // Marking the marked file again writes over the two columns.
    let (_, again) = mark_file(&place.path("marked.xlsx"), &place.path("again.xlsx"));
    assert_eq!(again, wanted);

    let mut archive = zip::ZipArchive::new(std::fs::File::open(place.path("marked.xlsx")).unwrap()).unwrap();
    let mut styles = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/styles.xml").unwrap(), &mut styles).unwrap();
    assert!(styles.contains("FBDDD9"), "a bad cell is coloured");
}

#[test]
fn merged_cells_come_back_merged() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let plain = rust_xlsxwriter::Format::new();
    sheet.merge_range(0, 0, 0, 1, "销售表", &plain).unwrap();
    sheet.write_string(1, 0, "订单号").unwrap().write_string(1, 1, "金额").unwrap();
    sheet.merge_range(2, 0, 4, 0, "A01", &plain).unwrap();
    for row in 2..5 {
        sheet.write_number(row, 1, f64::from(row)).unwrap();
    }
    let place = Place::new();
    let input = place.file("in.bin", book.save_to_buffer().unwrap());
    let (_, rows) = mark_file(&input, &place.path("marked.xlsx"));
    assert_eq!(rows[2].1[..2], ["A01", "2"]);
    assert_eq!(rows[3].1[..2], ["", "3"]);
    let merges = |path: camino::Utf8PathBuf| {
        let mut book = Workbook::open(path, &Limits::default()).unwrap();
        let sheet = book.sheets()[0].name.clone();
        book.merges(&sheet).unwrap()
    };
    assert_eq!(merges(place.path("marked.xlsx")), merges(input));
}

#[test]
fn a_csv_comes_back_as_csv_in_its_character_set() {
    let text = "订单号,金额\r\n-1,12.50\r\n\r\n=2+3,苹果\r\n";
    let (gb, ..) = encoding_rs::GB18030.encode(text);
    let place = Place::new();
    for (input, wanted) in [
        (place.file("utf8", text), OutputFormat::CsvUtf8),
        (place.file("gb", gb.as_ref()), OutputFormat::CsvGb18030),
    ] {
        let (format, rows) = mark_file(&input, &place.path("marked.csv"));
        assert_eq!(format, wanted);
        let row = |number, texts: &[&str]| (number, texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(
            rows,
            [
                row(1, &["订单号", "金额", "结果", "原因"]),
                row(2, &["-1", "12.50", "已导入"]),
                row(4, &["'=2+3", "苹果", "未导入", "金额不是数字"]),
            ]
        );
    }
}

#[test]
fn json_lines_come_back_as_a_workbook() {
    let place = Place::new();
    let input = place.file("in.jsonl", "{\"订单号\":\"A01\",\"金额\":12.5}\n{\"订单号\":\"A02\"}\n");
    let (format, rows) = mark_file(&input, &place.path("marked.xlsx"));
    assert_eq!(format, OutputFormat::Xlsx);
    assert_eq!(rows[0].1, ["订单号", "金额", "结果", "原因"]);
    assert_eq!(rows[1], (2, vec!["A01".to_owned(), "12.5".into(), "已导入".into()]));
}
