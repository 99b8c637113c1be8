//! Commission as it is frozen, charged and given back; statements; paying shops.

use sh_db::Db;
use sh_http::Page;
use sh_kernel::{Fen, Id, Month};
use sh_mall::{
    Error, Sums,
    commission::Rule,
    model::{EntryKind, Order, PartState, SettlementState},
    provider::simulator::Scenario,
    service::{
        checkout, chores,
        commission::{self, Typed},
        orders,
        settlement::{self, HOLD_DAYS},
        statement::{self, Statement},
        supplier,
    },
    token::Visitor,
};
use sh_testkit::db_test;

use crate::support::{Market, OPERATOR, OTHER, SUPPLIER, schema};

const DAY: i64 = 24 * 3_600;

impl Market {
    /// A rule for everything, from tomorrow; it is tomorrow afterwards.
    pub(crate) async fn rule(&self, rate: &str, more: Typed) -> Id<Rule> {
        let from = self.public().today().plus_days(1).to_string();
        let text = str::to_owned;
        let typed = Typed { position: text("10"), name: text("通用"), rate: text(rate), from, ..more };
        let id = commission::add(&self.ctx(OPERATOR), &self.app, &typed).await.unwrap();
        self.clock.advance_seconds(DAY);
        id
    }

    /// Apples that somebody has ordered, paid and received.
    async fn received(&self, pieces: i64) -> Id<Order> {
        let order = self.order("a", pieces).await.unwrap();
        self.pay("a", order, Scenario::Once).await.unwrap();
        let waybill = sh_mall::model::number_of(order);
        supplier::ship(&self.ctx(SUPPLIER), &self.app, (order, self.shop), "顺丰", &waybill).await.unwrap();
        orders::receive(&self.public(), &self.app, &Visitor::guest("a"), order, self.shop).await.unwrap();
        order
    }

    async fn refund(&self, order: Id<Order>) {
        let visitor = Visitor::guest("a");
        orders::ask_refund(&self.public(), &self.app, &visitor, (order, self.shop), "坏了").await.unwrap();
        let at = (order, self.shop);
        supplier::answer(&self.ctx(SUPPLIER), &self.app, at, (true, false), "").await.unwrap();
    }

    async fn statement(&self) -> Statement {
        statement::show(&self.ctx(SUPPLIER), &self.app, None, None, &Page::default()).await.unwrap()
    }

    fn month(&self) -> Month {
        self.public().today().month()
    }
}

#[db_test(&schema())]
async fn a_refund_across_a_change_gives_back_what_was_charged(db: Db) {
    let market = Market::open(db, 10, 0).await;
    let (app, operator) = (&market.app, market.ctx(OPERATOR));
    let rule = market.rule("5", Typed { fixed: "0.30".to_owned(), ..Typed::default() }).await;
    let order = market.received(3).await;
    let line = market.whole("a", order).await.lines[0].clone();
    // 5 % of 179.70 is 8.985, and 0.30 besides.
    assert_eq!((line.charge.rule, line.charge.rate, line.charge.fen), (Some(rule), 500, Fen(929)));

    let from = operator.today().plus_days(1).to_string();
    let text = str::to_owned;
    let typed =
        Typed { position: text("1"), name: text("新规"), rate: text("12"), from, ..Typed::default() };
    let changed = commission::change(&operator, app, rule, &typed).await.unwrap();
    market.clock.advance_seconds(DAY);
    assert_eq!(commission::rules(&operator, app, None).await.unwrap().now[0].id, changed);
    let again = commission::change(&operator, app, rule, &typed).await;
    assert!(matches!(again, Err(Error::Invalid(_))), "from today is too early: {again:?}");
    let number = sh_mall::model::number_of(order);
    let shown = commission::preview(&operator, app, &number, None).await.unwrap();
    assert_eq!((shown[0].line.charge.fen, shown[0].then.fen), (Fen(929), Fen(2_156)));
    let before = operator.today().plus_days(-1);
    let shown = commission::preview(&operator, app, &number, Some(before)).await.unwrap();
    assert_eq!(shown[0].then.fen, Fen(929), "a day that is over keeps its rules");

    market.refund(order).await;
    let found = market.statement().await;
    let lines: Vec<_> =
        found.entries.items.iter().map(|row| (row.kind, row.pieces, row.amount, row.commission)).collect();
    assert_eq!(
        lines,
        [(EntryKind::Sale, 3, Fen(17_970), Fen(929)), (EntryKind::Refund, -3, Fen(-17_970), Fen(-929))]
    );
    assert_eq!(found.owed, Fen::ZERO);
    market.audit().await;
}

