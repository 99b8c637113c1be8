//! What is to be fetched and sent (拣货单、待发货表): a shop's parts that wait, by place and lot, and by order.

use std::collections::{BTreeMap, HashMap};

use camino::{Utf8Path, Utf8PathBuf};
use sh_access::audit::{Entry, record};
use sh_catalogue::{ShopRow, model::Shop, service::shops};
use sh_db::{DbError, Tx};
use sh_files::write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, Value, WriteError};
use sh_http::{App, Context, Listing, Page, Permission, Scope};
use sh_kernel::{Day, Id};
use sh_ledger::Unit;
use sh_regions::Regions;
use sh_stock::{Label, labels, model::Lot};
use sh_ui::Locale;
use tokio::sync::mpsc;

use super::waybills::COLUMNS;
use crate::{
    Error,
    model::{Order, Whole, number_of},
    store,
};

/// Parts of one pick list: as many as somebody fetches in one walk.
const PICK_PARTS: u32 = 200;
/// Parts that are written together.
const STEP: i64 = 200;

/// What of a lot at a place goes into one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForOrder {
    /// The order.
    pub order: Id<Order>,
    /// How much, in the base unit.
    pub quantity: i64,
}

/// What is to be fetched of one lot at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The name of the place.
    pub place: String,
    /// The lot as the producer names it.
    pub lot: String,
    /// The last day on which it may be sold.
    pub expires: Option<Day>,
    /// What it is.
    pub name: String,
    /// Which variant.
    pub spec: String,
    /// What it is counted in.
    pub unit: Unit,
    /// Content of one piece in that unit.
    pub content: i64,
    /// How much in all, in that unit.
    pub quantity: i64,
    /// For which orders, the oldest first.
    pub orders: Vec<ForOrder>,
}

impl Fetch {
    /// Pieces of the variant in so much of it; `None` if it is no whole number of them.
    pub fn pieces(&self, quantity: i64) -> Option<i64> {
        let exact = self.content > 0 && quantity.checked_rem(self.content) == Some(0);
        exact.then(|| quantity.checked_div(self.content)).flatten()
    }
}

/// The shop, if the actor sends for it.
async fn shop_of(ctx: &Context, app: &App, shop: Option<Id<Shop>>) -> Result<ShopRow, Error> {
    let shop = shops::own(ctx, app, shop).await?;
    ctx.require_any(Permission::ReadOrders, &[shop.scope(), Scope::Everywhere])?;
    Ok(shop)
}

/// What is to be fetched for the oldest parts that wait, by place, then the soonest expiry. The listing goes on by parts:
/// what its next page lists belongs to later orders.
///
/// # Errors
/// [`Error::Denied`], [`Error::Catalogue`] if there is no such shop, a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    shop: Option<Id<Shop>>,
    after: Option<String>,
) -> Result<(ShopRow, Vec<Fetch>, Option<String>), Error> {
    let shop = shop_of(ctx, app, shop).await?;
    let page = Page { after, size: Some(PICK_PARTS) };
    let after: Id<Order> = page.key()?.unwrap_or_else(store::list::begin);
    let (fetches, next) = app
        .db
        .read(async |tx| {
            let orders = store::parcel::to_ship(tx, shop.id, after, page.fetch()).await?;
            let orders = Listing::of(orders, &page, |order| *order);
            let wholes = store::order::wholes(tx, &orders.items).await?;
            Ok::<_, DbError>((fetches(tx, shop.id, &wholes).await?, orders.next))
        })
        .await?;
    Ok((shop, fetches, next))
}

