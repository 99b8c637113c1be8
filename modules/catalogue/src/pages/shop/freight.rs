//! `/s/freight`: the shop's freight templates.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_files::{
    parse::{self, BaseUnit, MoneyUnit},
    sheet::Cell,
};
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Path, Permission, Query, Redirect};
use sh_kernel::{Fen, FieldErrors, Id, RegionCode};
use sh_regions::{Regions, Resolution};
use sh_ui::{
    Column, Crumb, DataTable, Field, Locale, Row, button, button_link, data_table, empty, error_summary,
    panel, work_page,
};

use super::products::fields;
use crate::{
    draft::measured,
    freight::{Exception, Rate, Template},
    model::{Freight, Shop},
    service::shops,
    store::shop::{FreightRow, ShopRow},
};

/// Exceptions that the form has rows for.
const ROWS: usize = 3;

/// Which shop.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ShopQuery {
    shop: Option<Id<Shop>>,
}

/// What a template says, in words: `首重 3 kg ¥8.00，每加 1 kg ¥1.00；新疆、西藏 ¥25.00 起；满 ¥99.00 包邮`.
pub(crate) fn summary(locale: Locale, template: &Template) -> String {
    let mut parts = vec![rate_text(locale, &template.rate)];
    for exception in &template.exceptions {
        let places = places(&exception.regions);
        let text = match &exception.rate {
            None => locale.with("freight-not-sent", &[("places", places.into())]),
            Some(rate) => {
                let rate = rate_text(locale, rate);
                locale.with("freight-elsewhere", &[("places", places.into()), ("rate", rate.into())])
            }
        };
        parts.push(text);
    }
    if let Some(from) = template.free_from {
        parts.push(locale.with("freight-free-from", &[("amount", from.to_grouped().into())]));
    }
    parts.join(&locale.t("freight-and"))
}

fn places(regions: &[RegionCode]) -> String {
    let all = Regions::get();
    regions.iter().map(|code| all.short_name(*code)).collect::<Vec<_>>().join("、")
}

fn rate_text(locale: Locale, rate: &Rate) -> String {
    if rate.first == Fen::ZERO && (rate.step == Fen::ZERO || rate.step_grams == 0) {
        return locale.t("freight-free");
    }
    let kg = |grams| measured(grams, BaseUnit::Gram);
    let fee = rate.first.to_grouped();
    if rate.step_grams == 0 {
        return locale.with("freight-flat", &[("fee", fee.into())]);
    }
    let args = [
        ("first", kg(rate.first_grams).into()),
        ("fee", fee.into()),
        ("step", kg(rate.step_grams).into()),
        ("more", rate.step.to_grouped().into()),
    ];
    locale.with("freight-rate", &args)
}

/// `GET /s/freight`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ShopQuery>,
) -> Result<Html, Failure> {
    let shop = shops::own(&ctx, &app, query.shop).await?;
    let freights = shops::freights(&ctx, &app, shop.id).await?;
    Ok(Html(list_page(&ctx, &shop, &freights, &FreightForm::default(), &FieldErrors::default())))
}

fn list_page(
    ctx: &Context,
    shop: &ShopRow,
    freights: &[FreightRow],
    form: &FreightForm,
    errors: &FieldErrors,
) -> Markup {
    let locale = ctx.locale;
    let frame =
        ctx.frame(ctx.t("freights-title")).subtitle(html! { (shop.name) }).with_errors(!errors.0.is_empty());
    let rows = freights.iter().map(|row| {
        Row::new([
            html! { a href=(format!("/s/freight/{}", row.id)) { (row.name) } },
            html! { (summary(locale, &row.template)) },
        ])
    });
    let table = DataTable {
        caption: ctx.t("freights-title"),
        columns: vec![Column::text(ctx.t("freight-name")), Column::text(ctx.t("freight-says"))],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("freights-none"), None)),
        ..DataTable::default()
    };
    let may = ctx.allows(Permission::EditListings, &shop.scope());
    let content = html! {
        (error_summary(locale, errors))
        (data_table(locale, &table))
        @if may {
            (panel(&ctx.t("freight-new"), None, &inputs(ctx, "/s/freight", shop.id, form, errors)))
        }
    };
    work_page(&frame, &content)
}

/// The form as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct FreightForm {
    shop: Option<Id<Shop>>,
    name: String,
    first_weight: String,
    first: String,
    step_weight: String,
    step: String,
    free_from: String,
    places_0: String,
    places_1: String,
    places_2: String,
    fee_0: String,
    fee_1: String,
    fee_2: String,
    more_0: String,
    more_1: String,
    more_2: String,
    not_sent: String,
}

