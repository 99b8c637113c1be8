//! What offices do with single certificates: issue, renew, suspend, resume, revoke.

use std::collections::BTreeMap;

use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Invalid, Permission, Scope};
use sh_kernel::{Day, FieldErrors, Id, RegionCode};
use sh_parties::Party;

use super::{by, found_by, one_error};
use crate::{
    Error,
    model::{Certificate, Event, EventKind, State, numbered, state, terms},
    store::{
        certificate::{self as store, CertificateRow, NewEvent},
        scheme,
    },
};

/// Characters of a reason, of a name.
const TEXT_CHARS_MAX: usize = 200;
/// How many numbers are tried until a free one is found.
const NUMBERS_MAX: u32 = 200;

/// A certificate to be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Under which scheme.
    pub scheme: String,
    /// Its number; empty for one after the pattern of the scheme.
    pub number: String,
    /// What is certified.
    pub subject: String,
    /// Who holds it.
    pub holder: String,
    /// Where it is.
    pub region: RegionCode,
    /// Its first day.
    pub from: Day,
    /// Its last day; if not said, as the scheme says.
    pub until: Option<Day>,
}

/// Issues a certificate. Returns it.
///
/// # Errors
/// [`Error::Denied`] outside of one's own part of the country, [`Error::NotFound`] without such a scheme,
/// [`Error::Invalid`] with everything that is wrong.
pub async fn issue(ctx: &Context, app: &App, new: &Issue) -> Result<Id<Certificate>, Error> {
    ctx.require_any(Permission::EditRegisters, &[Scope::Region(new.region), Scope::Everywhere])?;
    let party = check(ctx, new)?;
    app.db
        .write(async |tx| {
            let published = scheme::scheme(tx, &new.scheme).await?.ok_or(Error::NotFound)?;
            let number = free_number(ctx, tx, new, &published.scheme.numbering).await?;
            let row = CertificateRow {
                id: ctx.id(),
                scheme: new.scheme.clone(),
                scheme_version: published.version,
                number,
                subject: new.subject.trim().to_owned(),
                holder: party.number,
                holder_name: new.holder.trim().to_owned(),
                region: new.region,
                batch: String::new(),
                detail: BTreeMap::new(),
                events: 1,
            };
            let until = new.until.or_else(|| published.scheme.until(new.from));
            let event = Event { kind: EventKind::Issued, day: new.from, until };
            sh_parties::upsert(tx, [party.clone()]).await?;
            store::add(tx, std::slice::from_ref(&row), ctx.now()).await?;
            store::put_finds(tx, &[(&row, found_by(&row, new.from))]).await?;
            let first = NewEvent { certificate: row.id, seq: 0, event: &event, reason: "", source: None };
            store::add_events(tx, &[first], (ctx.now(), by(ctx))).await?;
            store::put_spans(tx, &[(&row, vec![event])]).await?;
            let told = serde_json::json!({
                "scheme": row.scheme, "number": row.number, "subject": row.subject, "from": new.from, "until": until,
            });
            record(tx, ctx, Entry::new("issue-certificate", "certificate", row.id).after(&told)).await?;
            Ok(row.id)
        })
        .await
}

fn check(ctx: &Context, new: &Issue) -> Result<Party, Error> {
    let mut errors = FieldErrors::default();
    let party = Party::first_seen(&new.holder, None);
    if party.is_none() || new.holder.chars().count() > TEXT_CHARS_MAX {
        errors.push("/holder", "missing", ctx.t("cert-holder-missing"));
    }
    let subject = new.subject.trim();
    if subject.is_empty() || subject.chars().count() > TEXT_CHARS_MAX {
        errors.push("/subject", "missing", ctx.t("cert-subject-missing"));
    }
    if new.until.is_some_and(|until| until < new.from) {
        errors.push("/until", "ends-before", ctx.t("cert-ends-before"));
    }
    errors.into_result().map_err(Invalid)?;
    party.ok_or(Error::NotFound)
}