#[db_test(&schema())]
async fn an_order_that_is_not_paid_costs_its_seller_nothing(db: Db) {
    let market = Market::open(db, 10, 0).await;
    market.rule("5", Typed::default()).await;
    let order = market.order("a", 1).await.unwrap();
    orders::cancel(&market.public(), &market.app, &Visitor::guest("a"), order).await.unwrap();
    market.order("a", 2).await.unwrap();
    assert_eq!(market.statement().await.sums, Sums::default());
    market.audit().await;
}

#[db_test(&schema())]
async fn amounts_beyond_31_bits_are_charged_and_settled(db: Db) {
    let market = Market::open(db, 0, 0).await;
    let spec = ("一车", "1 kg", "10000000");
    let dear = market.product(SUPPLIER, market.shop, ("DA-01", "昭通丑苹果整车", "530602"), spec).await;
    market.stock(SUPPLIER, market.shop, dear, 900_000).await;
    market.rule("5", Typed::default()).await;
    let form = market.form(&[(dear, 400, 1_000_000_000)]);
    let order = checkout::place(&market.public(), &market.app, "guest:a", &form).await.unwrap();
    market.pay("a", order, Scenario::Once).await.unwrap();
    let found = market.statement().await;
    assert_eq!((found.sums.commission, found.owed), (Fen(20_000_000_000), Fen(380_000_000_000)));
    market.refund(order).await;
    assert_eq!(market.statement().await.owed, Fen::ZERO);
    market.audit().await;
}

/// A second person who runs the mall.
const SECOND: &str = "mall-operator@*+shopper@*";

#[db_test(&schema())]
async fn what_is_due_is_paid_once_and_by_two_people(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let (app, operator) = (&market.app, market.ctx(OPERATOR));
    market.rule("10", Typed::default()).await;
    market.received(2).await;
    let id = operator.id();
    let month = market.month();
    let early = settlement::make(&operator, app, id, market.shop, month).await;
    assert!(matches!(early, Err(Error::NothingDue)), "a buyer may still send it back: {early:?}");
    let owed = settlement::owed(&operator, app, &Page::default()).await.unwrap().items;
    assert_eq!((owed.len(), owed[0].due, owed[0].waiting), (1, Fen::ZERO, Fen(10_782)));

    market.clock.advance_seconds(HOLD_DAYS * DAY);
    market.received(1).await;
    let month = market.month();
    settlement::make(&operator, app, id, market.shop, month).await.unwrap();
    settlement::make(&operator, app, id, market.shop, month).await.unwrap();
    let again = settlement::make(&operator, app, operator.id(), market.shop, month).await;
    assert!(matches!(again, Err(Error::NothingDue)), "{again:?}");
    let later = settlement::make(&operator, app, operator.id(), market.shop, month.next()).await;
    assert!(matches!(later, Err(Error::Invalid(_))), "{later:?}");
    let (row, lines) = settlement::get(&market.ctx(SUPPLIER), app, id, &Page::default()).await.unwrap();
    assert_eq!((row.gross, row.commission, row.amount), (Fen(11_980), Fen(1_198), Fen(10_782)));
    assert_eq!(lines.items.len(), 1);
    let stranger = settlement::get(&market.ctx(OTHER), app, id, &Page::default()).await;
    assert!(matches!(stranger, Err(Error::Denied(_))), "{stranger:?}");
    let supplier = settlement::pay(&market.ctx(SUPPLIER), app, id, "ICBC-1").await;
    assert!(matches!(supplier, Err(Error::Denied(_))), "{supplier:?}");
    market.audit().await;

    let alone = settlement::pay(&operator, app, id, "ICBC-1").await;
    assert!(matches!(alone, Err(Error::SamePerson)), "{alone:?}");
    let second = market.ctx(SECOND);
    settlement::pay(&second, app, id, "ICBC-1").await.unwrap();
    settlement::pay(&second, app, id, "ICBC-1").await.unwrap();
    let found = market.statement().await;
    assert_eq!((found.paid, found.owed), (Fen(10_782), Fen(5_391)));
    let ended = settlement::withdraw(&operator, app, id).await;
    assert!(matches!(ended, Err(Error::SettlementEnded)), "{ended:?}");
    market.audit().await;

    // Refunded after it was paid: the shop owes, which the next settlement takes off.
    let order = found.entries.items[0].order;
    market.refund(order).await;
    assert_eq!(market.statement().await.owed, Fen(5_391 - 10_782));
    market.clock.advance_seconds(HOLD_DAYS * DAY);
    let none = settlement::make(&operator, app, operator.id(), market.shop, market.month()).await;
    assert!(matches!(none, Err(Error::NothingDue)), "{none:?}");
    market.received(5).await;
    market.clock.advance_seconds(HOLD_DAYS * DAY);
    let next = operator.id();
    settlement::make(&operator, app, next, market.shop, market.month()).await.unwrap();
    let taken = settlement::pay(&second, app, next, "ICBC-1").await;
    assert!(matches!(taken, Err(Error::ReferenceTaken)), "{taken:?}");
    settlement::withdraw(&operator, app, next).await.unwrap();
    let last = operator.id();
    settlement::make(&operator, app, last, market.shop, market.month()).await.unwrap();
    let (row, _) = settlement::get(&operator, app, last, &Page::default()).await.unwrap();
    assert_eq!((row.state, row.amount), (SettlementState::Open, Fen(5_391 + 26_955 - 10_782)));
    market.audit().await;
}

