//! Whether a change was sent from a page of our own (跨站请求伪造防护).

use axum::http::{HeaderMap, header};

use crate::boundary::text_of;

/// Whether a request that changes something comes from our own pages or from a program that is no browser.
///
/// Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`; neither can be set by a page of
/// another site. A program sends neither, but no cookie of a victim either.
pub(crate) fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    match headers.get("sec-fetch-site").map(|value| value.to_str().unwrap_or("cross-site")) {
        Some("same-origin" | "none") => true,
        Some(_) => false,
        None => match headers.get(header::ORIGIN) {
            None => true,
            Some(origin) => {
                let origin = origin.to_str().unwrap_or_default();
                let host = text_of(headers, &header::HOST);
                let named = origin.split_once("://").map_or("", |(_, rest)| rest);
                (!host.is_empty() && named == host) || (!public_url.is_empty() && origin == public_url)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        is_own(&headers, "https://shanhai.example")
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://shanhai.example")]));
    }

    #[test]
    fn an_older_browser_is_known_by_its_origin() {
        assert!(own(&[("origin", "https://shanhai.example"), ("host", "10.0.0.1:8080")]));
        assert!(own(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!own(&[("origin", "https://evil.example"), ("host", "shanhai.example")]));
        assert!(!own(&[("origin", "null"), ("host", "shanhai.example")]));
        assert!(own(&[("host", "shanhai.example")]), "a program that is no browser");
    }
}
