//! Import templates: header, example rows, dropdown lists, and a hidden sheet that names the template and its
//! version.

use camino::Utf8Path;
use rust_xlsxwriter::{DataValidation, Format, Formula, Note};

use super::{
    ColumnKind, Value, WriteError,
    xlsx::{Paint, XlsxOut, column_format, header_format, sheet_name},
};
use crate::sheet::{TemplateTag, column_letters};

/// The hidden sheet that carries name and version of a template.
pub const TEMPLATE_SHEET: &str = "_template";
/// The hidden sheet that carries the dropdown lists.
const LISTS_SHEET: &str = "_lists";
/// Rows that get dropdown lists.
const LIST_ROWS: u32 = 20_000;

/// A column of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateField {
    /// Its title, as the import knows it.
    pub title: String,
    /// Whether it must be filled in; its title is marked with `*`.
    pub required: bool,
    /// What it holds.
    pub kind: ColumnKind,
    /// What to fill in, shown as a note on the title; may be empty.
    pub note: String,
    /// The values to choose from; empty for free entry.
    pub choices: Vec<String>,
    /// Width in characters.
    pub width: u16,
}

/// Writes an import template to `path`.
///
/// `sheet` is the name of the sheet to fill in; `examples` are rows of values that show how.
///
/// # Errors
/// If the file cannot be written.
pub fn template(
    path: &Utf8Path,
    tag: &TemplateTag,
    sheet: &str,
    fields: &[TemplateField],
    examples: &[Vec<Value<'_>>],
) -> Result<(), WriteError> {
    let mut out = XlsxOut::create(path)?;
    out.add_sheet(sheet)?;
    for (field, column) in fields.iter().zip(0_u16..) {
        let mark = if field.required { "*" } else { "" };
        let sheet = out.worksheet()?;
        sheet.set_column_width(column, f64::from(field.width))?;
        if let Some(format) = column_format(field.kind) {
            sheet.set_column_format(column, &format)?;
        }
        sheet.write_string_with_format(0, column, format!("{mark}{}", field.title), &header_format())?;
        if !field.note.is_empty() {
            sheet.insert_note(0, column, &Note::new(field.note.as_str()))?;
        }
        if !field.choices.is_empty() {
            let letters = column_letters(u32::from(column));
            let list = format!("={LISTS_SHEET}!${letters}$1:${letters}${}", field.choices.len());
            let choice = DataValidation::new().allow_list_formula(Formula::new(list));
            sheet.add_data_validation(1, column, LIST_ROWS, column, &choice)?;
        }
    }
    out.worksheet()?.set_freeze_panes(1, 0)?;
    for (row, values) in (1_u32..).zip(examples) {
        for (value, column) in values.iter().zip(0_u16..) {
            out.put(row, column, value, Paint::Plain)?;
        }
    }
    add_hidden(&mut out, tag, fields)?;
    out.save()
}

fn add_hidden(out: &mut XlsxOut, tag: &TemplateTag, fields: &[TemplateField]) -> Result<(), WriteError> {
    let plain = Format::new();
    let lists = out.book().add_worksheet();
    lists.set_name(LISTS_SHEET)?.set_very_hidden(true);
    for (field, column) in fields.iter().zip(0_u16..) {
        for (choice, row) in field.choices.iter().zip(0_u32..) {
            lists.write_string_with_format(row, column, choice, &plain)?;
        }
    }
    let version = out.book().add_worksheet();
    version.set_name(sheet_name(TEMPLATE_SHEET))?.set_very_hidden(true);
    version.write_string(0, 0, "template")?.write_string(0, 1, &tag.name)?;
    version.write_string(1, 0, "version")?.write_string(1, 1, &tag.version)?;
    Ok(())
}
