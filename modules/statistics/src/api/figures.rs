//! `/api/v1/figures`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sh_http::{App, Context, Failure, Json, Path, Query};
use sh_kernel::{Day, Fen};
use sh_trade::axes::Axis;
use sh_ui::Locale;
use utoipa::{IntoParams, ToSchema};

use crate::{
    Error, FigureQuery,
    definition::Definition,
    definitions,
    export::{Sheet, code},
    public::{
        breakdown::{Breakdown, Total},
        load::{self, Desk, Freshness},
        names::Names,
        narrow::{self, BadNarrow, Narrow, Point},
    },
};

/// A figure: a definition with its value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FigureBody {
    /// Code of the definition.
    pub figure: String,
    /// Version of the definition that was applied.
    pub definition_version: i64,
    /// Name of the definition.
    pub name: String,
    /// First day of sale that counts.
    pub from: String,
    /// Last day of sale that counts.
    pub until: String,
    /// Exact value in fen.
    pub value: i64,
    /// The value as it is published: `591 亿元`.
    pub shown: String,
    /// Number of trades.
    pub trades: i64,
    /// When the last change that is counted was made, in Shanghai; nothing before the first.
    pub as_of: Option<String>,
    /// The number of that change; the same number gives the same figures.
    pub posting: Option<i64>,
    /// The conditions asked for.
    pub conditions: Vec<ConditionBody>,
    /// The axis of the rows.
    pub by: Option<String>,
    /// The parts along the axis. With `merged` they add up to the value.
    pub rows: Vec<RowBody>,
    /// Parts behind which fewer than three sellers stand, and those that would give them away, as one.
    pub merged: Option<MergedBody>,
    /// Value minus rows minus merged: 0.
    pub difference: i64,
    /// The definition.
    pub definition: String,
}

/// A condition of a question.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ConditionBody {
    /// Name of the condition as the address carries it.
    pub name: String,
    /// Its value as the address carries it.
    pub value: String,
    /// What the value is called.
    pub label: String,
}

/// One part of a figure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RowBody {
    /// The value of the axis as addresses carry it.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// Amount in fen.
    pub amount: i64,
    /// Number of trades.
    pub trades: i64,
}

/// Several parts as one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MergedBody {
    /// How many parts.
    pub parts: usize,
    /// Amount in fen.
    pub amount: i64,
    /// Number of trades.
    pub trades: i64,
}

/// The figures in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FigureList {
    /// Each definition in force with its value.
    pub items: Vec<FigureBody>,
}

/// How a figure is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The axis of the rows: `origin-province`, `origin-city`, `origin`, `destination`, `channel`, `month`, `year`,
    /// `category`, `buyer-kind`, `class`, `certified`, `role`, `stage`, `grade`, `link`, `basis`.
    by: Option<String>,
    /// What was known at the end of this day, `yyyy-mm-dd`; now if left out.
    as_of: Option<String>,
    /// Version of the definition; the one in force if left out.
    definition: Option<i64>,
}

/// Every figure in force with its value.
#[utoipa::path(get, path = "/api/v1/figures", tag = "figures", responses((status = 200, body = FigureList)))]
pub(crate) async fn list(State(app): State<App>, ctx: Context) -> Result<Json<FigureList>, Failure> {
    let desk = Desk::new(&app, &ctx);
    let items = app
        .db
        .read(async |tx| {
            let fresh = load::freshness(tx).await?;
            let mut items = Vec::new();
            for definition in load::in_force(tx).await? {
                let total = desk.total(tx, &definition, &[]).await?;
                let names = Names::new(ctx.locale, definition.content.until);
                items.push(FigureBody::new(&app, ctx.locale, &definition, &fresh, &names, &[], total));
            }
            Ok::<_, Error>(items)
        })
        .await?;
    Ok(Json(FigureList { items }))
}

