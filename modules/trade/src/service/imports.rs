//! Looking at imports: the list, one batch, its issues, what its claims became.

use std::io::Read;

use camino::Utf8Path;
use sh_http::{App, Context, Listing, Page, Permission, Visible};
use sh_kernel::Id;
use sha2::{Digest, Sha256};

use super::{sources, upload::find};
use crate::{
    import::{
        batch::{Batch, Source},
        error::ImportError,
        issue::Issue,
    },
    model::ImportBatch,
    store::import as store,
};

pub use crate::store::import::BatchFilter;

/// Batches that a page looks through at most to find those that may be seen.
const LOOK_AT: i64 = 500;

/// A batch in a list, with the name of its source.
#[derive(Debug, Clone)]
pub struct BatchItem {
    /// The batch.
    pub batch: Batch,
    /// The name of its source.
    pub source_name: String,
}

/// Batches from the latest to the oldest, as far as the actor may see them.
///
/// # Errors
/// `Denied`, a cursor that cannot be read, or the database.
pub async fn list(
    ctx: &Context,
    app: &App,
    filter: &BatchFilter,
    page: &Page,
) -> Result<Listing<BatchItem>, sh_http::Failure> {
    let visible = sources::visible(ctx)?;
    let mut after: Option<Id<ImportBatch>> = page.key()?;
    let wanted = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
    let found = app
        .db
        .read(async |tx| {
            let all = store::sources(tx).await?;
            let seen: Vec<&Source> = all.iter().filter(|source| store::shows(&visible, source)).collect();
            let mut found = Vec::new();
            loop {
                let limit = if visible == Visible::All { page.fetch() } else { LOOK_AT };
                let batches = store::batches(tx, filter, after, limit).await?;
                let ended = i64::try_from(batches.len()).unwrap_or(0) < limit;
                after = batches.last().map(|batch| batch.id);
                for batch in batches {
                    if let Some(source) = seen.iter().find(|source| source.code == batch.source) {
                        found.push(BatchItem { batch, source_name: source.name.clone() });
                    }
                }
                if ended || found.len() >= wanted {
                    break;
                }
            }
            found.truncate(wanted);
            Ok::<_, ImportError>(found)
        })
        .await?;
    Ok(Listing::of(found, page, |item| item.batch.id))
}

/// One batch and its source.
///
/// # Errors
/// `NotFound`, `Denied`, or the database.
pub async fn get(ctx: &Context, app: &App, id: Id<ImportBatch>) -> Result<(Batch, Source), ImportError> {
    find(ctx, app, id, Permission::ReadClaims).await
}

/// The first issues of a batch, perhaps of one code only.
///
/// # Errors
/// As [`get`].
pub async fn issues(
    ctx: &Context,
    app: &App,
    id: Id<ImportBatch>,
    code: Option<&str>,
    limit: u32,
) -> Result<Vec<Issue>, ImportError> {
    let (batch, _) = get(ctx, app, id).await?;
    let found = app.db.read(async |tx| store::issues(tx, id, code, (-1, -1), i64::from(limit)).await).await?;
    let sheets = batch.summary.map(|summary| summary.sheets).unwrap_or_default();
    Ok(found.into_iter().map(|(_, issue)| issue.placed(&sheets)).collect())
}

/// What the claims of a posted batch became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Became {
    /// They stand for a sale that nobody had reported before, or lead it.
    pub leading: u64,
    /// They are tied to a sale that somebody else has reported, too.
    pub tied: u64,
    /// They repeat a row of an earlier file.
    pub repeated: u64,
    /// A person has to decide.
    pub waiting: u64,
}

/// What the claims of a batch became, as matching last decided.
///
/// # Errors
/// As [`get`].
pub async fn became(ctx: &Context, app: &App, id: Id<ImportBatch>) -> Result<Became, ImportError> {
    get(ctx, app, id).await?;
    let mut became = Became::default();
    for (state, count) in app.db.read(async |tx| store::became(tx, id).await).await? {
        match state {
            1 => became.leading += count,
            2 | 3 => became.tied += count,
            4 => became.repeated += count,
            _ => became.waiting += count,
        }
    }
    Ok(became)
}

/// The job that works or last worked on a batch, to show how far it has come.
///
/// # Errors
/// As [`get`], and what reading the job meets.
pub async fn job_of(ctx: &Context, app: &App, batch: &Batch) -> Result<Option<sh_jobs::Job>, ImportError> {
    let Some(id) = batch.job else { return Ok(None) };
    match sh_jobs::find(ctx, app, id).await {
        Ok(job) => Ok(Some(job)),
        Err(sh_jobs::JobsError::Db(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// The batch that stands for a local file, if the same file of the same source came in before.
///
/// # Errors
/// `UnknownSource`, `Denied`, what reading the file meets, or the database.
pub async fn standing(
    ctx: &Context,
    app: &App,
    source: &str,
    path: &Utf8Path,
) -> Result<Option<Batch>, ImportError> {
    super::upload::may_upload(ctx, app, source).await?;
    let path = path.to_owned();
    let hash = tokio::task::spawn_blocking(move || hash_of(&path)).await?;
    let hash = hash.map_err(sh_files::OpenError::from).map_err(crate::import::file::FileFault::from)?;
    Ok(app.db.read(async |tx| store::live_batch(tx, source, &hash).await).await?)
}

/// Reads every stored file of a batch that counts and compares it with the hash it came in under. Names the first that
/// is gone or different.
///
/// # Errors
/// The database.
pub async fn verify_files(app: &App) -> Result<Option<String>, ImportError> {
    let files = app.db.read(async |tx| store::live_files(tx).await).await?;
    let objects = super::upload::files(app)?;
    tokio::task::spawn_blocking(move || {
        for (name, hash) in files {
            let Ok(key) = hash.parse() else { return Some(format!("{name}: {hash} is no hash")) };
            match hash_of(&objects.path(&key)) {
                Ok(found) if found == hash => {}
                Ok(found) => return Some(format!("{name}: the stored file has hash {found}, not {hash}")),
                Err(error) => return Some(format!("{name}: the stored file {hash} cannot be read: {error}")),
            }
        }
        None
    })
    .await
    .map_err(ImportError::from)
}

/// SHA-256 of a file, in hexadecimal.
fn hash_of(path: &Utf8Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(hex::encode(hasher.finalize()))
}
