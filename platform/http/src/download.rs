//! Files that are made to be sent.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use camino::{Utf8Path, Utf8PathBuf};
use tokio_util::io::ReaderStream;

use crate::{Failure, Kind};

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
    pub fn new() -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        let path = Utf8Path::from_path(folder.path())
            .ok_or_else(|| failed(&std::io::Error::other("the folder for temporary files is not UTF-8")))?
            .join("table");
        Ok(Self { folder, path })
    }

    /// Where it is to be written.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Sends it under a name.
    ///
    /// # Errors
    /// If it was not written, or cannot be read.
    pub async fn sent(self, content_type: &str, name: &str) -> Result<Response, Failure> {
        let file = tokio::fs::File::open(&self.path).await.map_err(|error| failed(&error))?;
        // The opened file stays readable after its folder is gone.
        drop(self.folder);
        let headers = [
            (header::CONTENT_TYPE, content_type.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        ];
        Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
    }
}

fn failed(error: &std::io::Error) -> Failure {
    Failure::new(Kind::Unavailable, "store-unavailable", error.to_string())
}
