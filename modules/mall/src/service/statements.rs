//! The bank's statement from a file (银行流水导入): each row is a line that came in, left alone if it went out.

use futures::future::BoxFuture;
use sh_files::write::ColumnKind;
use sh_http::{App, Context, Failure, Permission};
use sh_imports::{
    Column, Owner, Row, Table,
    model::{Does, Import, Issue, Planned},
};
use sh_jobs::JobError;
use sh_kernel::Fen;
use uuid::Uuid;

use super::bank::{Found, NewLine, book, is_reference, look};
use crate::bank::{self, Fit, came_in};

/// The table of a bank.
#[derive(Debug, Clone, Copy)]
pub struct BankStatement;

const fn column(
    field: &'static str,
    titles: &'static [&'static str],
    required: bool,
    kind: ColumnKind,
) -> Column {
    Column { field, titles, required, kind }
}

/// Its columns, by the titles that banks give them.
const COLUMNS: &[Column] = &[
    column(
        "reference",
        &[
            "流水号",
            "Running number",
            "交易流水号",
            "银行流水号",
            "核心流水号",
            "交易流水",
            "交易序号",
            "Reference",
        ],
        true,
        ColumnKind::Code,
    ),
    column(
        "day",
        &["交易日期", "Date", "日期", "记账日期", "入账日期", "交易时间", "入账时间"],
        true,
        ColumnKind::Day,
    ),
    column(
        "amount",
        &[
            "收入金额",
            "Amount in",
            "贷方发生额",
            "贷方金额",
            "贷方",
            "收入",
            "存入金额",
            "入账金额",
            "交易金额",
            "发生额",
            "金额",
            "Amount",
        ],
        true,
        ColumnKind::Money,
    ),
    column(
        "out",
        &["支出金额", "Amount out", "借方发生额", "借方金额", "借方", "支出", "支取金额"],
        false,
        ColumnKind::Money,
    ),
    column(
        "direction",
        &[
            "借贷标志",
            "Direction",
            "收支方向",
            "借贷方向",
            "收支",
            "借贷",
            "收付标志",
            "收付方向",
            "交易方向",
            "往来标志",
            "往来账标志",
            "收/支",
            "借/贷",
        ],
        false,
        ColumnKind::Text,
    ),
    column(
        "payer",
        &["对方户名", "Payer", "付款人", "付款方", "付款户名", "对方名称", "付款人名称", "对方单位"],
        false,
        ColumnKind::Text,
    ),
    column(
        "remark",
        &["附言", "Remark", "交易附言", "客户附言", "付款附言", "留言"],
        false,
        ColumnKind::Text,
    ),
    column("summary", &["摘要", "Summary", "用途", "备注", "交易摘要"], false, ColumnKind::Text),
];

impl Table for BankStatement {
    fn code(&self) -> &'static str {
        "bank"
    }

    fn home(&self) -> &'static str {
        "/w/payments/import"
    }

    fn parent(&self) -> (&'static str, &'static str) {
        ("payments-title", "/w/payments")
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn permission(&self) -> Permission {
        Permission::SettleOrders
    }

    fn owner<'a>(
        &'a self,
        ctx: &'a Context,
        _: &'a App,
        _: Option<Uuid>,
    ) -> BoxFuture<'a, Result<Owner, Failure>> {
        let owner = ctx.require(Permission::SettleOrders, Owner::default().scope());
        Box::pin(async move { Ok(owner.map(|()| Owner::default())?) })
    }

    fn once(&self, row: &Row<'_>) -> Option<(&'static str, String)> {
        let line = read(row).ok()??;
        Some(("reference", line.reference))
    }

    fn plan<'a>(
        &'a self,
        _: &'a Context,
        app: &'a App,
        _: &'a Import,
        rows: &'a [Row<'a>],
    ) -> BoxFuture<'a, Result<Vec<Planned>, JobError>> {
        Box::pin(async move {
            let (read, lines) = read_all(rows);
            let found = app.db.read(async |tx| look(tx, &lines).await).await?;
            Ok(told(rows, read, found))
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
            let (read, lines) = read_all(rows);
            let found = book(ctx, app, &lines, Some(import.id)).await?;
            Ok(told(rows, read, found))
        })
    }
}