#[db_test(&schema())]
async fn a_settlement_of_last_month_takes_off_what_went_back_in_this_one(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let (app, operator) = (&market.app, market.ctx(OPERATOR));
    let month = market.month();
    let returned = market.received(2).await;
    market.received(1).await;
    market.clock.advance_seconds(40 * DAY);
    assert!(market.month() > month);
    market.refund(returned).await;
    let id = operator.id();
    settlement::make(&operator, app, id, market.shop, month).await.unwrap();
    let (row, lines) = settlement::get(&operator, app, id, &Page::default()).await.unwrap();
    assert_eq!((row.amount, lines.items.len()), (Fen(5_990), 3), "the returned one is paid and taken off");
    market.audit().await;
}

#[db_test(&schema())]
async fn what_a_buyer_wants_back_is_not_paid_out(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let (app, operator, second) = (&market.app, market.ctx(OPERATOR), market.ctx(SECOND));
    let (order, shop, month) = (market.received(2).await, market.shop, market.month());
    market.received(1).await;
    market.clock.advance_seconds(HOLD_DAYS * DAY);
    let id = operator.id();
    settlement::make(&operator, app, id, shop, month).await.unwrap();
    let visitor = Visitor::guest("a");
    orders::ask_refund(&market.public(), app, &visitor, (order, shop), "坏了").await.unwrap();
    let asked = settlement::pay(&second, app, id, "ICBC-1").await;
    assert!(matches!(asked, Err(Error::SettlementStale)), "{asked:?}");
    supplier::answer(&market.ctx(SUPPLIER), app, (order, shop), (true, false), "").await.unwrap();
    let granted = settlement::pay(&second, app, id, "ICBC-1").await;
    assert!(matches!(granted, Err(Error::SettlementStale)), "{granted:?}");
    settlement::withdraw(&operator, app, id).await.unwrap();
    let next = operator.id();
    settlement::make(&operator, app, next, shop, month).await.unwrap();
    settlement::pay(&second, app, next, "ICBC-1").await.unwrap();
    let found = market.statement().await;
    assert_eq!((found.paid, found.owed), (Fen(5_990), Fen::ZERO));
    market.audit().await;
}

#[db_test(&schema())]
async fn a_part_is_received_by_itself_and_a_silent_shop_gives_the_money_back(db: Db) {
    let market = Market::open(db, 20, 0).await;
    let (app, shop) = (&market.app, market.shop);
    let (sent, unsent) = (market.order("a", 2).await.unwrap(), market.order("a", 1).await.unwrap());
    market.pay("a", sent, Scenario::Once).await.unwrap();
    market.pay("a", unsent, Scenario::Once).await.unwrap();
    let waybill = sh_mall::model::number_of(sent);
    supplier::ship(&market.ctx(SUPPLIER), app, (sent, shop), "顺丰", &waybill).await.unwrap();
    let visitor = Visitor::guest("a");
    orders::ask_refund(&market.public(), app, &visitor, (unsent, shop), "不想要了").await.unwrap();
    let state = async |order| {
        let whole = orders::get(&market.public(), app, &visitor, order).await.unwrap();
        whole.part(shop).unwrap().state
    };
    chores::once(&market.public(), app).await.unwrap();
    assert_eq!((state(sent).await, state(unsent).await), (PartState::Shipped, PartState::ToShip));
    market.clock.advance_seconds(2 * DAY);
    chores::once(&market.public(), app).await.unwrap();
    assert_eq!((state(sent).await, state(unsent).await), (PartState::Shipped, PartState::Refunded));
    market.clock.advance_seconds((chores::RECEIVE_DAYS - 2) * DAY);
    chores::once(&market.public(), app).await.unwrap();
    assert_eq!(state(sent).await, PartState::Received);
    market.audit().await;
}

