//! Text with delimiters, read record by record (RFC 4180 and what Excel makes of it).

use std::io::{BufRead, BufReader, Read};

use camino::Utf8Path;

use super::{Cell, Limits, RowBuilder, SheetRow, text};
use crate::OpenError;

/// Bytes that one record may have: a thousand long texts.
const RECORD_BYTES: u64 = 4 << 20;

/// Finds the delimiter: of `,` `;` and tab the one that parts the first lines into most columns most evenly;
/// a tab wins a draw, since it hardly ever stands in a cell.
pub(super) fn sniff_delimiter(path: &Utf8Path, encoding: text::Encoding) -> Result<u8, OpenError> {
    let mut start = Vec::new();
    text::DecodeReader::open(path, encoding)?
        .take(64 * 1024)
        .read_to_end(&mut start)
        .map_err(decode_error)?;
    let mut best = (0, b',');
    for delimiter in [b'\t', b',', b';'] {
        let score = evenness(&start, delimiter);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    Ok(best.1)
}

/// How many of the first lines have the commonest count of this delimiter above none, weighted by that count.
fn evenness(start: &[u8], delimiter: u8) -> usize {
    let mut counts: Vec<usize> = Vec::new();
    let mut quoted = false;
    let mut count = 0;
    for byte in start {
        match *byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                counts.push(count);
                count = 0;
            }
            byte if byte == delimiter && !quoted => count += 1,
            _ => {}
        }
    }
    counts.push(count);
    let score = |wanted: usize| counts.iter().filter(|count| **count == wanted).count() * wanted.min(20);
    counts.iter().map(|wanted| score(*wanted)).max().unwrap_or(0)
}

fn decode_error(error: std::io::Error) -> OpenError {
    if error.kind() == std::io::ErrorKind::InvalidData { OpenError::Encoding } else { error.into() }
}

/// Where the parser stands within a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

/// The records of a CSV file. A row number is the number Excel shows: a line break within quotation marks
/// does not begin a new row.
pub(super) struct CsvRows {
    reader: BufReader<text::DecodeReader>,
    parser: Parser,
}

struct Parser {
    delimiter: u8,
    limits: Limits,
    number: u32,
    column: u32,
    bytes: u64,
    state: State,
    field: Vec<u8>,
    builder: RowBuilder,
    after_return: bool,
}

impl CsvRows {
    pub(super) fn open(
        path: &Utf8Path,
        encoding: text::Encoding,
        delimiter: u8,
        limits: &Limits,
    ) -> Result<Self, OpenError> {
        let parser = Parser {
            delimiter,
            limits: *limits,
            number: 1,
            column: 0,
            bytes: 0,
            state: State::FieldStart,
            field: Vec::new(),
            builder: RowBuilder::default(),
            after_return: false,
        };
        Ok(Self {
            reader: BufReader::with_capacity(64 * 1024, text::DecodeReader::open(path, encoding)?),
            parser,
        })
    }

    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, OpenError> {
        loop {
            let buffer = self.reader.fill_buf().map_err(decode_error)?;
            if buffer.is_empty() {
                return self.parser.finish();
            }
            let (used, row) = self.parser.feed(buffer)?;
            self.reader.consume(used);
            if row.is_some() {
                return Ok(row);
            }
        }
    }
}

impl Parser {
    /// Reads on in `buffer` up to the end of a record with content; gives the bytes used.
    fn feed(&mut self, buffer: &[u8]) -> Result<(usize, Option<SheetRow>), OpenError> {
        for (index, byte) in buffer.iter().enumerate() {
            let newline_of_return = std::mem::take(&mut self.after_return) && *byte == b'\n';
            if newline_of_return {
                continue;
            }
            self.bytes += 1;
            if self.bytes > RECORD_BYTES {
                return Err(if self.state == State::Quoted {
                    OpenError::OpenQuote { row: self.number }
                } else {
                    OpenError::RowTooLong { row: self.number, limit: RECORD_BYTES }
                });
            }
            if self.take_byte(*byte)?
                && let Some(row) = self.end_record()?
            {
                return Ok((index + 1, Some(row)));
            }
        }
        Ok((buffer.len(), None))
    }

    /// Takes one byte; `true` if it ended the record.
    fn take_byte(&mut self, byte: u8) -> Result<bool, OpenError> {
        match (self.state, byte) {
            (State::Quoted, b'"') => self.state = State::QuoteInQuoted,
            (State::Quoted, _) => self.field.push(byte),
            (State::FieldStart, b'"') => self.state = State::Quoted,
            (State::QuoteInQuoted, b'"') => {
                self.field.push(b'"');
                self.state = State::Quoted;
            }
            (_, b'\n' | b'\r') => {
                self.after_return = byte == b'\r';
                return Ok(true);
            }
            (_, byte) if byte == self.delimiter => self.end_field()?,
            (_, byte) => {
                self.field.push(byte);
                self.state = State::Plain;
            }
        }
        Ok(false)
    }

    fn end_field(&mut self) -> Result<(), OpenError> {
        if !self.field.is_empty() {
            let text = String::from_utf8_lossy(&self.field).into_owned();
            self.builder.set(self.number, self.column, Cell::text(text), &self.limits)?;
            self.field.clear();
        }
        self.column = self.column.saturating_add(1);
        self.state = State::FieldStart;
        Ok(())
    }

    fn end_record(&mut self) -> Result<Option<SheetRow>, OpenError> {
        self.end_field()?;
        let row = self.builder.take(self.number);
        self.number = self.number.saturating_add(1);
        self.column = 0;
        self.bytes = 0;
        Ok(row)
    }

    fn finish(&mut self) -> Result<Option<SheetRow>, OpenError> {
        match self.state {
            State::Quoted => Err(OpenError::OpenQuote { row: self.number }),
            _ => self.end_record(),
        }
    }
}
