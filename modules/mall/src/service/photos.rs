//! Photos of buyers (买家照片): read, turned, made smaller and written anew, so that nothing of what the camera wrote stays.

use sh_files::{
    picture::{PictureError, renditions},
    store::{ObjectKey, ObjectStore},
};
use sh_http::App;
use tokio::sync::Semaphore;

use crate::Error;

/// Dots of the longest side of a photo as it is kept.
const PHOTO_DOTS: u32 = 1_200;
/// Bytes of one kept photo.
const PHOTO_BYTES_MAX: u64 = 4 << 20;
/// Photos that are read at the same time.
static READING: Semaphore = Semaphore::const_new(1);

/// What photos belong to. Each has a folder of its own, apart from those of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folder {
    /// For the buyer, the shop and the operator.
    Cases,
    /// For everybody, unless the review is hidden.
    Reviews,
}

fn store_of(app: &App, folder: Folder) -> Result<ObjectStore, Error> {
    let name = match folder {
        Folder::Cases => "cases",
        Folder::Reviews => "reviews",
    };
    ObjectStore::open_dir(app.data_dir.join(name), PHOTO_BYTES_MAX).map_err(Error::Store)
}

/// Keeps a photo as a JPEG of our own. Returns its key.
///
/// # Errors
/// [`Error::Picture`] if it cannot be used; [`Error::Store`].
pub(crate) async fn keep(app: &App, folder: Folder, bytes: Vec<u8>) -> Result<String, Error> {
    let made = {
        let _permit = READING.acquire().await.map_err(|_| Error::NoChance)?;
        // A reader that stumbles over a broken file breaks its own thread and nothing else.
        tokio::task::spawn_blocking(move || renditions(&bytes, &[PHOTO_DOTS]))
            .await
            .unwrap_or(Err(PictureError::Broken))
            .map_err(|refused| Error::Picture(refused.code()))?
    };
    let jpeg = made.into_iter().next().ok_or(Error::Picture(PictureError::Broken.code()))?.jpeg;
    Ok(store_of(app, folder)?.put_bytes(jpeg).await.map_err(Error::Store)?.key.to_string())
}

/// The file with a key.
///
/// # Errors
/// [`Error::NotFound`] if it is not there; [`Error::Store`].
pub(crate) async fn open(app: &App, folder: Folder, key: &str) -> Result<tokio::fs::File, Error> {
    let key: ObjectKey = key.parse().map_err(|_| Error::NotFound)?;
    store_of(app, folder)?.open(&key).await.map_err(|_| Error::NotFound)
}
