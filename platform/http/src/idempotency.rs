//! Writes that may be sent twice: the header `Idempotency-Key` of the JSON interface (幂等键).

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sh_db::{DbError, FromRow, Migration, Row, binds};
use sh_kernel::Instant;
use sha2::{Digest, Sha256};

use crate::{
    Actor, App, AppError, BODY_BYTES_MAX, Context, Failure, Kind,
    boundary::text_of,
    store::{CLAIM, FIND, FINISH, FORGET_ALL_EXPIRED, FORGET_EXPIRED, RELEASE},
};

/// Characters of a key at most.
const KEY_CHARS_MAX: usize = 64;
/// Seconds that an answer is remembered: one day.
const REMEMBERED_SECONDS: i64 = 24 * 3600;
/// Bytes of an answer that is remembered.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What stands for an answer that holds a secret and is not kept. No success has this status.
const NOT_KEPT: StatusCode = StatusCode::CONFLICT;

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "http", version: 1, text: include_str!("../migrations/0001_http.sql") }];

/// Why a write with a key was not run.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the idempotency key has more than {KEY_CHARS_MAX} characters, or others than visible ASCII")]
    BadKey,
    #[error("a form with files cannot carry an idempotency key")]
    Upload,
    #[error("the idempotency key was used for another request")]
    Reused,
    #[error("the first request with this idempotency key has not been answered")]
    InFlight,
    #[error("the write took place, and its answer was shown once only")]
    ShownOnce,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl AppError for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::BadKey | Self::Upload => Kind::BadInput,
            Self::Reused => Kind::Unprocessable,
            Self::InFlight | Self::ShownOnce => Kind::Conflict,
            Self::Db(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::BadKey => "idempotency-key-invalid",
            Self::Upload => "idempotency-key-with-upload",
            Self::Reused => "idempotency-key-reused",
            Self::InFlight => "idempotency-in-flight",
            Self::ShownOnce => "idempotency-shown-once",
            Self::Db(error) => error.code(),
        }
    }
}

/// What is known of a key.
struct Known {
    request: Vec<u8>,
    answer: Option<Answer>,
}

/// An answer that is given again.
struct Answer {
    status: StatusCode,
    content_type: Option<String>,
    location: Option<String>,
    body: Vec<u8>,
}

impl FromRow for Known {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let status: Option<i64> = row.get(1)?;
        let status =
            status.and_then(|code| u16::try_from(code).ok()).and_then(|code| StatusCode::from_u16(code).ok());
        let answer = match status {
            Some(status) => Some(Answer {
                status,
                content_type: row.get(2)?,
                location: row.get(3)?,
                body: row.get::<Option<Vec<u8>>>(4)?.unwrap_or_default(),
            }),
            None => None,
        };
        Ok(Self { request: row.get(0)?, answer })
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, Body::from(self.body)).into_response();
        let headers = [(header::CONTENT_TYPE, self.content_type), (header::LOCATION, self.location)];
        for (name, value) in headers {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
        response
    }
}

/// Runs a write of the JSON interface at most once per actor and key.
///
/// A repetition with the same content gets the first answer again; with other content it is refused (422); while the
/// first is running it is refused, too (409). A write that was refused or failed changed nothing and may be sent again
/// with the same key. An answer that says `no-store`, as one with a secret, is not kept: a repetition hears that the write
/// took place (409). If the program dies during a write, its key stays taken for a day: whether the write took place
/// is to be looked up, not to be guessed.
pub(crate) async fn once(State(app): State<App>, request: Request, next: Next) -> Result<Response, Failure> {
    let key = text_of(request.headers(), &header::HeaderName::from_static("idempotency-key")).to_owned();
    let owner = request
        .extensions()
        .get::<Context>()
        .filter(|ctx| *ctx.actor != Actor::Public)
        .map(|ctx| ctx.actor.key());
    let applies = !request.method().is_safe()
        && request.uri().path().starts_with("/api/")
        && request.headers().contains_key("idempotency-key");
    let Some(owner) = owner.filter(|_| applies) else { return Ok(next.run(request).await) };
    check(&key, request.headers())?;
    let (request, hash) = hashed(request).await?;
    let slot = Slot { owner, key };
    if let Some(answer) = slot.claim(&app, &hash).await? {
        return Ok(answer.into_response());
    }
    // In a task of its own: a caller that hangs up must not leave the key taken and the outcome unknown.
    let task_app = app.clone();
    let task = app.tasks.spawn(async move {
        let response = next.run(request).await;
        slot.settle(&task_app, response).await
    });
    Ok(task.await.unwrap_or_else(|error| {
        Failure::new(Kind::Internal, "internal", format!("the write broke off: {error}")).into_response()
    }))
}

