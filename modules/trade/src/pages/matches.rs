//! `/w/matches`: the queue of claims that wait for a person, two claims side by side, and what was decided.

mod list;
mod ruled;
mod show;

use axum::routing::{get, post};
use serde::Deserialize;
use sh_http::{App, MenuEntry, Page, Permission};
use sh_kernel::{Fen, Id, RegionCode};
use utoipa_axum::router::OpenApiRouter;

use crate::{model::Ruling, service::matches::QueueFilter};

/// The pages.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .route("/w/matches", get(list::list))
        .route("/w/matches/decided", get(ruled::list))
        .route("/w/matches/decided/{id}/undo", post(ruled::undo))
        .route("/w/matches/{claim}", get(show::show).post(show::decide))
        .route("/w/matches/{claim}/next", get(show::next))
}

/// The page in the menu of the workbench.
pub const MENU: MenuEntry = MenuEntry {
    group: "menu-data",
    label: "matches-title",
    href: "/w/matches",
    permission: Permission::DecideMatches,
    order: 220,
    icon: Some("equal-not"),
};

/// The filter of the queue and the place in it, as the address carries them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct QueueQuery {
    source: String,
    city: String,
    min: String,
    max: String,
    after: Option<String>,
    /// The ruling that was just made, so that it can be taken back.
    undo: Option<Id<Ruling>>,
}

/// Whole yuan as a person types them.
fn yuan(text: &str) -> Option<Fen> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | '，' | ' ')).collect();
    Fen::from_yuan(digits.parse().ok()?).ok()
}

impl QueueQuery {
    fn filter(&self) -> QueueFilter {
        QueueFilter {
            source: Some(self.source.clone()).filter(|code| !code.is_empty()),
            city: self.city.parse::<RegionCode>().ok().map(RegionCode::number),
            amount_min: yuan(&self.min),
            amount_max: yuan(&self.max),
        }
    }

    fn page(&self) -> Page {
        Page { after: self.after.clone(), size: None }
    }

    fn is_empty(&self) -> bool {
        self.source.is_empty() && self.city.is_empty() && self.min.is_empty() && self.max.is_empty()
    }

    /// Name and value of every filter that is set. Values come from fixed lists or are numbers; others are left out.
    fn kept(&self) -> Vec<(&'static str, &str)> {
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        [("source", &self.source), ("city", &self.city), ("min", &self.min), ("max", &self.max)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty() && plain(value))
            .map(|(name, value)| (name, value.as_str()))
            .collect()
    }

    /// An address with the same filters and perhaps one more value.
    fn link(&self, path: &str, more: Option<(&str, &str)>) -> String {
        let pairs: Vec<String> =
            self.kept().into_iter().chain(more).map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}
