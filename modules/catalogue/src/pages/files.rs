//! Pictures, served without anybody being asked who they are: the same bytes for everybody, kept by browsers for a year.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sh_files::store::ObjectKey;
use sh_http::App;
use tokio_util::io::ReaderStream;

use crate::{drawing, service::pictures};

/// The routes of pictures.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/drawn/{name}", get(drawn)).route("/media/{name}", get(photo))
}

/// `GET /drawn/apple-1f.svg`: the drawing of a kind of goods for one product.
async fn drawn(Path(name): Path<String>) -> Response {
    let parts = name.strip_suffix(".svg").and_then(|name| name.rsplit_once('-'));
    let asked = parts.and_then(|(shape, seed)| {
        let seed = u64::from_str_radix(seed, 16).ok()?;
        drawing::is_known(shape).then_some((shape, seed))
    });
    match asked {
        Some((shape, seed)) => answer("image/svg+xml", drawing::draw(shape, seed).into()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /media/{key}.jpg`: a photo. Its key is made from its bytes: whoever has not seen the page cannot guess it.
async fn photo(State(app): State<App>, Path(name): Path<String>) -> Response {
    let Some(key) = name.strip_suffix(".jpg").and_then(|key| key.parse::<ObjectKey>().ok()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(media) = pictures::media(&app) else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    match media.open(&key).await {
        Ok(file) => answer("image/jpeg", Body::from_stream(ReaderStream::new(file))),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A picture with headers that let it be nothing but a picture, whatever its bytes are.
pub(crate) fn answer(kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
