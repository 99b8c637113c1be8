//! What buyers say of what they have received.

use sh_catalogue::rating::{self, Rating};
use sh_db::{Db, DbError};
use sh_http::Page;
use sh_kernel::Id;
use sh_mall::{
    Error,
    case::{Kind, Part},
    model::Order,
    review::{EDIT_SECONDS, MORE_DAYS, Review, ReviewRow, WRITE_DAYS, Which},
    service::{
        cases::{self, Answer, Asked},
        reviews::{self, NewReview},
    },
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, OTHER, SUPPLIER, schema};

const DAY: i64 = 24 * 3_600;

impl Market {
    /// The number of the line of apples.
    async fn line(&self, order: Id<Order>) -> i64 {
        self.whole("a", order).await.lines_of(self.shop).next().unwrap().line
    }

    async fn say(&self, order: Id<Order>, stars: i64, said: &str) -> Result<Id<Review>, Error> {
        let (id, line) = (self.public().id(), self.line(order).await);
        let new = NewReview { id, order, line, stars, said: said.to_owned(), named: false };
        reviews::write(&self.public(), &self.app, &Visitor::guest("a"), &new).await
    }

    async fn said(&self, id: Id<Review>) -> ReviewRow {
        reviews::get(&self.public(), &self.app, &Visitor::guest("a"), id).await.unwrap().0
    }

    async fn listed(&self, id: Id<Review>, which: Which) -> (Vec<ReviewRow>, Rating) {
        let product = self.said(id).await.product;
        let page = Page::default();
        let (found, rating) =
            reviews::of_product(&self.public(), &self.app, product, which, &page).await.unwrap();
        (found.items, rating)
    }
}

#[db_test(&schema())]
async fn a_line_that_was_received_is_reviewed_once(db: Db) {
    let market = Market::open(db, 30, 5).await;
    let unpaid = market.order("a", 1).await.unwrap();
    assert!(matches!(market.say(unpaid, 5, "好").await, Err(Error::Refused(_))), "nothing was received");
    let order = market.delivered().await;
    for (stars, said) in [(0, "好"), (6, "好"), (5, &*"好".repeat(501))] {
        assert!(matches!(market.say(order, stars, said).await, Err(Error::Invalid(_))), "{stars} {said}");
    }
    let line = market.line(order).await;
    let (app, ctx, visitor) = (&market.app, market.public(), Visitor::guest("a"));
    let new =
        NewReview { id: ctx.id(), order, line, stars: 4, said: "又脆又甜".to_owned(), named: false };
    let foreign = reviews::write(&ctx, app, &Visitor::guest("b"), &new).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
    let both = futures::future::join_all([
        reviews::write(&ctx, app, &visitor, &new),
        reviews::write(&ctx, app, &visitor, &new),
    ]);
    for one in both.await {
        // On two connections the second may meet the first before it can see it; then the line has its review.
        assert!(matches!(one, Ok(id) if id == new.id) || matches!(one, Err(Error::Reviewed)), "{one:?}");
    }
    assert!(matches!(market.say(order, 1, "再写一条").await, Err(Error::Reviewed)));
    let (rows, rating) = market.listed(new.id, Which::All).await;
    assert_eq!((rows.len(), rating.stars), (1, [0, 0, 0, 1, 0]));
    assert_eq!((rows[0].name.as_str(), rows[0].said.as_str()), ("何*", "又脆又甜"), "masked by default");
    market.clock.advance_seconds(WRITE_DAYS * DAY);
    let kumquats = market.whole("a", order).await.lines_of(market.other).next().unwrap().line;
    let late = NewReview { id: ctx.id(), line: kumquats, ..new.clone() };
    assert!(matches!(reviews::write(&ctx, app, &visitor, &late).await, Err(Error::ReviewLate)));
}

#[db_test(&schema())]
async fn a_review_is_changed_for_a_day_added_to_once_and_answered_once(db: Db) {
    let market = Market::open(db, 30, 5).await;
    let order = market.delivered().await;
    let id = market.say(order, 2, "小了点").await.unwrap();
    let (app, ctx, visitor) = (&market.app, market.public(), Visitor::guest("a"));
    reviews::edit(&ctx, app, &visitor, id, (5, "其实很好")).await.unwrap();
    assert_eq!(market.listed(id, Which::Stars(5)).await.1.stars, [0, 0, 0, 0, 1]);
    assert!(market.listed(id, Which::Stars(2)).await.0.is_empty());
    let foreign = reviews::edit(&ctx, app, &Visitor::guest("b"), id, (1, "差")).await;
    assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
    market.clock.advance_seconds(EDIT_SECONDS);
    let late = reviews::edit(&ctx, app, &visitor, id, (1, "差")).await;
    assert!(matches!(late, Err(Error::ReviewLate)), "{late:?}");
    market.clock.advance_seconds(30 * DAY);
    reviews::more(&ctx, app, &visitor, id, "放了一个月还是脆的").await.unwrap();
    assert!(matches!(reviews::more(&ctx, app, &visitor, id, "再加").await, Err(Error::ReviewLate)));

    let stranger = reviews::answer(&market.ctx(OTHER), app, id, "谢谢").await;
    assert!(matches!(stranger, Err(Error::Denied(_))), "{stranger:?}");
    reviews::answer(&market.ctx(SUPPLIER), app, id, "谢谢您").await.unwrap();
    assert!(matches!(reviews::answer(&market.ctx(SUPPLIER), app, id, "再谢").await, Err(Error::Answered)));
    let row = market.said(id).await;
    assert_eq!(row.more.unwrap().0, "放了一个月还是脆的");
    assert_eq!(row.answer.unwrap().0, "谢谢您");

    let other = market.delivered_again().await;
    let other = market.say(other, 3, "").await.unwrap();
    market.clock.advance_seconds(MORE_DAYS * DAY);
    assert!(matches!(reviews::more(&ctx, app, &visitor, other, "太晚").await, Err(Error::ReviewLate)));
}

