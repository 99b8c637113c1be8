//! Writing the rows of a confirmed register, group by group.
//!
//! Each group is one transaction with the count of rows that are done, so that one that was killed goes on where it
//! stopped; nothing is written twice, even if two workers try.

use sh_access::audit::{Entry, record};
use sh_db::Tx;
use sh_http::{App, Context};
use sh_jobs::{JobError, Progress, Run};
use sh_kernel::Id;

use super::{
    check::{Group, plan_group, read_groups},
    find, stored_path, taken_up,
};
use crate::{
    Error,
    import::{
        batch::{Batch, BatchState, Counts},
        row::{Step, Told, kind},
    },
    model::{Event, RegisterImport},
    service::found_by,
    store::{
        certificate::{self, CertificateRow, NewEvent},
        import as store,
        scheme::Published,
    },
};

/// Runs the writing of an import as a job.
///
/// # Errors
/// As [`post`].
pub async fn run(run: Run) -> Result<serde_json::Value, JobError> {
    let (id, ctx) = taken_up(&run).await?;
    match post(&ctx, &run.app, id, &run.progress).await {
        Ok(batch) => Ok(serde_json::json!({ "state": batch.state.word(), "posted": batch.posted })),
        Err(Error::Stopped) => Err(JobError::Stopped),
        Err(error) => Err(error.into()),
    }
}

/// Writes the rows of a confirmed import from where it stands to its end. Calling it again goes on or does nothing.
///
/// # Errors
/// [`Error::NotFound`], the store, the database; [`Error::Stopped`] if the job should stop.
pub async fn post(
    ctx: &Context,
    app: &App,
    id: Id<RegisterImport>,
    progress: &Progress,
) -> Result<Batch, Error> {
    let (batch, published) = app.db.read(async |tx| find(tx, id).await).await?;
    if batch.state != BatchState::Posting {
        return Ok(batch);
    }
    progress.begin("register-import-posting", batch.checked.map_or(0, |counts| counts.rows));
    let (mut groups, reading) = read_groups(stored_path(app, &batch)?, published.scheme.clone());
    let mut work = Work { ctx, batch: &batch, published: &published, done: batch.posted };
    let mut from = 0;
    while let Some(group) = groups.recv().await {
        let until = from + group.len();
        if until > work.done.rows && !work.write(app, group, from).await? {
            break;
        }
        from = until;
        progress.set(from);
        progress.check().map_err(|_| Error::Stopped)?;
    }
    drop(groups);
    reading.await??;
    let counts = work.done;
    app.db
        .write(async |tx| {
            if store::set_posted(tx, id).await? {
                let entry = Entry::new("import-register", "register-import", id).after(&counts);
                record(tx, ctx, entry).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    Ok(app.db.read(async |tx| find(tx, id).await).await?.0)
}

/// The writing of one import.
struct Work<'a> {
    ctx: &'a Context,
    batch: &'a Batch,
    published: &'a Published,
    done: Counts,
}

/// A certificate as it is after its row, with its events.
struct Written {
    row: CertificateRow,
    events: Vec<Event>,
    is_new: bool,
    line: u32,
}

impl Work<'_> {
    /// Writes a group; `false` if another worker has gone further.
    async fn write(&mut self, app: &App, group: Group, from: u64) -> Result<bool, Error> {
        let before = self.done;
        let done = app
            .db
            .write(async |tx| {
                let steps = plan_group(self.ctx, tx, &self.published.scheme, group.clone()).await?;
                let mut done = before;
                for step in &steps {
                    done.add(step);
                }
                if !store::advance(tx, self.batch.id, (from, done.rows), &done).await? {
                    return Ok(None);
                }
                self.write_steps(tx, steps).await?;
                Ok::<_, Error>(Some(done))
            })
            .await?;
        self.done = done.unwrap_or(before);
        Ok(done.is_some())
    }

    async fn write_steps(&self, tx: &mut Tx, steps: Vec<Step>) -> Result<(), Error> {
        let mut parties = Vec::new();
        let mut all: Vec<Written> = Vec::new();
        for step in steps {
            let Some(kind) = kind(&step) else { continue };
            let (known, told) = match step {
                Step::Create(told) => (None, told),
                Step::Renew(known, told) | Step::Correct(known, told) => (Some(*known), told),
                Step::Nothing | Step::Reject(_) => continue,
            };
            let event = Event { kind, day: told.from, until: told.until };
            parties.push(told.party.clone());
            let line = told.row;
            let is_new = known.is_none();
            let (row, mut events) = match known {
                Some(known) => (merged(known.row, told), known.events),
                None => (self.new_row(told), Vec::new()),
            };
            events.push(event);
            all.push(Written { row, events, is_new, line });
        }
        sh_parties::upsert(tx, parties).await?;
        let rows = |new| {
            let all = all.iter().filter(move |one| one.is_new == new);
            all.map(|one| one.row.clone()).collect::<Vec<_>>()
        };
        let (new, changed) = (rows(true), rows(false));
        certificate::add(tx, &new, self.ctx.now()).await?;
        if certificate::correct(tx, &changed).await? != changed.len() as u64 {
            return Err(Error::Changed);
        }
        let day = |one: &Written| one.events.last().map_or(self.ctx.today(), |event| event.day);
        let finds: Vec<_> = all.iter().map(|one| (&one.row, found_by(&one.row, day(one)))).collect();
        certificate::put_finds(tx, &finds).await?;
        let events: Vec<NewEvent<'_>> = all
            .iter()
            .filter_map(|one| {
                Some(NewEvent {
                    certificate: one.row.id,
                    // A row that is new counts its first event already; one that is known, those before it.
                    seq: if one.is_new { 0 } else { one.row.events },
                    event: one.events.last()?,
                    reason: "",
                    source: Some((self.batch.id, one.line)),
                })
            })
            .collect();
        let by = self.batch.confirmed_by.as_deref().unwrap_or(&self.batch.created_by);
        certificate::add_events(tx, &events, (self.ctx.now(), by)).await?;
        let spans: Vec<_> = all.iter().map(|one| (&one.row, one.events.clone())).collect();
        Ok(certificate::put_spans(tx, &spans).await?)
    }

    fn new_row(&self, told: Told) -> CertificateRow {
        CertificateRow {
            id: self.ctx.id(),
            scheme: self.batch.scheme.clone(),
            scheme_version: self.batch.scheme_version,
            number: told.number,
            subject: told.subject,
            holder: told.party.number,
            holder_name: told.holder,
            region: told.region,
            batch: told.batch,
            detail: told.detail,
            events: 1,
        }
    }
}

/// What a register says of a certificate that is known; fields that it lacks stay as they are.
fn merged(row: CertificateRow, told: Told) -> CertificateRow {
    let mut detail = row.detail;
    detail.extend(told.detail);
    let batch = if told.batch.is_empty() { row.batch } else { told.batch };
    CertificateRow {
        subject: told.subject,
        holder: told.party.number,
        holder_name: told.holder,
        region: told.region,
        batch,
        detail,
        ..row
    }
}
