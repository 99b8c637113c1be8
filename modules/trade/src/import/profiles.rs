//! Who reports in the demonstration, and how the standard file of each looks (数据来源、标准模板).
//!
//! This file is the agreement between the program that reads files and whoever writes them. For each source it fixes
//! the format, the sheet, the heading rows, the exact column titles in their order, the total row, and what is taken
//! for granted when a row does not say it. Files of other shapes are read, too, as long as their titles are known
//! ([`fields`](super::fields)) or a profile says what they mean.
//!
//! How rows are read:
//!
//! - One row is one product of one sale. `子订单号` is the order number of a claim; where it is missing or empty,
//!   `订单编号`. Other sources that know the order quote that same number.
//! - Amounts are in the unit of the title (`采购金额（万元）`), else of a heading row (`单位：万元`), else in yuan. Amount
//!   columns are taken in this order: 商品金额 and its like, 含税, 实付 (less `运费`, where that column stands), 不含税.
//! - The stage is what the status says ([`values::stage`](super::values::stage)); without a status it is the furthest
//!   stage that has a day. The day of a claim is the day of its stage: 签收时间 for accepted, 付款时间 for paid, 下单时间
//!   for ordered; if that cell is empty, the next one in the order paid, ordered, accepted, sold, signed, pledged.
//! - `退款金额` above zero gives a second claim with the negative amount, stage returned, on `退款时间` or else the day of
//!   the first. Till rows give returns as rows of their own with a negative amount and status `退货`.
//! - `已取消`, `交易关闭`, `待付款取消` rows are not sales and are skipped with a remark.
//! - Quantities are in `单位`: 斤, 公斤, 千克, kg, 克, 吨, 两 become grams; everything else counts pieces.
//! - A number in `认定编号` or a yes in `是否扶贫产品` says that the goods are certified. Without either column a report says
//!   nothing about it, which is not a no: the 832 platform's export is such a report.
//! - `经营方式` 自营 makes a till row a resale, 代销 a first sale. The seller of a 自营 row is the market or pavilion
//!   itself, of a 代销 row the supplier.
//! - A total row (合计, 总计, 小计 in one of the first cells) is compared with the rows above it and never counted.

use sh_kernel::RegionCode;

use super::fields::Field;
use crate::{
    axes::{BuyerKind, Channel, Link, PriceBasis, Role, Stage},
    model::SourceKind,
};

/// How a file is packed (文件格式).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel workbook.
    Xlsx,
    /// Comma-separated text in GB18030, lines ending in CR LF.
    CsvGb18030,
    /// One JSON object per line, UTF-8; keys are the titles.
    JsonLines,
}

impl Format {
    /// The ending of the file name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::CsvGb18030 => "csv",
            Self::JsonLines => "jsonl",
        }
    }
}

/// The standard file of a kind of source.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Whose.
    pub kind: SourceKind,
    /// How it is packed.
    pub format: Format,
    /// Name of the worksheet; empty for text files.
    pub sheet: &'static str,
    /// Rows above the header, each one merged over the whole width. `{name}` is the source's name or place, `{month}` the
    /// month as `2020年11月`.
    pub headings: &'static [&'static str],
    /// The columns in order: exact title, what it means, an example.
    pub columns: &'static [(&'static str, Field, &'static str)],
    /// Whether the file ends with a row that begins with 合计 and sums the amount and refund columns. A file without it
    /// is taken for cut off.
    pub total_row: bool,
}

/// What is taken for granted when a row does not say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// Channel.
    pub channel: Channel,
    /// Role.
    pub role: Role,
    /// Kind of buyer, where a row names a buyer but not its kind.
    pub buyer_kind: BuyerKind,
    /// Kind of buyer, where a row names no buyer.
    pub anonymous_kind: BuyerKind,
    /// City the goods went to.
    pub destination: Option<RegionCode>,
    /// Origin.
    pub origin: Option<RegionCode>,
    /// Stage.
    pub stage: Stage,
    /// Price basis where the title of the amount says nothing.
    pub basis: PriceBasis,
    /// Link of the chain.
    pub link: Link,
    /// The place inside which names of places are looked for first.
    pub within: Option<RegionCode>,
}

