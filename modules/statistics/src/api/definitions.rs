//! `/api/v1/definitions`.

use axum::extract::State as Extract;
use serde::Serialize;
use sh_http::{App, Context, Failure, Json, Path};
use sh_ui::Locale;
use utoipa::ToSchema;

use crate::{
    Error,
    definition::{Definition, State},
    definitions,
    public::{load, names::Names, narrow},
    word,
};

/// One version of a definition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionBody {
    /// Stable code.
    pub code: String,
    /// 1, 2, 3 … within the code.
    pub version: i64,
    /// `published` or `retired`.
    pub state: &'static str,
    /// Name.
    pub name: String,
    /// What it counts and why.
    pub text: String,
    /// First day of sale that counts.
    pub from: String,
    /// Last day of sale that counts.
    pub until: String,
    /// All of these must hold; of each one at least.
    pub clauses: Vec<Vec<ConditionText>>,
    /// Since when it is in force.
    pub published_at: Option<String>,
}

/// One condition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConditionText {
    /// The axis.
    pub axis: &'static str,
    /// The values it may have, as addresses carry them.
    pub any_of: Vec<String>,
    /// The names of the first values.
    pub labels: Vec<String>,
    /// Turned round: every value but these.
    pub not: bool,
}

/// Definitions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionList {
    /// Those in force, in the order of their codes.
    pub items: Vec<DefinitionBody>,
}

/// The definitions in force.
#[utoipa::path(get, path = "/api/v1/definitions", tag = "definitions", responses((status = 200, body = DefinitionList)))]
pub(crate) async fn list(Extract(app): Extract<App>, ctx: Context) -> Result<Json<DefinitionList>, Failure> {
    let all = app.db.read(async |tx| load::in_force(tx).await).await?;
    Ok(Json(DefinitionList { items: all.iter().map(|one| body(ctx.locale, one)).collect() }))
}

/// One version of a definition.
#[utoipa::path(
    get, path = "/api/v1/definitions/{code}/{version}", tag = "definitions",
    params(("code" = String, Path, description = "Code"), ("version" = i64, Path, description = "Version")),
    responses(
        (status = 200, body = DefinitionBody),
        (status = 404, description = "No such version", content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    Extract(app): Extract<App>,
    ctx: Context,
    Path((code, version)): Path<(String, i64)>,
) -> Result<Json<DefinitionBody>, Failure> {
    let found = app.db.read(async |tx| definitions::find(tx, &code, Some(version)).await).await?;
    if found.state == State::Draft {
        return Err(Error::NoDefinition(code).into());
    }
    Ok(Json(body(ctx.locale, &found)))
}

fn body(locale: Locale, definition: &Definition) -> DefinitionBody {
    /// Values whose names are given; the others are known by their codes.
    const LABELS: usize = 50;
    let content = &definition.content;
    let names = Names::new(locale, content.until);
    let clauses = content.clauses.iter().map(|clause| {
        let conditions = clause.0.iter().map(|one| ConditionText {
            axis: one.axis.word(),
            any_of: one
                .any_of
                .iter()
                .map(|value| {
                    word(one.axis, *value)
                        .map_or_else(|| narrow::written((one.axis, *value)).1, str::to_owned)
                })
                .collect(),
            labels: one.any_of.iter().take(LABELS).map(|value| names.value((one.axis, *value))).collect(),
            not: one.not,
        });
        conditions.collect()
    });
    DefinitionBody {
        code: definition.code.clone(),
        version: definition.version,
        state: definition.state.word(),
        name: content.name.get(locale).to_owned(),
        text: content.text.get(locale).to_owned(),
        from: content.from.to_string(),
        until: content.until.to_string(),
        clauses: clauses.collect(),
        published_at: definition.published_at.map(sh_kernel::Instant::to_minute),
    }
}
