//! What a person may do: permissions, and the roles that bundle them.

/// An enumeration whose values have a stable code: in the database, in addresses, in text keys.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item_doc])* $item,)* }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$item),*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$item => $code),* }
            }

            /// The one with this code.
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.code() == code)
            }
        }
    };
}
pub(crate) use coded;

coded! {
    /// One thing that a person may do (权限). Public pages need none.
    Permission {
        /// See reported sales, import batches and matches (查看报送).
        ReadClaims = "read-claims",
        /// Upload returns and enter sales (报送).
        ImportClaims = "import-claims",
        /// Post a checked import (确认入账).
        ConfirmImport = "confirm-import",
        /// Take a posted import back by reversing lines (撤回).
        WithdrawImport = "withdraw-import",
        /// Decide whether two reports mean one sale (核对去重).
        DecideMatches = "decide-matches",
        /// See suppliers, bases, outlets and buyers with their papers (查看名录).
        ReadRegisters = "read-registers",
        /// Change them (维护名录).
        EditRegisters = "edit-registers",
        /// Change what a figure counts (维护口径).
        EditDefinitions = "edit-definitions",
        /// See figures that are not published yet (查看未发布数据).
        ReadReleases = "read-releases",
        /// Put a set of figures up for publication (提请发布).
        ProposeRelease = "propose-release",
        /// Publish a set of figures that somebody else proposed (批准发布).
        ApproveRelease = "approve-release",
        /// See accounts and their roles (查看账号).
        ReadUsers = "read-users",
        /// Create accounts, give and take roles (管理账号).
        ManageUsers = "manage-users",
        /// See who reports and by which way (查看数据来源).
        ReadSources = "read-sources",
        /// Register who reports and by which way (管理数据来源).
        ManageSources = "manage-sources",
        /// Read the log of changes (查看操作日志).
        ReadAudit = "read-audit",
        /// Look into the books: balances, postings, seals (查看账簿).
        ReadLedger = "read-ledger",
        /// See names and numbers that are masked otherwise; each time is logged (查看脱敏信息).
        Unmask = "unmask",
        /// Follow running and finished jobs (查看后台任务).
        ReadJobs = "read-jobs",
        /// Stop and repeat jobs (管理后台任务).
        ManageJobs = "manage-jobs",
        /// See shops and their products in every state (查看店铺与商品).
        ReadListings = "read-listings",
        /// Write products, prices, photos and freight of a shop (维护商品).
        EditListings = "edit-listings",
        /// Approve and return products, switch them off (审核商品).
        ReviewListings = "review-listings",
        /// Open shops and halls, switch shops off (管理商城).
        ManageMall = "manage-mall",
        /// Put products aside and buy (购物).
        Shop = "shop",
        /// See orders of a shop, or of all shops (查看订单).
        ReadOrders = "read-orders",
        /// Send goods and answer requests for refunds (处理订单).
        HandleOrders = "handle-orders",
        /// Enter what banks show and send money back (收退款登记).
        SettleOrders = "settle-orders",
        /// Have programs told of what happens to orders (事件推送).
        KeepWebhooks = "keep-webhooks",
        /// Make keys with which programs act in one's own name (接口密钥).
        KeepKeys = "keep-keys",
    }
}

impl Permission {
    /// The permission to see what this one changes. Whoever has it is told “not allowed” instead of “not found”.
    #[must_use]
    pub const fn seen_with(self) -> Self {
        match self {
            Self::ReadClaims
            | Self::ImportClaims
            | Self::ConfirmImport
            | Self::WithdrawImport
            | Self::DecideMatches
            | Self::Unmask => Self::ReadClaims,
            Self::ReadRegisters | Self::EditRegisters => Self::ReadRegisters,
            Self::EditDefinitions | Self::ReadReleases | Self::ProposeRelease | Self::ApproveRelease => {
                Self::ReadReleases
            }
            Self::ReadUsers | Self::ManageUsers => Self::ReadUsers,
            Self::ReadSources | Self::ManageSources => Self::ReadSources,
            Self::ReadAudit => Self::ReadAudit,
            Self::ReadLedger => Self::ReadLedger,
            Self::ReadJobs | Self::ManageJobs => Self::ReadJobs,
            Self::ReadListings | Self::EditListings | Self::ReviewListings | Self::ManageMall => {
                Self::ReadListings
            }
            Self::Shop => Self::Shop,
            Self::ReadOrders | Self::HandleOrders | Self::SettleOrders | Self::KeepWebhooks => {
                Self::ReadOrders
            }
            Self::KeepKeys => Self::KeepKeys,
        }
    }

    /// Whether it only looks. Unmasking looks, too, but leaves a trace in the log. A key may what its person may: that of
    /// an auditor looks.
    pub const fn is_reading(self) -> bool {
        matches!(
            self,
            Self::ReadClaims
                | Self::ReadRegisters
                | Self::ReadReleases
                | Self::ReadUsers
                | Self::ReadSources
                | Self::ReadAudit
                | Self::ReadLedger
                | Self::ReadJobs
                | Self::ReadListings
                | Self::ReadOrders
                | Self::Unmask
                | Self::KeepKeys
        )
    }
}