fn check(key: &str, headers: &HeaderMap) -> Result<(), Error> {
    if key.is_empty() || key.len() > KEY_CHARS_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::BadKey);
    }
    if text_of(headers, &header::CONTENT_TYPE).starts_with("multipart/") {
        return Err(Error::Upload);
    }
    Ok(())
}

/// The request with its body in memory, and the hash of method, address and body.
async fn hashed(request: Request) -> Result<(Request, Vec<u8>), Failure> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_BYTES_MAX)
        .await
        .map_err(|error| Failure::new(Kind::TooLarge, "too-large", error.to_string()))?;
    let mut hash = Sha256::new();
    hash.update(parts.method.as_str());
    hash.update([0]);
    hash.update(parts.uri.to_string());
    hash.update([0]);
    hash.update(&bytes);
    let hash = hash.finalize().to_vec();
    Ok((Request::from_parts(parts, Body::from(bytes)), hash))
}

/// The key of one actor.
struct Slot {
    owner: String,
    key: String,
}

impl Slot {
    /// Takes the key, or tells the answer that was given under it.
    async fn claim(&self, app: &App, hash: &[u8]) -> Result<Option<Answer>, Error> {
        let now = app.clock.now();
        let expired = now.plus_seconds(-REMEMBERED_SECONDS);
        app.db
            .write(async |tx| {
                tx.execute(&FORGET_EXPIRED, binds![&self.owner, &self.key, expired]).await?;
                let row = binds![&self.owner, &self.key, hash.to_vec(), now];
                if tx.insert(&CLAIM, row).await? == 1 {
                    return Ok(None);
                }
                let known: Option<Known> = tx.fetch_optional(&FIND, binds![&self.owner, &self.key]).await?;
                match known {
                    Some(known) if known.request != hash => Err(Error::Reused),
                    Some(Known { answer: Some(answer), .. }) if answer.status == NOT_KEPT => {
                        Err(Error::ShownOnce)
                    }
                    Some(Known { answer: Some(answer), .. }) => Ok(Some(answer)),
                    _ => Err(Error::InFlight),
                }
            })
            .await
    }

    /// Remembers a success; gives the key back after anything else.
    async fn settle(&self, app: &App, response: Response) -> Response {
        let status = response.status();
        if !(status.is_success() || status.is_redirection()) {
            self.log(self.release(app).await);
            return response;
        }
        let (parts, body) = response.into_parts();
        let bytes = match to_bytes(body, ANSWER_BYTES_MAX).await {
            Ok(bytes) => bytes,
            Err(error) => {
                // The write has taken place, so its key stays taken.
                return Failure::new(Kind::Internal, "internal", error.to_string()).into_response();
            }
        };
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let secret = text(header::CACHE_CONTROL).is_some_and(|control| control == "no-store");
        let row = binds![
            &self.owner,
            &self.key,
            i64::from(if secret { NOT_KEPT } else { status }.as_u16()),
            text(header::CONTENT_TYPE),
            text(header::LOCATION),
            if secret { Vec::new() } else { bytes.to_vec() }
        ];
        self.log(app.db.write(async |tx| tx.execute(&FINISH, row.clone()).await.map(drop)).await);
        Response::from_parts(parts, Body::from(bytes))
    }

    async fn release(&self, app: &App) -> Result<(), DbError> {
        app.db.write(async |tx| tx.execute(&RELEASE, binds![&self.owner, &self.key]).await.map(drop)).await
    }

    /// The answer to the caller stands even if it cannot be remembered.
    fn log(&self, outcome: Result<(), DbError>) {
        if let Err(error) = outcome {
            tracing::error!(cause = %error, owner = self.owner, "the outcome of a write was not remembered");
        }
    }
}

/// Forgets answers older than a day; for a job that runs now and then. Returns how many there were.
///
/// # Errors
/// What the database refuses.
pub async fn forget_old_answers(app: &App, now: Instant) -> Result<u64, DbError> {
    let expired = now.plus_seconds(-REMEMBERED_SECONDS);
    app.db.write(async |tx| tx.execute(&FORGET_ALL_EXPIRED, binds![expired]).await).await
}
