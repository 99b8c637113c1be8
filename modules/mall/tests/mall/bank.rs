//! The bank's statement: transfers find their orders, what finds none waits for a person, and every difference is explained.

use camino::Utf8PathBuf;
use sh_db::Db;
use sh_http::{Page, testing::EVERY_ROLE};
use sh_imports::model::{State, TableImport};
use sh_kernel::{Fen, Id};
use sh_mall::{
    Error,
    bank::{BankLine, LineState},
    model::{Order, OrderState, number_of},
    provider::bank,
    service::{
        bank::{self as lines, Show},
        chores, operator, orders, payments,
        statements::BankStatement,
    },
    token::Visitor,
};
use sh_testkit::db_test;

use crate::{
    support::{Market, OPERATOR, SUPPLIER, schema},
    waybills::Folder,
};

const TITLES: [&str; 6] = ["交易日期", "银行流水号", "贷方发生额", "借方发生额", "对方户名", "附言"];

fn row(reference: &str, amount: &str, remark: &str) -> Vec<String> {
    ["20201209", reference, amount, "", "何平", remark].map(str::to_owned).to_vec()
}

impl Market {
    async fn code(&self, guest: &str, order: Id<Order>) -> String {
        self.whole(guest, order).await.order.code
    }

    async fn waiting(&self) -> Vec<Id<BankLine>> {
        let show = Show::State(LineState::Waiting);
        let list = lines::list(&self.ctx(OPERATOR), &self.app, show, &Page::default()).await.unwrap();
        list.items.iter().map(|line| line.id).collect()
    }

    async fn ledger(&self) -> payments::Ledger {
        while sh_ledger::follow(&self.app.db).await.unwrap() > 0 {}
        let page = Page::default();
        payments::ledger(&self.ctx(OPERATOR), &self.app, bank::CODE, &page).await.unwrap()
    }
}

#[db_test(&schema())]
async fn a_statement_books_each_line_once(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let app = &market.app;
    let mut placed = Vec::new();
    for guest in ["a", "b", "c", "d"] {
        let order = market.order(guest, 1).await.unwrap();
        placed.push((guest, order, market.code(guest, order).await));
    }
    orders::cancel(&market.public(), app, &Visitor::guest("d"), placed[3].1).await.unwrap();
    let (head, tail) = placed[0].2.split_at(6);
    let spaced = format!("苹果 {head}-{}", tail.to_lowercase());
    let mut out = row("L-6", "", "手续费");
    "2.50".clone_into(&mut out[3]);
    let rows = [
        row("L-1", "59.90", &spaced),
        row("L-2", "30.00", &placed[1].2),
        row("L-3", "70.00", &placed[2].2),
        row("L-4", "59.90", &placed[3].2),
        row("L-5", "12.00", "货款"),
        out,
        row("L-1", "59.90", &spaced),
        row("L-7", "元", &placed[1].2),
        row("", "1.00", "无号"),
    ];
    let folder = Folder::new();
    let file = folder.table("流水.csv", &TITLES, &rows);
    let import = market.check(&BankStatement, OPERATOR, &file).await;
    let counts = import.checked.clone().unwrap();
    assert_eq!((counts.rows, counts.created, counts.unchanged, counts.rejected), (9, 5, 1, 3));
    let told: Vec<(&str, u64)> = counts.classes.iter().map(|(word, count)| (word.as_str(), *count)).collect();
    assert_eq!(told, [("exact", 1), ("late", 1), ("outgoing", 1), ("over", 1), ("under", 1), ("waiting", 1)]);
    let issues = market.issues(&BankStatement, OPERATOR, import.id).await;
    let told: Vec<(u32, &str)> = issues.iter().map(|(row, code)| (*row, code.as_str())).collect();
    assert_eq!(
        told,
        [
            (8, "row-twice"),
            (9, "money-not-a-number"),
            (10, "cell-empty"),
            (3, "bank-under"),
            (4, "bank-over"),
            (5, "bank-late"),
            (6, "bank-no-order"),
        ]
    );
    assert_eq!(market.count("bank_line").await, 0, "nothing is booked before somebody confirms");

    let posted = market.post(&BankStatement, OPERATOR, import.id).await;
    assert_eq!((posted.state, posted.posted.created, posted.posted.rejected), (State::Posted, 5, 3));
    let state = async |at: usize| {
        let order = market.whole(placed[at].0, placed[at].1).await.order;
        (order.state, order.paid)
    };
    assert_eq!(state(0).await, (OrderState::Paid, Fen(5_990)));
    assert_eq!(state(1).await, (OrderState::Unpaid, Fen(3_000)));
    assert_eq!(state(2).await, (OrderState::Paid, Fen(5_990)));
    assert_eq!(state(3).await, (OrderState::Cancelled, Fen::ZERO));
    assert_eq!(market.count("mall_refund WHERE amount = 1010 AND why = 'twice'").await, 1);
    assert_eq!(market.count("mall_refund WHERE amount = 5990 AND why = 'late'").await, 1);
    assert_eq!(market.count("bank_line WHERE state = 3").await, 4);

    a_second_time_changes_nothing(&market, &file, import.id).await;
    let other = folder.table("改.csv", &TITLES, &[row("L-2", "29.90", &placed[1].2)]);
    let other = market.check(&BankStatement, OPERATOR, &other).await;
    assert_eq!(
        market.issues(&BankStatement, OPERATOR, other.id).await,
        [(2, "bank-line-differs".to_owned())]
    );
    market.audit().await;
}

