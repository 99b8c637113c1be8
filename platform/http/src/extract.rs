//! Extractors whose refusals look like all other failures.

use axum::{
    extract::{
        FromRequest, FromRequestParts, Request,
        multipart::{MultipartError, MultipartRejection},
        rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection},
    },
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{AppError, Failure, Kind};

/// A JSON body, in or out.
#[derive(Debug, Clone, Copy, Default, FromRequest)]
#[from_request(via(axum::Json), rejection(Failure))]
pub struct Json<T>(pub T);

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The fields of a form.
#[derive(Debug, Clone, Copy, Default, FromRequest)]
#[from_request(via(axum::Form), rejection(Failure))]
pub struct Form<T>(pub T);

/// The query of the address.
#[derive(Debug, Clone, Copy, Default, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Failure))]
pub struct Query<T>(pub T);

/// Parts of the path. One that cannot be read means that there is no such page.
#[derive(Debug, Clone, Copy, Default, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Failure))]
pub struct Path<T>(pub T);

/// A form with files.
#[derive(Debug)]
pub struct Multipart(pub axum::extract::Multipart);

impl<S: Send + Sync> FromRequest<S> for Multipart {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        Ok(Self(axum::extract::Multipart::from_request(request, state).await?))
    }
}

const fn kind_of(status: StatusCode) -> Kind {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
        StatusCode::UNPROCESSABLE_ENTITY => Kind::Unprocessable,
        StatusCode::INTERNAL_SERVER_ERROR => Kind::Internal,
        _ => Kind::BadInput,
    }
}

macro_rules! refusal {
    ($($type:ty => $code:literal),*) => { $(
        impl AppError for $type {
            fn kind(&self) -> Kind {
                kind_of(self.status())
            }
            fn code(&self) -> &'static str {
                match self.kind() {
                    Kind::TooLarge => "too-large",
                    Kind::Internal => "internal",
                    _ => $code,
                }
            }
            fn args(&self) -> Vec<(&str, String)> {
                vec![("detail", self.body_text())]
            }
        }
    )* };
}
refusal!(
    JsonRejection => "unreadable-json",
    FormRejection => "unreadable-form",
    QueryRejection => "unreadable-query",
    MultipartRejection => "unreadable-form",
    MultipartError => "unreadable-form"
);

impl AppError for PathRejection {
    fn kind(&self) -> Kind {
        if self.status().is_server_error() { Kind::Internal } else { Kind::NotFound }
    }
    fn code(&self) -> &'static str {
        if self.status().is_server_error() { "internal" } else { "not-found" }
    }
}
