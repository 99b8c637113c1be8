//! What a shop is owed and why (对账单): month by month, line by line.

use camino::{Utf8Path, Utf8PathBuf};
use sh_catalogue::{ShopRow, model::Shop, service::shops};
use sh_files::write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, Value, WriteError};
use sh_http::{App, Context, Listing, Page, Permission, Scope};
use sh_kernel::{Fen, Id, Instant, Month};
use sh_ui::Locale;
use tokio::sync::mpsc;

use crate::{
    Error, commission,
    model::{Entry, EntryKind, SettlementRow, number_of},
    store::{
        self,
        statement::{StatementLine, Sums},
    },
};

/// Entries that are read together for a file.
const STEP: i64 = 1_000;
/// Instructions that a page of a statement shows.
const SETTLEMENTS: i64 = 12;

/// A page of the statement of a month.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The shop.
    pub shop: ShopRow,
    /// The month.
    pub month: Month,
    /// What was owed when it began.
    pub before: Fen,
    /// What the month brought.
    pub sums: Sums,
    /// What was paid out in it.
    pub paid: Fen,
    /// What is owed at its end, or by now.
    pub owed: Fen,
    /// The entries of this page.
    pub entries: Listing<StatementLine>,
    /// The newest instructions.
    pub settlements: Vec<SettlementRow>,
}

impl Sums {
    /// What they come to.
    ///
    /// # Errors
    /// [`sh_kernel::Overflow`] beyond what the system holds.
    pub fn net(&self) -> Result<Fen, sh_kernel::Overflow> {
        let gross = Fen::sum([self.goods, self.freight, self.refunded])?;
        gross.minus(self.commission.plus(self.commission_back)?)
    }
}

/// The identifiers that can be given out within a month: they begin with their time.
pub(crate) fn within(month: Month) -> (Id<Entry>, Id<Entry>) {
    (first_at(month.first_day().start()), first_at(month.next().first_day().start()))
}

/// Reads `2020-11`.
pub(crate) fn month_of(text: &str) -> Option<Month> {
    let digits: String = text.trim().chars().filter(|sign| *sign != '-').collect();
    digits.parse().ok().and_then(|number| Month::from_yyyymm(number).ok())
}

/// Before every identifier of this instant.
pub(crate) fn first_at<T>(at: Instant) -> Id<T> {
    let millis = u64::try_from(at.micros().div_euclid(1_000)).unwrap_or(0);
    Id::from_uuid(uuid::Uuid::from_u64_pair(millis << 16, 0))
}

async fn shop_of(ctx: &Context, app: &App, shop: Option<Id<Shop>>) -> Result<ShopRow, Error> {
    let shop = shops::own(ctx, app, shop).await?;
    ctx.require_any(Permission::ReadOrders, &[shop.scope(), Scope::Everywhere])?;
    Ok(shop)
}

/// A page of the statement of a shop for a month, the current one if none is named.
///
/// # Errors
/// [`Error::Denied`], [`Error::Catalogue`] if there is no such shop, a cursor that cannot be read.
pub async fn show(
    ctx: &Context,
    app: &App,
    shop: Option<Id<Shop>>,
    month: Option<Month>,
    page: &Page,
) -> Result<Statement, Error> {
    let shop = shop_of(ctx, app, shop).await?;
    let month = month.unwrap_or_else(|| ctx.today().month());
    let (first, end) = within(month);
    let after: Id<Entry> = page.key()?.map_or(first, |after: Id<Entry>| after.max(first));
    let (starts, ends) = (month.first_day().start(), month.next().first_day().start());
    app.db
        .read(async |tx| {
            let earlier = store::statement::sums(tx, shop.id, (store::list::begin(), first)).await?;
            let sums = store::statement::sums(tx, shop.id, (first, end)).await?;
            let begin = Instant::from_micros(0);
            let paid_before = store::statement::paid_between(tx, shop.id, (begin, starts)).await?;
            let paid = store::statement::paid_between(tx, shop.id, (starts, ends)).await?;
            let rows = store::statement::entries(tx, shop.id, (after, end), page.fetch()).await?;
            let settlements =
                store::settlement::of_shop(tx, shop.id, store::list::end(), SETTLEMENTS).await?;
            let before = earlier.net()?.minus(paid_before)?;
            Ok(Statement {
                before,
                owed: before.plus(sums.net()?)?.minus(paid)?,
                entries: Listing::of(rows, page, |row| row.id),
                shop: shop.clone(),
                month,
                sums,
                paid,
                settlements,
            })
        })
        .await
}

