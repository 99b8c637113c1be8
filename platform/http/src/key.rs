//! What keys of programs open (接口密钥的用途): the one table of scopes, and the key with which a person acts.

use axum::http::Method;
use sh_kernel::Id;

use crate::{Permission as P, permission::coded};

coded! {
    /// What a key is for (用途). A key has one or several; never does it open more than its person may.
    KeyScope {
        /// 查看: whatever its person may see, with personal data masked.
        Read = "read",
        /// 下单与订单: baskets, orders, payments and a shop's work on them.
        Orders = "orders",
        /// 商品: products, prices, what is on the shelf and in stock.
        Catalogue = "catalogue",
        /// 报送: uploads of returns and the jobs that post them.
        Imports = "imports",
        /// 核对: decisions whether two reports mean one sale.
        Matches = "matches",
        /// 事件推送: endpoints and what was sent to them.
        Webhooks = "webhooks",
        /// 数据来源: who reports and by which way.
        Sources = "sources",
    }
}

/// What a scope opens: the beginnings of paths, with every method, and the permissions that use cases behind them ask for.
struct Opens {
    scope: KeyScope,
    paths: &'static [&'static str],
    permissions: &'static [P],
}

/// All that keys open. A path that changes something and stands nowhere here is closed to every key, and so is a permission:
/// accounts, keys themselves, releases, definitions, and [`P::Unmask`].
const TABLE: &[Opens] = &[
    Opens {
        scope: KeyScope::Read,
        paths: &[],
        permissions: &[
            P::ReadClaims,
            P::ReadRegisters,
            P::ReadReleases,
            P::ReadUsers,
            P::ReadSources,
            P::ReadAudit,
            P::ReadLedger,
            P::ReadJobs,
            P::ReadListings,
            P::ReadOrders,
        ],
    },
    Opens {
        scope: KeyScope::Orders,
        paths: &[
            "basket",
            "cases",
            "checkout",
            "orders",
            "payments",
            "reviews",
            "shop/cases",
            "shop/orders",
            "shop/reviews",
            "shop/statement",
        ],
        permissions: &[P::Shop, P::ReadOrders, P::HandleOrders, P::SettleOrders],
    },
    Opens {
        scope: KeyScope::Catalogue,
        paths: &["shop/lots", "shop/products", "shop/skus"],
        permissions: &[P::ReadListings, P::EditListings, P::ReviewListings, P::ManageMall],
    },
    Opens {
        scope: KeyScope::Imports,
        paths: &["imports", "jobs"],
        permissions: &[
            P::ReadClaims,
            P::ImportClaims,
            P::ConfirmImport,
            P::WithdrawImport,
            P::ReadJobs,
            P::ManageJobs,
        ],
    },
    Opens { scope: KeyScope::Matches, paths: &["matches"], permissions: &[P::ReadClaims, P::DecideMatches] },
    Opens { scope: KeyScope::Webhooks, paths: &["webhooks"], permissions: &[P::ReadOrders, P::KeepWebhooks] },
    Opens { scope: KeyScope::Sources, paths: &["sources"], permissions: &[P::ReadSources, P::ManageSources] },
];

/// What keys for reading and for orders look at and no key changes: it decides about money between the mall and its shops.
const LOOKED_AT: &[&str] = &["commissions", "settlements"];

/// Whether a path under [`KEY_PATHS`] begins with one of these.
fn is_under(path: &str, begins: &[&str]) -> bool {
    let rest = path.strip_prefix(KEY_PATHS).unwrap_or_default();
    let begin =
        |begin: &&str| rest.strip_prefix(*begin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    begins.iter().any(begin)
}

/// Where keys are taken.
pub const KEY_PATHS: &str = "/api/v1/";

/// The table in words, for the description of the interface.
pub(crate) fn described() -> String {
    let rows = TABLE.iter().map(|opens| match opens.paths {
        [] => format!("`{}`: looks, with personal data masked", opens.scope.code()),
        paths => format!("`{}`: {}", opens.scope.code(), paths.join(", ")),
    });
    rows.collect::<Vec<_>>().join("; ")
}

impl KeyScope {
    fn opens(self) -> impl Iterator<Item = &'static Opens> {
        TABLE.iter().filter(move |opens| opens.scope == self)
    }

    /// What a use case may ask for under this scope.
    pub fn permissions(self) -> impl Iterator<Item = P> {
        self.opens().flat_map(|opens| opens.permissions.iter().copied())
    }

    /// Whether the scope names this path.
    fn names(self, path: &str) -> bool {
        self.opens().any(|opens| is_under(path, opens.paths))
    }
}

