//! What a file is, by its content.

use std::io::Read;

use camino::Utf8Path;

use super::{buffered, ole, text, zipcheck};
use crate::OpenError;

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel since 2007.
    Xlsx,
    /// Excel 97 to 2003.
    Xls,
    /// Text with delimiters.
    Csv,
    /// One JSON object per line.
    JsonLines,
}

/// Formats that are known and not read, by their first bytes.
const UNREAD: [(&[u8], &str); 9] = [
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3\0", "sqlite"),
    (b"{\\rtf", "rtf"),
];

/// Finds out what a file is.
pub(super) fn detect(path: &Utf8Path) -> Result<Format, OpenError> {
    let mut start = Vec::with_capacity(4096);
    buffered(path)?.take(4096).read_to_end(&mut start)?;
    if start.is_empty() {
        return Err(OpenError::Empty);
    }
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return zipcheck::package_kind(path);
    }
    if start.starts_with(&ole::SIGNATURE) {
        return Ok(Format::Xls);
    }
    if let Some((_, format)) = UNREAD.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(OpenError::Unsupported { format });
    }
    text_kind(path, &start)
}

fn text_kind(path: &Utf8Path, start: &[u8]) -> Result<Format, OpenError> {
    if text::bom_of(start).is_none() && start.contains(&0) {
        return Err(OpenError::Unsupported { format: "binary" });
    }
    let encoding = text::encoding_of(path)?;
    // Leading blank lines can be long; 64 KiB of nothing is an empty file for every practical purpose.
    let mut head = String::new();
    let mut reader = text::DecodeReader::open(path, encoding)?.take(64 * 1024);
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    head.push_str(&String::from_utf8_lossy(&bytes));
    let mut content = head.trim_start().chars();
    match content.next() {
        None => Err(OpenError::Empty),
        Some('<') if content.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '!' || c == '?') => {
            Err(OpenError::Html)
        }
        Some('{') => Ok(Format::JsonLines),
        Some('[') if content.as_str().trim_start().starts_with('{') => {
            Err(OpenError::Unsupported { format: "json-array" })
        }
        Some(_) => Ok(Format::Csv),
    }
}
