//! What imports, sources and reported rows are called, for pages that know only their identifiers.

use sh_db::{DbError, Tx};
use sh_http::{Context, Named, Names, Permission, Thing};
use sh_kernel::Id;

use crate::{
    model::{Claim, ImportBatch},
    pages::{row_text, source_name},
    store::import as store,
};

/// Names of those things that are of this module.
///
/// # Errors
/// What the database refuses.
pub async fn names(ctx: &Context, tx: &mut Tx, things: &[Thing]) -> Result<Names, DbError> {
    let mut names = imports(ctx, tx, things).await?;
    names.extend(claims(ctx, tx, things).await?);
    names.extend(sources(ctx, tx, things).await?);
    Ok(names)
}

/// The identifiers of one kind among things.
fn of_kind<'a>(things: &'a [Thing], kind: &'a str) -> impl Iterator<Item = &'a str> {
    things.iter().filter(move |thing| thing.kind == kind).map(|thing| thing.id.as_str())
}

fn named(ctx: &Context, permission: Permission, text: String, href: impl FnOnce() -> String) -> Named {
    Named { text, href: ctx.actor.allows_somewhere(permission).then(href) }
}

async fn imports(ctx: &Context, tx: &mut Tx, things: &[Thing]) -> Result<Names, DbError> {
    let ids: Vec<Id<ImportBatch>> = of_kind(things, "import").filter_map(|id| id.parse().ok()).collect();
    let found = store::file_names(tx, &ids).await?.into_iter().map(|(id, file)| {
        let name = named(ctx, Permission::ReadClaims, file, || format!("/w/imports/{id}"));
        (Thing::new("import", id), name)
    });
    Ok(found.collect())
}

async fn claims(ctx: &Context, tx: &mut Tx, things: &[Thing]) -> Result<Names, DbError> {
    let ids: Vec<Id<Claim>> = of_kind(things, "claim").filter_map(|id| id.parse().ok()).collect();
    let rows = store::rows_of_claims(tx, &ids).await?;
    let sheets = store::sheets_of(tx, rows.iter().map(|(_, batch, ..)| *batch)).await?;
    let found = rows.into_iter().map(|(id, batch, file, row)| {
        let (sheet, row) = sheets.get(&batch).map_or((None, row), |sheets| sheets.place(row));
        let text = format!("{file} {}", row_text(ctx.locale, sheet, row));
        (Thing::new("claim", id), named(ctx, Permission::ReadClaims, text, || format!("/w/matches/{id}")))
    });
    Ok(found.collect())
}

async fn sources(ctx: &Context, tx: &mut Tx, things: &[Thing]) -> Result<Names, DbError> {
    if of_kind(things, "source").next().is_none() {
        return Ok(Names::default());
    }
    let found = store::sources(tx).await?.into_iter().map(|source| {
        let text = source_name(ctx.locale, &source.code, &source.name);
        let href = || format!("/w/sources/{}", source.code);
        (Thing::new("source", &source.code), named(ctx, Permission::ReadSources, text, href))
    });
    Ok(found.collect())
}
