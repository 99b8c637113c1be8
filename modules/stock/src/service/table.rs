//! Lots from a table (批次导入): each row is goods that came in, received as by the form; and what is there as a table.

use std::collections::HashMap;

use camino::Utf8Path;
use futures::future::BoxFuture;
use sh_catalogue::{
    basket::{self, BasketSku},
    model::{Shop, Sku},
    service::shops,
};
use sh_db::{DbError, Tx};
use sh_files::write::{
    Column as Written, ColumnKind, OutputFormat, TableSpec, TableWriter, Value, WriteError,
};
use sh_http::{App, Context, Failure, Page, Permission};
use sh_imports::{
    Column, Owner, Row, Table,
    model::{Does, Import, Issue, Planned},
};
use sh_jobs::JobError;
use sh_kernel::{Day, Id};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    NAME_CHARS_MAX,
    look::{self, Show},
    measured,
    receive::{Receipt, receive_in},
};
use crate::{
    Error,
    model::{LotState, QUANTITY_MAX, quantity},
    store::{self, LotRow},
};

/// The table of lots.
#[derive(Debug, Clone, Copy)]
pub struct Lots;

const fn column(
    field: &'static str,
    titles: &'static [&'static str],
    required: bool,
    kind: ColumnKind,
) -> Column {
    Column { field, titles, required, kind }
}

/// Its columns.
const COLUMNS: &[Column] = &[
    column(
        "sku",
        &["规格编码", "Variant code", "SKU编码", "SKU", "规格编号", "条码"],
        true,
        ColumnKind::Code,
    ),
    column(
        "quantity",
        &["入库数量", "Quantity received", "数量", "件数", "入库件数", "Quantity"],
        true,
        ColumnKind::Text,
    ),
    column("code", &["批次号", "Lot", "批号", "生产批号", "批次"], false, ColumnKind::Code),
    column("produced", &["生产日期", "Produced on", "生产日", "采摘日期", "产日"], false, ColumnKind::Day),
    column(
        "expires",
        &["到期日", "Expires on", "有效期至", "保质期至", "到期日期", "截止日期"],
        false,
        ColumnKind::Day,
    ),
    column("location", &["仓位", "Location", "存放地点", "库位", "仓库", "库房"], false, ColumnKind::Text),
    column(
        "receipt",
        &["入库单号", "Receipt number", "送货单号", "单据号", "入库单"],
        false,
        ColumnKind::Code,
    ),
    column("note", &["备注", "Note", "说明"], false, ColumnKind::Text),
];

/// A row that can be received: whose variant is known and whose cells can be read.
struct Read {
    receipt: Receipt,
    /// Hash of what it says.
    content: String,
}

/// What is known of the rows of a group.
struct Known {
    skus: HashMap<String, BasketSku>,
    lots: HashMap<(Id<Sku>, String), LotRow>,
    rows: HashMap<String, Id<sh_imports::model::TableImport>>,
}

impl Table for Lots {
    fn code(&self) -> &'static str {
        "lots"
    }

    fn home(&self) -> &'static str {
        "/s/stock/import"
    }

    fn parent(&self) -> (&'static str, &'static str) {
        ("lots-title", "/s/stock")
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn permission(&self) -> Permission {
        Permission::EditListings
    }

    fn owner<'a>(
        &'a self,
        ctx: &'a Context,
        app: &'a App,
        asked: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Owner, Failure>> {
        Box::pin(async move {
            let shop = shops::own(ctx, app, asked.map(Id::from_uuid)).await?;
            Ok(Owner { id: shop.id.uuid(), organisation: Some(shop.organisation), name: shop.name })
        })
    }

    fn once(&self, row: &Row<'_>) -> Option<(&'static str, String)> {
        let text = said(row);
        (!text.trim_matches('\0').is_empty()).then_some(("sku", text))
    }

    fn plan<'a>(
        &'a self,
        ctx: &'a Context,
        app: &'a App,
        import: &'a Import,
        rows: &'a [Row<'a>],
    ) -> BoxFuture<'a, Result<Vec<Planned>, JobError>> {
        Box::pin(async move {
            let known = app.db.read(async |tx| known(tx, import, rows).await).await?;
            Ok(rows.iter().map(|row| decide(ctx, import, row, &known).0).collect())
        })
    }

    fn write<'a>(
        &'a self,
        ctx: &'a Context,
        app: &'a App,
        import: &'a Import,
        rows: &'a [Row<'a>],
    ) -> BoxFuture<'a, Result<Vec<Planned>, JobError>> {
        Box::pin(async move {
            let shop = shops::get(ctx, app, Id::from_uuid(import.owner.id)).await?;
            ctx.require(Permission::EditListings, shop.scope())?;
            let planned = app.db.write(async |tx| {
                let known = known(tx, import, rows).await?;
                let mut planned = Vec::with_capacity(rows.len());
                for row in rows {
                    let (told, read) = decide(ctx, import, row, &known);
                    planned.push(match read {
                        Some(read) => take(tx, ctx, (&shop, import), row, (told, read)).await?,
                        None => told,
                    });
                }
                Ok::<_, Error>(planned)
            });
            Ok(planned.await?)
        })
    }
}

