//! Registers as JSON under `/api/v1/registers`, for everybody.

use std::collections::BTreeMap;

use axum::extract::State as Shared;
use serde::Serialize;
use sh_http::{App, Context, Failure, Invalid, Json, Listing, Page, Path, Query};
use sh_kernel::{Day, RegionCode};
use sh_regions::Regions;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Tally,
    model::FieldKind,
    pages::{people, query::Asked},
    service::{
        look::{self, Opened},
        schemes,
    },
    shipped_counts,
    store::certificate::Standing,
};

/// The endpoints.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(registers))
        .routes(routes!(register))
        .routes(routes!(counts))
        .routes(routes!(verify))
}

/// A register.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Register)]
pub(crate) struct RegisterBody {
    /// Code of its scheme.
    scheme: String,
    /// Its name in the language of the request.
    name: String,
    /// Version of the scheme.
    version: i64,
    /// What is certified: `base`, `processor`, `product`, `enterprise`, `outlet`, `place`.
    subject: &'static str,
    /// Who certifies.
    issuer: String,
    /// The rule behind it.
    basis: String,
    /// How long a certificate holds, in months; nothing if it says so itself.
    term_months: Option<u16>,
    /// Certificates valid on the day.
    valid: i64,
    /// The same by province, by division code.
    provinces: BTreeMap<i64, i64>,
}

/// The registers with their counts on a day.
#[utoipa::path(get, path = "/api/v1/registers", tag = "registers", params(Asked),
    responses((status = 200, body = Vec<RegisterBody>)))]
pub(crate) async fn registers(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<Vec<RegisterBody>>, Failure> {
    let (filter, errors) = asked.filter(&ctx);
    errors.into_result().map_err(Invalid)?;
    let tally = Tally::on(&app, filter.on.unwrap_or(ctx.today())).await?;
    let all = schemes::all(&ctx, &app).await?;
    let bodies = all.into_iter().map(|one| RegisterBody {
        valid: tally.of(&one.scheme.code),
        provinces: tally
            .provinces(&one.scheme.code)
            .into_iter()
            .map(|(province, count)| (province.number(), count))
            .collect(),
        name: one.scheme.name.get(ctx.locale).to_owned(),
        version: one.version,
        subject: one.scheme.subject.word(),
        issuer: one.scheme.issuer.get(ctx.locale).to_owned(),
        basis: one.scheme.basis.get(ctx.locale).to_owned(),
        term_months: one.scheme.term.map(|term| term.months),
        scheme: one.scheme.code,
    });
    Ok(Json(bodies.collect()))
}

/// A certificate and its state on a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateState)]
pub(crate) struct CertificateBody {
    /// Code of the scheme.
    scheme: String,
    /// Its number.
    number: String,
    /// What is certified.
    subject: String,
    /// Who holds it, as the name is shown in public.
    holder: String,
    /// Division code of the place.
    #[schema(value_type = i64)]
    region: RegionCode,
    /// The place.
    place: String,
    /// With which others it was given.
    batch: String,
    /// `valid`, `expired`, `suspended`, `revoked`, `not-yet`.
    state: &'static str,
    /// Since when it is in this state.
    #[schema(value_type = Option<String>)]
    since: Option<String>,
    /// Until when; nothing if that has no end.
    #[schema(value_type = Option<String>)]
    until: Option<String>,
}

fn certificate(ctx: &Context, standing: Standing) -> CertificateBody {
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    CertificateBody {
        holder: standing.row.public_holder(),
        place: Regions::get().full_name(standing.row.region, ctx.today()),
        region: standing.row.region,
        scheme: standing.row.scheme,
        number: standing.row.number,
        subject: standing.row.subject,
        batch: standing.row.batch,
        state: standing.state.word(),
        since: day(standing.from),
        until: day(standing.to),
    }
}

/// Certificates of a register, in the order in which they were recorded.
#[utoipa::path(get, path = "/api/v1/registers/{scheme}", tag = "registers",
    params(("scheme" = String, Path, description = "Code of the scheme"), Asked),
    responses((status = 200, body = Listing<CertificateBody>), (status = 404, description = "There is no such register")))]
