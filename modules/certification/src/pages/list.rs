//! `/w/certs`: certificates of every scheme.

use axum::extract::State as Shared;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Listing, Page, Permission, Query};
use sh_kernel::FieldErrors;
use sh_regions::Regions;
use sh_ui::{
    Choice, Column, DataTable, Field, Pager, QueryForm, Row, button_link, data_table, empty, error_summary,
    pager, query_form, toolbar, work_page,
};

use super::{day_or, query::Asked, state_tag};
use crate::{
    service::{look, schemes},
    store::{certificate::Standing, scheme::Published},
};

/// `GET /w/certs`
pub(crate) async fn list(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    ctx.require_somewhere(Permission::ReadRegisters)?;
    let (filter, errors) = asked.filter(&ctx);
    let page = Page { after: asked.after.clone(), size: None };
    let found = look::list(&ctx, &app, &filter, &page).await?;
    let all = schemes::all(&ctx, &app).await?;
    Ok(Html(view(&ctx, &asked, &found, &all, &errors)))
}

fn view(
    ctx: &Context,
    asked: &Asked,
    found: &Listing<Standing>,
    all: &[Published],
    errors: &FieldErrors,
) -> Markup {
    let locale = ctx.locale;
    let may = ctx.actor.allows_somewhere(Permission::EditRegisters);
    let any = [Choice::new("", ctx.t("cert-any"))];
    let choices = all.iter().map(|one| Choice::new(&*one.scheme.code, one.scheme.name.get(locale)));
    let scheme = Field::select("scheme", &ctx.t("cert-scheme"), any.into_iter().chain(choices).collect())
        .value(&*asked.scheme);
    let within = Field::number("within", &ctx.t("cert-within"))
        .suffix(ctx.t("cert-days"))
        .value(&*asked.within)
        .errors(errors);
    let mut fields = vec![scheme.render(locale)];
    fields.extend(asked.fields(ctx, errors).iter().map(|field| field.render(locale)));
    fields.push(within.render(locale));
    let form = QueryForm { action: "/w/certs".to_owned(), fields, ..QueryForm::default() };
    let mut actions = Vec::new();
    if !asked.scheme.is_empty() {
        let query = asked.query(false);
        let sign = if query.is_empty() { '?' } else { '&' };
        let file = format!("/registers/{}/export{query}{sign}format=", asked.scheme);
        actions.push(button_link("CSV", &format!("{file}csv"), Some("download")));
        actions.push(button_link("XLSX", &format!("{file}xlsx"), Some("download")));
    }
    if may {
        actions.push(button_link(&ctx.t("certs-import"), "/w/certs/import", Some("upload")));
    }
    let mut frame = ctx.frame(ctx.t("certs-title")).with_errors(!errors.0.is_empty());
    if may {
        frame = frame.action(button_link(&ctx.t("certs-new"), "/w/certs/new", Some("plus")));
    }
    let content = html! {
        (error_summary(locale, errors))
        (query_form(locale, &form))
        (toolbar(None, &actions))
        (table(ctx, found, all))
        (pager(locale, &Pager {
            next: found.next.as_deref().map(|after| asked.next("/w/certs", true, after)),
            shown: found.items.len(),
            ..Pager::default()
        }))
    };
    work_page(&frame, &content)
}

fn table(ctx: &Context, found: &Listing<Standing>, all: &[Published]) -> Markup {
    let name = |code: &str| {
        let known = all.iter().find(|one| one.scheme.code == code);
        known.map_or(code, |one| one.scheme.name.get(ctx.locale)).to_owned()
    };
    let rows = found.items.iter().map(|standing| {
        let row = &standing.row;
        Row {
            cells: vec![
                Some(html! { a href=(format!("/w/certs/{}", row.id)) { (row.number) } }),
                Some(html! { (name(&row.scheme)) }),
                Some(html! { (row.subject) }),
                Some(html! { (row.public_holder()) }),
                Some(html! { (Regions::get().full_name(row.region, ctx.today())) }),
                Some(state_tag(ctx.locale, standing.state)),
                day_or(standing.to),
            ],
            ..Row::default()
        }
    });
    let table = DataTable {
        caption: ctx.t("certs-title"),
        columns: vec![
            Column::text(ctx.t("cert-number")),
            Column::text(ctx.t("cert-scheme")),
            Column::text(ctx.t("cert-subject")),
            Column::text(ctx.t("cert-holder")),
            Column::text(ctx.t("cert-place")),
            Column::text(ctx.t("cert-state")),
            Column::day(ctx.t("cert-state-until")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("certs-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}
