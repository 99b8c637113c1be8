//! Headers found as people draw them.

#[cfg(test)]
mod support;

use rust_xlsxwriter::Format;
use sh_files::{
    header::{FieldSpec, SavedMapping, find},
    parse::{MoneyUnit, TotalKind, money},
    sheet::{Cell, MergedRange, SheetRow},
    table::{RowKind, Table},
};
use sh_kernel::Fen;
use support::open;

const FIELDS: &[FieldSpec] = &[
    FieldSpec { name: "order", synonyms: &["订单号", "订单编号", "单号"], required: true },
    FieldSpec { name: "product", synonyms: &["产品名称", "商品名称", "品名"], required: true },
    FieldSpec { name: "amount", synonyms: &["销售金额", "金额", "成交金额"], required: true },
    FieldSpec { name: "quantity", synonyms: &["数量", "销售数量"], required: false },
    FieldSpec { name: "day", synonyms: &["日期", "下单时间"], required: false },
];

fn row(number: u32, texts: &[&str]) -> SheetRow {
    SheetRow { number, cells: texts.iter().map(|text| Cell::text(*text)).collect() }
}

fn taken(header: &sh_files::header::Header) -> Vec<(usize, &'static str)> {
    header.columns.iter().filter_map(|column| Some((column.index, column.field?))).collect()
}

#[test]
fn a_header_beneath_title_rows_is_found_with_its_units() {
    let rows = [
        row(1, &["2020年11月消费扶贫产品销售情况表"]),
        row(2, &["填报单位：广州市", "", "", "", "单位：万元"]),
        row(4, &["序号", "訂單編號", "品 名\n", "销售金额", "数量（公斤）"]),
        row(5, &["1", "A01", "苹果", "12", "100"]),
    ];
    let header = find(&rows, &[], FIELDS, &SavedMapping::default()).unwrap();
    assert_eq!((header.first_row, header.row), (4, 4));
    assert_eq!(taken(&header), [(1, "order"), (2, "product"), (3, "amount"), (4, "quantity")]);
    assert_eq!(header.money_unit("amount"), MoneyUnit::TenThousand);
    assert_eq!(header.column("quantity").unwrap().unit_text.as_deref(), Some("公斤"));
    assert!(header.missing.is_empty() && header.ambiguous.is_empty());
    assert_eq!(header.above[0], "2020年11月消费扶贫产品销售情况表");
}

#[test]
fn two_rows_of_titles_are_read_together() {
    let rows = [
        row(1, &["订单号", "产品名称", "销售", "", "日期"]),
        row(2, &["", "", "数量(斤)", "金额(万元)", ""]),
        row(3, &["A01", "苹果", "100", "12", "2020-11-30"]),
    ];
    let merges = [
        MergedRange { first_row: 1, last_row: 1, first_column: 2, last_column: 3 },
        MergedRange { first_row: 1, last_row: 2, first_column: 0, last_column: 0 },
    ];
    // A text file has lost the merging and is read the same.
    for merges in [&merges[..], &[]] {
        let header = find(&rows, merges, FIELDS, &SavedMapping::default()).unwrap();
        assert_eq!((header.first_row, header.row), (1, 2));
        let wanted = [(0, "order"), (1, "product"), (2, "quantity"), (3, "amount"), (4, "day")];
        assert_eq!(taken(&header), wanted);
        assert_eq!(header.money_unit("amount"), MoneyUnit::TenThousand);
        assert_eq!(header.column("amount").unwrap().title, "销售金额(万元)");
    }
}

#[test]
fn the_title_of_a_table_is_no_part_of_its_header() {
    let titles = ["订单号", "产品名称", "销售金额", "数量"];
    let merge = MergedRange { first_row: 1, last_row: 1, first_column: 0, last_column: 3 };
    // Also if a person has said that some of the columns are to be left out.
    for saved in [SavedMapping::default(), SavedMapping::new([("数量", ""), ("产品名称", "")])] {
        for above in
            [row(1, &["十一月销售表 单位：万元"]), row(1, &["填报单位：广州市", "", "", "单位：万元"])]
        {
            let rows = [above, row(2, &titles), row(3, &["A01", "苹果", "12", "100"])];
            for merges in [&[merge][..], &[]] {
                let header = find(&rows, merges, FIELDS, &saved).unwrap();
                let found: Vec<&str> = header.columns.iter().map(|column| column.title.as_str()).collect();
                assert_eq!((header.first_row, found), (2, titles.to_vec()));
                assert_eq!(header.money_unit("amount"), MoneyUnit::TenThousand);
            }
        }
    }
}

#[test]
fn a_unit_on_the_second_row_belongs_to_the_title_above() {
    let rows = [
        row(1, &["订单号", "产品名称", "金额"]),
        row(2, &["", "", "（万元）"]),
        row(3, &["A01", "苹果", "12"]),
    ];
    let header = find(&rows, &[], FIELDS, &SavedMapping::default()).unwrap();
    assert_eq!(header.row, 2);
    assert_eq!(header.money_unit("amount"), MoneyUnit::TenThousand);
}

