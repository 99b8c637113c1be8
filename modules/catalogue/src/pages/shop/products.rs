//! `/s/products`: the supplier's products; `/s/products/new`.

use std::fmt::Write as _;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{
    App, AppError, Context, Failure, Form, Html, Kind, Listing, Page, Permission, Query, Redirect,
};
use sh_kernel::{FieldErrors, Id};
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Pager, QueryForm, Row, Tab, button, button_link, data_table,
    empty, error_summary, money, pager, query_form, status_tag, tabs, toolbar, work_page,
};

use super::{imports::refusal, review_tag, shelf_tag};
use crate::{
    Error,
    draft::Draft,
    model::{Review, Shelf, Shop},
    service::{edit, shops},
    store::{
        product::{ListedProduct, ProductFilter},
        shop::ShopRow,
    },
};

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    shop: Option<Id<Shop>>,
    tab: String,
    q: String,
    after: Option<String>,
}

/// The tabs of the list: word, text, what it shows.
const TABS: &[(&str, &str, Option<Shelf>, Option<Review>)] = &[
    ("", "products-tab-all", None, None),
    ("on-sale", "shelf-on-sale", Some(Shelf::OnSale), None),
    ("draft", "review-draft", None, Some(Review::Draft)),
    ("submitted", "review-submitted", None, Some(Review::Submitted)),
    ("returned", "review-returned", None, Some(Review::Returned)),
    ("off-sale", "shelf-off-sale", Some(Shelf::OffSale), None),
    ("switched-off", "shelf-switched-off", Some(Shelf::SwitchedOff), None),
];

impl ListQuery {
    fn filter(&self) -> ProductFilter {
        let tab = TABS.iter().find(|tab| tab.0 == self.tab);
        ProductFilter {
            shelf: tab.and_then(|tab| tab.2),
            review: tab.and_then(|tab| tab.3),
            contains: Some(self.q.clone()),
        }
    }

    fn href(&self, tab: &str, after: Option<&str>) -> String {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let mut href = format!("/s/products?tab={tab}");
        if !self.q.is_empty() {
            let _ = write!(href, "&q={}", encode(&self.q));
        }
        if let Some(shop) = self.shop {
            let _ = write!(href, "&shop={shop}");
        }
        if let Some(after) = after {
            let _ = write!(href, "&after={after}");
        }
        href
    }
}

/// `GET /s/products`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let shop = shops::own(&ctx, &app, query.shop).await?;
    let page = Page { after: query.after.clone(), size: None };
    let products = edit::list(&ctx, &app, shop.id, &query.filter(), &page).await?;
    Ok(Html(list_page(&ctx, &shop, &query, &products)))
}

fn list_page(ctx: &Context, shop: &ShopRow, query: &ListQuery, products: &Listing<ListedProduct>) -> Markup {
    let locale = ctx.locale;
    let may = ctx.allows(Permission::EditListings, &shop.scope());
    let mut frame = ctx.frame(ctx.t("products-title")).subtitle(html! { (shop.name) });
    if may {
        frame = frame.action(button_link(&ctx.t("products-new"), &new_href(query.shop), Some("plus")));
    }
    let form = QueryForm {
        action: "/s/products".to_owned(),
        fields: vec![Field::input("search", "q", &ctx.t("products-search")).value(&query.q).render(locale)],
        hidden: vec![("tab".to_owned(), query.tab.clone())],
        ..QueryForm::default()
    };
    let list: Vec<Tab> = TABS
        .iter()
        .map(|(word, key, ..)| Tab::new(ctx.t(key), query.href(word, None), query.tab == *word))
        .collect();
    let content = html! {
        @if !shop.is_open() {
            (sh_ui::banner(sh_ui::Tone::Bad, &ctx.t("shop-is-off"), &html! {
                p { (shop.off_reason.as_deref().unwrap_or_default()) }
            }))
        }
        (query_form(locale, &form))
        (tabs(&ctx.t("products-title"), &list))
        (toolbar(None, &actions(ctx, shop, may)))
        (table(ctx, products, may, query))
        (pager(locale, &Pager {
            next: products.next.as_deref().map(|after| query.href(&query.tab, Some(after))),
            shown: products.items.len(),
            ..Pager::default()
        }))
    };
    work_page(&frame, &content)
}

fn new_href(shop: Option<Id<Shop>>) -> String {
    shop.map_or_else(|| "/s/products/new".to_owned(), |shop| format!("/s/products/new?shop={shop}"))
}

