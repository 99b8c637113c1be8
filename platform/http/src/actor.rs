//! Who acts, and for which part of the world.

use sh_kernel::{Id, RegionCode};

use crate::{ActingKey, Permission, Role};

/// A person with an account; only the type of an identifier.
#[derive(Debug)]
pub struct User;

/// Who acts (操作人).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Actor {
    /// Anybody who has not signed in.
    #[default]
    Public,
    /// A person who has signed in.
    User(Box<UserInfo>),
    /// The program itself: a job, the command line.
    System {
        /// Which part of the program.
        name: &'static str,
    },
}

/// A person who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// Their account.
    pub id: Id<User>,
    /// The name they sign in with.
    pub login: String,
    /// Their own name.
    pub name: String,
    /// The organisation (单位) they act for.
    pub organisation: String,
    /// What they may do and where.
    pub grants: Vec<Grant>,
    /// The key of a program that acts in their name; none if they act themselves.
    pub key: Option<ActingKey>,
}

impl UserInfo {
    /// What gives the person this permission, as far as the key at hand lets it through.
    fn giving(&self, permission: Permission) -> impl Iterator<Item = &Grant> {
        let covered = self.key.as_ref().is_none_or(|key| key.covers(permission));
        self.grants.iter().filter(move |grant| covered && grant.role.may(permission))
    }
}

/// A role within a scope (授权).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where it holds.
    pub scope: Scope,
}

/// A part of the world that a role or a request is about (范围).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everything.
    Everywhere,
    /// A division and all that lies in it.
    Region(RegionCode),
    /// One organisation, by its code.
    Organisation(String),
}

impl Scope {
    /// Whether `other` is `self` or lies inside it.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everywhere, _) => true,
            (Self::Region(own), Self::Region(asked)) => asked.is_within(*own),
            (Self::Organisation(own), Self::Organisation(asked)) => own == asked,
            _ => false,
        }
    }

    /// As text: `*`, `region:440300`, `organisation:sz-market`.
    pub fn to_code(&self) -> String {
        match self {
            Self::Everywhere => "*".to_owned(),
            Self::Region(code) => format!("region:{code}"),
            Self::Organisation(code) => format!("organisation:{code}"),
        }
    }

    /// From text as [`Scope::to_code`] writes it; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "*" => Some(Self::Everywhere),
            Some(("region", code)) => code.parse().ok().map(Self::Region),
            Some(("organisation", code)) if !code.is_empty() => Some(Self::Organisation(code.to_owned())),
            _ => None,
        }
    }
}

/// What of a list an actor may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    /// All rows.
    All,
    /// Rows that lie in one of these divisions or belong to one of these organisations.
    Only {
        /// Divisions, each with all that lies in it.
        regions: Vec<RegionCode>,
        /// Codes of organisations.
        organisations: Vec<String>,
    },
    /// No row.
    Nothing,
}

impl Visible {
    /// Whether a row of this region and organisation may be seen.
    pub fn shows(&self, region: Option<RegionCode>, organisation: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Only { regions, organisations } => {
                region.is_some_and(|code| regions.iter().any(|own| code.is_within(*own)))
                    || organisation.is_some_and(|code| organisations.iter().any(|own| own == code))
            }
        }
    }
}

impl Actor {
    /// The signed-in person, if it is one.
    pub fn user(&self) -> Option<&UserInfo> {
        match self {
            Self::User(user) => Some(user),
            Self::Public | Self::System { .. } => None,
        }
    }