type Read = Result<Option<NewLine>, Vec<Issue>>;

/// What rows say, and the lines among them that came in.
fn read_all(rows: &[Row<'_>]) -> (Vec<Read>, Vec<NewLine>) {
    let read: Vec<Read> = rows.iter().map(read).collect();
    let lines = read.iter().filter_map(|read| read.as_ref().ok()?.clone()).collect();
    (read, lines)
}

/// A line that came in; `None` for one that went out.
fn read(row: &Row<'_>) -> Read {
    let mut issues = Vec::new();
    let mut take = |issue: Issue| issues.push(issue);
    let amount = row.money("amount").map_err(&mut take).ok().flatten();
    let out = row.money("out").ok().flatten().unwrap_or(Fen::ZERO);
    let direction = row.text("direction");
    let way = came_in(&direction);
    if !direction.is_empty() && way.is_none() {
        return Err(vec![row.issue("direction", "bank-direction-unknown")]);
    }
    let went_out = way == Some(false)
        || amount.is_some_and(|amount| amount < Fen::ZERO)
        || (amount.unwrap_or(Fen::ZERO) == Fen::ZERO && out != Fen::ZERO);
    if went_out {
        return Ok(None);
    }
    let number = row.code("reference").map_err(&mut take).unwrap_or_default();
    let reference = bank::reference(&number);
    let day = row.day("day").map_err(&mut take).ok().flatten();
    if !issues.is_empty() {
        return Err(issues);
    }
    let missing = [
        ("reference", !is_reference(&reference)),
        ("day", day.is_none()),
        ("amount", amount.is_none_or(|amount| amount <= Fen::ZERO)),
    ];
    let missing = missing.into_iter().filter(|(_, missing)| *missing);
    issues.extend(missing.map(|(field, _)| {
        row.issue(field, if row.text(field).is_empty() { "cell-empty" } else { "bank-cell-wrong" })
    }));
    match (day, amount) {
        (Some(day), Some(amount)) if issues.is_empty() => {
            let remark = format!("{} {}", row.text("remark"), row.text("summary"));
            let remark = remark.trim().chars().take(bank::TEXT_CHARS_MAX).collect();
            Ok(Some(NewLine { reference, day, amount, payer: row.text("payer"), remark }))
        }
        _ => Err(issues),
    }
}

/// What each row does, from what was known of its line.
fn told(rows: &[Row<'_>], read: Vec<Read>, found: Vec<Found>) -> Vec<Planned> {
    let mut found = found.into_iter();
    let planned = rows.iter().zip(read).map(|(row, read)| match read {
        Err(issues) => Planned::reject(issues),
        Ok(None) => Planned::of(Does::Nothing).class("outgoing"),
        Ok(Some(_)) => found.next().map_or_else(|| Planned::of(Does::Nothing), |found| one(row, &found)),
    });
    planned.collect()
}

fn one(row: &Row<'_>, found: &Found) -> Planned {
    match found {
        Found::Known(line) if line.import.is_none() => Planned::of(Does::Update).class("confirmed"),
        Found::Known(_) => Planned::of(Does::Nothing).class("known"),
        Found::Differs(amount) => {
            let issue = row.issue("amount", "bank-line-differs").with("amount", amount.to_grouped());
            Planned::reject(vec![issue])
        }
        Found::Nobody => {
            Planned::of(Does::Create).class("waiting").noting(row.issue("remark", "bank-no-order"))
        }
        Found::Order(_, fit) => {
            let planned = Planned::of(Does::Create).class(fit.word());
            match fit {
                Fit::Exact => planned,
                Fit::Under => planned.noting(row.issue("amount", "bank-under")),
                Fit::Over => planned.noting(row.issue("amount", "bank-over")),
                Fit::Late => planned.noting(row.issue("amount", "bank-late")),
            }
        }
    }
}
