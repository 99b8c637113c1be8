//! The state of a list in its address: what was typed, the conditions, the order.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sh_files::{
    parse::{self, BaseUnit, MoneyUnit},
    sheet::Cell,
};
use sh_http::{Listing, Page};
use sh_kernel::{Day, Fen, FieldErrors, RegionCode};
use sh_regions::Regions;
use sh_search::{After, Order};
use sh_ui::{Chip, Locale};

use crate::{Error, service::public::Browse};

/// The query of a list's address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct BrowseQuery {
    pub(crate) q: String,
    /// Division code of the origin.
    pub(crate) origin: String,
    /// `g`, `ml` or `piece`.
    pub(crate) unit: String,
    /// Lowest price in yuan.
    pub(crate) min: String,
    /// Highest price in yuan.
    pub(crate) max: String,
    /// `1` for recognised products only.
    pub(crate) certified: String,
    /// `price`, `price-down`, `rate`, `new`; else the best answers.
    pub(crate) sort: String,
    /// Where the page begins.
    pub(crate) after: String,
}

/// The orders a list can have.
pub(crate) const SORTS: &[(&str, &str, Order)] = &[
    ("", "mall-sort-best", Order::Best),
    ("price", "mall-sort-price", Order::FirstUp),
    ("price-down", "mall-sort-price-down", Order::FirstDown),
    ("rate", "mall-sort-rate", Order::SecondUp),
    ("new", "mall-sort-new", Order::Newest),
];

/// The measures a list can be narrowed to.
pub(crate) const UNITS: &[(&str, &str, BaseUnit)] = &[
    ("g", "mall-unit-g", BaseUnit::Gram),
    ("ml", "mall-unit-ml", BaseUnit::Millilitre),
    ("piece", "mall-unit-piece", BaseUnit::Piece),
];

/// A place in a list, written as all cursors are.
pub(crate) fn cursor(after: After) -> Option<String> {
    let page = Page { after: None, size: Some(1) };
    Listing::of(vec![after, after], &page, |after| *after).next
}

impl BrowseQuery {
    /// The question; what cannot be read is noted and left out.
    pub(crate) fn browse(&self, locale: Locale) -> Result<(Browse, FieldErrors), Error> {
        let mut errors = FieldErrors::default();
        let mut yuan = |name: &str, typed: &str| -> Option<Fen> {
            if typed.trim().is_empty() {
                return None;
            }
            let read = parse::money(&Cell::text(typed), MoneyUnit::Yuan).ok().filter(|fen| fen.0 >= 0);
            if read.is_none() {
                errors.push(format!("/{name}"), "money-not-a-number", locale.t("mall-price-wrong"));
            }
            read
        };
        let (least, most) = (yuan("min", &self.min), yuan("max", &self.max));
        let page = Page { after: Some(self.after.clone()), size: None };
        let after: Option<After> = page.key()?;
        let browse = Browse {
            text: self.q.trim().chars().take(80).collect(),
            region: self.region(),
            certified: self.certified == "1",
            unit: UNITS.iter().find(|unit| unit.0 == self.unit).map(|unit| unit.2),
            least,
            most,
            order: SORTS.iter().find(|sort| sort.0 == self.sort).map_or(Order::Best, |sort| sort.2),
            after,
            ..Browse::default()
        };
        Ok((browse, errors))
    }

    pub(crate) fn region(&self) -> Option<RegionCode> {
        self.origin.parse().ok()
    }

    /// The address of the list with these conditions, from its first page unless `after` is set.
    pub(crate) fn href(&self, base: &str) -> String {
        let pairs = [
            ("q", &self.q),
            ("origin", &self.origin),
            ("unit", &self.unit),
            ("min", &self.min),
            ("max", &self.max),
            ("certified", &self.certified),
            ("sort", &self.sort),
            ("after", &self.after),
        ];
        let given: Vec<String> = pairs
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value.trim(), NON_ALPHANUMERIC)))
            .collect();
        if given.is_empty() { base.to_owned() } else { format!("{base}?{}", given.join("&")) }
    }

    /// The same from the first page, with a change.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { after: String::new(), ..self.clone() };
        change(&mut other);
        other
    }

    /// The conditions besides text and category, each with the address without it.
    pub(crate) fn chips(&self, locale: Locale, base: &str, today: Day) -> Vec<Chip> {
        let mut chips = Vec::new();
        let mut add = |label: String, without: Self| chips.push(Chip { label, href: without.href(base) });
        if let Some(region) = self.region() {
            let name = Regions::get().full_name(region, today);
            add(name, self.with(|query| query.origin.clear()));
        }
        if let Some((_, key, _)) = UNITS.iter().find(|unit| unit.0 == self.unit) {
            add(locale.t(key), self.with(|query| query.unit.clear()));
        }
        let (min, max) = (self.min.trim(), self.max.trim());
        if !min.is_empty() || !max.is_empty() {
            let text = match (min.is_empty(), max.is_empty()) {
                (false, false) => {
                    locale.with("mall-price-between", &[("min", min.into()), ("max", max.into())])
                }
                (false, true) => locale.with("mall-price-from", &[("min", min.into())]),
                _ => locale.with("mall-price-to", &[("max", max.into())]),
            };
            add(
                text,
                self.with(|query| {
                    query.min.clear();
                    query.max.clear();
                }),
            );
        }
        if self.certified == "1" {
            add(locale.t("mall-certified-only"), self.with(|query| query.certified.clear()));
        }
        chips
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_the_whole_state_and_reads_back() {
        let query = BrowseQuery {
            q: "丑苹果 10&".to_owned(),
            origin: "530000".to_owned(),
            max: "60".to_owned(),
            sort: "price".to_owned(),
            ..BrowseQuery::default()
        };
        assert_eq!(
            query.href("/search"),
            "/search?q=%E4%B8%91%E8%8B%B9%E6%9E%9C%2010%26&origin=530000&max=60&sort=price"
        );
        let (browse, errors) = query.browse(Locale::Zh).unwrap();
        assert_eq!((browse.most, browse.order), (Some(Fen(6_000)), Order::FirstUp));
        assert!(errors.0.is_empty());
        let chips = query.chips(Locale::Zh, "/search", Day::new(2020, 12, 9).unwrap());
        let labels: Vec<&str> = chips.iter().map(|chip| chip.label.as_str()).collect();
        assert_eq!(labels, ["云南省", "60 元以下"]);
        assert!(!chips[0].href.contains("origin") && chips[0].href.contains("max=60"));
    }

    #[test]
    fn a_price_that_is_none_is_told() {
        let query = BrowseQuery { min: "abc".to_owned(), max: "-3".to_owned(), ..BrowseQuery::default() };
        let (browse, errors) = query.browse(Locale::Zh).unwrap();
        assert_eq!((browse.least, browse.most, errors.0.len()), (None, None, 2));
    }
}
