//! Who asks, in which language, at what time: the first argument of every use case.

use std::{net::IpAddr, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use sh_kernel::{Clock, Day, Id, IdGen, Instant};
use sh_ui::{Flash, Frame, Locale, MenuGroup, MenuItem, SiteInfo, UserBadge};

use crate::{Actor, App, AppError, Failure, Kind, MenuEntry, Permission, Scope, Visible};

/// The request as a use case sees it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who acts.
    pub actor: Arc<Actor>,
    /// The language to answer in.
    pub locale: Locale,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of identifiers.
    pub ids: Arc<IdGen>,
    /// A short reference to this request, shown on error pages and in the log.
    pub trace: String,
    /// Where the request came from.
    pub remote: Option<IpAddr>,
    /// Path and query of the request; empty outside requests.
    pub path: String,
    /// Whether htmx asks for a fragment.
    pub htmx: bool,
    pub(crate) flash: Option<Flash>,
    pub(crate) menu: Arc<[MenuEntry]>,
    pub(crate) site: Arc<SiteInfo>,
}

/// Why an actor may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody has signed in: the sign-in page, or 401 from the JSON interface.
    #[error("nobody has signed in")]
    Anonymous,
    /// The actor may look at it, but not do this with it (403).
    #[error("the role does not include this")]
    NotAllowed,
    /// The person may do it, but not with the key at hand (403).
    #[error("the key does not include this")]
    Key,
    /// The actor may not even know of it (404).
    #[error("outside what the actor may see")]
    Stranger,
}

impl AppError for Denied {
    fn kind(&self) -> Kind {
        match self {
            Self::Anonymous => Kind::Unauthenticated,
            Self::NotAllowed | Self::Key => Kind::Forbidden,
            Self::Stranger => Kind::NotFound,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Anonymous => "sign-in-needed",
            Self::NotAllowed => "not-allowed",
            Self::Key => "key-not-for-this",
            Self::Stranger => "not-found",
        }
    }
}

impl Context {
    /// The context of the program itself, for jobs and the command line.
    pub fn system(app: &App, name: &'static str) -> Self {
        Self::new(app, Actor::System { name }, Locale::Zh)
    }

    /// A context for an actor outside a request.
    pub fn new(app: &App, actor: Actor, locale: Locale) -> Self {
        Self {
            actor: Arc::new(actor),
            locale,
            clock: Arc::clone(&app.clock),
            ids: Arc::clone(&app.ids),
            trace: new_trace(app),
            remote: None,
            path: String::new(),
            htmx: false,
            flash: None,
            menu: Arc::from([]),
            site: Arc::new(app.settings.site.clone()),
        }
    }

    /// The same request by another actor, as a job acts for the person who started it.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self { actor: Arc::new(actor), ..self.clone() }
    }

    /// The current instant.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The current day in Asia/Shanghai.
    pub fn today(&self) -> Day {
        self.clock.today()
    }

    /// A new identifier.
    pub fn id<T>(&self) -> Id<T> {
        self.ids.next(self.now())
    }

    /// The text of a key in the language of the request.
    pub fn t(&self, key: &str) -> String {
        self.locale.t(key)
    }

    /// Whether the actor may do this there.
    pub fn allows(&self, permission: Permission, scope: &Scope) -> bool {
        self.actor.allows(permission, scope)
    }

    /// Goes on only if the actor may do this there.
    ///
    /// # Errors
    /// [`Denied`], told apart by what the actor may know.
    #[expect(clippy::needless_pass_by_value, reason = "callers build the scope in place")]
    pub fn require(&self, permission: Permission, scope: Scope) -> Result<(), Denied> {
        self.require_any(permission, std::slice::from_ref(&scope))
    }

    /// Goes on only if the actor may do this in one of the scopes, such as the region and the organisation of a batch.
    ///
    /// # Errors
    /// [`Denied`], told apart by what the actor may know.
    pub fn require_any(&self, permission: Permission, scopes: &[Scope]) -> Result<(), Denied> {
        let allows = |permission| scopes.iter().any(|scope| self.allows(permission, scope));
        if allows(permission) {
            Ok(())
        } else if *self.actor == Actor::Public {
            Err(Denied::Anonymous)
        } else if scopes.iter().any(|scope| self.actor.lacks_key(permission, scope)) {
            Err(Denied::Key)
        } else if allows(permission.seen_with()) {
            Err(Denied::NotAllowed)
        } else {
            Err(Denied::Stranger)
        }
    }

    /// Goes on only if the actor may do this somewhere, as a list does that filters by [`Context::visible`].
    ///
    /// # Errors
    /// [`Denied`], told apart by what the actor may know.
    pub fn require_somewhere(&self, permission: Permission) -> Result<Visible, Denied> {
        match self.actor.visible(permission) {
            Visible::Nothing if *self.actor == Actor::Public => Err(Denied::Anonymous),
            Visible::Nothing if self.actor.lacks_key_somewhere(permission) => Err(Denied::Key),
            Visible::Nothing if self.actor.allows_somewhere(permission.seen_with()) => {
                Err(Denied::NotAllowed)
            }
            Visible::Nothing => Err(Denied::Stranger),
            visible => Ok(visible),
        }
    }

    /// Where the actor may do this, to filter lists.
    pub fn visible(&self, permission: Permission) -> Visible {
        self.actor.visible(permission)
    }

    /// The frame of a page with this heading: language, signed-in person, menu of what they may open, last result.
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        let mut frame = Frame::new(self.locale, title, self.path.clone());
        frame.user = self.actor.user().map(|user| UserBadge {
            name: user.name.clone(),
            organisation: user.organisation.clone(),
            scope: user.grants.first().map(|grant| self.t(&format!("role-{}", grant.role.code()))),
        });
        frame.menu = self.menu_groups();
        frame.flash.clone_from(&self.flash);
        frame.site = SiteInfo::clone(&self.site);
        frame
    }

    /// The first page of the menu that the actor may open, else the front page: where a sign-in leads.
    pub fn home(&self) -> &'static str {
        self.menu
            .iter()
            .find(|entry| self.actor.allows_somewhere(entry.permission))
            .map_or("/", |entry| entry.href)
    }

    fn menu_groups(&self) -> Vec<MenuGroup> {
        let mut groups: Vec<(&str, MenuGroup)> = Vec::new();
        for entry in self.menu.iter().filter(|entry| self.actor.allows_somewhere(entry.permission)) {
            let item = MenuItem::new(self.t(entry.label), entry.href);
            match groups.iter_mut().find(|(key, _)| *key == entry.group) {
                Some((_, group)) => group.items.push(item),
                None => groups.push((
                    entry.group,
                    MenuGroup { label: self.t(entry.group), icon: entry.icon, items: vec![item] },
                )),
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }
}

impl FromRequestParts<App> for Context {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Failure::new(Kind::Internal, "internal", "the route was not put together through Site")
        })
    }
}

/// Ten characters that a person can read over the telephone: the millisecond and a counter, in Crockford's alphabet.
pub(crate) fn new_trace(app: &App) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let (high, low) = app.ids.next::<()>(app.clock.now()).uuid().as_u64_pair();
    // 40 bits of milliseconds repeat after 34 years; 10 bits of the counter tell requests of one millisecond apart.
    let number = ((high >> 16) & ((1 << 40) - 1)) << 10 | ((low >> 32) & 0x3FF);
    (0..10)
        .rev()
        .map(|place| {
            let digit = usize::try_from((number >> (place * 5)) & 31).unwrap_or(0);
            char::from(ALPHABET.get(digit).copied().unwrap_or(b'0'))
        })
        .collect()
}
