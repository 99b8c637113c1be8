//! Keeping the rules of commission (佣金规则), and working out what an order would cost under those of a day.

use sh_access::audit::{Entry, record};
use sh_catalogue::{Categories, service::shops};
use sh_files::{
    parse::{self, MoneyUnit},
    sheet::Cell,
};
use sh_http::{App, Context, Invalid, Listing, Page, Permission, Scope};
use sh_kernel::{Day, Fen, FieldErrors, Id, RegionCode};
use sh_regions::{Regions, Resolution};

use super::operator;
use crate::{
    Error,
    commission::{self, Charge, FIXED_MAX, RATE_MAX, RULES_MAX, Rule, Sold},
    model::{LineRow, Whole},
    store,
};

/// Characters of the name of a rule.
const NAME_CHARS_MAX: usize = 40;
/// The highest place in the list.
const POSITION_MAX: i64 = 9_999;

/// A rule as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// Its place in the list.
    pub position: String,
    /// What it is called.
    pub name: String,
    /// The word of a category, or nothing.
    pub category: String,
    /// The code of the organisation that runs a shop, or nothing.
    pub organisation: String,
    /// A province, city or county of origin by name or code, or nothing.
    pub region: String,
    /// `yes`, `no`, or nothing.
    pub certified: String,
    /// Percent of the goods.
    pub rate: String,
    /// Yuan of each line besides, or nothing.
    pub fixed: String,
    /// The first day.
    pub from: String,
    /// The last day, or nothing.
    pub to: String,
}

/// The rules as they stand on a day.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The day.
    pub day: Day,
    /// Those that hold, in their order.
    pub now: Vec<Rule>,
    /// Those that hold later only, in the order in which they begin.
    pub later: Vec<Rule>,
}

/// The rules of a day, and those to come.
///
/// # Errors
/// [`Error::Denied`] without the right to run the mall or to see all orders.
pub async fn rules(ctx: &Context, app: &App, day: Option<Day>) -> Result<Rules, Error> {
    may_read(ctx)?;
    let day = day.unwrap_or_else(|| ctx.today());
    let (now, later) = app
        .db
        .read(async |tx| {
            Ok::<_, Error>((store::commission::on(tx, day).await?, store::commission::after(tx, day).await?))
        })
        .await?;
    Ok(Rules { day, now, later })
}

/// Rules that hold no longer, the newest first.
///
/// # Errors
/// [`Error::Denied`]; a cursor that cannot be read.
pub async fn ended(ctx: &Context, app: &App, page: &Page) -> Result<Listing<Rule>, Error> {
    may_read(ctx)?;
    let before: Id<Rule> = page.key()?.unwrap_or_else(store::list::end);
    let today = ctx.today();
    let rows =
        app.db.read(async |tx| store::commission::ended(tx, today, before, page.fetch()).await).await?;
    Ok(Listing::of(rows, page, |rule| rule.id))
}

/// One rule.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`].
pub async fn get(ctx: &Context, app: &App, id: Id<Rule>) -> Result<Rule, Error> {
    may_read(ctx)?;
    app.db.read(async |tx| store::commission::rule(tx, id).await).await?.ok_or(Error::NotFound)
}

/// The organisation whose shop a rule is for; nothing if it is for all.
///
/// # Errors
/// What the database refuses.
pub async fn organisation(ctx: &Context, app: &App, rule: &Rule) -> Result<String, Error> {
    match rule.shop {
        Some(shop) => Ok(shops::get(ctx, app, shop).await?.organisation),
        None => Ok(String::new()),
    }
}

fn may_read(ctx: &Context) -> Result<(), Error> {
    Ok(ctx.require(Permission::ReadOrders, Scope::Everywhere)?)
}

/// Adds a rule, which holds from tomorrow at the earliest: a day has one list of rules.
///
/// # Errors
/// [`Error::Denied`], [`Error::Invalid`]; [`Error::TooManyRules`].
pub async fn add(ctx: &Context, app: &App, typed: &Typed) -> Result<Id<Rule>, Error> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let rule = checked(ctx, app, typed).await?;
    app.db
        .write(async |tx| {
            let known =
                usize::try_from(store::commission::count(tx, ctx.today()).await?).unwrap_or(usize::MAX);
            if known >= RULES_MAX {
                return Err(Error::TooManyRules);
            }
            store::commission::add(tx, &rule).await?;
            record(tx, ctx, Entry::new("add-commission", "commission", rule.id).after(&told(&rule))).await?;
            Ok(rule.id)
        })
        .await
}

/// Puts another version in the place of a rule, from tomorrow at the earliest; the rule holds until the day before.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`]; [`Error::RuleEnded`] if it holds no longer by then.
pub async fn change(ctx: &Context, app: &App, id: Id<Rule>, typed: &Typed) -> Result<Id<Rule>, Error> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let before = get(ctx, app, id).await?;
    let rule = Rule { replaces: Some(id), ..checked(ctx, app, typed).await? };
    app.db
        .write(async |tx| {
            if !store::commission::end(tx, id, rule.from.plus_days(-1)).await? {
                return Err(Error::RuleEnded);
            }
            store::commission::add(tx, &rule).await?;
            let entry = Entry::new("change-commission", "commission", id);
            record(tx, ctx, entry.before(&told(&before)).after(&told(&rule))).await?;
            Ok(rule.id)
        })
        .await
}