/// Receives a row, or tells why not; nothing is left of a row that is refused.
async fn take(
    tx: &mut Tx,
    ctx: &Context,
    (shop, import): (&sh_catalogue::ShopRow, &Import),
    row: &Row<'_>,
    (planned, read): (Planned, Read),
) -> Result<Planned, Error> {
    let outcome = tx
        .nested(async |tx| {
            let lot = receive_in(tx, ctx, shop, &read.receipt).await?;
            Ok::<_, Error>(store::add_table_row(tx, shop.id, (&read.content, lot, import.id)).await?)
        })
        .await;
    match outcome {
        Ok(()) => Ok(planned),
        Err(Error::WrongState) => Ok(Planned::reject(vec![row.issue("code", "lot-not-open")])),
        // Another row of the file has made the lot with other days, or the shop has as many locations as may be.
        Err(Error::Invalid(invalid)) => {
            let days = invalid.0.0.iter().any(|error| error.pointer == "/code");
            let (field, code) =
                if days { ("code", "lot-other-days") } else { ("location", "lot-location-wrong") };
            Ok(Planned::reject(vec![row.issue(field, code)]))
        }
        Err(error) => Err(error),
    }
}

/// What a row says of goods, as one text.
fn said(row: &Row<'_>) -> String {
    let fields = ["sku", "quantity", "code", "produced", "expires", "location", "receipt"];
    fields.map(|field| row.text(field)).join("\0")
}

async fn known(tx: &mut Tx, import: &Import, rows: &[Row<'_>]) -> Result<Known, DbError> {
    let shop: Id<Shop> = Id::from_uuid(import.owner.id);
    let mut codes: Vec<String> = rows.iter().filter_map(|row| row.code("sku").ok()).collect();
    codes.sort_unstable();
    codes.dedup();
    let skus: HashMap<String, BasketSku> = basket::by_codes(tx, shop, &codes).await?.into_iter().collect();
    let ids: Vec<Id<Sku>> = skus.values().map(|sku| sku.sku).collect();
    let lot_codes: Vec<String> = rows.iter().map(|row| row.text("code")).collect();
    let lots = store::lots_by_code(tx, shop, &ids, &lot_codes).await?;
    let hashes: Vec<String> = rows.iter().map(|row| hash(&said(row))).collect();
    let known = store::table_rows(tx, shop, &hashes).await?;
    Ok(Known {
        skus,
        lots: lots.into_iter().map(|lot| ((lot.sku, lot.code.clone()), lot)).collect(),
        rows: known.into_iter().collect(),
    })
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        hex.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0')));
        hex
    })
}

/// What a row does, and what is received for it.
fn decide(ctx: &Context, import: &Import, row: &Row<'_>, known: &Known) -> (Planned, Option<Read>) {
    let content = hash(&said(row));
    if let Some(by) = known.rows.get(&content) {
        let planned = Planned::of(if *by == import.id { Does::Create } else { Does::Nothing });
        let planned = planned.class("known");
        return (
            if *by == import.id { planned } else { planned.noting(row.issue("sku", "lot-row-known")) },
            None,
        );
    }
    let mut issues = Vec::new();
    let read = read(ctx, import, row, known, &mut issues);
    let (Some(receipt), true) = (read, issues.is_empty()) else { return (Planned::reject(issues), None) };
    let lot = known.lots.get(&(receipt.sku, receipt.code.clone()));
    let does = if lot.is_some() { Does::Update } else { Does::Create };
    let class = if lot.is_some() { "more" } else { "new" };
    (Planned::of(does).class(class), Some(Read { receipt, content }))
}

