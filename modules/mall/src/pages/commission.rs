//! `/w/commissions`: the rules of commission, changing them, and what an order would cost under those of a day.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_catalogue::Categories;
use sh_http::{
    App, AppError, Context, Failure, Form, Html, Kind, Listing, Page, Path, Permission, Query, Redirect,
    Scope,
};
use sh_kernel::{Day, FieldErrors, Id};
use sh_regions::Regions;
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Pager, QueryForm, Row, Tab, button, button_danger, button_link,
    data_table, empty, error_summary, facts, pager, panel, query_form, tabs, work_page,
};

use super::{fields, parts::yuan};
use crate::{
    Error,
    commission::Rule,
    service::{
        commission::{self as service, Previewed, Rules, Typed},
        statement,
    },
};

/// The query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    number: String,
    day: String,
    ended: String,
    after: Option<String>,
}

/// `GET /w/commissions`
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Html, Failure> {
    let content = if query.ended.is_empty() {
        let rules = service::rules(&ctx, &app, query.day.parse().ok()).await?;
        now_content(&ctx, &query, &rules, preview(&ctx, &app, &query).await?)
    } else {
        let page = Page { after: query.after.clone(), size: None };
        ended_content(&ctx, &service::ended(&ctx, &app, &page).await?)
    };
    let mut frame = ctx.frame(ctx.t("commissions-title"));
    if ctx.allows(Permission::ManageMall, &Scope::Everywhere) {
        frame = frame.action(button_link(&ctx.t("commission-new"), "/w/commissions/new", None));
    }
    let list =
        [("commissions-now", "/w/commissions", ""), ("commissions-ended", "/w/commissions?ended=1", "1")];
    let list = list.map(|(key, href, ended)| Tab::new(ctx.t(key), href, query.ended == ended));
    Ok(Html(work_page(&frame, &html! { (tabs(&ctx.t("commissions-title"), &list)) (content) })))
}

/// What was asked for; an unknown order gives an empty list.
async fn preview(ctx: &Context, app: &App, query: &ListQuery) -> Result<Option<Vec<Previewed>>, Failure> {
    if query.number.trim().is_empty() {
        return Ok(None);
    }
    match service::preview(ctx, app, &query.number, query.day.parse().ok()).await {
        Ok(lines) => Ok(Some(lines)),
        Err(Error::NotFound) => Ok(Some(Vec::new())),
        Err(error) => Err(error.into()),
    }
}

fn now_content(ctx: &Context, query: &ListQuery, rules: &Rules, found: Option<Vec<Previewed>>) -> Markup {
    let locale = ctx.locale;
    let form = QueryForm {
        action: "/w/commissions".to_owned(),
        fields: vec![
            Field::input("search", "number", &ctx.t("order-number")).value(&query.number).render(locale),
            Field::date("day", &ctx.t("commission-day")).value(rules.day.to_string()).render(locale),
        ],
        ..QueryForm::default()
    };
    let caption = locale.with("commissions-on", &[("day", rules.day.to_string().into())]);
    html! {
        p { (ctx.t("commissions-how")) }
        (query_form(locale, &form))
        @if let Some(found) = found { (preview_table(ctx, rules.day, &found)) }
        (table(ctx, caption, &rules.now, "commissions-none"))
        @if !rules.later.is_empty() { (table(ctx, ctx.t("commissions-later"), &rules.later, "commissions-none")) }
    }
}

fn ended_content(ctx: &Context, rules: &Listing<Rule>) -> Markup {
    html! {
        (table(ctx, ctx.t("commissions-ended"), &rules.items, "commissions-ended-none"))
        (pager(ctx.locale, &Pager {
            next: rules.next.as_deref().map(|after| format!("/w/commissions?ended=1&after={after}")),
            shown: rules.items.len(),
            ..Pager::default()
        }))
    }
}

