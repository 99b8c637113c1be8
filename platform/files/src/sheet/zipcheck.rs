//! What a zip package holds and what it costs to unpack, before anything parses it.
//!
//! Every entry is unpacked once and counted, since the sizes in the directory of a zip file are only claims.
//! On the way the parts are looked over for what would make a parser reserve or buffer too much, and the
//! merged cells are picked up.

use std::{
    collections::HashMap,
    io::{ErrorKind, Read, Seek},
};

use camino::Utf8Path;
use quick_xml::events::Event;
use zip::{ZipArchive, result::ZipError};

use super::{Format, Limits, MergedRange, buffered};
use crate::OpenError;

/// Bytes of shared texts, which stay in memory while the workbook is read.
const SHARED_TEXT_BYTES: u64 = 256 << 20;
/// Bytes of any other part that is not a sheet, such as the styles.
const PART_BYTES: u64 = 64 << 20;
/// Bytes between two tags: a cell has at most 32,767 characters.
const TEXT_BYTES: usize = 4 << 20;
/// Bytes looked at to learn the root element of a part.
const HEAD_BYTES: usize = 64 * 1024;
/// Bytes kept from the end of a sheet, where its merged cells are listed.
const TAIL_BYTES: usize = 1 << 20;
/// Merged ranges kept per sheet.
pub(super) const MERGES: usize = 20_000;
/// Parts in a package.
const PARTS: usize = 10_000;

fn zip_error(error: ZipError) -> OpenError {
    match error {
        ZipError::Io(error) => unpack_error(error),
        ZipError::UnsupportedArchive(detail) if detail.contains("assword") => OpenError::Password,
        error => OpenError::corrupt(error),
    }
}

/// A disk error stays one; what the unpacking complains of is a damaged file.
fn unpack_error(error: std::io::Error) -> OpenError {
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof | ErrorKind::Other => {
            OpenError::corrupt(error)
        }
        _ => OpenError::Io(error),
    }
}

/// Which office format a zip package is.
pub(super) fn package_kind(path: &Utf8Path) -> Result<Format, OpenError> {
    let mut archive = ZipArchive::new(buffered(path)?).map_err(zip_error)?;
    let mut names: Vec<String> = Vec::new();
    for name in archive.file_names() {
        names.push(name.map_err(zip_error)?.to_ascii_lowercase().replace('\\', "/"));
    }
    let has = |wanted: &str| names.iter().any(|name| name == wanted || name.ends_with(&format!("/{wanted}")));
    if has("vbaproject.bin") || names.iter().any(|name| name.contains("/macrosheets/")) {
        return Err(OpenError::Macro);
    }
    if has("workbook.bin") {
        return Err(OpenError::Unsupported { format: "xlsb" });
    }
    if has("word/document.xml") {
        return Err(OpenError::Unsupported { format: "docx" });
    }
    if has("ppt/presentation.xml") {
        return Err(OpenError::Unsupported { format: "pptx" });
    }
    if has("[content_types].xml") {
        return Ok(Format::Xlsx);
    }
    let mut mimetype = String::new();
    if let Ok(entry) = archive.by_name("mimetype") {
        entry.take(200).read_to_string(&mut mimetype).map_err(unpack_error)?;
    }
    let format = if mimetype.contains("opendocument.spreadsheet") { "ods" } else { "zip" };
    Err(OpenError::Unsupported { format })
}

/// What the check learned of a package.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// Merged ranges by the path of the sheet's part.
    pub(super) merges: HashMap<String, Vec<MergedRange>>,
}

/// Unpacks every part once within the limits.
pub(super) fn check<R: Read + Seek>(reader: R, limits: &Limits) -> Result<Package, OpenError> {
    let mut archive = ZipArchive::new(reader).map_err(zip_error)?;
    if archive.len() > PARTS || archive.has_duplicate_names() {
        return Err(OpenError::corrupt("too many parts or parts of the same name"));
    }
    let mut claimed = 0_u64;
    for index in 0..archive.len() {
        claimed = claimed.saturating_add(archive.by_index_raw(index).map_err(zip_error)?.size());
    }
    if claimed > limits.inflated_bytes {
        return Err(OpenError::InflatesTooLarge { limit: limits.inflated_bytes });
    }
    let mut package = Package::default();
    let mut left = limits.inflated_bytes;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(zip_error)?;
        let name = entry.name().map_err(zip_error)?.replace('\\', "/");
        let xml = is_xml(&name);
        let mut scan = PartScan::default();
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let count = match entry.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(unpack_error(error)),
            };
            left = left
                .checked_sub(count as u64)
                .ok_or(OpenError::InflatesTooLarge { limit: limits.inflated_bytes })?;
            if xml {
                scan.take(chunk.get(..count).unwrap_or_default())?;
            }
        }
        if xml {
            let merges = scan.finish()?;
            if !merges.is_empty() {
                package.merges.insert(name.trim_start_matches('/').to_ascii_lowercase(), merges);
            }
        }
    }
    Ok(package)
}

/// Parts that a parser of workbooks reads as XML.
fn is_xml(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xml", ".rels", ".vml"].iter().any(|ending| name.ends_with(ending))
}

/// What kind of part it is, by its root element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    Unknown,
    Sheet,
    SharedTexts,
    Other,
}

/// One part while it is unpacked.
#[derive(Debug, Default)]
struct PartScan {
    kind: Part,
    bytes: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
    since_tag: usize,
    unique_texts: u64,
}

