//! A shop's products out as the table that the import reads: what is exported comes back unchanged.

use camino::{Utf8Path, Utf8PathBuf};
use sh_files::{
    sheet::TemplateTag,
    write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, TemplateField, Value, template},
};
use sh_http::{App, Context};
use sh_kernel::{Day, Id, RegionCode};
use sh_regions::Regions;
use sh_ui::Locale;
use tokio::sync::mpsc;

use super::shops;
use crate::{
    Categories, Error,
    draft::{Draft, SkuDraft},
    import::columns::COLUMNS,
    model::{Freight, Product, Shop},
    store::{
        product::{self, ProductRow},
        shop::{self, FreightRow},
    },
};

/// Products that are read together.
const STEP: i64 = 500;
/// The version that templates carry.
const TEMPLATE_VERSION: &str = "2020-12";

/// Writes all products of a shop to `output`: the working copy where there is one, else what was approved.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], the database or the disk.
pub async fn export(ctx: &Context, app: &App, id: Id<Shop>, output: &Utf8Path) -> Result<(), Error> {
    shops::get(ctx, app, id).await?;
    let freights = app.db.read(async |tx| shop::freights(tx, id).await).await?;
    let (sender, rows) = mpsc::channel::<Vec<ProductRow>>(2);
    let writer = Writer { locale: ctx.locale, today: ctx.today(), freights, output: output.to_owned() };
    let writing = tokio::task::spawn_blocking(move || writer.write(rows));
    let mut after: Option<Id<Product>> = None;
    loop {
        let step = app.db.read(async |tx| product::whole_of_shop(tx, id, after, STEP).await).await?;
        let Some(last) = step.last() else { break };
        after = Some(last.id);
        if sender.send(step).await.is_err() {
            break;
        }
    }
    drop(sender);
    writing.await?
}

struct Writer {
    locale: Locale,
    today: Day,
    freights: Vec<FreightRow>,
    output: Utf8PathBuf,
}

impl Writer {
    fn write(self, mut rows: mpsc::Receiver<Vec<ProductRow>>) -> Result<(), Error> {
        let columns = COLUMNS.iter().map(|column| Column {
            width: column.width,
            ..Column::new(title(self.locale, column.titles), kind(column.field))
        });
        let spec = TableSpec {
            sheet: self.locale.t("products-title"),
            above: Vec::new(),
            columns: columns.collect(),
        };
        let mut table = TableWriter::create(&self.output, OutputFormat::Xlsx, spec)?;
        while let Some(step) = rows.blocking_recv() {
            for product in step {
                let mut draft = product.draft();
                self.name_things(&mut draft);
                self.write_product(&mut table, &mut draft)?;
            }
        }
        table.finish()?;
        Ok(())
    }

    /// Names instead of numbers: a county, a kind, a freight template.
    fn name_things(&self, draft: &mut Draft) {
        if let Ok(id) = draft.freight.parse::<Id<Freight>>()
            && let Some(known) = self.freights.iter().find(|known| known.id == id)
        {
            draft.freight.clone_from(&known.name);
        }
        if let Ok(code) = draft.origin.parse::<RegionCode>()
            && Regions::get().exists_on(code, self.today)
        {
            draft.origin = Regions::get().full_name(code, self.today);
        }
        if let Some(kind) = Categories::get().named(&draft.kind) {
            kind.name(self.locale).clone_into(&mut draft.kind);
        }
    }

    fn write_product(&self, table: &mut TableWriter, draft: &mut Draft) -> Result<(), Error> {
        let mut skus = std::mem::take(&mut draft.skus);
        if skus.is_empty() {
            skus.push(SkuDraft::default());
        }
        for sku in &mut skus {
            let cells: Vec<String> = COLUMNS
                .iter()
                .map(|column| match column.field {
                    "publish" => said(self.locale, draft.publish),
                    field if column.of_sku => {
                        sku.text_mut(field).map(|text| text.clone()).unwrap_or_default()
                    }
                    field => draft.text_mut(field).map(|text| text.clone()).unwrap_or_default(),
                })
                .collect();
            let values: Vec<Value<'_>> = cells.iter().map(|cell| Value::from(cell.as_str())).collect();
            table.row(&values)?;
        }
        Ok(())
    }
}

/// The title that is written.
pub(crate) fn title(locale: Locale, titles: &[&'static str]) -> &'static str {
    let at = match locale {
        Locale::Zh => 0,
        Locale::En => 1,
    };
    titles.get(at).copied().unwrap_or_default()
}

fn kind(field: &str) -> ColumnKind {
    if matches!(field, "code" | "sku-code" | "certificate") { ColumnKind::Code } else { ColumnKind::Text }
}

fn said(locale: Locale, yes: bool) -> String {
    match (locale, yes) {
        (Locale::Zh, true) => "是",
        (Locale::Zh, false) => "否",
        (Locale::En, true) => "yes",
        (Locale::En, false) => "no",
    }
    .to_owned()
}

/// Writes the empty table to fill in to `output`, with what can be chosen.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], the database or the disk.
pub async fn blank(ctx: &Context, app: &App, id: Id<Shop>, output: &Utf8Path) -> Result<(), Error> {
    shops::get(ctx, app, id).await?;
    let freights = app.db.read(async |tx| shop::freights(tx, id).await).await?;
    let (locale, output) = (ctx.locale, output.to_owned());
    let work = tokio::task::spawn_blocking(move || {
        let fields: Vec<TemplateField> =
            COLUMNS.iter().map(|column| field(locale, column, &freights)).collect();
        let tag = TemplateTag { name: "products".to_owned(), version: TEMPLATE_VERSION.to_owned() };
        template(&output, &tag, &locale.t("products-title"), &fields, &[])
    });
    Ok(work.await??)
}

fn field(locale: Locale, column: &crate::import::columns::Column, freights: &[FreightRow]) -> TemplateField {
    let hint = format!("product-{}-hint", column.field);
    let required = [
        "code",
        "name",
        "origin",
        "producer",
        "spec",
        "content",
        "price",
        "delivery",
        "after-sales",
        "returnable",
    ];
    let choices = match column.field {
        "kind" => Categories::get().kinds().iter().map(|kind| kind.name(locale).to_owned()).collect(),
        "returnable" | "publish" => vec![said(locale, true), said(locale, false)],
        "freight" => freights.iter().map(|freight| freight.name.clone()).collect(),
        _ => Vec::new(),
    };
    TemplateField {
        title: title(locale, column.titles).to_owned(),
        required: required.contains(&column.field),
        kind: kind(column.field),
        note: if locale.has(&hint) { locale.t(&hint) } else { String::new() },
        choices,
        width: column.width,
    }
}