async fn fetches(tx: &mut Tx, shop: Id<Shop>, wholes: &[Whole]) -> Result<Vec<Fetch>, DbError> {
    let picks = || wholes.iter().flat_map(|whole| whole.picks_of(shop).map(|(pick, _)| pick));
    let mut lots: Vec<Id<Lot>> = picks().map(|pick| Id::from_uuid(pick.lot)).collect();
    lots.sort_unstable();
    lots.dedup();
    let labels = labels(tx, &lots).await?;
    let labels: HashMap<_, &Label> =
        labels.iter().map(|label| ((label.lot.uuid(), label.location.uuid()), label)).collect();
    let mut found: BTreeMap<_, Fetch> = BTreeMap::new();
    for whole in wholes {
        for (pick, unit) in whole.picks_of(shop) {
            let Some(line) = whole.lines.iter().find(|line| line.line == pick.line) else { continue };
            let Some(label) = labels.get(&(pick.lot, pick.location)) else { continue };
            let quantity = pick.quantity.saturating_sub(pick.back);
            if quantity <= 0 {
                continue;
            }
            let last = label.expires.map_or(i64::MAX, Day::yyyymmdd);
            let key = (label.place.clone(), last, line.name.clone(), label.code.clone(), pick.lot, line.sku);
            let fetch = found.entry(key).or_insert_with(|| Fetch {
                place: label.place.clone(),
                lot: label.code.clone(),
                expires: label.expires,
                name: line.name.clone(),
                spec: line.spec.clone(),
                unit,
                content: line.content,
                quantity: 0,
                orders: Vec::new(),
            });
            fetch.quantity = fetch.quantity.saturating_add(quantity);
            fetch.orders.push(ForOrder { order: whole.order.id, quantity });
        }
    }
    Ok(found.into_values().collect())
}

/// How much, in words: pieces where they come out even, else the measure.
pub(crate) fn amount(locale: Locale, fetch: &Fetch, quantity: i64) -> String {
    match fetch.pieces(quantity) {
        Some(pieces) => locale.with("lot-pieces", &[("count", pieces.into())]),
        None => sh_stock::service::measured(locale, quantity, fetch.unit),
    }
}

/// The orders that something is fetched for, each with its pieces if there are several.
pub(crate) fn orders_of(locale: Locale, fetch: &Fetch) -> Vec<String> {
    let told = fetch.orders.iter().map(|one| {
        let number = number_of(one.order);
        if fetch.orders.len() == 1 {
            number
        } else {
            format!("{number} × {}", amount(locale, fetch, one.quantity))
        }
    });
    told.collect()
}

/// Writes the pick list of all parts that wait to `output`.
///
/// # Errors
/// As [`list`], and the disk.
pub async fn export(
    ctx: &Context,
    app: &App,
    shop: Option<Id<Shop>>,
    format: OutputFormat,
    output: &Utf8Path,
) -> Result<(), Error> {
    let (mut after, locale) = (None, ctx.locale);
    let (sender, mut rows) = mpsc::channel::<Vec<Fetch>>(2);
    let (title, output) = (ctx.t("picks-title"), output.to_owned());
    let writing = tokio::task::spawn_blocking(move || {
        let column = |key: &str, kind| Column::new(locale.t(key), kind);
        let columns = vec![
            column("lot-location", ColumnKind::Text),
            column("lot-goods", ColumnKind::Text),
            column("picks-spec", ColumnKind::Text),
            column("lot-code", ColumnKind::Code),
            column("lot-expires", ColumnKind::Day),
            column("picks-amount", ColumnKind::Text),
            column("picks-orders", ColumnKind::Text),
        ];
        let spec = TableSpec { sheet: title, above: Vec::new(), columns };
        let mut table = TableWriter::create(&output, format, spec)?;
        while let Some(step) = rows.blocking_recv() {
            for fetch in step {
                table.row(&[
                    Value::from(fetch.place.as_str()),
                    Value::from(fetch.name.as_str()),
                    Value::from(fetch.spec.as_str()),
                    Value::from(fetch.lot.as_str()),
                    fetch.expires.map_or(Value::Empty, Value::Day),
                    Value::from(amount(locale, &fetch, fetch.quantity)),
                    Value::from(orders_of(locale, &fetch).join("；")),
                ])?;
            }
        }
        table.finish().map(drop)
    });
    loop {
        let (_, fetches, next) = list(ctx, app, shop, after).await?;
        if sender.send(fetches).await.is_err() || next.is_none() {
            break;
        }
        after = next;
    }
    drop(sender);
    Ok(writing.await.map_err(|_| WriteError::Io(std::io::Error::other("the writer has panicked")))??)
}

