//! JSON endpoints, one file per resource: the basket, checkout, a buyer's orders, a shop's orders and
//! statement, commission and settlements.
//!
//! A guest is known by the cookie that the first answer sets, a person by their session. An order has the number that the
//! quotation gave out, so that it is placed once however often it is sent; the same number with other content is refused.

pub(crate) mod bank;
pub(crate) mod basket;
pub(crate) mod bodies;
pub(crate) mod cases;
pub(crate) mod checkout;
pub(crate) mod commission;
pub(crate) mod orders;
pub(crate) mod pick;
pub(crate) mod reviews;
pub(crate) mod settlement;
pub(crate) mod shop;
pub(crate) mod statement;

use sh_http::App;
use utoipa_axum::router::OpenApiRouter;

/// The routes of all endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    basket::routes()
        .merge(checkout::routes())
        .merge(bank::routes())
        .merge(orders::routes())
        .merge(shop::routes())
        .merge(pick::routes())
        .merge(statement::routes())
        .merge(commission::routes())
        .merge(settlement::routes())
        .merge(cases::routes())
        .merge(reviews::routes())
}
