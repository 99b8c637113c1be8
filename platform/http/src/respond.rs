//! Answers: pages, redirects that tell a result, `ETag`s, addresses that stay on this site.

use axum::{
    body::{Body, HttpBody, to_bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use maud::Markup;
use sh_ui::{Flash, Tone};
use sha2::{Digest, Sha256};

use crate::{Context, Settings, boundary::text_of};

/// Bytes of an answer that is hashed for an `ETag`; larger ones are streamed without.
const ETAG_BYTES_MAX: u64 = 1024 * 1024;
/// Characters of a result that a cookie carries to the next page.
const FLASH_CHARS_MAX: usize = 400;
/// Seconds that a result waits for the next page.
const FLASH_SECONDS: i64 = 60;
const FLASH_COOKIE: &str = "shanhai_flash";

/// A page or fragment. `(StatusCode, Html)` gives it another status.
#[derive(Debug, Clone)]
pub struct Html(pub Markup);

impl Html {
    /// The form again, with what was not accepted (422).
    pub fn unprocessable(markup: Markup) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Self(markup)).into_response()
    }
}

impl IntoResponse for Html {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], self.0.into_string()).into_response()
    }
}

/// An answer that holds a secret: nobody keeps it, neither a cache nor the memory of answers under an `Idempotency-Key`.
pub fn once_only(answer: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

/// Leads to another page after a form was accepted (303), and tells there what happened.
#[derive(Debug, Clone)]
pub struct Redirect {
    to: String,
    flash: Option<Flash>,
}

impl Redirect {
    /// To a path of this site; anything else leads to the front page.
    pub fn to(path: impl AsRef<str>) -> Self {
        Self { to: local_path(path.as_ref()).to_owned(), flash: None }
    }

    /// With a result that the next page tells.
    #[must_use]
    pub fn saying(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.flash = Some(Flash { tone, text: text.into() });
        self
    }

    /// With a good result.
    #[must_use]
    pub fn done(self, text: impl Into<String>) -> Self {
        self.saying(Tone::Good, text)
    }
}

impl IntoResponse for Redirect {
    fn into_response(self) -> Response {
        let location = HeaderValue::from_str(&self.to).unwrap_or(HeaderValue::from_static("/"));
        let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
        if let Some(flash) = self.flash {
            // The boundary makes the cookie: it knows whether cookies are for TLS only.
            response.extensions_mut().insert(NewFlash(flash));
        }
        response
    }
}

#[derive(Debug, Clone)]
struct NewFlash(Flash);

/// The path if it stays on this site, else `/`. Refuses other hosts in all spellings that browsers understand.
pub fn local_path(path: &str) -> &str {
    let mut chars = path.chars();
    let rooted = chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\'));
    if rooted && !path.chars().any(|c| c.is_control() || c == '\\' || !c.is_ascii()) { path } else { "/" }
}

/// The result that the last page left for this one.
pub(crate) fn flash_of(cookies: &CookieJar) -> Option<Flash> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cookies.get(FLASH_COOKIE)?.value()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let mut chars = text.chars();
    let tone = match chars.next()? {
        'g' => Tone::Good,
        'b' => Tone::Bad,
        'n' => Tone::Notice,
        'p' => Tone::Plain,
        _ => Tone::Info,
    };
    Some(Flash { tone, text: chars.take(FLASH_CHARS_MAX).collect() })
}

/// Sets the cookie of a new result; clears that of a result that was shown.
pub(crate) fn carry_flash(settings: &Settings, ctx: &Context, response: &mut Response) {
    let (value, seconds) = match response.extensions_mut().remove::<NewFlash>() {
        Some(NewFlash(flash)) => {
            let letter = match flash.tone {
                Tone::Good => 'g',
                Tone::Bad => 'b',
                Tone::Notice => 'n',
                Tone::Plain => 'p',
                Tone::Info => 'i',
            };
            let text: String =
                std::iter::once(letter).chain(flash.text.chars().take(FLASH_CHARS_MAX)).collect();
            (BASE64_URL_SAFE_NO_PAD.encode(text), FLASH_SECONDS)
        }
        None if ctx.flash.is_some() && !ctx.htmx && response.status() == StatusCode::OK => (String::new(), 0),
        None => return,
    };
    set_cookie(response.headers_mut(), settings, FLASH_COOKIE, &value, seconds);
}

/// Sets a cookie of this site that scripts cannot read and other sites do not send along with their forms. `value` is
/// made of letters, digits, `-` and `_`; no seconds at all clear the cookie.
pub fn set_cookie(headers: &mut HeaderMap, settings: &Settings, name: &str, value: &str, seconds: i64) {
    let secure = if settings.secure_cookies { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// Marks pages and JSON with a hash of their content; whoever holds the same content gets 304.
pub(crate) async fn with_etag(asked: &HeaderMap, response: Response) -> Response {
    let kind = text_of(response.headers(), &header::CONTENT_TYPE);
    let suits = kind.starts_with("text/html") || kind.starts_with("application/json");
    let size = response.body().size_hint().exact();
    if response.status() != StatusCode::OK || !suits || size.is_none_or(|size| size > ETAG_BYTES_MAX) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The size is known, so this takes what is in memory already.
    let Ok(bytes) = to_bytes(body, usize::try_from(ETAG_BYTES_MAX).unwrap_or(usize::MAX)).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let hash = hex::encode(Sha256::digest(&bytes));
    // Weak, because compression changes the bytes on the wire.
    let tag = format!("W/\"{}\"", hash.get(..32).unwrap_or(&hash));
    let known = text_of(asked, &header::IF_NONE_MATCH);
    let body = if known.split(',').any(|entry| entry.trim() == tag) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        Body::empty()
    } else {
        Body::from(bytes)
    };
    if let Ok(value) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, value);
    }
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_on_this_site() {
        for good in ["/", "/w/users", "/w/users?after=a%2Fb#top"] {
            assert_eq!(local_path(good), good);
        }
        for bad in
            ["", "w", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil", "/a\\b", "/中"]
        {
            assert_eq!(local_path(bad), "/", "{bad:?}");
        }
    }
}
