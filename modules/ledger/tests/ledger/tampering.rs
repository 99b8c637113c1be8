//! Whoever changes the database behind the program's back is found.

use sh_db::{Db, DbError, Sql, binds, statements};
use sh_ledger::{Difference, Kind, verify};
use sh_testkit::db_test;

use crate::common::{STEPS, accept, audit, goods, money};

statements! {
    CHANGE_AMOUNT = "UPDATE ledger_transfer SET amount = amount + 1 WHERE posting = 2";
    CHANGE_DAY = "UPDATE ledger_posting SET day = day + 1 WHERE number = 2";
    TAKE_OUT_POSTING = "DELETE FROM ledger_posting WHERE number = 3";
    TAKE_OUT_TRANSFER = "DELETE FROM ledger_transfer WHERE posting = 3 AND seq = 2";
    TAKE_OUT_SEAL = "DELETE FROM ledger_seal WHERE seq = 2";
    TAKE_OUT_END = "DELETE FROM ledger_seal WHERE seq = 3";
    PUT_IN = "INSERT INTO ledger_transfer SELECT book, 4, seq, debit, credit, unit, amount FROM ledger_transfer
        WHERE posting = 1";
    CHANGE_BALANCE = "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 21";
    CHANGE_TURNOVER = "UPDATE ledger_turnover SET debit = debit + 1 WHERE kind = 20";
    DROP_TURNOVER = "DELETE FROM ledger_turnover WHERE kind = 20";
}

async fn three_postings(db: &Db) {
    accept(db, 1, &[(goods(Kind::Inbound), goods(Kind::OnHand), 5)]).await;
    accept(db, 2, &[(goods(Kind::OnHand), goods(Kind::Reserved), 2)]).await;
    let sale = (money(Kind::Receivable, 1), money(Kind::Payable, 1), 900);
    let share = (money(Kind::Payable, 1), money(Kind::Commission, 1), 45);
    accept(db, 3, &[sale, share]).await;
    audit(db).await;
}

const RAISE_FLOOR: Sql = Sql::new("RAISE_FLOOR", "UPDATE ledger_account SET floor = 4 WHERE kind = 2");

#[db_test(STEPS)]
async fn the_database_itself_keeps_the_floors(db: Db) {
    three_postings(&db).await;
    let refused = db.write(async |tx| tx.execute(&RAISE_FLOOR, binds![]).await).await;
    assert!(matches!(&refused, Err(DbError::Refused(name)) if name == "ledger_account_floor"), "{refused:?}");
}

#[db_test(STEPS)]
async fn each_change_is_named(db: Db) {
    three_postings(&db).await;
    for change in STATEMENTS {
        let found = changed(&db, change).await.map(|found| format!("{}: {found}", change.name));
        assert!(found.is_some(), "{} was not found", change.name);
        let found = found.unwrap();
        let wanted = match change.name {
            "CHANGE_AMOUNT" | "CHANGE_DAY" => "book 1: what seal 2 covers is not what was sealed",
            "TAKE_OUT_POSTING" | "TAKE_OUT_TRANSFER" => "book 1: what seal 3 covers is not what was sealed",
            "TAKE_OUT_SEAL" => "book 1: seal 3 does not follow from the one before it",
            "TAKE_OUT_END" => "book 1: posting 3 is out of order or incomplete",
            "PUT_IN" => "book 1: posting 4 is out of order or incomplete",
            "CHANGE_BALANCE" => "shows 856, its transfers sum to 855",
            _ => "book 1: the turnover of receivable on 20201209 is not that of its transfers",
        };
        assert!(found.ends_with(wanted), "{found}");
    }
    audit(&db).await;
}

/// What the audit says after a change, which is taken back.
async fn changed(db: &Db, change: &Sql) -> Option<Difference> {
    let found = std::sync::Mutex::new(None);
    let undone: Result<(), DbError> = db
        .write(async |tx| {
            tx.execute(change, binds![]).await?;
            let difference = verify(tx).await?;
            *found.lock().unwrap() = difference;
            Err(DbError::Other("taken back".to_owned()))
        })
        .await;
    assert!(undone.is_err());
    found.into_inner().unwrap()
}
