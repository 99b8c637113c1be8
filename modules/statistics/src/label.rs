//! The names of axes and their values in both languages.

use std::collections::HashMap;

use sh_db::{DbError, Tx};
use sh_kernel::{Day, Month, RegionCode};
use sh_regions::{OriginClass, Regions};
use sh_trade::axes::{Axis, BuyerKind, Category, Certified, Channel, Grade, Link, PriceBasis, Role, Stage};
use sh_ui::Locale;

/// The name of an axis: 产地, place of origin.
pub fn axis_label(axis: Axis, locale: Locale) -> String {
    locale.t(&format!("axis-{}", axis.word()))
}

/// The name of a value of an axis. A seller is known by number only; [`seller_labels`] gives the names.
pub fn label(axis: Axis, value: i64, locale: Locale) -> String {
    match axis {
        Axis::Year => locale.with("axis-year-value", &[("year", value.to_string().into())]),
        Axis::Month => Month::from_yyyymm(value).map_or_else(
            |_| value.to_string(),
            |month| {
                let number = locale.t(&format!("month-{}", month.number()));
                locale.with(
                    "date-month",
                    &[("year", month.year().to_string().into()), ("month", number.into())],
                )
            },
        ),
        Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Destination => {
            place(axis, value, locale)
        }
        Axis::Seller => value.to_string(),
        _ => word(axis, value).map_or_else(
            || locale.t("axis-value-unknown"),
            |word| locale.t(&format!("axis-{}-{word}", axis.word())),
        ),
    }
}

/// The stable word of a coded value, as files and addresses carry it. `None` for axes whose values are numbers.
pub fn word(axis: Axis, value: i64) -> Option<&'static str> {
    match axis {
        Axis::Channel => Channel::from_code(value).map(Channel::word),
        Axis::Category => Category::from_code(value).map(Category::word),
        Axis::BuyerKind => BuyerKind::from_code(value).map(BuyerKind::word),
        Axis::Role => Role::from_code(value).map(Role::word),
        Axis::Stage => Stage::from_code(value).map(Stage::word),
        Axis::Grade => Grade::from_code(value).map(Grade::word),
        Axis::Link => Link::from_code(value).map(Link::word),
        Axis::Basis => PriceBasis::from_code(value).map(PriceBasis::word),
        Axis::Certified => Certified::from_code(value).map(Certified::word),
        Axis::Class => Some(match OriginClass::from_code(value) {
            Some(OriginClass::Listed) => "listed",
            Some(OriginClass::Paired) => "paired",
            Some(OriginClass::CentralWest) => "central-west",
            Some(OriginClass::InProvince) => "in-province",
            Some(OriginClass::Elsewhere) => "elsewhere",
            None => "unknown",
        }),
        Axis::Year
        | Axis::Month
        | Axis::OriginProvince
        | Axis::OriginCity
        | Axis::Origin
        | Axis::Destination
        | Axis::Seller => None,
    }
}

/// The axis that a person names: by its stable word, or as the pages name it.
pub fn axis_named(text: &str) -> Option<Axis> {
    let text = text.trim();
    let named = |axis: &Axis| Locale::ALL.iter().any(|locale| axis_label(*axis, *locale) == text);
    Axis::from_word(text).or_else(|| Axis::ALL.iter().copied().find(named))
}

/// The value of an axis that a person names: a number, a stable word, the name that the pages give it, or the name of a
/// place as of `day`, at the level of the axis. `None` for what the axis cannot have.
pub fn value_named(axis: Axis, text: &str, day: Day) -> Option<i64> {
    let text = text.trim();
    let number = || text.parse::<i64>().ok();
    match axis {
        Axis::Year => number().filter(|year| (1978..2200).contains(year)),
        Axis::Month => Some(Month::from_yyyymm(text.replace('-', "").parse().ok()?).ok()?.yyyymm()),
        Axis::Seller => number(),
        Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Destination => {
            if number() == Some(0) {
                return Some(0);
            }
            let named = number().is_none();
            let code = match number() {
                Some(number) => RegionCode::new(number).ok()?,
                None => Regions::get().resolve(text, None, day).one()?,
            };
            let fits = match axis {
                Axis::OriginProvince => code.is_province(),
                Axis::OriginCity => code.is_city() || (code.is_province() && !named),
                // A wide place as a county means “no finer place is known”; whoever means that writes its number.
                Axis::Origin => !named || !(code.is_province() || code.is_city()),
                _ => true,
            };
            fits.then(|| code.number())
        }
        _ => {
            let is_named = |value: &i64| {
                word(axis, *value) == Some(text)
                    || Some(*value) == number()
                    || Locale::ALL.iter().any(|locale| label(axis, *value, *locale) == text)
            };
            values(axis).into_iter().find(is_named)
        }
    }
}

