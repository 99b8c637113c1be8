//! Photos of a product: taken in, put in order, taken away (商品图片).
//!
//! A photo belongs to the working copy, like everything that a supplier types; it is shown in the mall when the copy is
//! approved. What is kept are our own small files; the file that was sent is thrown away.

use sh_db::Tx;
use sh_files::{
    picture::{PictureError, Rendition, renditions},
    store::ObjectStore,
};
use sh_http::{App, Context, Permission};
use sh_kernel::{Id, Instant};
use tokio::sync::{RwLock, Semaphore};

use super::{edit::find, shops::by};
use crate::{
    Error,
    draft::{Draft, PICTURES_MAX},
    model::{Picture, Product, Review},
    store::{
        product::{self as products, DraftRow, ProductRow},
        sku::{self as store, PictureRow},
    },
};

/// Dots of the longest side: what a product's page shows, what lists show.
const SIZES: [u32; 2] = [1_200, 400];
/// Bytes of one kept file; ours have a tenth of it.
const KEPT_BYTES_MAX: u64 = 4 << 20;
/// Photos that are read at the same time: one may need 160 MiB.
static READING: Semaphore = Semaphore::const_new(1);

/// Held to write while files are thrown away, so that none of them is taken in again just then.
static KEEPING: RwLock<()> = RwLock::const_new(());
/// Days for which a photo is kept that no working copy has and that was never on sale.
pub const UNUSED_DAYS: i64 = 7;
/// Photos that one step of forgetting looks at.
const STEP: i64 = 200;

/// The store of the small files, apart from the files that people upload, because everybody may see these.
///
/// # Errors
/// If the folder cannot be made.
pub(crate) fn media(app: &App) -> Result<ObjectStore, Error> {
    Ok(ObjectStore::open_dir(app.data_dir.join("media"), KEPT_BYTES_MAX)?)
}

/// Takes a photo in and puts it behind the others.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Picture`] if it cannot be used or there are [`PICTURES_MAX`] already;
/// [`Error::WrongState`] while the product waits for the operator.
pub async fn add(ctx: &Context, app: &App, id: Id<Product>, bytes: Vec<u8>) -> Result<Id<Picture>, Error> {
    // Asked before the work is done, and again when it is kept.
    app.db.read(async |tx| with_room(tx, ctx, id).await).await?;
    let made = {
        let _permit = READING.acquire().await.map_err(|_| Error::Stopped)?;
        // A reader that stumbles over a broken file breaks its own thread and nothing else.
        tokio::task::spawn_blocking(move || renditions(&bytes, &SIZES))
            .await
            .unwrap_or(Err(PictureError::Broken))
            .map_err(|refused| Error::Picture(refused.code()))?
    };
    let [large, small] = made.try_into().map_err(|_| Error::Picture(PictureError::Broken.code()))?;
    let media = media(app)?;
    let (width, height) = (large.width, large.height);
    let _kept = KEEPING.read().await;
    let keep = async |one: Rendition| Ok::<_, Error>(media.put_bytes(one.jpeg).await?.key.to_string());
    let (large, small) = (keep(large).await?, keep(small).await?);
    let row = PictureRow { id: ctx.id(), large, small, width, height };
    app.db
        .write(async |tx| {
            let (product, mut draft) = with_room(tx, ctx, id).await?;
            store::add_picture(tx, (id, product.shop), &row, (ctx.now(), by(ctx))).await?;
            draft.pictures.push(row.id);
            keep_draft(tx, ctx, &product, &draft).await?;
            Ok(row.id)
        })
        .await
}

