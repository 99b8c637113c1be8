//! The fields of an address: a province, a county of it, town and door, who receives. They work without scripts: a button
//! brings the counties of the province that is chosen.

use maud::{Markup, html};
use sh_http::Context;
use sh_kernel::{Day, FieldErrors, RegionCode};
use sh_regions::Regions;
use sh_ui::{Choice, Field, button_secondary};

use super::basket::value;
use crate::address::Typed;

/// An address as a form shows and sends it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// What is typed.
    pub(crate) typed: Typed,
    /// The province that is chosen.
    province: String,
}

impl Place {
    /// The form of an address that is known.
    pub(crate) const fn of(typed: Typed) -> Self {
        Self { typed, province: String::new() }
    }

    /// What a form sends. A county of another province than the one that is chosen is none.
    pub(crate) fn sent(pairs: &[(String, String)]) -> Self {
        let text = |name: &str| value(pairs, name).trim().to_owned();
        let (county, receiver, phone) = (text("county"), text("receiver"), text("phone"));
        let typed = Typed { county, receiver, phone, detail: text("detail") };
        let mut place = Self { typed, province: text("province") };
        if let (Some(province), Some(county)) = (place.province(), place.county())
            && !county.is_within(province)
        {
            place.typed.county.clear();
        }
        place
    }

    /// The county, if there is one.
    pub(crate) fn county(&self) -> Option<RegionCode> {
        self.typed.county.parse().ok()
    }

    /// The province that is chosen, or that of the county.
    fn province(&self) -> Option<RegionCode> {
        let chosen: Option<RegionCode> = self.province.parse().ok();
        chosen.or_else(|| self.county().map(RegionCode::province))
    }

    /// The fields, with a button that brings the counties of a province.
    pub(crate) fn inputs(&self, ctx: &Context, errors: &FieldErrors) -> Markup {
        let (locale, typed, today) = (ctx.locale, &self.typed, ctx.today());
        let regions = Regions::get();
        let choose = || Choice::new("", ctx.t("checkout-choose"));
        let provinces = regions.all_provinces().iter();
        let provinces = provinces.map(|code| Choice::new(code.to_string(), regions.name(*code, today)));
        let province = self.province();
        let chosen = province.map(|code| code.to_string()).unwrap_or_default();
        let counties = province.map(|code| counties(code, today)).unwrap_or_default();
        html! {
            div.stack {
                (Field::select("province", &ctx.t("checkout-province"), std::iter::once(choose()).chain(provinces).collect())
                    .required().value(chosen).render(locale))
                p { (button_secondary(&ctx.t("checkout-places"), "action", "places")) }
                @if !counties.is_empty() {
                    (Field::select("county", &ctx.t("checkout-county"), std::iter::once(choose()).chain(counties).collect())
                        .required().value(&typed.county).errors(errors).render(locale))
                }
                (Field::text("detail", &ctx.t("checkout-detail")).required().value(&typed.detail).errors(errors)
                    .autocomplete("street-address").render(locale))
                (Field::text("receiver", &ctx.t("checkout-receiver")).required().value(&typed.receiver).errors(errors)
                    .autocomplete("name").render(locale))
                (Field::input("tel", "phone", &ctx.t("checkout-phone")).required().value(&typed.phone).errors(errors)
                    .autocomplete("tel").render(locale))
            }
        }
    }
}

/// The counties of a province, each with its city.
fn counties(province: RegionCode, today: Day) -> Vec<Choice> {
    let regions = Regions::get();
    let mut list = Vec::new();
    for child in regions.children(province, today) {
        let below = if child.is_city() { regions.children(child, today) } else { Vec::new() };
        if below.is_empty() {
            list.push(Choice::new(child.to_string(), regions.name(child, today)));
        }
        let city = regions.name(child, today);
        list.extend(
            below
                .into_iter()
                .map(|code| Choice::new(code.to_string(), format!("{city} {}", regions.name(code, today)))),
        );
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counties_come_with_their_city() {
        let today = Day::new(2020, 12, 9).unwrap();
        let list = counties(RegionCode::GUANGDONG, today);
        assert!(list.iter().any(|choice| choice.value == "440305" && choice.label.contains("深圳市")));
        // Dongguan has no counties: it stands for itself.
        assert!(list.iter().any(|choice| choice.value == "441900"));
    }

    #[test]
    fn a_county_of_another_province_is_dropped() {
        let pairs = [("province", "520000"), ("county", "440305"), ("detail", " 科苑路 ")];
        let place = Place::sent(&pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!((place.county(), place.typed.detail.as_str()), (None, "科苑路"));
    }
}
