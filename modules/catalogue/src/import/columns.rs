//! The columns of a table of products, one row per variant. What is exported is read back by the same list.

use std::sync::LazyLock;

use sh_files::header::FieldSpec;

/// A column.
#[derive(Debug)]
pub(crate) struct Column {
    /// The field of the draft, one of [`crate::draft::FIELDS`], or `publish`.
    pub(crate) field: &'static str,
    /// Titles that mean it: the Chinese one that is written, the English one, then what people write.
    pub(crate) titles: &'static [&'static str],
    /// Whether it tells about the variant and not about the product.
    pub(crate) of_sku: bool,
    /// Width in characters.
    pub(crate) width: u16,
}

const fn product(field: &'static str, titles: &'static [&'static str], width: u16) -> Column {
    Column { field, titles, of_sku: false, width }
}

const fn variant(field: &'static str, titles: &'static [&'static str], width: u16) -> Column {
    Column { field, titles, of_sku: true, width }
}

/// The columns in the order in which they are written.
pub(crate) const COLUMNS: &[Column] = &[
    product("code", &["商品编码", "Product code", "商品编号", "产品编码", "产品编号", "货号", "款号"], 16),
    product("name", &["商品名称", "Product name", "产品名称", "品名", "名称", "商品"], 24),
    product("kind", &["品类", "Kind", "商品分类", "商品类别", "类目", "分类"], 12),
    product("origin", &["产地", "Origin", "产地县", "原产地", "产地（县）", "来源地"], 24),
    product("producer", &["生产者", "Producer", "生产单位", "生产厂家", "生产商", "生产企业", "厂家"], 28),
    variant("sku-code", &["规格编码", "Variant code", "SKU编码", "SKU", "规格编号", "条码"], 18),
    variant("spec", &["规格", "Variant", "规格名称", "规格型号", "包装规格"], 22),
    variant("content", &["净含量", "Net content", "净重", "含量", "数量"], 10),
    variant("gross", &["毛重", "Gross weight", "重量", "发货重量"], 10),
    variant("price", &["售价", "Price", "价格", "单价", "销售价", "零售价", "现价"], 10),
    product("description", &["商品介绍", "Description", "介绍", "商品描述", "描述", "卖点"], 40),
    product("delivery", &["发货说明", "Delivery", "发货时间", "发货", "配送说明"], 24),
    product("after-sales", &["售后说明", "After-sales service", "售后", "售后服务"], 24),
    product("storage", &["贮存方法", "Storage", "贮存", "储存方法", "保存方法"], 16),
    product("shelf-days", &["保质期（天）", "Shelf life in days", "保质期", "保质天数"], 10),
    product("returnable", &["7天无理由退货", "Returnable", "七天无理由退货", "7天无理由", "无理由退货"], 12),
    product("limit", &["每人限购（件）", "Limit per buyer", "限购", "每人限购", "限购数量"], 10),
    product("limit-days", &["限购天数", "Days of the limit", "限购周期"], 10),
    product("freight", &["运费模板", "Freight template", "运费", "快递模板"], 14),
    product("certificate", &["帮扶产品认定编号", "Certificate", "认定编号", "扶贫产品编号", "证书编号"], 20),
    product("certificate-until", &["认定有效期至", "Certificate until", "认定到期", "有效期至"], 14),
    product("publish", &["审核后上架", "Put on sale", "上架", "是否上架"], 10),
];

/// The column of a field.
pub(crate) fn column(field: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.field == field)
}

/// What the header finder looks for.
pub(crate) fn specs() -> &'static [FieldSpec] {
    static SPECS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
        let spec = |column: &Column| FieldSpec {
            name: column.field,
            synonyms: column.titles,
            required: column.field == "code",
        };
        COLUMNS.iter().map(spec).collect()
    });
    &SPECS
}
