//! Registers and single certificates.

use sh_db::{DbError, Tx};
use sh_http::{App, Context, Listing, Named, Names, Page, Permission, Scope, Thing};
use sh_kernel::{Day, Id, RegionCode};

use super::schemes;
use crate::{
    Error,
    model::{Certificate, State, state},
    store::{
        certificate::{self as store, CertificateRow, Recorded, Standing, Wanted},
        scheme::{self, Published},
    },
};

/// Days for which one may ask what expires within them.
pub const WITHIN_DAYS_MAX: u16 = 3_660;

/// Which certificates are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// On which day; today if not said.
    pub on: Option<Day>,
    /// In which state then; any if not said.
    pub state: Option<State>,
    /// Valid then, but no longer than this many days more.
    pub within_days: Option<u16>,
    /// Of which scheme.
    pub scheme: Option<String>,
    /// In which division.
    pub place: Option<RegionCode>,
    /// With which text in number, names or place.
    pub text: String,
}

/// A page of a register, in the order in which the certificates were recorded.
///
/// # Errors
/// [`Error::NotFound`] for a scheme that the actor may not see; [`Error::Denied`] if no scheme is named and the actor sees
/// no registers; a cursor that cannot be read.
pub async fn list(
    ctx: &Context,
    app: &App,
    filter: &Filter,
    page: &Page,
) -> Result<Listing<Standing>, Error> {
    match &filter.scheme {
        Some(code) => drop(schemes::get(ctx, app, code).await?),
        None => drop(ctx.require_somewhere(Permission::ReadRegisters)?),
    }
    let after: Option<Id<Certificate>> = page.key()?;
    let on = filter.on.unwrap_or(ctx.today());
    let days = filter.within_days.map(|days| days.min(WITHIN_DAYS_MAX));
    let wanted = Wanted {
        on,
        state: if days.is_some() { Some(State::Valid) } else { filter.state },
        ends_by: days.map(|days| on.plus_days(i32::from(days))),
        scheme: filter.scheme.as_deref(),
        place: filter.place,
        text: Some(&filter.text),
        after,
        limit: page.fetch(),
    };
    let rows = app.db.read(async |tx| store::wanted(tx, &wanted).await).await?;
    Ok(Listing::of(rows, page, |standing| standing.row.id))
}

/// A certificate with its scheme, its state on a day, and what became of it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The certificate.
    pub row: CertificateRow,
    /// The version of the scheme under which it was given.
    pub scheme: Published,
    /// Its state on the day that was asked for.
    pub state: State,
    /// What became of it, in the order in which it was recorded.
    pub history: Vec<Recorded>,
    /// Whether the actor may see what is not public, and who recorded what.
    pub inside: bool,
    /// Whether the actor may change it.
    pub may_change: bool,
}

impl Opened {
    /// The first and last day of the term that was recorded last.
    pub fn term(&self) -> Option<(Day, Option<Day>)> {
        let events: Vec<_> = self.history.iter().map(|recorded| recorded.event.clone()).collect();
        crate::model::terms(&events).last().copied()
    }
}

async fn open(ctx: &Context, app: &App, row: CertificateRow, on: Day) -> Result<Opened, Error> {
    let place = Scope::Region(row.region);
    let (scheme, history) = app
        .db
        .read(async |tx| {
            let scheme = scheme::version(tx, &row.scheme, row.scheme_version).await?;
            Ok::<_, Error>((scheme.ok_or(Error::NotFound)?, store::history(tx, row.id).await?))
        })
        .await?;
    let events: Vec<_> = history.iter().map(|recorded| recorded.event.clone()).collect();
    let allows = |permission| ctx.allows(permission, &place) || ctx.allows(permission, &Scope::Everywhere);
    let state = state(&events, on);
    let inside = allows(Permission::ReadRegisters);
    if !scheme.scheme.public && !inside {
        return Err(Error::NotFound);
    }
    Ok(Opened { row, scheme, state, history, inside, may_change: allows(Permission::EditRegisters) })
}

/// One certificate, for the workbench.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`] for whoever sees no registers.
pub async fn get(ctx: &Context, app: &App, id: Id<Certificate>, on: Day) -> Result<Opened, Error> {
    ctx.require_somewhere(Permission::ReadRegisters)?;
    let row = app.db.read(async |tx| store::certificate(tx, id).await).await?.ok_or(Error::NotFound)?;
    open(ctx, app, row, on).await
}

/// The certificates with a number, each of another scheme, for everybody. None if the number is unknown.
///
/// # Errors
/// The database.
pub async fn verify(ctx: &Context, app: &App, number: &str, on: Day) -> Result<Vec<Opened>, Error> {
    let rows = app.db.read(async |tx| store::by_number(tx, number.trim()).await).await?;
    let mut found = Vec::new();
    for row in rows {
        match open(ctx, app, row, on).await {
            Ok(opened) => found.push(opened),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// What certificates are called, for the log of changes.
///
/// # Errors
/// The database.
pub async fn names(ctx: &Context, tx: &mut Tx, things: &[Thing]) -> Result<Names, DbError> {
    let may_open = ctx.actor.allows_somewhere(Permission::ReadRegisters);
    let mut names = Names::default();
    for thing in things.iter().filter(|thing| thing.kind == "certificate") {
        let Ok(id) = thing.id.parse::<Id<Certificate>>() else { continue };
        if let Some(row) = store::certificate(tx, id).await? {
            let href = may_open.then(|| format!("/w/certs/{id}"));
            names.insert(thing.clone(), Named { text: format!("{} {}", row.number, row.subject), href });
        }
    }
    Ok(names)
}
