//! Files: the code that leads to the check of a certificate, registers to take away.

use axum::{
    Router,
    body::Body,
    extract::{Path as RawPath, State as Shared},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use fast_qr::{ECL, QRBuilder};
use maud::{Markup, html};
use sh_files::write::OutputFormat;
use sh_http::{App, Context, Failure, Invalid, Path, Query, Temporary};

use super::{query::Asked, verify};
use crate::service::export;

/// Light squares around a code, as readers need them (ISO/IEC 18004).
const QUIET: usize = 4;
/// Characters of a number that a code is made for.
const NUMBER_CHARS_MAX: usize = 60;

/// The routes of codes: the same for everybody.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/qr/{number}", get(code))
}

/// `GET /qr/{number}.svg`: a code with the address at which the number is checked.
async fn code(Shared(app): Shared<App>, RawPath(name): RawPath<String>) -> Response {
    let number = name.strip_suffix(".svg").filter(|number| number.chars().count() <= NUMBER_CHARS_MAX);
    let drawn = number.and_then(|number| {
        let address = format!("{}{}", app.settings.public_url.trim_end_matches('/'), verify::href(number));
        draw(&address)
    });
    let Some(drawn) = drawn else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = Response::new(Body::from(drawn.into_string()));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The squares of a code as a drawing of one path.
fn draw(text: &str) -> Option<Markup> {
    use std::fmt::Write as _;
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        for (column, module) in code[row].iter().enumerate().take(code.size) {
            if module.value() {
                let _ = write!(path, "M{} {}h1v1h-1z", column + QUIET, row + QUIET);
            }
        }
    }
    let side = code.size + 2 * QUIET;
    Some(html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {side} {side}")) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    })
}

/// `GET /registers/{scheme}/export`: open data.
pub(crate) async fn exported(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(scheme): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (mut filter, errors) = asked.filter(&ctx);
    errors.into_result().map_err(Invalid)?;
    filter.scheme = Some(scheme.clone());
    let format = if asked.format == "xlsx" { OutputFormat::Xlsx } else { OutputFormat::CsvUtf8 };
    let place = Temporary::new()?;
    export::export(&ctx, &app, &filter, format, place.path()).await?;
    let on = filter.on.unwrap_or(ctx.today());
    place.sent(format.content_type(), &format!("{scheme}-{on}.{}", format.extension())).await
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_code_has_its_three_corners() {
        let drawn = draw("http://127.0.0.1:8080/v/GBA%2D2020%2D00001").unwrap().into_string();
        for corner in ["M4 4h1", "M10 10h1"] {
            assert!(drawn.contains(corner), "{drawn}");
        }
        assert!(!drawn.contains("M3 "), "nothing in the margin");
    }
}
