//! The life of definitions: written as a draft, previewed, put in force, replaced.
//!
//! Everything here works within the caller's transaction or database; [`crate::service`] adds who may do it and the
//! entry in the log.

use serde::Deserialize;
use sh_db::{Db, DbError, Tx};
use sh_kernel::{Fen, Instant};
use sh_trade::axes::Axis;

use crate::{
    Error, Figure, FigureQuery, FigureRow, Figures,
    cube::{self, Progress},
    definition::{Content, Definition, State},
    store,
};

/// The definitions that the product comes with: those of the report it was asked from, and others that show what
/// follows from another choice.
const DEFAULTS: &str = include_str!("../data/definitions.json");

/// Who wrote the definitions that the product comes with.
pub(crate) const PRODUCT: &str = "shanhai";

/// The axes along which the effect of a draft is shown.
pub const IMPACT_AXES: [Axis; 13] = [
    Axis::Year,
    Axis::OriginProvince,
    Axis::Class,
    Axis::Certified,
    Axis::Channel,
    Axis::Category,
    Axis::Destination,
    Axis::BuyerKind,
    Axis::Role,
    Axis::Stage,
    Axis::Grade,
    Axis::Link,
    Axis::Basis,
];

#[derive(Debug, Deserialize)]
struct Default {
    code: String,
    content: Content,
}

/// Puts the product's own definitions in force where their code is not used yet, and makes the sums of every definition
/// in force that has none. Returns how many definitions were new.
///
/// # Errors
/// What the database refuses.
pub async fn install_defaults(db: &Db, at: Instant) -> Result<usize, Error> {
    let installed = put_defaults(db, at).await?;
    cube::build_missing(db, |_| ()).await?;
    Ok(installed)
}

/// As [`install_defaults`], without the sums. Until they are made, figures are summed from the lines.
///
/// # Errors
/// What the database refuses.
pub async fn put_defaults(db: &Db, at: Instant) -> Result<usize, Error> {
    let defaults: Vec<Default> = serde_json::from_str(DEFAULTS)
        .map_err(|error| DbError::Other(format!("the product's own definitions cannot be read: {error}")))?;
    db.write(async |tx| {
        let mut installed = 0;
        for default in &defaults {
            if store::definition::last_version(tx, &default.code).await? > 0 {
                continue;
            }
            default.content.check()?;
            let definition = Definition {
                code: default.code.clone(),
                version: 1,
                content: default.content.clone(),
                state: State::Published,
                created_by: PRODUCT.to_owned(),
                created_at: at,
                published_by: Some(PRODUCT.to_owned()),
                published_at: Some(at),
            };
            store::definition::insert(tx, &definition).await?;
            installed += 1;
        }
        Ok::<_, Error>(installed)
    })
    .await
}

/// The definitions in force, in the order of their codes.
///
/// # Errors
/// What the database refuses.
pub async fn in_force(tx: &mut Tx) -> Result<Vec<Definition>, DbError> {
    store::definition::in_state(tx, State::Published).await
}

/// The drafts, in the order of their codes.
///
/// # Errors
/// What the database refuses.
pub async fn drafts(tx: &mut Tx) -> Result<Vec<Definition>, DbError> {
    store::definition::in_state(tx, State::Draft).await
}

/// One version of a definition, or the one in force.
///
/// # Errors
/// [`Error::NoDefinition`] if there is none.
pub async fn find(tx: &mut Tx, code: &str, version: Option<i64>) -> Result<Definition, Error> {
    let found = store::definition::find(tx, code, version).await?;
    found.ok_or_else(|| Error::NoDefinition(code.to_owned()))
}

/// All versions of a definition, latest first.
///
/// # Errors
/// What the database refuses.
pub async fn versions(tx: &mut Tx, code: &str) -> Result<Vec<Definition>, DbError> {
    store::definition::versions(tx, code).await
}

/// Writes a draft: the next version of a code, or the first of a new one.
///
/// # Errors
/// [`Error::Code`] if the code is not plain (lower-case letters, digits, hyphens; 2 to 40 characters),
/// [`Error::Content`] if the content is not complete.
pub async fn draft(
    tx: &mut Tx,
    code: &str,
    content: &Content,
    by: &str,
    at: Instant,
) -> Result<Definition, Error> {
    let plain = (2..=40).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !plain {
        return Err(Error::Code(code.to_owned()));
    }
    content.check()?;
    let definition = Definition {
        code: code.to_owned(),
        version: store::definition::last_version(tx, code).await? + 1,
        content: content.clone(),
        state: State::Draft,
        created_by: by.to_owned(),
        created_at: at,
        published_by: None,
        published_at: None,
    };
    store::definition::insert(tx, &definition).await?;
    Ok(definition)
}

/// Changes a draft. Its preview is void afterwards.
///
/// # Errors
/// [`Error::NotADraft`] if it is in force already or does not exist, [`Error::Content`].
pub async fn change(tx: &mut Tx, code: &str, version: i64, content: &Content) -> Result<(), Error> {
    content.check()?;
    void_preview(tx, code, version).await?;
    if store::definition::change_draft(tx, code, version, content).await? {
        Ok(())
    } else {
        Err(Error::NotADraft)
    }
}

