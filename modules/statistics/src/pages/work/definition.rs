//! `/w/definitions/{code}/{version}`: one version; for a draft what it would change.

use axum::extract::State as Extract;
use maud::{Markup, html};
use sh_http::{App, Context, Failure, Html, Path, Permission, Redirect};
use sh_kernel::Fen;
use sh_ui::{
    AmountUnit, Column, Crumb, DataTable, Row, amount_in, button, button_danger, button_link, data_table,
    facts, grouped, panel, stat, work_page,
};

use super::{figures, may};
use crate::{
    axis_label,
    definition::{Definition, State},
    definitions::{AxisImpact, Impact},
    label,
    pages::data::definitions::{conditions, display, state_tag},
    service,
};

pub(super) fn href(definition: &Definition) -> String {
    format!("/w/definitions/{}/{}", definition.code, definition.version)
}

/// `GET /w/definitions/{code}/{version}`
pub(super) async fn page(
    ctx: Context,
    Extract(app): Extract<App>,
    Path((code, version)): Path<(String, i64)>,
) -> Result<Html, Failure> {
    let versions = service::definitions::versions(&ctx, &app, &code).await?;
    let one = versions.iter().find(|one| one.version == version).ok_or_else(Failure::not_found)?;
    let impact = match one.state {
        State::Draft => service::definitions::impact(&ctx, &app, &figures(&app), &code, version).await?,
        _ => None,
    };
    Ok(Html(view(&ctx, one, &versions, impact.as_ref())))
}

/// `POST …/preview`
pub(super) async fn preview(
    ctx: Context,
    Extract(app): Extract<App>,
    Path((code, version)): Path<(String, i64)>,
) -> Result<Redirect, Failure> {
    let job = service::definitions::start_preview(&ctx, &app, &code, version).await?;
    Ok(Redirect::to(format!("/w/jobs/{}", job.id)).done(ctx.t("definition-preview-started")))
}

/// `POST …/publish`
pub(super) async fn publish(
    ctx: Context,
    Extract(app): Extract<App>,
    Path((code, version)): Path<(String, i64)>,
) -> Result<Redirect, Failure> {
    service::definitions::publish(&ctx, &app, &code, version).await?;
    Ok(Redirect::to(format!("/w/definitions/{code}/{version}")).done(ctx.t("definition-published")))
}

/// `POST …/discard`
pub(super) async fn discard(
    ctx: Context,
    Extract(app): Extract<App>,
    Path((code, version)): Path<(String, i64)>,
) -> Result<Redirect, Failure> {
    service::definitions::discard(&ctx, &app, &code, version).await?;
    Ok(Redirect::to("/w/definitions").done(ctx.t("definition-discarded")))
}

fn view(ctx: &Context, one: &Definition, versions: &[Definition], impact: Option<&Impact>) -> Markup {
    let locale = ctx.locale;
    let name = one.content.name.get(locale).to_owned();
    let editor = may(ctx, Permission::EditDefinitions);
    let mut frame = ctx
        .frame(name.clone())
        .crumbs([Crumb::link(ctx.t("definitions-title"), "/w/definitions"), Crumb::here(name)]);
    if editor && one.state != State::Draft {
        let to = format!("/w/definitions/new?from={}&version={}", one.code, one.version);
        frame = frame.action(button_link(&ctx.t("definition-new-version"), &to, None));
    }
    let mut rows = vec![
        (ctx.t("definition-code"), html! { code { (one.code) } }),
        (ctx.t("definition-version"), html! { (one.version) }),
        (ctx.t("definition-state"), state_tag(locale, one.state)),
        (ctx.t("definition-written"), html! { (one.created_by) " " (one.created_at.to_minute()) }),
    ];
    if let (Some(by), Some(at)) = (&one.published_by, one.published_at) {
        rows.push((ctx.t("definition-in-force"), html! { (by) " " (at.to_minute()) }));
    }
    rows.extend(conditions(locale, one));
    rows.push((ctx.t("definition-display"), html! { (display(locale, one)) }));
    let content = html! {
        (panel(&ctx.t("definition-counts"), None, &html! { p { (one.content.text.get(locale)) } }))
        (panel(&ctx.t("definition-facts"), None, &facts(&rows)))
        @if one.state == State::Draft { (panel(&ctx.t("definition-impact"), None, &draft_panel(ctx, one, impact, editor))) }
        @if versions.len() > 1 {
            (panel(&ctx.t("definition-versions"), None, &html! {
                ul { @for other in versions { li {
                    a href=(href(other)) { (locale.with("definition-version-number", &[("version", other.version.into())])) }
                    " " (state_tag(locale, other.state))
                } } }
            }))
        }
    };
    work_page(&frame, &content)
}

