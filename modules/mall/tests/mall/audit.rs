//! What the audit finds when somebody has changed the data behind the program's back.

use sh_db::{Db, DbError, Sql, binds};
use sh_mall::{
    provider::simulator::Scenario,
    service::{
        commission::Typed,
        orders,
        settlement::{self, HOLD_DAYS},
        supplier,
    },
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, OTHER, SUPPLIER, schema};

/// A change, and what the audit says of it.
const CHANGES: &[(&str, &str)] = &[
    ("UPDATE mall_part SET goods = goods + 1, amount = amount + 1", "its parts do not sum to it"),
    ("UPDATE mall_line SET amount = amount + price, pieces = pieces + 1", "the lines of a part"),
    ("UPDATE mall_line SET pieces = pieces + 1", "not its price times its pieces"),
    ("DELETE FROM mall_pick", "not served from lots in full"),
    ("UPDATE mall_receipt SET applied = applied - 1", "did not come in"),
    ("DELETE FROM mall_refund", "does not go back in full"),
    ("UPDATE mall_part SET state = 1 WHERE state = 2", "stands elsewhere"),
    ("UPDATE mall_part SET state = 3 WHERE state = 2", "of reserved shows"),
    ("UPDATE mall_part SET state = 4 WHERE state = 6", "stands elsewhere"),
    ("UPDATE mall_part SET seller = seller + 1", "of payable shows"),
    ("UPDATE mall_pick SET lot = location", "of reserved shows"),
    ("UPDATE mall_refund SET state = 2 WHERE state = 1", "of refundable shows"),
    ("UPDATE mall_receipt SET provider = 'bank'", "of provider-clearing shows"),
    ("UPDATE mall_order SET buyer = 'guest:x' WHERE state = 1", "of allowance shows"),
    ("DELETE FROM own_sale WHERE stage = 4", "the figures have not heard that it is paid"),
    (
        "UPDATE own_sale SET line = line + 1 WHERE stage = 5",
        "line 1: the figures have not heard that it is accepted",
    ),
    ("UPDATE mall_part SET received_at = NULL", "the figures have heard that it is accepted"),
    ("UPDATE mall_entry SET commission = commission - 1 WHERE kind = 1", "not say what was paid and taken"),
    ("UPDATE mall_line SET commission = commission + 1", "not say what was paid and taken"),
    ("DELETE FROM mall_entry WHERE kind = 2", "not say what went back"),
    ("UPDATE mall_line SET back_pieces = 0 WHERE back_pieces > 0", "not served from lots in full"),
    ("UPDATE mall_entry SET seller = seller + 1", "of payable shows"),
    ("UPDATE mall_settlement SET gross = gross + 1, amount = amount + 1", "not pay what its entries say"),
    ("UPDATE mall_settlement SET state = 2", "of payable shows"),
];

#[db_test(&schema())]
async fn what_does_not_follow_is_named(db: Db) {
    let market = Market::open(db, 20, 20).await;
    let (app, visitor, ctx) = (&market.app, Visitor::guest("a"), market.public());
    market.rule("5", Typed::default()).await;
    market.order("a", 1).await.unwrap();
    let order = market.order("a", 2).await.unwrap();
    market.pay("a", order, Scenario::Once).await.unwrap();
    let order = market.order("a", 1).await.unwrap();
    market.pay("a", order, Scenario::TwoChannels).await.unwrap();
    supplier::ship(&market.ctx(SUPPLIER), app, (order, market.shop), "顺丰", "SF1234567890").await.unwrap();
    orders::receive(&ctx, app, &visitor, order, market.shop).await.unwrap();
    let form = market.form(&[(market.kumquats, 1, 2_800)]);
    let order = sh_mall::service::checkout::place(&ctx, app, "guest:a", &form).await.unwrap();
    market.pay("a", order, Scenario::Once).await.unwrap();
    orders::ask_refund(&ctx, app, &visitor, (order, market.other), "不要了").await.unwrap();
    supplier::answer(&market.ctx(OTHER), app, (order, market.other), (true, false), "").await.unwrap();
    market.clock.advance_seconds(HOLD_DAYS * 24 * 3_600);
    let operator = market.ctx(OPERATOR);
    let month = operator.today().month();
    settlement::make(&operator, app, operator.id(), market.shop, month).await.unwrap();
    market.audit().await;
    for (change, says) in CHANGES {
        let found = changed(&market, change).await;
        assert!(found.contains(says), "{change}: {found:?}");
    }
    market.audit().await;
}

/// What the audit says after a change, which is taken back.
async fn changed(market: &Market, change: &'static str) -> String {
    let undone: Result<(), DbError> = market
        .app
        .db
        .write(async |tx| {
            let rows = tx.execute(&Sql::new("change", change), binds![]).await?;
            assert!(rows > 0, "{change} changes nothing");
            let found = sh_mall::verify(tx).await?;
            Err(DbError::Other(found.map(|found| found.to_string()).unwrap_or_default()))
        })
        .await;
    undone.unwrap_err().to_string()
}
