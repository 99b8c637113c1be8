//! `/data/definitions` and `/data/definitions/{code}/{version}`: what the figures count, in words.

use axum::extract::State as Extract;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Path};
use sh_trade::facts::{Clause, Condition};
use sh_ui::{
    Column, Crumb, DataTable, Locale, Row, Theme, Tone, banner, button_link, data_page, data_table, date,
    empty, facts, panel, status_tag,
};

use super::frame;
use crate::{
    Error, axis_label,
    definition::{Definition, State},
    definitions,
    public::{load, names::Names, narrow::place},
};

/// Values of a condition that are spelled out.
const VALUES_NAMED: usize = 12;

/// The state of a version in words.
pub(crate) fn state_tag(locale: Locale, state: State) -> Markup {
    match state {
        State::Draft => status_tag(Tone::Notice, &locale.t("data-state-draft")),
        State::Published => status_tag(Tone::Good, &locale.t("data-state-published")),
        State::Retired => status_tag(Tone::Plain, &locale.t("data-state-retired")),
    }
}

/// Period and conditions of a definition, one row each.
pub(crate) fn conditions(locale: Locale, definition: &Definition) -> Vec<(String, Markup)> {
    let names = Names::new(locale, definition.content.until);
    let mut rows = vec![(locale.t("data-period"), frame::period(locale, definition))];
    for clause in &definition.content.clauses {
        rows.push((head(locale, clause), html! { (clause_text(locale, &names, clause)) }));
    }
    rows
}

/// A clause and what it says.
pub(super) type Worded<'a> = (&'a Clause, String);

/// Every clause of a definition in words: 销售渠道：832 平台.
pub(super) fn clauses(locale: Locale, definition: &Definition) -> Vec<Worded<'_>> {
    let names = Names::new(locale, definition.content.until);
    let words = |clause| {
        let named =
            [("name", head(locale, clause).into()), ("value", clause_text(locale, &names, clause).into())];
        (clause, locale.with("data-named", &named))
    };
    definition.content.clauses.iter().map(words).collect()
}

/// The axis of the first condition of a clause.
fn head(locale: Locale, clause: &Clause) -> String {
    clause.0.first().map_or_else(String::new, |first| axis_label(first.axis, locale))
}

/// A clause in words. The axis of the first condition stands before it; others are named.
fn clause_text(locale: Locale, names: &Names, clause: &Clause) -> String {
    let first = clause.0.first().map(|condition| condition.axis);
    let parts: Vec<String> = clause
        .0
        .iter()
        .map(|condition| {
            let values = values_text(locale, names, condition);
            let text = if condition.not {
                locale.with("data-all-but", &[("values", values.into())])
            } else {
                values
            };
            if Some(condition.axis) == first {
                text
            } else {
                let name = axis_label(condition.axis, locale);
                locale.with("data-named", &[("name", name.into()), ("value", text.into())])
            }
        })
        .collect();
    parts.join(&locale.t("data-or"))
}

fn values_text(locale: Locale, names: &Names, condition: &Condition) -> String {
    let named: Vec<String> = condition
        .any_of
        .iter()
        .take(VALUES_NAMED)
        .map(|value| {
            let axis = place(*value).filter(|_| condition.axis == sh_trade::axes::Axis::Origin);
            names.value((axis.map_or(condition.axis, |point| point.0), *value))
        })
        .collect();
    let listed = named.join(&locale.t("data-comma"));
    if condition.any_of.len() > VALUES_NAMED {
        return locale
            .with("data-and-others", &[("values", listed.into()), ("count", condition.any_of.len().into())]);
    }
    listed
}