/// The values of a coded axis, for choices in forms. Empty for axes whose values are numbers.
pub fn values(axis: Axis) -> Vec<i64> {
    (0..64)
        .filter(|value| word(axis, *value).is_some_and(|word| axis != Axis::Class || word != "unknown"))
        .collect()
}

fn place(axis: Axis, value: i64, locale: Locale) -> String {
    let Ok(code) = RegionCode::new(value) else {
        return locale.t(if axis == Axis::Destination {
            "axis-destination-unknown"
        } else {
            "axis-origin-unknown"
        });
    };
    let regions = Regions::get();
    let name = match locale {
        Locale::En => regions.english(code).unwrap_or_else(|| regions.short_name(code)),
        Locale::Zh => regions.short_name(code),
    };
    let name = if name.is_empty() { code.to_string() } else { name.to_owned() };
    // A sale of which only the province is known stands beside the province's cities; say that it is not one of them.
    let coarse = match axis {
        Axis::OriginCity => code.is_province(),
        Axis::Origin => code.is_province() || code.is_city(),
        _ => false,
    };
    if coarse { locale.with("axis-place-unspecified", &[("place", name.into())]) } else { name }
}

/// The names of sellers by their numbers. A number without a name is missing from the result.
///
/// # Errors
/// What the database refuses.
pub async fn seller_labels(tx: &mut Tx, sellers: &[i64]) -> Result<HashMap<i64, String>, DbError> {
    let parties = sh_parties::some(tx, sellers).await?;
    Ok(parties.into_iter().map(|party| (party.number, party.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_axis_and_every_coded_value_has_a_name_in_both_languages() {
        for locale in Locale::ALL {
            for axis in Axis::ALL {
                assert!(locale.has(&format!("axis-{}", axis.word())), "{locale:?} {axis:?}");
                for value in values(*axis) {
                    let key = format!("axis-{}-{}", axis.word(), word(*axis, value).unwrap());
                    assert!(locale.has(&key), "{locale:?} {key}");
                }
            }
        }
    }

    #[test]
    fn axes_and_values_are_found_as_people_write_them() {
        let day = Day::new(2020, 11, 30).unwrap();
        let value = |axis: &str, text: &str| value_named(axis_named(axis)?, text, day);
        assert_eq!(value("origin-province", "520000"), Some(520_000));
        assert_eq!(value("产地省份", "贵州"), Some(520_000));
        assert_eq!(value("origin", "贵州省毕节市威宁县"), Some(520_526));
        assert_eq!(value("origin", "贵州"), None, "a province is no county");
        assert_eq!(value("origin-province", "威宁县"), None);
        assert_eq!(value("destination", "广州"), Some(440_100));
        assert_eq!((value("month", "2020-11"), value("month", "202013")), (Some(202_011), None));
        assert_eq!((value("year", "2020"), value("year", "20")), (Some(2020), None));
        assert_eq!((value("channel", "market"), value("channel", "tv")), (Some(2), None));
        assert_eq!(value("channel", "832 平台"), Some(1));
        assert_eq!((value("grade", "1"), value("grade", "9")), (Some(1), None));
        assert_eq!(value("colour", "red"), None);
    }

    #[test]
    fn places_and_months_read_as_people_say_them() {
        assert_eq!(label(Axis::OriginProvince, 520_000, Locale::Zh), "贵州");
        assert_eq!(label(Axis::Month, 202_011, Locale::Zh), "2020 年 11 月");
        assert_eq!(label(Axis::Year, 2020, Locale::Zh), "2020 年");
        assert_eq!(label(Axis::Channel, 1, Locale::En), "832 platform");
        assert_eq!(label(Axis::Origin, 520_500, Locale::Zh), "毕节（未分县区）");
        assert_eq!(label(Axis::Origin, 0, Locale::En), "Origin not told");
        assert_eq!(label(Axis::Origin, 520_526, Locale::En), "Weining");
    }
}