fn table(ctx: &Context, caption: String, rules: &[Rule], none: &str) -> Markup {
    let rows = rules.iter().map(|rule| {
        Row::new([
            html! { a href=(format!("/w/commissions/{}", rule.id)) { (rule.position) " · " (rule.name) } },
            html! { (conditions(ctx, rule)) },
            html! { (statement::rate(ctx.locale, rule.rate, rule.fixed)) },
            html! { time { (rule.from) } },
            html! { @match rule.to { Some(to) => time { (to) }, None => "—" } },
        ])
    });
    let table = DataTable {
        caption,
        caption_shown: true,
        columns: vec![
            Column::text(ctx.t("commission-rule")),
            Column::text(ctx.t("commission-conditions")),
            Column::text(ctx.t("commission-rate")),
            Column::day(ctx.t("commission-from")),
            Column::day(ctx.t("commission-to")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t(none), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}

/// What a rule asks for, in words.
fn conditions(ctx: &Context, rule: &Rule) -> String {
    let category = rule.category.and_then(|number| {
        let found = Categories::get().all().iter().find(|category| category.number == number)?;
        Some(found.name(ctx.locale).to_owned())
    });
    let region = rule.region.map(|region| Regions::get().full_name(region, ctx.today()));
    let shop = rule.shop.map(|_| ctx.t("commission-one-shop"));
    let certified =
        rule.certified.map(|yes| ctx.t(if yes { "mall-certified" } else { "commission-uncertified" }));
    let all: Vec<String> = [category, region, shop, certified].into_iter().flatten().collect();
    if all.is_empty() { ctx.t("commission-anything") } else { all.join(" · ") }
}

fn preview_table(ctx: &Context, day: Day, lines: &[Previewed]) -> Markup {
    let locale = ctx.locale;
    let rows = lines.iter().map(|one| {
        let line = &one.line;
        Row::new([
            html! { (line.name) " " (line.spec) },
            html! { (yuan(line.amount)) },
            html! { (yuan(line.charge.fen)) " (" (statement::rate(locale, line.charge.rate, line.charge.fixed)) ")" },
            html! { (yuan(one.then.fen)) " (" (statement::rate(locale, one.then.rate, one.then.fixed)) ")" },
        ])
    });
    let table = DataTable {
        caption: ctx.t("commission-preview"),
        caption_shown: true,
        columns: vec![
            Column::text(ctx.t("order-goods")),
            Column::number(ctx.t("order-amount")),
            Column::number(ctx.t("commission-charged")),
            Column::number(locale.with("commission-under", &[("day", day.to_string().into())])),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("commission-no-order"), None)),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

/// A rule as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RuleForm {
    position: String,
    name: String,
    category: String,
    organisation: String,
    region: String,
    certified: String,
    rate: String,
    fixed: String,
    from: String,
    to: String,
}

impl RuleForm {
    fn typed(&self) -> Typed {
        let Self { position, name, category, organisation, region, certified, rate, fixed, from, to } =
            self.clone();
        Typed { position, name, category, organisation, region, certified, rate, fixed, from, to }
    }

    fn of(rule: &Rule, organisation: String, tomorrow: Day) -> Self {
        let category = Categories::get().all().iter().find(|one| Some(one.number) == rule.category);
        Self {
            position: rule.position.to_string(),
            name: rule.name.clone(),
            category: category.map(|one| one.word.to_owned()).unwrap_or_default(),
            organisation,
            region: rule.region.map(|region| region.to_string()).unwrap_or_default(),
            certified: rule.certified.map_or("", |yes| if yes { "yes" } else { "no" }).to_owned(),
            rate: crate::commission::percent(rule.rate),
            fixed: if rule.fixed.0 > 0 { rule.fixed.to_plain() } else { String::new() },
            from: rule.from.max(tomorrow).to_string(),
            to: rule.to.map(|to| to.to_string()).unwrap_or_default(),
        }
    }
}

fn form(ctx: &Context, action: &str, form: &RuleForm, errors: &FieldErrors, says: &str) -> Markup {
    let locale = ctx.locale;
    let any = || Choice::new("", ctx.t("mall-any"));
    let categories = Categories::get().all().iter();
    let categories = categories.map(|one| Choice::new(one.word, one.name(locale).to_owned()));
    let certified = vec![
        any(),
        Choice::new("yes", ctx.t("mall-certified")),
        Choice::new("no", ctx.t("commission-uncertified")),
    ];
    html! {
        form.form method="post" action=(action) {
            (Field::text("name", &ctx.t("commission-name")).value(&form.name).required().errors(errors).render(locale))
            (Field::number("position", &ctx.t("commission-position")).hint(ctx.t("commission-position-hint"))
                .value(&form.position).required().errors(errors).render(locale))
            (Field::select("category", &ctx.t("mall-categories"), std::iter::once(any()).chain(categories).collect())
                .value(&form.category).errors(errors).render(locale))
            (Field::text("region", &ctx.t("mall-origin")).hint(ctx.t("commission-region-hint"))
                .value(&form.region).errors(errors).render(locale))
            (Field::text("organisation", &ctx.t("shop-organisation")).hint(ctx.t("commission-organisation-hint"))
                .value(&form.organisation).errors(errors).render(locale))
            (Field::select("certified", &ctx.t("mall-certified-field"), certified).value(&form.certified).render(locale))
            (Field::number("rate", &ctx.t("commission-rate")).suffix("%").value(&form.rate).required().errors(errors)
                .render(locale))
            (Field::number("fixed", &ctx.t("commission-fixed")).suffix(sh_ui::AmountUnit::Yuan.label(locale))
                .value(&form.fixed).errors(errors).render(locale))
            (Field::date("from", &ctx.t("commission-from")).hint(ctx.t("commission-from-hint")).value(&form.from)
                .required().errors(errors).render(locale))
            (Field::date("to", &ctx.t("commission-to")).value(&form.to).errors(errors).render(locale))
            (button(says))
        }
    }
}

fn crumbs(ctx: &Context, here: String) -> [Crumb; 2] {
    [Crumb::link(ctx.t("commissions-title"), "/w/commissions"), Crumb::here(here)]
}

/// `GET /w/commissions/new`
pub(crate) async fn new(ctx: Context) -> Result<Html, Failure> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let typed = RuleForm { from: ctx.today().plus_days(1).to_string(), ..RuleForm::default() };
    Ok(Html(new_page(&ctx, &typed, &FieldErrors::default())))
}

fn new_page(ctx: &Context, typed: &RuleForm, errors: &FieldErrors) -> Markup {
    let title = ctx.t("commission-new");
    let frame = ctx.frame(title.clone()).crumbs(crumbs(ctx, title.clone())).with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(ctx.locale, errors))
        (form(ctx, "/w/commissions/new", typed, errors, &title))
    };
    work_page(&frame, &content)
}