fn actions(ctx: &Context, shop: &ShopRow, may: bool) -> Vec<Markup> {
    let link = |key: &str, page: &str, icon| {
        button_link(&ctx.t(key), &format!("/s/products/{page}?shop={}", shop.id), Some(icon))
    };
    let import = may.then(|| link("products-import", "import", "upload"));
    import.into_iter().chain([link("products-export", "export", "download")]).collect()
}

fn table(ctx: &Context, products: &Listing<ListedProduct>, may: bool, query: &ListQuery) -> Markup {
    let locale = ctx.locale;
    let rows = products.items.iter().map(|product| {
        let shelf = shelf_tag(locale, product.shelf);
        let name = if product.name.is_empty() { &product.code } else { &product.name };
        Row {
            cells: vec![
                Some(html! { a href=(format!("/s/products/{}", product.id)) { (name) } }),
                Some(html! { (product.code) }),
                product.price.map(|price| money(locale, price)),
                Some(html! {
                    (status_tag(shelf.0, &shelf.1))
                    @if let Some((tone, text)) = review_tag(locale, product.review) { " " (status_tag(tone, &text)) }
                }),
                Some(html! { time { (product.saved_at.to_minute()) } }),
            ],
            ..Row::default()
        }
    });
    let first = (query.q.is_empty() && query.tab.is_empty() && may)
        .then(|| button_link(&ctx.t("products-new"), &new_href(query.shop), Some("plus")));
    let why = if first.is_some() { "products-none" } else { "products-none-found" };
    let table = DataTable {
        caption: ctx.t("products-title"),
        columns: vec![
            Column::text(ctx.t("product-name")),
            Column::text(ctx.t("product-code")),
            Column::number(ctx.t("product-price")),
            Column::text(ctx.t("product-state")),
            Column::text(ctx.t("product-saved-at")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t(why), first.as_ref())),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// Which shop a new product is for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewQuery {
    shop: Option<Id<Shop>>,
}

/// `GET /s/products/new`: what must be known to begin.
pub(crate) async fn new(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<NewQuery>,
) -> Result<Html, Failure> {
    let shop = shops::own(&ctx, &app, query.shop).await?;
    ctx.require(Permission::EditListings, shop.scope())?;
    Ok(Html(new_page(&ctx, &shop, &NewForm::default(), &FieldErrors::default())))
}

/// What must be known to begin.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewForm {
    shop: Option<Id<Shop>>,
    code: String,
    name: String,
}

fn new_page(ctx: &Context, shop: &ShopRow, form: &NewForm, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let title = ctx.t("products-new");
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("products-title"), "/s/products"), Crumb::here(title)])
        .subtitle(html! { (shop.name) })
        .with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(locale, errors))
        form.form method="post" action="/s/products" {
            input type="hidden" name="shop" value=(shop.id);
            (Field::text("name", &ctx.t("product-name")).hint(ctx.t("product-name-hint"))
                .value(&form.name).required().errors(errors).render(locale))
            (Field::text("code", &ctx.t("product-code")).hint(ctx.t("product-code-hint"))
                .value(&form.code).required().errors(errors).render(locale))
            (button(&ctx.t("products-begin")))
        }
    };
    work_page(&frame, &content)
}

/// `POST /s/products`: begins a product.
pub(crate) async fn create(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<NewForm>,
) -> Result<Response, Failure> {
    let shop = shops::own(&ctx, &app, form.shop).await?;
    let draft = Draft { code: form.code.clone(), name: form.name.clone(), publish: true, ..Draft::default() };
    match edit::create(&ctx, &app, shop.id, &draft).await {
        Ok(id) => Ok(Redirect::to(format!("/s/products/{id}")).into_response()),
        Err(error) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
            let errors = fields(&ctx, &error);
            let page = new_page(&ctx, &shop, &form, &errors);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// What a form shows of a refusal: its fields, or a message of its own.
pub(crate) fn fields(ctx: &Context, error: &Error) -> FieldErrors {
    if let Some(fields) = error.fields() {
        return fields.clone();
    }
    let message = refusal(ctx.locale, error);
    let pointer = if matches!(error, Error::CodeTaken(_)) { "/code" } else { "" };
    let mut errors = FieldErrors::default();
    errors.push(pointer, error.code(), message);
    errors
}

/// A choice for each kind of goods, grouped by nothing: the list is short enough to be searched by typing.
pub(crate) fn kinds(ctx: &Context) -> Vec<Choice> {
    let all = crate::Categories::get();
    let mut list = vec![Choice::new("", ctx.t("product-kind-by-name"))];
    for category in all.all() {
        for kind in all.kinds_of(category.number) {
            let label = format!("{} · {}", category.name(ctx.locale), kind.name(ctx.locale));
            list.push(Choice::new(kind.word, label));
        }
    }
    list
}
