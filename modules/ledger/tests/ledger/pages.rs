//! What the task force and the auditor see of the books.

use sh_db::{Db, Migration, binds};
use sh_http::{
    Named, Namer, Thing,
    testing::{TestSite, app},
};
use sh_ledger::{Kind, Posted, follow};
use sh_testkit::db_test;

use crate::common::{accept, goods, money, new, run};

const STEPS: &[Migration] = &[sh_http::MIGRATIONS[0], sh_ledger::MIGRATIONS[0]];
const AUDITOR: &str = "auditor@*";

fn site(db: &Db) -> TestSite {
    TestSite::new(&app(db.clone(), sh_testkit::clock(), sh_testkit::ids()), vec![sh_ledger::module()])
}

/// A sale of 900 fen, 45 of which are commission, and its goods.
async fn sell(db: &Db, key: u128) -> Posted {
    let lines = [
        (goods(Kind::OnHand), goods(Kind::Reserved), 2),
        (money(Kind::Receivable, 1), money(Kind::Payable, 1), 900),
        (money(Kind::Payable, 1), money(Kind::Commission, 1), 45),
    ];
    accept(db, key, &lines).await
}

async fn caught_up(db: &Db) {
    while follow(db).await.unwrap() > 0 {}
}

#[db_test(STEPS)]
async fn the_trial_balance_says_first_whether_it_balances(db: Db) {
    let site = site(&db);
    let empty = site.get(AUDITOR, "/w/ledger").await;
    assert!(empty.body.contains("还没有凭证"), "{}", empty.body);
    accept(&db, 1, &[(goods(Kind::Inbound), goods(Kind::OnHand), 5000)]).await;
    sell(&db, 2).await;
    let page = site.get(AUDITOR, "/w/ledger").await;
    for text in [
        "账平",
        "最近 2 个封签已重新计算",
        "应付货款",
        "8.55",
        "-9.00",
        "4,998",
        "明细列到第 0 号凭证，后面 2 号",
    ] {
        assert!(page.body.contains(text), "{text} is missing in {}", page.body);
    }
    let before = site.get(AUDITOR, "/w/ledger?to=2020-12-08").await;
    assert!(!before.body.contains("8.55"), "nothing was posted before that day");
    let json = site.get(AUDITOR, "/api/v1/ledger/1/trial-balance").await.json();
    let payable = json["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "payable").unwrap();
    assert_eq!(
        (&payable["debit"], &payable["credit"], &payable["closing"]),
        (&45.into(), &900.into(), &855.into())
    );
}

#[db_test(STEPS)]
async fn a_changed_posting_is_called_out(db: Db) {
    accept(&db, 1, &[(goods(Kind::Inbound), goods(Kind::OnHand), 5000)]).await;
    let change =
        sh_db::Sql::new("CHANGE", "UPDATE ledger_transfer SET amount = amount - 1 WHERE posting = 1");
    db.write(async |tx| tx.execute(&change, binds![]).await).await.unwrap();
    let page = site(&db).get(AUDITOR, "/w/ledger").await;
    assert!(page.body.contains("封签 1 对不上"), "{}", page.body);
}

#[db_test(STEPS)]
async fn a_statement_shows_each_entry_with_the_balance_after_it(db: Db) {
    let site = site(&db);
    accept(&db, 1, &[(goods(Kind::Inbound), goods(Kind::OnHand), 5000)]).await;
    for key in 2..100 {
        sell(&db, key).await;
    }
    caught_up(&db).await;
    // The statement goes on where the trail goes on.
    sell(&db, 100).await;
    let payable = money(Kind::Payable, 1).id;
    let address = format!("/api/v1/ledger/1/accounts/{payable}?size=50");
    let first = site.get(AUDITOR, &address).await.json();
    assert_eq!(
        (&first["account"]["balance"], &first["standing"]["entered"]),
        (&(99 * 855).into(), &99.into())
    );
    caught_up(&db).await;
    let (mut balance, mut after, mut count) = (99 * 855, String::new(), 0);
    loop {
        let page = site.get(AUDITOR, &format!("{address}&after={after}")).await.json();
        for entry in page["entries"]["items"].as_array().unwrap() {
            assert_eq!(entry["balance"], balance);
            balance -= entry["amount"].as_i64().unwrap();
            count += 1;
        }
        let Some(next) = page["entries"]["next"].as_str() else { break };
        next.clone_into(&mut after);
    }
    assert_eq!((balance, count), (0, 2 * 99));
    let page = site.get(AUDITOR, &format!("/w/ledger/accounts/{payable}")).await;
    for text in ["明细账", "846.45", "佣金", "下单", "下一页"] {
        assert!(page.body.contains(text), "{text} is missing in {}", page.body);
    }
    let posted = |days: &str| format!("/api/v1/ledger/1/accounts/{payable}?{days}");
    for (days, wanted) in [("from=20201209&to=20201209", 50), ("from=20201210", 0), ("to=20201208", 0)] {
        let found = site.get(AUDITOR, &posted(days)).await.json();
        assert_eq!(found["entries"]["items"].as_array().unwrap().len(), wanted, "{days}");
    }
}

#[db_test(STEPS)]
async fn accounts_are_found_by_kind_and_subject_page_by_page(db: Db) {
    let site = site(&db);
    let commands: Vec<_> = (1..=120_u8)
        .map(|n| {
            let (from, to) = (money(Kind::Receivable, n.into()), money(Kind::Payable, n.into()));
            new(n.into(), &[(from, to, n.into())])
        })
        .collect();
    run(&db, &commands).await;
    let (mut sum, mut after) = (0, String::new());
    loop {
        let page =
            site.get(AUDITOR, &format!("/api/v1/ledger/1/accounts?kind=payable&after={after}")).await.json();
        let items = page["items"].as_array().unwrap().clone();
        sum += items.iter().map(|account| account["balance"].as_i64().unwrap()).sum::<i64>();
        let Some(next) = page["next"].as_str() else { break };
        next.clone_into(&mut after);
    }
    assert_eq!(sum, 120 * 121 / 2);
    let page = site.get(AUDITOR, "/w/ledger/accounts?subject=77").await;
    assert!(page.body.contains("0.77") && page.body.contains("-0.77"), "{}", page.body);
    assert!(!page.body.contains("0.78"));
    let none = site.get(AUDITOR, "/w/ledger/accounts?subject=nonsense").await;
    assert!(none.body.contains("没有符合条件的账户"), "{}", none.body);
}

#[db_test(STEPS)]
async fn a_posting_shows_what_moved_and_its_seal(db: Db) {
    accept(&db, 1, &[(goods(Kind::Inbound), goods(Kind::OnHand), 5000)]).await;
    sell(&db, 2).await;
    let site = site(&db);
    let page = site.get(AUDITOR, "/w/ledger/postings/2").await;
    for text in ["凭证 2", "下单", "2020-12-09", "9.00", "一致", "预占"] {
        assert!(page.body.contains(text), "{text} is missing in {}", page.body);
    }
    assert_eq!(site.get(AUDITOR, "/w/ledger/postings/3").await.status.as_u16(), 404);
    assert_eq!(site.get(AUDITOR, "/api/v1/ledger/1/postings/1").await.json()["seal"]["holds"], true);
    let english = site.get(AUDITOR, "/w/ledger/postings/2?lang=en").await;
    assert_eq!(english.status.as_u16(), 200);
}

#[db_test(STEPS)]
async fn only_whoever_may_look_into_the_books_does(db: Db) {
    sell_something(&db).await;
    let site = site(&db);
    let account = format!("/w/ledger/accounts/{}", money(Kind::Payable, 1).id);
    let pages = ["/w/ledger", "/w/ledger/accounts", account.as_str(), "/w/ledger/postings/1"];
    let json = [
        "/api/v1/ledger/1/trial-balance",
        "/api/v1/ledger/1/seals",
        "/api/v1/ledger/1/accounts",
        "/api/v1/ledger/1/postings/1",
    ];
    for address in pages.into_iter().chain(json) {
        for actor in [AUDITOR, "task-force@*"] {
            assert_eq!(site.get(actor, address).await.status.as_u16(), 200, "{actor} {address}");
        }
        for actor in
            ["admin@*", "city@region:440300", "county@region:522428", "operator@organisation:sz-market"]
        {
            assert_eq!(site.get(actor, address).await.status.as_u16(), 404, "{actor} {address}");
        }
    }
}

async fn sell_something(db: &Db) {
    accept(db, 1, &[(money(Kind::Receivable, 1), money(Kind::Payable, 1), 900)]).await;
}

#[db_test(STEPS)]
async fn a_subject_is_called_by_its_name_if_anybody_knows_it(db: Db) {
    let namer = Namer(|_, _, things| {
        Box::pin(async move {
            let known = things.into_iter().filter(|thing| *thing == Thing::new("party", 1));
            let name = || Named { text: "昭通绿源果业".to_owned(), href: Some("/s/1".to_owned()) };
            Ok(known.map(|thing| (thing, name())).collect())
        })
    });
    let app = app(db.clone(), sh_testkit::clock(), sh_testkit::ids()).with(namer);
    let site = TestSite::new(&app, vec![sh_ledger::module()]);
    accept(&db, 1, &[(goods(Kind::Inbound), goods(Kind::OnHand), 5000)]).await;
    sell(&db, 2).await;
    caught_up(&db).await;
    let payable = money(Kind::Payable, 1).id;
    let named = "<a href=\"/s/1\">昭通绿源果业</a>";
    for path in
        ["/w/ledger/postings/2", "/w/ledger/accounts?kind=payable", &format!("/w/ledger/accounts/{payable}")]
    {
        let page = site.get(AUDITOR, path).await.body;
        assert!(page.contains(named), "{path}: {page}");
    }
    // An order of this number is nobody's supplier.
    let orders = site.get(AUDITOR, "/w/ledger/accounts?kind=receivable").await.body;
    assert!(!orders.contains(named) && orders.contains("<span class=\"hint\">1</span>"), "{orders}");
}