impl FreightForm {
    fn of(row: &FreightRow) -> Self {
        let template = &row.template;
        let weight = |grams: i64| if grams == 0 { String::new() } else { measured(grams, BaseUnit::Gram) };
        let mut form = Self {
            name: row.name.clone(),
            first_weight: weight(template.rate.first_grams),
            first: template.rate.first.to_plain(),
            step_weight: weight(template.rate.step_grams),
            step: template.rate.step.to_plain(),
            free_from: template.free_from.map(Fen::to_plain).unwrap_or_default(),
            ..Self::default()
        };
        let priced = template.exceptions.iter().filter_map(|exception| Some((exception, exception.rate?)));
        for (at, (exception, rate)) in priced.take(ROWS).enumerate() {
            if let Some((region, fee, more)) = form.row_mut(at) {
                *region = places(&exception.regions);
                *fee = rate.first.to_plain();
                *more = rate.step.to_plain();
            }
        }
        let none = template.exceptions.iter().filter(|exception| exception.rate.is_none());
        form.not_sent = none.map(|exception| places(&exception.regions)).collect::<Vec<_>>().join("、");
        form
    }

    fn row_mut(&mut self, at: usize) -> Option<(&mut String, &mut String, &mut String)> {
        match at {
            0 => Some((&mut self.places_0, &mut self.fee_0, &mut self.more_0)),
            1 => Some((&mut self.places_1, &mut self.fee_1, &mut self.more_1)),
            2 => Some((&mut self.places_2, &mut self.fee_2, &mut self.more_2)),
            _ => None,
        }
    }

    fn rows(&self) -> [(&str, &str, &str); ROWS] {
        [
            (&self.places_0, &self.fee_0, &self.more_0),
            (&self.places_1, &self.fee_1, &self.more_1),
            (&self.places_2, &self.fee_2, &self.more_2),
        ]
    }

    /// What it says, with everything that is wrong noted.
    fn template(&self, ctx: &Context) -> (Template, FieldErrors) {
        let mut errors = FieldErrors::default();
        let mut amount = |name: String, typed: &str| -> Fen {
            if typed.trim().is_empty() {
                return Fen::ZERO;
            }
            parse::money(&Cell::text(typed), MoneyUnit::Yuan).ok().filter(|fen| fen.0 >= 0).unwrap_or_else(
                || {
                    errors.push(format!("/{name}"), "money-not-a-number", ctx.t("freight-amount-wrong"));
                    Fen::ZERO
                },
            )
        };
        let (first, step) = (amount("first".to_owned(), &self.first), amount("step".to_owned(), &self.step));
        let free_from = amount("free-from".to_owned(), &self.free_from);
        let fees: Vec<(Fen, Fen)> = self
            .rows()
            .iter()
            .enumerate()
            .map(|(at, row)| (amount(format!("fee-{at}"), row.1), amount(format!("more-{at}"), row.2)))
            .collect();
        let mut weight = |name: &str, typed: &str| -> i64 {
            if typed.trim().is_empty() {
                return 0;
            }
            match parse::quantity(&Cell::text(typed), Some("kg")) {
                Ok(read) if read.base == BaseUnit::Gram && read.amount.0 > 0 => read.amount.0,
                _ => {
                    errors.push(format!("/{name}"), "content-unit", ctx.t("freight-weight-wrong"));
                    0
                }
            }
        };
        let first_grams = weight("first-weight", &self.first_weight);
        let step_grams = weight("step-weight", &self.step_weight);
        let mut exceptions = Vec::new();
        for ((at, row), (fee, more)) in self.rows().iter().enumerate().zip(fees) {
            let regions = regions_of(ctx, &format!("places-{at}"), row.0, &mut errors);
            if !regions.is_empty() {
                let rate = Rate { first_grams, first: fee, step_grams, step: more };
                exceptions.push(Exception { regions, rate: Some(rate) });
            }
        }
        let regions = regions_of(ctx, "not-sent", &self.not_sent, &mut errors);
        if !regions.is_empty() {
            exceptions.push(Exception { regions, rate: None });
        }
        let free_from = (free_from > Fen::ZERO).then_some(free_from);
        (Template { rate: Rate { first_grams, first, step_grams, step }, exceptions, free_from }, errors)
    }
}

/// Places written one after the other: 新疆、西藏.
fn regions_of(ctx: &Context, name: &str, typed: &str, errors: &mut FieldErrors) -> Vec<RegionCode> {
    let mut found = Vec::new();
    for place in typed.split(['、', '，', ',', ' ', '；']).filter(|place| !place.is_empty()) {
        if let Resolution::One(code) = Regions::get().resolve(place, None, ctx.today()) {
            found.push(code);
        } else {
            let text = ctx.locale.with("freight-place-wrong", &[("place", place.into())]);
            errors.push(format!("/{name}"), "origin-unknown", text);
        }
    }
    found
}