/// As if the program had been killed before it noted what it wrote; then the same file once more.
async fn a_second_time_changes_nothing(market: &Market, file: &Utf8PathBuf, import: Id<TableImport>) {
    market.forget_progress(import).await;
    market.post_again(&BankStatement, OPERATOR, import).await;
    let twice = market.check(&BankStatement, OPERATOR, file).await.checked.unwrap();
    assert_eq!((twice.changing(), twice.unchanged), (0, 6), "the same file changes nothing");
    assert_eq!((market.count("bank_line").await, market.count("mall_receipt").await), (5, 4));
}

#[db_test(&schema())]
async fn what_finds_no_order_waits_for_a_person(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let (app, operator) = (&market.app, market.ctx(OPERATOR));
    let order = market.order("a", 1).await.unwrap();
    let folder = Folder::new();
    let rows = [row("L-1", "59.90", "苹果款"), row("L-2", "8.00", "转错了")];
    let import = market.check(&BankStatement, OPERATOR, &folder.table("流水.csv", &TITLES, &rows)).await;
    market.post(&BankStatement, OPERATOR, import.id).await;
    let waiting = market.waiting().await;
    let [second, first] = waiting[..] else { panic!("{waiting:?}") };

    let nobody = lines::assign(&operator, app, first, "99").await;
    assert!(matches!(nobody, Err(Error::Invalid(_))), "{nobody:?}");
    let supplier = lines::assign(&market.ctx(SUPPLIER), app, first, &number_of(order)).await;
    assert!(matches!(supplier, Err(Error::Denied(_))), "{supplier:?}");
    lines::assign(&operator, app, first, &number_of(order)).await.unwrap();
    assert_eq!(market.whole("a", order).await.order.state, OrderState::Paid);
    let again = lines::assign(&operator, app, first, &number_of(order)).await;
    assert!(matches!(again, Err(Error::LineDecided)), "{again:?}");

    let silent = lines::send_back(&operator, app, second, " ").await;
    assert!(matches!(silent, Err(Error::Invalid(_))), "{silent:?}");
    lines::send_back(&operator, app, second, "退回流水 R-1").await.unwrap();
    let line = lines::get(&operator, app, second).await.unwrap();
    assert_eq!((line.state, line.note.as_deref()), (LineState::Returned, Some("退回流水 R-1")));
    assert!(market.waiting().await.is_empty());
    for action in ["assign-bank-line", "return-bank-line"] {
        assert_eq!(market.count(&format!("audit_entry WHERE action = '{action}'")).await, 1, "{action}");
    }
    market.audit().await;
}

#[db_test(&schema())]
async fn every_difference_between_bank_and_books_is_explained(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let (app, operator) = (&market.app, market.ctx(OPERATOR));
    let (a, b) = (market.order("a", 1).await.unwrap(), market.order("b", 1).await.unwrap());
    let (code, folder) = (market.code("a", a).await, Folder::new());
    let rows = [row("L-1", "70.00", &code), row("L-2", "8.00", "转错了")];
    let import = market.check(&BankStatement, OPERATOR, &folder.table("流水.csv", &TITLES, &rows)).await;
    market.post(&BankStatement, OPERATOR, import.id).await;
    operator::enter_transfer(&operator, app, b, Fen(5_990), "L-3").await.unwrap();
    let other = operator::enter_transfer(&operator, app, a, Fen(5_990), "L-3").await;
    assert!(matches!(other, Err(Error::ReferenceTaken)), "{other:?}");

    let ledger = market.ledger().await;
    let at_bank = ledger.bank.unwrap();
    assert_eq!((ledger.held, ledger.to_go_back.amount), (Fen(12_990), Fen(1_010)));
    assert_eq!((at_bank.waiting.amount, at_bank.by_hand.amount), (Fen(800), Fen(5_990)));
    // What the statement shows: 70.00 and 8.00.
    assert_eq!(at_bank.expected(ledger.held).unwrap(), Fen(7_800));
    let moved: Vec<(Id<Order>, i64)> =
        ledger.movements.items.iter().map(|row| (row.order, row.amount.0)).collect();
    assert_eq!(moved[0], (b, 5_990));
    assert_eq!(moved.iter().map(|row| row.1).sum::<i64>(), 12_990);

    let late = folder.table("后.csv", &TITLES, &[row("L-3", "59.90", "苹果")]);
    let late = market.check(&BankStatement, OPERATOR, &late).await;
    assert_eq!(late.checked.clone().unwrap().classes.get("confirmed"), Some(&1));
    market.post(&BankStatement, OPERATOR, late.id).await;
    let (_, refunds) = operator::get(&operator, app, a).await.unwrap();
    operator::sent_back(&operator, app, a, refunds[0].id).await.unwrap();
    let ledger = market.ledger().await;
    let at_bank = ledger.bank.unwrap();
    assert_eq!((ledger.held, at_bank.by_hand.count), (Fen(11_980), 0));
    assert_eq!(at_bank.expected(ledger.held).unwrap(), Fen(7_800 + 5_990 - 1_010));
    market.audit().await;
}

