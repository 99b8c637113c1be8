//! Who reports, and how its files are read (数据来源、导入方案).

use sh_access::audit::{Entry, record};
use sh_db::Tx;
use sh_http::{App, Context, Invalid, Permission, Visible};
use sh_kernel::{FieldErrors, RegionCode};
use sh_regions::Regions;

use crate::{
    import::{
        batch::Source,
        columns::Mapping,
        error::ImportError,
        profiles::{SourceSpec, city_source, county_source, default_sources},
    },
    model::SourceKind,
    store::import as store,
};

/// The profile that corrections go to if a person names none.
pub const DEFAULT_PROFILE: &str = "default";

/// Characters of a source's code.
const CODE_CHARS: std::ops::RangeInclusive<usize> = 2..=40;
/// Characters of a source's name at most.
const NAME_CHARS_MAX: usize = 60;
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

/// Registers who reports from now on. The code stays for ever; cities are called `city-440100`, counties
/// `county-530602`, if no code is given.
///
/// # Errors
/// `Denied` without [`Permission::ManageSources`] there, `Invalid` with the fields that were not accepted, or the
/// database.
pub async fn register(ctx: &Context, app: &App, spec: &SourceSpec) -> Result<Source, ImportError> {
    ctx.require_somewhere(Permission::ManageSources)?;
    let mut errors = FieldErrors::default();
    let source = checked(ctx, spec, &mut errors);
    errors.into_result().map_err(Invalid)?;
    ctx.require_any(Permission::ManageSources, &source.scopes())?;
    app.db
        .write(async |tx| {
            if store::source(tx, &source.code).await?.is_some() {
                let mut errors = FieldErrors::default();
                errors.push("/code", "taken", ctx.t("source-code-taken"));
                return Err(Invalid(errors).into());
            }
            store::upsert_source(tx, std::slice::from_ref(&source), ctx.now()).await?;
            let entry = Entry::new("register-source", "source", &source.code);
            record(tx, ctx, entry.after(&told(&source))).await?;
            Ok(source)
        })
        .await
}

/// What may change about a source: its name, who works with it, and whether it still reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChange {
    /// Its name.
    pub name: String,
    /// The organisation whose people may see and edit its imports.
    pub organisation: Option<String>,
    /// Whether it still reports; nobody uploads for one that does not.
    pub active: bool,
}

/// Changes a source.
///
/// # Errors
/// `UnknownSource`, `Denied`, `Invalid` with the fields that were not accepted, or the database.
pub async fn change(
    ctx: &Context,
    app: &App,
    code: &str,
    change: &SourceChange,
) -> Result<Source, ImportError> {
    app.db
        .write(async |tx| {
            let known = store::source(tx, code).await?;
            let known = known.ok_or_else(|| ImportError::UnknownSource(code.to_owned()))?;
            ctx.require_any(Permission::ManageSources, &known.scopes())?;
            let mut errors = FieldErrors::default();
            let name = checked_name(ctx, &change.name, &mut errors);
            errors.into_result().map_err(Invalid)?;
            let organisation = plain(change.organisation.as_deref());
            let source = Source { name, organisation, active: change.active, ..known.clone() };
            store::upsert_source(tx, std::slice::from_ref(&source), ctx.now()).await?;
            let entry = Entry::new("change-source", "source", code);
            record(tx, ctx, entry.before(&told(&known)).after(&told(&source))).await?;
            Ok(source)
        })
        .await
}

fn told(source: &Source) -> serde_json::Value {
    serde_json::json!({
        "name": source.name, "kind": source.kind.word(), "region": source.region,
        "organisation": source.organisation, "active": source.active,
    })
}

fn plain(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn checked_name(ctx: &Context, name: &str, errors: &mut FieldErrors) -> String {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        errors.push("/name", "length", ctx.t("source-name-wrong"));
    }
    name.to_owned()
}

/// The source as it will be registered; what is wrong with it goes to `errors`.
fn checked(ctx: &Context, spec: &SourceSpec, errors: &mut FieldErrors) -> Source {
    let region = spec.region.filter(|code| Regions::get().exists_on(*code, ctx.today()));
    let place = match spec.kind {
        SourceKind::CityReturn => region.filter(|code| Regions::get().guangdong_cities().contains(code)),
        SourceKind::SupplierCounty => region.filter(|code| !code.is_province() && !code.is_city()),
        _ => Some(region.unwrap_or(RegionCode::GUANGDONG))
            .filter(|_| spec.region.is_none() || region.is_some()),
    };
    if place.is_none() {
        let key = match spec.kind {
            SourceKind::CityReturn => "source-region-city",
            SourceKind::SupplierCounty => "source-region-county",
            _ => "source-region-wrong",
        };
        errors.push("/region", "not-there", ctx.t(key));
    }
    let usual = place.map(|place| match spec.kind {
        SourceKind::CityReturn => city_source(place),
        SourceKind::SupplierCounty => county_source(place),
        _ => String::new(),
    });
    let code = plain(Some(&spec.code)).or(usual).unwrap_or_default();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !CODE_CHARS.contains(&code.len()) || !code.chars().all(fits) || code.starts_with('-') {
        errors.push("/code", "shape", ctx.t("source-code-wrong"));
    }
    Source {
        name: checked_name(ctx, &spec.name, errors),
        code,
        kind: spec.kind,
        region: place,
        organisation: plain(spec.organisation.as_deref()),
        active: true,
    }
}

/// The register of sources, as far as the actor may see it.
///
/// # Errors
/// `Denied` without [`Permission::ReadSources`], or the database.
pub async fn registered(ctx: &Context, app: &App) -> Result<Vec<Source>, ImportError> {
    let visible = ctx.require_somewhere(Permission::ReadSources)?;
    let all = app.db.read(async |tx| store::sources(tx).await).await?;
    Ok(all.into_iter().filter(|source| store::shows(&visible, source)).collect())
}

/// One source of the register with its profiles: name, newest version, what it corrects.
///
/// # Errors
/// `NotFound`, `Denied`, or the database.
pub async fn entry(
    ctx: &Context,
    app: &App,
    code: &str,
) -> Result<(Source, Vec<(String, i64, Mapping)>), ImportError> {
    app.db
        .read(async |tx| {
            let source = store::source(tx, code).await?.ok_or(ImportError::NotFound)?;
            ctx.require_any(Permission::ReadSources, &source.scopes())?;
            let mut profiles = Vec::new();
            for (name, version) in store::profiles(tx, code).await? {
                if let Some((_, mapping)) = store::profile(tx, code, &name, Some(version)).await? {
                    profiles.push((name, version, mapping));
                }
            }
            Ok((source, profiles))
        })
        .await
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