/// What a draft would change, and what can be done with it.
fn draft_panel(ctx: &Context, one: &Definition, impact: Option<&Impact>, editor: bool) -> Markup {
    let base = href(one);
    html! {
        @match impact {
            Some(impact) => (impact_view(ctx, impact)),
            None => p { (ctx.t("definition-impact-missing")) },
        }
        @if editor {
            div.actions {
                @if impact.is_some() {
                    form method="post" action={ (base) "/publish" } { (button(&ctx.t("definition-publish"))) }
                } @else {
                    form method="post" action={ (base) "/preview" } { (button(&ctx.t("definition-preview"))) }
                }
                (button_link(&ctx.t("definition-edit"), &format!("{base}/edit"), None))
                form method="post" action={ (base) "/discard" } {
                    (button_danger(&ctx.t("definition-discard"), "action", "discard"))
                }
            }
        }
    }
}

fn impact_view(ctx: &Context, impact: &Impact) -> Markup {
    let locale = ctx.locale;
    let now = impact.now.as_ref().map_or(Fen::ZERO, |figure| figure.value);
    let draft = impact.draft.value;
    let unit = AmountUnit::for_column([now, draft]);
    let number = |amount| amount_in(locale, amount, unit);
    html! {
        div.stats {
            @if impact.now.is_some() { (stat(&ctx.t("definition-value-now"), &number(now), &unit.label(locale), Some(&now.to_grouped()))) }
            (stat(&ctx.t("definition-value-draft"), &number(draft), &unit.label(locale), Some(&draft.to_grouped())))
            (stat(&ctx.t("definition-value-difference"), &number(difference(now, draft)), &unit.label(locale), None))
        }
        @if impact.axes.is_empty() { p { (ctx.t("definition-no-difference")) } }
        @for axis in &impact.axes {
            details { summary { (axis_label(axis.axis, locale)) } (axis_table(ctx, axis)) }
        }
    }
}

fn difference(now: Fen, draft: Fen) -> Fen {
    draft.minus(now).unwrap_or_default()
}

fn axis_table(ctx: &Context, impact: &AxisImpact) -> Markup {
    let locale = ctx.locale;
    let amounts = impact.rows.iter().flat_map(|row| [row.now.0, row.draft.0]);
    let unit = AmountUnit::for_column(amounts);
    let cell = |amount: Fen| html! { span title=(amount.to_grouped()) { (amount_in(locale, amount, unit)) } };
    let rows = impact.rows.iter().map(|row| {
        Row::new([
            html! { (label(impact.axis, row.value, locale)) },
            cell(row.now.0),
            cell(row.draft.0),
            cell(difference(row.now.0, row.draft.0)),
            html! { (grouped(row.draft.1 - row.now.1)) },
        ])
    });
    let amount = |key: &str| Column::amount(ctx.t(key), unit.label(locale));
    let table = DataTable {
        caption: axis_label(impact.axis, locale),
        columns: vec![
            Column::text(axis_label(impact.axis, locale)),
            amount("definition-value-now"),
            amount("definition-value-draft"),
            amount("definition-value-difference"),
            Column::number(ctx.t("definition-trades-difference")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}
