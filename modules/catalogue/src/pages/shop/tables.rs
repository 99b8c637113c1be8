//! Tables to take away: all products, the empty table, the marked file.

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use camino::{Utf8Path, Utf8PathBuf};
use sh_files::{store::StoreError, write::OutputFormat};
use sh_http::{App, Context, Failure, Path, Query};
use sh_kernel::Id;
use tokio_util::io::ReaderStream;

use super::imports::ImportQuery;
use crate::{
    Error,
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
    let format = marked::marked(&ctx, &app, id, &place.path).await?;
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
    export::export(&ctx, &app, shop.id, &place.path).await?;
    place.sent_as_workbook(&format!("products-{}.xlsx", ctx.today())).await
}

/// `GET /s/products/template`
pub(crate) async fn template(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ImportQuery>,
) -> Result<Response, Failure> {
    let shop = shops::own(&ctx, &app, query.shop).await?;
    let place = Temporary::new()?;
    export::blank(&ctx, &app, shop.id, &place.path).await?;
    place.sent_as_workbook("products.xlsx").await
}

/// A file that is made to be sent and then is gone.
#[derive(Debug)]
pub struct Temporary {
    folder: tempfile::TempDir,
    path: Utf8PathBuf,
}

impl Temporary {
    /// A place for one.
    ///
    /// # Errors
    /// The disk.
    pub fn new() -> Result<Self, Error> {
        let folder = tempfile::tempdir().map_err(StoreError::Io)?;
        let path = Utf8Path::from_path(folder.path())
            .ok_or_else(|| {
                StoreError::Io(std::io::Error::other("the folder for temporary files is not UTF-8"))
            })?
            .join("table");
        Ok(Self { folder, path })
    }

    /// Where it is to be written.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    async fn sent_as_workbook(self, name: &str) -> Result<Response, Failure> {
        self.sent(OutputFormat::Xlsx.content_type(), name).await
    }

    /// Sends it under a name.
    ///
    /// # Errors
    /// If it was not written, or cannot be read.
    pub async fn sent(self, content_type: &str, name: &str) -> Result<Response, Failure> {
        let file = tokio::fs::File::open(&self.path).await.map_err(StoreError::Io).map_err(Error::from)?;
        // The opened file stays readable after its folder is gone.
        drop(self.folder);
        let headers = [
            (header::CONTENT_TYPE, content_type.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        ];
        Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
    }
}
