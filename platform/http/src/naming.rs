//! What things of other modules are called: a page that knows a thing only by kind and identifier shows its name.

use std::collections::HashMap;

use futures::future::BoxFuture;
use sh_db::{DbError, Tx};

use crate::{App, Context};

/// A thing of some module (对象).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Thing {
    /// What kind of thing it is, as the log of changes calls it: `import`, `user`, `party`.
    pub kind: String,
    /// Which one, as its own module writes it.
    pub id: String,
}

impl Thing {
    /// A thing by kind and identifier.
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over identifiers and numbers")]
    pub fn new(kind: impl Into<String>, id: impl ToString) -> Self {
        Self { kind: kind.into(), id: id.to_string() }
    }
}

/// What a thing is called (名称).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name in the language of the reader.
    pub text: String,
    /// Its page, if the reader may open it.
    pub href: Option<String>,
}

/// The names that were found. What is not there is shown by its identifier.
pub type Names = HashMap<Thing, Named>;

/// Names that are being looked up.
pub type Naming<'a> = BoxFuture<'a, Result<Names, DbError>>;

/// Finds names; written by the program, which knows every module, and hung in with [`App::with`]. Things of kinds that
/// nobody knows are left out.
#[derive(Debug, Clone, Copy)]
pub struct Namer(pub for<'a> fn(&'a Context, &'a mut Tx, Vec<Thing>) -> Naming<'a>);

/// The names of things. None without a [`Namer`] in the program.
///
/// # Errors
/// What the database refuses.
pub async fn names_of(ctx: &Context, app: &App, mut things: Vec<Thing>) -> Result<Names, DbError> {
    let Ok(namer) = app.get::<Namer>() else { return Ok(Names::default()) };
    things.sort_unstable();
    things.dedup();
    if things.is_empty() {
        return Ok(Names::default());
    }
    app.db.read(async |tx| (namer.0)(ctx, tx, things).await).await
}
