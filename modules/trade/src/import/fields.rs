//! The columns that a report may have (字段), and the titles that people give them.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use sh_files::{fold::fold_text, header::FieldSpec, parse::MoneyUnit};

/// Declares the fields with their stable words and the titles that mean them.
macro_rules! fields {
    ($( $(#[$doc:meta])* $name:ident $word:literal [$($title:literal),* $(,)?] )*) => {
        /// What a column of a report says (字段). The word is stored in profiles and used in the interface.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Field { $( $(#[$doc])* #[serde(rename = $word)] $name, )* }

        impl Field {
            /// Every field, in the order in which forms offer them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable word; the text for people is `field-<word>` in the locales.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The titles that mean this field, the usual one first. Compared after folding, and with likeness by the header finder.
            pub const fn titles(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($title),*]),* }
            }
        }
    };
}

fields! {
    /// Running number of the row; says nothing about the sale (序号).
    Serial "serial" ["序号", "行号", "编号", "no", "no.", "#", "serial"]
    /// The number of one line of an order, unique with its channel (子订单号).
    SubOrderNo "sub-order-no" ["子订单号", "子订单编号", "订单明细编号", "明细单号", "line_id"]
    /// The number of the order (订单编号).
    OrderNo "order-no" ["订单编号", "订单号", "订单号码", "交易订单号", "流水号", "交易流水号", "小票号", "单据编号", "单号",
        "合同编号", "合同号", "order_no", "order_id", "id"]
    /// The number of the invoice (发票号码).
    InvoiceNo "invoice-no" ["发票号码", "发票号", "数电票号码", "发票编号", "票号", "invoice_no"]
    /// Who sold (供应商).
    Seller "seller" ["供应商", "供应商名称", "供货单位", "供货单位名称", "供货商", "供货方", "销售单位", "销售单位名称", "卖方",
        "卖方名称", "销货单位", "销货方", "商户名称", "经营主体", "供货企业", "帮扶主体", "seller", "supplier"]
    /// The seller's credit code (统一社会信用代码).
    SellerCode "seller-code" ["统一社会信用代码", "供应商统一社会信用代码", "供货单位统一社会信用代码", "供应商信用代码", "社会信用代码",
        "信用代码", "卖方统一社会信用代码", "seller_code"]
    /// Who bought (采购单位).
    Buyer "buyer" ["采购单位", "采购单位名称", "采购人", "采购方", "购买方", "购买单位", "买方", "买方名称", "购货单位", "购货方",
        "工会名称", "客户名称", "收货单位", "buyer"]
    /// The buyer's unit in the state budget; if it stands, the buyer is a budget unit (所属预算单位).
    BudgetUnit "budget-unit" ["所属预算单位", "预算单位", "预算单位名称", "主管预算单位"]
    /// What kind of buyer, in words (采购单位类型).
    BuyerKind "buyer-kind" ["采购单位类型", "采购方类型", "采购人类型", "购买方类型", "买方类型", "单位性质", "buyer_kind"]
    /// What was sold (商品名称).
    Product "product" ["商品名称", "产品名称", "品名", "商品", "产品", "货物名称", "采购产品", "销售产品", "农产品名称", "货品名称",
        "采购品种", "product"]
    /// Category in words (商品类别).
    Category "category" ["商品类别", "产品类别", "商品分类", "产品分类", "品类", "类别", "category"]
    /// Place of origin in one cell: name, path of names, or six digits (产地).
    Origin "origin" ["产地", "来源地", "所属县", "产地(省、市、县)", "产地(省市县)", "产地来源", "原产地", "产品来源地", "产品产地",
        "来源县", "供货地", "帮扶地区", "受援地", "脱贫县", "贫困县", "县区", "产地代码", "产地区划代码", "区划代码", "origin"]
    /// Province of origin, where the place has columns of its own (产地省).
    OriginProvince "origin-province" ["产地省份", "来源省份", "省份", "省", "产地省"]
    /// City of origin (产地市).
    OriginCity "origin-city" ["产地市", "来源市", "产地市州", "市州", "地市", "市"]
    /// County of origin (产地县).
    OriginCounty "origin-county" ["产地县", "来源县区", "产地县区", "县", "县(市、区)", "县(区)", "区县"]
    /// City the goods went to (去向).
    Destination "destination" ["去向", "销往城市", "销往地", "销售去向", "收货城市", "收货地", "目的地", "销往地区", "采购地市",
        "destination"]
    /// Amount, without a word about tax and freight (金额).
    Amount "amount" ["金额", "销售金额", "采购金额", "交易金额", "商品金额", "订单金额", "货款金额", "销售额", "采购额", "交易额",
        "成交金额", "认购金额", "签约金额", "总价", "总金额", "小计金额", "amount", "amount_fen"]
    /// Amount with tax (含税金额).
    AmountWithTax "amount-with-tax" ["含税金额", "价税合计", "含税总价", "含税销售额", "金额(含税)", "开票金额"]
    /// Amount without tax (不含税金额).
    AmountWithoutTax "amount-without-tax" ["不含税金额", "未税金额", "金额(不含税)", "不含税销售额", "不含税总价"]
    /// Amount that contains the freight (实付金额); the freight column, if there is one, is taken off.
    AmountWithFreight "amount-with-freight" ["实付金额", "实付款", "含运费金额", "支付金额", "付款金额", "实收金额", "paid_amount"]
    /// Quantity (数量).
    Quantity "quantity" ["数量", "销售数量", "采购数量", "购买数量", "件数", "数目", "quantity"]
    /// Unit of the quantity (单位).
    Unit "unit" ["单位", "计量单位", "数量单位", "unit"]
    /// Price of one unit (单价).
    UnitPrice "unit-price" ["单价", "销售单价", "采购单价", "含税单价", "unit_price", "unit_price_fen", "price"]
    /// Freight (运费).
    Freight "freight" ["运费", "物流费", "配送费", "邮费", "freight"]
    /// Refunded part of the amount, as a positive number (退款金额).
    Refund "refund" ["退款金额", "退货金额", "退款额", "已退款金额", "退款", "refund", "refund_fen"]
    /// Day of the sale, without a word about the stage (销售日期).
    DaySold "day-sold" ["销售日期", "销售时间", "交易日期", "交易时间", "采购日期", "采购时间", "采购(销售)日期", "购买日期", "日期",
        "时间", "成交时间", "开票日期", "发货日期", "sold_at"]
    /// Day of the pledge (认购时间).
    DayPledged "day-pledged" ["认购时间", "认购日期"]
    /// Day of the contract (签约时间).
    DaySigned "day-signed" ["签约时间", "签约日期", "合同日期", "签订日期"]
    /// Day of the order (下单时间).
    DayOrdered "day-ordered" ["下单时间", "下单日期", "订单时间", "订单日期", "订购日期", "ordered_at"]
    /// Day of the payment (付款时间).
    DayPaid "day-paid" ["付款时间", "付款日期", "支付时间", "支付日期", "paid_at"]
    /// Day on which the buyer accepted the goods (签收时间).
    DayAccepted "day-accepted" ["签收时间", "签收日期", "收货时间", "收货日期", "验收时间", "验收日期", "确认收货时间", "accepted_at"]
    /// Day of the refund (退款时间).
    DayRefunded "day-refunded" ["退款时间", "退款日期", "退货时间", "退货日期", "refunded_at"]
    /// Only the month of the sale (月份).
    Month "month" ["月份", "销售月份", "采购月份", "统计月份", "所属月份", "年月", "month"]
    /// How far the sale has come, in words (订单状态).
    Stage "stage" ["订单状态", "状态", "交易阶段", "交易状态", "阶段", "进度", "status", "stage"]
    /// Bought for own use or helped to sell, in words (采购性质).
    Role "role" ["采购性质", "帮扶方式", "采购方式", "直接采购/帮助销售", "类型", "消费帮扶方式", "role"]
    /// Channel in words (销售渠道).
    Channel "channel" ["销售渠道", "渠道", "采购渠道", "交易渠道", "采购平台", "平台", "channel"]
    /// The market, pavilion or counter (网点).
    Outlet "outlet" ["专馆名称", "专馆", "馆名", "门店", "门店名称", "网点", "专柜编号", "柜号", "专区名称", "outlet", "counter"]
    /// Self-operated or on commission (经营方式 自营/代销).
    Mode "mode" ["经营方式", "经营模式", "自营/代销", "销售模式", "mode"]
    /// Whether the goods carry a certificate: yes or no (是否扶贫产品).
    Certified "certified" ["是否扶贫产品", "是否带贫产品", "是否帮扶产品", "是否认定", "是否认定产品", "扶贫产品", "certified"]
    /// The number of the certificate; if it stands, the goods are taken as certified (认定编号).
    Certificate "certificate" ["认定编号", "认定证书编号", "扶贫产品编号", "带贫产品编号", "产品认定编号", "帮扶产品编号", "certificate"]
    /// Fair or campaign (活动名称).
    Event "event" ["活动名称", "活动", "展会名称", "所属活动", "event"]
    /// Anything that says nothing a figure needs (备注).
    Ignored "ignored" ["备注", "说明", "联系人", "联系电话", "经办人", "填报人", "收货地址", "规格", "规格型号", "型号", "税率", "税额",
        "发票代码", "付款方式", "支付方式", "采购人账号", "物流单号", "remark", "sku", "paid_by"]
}

