//! `/registers`: what there is of each kind on a day; one register; what a count is made of.

use axum::extract::State as Shared;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Listing, Page, Path, Query};
use sh_kernel::{Day, RegionCode};
use sh_regions::Regions;
use sh_ui::{
    Column, Crumb, DataTable, Field, Pager, QueryForm, Row, Tile, TileMap, button_link, data_table, empty,
    error_summary, facts, pager, panel, public_page, query_form, stat, tile_map, toolbar,
};

use super::{day_or, number_link, query::Asked, state_tag};
use crate::{
    Error, Tally,
    model::{Condition, Scheme},
    service::{look, schemes},
    shipped_counts,
    store::certificate::Standing,
};

fn grouped(count: i64) -> String {
    sh_ui::grouped(count)
}

/// `GET /registers`
pub(crate) async fn index(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let (filter, errors) = asked.filter(&ctx);
    let on = filter.on.unwrap_or(ctx.today());
    let tally = Tally::on(&app, on).await?;
    let all = schemes::all(&ctx, &app).await?;
    let locale = ctx.locale;
    let form = QueryForm {
        action: "/registers".to_owned(),
        fields: vec![
            Field::date("on", &ctx.t("cert-on")).value(on.to_string()).errors(&errors).render(locale),
        ],
        ..QueryForm::default()
    };
    let rows = all.iter().map(|one| {
        let scheme = &one.scheme;
        Row {
            cells: vec![
                Some(html! { a href=(format!("/registers/{}?state=valid&on={on}", scheme.code)) {
                (scheme.name.get(locale)) } }),
                Some(html! { (grouped(tally.of(&scheme.code))) " " span.unit { (scheme.unit.get(locale)) } }),
                Some(html! { (tally.provinces(&scheme.code).len()) }),
                Some(html! { (scheme.issuer.get(locale)) }),
                Some(html! { (scheme.basis.get(locale)) }),
            ],
            ..Row::default()
        }
    });
    let table = DataTable {
        caption: ctx.t("registers-all"),
        columns: vec![
            Column::text(ctx.t("registers-title")),
            Column::number(ctx.t("cert-valid")),
            Column::number(ctx.t("registers-provinces")),
            Column::text(ctx.t("cert-issuer")),
            Column::text(ctx.t("cert-basis")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("registers-none"), None)),
        ..DataTable::default()
    };
    let told = on.to_string();
    let content = html! {
        (error_summary(locale, &errors))
        (query_form(locale, &form))
        (panel(&locale.with("registers-on", &[("day", told.as_str().into())]), None, &html! {
            div.stats {
                @for condition in shipped_counts() { (counted(&ctx, &condition, tally.value(&condition), on)) }
            }
            p.hint { (ctx.t("registers-hint")) }
        }))
        (panel(&ctx.t("registers-all"), None, &data_table(locale, &table)))
        (panel(&ctx.t("verify-title"), None, &super::verify::form(&ctx, "")))
    };
    let frame = ctx.frame(ctx.t("registers-title")).subtitle(html! { (ctx.t("registers-subtitle")) });
    Ok(Html(public_page(&frame, &content)))
}

fn counted(ctx: &Context, condition: &Condition, value: i64, on: Day) -> Markup {
    let locale = ctx.locale;
    html! {
        div {
            (stat(condition.name.get(locale), &grouped(value), condition.unit.get(locale), None))
            a href=(format!("/registers/counts/{}?on={on}", condition.code)) {
                (ctx.t("registers-open"))
                span.visually-hidden { " " (condition.name.get(locale)) }
            }
        }
    }
}