/// A source as the demonstration registers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSpec {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: SourceKind,
    /// The division whose people may see and edit its imports.
    pub region: Option<RegionCode>,
    /// The organisation whose people may do so.
    pub organisation: Option<String>,
}

/// The 21 cities of Guangdong (广东省地级以上市) with their division codes.
pub const GUANGDONG_CITIES: &[(i64, &str)] = &[
    (440_100, "广州市"),
    (440_200, "韶关市"),
    (440_300, "深圳市"),
    (440_400, "珠海市"),
    (440_500, "汕头市"),
    (440_600, "佛山市"),
    (440_700, "江门市"),
    (440_800, "湛江市"),
    (440_900, "茂名市"),
    (441_200, "肇庆市"),
    (441_300, "惠州市"),
    (441_400, "梅州市"),
    (441_500, "汕尾市"),
    (441_600, "河源市"),
    (441_700, "阳江市"),
    (441_800, "清远市"),
    (441_900, "东莞市"),
    (442_000, "中山市"),
    (445_100, "潮州市"),
    (445_200, "揭阳市"),
    (445_300, "云浮市"),
];

/// The platform for the 832 counties (832 平台).
pub const PLATFORM_832: &str = "832";
/// The Guangdong East–West market (东西部扶贫协作产品交易市场).
pub const MARKET: &str = "market";
/// The pavilions (专馆).
pub const PAVILION: &str = "pavilion";
/// The vending counters (专柜).
pub const COUNTER: &str = "counter";
/// The unions' purchase list (工会采购清单).
pub const UNION: &str = "union";
/// Suppliers' counties taken together; a single county is `county-<six digits>` (供货县).
pub const SUPPLIER: &str = "supplier";

/// The code of a city's monthly return: `city-440100`.
pub fn city_source(city: RegionCode) -> String {
    format!("city-{city}")
}

/// The code of a supplier county's return: `county-530602`.
pub fn county_source(county: RegionCode) -> String {
    format!("county-{county}")
}

/// The sources that every installation knows from the start: 21 cities and six others. Counties are registered when
/// they first report.
pub fn default_sources() -> Vec<SourceSpec> {
    let spec = |code: &str, name: &str, kind, organisation: &str| SourceSpec {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        region: Some(RegionCode::GUANGDONG),
        organisation: Some(organisation.to_owned()),
    };
    let mut sources = vec![
        spec(PLATFORM_832, "832平台订单", SourceKind::Platform, "platform-832"),
        spec(MARKET, "东西部扶贫协作产品交易市场收银", SourceKind::Till, "gd-market"),
        spec(PAVILION, "消费帮扶专馆收银", SourceKind::Till, "gd-pavilion"),
        spec(COUNTER, "消费帮扶专柜流水", SourceKind::Counter, "gd-counter"),
        spec(UNION, "工会采购清单", SourceKind::Union, "gd-union"),
        spec(SUPPLIER, "供货县汇总报表", SourceKind::SupplierCounty, "gd-supplier"),
    ];
    for (code, name) in GUANGDONG_CITIES {
        if let Ok(city) = RegionCode::new(*code) {
            sources.push(SourceSpec {
                code: city_source(city),
                name: format!("{name}月报"),
                kind: SourceKind::CityReturn,
                region: Some(city),
                organisation: None,
            });
        }
    }
    sources
}

/// The source of a supplier's county, to be registered before its first file.
pub fn county_spec(county: RegionCode, name: &str) -> SourceSpec {
    SourceSpec {
        code: county_source(county),
        name: format!("{name}供货报表"),
        kind: SourceKind::SupplierCounty,
        region: Some(county),
        organisation: None,
    }
}

/// The standard file of a source. The market and the pavilions share a kind and a template.
pub const fn template(kind: SourceKind) -> &'static Template {
    match kind {
        SourceKind::Platform => &PLATFORM,
        SourceKind::Till => &TILL,
        SourceKind::Counter => &COUNTER_JOURNAL,
        SourceKind::Union => &UNION_LIST,
        SourceKind::SupplierCounty => &COUNTY_RETURN,
        SourceKind::CityReturn => &CITY_RETURN,
    }
}

