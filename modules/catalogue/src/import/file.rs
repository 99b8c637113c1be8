//! One table of products: its sheet, its columns, its rows put together to products.

use std::collections::HashMap;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};
use sh_files::{
    OpenError,
    header::{Header, SavedMapping},
    parse::MoneyUnit,
    sheet::{Limits, SheetRow, Workbook},
    table::{RowKind, Table},
};

use super::columns::{column, specs};
use crate::draft::Flaw;

/// What a file may cost (上限): 64 MiB, 1 GiB unpacked, 1,000,000 rows, 200 columns.
pub const LIMITS: Limits =
    Limits { file_bytes: 64 << 20, inflated_bytes: 1 << 30, rows: 1_000_000, columns: 200 };

/// Why a file as a whole cannot be read as a table of products. The texts are `problem-<code>`.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It cannot be opened or read to its end.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No row of it has the titles of a table of products.
    #[error("no header was found")]
    NoHeader,
    /// No column holds the codes of the products.
    #[error("no column of {0} holds codes of products")]
    NoCodes(String),
    /// There is a header and no row below it.
    #[error("the file has a header and no rows")]
    NoRows,
}

impl FileFault {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::NoHeader => "products-no-header",
            Self::NoCodes(_) => "products-no-codes",
            Self::NoRows => "products-no-rows",
        }
    }
}

/// A [`FileFault`] as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileProblem {
    /// Code; the text is `problem-<code>`.
    pub code: String,
    /// Values for the text.
    pub args: Vec<(String, String)>,
}

impl FileProblem {
    pub(crate) fn of(fault: &FileFault) -> Self {
        let args = match fault {
            FileFault::Open(error) => error.params(),
            FileFault::NoCodes(titles) => vec![("titles", titles.clone())],
            FileFault::NoHeader | FileFault::NoRows => Vec::new(),
        };
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { code: fault.code().to_owned(), args }
    }
}

/// A column that was taken for a field.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// Where it stands, from 0.
    pub(crate) index: usize,
    /// Its title in the file.
    pub(crate) title: String,
    /// The field.
    pub(crate) field: &'static str,
    /// Whether it tells about the variant.
    pub(crate) of_sku: bool,
    /// The unit of money that its title names.
    pub(crate) money: Option<MoneyUnit>,
    /// Another unit that its title names, for numbers without one.
    pub(crate) unit: Option<String>,
}

/// The shape of a file.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) sheet: String,
    pub(crate) header: Header,
    pub(crate) columns: Vec<Taken>,
}

impl Layout {
    /// Where the column of a field stands among the columns taken.
    pub(crate) fn at(&self, field: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.field == field)
    }

    /// The title that the file gives a field; empty if it has no such column.
    pub(crate) fn title(&self, field: &str) -> &str {
        self.columns.iter().find(|column| column.field == field).map_or("", |column| &column.title)
    }
}

/// A row: its number and what stands in each column taken.
pub(crate) type Cells = (u32, Vec<String>);

/// Rows that stand together and tell of one product.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileProduct {
    /// The supplier's code; empty if the first row has none.
    pub(crate) code: String,
    /// The rows, at least one.
    pub(crate) rows: Vec<Cells>,
    /// What is wrong beyond single cells, with the row.
    pub(crate) flaws: Vec<(u32, Flaw)>,
}

/// Opens a file and finds out its shape.
///
/// # Errors
/// [`FileFault`].
pub(crate) fn layout(path: &Utf8Path) -> Result<(Workbook, Layout), FileFault> {
    let mut workbook = Workbook::open(path, &LIMITS)?;
    let found = workbook.headers(specs(), &SavedMapping::default())?.into_iter().next();
    let (sheet, header) = found.ok_or(FileFault::NoHeader)?;
    let columns = header.columns.iter().filter_map(|matched| {
        let known = column(matched.field?)?;
        Some(Taken {
            index: matched.index,
            title: matched.title.clone(),
            field: known.field,
            of_sku: known.of_sku,
            money: matched.unit,
            unit: matched.unit_text.clone(),
        })
    });
    let columns: Vec<Taken> = columns.collect();
    if !header.missing.is_empty() {
        let titles: Vec<&str> = header.columns.iter().map(|column| column.title.as_str()).collect();
        return Err(FileFault::NoCodes(titles.join("、").chars().take(200).collect()));
    }
    Ok((workbook, Layout { sheet, header, columns }))
}

/// Reads a file from the first row to the last and hands over one product after the other, until `take` says to stop.
/// Answers whether it was read to its end.
///
/// # Errors
/// [`FileFault`] as soon as the file cannot be read on.
pub(crate) fn each_product(
    path: &Utf8Path,
    mut take: impl FnMut(&Layout, FileProduct) -> bool,
) -> Result<bool, FileFault> {
    let (mut workbook, layout) = layout(path)?;
    let mut gather = Gather::default();
    for row in Table::below(&mut workbook, &layout.sheet, layout.header.clone())? {
        let row = row?;
        if row.kind != RowKind::Data {
            continue;
        }
        if let Some(product) = gather.add(&layout, &row.row)
            && !take(&layout, product)
        {
            return Ok(false);
        }
    }
    match gather.current {
        Some(product) => Ok(take(&layout, product)),
        None => Err(FileFault::NoRows),
    }
}

/// Puts rows together to products.
#[derive(Default)]
struct Gather {
    current: Option<FileProduct>,
    /// The first row of each product.
    products: HashMap<String, u32>,
    /// The product of each variant that has a code.
    skus: HashMap<String, String>,
}

impl Gather {
    /// Takes a row; answers the product before it, if the row begins another one.
    fn add(&mut self, layout: &Layout, row: &SheetRow) -> Option<FileProduct> {
        let cells: Vec<String> =
            layout.columns.iter().map(|column| row.text(column.index).into_owned()).collect();
        let text = |field: &str| layout.at(field).and_then(|at| cells.get(at)).map_or("", String::as_str);
        let (code, sku) = (text("code").to_owned(), text("sku-code").to_owned());
        // A merged cell has its text in its first row only.
        let same = self.current.as_ref().is_some_and(|current| code.is_empty() || code == current.code);
        let before = if same {
            None
        } else {
            self.current.replace(FileProduct { code: code.clone(), ..FileProduct::default() })
        };
        let current = self.current.get_or_insert_default();
        if !same && !code.is_empty() {
            match self.products.get(&code) {
                Some(first) => current
                    .flaws
                    .push((row.number, Flaw::new("code", "product-apart", &code).with("row", first))),
                None => {
                    self.products.insert(code, row.number);
                }
            }
        }
        if !sku.is_empty() {
            match self.skus.get(&sku) {
                Some(other) if *other != current.code => current.flaws.push((
                    row.number,
                    Flaw::new("sku-code", "sku-code-elsewhere", &sku).with("product", other),
                )),
                Some(_) => {}
                None => {
                    self.skus.insert(sku, current.code.clone());
                }
            }
        }
        current.rows.push((row.number, cells));
        before
    }
}