/// Writes all entries of a month as a table to `output`, in constant memory.
///
/// # Errors
/// As [`show`], and the disk.
pub async fn export(
    ctx: &Context,
    app: &App,
    (shop, month): (Option<Id<Shop>>, Month),
    output: &Utf8Path,
) -> Result<(), Error> {
    let shop = shop_of(ctx, app, shop).await?;
    let (mut after, end) = within(month);
    let (sender, rows) = mpsc::channel::<Vec<StatementLine>>(2);
    let (locale, output) = (ctx.locale, output.to_owned());
    let above = vec![format!("{} {month}", shop.name)];
    let writing = tokio::task::spawn_blocking(move || write(locale, above, &output, rows));
    loop {
        let step =
            app.db.read(async |tx| store::statement::entries(tx, shop.id, (after, end), STEP).await).await?;
        let Some(last) = step.last() else { break };
        after = last.id;
        if sender.send(step).await.is_err() {
            break;
        }
    }
    drop(sender);
    Ok(writing.await.map_err(|_| WriteError::Io(std::io::Error::other("the writer has panicked")))??)
}

fn write(
    locale: Locale,
    above: Vec<String>,
    output: &Utf8PathBuf,
    mut rows: mpsc::Receiver<Vec<StatementLine>>,
) -> Result<(), WriteError> {
    let column = |key: &str, kind| Column::new(locale.t(key), kind);
    let spec = TableSpec {
        sheet: locale.t("statement-title"),
        above,
        columns: vec![
            column("statement-at", ColumnKind::Text),
            column("order-number", ColumnKind::Code),
            column("statement-kind", ColumnKind::Text),
            column("order-goods", ColumnKind::Text),
            column("order-pieces", ColumnKind::Integer),
            column("statement-amount", ColumnKind::Money),
            column("commission-rule", ColumnKind::Text),
            column("statement-commission", ColumnKind::Money),
            column("statement-net", ColumnKind::Money),
            column("statement-settlement", ColumnKind::Code),
        ],
    };
    let mut table = TableWriter::create(output, OutputFormat::CsvUtf8, spec)?;
    while let Some(step) = rows.blocking_recv() {
        for row in step {
            let settlement = row.settlement.map(number_of_settlement);
            table.row(&[
                Value::from(row.id.made_at().to_minute()),
                Value::from(number_of(row.order)),
                Value::from(locale.t(kind_key(row.kind))),
                Value::from(goods_of(locale, &row)),
                Value::from(row.pieces),
                Value::from(row.amount),
                Value::from(rate_of(locale, &row)),
                Value::from(row.commission),
                Value::from(row.amount.minus(row.commission).unwrap_or(row.amount)),
                Value::from(settlement.unwrap_or_default()),
            ])?;
        }
    }
    table.finish().map(drop)
}

/// The number of an instruction as people read it, ascending.
pub fn number_of_settlement(id: Id<crate::model::Settlement>) -> String {
    id.ordinal().to_string()
}

/// The text of a kind of entry.
pub(crate) const fn kind_key(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Sale => "statement-sale",
        EntryKind::Refund => "statement-refund",
    }
}

/// What an entry is about.
pub(crate) fn goods_of(locale: Locale, row: &StatementLine) -> String {
    if row.line == 0 { locale.t("order-freight") } else { row.name.clone() }
}

/// The rule and rate that a line was sold under, in words; nothing for the freight.
pub(crate) fn rate_of(locale: Locale, row: &StatementLine) -> String {
    match &row.rule_name {
        Some(name) => format!("{name} {}", rate(locale, row.rate, row.fixed)),
        None => String::new(),
    }
}

/// A rate and a fixed part in words.
pub(crate) fn rate(locale: Locale, rate: i64, fixed: Fen) -> String {
    let percent = commission::percent(rate);
    if fixed > Fen::ZERO {
        let args = [("rate", percent.as_str().into()), ("fixed", fixed.to_grouped().into())];
        return locale.with("commission-rate-and-fixed", &args);
    }
    format!("{percent}%")
}