/// `/data/definitions`.
pub(super) async fn list(Extract(app): Extract<App>, ctx: Context) -> Result<Html, Failure> {
    let (all, fresh) = app
        .db
        .read(async |tx| Ok::<_, Error>((load::in_force(tx).await?, load::freshness(tx).await?)))
        .await?;
    let locale = ctx.locale;
    let title = ctx.t("data-nav-definitions");
    let rows = all.iter().map(|definition| {
        Row::new([
            html! { a href=(frame::definition_href(definition)) { (definition.content.name.get(locale)) } },
            html! { (definition.content.text.get(locale)) },
            frame::period(locale, definition),
            html! { (definition.version) },
            html! { a href={ "/data/m/" (definition.code) } { (ctx.t("data-see-value")) } },
        ])
    });
    let table = DataTable {
        caption: title.clone(),
        columns: vec![
            Column::text(ctx.t("data-definition")),
            Column::text(ctx.t("data-counts-what")),
            Column::day(ctx.t("data-period")),
            Column::number(ctx.t("data-version")),
            Column::text(ctx.t("data-value")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("data-nothing-yet"), None)),
        ..DataTable::default()
    };
    let frame = frame::frame(&ctx, title.clone(), Theme::Day)
        .crumbs([Crumb::link(ctx.t("data-nav-cockpit"), "/data"), Crumb::here(title)])
        .subtitle(frame::meta(&ctx, None, &fresh));
    let content = html! { p { (ctx.t("data-definitions-note")) } (data_table(locale, &table)) };
    Ok(Html(data_page(&frame, &content)))
}

/// `/data/definitions/{code}/{version}`.
pub(super) async fn one(
    Extract(app): Extract<App>,
    ctx: Context,
    Path((code, version)): Path<(String, i64)>,
) -> Result<Html, Failure> {
    let versions = app.db.read(async |tx| Ok::<_, Error>(definitions::versions(tx, &code).await?)).await?;
    // Drafts are not public.
    let mut public = versions.into_iter().filter(|one| one.state != State::Draft).collect::<Vec<_>>();
    let at = public.iter().position(|one| one.version == version).ok_or_else(Failure::not_found)?;
    let current = public.first().map(|one| one.version);
    let definition = public.swap_remove(at);
    public.sort_by_key(|one| -one.version);
    Ok(Html(page(&ctx, &definition, &public, current)))
}

fn page(ctx: &Context, definition: &Definition, others: &[Definition], current: Option<i64>) -> Markup {
    let locale = ctx.locale;
    let title = frame::definition_name(locale, definition);
    let crumbs = [
        Crumb::link(ctx.t("data-nav-cockpit"), "/data"),
        Crumb::link(ctx.t("data-nav-definitions"), "/data/definitions"),
        Crumb::here(title.clone()),
    ];
    let value = button_link(&ctx.t("data-see-value"), &format!("/data/m/{}", definition.code), None);
    let frame = frame::frame(ctx, title, Theme::Day).crumbs(crumbs).action(value);
    let mut rows = vec![
        (ctx.t("data-code"), html! { code { (definition.code) } }),
        (ctx.t("data-state"), state_tag(locale, definition.state)),
    ];
    if let Some(at) = definition.published_at {
        rows.push((ctx.t("data-in-force-since"), date(at.day())));
    }
    rows.extend(conditions(locale, definition));
    let content = html! {
        @if let Some(latest) = current.filter(|latest| *latest != definition.version) {
            (banner(Tone::Notice, &ctx.t("data-retired"), &html! {
                p { a href={ "/data/definitions/" (definition.code) "/" (latest) } { (ctx.t("data-see-latest")) } }
            }))
        }
        (panel(&ctx.t("data-counts-what"), None, &html! { p { (definition.content.text.get(locale)) } }))
        (panel(&ctx.t("data-conditions"), None, &facts(&rows)))
        (panel(&ctx.t("data-display"), None, &html! { p { (display(locale, definition)) } }))
        @if !others.is_empty() {
            (panel(&ctx.t("data-versions"), None, &html! {
                div.flow { @for other in others { p {
                    a href=(frame::definition_href(other)) { (frame::definition_name(locale, other)) } " " (state_tag(locale, other.state))
                } } }
            }))
        }
    };
    data_page(&frame, &content)
}

/// How the value is written, in words.
pub(crate) fn display(locale: Locale, definition: &Definition) -> String {
    match definition.content.display {
        crate::Display::Exact => locale.t("data-display-exact"),
        crate::Display::Cut { digits, about, more } => {
            let mut text = locale.with("data-display-cut", &[("digits", digits.into())]);
            if about {
                text.push_str(&locale.t("data-display-about"));
            }
            if more {
                text.push_str(&locale.t("data-display-more"));
            }
            text
        }
    }
}