pub(crate) async fn register(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(scheme): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Listing<CertificateBody>>, Failure> {
    let (mut filter, errors) = asked.filter(&ctx);
    errors.into_result().map_err(Invalid)?;
    filter.scheme = Some(scheme);
    let page = Page { after: asked.after.clone(), size: None };
    let found = look::list(&ctx, &app, &filter, &page).await?;
    Ok(Json(found.map(|standing| certificate(&ctx, standing))))
}

/// A count with its definition.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterCount)]
pub(crate) struct CountBody {
    /// Stable code.
    code: String,
    /// Its name.
    name: String,
    /// The count.
    value: i64,
    /// Its unit.
    unit: String,
    /// What it counts.
    rule: String,
    /// Codes of the schemes that count.
    schemes: Vec<String>,
    /// What was published, where.
    published: String,
}

/// How many certificates are valid on a day, by definition.
#[utoipa::path(get, path = "/api/v1/registers/counts", tag = "registers", params(Asked),
    responses((status = 200, body = Vec<CountBody>)))]
pub(crate) async fn counts(
    ctx: Context,
    Shared(app): Shared<App>,
    Query(asked): Query<Asked>,
) -> Result<Json<Vec<CountBody>>, Failure> {
    let (filter, errors) = asked.filter(&ctx);
    errors.into_result().map_err(Invalid)?;
    let tally = Tally::on(&app, filter.on.unwrap_or(ctx.today())).await?;
    let bodies = shipped_counts().into_iter().map(|condition| CountBody {
        value: tally.value(&condition),
        name: condition.name.get(ctx.locale).to_owned(),
        unit: condition.unit.get(ctx.locale).to_owned(),
        rule: condition.rule.get(ctx.locale).to_owned(),
        published: condition.published.get(ctx.locale).to_owned(),
        schemes: condition.schemes,
        code: condition.code,
    });
    Ok(Json(bodies.collect()))
}

/// What is known of a certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateCheck)]
pub(crate) struct CheckBody {
    /// The certificate and its state today.
    certificate: CertificateBody,
    /// What became of it, in the order in which it was recorded.
    history: Vec<EventBody>,
    /// The further public fields of its scheme.
    fields: BTreeMap<String, String>,
}

/// What became of a certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CertificateEvent)]
pub(crate) struct EventBody {
    /// `issued`, `renewed`, `suspended`, `resumed`, `revoked`, `corrected`.
    kind: &'static str,
    /// Since when it holds.
    day: String,
    /// For a term, its last day.
    until: Option<String>,
    /// Why.
    reason: String,
}

/// Whether a certificate holds today. Numbers are unique in a scheme only: the answer lists all certificates with it, and
/// none if it is unknown.
#[utoipa::path(get, path = "/api/v1/registers/verify/{number}", tag = "registers",
    params(("number" = String, Path, description = "The number on the certificate")),
    responses((status = 200, body = Vec<CheckBody>)))]
pub(crate) async fn verify(
    ctx: Context,
    Shared(app): Shared<App>,
    Path(number): Path<String>,
) -> Result<Json<Vec<CheckBody>>, Failure> {
    let found = look::verify(&ctx, &app, &number, ctx.today()).await?;
    Ok(Json(found.into_iter().map(|opened| check(&ctx, opened)).collect()))
}

fn check(ctx: &Context, opened: Opened) -> CheckBody {
    let term = opened.term();
    let public = opened.scheme.scheme.fields.iter().filter(|field| field.public);
    let fields = public.filter_map(|field| {
        let value = opened.row.detail.get(&field.key)?;
        let value = if field.kind == FieldKind::People { people(ctx.locale, value) } else { value.clone() };
        Some((field.key.clone(), value))
    });
    let history = opened.history.iter().map(|recorded| EventBody {
        kind: recorded.event.kind.word(),
        day: recorded.event.day.to_string(),
        until: recorded.event.until.map(|day| day.to_string()),
        reason: recorded.reason.clone(),
    });
    let (fields, history) = (fields.collect(), history.collect());
    let standing = Standing {
        from: term.map(|(from, _)| from),
        to: term.and_then(|(_, until)| until),
        state: opened.state,
        row: opened.row,
    };
    CheckBody { certificate: certificate(ctx, standing), history, fields }
}