/// What is taken for granted in the files of a source. `region` is the division that the source reports for.
pub fn defaults(code: &str, kind: SourceKind, region: Option<RegionCode>) -> Defaults {
    let base = Defaults {
        channel: Channel::Unknown,
        role: Role::Direct,
        buyer_kind: BuyerKind::Unknown,
        anonymous_kind: BuyerKind::Unknown,
        destination: None,
        origin: None,
        stage: Stage::Accepted,
        basis: PriceBasis::Unknown,
        link: Link::First,
        within: None,
    };
    let person = BuyerKind::Person;
    match kind {
        SourceKind::Platform => Defaults {
            channel: Channel::Platform832,
            buyer_kind: BuyerKind::BudgetUnit,
            stage: Stage::Ordered,
            basis: PriceBasis::WithTax,
            ..base
        },
        SourceKind::Till => Defaults {
            channel: if code == PAVILION { Channel::Pavilion } else { Channel::Market },
            role: Role::HelpSell,
            anonymous_kind: person,
            basis: PriceBasis::WithTax,
            ..base
        },
        SourceKind::Counter => Defaults {
            channel: Channel::Counter,
            role: Role::HelpSell,
            anonymous_kind: person,
            basis: PriceBasis::WithTax,
            ..base
        },
        SourceKind::Union => Defaults {
            buyer_kind: BuyerKind::Union,
            anonymous_kind: BuyerKind::Union,
            stage: Stage::Paid,
            ..base
        },
        SourceKind::SupplierCounty => {
            let county = region.filter(|region| !region.is_province());
            Defaults { origin: county, within: county.map(RegionCode::city), stage: Stage::Paid, ..base }
        }
        SourceKind::CityReturn => Defaults { destination: region, stage: Stage::Paid, ..base },
    }
}

/// 832 platform: export of orders, one row per line of an order.
pub const PLATFORM: Template = Template {
    kind: SourceKind::Platform,
    format: Format::Xlsx,
    sheet: "订单明细",
    headings: &[],
    columns: &[
        ("订单编号", Field::OrderNo, "8322011030001234"),
        ("子订单号", Field::SubOrderNo, "832201103000123401"),
        ("供应商名称", Field::Seller, "昭通市昭阳区绿健果业有限责任公司"),
        ("供应商统一社会信用代码", Field::SellerCode, "91530602MA6K0ABC1D"),
        ("采购单位", Field::Buyer, "广州市第一中学"),
        ("所属预算单位", Field::BudgetUnit, "广州市教育局"),
        ("商品名称", Field::Product, "昭通丑苹果 10斤装"),
        ("商品分类", Field::Category, "水果"),
        ("产地", Field::Origin, "云南省昭通市昭阳区"),
        ("规格", Field::Ignored, "10斤/箱"),
        ("数量", Field::Quantity, "12"),
        ("单位", Field::Unit, "箱"),
        ("单价(元)", Field::UnitPrice, "68.00"),
        ("商品金额(元)", Field::Amount, "816.00"),
        ("运费(元)", Field::Freight, "0.00"),
        ("实付金额(元)", Field::AmountWithFreight, "816.00"),
        ("下单时间", Field::DayOrdered, "2020-11-03 10:21:33"),
        ("付款时间", Field::DayPaid, "2020-11-05 15:02:11"),
        ("签收时间", Field::DayAccepted, "2020-11-09 09:40:00"),
        ("订单状态", Field::Stage, "已签收"),
        ("退款金额(元)", Field::Refund, "0.00"),
        ("退款时间", Field::DayRefunded, ""),
        ("发票号码", Field::InvoiceNo, "20442000000012345678"),
        ("收货城市", Field::Destination, "广州市"),
    ],
    total_row: false,
};