fn read(
    ctx: &Context,
    import: &Import,
    row: &Row<'_>,
    known: &Known,
    issues: &mut Vec<Issue>,
) -> Option<Receipt> {
    let code = row.code("sku").map_err(|issue| issues.push(issue)).ok()?;
    let sku = known.skus.get(&code);
    if sku.is_none() {
        issues.push(row.issue("sku", if code.is_empty() { "cell-empty" } else { "sku-unknown" }));
    }
    let amount = sku.and_then(|sku| quantity(&row.text("quantity"), sku.unit, sku.content));
    let amount = amount.filter(|amount| (1..=QUANTITY_MAX).contains(amount));
    if sku.is_some() && amount.is_none() {
        let empty = row.text("quantity").is_empty();
        issues.push(row.issue("quantity", if empty { "cell-empty" } else { "lot-quantity-wrong" }));
    }
    let lot = row.code("code").map_err(|issue| issues.push(issue)).unwrap_or_default();
    let lot = if lot.is_empty() { ctx.today().yyyymmdd().to_string() } else { lot };
    let mut day = |field: &str| row.day(field).map_err(|issue| issues.push(issue)).ok().flatten();
    let (produced, expires) = (day("produced"), day("expires"));
    days(ctx.today(), row, (produced, expires), issues);
    for field in ["code", "location"] {
        if row.text(field).chars().count() > NAME_CHARS_MAX {
            issues.push(row.issue(field, "text-too-long"));
        }
    }
    let sku = sku?;
    if let Some(there) = known.lots.get(&(sku.sku, lot.clone())) {
        if there.state != LotState::Open {
            issues.push(row.issue("code", "lot-not-open"));
        } else if (there.produced, there.expires) != (produced, expires) {
            issues.push(row.issue("code", "lot-other-days"));
        }
    }
    Some(Receipt {
        id: import.number(row.number),
        shop: sku.shop,
        sku: sku.sku,
        code: lot,
        produced,
        expires,
        location: row.text("location"),
        quantity: amount?,
        note: [row.text("receipt"), row.text("note")].join(" ").trim().to_owned(),
    })
}

fn days(today: Day, row: &Row<'_>, (produced, expires): (Option<Day>, Option<Day>), issues: &mut Vec<Issue>) {
    if produced.is_some_and(|day| day > today) {
        issues.push(row.issue("produced", "day-in-future"));
    }
    if expires.is_some_and(|day| produced.is_some_and(|produced| day < produced)) {
        issues.push(row.issue("expires", "lot-expires-before"));
    } else if expires.is_some_and(|day| day < today) {
        issues.push(row.issue("expires", "lot-expires-past"));
    }
}

/// Writes what is there of every lot of a shop that is sold, place by place, to `output`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], the database, the disk.
pub async fn export(ctx: &Context, app: &App, shop: Id<Shop>, output: &Utf8Path) -> Result<(), Error> {
    let (sender, mut rows) = mpsc::channel::<Vec<look::PlaceRow>>(2);
    let (locale, output) = (ctx.locale, output.to_owned());
    let writing = tokio::task::spawn_blocking(move || {
        let column = |key: &str, kind| Written::new(locale.t(key), kind);
        let columns = vec![
            column("lots-sku-code", ColumnKind::Code),
            column("lot-goods", ColumnKind::Text),
            column("lots-spec", ColumnKind::Text),
            column("lot-code", ColumnKind::Code),
            column("lot-produced", ColumnKind::Day),
            column("lot-expires", ColumnKind::Day),
            column("lot-location", ColumnKind::Text),
            column("lot-on-hand", ColumnKind::Text),
            column("lot-reserved", ColumnKind::Text),
            column("lot-shipped", ColumnKind::Text),
            column("lot-lost", ColumnKind::Text),
        ];
        let spec = TableSpec { sheet: locale.t("lots-title"), above: Vec::new(), columns };
        let mut table = TableWriter::create(&output, OutputFormat::Xlsx, spec)?;
        while let Some(step) = rows.blocking_recv() {
            for row in step {
                let amount = |amount| Value::from(measured(locale, amount, row.lot.unit));
                table.row(&[
                    Value::from(row.sku_code.as_str()),
                    Value::from(row.sku.name.as_str()),
                    Value::from(row.sku.spec.as_str()),
                    Value::from(row.lot.code.as_str()),
                    row.lot.produced.map_or(Value::Empty, Value::Day),
                    row.lot.expires.map_or(Value::Empty, Value::Day),
                    Value::from(row.place.name.as_str()),
                    amount(row.balance.on_hand),
                    amount(row.balance.reserved),
                    amount(row.balance.shipped),
                    amount(row.balance.lost),
                ])?;
            }
        }
        table.finish().map(drop)
    });
    let mut page = Page { after: None, size: Some(200) };
    loop {
        let step = look::list(ctx, app, shop, (Show::Open, ""), &page).await?;
        let rows = app.db.read(async |tx| look::by_place(tx, &step.items).await).await?;
        if sender.send(rows).await.is_err() || step.next.is_none() {
            break;
        }
        page.after = step.next;
    }
    drop(sender);
    Ok(writing.await.map_err(|_| WriteError::Io(std::io::Error::other("the writer has panicked")))??)
}