/// `POST /w/commissions/new`
pub(crate) async fn add(
    ctx: Context,
    State(app): State<App>,
    Form(form): Form<RuleForm>,
) -> Result<Response, Failure> {
    match service::add(&ctx, &app, &form.typed()).await {
        Ok(_) => Ok(Redirect::to("/w/commissions").done(ctx.t("commission-added")).into_response()),
        Err(error) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
            let page = new_page(&ctx, &form, &fields(&ctx, &error));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /w/commissions/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Rule>>,
) -> Result<Html, Failure> {
    let rule = service::get(&ctx, &app, id).await?;
    let organisation = service::organisation(&ctx, &app, &rule).await?;
    let typed = RuleForm::of(&rule, organisation, ctx.today().plus_days(1));
    Ok(Html(rule_page(&ctx, &rule, &typed, &FieldErrors::default())))
}

fn rule_page(ctx: &Context, rule: &Rule, typed: &RuleForm, errors: &FieldErrors) -> Markup {
    let (locale, id) = (ctx.locale, rule.id);
    let frame =
        ctx.frame(rule.name.clone()).crumbs(crumbs(ctx, rule.name.clone())).with_errors(!errors.0.is_empty());
    let open =
        rule.to.is_none_or(|to| to >= ctx.today()) && ctx.allows(Permission::ManageMall, &Scope::Everywhere);
    let mut rows = vec![
        (ctx.t("commission-position"), html! { (rule.position) }),
        (ctx.t("commission-conditions"), html! { (conditions(ctx, rule)) }),
        (ctx.t("commission-rate"), html! { (statement::rate(locale, rule.rate, rule.fixed)) }),
        (ctx.t("commission-from"), html! { time { (rule.from) } }),
        (ctx.t("commission-made-by"), html! { (rule.made_by) " " time { (rule.made_at.to_minute()) } }),
    ];
    if let Some(to) = rule.to {
        rows.push((ctx.t("commission-to"), html! { time { (to) } }));
    }
    if let Some(before) = rule.replaces {
        let text = ctx.t("commission-version-before");
        rows.push((
            ctx.t("commission-replaces"),
            html! { a href=(format!("/w/commissions/{before}")) { (text) } },
        ));
    }
    let content = html! {
        (error_summary(locale, errors))
        (panel(&ctx.t("commission-rule"), None, &facts(&rows)))
        @if open {
            (panel(&ctx.t("commission-change"), None, &html! {
                p { (ctx.t("commission-change-how")) }
                (form(ctx, &format!("/w/commissions/{id}/change"), typed, errors, &ctx.t("commission-change")))
            }))
            (panel(&ctx.t("commission-end"), None, &html! {
                form.form method="post" action=(format!("/w/commissions/{id}/end")) {
                    (Field::date("last", &ctx.t("commission-last-day")).value(ctx.today().to_string()).required().render(locale))
                    (button_danger(&ctx.t("commission-end"), "end", "1"))
                }
            }))
        }
    };
    work_page(&frame, &content)
}

/// `POST /w/commissions/{id}/change`
pub(crate) async fn change(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Rule>>,
    Form(form): Form<RuleForm>,
) -> Result<Response, Failure> {
    match service::change(&ctx, &app, id, &form.typed()).await {
        Ok(new) => {
            let to = format!("/w/commissions/{new}");
            Ok(Redirect::to(&to).done(ctx.t("commission-changed")).into_response())
        }
        Err(error) if matches!(error.kind(), Kind::Unprocessable | Kind::Conflict) => {
            let rule = service::get(&ctx, &app, id).await?;
            let page = rule_page(&ctx, &rule, &form, &fields(&ctx, &error));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The last day of a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EndForm {
    last: String,
}

/// `POST /w/commissions/{id}/end`
pub(crate) async fn end(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Rule>>,
    Form(form): Form<EndForm>,
) -> Result<Redirect, Failure> {
    let outcome = service::end(&ctx, &app, id, &form.last).await;
    super::back(&ctx, &format!("/w/commissions/{id}"), outcome, "commission-is-ended")
}
