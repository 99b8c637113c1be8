//! HTML pages: basket, checkout, payment, orders of buyers, of shops, of everybody.

pub(crate) mod addresses;
pub(crate) mod bank;
pub(crate) mod basket;
pub(crate) mod case;
pub(crate) mod checkout;
pub(crate) mod commission;
pub(crate) mod order;
pub(crate) mod orders;
pub(crate) mod parts;
pub(crate) mod pay;
pub(crate) mod pick;
pub(crate) mod place;
pub(crate) mod product;
pub(crate) mod review;
pub(crate) mod reviews;
pub(crate) mod settlement;
pub(crate) mod shop;
pub(crate) mod statement;
pub(crate) mod work;

use axum::{
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use maud::Markup;
use sh_http::{App, Context, MenuEntry, Permission, Redirect};
use sh_kernel::FieldErrors;
use sh_ui::{Frame, Tone};
use utoipa_axum::router::OpenApiRouter;

use crate::Error;

/// The routes of all pages.
pub(crate) fn routes() -> OpenApiRouter<App> {
    let photos = OpenApiRouter::new()
        .route("/cases/{id}/photos", post(case::add_photo))
        .route("/reviews/{id}/photos", post(review::add_photo))
        .layer(DefaultBodyLimit::max(case::upload_bytes()));
    OpenApiRouter::new()
        .merge(photos)
        .merge(sh_imports::routes(&crate::service::waybills::Waybills))
        .merge(sh_imports::routes(&crate::service::statements::BankStatement))
        .route("/basket", get(basket::show))
        .route("/basket/add", post(basket::add))
        .route("/basket/change", post(basket::change))
        .route("/basket/agree", post(basket::agree))
        .route("/checkout", get(checkout::show).post(checkout::send))
        .route("/me/addresses", get(addresses::list))
        .route("/me/addresses/new", get(addresses::new).post(addresses::add))
        .route("/me/addresses/{id}", get(addresses::edit).post(addresses::save))
        .route("/me/addresses/{id}/usual", post(addresses::usual))
        .route("/me/addresses/{id}/remove", post(addresses::remove))
        .route("/orders", get(orders::list))
        .route("/orders/{id}", get(order::show))
        .route("/orders/{id}/pay", get(pay::show).post(pay::begin))
        .route("/orders/{id}/cancel", post(order::cancel))
        .route("/orders/{id}/{shop}/receive", post(order::receive))
        .route("/orders/{id}/{shop}/refund", post(order::ask))
        .route("/orders/{id}/{shop}/after-sale", get(case::ask).post(case::open))
        .route("/cases/{id}", get(case::show))
        .route("/cases/{id}/{action}", post(case::act))
        .route("/cases/{id}/photos/{number}", get(case::photo))
        .route("/reviews/of/{product}", get(reviews::of_product))
        .route("/reviews/write/{order}/{line}", get(review::write).post(review::send))
        .route("/reviews/{id}", get(review::show))
        .route("/reviews/{id}/{action}", post(review::act))
        .route("/reviews/{id}/photos/{number}", get(review::photo))
        .route("/s/reviews", get(reviews::of_shop))
        .route("/w/reviews", get(reviews::looked_at))
        .route("/s/cases", get(case::of_shop))
        .route("/w/cases", get(case::all))
        .route("/pay/simulator/{payment}", get(pay::simulator).post(pay::simulate))
        .route("/callbacks/{provider}", post(pay::callback))
        .route("/s/orders", get(shop::list))
        .route("/s/orders/picks", get(pick::list))
        .route("/s/orders/picks/file", get(pick::file))
        .route("/s/orders/to-ship", get(pick::to_ship))
        .route("/s/orders/{id}/{shop}", get(shop::show))
        .route("/s/orders/{id}/{shop}/ship", post(shop::ship))
        .route("/s/orders/{id}/{shop}/answer", post(shop::answer))
        .route("/s/statement", get(statement::show))
        .route("/s/statement/csv", get(statement::csv))
        .route("/s/settlements/{id}", get(settlement::show_to_shop))
        .route("/w/commissions", get(commission::list))
        .route("/w/commissions/new", get(commission::new).post(commission::add))
        .route("/w/commissions/{id}", get(commission::show))
        .route("/w/commissions/{id}/change", post(commission::change))
        .route("/w/commissions/{id}/end", post(commission::end))
        .route("/w/settlements", get(settlement::list).post(settlement::make))
        .route("/w/settlements/{id}", get(settlement::show))
        .route("/w/settlements/{id}/paid", post(settlement::paid))
        .route("/w/settlements/{id}/withdraw", post(settlement::withdraw))
        .route("/w/payments", get(bank::ledger))
        .route("/w/payments/lines", get(bank::lines))
        .route("/w/payments/lines/{id}", get(bank::line))
        .route("/w/payments/lines/{id}/assign", post(bank::assign))
        .route("/w/payments/lines/{id}/return", post(bank::send_back))
        .route("/w/orders", get(work::list))
        .route("/w/orders/{id}", get(work::show))
        .route("/w/orders/{id}/transfer", post(work::transfer))
        .route("/w/orders/{id}/sent-back", post(work::sent_back))
}

/// The pages in the menus of the workbenches.
pub(crate) const MENU: [MenuEntry; 10] = [
    MenuEntry {
        group: "menu-shop",
        label: "reviews-title",
        href: "/s/reviews",
        permission: Permission::HandleOrders,
        order: 148,
        icon: None,
    },
    MenuEntry {
        group: "menu-mall",
        label: "reviews-title",
        href: "/w/reviews",
        permission: Permission::SettleOrders,
        order: 159,
        icon: None,
    },
    MenuEntry {
        group: "menu-shop",
        label: "shop-orders-title",
        href: "/s/orders",
        permission: Permission::HandleOrders,
        order: 145,
        icon: None,
    },
    MenuEntry {
        group: "menu-mall",
        label: "all-orders-title",
        href: "/w/orders",
        permission: Permission::SettleOrders,
        order: 155,
        icon: None,
    },
    MenuEntry {
        group: "menu-mall",
        label: "payments-title",
        href: "/w/payments",
        permission: Permission::SettleOrders,
        order: 155,
        icon: None,
    },
    MenuEntry {
        group: "menu-shop",
        label: "cases-title",
        href: "/s/cases",
        permission: Permission::HandleOrders,
        order: 147,
        icon: None,
    },
    MenuEntry {
        group: "menu-mall",
        label: "cases-title",
        href: "/w/cases",
        permission: Permission::SettleOrders,
        order: 158,
        icon: None,
    },
    MenuEntry {
        group: "menu-shop",
        label: "statement-title",
        href: "/s/statement",
        permission: Permission::HandleOrders,
        order: 146,
        icon: None,
    },
    MenuEntry {
        group: "menu-mall",
        label: "settlements-title",
        href: "/w/settlements",
        permission: Permission::SettleOrders,
        order: 156,
        icon: None,
    },
    MenuEntry {
        group: "menu-mall",
        label: "commissions-title",
        href: "/w/commissions",
        permission: Permission::ManageMall,
        order: 157,
        icon: None,
    },
];

/// A page of the mall.
pub(crate) fn page(ctx: &Context, frame: Frame, content: &Markup) -> Markup {
    sh_catalogue::mall_page(ctx, frame, content)
}

/// What went wrong in the words of the page's language.
pub(crate) fn told(ctx: &Context, error: &Error) -> String {
    use sh_http::AppError;
    let fields = error
        .fields()
        .map(|fields| fields.0.iter().map(|field| field.message.clone()).collect::<Vec<_>>().join(" "));
    if let Some(text) = fields.filter(|text| !text.is_empty()) {
        return text;
    }
    let args = error.args();
    let args: Vec<(&str, sh_ui::Arg<'_>)> =
        args.iter().map(|(name, value)| (*name, sh_ui::Arg::from(value))).collect();
    ctx.locale.with(&format!("problem-{}", error.code()), &args)
}

/// The same as the summary of a form.
pub(crate) fn fields(ctx: &Context, error: &Error) -> FieldErrors {
    use sh_http::AppError;
    if let Some(fields) = error.fields() {
        return fields.clone();
    }
    let mut errors = FieldErrors::default();
    errors.push("", error.code(), told(ctx, error));
    errors
}

/// Back to a page with the result; what a person can mend is told there.
pub(crate) fn back(
    ctx: &Context,
    to: &str,
    outcome: Result<(), Error>,
    done: &str,
) -> Result<Redirect, sh_http::Failure> {
    use sh_http::{AppError, Kind};
    match outcome {
        Ok(()) => Ok(Redirect::to(to).done(ctx.t(done))),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Unprocessable | Kind::TooMany) => {
            Ok(Redirect::to(to).saying(Tone::Bad, told(ctx, &error)))
        }
        Err(error) => Err(error.into()),
    }
}