use Permission as P;

const ADMIN: &[P] = &[
    P::ReadUsers,
    P::ManageUsers,
    P::ReadSources,
    P::ManageSources,
    P::ReadAudit,
    P::ReadJobs,
    P::ManageJobs,
    P::KeepKeys,
];
const TASK_FORCE: &[P] = &[
    P::ReadClaims,
    P::ImportClaims,
    P::ConfirmImport,
    P::WithdrawImport,
    P::DecideMatches,
    P::ReadRegisters,
    P::EditRegisters,
    P::EditDefinitions,
    P::ReadReleases,
    P::ProposeRelease,
    P::ApproveRelease,
    P::ReadUsers,
    P::ReadSources,
    P::ManageSources,
    P::ReadAudit,
    P::ReadLedger,
    P::Unmask,
    P::ReadJobs,
    P::ManageJobs,
    P::ReadListings,
    P::KeepKeys,
];
const CITY: &[P] = &[
    P::ReadClaims,
    P::ImportClaims,
    P::ConfirmImport,
    P::WithdrawImport,
    P::DecideMatches,
    P::ReadRegisters,
    P::EditRegisters,
    P::ReadSources,
    P::Unmask,
    P::ReadJobs,
    P::KeepKeys,
];
const COUNTY: &[P] = &[
    P::ReadClaims,
    P::ImportClaims,
    P::ConfirmImport,
    P::WithdrawImport,
    P::ReadRegisters,
    P::EditRegisters,
    P::ReadSources,
    P::ReadJobs,
    P::KeepKeys,
];
const AUDITOR: &[P] = &[
    P::ReadClaims,
    P::ReadRegisters,
    P::ReadReleases,
    P::ReadUsers,
    P::ReadSources,
    P::ReadAudit,
    P::ReadLedger,
    P::Unmask,
    P::ReadJobs,
    P::ReadListings,
    P::ReadOrders,
    P::KeepKeys,
];
const OPERATOR: &[P] = &[
    P::ReadClaims,
    P::ImportClaims,
    P::ConfirmImport,
    P::WithdrawImport,
    P::ReadSources,
    P::ReadJobs,
    P::KeepKeys,
];
const MALL_OPERATOR: &[P] = &[
    P::ReadListings,
    P::ReviewListings,
    P::ManageMall,
    P::ReadOrders,
    P::SettleOrders,
    P::KeepWebhooks,
    P::KeepKeys,
];
const SUPPLIER: &[P] = &[
    P::ReadListings,
    P::EditListings,
    P::ReadJobs,
    P::ReadOrders,
    P::HandleOrders,
    P::KeepWebhooks,
    P::KeepKeys,
];
const SHOPPER: &[P] = &[P::Shop];

coded! {
    /// A bundle of permissions (角色), given to a person for a scope.
    Role {
        /// 管理员: accounts, sources and jobs; decides nothing about figures.
        Admin = "admin",
        /// 省专班: the provincial task force.
        TaskForce = "task-force",
        /// 市级: reports for and decides within one city.
        City = "city",
        /// 县级: reports for one county.
        County = "county",
        /// 审计: reads everything, changes nothing.
        Auditor = "auditor",
        /// 报送员: reports for one market, outlet or platform.
        Operator = "operator",
        /// 商城运营: reviews products, opens and switches off shops.
        MallOperator = "mall-operator",
        /// 供应商: keeps the products of one shop.
        Supplier = "supplier",
        /// 顾客: puts products aside and buys.
        Shopper = "shopper",
    }
}

impl Role {
    /// What the role may do within its scope.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Admin => ADMIN,
            Self::TaskForce => TASK_FORCE,
            Self::City => CITY,
            Self::County => COUNTY,
            Self::Auditor => AUDITOR,
            Self::Operator => OPERATOR,
            Self::MallOperator => MALL_OPERATOR,
            Self::Supplier => SUPPLIER,
            Self::Shopper => SHOPPER,
        }
    }

    /// Whether the role may do this within its scope.
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn the_whole_matrix() {
        let mut table = format!("{:<18}", "");
        for role in Role::ALL {
            write!(table, "{:<15}", role.code()).unwrap();
        }
        for permission in Permission::ALL {
            write!(table, "\n{:<18}", permission.code()).unwrap();
            for role in Role::ALL {
                write!(table, "{:<15}", if role.may(*permission) { "yes" } else { "-" }).unwrap();
            }
        }
        let table: Vec<&str> = table.lines().map(str::trim_end).collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn the_auditor_reads_everything_and_changes_nothing() {
        for permission in Permission::ALL {
            assert_eq!(Role::Auditor.may(*permission), permission.is_reading(), "{permission:?}");
        }
    }

    #[test]
    fn whoever_may_change_something_may_see_it() {
        for role in Role::ALL {
            for permission in role.permissions() {
                assert!(role.may(permission.seen_with()), "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn codes_lead_back() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.code()), Some(*permission));
        }
        assert_eq!(Role::parse("nobody"), None);
    }
}
