//! The rules of commission as JSON under `/api/v1/commissions`, for programs of whoever runs the mall.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_catalogue::model::Shop;
use sh_http::{App, Context, Failure, Json, Path, Query};
use sh_kernel::{Fen, Id, RegionCode};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    commission::{Charge, Rule},
    service::commission::{self as service, Previewed, Typed},
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(add))
        .routes(routes!(change))
        .routes(routes!(end))
        .routes(routes!(preview))
}

/// A rule of commission.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CommissionRule)]
pub(crate) struct RuleBody {
    /// This version of the rule.
    #[schema(value_type = String)]
    id: Id<Rule>,
    /// Rules are tried in ascending order of it; the first that fits counts.
    position: i64,
    /// What it is called.
    name: String,
    /// Only goods of this category, by number.
    category: Option<i64>,
    /// Only goods of this shop.
    #[schema(value_type = Option<String>)]
    shop: Option<Id<Shop>>,
    /// Only goods that come from within this region.
    #[schema(value_type = Option<i64>)]
    region: Option<RegionCode>,
    /// Only goods that are recognised on the day, or only those that are not.
    certified: Option<bool>,
    /// Hundredths of a percent of the goods.
    rate: i64,
    /// Of each line besides, in fen.
    #[schema(value_type = i64)]
    fixed_fen: Fen,
    /// The first day on which it holds.
    from: String,
    /// The last one. Before the first: it never held.
    to: Option<String>,
    /// The version that it takes the place of.
    #[schema(value_type = Option<String>)]
    replaces: Option<Id<Rule>>,
}

impl From<Rule> for RuleBody {
    fn from(rule: Rule) -> Self {
        let Rule {
            id,
            position,
            name,
            category,
            shop,
            region,
            certified,
            rate,
            fixed,
            from,
            to,
            replaces,
            ..
        } = rule;
        Self {
            id,
            position,
            name,
            category,
            shop,
            region,
            certified,
            rate,
            fixed_fen: fixed,
            from: from.to_string(),
            to: to.map(|day| day.to_string()),
            replaces,
        }
    }
}

/// The rules of a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CommissionRules)]
pub(crate) struct RulesBody {
    /// The day.
    day: String,
    /// Those that hold, in their order.
    now: Vec<RuleBody>,
    /// Those that hold later only.
    later: Vec<RuleBody>,
}

/// Which day is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct OnDay {
    /// `2020-11-30`; today if left out.
    day: Option<String>,
}

/// The rules of commission of a day, in their order, and those to come.
#[utoipa::path(get, path = "/api/v1/commissions", tag = "commission", params(OnDay),
    responses((status = 200, body = RulesBody)))]
pub(crate) async fn list(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<OnDay>,
) -> Result<Json<RulesBody>, Failure> {
    let rules = service::rules(&ctx, &app, asked.day.and_then(|day| day.parse().ok())).await?;
    let bodies = |rules: Vec<Rule>| rules.into_iter().map(RuleBody::from).collect();
    Ok(Json(RulesBody { day: rules.day.to_string(), now: bodies(rules.now), later: bodies(rules.later) }))
}

/// A rule as somebody wants it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = CommissionRuleNew)]
#[serde(default)]
pub(crate) struct NewBody {
    /// Its place in the list, 1 to 9999.
    position: i64,
    /// What it is called.
    name: String,
    /// The word of a category, such as `fruit`; any if left out.
    category: String,
    /// The code of the organisation that runs a shop; any if left out.
    organisation: String,
    /// A province, city or county of origin by name or code; any if left out.
    region: String,
    /// `yes` or `no`; either if left out.
    certified: String,
    /// Percent of the goods with at most two decimals, 0 to 30.
    rate: String,
    /// Yuan of each line besides, 0 to 100; nothing if left out.
    fixed: String,
    /// The first day, tomorrow at the earliest.
    from: String,
    /// The last day; open if left out.
    to: String,
}

impl From<NewBody> for Typed {
    fn from(body: NewBody) -> Self {
        let NewBody { position, name, category, organisation, region, certified, rate, fixed, from, to } =
            body;
        let position = position.to_string();
        Self { position, name, category, organisation, region, certified, rate, fixed, from, to }
    }
}