#[test]
fn text_data_below_a_plain_header_stay_data() {
    let rows = [row(1, &["订单号", "产品名称", "金额"]), row(2, &["A01", "苹果", "待定"])];
    assert_eq!(find(&rows, &[], FIELDS, &SavedMapping::default()).unwrap().row, 1);
    let titled = [MergedRange { first_row: 1, last_row: 1, first_column: 0, last_column: 2 }];
    let rows =
        [row(1, &["销售情况表"]), row(2, &["订单号", "产品名称", "金额"]), row(3, &["A01", "苹果", "1"])];
    let header = find(&rows, &titled, FIELDS, &SavedMapping::default()).unwrap();
    assert_eq!((header.first_row, header.row), (2, 2));
    assert_eq!(header.column("order").unwrap().title, "订单号");
}

#[test]
fn what_is_missing_or_doubtful_is_said() {
    let rows = [row(1, &["订单号", "金额", "成交金额", "退款金额", "备注"])];
    let header = find(&rows, &[], FIELDS, &SavedMapping::default()).unwrap();
    assert_eq!(header.missing, ["product"]);
    assert_eq!(header.ambiguous.len(), 1);
    assert_eq!((header.ambiguous[0].field, &header.ambiguous[0].columns[..]), ("amount", &[1, 2][..]));
    assert_eq!(header.index("amount"), Some(1));

    let saved = SavedMapping::new([("成交 金额", "amount"), ("金额", ""), ("备注", "product")]);
    let header = find(&rows, &[], FIELDS, &saved).unwrap();
    assert_eq!(taken(&header), [(0, "order"), (2, "amount"), (4, "product")]);
    assert!(header.missing.is_empty() && header.ambiguous.is_empty());

    assert_eq!(find(&[row(1, &["甲", "乙"])], &[], FIELDS, &SavedMapping::default()), None);
}

#[test]
fn a_drawn_table_is_read_to_its_last_row() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("封面").unwrap().write_string(0, 0, "目录").unwrap();
    let sheet = book.add_worksheet().set_name("明细").unwrap();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 4, "销售明细（单位：元）", &plain).unwrap();
    sheet.merge_range(1, 0, 2, 0, "订单号", &plain).unwrap();
    sheet.merge_range(1, 1, 2, 1, "产品名称", &plain).unwrap();
    sheet.merge_range(1, 2, 1, 3, "销售", &plain).unwrap();
    sheet.write_string(2, 2, "数量").unwrap().write_string(2, 3, "金额").unwrap();
    for (row, order, amount) in [(3, "A01", 12.5), (4, "A02", 0.1), (8, "A03", 3.0)] {
        sheet.write_string(row, 0, order).unwrap().write_string(row, 1, "苹果").unwrap();
        sheet.write_number(row, 3, amount).unwrap();
    }
    sheet.write_string(5, 0, "小计").unwrap().write_number(5, 3, 12.6).unwrap();
    for (column, title) in [(0, "订单号"), (1, "产品名称"), (2, "销售")] {
        sheet.write_string(6, column, title).unwrap();
    }
    sheet.write_string(7, 2, "数量").unwrap().write_string(7, 3, "金额").unwrap();
    sheet.write_string(9, 0, "总 计").unwrap().write_number(9, 3, 15.6).unwrap();
    let (_place, mut workbook) = open(book.save_to_buffer().unwrap()).unwrap();

    let best = workbook.headers(FIELDS, &SavedMapping::default()).unwrap().into_iter().next();
    assert_eq!(best.map(|(name, header)| (name, header.row)), Some(("明细".to_owned(), 3)));
    let table = Table::open(&mut workbook, "明细", FIELDS, &SavedMapping::default()).unwrap().unwrap();
    let header = table.header().clone();
    assert_eq!((header.first_row, header.row), (2, 3));
    let rows: Vec<_> = table.map(Result::unwrap).collect();
    let kinds: Vec<_> = rows.iter().map(|row| (row.row.number, row.kind)).collect();
    assert_eq!(
        kinds,
        [
            (4, RowKind::Data),
            (5, RowKind::Data),
            (6, RowKind::Total(TotalKind::Subtotal)),
            (7, RowKind::HeaderRepeat),
            (8, RowKind::HeaderRepeat),
            (9, RowKind::Data),
            (10, RowKind::Total(TotalKind::Total)),
        ]
    );
    let column = header.index("amount").unwrap();
    let data = rows.iter().filter(|row| row.kind == RowKind::Data);
    let sum = Fen::sum(data.map(|row| money(row.row.cell(column), header.money_unit("amount")).unwrap()));
    assert_eq!(sum, Ok(Fen(1_560)));
}

#[test]
fn json_keys_are_a_header() {
    let (_place, mut workbook) = open("{\"订单号\":\"A\",\"品名\":\"苹果\",\"金额\":12}\n").unwrap();
    let table = Table::open(&mut workbook, "", FIELDS, &SavedMapping::default()).unwrap().unwrap();
    assert_eq!(table.header().row, 0);
    let rows: Vec<_> = table.map(Result::unwrap).collect();
    assert_eq!((rows.len(), rows[0].row.number), (1, 1));
}