    /// A stable key: `public`, `user:…`, `system:jobs`.
    pub fn key(&self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::User(user) => format!("user:{}", user.id),
            Self::System { name } => format!("system:{name}"),
        }
    }

    /// How logs and lists name the actor.
    pub fn label(&self) -> &str {
        match self {
            Self::Public => "public",
            Self::User(user) => &user.login,
            Self::System { name } => name,
        }
    }

    /// Whether the actor may do this there. The program itself may do everything; the public nothing that needs a
    /// permission.
    pub fn allows(&self, permission: Permission, scope: &Scope) -> bool {
        match self {
            Self::Public => false,
            Self::System { .. } => true,
            Self::User(user) => user.giving(permission).any(|grant| grant.scope.covers(scope)),
        }
    }

    /// Whether the person may do this there, but not with the key at hand.
    pub(crate) fn lacks_key(&self, permission: Permission, scope: &Scope) -> bool {
        self.without_key(permission).any(|grant| grant.scope.covers(scope))
    }

    /// Whether the person may do this somewhere, but not with the key at hand.
    pub(crate) fn lacks_key_somewhere(&self, permission: Permission) -> bool {
        self.without_key(permission).next().is_some()
    }

    /// What gives the person a permission that the key at hand does not let through.
    fn without_key(&self, permission: Permission) -> impl Iterator<Item = &Grant> {
        let person = self.user().filter(|user| user.key.as_ref().is_some_and(|key| !key.covers(permission)));
        let grants = person.map(|user| user.grants.as_slice()).unwrap_or_default();
        grants.iter().filter(move |grant| grant.role.may(permission))
    }

    /// Whether the actor may do this somewhere.
    pub fn allows_somewhere(&self, permission: Permission) -> bool {
        self.visible(permission) != Visible::Nothing
    }

    /// Where the actor may do this, to filter lists.
    pub fn visible(&self, permission: Permission) -> Visible {
        let grants = match self {
            Self::Public => return Visible::Nothing,
            Self::System { .. } => return Visible::All,
            Self::User(user) => user.giving(permission),
        };
        let (mut regions, mut organisations) = (Vec::new(), Vec::new());
        for grant in grants {
            match &grant.scope {
                Scope::Everywhere => return Visible::All,
                Scope::Region(code) => regions.push(*code),
                Scope::Organisation(code) => organisations.push(code.clone()),
            }
        }
        if regions.is_empty() && organisations.is_empty() {
            return Visible::Nothing;
        }
        regions.sort_unstable();
        regions.dedup();
        organisations.sort_unstable();
        organisations.dedup();
        Visible::Only { regions, organisations }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city(code: i64) -> Scope {
        Scope::Region(RegionCode::new(code).unwrap())
    }

    fn user(grants: Vec<Grant>) -> Actor {
        Actor::User(Box::new(UserInfo {
            id: Id::from_uuid(uuid::Uuid::nil()),
            login: "a".to_owned(),
            name: "A".to_owned(),
            organisation: "O".to_owned(),
            grants,
            key: None,
        }))
    }

    #[test]
    fn a_city_acts_on_itself_and_its_counties_only() {
        let shenzhen = user(vec![Grant { role: Role::City, scope: city(440_300) }]);
        assert!(shenzhen.allows(Permission::ImportClaims, &city(440_300)));
        assert!(shenzhen.allows(Permission::ImportClaims, &city(440_305)));
        assert!(!shenzhen.allows(Permission::ImportClaims, &city(440_100)));
        assert!(!shenzhen.allows(Permission::ReadClaims, &city(440_000)));
        assert!(!shenzhen.allows(Permission::ReadClaims, &Scope::Everywhere));
        assert!(!shenzhen.allows(Permission::ApproveRelease, &city(440_300)));
        let visible = shenzhen.visible(Permission::ReadClaims);
        assert!(visible.shows(RegionCode::new(440_306).ok(), None));
        assert!(!visible.shows(RegionCode::new(440_106).ok(), Some("o")));
        assert!(!visible.shows(None, None));
    }

    #[test]
    fn an_operator_acts_for_one_organisation() {
        let market = Scope::Organisation("sz-market".to_owned());
        let operator = user(vec![Grant { role: Role::Operator, scope: market.clone() }]);
        assert!(operator.allows(Permission::ImportClaims, &market));
        assert!(!operator.allows(Permission::ImportClaims, &Scope::Organisation("other".to_owned())));
        assert!(!operator.allows(Permission::ImportClaims, &city(440_300)));
        assert!(operator.visible(Permission::ReadClaims).shows(None, Some("sz-market")));
    }

    #[test]
    fn the_public_sees_nothing_that_needs_a_permission() {
        assert_eq!(Actor::Public.visible(Permission::ReadClaims), Visible::Nothing);
        assert_eq!(Actor::System { name: "jobs" }.visible(Permission::ReadClaims), Visible::All);
    }

    #[test]
    fn scopes_read_back_what_they_write() {
        for scope in [Scope::Everywhere, city(440_300), Scope::Organisation("a:b".to_owned())] {
            assert_eq!(Scope::parse(&scope.to_code()), Some(scope));
        }
        for wrong in ["", "region:", "region:44", "organisation:", "all"] {
            assert_eq!(Scope::parse(wrong), None, "{wrong}");
        }
    }
}
