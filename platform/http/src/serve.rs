//! What is served beside the modules: built files, the health of the program, everything that is not there.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use sh_db::binds;

use crate::{App, Failure, boundary::text_of, store::ALIVE};

/// A built style sheet, script or icon. Names carry a hash of the content, so browsers keep them for a year.
pub(crate) async fn assets(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = sh_ui::asset_file(&path, text_of(&headers, &header::ACCEPT_ENCODING)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let cache = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Response::new(Body::from(match file.bytes {
        std::borrow::Cow::Borrowed(bytes) => axum::body::Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => axum::body::Bytes::from(bytes),
    }));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(file.mime));
    out.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(cache));
    out.insert(header::VARY, header::HeaderValue::from_static("Accept-Encoding"));
    out.insert("x-content-type-options", header::HeaderValue::from_static("nosniff"));
    if let Some(encoding) = file.encoding {
        out.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(encoding));
    }
    response
}

/// Whether the program can serve: 200 if its database answers, else 503.
pub(crate) async fn health(State(app): State<App>) -> Response {
    let answer: Result<(i64,), sh_db::DbError> =
        app.db.read(async |tx| tx.fetch_one(&ALIVE, binds![]).await).await;
    match answer {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(error) => {
            tracing::error!(cause = %error, "health check failed");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// Every address that no module serves.
pub(crate) async fn nothing_here() -> Failure {
    Failure::not_found()
}
