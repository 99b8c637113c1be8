//! What other modules put into the pages of this one. The program hangs hooks in as services; a page without its hook
//! leaves the place empty.

use std::sync::Arc;

use futures::future::BoxFuture;
use maud::Markup;
use sh_http::{App, Context};

use crate::service::public::Shown;

/// The part of a product's page with which it is bought: stock, the form into the basket. The mall brings it.
#[derive(Clone)]
pub struct Buy(pub Arc<dyn Fn(App, Context, Arc<Shown>) -> BoxFuture<'static, Markup> + Send + Sync>);

impl std::fmt::Debug for Buy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Buy")
    }
}

/// What buyers say of a product, on its page. The mall brings it.
#[derive(Clone)]
pub struct Reviews(pub Arc<dyn Fn(App, Context, Arc<Shown>) -> BoxFuture<'static, Markup> + Send + Sync>);

impl std::fmt::Debug for Reviews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reviews")
    }
}

/// The figure on the first page of the mall, told by whoever counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it counts.
    pub label: String,
    /// The number with the precision of its publication.
    pub number: String,
    /// Its unit.
    pub unit: String,
    /// What opens: “逐级看到每一单”.
    pub note: String,
    /// Where it opens.
    pub href: String,
}

/// Tells the figure on the first page of the mall, if there is one. The figures bring it.
#[derive(Clone)]
pub struct Headline(pub Arc<dyn Fn(App, Context) -> BoxFuture<'static, Option<Told>> + Send + Sync>);

impl std::fmt::Debug for Headline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Headline")
    }
}
