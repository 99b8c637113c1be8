//! What the values of axes are called.

use std::collections::HashMap;

use sh_db::{DbError, Tx};
use sh_kernel::{Day, RegionCode};
use sh_parties::Party;
use sh_regions::Regions;
use sh_trade::axes::Axis;
use sh_ui::Locale;

use super::narrow::Point;
use crate::{axis_label, label};

/// The names that a page needs, in one language, as of a day.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    locale: Locale,
    day: Day,
    sellers: HashMap<i64, Party>,
}

impl Names {
    /// Names of places as of `day`; sellers are told by [`Names::learn`].
    pub(crate) fn new(locale: Locale, day: Day) -> Self {
        Self { locale, day, sellers: HashMap::new() }
    }

    /// Reads the names of these parties, in one statement.
    pub(crate) async fn learn(&mut self, tx: &mut Tx, numbers: &[i64]) -> Result<(), DbError> {
        let mut missing: Vec<i64> = numbers
            .iter()
            .copied()
            .filter(|number| *number != 0 && !self.sellers.contains_key(number))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let found = sh_parties::some(tx, &missing).await?;
        self.sellers.extend(found.into_iter().map(|party| (party.number, party)));
        Ok(())
    }

    /// The name of an axis: 产地省份, channel.
    pub(crate) fn axis(&self, axis: Axis) -> String {
        axis_label(axis, self.locale)
    }

    /// The same inside a sentence, where English begins it small.
    pub(crate) fn axis_within(&self, axis: Axis) -> String {
        let name = self.axis(axis);
        let mut letters = name.chars();
        match (self.locale, letters.next()) {
            (Locale::En, Some(first)) => first.to_lowercase().chain(letters).collect(),
            _ => name,
        }
    }

    /// An axis with its value, as conditions are told: 产地省份：贵州省.
    pub(crate) fn condition(&self, point: Point) -> String {
        let named = [("name", self.axis(point.0).into()), ("value", self.value(point).into())];
        self.locale.with("data-named", &named)
    }

    /// The name of a value: 贵州省, 832 平台, 2020 年 11 月.
    pub(crate) fn value(&self, (axis, value): Point) -> String {
        match axis {
            Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Destination => self.place(value),
            Axis::Seller => self.seller(value),
            _ => label(axis, value, self.locale),
        }
    }

    /// A name short enough to stand beside a bar: 贵州, 单位直采.
    pub(crate) fn short(&self, point: Point) -> String {
        let name = match point {
            (Axis::Seller, _) | (_, 0) => self.value(point),
            (axis, value) => label(axis, value, self.locale),
        };
        name.split('、').next().unwrap_or_default().to_owned()
    }

    /// The name of a part of `parent`. Sales whose place is known no finer than the parent say so.
    pub(crate) fn part(&self, parent: i64, point: Point) -> String {
        if point.1 == parent && parent != 0 {
            return self.locale.with("data-no-finer", &[("name", self.value(point).into())]);
        }
        self.value(point)
    }

    /// A place by its own name.
    pub(crate) fn place(&self, number: i64) -> String {
        let Ok(code) = RegionCode::new(number) else { return self.locale.t("data-place-unknown") };
        if self.locale == Locale::En {
            if code.is_province() {
                return self.locale.t(&format!("province-{}", number / 10_000));
            }
            if let Some(name) = Regions::get().english_on(code, self.day) {
                return name.to_owned();
            }
        }
        match Regions::get().name(code, self.day) {
            "" => format!("{number:06}"),
            name => name.to_owned(),
        }
    }

    /// A place with the places around it: 贵州省毕节市威宁彝族回族苗族自治县.
    pub(crate) fn full_place(&self, number: i64) -> String {
        match (RegionCode::new(number), self.locale) {
            (Ok(code), Locale::Zh) if !Regions::get().name(code, self.day).is_empty() => {
                Regions::get().full_name(code, self.day)
            }
            _ => self.place(number),
        }
    }

    /// A seller as the public may know it: a person's name is masked.
    pub(crate) fn seller(&self, number: i64) -> String {
        self.sellers.get(&number).map_or_else(|| self.locale.t("data-party-unknown"), Party::public_name)
    }

    /// Whether the register knows this party.
    pub(crate) fn knows(&self, number: i64) -> bool {
        self.sellers.contains_key(&number)
    }

    /// Whether this party is a person.
    pub(crate) fn is_person(&self, number: i64) -> bool {
        self.sellers.get(&number).is_some_and(|party| party.person)
    }
}
