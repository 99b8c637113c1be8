//! `.xls` of Excel 97 to 2003 through calamine, after a look over its records.

use std::{collections::HashSet, io::Cursor};

use calamine::{Data, Range, Reader as _, SheetType, SheetVisible, Xls, XlsError};
use camino::Utf8Path;

use super::{
    Cell, CellValue, Limits, MergedRange, RowBuilder, SheetInfo, SheetRow, cell::DateSystem, guarded, ole,
    xlsx,
};
use crate::OpenError;

/// An opened workbook. The format has at most 65,536 rows and calamine holds it whole.
pub(super) struct Book {
    book: Xls<Cursor<Vec<u8>>>,
    records: ole::Records,
}

fn open_error(error: XlsError) -> OpenError {
    match error {
        XlsError::Password => OpenError::Password,
        error => OpenError::corrupt(error),
    }
}

impl Book {
    pub(super) fn open(path: &Utf8Path, limits: &Limits) -> Result<Self, OpenError> {
        let bytes = std::fs::read(path)?;
        let records = {
            let file =
                ole::Compound::read(&bytes).ok_or_else(|| OpenError::corrupt("the tables are cut off"))?;
            if file.has("EncryptedPackage") || file.has("EncryptionInfo") {
                return Err(OpenError::Password);
            }
            if file.has("_VBA_PROJECT_CUR") || file.has("_VBA_PROJECT") {
                return Err(OpenError::Macro);
            }
            if file.has("WordDocument") {
                return Err(OpenError::Unsupported { format: "doc" });
            }
            if file.has("PowerPoint Document") {
                return Err(OpenError::Unsupported { format: "ppt" });
            }
            let name = if file.has("Workbook") { "Workbook" } else { "Book" };
            let stream = file.stream(name).ok_or_else(|| OpenError::corrupt("there is no workbook in it"))?;
            ole::check_records(&stream, limits)?
        };
        let book = guarded(|| Xls::new(Cursor::new(bytes)).map_err(open_error))?;
        Ok(Self { book, records })
    }

    pub(super) fn sheets(&self) -> Vec<SheetInfo> {
        let sheets = self.book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        sheets
            .map(|sheet| SheetInfo {
                name: sheet.name.clone(),
                hidden: sheet.visible != SheetVisible::Visible,
            })
            .collect()
    }

    pub(super) fn is_1904(&self) -> bool {
        self.book.has_1904_epoch()
    }

    pub(super) fn merges(&mut self, sheet: &str) -> Result<Vec<MergedRange>, OpenError> {
        let merges = guarded(|| self.book.merge_cells_by_sheet_name(sheet).map_err(open_error))?;
        Ok(merges.iter().map(xlsx::merged).collect())
    }

    pub(super) fn rows(&mut self, sheet: &str, limits: &Limits) -> Result<XlsRows<'_>, OpenError> {
        let system = if self.is_1904() { DateSystem::Y1904 } else { DateSystem::Y1900 };
        let position = self.book.sheets_metadata().iter().position(|info| info.name == sheet);
        let range = guarded(|| self.book.worksheet_range(sheet).map_err(open_error))?;
        let formulas = position.and_then(|index| self.records.formulas.get(index));
        let (start_row, start_column) = range.start().unwrap_or((0, 0));
        Ok(XlsRows { range, start_row, start_column, at: 0, formulas, system, limits: *limits })
    }
}

/// The rows of a sheet.
pub(super) struct XlsRows<'a> {
    range: Range<Data>,
    start_row: u32,
    start_column: u32,
    at: u32,
    formulas: Option<&'a HashSet<(u16, u16)>>,
    system: DateSystem,
    limits: Limits,
}

impl XlsRows<'_> {
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, OpenError> {
        let (height, width) = self.range.get_size();
        let mut builder = RowBuilder::default();
        while (self.at as usize) < height {
            let row = self.start_row.saturating_add(self.at);
            self.at += 1;
            for offset in 0..u32::try_from(width).unwrap_or(0) {
                let column = self.start_column.saturating_add(offset);
                let Some(data) = self.range.get_value((row, column)) else { continue };
                let value = value(data, self.system);
                if value == CellValue::Empty {
                    continue;
                }
                let cell = Cell { value, formula: self.is_formula(row, column) };
                builder.set(row.saturating_add(1), column, cell, &self.limits)?;
            }
            if let Some(row) = builder.take(row.saturating_add(1)) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn is_formula(&self, row: u32, column: u32) -> bool {
        let place = u16::try_from(row).ok().zip(u16::try_from(column).ok());
        self.formulas.is_some_and(|formulas| place.is_some_and(|place| formulas.contains(&place)))
    }
}

fn value(data: &Data, system: DateSystem) -> CellValue {
    match data {
        Data::Empty => CellValue::Empty,
        #[expect(clippy::cast_precision_loss, reason = "the format stores whole numbers of at most 30 bits")]
        Data::Int(number) => CellValue::Number(*number as f64),
        Data::Float(number) => CellValue::Number(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            CellValue::Text(text.clone())
        }
        Data::Bool(truth) => CellValue::Bool(*truth),
        Data::DateTime(date) => xlsx::date_value(*date, system),
        Data::Error(error) => CellValue::Error(error.to_string()),
    }
}
