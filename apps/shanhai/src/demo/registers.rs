//! The registers of the demonstration: files of the offices, imported as everybody's are.

use anyhow::Context as _;
use camino::Utf8Path;
use sh_certification::{
    import::batch::{Batch, BatchState},
    service::imports,
};
use sh_http::{App, Context};

use super::users;
use crate::wiring;

/// Makes the registers and imports those that are not there yet. `shown` is told how many files are done of how many.
pub(crate) async fn fill(
    app: &App,
    folder: &Utf8Path,
    seed: u64,
    mut shown: impl FnMut(usize, usize),
) -> anyhow::Result<()> {
    let (ctx, _) = users::task_force(app).await?;
    let path = folder.to_owned();
    let files = tokio::task::spawn_blocking(move || sh_world::registers(path.as_std_path(), seed)).await??;
    for (done, file) in files.iter().enumerate() {
        shown(done, files.len());
        let path = Utf8Path::from_path(&file.path).with_context(|| file.path.display().to_string())?;
        let mut batch = imports::upload_path(&ctx, app, file.scheme, path).await?;
        batch = work(&ctx, app, batch).await?;
        if batch.state == BatchState::Checked {
            imports::confirm(&ctx, app, batch.id).await?;
            batch = imports::get(&ctx, app, batch.id).await?.0;
            batch = work(&ctx, app, batch).await?;
        }
        anyhow::ensure!(batch.state == BatchState::Posted, "{path}: {batch:?}");
        anyhow::ensure!(batch.posted.rejected == file.bad as u64, "{path}: {:?}", batch.posted);
    }
    Ok(())
}

/// Runs the job of an import to its end.
async fn work(ctx: &Context, app: &App, batch: Batch) -> anyhow::Result<Batch> {
    let is_working = matches!(batch.state, BatchState::Uploaded | BatchState::Posting);
    if let Some(job) = batch.job.filter(|_| is_working) {
        sh_jobs::run_now(app, &wiring::handlers(), job, &|_| {}).await?;
    }
    Ok(imports::get(ctx, app, batch.id).await?.0)
}
