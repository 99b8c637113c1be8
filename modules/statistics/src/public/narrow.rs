//! Which part of a figure is asked for, as addresses carry it: `?origin=520000&month=202010`.

use std::fmt::Write as _;

use serde::Deserialize;
use sh_http::{AppError, Kind};
use sh_kernel::{Month, RegionCode};
use sh_trade::axes::Axis;

use crate::{values, word};

/// The conditions of a request. Every one is optional; a place of origin may be a province, a city or a county.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Narrow {
    /// Place of origin, six digits of GB/T 2260: a province, a city or a county.
    pub origin: Option<String>,
    /// City of destination, six digits.
    pub destination: Option<String>,
    /// Channel: `platform-832`, `market`, `pavilion`, `counter`, `zone`, `online`, `wholesale`, `fair`, `direct-buy`.
    pub channel: Option<String>,
    /// Category of goods: `grain`, `vegetables`, `fruit`, `meat`, `aquatic`, `tea`, `dried`, `processed`, `other`.
    pub category: Option<String>,
    /// Kind of buyer: `budget-unit`, `union`, `company`, `shop`, `person`, `unknown`.
    pub buyer_kind: Option<String>,
    /// Month of sale, `202011` or `2020-11`.
    pub month: Option<String>,
    /// Year of sale.
    pub year: Option<String>,
    /// Grade of evidence: `a`, `b`, `c`.
    pub grade: Option<String>,
    /// Class of origin: `listed`, `paired`, `central-west`, `in-province`, `elsewhere`.
    pub class: Option<String>,
    /// Carried a valid certificate when sold: `yes` or `no`.
    pub certified: Option<String>,
    /// `direct` (bought for own use) or `help-sell`.
    pub role: Option<String>,
    /// How far the sale has come: `pledged`, `signed`, `ordered`, `paid`, `accepted`, `returned`.
    pub stage: Option<String>,
    /// Which link of a chain of sales: `first`, `resale`.
    pub link: Option<String>,
    /// What the price contains: `with-tax`, `without-tax`, `with-freight`, `unknown`.
    pub basis: Option<String>,
    /// The seller's number.
    pub seller: Option<String>,
}

/// A condition that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}={value} cannot be read")]
pub(crate) struct BadNarrow {
    name: &'static str,
    value: String,
}

impl BadNarrow {
    /// The condition of this name has a value that cannot be read.
    pub(crate) fn new(name: &'static str, value: &str) -> Self {
        Self { name, value: value.chars().take(40).collect() }
    }
}

impl AppError for BadNarrow {
    fn kind(&self) -> Kind {
        Kind::BadInput
    }
    fn code(&self) -> &'static str {
        "bad-condition"
    }
    fn args(&self) -> Vec<(&str, String)> {
        vec![("name", self.name.to_owned()), ("value", self.value.clone())]
    }
}

/// One condition that was read: the axis, its value.
pub(crate) type Point = (Axis, i64);

/// The names of the conditions, each with its axis. A place of origin decides its axis by its code.
const NAMES: [(&str, Axis); 15] = [
    ("origin", Axis::Origin),
    ("destination", Axis::Destination),
    ("channel", Axis::Channel),
    ("category", Axis::Category),
    ("buyer_kind", Axis::BuyerKind),
    ("month", Axis::Month),
    ("year", Axis::Year),
    ("grade", Axis::Grade),
    ("class", Axis::Class),
    ("certified", Axis::Certified),
    ("role", Axis::Role),
    ("stage", Axis::Stage),
    ("link", Axis::Link),
    ("basis", Axis::Basis),
    ("seller", Axis::Seller),
];

