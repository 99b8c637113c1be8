//! What is opened, what is refused, and that refusing costs little.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[cfg(test)]
mod support;

use proptest::{collection::vec, prelude::*, sample::Index};
use sh_files::sheet::{CellValue, DateSystem, Format, Limits, MergedRange};
use support::{Old, Place, open, raw_xlsx, refusal, rows, shown, xls, zip};

fn codes(content: impl AsRef<[u8]>) -> &'static str {
    refusal(content, &Limits::default()).code()
}

fn small() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("订单").unwrap();
    sheet.write_string(1, 0, "订单号").unwrap().write_string(1, 1, "金额").unwrap();
    sheet.write_string(4, 0, "A001").unwrap().write_number(4, 1, 1286.4).unwrap();
    book.add_worksheet().set_name("说明").unwrap().set_hidden(true);
    book.save_to_buffer().unwrap()
}

#[test]
fn an_xlsx_keeps_the_row_numbers_the_user_sees() {
    let (_place, mut workbook) = open(small()).unwrap();
    assert_eq!(workbook.format(), Format::Xlsx);
    let sheets: Vec<_> = workbook.sheets().iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect();
    assert_eq!(sheets, [("订单", false), ("说明", true)]);
    let rows = rows(&mut workbook, "订单");
    assert_eq!(
        shown(&rows),
        [(2, vec!["订单号".into(), "金额".into()]), (5, vec!["A001".into(), "1286.4".to_owned()])]
    );
    assert_eq!(workbook.rows("没有").unwrap_err().code(), "file-no-sheet");
}

#[test]
fn a_file_may_be_read_on_another_thread() {
    fn may_move<T: Send>(value: T) -> T {
        value
    }
    let (_place, workbook) = open(small()).unwrap();
    let mut workbook = may_move(workbook);
    let read = std::thread::spawn(move || rows(&mut workbook, "订单").len());
    assert_eq!(read.join().unwrap(), 2);
}

#[test]
fn a_formula_gives_the_value_saved_with_it() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\"><f>B1*2</f><v>84</v></c><c r=\"B1\"><v>42</v></c>\
        <c r=\"C1\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"D1\" t=\"e\"><v>#SPILL!</v></c>\
        <c r=\"E1\" t=\"inlineStr\"><is><t>后</t></is></c></row></sheetData>";
    let (_place, mut workbook) = open(raw_xlsx(data, false, &[])).unwrap();
    let rows = rows(&mut workbook, "表");
    let row = &rows[0];
    assert_eq!((row.cell(0).value.clone(), row.cell(0).formula), (CellValue::Number(84.0), true));
    assert_eq!((row.cell(1).value.clone(), row.cell(1).formula), (CellValue::Number(42.0), false));
    assert_eq!(row.cell(2).value, CellValue::Error("#DIV/0!".into()));
    assert_eq!(row.text(4), "后");
}

#[test]
fn both_date_systems_show_the_same_day() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"><v>{}</v></c></row></sheetData>";
    for (serial, date_1904, system) in
        [("44165", false, DateSystem::Y1900), ("42703", true, DateSystem::Y1904)]
    {
        let (_place, mut workbook) = open(raw_xlsx(&data.replace("{}", serial), date_1904, &[])).unwrap();
        assert_eq!(workbook.date_system(), system);
        let rows = rows(&mut workbook, "表");
        assert_eq!(rows[0].cell(0).value, CellValue::DateSerial(44_165.0));
        assert_eq!(rows[0].text(0), "2020-11-30");
    }
}

#[test]
fn merged_cells_are_told_with_their_rows_and_columns() {
    let data = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData><mergeCells count=\"1\">\
        <mergeCell ref=\"A1:C2\"/></mergeCells>";
    let (_place, mut workbook) = open(raw_xlsx(data, false, &[])).unwrap();
    let merged = MergedRange { first_row: 1, last_row: 2, first_column: 0, last_column: 2 };
    assert_eq!(workbook.merges("表").unwrap(), [merged]);
}

#[test]
fn a_lone_cell_in_the_far_corner_is_refused_by_its_place() {
    let far = "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
        <row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>";
    let error = refusal(raw_xlsx(far, false, &[]), &Limits::default());
    assert_eq!(error.code(), "file-too-many-columns");
    let params = error.params();
    assert_eq!(params[0], ("row", "1048576".to_owned()));
    assert_eq!(params[1], ("column", "XFD".to_owned()));

    // Cells that only carry a style are no content.
    let styled = far.replace("<c r=\"XFD1048576\"><v>1</v></c>", "<c r=\"XFD1048576\" s=\"1\"/>");
    let (_place, mut workbook) = open(raw_xlsx(&styled, false, &[])).unwrap();
    assert_eq!(rows(&mut workbook, "表").len(), 1);
}

