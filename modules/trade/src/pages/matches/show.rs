//! `GET /w/matches/{claim}`: two claims side by side, and the decision.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, AppError, Context, Failure, Form, Html, Path, Query, Redirect};
use sh_kernel::{Day, Fen, Id, RegionCode};
use sh_regions::Regions;
use sh_ui::{
    CompareRow, Crumb, Field as FormField, Locale, Tone, Verdict, banner, keyboard_list, money, side_by_side,
    status_tag, work_page,
};

use super::{QueueQuery, undo_banner};
use crate::{
    matching::{
        Settings,
        explain::{Detail, Field, FieldComparison, Verdict as Compared},
    },
    model::{Claim, DayPrecision},
    pages::{row_text, source_name},
    service::{
        matches::{self, ClaimView, Pair, rule_text},
        rule,
    },
};

/// `GET /w/matches/{claim}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(claim): Path<Id<Claim>>,
    Query(query): Query<QueueQuery>,
) -> Result<Html, Failure> {
    let pair = matches::pair(&ctx, &app, claim).await?;
    let title = ctx.t("matches-pair-title");
    let list = query.link("/w/matches", &[]);
    let mut frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("matches-title"), list.clone()), Crumb::here(title)]);
    if let Some(pair) = &pair {
        let why = asked_why(ctx.locale, pair);
        frame = frame.subtitle(status_tag(Tone::Notice, &why));
    }
    let content = match &pair {
        Some(pair) => deciding(ctx.locale, &query, pair),
        None => settled(&ctx, &app, &query, claim).await?,
    };
    Ok(Html(work_page(&frame, &content)))
}

/// What would tie the two, and why a person is asked all the same.
fn asked_why(locale: Locale, pair: &Pair) -> String {
    let (score, upper) = (pair.claim.score, i64::from(Settings::default().upper));
    let known = [
        ("why", rule_text(locale, pair.claim.rule).into()),
        ("score", sh_ui::percent(score, 1000).into()),
        ("upper", sh_ui::percent(upper, 1000).into()),
    ];
    locale.with(if score < upper { "matches-asked-why" } else { "matches-asked-rival" }, &known)
}

/// The claim does not wait any more: who decided, and where to go on.
async fn settled(ctx: &Context, app: &App, query: &QueueQuery, claim: Id<Claim>) -> Result<Markup, Failure> {
    let locale = ctx.locale;
    let ruling = matches::ruling_on(ctx, app, claim).await?;
    let content = html! {
        @if let Some(ruling) = ruling {
            @let key = if ruling.same { "matches-settled-same" } else { "matches-settled-different" };
            p { (locale.with(key, &[("by", ruling.actor.into()), ("at", ruling.at.to_minute().into())])) }
        }
        p { a data-key="n" href=(query.link(&format!("/w/matches/{claim}/next"), &[])) { (locale.t("matches-next")) } }
    };
    let content = html! {
        (undo_banner(locale, query, Some(claim)))
        (banner(Tone::Info, &locale.t("matches-settled"), &content))
    };
    let (next, undo) = (locale.t("matches-next"), locale.t("matches-undo"));
    Ok(keyboard_list(locale, &[("n", &next), ("u", &undo)], &content))
}

fn deciding(locale: Locale, query: &QueueQuery, pair: &Pair) -> Markup {
    let id = pair.claim.claim.id;
    let shortcuts = [
        ("a", locale.t("matches-same")),
        ("r", locale.t("matches-different")),
        ("n", locale.t("matches-later")),
        ("u", locale.t("matches-undo")),
    ];
    let shortcuts: Vec<(&str, &str)> = shortcuts.iter().map(|(key, text)| (*key, text.as_str())).collect();
    let rows: Vec<CompareRow> = pair.fields.iter().map(|field| row(locale, pair, field)).collect();
    let content = html! {
        (undo_banner(locale, query, Some(id)))
        article.panel data-key-item {
            (side_by_side(locale, &side(locale, &pair.claim), &side(locale, &pair.other), &rows))
            form.query-actions method="post" action=(query.link(&format!("/w/matches/{id}"), &[])) {
                input type="hidden" name="other" value=(pair.other.claim.id);
                (FormField::text("reason", &locale.t("matches-reason"))
                    .hint(locale.t("matches-reason-hint")).render(locale))
                button.button type="submit" name="decision" value="same" data-key="a" {
                    (locale.t("matches-same"))
                }
                button.button.is-secondary type="submit" name="decision" value="different" data-key="r" {
                    (locale.t("matches-different"))
                }
                a data-key="n" href=(query.link(&format!("/w/matches/{id}/next"), &[])) {
                    (locale.t("matches-later"))
                }
            }
        }
    };
    keyboard_list(locale, &shortcuts, &content)
}

/// Which row of which file of which source.
fn side(locale: Locale, view: &ClaimView) -> String {
    let row = row_text(locale, view.sheet.as_deref(), view.row);
    format!("{} {} {row}", source_name(locale, &view.claim.source, &view.source_name), view.file_name)
}

fn row(locale: Locale, pair: &Pair, compared: &FieldComparison) -> CompareRow {
    let verdict = match compared.verdict {
        Compared::Agrees => Verdict::Agree,
        Compared::Explained => Verdict::Near,
        Compared::Differs => Verdict::Differ,
        Compared::Missing => Verdict::Unknown,
    };
    let hint = detail(locale, compared.detail);
    CompareRow {
        label: label(locale, compared.field),
        left: value(locale, &pair.claim, compared.field),
        right: html! {
            (value(locale, &pair.other, compared.field))
            @if let Some(hint) = hint { div.hint { (hint) } }
        },
        verdict,
    }
}

