//! `/w/releases/{id}`: one release, its hash, what has become of its figures, and what can be done with it.

use axum::extract::State as Extract;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, Context, Failure, Form, Html, Path, Permission, Redirect};
use sh_kernel::{Fen, Id};
use sh_ui::{
    Column, Crumb, DataTable, Field, Locale, Row, Step, StepState, Tone, banner, button, button_danger,
    data_table, facts, grouped, panel, steps, work_page,
};

use super::{figures, may, releases::state_tag};
use crate::{
    label,
    public::released,
    releases::{FigureComparison, Release, ReleaseDetail, ReleaseFigure, ReleaseState},
    service,
};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Words {
    #[serde(default)]
    text: String,
}

/// `GET /w/releases/{id}`
pub(super) async fn page(
    ctx: Context,
    Extract(app): Extract<App>,
    Path(id): Path<Id<Release>>,
) -> Result<Html, Failure> {
    let (detail, compared) = service::releases::detail(&ctx, &app, &figures(&app), id).await?;
    Ok(Html(view(&ctx, &detail, &compared)))
}

/// `POST …/approve`
pub(super) async fn approve(
    ctx: Context,
    Extract(app): Extract<App>,
    Path(id): Path<Id<Release>>,
) -> Result<Redirect, Failure> {
    service::releases::approve(&ctx, &app, id).await?;
    Ok(Redirect::to(format!("/w/releases/{id}")).done(ctx.t("release-approved")))
}

/// `POST …/withdraw`
pub(super) async fn withdraw(
    ctx: Context,
    Extract(app): Extract<App>,
    Path(id): Path<Id<Release>>,
    Form(words): Form<Words>,
) -> Result<Redirect, Failure> {
    service::releases::withdraw(&ctx, &app, id, &words.text).await?;
    Ok(Redirect::to(format!("/w/releases/{id}")).done(ctx.t("release-withdrawn")))
}

/// `POST …/erratum`
pub(super) async fn erratum(
    ctx: Context,
    Extract(app): Extract<App>,
    Path(id): Path<Id<Release>>,
    Form(words): Form<Words>,
) -> Result<Redirect, Failure> {
    service::releases::add_erratum(&ctx, &app, id, &words.text).await?;
    Ok(Redirect::to(format!("/w/releases/{id}")).done(ctx.t("release-erratum-added")))
}

fn view(ctx: &Context, detail: &ReleaseDetail, compared: &[FigureComparison]) -> Markup {
    let release = &detail.release;
    let frame = ctx
        .frame(release.name.clone())
        .crumbs([Crumb::link(ctx.t("releases-title"), "/w/releases"), Crumb::here(release.name.clone())]);
    let content = html! {
        @if let Some(reason) = &release.reason {
            (banner(Tone::Bad, &ctx.t("release-is-withdrawn"), &html! { p { (reason) } }))
        }
        @if let Some(newer) = release.superseded_by {
            (banner(Tone::Notice, &ctx.t("release-is-superseded"), &html! {
                p { a href={ "/w/releases/" (newer) } { (ctx.t("release-see-newer")) } }
            }))
        }
        (steps(ctx.locale, &progress(ctx, release)))
        (panel(&ctx.t("release-facts"), None, &facts(&fact_rows(ctx, release))))
        (panel(&ctx.t("release-figures"), None, &figures_table(ctx, detail, compared)))
        @for figure in detail.figures.iter().filter(|figure| !figure.by.is_empty()) {
            details { summary { (figure.heading(ctx.locale)) } (rows_table(ctx.locale, figure)) }
        }
        @if !detail.errata.is_empty() {
            (panel(&ctx.t("release-errata"), None, &html! {
                ol { @for one in &detail.errata { li { (one.body) " — " (one.written_by) " " (one.written_at.to_minute()) } } }
            }))
        }
        (actions(ctx, release))
    };
    work_page(&frame, &content)
}

fn progress(ctx: &Context, release: &Release) -> [Step; 2] {
    let proposed = format!("{} {}", release.proposed_by, release.proposed_at.to_minute());
    let approved = release.approved_by.as_ref().zip(release.approved_at);
    let (state, note) = match (approved, release.state) {
        (Some((by, at)), _) => (StepState::Done, format!("{by} {}", at.to_minute())),
        (None, ReleaseState::Withdrawn) => (StepState::Failed, ctx.t("release-state-withdrawn")),
        (None, _) => (StepState::Current, ctx.t("release-waits")),
    };
    [
        Step::new(ctx.t("release-step-proposed"), StepState::Done).note(proposed),
        Step::new(ctx.t("release-step-approved"), state).note(note),
    ]
}

fn fact_rows(ctx: &Context, release: &Release) -> Vec<(String, Markup)> {
    let mut rows = vec![
        (ctx.t("release-state"), state_tag(ctx.locale, release)),
        (ctx.t("release-day"), html! { (release.day) }),
        (ctx.t("release-posting"), html! { (release.posting) }),
        (ctx.t("release-content-hash"), html! { code { (release.content) } }),
    ];
    let optional = [
        ("release-number", release.number.map(|number| number.to_string())),
        ("release-hash", release.hash.clone()),
        ("release-previous-hash", release.previous.clone()),
    ];
    rows.extend(
        optional.into_iter().filter_map(|(key, text)| Some((ctx.t(key), html! { code { (text?) } }))),
    );
    rows
}