impl Field {
    /// Whether rows cannot become claims without this field or one that stands in for it.
    pub const fn is_essential(self) -> bool {
        matches!(self, Self::Seller | Self::Product | Self::Amount | Self::DaySold)
    }

    /// Whether the field carries an amount of the sale.
    pub const fn is_amount(self) -> bool {
        matches!(self, Self::Amount | Self::AmountWithTax | Self::AmountWithoutTax | Self::AmountWithFreight)
    }

    /// Whether the field carries any money: an amount of the sale, a price, freight, or what was refunded.
    pub const fn is_money(self) -> bool {
        self.is_amount() || matches!(self, Self::UnitPrice | Self::Freight | Self::Refund)
    }

    /// Whether the field carries a day or month of the sale.
    pub const fn is_day(self) -> bool {
        matches!(
            self,
            Self::DaySold
                | Self::DayPledged
                | Self::DaySigned
                | Self::DayOrdered
                | Self::DayPaid
                | Self::DayAccepted
                | Self::Month
        )
    }

    /// The field with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.word() == word)
    }
}

/// The unit of money that a title or heading names, such as `金额(万元)`, `单位：元` or `amount_fen`; `None` if it names none.
pub fn money_unit_in(text: &str) -> Option<MoneyUnit> {
    let text = fold_text(text);
    [
        ("亿元", MoneyUnit::HundredMillion),
        ("百万元", MoneyUnit::Million),
        ("万元", MoneyUnit::TenThousand),
        ("千元", MoneyUnit::Thousand),
        ("元", MoneyUnit::Yuan),
        ("_fen", MoneyUnit::Fen),
        ("(分)", MoneyUnit::Fen),
    ]
    .into_iter()
    .find_map(|(word, unit)| text.contains(word).then_some(unit))
}

