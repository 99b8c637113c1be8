//! The register of sources as JSON under `/api/v1/sources`.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Path};
use sh_kernel::RegionCode;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    import::{batch::Source, columns::Mapping, profiles::SourceSpec},
    model::SourceKind,
    service::sources,
};

/// The endpoints.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, register)).routes(routes!(show))
}

/// Who reports.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportSource)]
pub(crate) struct SourceBody {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// `platform`, `till`, `counter`, `union`, `supplier-county`, `city-return`.
    kind: &'static str,
    /// The division that it reports for.
    #[schema(value_type = Option<i64>)]
    region: Option<RegionCode>,
    /// The organisation whose people may work with its files.
    organisation: Option<String>,
    /// Whether it still reports.
    active: bool,
}

impl From<Source> for SourceBody {
    fn from(source: Source) -> Self {
        let Source { code, name, kind, region, organisation, active } = source;
        Self { code, name, kind: kind.word(), region, organisation, active }
    }
}

/// A profile by which files of a source are read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportProfile)]
pub(crate) struct ProfileBody {
    /// Its name.
    name: String,
    /// Its newest version.
    version: i64,
    /// What it corrects: `columns`, `units`, `places`, `sheet` …
    #[schema(value_type = Object)]
    mapping: Mapping,
}

/// A source with its profiles.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportSourceEntry)]
pub(crate) struct EntryBody {
    /// The source.
    #[serde(flatten)]
    source: SourceBody,
    /// Its profiles; none while nobody has corrected anything.
    profiles: Vec<ProfileBody>,
}

/// All sources of the register that the caller may see.
#[utoipa::path(get, path = "/api/v1/sources", tag = "sources", responses((status = 200, body = Vec<SourceBody>)))]
pub(crate) async fn list(ctx: Context, State(app): State<App>) -> Result<Json<Vec<SourceBody>>, Failure> {
    let found = sources::registered(&ctx, &app).await?;
    Ok(Json(found.into_iter().map(SourceBody::from).collect()))
}

/// One source with the profiles by which its files are read.
#[utoipa::path(get, path = "/api/v1/sources/{code}", tag = "sources",
    params(("code" = String, Path, description = "Code of the source")),
    responses((status = 200, body = EntryBody), (status = 404, description = "No such source")))]
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(code): Path<String>,
) -> Result<Json<EntryBody>, Failure> {
    let (source, profiles) = sources::entry(&ctx, &app, &code).await?;
    let profiles =
        profiles.into_iter().map(|(name, version, mapping)| ProfileBody { name, version, mapping });
    Ok(Json(EntryBody { source: source.into(), profiles: profiles.collect() }))
}

/// Who reports from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewReportSource)]
pub(crate) struct RegisterBody {
    /// Its code; may be left out for a city's or county's return.
    #[serde(default)]
    code: String,
    /// Its name.
    name: String,
    /// `platform`, `till`, `counter`, `union`, `supplier-county`, `city-return`.
    #[schema(value_type = String)]
    kind: SourceKind,
    /// The division that it reports for.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    region: Option<RegionCode>,
    /// The organisation whose people may work with its files.
    #[serde(default)]
    organisation: Option<String>,
}

/// Registers a source. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/sources", tag = "sources", request_body = RegisterBody,
    responses((status = 201, body = SourceBody), (status = 422, description = "A field was not accepted")))]
pub(crate) async fn register(
    ctx: Context,
    State(app): State<App>,
    Json(body): Json<RegisterBody>,
) -> Result<(StatusCode, Json<SourceBody>), Failure> {
    let RegisterBody { code, name, kind, region, organisation } = body;
    let spec = SourceSpec { code, name, kind, region, organisation };
    Ok((StatusCode::CREATED, Json(sources::register(&ctx, &app, &spec).await?.into())))
}
