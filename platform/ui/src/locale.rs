//! The two languages of the interface and their Fluent texts.

use std::{borrow::Cow, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use rust_embed::RustEmbed;
use unic_langid::langid;

/// A language of the interface (界面语言). Both are complete; Chinese is the first language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// Simplified Chinese, `zh-CN`.
    #[default]
    Zh,
    /// English, `en`.
    En,
}

/// Beginnings of keys that are put together at run time: `province-44`, `error-` and a code. The test of the
/// texts does not ask for a literal use of keys that begin like this; it still asks for them in both
/// languages.
pub const DYNAMIC_KEYS: [&str; 20] = [
    "audit-",
    "axis-",
    "error-",
    "field-",
    "issue-",
    "job-",
    "key-scope-",
    "ledger-kind-",
    "ledger-source-",
    "ledger-unit-",
    "match-rule-",
    "month-",
    "permission-",
    "problem-",
    "product-",
    "province-",
    "role-",
    "specimen-",
    "table-",
    "webhook-",
];

/// A value for a placeholder of a text: `3.into()`, `"云南".into()`.
///
/// A number is written with thousands separators and chooses plural forms; what must not be grouped (a year,
/// an order number) is passed as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg<'a> {
    /// Written as it stands.
    Text(Cow<'a, str>),
    /// Written with thousands separators.
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

macro_rules! number_args {
    ($($kind:ty),*) => { $(
        impl From<$kind> for Arg<'_> {
            fn from(number: $kind) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )* };
}
number_args!(i8, i16, i32, i64, u8, u16, u32, u64, usize);

#[derive(RustEmbed)]
#[folder = "../../locales"]
#[allow_missing = true]
struct LocaleFiles;

type Bundle = FluentBundle<FluentResource>;

static ZH: LazyLock<Bundle> = LazyLock::new(|| load(Locale::Zh));
static EN: LazyLock<Bundle> = LazyLock::new(|| load(Locale::En));

/// Every text file of one language as `(file name, content)`, in the order of the names.
pub(crate) fn text_files(locale: Locale) -> Vec<(String, String)> {
    let folder = format!("{}/", locale.tag());
    let mut files: Vec<(String, String)> = LocaleFiles::iter()
        .filter(|path| path.starts_with(&folder) && path.ends_with(".ftl"))
        .filter_map(|path| {
            let file = LocaleFiles::get(&path)?;
            Some((path.to_string(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    files.sort();
    files
}

fn load(locale: Locale) -> Bundle {
    let language = match locale {
        Locale::Zh => langid!("zh-CN"),
        Locale::En => langid!("en"),
    };
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // The isolation marks would end up in attributes, files and clipboard texts; neither language is written
    // right to left.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => Some(crate::text::group_digits(&number.as_string())),
        _ => None,
    }));
    for (_, source) in text_files(locale) {
        // A file with a mistake still gives the messages around it; the tests of this crate name the mistake.
        let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

impl Locale {
    /// Both languages, the first language first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The tag that cookies, headers and folders carry: `zh-CN` or `en`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The `lang` attribute of a page; it names the script, because fonts are chosen by it.
    pub const fn html_lang(self) -> &'static str {
        match self {
            Self::Zh => "zh-Hans",
            Self::En => "en",
        }
    }

    /// The other language.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// The language's own name for itself, as the switch shows it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }

    /// The language of a tag such as `zh`, `zh-Hans-CN`, `en-GB`; `None` for others.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The language to answer in: the cookie decides, then the best supported entry of `Accept-Language`,
    /// then Chinese.
    pub fn negotiate(cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        cookie.and_then(Self::parse).or_else(|| accept_language.and_then(preferred)).unwrap_or_default()
    }

    /// The text of a key. An unknown key gives the key itself; a test of this crate finds such keys in the
    /// sources.
    pub fn t(self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text of a key with values for its placeholders: `locale.with("pager-total", &[("count",
    /// 1284.into())])`.
    pub fn with(self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let bundle = match self {
            Self::Zh => &*ZH,
            Self::En => &*EN,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            match value {
                Arg::Text(text) => values.set(*name, FluentValue::String(Cow::Borrowed(text.as_ref()))),
                Arg::Number(number) => values.set(*name, FluentValue::from(*number)),
            }
        }
        let mut errors = Vec::new();
        bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned()
    }

    /// Whether a key exists, for texts chosen by data (an error code, an axis) that have a general text to
    /// fall back to.
    pub fn has(self, key: &str) -> bool {
        match self {
            Self::Zh => ZH.has_message(key),
            Self::En => EN.has_message(key),
        }
    }
}

/// The supported language with the highest weight in an `Accept-Language` header; the earlier one on equal
/// weights.
fn preferred(header: &str) -> Option<Locale> {
    let mut best: Option<(u32, Locale)> = None;
    for entry in header.split(',') {
        let mut parts = entry.split(';');
        let Some(locale) = parts.next().and_then(Locale::parse) else { continue };
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
        if weight > 0 && best.is_none_or(|(highest, _)| weight > highest) {
            best = Some((weight, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// A weight such as `0.85` in thousandths; an unreadable one counts as 0.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), digits.parse::<u32>()) {
        (Ok(whole), Ok(part)) => whole.saturating_mul(1000).saturating_add(part).min(1000),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_gets_the_language_they_chose_or_prefer() {
        assert_eq!(Locale::negotiate(None, None), Locale::Zh);
        assert_eq!(Locale::negotiate(Some("en"), Some("zh-CN")), Locale::En);
        assert_eq!(Locale::negotiate(None, Some("fr-FR, en;q=0.7, zh;q=0.9")), Locale::Zh);
        assert_eq!(Locale::negotiate(None, Some("de, en-GB;q=0.3")), Locale::En);
        assert_eq!(Locale::negotiate(None, Some("zh;q=0, en;q=0.1")), Locale::En);
        assert_eq!(Locale::negotiate(Some("xx"), Some("garbage;;q=,,")), Locale::Zh);
    }

    #[test]
    fn numbers_in_texts_are_grouped_and_choose_the_plural() {
        let count = |n: i64| [("count", Arg::from(n))];
        assert_eq!(Locale::Zh.with("pager-total", &count(1284)), "共 1,284 条");
        assert_eq!(Locale::En.with("pager-total", &count(1)), "1 row");
        assert_eq!(Locale::En.with("pager-total", &count(1284)), "1,284 rows");
    }

    #[test]
    fn an_unknown_key_shows_itself() {
        assert_eq!(Locale::En.t("no-such-key-here"), "no-such-key-here");
        assert!(!Locale::En.has("no-such-key-here"));
    }
}