/// Market and pavilions: export of the till.
pub const TILL: Template = Template {
    kind: SourceKind::Till,
    format: Format::CsvGb18030,
    sheet: "",
    headings: &[],
    columns: &[
        ("流水号", Field::OrderNo, "GD20201103-000871"),
        ("交易时间", Field::DaySold, "2020/11/3 14:22"),
        ("专馆名称", Field::Outlet, "云南昭通馆"),
        ("销售单位", Field::Seller, "广东东西部扶贫协作产品交易市场有限公司"),
        ("商品名称", Field::Product, "苦荞茶"),
        ("商品类别", Field::Category, "茶叶"),
        ("产地", Field::Origin, "昭阳区"),
        ("数量", Field::Quantity, "2"),
        ("单位", Field::Unit, "盒"),
        ("单价", Field::UnitPrice, "45.00"),
        ("金额", Field::Amount, "90.00"),
        ("经营方式", Field::Mode, "代销"),
        ("购买方", Field::Buyer, ""),
        ("状态", Field::Stage, "已完成"),
        ("认定编号", Field::Certificate, "GD-DP-2020-0123"),
        ("销往城市", Field::Destination, "广州市"),
        ("付款方式", Field::Ignored, "微信"),
    ],
    total_row: true,
};

/// Vending counters: the journal, one object per sale. Amounts are whole fen.
pub const COUNTER_JOURNAL: Template = Template {
    kind: SourceKind::Counter,
    format: Format::JsonLines,
    sheet: "",
    headings: &[],
    columns: &[
        ("id", Field::OrderNo, "C0001-20201103-0007"),
        ("counter", Field::Outlet, "GZ-C0001"),
        ("sold_at", Field::DaySold, "2020-11-03T12:01:33+08:00"),
        ("seller", Field::Seller, "融安县金桔产业合作社"),
        ("product", Field::Product, "融安金桔膏"),
        ("origin", Field::Origin, "450224"),
        ("quantity", Field::Quantity, "1"),
        ("unit", Field::Unit, "瓶"),
        ("unit_price_fen", Field::UnitPrice, "3800"),
        ("amount_fen", Field::Amount, "3800"),
        ("mode", Field::Mode, "代销"),
        ("certificate", Field::Certificate, "GD-DP-2020-0456"),
        ("destination", Field::Destination, "440100"),
        ("status", Field::Stage, "paid"),
        ("refund_fen", Field::Refund, "0"),
        ("paid_by", Field::Ignored, "wechat"),
    ],
    total_row: false,
};

/// Unions: list of purchases.
pub const UNION_LIST: Template = Template {
    kind: SourceKind::Union,
    format: Format::Xlsx,
    sheet: "采购清单",
    headings: &["{name}（{month}）"],
    columns: &[
        ("序号", Field::Serial, "1"),
        ("工会名称", Field::Buyer, "广州市总工会机关工会委员会"),
        ("采购日期", Field::DaySold, "2020.11.3"),
        ("供应商", Field::Seller, "昭通市昭阳区绿健果业有限责任公司"),
        ("商品名称", Field::Product, "昭通丑苹果"),
        ("产地", Field::Origin, "昭阳区"),
        ("数量", Field::Quantity, "200"),
        ("单位", Field::Unit, "箱"),
        ("单价（元）", Field::UnitPrice, "68"),
        ("价税合计（元）", Field::AmountWithTax, "13,600.00"),
        ("发票号码", Field::InvoiceNo, "20442000000012345678"),
        ("订单编号", Field::OrderNo, ""),
        ("采购渠道", Field::Channel, "832平台"),
        ("去向", Field::Destination, "广州市"),
        ("是否扶贫产品", Field::Certified, "是"),
        ("活动名称", Field::Event, "消费扶贫月"),
        ("备注", Field::Ignored, ""),
    ],
    total_row: true,
};

