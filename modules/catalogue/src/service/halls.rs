//! Halls of provinces and counties (分馆), and the producers in them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use sh_access::audit::{Entry, record};
use sh_http::{App, Context, Invalid, Permission, Scope};
use sh_kernel::{FieldErrors, Instant, RegionCode};
use sh_parties::Party;
use sh_regions::Regions;

use crate::{
    Error,
    store::{
        hall::{self as store, Hall},
        public,
    },
};

/// Producers that a hall names.
const PRODUCERS_SHOWN: u32 = 24;
/// Characters of what is told about a place.
const STORY_CHARS_MAX: usize = 3_000;
/// Seconds for which the counts of products by county are remembered: they are counted over all products.
const COUNTS_SECONDS: i64 = 60;

/// How many products on sale each county has, remembered for a minute. Hung into the program as a service.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Option<(Instant, Arc<ByCounty>)>>);

/// Products on sale of each county.
type ByCounty = BTreeMap<RegionCode, i64>;

/// A hall in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HallItem {
    /// The province.
    pub region: RegionCode,
    /// Its hall, if it is open.
    pub hall: Option<Hall>,
    /// Products on sale from there.
    pub products: i64,
}

/// A hall as its page shows it.
#[derive(Debug, Clone)]
pub struct HallView {
    /// The province or county.
    pub region: RegionCode,
    /// What is told about the place, if its hall is open.
    pub hall: Option<Hall>,
    /// Counties in it with products on sale, and how many; empty for a county.
    pub counties: Vec<(RegionCode, i64)>,
    /// Producers, those with the most products first, and how many products each has.
    pub producers: Vec<(Party, i64)>,
    /// Products on sale from there.
    pub products: i64,
}

/// How many products on sale each county has.
async fn counts(ctx: &Context, app: &App) -> Result<Arc<ByCounty>, Error> {
    let kept = app.get::<Counts>().ok();
    let now = ctx.now();
    if let Some(kept) = &kept {
        let known = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, counts)) = known
            && now < at.plus_seconds(COUNTS_SECONDS)
            && at <= now
        {
            return Ok(counts);
        }
    }
    let mut all = BTreeMap::new();
    app.db
        .read(async |tx| {
            for province in Regions::get().all_provinces() {
                all.extend(public::counties(tx, *province).await?);
            }
            Ok::<_, Error>(())
        })
        .await?;
    let all = Arc::new(all);
    if let Some(kept) = &kept {
        *kept.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&all)));
    }
    Ok(all)
}

fn sum_within(counts: &ByCounty, region: RegionCode) -> i64 {
    counts.iter().filter(|(code, _)| code.is_within(region)).map(|(_, count)| count).sum()
}

/// The halls of provinces, those that are open or have products, in the order of their divisions.
///
/// # Errors
/// What the database refuses.
pub async fn list(ctx: &Context, app: &App) -> Result<Vec<HallItem>, Error> {
    let counts = counts(ctx, app).await?;
    let halls = app.db.read(async |tx| store::halls(tx).await).await?;
    let items = Regions::get().all_provinces().iter().map(|province| HallItem {
        region: *province,
        hall: halls.iter().find(|hall| hall.region == *province).cloned(),
        products: sum_within(&counts, *province),
    });
    Ok(items.filter(|item| item.hall.is_some() || item.products > 0).collect())
}

/// The hall of a province or county. A place without a hall still has its products.
///
/// # Errors
/// [`Error::NotFound`] if the division does not stand today.
pub async fn view(ctx: &Context, app: &App, region: RegionCode) -> Result<HallView, Error> {
    if !Regions::get().exists_on(region, ctx.today()) {
        return Err(Error::NotFound);
    }
    let counts = counts(ctx, app).await?;
    let (hall, producers) = app
        .db
        .read(async |tx| {
            let hall = store::hall(tx, region).await?;
            let found = public::producers(tx, region, PRODUCERS_SHOWN).await?;
            let numbers: Vec<i64> = found.iter().map(|one| one.0).collect();
            let parties = sh_parties::some(tx, &numbers).await?;
            let named = found.into_iter().filter_map(|(number, count)| {
                let party = parties.iter().find(|party| party.number == number)?;
                Some((party.clone(), count))
            });
            Ok::<_, Error>((hall, named.collect::<Vec<_>>()))
        })
        .await?;
    let counties = if region.is_province() {
        let inside = counts.iter().filter(|(code, _)| code.is_within(region));
        let mut counties: Vec<(RegionCode, i64)> = inside.map(|(code, count)| (*code, *count)).collect();
        counties.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        counties
    } else {
        Vec::new()
    };
    Ok(HallView { region, hall, counties, producers, products: sum_within(&counts, region) })
}

/// Opens a hall, or tells its story anew.
///
/// # Errors
/// [`Error::Denied`], [`Error::Invalid`].
pub async fn put(ctx: &Context, app: &App, region: RegionCode, name: &str, story: &str) -> Result<(), Error> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let (name, story) = (name.trim(), story.trim());
    let mut errors = FieldErrors::default();
    if !Regions::get().exists_on(region, ctx.today()) {
        errors.push("/region", "origin-unknown", ctx.t("hall-region-wrong"));
    }
    if name.is_empty() || name.chars().count() > 30 {
        errors.push("/name", "required", ctx.t("hall-name-wrong"));
    }
    if story.chars().count() > STORY_CHARS_MAX {
        errors.push("/story", "too-long", ctx.t("hall-story-long"));
    }
    errors.into_result().map_err(Invalid)?;
    let hall = Hall { region, name: name.to_owned(), story: story.to_owned(), opened_on: ctx.today() };
    app.db
        .write(async |tx| {
            store::put(tx, &hall).await?;
            let told = serde_json::json!({ "name": hall.name, "story": hall.story });
            record(tx, ctx, Entry::new("put-hall", "hall", region).after(&told)).await?;
            Ok(())
        })
        .await
}

/// A producer by the number in the register of parties.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn producer(_ctx: &Context, app: &App, number: i64) -> Result<Party, Error> {
    app.db.read(async |tx| sh_parties::party(tx, number).await).await?.ok_or(Error::NotFound)
}
