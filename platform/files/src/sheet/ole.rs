//! The compound file (OLE2, MS-CFB) that `.xls` and encrypted workbooks are kept in, and the records within.
//!
//! Only as much as is needed to refuse what must not be parsed: macros, passwords, and sheets whose dense
//! form would not fit in memory.

use std::collections::HashSet;

use super::{Limits, column_letters};
use crate::OpenError;

/// The first bytes of every compound file.
pub(super) const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

const END_OF_CHAIN: u32 = 0xffff_fffa;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

/// A compound file in memory.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    fat: Vec<u32>,
    entries: Vec<Entry>,
    mini_cutoff: u32,
    mini_fat: Vec<u32>,
}

struct Entry {
    name: String,
    start: u32,
    size: usize,
}

impl<'a> Compound<'a> {
    /// Reads the tables; `None` if the file is damaged.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let shift = u16_at(bytes, 30)?;
        if !matches!(shift, 9 | 12) {
            return None;
        }
        let mut file = Self {
            bytes,
            sector_bytes: 1 << shift,
            fat: Vec::new(),
            entries: Vec::new(),
            mini_cutoff: u32_at(bytes, 56)?,
            mini_fat: Vec::new(),
        };
        for sector in file.fat_sectors()? {
            let table = words(file.sector(sector)?);
            file.fat.extend(table);
        }
        let directory = file.chain(u32_at(bytes, 48)?, usize::MAX)?;
        file.entries = directory.chunks_exact(128).filter_map(entry).collect();
        file.mini_fat = words(&file.chain(u32_at(bytes, 60)?, usize::MAX)?).collect();
        Some(file)
    }

    /// The sectors that hold the allocation table: 109 in the header, more in a chain of their own.
    fn fat_sectors(&self) -> Option<Vec<u32>> {
        let most = self.bytes.len() / self.sector_bytes;
        let mut sectors: Vec<u32> = (0..109).filter_map(|index| u32_at(self.bytes, 76 + index * 4)).collect();
        let mut next = u32_at(self.bytes, 68)?;
        let mut seen = 0;
        while next < END_OF_CHAIN {
            seen += 1;
            if seen > most {
                return None;
            }
            let mut table: Vec<u32> = words(self.sector(next)?).collect();
            next = table.pop()?;
            sectors.extend(table);
        }
        sectors.retain(|sector| *sector < END_OF_CHAIN);
        (sectors.len() <= most).then_some(sectors)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector_bytes)?;
        let end = start.checked_add(self.sector_bytes)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    /// The bytes of a chain of sectors, up to `size`.
    fn chain(&self, start: u32, size: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut sector = start;
        while sector < END_OF_CHAIN && out.len() < size {
            if out.len() > self.bytes.len() {
                return None;
            }
            out.extend_from_slice(self.sector(sector)?);
            sector = *self.fat.get(sector as usize)?;
        }
        out.truncate(size);
        Some(out)
    }

    /// Whether there is a stream or folder of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The content of a stream.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        if entry.size >= self.mini_cutoff as usize {
            return self.chain(entry.start, entry.size);
        }
        let root = self.entries.first()?;
        let mini = self.chain(root.start, root.size)?;
        let mut out = Vec::new();
        let mut sector = entry.start;
        while sector < END_OF_CHAIN && out.len() < entry.size {
            let start = (sector as usize).checked_mul(64)?;
            out.extend_from_slice(mini.get(start..start.checked_add(64)?.min(mini.len()))?);
            sector = *self.mini_fat.get(sector as usize)?;
        }
        out.truncate(entry.size);
        Some(out)
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).filter_map(|chunk| u32_at(chunk, 0))
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let letters = (u16_at(bytes, 64)? as usize / 2).saturating_sub(1).min(31);
    let name: Vec<u16> = (0..letters).filter_map(|index| u16_at(bytes, index * 2)).collect();
    let size = u32_at(bytes, 120)? as usize;
    Some(Entry { name: String::from_utf16_lossy(&name), start: u32_at(bytes, 116)?, size })
}

/// Cells that all sheets of an `.xls` may span together in their dense form (32 bytes each).
const DENSE_CELLS: u64 = 6_000_000;
/// Sheets in an `.xls`.
const SHEETS: usize = 256;

