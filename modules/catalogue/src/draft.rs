//! What a supplier fills in about a product, as typed; and what it says once it is checked.

mod check;
mod flaw;

use serde::{Deserialize, Serialize};
use sh_files::parse::BaseUnit;
use sh_kernel::{Day, Fen, Id, RegionCode};

pub use check::Facts;
pub(crate) use check::yes_or_no;
pub(crate) use flaw::told;
pub use flaw::{FIELDS, Flaw, flaw_text};

use crate::model::{Freight, Picture};

/// Variants of one product.
pub const SKUS_MAX: usize = 20;
/// Photos of one product.
pub const PICTURES_MAX: usize = 9;

/// The working copy of a product (草稿): every field as it was typed, so that nothing typed is ever lost.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The supplier's own code (商品编码), once in a shop.
    pub code: String,
    /// What it is called, without size: 昭通丑苹果.
    pub name: String,
    /// Kind of goods; empty to take what the name tells.
    pub kind: String,
    /// County of origin (产地), as a name or a division code.
    pub origin: String,
    /// Who grew or made it (生产者).
    pub producer: String,
    /// What a buyer should know.
    pub description: String,
    /// When and how it is sent (发货说明).
    pub delivery: String,
    /// What happens if something is wrong with it (售后说明).
    pub after_sales: String,
    /// How to keep it (贮存).
    pub storage: String,
    /// Shelf life in days (保质期).
    pub shelf_days: String,
    /// Whether it can be sent back within seven days without a reason: 是, 否. Fresh goods cannot (鲜活易腐).
    pub returnable: String,
    /// Pieces that one buyer may have (每人限购); empty for any number.
    pub limit: String,
    /// Days in which they count; empty for 30.
    pub limit_days: String,
    /// The freight template, by its name or identifier; empty if sending is free everywhere.
    pub freight: String,
    /// Number of the recognition as a product of assistance (帮扶产品认定编号).
    pub certificate: String,
    /// Last day on which it holds.
    pub certificate_until: String,
    /// Put on sale as soon as it is approved.
    pub publish: bool,
    /// Its photos, the first one shown in lists.
    pub pictures: Vec<Id<Picture>>,
    /// Its variants.
    pub skus: Vec<SkuDraft>,
}

/// One variant as typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SkuDraft {
    /// The supplier's own code (规格编码); empty to have one made.
    pub code: String,
    /// What tells it from the others: 5 kg 装 · 16～20 枚.
    pub spec: String,
    /// Net content with its unit (净含量): 5 kg, 500 ml, 30 枚.
    pub content: String,
    /// Weight with packing (毛重); empty to take the net weight.
    pub gross: String,
    /// Price in yuan.
    pub price: String,
}

impl Draft {
    /// The text of a field of the product, one of [`FIELDS`]; nothing for fields of variants and for photos.
    pub(crate) fn text_mut(&mut self, field: &str) -> Option<&mut String> {
        Some(match field {
            "code" => &mut self.code,
            "name" => &mut self.name,
            "kind" => &mut self.kind,
            "origin" => &mut self.origin,
            "producer" => &mut self.producer,
            "description" => &mut self.description,
            "delivery" => &mut self.delivery,
            "after-sales" => &mut self.after_sales,
            "storage" => &mut self.storage,
            "shelf-days" => &mut self.shelf_days,
            "returnable" => &mut self.returnable,
            "limit" => &mut self.limit,
            "limit-days" => &mut self.limit_days,
            "freight" => &mut self.freight,
            "certificate" => &mut self.certificate,
            "certificate-until" => &mut self.certificate_until,
            _ => return None,
        })
    }
}

impl SkuDraft {
    /// The text of a field of the variant, one of [`FIELDS`].
    pub(crate) fn text_mut(&mut self, field: &str) -> Option<&mut String> {
        Some(match field {
            "sku-code" => &mut self.code,
            "spec" => &mut self.spec,
            "content" => &mut self.content,
            "gross" => &mut self.gross,
            "price" => &mut self.price,
            _ => return None,
        })
    }

    /// Whether nothing is typed, as in the spare row of a form.
    pub fn is_blank(&self) -> bool {
        [&self.code, &self.spec, &self.content, &self.gross, &self.price]
            .iter()
            .all(|text| text.trim().is_empty())
    }
}

