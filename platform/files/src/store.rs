//! The object store: files kept in a local directory under the hash of their content.
//!
//! A file is on disk (fsync of file and directory) before its key is answered. The same content is kept once,
//! so a caller that deletes must know that nobody else refers to the key.

use std::{
    fmt, fs,
    io::{self, Read, Write},
    str::FromStr,
};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes moved at a time.
const CHUNK: usize = 256 * 1024;

/// The key of a stored object: the SHA-256 of its content in 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectKey(String);

/// The text is not the key of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a stored object")]
pub struct NotAKey;

impl ObjectKey {
    /// The 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ObjectKey {
    type Err = NotAKey;
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(hex) { Ok(Self(text.to_owned())) } else { Err(NotAKey) }
    }
}

impl TryFrom<String> for ObjectKey {
    type Error = NotAKey;
    fn try_from(text: String) -> Result<Self, NotAKey> {
        text.parse()
    }
}

impl From<ObjectKey> for String {
    fn from(key: ObjectKey) -> Self {
        key.0
    }
}

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The key to find it by; also its SHA-256 in hex.
    pub key: ObjectKey,
    /// Bytes.
    pub size: u64,
}

impl Stored {
    /// The SHA-256 of the content in hex.
    pub fn sha256(&self) -> &str {
        self.key.as_str()
    }
}

/// Why an object could not be stored or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The content is larger than the store accepts; nothing was kept.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// Bytes accepted.
        limit: u64,
    },
    /// Nothing is stored under this key.
    #[error("nothing is stored under {key}")]
    NotFound {
        /// The key asked for.
        key: ObjectKey,
    },
    /// The disk failed.
    #[error("the object store cannot be used: {0}")]
    Io(#[from] io::Error),
}

impl StoreError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "file-too-large",
            Self::NotFound { .. } => "object-not-found",
            Self::Io(_) => "store-unavailable",
        }
    }
}

/// Objects in a local directory, addressed by content.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    root: Utf8PathBuf,
    limit: u64,
}

impl ObjectStore {
    /// Opens the store in `root`, making the directory if needed. No object may have more than `limit` bytes.
    ///
    /// # Errors
    /// If the directory cannot be made.
    pub fn open_dir(root: impl Into<Utf8PathBuf>, limit: u64) -> Result<Self, StoreError> {
        let root = root.into();
        fs::create_dir_all(root.join("incoming"))?;
        Ok(Self { root, limit })
    }

    /// Begins an object whose content arrives piece by piece, such as an upload. Dropping it leaves nothing
    /// behind.
    pub fn begin(&self) -> Result<Upload, StoreError> {
        let file = tempfile::NamedTempFile::new_in(self.root.join("incoming"))?;
        Ok(Upload { store: self.clone(), file, hash: Sha256::new(), size: 0, pending: Vec::new() })
    }

    /// Stores bytes.
    pub async fn put_bytes(&self, bytes: Vec<u8>) -> Result<Stored, StoreError> {
        let store = self.clone();
        blocking(move || store.put_blocking(bytes.as_slice())).await
    }

    /// Stores everything a reader gives.
    pub async fn put<R: AsyncRead + Unpin + Send>(&self, mut reader: R) -> Result<Stored, StoreError> {
        let mut upload = self.begin()?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = reader.read(&mut chunk).await?;
            let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else {
                return upload.finish().await;
            };
            upload.write(read).await?;
        }
    }

    /// Stores everything a reader gives, blocking the thread.
    pub fn put_blocking(&self, mut reader: impl Read) -> Result<Stored, StoreError> {
        let mut upload = self.begin()?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = match reader.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result?,
            };
            let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else {
                return upload.finish_blocking();
            };
            upload.write_blocking(read)?;
        }
    }

    /// Where the object lies, or would lie. For readers that need a path; never write there.
    pub fn path(&self, key: &ObjectKey) -> Utf8PathBuf {
        // The first two digits spread the files over 256 directories.
        let folder: String = key.0.chars().take(2).collect();
        self.root.join(folder).join(&key.0)
    }

    /// Opens an object for reading.
    pub async fn open(&self, key: &ObjectKey) -> Result<tokio::fs::File, StoreError> {
        tokio::fs::File::open(self.path(key)).await.map_err(|error| not_found(error, key))
    }

    /// Opens an object for reading, blocking the thread.
    pub fn open_blocking(&self, key: &ObjectKey) -> Result<fs::File, StoreError> {
        fs::File::open(self.path(key)).map_err(|error| not_found(error, key))
    }

    /// Removes an object; `false` if it was not there.
    pub async fn delete(&self, key: &ObjectKey) -> Result<bool, StoreError> {
        let (store, key) = (self.clone(), key.clone());
        blocking(move || store.delete_blocking(&key)).await
    }

    /// Removes an object, blocking the thread; `false` if it was not there.
    pub fn delete_blocking(&self, key: &ObjectKey) -> Result<bool, StoreError> {
        let path = self.path(key);
        match fs::remove_file(&path) {
            Ok(()) => sync_parent(&path).map(|()| true).map_err(StoreError::Io),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::Io(error)),
        }
    }
}

/// An object on its way in; see [`ObjectStore::begin`].
#[derive(Debug)]
pub struct Upload {
    store: ObjectStore,
    file: tempfile::NamedTempFile,
    hash: Sha256,
    size: u64,
    pending: Vec<u8>,
}