/// What a look over the records of an `.xls` learned.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// For each sheet in the order of its tabs: the cells with a formula, row and column from 0.
    pub(super) formulas: Vec<HashSet<(u16, u16)>>,
}

/// Looks over the records of a workbook stream (BIFF) before they are parsed.
pub(super) fn check_records(stream: &[u8], limits: &Limits) -> Result<Records, OpenError> {
    let mut starts = Vec::new();
    let mut seen_start = false;
    for (kind, data) in RecordIter::at(stream, 0) {
        match kind {
            0x0809 => seen_start = true,
            // FILEPASS
            0x002f => return Err(OpenError::Password),
            // BOUNDSHEET
            0x0085 => starts.extend(u32_at(data, 0)),
            0x000a => break,
            _ => {}
        }
    }
    if !seen_start || starts.len() > SHEETS {
        return Err(OpenError::corrupt("no workbook records"));
    }
    let mut records = Records::default();
    let mut dense = 0_u64;
    for start in starts {
        let (cells, formulas) = check_sheet(stream, start as usize, limits)?;
        dense = dense.saturating_add(cells);
        if dense > DENSE_CELLS {
            return Err(OpenError::InflatesTooLarge { limit: DENSE_CELLS });
        }
        records.formulas.push(formulas);
    }
    Ok(records)
}

/// The cells that one sheet spans in its dense form, and which of them are formulas.
fn check_sheet(
    stream: &[u8],
    start: usize,
    limits: &Limits,
) -> Result<(u64, HashSet<(u16, u16)>), OpenError> {
    let mut formulas = HashSet::new();
    let (mut rows, mut columns) = (0_u64, 0_u64);
    for (index, (kind, data)) in RecordIter::at(stream, start).enumerate() {
        if index > 0 && kind == 0x000a {
            break;
        }
        if kind == 0x0200 {
            check_dimensions(data)?;
        }
        // NUMBER, LABEL, RSTRING, BOOLERR, RK, LABELSST, FORMULA and MULRK
        if !matches!(kind, 0x0203 | 0x0204 | 0x00d6 | 0x0205 | 0x027e | 0x00fd | 0x0006 | 0x00bd) {
            continue;
        }
        let (Some(row), Some(first)) = (u16_at(data, 0), u16_at(data, 2)) else {
            return Err(OpenError::corrupt("a cell record is cut off"));
        };
        let last = if kind == 0x00bd {
            data.len().checked_sub(2).and_then(|at| u16_at(data, at))
        } else {
            Some(first)
        };
        let last = last.unwrap_or(first);
        if u32::from(last) >= limits.columns {
            let (row, column) = (u32::from(row) + 1, u32::from(last) + 1);
            return Err(OpenError::TooManyColumns { row, column, limit: limits.columns });
        }
        rows = rows.max(u64::from(row) + 1);
        columns = columns.max(u64::from(last) + 1);
        if kind == 0x0006 {
            formulas.insert((row, first));
        }
    }
    Ok((rows * columns, formulas))
}

/// The parser reserves room for the size that a sheet claims.
fn check_dimensions(data: &[u8]) -> Result<(), OpenError> {
    let (first, last, columns) = match data.len() {
        10 => (u16_at(data, 0).map(u32::from), u16_at(data, 2).map(u32::from), u16_at(data, 6)),
        _ => (u32_at(data, 0), u32_at(data, 4), u16_at(data, 10)),
    };
    let (first, last, columns) = (first.unwrap_or(0), last.unwrap_or(0), columns.unwrap_or(0));
    if last > 65_536 || columns > 256 || first > 65_536 {
        let detail =
            format!("a sheet claims to reach row {last}, column {}", column_letters(u32::from(columns)));
        return Err(OpenError::corrupt(detail));
    }
    Ok(())
}

/// Records: kind, length, data.
struct RecordIter<'a>(&'a [u8]);

impl<'a> RecordIter<'a> {
    fn at(stream: &'a [u8], start: usize) -> Self {
        Self(stream.get(start..).unwrap_or_default())
    }
}

impl<'a> Iterator for RecordIter<'a> {
    type Item = (u16, &'a [u8]);
    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (u16_at(self.0, 0)?, u16_at(self.0, 2)? as usize);
        let data = self.0.get(4..4 + length)?;
        self.0 = self.0.get(4 + length..)?;
        Some((kind, data))
    }
}
