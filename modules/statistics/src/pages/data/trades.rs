//! `/data/trades`: the sales behind a figure, to look through, to sort and to take home.

use axum::{
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_files::write::{Column as FileColumn, ColumnKind, TableSpec, Value};
use sh_http::{App, Context, Failure, Html, Json, Query};
use sh_kernel::{Day, Fen};
use sh_regions::Regions;
use sh_trade::axes::{Axis, Channel, Grade};
use sh_ui::{
    AmountUnit, Choice, Column, DataTable, EvidenceGrade, Field, Locale, Pager, QueryForm, Row, Theme, Tone,
    banner, button_link, data_page, data_table, empty, evidence_grade, money_cell, pager, query_form,
    toolbar,
};

use super::frame;
use crate::{
    Error,
    api::trades::TradeList,
    definition::Definition,
    export::{self, Ending, FileRow},
    label,
    public::{
        load::{self, Desk, Freshness},
        names::Names,
        narrow::{self, Narrow, Point},
        trades::{self, Order, PublicTrade},
    },
    values, word,
};

/// Trades on a page.
const ROWS: usize = 50;
/// Trades behind a condition from which on it must be narrowed first.
const TRADES_MAX: i64 = 50_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Code of the definition.
    d: Option<String>,
    /// In which order.
    sort: Option<String>,
    /// Where the page begins.
    after: Option<String>,
}

/// What the list shows.
struct List {
    all: Vec<Definition>,
    definition: Definition,
    fresh: Freshness,
    names: Names,
    points: Vec<Point>,
    order: Order,
    outcome: Outcome,
}

enum Outcome {
    /// So many trades, if that is known: narrow first.
    TooMany(Option<i64>),
    /// The public may not see this part by itself.
    Hidden,
    /// Trades, the way on, and how many there are in all, if that is known.
    Page(Vec<PublicTrade>, Option<String>, Option<i64>),
}

/// `/data/trades`.
pub(super) async fn list(
    State(app): State<App>,
    ctx: Context,
    Query(asked): Query<Asked>,
    Query(narrow): Query<Narrow>,
) -> Result<Html, Failure> {
    let points = narrow.points()?;
    let order = Order::of(asked.sort.as_deref())?;
    let page = trades::Asked::new(order, asked.after.as_deref(), ROWS)?;
    let desk = Desk::new(&app, &ctx);
    let list = app
        .db
        .read(async |tx| {
            let all = load::in_force(tx).await?;
            let Some(definition) = load::choose(&all, asked.d.as_deref())?.cloned() else { return Ok(None) };
            let fresh = load::freshness(tx).await?;
            let places = desk.places(tx, &definition).await?;
            let mut names = Names::new(ctx.locale, definition.content.until);
            let sellers = points.iter().filter(|point| point.0 == Axis::Seller).map(|point| point.1);
            names.learn(tx, &sellers.collect::<Vec<_>>()).await?;
            let hidden = desk.hides(tx, &definition, &points).await?;
            let total = if points.len() < 3 {
                Some(desk.total(tx, &definition, &points).await?.trades)
            } else {
                None
            };
            let outcome = if hidden {
                Outcome::Hidden
            } else if let Some(count) = total.filter(|count| *count > TRADES_MAX) {
                Outcome::TooMany(Some(count))
            } else {
                let found = trades::list(tx, &desk, &definition, &places, (&points, &mut names), page).await;
                match found {
                    Ok((rows, next)) => Outcome::Page(rows, next, total),
                    Err(Error::TooManyTrades) => Outcome::TooMany(total),
                    Err(error) => return Err(error),
                }
            };
            let points = points.clone();
            Ok::<_, Error>(Some(List { all, definition, fresh, names, points, order, outcome }))
        })
        .await?;
    let Some(list) = list else {
        let frame = frame::frame(&ctx, ctx.t("data-nav-trades"), Theme::Day);
        return Ok(Html(data_page(&frame, &empty(&ctx.t("data-nothing-yet"), None))));
    };
    Ok(Html(list.page(&ctx)))
}

