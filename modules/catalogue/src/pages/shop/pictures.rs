//! `/s/products/{id}/pictures`: the photos of a product.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_files::picture::{BYTES_MAX, PictureError};
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Multipart, Path, Redirect};
use sh_kernel::Id;
use sh_ui::{
    Crumb, Tone, Upload, banner, button_danger, button_link, button_secondary, empty, panel,
    upload as upload_form, work_page,
};

use super::product::back;
use crate::{
    Error,
    draft::PICTURES_MAX,
    model::{Picture, Product, Review},
    pages::media,
    service::{
        edit::{self, Opened},
        pictures,
    },
};

/// The name of the file field.
const FILE: &str = "file";
/// What a form with a photo may have besides the photo itself.
const FORM_BYTES: u64 = 64 * 1024;

/// Bytes that an upload may have in all. A photo that is a little too large is told so instead of being cut off.
pub(crate) fn upload_bytes() -> usize {
    usize::try_from(BYTES_MAX * 2 + FORM_BYTES).unwrap_or(usize::MAX)
}

fn home(id: Id<Product>) -> String {
    format!("/s/products/{id}/pictures")
}

/// `GET /s/products/{id}/pictures`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
) -> Result<Html, Failure> {
    let opened = edit::open(&ctx, &app, id).await?;
    ctx.require(sh_http::Permission::EditListings, opened.shop.scope())?;
    Ok(Html(page(&ctx, &opened, None)))
}

fn page(ctx: &Context, opened: &Opened, error: Option<String>) -> Markup {
    let (locale, product) = (ctx.locale, &opened.product);
    let draft = product.draft();
    let list = pictures::in_order(&draft, &opened.pictures);
    let waits = product.review == Review::Submitted;
    let name = if draft.name.trim().is_empty() { product.code.clone() } else { draft.name.clone() };
    let form_page = format!("/s/products/{}", product.id);
    let frame = ctx
        .frame(ctx.t("product-pictures"))
        .crumbs([
            Crumb::link(ctx.t("products-title"), "/s/products"),
            Crumb::link(name.clone(), &form_page),
            Crumb::here(ctx.t("product-pictures")),
        ])
        .with_errors(error.is_some());
    let form = Upload {
        action: home(product.id),
        name: FILE.to_owned(),
        label: ctx.t("product-pictures-label"),
        hint: Some(ctx.t("product-pictures-hint")),
        accept: "image/jpeg,image/png,image/webp".to_owned(),
        button: ctx.t("product-pictures-add"),
        template: None,
        hidden: Vec::new(),
        more: None,
        error,
    };
    let content = html! {
        @if waits { (banner(Tone::Info, &ctx.t("product-waits"), &html! { p { (ctx.t("product-waits-note")) } })) }
        (panel(&ctx.t("product-pictures-now"), None, &html! {
            @if list.is_empty() { (empty(&ctx.t("product-pictures-none"), None)) }
            @else {
                ol.photos {
                    @for (at, one) in list.iter().enumerate() {
                        @let number = [("number", (at + 1).into())];
                        li {
                            img src=(media(&one.small)) alt=(locale.with("product-picture-alt", &number))
                                width="160" height="160";
                            @if !waits { (buttons(ctx, product.id, one.id, at)) }
                        }
                    }
                }
            }
        }))
        @if !waits && list.len() < PICTURES_MAX { (upload_form(locale, &form)) }
        p { (button_link(&ctx.t("product-pictures-back"), &form_page, None)) }
    };
    work_page(&frame, &content)
}

/// What can be done with one photo. The buttons say which one they mean.
fn buttons(ctx: &Context, product: Id<Product>, picture: Id<Picture>, at: usize) -> Markup {
    let number = [("number", (at + 1).into())];
    html! {
        form method="post" action=(format!("{}/change", home(product))) {
            input type="hidden" name="picture" value=(picture);
            @if at > 0 {
                (button_secondary(&ctx.locale.with("product-picture-first", &number), "action", "first"))
            } @else { p.hint { (ctx.t("product-picture-is-first")) } }
            (button_danger(&ctx.locale.with("product-picture-remove", &number), "action", "remove"))
        }
    }
}

/// `POST /s/products/{id}/pictures`
pub(crate) async fn add(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Multipart(mut form): Multipart,
) -> Result<Response, Failure> {
    let opened = edit::open(&ctx, &app, id).await?;
    ctx.require(sh_http::Permission::EditListings, opened.shop.scope())?;
    while let Some(mut part) = form.next_field().await? {
        if part.name() != Some(FILE) {
            continue;
        }
        let done = match taken(&mut part).await? {
            Some(bytes) => pictures::add(&ctx, &app, id, bytes).await,
            None => Err(Error::Picture(PictureError::TooManyBytes.code())),
        };
        return match done {
            Ok(_) => Ok(Redirect::to(home(id)).done(ctx.t("product-pictures-added")).into_response()),
            Err(error) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
                let text =
                    super::products::fields(&ctx, &error).0.into_iter().next().map(|field| field.message);
                Ok((error.kind().status(), Html(page(&ctx, &opened, text))).into_response())
            }
            Err(error) => Err(error.into()),
        };
    }
    Err(Failure::new(Kind::BadInput, "unreadable-form", "the form has no file"))
}

/// The bytes of a photo; nothing if there are too many.
async fn taken(part: &mut axum::extract::multipart::Field<'_>) -> Result<Option<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.chunk().await? {
        if (bytes.len() + piece.len()) as u64 > BYTES_MAX {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Some(bytes))
}

/// What is to be done with which photo.
#[derive(Debug, Deserialize)]
pub(crate) struct ChangeForm {
    picture: Id<Picture>,
    action: String,
}

/// `POST /s/products/{id}/pictures/change`
pub(crate) async fn change(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Form(form): Form<ChangeForm>,
) -> Result<Redirect, Failure> {
    if form.action == "remove" {
        let outcome = pictures::remove(&ctx, &app, id, form.picture).await;
        return back(&ctx, &home(id), outcome, "product-pictures-removed");
    }
    let outcome = pictures::first(&ctx, &app, id, form.picture).await;
    back(&ctx, &home(id), outcome, "product-pictures-first-set")
}