#[db_test(&schema())]
async fn what_is_hidden_is_neither_seen_nor_counted(db: Db) {
    let market = Market::open(db, 30, 5).await;
    let order = market.delivered().await;
    let id = market.say(order, 1, "加微信 123").await.unwrap();
    let (app, ctx) = (&market.app, market.public());
    let bad = reviews::add_photo(&ctx, app, &Visitor::guest("a"), id, b"<svg/>".to_vec()).await;
    assert!(matches!(bad, Err(Error::Picture(_))), "{bad:?}");
    let reporter = Visitor::guest("b");
    assert!(reviews::report(&ctx, app, &reporter, id, "广告").await.unwrap());
    assert!(!reviews::report(&ctx, app, &reporter, id, "广告").await.unwrap(), "everybody counts once");
    let unknown = reviews::report(&ctx, app, &Visitor::default(), id, "广告").await;
    assert!(matches!(unknown, Err(Error::NotFound)), "{unknown:?}");
    let operator = market.ctx(OPERATOR);
    let waiting = reviews::looked_at(&operator, app, false, &Page::default()).await.unwrap();
    assert_eq!(waiting.items.len(), 1);
    assert_eq!(reviews::reasons(&operator, app, id).await.unwrap(), ["广告"]);

    let shop = reviews::rule(&market.ctx(SUPPLIER), app, id, true, "不好看").await;
    assert!(matches!(shop, Err(Error::Denied(_))), "{shop:?}");
    assert!(matches!(reviews::rule(&operator, app, id, true, " ").await, Err(Error::Invalid(_))));
    reviews::rule(&operator, app, id, true, "广告").await.unwrap();
    let (rows, rating) = market.listed(id, Which::All).await;
    assert_eq!((rows.len(), rating.count()), (0, 0));
    let site = market.site();
    assert_eq!(site.get("public", &format!("/reviews/{id}")).await.status, 404);
    assert_eq!(site.get(OTHER, &format!("/api/v1/reviews/{id}")).await.status, 404);
    assert!(site.get(SUPPLIER, &format!("/reviews/{id}")).await.body.contains("不公开：广告"));
    let late = reviews::edit(&ctx, app, &Visitor::guest("a"), id, (5, "好")).await;
    assert!(matches!(late, Err(Error::ReviewLate)), "what is hidden is not changed");
    assert!(reviews::looked_at(&operator, app, false, &Page::default()).await.unwrap().items.is_empty());
    reviews::rule(&operator, app, id, false, "看错了").await.unwrap();
    assert_eq!(market.listed(id, Which::All).await.1.stars, [1, 0, 0, 0, 0]);
}

#[db_test(&schema())]
async fn everybody_reads_reviews_where_they_buy(db: Db) {
    let market = Market::open(db, 30, 5).await;
    let order = market.delivered().await;
    let id = market.say(order, 4, "又脆又甜").await.unwrap();
    let product = market.said(id).await.product;
    let site = market.site();
    let page = site.get("public", &format!("/p/{}", market.apples)).await.body;
    for text in ["4.0 分（1 条评价）", "又脆又甜", "何*", "本店"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let list = site.get("public", "/search?q=苹果").await.body;
    assert!(list.contains("4.0 分（1 条评价）"), "{list}");
    let all = site.get("public", &format!("/reviews/of/{product}?which=photos")).await.body;
    assert!(!all.contains("又脆又甜") && all.contains("有照片"), "{all}");
    let told = site.get("public", &format!("/api/v1/reviews?product={product}&which=4")).await;
    assert_eq!(
        (told.json()["average_tenths"].as_i64(), told.json()["items"][0]["stars"].as_i64()),
        (Some(40), Some(4))
    );
    let personal = format!("{page}{all}{}", told.body);
    assert!(!personal.contains("何平") && !personal.contains("13800138000") && !personal.contains("guest:"));
    assert!(site.get(SUPPLIER, "/s/reviews").await.body.contains("又脆又甜"));
    assert!(!site.get(OTHER, "/s/reviews").await.body.contains("又脆又甜"));

    // The review stays when the money goes back, and says so.
    let (app, ctx, visitor) = (&market.app, market.public(), Visitor::guest("a"));
    let parts = vec![Part { line: market.line(order).await, pieces: 10 }];
    let asked = Asked { id: ctx.id(), kind: Kind::Refund, parts, reason: "坏了".to_owned() };
    let case = cases::open(&ctx, app, &visitor, (order, market.shop), &asked).await.unwrap();
    cases::answer(&market.ctx(SUPPLIER), app, case, Answer::Agree, "").await.unwrap();
    let page = site.get("public", &format!("/reviews/{id}")).await.body;
    assert!(page.contains("已全额退款") && page.contains("又脆又甜"), "{page}");
    let of_shop =
        app.db.read(async |tx| Ok::<_, DbError>(rating::of_shop(tx, market.shop).await?)).await.unwrap();
    assert_eq!(of_shop.count(), 1);
}