/// Throws a draft away.
///
/// # Errors
/// [`Error::NotADraft`] if it is in force already or does not exist.
pub async fn discard(tx: &mut Tx, code: &str, version: i64) -> Result<(), Error> {
    void_preview(tx, code, version).await?;
    if store::definition::remove_draft(tx, code, version).await? { Ok(()) } else { Err(Error::NotADraft) }
}

async fn void_preview(tx: &mut Tx, code: &str, version: i64) -> Result<(), Error> {
    // The lock of the cubes: a posting that folds must not meet cells of a definition that changes under it.
    store::cube::lock(tx, 0, 0).await?;
    if find(tx, code, Some(version)).await?.state != State::Draft {
        return Err(Error::NotADraft);
    }
    store::cube::drop_keys(tx, code, version, "ready").await?;
    store::cube::drop_keys(tx, code, version, "building").await?;
    Ok(())
}

/// Makes the sums of a draft, so that its effect can be seen and it can be put in force at once. Reads every line.
///
/// # Errors
/// [`Error::NotADraft`], or what the database refuses.
pub async fn preview(
    db: &Db,
    code: &str,
    version: i64,
    progress: impl FnMut(Progress) + Send,
) -> Result<(), Error> {
    let state = db.read(async |tx| find(tx, code, Some(version)).await).await?.state;
    if state != State::Draft {
        return Err(Error::NotADraft);
    }
    Ok(cube::rebuild(db, &[(code.to_owned(), version)], progress).await?)
}

/// What a draft changes along one axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AxisImpact {
    /// The axis.
    pub axis: Axis,
    /// The values at which something changes.
    pub rows: Vec<ImpactRow>,
}

/// What a draft changes at one value of an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpactRow {
    /// The value of the axis.
    pub value: i64,
    /// Amount and trades of the version in force.
    pub now: (Fen, i64),
    /// Amount and trades of the draft.
    pub draft: (Fen, i64),
}

/// What putting a draft in force would change (影响预览).
#[derive(Debug, Clone)]
pub struct Impact {
    /// The figure of the version in force; `None` if the code is new.
    pub now: Option<Figure>,
    /// The figure of the draft.
    pub draft: Figure,
    /// Per axis, where the two differ. Axes without a difference are left out.
    pub axes: Vec<AxisImpact>,
}

/// Compares a previewed draft with the version in force.
///
/// # Errors
/// [`Error::NotPreviewed`] if its sums have not been made since its last change.
pub async fn impact(figures: &Figures, tx: &mut Tx, code: &str, version: i64) -> Result<Impact, Error> {
    if store::cube::key_of(tx, code, version).await?.is_none() {
        return Err(Error::NotPreviewed);
    }
    let draft_query = FigureQuery { version: Some(version), ..FigureQuery::total(code) };
    let draft = figures.figure(tx, &draft_query).await?;
    let now = match figures.figure(tx, &FigureQuery::total(code)).await {
        Ok(figure) => Some(figure),
        Err(Error::NoDefinition(_)) => None,
        Err(error) => return Err(error),
    };
    let mut axes = Vec::new();
    for axis in IMPACT_AXES {
        let after = figures.figure(tx, &draft_query.clone().by(axis)).await?.rows;
        let before = match now {
            Some(_) => figures.figure(tx, &FigureQuery::total(code).by(axis)).await?.rows,
            None => Vec::new(),
        };
        let rows = differences(&before, &after);
        if !rows.is_empty() {
            axes.push(AxisImpact { axis, rows });
        }
    }
    Ok(Impact { now, draft, axes })
}

/// The rows of two figures by one axis that are not the same.
fn differences(before: &[FigureRow], after: &[FigureRow]) -> Vec<ImpactRow> {
    let mut rows: std::collections::BTreeMap<i64, ImpactRow> = std::collections::BTreeMap::new();
    let empty = |value| ImpactRow { value, now: (Fen::ZERO, 0), draft: (Fen::ZERO, 0) };
    for row in before {
        let value = row.keys.first().copied().unwrap_or(0);
        rows.entry(value).or_insert_with(|| empty(value)).now = (row.amount, row.trades);
    }
    for row in after {
        let value = row.keys.first().copied().unwrap_or(0);
        rows.entry(value).or_insert_with(|| empty(value)).draft = (row.amount, row.trades);
    }
    rows.into_values().filter(|row| row.now != row.draft).collect()
}

/// Puts a previewed draft in force. The version before it is retired; what was released under it stays, and so do its
/// sums.
///
/// # Errors
/// [`Error::NotADraft`], [`Error::NotPreviewed`].
pub async fn publish(tx: &mut Tx, code: &str, version: i64, by: &str, at: Instant) -> Result<(), Error> {
    store::cube::lock(tx, 0, 0).await?;
    if find(tx, code, Some(version)).await?.state != State::Draft {
        return Err(Error::NotADraft);
    }
    if store::cube::key_of(tx, code, version).await?.is_none() {
        return Err(Error::NotPreviewed);
    }
    let released = store::release::versions(tx).await?;
    for other in versions(tx, code).await?.iter().filter(|other| other.state == State::Published) {
        // The sums of a version that was released are kept, so that the release can say what it would be today.
        if !released.contains(&(code.to_owned(), other.version)) {
            store::cube::drop_keys(tx, code, other.version, "ready").await?;
        }
    }
    if store::definition::publish(tx, code, version, by, at).await? { Ok(()) } else { Err(Error::NotADraft) }
}
