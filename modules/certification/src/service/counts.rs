//! How many certificates there are on a day, by conditions that are data.

use std::collections::BTreeMap;

use sh_http::{App, Context};
use sh_kernel::{Day, RegionCode};

use crate::{
    Error,
    model::{Condition, State},
    shipped_counts,
    store::certificate as store,
};

/// Certificates valid on a day, by scheme and province.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<String, BTreeMap<i64, i64>>);

impl Tally {
    /// Of all certificates.
    ///
    /// # Errors
    /// The database.
    pub async fn on(app: &App, day: Day) -> Result<Self, Error> {
        let rows = app.db.read(async |tx| store::tally(tx, State::Valid, day).await).await?;
        let mut tally = Self::default();
        for (scheme, province, count) in rows {
            tally.0.entry(scheme).or_default().insert(province, count);
        }
        Ok(tally)
    }

    /// Of a scheme, by province, in the order of their codes.
    pub fn provinces(&self, scheme: &str) -> Vec<(RegionCode, i64)> {
        let of_scheme = self.0.get(scheme).into_iter().flatten();
        of_scheme
            .filter_map(|(digits, count)| Some((RegionCode::new(digits * 10_000).ok()?, *count)))
            .collect()
    }

    /// Of a scheme.
    pub fn of(&self, scheme: &str) -> i64 {
        self.0.get(scheme).into_iter().flatten().map(|(_, count)| count).sum()
    }

    /// What a condition counts, by province.
    pub fn parts(&self, condition: &Condition) -> Vec<(RegionCode, i64)> {
        let mut parts: BTreeMap<RegionCode, i64> = BTreeMap::new();
        for (province, count) in condition.schemes.iter().flat_map(|scheme| self.provinces(scheme)) {
            if condition.province.is_none_or(|only| only == province) {
                *parts.entry(province).or_default() += count;
            }
        }
        parts.into_iter().collect()
    }

    /// What a condition counts.
    pub fn value(&self, condition: &Condition) -> i64 {
        let parts = self.parts(condition);
        if condition.provinces {
            i64::try_from(parts.len()).unwrap_or(i64::MAX)
        } else {
            parts.iter().map(|(_, count)| count).sum()
        }
    }
}

/// Every condition with what it counts on a day, for the front page of the registers and for whoever shows figures.
///
/// # Errors
/// The database.
pub async fn counts(_ctx: &Context, app: &App, day: Day) -> Result<Vec<(Condition, i64)>, Error> {
    let tally = Tally::on(app, day).await?;
    let counted = shipped_counts().into_iter().map(|condition| {
        let value = tally.value(&condition);
        (condition, value)
    });
    Ok(counted.collect())
}
