//! Lots of the demonstration: every variant on sale has some, received as a supplier receives goods.

use sh_catalogue::{model::Shop, service::shops};
use sh_http::{App, Context, Page};
use sh_kernel::{Day, Id};
use sh_stock::service::{
    look::{self, Show},
    receive::{self, Receipt},
};

/// Receives two lots of each variant of a shop, unless the shop has lots: one that expires within weeks, and a larger one.
/// Their last days follow from `today` and the place in the list, so that some lots are always about to expire.
pub(super) async fn fill(ctx: &Context, app: &App, shop: Id<Shop>, today: Day) -> anyhow::Result<()> {
    let page = Page { after: None, size: Some(1) };
    if !look::list(ctx, app, shop, (Show::Open, ""), &page).await?.items.is_empty() {
        return Ok(());
    }
    let row = shops::get(ctx, app, shop).await?;
    let (skus, _) = look::receivable(ctx, app, &row, "").await?;
    for (at, sku) in (0_i32..).zip(&skus) {
        for (name, age, days, pieces) in [("A", 20, 12 + at % 40, 60), ("B", 6, 90 + at % 60, 400)] {
            let produced = ctx.today().plus_days(-age);
            let receipt = Receipt {
                id: ctx.id(),
                shop,
                sku: sku.sku,
                code: format!("{}{name}", produced.yyyymmdd()),
                produced: Some(produced),
                expires: Some(today.plus_days(days)),
                location: String::new(),
                quantity: sku.content.saturating_mul(pieces),
                note: String::new(),
            };
            receive::receive(ctx, app, &receipt).await?;
        }
    }
    Ok(())
}
