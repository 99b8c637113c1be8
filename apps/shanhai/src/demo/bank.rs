//! The bank's statement of the demonstration: transfers as a bank writes them, imported as a person imports them.

use sh_files::write::{Column, ColumnKind, OutputFormat, TableSpec, TableWriter, Value};
use sh_imports::{
    Owner,
    model::{Import, State, TableImport},
    service as imports,
};
use sh_kernel::{Fen, Id};
use sh_mall::{
    model::{Order, number_of},
    service::statements::BankStatement,
};

use super::past::Past;
use crate::wiring;

/// Every eighth statement shows money that names no order.
const STRAY_EVERY: u32 = 8;

/// What somebody has transferred.
pub(super) struct Transfer {
    pub(super) order: Id<Order>,
    /// What the buyer writes to it.
    pub(super) remark: String,
    pub(super) amount: Fen,
    pub(super) payer: String,
}

/// Writes and imports the statement with these transfers; the `number`th one.
pub(super) async fn statement(past: &Past, transfers: &[Transfer], number: u32) -> anyhow::Result<()> {
    let today = past.app.clock.today();
    let path = past.app.data_dir.join(format!("bank-{today}-{number}.csv"));
    let titles = [
        ("交易日期", ColumnKind::Day),
        ("流水号", ColumnKind::Code),
        ("收入金额", ColumnKind::Money),
        ("支出金额", ColumnKind::Money),
        ("对方户名", ColumnKind::Text),
        ("附言", ColumnKind::Text),
    ];
    let columns = titles.map(|(title, kind)| Column::new(title, kind)).to_vec();
    let spec =
        TableSpec { sheet: "流水".to_owned(), above: vec!["账户交易明细".to_owned()], columns };
    let mut table = TableWriter::create(&path, OutputFormat::CsvGb18030, spec)?;
    for one in transfers {
        let reference = format!("GZB{}", number_of(one.order));
        table.row(&[
            Value::Day(today),
            Value::from(reference),
            Value::Money(one.amount),
            Value::Empty,
            Value::from(one.payer.as_str()),
            Value::from(one.remark.as_str()),
        ])?;
    }
    let fee = |reference: String,
               amount: (Value<'static>, Value<'static>),
               payer: &'static str,
               remark: &'static str| {
        [
            Value::Day(today),
            Value::from(reference),
            amount.0,
            amount.1,
            Value::from(payer),
            Value::from(remark),
        ]
    };
    let out = (Value::Empty, Value::Money(Fen(1_000)));
    table.row(&fee(format!("GZF{number:08}"), out, "", "账户管理费"))?;
    if number % STRAY_EVERY == 1 {
        let stray = (Value::Money(Fen(8_800)), Value::Empty);
        table.row(&fee(format!("GZS{number:08}"), stray, "张建国", "货款"))?;
    }
    table.finish()?;
    let ctx = past.system();
    let import = imports::upload_path(&ctx, &past.app, (&BankStatement, &Owner::default()), &path).await;
    std::fs::remove_file(&path)?;
    let import = import?;
    let checked = work(past, import).await?;
    anyhow::ensure!(checked.state == State::Checked, "{checked:?}");
    imports::confirm(&ctx, &past.app, &BankStatement, import).await?;
    let posted = work(past, import).await?;
    anyhow::ensure!(posted.state == State::Posted && posted.posted.rejected == 0, "{posted:?}");
    Ok(())
}

/// Runs the job of an import to its end.
async fn work(past: &Past, import: Id<TableImport>) -> anyhow::Result<Import> {
    let get = async || imports::get(&past.system(), &past.app, &BankStatement, import).await;
    if let Some(job) = get().await?.job {
        sh_jobs::run_now(&past.app, &wiring::handlers(), job, &|_| {}).await?;
    }
    Ok(get().await?)
}
