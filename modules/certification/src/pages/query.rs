//! The address of a list of certificates: what is asked for, read and written.

use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sh_http::Context;
use sh_kernel::{Day, FieldErrors};
use sh_regions::{Regions, Resolution};
use sh_ui::{Choice, Field};
use utoipa::IntoParams;

use super::state_text;
use crate::{
    model::State,
    service::look::{Filter, WITHIN_DAYS_MAX},
};

/// Which certificates are asked for, as typed.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// Text in number, names or place.
    pub(crate) q: String,
    /// Code of a scheme.
    pub(crate) scheme: String,
    /// A division by its code or name.
    pub(crate) place: String,
    /// `valid`, `expired`, `suspended`, `revoked`; any if empty.
    pub(crate) state: String,
    /// The day of the state, `2020-11-30`; today if empty.
    pub(crate) on: String,
    /// Valid on that day, but for no more than this many days after it.
    pub(crate) within: String,
    /// Where the page begins: `next` of the page before it.
    pub(crate) after: Option<String>,
    /// `csv` or `xlsx`, for the file.
    pub(crate) format: String,
}

/// The states that one can ask for.
const STATES: [State; 4] = [State::Valid, State::Expired, State::Suspended, State::Revoked];

impl Asked {
    /// What is asked for, and what of it cannot be read.
    pub(crate) fn filter(&self, ctx: &Context) -> (Filter, FieldErrors) {
        let mut errors = FieldErrors::default();
        let on = self.on.trim();
        let day = on.parse::<Day>().ok();
        if day.is_none() && !on.is_empty() {
            errors.push("/on", "day-wrong", ctx.t("cert-day-wrong"));
        }
        let within = self.within.trim();
        let days = within.parse::<u16>().ok().filter(|days| *days <= WITHIN_DAYS_MAX);
        if days.is_none() && !within.is_empty() {
            errors.push("/within", "days-wrong", ctx.t("cert-days-wrong"));
        }
        let place = self.place.trim();
        let region = match Regions::get().resolve(place, None, day.unwrap_or(ctx.today())) {
            Resolution::One(region) => Some(region),
            _ if place.is_empty() => None,
            _ => {
                errors.push("/place", "place-unknown", ctx.t("cert-place-wrong"));
                None
            }
        };
        let filter = Filter {
            on: day,
            state: State::from_word(&self.state),
            within_days: days,
            scheme: Some(self.scheme.clone()).filter(|scheme| !scheme.is_empty()),
            place: region,
            text: self.q.clone(),
        };
        (filter, errors)
    }

    /// The query of an address that asks for the same.
    pub(crate) fn query(&self, with_scheme: bool) -> String {
        let mut query = String::new();
        let scheme = if with_scheme { self.scheme.as_str() } else { "" };
        let parts = [
            ("q", self.q.as_str()),
            ("scheme", scheme),
            ("place", &self.place),
            ("state", &self.state),
            ("on", &self.on),
            ("within", &self.within),
        ];
        for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
            let sign = if query.is_empty() { '?' } else { '&' };
            let _ = write!(query, "{sign}{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        query
    }

    /// The same with where the next page begins.
    pub(crate) fn next(&self, path: &str, with_scheme: bool, after: &str) -> String {
        let query = self.query(with_scheme);
        let sign = if query.is_empty() { '?' } else { '&' };
        format!("{path}{query}{sign}after={after}")
    }

    /// The fields that every list has: text, place, state, day.
    pub(crate) fn fields(&self, ctx: &Context, errors: &FieldErrors) -> Vec<Field> {
        let any = [Choice::new("", ctx.t("cert-any"))];
        let states = STATES.map(|state| Choice::new(state.word(), state_text(ctx.locale, state)));
        vec![
            Field::input("search", "q", &ctx.t("cert-search")).value(&self.q),
            Field::text("place", &ctx.t("cert-place")).value(&self.place).errors(errors),
            Field::select("state", &ctx.t("cert-state"), any.into_iter().chain(states).collect())
                .value(&self.state),
            Field::date("on", &ctx.t("cert-on")).value(&self.on).errors(errors),
        ]
    }
}
