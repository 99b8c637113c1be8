//! What sources and rows are called on pages.

use std::{collections::HashMap, sync::LazyLock};

use sh_kernel::RegionCode;
use sh_regions::Regions;
use sh_ui::Locale;

use crate::{
    import::profiles::{COUNTER, MARKET, PAVILION, PLATFORM_832, SUPPLIER, UNION, default_sources},
    own,
};

static STANDARD: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let files = default_sources().into_iter().map(|source| (source.code, source.name));
    files.chain([(own::SOURCE.to_owned(), own::SOURCE_NAME.to_owned())]).collect()
});

/// The name of a source in the language of the page. A name is told in Chinese by whoever registers the source; those
/// that every installation has from the start are known in English too, as long as nobody has renamed them.
pub fn source_name(locale: Locale, code: &str, name: &str) -> String {
    let renamed = STANDARD.get(code).is_none_or(|standard| standard != name);
    if locale == Locale::Zh || renamed {
        return name.to_owned();
    }
    let city = code.strip_prefix("city-").and_then(|digits| digits.parse::<RegionCode>().ok());
    if let Some(city) = city.and_then(|city| Regions::get().english(city)) {
        return locale.with("source-city", &[("city", city.into())]);
    }
    match code {
        PLATFORM_832 => locale.t("source-832"),
        MARKET => locale.t("source-market"),
        PAVILION => locale.t("source-pavilion"),
        COUNTER => locale.t("source-counter"),
        UNION => locale.t("source-union"),
        SUPPLIER => locale.t("source-supplier"),
        own::SOURCE => locale.t("source-mall"),
        _ => name.to_owned(),
    }
}

/// A row of a file in words, with its worksheet if several were read.
pub fn row_text(locale: Locale, sheet: Option<&str>, row: u32) -> String {
    let row = row.to_string();
    match sheet {
        None => locale.with("import-row-at", &[("row", row.into())]),
        Some(sheet) => locale.with("import-row-at-sheet", &[("sheet", sheet.into()), ("row", row.into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_source_has_an_english_name_until_it_is_renamed() {
        for source in default_sources() {
            assert_eq!(source_name(Locale::Zh, &source.code, &source.name), source.name);
            let english = source_name(Locale::En, &source.code, &source.name);
            assert!(english.is_ascii() && !english.is_empty(), "{}: {english}", source.code);
            assert_eq!(source_name(Locale::En, &source.code, "另一个名字"), "另一个名字");
        }
        assert_eq!(source_name(Locale::En, "city-440300", "深圳市月报"), "Return of Shenzhen");
        assert_eq!(source_name(Locale::En, "county-520526", "威宁县供货报表"), "威宁县供货报表");
    }
}
