//! JSON lines: one object per line, nested objects flattened with a dot.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    io::{BufRead, BufReader, Read},
};

use camino::Utf8Path;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Cell, CellValue, Limits, RowBuilder, SheetRow, text};
use crate::OpenError;

/// Bytes that one line may have.
const LINE_BYTES: u64 = 4 << 20;

/// Integers beyond this are not exact as a floating number, so they stay text.
const EXACT: u64 = 1 << 53;

/// The lines of a file that are not blank, each with its number.
struct Lines {
    reader: BufReader<text::DecodeReader>,
    number: u32,
    line: Vec<u8>,
}

impl Lines {
    fn open(path: &Utf8Path, encoding: text::Encoding) -> Result<Self, OpenError> {
        let reader = BufReader::with_capacity(64 * 1024, text::DecodeReader::open(path, encoding)?);
        Ok(Self { reader, number: 0, line: Vec::new() })
    }

    /// The next object, flattened to pairs of key and value; `None` at the end.
    fn next_object(&mut self) -> Result<Option<Vec<(String, CellValue)>>, OpenError> {
        loop {
            self.line.clear();
            let count = self.reader.by_ref().take(LINE_BYTES + 1).read_until(b'\n', &mut self.line)?;
            if count == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            if self.line.len() as u64 > LINE_BYTES {
                return Err(OpenError::RowTooLong { row: self.number, limit: LINE_BYTES });
            }
            if self.line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let mut pairs = Vec::new();
            let mut reader = serde_json::Deserializer::from_slice(&self.line);
            let read = Top(&mut pairs).deserialize(&mut reader).and_then(|()| reader.end());
            return match read {
                Ok(()) => Ok(Some(pairs)),
                Err(error) => Err(OpenError::JsonLine { line: self.number, detail: error.to_string() }),
            };
        }
    }
}

/// The keys of all objects in order of first appearance. Reads the whole file, so a broken line is named
/// before any row is used.
pub(super) fn keys(
    path: &Utf8Path,
    encoding: text::Encoding,
    limits: &Limits,
) -> Result<Vec<String>, OpenError> {
    let mut lines = Lines::open(path, encoding)?;
    let mut keys: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    while let Some(pairs) = lines.next_object()? {
        for (key, _) in pairs {
            if known.contains(&key) {
                continue;
            }
            if keys.len() >= limits.columns as usize {
                let column = limits.columns.saturating_add(1);
                return Err(OpenError::TooManyColumns { row: lines.number, column, limit: limits.columns });
            }
            known.insert(key.clone());
            keys.push(key);
        }
    }
    Ok(keys)
}

/// The rows of a JSON lines file: the keys as row 0, then the objects.
pub(super) struct JsonRows<'a> {
    lines: Lines,
    keys: &'a [String],
    columns: HashMap<&'a str, u32>,
    header_given: bool,
    builder: RowBuilder,
    limits: Limits,
}

impl<'a> JsonRows<'a> {
    pub(super) fn open(
        path: &Utf8Path,
        encoding: text::Encoding,
        keys: &'a [String],
        limits: &Limits,
    ) -> Result<Self, OpenError> {
        let columns = keys.iter().map(String::as_str).zip(0..).collect();
        let lines = Lines::open(path, encoding)?;
        Ok(Self {
            lines,
            keys,
            columns,
            header_given: false,
            builder: RowBuilder::default(),
            limits: *limits,
        })
    }

    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, OpenError> {
        if !self.header_given {
            self.header_given = true;
            return Ok(Some(SheetRow { number: 0, cells: self.keys.iter().map(Cell::text).collect() }));
        }
        while let Some(pairs) = self.lines.next_object()? {
            for (key, value) in pairs {
                if let Some(column) = self.columns.get(key.as_str()) {
                    self.builder.set(self.lines.number, *column, Cell::of(value), &self.limits)?;
                }
            }
            if let Some(row) = self.builder.take(self.lines.number) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

/// Reads the object of a line; anything else is an error.
struct Top<'a>(&'a mut Vec<(String, CellValue)>);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(Flat { prefix: String::new(), out: self.0 })
    }
}

/// Reads any value under the key `prefix`.
struct Flat<'a> {
    prefix: String,
    out: &'a mut Vec<(String, CellValue)>,
}

impl Flat<'_> {
    fn push(self, value: CellValue) {
        self.out.push((self.prefix, value));
    }
}

impl<'de> DeserializeSeed<'de> for Flat<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[expect(clippy::cast_precision_loss, reason = "only integers that a floating number holds exactly are cast")]
impl<'de> Visitor<'de> for Flat<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.push(CellValue::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        let exact = value.unsigned_abs() <= EXACT;
        self.push(if exact { CellValue::Number(value as f64) } else { CellValue::Text(value.to_string()) });
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.push(if value <= EXACT {
            CellValue::Number(value as f64)
        } else {
            CellValue::Text(value.to_string())
        });
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.push(CellValue::Number(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.push(CellValue::Text(value.to_owned()));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.push(CellValue::Empty);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            list.push(item);
        }
        let text = serde_json::Value::Array(list).to_string();
        self.push(CellValue::Text(text));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            let prefix = if self.prefix.is_empty() { key } else { format!("{}.{key}", self.prefix) };
            entries.next_value_seed(Flat { prefix, out: self.out })?;
        }
        Ok(())
    }
}