/// The field whose known titles hold this one word for word, after folding and without a unit in brackets.
pub fn exact(title: &str) -> Option<Field> {
    let folded = fold_text(title);
    let bare = folded.split('(').next().unwrap_or_default();
    let holds = |field: &Field, text: &str| field.titles().iter().any(|known| fold_text(known) == text);
    let find = |text: &str| Field::ALL.iter().copied().find(|field| holds(field, text));
    find(&folded).or_else(|| find(bare))
}

/// The fields as the header finder asks for them; those that nobody needs are left out by [`left_out`].
pub fn specs() -> &'static [FieldSpec] {
    static SPECS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
        let wanted = Field::ALL.iter().filter(|field| **field != Field::Ignored);
        wanted
            .map(|field| FieldSpec {
                name: field.word(),
                synonyms: field.titles(),
                required: field.is_essential(),
            })
            .collect()
    });
    &SPECS
}

/// Titles that must not be taken for a field they resemble: 收货地址 is no 收货地.
pub fn left_out() -> impl Iterator<Item = (&'static str, &'static str)> {
    Field::Ignored.titles().iter().map(|title| (*title, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_means_two_fields() {
        let mut seen = std::collections::HashMap::new();
        for known in Field::ALL {
            for title in known.titles() {
                let other = seen.insert(fold_text(title), *known);
                assert_eq!(other, None, "{title} of {known:?}");
                assert_eq!(exact(title), Some(*known), "{title}");
            }
        }
    }

    #[test]
    fn units_are_read_from_titles_and_headings() {
        assert_eq!(money_unit_in("金额（万元）"), Some(MoneyUnit::TenThousand));
        assert_eq!(money_unit_in("单位：元"), Some(MoneyUnit::Yuan));
        assert_eq!(money_unit_in("amount_fen"), Some(MoneyUnit::Fen));
        assert_eq!(money_unit_in("销售金额"), None);
    }
}
