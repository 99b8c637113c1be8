//! Who reports, and how its files are read (数据来源、导入方案).

use sh_access::audit::{Entry, record};
use sh_db::Tx;
use sh_http::{App, Context, Permission, Visible};

use crate::{
    import::{
        batch::Source,
        columns::Mapping,
        error::ImportError,
        profiles::{SourceSpec, default_sources},
    },
    store::import as store,
};

/// The profile that corrections go to if a person names none.
pub const DEFAULT_PROFILE: &str = "default";

/// Characters of the name of a profile at most.
const PROFILE_CHARS_MAX: usize = 40;

/// The name of a profile without white space around it. It is typed on the command line, so it holds no white space or
/// control characters.
///
/// # Errors
/// `BadProfileName`.
pub fn profile_name(name: &str) -> Result<&str, ImportError> {
    let name = name.trim();
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    if name.is_empty()
        || name.starts_with('-')
        || name.chars().count() > PROFILE_CHARS_MAX
        || !name.chars().all(plain)
    {
        return Err(ImportError::BadProfileName(name.to_owned()));
    }
    Ok(name)
}

impl From<&SourceSpec> for Source {
    fn from(spec: &SourceSpec) -> Self {
        Self {
            code: spec.code.clone(),
            name: spec.name.clone(),
            kind: spec.kind,
            region: spec.region,
            organisation: spec.organisation.clone(),
            active: true,
        }
    }
}

/// Registers the sources that every installation knows from the start. Doing it again changes nothing.
///
/// # Errors
/// The database.
pub async fn install_defaults(ctx: &Context, tx: &mut Tx) -> Result<(), ImportError> {
    let sources: Vec<Source> = default_sources().iter().map(Source::from).collect();
    store::upsert_source(tx, &sources, ctx.now()).await?;
    Ok(())
}

/// Registers a source, or gives a known one a new name, region and organisation.
///
/// # Errors
/// `Denied` without [`Permission::ManageSources`] there, or the database.
pub async fn register(ctx: &Context, app: &App, spec: &SourceSpec) -> Result<Source, ImportError> {
    let source = Source::from(spec);
    ctx.require_any(Permission::ManageSources, &source.scopes())?;
    app.db
        .write(async |tx| {
            store::upsert_source(tx, std::slice::from_ref(&source), ctx.now()).await?;
            let entry = Entry::new("register-source", "source", &source.code);
            record(tx, ctx, entry.after(&serde_json::json!({ "name": source.name }))).await?;
            Ok::<_, ImportError>(())
        })
        .await?;
    Ok(source)
}

/// The sources that the actor may import for or look at.
///
/// # Errors
/// `Denied`, or the database.
pub async fn list(ctx: &Context, app: &App) -> Result<Vec<Source>, ImportError> {
    let visible = visible(ctx)?;
    let all = app.db.read(async |tx| store::sources(tx).await).await?;
    Ok(all.into_iter().filter(|source| store::shows(&visible, source)).collect())
}

/// What of sources and imports the actor may see.
pub(crate) fn visible(ctx: &Context) -> Result<Visible, ImportError> {
    Ok(ctx.require_somewhere(Permission::ReadClaims)?)
}

/// One source.
///
/// # Errors
/// `UnknownSource`, `Denied` if the actor may not see it, or the database.
pub async fn get(ctx: &Context, app: &App, code: &str) -> Result<Source, ImportError> {
    let found = app.db.read(async |tx| store::source(tx, code).await).await?;
    let source = found.ok_or_else(|| ImportError::UnknownSource(code.to_owned()))?;
    ctx.require_any(Permission::ReadClaims, &source.scopes())?;
    Ok(source)
}

/// The profiles of a source, each with its newest version.
///
/// # Errors
/// As [`get`].
pub async fn profiles(ctx: &Context, app: &App, code: &str) -> Result<Vec<(String, i64)>, ImportError> {
    get(ctx, app, code).await?;
    Ok(app.db.read(async |tx| store::profiles(tx, code).await).await?)
}

/// The newest version of a profile; an empty one if the default profile has never been corrected.
///
/// # Errors
/// `UnknownProfile`, or as [`get`].
pub async fn profile(
    ctx: &Context,
    app: &App,
    code: &str,
    name: &str,
) -> Result<(i64, Mapping), ImportError> {
    get(ctx, app, code).await?;
    match app.db.read(async |tx| store::profile(tx, code, name, None).await).await? {
        Some(found) => Ok(found),
        None if name == DEFAULT_PROFILE => Ok((0, Mapping::default())),
        None => Err(ImportError::UnknownProfile(name.to_owned())),
    }
}

/// Keeps what a person has corrected as a new version of a profile, which later files of the source are read by.
/// Returns the version; saving what is there already makes none.
///
/// # Errors
/// `BadProfileName`, `Denied` without [`Permission::ImportClaims`] for the source, or the database.
pub async fn save_profile(
    ctx: &Context,
    app: &App,
    code: &str,
    name: &str,
    mapping: &Mapping,
) -> Result<i64, ImportError> {
    let source = get(ctx, app, code).await?;
    ctx.require_any(Permission::ImportClaims, &source.scopes())?;
    let name = profile_name(name)?;
    app.db.write(async |tx| write_profile(ctx, tx, code, name, mapping).await).await
}

/// As [`save_profile`], in a transaction of the caller.
pub(crate) async fn write_profile(
    ctx: &Context,
    tx: &mut Tx,
    code: &str,
    name: &str,
    mapping: &Mapping,
) -> Result<i64, ImportError> {
    let known = store::profile(tx, code, name, None).await?;
    let version = known.as_ref().map_or(0, |known| known.0);
    if known.as_ref().is_some_and(|known| known.1 == *mapping) {
        return Ok(version);
    }
    store::add_profile(tx, (code, name, version + 1), mapping, ctx.actor.label(), ctx.now()).await?;
    let entry = Entry::new("save-import-profile", "source", code);
    record(tx, ctx, entry.before(&known.map(|known| known.1)).after(mapping)).await?;
    Ok(version + 1)
}