/// The key with which a person acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActingKey {
    /// Its identifier.
    pub id: Id<ActingKey>,
    /// How logs name it: the beginning of its secret, and what its person calls it.
    pub label: String,
    /// What it is for.
    pub scopes: Vec<KeyScope>,
}

impl ActingKey {
    /// Whether a use case may ask for this with the key, if its person may.
    pub fn covers(&self, permission: P) -> bool {
        self.scopes.iter().any(|scope| scope.permissions().any(|covered| covered == permission))
    }

    /// Whether the key opens a request; if not, one of the scopes that would, as far as there is one.
    ///
    /// Looking at what no scope names is left to the use case: it is public, or asks for a permission.
    ///
    /// # Errors
    /// The scope that the key lacks.
    pub fn opens(&self, method: &Method, path: &str) -> Result<(), Option<KeyScope>> {
        let looks = matches!(*method, Method::GET | Method::HEAD);
        if is_under(path, LOOKED_AT) {
            let may_look = self.scopes.iter().any(|scope| matches!(scope, KeyScope::Read | KeyScope::Orders));
            return if looks && may_look { Ok(()) } else { Err(looks.then_some(KeyScope::Read)) };
        }
        let wanted = KeyScope::ALL.iter().copied().find(|scope| scope.names(path));
        let named = self.scopes.iter().any(|scope| scope.names(path));
        let free = looks && (wanted.is_none() || self.scopes.contains(&KeyScope::Read));
        if named || free { Ok(()) } else { Err(wanted) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permission;

    fn key(scopes: &[KeyScope]) -> ActingKey {
        ActingKey { id: Id::from_uuid(uuid::Uuid::nil()), label: String::new(), scopes: scopes.to_vec() }
    }

    #[test]
    fn a_path_is_opened_by_its_own_scope_and_read_by_the_reading_one() {
        let (orders, read) = (key(&[KeyScope::Orders]), key(&[KeyScope::Read]));
        let (get, post) = (&Method::GET, &Method::POST);
        assert_eq!(orders.opens(post, "/api/v1/orders/1/pay"), Ok(()));
        assert_eq!(orders.opens(get, "/api/v1/basket"), Ok(()));
        assert_eq!(orders.opens(post, "/api/v1/shop/products"), Err(Some(KeyScope::Catalogue)));
        assert_eq!(orders.opens(get, "/api/v1/imports"), Err(Some(KeyScope::Imports)));
        assert_eq!(orders.opens(get, "/api/v1/mall/products"), Ok(()), "anybody may read it");
        assert_eq!(orders.opens(post, "/api/v1/mall/products"), Err(None), "what stands nowhere is closed");
        assert_eq!(orders.opens(post, "/api/v1/ordersx"), Err(None));
        assert_eq!(orders.opens(get, "/api/v1/settlements/1"), Ok(()));
        assert_eq!(orders.opens(post, "/api/v1/settlements"), Err(None), "no key pays out");
        let webhooks = key(&[KeyScope::Webhooks]);
        assert_eq!(webhooks.opens(get, "/api/v1/settlements"), Err(Some(KeyScope::Read)));
        assert_eq!(read.opens(get, "/api/v1/imports"), Ok(()));
        assert_eq!(read.opens(post, "/api/v1/basket"), Err(Some(KeyScope::Orders)));
    }

    #[test]
    fn no_key_unmasks_makes_keys_manages_accounts_or_publishes() {
        let all = key(KeyScope::ALL);
        let closed: Vec<&str> =
            Permission::ALL.iter().filter(|p| !all.covers(**p)).map(|p| p.code()).collect();
        assert_eq!(
            closed,
            [
                "edit-registers",
                "edit-definitions",
                "propose-release",
                "approve-release",
                "manage-users",
                "unmask",
                "keep-keys",
            ]
        );
    }

    #[test]
    fn the_reading_scope_only_reads_and_every_scope_lets_see_what_it_changes() {
        for permission in KeyScope::Read.permissions() {
            assert!(permission.is_reading(), "{permission:?}");
        }
        for scope in KeyScope::ALL {
            for permission in scope.permissions() {
                assert!(key(&[*scope]).covers(permission.seen_with()), "{scope:?} {permission:?}");
            }
        }
    }
}