/// How much of a product one buyer may have (限购).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Pieces, of all its variants together.
    pub pieces: i64,
    /// Days in which they count: those up to now.
    pub days: i64,
}

/// What a product is, checked. Kept with the product when the operator approves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The supplier's own code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Number of its kind.
    pub kind: i64,
    /// County of origin on the day of the check.
    pub origin: RegionCode,
    /// Who grew or made it.
    pub producer: String,
    /// What its content is measured in.
    pub unit: BaseUnit,
    /// What a buyer should know.
    pub description: String,
    /// When and how it is sent.
    pub delivery: String,
    /// What happens if something is wrong with it.
    pub after_sales: String,
    /// How to keep it.
    pub storage: String,
    /// Shelf life in days.
    pub shelf_days: Option<i64>,
    /// Whether it can be sent back within seven days without a reason.
    pub returnable: bool,
    /// How much of it one buyer may have.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// The freight template; `None` if sending is free everywhere.
    pub freight: Option<Id<Freight>>,
    /// Number and last day of its recognition.
    pub certificate: Option<(String, Day)>,
    /// Put on sale as soon as it is approved.
    pub publish: bool,
    /// Its photos.
    pub pictures: Vec<Id<Picture>>,
    /// Its variants, at least one.
    pub skus: Vec<SkuContent>,
}

/// One variant, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkuContent {
    /// The supplier's own code.
    pub code: String,
    /// What tells it from the others.
    pub spec: String,
    /// Net content in the product's base unit.
    pub content: i64,
    /// Weight with packing in grams.
    pub gross_grams: i64,
    /// The price.
    pub price: Fen,
}

impl Draft {
    /// The working copy that says what was approved.
    pub fn of(content: &Content) -> Self {
        let (certificate, until) = content
            .certificate
            .as_ref()
            .map_or_else(Default::default, |(number, until)| (number.clone(), until.to_string()));
        Self {
            code: content.code.clone(),
            name: content.name.clone(),
            kind: crate::Categories::get().kind(content.kind).map_or("", |kind| kind.word).to_owned(),
            origin: content.origin.to_string(),
            producer: content.producer.clone(),
            description: content.description.clone(),
            delivery: content.delivery.clone(),
            after_sales: content.after_sales.clone(),
            storage: content.storage.clone(),
            shelf_days: content.shelf_days.map(|days| days.to_string()).unwrap_or_default(),
            returnable: if content.returnable { "是" } else { "否" }.to_owned(),
            limit: content.limit.map(|limit| limit.pieces.to_string()).unwrap_or_default(),
            limit_days: content.limit.map(|limit| limit.days.to_string()).unwrap_or_default(),
            freight: content.freight.map(|freight| freight.to_string()).unwrap_or_default(),
            certificate,
            certificate_until: until,
            publish: content.publish,
            pictures: content.pictures.clone(),
            skus: content.skus.iter().map(|sku| SkuDraft::of(sku, content.unit)).collect(),
        }
    }
}

impl SkuDraft {
    fn of(sku: &SkuContent, unit: BaseUnit) -> Self {
        Self {
            code: sku.code.clone(),
            spec: sku.spec.clone(),
            content: measured(sku.content, unit),
            gross: measured(sku.gross_grams, BaseUnit::Gram),
            price: sku.price.to_plain(),
        }
    }
}

/// A content as people write it and as it is read back: `5 kg`, `500 g`, `1.5 l`, `30 件`.
pub fn measured(amount: i64, unit: BaseUnit) -> String {
    let (large, small) = match unit {
        BaseUnit::Gram => ("kg", "g"),
        BaseUnit::Millilitre => ("l", "ml"),
        BaseUnit::Piece => return format!("{amount} 件"),
    };
    if amount < 1_000 {
        return format!("{amount} {small}");
    }
    let (whole, rest) = (amount / 1_000, amount % 1_000);
    if rest == 0 {
        return format!("{whole} {large}");
    }
    let digits = format!("{rest:03}");
    format!("{whole}.{} {large}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_read_as_people_write_them() {
        assert_eq!(measured(5_000, BaseUnit::Gram), "5 kg");
        assert_eq!(measured(2_050, BaseUnit::Gram), "2.05 kg");
        assert_eq!(measured(500, BaseUnit::Millilitre), "500 ml");
        assert_eq!(measured(30, BaseUnit::Piece), "30 件");
    }
}