/// One figure, narrowed by conditions, split along one axis, as of a day.
#[utoipa::path(
    get, path = "/api/v1/figures/{figure}", tag = "figures",
    params(("figure" = String, Path, description = "Code of the definition: `gd-3y`"), Asked, Narrow),
    responses(
        (status = 200, body = FigureBody),
        (status = 400, description = "A condition cannot be read", content_type = "application/problem+json"),
        (status = 403, description = "Too few sellers", content_type = "application/problem+json"),
        (status = 404, description = "No such figure", content_type = "application/problem+json"),
        (
            status = 422, description = "More than two axes, conditions among them",
            content_type = "application/problem+json"
        ),
    )
)]
pub(crate) async fn one(
    State(app): State<App>,
    ctx: Context,
    Path(figure): Path<String>,
    Query(asked): Query<Asked>,
    Query(narrow): Query<Narrow>,
) -> Result<Json<FigureBody>, Failure> {
    let points = narrow.points()?;
    let by = match asked.by.as_deref().filter(|by| !by.is_empty()) {
        None => None,
        by => Some(crate::pages::data::metric::axis(by, Axis::OriginProvince)?),
    };
    let as_of = match asked.as_of.as_deref().filter(|day| !day.is_empty()) {
        None => None,
        Some(text) => Some(text.parse::<Day>().map_err(|_| BadNarrow::new("as_of", text))?),
    };
    let desk = Desk::new(&app, &ctx);
    let question = FigureQuery {
        definition: figure,
        version: asked.definition,
        by: by.into_iter().collect(),
        filter: points.clone(),
        as_of,
    };
    let body = app
        .db
        .read(async |tx| {
            let definition = definitions::find(tx, &question.definition, question.version).await?;
            // Drafts are not public.
            if definition.state == crate::definition::State::Draft {
                return Err(Error::NoDefinition(definition.code));
            }
            let names = Names::new(ctx.locale, definition.content.until);
            let seen = desk.ask(tx, &question).await?;
            let fresh = Freshness { posting: seen.posting, ..Freshness::default() };
            let mut body =
                FigureBody::new(&app, ctx.locale, &seen.definition, &fresh, &names, &points, seen.total);
            if let Some(split) = &seen.split {
                body.set_rows(&names, split);
            }
            Ok(body)
        })
        .await?;
    Ok(Json(body))
}

impl FigureBody {
    fn new(
        app: &App,
        locale: Locale,
        definition: &Definition,
        fresh: &Freshness,
        names: &Names,
        points: &[Point],
        total: Total,
    ) -> Self {
        let content = &definition.content;
        let shown = content.display.show(total.amount, locale);
        Self {
            figure: definition.code.clone(),
            definition_version: definition.version,
            name: content.name.get(locale).to_owned(),
            from: content.from.to_string(),
            until: content.until.to_string(),
            value: total.amount.0,
            shown: format!("{} {}", shown.number, shown.unit),
            trades: total.trades,
            as_of: fresh.posting.as_ref().map(|posting| posting.at.to_minute()),
            posting: fresh.posting.as_ref().map(|posting| posting.seq),
            conditions: points.iter().map(|point| condition(names, *point)).collect(),
            by: None,
            rows: Vec::new(),
            merged: None,
            difference: 0,
            definition: format!(
                "{}/data/definitions/{}/{}",
                app.settings.public_url, definition.code, definition.version
            ),
        }
    }

    /// The body of a table that a page shows.
    pub(crate) fn of_split(app: &App, locale: Locale, sheet: &Sheet<'_>) -> Self {
        let parent = sheet.split.parent;
        let mut body =
            Self::new(app, locale, sheet.definition, sheet.fresh, sheet.names, sheet.points, parent);
        body.set_rows(sheet.names, sheet.split);
        body
    }

    fn set_rows(&mut self, names: &Names, split: &Breakdown) {
        self.by = Some(split.axis.word().to_owned());
        self.rows = split
            .rows
            .iter()
            .map(|cell| RowBody {
                key: code(split.axis, cell.key),
                label: names.value((split.axis, cell.key)),
                amount: cell.total.amount.0,
                trades: cell.total.trades,
            })
            .collect();
        self.merged = split.merged.map(|merged| MergedBody {
            parts: merged.parts,
            amount: merged.total.amount.0,
            trades: merged.total.trades,
        });
        let Fen(difference) = split.difference();
        self.difference = difference;
    }
}

/// A condition as the interface tells it.
pub(crate) fn condition(names: &Names, point: Point) -> ConditionBody {
    let (name, value) = narrow::written(point);
    ConditionBody { name: name.to_owned(), value, label: names.value(point) }
}
