//! The people of the demonstration, made through the same use case as everybody else's account.

use sh_access::users::{self, NewUser};
use sh_http::{App, Context, Grant, Role, Scope};
use sh_kernel::RegionCode;

/// What every demonstration account signs in with. Never used outside a demonstration.
pub(crate) const PASSWORD: &str = "shanhai-demo-2020";

/// `(login, name, organisation, role, scope)`.
const PEOPLE: &[(&str, &str, &str, Role, &str)] = &[
    ("admin", "管理员", "山海演示", Role::Admin, "*"),
    ("province", "陈静", "广东省消费帮扶工作专班", Role::TaskForce, "*"),
    ("province2", "李明", "广东省消费帮扶工作专班", Role::TaskForce, "*"),
    ("guangzhou", "黄丽", "广州市协作办公室", Role::City, "region:440100"),
    ("shenzhen", "林涛", "深圳市乡村振兴和协作交流局", Role::City, "region:440300"),
    ("weining", "马强", "威宁县农业农村局", Role::County, "region:520526"),
    ("market", "周敏", "东西部扶贫协作产品交易市场", Role::Operator, "organisation:gd-market"),
    ("auditor", "赵刚", "广东省审计厅", Role::Auditor, "*"),
];

/// The people of the mall; the supplier's organisation is that of its first shop.
const MALL: &[(&str, &str, &str, Role, &str)] = &[
    ("mall", "孙悦", "山海商城运营", Role::MallOperator, "*"),
    ("mall2", "吴芳", "山海商城运营", Role::MallOperator, "*"),
    ("shopper", "何平", "广州市民", Role::Shopper, "*"),
];

/// Makes the accounts that are missing. Returns the logins, in order.
pub(crate) async fn create(app: &App) -> anyhow::Result<Vec<&'static str>> {
    let people: Vec<_> = PEOPLE.iter().chain(MALL).copied().collect();
    make(app, &people).await?;
    Ok(people.iter().map(|person| person.0).collect())
}

/// The account of the supplier who runs a shop. Returns its login.
pub(crate) async fn supplier(app: &App, organisation: &str, name: &str) -> anyhow::Result<&'static str> {
    let scope = format!("organisation:{organisation}");
    make(app, &[("supplier", "杨梅", name, Role::Supplier, &scope)]).await?;
    Ok("supplier")
}

async fn make(app: &App, people: &[(&str, &str, &str, Role, &str)]) -> anyhow::Result<()> {
    let ctx = Context::system(app, "demo");
    for (login, name, organisation, role, scope) in people {
        if users::find_by_login(&ctx, app, login).await.is_ok() {
            continue;
        }
        let scope = Scope::parse(scope).unwrap_or(Scope::Region(RegionCode::GUANGDONG));
        let user = NewUser {
            login: (*login).to_owned(),
            name: (*name).to_owned(),
            organisation: (*organisation).to_owned(),
            password: PASSWORD.to_owned(),
            grants: vec![Grant { role: *role, scope }],
        };
        users::create_user(&ctx, app, user).await?;
    }
    Ok(())
}

/// The two people of the task force, of whom one proposes a release and the other approves it.
pub(crate) async fn task_force(app: &App) -> anyhow::Result<(Context, Context)> {
    let system = Context::system(app, "demo");
    let mut contexts = Vec::new();
    for login in ["province", "province2"] {
        let account = users::find_by_login(&system, app, login).await?;
        contexts.push(system.acting_as(sh_access::audit::actor_of(app, account.id).await?));
    }
    match <[Context; 2]>::try_from(contexts) {
        Ok([first, second]) => Ok((first, second)),
        Err(_) => anyhow::bail!("the demonstration has two people in the task force"),
    }
}