/// Supplier's county: what its firms sold to Guangdong.
pub const COUNTY_RETURN: Template = Template {
    kind: SourceKind::SupplierCounty,
    format: Format::Xlsx,
    sheet: "销售情况",
    headings: &["{name}消费扶贫产品销往广东情况表", "统计月份：{month}    单位：元"],
    columns: &[
        ("序号", Field::Serial, "1"),
        ("销售日期", Field::DaySold, "2020年11月3日"),
        ("销售单位", Field::Seller, "昭通市昭阳区绿健果业有限责任公司"),
        ("统一社会信用代码", Field::SellerCode, "91530602MA6K0ABC1D"),
        ("产品名称", Field::Product, "苹果"),
        ("产品类别", Field::Category, "水果"),
        ("产地", Field::Origin, "昭阳区"),
        ("数量", Field::Quantity, "2,400"),
        ("单位", Field::Unit, "公斤"),
        ("销售金额", Field::Amount, "13,600.00"),
        ("购买方", Field::Buyer, "广州市总工会机关工会委员会"),
        ("销往城市", Field::Destination, "广州"),
        ("销售渠道", Field::Channel, "直采"),
        ("交易阶段", Field::Stage, "已付款"),
        ("发票号码", Field::InvoiceNo, ""),
        ("订单编号", Field::OrderNo, ""),
        ("认定编号", Field::Certificate, ""),
        ("备注", Field::Ignored, ""),
    ],
    total_row: true,
};

/// City: monthly return to the provincial task force.
pub const CITY_RETURN: Template = Template {
    kind: SourceKind::CityReturn,
    format: Format::Xlsx,
    sheet: "月报",
    headings: &["{name}消费扶贫产品采购销售情况月报表", "统计月份：{month}    单位：万元"],
    columns: &[
        ("序号", Field::Serial, "1"),
        ("采购日期", Field::DaySold, "2020-11-03"),
        ("采购单位", Field::Buyer, "广州市第一中学"),
        ("采购单位类型", Field::BuyerKind, "预算单位"),
        ("供货单位", Field::Seller, "昭通市昭阳区绿健果业有限责任公司"),
        ("产品名称", Field::Product, "苹果"),
        ("产品类别", Field::Category, "水果"),
        ("产地（省、市、县）", Field::Origin, "云南省昭通市昭阳区"),
        ("数量", Field::Quantity, "2400"),
        ("单位", Field::Unit, "公斤"),
        ("采购金额（万元）", Field::Amount, "1.36"),
        ("采购性质", Field::Role, "直接采购"),
        ("销售渠道", Field::Channel, "832平台"),
        ("交易阶段", Field::Stage, "已付款"),
        ("订单编号", Field::OrderNo, "832201103000123401"),
        ("发票号码", Field::InvoiceNo, ""),
        ("是否扶贫产品", Field::Certified, "是"),
        ("备注", Field::Ignored, ""),
    ],
    total_row: true,
};

#[cfg(test)]
mod tests {
    use sh_files::{
        header::find,
        sheet::{Cell, SheetRow},
    };

    use super::*;
    use crate::import::{
        columns::{Columns, Mapping},
        fields::specs,
    };

    #[test]
    fn every_title_of_every_template_is_recognised() {
        for kind in SourceKind::ALL {
            let template = template(*kind);
            let cells = template.columns.iter().map(|column| Cell::text(column.0)).collect();
            let mapping = Mapping::default();
            let header = find(&[SheetRow { number: 1, cells }], &[], specs(), &mapping.saved()).unwrap();
            let columns = Columns::of(&header, &mapping);
            assert_eq!(columns.list.len(), template.columns.len());
            for (column, (title, field, _)) in columns.list.iter().zip(template.columns) {
                assert_eq!(column.field, Some(*field), "{kind:?} {title}");
            }
        }
    }

    #[test]
    fn the_six_kinds_and_21_cities_are_known_from_the_start() {
        let sources = default_sources();
        assert_eq!(sources.len(), 27);
        for kind in SourceKind::ALL {
            assert!(sources.iter().any(|source| source.kind == *kind), "{kind:?}");
        }
    }

    #[test]
    fn a_city_return_went_to_that_city() {
        let city = RegionCode::new(440_600).unwrap();
        let defaults = defaults("city-440600", SourceKind::CityReturn, Some(city));
        assert_eq!(defaults.destination, Some(city));
    }
}
