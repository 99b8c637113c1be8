//! `/s/shop`: what the shop says of itself.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Permission, Redirect};
use sh_kernel::{FieldErrors, Id};
use sh_regions::Regions;
use sh_ui::{Field, button, error_summary, facts, panel, work_page};

use super::products::fields;
use crate::{model::Shop, service::shops, store::shop::ShopRow};

/// The form as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ProfileForm {
    shop: Option<Id<Shop>>,
    story: String,
    phone: String,
}

/// `GET /s/shop`
pub(crate) async fn show(ctx: Context, State(app): State<App>) -> Result<Html, Failure> {
    let shop = shops::own(&ctx, &app, None).await?;
    let form = ProfileForm { shop: Some(shop.id), story: shop.story.clone(), phone: shop.phone.clone() };
    Ok(Html(page(&ctx, &shop, &form, &FieldErrors::default())))
}

fn page(ctx: &Context, shop: &ShopRow, form: &ProfileForm, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let frame = ctx.frame(ctx.t("shop-title")).with_errors(!errors.0.is_empty());
    let may = ctx.allows(Permission::EditListings, &shop.scope());
    let known = facts(&[
        (ctx.t("shop-name"), html! { (shop.name) }),
        (ctx.t("shop-organisation"), html! { (shop.organisation) }),
        (ctx.t("shop-county"), html! { (Regions::get().full_name(shop.county, ctx.today())) }),
        (ctx.t("shop-opened"), html! { (shop.opened_at.day()) }),
    ]);
    let content = html! {
        (error_summary(locale, errors))
        (panel(&ctx.t("shop-facts"), None, &known))
        @if may {
            (panel(&ctx.t("shop-says"), None, &html! {
                form.form method="post" action="/s/shop" {
                    input type="hidden" name="shop" value=(shop.id);
                    (Field::area("story", &ctx.t("shop-story"), 6).hint(ctx.t("shop-story-hint")).value(&form.story)
                        .errors(errors).render(locale))
                    (Field::input("tel", "phone", &ctx.t("shop-phone")).value(&form.phone).errors(errors)
                        .render(locale))
                    (button(&ctx.t("shop-save")))
                }
            }))
        }
    };
    work_page(&frame, &content)
}

/// `POST /s/shop`
pub(crate) async fn save(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<ProfileForm>,
) -> Result<Response, Failure> {
    let shop = shops::own(&ctx, &app, form.shop).await?;
    match shops::set_profile(&ctx, &app, shop.id, &form.story, &form.phone).await {
        Ok(()) => Ok(Redirect::to("/s/shop").done(ctx.t("shop-saved")).into_response()),
        Err(error) if error.kind() == Kind::Unprocessable => {
            let page = page(&ctx, &shop, &form, &fields(&ctx, &error));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