fn inputs(ctx: &Context, action: &str, shop: Id<Shop>, form: &FreightForm, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let text =
        |name: &str, key: &str, value: &str| Field::text(name, &ctx.t(key)).value(value).errors(errors);
    let yuan = |name: &str, key: &str, value: &str| {
        text(name, key, value).keyboard("decimal").suffix(ctx.t("unit-yuan")).render(locale)
    };
    html! {
        form.stack method="post" action=(action) {
            input type="hidden" name="shop" value=(shop);
            div.query-fields {
                (text("name", "freight-name", &form.name).required().render(locale))
                (text("first-weight", "freight-first-weight", &form.first_weight)
                    .hint(ctx.t("freight-weight-hint")).render(locale))
                (yuan("first", "freight-first", &form.first))
                (text("step-weight", "freight-step-weight", &form.step_weight).render(locale))
                (yuan("step", "freight-step", &form.step))
                (yuan("free-from", "freight-free-from-field", &form.free_from))
            }
            @for (at, row) in form.rows().iter().enumerate() {
                fieldset {
                    legend { (locale.with("freight-exception", &[("number", (at + 1).into())])) }
                    div.query-fields {
                        (text(&format!("places-{at}"), "freight-places", row.0)
                            .hint(ctx.t("freight-places-hint")).render(locale))
                        (yuan(&format!("fee-{at}"), "freight-first", row.1))
                        (yuan(&format!("more-{at}"), "freight-step", row.2))
                    }
                }
            }
            (text("not-sent", "freight-not-sent-field", &form.not_sent).render(locale))
            div.query-actions { (button(&ctx.t("freight-save"))) }
        }
    }
}

/// `POST /s/freight`
pub(crate) async fn create(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<FreightForm>,
) -> Result<Response, Failure> {
    let shop = shops::own(&ctx, &app, form.shop).await?;
    match keep(&ctx, &app, &shop, None, &form).await? {
        None => Ok(Redirect::to("/s/freight").done(ctx.t("freight-saved")).into_response()),
        Some(errors) => {
            let freights = shops::freights(&ctx, &app, shop.id).await?;
            let page = list_page(&ctx, &shop, &freights, &form, &errors);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
    }
}

/// Keeps what the form says; the fields that are not accepted otherwise.
async fn keep(
    ctx: &Context,
    app: &App,
    shop: &ShopRow,
    id: Option<Id<Freight>>,
    form: &FreightForm,
) -> Result<Option<FieldErrors>, Failure> {
    let (template, errors) = form.template(ctx);
    if !errors.0.is_empty() {
        return Ok(Some(errors));
    }
    match shops::save_freight(ctx, app, shop.id, id, (&form.name, &template)).await {
        Ok(_) => Ok(None),
        Err(error) if error.kind() == Kind::Unprocessable => Ok(Some(fields(ctx, &error))),
        Err(error) => Err(error.into()),
    }
}

/// `GET /s/freight/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Freight>>,
    Query(query): Query<ShopQuery>,
) -> Result<Html, Failure> {
    let shop = shops::own(&ctx, &app, query.shop).await?;
    let row = find(&ctx, &app, &shop, id).await?;
    Ok(Html(show_page(&ctx, &shop, id, &FreightForm::of(&row), &FieldErrors::default())))
}

async fn find(ctx: &Context, app: &App, shop: &ShopRow, id: Id<Freight>) -> Result<FreightRow, Failure> {
    let freights = shops::freights(ctx, app, shop.id).await?;
    freights.into_iter().find(|row| row.id == id).ok_or_else(Failure::not_found)
}

fn show_page(
    ctx: &Context,
    shop: &ShopRow,
    id: Id<Freight>,
    form: &FreightForm,
    errors: &FieldErrors,
) -> Markup {
    let frame = ctx
        .frame(form.name.clone())
        .crumbs([Crumb::link(ctx.t("freights-title"), "/s/freight"), Crumb::here(form.name.clone())])
        .with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(ctx.locale, errors))
        (panel(&ctx.t("freight-says"), None, &inputs(ctx, &format!("/s/freight/{id}"), shop.id, form, errors)))
        p { (button_link(&ctx.t("freights-title"), "/s/freight", None)) }
    };
    work_page(&frame, &content)
}

/// `POST /s/freight/{id}`
pub(crate) async fn save(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Freight>>,
    Form(form): Form<FreightForm>,
) -> Result<Response, Failure> {
    let shop = shops::own(&ctx, &app, form.shop).await?;
    find(&ctx, &app, &shop, id).await?;
    match keep(&ctx, &app, &shop, Some(id), &form).await? {
        None => Ok(Redirect::to("/s/freight").done(ctx.t("freight-saved")).into_response()),
        Some(errors) => {
            let page = show_page(&ctx, &shop, id, &form, &errors);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
    }
}
