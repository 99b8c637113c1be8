//! CSV out, in UTF-8 with a byte order mark or in GB18030.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
};

use camino::Utf8Path;

use super::{Value, WriteError, looks_like_formula};
use crate::sheet::number_text;

/// A CSV file being written.
pub(crate) struct CsvOut {
    file: BufWriter<File>,
    gb18030: bool,
    line: String,
}

impl std::fmt::Debug for CsvOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvOut").field("gb18030", &self.gb18030).finish_non_exhaustive()
    }
}

impl CsvOut {
    pub(crate) fn create(path: &Utf8Path, gb18030: bool) -> Result<Self, WriteError> {
        let mut file = BufWriter::with_capacity(128 * 1024, File::create(path)?);
        if !gb18030 {
            file.write_all(b"\xef\xbb\xbf")?;
        }
        Ok(Self { file, gb18030, line: String::new() })
    }

    /// Writes one record.
    pub(crate) fn row<'v>(&mut self, values: impl Iterator<Item = &'v Value<'v>>) -> Result<(), WriteError> {
        self.line.clear();
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            match value {
                Value::Empty => {}
                Value::Text(text) => push_text(&mut self.line, text),
                Value::Money(amount) => self.line.push_str(&amount.to_plain()),
                Value::Integer(number) => self.line.push_str(&number.to_string()),
                Value::Number(number) => self.line.push_str(&number_text(*number)),
                Value::Day(day) => self.line.push_str(&day.to_string()),
                Value::Month(month) => self.line.push_str(&month.to_string()),
            }
        }
        self.line.push_str("\r\n");
        if self.gb18030 {
            let (bytes, ..) = encoding_rs::GB18030.encode(&self.line);
            self.file.write_all(&bytes)?;
        } else {
            self.file.write_all(self.line.as_bytes())?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), WriteError> {
        self.file.flush()?;
        Ok(())
    }
}

/// Text with quotation marks where needed; what could be a formula gets an apostrophe in front, as Excel
/// itself shows it.
fn push_text(line: &mut String, text: &str) {
    let formula = looks_like_formula(text);
    let quoted = formula || text.contains(['"', ',', '\n', '\r', ';', '\t']) || text != text.trim();
    if !quoted {
        line.push_str(text);
        return;
    }
    line.push('"');
    if formula {
        line.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            line.push('"');
        }
        line.push(c);
    }
    line.push('"');
}
