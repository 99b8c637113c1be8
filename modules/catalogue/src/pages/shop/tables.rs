//! Tables to take away: all products, the empty table, the marked file.

use axum::{extract::State, response::Response};
use sh_files::write::OutputFormat;
use sh_http::{App, Context, Failure, Path, Query, Temporary};
use sh_kernel::Id;

use super::imports::ImportQuery;
use crate::{
    import::batch::ProductImport,
    service::{export, imports::marked, shops},
};

/// `GET /s/imports/{id}/marked`: the user's own file with what became of each row.
pub(crate) async fn marked_file(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ProductImport>>,
) -> Result<Response, Failure> {
    let place = Temporary::new()?;
    let format = marked::marked(&ctx, &app, id, place.path()).await?;
    let name = format!("products-{id}.{}", format.extension());
    place.sent(format.content_type(), &name).await
}

/// `GET /s/products/export`
pub(crate) async fn exported(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ImportQuery>,
) -> Result<Response, Failure> {
    let shop = shops::own(&ctx, &app, query.shop).await?;
    let place = Temporary::new()?;
    export::export(&ctx, &app, shop.id, place.path()).await?;
    place.sent(OutputFormat::Xlsx.content_type(), &format!("products-{}.xlsx", ctx.today())).await
}

/// `GET /s/products/template`
pub(crate) async fn template(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ImportQuery>,
) -> Result<Response, Failure> {
    let shop = shops::own(&ctx, &app, query.shop).await?;
    let place = Temporary::new()?;
    export::blank(&ctx, &app, shop.id, place.path()).await?;
    place.sent(OutputFormat::Xlsx.content_type(), "products.xlsx").await
}