/// `/data/trades.csv`, `.xlsx` and `.json`: every trade of a list that is not too long.
pub(super) async fn file(
    State(app): State<App>,
    ctx: Context,
    uri: Uri,
    Query(asked): Query<Asked>,
    Query(narrow): Query<Narrow>,
) -> Result<Response, Failure> {
    let points = narrow.points()?;
    let order = Order::of(asked.sort.as_deref())?;
    let desk = Desk::new(&app, &ctx);
    let found = app
        .db
        .read(async |tx| {
            let all = load::in_force(tx).await?;
            let Some(definition) = load::choose(&all, asked.d.as_deref())?.cloned() else { return Ok(None) };
            if desk.hides(tx, &definition, &points).await? {
                return Err(Error::TooFewSellers);
            }
            let fresh = load::freshness(tx).await?;
            let places = desk.places(tx, &definition).await?;
            let mut names = Names::new(ctx.locale, definition.content.until);
            let rows = trades::all(tx, &desk, &definition, &places, (&points, &mut names), order).await?;
            Ok(Some((definition, fresh, names, rows)))
        })
        .await?;
    let (definition, fresh, names, rows) = found.ok_or_else(Failure::not_found)?;
    let name = format!("{}-trades", definition.code);
    if let Some(format) = Ending::of(uri.path()).1.and_then(Ending::format) {
        let spec = spec(ctx.locale, &definition, &fresh, &names, &points);
        let rows = rows.iter().map(|trade| file_row(ctx.locale, trade)).collect();
        export::file(format, &name, spec, rows).await
    } else {
        let body = Json(TradeList { items: rows, next: None }).into_response();
        Ok(export::named(body, &format!("{name}.json")))
    }
}

/// Definition, conditions and freshness above; the columns of the list.
fn spec(
    locale: Locale,
    definition: &Definition,
    fresh: &Freshness,
    names: &Names,
    points: &[Point],
) -> TableSpec {
    let mut above = vec![frame::definition_name(locale, definition)];
    above.extend(points.iter().map(|point| names.condition(*point)));
    if let Some(posting) = &fresh.posting {
        above.push(format!("{} {}", locale.t("data-as-of"), posting.at.to_minute()));
    }
    above.push(locale.t("data-hidden-rows"));
    let amount = format!("{} ({})", locale.t("data-counted"), locale.t("unit-yuan"));
    let columns = vec![
        FileColumn::new(locale.t("data-trade-id"), ColumnKind::Code),
        FileColumn::new(locale.t("data-day"), ColumnKind::Day),
        FileColumn::new(locale.t("data-product"), ColumnKind::Text),
        FileColumn::new(amount, ColumnKind::Money),
        FileColumn::new(names.axis(Axis::Seller), ColumnKind::Text),
        FileColumn::new(locale.t("data-code"), ColumnKind::Code),
        FileColumn::new(names.axis(Axis::Origin), ColumnKind::Text),
        FileColumn::new(locale.t("data-code"), ColumnKind::Code),
        FileColumn::new(names.axis(Axis::Destination), ColumnKind::Text),
        FileColumn::new(names.axis(Axis::Channel), ColumnKind::Text),
        FileColumn::new(names.axis(Axis::Grade), ColumnKind::Text),
    ];
    TableSpec { sheet: locale.t("data-nav-trades"), above, columns }
}

fn file_row(locale: Locale, trade: &PublicTrade) -> FileRow {
    let day = trade.day.parse::<Day>().map_or_else(|_| Value::from(trade.day.clone()), Value::Day);
    vec![
        Value::from(trade.id.clone()),
        day,
        Value::from(trade.product.clone()),
        Value::Money(Fen(trade.amount)),
        Value::from(trade.seller_name.clone().unwrap_or_default()),
        Value::from(export::code(Axis::Origin, trade.origin)),
        Value::from(trade.origin_name.clone()),
        Value::from(export::code(Axis::Destination, trade.destination)),
        Value::from(trade.destination_name.clone()),
        Value::from(channel(locale, trade.channel)),
        Value::from(trade.grade.to_uppercase()),
    ]
}

impl List {
    fn page(&self, ctx: &Context) -> Markup {
        let locale = ctx.locale;
        let title = ctx.t("data-nav-trades");
        let frame = frame::frame(ctx, title.clone(), Theme::Day)
            .crumbs(frame::crumbs(locale, &self.definition, Vec::new(), title))
            .subtitle(frame::meta(ctx, Some(&self.definition), &self.fresh));
        let conditions: Vec<String> = self.points.iter().map(|point| self.names.condition(*point)).collect();
        let content = html! {
            (self.form(locale))
            @if !conditions.is_empty() { p.hint { (conditions.join(" · ")) } }
            @match &self.outcome {
                Outcome::TooMany(count) => {
                    @let title = match count {
                        Some(count) => locale.with("data-too-many", &[("count", (*count).into())]),
                        None => locale.t("problem-too-many-trades"),
                    };
                    (banner(Tone::Info, &title, &html! { p { (locale.t("data-narrow-first")) } }))
                    (self.ways(locale))
                }
                Outcome::Hidden => (banner(Tone::Info, &locale.t("data-hidden"), &html! { p { (locale.t("data-hidden-why")) } })),
                Outcome::Page(rows, next, total) => (self.rows(locale, rows, next.as_deref(), *total)),
            }
        };
        data_page(&frame, &content)
    }

