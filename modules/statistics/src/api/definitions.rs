//! `/api/v1/definitions`.

use axum::extract::State as Extract;
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Path, Query};
use sh_ui::Locale;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Error,
    definition::{Definition, State},
    definitions,
    pages::data::changes::differences,
    public::{
        changes::Versions,
        load,
        names::Names,
        narrow::{self, BadNarrow},
    },
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

/// A version of a definition in the list of its versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionBody {
    /// The version.
    #[serde(flatten)]
    pub definition: DefinitionBody,
    /// Who wrote it; `shanhai` for what the product comes with.
    pub written_by: String,
    /// When the draft was begun.
    pub written_at: String,
    /// Who put it in force.
    pub approved_by: Option<String>,
    /// What it changed of the version before it, in words.
    pub changes: Vec<String>,
}

/// Versions of a definition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionList {
    /// Latest first, without drafts.
    pub items: Vec<VersionBody>,
    /// What to ask for as `after`; nothing at the end.
    pub next: Option<String>,
}

/// Which page of the versions is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// Where the page begins: `next` of the page before it.
    after: Option<String>,
}

/// The versions of a definition and what each changed.
#[utoipa::path(
    get, path = "/api/v1/definitions/{code}", tag = "definitions",
    params(("code" = String, Path, description = "Code"), Asked),
    responses(
        (status = 200, body = VersionList),
        (status = 400, description = "The page cannot be read", content_type = "application/problem+json"),
        (status = 404, description = "No such definition", content_type = "application/problem+json"),
    )
)]
pub(crate) async fn versions(
    Extract(app): Extract<App>,
    ctx: Context,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<VersionList>, Failure> {
    let before = match asked.after.as_deref().filter(|after| !after.is_empty()) {
        None => None,
        Some(after) => Some(after.parse().map_err(|_| BadNarrow::new("after", after))?),
    };
    let found = app.db.read(async |tx| Versions::load(tx, &code, before).await).await?;
    if found.is_empty() && before.is_none() {
        return Err(Error::NoDefinition(code).into());
    }
    let next = found.last_told().map(|last| last.version.to_string());
    Ok(Json(VersionList { items: found.pairs().map(|pair| version(ctx.locale, pair)).collect(), next }))
}

fn version(locale: Locale, (one, before): (&Definition, Option<&Definition>)) -> VersionBody {
    VersionBody {
        definition: body(locale, one),
        written_by: one.created_by.clone(),
        written_at: one.created_at.to_minute(),
        approved_by: one.published_by.clone(),
        changes: differences(locale, before, one),
    }
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