/// Ends a rule with a day, today at the earliest. One that has not begun by then never holds.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Denied`], [`Error::Invalid`]; [`Error::RuleEnded`] if it ends earlier already.
pub async fn end(ctx: &Context, app: &App, id: Id<Rule>, last: &str) -> Result<(), Error> {
    ctx.require(Permission::ManageMall, Scope::Everywhere)?;
    let before = get(ctx, app, id).await?;
    let last = last.parse::<Day>().ok().filter(|day| *day >= ctx.today());
    let last = last.ok_or_else(|| one_error("/to", ctx.t("commission-to-wrong")))?;
    app.db
        .write(async |tx| {
            if !store::commission::end(tx, id, last).await? {
                return Err(Error::RuleEnded);
            }
            let entry = Entry::new("end-commission", "commission", id).before(&told(&before));
            record(tx, ctx, entry.after(&serde_json::json!({ "to": last.to_string() }))).await?;
            Ok(())
        })
        .await
}

fn one_error(field: &str, text: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.push(field, "wrong", text);
    Invalid(errors).into()
}

fn told(rule: &Rule) -> serde_json::Value {
    serde_json::json!({
        "position": rule.position, "name": rule.name, "category": rule.category, "shop": rule.shop,
        "region": rule.region, "certified": rule.certified, "rate": rule.rate, "fixed_fen": rule.fixed,
        "from": rule.from.to_string(), "to": rule.to.map(|day| day.to_string()),
    })
}

/// The rule that was typed, or every flaw of it by field.
async fn checked(ctx: &Context, app: &App, typed: &Typed) -> Result<Rule, Error> {
    let mut errors = FieldErrors::default();
    let mut check = |fits: bool, field: &str| {
        if !fits {
            errors.push(format!("/{field}"), "wrong", ctx.t(&format!("error-commission-{field}")));
        }
    };
    let position = typed.position.trim().parse().unwrap_or(0);
    check((1..=POSITION_MAX).contains(&position), "position");
    let name = typed.name.trim();
    check(!name.is_empty() && name.chars().count() <= NAME_CHARS_MAX, "name");
    let category = Categories::get().all().iter().find(|category| category.word == typed.category);
    check(typed.category.is_empty() || category.is_some(), "category");
    let region = region(ctx, &typed.region);
    check(typed.region.trim().is_empty() || region.is_some(), "region");
    let certified = match typed.certified.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    // Two decimals of a percent are hundredths of it, as two decimals of a yuan are fen.
    let rate = yuan(&typed.rate).map(|rate| rate.0).filter(|rate| (0..=RATE_MAX).contains(rate));
    check(rate.is_some(), "rate");
    let fixed = if typed.fixed.trim().is_empty() { Some(Fen::ZERO) } else { yuan(&typed.fixed) };
    let fixed = fixed.filter(|fixed| (Fen::ZERO..=FIXED_MAX).contains(fixed));
    check(fixed.is_some(), "fixed");
    let from = typed.from.parse::<Day>().ok().filter(|day| *day > ctx.today());
    check(from.is_some(), "from");
    let to = typed.to.parse::<Day>().ok().filter(|day| from.is_some_and(|from| *day >= from));
    check(typed.to.trim().is_empty() || to.is_some(), "to");
    let organisation = typed.organisation.trim();
    let shop = match organisation {
        "" => None,
        code => shops::of_organisation(ctx, app, code).await.ok().map(|shop| shop.id),
    };
    check(organisation.is_empty() || shop.is_some(), "organisation");
    errors.into_result().map_err(Invalid)?;
    Ok(Rule {
        id: ctx.id(),
        position,
        name: name.to_owned(),
        category: category.map(|category| category.number),
        shop,
        region,
        certified,
        rate: rate.unwrap_or(0),
        fixed: fixed.unwrap_or(Fen::ZERO),
        from: from.ok_or(Error::NotFound)?,
        to,
        replaces: None,
        made_by: ctx.actor.label().to_owned(),
        made_at: ctx.now(),
    })
}

fn yuan(text: &str) -> Option<Fen> {
    parse::money(&Cell::text(text), MoneyUnit::Yuan).ok()
}

fn region(ctx: &Context, text: &str) -> Option<RegionCode> {
    let (text, today) = (text.trim(), ctx.today());
    if let Ok(code) = text.parse::<RegionCode>() {
        return Some(code).filter(|code| Regions::get().exists_on(*code, today));
    }
    match Regions::get().resolve(text, None, today) {
        Resolution::One(region) => Some(region),
        _ => None,
    }
}

/// A line of an order with what was taken of it and what the rules of a day would take.
#[derive(Debug, Clone)]
pub struct Previewed {
    /// The line.
    pub line: LineRow,
    /// What the rules of the day would take.
    pub then: Charge,
}

/// What an order was charged, and what it would be charged under the rules of a day.
///
/// # Errors
/// [`Error::NotFound`] if there is no order with this number, [`Error::Denied`].
pub async fn preview(
    ctx: &Context,
    app: &App,
    number: &str,
    day: Option<Day>,
) -> Result<Vec<Previewed>, Error> {
    let filter = operator::Filter { number: number.to_owned(), ..operator::Filter::default() };
    let found = operator::search(ctx, app, &filter, &Page::default()).await?;
    let [one] = &found.items[..] else { return Err(Error::NotFound) };
    let (whole, _) = operator::get(ctx, app, one.id).await?;
    Ok(under(&whole, &rules(ctx, app, day).await?.now)?)
}

fn under(whole: &Whole, rules: &[Rule]) -> Result<Vec<Previewed>, sh_kernel::Overflow> {
    let each = |line: &LineRow| {
        let LineRow { category, shop, origin, certified, amount, .. } = *line;
        let then = commission::charge(rules, &Sold { category, shop, origin, certified, amount })?;
        Ok(Previewed { line: line.clone(), then })
    };
    whole.lines.iter().map(each).collect()
}
