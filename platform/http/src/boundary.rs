//! The boundary of the program: what every request passes on its way in and every answer on its way out.

use std::{
    any::Any,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use sh_kernel::Instant;
use sh_ui::Locale;
use tracing::Instrument;

use crate::{
    Actor, App, Caller, Context, Failure, Identify, Kind, MenuEntry, csrf,
    error::Problem,
    language,
    render::{self, Family},
    respond,
};

/// Seconds that a request may take; longer work is a job.
const REQUEST_SECONDS_MAX: u64 = 60;
/// Seconds that an upload may take over a slow line.
const UPLOAD_SECONDS_MAX: u64 = 600;

/// What the pages of an answer may load and do.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; \
     form-action 'self'; base-uri 'none'; object-src 'none'";

#[derive(Clone)]
pub(crate) struct Boundary {
    pub(crate) app: App,
    pub(crate) identify: Identify,
    pub(crate) menu: Arc<[MenuEntry]>,
}

/// What the answer needs to know of the request, which is gone by then.
struct Asked {
    method: Method,
    path: String,
    headers: HeaderMap,
    family: Family,
    started: Instant,
    context: Context,
}

/// Runs one request: who asks, may the form be sent from there, the handler, and the answer in the right clothes.
pub(crate) async fn run(State(boundary): State<Boundary>, mut request: Request, next: Next) -> Response {
    let mut asked = Asked::of(&boundary, &request);
    let span = tracing::info_span!(
        "request",
        trace = %asked.context.trace,
        method = %asked.method,
        path = request.uri().path(),
    );
    async {
        let outcome = admit(&boundary, &mut asked).await;
        let response = match outcome {
            Ok(()) => {
                request.extensions_mut().insert(asked.context.clone());
                in_time(&asked, next.run(request)).await
            }
            Err(failure) => failure.into_response(),
        };
        finish(&boundary.app, asked, response).await
    }
    .instrument(span)
    .await
}

async fn admit(boundary: &Boundary, asked: &mut Asked) -> Result<(), Failure> {
    if !asked.method.is_safe() && !csrf::is_own(&asked.headers, &boundary.app.settings.public_url) {
        return Err(Failure::new(Kind::Forbidden, "cross-site", "sent from another site"));
    }
    let caller =
        Caller { method: asked.method.clone(), path: asked.path.clone(), headers: asked.headers.clone() };
    let actor = (boundary.identify)(boundary.app.clone(), caller).await?;
    asked.context.actor = Arc::new(actor);
    Ok(())
}

async fn in_time(asked: &Asked, answer: impl Future<Output = Response>) -> Response {
    let upload = text_of(&asked.headers, &header::CONTENT_TYPE).starts_with("multipart/");
    let seconds = if upload { UPLOAD_SECONDS_MAX } else { REQUEST_SECONDS_MAX };
    tokio::time::timeout(Duration::from_secs(seconds), answer).await.unwrap_or_else(|_| {
        Failure::new(Kind::Unavailable, "too-slow", format!("no answer after {seconds} s")).into_response()
    })
}

impl Asked {
    fn of(boundary: &Boundary, request: &Request) -> Self {
        let headers = request.headers().clone();
        let uri = request.uri();
        let cookies = CookieJar::from_headers(&headers);
        let mut context = Context::new(&boundary.app, Actor::Public, Locale::Zh);
        context.locale = language::of(uri.query(), &cookies, text_of(&headers, &header::ACCEPT_LANGUAGE));
        context.remote = remote(&boundary.app, request);
        uri.path_and_query().map_or("/", |both| both.as_str()).clone_into(&mut context.path);
        context.htmx = headers.contains_key("hx-request");
        context.flash = respond::flash_of(&cookies);
        context.menu = Arc::clone(&boundary.menu);
        Self {
            method: request.method().clone(),
            path: uri.path().to_owned(),
            family: Family::of(uri.path(), text_of(&headers, &header::ACCEPT)),
            headers,
            started: boundary.app.clock.now(),
            context,
        }
    }
}

/// The value of a header as text; empty if it is missing or not text.
pub(crate) fn text_of<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The address of the caller: that of the connection, or what a trusted proxy says.
fn remote(app: &App, request: &Request) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let trusted = |address: &IpAddr| app.settings.trusted_proxies.contains(address);
    if !trusted(&peer.ip()) {
        return Some(peer.ip());
    }
    // Each proxy appends whom it heard from; the last one that is not a proxy of ours is the caller.
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    forwarded
        .into_iter()
        .flat_map(|list| list.rsplit(','))
        .map_while(|entry| entry.trim().parse::<IpAddr>().ok())
        .find(|address| !trusted(address))
        .or(Some(peer.ip()))
}

/// What a handler that panicked answers.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the payload over")]
pub(crate) fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("without a text");
    Failure::new(Kind::Internal, "internal", format!("panic: {text}")).into_response()
}

async fn finish(app: &App, asked: Asked, mut response: Response) -> Response {
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| plain_refusal(&response));
    log(app, &asked, response.status(), problem.as_ref());
    if let Some(problem) = &problem {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = render::answer(&asked.context, asked.family, &asked.method, problem);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        if problem.status == StatusCode::UNAUTHORIZED && asked.family == Family::Json {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }
    respond::carry_flash(&app.settings, &asked.context, &mut response);
    let mut response = if problem.is_none() && asked.method == Method::GET {
        respond::with_etag(&asked.headers, response).await
    } else {
        response
    };
    protect(app, &asked, response.headers_mut());
    response
}

/// Refusals that the framework answers with a few words: no such route, wrong method, body too large.
fn plain_refusal(response: &Response) -> Option<Problem> {
    let status = response.status();
    let bare = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.to_str().is_ok_and(|kind| kind.starts_with("text/plain")));
    if !(bare && (status.is_client_error() || status.is_server_error())) {
        return None;
    }
    let code = match status {
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported-media-type",
        _ if status.is_server_error() => "internal",
        _ => "bad-request",
    };
    let mut problem = *Failure::new(Kind::BadInput, code, "refused by the framework").0;
    problem.status = status;
    Some(problem)
}

fn log(app: &App, asked: &Asked, status: StatusCode, problem: Option<&Problem>) {
    let millis = (app.clock.now().micros() - asked.started.micros()) / 1000;
    let actor = asked.context.actor.key();
    match problem {
        Some(problem) if problem.status.is_server_error() => tracing::error!(
            status = problem.status.as_u16(), code = %problem.code, cause = %problem.chain, actor, millis,
            "request failed"
        ),
        Some(problem) => tracing::info!(
            status = problem.status.as_u16(), code = %problem.code, cause = %problem.chain, actor, millis,
            "request refused"
        ),
        None => tracing::info!(status = status.as_u16(), actor, millis, "request answered"),
    }
}

fn protect(app: &App, asked: &Asked, headers: &mut HeaderMap) {
    let mut set = |name: &'static str, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set("content-security-policy", CONTENT_SECURITY_POLICY);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("permissions-policy", "camera=(self), geolocation=(), microphone=(), payment=()");
    set("vary", "HX-Request, Cookie, Authorization, Accept-Language");
    // Asked again each time, so that nobody sees a page from before they signed out.
    set("cache-control", if asked.context.actor.user().is_some() { "private, no-cache" } else { "no-cache" });
    if app.settings.secure_cookies {
        set("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    if let Ok(trace) = HeaderValue::from_str(&asked.context.trace) {
        headers.insert("x-request-id", trace);
    }
}
