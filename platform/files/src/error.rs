//! Why a file could not be read.

use std::io;

/// Why a file was refused or could not be read on. [`OpenError::code`] is stable and names the text for
/// people; [`OpenError::params`] carries what that text needs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The disk or the path failed.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Nothing but white space in it.
    #[error("the file is empty")]
    Empty,
    /// Larger than [`Limits::file_bytes`](crate::sheet::Limits::file_bytes).
    #[error("the file has {bytes} bytes, at most {limit} are accepted")]
    TooLarge {
        /// Bytes in the file.
        bytes: u64,
        /// Bytes accepted.
        limit: u64,
    },
    /// The compressed file unpacks to more than the limit, as a zip bomb does.
    #[error("the file unpacks to more than {limit} bytes")]
    InflatesTooLarge {
        /// Bytes accepted once unpacked.
        limit: u64,
    },
    /// More rows with content than the limit.
    #[error("more than {limit} rows")]
    TooManyRows {
        /// Rows accepted.
        limit: u32,
    },
    /// A cell with content stands to the right of the last accepted column.
    #[error("row {row} has a cell in column {column}, at most {limit} columns are accepted")]
    TooManyColumns {
        /// Row number in the user's file, from 1.
        row: u32,
        /// Column, from 1.
        column: u32,
        /// Columns accepted.
        limit: u32,
    },
    /// The workbook carries a macro (宏).
    #[error("the workbook contains macros")]
    Macro,
    /// The workbook is encrypted with a password.
    #[error("the workbook is protected by a password")]
    Password,
    /// A web page that was given the ending of a spreadsheet.
    #[error("the file is a web page, not a spreadsheet")]
    Html,
    /// A known format that is not accepted.
    #[error("files of the format {format} are not accepted")]
    Unsupported {
        /// Its usual name, such as `ods` or `pdf`.
        format: &'static str,
    },
    /// Damaged or cut off.
    #[error("the file is damaged: {detail}")]
    Corrupt {
        /// What the reader stumbled over, for the log; not for people.
        detail: String,
    },
    /// Text that is neither UTF-8, UTF-16 nor GB18030.
    #[error("the text is in an unknown encoding")]
    Encoding,
    /// A line of a JSON lines file is not an object.
    #[error("line {line} is not a JSON object: {detail}")]
    JsonLine {
        /// Line number, from 1.
        line: u32,
        /// What the reader stumbled over.
        detail: String,
    },
    /// A quotation mark in a CSV file is never closed.
    #[error("the quotation mark opened in row {row} is never closed")]
    OpenQuote {
        /// Row number, from 1.
        row: u32,
    },
    /// One row of text is longer than any real row.
    #[error("row {row} is longer than {limit} bytes")]
    RowTooLong {
        /// Row number, from 1.
        row: u32,
        /// Bytes accepted.
        limit: u64,
    },
    /// The workbook has no worksheet, or none of that name.
    #[error("there is no worksheet named {name}")]
    NoSheet {
        /// The name asked for; empty if the workbook has none at all.
        name: String,
    },
}

impl OpenError {
    /// Every stable code, so that callers can prove that each has its text.
    pub const CODES: &'static [&'static str] = &[
        "file-unreadable",
        "file-empty",
        "file-too-large",
        "file-inflates-too-large",
        "file-too-many-rows",
        "file-too-many-columns",
        "file-has-macros",
        "file-has-password",
        "file-is-web-page",
        "file-format-unsupported",
        "file-damaged",
        "file-encoding-unknown",
        "file-json-line",
        "file-open-quote",
        "file-row-too-long",
        "file-no-sheet",
    ];

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "file-unreadable",
            Self::Empty => "file-empty",
            Self::TooLarge { .. } => "file-too-large",
            Self::InflatesTooLarge { .. } => "file-inflates-too-large",
            Self::TooManyRows { .. } => "file-too-many-rows",
            Self::TooManyColumns { .. } => "file-too-many-columns",
            Self::Macro => "file-has-macros",
            Self::Password => "file-has-password",
            Self::Html => "file-is-web-page",
            Self::Unsupported { .. } => "file-format-unsupported",
            Self::Corrupt { .. } => "file-damaged",
            Self::Encoding => "file-encoding-unknown",
            Self::JsonLine { .. } => "file-json-line",
            Self::OpenQuote { .. } => "file-open-quote",
            Self::RowTooLong { .. } => "file-row-too-long",
            Self::NoSheet { .. } => "file-no-sheet",
        }
    }

    /// The parameters of the text, by name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLarge { bytes, limit } => {
                vec![("bytes", bytes.to_string()), ("limit", limit.to_string())]
            }
            Self::InflatesTooLarge { limit } => vec![("limit", limit.to_string())],
            Self::TooManyRows { limit } => vec![("limit", limit.to_string())],
            Self::TooManyColumns { row, column, limit } => vec![
                ("row", row.to_string()),
                ("column", crate::sheet::column_letters(column.saturating_sub(1))),
                ("limit", limit.to_string()),
            ],
            Self::Unsupported { format } => vec![("format", (*format).to_owned())],
            Self::JsonLine { line, detail } => vec![("line", line.to_string()), ("detail", detail.clone())],
            Self::OpenQuote { row } => vec![("row", row.to_string())],
            Self::RowTooLong { row, limit } => vec![("row", row.to_string()), ("limit", limit.to_string())],
            Self::NoSheet { name } => vec![("name", name.clone())],
            _ => Vec::new(),
        }
    }

    /// A damaged file, with what the reader said.
    pub(crate) fn corrupt(detail: impl std::fmt::Display) -> Self {
        Self::Corrupt { detail: detail.to_string() }
    }
}