/// `GET /registers/counts/{code}`: what a count counts, and its parts.
pub(crate) async fn figure(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let condition = shipped_counts().into_iter().find(|one| one.code == code).ok_or(Error::NotFound)?;
    let (filter, _) = asked.filter(&ctx);
    let on = filter.on.unwrap_or(ctx.today());
    let tally = Tally::on(&app, on).await?;
    let mut known = schemes::all(&ctx, &app).await?;
    known.retain(|one| condition.schemes.contains(&one.scheme.code));
    let locale = ctx.locale;
    let rows = tally.parts(&condition).into_iter().map(|(province, count)| {
        let mut cells = vec![Some(html! { (Regions::get().full_name(province, on)) })];
        for one in &known {
            let own = tally.provinces(&one.scheme.code).into_iter().find(|(own, _)| *own == province);
            let own = own.map_or(0, |(_, count)| count);
            let href = format!("/registers/{}?state=valid&on={on}&place={province}", one.scheme.code);
            cells.push((own > 0).then(|| html! { a href=(href) { (grouped(own)) } }));
        }
        cells.push(Some(html! { (grouped(count)) }));
        Row { cells, ..Row::default() }
    });
    let rows: Vec<Row> = rows.collect();
    let mut columns = vec![Column::text(ctx.t("registers-province"))];
    columns.extend(known.iter().map(|one| Column::number(one.scheme.name.get(locale))));
    columns.push(Column::number(ctx.t("registers-sum")));
    let table = DataTable {
        caption: condition.name.get(locale).to_owned(),
        columns,
        rows,
        empty: Some(empty(&ctx.t("certs-none"), None)),
        ..DataTable::default()
    };
    let told = on.to_string();
    let title = condition.name.get(locale).to_owned();
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("registers-title"), format!("/registers?on={on}")), Crumb::here(title)]);
    let content = html! {
        (stat(&locale.with("registers-on", &[("day", told.as_str().into())]),
            &grouped(tally.value(&condition)), condition.unit.get(locale), None))
        (panel(&ctx.t("registers-rule"), None, &facts(&[
            (ctx.t("registers-counts"), html! { (condition.rule.get(locale)) }),
            (ctx.t("registers-published"), html! { (condition.published.get(locale)) }),
        ])))
        (panel(&ctx.t("registers-parts"), None, &data_table(locale, &table)))
    };
    Ok(Html(public_page(&frame, &content)))
}

/// `GET /registers/{scheme}`
pub(crate) async fn register(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let scheme = schemes::get(&ctx, &app, &code).await?.scheme;
    let (mut filter, errors) = asked.filter(&ctx);
    filter.scheme = Some(code);
    let page = Page { after: asked.after.clone(), size: None };
    let found = look::list(&ctx, &app, &filter, &page).await?;
    let on = filter.on.unwrap_or(ctx.today());
    let tally = Tally::on(&app, on).await?;
    Ok(Html(view(&ctx, &scheme, &asked, (&found, &tally, on), &errors)))
}

fn view(
    ctx: &Context,
    scheme: &Scheme,
    asked: &Asked,
    (found, tally, on): (&Listing<Standing>, &Tally, Day),
    errors: &sh_kernel::FieldErrors,
) -> Markup {
    let locale = ctx.locale;
    let path = format!("/registers/{}", scheme.code);
    let title = scheme.name.get(locale).to_owned();
    let form = QueryForm {
        action: path.clone(),
        fields: asked.fields(ctx, errors).iter().map(|field| field.render(locale)).collect(),
        ..QueryForm::default()
    };
    let query = asked.query(false);
    let sign = if query.is_empty() { '?' } else { '&' };
    let download = |format: &str| format!("{path}/export{query}{sign}format={format}");
    let told = on.to_string();
    let count = grouped(tally.of(&scheme.code));
    let summary = locale.with(
        "register-valid-on",
        &[("day", told.as_str().into()), ("count", count.into()), ("unit", scheme.unit.get(locale).into())],
    );
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("registers-title"), format!("/registers?on={on}")), Crumb::here(title)])
        .with_errors(!errors.0.is_empty());
    let content = html! {
        (error_summary(locale, errors))
        (query_form(locale, &form))
        (toolbar(Some(&summary), &[
            button_link("CSV", &download("csv"), Some("download")),
            button_link("XLSX", &download("xlsx"), Some("download")),
            button_link("JSON", &format!("/api/v1/registers/{}{query}", scheme.code), None),
        ]))
        (panel(&ctx.t("registers-map"), None, &map(ctx, scheme, &tally.provinces(&scheme.code), on)))
        (table(ctx, found))
        (pager(locale, &Pager {
            next: found.next.as_deref().map(|after| asked.next(&path, false, after)),
            shown: found.items.len(),
            ..Pager::default()
        }))
        (panel(&ctx.t("register-about"), None, &about(ctx, scheme)))
    };
    public_page(&frame, &content)
}