/// Writes the parts of a shop that wait as a table in which carriers and waybills are filled in and which is imported
/// again. Addresses stand in it in full, as on the pages of these orders; that it was taken away is written down.
///
/// # Errors
/// [`Error::Denied`] for whoever does not send, the database, the disk.
pub async fn to_ship(
    ctx: &Context,
    app: &App,
    shop: Option<Id<Shop>>,
    output: &Utf8Path,
) -> Result<(), Error> {
    let shop = shops::own(ctx, app, shop).await?;
    ctx.require(Permission::HandleOrders, shop.scope())?;
    let (sender, rows) = mpsc::channel::<Vec<Whole>>(2);
    let writer = Writer { locale: ctx.locale, shop: shop.id, output: output.to_owned() };
    let writing = tokio::task::spawn_blocking(move || writer.write(rows));
    let (mut after, mut parts) = (store::list::begin(), 0_usize);
    loop {
        let step = app
            .db
            .read(async |tx| {
                let orders = store::parcel::to_ship(tx, shop.id, after, STEP).await?;
                store::order::wholes(tx, &orders).await
            })
            .await?;
        let Some(last) = step.last() else { break };
        after = last.order.id;
        parts = parts.saturating_add(step.len());
        if sender.send(step).await.is_err() {
            break;
        }
    }
    drop(sender);
    writing.await.map_err(|_| WriteError::Io(std::io::Error::other("the writer has panicked")))??;
    let entry = Entry::new("export-to-ship", "shop", shop.id).after(&serde_json::json!({ "parts": parts }));
    Ok(app.db.write(async |tx| record(tx, ctx, entry.clone()).await).await?)
}

struct Writer {
    locale: Locale,
    shop: Id<Shop>,
    output: Utf8PathBuf,
}

impl Writer {
    fn write(self, mut rows: mpsc::Receiver<Vec<Whole>>) -> Result<(), WriteError> {
        let english = usize::from(self.locale == Locale::En);
        // The columns that the import reads, under the titles by which it knows them.
        let own = COLUMNS
            .iter()
            .map(|column| Column::new(column.titles.get(english).copied().unwrap_or_default(), column.kind));
        let more = [
            ("checkout-receiver", ColumnKind::Text),
            ("checkout-phone", ColumnKind::Code),
            ("order-goes-to", ColumnKind::Text),
            ("order-goods", ColumnKind::Text),
            ("checkout-message", ColumnKind::Text),
            ("order-placed-at", ColumnKind::Text),
        ];
        let more = more.into_iter().map(|(key, kind)| Column::new(self.locale.t(key), kind));
        let spec = TableSpec {
            sheet: self.locale.t("order-to-ship"),
            above: Vec::new(),
            columns: own.chain(more).collect(),
        };
        let mut table = TableWriter::create(&self.output, OutputFormat::Xlsx, spec)?;
        while let Some(step) = rows.blocking_recv() {
            for whole in step {
                self.row(&mut table, &whole)?;
            }
        }
        table.finish().map(drop)
    }

    fn row(&self, table: &mut TableWriter, whole: &Whole) -> Result<(), WriteError> {
        let order = &whole.order;
        let region = Regions::get().full_name(order.address.region, order.placed_at.day());
        let goods: Vec<String> = whole
            .lines_of(self.shop)
            .map(|line| {
                format!("{} {} × {}", line.name, line.spec, line.pieces.saturating_sub(line.back_pieces))
            })
            .collect();
        let message = whole.part(self.shop).map_or("", |part| part.message.as_str());
        table.row(&[
            Value::from(number_of(order.id)),
            Value::Empty,
            Value::Empty,
            Value::from(order.address.receiver.as_str()),
            Value::from(order.address.phone.as_str()),
            Value::from(format!("{region}{}", order.address.detail)),
            Value::from(goods.join("；")),
            Value::from(message),
            Value::from(order.placed_at.to_minute()),
        ])
    }
}