#[test]
fn too_many_rows_are_refused() {
    let limits = Limits { rows: 3, ..Limits::default() };
    assert_eq!(refusal("a,b\n1,2\n\n3,4\n5,6\n", &limits).code(), "file-too-many-rows");
    let limits = Limits { rows: 4, ..Limits::default() };
    let place = Place::new();
    let path = place.file("x", "a,b\n1,2\n\n3,4\n5,6\n");
    let mut workbook = sh_files::sheet::Workbook::open(&path, &limits).unwrap();
    assert_eq!(rows(&mut workbook, "").len(), 4);
}

#[test]
fn a_zip_bomb_is_refused_by_what_it_claims_and_by_what_it_unpacks_to() {
    let limits = Limits { inflated_bytes: 1 << 20, ..Limits::default() };
    let zeros = vec![b' '; 4 << 20];
    let bomb = raw_xlsx("<sheetData/>", false, &[("xl/media/image1.bin", &zeros)]);
    assert!(bomb.len() < 20_000);
    assert_eq!(refusal(&bomb, &limits).code(), "file-inflates-too-large");

    // The same with the sizes in the directory made small, so that only unpacking tells.
    let mut lying = bomb;
    let size = u32::try_from(zeros.len()).unwrap().to_le_bytes();
    let places: Vec<usize> =
        lying.windows(4).enumerate().filter(|(_, w)| *w == size).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        lying[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    let code = refusal(&lying, &limits).code();
    assert!(["file-inflates-too-large", "file-damaged"].contains(&code), "{code}");
}

#[test]
fn parts_that_would_make_a_parser_reserve_or_buffer_too_much_are_refused() {
    let texts =
        format!("<sst xmlns=\"{}\" uniqueCount=\"4000000000000\"><si><t>a</t></si></sst>", support::MAIN);
    let greedy = raw_xlsx("<sheetData/>", false, &[("xl/sharedStrings.xml", texts.as_bytes())]);
    assert_eq!(codes(greedy), "file-damaged");
    let endless = format!("<sheetData><row><c><v>{}</v></c></row></sheetData>", "1".repeat(5 << 20));
    assert_eq!(codes(raw_xlsx(&endless, false, &[])), "file-damaged");
}

#[test]
fn macros_and_passwords_are_refused() {
    let macros = raw_xlsx("<sheetData/>", false, &[("xl/vbaProject.bin", b"x")]);
    assert_eq!(codes(macros), "file-has-macros");
    let old = support::compound(&[
        ("Workbook", support::xls_stream(&[(0, 0, Old::Number(1.0))], &[])),
        ("_VBA_PROJECT", vec![1]),
    ]);
    assert_eq!(codes(old), "file-has-macros");
    let locked = support::compound(&[("EncryptedPackage", vec![1; 100]), ("EncryptionInfo", vec![2; 100])]);
    assert_eq!(codes(locked), "file-has-password");
    // FILEPASS in the records of an old workbook.
    let locked = xls(&[(0, 0, Old::Number(1.0))], &[0x2f, 0, 2, 0, 0, 0]);
    assert_eq!(codes(locked), "file-has-password");
}

#[test]
fn what_is_no_spreadsheet_is_named() {
    assert_eq!(codes(""), "file-empty");
    assert_eq!(codes("\u{feff} \r\n\r\n"), "file-empty");
    assert_eq!(codes("<html><table><tr><td>1</td></tr></table></html>"), "file-is-web-page");
    assert_eq!(codes("\u{feff}\n<!DOCTYPE html>"), "file-is-web-page");
    assert_eq!(codes("<?xml version=\"1.0\"?><Workbook/>"), "file-is-web-page");
    let format = |content: &[u8]| refusal(content, &Limits::default()).params()[0].1.clone();
    assert_eq!(format(b"%PDF-1.7"), "pdf");
    assert_eq!(format(b"\x01\x02\0\0abc"), "binary");
    assert_eq!(format(b" [ {\"a\": 1}]"), "json-array");
    assert_eq!(format(&zip(&[("a.txt", b"hello")])), "zip");
    assert_eq!(format(&zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")])), "ods");
    assert_eq!(codes([0xff, 0x80, 0xff, 0x81, b'\n']), "file-encoding-unknown");
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    assert_eq!(refusal("12345678901", &limits).code(), "file-too-large");
}

#[test]
fn damaged_and_cut_off_workbooks_are_refused() {
    let whole = small();
    for keep in [10, 100, whole.len() / 2, whole.len() - 5] {
        assert_eq!(codes(&whole[..keep]), "file-damaged", "{keep} bytes");
    }
    let mut bent = whole.clone();
    let at = bent.len() / 3;
    for byte in &mut bent[at..at + 40] {
        *byte ^= 0x5a;
    }
    assert_eq!(codes(&bent), "file-damaged");
    assert_eq!(codes(raw_xlsx("<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v>", false, &[])), "file-damaged");
    assert_eq!(codes(zip(&[("[Content_Types].xml", b"<Types/>")])), "file-damaged");
    let old = xls(&[(0, 0, Old::Text("甲")), (1, 0, Old::Number(1.0))], &[]);
    for keep in [8, 600, 1100, 1600] {
        assert_eq!(codes(&old[..keep]), "file-damaged", "{keep} bytes");
    }
}

#[test]
fn an_old_xls_reads_like_the_new_format() {
    let cells = [
        (1, 0, Old::Text("产品")),
        (1, 1, Old::Text("金额")),
        (3, 0, Old::Text("苹果")),
        (3, 1, Old::Number(12.5)),
        (4, 1, Old::Formula(25.0)),
    ];
    let (_place, mut workbook) = open(xls(&cells, &[])).unwrap();
    assert_eq!(workbook.format(), Format::Xls);
    let rows = rows(&mut workbook, "表");
    assert_eq!(
        shown(&rows),
        [
            (2, vec!["产品".into(), "金额".into()]),
            (4, vec!["苹果".into(), "12.5".into()]),
            (5, vec![String::new(), "25".to_owned()])
        ]
    );
    assert!(rows[2].cell(1).formula);
    assert!(!rows[1].cell(1).formula);

    let far = xls(&[(0, 0, Old::Number(1.0)), (65_535, 255, Old::Number(1.0))], &[]);
    assert_eq!(codes(far), "file-too-many-columns");
    let tall = xls(&[(0, 0, Old::Number(1.0)), (65_535, 199, Old::Number(1.0))], &[]);
    assert_eq!(codes(tall), "file-inflates-too-large");
}

#[test]
fn csv_is_read_in_every_character_set_and_delimiter() {
    let text = "产品;金额\r\n\"红富士;\"\"特级\"\"\";1,286.40\r\n\r\n\"两\n行\";5\r\n末行;6";
    let wanted = [
        (1, vec!["产品".to_owned(), "金额".to_owned()]),
        (2, vec!["红富士;\"特级\"".to_owned(), "1,286.40".to_owned()]),
        (4, vec!["两\n行".to_owned(), "5".to_owned()]),
        (5, vec!["末行".to_owned(), "6".to_owned()]),
    ];
    let (gb, ..) = encoding_rs::GB18030.encode(text);
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, name) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        (format!("\u{feff}{text}").into_bytes(), "UTF-8"),
        (gb.into_owned(), "gb18030"),
        (utf16, "UTF-16LE"),
    ] {
        let (_place, mut workbook) = open(bytes).unwrap();
        assert_eq!(workbook.text_encoding(), Some(name));
        assert_eq!(shown(&rows(&mut workbook, "")), wanted, "{name}");
    }
    let (_place, mut workbook) = open("a\tb,c\n1\t2,3\n").unwrap();
    assert_eq!(rows(&mut workbook, "")[1].text(1), "2,3");
}

#[test]
fn a_text_that_ends_in_the_middle_of_a_character_was_cut_off() {
    let text = "产品,金额\n苹果,3\n云南昭通丑苹果";
    let (gb, ..) = encoding_rs::GB18030.encode(text);
    for whole in [text.as_bytes(), gb.as_ref()] {
        assert_eq!(codes(&whole[..whole.len() - 1]), "file-damaged");
        assert!(open(whole).is_ok());
    }
    assert_eq!(codes(b"a,b\n\xff\xff,2\n3,4\n"), "file-encoding-unknown");
}

#[test]
fn csv_faults_name_the_row() {
    let error = refusal("a,b\n1,2\n3,\"open\n5,6\n", &Limits::default());
    assert_eq!((error.code(), error.params()), ("file-open-quote", vec![("row", "3".to_owned())]));
    let wide = format!("a\n{}1\n", ",".repeat(300));
    assert_eq!(codes(wide), "file-too-many-columns");
    assert_eq!(codes("x".repeat(5 << 20)), "file-row-too-long");
}

#[test]
fn json_lines_become_a_table_of_all_their_keys() {
    let text = "{\"no\": 20201130000000000001, \"buyer\": {\"name\": \"甲\"}}\n\n\
        {\"amount\": 12.5, \"buyer\": {\"name\": \"乙\", \"city\": null}, \
        \"tags\": [1, \"x\"], \"no\": 9007199254740993}\n";
    let (_place, mut workbook) = open(text).unwrap();
    assert_eq!(workbook.format(), Format::JsonLines);
    let rows = rows(&mut workbook, "");
    let row = |cells: &[&str]| cells.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert_eq!(shown(&rows)[0], (0, row(&["no", "buyer.name", "amount", "buyer.city", "tags"])));
    assert_eq!(shown(&rows)[2], (3, row(&["9007199254740993", "乙", "12.5", "", "[1,\"x\"]"])));
}

#[test]
fn a_broken_line_of_json_is_named() {
    for broken in ["{\"a\": 1", "[1]", "{\"a\": 1} x"] {
        let error = refusal(format!("{{\"a\": 1}}\n\n{broken}\n"), &Limits::default());
        assert_eq!(error.code(), "file-json-line", "{broken}");
        assert_eq!(error.params()[0], ("line", "3".to_owned()), "{broken}");
    }
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(codes(deep), "file-json-line");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn csv_written_is_csv_read(
        table in vec(vec("[a-z0-9，。\"\n,;\t 甲乙]{0,6}", 1..5), 1..8),
    ) {
        let mut text = String::from("甲,乙,丙,丁,戊\n");
        for row in &table {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let cells: Vec<String> = row.iter().map(quoted).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        let (_place, mut workbook) = open(&text).unwrap();
        let read = rows(&mut workbook, "");
        for row in read.iter().skip(1) {
            let written = &table[row.number as usize - 2];
            for (index, cell) in written.iter().enumerate() {
                prop_assert_eq!(row.text(index), cell.trim());
            }
        }
        let filled = table.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).count();
        prop_assert_eq!(read.len(), filled + 1);
    }

    #[test]
    fn bent_bytes_never_panic_or_hang(
        seed in vec((any::<Index>(), any::<u8>()), 1..20),
        old in any::<bool>(),
    ) {
        let mut bytes = if old {
            xls(&[(0, 0, Old::Text("甲")), (1, 0, Old::Number(1.0)), (2, 0, Old::Formula(1.0))], &[])
        } else {
            small()
        };
        for (index, byte) in seed {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((_place, mut workbook)) = open(&bytes) {
            for sheet in workbook.sheets().to_vec() {
                let _ = workbook.merges(&sheet.name);
                if let Ok(rows) = workbook.rows(&sheet.name) {
                    prop_assert!(rows.take(10_000).count() < 10_000);
                }
            }
        }
    }

    #[test]
    fn bent_sheets_never_panic_or_hang(
        seed in vec((any::<Index>(), "[<>/\"=&;a-zA-Z0-9 ]{0,4}"), 1..8),
    ) {
        let mut data: Vec<char> = "<dimension ref=\"A1:B2\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c>\
            <c r=\"B1\" s=\"1\"><f t=\"shared\" si=\"0\" ref=\"B1:B2\">A1*2</f><v>44165</v></c></row><row r=\"2\">\
            <c r=\"A2\" t=\"inlineStr\"><is><t>甲</t></is></c><c r=\"B2\"><f t=\"shared\" si=\"0\"/><v>2</v></c>\
            </row></sheetData><mergeCells><mergeCell ref=\"A1:B1\"/></mergeCells>".chars().collect();
        for (index, text) in seed {
            let at = index.index(data.len());
            data.splice(at..=at, text.chars());
        }
        let texts = format!("<sst xmlns=\"{}\" uniqueCount=\"1\"><si><t>甲</t></si></sst>", support::MAIN);
        let data: String = data.into_iter().collect();
        if let Ok((_place, mut workbook)) =
            open(raw_xlsx(&data, false, &[("xl/sharedStrings.xml", texts.as_bytes())]))
        {
            let _ = workbook.merges("表");
            if let Ok(rows) = workbook.rows("表") {
                prop_assert!(rows.take(100).count() < 100);
            }
        }
    }
}
