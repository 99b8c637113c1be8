//! The mall of the demonstration: halls, shops, tables of products that are imported and reviewed as everybody's are.

use camino::Utf8Path;
use sh_catalogue::{
    Error, ProductFilter,
    import::batch::{Batch, BatchState, ProductImport},
    model::{Review, Shop},
    service::{
        edit, halls, imports,
        review::{self, Decision},
        shops::{self, NewShop},
    },
};
use sh_http::{App, Context, Page};
use sh_kernel::{Day, Id};
use sh_world::{Mall, MallScale, MallShop};

use super::{past::Past, stock};
use crate::wiring;

/// Opens halls and shops and fills them. What an earlier run has done is not done again. The products of the last shop
/// wait for the operator, so that there is something to review. All of it happens in the past, but is made for `today`: what
/// expires, expires from then on. `shown` is told how many shops are done.
pub(crate) async fn fill(
    past: &Past,
    today: Day,
    folder: &Utf8Path,
    (scale, seed): (MallScale, u64),
    mut shown: impl FnMut(usize),
) -> anyhow::Result<Mall> {
    let (ctx, app, path) = (past.system(), &past.app, folder.to_owned());
    let mall = tokio::task::spawn_blocking(move || sh_world::mall(path.as_std_path(), &scale, seed, today))
        .await??;
    let open = halls::list(&ctx, app).await?;
    for tale in &mall.halls {
        if !open.iter().any(|item| item.region == tale.region && item.hall.is_some()) {
            halls::put(&ctx, app, tale.region, &tale.name, &tale.story).await?;
        }
    }
    for (at, one) in mall.shops.iter().enumerate() {
        shown(at);
        let approved = at + 1 < mall.shops.len();
        let id = shop(&ctx, app, one, approved).await?;
        if approved {
            stock::fill(&ctx, app, id, today).await?;
        }
    }
    Ok(mall)
}

async fn shop(ctx: &Context, app: &App, one: &MallShop, approved: bool) -> anyhow::Result<Id<Shop>> {
    let id = match shops::of_organisation(ctx, app, &one.organisation).await {
        Ok(row) => row.id,
        Err(Error::NotFound) => shops::open(ctx, app, &new(one)).await?,
        Err(error) => return Err(error.into()),
    };
    let path = Utf8Path::from_path(&one.table).ok_or_else(|| anyhow::anyhow!("{}", one.table.display()))?;
    let page = Page { after: None, size: Some(1) };
    let standing = imports::list(ctx, app, id, &page).await?.items.into_iter().next();
    let import = match &standing {
        Some(batch) if batch.state == BatchState::Posted => return Ok(id),
        Some(batch) => batch.id,
        None => imports::upload_path(ctx, app, id, path).await?,
    };
    let mut batch = work(ctx, app, import).await?;
    if batch.state == BatchState::Checked {
        imports::confirm(ctx, app, import, true).await?;
        batch = work(ctx, app, import).await?;
    }
    anyhow::ensure!(batch.state == BatchState::Posted, "{}: {batch:?}", one.name);
    anyhow::ensure!(batch.posted.rejected == 0, "{}: {batch:?}", one.name);
    if approved {
        approve(ctx, app, id).await?;
    }
    Ok(id)
}

/// Runs the job of an import to its end.
async fn work(ctx: &Context, app: &App, import: Id<ProductImport>) -> anyhow::Result<Batch> {
    if let Some(job) = imports::get(ctx, app, import).await?.0.job {
        sh_jobs::run_now(app, &wiring::handlers(), job, &|_| {}).await?;
    }
    Ok(imports::get(ctx, app, import).await?.0)
}

fn new(one: &MallShop) -> NewShop {
    NewShop {
        organisation: one.organisation.clone(),
        name: one.name.clone(),
        county: one.county,
        story: one.story.clone(),
        phone: one.phone.clone(),
    }
}

/// Approves what a shop has handed in.
async fn approve(ctx: &Context, app: &App, shop: Id<Shop>) -> anyhow::Result<()> {
    let filter = ProductFilter { review: Some(Review::Submitted), ..ProductFilter::default() };
    let page = Page { after: None, size: Some(200) };
    for product in edit::list(ctx, app, shop, &filter, &page).await?.items {
        let stamp = edit::open(ctx, app, product.id).await?.product.stamp;
        review::decide(ctx, app, product.id, stamp, &Decision::Approve).await?;
    }
    Ok(())
}
