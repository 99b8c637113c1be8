//! What things are called, for pages of modules that know them only by kind and identifier: the log of changes, the books.

use sh_db::{DbError, Tx};
use sh_http::{Context, Named, Namer, Names, Permission, Thing};
use sh_statistics::{Error, definitions, releases};

/// Releases among which one is looked for; there are some in a year.
const RELEASES_MAX: usize = 200;

/// What finds the names of every module.
pub fn namer() -> Namer {
    Namer(|ctx, tx, things| Box::pin(find(ctx, tx, things)))
}

async fn find(ctx: &Context, tx: &mut Tx, things: Vec<Thing>) -> Result<Names, DbError> {
    let mut names = sh_access::users::names(ctx, tx, &things).await?;
    names.extend(sh_trade::service::naming::names(ctx, tx, &things).await?);
    names.extend(parties(tx, &things).await?);
    names.extend(figures(ctx, tx, &things).await?);
    names.extend(sh_certification::service::look::names(ctx, tx, &things).await?);
    Ok(names)
}

/// Parties by their number. People are not named here.
async fn parties(tx: &mut Tx, things: &[Thing]) -> Result<Names, DbError> {
    let numbers: Vec<i64> = things
        .iter()
        .filter(|thing| thing.kind == "party")
        .filter_map(|thing| thing.id.parse().ok())
        .collect();
    let found = sh_parties::some(tx, &numbers).await?;
    let named = found
        .iter()
        .map(|party| (Thing::new("party", party.number), Named { text: party.public_name(), href: None }));
    Ok(named.collect())
}

/// Definitions by code and version, and releases.
async fn figures(ctx: &Context, tx: &mut Tx, things: &[Thing]) -> Result<Names, DbError> {
    let may_open = ctx.actor.allows_somewhere(Permission::ReadReleases);
    let mut names = Names::default();
    for thing in things.iter().filter(|thing| thing.kind == "definition") {
        let Some((code, version)) = thing.id.split_once('/') else { continue };
        match definitions::find(tx, code, version.parse().ok()).await {
            Ok(found) => {
                let text = format!("{} v{version}", found.content.name.get(ctx.locale));
                let href = may_open.then(|| format!("/w/definitions/{code}/{version}"));
                names.insert(thing.clone(), Named { text, href });
            }
            Err(Error::Db(error)) => return Err(error),
            // A draft that was discarded has no name any more.
            Err(_) => {}
        }
    }
    if things.iter().any(|thing| thing.kind == "release") {
        for release in releases::list(tx, false, None, RELEASES_MAX).await? {
            let href = may_open.then(|| format!("/w/releases/{}", release.id));
            names.insert(Thing::new("release", release.id), Named { text: release.name, href });
        }
    }
    Ok(names)
}