async fn free_number(ctx: &Context, tx: &mut sh_db::Tx, new: &Issue, pattern: &str) -> Result<String, Error> {
    let typed = new.number.trim();
    if !typed.is_empty() {
        let taken = store::known(tx, &new.scheme, &[typed.to_owned()]).await?;
        if !taken.is_empty() || typed.contains(['/', '?', '#']) {
            return Err(one_error("/number", "taken", ctx.t("cert-number-taken")));
        }
        return Ok(typed.to_owned());
    }
    let first = u32::try_from(store::count_of_scheme(tx, &new.scheme).await?).unwrap_or(u32::MAX);
    let tries = (1..=NUMBERS_MAX).map(|more| numbered(pattern, new.from.year(), first.saturating_add(more)));
    let tries: Vec<String> = tries.collect();
    let taken = store::known(tx, &new.scheme, &tries).await?;
    let free = tries.into_iter().find(|number| !taken.contains_key(number));
    free.ok_or_else(|| one_error("/number", "taken", ctx.t("cert-number-taken")))
}

/// What is done with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Renewed, suspended, resumed or revoked.
    pub kind: EventKind,
    /// Since when it holds.
    pub day: Day,
    /// For a renewal, its last day; if not said, as the scheme says.
    pub until: Option<Day>,
    /// Why.
    pub reason: String,
    /// How many events the form has shown.
    pub seen: i64,
}

/// Records what becomes of a certificate.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`]; [`Error::Changed`] if something else was recorded since; [`Error::WrongState`]
/// if it is revoked already, or is resumed without being suspended; [`Error::Invalid`] without a reason, or for a renewal
/// that ends before it begins.
pub async fn change(ctx: &Context, app: &App, id: Id<Certificate>, change: &Change) -> Result<(), Error> {
    ctx.require_somewhere(Permission::EditRegisters)?;
    let reason = change.reason.trim();
    if reason.is_empty() || reason.chars().count() > TEXT_CHARS_MAX {
        return Err(one_error("/reason", "missing", ctx.t("cert-reason-missing")));
    }
    app.db
        .write(async |tx| {
            let row = store::certificate(tx, id).await?.ok_or(Error::NotFound)?;
            ctx.require_any(Permission::EditRegisters, &[Scope::Region(row.region), Scope::Everywhere])?;
            let published =
                scheme::version(tx, &row.scheme, row.scheme_version).await?.ok_or(Error::NotFound)?;
            let mut events: Vec<Event> =
                store::history(tx, id).await?.into_iter().map(|recorded| recorded.event).collect();
            let until = match change.kind {
                EventKind::Renewed => change.until.or_else(|| published.scheme.until(change.day)),
                _ => None,
            };
            fits(ctx, &events, change, until)?;
            if row.events != change.seen || !store::count_event(tx, id, change.seen).await? {
                return Err(Error::Changed);
            }
            let before = state(&events, ctx.today());
            let event = Event { kind: change.kind, day: change.day, until };
            let new = NewEvent { certificate: id, seq: row.events, event: &event, reason, source: None };
            store::add_events(tx, &[new], (ctx.now(), by(ctx))).await?;
            events.push(event);
            let after = state(&events, ctx.today());
            store::put_spans(tx, &[(&row, events)]).await?;
            let told = serde_json::json!({ "state": after.word(), "since": change.day, "until": until });
            let entry = Entry::new(action(change.kind), "certificate", id);
            let before = serde_json::json!({ "state": before.word() });
            record(tx, ctx, entry.before(&before).after(&told).reason(reason)).await?;
            Ok(())
        })
        .await
}

const fn action(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Issued => "issue-certificate",
        EventKind::Renewed => "renew-certificate",
        EventKind::Suspended => "suspend-certificate",
        EventKind::Resumed => "resume-certificate",
        EventKind::Revoked => "revoke-certificate",
        EventKind::Corrected => "correct-certificate",
    }
}

/// Whether it can be done: a revoked certificate stays so, only a suspended one is resumed, and only a valid one suspended.
fn fits(ctx: &Context, events: &[Event], change: &Change, until: Option<Day>) -> Result<(), Error> {
    if events.iter().any(|event| event.kind == EventKind::Revoked) {
        return Err(Error::WrongState);
    }
    match change.kind {
        EventKind::Renewed => {
            if until.is_some_and(|until| until < change.day) {
                return Err(one_error("/until", "ends-before", ctx.t("cert-ends-before")));
            }
            let last = terms(events).last().copied();
            let further =
                last.is_none_or(|(_, end)| end.is_some_and(|end| until.is_none_or(|day| day > end)));
            if further { Ok(()) } else { Err(one_error("/until", "no-longer", ctx.t("cert-no-longer"))) }
        }
        EventKind::Suspended if state(events, change.day) == State::Valid => Ok(()),
        EventKind::Resumed if state(events, change.day) == State::Suspended => Ok(()),
        EventKind::Revoked => Ok(()),
        _ => Err(Error::WrongState),
    }
}