impl Upload {
    /// Bytes received so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// `TooLarge` as soon as the limit is passed; the rest need not be read.
    pub async fn write(&mut self, piece: &[u8]) -> Result<(), StoreError> {
        self.count(piece)?;
        self.pending.extend_from_slice(piece);
        if self.pending.len() >= CHUNK {
            let pending = std::mem::take(&mut self.pending);
            self.hash.update(&pending);
            let mut file = self.file.as_file().try_clone()?;
            self.pending = blocking(move || {
                file.write_all(&pending)?;
                Ok(pending)
            })
            .await?;
            self.pending.clear();
        }
        Ok(())
    }

    /// Takes the next piece, blocking the thread.
    ///
    /// # Errors
    /// `TooLarge` as soon as the limit is passed.
    pub fn write_blocking(&mut self, piece: &[u8]) -> Result<(), StoreError> {
        self.count(piece)?;
        self.flush()?;
        self.hash.update(piece);
        self.file.write_all(piece)?;
        Ok(())
    }

    /// Keeps the object: when this answers, it is durable.
    pub async fn finish(self) -> Result<Stored, StoreError> {
        blocking(move || self.finish_blocking()).await
    }

    /// Keeps the object, blocking the thread.
    pub fn finish_blocking(mut self) -> Result<Stored, StoreError> {
        self.flush()?;
        self.file.as_file().sync_all()?;
        let key = ObjectKey(hex::encode(self.hash.finalize()));
        let path = self.store.path(&key);
        let folder = path.parent().unwrap_or(&self.store.root).to_owned();
        if !folder.exists() {
            fs::create_dir_all(&folder)?;
            sync_parent(&folder)?;
        }
        // Renaming over an object of the same content is harmless and mends one that was damaged.
        self.file.persist(&path).map_err(|error| error.error)?;
        sync_parent(&path)?;
        Ok(Stored { key, size: self.size })
    }

    fn count(&mut self, piece: &[u8]) -> Result<(), StoreError> {
        self.size = self.size.saturating_add(piece.len() as u64);
        if self.size > self.store.limit {
            return Err(StoreError::TooLarge { limit: self.store.limit });
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if !self.pending.is_empty() {
            self.hash.update(&self.pending);
            self.file.write_all(&self.pending)?;
            self.pending.clear();
        }
        Ok(())
    }
}

/// Makes the entry of `path` in its directory durable.
fn sync_parent(path: &Utf8Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| fs::File::open(parent)?.sync_all())
}

fn not_found(error: io::Error, key: &ObjectKey) -> StoreError {
    if error.kind() == io::ErrorKind::NotFound {
        StoreError::NotFound { key: key.clone() }
    } else {
        StoreError::Io(error)
    }
}

/// Runs disk work where it cannot hold up other tasks.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(limit: u64) -> (tempfile::TempDir, ObjectStore) {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().join("objects")).unwrap();
        (dir, ObjectStore::open_dir(root, limit).unwrap())
    }

    fn incoming(store: &ObjectStore) -> usize {
        fs::read_dir(store.root.join("incoming")).unwrap().count()
    }

    #[tokio::test]
    async fn the_same_content_is_kept_once_whichever_way_it_comes() {
        let (_dir, store) = store(10_000_000);
        let content: Vec<u8> = (0..700_000_u32).flat_map(u32::to_le_bytes).collect();
        let by_bytes = store.put_bytes(content.clone()).await.unwrap();
        let by_reader = store.put(content.as_slice()).await.unwrap();
        let by_blocking = store.put_blocking(content.as_slice()).unwrap();
        assert_eq!(by_bytes, by_reader);
        assert_eq!(by_bytes, by_blocking);
        assert_eq!(by_bytes.size, 2_800_000);
        assert_eq!(by_bytes.sha256(), hex::encode(Sha256::digest(&content)));

        let mut read = Vec::new();
        store.open(&by_bytes.key).await.unwrap().read_to_end(&mut read).await.unwrap();
        assert!(read == content);
        assert_eq!(incoming(&store), 0);

        assert!(store.delete(&by_bytes.key).await.unwrap());
        assert!(!store.delete(&by_bytes.key).await.unwrap());
        assert_eq!(store.open(&by_bytes.key).await.unwrap_err().code(), "object-not-found");
    }

    #[tokio::test]
    async fn too_much_is_refused_while_it_arrives_and_leaves_nothing() {
        let (_dir, store) = store(1_000_000);
        let endless = tokio::io::repeat(7);
        assert!(matches!(store.put(endless).await, Err(StoreError::TooLarge { limit: 1_000_000 })));
        assert!(store.put_blocking(io::repeat(7)).is_err());
        assert!(store.put_blocking(io::repeat(7).take(1_000_000)).is_ok());
        assert_eq!(incoming(&store), 0);
    }

    #[test]
    fn a_key_cannot_leave_the_store() {
        for text in ["../../etc/passwd", "", "AB", &"A".repeat(64), &format!("{}/", "a".repeat(63))] {
            assert!(text.parse::<ObjectKey>().is_err(), "{text}");
        }
        assert!(serde_json::from_str::<ObjectKey>("\"../x\"").is_err());
    }
}