#[db_test(&schema())]
async fn rules_are_checked_and_kept(db: Db) {
    let market = Market::open(db, 0, 0).await;
    let (app, operator) = (&market.app, market.ctx(OPERATOR));
    let text = str::to_owned;
    let tomorrow = operator.today().plus_days(1).to_string();
    let good = Typed {
        position: text("5"),
        name: text("云南已认定"),
        category: text("fruit"),
        organisation: text("93530602MA6KAPPLE1"),
        region: text("云南省"),
        certified: text("yes"),
        rate: text("2.25"),
        from: tomorrow.clone(),
        ..Typed::default()
    };
    let id = commission::add(&operator, app, &good).await.unwrap();
    let rule = commission::get(&operator, app, id).await.unwrap();
    assert_eq!((rule.rate, rule.shop, rule.certified), (225, Some(market.shop), Some(true)));
    assert_eq!(rule.region.map(sh_kernel::RegionCode::number), Some(530_000));
    let today = operator.today().to_string();
    let wrong = [
        Typed { position: text("0"), ..good.clone() },
        Typed { name: text(" "), ..good.clone() },
        Typed { category: text("cars"), ..good.clone() },
        Typed { organisation: text("none"), ..good.clone() },
        Typed { region: text("亚特兰蒂斯"), ..good.clone() },
        Typed { rate: text("31"), ..good.clone() },
        Typed { rate: text("-1"), ..good.clone() },
        Typed { fixed: text("101"), ..good.clone() },
        Typed { from: today.clone(), ..good.clone() },
        Typed { to: today.clone(), ..good.clone() },
    ];
    for typed in wrong {
        let outcome = commission::add(&operator, app, &typed).await;
        assert!(
            matches!(&outcome, Err(Error::Invalid(invalid)) if invalid.0.0.len() == 1),
            "{typed:?} {outcome:?}"
        );
    }
    let denied = commission::add(&market.ctx(SUPPLIER), app, &good).await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    commission::end(&operator, app, id, &today).await.unwrap();
    let ended = commission::ended(&operator, app, &Page::default()).await.unwrap().items;
    assert_eq!(ended.len(), 1, "it ends before it begins");
    let change = commission::change(&operator, app, id, &good).await;
    assert!(matches!(change, Err(Error::RuleEnded)), "{change:?}");
}

#[db_test(&schema())]
async fn pages_and_interface_show_the_same(db: Db) {
    let market = Market::open(db, 10, 0).await;
    market.rule("10", Typed { fixed: "0.01".to_owned(), ..Typed::default() }).await;
    market.received(1).await;
    let (site, month) = (market.site(), market.month());
    let page = site.get(SUPPLIER, &format!("/s/statement?month={month}")).await.body;
    for text in ["昭通丑苹果 5 kg 装", "通用 10%，另每行 ¥0.01", "¥53.90"] {
        assert!(page.contains(text), "{text} is missing in {page}");
    }
    let csv = site.get(SUPPLIER, &format!("/s/statement/csv?month={month}")).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(
        csv.body.contains("59.90") && csv.body.contains("6.00") && csv.body.contains("53.90"),
        "{}",
        csv.body
    );
    let told = site.get(SUPPLIER, &format!("/api/v1/shop/statement?month={month}")).await.body;
    assert!(told.contains("\"owed_fen\":5390") && told.contains("\"commission_fen\":600"), "{told}");
    assert_eq!(site.get(OTHER, &format!("/s/statement?shop={}", market.shop)).await.status, 404);
    market.clock.advance_seconds(HOLD_DAYS * DAY);
    let owed = site.get(OPERATOR, "/w/settlements").await.body;
    assert!(
        owed.contains("昭阳区绿源苹果专业合作社") && owed.contains("¥53.90") && owed.contains("开结算单"),
        "{owed}"
    );
    let rules = site.get(OPERATOR, "/w/commissions").await.body;
    assert!(rules.contains("通用") && rules.contains("新增规则"), "{rules}");
    let told = site.get(OPERATOR, "/api/v1/commissions").await.body;
    assert!(told.contains("\"rate\":1000"), "{told}");
    for path in ["/w/settlements", "/w/commissions", "/api/v1/settlements", "/api/v1/commissions"] {
        let status = site.get(SUPPLIER, path).await.status.as_u16();
        assert!(matches!(status, 403 | 404), "{path}: {status}");
    }
}