/// Each figure as it is written, exactly, and what it would be today.
fn figures_table(ctx: &Context, detail: &ReleaseDetail, compared: &[FigureComparison]) -> Markup {
    let locale = ctx.locale;
    let rows = detail.figures.iter().filter(|figure| figure.by.is_empty()).map(|figure| {
        let shown = figure.definition.display.show(figure.value, locale);
        let today = compared.iter().find(|one| one.position == figure.position);
        Row {
            cells: vec![
                Some(html! { (figure.heading(locale)) }),
                Some(html! { a href={ "/w/definitions/" (figure.code) "/" (figure.version) } { (figure.code) " " (figure.version) } }),
                Some(html! { (shown.number) " " (shown.unit) }),
                Some(html! { (shown.exact) }),
                Some(html! { (grouped(figure.trades)) }),
                today.map(|today| today_cell(ctx, today)),
            ],
            ..Row::default()
        }
    });
    let table = DataTable {
        caption: ctx.t("release-figures"),
        columns: vec![
            Column::text(ctx.t("release-figure")),
            Column::text(ctx.t("definition-code")),
            Column::number(ctx.t("release-shown")),
            Column::amount(ctx.t("release-exact"), ctx.t("unit-yuan")),
            Column::number(ctx.t("release-trades")),
            Column::text(ctx.t("release-today")),
        ],
        rows: rows.collect(),
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn today_cell(ctx: &Context, today: &FigureComparison) -> Markup {
    let signed =
        |amount: Fen| if amount.0 > 0 { format!("+{}", amount.to_grouped()) } else { amount.to_grouped() };
    let difference = today.now.0.minus(today.then.0).unwrap_or_default();
    html! {
        @if today.now == today.then { (ctx.t("release-unchanged")) }
        @else {
            div { (today.now.0.to_grouped()) " (" (signed(difference)) ")" }
            @for (words, amount, _) in released::causes(ctx.locale, &today.since) {
                @let named = [("name", words.into()), ("value", signed(amount).into())];
                div.hint { (ctx.locale.with("data-named", &named)) }
            }
        }
        @if let Some(newer) = &today.newer {
            div.hint { (ctx.locale.with("release-newer-definition", &[("version", newer.version.into()), ("value", newer.now.0.to_grouped().into())])) }
        }
    }
}

fn rows_table(locale: Locale, figure: &ReleaseFigure) -> Markup {
    let rows = figure.rows.iter().map(|row| {
        let names = figure.by.iter().zip(&row.keys).map(|(axis, value)| label(*axis, *value, locale));
        Row::new([
            html! { (names.collect::<Vec<_>>().join(" · ")) },
            html! { (row.amount.to_grouped()) },
            html! { (grouped(row.trades)) },
        ])
    });
    let mut rows: Vec<Row> = rows.collect();
    if let Some(rest) = &figure.merged {
        rows.push(Row::new([
            html! { (locale.with("data-merged", &[("count", rest.parts.into())])) },
            html! { (rest.amount.to_grouped()) },
            html! { (grouped(rest.trades)) },
        ]));
    }
    let table = DataTable {
        caption: figure.heading(locale),
        columns: vec![
            Column::text(
                figure.by.iter().map(|axis| crate::axis_label(*axis, locale)).collect::<Vec<_>>().join(" · "),
            ),
            Column::amount(locale.t("release-exact"), locale.t("unit-yuan")),
            Column::number(locale.t("release-trades")),
        ],
        rows,
        ..DataTable::default()
    };
    data_table(locale, &table)
}

fn actions(ctx: &Context, release: &Release) -> Markup {
    let base = format!("/w/releases/{}", release.id);
    let proposed = release.state == ReleaseState::Proposed;
    let own = release.proposed_by == ctx.actor.label();
    let may_withdraw = if proposed { Permission::ProposeRelease } else { Permission::ApproveRelease };
    html! {
        @if proposed && may(ctx, Permission::ApproveRelease) {
            @if own { p.hint { (ctx.t("release-needs-another")) } }
            @else { form method="post" action={ (base) "/approve" } { (button(&ctx.t("release-approve"))) } }
        }
        @if release.number.is_some() && may(ctx, Permission::ProposeRelease) {
            form method="post" action={ (base) "/erratum" } {
                (Field::area("text", &ctx.t("release-erratum"), 3).required().render(ctx.locale))
                (button(&ctx.t("release-add-erratum")))
            }
        }
        @if release.state != ReleaseState::Withdrawn && may(ctx, may_withdraw) {
            form method="post" action={ (base) "/withdraw" } {
                (Field::input("text", "text", &ctx.t("release-reason")).required().render(ctx.locale))
                (button_danger(&ctx.t("release-withdraw"), "action", "withdraw"))
            }
        }
    }
}
