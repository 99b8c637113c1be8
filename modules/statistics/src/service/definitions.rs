//! Changing what figures count. Needs the permission everywhere: a definition holds for the whole province.

use serde_json::json;
use sh_access::audit::{self, Entry};
use sh_http::{App, Context, Permission, Scope};
use sh_jobs::{Enqueued, Handlers, JobError, NewJob, Run, enqueue};

use crate::{
    Error, Figures,
    cube::Progress,
    definition::{Content, Definition},
    definitions::{self, Impact},
};

/// The kind of job that makes the sums of a draft.
pub const PREVIEW_JOB: &str = "preview-definition";

fn subject(code: &str, version: i64) -> String {
    format!("{code}/{version}")
}

/// A definition with all its versions, latest first; drafts only for those who may see what is not published.
///
/// # Errors
/// [`Error::Denied`], [`Error::NoDefinition`].
pub async fn versions(ctx: &Context, app: &App, code: &str) -> Result<Vec<Definition>, Error> {
    ctx.require(Permission::ReadReleases, Scope::Everywhere)?;
    let found = app.db.read(async |tx| definitions::versions(tx, code).await).await?;
    if found.is_empty() { Err(Error::NoDefinition(code.to_owned())) } else { Ok(found) }
}

/// What is in force and what is being written, in the order of the codes.
///
/// # Errors
/// [`Error::Denied`].
pub async fn list(ctx: &Context, app: &App) -> Result<(Vec<Definition>, Vec<Definition>), Error> {
    ctx.require(Permission::ReadReleases, Scope::Everywhere)?;
    app.db.read(async |tx| Ok((definitions::in_force(tx).await?, definitions::drafts(tx).await?))).await
}

/// Writes a draft.
///
/// # Errors
/// As [`definitions::draft`], or [`Error::Denied`].
pub async fn draft(ctx: &Context, app: &App, code: &str, content: &Content) -> Result<Definition, Error> {
    ctx.require(Permission::EditDefinitions, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            let draft = definitions::draft(tx, code, content, ctx.actor.label(), ctx.now()).await?;
            let entry =
                Entry::new("draft-definition", "definition", subject(code, draft.version)).after(content);
            audit::record(tx, ctx, entry).await?;
            Ok(draft)
        })
        .await
}

/// Changes a draft.
///
/// # Errors
/// As [`definitions::change`], or [`Error::Denied`].
pub async fn change(
    ctx: &Context,
    app: &App,
    code: &str,
    version: i64,
    content: &Content,
) -> Result<(), Error> {
    ctx.require(Permission::EditDefinitions, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            let before = definitions::find(tx, code, Some(version)).await?.content;
            definitions::change(tx, code, version, content).await?;
            let entry = Entry::new("change-definition", "definition", subject(code, version));
            audit::record(tx, ctx, entry.before(&before).after(content)).await?;
            Ok(())
        })
        .await
}

/// Throws a draft away.
///
/// # Errors
/// As [`definitions::discard`], or [`Error::Denied`].
pub async fn discard(ctx: &Context, app: &App, code: &str, version: i64) -> Result<(), Error> {
    ctx.require(Permission::EditDefinitions, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            let before = definitions::find(tx, code, Some(version)).await?.content;
            definitions::discard(tx, code, version).await?;
            let entry = Entry::new("discard-definition", "definition", subject(code, version));
            audit::record(tx, ctx, entry.before(&before)).await?;
            Ok(())
        })
        .await
}

/// Queues the computing of what a draft would change.
///
/// # Errors
/// [`Error::NotADraft`], [`Error::Denied`].
pub async fn start_preview(ctx: &Context, app: &App, code: &str, version: i64) -> Result<Enqueued, Error> {
    ctx.require(Permission::EditDefinitions, Scope::Everywhere)?;
    let job = NewJob {
        kind: PREVIEW_JOB,
        key: Some(subject(code, version)),
        subject: subject(code, version),
        href: Some(format!("/w/definitions/{code}/{version}")),
        payload: json!({ "code": code, "version": version }),
        ..NewJob::default()
    };
    app.db
        .write(async |tx| {
            if definitions::find(tx, code, Some(version)).await?.state != crate::definition::State::Draft {
                return Err(Error::NotADraft);
            }
            Ok(enqueue(tx, ctx, &job).await?)
        })
        .await
}

/// What a previewed draft would change; `None` if its sums have not been made since its last change.
///
/// # Errors
/// [`Error::Denied`], or what the database refuses.
pub async fn impact(
    ctx: &Context,
    app: &App,
    figures: &Figures,
    code: &str,
    version: i64,
) -> Result<Option<Impact>, Error> {
    ctx.require(Permission::ReadReleases, Scope::Everywhere)?;
    match app.db.read(async |tx| definitions::impact(figures, tx, code, version).await).await {
        Ok(impact) => Ok(Some(impact)),
        Err(Error::NotPreviewed) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts a previewed draft in force.
///
/// # Errors
/// As [`definitions::publish`], or [`Error::Denied`].
pub async fn publish(ctx: &Context, app: &App, code: &str, version: i64) -> Result<(), Error> {
    ctx.require(Permission::EditDefinitions, Scope::Everywhere)?;
    app.db
        .write(async |tx| {
            let before = definitions::find(tx, code, None).await.ok().map(|old| old.version);
            definitions::publish(tx, code, version, ctx.actor.label(), ctx.now()).await?;
            let entry = Entry::new("publish-definition", "definition", subject(code, version));
            audit::record(tx, ctx, entry.before(&before).after(&version)).await?;
            Ok::<_, Error>(())
        })
        .await?;
    Ok(crate::cube::clean_up(&app.db).await?)
}

#[derive(Debug, serde::Deserialize)]
struct Preview {
    code: String,
    version: i64,
}

/// The handlers of this module's jobs.
pub fn handlers() -> Handlers {
    Handlers::new().on(PREVIEW_JOB, |run: Run| async move {
        let Preview { code, version } = run.payload()?;
        let progress = run.progress.clone();
        progress.begin("job-stage-read-lines", 0);
        let mut writing = false;
        let note = move |note: Progress| match note {
            Progress::Read { lines } => progress.set(lines),
            Progress::Written { sets, of, .. } => {
                if !writing {
                    progress.begin("job-stage-write-sums", of);
                    writing = true;
                }
                progress.set(sets);
            }
        };
        definitions::preview(&run.app.db, &code, version, note).await?;
        Ok::<_, JobError>(json!({ "code": code, "version": version }))
    })
}