/// Throws away photos that were added [`UNUSED_DAYS`] ago, that no working copy has any more and that were never on sale.
/// What was on sale once is kept: orders go on showing it. Returns how many photos were forgotten.
///
/// # Errors
/// The database, or the disk.
pub async fn forget_unused(ctx: &Context, app: &App) -> Result<u64, Error> {
    let before = ctx.now().plus_seconds(-UNUSED_DAYS * 24 * 3_600);
    let (media, mut count) = (media(app)?, 0);
    let mut after = (Instant::from_micros(0), Id::from_uuid(uuid::Uuid::nil()));
    loop {
        let found = app.db.read(async |tx| store::unshown(tx, before, after, STEP).await).await?;
        let Some(last) = found.last() else { return Ok(count) };
        after = (last.added_at, last.id);
        for picture in &found {
            let _alone = KEEPING.write().await;
            let (forgotten, alone) = app.db.write(async |tx| forget(tx, picture).await).await?;
            count += u64::from(forgotten);
            if alone {
                for key in [&picture.large, &picture.small] {
                    if let Ok(key) = key.parse() {
                        media.delete(&key).await?;
                    }
                }
            }
        }
    }
}

/// Forgets a photo unless its working copy has it again: whether it was forgotten, and whether nobody else has its file.
async fn forget(tx: &mut Tx, picture: &store::Unshown) -> Result<(bool, bool), Error> {
    let product = products::product(tx, picture.product).await?;
    if product.is_some_and(|product| product.draft().pictures.contains(&picture.id)) {
        return Ok((false, false));
    }
    Ok((true, store::drop_picture(tx, picture).await?))
}

/// The product and its working copy, if one more photo may be added.
async fn with_room(tx: &mut Tx, ctx: &Context, id: Id<Product>) -> Result<(ProductRow, Draft), Error> {
    let (product, draft) = at_work(tx, ctx, id).await?;
    if draft.pictures.len() >= PICTURES_MAX {
        return Err(Error::Picture("picture-too-many"));
    }
    Ok((product, draft))
}

async fn at_work(tx: &mut Tx, ctx: &Context, id: Id<Product>) -> Result<(ProductRow, Draft), Error> {
    let (product, _) = find(tx, ctx, id, Permission::EditListings).await?;
    if product.review == Review::Submitted {
        return Err(Error::WrongState(Review::Submitted.word()));
    }
    let draft = product.draft();
    Ok((product, draft))
}

async fn keep_draft(tx: &mut Tx, ctx: &Context, product: &ProductRow, draft: &Draft) -> Result<(), Error> {
    let row = DraftRow {
        id: product.id,
        shop: product.shop,
        draft,
        review: Review::Draft,
        at: ctx.now(),
        by: by(ctx),
    };
    if products::save_draft(tx, &row, product.stamp).await? { Ok(()) } else { Err(Error::Changed) }
}

/// Shows a photo first, in lists too.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::WrongState`] while the product waits for the operator.
pub async fn first(ctx: &Context, app: &App, id: Id<Product>, picture: Id<Picture>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let (product, mut draft) = at_work(tx, ctx, id).await?;
            let at = draft.pictures.iter().position(|one| *one == picture).ok_or(Error::NotFound)?;
            if at == 0 {
                return Ok(());
            }
            let moved = draft.pictures.remove(at);
            draft.pictures.insert(0, moved);
            keep_draft(tx, ctx, &product, &draft).await
        })
        .await
}

/// Takes a photo away from the working copy. What is on sale shows it until the copy is approved.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::WrongState`] while the product waits for the operator.
pub async fn remove(ctx: &Context, app: &App, id: Id<Product>, picture: Id<Picture>) -> Result<(), Error> {
    app.db
        .write(async |tx| {
            let (product, mut draft) = at_work(tx, ctx, id).await?;
            let at = draft.pictures.iter().position(|one| *one == picture).ok_or(Error::NotFound)?;
            draft.pictures.remove(at);
            keep_draft(tx, ctx, &product, &draft).await
        })
        .await
}

/// The photos of a working copy, in its order.
pub(crate) fn in_order(draft: &Draft, pictures: &[PictureRow]) -> Vec<PictureRow> {
    let known = |id: &Id<Picture>| pictures.iter().find(|one| one.id == *id).cloned();
    draft.pictures.iter().filter_map(known).collect()
}