fn map(ctx: &Context, scheme: &Scheme, provinces: &[(RegionCode, i64)], on: Day) -> Markup {
    let tiles = provinces.iter().map(|(region, count)| Tile {
        region: *region,
        value: *count,
        text: grouped(*count),
        href: Some(format!("/registers/{}?state=valid&on={on}&place={region}", scheme.code)),
    });
    let map = TileMap {
        label: ctx.t("registers-map"),
        unit: scheme.unit.get(ctx.locale).to_owned(),
        tiles: tiles.collect(),
        bins: TileMap::bins_for(provinces.iter().map(|(_, count)| *count), 1),
        selected: None,
        destination: None,
    };
    tile_map(ctx.locale, &map)
}

fn table(ctx: &Context, found: &Listing<Standing>) -> Markup {
    let rows = found.items.iter().map(|standing| Row {
        cells: vec![
            Some(number_link(&standing.row.number)),
            Some(html! { (standing.row.subject) }),
            Some(html! { (standing.row.public_holder()) }),
            Some(html! { (Regions::get().full_name(standing.row.region, ctx.today())) }),
            Some(state_tag(ctx.locale, standing.state)),
            day_or(standing.from),
            day_or(standing.to),
        ],
        ..Row::default()
    });
    let table = DataTable {
        caption: ctx.t("registers-title"),
        columns: vec![
            Column::text(ctx.t("cert-number")),
            Column::text(ctx.t("cert-subject")),
            Column::text(ctx.t("cert-holder")),
            Column::text(ctx.t("cert-place")),
            Column::text(ctx.t("cert-state")),
            Column::day(ctx.t("cert-state-since")),
            Column::day(ctx.t("cert-state-until")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("certs-none"), None)),
        ..DataTable::default()
    };
    data_table(ctx.locale, &table)
}

fn about(ctx: &Context, scheme: &Scheme) -> Markup {
    let locale = ctx.locale;
    let term = scheme.term.map_or_else(
        || ctx.t("register-term-own"),
        |term| {
            let months = i64::from(term.months);
            let days = i64::from(scheme.renewal_days);
            locale.with("register-term", &[("months", months.into()), ("days", days.into())])
        },
    );
    let papers = scheme.papers.iter().map(|paper| {
        let name = paper.name.get(locale).to_owned();
        paper.months_max.map_or_else(
            || name.clone(),
            |months| {
                let args = [("paper", name.as_str().into()), ("months", i64::from(months).into())];
                locale.with("register-paper-age", &args)
            },
        )
    });
    let papers: Vec<String> = papers.collect();
    html! {
        (facts(&[
            (ctx.t("cert-issuer"), html! { (scheme.issuer.get(locale)) }),
            (ctx.t("cert-basis"), html! { (scheme.basis.get(locale)) }),
            (ctx.t("register-levels"), html! {
                ol { @for level in &scheme.levels { li { (level.name.get(locale)) } } }
            }),
            (ctx.t("register-papers"), html! { ul { @for paper in &papers { li { (paper) } } } }),
            (ctx.t("cert-term"), html! { (term) }),
        ]))
    }
}
