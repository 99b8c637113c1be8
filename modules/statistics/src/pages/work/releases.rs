//! `/w/releases`: the list, and proposing a new one.

use axum::{
    extract::State as Extract,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Permission, Redirect, Scope};
use sh_kernel::FieldErrors;
use sh_trade::axes::Axis;
use sh_ui::{
    Choice, Column, Crumb, DataTable, Field, Locale, Row, Tone, button, button_link, check_boxes, data_table,
    empty, error_summary, status_tag, work_page,
};

use super::{figures, may};
use crate::{
    axis_label,
    definition::Definition,
    releases::{Proposal, Release, ReleaseState},
    service,
};

/// The axes by which a figure may be split besides those that every release has.
const FURTHER: [Axis; 5] = [Axis::Category, Axis::BuyerKind, Axis::Class, Axis::Certified, Axis::Role];

/// The state of a release in words.
pub(super) fn state_tag(locale: Locale, release: &Release) -> Markup {
    match release.state {
        ReleaseState::Proposed => status_tag(Tone::Notice, &locale.t("release-state-proposed")),
        ReleaseState::Published if release.superseded_by.is_some() => {
            status_tag(Tone::Plain, &locale.t("release-state-superseded"))
        }
        ReleaseState::Published => status_tag(Tone::Good, &locale.t("release-state-published")),
        ReleaseState::Withdrawn => status_tag(Tone::Bad, &locale.t("release-state-withdrawn")),
    }
}

/// `GET /w/releases`
pub(super) async fn page(ctx: Context, Extract(app): Extract<App>) -> Result<Html, Failure> {
    let found = service::releases::list(&ctx, &app, None).await?;
    Ok(Html(list_view(&ctx, &found)))
}

/// `GET /w/releases/new`
pub(super) async fn new(ctx: Context, Extract(app): Extract<App>) -> Result<Html, Failure> {
    ctx.require(Permission::ProposeRelease, Scope::Everywhere)?;
    let (in_force, _) = service::definitions::list(&ctx, &app).await?;
    let earlier = service::releases::list(&ctx, &app, None).await?;
    Ok(Html(form(&ctx, &in_force, &earlier, &Input::default(), &FieldErrors::default())))
}

/// `POST /w/releases`
pub(super) async fn propose(
    ctx: Context,
    Extract(app): Extract<App>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let input = Input::read(&pairs);
    let (in_force, _) = service::definitions::list(&ctx, &app).await?;
    let proposal = input.proposal(&in_force);
    match service::releases::propose(&ctx, &app, &figures(&app), &proposal).await {
        Ok(release) => Ok(Redirect::to(format!("/w/releases/{}", release.id))
            .done(ctx.t("release-proposed"))
            .into_response()),
        Err(error) if error.kind() == Kind::Unprocessable => {
            let mut errors = FieldErrors::default();
            errors.push("/name", error.code(), ctx.t("problem-empty-release"));
            let earlier = service::releases::list(&ctx, &app, None).await?;
            Ok(Html::unprocessable(form(&ctx, &in_force, &earlier, &input, &errors)))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Debug, Default)]
struct Input {
    name: String,
    supersedes: String,
    definitions: Vec<String>,
    splits: Vec<String>,
}

impl Input {
    fn read(pairs: &[(String, String)]) -> Self {
        let all =
            |name: &str| pairs.iter().filter(|pair| pair.0 == name).map(|pair| pair.1.clone()).collect();
        let text = |name: &str| {
            let found: Vec<String> = all(name);
            found.into_iter().next().unwrap_or_default()
        };
        Self {
            name: text("name"),
            supersedes: text("supersedes"),
            definitions: all("definition"),
            splits: all("split"),
        }
    }

    /// Each chosen definition with its parts.
    fn proposal(&self, in_force: &[Definition]) -> Proposal {
        let further = FURTHER.into_iter().filter(|axis| self.splits.iter().any(|split| split == axis.word()));
        let further: Vec<Axis> = further.collect();
        let mut proposal = Proposal {
            name: self.name.clone(),
            supersedes: self.supersedes.parse().ok(),
            figures: Vec::new(),
        };
        for one in in_force.iter().filter(|one| self.definitions.contains(&one.code)) {
            proposal.add(&one.code, &further);
        }
        proposal
    }
}

fn list_view(ctx: &Context, releases: &[Release]) -> Markup {
    let mut frame = ctx.frame(ctx.t("releases-title"));
    if may(ctx, Permission::ProposeRelease) {
        frame = frame.action(button_link(&ctx.t("release-new"), "/w/releases/new", Some("plus")));
    }
    let rows = releases.iter().map(|release| Row {
        cells: vec![
            Some(html! { a href={ "/w/releases/" (release.id) } {
                @if release.state == ReleaseState::Withdrawn { s { (release.name) } } @else { (release.name) }
            } }),
            Some(state_tag(ctx.locale, release)),
            release.number.map(|number| html! { (number) }),
            Some(html! { (release.day) }),
            Some(html! { (release.proposed_by) }),
            release.approved_by.as_ref().map(|by| html! { (by) }),
        ],
        ..Row::default()
    });
    let table = DataTable {
        caption: ctx.t("releases-title"),
        columns: vec![
            Column::text(ctx.t("release-name")),
            Column::text(ctx.t("release-state")),
            Column::number(ctx.t("release-number")),
            Column::day(ctx.t("release-day")),
            Column::text(ctx.t("release-proposer")),
            Column::text(ctx.t("release-approver")),
        ],
        rows: rows.collect(),
        empty: Some(empty(&ctx.t("releases-none"), None)),
        ..DataTable::default()
    };
    work_page(&frame, &data_table(ctx.locale, &table))
}

fn form(
    ctx: &Context,
    in_force: &[Definition],
    earlier: &[Release],
    input: &Input,
    errors: &FieldErrors,
) -> Markup {
    let locale = ctx.locale;
    let title = ctx.t("release-new");
    let mut frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("releases-title"), "/w/releases"), Crumb::here(title)]);
    frame.has_errors = !errors.0.is_empty();
    let definitions: Vec<Choice> = in_force
        .iter()
        .map(|one| Choice {
            hint: Some(format!("{} / {}", one.code, one.version)),
            ..Choice::new(&one.code, one.content.name.get(locale))
        })
        .collect();
    let splits: Vec<Choice> =
        FURTHER.iter().map(|axis| Choice::new(axis.word(), axis_label(*axis, locale))).collect();
    let mut older = vec![Choice::new("", ctx.t("release-supersedes-none"))];
    let published = earlier.iter().filter(|release| release.state == ReleaseState::Published);
    older.extend(published.map(|release| Choice::new(release.id.to_string(), &release.name)));
    let chosen: Vec<&str> = input.definitions.iter().map(String::as_str).collect();
    let split: Vec<&str> = input.splits.iter().map(String::as_str).collect();
    let content = html! {
        (error_summary(locale, errors))
        p { (ctx.t("release-new-note")) }
        form.is-wide method="post" action="/w/releases" {
            (Field::text("name", &ctx.t("release-name")).value(&input.name).required().errors(errors)
                .hint(ctx.t("release-name-hint")).render(locale))
            (check_boxes(locale, "definition", &ctx.t("release-definitions"), &definitions, &chosen, None))
            (check_boxes(locale, "split", &ctx.t("release-splits"), &splits, &split, None))
            (Field::select("supersedes", &ctx.t("release-supersedes"), older).value(&input.supersedes).render(locale))
            (button(&ctx.t("release-propose")))
        }
    };
    work_page(&frame, &content)
}
