//! Files made for the tests: nothing binary is kept in the repository.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::io::{Cursor, Write as _};

use camino::Utf8PathBuf;
use sh_files::{
    OpenError,
    sheet::{Limits, SheetRow, Workbook},
};

/// A directory that goes away, and a path in it.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.0.path().join(name)).unwrap()
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> Utf8PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// Opens bytes as a file whose name says nothing.
pub fn open(content: impl AsRef<[u8]>) -> Result<(Place, Workbook), OpenError> {
    let place = Place::new();
    let path = place.file("upload.bin", content);
    Workbook::open(&path, &Limits::default()).map(|workbook| (place, workbook))
}

/// The code with which bytes are refused, at opening or while reading the first sheet.
pub fn refusal(content: impl AsRef<[u8]>, limits: &Limits) -> OpenError {
    let place = Place::new();
    let path = place.file("upload.bin", content);
    let mut workbook = match Workbook::open(&path, limits) {
        Ok(workbook) => workbook,
        Err(error) => return error,
    };
    let sheet = workbook.sheets()[0].name.clone();
    let rows = workbook.rows(&sheet).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    rows.expect_err("the file should be refused")
}

pub fn rows(workbook: &mut Workbook, sheet: &str) -> Vec<SheetRow> {
    workbook.rows(sheet).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Row numbers with what the user saw.
pub fn shown(rows: &[SheetRow]) -> Vec<(u32, Vec<String>)> {
    rows.iter()
        .map(|row| (row.number, row.cells.iter().map(|cell| cell.as_text().into_owned()).collect()))
        .collect()
}

/// A zip file of parts.
pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A hand-made workbook of one sheet named 表: `data` is what stands within `<worksheet>`. `more` are further
/// parts.
pub fn raw_xlsx(data: &str, date_1904: bool, more: &[(&str, &[u8])]) -> Vec<u8> {
    let properties = if date_1904 { "<workbookPr date1904=\"1\"/>" } else { "" };
    let workbook = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELS}\">{properties}<sheets><sheet name=\"表\" sheetId=\"1\" \
         r:id=\"rId1\"/></sheets></workbook>"
    );
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relationships = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{RELS}/worksheet\" \
         Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{RELS}/sharedStrings\" \
         Target=\"sharedStrings.xml\"/>\
         <Relationship Id=\"rId3\" Type=\"{RELS}/styles\" Target=\"styles.xml\"/>\
         </Relationships>"
    );
    let root = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{RELS}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let styles = format!(
        "<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"2\">\
         <xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>\
         </styleSheet>"
    );
    let sheet = format!("<worksheet xmlns=\"{MAIN}\">{data}</worksheet>");
    let mut parts: Vec<(&str, &[u8])> = vec![
        (
            "[Content_Types].xml",
            b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
        ),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relationships.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    parts.extend_from_slice(more);
    zip(&parts)
}

/// A compound file with the named streams, each at least 4096 bytes once padded.
pub fn compound(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const SECTOR: usize = 512;
    let mut fat: Vec<u32> = vec![0xffff_fffd, 0xffff_fffe];
    let mut body = Vec::new();
    let mut directory = vec![entry("Root Entry", 5, 0xffff_fffe, 0)];
    for (name, content) in streams {
        let mut content = content.clone();
        content.resize(content.len().max(4096).next_multiple_of(SECTOR), 0);
        let start = u32::try_from(fat.len()).unwrap();
        directory.push(entry(name, 2, start, content.len()));
        let sectors = u32::try_from(content.len() / SECTOR).unwrap();
        fat.extend((start + 1)..(start + sectors));
        fat.push(0xffff_fffe);
        body.extend(content);
    }
    assert!(fat.len() <= SECTOR / 4 && directory.len() <= 4, "one sector of each is enough for tests");
    fat.resize(SECTOR / 4, 0xffff_ffff);
    directory.resize(4, vec![0; 128]);

    let mut file = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    file.extend([0; 16]);
    for word in [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    for word in [0_u32, 1, 1, 0, 4096, 0xffff_fffe, 0, 0xffff_fffe, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    file.resize(SECTOR, 0xff);
    file.extend(fat.iter().flat_map(|word| word.to_le_bytes()));
    file.extend(directory.concat());
    file.extend(body);
    file
}

fn entry(name: &str, kind: u8, start: u32, size: usize) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let letters = u16::try_from(entry.len() + 2).unwrap();
    entry.resize(64, 0);
    entry.extend(letters.to_le_bytes());
    entry.extend([kind, 1]);
    entry.extend([0xff; 12]);
    entry.resize(116, 0);
    entry.extend(start.to_le_bytes());
    entry.extend(u32::try_from(size).unwrap().to_le_bytes());
    entry.resize(128, 0);
    entry
}

/// A cell of an `.xls`.
pub enum Old {
    Text(&'static str),
    Number(f64),
    Formula(f64),
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut record = kind.to_le_bytes().to_vec();
    record.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
    record.extend(data);
    record
}

/// An `.xls` of one sheet named 表.
pub fn xls(cells: &[(u16, u16, Old)], more: &[u8]) -> Vec<u8> {
    compound(&[("Workbook", xls_stream(cells, more))])
}

/// The workbook stream of an `.xls`; `more` are records put before the end of the globals.
pub fn xls_stream(cells: &[(u16, u16, Old)], more: &[u8]) -> Vec<u8> {
    let bof = |kind: u16| {
        let words = [0x0600, kind, 0x0dbb, 0x07cc, 0, 0, 6, 0];
        record(0x0809, &words.iter().flat_map(|word: &u16| word.to_le_bytes()).collect::<Vec<u8>>())
    };
    let texts: Vec<&str> = cells
        .iter()
        .filter_map(|(.., cell)| if let Old::Text(text) = cell { Some(*text) } else { None })
        .collect();
    let count = u32::try_from(texts.len()).unwrap().to_le_bytes();
    let mut sst = [count, count].concat();
    for text in &texts {
        sst.extend(u16::try_from(text.encode_utf16().count()).unwrap().to_le_bytes());
        sst.push(1);
        sst.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    }
    let head = [bof(5), record(0x0042, &1200_u16.to_le_bytes()), record(0x00e0, &[0; 20])].concat();
    let tail = [record(0x00fc, &sst), more.to_vec(), record(0x000a, &[])].concat();
    let start = u32::try_from(head.len() + 4 + 10 + tail.len()).unwrap();
    let mut bound = start.to_le_bytes().to_vec();
    bound.extend([0, 0, 1, 1]);
    bound.extend("表".encode_utf16().flat_map(u16::to_le_bytes));
    let mut stream = [head, record(0x0085, &bound), tail, bof(0x10)].concat();
    let mut text = 0_u32;
    for (row, column, cell) in cells {
        let mut data = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        let kind = match cell {
            Old::Text(_) => {
                data.extend(text.to_le_bytes());
                text += 1;
                0x00fd
            }
            Old::Number(number) => {
                data.extend(number.to_le_bytes());
                0x0203
            }
            Old::Formula(number) => {
                data.extend(number.to_le_bytes());
                data.extend([0; 6]);
                data.extend([3, 0, 0x1e, 1, 0]);
                0x0006
            }
        };
        stream.extend(record(kind, &data));
    }
    stream.extend(record(0x000a, &[]));
    stream
}
