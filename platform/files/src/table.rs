//! A sheet as a table: its header, and below it the rows with what each of them is.

use crate::{
    OpenError,
    header::{FieldSpec, Header, SavedMapping},
    parse::{TotalKind, is_total_row},
    sheet::{Rows, SheetRow, Workbook},
};

/// What a row below the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Data.
    Data,
    /// Sums up other rows; must not be counted as data.
    Total(TotalKind),
    /// The header once more, as on a new page.
    HeaderRepeat,
}

/// A row below the header.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// The row.
    pub row: SheetRow,
    /// What it is.
    pub kind: RowKind,
}

/// The table of a sheet. Iterating gives every row below the header.
#[derive(Debug)]
pub struct Table<'a> {
    header: Header,
    rows: Rows<'a>,
}

impl<'a> Table<'a> {
    /// Finds the header of a sheet and stands below it. `None` if the sheet has no such header.
    ///
    /// # Errors
    /// What reading meets.
    pub fn open(
        workbook: &'a mut Workbook,
        sheet: &str,
        fields: &[FieldSpec],
        saved: &SavedMapping,
    ) -> Result<Option<Self>, OpenError> {
        let Some(header) = workbook.find_header(sheet, fields, saved)? else { return Ok(None) };
        Ok(Some(Self::below(workbook, sheet, header)?))
    }

    /// Stands below a header that was found before.
    ///
    /// # Errors
    /// What reading meets.
    pub fn below(workbook: &'a mut Workbook, sheet: &str, header: Header) -> Result<Self, OpenError> {
        Ok(Self { header, rows: workbook.rows(sheet)? })
    }

    /// The header.
    pub const fn header(&self) -> &Header {
        &self.header
    }
}

impl Iterator for Table<'_> {
    type Item = Result<TableRow, OpenError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.rows.next()? {
                Ok(row) if row.number <= self.header.row => continue,
                Ok(row) => row,
                Err(error) => return Some(Err(error)),
            };
            let kind = if self.header.is_header_repeat(&row) {
                RowKind::HeaderRepeat
            } else {
                is_total_row(&row.cells).map_or(RowKind::Data, RowKind::Total)
            };
            return Some(Ok(TableRow { row, kind }));
        }
    }
}