impl Narrow {
    /// The conditions in a fixed order.
    ///
    /// # Errors
    /// [`BadNarrow`] names the first one that cannot be read.
    pub(crate) fn points(&self) -> Result<Vec<Point>, BadNarrow> {
        let values = [
            &self.origin,
            &self.destination,
            &self.channel,
            &self.category,
            &self.buyer_kind,
            &self.month,
            &self.year,
            &self.grade,
            &self.class,
            &self.certified,
            &self.role,
            &self.stage,
            &self.link,
            &self.basis,
            &self.seller,
        ];
        let mut points = Vec::new();
        for ((name, axis), value) in NAMES.into_iter().zip(values) {
            let Some(text) = value.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
                continue;
            };
            points.push(read(axis, text).ok_or_else(|| BadNarrow::new(name, text))?);
        }
        Ok(points)
    }
}

/// A value as addresses carry it.
fn read(axis: Axis, text: &str) -> Option<Point> {
    let number = || text.parse::<i64>().ok();
    let value = match axis {
        Axis::OriginProvince | Axis::OriginCity | Axis::Origin => return place(number()?),
        Axis::Destination => place(number()?)?.1,
        Axis::Month => Month::from_yyyymm(text.replace('-', "").parse().ok()?).ok()?.yyyymm(),
        Axis::Year => number().filter(|year| (1978..2200).contains(year))?,
        Axis::Seller => number()?,
        _ => coded(axis, &text.to_ascii_lowercase())?,
    };
    Some((axis, value))
}

/// The value of a coded axis with this word.
fn coded(axis: Axis, text: &str) -> Option<i64> {
    values(axis).into_iter().find(|value| word(axis, *value) == Some(text))
}

/// A place of origin with the axis of its level; 0 is “not told”.
pub(crate) fn place(number: i64) -> Option<Point> {
    if number == 0 {
        return Some((Axis::OriginProvince, 0));
    }
    let code = RegionCode::new(number).ok()?;
    let axis = if code.is_province() {
        Axis::OriginProvince
    } else if code.is_city() {
        Axis::OriginCity
    } else {
        Axis::Origin
    };
    Some((axis, number))
}

/// The name and value of a condition as addresses carry it.
pub(crate) fn written((axis, value): Point) -> (&'static str, String) {
    let name = NAMES.iter().find(|(_, one)| *one == axis).map_or("origin", |(name, _)| name);
    let text = match axis {
        Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Destination => place_text(value),
        _ => word(axis, value).map_or_else(|| value.to_string(), str::to_owned),
    };
    (name, text)
}

fn place_text(value: i64) -> String {
    if value == 0 { "0".to_owned() } else { format!("{value:06}") }
}

/// Conditions as the query of an address, each with a leading `&`.
pub(crate) fn query(points: &[Point]) -> String {
    let mut out = String::new();
    for point in points {
        let (name, value) = written(*point);
        let _ = write!(out, "&{name}={value}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_decides_the_level_it_is_asked_at() {
        let ask = |text: &str| Narrow { origin: Some(text.to_owned()), ..Narrow::default() }.points();
        assert_eq!(ask("520000"), Ok(vec![(Axis::OriginProvince, 520_000)]));
        assert_eq!(ask("520500"), Ok(vec![(Axis::OriginCity, 520_500)]));
        assert_eq!(ask("520526"), Ok(vec![(Axis::Origin, 520_526)]));
        assert_eq!(ask(" "), Ok(Vec::new()));
        assert!(ask("黔").is_err() && ask("5205").is_err());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let asked = Narrow {
            origin: Some("520500".into()),
            channel: Some("market".into()),
            month: Some("2020-11".into()),
            grade: Some("A".into()),
            seller: Some("-77".into()),
            ..Narrow::default()
        };
        let points = asked.points().unwrap();
        let text = query(&points);
        assert_eq!(text, "&origin=520500&channel=market&month=202011&grade=a&seller=-77");
        let bad = Narrow { channel: Some("tv".into()), ..Narrow::default() }.points().unwrap_err();
        assert_eq!((bad.code(), bad.to_string().as_str()), ("bad-condition", "channel=tv cannot be read"));
    }
}