/// The rule that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CommissionRuleMade)]
pub(crate) struct MadeBody {
    /// Its identifier.
    #[schema(value_type = String)]
    id: Id<Rule>,
}

/// Adds a rule, from tomorrow at the earliest.
#[utoipa::path(post, path = "/api/v1/commissions", tag = "commission", request_body = NewBody,
    responses((status = 200, body = MadeBody), (status = 422, description = "A field is not accepted")))]
pub(crate) async fn add(
    ctx: Context,
    State(app): State<App>,
    Json(body): Json<NewBody>,
) -> Result<Json<MadeBody>, Failure> {
    Ok(Json(MadeBody { id: service::add(&ctx, &app, &body.into()).await? }))
}

/// Puts another version in the place of a rule, which holds until the day before.
#[utoipa::path(post, path = "/api/v1/commissions/{id}/change", tag = "commission", request_body = NewBody,
    params(("id" = String, Path, description = "The rule")),
    responses((status = 200, body = MadeBody), (status = 409, description = "The rule ends earlier"),
        (status = 422, description = "A field is not accepted")))]
pub(crate) async fn change(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Rule>>,
    Json(body): Json<NewBody>,
) -> Result<Json<MadeBody>, Failure> {
    Ok(Json(MadeBody { id: service::change(&ctx, &app, id, &body.into()).await? }))
}

/// The last day of a rule.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CommissionRuleEnd)]
pub(crate) struct EndBody {
    /// Today at the earliest.
    last: String,
}

/// Ends a rule.
#[utoipa::path(post, path = "/api/v1/commissions/{id}/end", tag = "commission", request_body = EndBody,
    params(("id" = String, Path, description = "The rule")),
    responses((status = 200, body = RuleBody), (status = 409, description = "The rule ends earlier"),
        (status = 422, description = "The day is over")))]
pub(crate) async fn end(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Rule>>,
    Json(body): Json<EndBody>,
) -> Result<Json<RuleBody>, Failure> {
    service::end(&ctx, &app, id, &body.last).await?;
    Ok(Json(service::get(&ctx, &app, id).await?.into()))
}

/// What is taken of a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CommissionCharge)]
pub(crate) struct ChargeBody {
    /// The rule; none if no rule fits.
    #[schema(value_type = Option<String>)]
    rule: Option<Id<Rule>>,
    /// Its rate, in hundredths of a percent.
    rate: i64,
    /// Its fixed part, in fen.
    #[schema(value_type = i64)]
    fixed_fen: Fen,
    /// What it comes to, in fen.
    #[schema(value_type = i64)]
    commission_fen: Fen,
}

impl From<Charge> for ChargeBody {
    fn from(charge: Charge) -> Self {
        let Charge { rule, rate, fixed, fen } = charge;
        Self { rule, rate, fixed_fen: fixed, commission_fen: fen }
    }
}

/// A line of an order under the rules of a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CommissionPreview)]
pub(crate) struct PreviewBody {
    /// The number of the line.
    line: i64,
    /// What it costs, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// What was frozen when it was sold.
    charged: ChargeBody,
    /// What the rules of the day would take.
    then: ChargeBody,
}

/// Which order and day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct PreviewAsked {
    /// The number of an order.
    number: String,
    /// `2020-11-30`; today if left out.
    day: Option<String>,
}

/// What an order was charged, and what it would be charged under the rules of a day.
#[utoipa::path(get, path = "/api/v1/commissions/preview", tag = "commission", params(PreviewAsked),
    responses((status = 200, body = Vec<PreviewBody>), (status = 404, description = "There is no such order")))]
pub(crate) async fn preview(
    ctx: Context,
    State(app): State<App>,
    Query(asked): Query<PreviewAsked>,
) -> Result<Json<Vec<PreviewBody>>, Failure> {
    let day = asked.day.and_then(|day| day.parse().ok());
    let lines = service::preview(&ctx, &app, &asked.number, day).await?;
    let body = |Previewed { line, then }| PreviewBody {
        line: line.line,
        amount_fen: line.amount,
        charged: line.charge.into(),
        then: then.into(),
    };
    Ok(Json(lines.into_iter().map(body).collect()))
}