impl PartScan {
    fn take(&mut self, chunk: &[u8]) -> Result<(), OpenError> {
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        self.measure_gaps(chunk)?;
        if self.kind == Part::Unknown {
            self.head.extend_from_slice(chunk);
            if self.head.len() >= HEAD_BYTES {
                self.learn_root()?;
            }
        } else if self.kind == Part::Sheet {
            self.keep_tail(chunk);
        }
        let limit = match self.kind {
            Part::Unknown | Part::Sheet => return Ok(()),
            Part::SharedTexts => SHARED_TEXT_BYTES,
            Part::Other => PART_BYTES,
        };
        if self.bytes > limit { Err(OpenError::InflatesTooLarge { limit }) } else { Ok(()) }
    }

    /// A parser buffers what stands between two tags, so that must stay small.
    fn measure_gaps(&mut self, chunk: &[u8]) -> Result<(), OpenError> {
        let first = chunk.iter().position(|byte| *byte == b'<');
        self.since_tag += first.unwrap_or(chunk.len());
        if self.since_tag > TEXT_BYTES {
            return Err(OpenError::corrupt("a text longer than any cell holds"));
        }
        if let Some(last) = chunk.iter().rposition(|byte| *byte == b'<') {
            self.since_tag = chunk.len() - last;
        }
        Ok(())
    }

    fn keep_tail(&mut self, chunk: &[u8]) {
        self.tail.extend_from_slice(chunk);
        if self.tail.len() > 2 * TAIL_BYTES {
            let surplus = self.tail.len() - TAIL_BYTES;
            self.tail.drain(..surplus);
        }
    }

    /// Learns the root element from the beginning of the part.
    fn learn_root(&mut self) -> Result<(), OpenError> {
        let head = std::mem::take(&mut self.head);
        self.kind = Part::Other;
        let mut reader = quick_xml::Reader::from_reader(head.as_slice());
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(start) | Event::Empty(start)) => {
                    match start.local_name().as_ref() {
                        "worksheet" => self.kind = Part::Sheet,
                        "sst" => {
                            self.kind = Part::SharedTexts;
                            let claimed = start.try_get_attribute("uniqueCount").ok().flatten();
                            self.unique_texts = claimed.map_or(0, |a| a.value.trim().parse().unwrap_or(0));
                        }
                        _ => {}
                    }
                    break;
                }
                // A part without an element, or one that begins with kilobytes of comments, is no workbook's.
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
        // The parser reserves room for as many texts as the part claims to have.
        if self.unique_texts > (SHARED_TEXT_BYTES / 16) {
            return Err(OpenError::corrupt("more shared texts are claimed than there are"));
        }
        if self.kind == Part::Sheet {
            self.keep_tail(&head);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<MergedRange>, OpenError> {
        if self.kind == Part::Unknown {
            self.learn_root()?;
        }
        // An element of the list of texts has at least five bytes.
        if self.unique_texts > self.bytes / 5 + 16 {
            return Err(OpenError::corrupt("more shared texts are claimed than there are"));
        }
        Ok(if self.kind == Part::Sheet { merged_cells(&self.tail) } else { Vec::new() })
    }
}

/// The merged ranges listed after the cells of a sheet.
fn merged_cells(tail: &[u8]) -> Vec<MergedRange> {
    let needle = b"sheetData>";
    let after = tail.windows(needle.len()).rposition(|window| window == needle);
    let Some(after) = after.and_then(|at| tail.get(at + needle.len()..)) else { return Vec::new() };
    let mut merges = Vec::new();
    let mut reader = quick_xml::Reader::from_reader(after);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element))
                if element.local_name().as_ref() == "mergeCell" =>
            {
                let range = element.try_get_attribute("ref").ok().flatten();
                merges.extend(range.and_then(|range| merged_range(&range.value)));
                if merges.len() >= MERGES {
                    return merges;
                }
            }
            Ok(Event::Eof) | Err(_) => return merges,
            Ok(_) => {}
        }
    }
}

/// A range such as `A1:C2`.
fn merged_range(text: &str) -> Option<MergedRange> {
    let (first, last) = text.split_once(':')?;
    let ((first_row, first_column), (last_row, last_column)) = (cell_at(first)?, cell_at(last)?);
    Some(MergedRange { first_row, last_row, first_column, last_column })
}

/// A place such as `$C$2`: the row from 1, the column from 0.
fn cell_at(text: &str) -> Option<(u32, u32)> {
    let mut column = 0_u32;
    let mut row = 0_u32;
    for byte in text.bytes().filter(|byte| *byte != b'$') {
        match byte {
            b'A'..=b'Z' => column = column.checked_mul(26)?.checked_add(u32::from(byte - b'A') + 1)?,
            b'0'..=b'9' => row = row.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?,
            _ => return None,
        }
    }
    Some((row, column.checked_sub(1)?)).filter(|(row, _)| *row > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_ranges_are_read() {
        assert_eq!(cell_at("$C$2"), Some((2, 2)));
        assert_eq!(cell_at("XFD1048576"), Some((1_048_576, 16_383)));
        assert_eq!(cell_at("C"), None);
        assert_eq!(cell_at("7"), None);
        let merges = merged_cells(
            b"<c/></x:sheetData><x:mergeCells><x:mergeCell ref=\"A1:C2\"/></x:mergeCells></x:worksheet>",
        );
        assert_eq!(merges, [MergedRange { first_row: 1, last_row: 2, first_column: 0, last_column: 2 }]);
    }
}
