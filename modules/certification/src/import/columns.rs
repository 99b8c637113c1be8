//! The columns that every register has. What a scheme asks for beyond them is found by the names of its fields.

use std::sync::LazyLock;

use sh_files::header::FieldSpec;
use sh_ui::Locale;

/// A column.
#[derive(Debug)]
pub(crate) struct Column {
    /// What it holds.
    pub(crate) field: &'static str,
    /// Titles that mean it: the Chinese one that is written, the English one, then what offices write.
    pub(crate) titles: &'static [&'static str],
}

/// The columns in the order in which they are written.
pub(crate) const COLUMNS: &[Column] = &[
    Column {
        field: "number",
        titles: &[
            "证书编号",
            "Number",
            "编号",
            "认定编号",
            "基地编号",
            "产品编号",
            "备案编号",
            "证号",
            "登记编号",
        ],
    },
    Column {
        field: "subject",
        titles: &[
            "名称",
            "Name",
            "基地名称",
            "产品名称",
            "店铺名称",
            "门店名称",
            "项目名称",
            "荣誉名称",
            "品名",
        ],
    },
    Column {
        field: "holder",
        titles: &[
            "持证单位",
            "Holder",
            "申报单位",
            "运营主体",
            "企业名称",
            "单位名称",
            "申报主体",
            "生产单位",
            "主体名称",
            "经营单位",
            "供应商",
        ],
    },
    Column {
        field: "code", titles: &["统一社会信用代码", "Credit code", "信用代码", "社会信用代码"]
    },
    Column {
        field: "place",
        titles: &[
            "所在地",
            "Place",
            "所在县",
            "产地",
            "基地地址",
            "地址",
            "所在区县",
            "所在县（市、区）",
            "行政区划",
        ],
    },
    Column {
        field: "from",
        titles: &[
            "发证日期",
            "Issued",
            "认定日期",
            "批准日期",
            "认定时间",
            "发证时间",
            "授予日期",
            "有效期自",
            "起始日期",
        ],
    },
    Column {
        field: "until",
        titles: &[
            "有效期至",
            "Valid until",
            "到期日期",
            "有效期截止",
            "截止日期",
            "到期时间",
            "证书有效期至",
        ],
    },
    Column { field: "batch", titles: &["批次", "Batch", "认定批次", "公告批次"] },
];

/// The title that is written.
pub(crate) fn title(locale: Locale, column: &Column) -> &'static str {
    let at = match locale {
        Locale::Zh => 0,
        Locale::En => 1,
    };
    column.titles.get(at).copied().unwrap_or_default()
}

/// What the header finder looks for.
pub(crate) fn specs() -> &'static [FieldSpec] {
    static SPECS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
        let spec = |column: &Column| FieldSpec {
            name: column.field,
            synonyms: column.titles,
            required: matches!(column.field, "number" | "place" | "from"),
        };
        COLUMNS.iter().map(spec).collect()
    });
    &SPECS
}