pub(super) fn label(locale: Locale, field: Field) -> String {
    locale.t(match field {
        Field::Invoice => "match-field-invoice",
        Field::Order => "match-field-order",
        Field::Seller => "match-field-seller",
        Field::Buyer => "match-field-buyer",
        Field::Product => "match-field-product",
        Field::Amount => "match-field-amount",
        Field::Quantity => "match-field-quantity",
        Field::Day => "match-field-day",
        Field::Origin => "match-field-origin",
        Field::Destination => "match-field-destination",
        Field::Channel => "match-field-channel",
        Field::Link => "match-field-link",
    })
}

fn detail(locale: Locale, detail: Detail) -> Option<String> {
    match detail {
        Detail::Alike(permille) => {
            Some(locale.with("match-detail-alike", &[("percent", i64::from(permille / 10).into())]))
        }
        Detail::None | Detail::DaysApart(0) => None,
        Detail::DaysApart(days) => {
            Some(locale.with("match-detail-days", &[("days", i64::from(days.abs()).into())]))
        }
        Detail::Rounded => Some(locale.t("match-detail-rounded")),
        Detail::Tax(rate) => Some(locale.with("match-detail-tax", &[("rate", i64::from(rate).into())])),
        Detail::Freight => Some(locale.t("match-detail-freight")),
        Detail::UnitSlip => Some(locale.t("match-detail-slip")),
        Detail::Inside => Some(locale.t("match-detail-inside")),
        Detail::MonthOnly => Some(locale.t("match-detail-month")),
    }
}

fn value(locale: Locale, view: &ClaimView, field: Field) -> Markup {
    let claim = &view.claim;
    let text = |text: Option<&str>| html! { (text.filter(|text| !text.is_empty()).unwrap_or("--")) };
    match field {
        Field::Invoice => text(claim.invoice_no.as_deref()),
        Field::Order => text(claim.order_no.as_deref()),
        Field::Seller => text(Some(&view.seller_name)),
        Field::Buyer => text(view.buyer_name.as_deref()),
        Field::Product => text(Some(&claim.product)),
        Field::Amount => money(locale, Fen(claim.amount)),
        Field::Quantity if claim.quantity == 0 => text(None),
        Field::Quantity => html! { (sh_ui::grouped(claim.quantity)) },
        Field::Day if claim.precision == DayPrecision::Month => html! { (claim.day.month()) },
        Field::Day => html! { (claim.day) },
        Field::Origin => text(Some(&place(claim.origin, claim.day))),
        Field::Destination => text(Some(&place(claim.destination, claim.day))),
        Field::Channel => html! { (locale.t(&format!("axis-channel-{}", claim.channel.word()))) },
        Field::Link => html! { (locale.t(&format!("axis-link-{}", claim.link.word()))) },
    }
}

fn place(code: i64, day: Day) -> String {
    RegionCode::new(code).map(|code| Regions::get().full_name(code, day)).unwrap_or_default()
}

/// A decision as the form says it.
#[derive(Debug, Deserialize)]
pub(crate) struct DecideForm {
    other: Id<Claim>,
    decision: String,
    #[serde(default)]
    reason: String,
}

/// `POST /w/matches/{claim}`: decides, then leads to the next claim that waits.
pub(crate) async fn decide(
    ctx: Context,
    State(app): State<App>,
    Path(claim): Path<Id<Claim>>,
    Query(query): Query<QueueQuery>,
    Form(form): Form<DecideForm>,
) -> Result<Redirect, Failure> {
    let same = form.decision == "same";
    // Somebody else may have been quicker; the page then says who it was.
    if matches::pair(&ctx, &app, claim).await?.is_none() {
        return Ok(Redirect::to(query.link(&format!("/w/matches/{claim}"), &[])));
    }
    match rule::decide(&ctx, &app, claim, form.other, same, &form.reason).await {
        Ok(decided) => {
            let next = matches::next_after(&ctx, &app, &query.filter(), claim).await?;
            let ruling = decided.ruling.to_string();
            let to = next.map_or_else(
                || query.link("/w/matches", &[("undo", &ruling)]),
                |next| query.link(&format!("/w/matches/{next}"), &[("undo", &ruling)]),
            );
            let text = match (decided.report, same) {
                (None, _) => ctx.t("matches-heeded-later"),
                (Some(_), true) => ctx.t("matches-joined"),
                (Some(_), false) => ctx.t("matches-parted"),
            };
            Ok(Redirect::to(to).done(text))
        }
        Err(error @ (rule::RuleError::Withdrawn | rule::RuleError::OneClaim)) => {
            let text = ctx.t(&format!("problem-{}", error.code()));
            Ok(Redirect::to(query.link(&format!("/w/matches/{claim}"), &[])).saying(Tone::Bad, text))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /w/matches/{claim}/next`: leads to the claim that waits after this one.
pub(crate) async fn next(
    ctx: Context,
    State(app): State<App>,
    Path(claim): Path<Id<Claim>>,
    Query(query): Query<QueueQuery>,
) -> Result<Redirect, Failure> {
    Ok(match matches::next_after(&ctx, &app, &query.filter(), claim).await? {
        Some(next) => Redirect::to(query.link(&format!("/w/matches/{next}"), &[])),
        None => Redirect::to(query.link("/w/matches", &[])).saying(Tone::Info, ctx.t("matches-no-more")),
    })
}
