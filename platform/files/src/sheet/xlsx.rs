//! `.xlsx` through calamine's reader of single cells, never through a dense range.

use std::collections::HashMap;

use calamine::{
    DataRef, DataType as _, Reader as _, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError,
};
use camino::Utf8Path;
use quick_xml::events::Event;

use super::{
    Buffered, Cell, CellValue, Limits, MergedRange, RowBuilder, SheetInfo, SheetRow, buffered, guarded,
    zipcheck,
};
use crate::{OpenError, sheet::cell::DateSystem};

/// An opened workbook.
pub(super) struct Book {
    xlsx: Xlsx<Buffered>,
    package: zipcheck::Package,
    parts: HashMap<String, String>,
}

pub(super) fn open_error(error: XlsxError) -> OpenError {
    match error {
        XlsxError::Password => OpenError::Password,
        XlsxError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => OpenError::Io(error),
        error => OpenError::corrupt(error),
    }
}

impl Book {
    pub(super) fn open(path: &Utf8Path, limits: &Limits) -> Result<Self, OpenError> {
        let package = zipcheck::check(buffered(path)?, limits)?;
        let parts = sheet_parts(path).unwrap_or_default();
        let file = buffered(path)?;
        let xlsx = guarded(|| Xlsx::new(file).map_err(open_error))?;
        Ok(Self { xlsx, package, parts })
    }

    pub(super) fn sheets(&self) -> Vec<SheetInfo> {
        let sheets = self.xlsx.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        sheets
            .map(|sheet| SheetInfo {
                name: sheet.name.clone(),
                hidden: sheet.visible != SheetVisible::Visible,
            })
            .collect()
    }

    pub(super) fn is_1904(&self) -> bool {
        self.xlsx.has_1904_epoch()
    }

    pub(super) fn merges(&mut self, sheet: &str) -> Result<Vec<MergedRange>, OpenError> {
        if let Some(part) = self.parts.get(sheet) {
            return Ok(self.package.merges.get(part).cloned().unwrap_or_default());
        }
        // An unusual package: let the library find the sheet, at the cost of one more pass over it.
        let found = guarded(|| self.xlsx.merge_cells_by_sheet_name(sheet).map_err(open_error))?;
        Ok(found.iter().take(zipcheck::MERGES).map(merged).collect())
    }

    pub(super) fn rows(&mut self, sheet: &str, limits: &Limits) -> Result<XlsxRows<'_>, OpenError> {
        let system = if self.is_1904() { DateSystem::Y1904 } else { DateSystem::Y1900 };
        let reader = guarded(|| self.xlsx.worksheet_cells_reader(sheet).map_err(open_error))?;
        Ok(XlsxRows { reader, system, limits: *limits, row: 0, builder: RowBuilder::default(), ended: false })
    }
}

pub(super) fn merged(range: &calamine::Dimensions) -> MergedRange {
    MergedRange {
        first_row: range.start.0.saturating_add(1),
        last_row: range.end.0.saturating_add(1),
        first_column: range.start.1,
        last_column: range.end.1,
    }
}

/// The part of each sheet by its name, in the usual layout of a workbook.
fn sheet_parts(path: &Utf8Path) -> Option<HashMap<String, String>> {
    let mut archive = zip::ZipArchive::new(buffered(path).ok()?).ok()?;
    let mut targets = HashMap::new();
    each_element(&mut archive, "xl/_rels/workbook.xml.rels", "Relationship", |get| {
        if let (Some(id), Some(target)) = (get("Id"), get("Target")) {
            let target = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
            targets.insert(id, target.to_ascii_lowercase());
        }
    })?;
    let mut parts = HashMap::new();
    each_element(&mut archive, "xl/workbook.xml", "sheet", |get| {
        if let (Some(name), Some(target)) = (get("name"), get("id").and_then(|id| targets.get(&id))) {
            parts.insert(name, target.clone());
        }
    })?;
    Some(parts)
}

/// Calls `found` with a look-up of attributes (by local name) for every element of that local name in a part.
fn each_element(
    archive: &mut zip::ZipArchive<Buffered>,
    part: &str,
    element: &str,
    mut found: impl FnMut(&dyn Fn(&str) -> Option<String>),
) -> Option<()> {
    let entry = archive.by_name(part).ok()?;
    let mut reader = quick_xml::Reader::from_reader(std::io::BufReader::new(entry));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(start) | Event::Empty(start) if start.local_name().as_ref() == element => {
                found(&|wanted| {
                    let mut attributes = start.attributes().flatten();
                    let attribute = attributes.find(|a| a.key.local_name().as_ref() == wanted)?;
                    quick_xml::escape::unescape(&attribute.value).ok().map(std::borrow::Cow::into_owned)
                });
            }
            Event::Eof => return Some(()),
            _ => {}
        }
    }
}

/// The rows of a sheet.
pub(super) struct XlsxRows<'a> {
    reader: XlsxCellReader<'a, Buffered>,
    system: DateSystem,
    limits: Limits,
    /// Row of the cells in `builder`, from 1; 0 before the first.
    row: u32,
    builder: RowBuilder,
    ended: bool,
}

impl XlsxRows<'_> {
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, OpenError> {
        while !self.ended {
            let record = match self.reader.next_cell_with_formula_metadata() {
                Ok(Some(record)) => record,
                Ok(None) => {
                    self.ended = true;
                    break;
                }
                // An error value newer than the library, such as #SPILL!: the cell has no usable content.
                Err(XlsxError::CellError(_)) => continue,
                Err(error) => return Err(open_error(error)),
            };
            let (row, column) = (record.pos.0.saturating_add(1), record.pos.1);
            if record.value.is_empty() && record.formula.is_none() {
                continue;
            }
            let cell = Cell { value: value(record.value, self.system), formula: record.formula.is_some() };
            if row == self.row {
                self.builder.set(row, column, cell, &self.limits)?;
                continue;
            }
            if row < self.row {
                return Err(OpenError::corrupt(format!("row {row} comes after row {}", self.row)));
            }
            let finished = self.builder.take(self.row);
            self.row = row;
            self.builder.set(row, column, cell, &self.limits)?;
            if finished.is_some() {
                return Ok(finished);
            }
        }
        Ok(self.builder.take(self.row))
    }
}

fn value(data: DataRef<'_>, system: DateSystem) -> CellValue {
    match data {
        DataRef::Empty => CellValue::Empty,
        #[expect(clippy::cast_precision_loss, reason = "the format stores every number as floating")]
        DataRef::Int(number) => CellValue::Number(number as f64),
        DataRef::Float(number) => CellValue::Number(number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            CellValue::Text(text)
        }
        DataRef::SharedString(text) => CellValue::Text(text.to_owned()),
        DataRef::Bool(truth) => CellValue::Bool(truth),
        DataRef::DateTime(date) => date_value(date, system),
        DataRef::Error(error) => CellValue::Error(error.to_string()),
    }
}

/// A date of either system as a day number of the 1900 system; a duration stays a number.
pub(super) fn date_value(date: calamine::ExcelDateTime, system: DateSystem) -> CellValue {
    let serial = date.as_f64();
    match system {
        _ if date.is_duration() => CellValue::Number(serial),
        DateSystem::Y1900 => CellValue::DateSerial(serial),
        DateSystem::Y1904 => CellValue::DateSerial(serial + f64::from(crate::parse::DAYS_1904)),
    }
}