#[db_test(&schema())]
async fn a_line_that_was_cut_off_is_booked_later(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let order = market.order("a", 1).await.unwrap();
    operator::enter_transfer(&market.ctx(OPERATOR), &market.app, order, Fen(5_990), "L-1").await.unwrap();
    market.run("UPDATE bank_line SET state = 2 WHERE state = 3 RETURNING id", Vec::new()).await;
    chores::once(&market.public(), &market.app).await.unwrap();
    assert_eq!(market.count("bank_line WHERE state = 3").await, 1);
    assert_eq!(market.count("mall_receipt").await, 1, "it counts once");
    market.audit().await;
}

#[db_test(&schema())]
async fn lines_are_worked_through_without_scripts_and_by_programs(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let (a, b) = (market.order("a", 1).await.unwrap(), market.order("b", 1).await.unwrap());
    let site = market.site();
    let code = market.code("a", a).await;
    let body = serde_json::json!({ "lines": [
        { "reference": "L-1", "day": 20_201_209, "amount_fen": 5_990, "payer": "何平", "remark": code },
        { "reference": "L-2", "day": 20_201_209, "amount_fen": 5_990, "payer": "李静" },
    ] });
    let path = "/api/v1/payments/lines";
    let taken = site.api(OPERATOR, "POST", path, &body).await.json();
    assert_eq!((&taken[0]["outcome"], &taken[1]["outcome"]), (&"exact".into(), &"waiting".into()));
    let again = site.api(OPERATOR, "POST", path, &body).await.json();
    assert_eq!((&again[0]["outcome"], &again[1]["outcome"]), (&"known".into(), &"known".into()));
    let typed =
        serde_json::json!({ "lines": [{ "reference": " ｌ - 1", "day": 20_201_209, "amount_fen": 5_990 }] });
    let typed = site.api(OPERATOR, "POST", path, &typed).await.json();
    assert_eq!(typed[0]["outcome"], "known", "one line, however its number is typed");
    let wrong = serde_json::json!({ "lines": [{ "reference": "", "day": 20_201_209, "amount_fen": 0 }] });
    assert_eq!(site.api(OPERATOR, "POST", path, &wrong).await.status.as_u16(), 422);
    assert_eq!(market.whole("a", a).await.order.state, OrderState::Paid);

    let list = site.get(OPERATOR, "/w/payments/lines").await.body;
    assert!(
        list.contains("L-2") && list.contains("李*") && !list.contains("李静") && !list.contains("L-1"),
        "{list}"
    );
    let line = market.waiting().await[0];
    let home = format!("/w/payments/lines/{line}");
    let page = site.get(OPERATOR, &home).await.body;
    assert!(page.contains("认领并入账") && page.contains("登记已退回"), "{page}");
    let ledger = site.get(OPERATOR, "/w/payments").await.body;
    for text in ["银行转账", "已到账，还没认领", "¥59.90", "银行里应有", "¥119.80"] {
        assert!(ledger.contains(text), "{text} is missing in {ledger}");
    }
    let routes = [
        ("GET", "/w/payments", ""),
        ("GET", "/w/payments/lines", ""),
        ("GET", home.as_str(), ""),
        ("GET", "/w/payments/import", ""),
        ("POST", &format!("{home}/return"), "note="),
    ];
    let mut actors = EVERY_ROLE.to_vec();
    actors.push(SUPPLIER);
    let table = site.probe(&routes, &actors).await.replace(&line.to_string(), "{line}");
    insta::assert_snapshot!("who_sees_the_bank", table);
    let assigned = site.post(OPERATOR, &format!("{home}/assign"), &format!("order={}", number_of(b))).await;
    assert_eq!(assigned.status.as_u16(), 303, "{}", assigned.body);
    assert_eq!(market.whole("b", b).await.order.state, OrderState::Paid);
    assert!(site.get(OPERATOR, &home).await.body.contains(&number_of(b)));
    market.audit().await;
}