    /// The same list at another address or in another order.
    fn href(&self, path: &str, order: Order) -> String {
        let sort = if order == Order::Newest { String::new() } else { format!("&sort={}", order.word()) };
        format!("{path}?d={}{}{sort}", self.definition.code, narrow::query(&self.points))
    }

    /// Where the heads of day and amount lead, and how they are sorted now.
    fn sorted(&self) -> [(String, Option<&'static str>); 2] {
        let (day, now) = match self.order {
            Order::Newest => (Order::Oldest, Some("descending")),
            Order::Oldest => (Order::Newest, Some("ascending")),
            Order::Largest => (Order::Newest, None),
        };
        let amount = (self.order == Order::Largest).then_some("descending");
        [(self.href("/data/trades", day), now), (self.href("/data/trades", Order::Largest), amount)]
    }

    /// The orders, and the list as a file.
    fn tools(&self, locale: Locale) -> Markup {
        let files = [("CSV", "csv"), ("XLSX", "xlsx"), ("JSON", "json")].map(|(label, ending)| {
            button_link(label, &self.href(&format!("/data/trades.{ending}"), self.order), Some("download"))
        });
        let now = locale.t(match self.order {
            Order::Newest => "data-sort-newest",
            Order::Oldest => "data-sort-oldest",
            Order::Largest => "data-sort-largest",
        });
        let sorted =
            locale.with("data-named", &[("name", locale.t("data-sort").into()), ("value", now.into())]);
        toolbar(Some(&sorted), &files)
    }

    /// Ways to a narrower question: one link for every axis worth beginning with.
    fn ways(&self, locale: Locale) -> Markup {
        let axes = [Axis::OriginProvince, Axis::Destination, Axis::Channel, Axis::Month];
        html! {
            ul.legend {
                @for axis in axes {
                    li { a href={ "/data/m/" (self.definition.code) "?by=" (axis.word()) (narrow::query(&self.points)) } {
                        (locale.with("data-see-by", &[("axis", self.names.axis_within(axis).into())]))
                    } }
                }
            }
        }
    }

    /// The places to choose from. A city or county that was reached by a link stays chosen.
    fn places(&self, locale: Locale, codes: &[sh_kernel::RegionCode], chosen: &str) -> Vec<Choice> {
        let known = codes.iter().map(|code| Choice::new(code.to_string(), self.names.place(code.number())));
        let mut choices: Vec<Choice> =
            std::iter::once(Choice::new("", locale.t("data-any"))).chain(known).collect();
        let is_known = choices.iter().any(|one| one.value == chosen);
        if let Some(number) = chosen.parse::<i64>().ok().filter(|_| !is_known) {
            choices.push(Choice::new(chosen, self.names.full_place(number)));
        }
        choices
    }

    fn form(&self, locale: Locale) -> Markup {
        let value = |name: &str| {
            let written = self.points.iter().map(|point| narrow::written(*point));
            written.filter(|one| one.0 == name).map(|one| one.1).next().unwrap_or_default()
        };
        let any = || Choice::new("", locale.t("data-any"));
        let coded = |axis: Axis| {
            let choices = values(axis)
                .into_iter()
                .map(|value| Choice::new(word(axis, value).unwrap_or_default(), label(axis, value, locale)));
            std::iter::once(any()).chain(choices).collect::<Vec<_>>()
        };
        let definitions = self.all.iter().map(|one| Choice::new(&one.code, one.content.name.get(locale)));
        let (origin, destination) = (value("origin"), value("destination"));
        let hidden = self.points.iter().filter(|point| {
            matches!(
                point.0,
                Axis::Seller
                    | Axis::Year
                    | Axis::Class
                    | Axis::Role
                    | Axis::Stage
                    | Axis::Link
                    | Axis::Basis
                    | Axis::Certified
            )
        });
        let field = |name: &str, axis: Axis, choices: Vec<Choice>, chosen: &str| {
            Field::select(name, &self.names.axis(axis), choices).value(chosen).render(locale)
        };
        let form = QueryForm {
            action: "/data/trades".to_owned(),
            fields: vec![
                Field::select("d", &locale.t("data-definition"), definitions.collect())
                    .value(&self.definition.code)
                    .render(locale),
                field(
                    "origin",
                    Axis::OriginProvince,
                    self.places(locale, Regions::get().all_provinces(), &origin),
                    &origin,
                ),
                field(
                    "destination",
                    Axis::Destination,
                    self.places(locale, Regions::get().guangdong_cities(), &destination),
                    &destination,
                ),
                field("channel", Axis::Channel, coded(Axis::Channel), &value("channel")),
                Field::text("month", &self.names.axis(Axis::Month))
                    .hint(locale.t("data-month-hint"))
                    .value(value("month"))
                    .render(locale),
                field("grade", Axis::Grade, coded(Axis::Grade), &value("grade")),
            ],
            more: vec![
                field("category", Axis::Category, coded(Axis::Category), &value("category")),
                field("buyer_kind", Axis::BuyerKind, coded(Axis::BuyerKind), &value("buyer_kind")),
            ],
            expanded: !value("category").is_empty() || !value("buyer_kind").is_empty(),
            hidden: hidden
                .map(|point| {
                    let (name, value) = narrow::written(*point);
                    (name.to_owned(), value)
                })
                .chain(
                    (self.order != Order::Newest).then(|| ("sort".to_owned(), self.order.word().to_owned())),
                )
                .collect(),
        };
        query_form(locale, &form)
    }

    fn rows(&self, locale: Locale, rows: &[PublicTrade], next: Option<&str>, total: Option<i64>) -> Markup {
        let unit = AmountUnit::Yuan;
        let code = &self.definition.code;
        let [day, amount] = self.sorted();
        let columns = vec![
            Column::day(locale.t("data-day")).sort(day.0, day.1),
            Column::text(locale.t("data-product")),
            Column::amount(locale.t("data-counted"), unit.label(locale)).sort(amount.0, amount.1),
            Column::text(self.names.axis(Axis::Seller)),
            Column::text(self.names.axis(Axis::Origin)),
            Column::text(self.names.axis(Axis::Destination)),
            Column::text(self.names.axis(Axis::Channel)),
            Column::text(self.names.axis(Axis::Grade)),
        ];
        let rows_shown: Vec<Row> = rows
            .iter()
            .map(|trade| {
                let grade = grade_of(trade.grade).map(|grade| evidence_grade(locale, grade));
                Row {
                    cells: vec![
                        Some(html! { a href={ "/data/trade/" (trade.id) "?d=" (code) } { (trade.day) } }),
                        Some(html! { (trade.product) }),
                        Some(money_cell(locale, Fen(trade.amount), unit)),
                        Some(seller(locale, trade, code)),
                        Some(html! { (trade.origin_name) }),
                        Some(html! { (trade.destination_name) }),
                        Some(html! { (channel(locale, trade.channel)) }),
                        grade,
                    ],
                    ..Row::default()
                }
            })
            .collect();
        let hides = rows.iter().any(|trade| trade.seller.is_none());
        let table = DataTable {
            caption: locale.t("data-nav-trades"),
            columns,
            rows: rows_shown,
            empty: Some(empty(
                &locale.t(if next.is_some() { "data-none-here" } else { "data-no-trades" }),
                None,
            )),
            ..DataTable::default()
        };
        let next = next.map(|next| format!("{}&after={next}", self.href("/data/trades", self.order)));
        let total = total.and_then(|total| u64::try_from(total).ok());
        html! {
            (self.tools(locale))
            (data_table(locale, &table))
            @if hides { p.hint { (locale.t("data-hidden-rows")) } }
            (pager(locale, &Pager { previous: None, next, total, shown: rows.len() }))
        }
    }
}

pub(super) fn seller(locale: Locale, trade: &PublicTrade, code: &str) -> Markup {
    html! {
        @match (&trade.seller, &trade.seller_name) {
            (Some(number), Some(name)) => a href={ "/data/producer/" (number) "?d=" (code) } { (name) },
            _ => span.hint { (locale.t("data-not-told")) },
        }
    }
}

pub(super) fn channel(locale: Locale, word: &str) -> String {
    Channel::from_word(word).map_or_else(String::new, |channel| label(Axis::Channel, channel.code(), locale))
}

pub(super) fn grade_of(word: &str) -> Option<EvidenceGrade> {
    Grade::from_word(word).map(crate::public::overview::grade)
}
