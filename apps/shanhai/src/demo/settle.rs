//! What the operator of the demonstration takes of sales, and how shops are paid.

use sh_access::{audit::actor_of, users};
use sh_http::{Context, Page};
use sh_mall::{
    Error,
    service::{
        commission::{self, Typed},
        settlement,
    },
};

use super::past::Past;

/// Shops that are not paid yet, so that there is something left to do.
const LEFT: usize = 3;

/// `(position, name, category, region, certified, percent, yuan of each line)`.
const RULES: [(&str, &str, &str, &str, &str, &str, &str); 3] = [
    ("10", "已认定扶贫产品", "", "", "yes", "2", ""),
    ("20", "茶叶", "tea", "", "", "5.5", ""),
    ("90", "其他商品", "", "", "", "4", "0.10"),
];

/// The rules, from the day on which the first order is placed. What an earlier run has made is not made again.
pub(crate) async fn rules(past: &Past) -> anyhow::Result<()> {
    let ctx = past.system();
    let known = commission::rules(&ctx, &past.app, None).await?;
    if !known.now.is_empty() || !known.later.is_empty() {
        return Ok(());
    }
    let from = ctx.today().plus_days(1).to_string();
    for (position, name, category, region, certified, rate, fixed) in RULES {
        let text = str::to_owned;
        let typed = Typed {
            position: text(position),
            name: text(name),
            category: text(category),
            region: text(region),
            certified: text(certified),
            rate: text(rate),
            fixed: text(fixed),
            from: from.clone(),
            ..Typed::default()
        };
        commission::add(&ctx, &past.app, &typed).await?;
    }
    Ok(())
}

/// Pays shops what is due by now: one person makes the instructions, another confirms most of them.
pub(crate) async fn pay(past: &Past) -> anyhow::Result<()> {
    let (first, second) = (person(past, "mall").await?, person(past, "mall2").await?);
    let owed = settlement::owed(&first, &past.app, &Page { after: None, size: Some(50) }).await?;
    let due: Vec<_> = owed.items.iter().filter(|one| one.due.0 > 0).collect();
    for (number, one) in due.iter().enumerate().skip(LEFT) {
        let id = first.id();
        match settlement::make(&first, &past.app, id, one.shop, first.today().month()).await {
            Ok(()) => {}
            Err(Error::NothingDue) => continue,
            Err(error) => return Err(error.into()),
        }
        if number % 4 != 0 {
            let reference = format!("GZB{}", id.ordinal());
            settlement::pay(&second, &past.app, id, &reference).await?;
        }
    }
    Ok(())
}

async fn person(past: &Past, login: &str) -> anyhow::Result<Context> {
    let account = users::find_by_login(&past.system(), &past.app, login).await?;
    Ok(past.system().acting_as(actor_of(&past.app, account.id).await?))
}
