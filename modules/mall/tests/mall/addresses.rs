//! The addresses that people keep.

use sh_db::Db;
use sh_kernel::Id;
use sh_mall::{
    Error,
    address::{SAVED_MAX, Saved, Typed},
    service::addresses,
    service::basket,
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, schema};

/// Two people who buy.
const ANNE: &str = "shopper@*";
const BERT: &str = "shopper@organisation:x";

fn typed(receiver: &str) -> Typed {
    Typed {
        county: "440305".to_owned(),
        receiver: receiver.to_owned(),
        phone: "13800138000".to_owned(),
        detail: "粤海街道科苑路 8 号".to_owned(),
    }
}

impl Market {
    async fn keep(&self, who: &str, receiver: &str) -> Result<Id<Saved>, Error> {
        let ctx = self.ctx(who);
        let id = ctx.id();
        addresses::add(&ctx, &self.app, id, &typed(receiver)).await.map(|()| id)
    }

    /// Receivers and which is the usual one.
    async fn kept(&self, who: &str) -> Vec<(String, bool)> {
        let list = addresses::list(&self.ctx(who), &self.app).await.unwrap();
        list.into_iter().map(|one| (one.address.receiver, one.usual)).collect()
    }
}

#[db_test(&schema())]
async fn a_person_keeps_changes_and_forgets_addresses(db: Db) {
    let market = Market::open(db, 0, 0).await;
    let first = market.keep(ANNE, "何平").await.unwrap();
    let second = market.keep(ANNE, "何安").await.unwrap();
    let (app, ctx) = (&market.app, market.ctx(ANNE));
    addresses::add(&ctx, app, second, &typed("何安")).await.unwrap();
    assert_eq!(
        market.kept(ANNE).await,
        [("何平".to_owned(), true), ("何安".to_owned(), false)],
        "sent twice is one"
    );
    let wrong = addresses::set(&ctx, app, first, &Typed { phone: "12".to_owned(), ..typed("何平") }).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
    addresses::set(&ctx, app, first, &typed("何平平")).await.unwrap();
    addresses::make_usual(&ctx, app, second).await.unwrap();
    assert_eq!(market.kept(ANNE).await, [("何平平".to_owned(), false), ("何安".to_owned(), true)]);
    addresses::remove(&ctx, app, second).await.unwrap();
    assert_eq!(market.kept(ANNE).await, [("何平平".to_owned(), true)], "another one takes its place");
    assert!(matches!(addresses::remove(&ctx, app, second).await, Err(Error::NotFound)));
}

#[db_test(&schema())]
async fn nobody_keeps_more_than_may_be_or_sees_those_of_others(db: Db) {
    let market = Market::open(db, 0, 0).await;
    let own = market.keep(ANNE, "何平").await.unwrap();
    let many = futures::future::join_all((0..30).map(|_| market.keep(ANNE, "何安"))).await;
    assert_eq!(many.iter().filter(|one| one.is_ok()).count(), SAVED_MAX - 1);
    assert!(many.iter().all(|one| matches!(one, Ok(_) | Err(Error::AddressesFull))));
    let app = &market.app;
    let stranger = market.ctx(BERT);
    assert!(market.kept(BERT).await.is_empty());
    assert!(matches!(addresses::get(&stranger, app, own).await, Err(Error::NotFound)));
    assert!(matches!(addresses::set(&stranger, app, own, &typed("骗子")).await, Err(Error::NotFound)));
    assert!(matches!(addresses::make_usual(&stranger, app, own).await, Err(Error::NotFound)));
    assert!(matches!(addresses::remove(&stranger, app, own).await, Err(Error::NotFound)));
    assert!(matches!(addresses::add(&stranger, app, own, &typed("骗子")).await, Err(Error::NotFound)));
    let site = market.site();
    for who in [BERT, OPERATOR, "auditor@*"] {
        assert_eq!(site.get(who, &format!("/me/addresses/{own}")).await.status, 404, "{who}");
    }
    let logged = market.count("audit_entry WHERE after LIKE '%13800138000%' OR reason LIKE '%何%'").await;
    assert_eq!(logged, 0, "the log names the address, not who lives there");
}

#[db_test(&schema())]
async fn checkout_begins_with_the_usual_address_and_takes_another(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let ctx = market.ctx(ANNE);
    basket::add(&ctx, &market.app, &ctx.actor.key(), market.apples, 1).await.unwrap();
    market.keep(ANNE, "何平").await.unwrap();
    let other = market.keep(ANNE, "何安").await.unwrap();
    let site = market.site();
    let page = site.get(ANNE, "/checkout").await.body;
    assert!(page.contains("name=\"receiver\"") && page.contains("value=\"何平\""), "{page}");
    assert!(page.contains(&format!("/checkout?address={other}")), "{page}");
    let page = site.get(ANNE, &format!("/checkout?address={other}")).await.body;
    assert!(page.contains("value=\"何安\"") && page.contains("value=\"440305\" selected"), "{page}");
    let foreign = site.get(BERT, &format!("/checkout?address={other}")).await.body;
    assert!(!foreign.contains("何安"), "{foreign}");
    // Without scripts: a province is chosen, then a county of it, then it is kept.
    let id: Id<Saved> = ctx.id();
    let step = format!("id={id}&province=530000&action=places&receiver=x&detail=y&phone=13900139000");
    let page = site.post(ANNE, "/me/addresses/new", &step).await.body;
    assert!(page.contains("530602") && page.contains("value=\"x\""), "{page}");
    let wrong = site.post(ANNE, "/me/addresses/new", &format!("id={id}&province=530000&receiver=x")).await;
    assert_eq!(wrong.status, 422);
    let form = format!("id={id}&province=530000&county=530602&receiver=x&detail=y&phone=13900139000");
    assert_eq!(site.post(ANNE, "/me/addresses/new", &form).await.status, 303);
    assert!(site.get(ANNE, "/me/addresses").await.body.contains("13900139000"));
}
