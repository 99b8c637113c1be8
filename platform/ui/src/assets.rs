//! The built style sheets, scripts and icons of `web/dist`, found by their plain name.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use maud::{Markup, html};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

static MANIFEST: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Dist::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
});

/// The address of a built file by its plain name: `app.css` gives `/assets/app-3f2a91bc.css`.
///
/// Without a build (`npm run build` in `web/`) it is the plain name, so that pages still render, unstyled.
pub fn asset(name: &str) -> String {
    format!("/assets/{}", MANIFEST.get(name).map_or(name, String::as_str))
}

/// Whether the style sheets and scripts were built into this program.
pub fn assets_built() -> bool {
    !MANIFEST.is_empty()
}

/// A built file ready to be sent.
#[derive(Debug, Clone)]
pub struct AssetFile {
    /// The content, compressed if `encoding` says so.
    pub bytes: Cow<'static, [u8]>,
    /// The media type with its charset.
    pub mime: &'static str,
    /// The `Content-Encoding`, if the content is compressed.
    pub encoding: Option<&'static str>,
    /// The name carries a hash of the content, so a browser may keep the file for a year (`immutable`).
    pub immutable: bool,
}

/// The file behind `/assets/{path}` in the best encoding that `accept_encoding` allows, or `None` if there is
/// none.
///
/// The answer must carry `Vary: Accept-Encoding`.
pub fn asset_file(path: &str, accept_encoding: &str) -> Option<AssetFile> {
    let mime = mime_of(path)?;
    let immutable = MANIFEST.values().any(|hashed| hashed == path);
    let accepts = |coding: &str| {
        accept_encoding.split(',').any(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            parts.next() == Some(coding)
                && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    for (coding, suffix) in [("br", "br"), ("gzip", "gz")] {
        if accepts(coding)
            && let Some(file) = Dist::get(&format!("{path}.{suffix}"))
        {
            return Some(AssetFile { bytes: file.data, mime, encoding: Some(coding), immutable });
        }
    }
    Dist::get(path).map(|file| AssetFile { bytes: file.data, mime, encoding: None, immutable })
}

/// Media types of the files a build makes; anything else (the manifest, compressed twins) is not served.
fn mime_of(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}

/// A glyph of the icon sprite (图标), hidden from assistive technology: the text beside it says the same.
///
/// The names are those of Tabler Icons; `web/icons.json` lists the ones the sprite contains.
pub fn icon(name: &str) -> Markup {
    html! {
        svg.icon width="20" height="20" aria-hidden="true" focusable="false" {
            use href=(format!("{}#{name}", asset("icons.svg"))) {}
        }
    }
}

/// Loads one island (a custom element with behaviour) where it is used. A module runs once, however often it
/// is named.
pub fn island(name: &str) -> Markup {
    html! { script type="module" src=(asset(&format!("{name}.js"))) {} }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_built_files_are_served() {
        assert!(asset_file("../Cargo.toml", "").is_none());
        assert!(asset_file("manifest.json", "").is_none());
        assert!(asset_file("no-such-file.css", "br").is_none());
    }

    #[test]
    fn a_built_style_sheet_is_served_in_the_encoding_the_browser_takes() {
        if !assets_built() {
            return;
        }
        let address = asset("app.css");
        let name = address.strip_prefix("/assets/").unwrap();
        assert_ne!(name, "app.css", "the name carries a hash");
        let brotli = asset_file(name, "gzip, deflate, br").unwrap();
        assert_eq!((brotli.encoding, brotli.immutable), (Some("br"), true));
        assert_eq!(asset_file(name, "gzip;q=1.0, br;q=0").unwrap().encoding, Some("gzip"));
        let plain = asset_file(name, "").unwrap();
        assert_eq!((plain.encoding, plain.mime), (None, "text/css; charset=utf-8"));
        assert!(plain.bytes.len() > brotli.bytes.len());
    }
}
