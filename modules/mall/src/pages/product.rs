//! The part of a product's page with which it is bought.

use std::sync::Arc;

use maud::{Markup, html};
use sh_catalogue::service::public::Shown;
use sh_db::DbError;
use sh_http::{App, Context};
use sh_ui::{Field, Tone, banner, button};

use crate::model::PIECES_MAX;

/// Stock and the form into the basket; hang it into the program as [`sh_catalogue::hook::Buy`].
pub async fn buy(app: App, ctx: Context, shown: Arc<Shown>) -> Markup {
    let (sku, today) = (shown.sku.id, ctx.today());
    let found = app.db.read(async |tx| Ok::<_, DbError>(sh_stock::available(tx, &[sku], today).await?)).await;
    let left = match found {
        Ok(found) => found.get(&sku).copied().unwrap_or(0) / shown.sku.content.max(1),
        Err(error) => {
            // The page is shown without the form; the next look will have it.
            tracing::warn!(%error, "the stock of a product cannot be told");
            return html! {};
        }
    };
    if left < 1 {
        return banner(Tone::Notice, &ctx.t("buy-sold-out"), &html! {});
    }
    let few = (left <= 20).then(|| ctx.locale.with("buy-left", &[("count", left.into())]));
    html! {
        form.form method="post" action="/basket/add" {
            input type="hidden" name="sku" value=(sku);
            (Field::number("pieces", &ctx.t("buy-pieces")).value("1").required()
                .hint(few.unwrap_or_else(|| ctx.locale.with("buy-most", &[("count", PIECES_MAX.into())])))
                .render(ctx.locale))
            (button(&ctx.t("buy-add")))
        }
    }
}
