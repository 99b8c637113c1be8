//! Photos of cases (售后照片), for the buyer, the shop and the operator only.

use sh_http::{App, Context};
use sh_kernel::Id;

use super::{
    cases::{get, happened, of_buyer},
    photos::{self, Folder},
};
use crate::{
    Error,
    case::{Case, PHOTOS_MAX, Side},
    store,
    token::Visitor,
};

/// Adds a photo to a case that is not over: as a JPEG of our own, without what the camera wrote into it.
///
/// # Errors
/// [`Error::NotFound`] for everybody but the buyer; [`Error::Picture`] if it cannot be used, or there are
/// [`PHOTOS_MAX`]; [`crate::Refused::WrongState`] if the case is over.
pub async fn add_photo(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Case>,
    bytes: Vec<u8>,
) -> Result<(), Error> {
    let row = of_buyer(ctx, app, visitor, id).await?;
    if row.state.is_over() {
        return Err(crate::Refused::WrongState(row.state.word()).into());
    }
    let key = photos::keep(app, Folder::Cases, bytes).await?;
    app.db
        .write(async |tx| {
            let known = store::case::photos(tx, id).await?;
            if known.len() >= PHOTOS_MAX {
                return Err(Error::Picture("case-photos-full"));
            }
            let number = known.last().map_or(1, |(number, _)| number + 1);
            store::case::add_photo(tx, id, number, &key).await?;
            happened(tx, ctx, id, Side::Buyer, ("photo", "")).await
        })
        .await
}

/// The file of a photo.
///
/// # Errors
/// [`Error::NotFound`] for everybody who may not see the case.
pub async fn photo(
    ctx: &Context,
    app: &App,
    visitor: &Visitor,
    id: Id<Case>,
    number: i64,
) -> Result<tokio::fs::File, Error> {
    get(ctx, app, visitor, id).await?;
    let known = app.db.read(async |tx| store::case::photos(tx, id).await).await?;
    let key = known.into_iter().find(|one| one.0 == number).ok_or(Error::NotFound)?.1;
    photos::open(app, Folder::Cases, &key).await
}
