//! The axes of a trade line (统计口径的维度): what a figure may filter by and group by.
//!
//! Each value is a small stable number in the database. Numbers are never reused; a new value gets a new number.

use sh_db::coded;

coded! {
    /// How far a sale has come (交易阶段). A figure says which stages it counts.
    Stage {
        /// Pledged at a campaign (认购).
        Pledged = 1 "pledged",
        /// Contract signed (签约).
        Signed = 2 "signed",
        /// Ordered (下单).
        Ordered = 3 "ordered",
        /// Paid (付款).
        Paid = 4 "paid",
        /// Goods accepted by the buyer (验收、签收).
        Accepted = 5 "accepted",
        /// Sent back or refunded (退货、退款); such a line carries a negative amount.
        Returned = 6 "returned",
    }
}

coded! {
    /// Whether the reporting side bought for its own use or helped to sell to others (采购性质).
    Role {
        /// Bought for own use (直接采购).
        Direct = 1 "direct",
        /// Helped to sell (帮助销售).
        HelpSell = 2 "help-sell",
    }
}

coded! {
    /// What kind of buyer stands at the end of the sale (采购方类型).
    BuyerKind {
        /// Not told.
        Unknown = 0 "unknown",
        /// A unit of the state budget (预算单位).
        BudgetUnit = 1 "budget-unit",
        /// A trade union (工会).
        Union = 2 "union",
        /// A company (企业).
        Company = 3 "company",
        /// A shop, supermarket or wholesaler (商超、批发商).
        Shop = 4 "shop",
        /// A person (个人).
        Person = 5 "person",
    }
}

coded! {
    /// Through which channel the goods were sold (销售渠道).
    Channel {
        /// Not told.
        Unknown = 0 "unknown",
        /// The national platform for the 832 counties (832 平台).
        Platform832 = 1 "platform-832",
        /// The Guangdong East–West market (东西部扶贫协作产品交易市场).
        Market = 2 "market",
        /// A pavilion (专馆).
        Pavilion = 3 "pavilion",
        /// A vending counter (专柜).
        Counter = 4 "counter",
        /// A zone in a shop (专区).
        Zone = 5 "zone",
        /// An online shop or live selling (电商、直播).
        Online = 6 "online",
        /// Wholesale markets and supermarkets (批发商超).
        Wholesale = 7 "wholesale",
        /// Fairs and matching events (展销、产销对接).
        Fair = 8 "fair",
        /// Bought straight from the supplier (单位直采、企业带动).
        DirectBuy = 9 "direct-buy",
    }
}

coded! {
    /// Product category (商品类别).
    Category {
        /// Not told or not recognised.
        Other = 0 "other",
        /// Grain and oil (粮油).
        Grain = 1 "grain",
        /// Vegetables and mushrooms (蔬菜菌菇).
        Vegetables = 2 "vegetables",
        /// Fruit (水果).
        Fruit = 3 "fruit",
        /// Meat, poultry and eggs (肉禽蛋).
        Meat = 4 "meat",
        /// Aquatic products (水产).
        Aquatic = 5 "aquatic",
        /// Tea (茶叶).
        Tea = 6 "tea",
        /// Dried goods, honey and herbs (干货、蜂蜜、药材).
        Dried = 7 "dried",
        /// Processed food and drink (加工食品).
        Processed = 8 "processed",
    }
}

coded! {
    /// Whether the goods carried a valid certificate when sold (认定情况). Who says nothing does not say no.
    Certified {
        /// Reported without one.
        No = 0 "no",
        /// Reported with one.
        Yes = 1 "yes",
        /// Nobody who reports the sale tells.
        Untold = 2 "untold",
    }
}

coded! {
    /// How well a sale is proven (证据等级).
    Grade {
        /// Both sides report it, or a platform's own order with receipt.
        A = 1 "a",
        /// A document stands behind it: invoice, contract, statement.
        B = 2 "b",
        /// Reported only.
        C = 3 "c",
    }
}

coded! {
    /// Which link of a chain of sales this is (流通环节). Goods that are sold on are counted at one link only.
    Link {
        /// The producer's or supplier's own sale.
        First = 1 "first",
        /// A later sale of goods that were bought to be sold on (自营转售).
        Resale = 2 "resale",
    }
}

coded! {
    /// What the reported amount contains (计价口径).
    PriceBasis {
        /// Not told; taken as with tax and without freight.
        Unknown = 0 "unknown",
        /// With tax, without freight.
        WithTax = 1 "with-tax",
        /// Without tax.
        WithoutTax = 2 "without-tax",
        /// With tax and freight.
        WithFreight = 3 "with-freight",
    }
}

coded! {
    /// An axis of a trade line. The places of origin nest: province, city, county.
    Axis {
        /// Calendar year of the sale, `yyyy`.
        Year = 1 "year",
        /// Calendar month of the sale, `yyyymm`.
        Month = 2 "month",
        /// Province of origin (division code).
        OriginProvince = 3 "origin-province",
        /// City of origin (division code).
        OriginCity = 4 "origin-city",
        /// County of origin (division code as of the sale); the city or province where no finer place is known.
        Origin = 5 "origin",
        /// City the goods went to (division code).
        Destination = 6 "destination",
        /// [`Channel`].
        Channel = 7 "channel",
        /// [`Category`].
        Category = 8 "category",
        /// [`BuyerKind`].
        BuyerKind = 9 "buyer-kind",
        /// Class of origin: listed, paired, central or western, in the province, elsewhere.
        Class = 10 "class",
        /// [`Certified`].
        Certified = 11 "certified",
        /// [`Role`].
        Role = 12 "role",
        /// [`Stage`].
        Stage = 13 "stage",
        /// [`Grade`].
        Grade = 14 "grade",
        /// [`Link`].
        Link = 15 "link",
        /// [`PriceBasis`].
        Basis = 16 "basis",
        /// The seller (party number).
        Seller = 17 "seller",
    }
}
