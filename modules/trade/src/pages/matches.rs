//! `/w/matches`: the queue of claims that wait for a person, two claims side by side, and what was decided.

mod list;
mod ruled;
mod show;

use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;
use sh_files::{
    parse::{CellProblem, MoneyUnit, money},
    sheet::Cell,
};
use sh_http::{App, MenuEntry, Page, Permission};
use sh_kernel::{Fen, Id, RegionCode};
use sh_ui::{Locale, Tone, banner};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    model::{Claim, Ruling},
    service::matches::QueueFilter,
};

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
    /// The claim that the person looks at, to come back to.
    at: Option<Id<Claim>>,
}

/// Yuan as a person types them.
fn yuan(text: &str) -> Result<Option<Fen>, CellProblem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    money(&Cell::text(text), MoneyUnit::Yuan).map(Some)
}

impl QueueQuery {
    fn filter(&self) -> QueueFilter {
        QueueFilter {
            source: Some(self.source.clone()).filter(|code| !code.is_empty()),
            city: self.city.parse::<RegionCode>().ok().map(RegionCode::number),
            amount_min: yuan(&self.min).ok().flatten(),
            amount_max: yuan(&self.max).ok().flatten(),
        }
    }

    fn page(&self) -> Page {
        Page { after: self.after.clone(), size: None }
    }

    fn is_empty(&self) -> bool {
        self.source.is_empty() && self.city.is_empty() && self.min.is_empty() && self.max.is_empty()
    }

    /// Name and value of every filter that is set, as addresses carry them: codes from fixed lists and numbers.
    fn kept(&self) -> Vec<(&'static str, String)> {
        let filter = self.filter();
        let yuan = |amount: Fen| amount.to_plain().trim_end_matches(".00").to_owned();
        let plain = |code: &String| code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        [
            ("source", filter.source.filter(plain)),
            ("city", filter.city.map(|city| city.to_string())),
            ("min", filter.amount_min.map(yuan)),
            ("max", filter.amount_max.map(yuan)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// An address with the same filters and perhaps more values.
    fn link(&self, path: &str, more: &[(&str, &str)]) -> String {
        let more = more.iter().map(|(name, value)| format!("{name}={value}"));
        let kept = self.kept().into_iter().map(|(name, value)| format!("{name}={value}"));
        let pairs: Vec<String> = kept.chain(more).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

/// The last decision, with a way to take it back; `at` is the claim to come back to.
fn undo_banner(locale: Locale, query: &QueueQuery, at: Option<Id<Claim>>) -> Markup {
    let Some(ruling) = query.undo else { return html! {} };
    let at = at.map(|at| at.to_string());
    let back: Vec<(&str, &str)> = at.iter().map(|at| ("at", at.as_str())).collect();
    banner(
        Tone::Good,
        &locale.t("matches-noted"),
        &html! {
            form method="post" action=(query.link(&format!("/w/matches/decided/{ruling}/undo"), &back)) {
                button.button.is-secondary type="submit" data-key="u" { (locale.t("matches-undo")) }
            }
        },
    )
}
