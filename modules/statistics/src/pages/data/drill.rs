//! `/data/origin/{code}`, `/data/dest/{code}`, `/data/channel/{id}`, `/data/producer/{party}`: one part of a figure, its
//! parts, its months, how well it is proven, and the way on to single trades.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_db::Tx;
use sh_http::{App, Context, Failure, Html, Path, Query};
use sh_kernel::RegionCode;
use sh_trade::axes::{Axis, Channel};
use sh_ui::{
    AmountUnit, Bar, BarTone, Crumb, GradeShare, Theme, Tone, amount_in, banner, button_link, chart_block,
    data_page, grade_list, grouped, horizontal_bars, percent, stat,
};

use super::{
    cockpit::month_bars,
    frame::{self, Cited, unit_of},
};
use crate::{
    Error,
    definition::Definition,
    public::{
        breakdown::{self, Breakdown, Total},
        load::{self, Desk, Freshness},
        names::Names,
        narrow::{self, Point},
        overview::{MONTHS, grade_of, way_to},
        places::{Places, below},
    },
};

/// Rows of a table of parts; the others are found through the search for trades and in the files.
const PARTS_MAX: usize = 200;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Code of the definition.
    d: Option<String>,
}

/// One part of a figure with everything its page shows.
struct Part {
    definition: Definition,
    fresh: Freshness,
    names: Names,
    point: Point,
    whole: Total,
    /// The level above, for places inside a place.
    above: Option<Total>,
    /// `None`: the public may not see this part by itself.
    shown: Option<Shown>,
}

struct Shown {
    /// How many sellers sold from a place.
    sellers: Option<i64>,
    parts: Vec<Breakdown>,
    months: Breakdown,
    grades: Breakdown,
    others: Vec<Breakdown>,
}

/// `/data/origin/{code}`.
pub(super) async fn origin(
    State(app): State<App>,
    ctx: Context,
    Path(code): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let point =
        narrow::place(code).filter(|point| point.1 != 0 || code == 0).ok_or_else(Failure::not_found)?;
    page(&app, &ctx, asked, point).await
}

/// `/data/dest/{code}`.
pub(super) async fn destination(
    State(app): State<App>,
    ctx: Context,
    Path(code): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    if code != 0 && RegionCode::new(code).is_err() {
        return Err(Failure::not_found());
    }
    page(&app, &ctx, asked, (Axis::Destination, code)).await
}

/// `/data/channel/{id}`, by number or word.
pub(super) async fn channel(
    State(app): State<App>,
    ctx: Context,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    let channel = Channel::from_word(&id).or_else(|| Channel::from_code(id.parse().ok()?));
    let channel = channel.ok_or_else(Failure::not_found)?;
    page(&app, &ctx, asked, (Axis::Channel, channel.code())).await
}

/// `/data/producer/{party}`.
pub(super) async fn producer(
    State(app): State<App>,
    ctx: Context,
    Path(party): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html, Failure> {
    page(&app, &ctx, asked, (Axis::Seller, party)).await
}

async fn page(app: &App, ctx: &Context, asked: Asked, point: Point) -> Result<Html, Failure> {
    let desk = Desk::new(app, ctx);
    let part = app
        .db
        .read(async |tx| {
            let all = load::in_force(tx).await?;
            let Some(definition) = load::choose(&all, asked.d.as_deref())?.cloned() else { return Ok(None) };
            Part::load(tx, ctx, &desk, definition, point).await
        })
        .await?;
    let Some(part) = part else { return Err(Failure::not_found()) };
    Ok(Html(part.page(ctx)))
}

impl Part {
    /// `None` if no sale of the definition has this value.
    async fn load(
        tx: &mut Tx,
        ctx: &Context,
        desk: &Desk,
        definition: Definition,
        point: Point,
    ) -> Result<Option<Self>, Error> {
        let fresh = load::freshness_on(tx, ctx.today()).await?;
        let places = desk.places(tx, &definition).await?;
        let mut names = Names::new(ctx.locale, definition.content.until);
        if point.0 == Axis::Seller {
            names.learn(tx, &[point.1]).await?;
        }
        let Some(seen) = seen(tx, desk, &definition, &places, point).await? else { return Ok(None) };
        let shown = if seen { Some(Shown::load(tx, desk, &definition, &places, point).await?) } else { None };
        if let Some(shown) = &shown {
            let sellers = shown.parts.iter().filter(|split| split.axis == Axis::Seller);
            let numbers: Vec<i64> =
                sellers.flat_map(|split| split.rows.iter().take(PARTS_MAX)).map(|cell| cell.key).collect();
            names.learn(tx, &numbers).await?;
        }
        let above = match point.0 {
            Axis::OriginCity | Axis::Origin => way_to(point.1).last().map(|place| places.total(Some(*place))),
            _ => None,
        };
        Ok(Some(Self { whole: places.total(None), definition, fresh, names, point, above, shown }))
    }

    fn page(&self, ctx: &Context) -> Markup {
        let locale = ctx.locale;
        let name = self.names.value(self.point);
        let trades = format!("/data/trades?d={}{}", self.definition.code, narrow::query(&[self.point]));
        let mut frame = frame::frame(ctx, name.clone(), Theme::Day)
            .crumbs(frame::crumbs(locale, &self.definition, self.middle(), name))
            .subtitle(frame::meta(ctx, Some(&self.definition), &self.fresh));
        if self.shown.is_some() {
            frame = frame.action(button_link(&locale.t("data-see-trades"), &trades, Some("table")));
        }
        let content = match &self.shown {
            Some(shown) => self.content(ctx, shown),
            None => banner(
                Tone::Info,
                &locale.t("data-hidden"),
                &html! { p { (locale.t("data-hidden-why")) " "
                    @if let Some(up) = self.middle().last().and_then(|crumb| crumb.href.clone()) {
                        a href=(up) { (locale.t("data-hidden-up")) }
                    } @else { a href="/data" { (locale.t("data-nav-cockpit")) } }
                } },
            ),
        };
        data_page(&frame, &content)
    }

    /// The places around a place, and those of a seller who sells from one place only.
    fn middle(&self) -> Vec<Crumb> {
        let places = match self.point {
            (Axis::OriginCity | Axis::Origin, place) => way_to(place),
            _ => Vec::new(),
        };
        places
            .into_iter()
            .map(|place| Crumb::link(self.names.place(place), self.href_of(Axis::Origin, place)))
            .collect()
    }

    fn href_of(&self, axis: Axis, value: i64) -> String {
        let path = match axis {
            Axis::Seller => "producer",
            Axis::Destination => "dest",
            Axis::Channel => "channel",
            _ => "origin",
        };
        format!("/data/{path}/{value}?d={}", self.definition.code)
    }

    /// Where a part of this part leads: to its own page if it has one, else to the trades of both.
    fn way_on(&self, axis: Axis, value: i64) -> Option<String> {
        match axis {
            // The same place again: what is known no finer. Its trades are asked for by the place itself.
            Axis::OriginProvince | Axis::OriginCity | Axis::Origin if value == self.point.1 => None,
            Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Seller
                if matches!(
                    self.point.0,
                    Axis::OriginProvince | Axis::OriginCity | Axis::Origin | Axis::Seller
                ) =>
            {
                Some(self.href_of(axis, value))
            }
            _ => Some(format!(
                "/data/trades?d={}{}",
                self.definition.code,
                narrow::query(&[self.point, (axis, value)])
            )),
        }
    }

    fn content(&self, ctx: &Context, shown: &Shown) -> Markup {
        let points = [self.point];
        let cited = Cited {
            locale: ctx.locale,
            names: &self.names,
            definition: &self.definition,
            fresh: &self.fresh,
            points: &points,
            parent: if is_place(self.point.0) { self.point.1 } else { 0 },
        };
        html! {
            (frame::stale(ctx, &self.fresh))
            (self.stats(ctx, shown))
            @for (index, split) in shown.parts.iter().enumerate() {
                (self.parts(&cited, split))
                // The sellers of what is known no finer make a long list; the charts come before it.
                @if index == 0 { (self.charts(&cited, shown)) }
            }
        }
    }

    fn parts(&self, cited: &Cited<'_>, split: &Breakdown) -> Markup {
        let axis = [("axis", self.names.axis_within(split.axis).into())];
        html! {
            section.flow {
                h2 { (cited.locale.with("data-parts-by", &axis)) }
                (cited.table(self.names.axis(split.axis), &split.first(PARTS_MAX), |key| self.way_on(split.axis, key)))
                @if split.rows.len() > PARTS_MAX {
                    p.hint { (cited.locale.with("data-more-parts", &[("count", split.rows.len().into())])) }
                }
            }
        }
    }

    /// What can be shown without telling what one party sold; nothing else of a single seller.
    fn charts(&self, cited: &Cited<'_>, shown: &Shown) -> Markup {
        let others: Vec<&Breakdown> = shown.others.iter().filter(|split| !split.rows.is_empty()).collect();
        let (months, grades) = (!shown.months.rows.is_empty(), !shown.grades.rows.is_empty());
        html! {
            @if !months && !grades && others.is_empty() { p.hint { (cited.locale.t("data-no-charts")) } }
            div.grid.is-even {
                @if months { (self.months(cited, shown)) }
                @if grades { (grades_block(cited, &shown.grades)) }
                @for split in others { (bars_block(cited, split, |key| self.way_on(split.axis, key))) }
            }
        }
    }

    fn stats(&self, ctx: &Context, shown: &Shown) -> Markup {
        let locale = ctx.locale;
        let total = shown.months.parent;
        let unit = AmountUnit::for_column([total.amount]);
        let exact = locale.with("data-exact-yuan-only", &[("yuan", total.amount.to_grouped().into())]);
        let share = percent(total.amount.0, self.above.unwrap_or(self.whole).amount.0);
        let of = match (self.above, self.middle().last()) {
            (Some(_), Some(crumb)) => crumb.label.clone(),
            _ => self.definition.content.name.get(locale).to_owned(),
        };
        html! {
            div.panel { div.stats {
                (stat(&locale.t("data-amount"), &amount_in(locale, total.amount, unit), &unit.label(locale), Some(&exact)))
                (stat(&locale.t("data-share"), &share, "", Some(&locale.with("data-share-of", &[("name", of.into())]))))
                (stat(&locale.t("data-trades"), &grouped(total.trades), "", None))
                @if let Some(sellers) = shown.sellers { (stat(&locale.t("data-sellers"), &grouped(sellers), "", None)) }
            } }
        }
    }

    fn months(&self, cited: &Cited<'_>, shown: &Shown) -> Markup {
        let unit = AmountUnit::for_column(shown.months.rows.iter().map(|cell| cell.total.amount));
        let mut last = shown.months.clone();
        let rows = last.rows.len();
        last.rows.drain(..rows.saturating_sub(MONTHS));
        let bars =
            month_bars(cited.locale, &self.names, &last, unit, |month| self.way_on(Axis::Month, month));
        chart_block(
            cited.locale,
            &cited.block(cited.locale.t("data-months"), &shown.months, unit, Some(bars)),
        )
    }
}

impl Shown {
    async fn load(
        tx: &mut Tx,
        desk: &Desk,
        definition: &Definition,
        places: &Places,
        point: Point,
    ) -> Result<Self, Error> {
        let points = [point];
        let months = desk.split(tx, definition, &points, Axis::Month).await?;
        let grades = desk.split(tx, definition, &points, Axis::Grade).await?;
        let (mut parts, mut others) = (Vec::new(), Vec::new());
        let mut sellers = None;
        match point {
            (axis, place) if is_place(axis) => {
                parts.push(places.split(Some(place), desk.protect()));
                let unspecific = below(Some(place)) != Axis::Seller && places.inside(place).contains(&place);
                if unspecific && (!desk.protect() || places.shows_sales_of(place)) {
                    parts.push(places.sellers_at(place));
                }
                sellers = i64::try_from(places.sellers(Some(place))).ok();
            }
            (Axis::Seller, seller) => parts.push(of_seller(places, seller, months.parent)),
            _ => parts.push(desk.split(tx, definition, &points, Axis::OriginProvince).await?),
        }
        for axis in [Axis::Destination, Axis::Channel] {
            if point.0 != axis {
                others.push(desk.split(tx, definition, &points, axis).await?);
            }
        }
        Ok(Self { sellers, parts, months, grades, others })
    }
}

/// The places of a seller.
fn of_seller(places: &Places, seller: i64, parent: Total) -> Breakdown {
    let of_seller = places.of_seller(seller).into_iter();
    let parts = of_seller.map(|(key, total)| breakdown::Part { key, total }).collect();
    Breakdown::new(Axis::Origin, parent, parts, |_| false)
}

fn is_place(axis: Axis) -> bool {
    matches!(axis, Axis::OriginProvince | Axis::OriginCity | Axis::Origin)
}

/// Whether the actor may see this part by itself; `None` if there is no such part.
async fn seen(
    tx: &mut Tx,
    desk: &Desk,
    definition: &Definition,
    places: &Places,
    point: Point,
) -> Result<Option<bool>, Error> {
    let is_there = match point {
        (Axis::OriginProvince | Axis::OriginCity | Axis::Origin, place) => places.knows(place),
        (Axis::Seller, seller) => !places.of_seller(seller).is_empty(),
        _ => desk.total(tx, definition, &[point]).await? != Total::default(),
    };
    Ok(if is_there { Some(!desk.hides(tx, definition, &[point]).await?) } else { None })
}

/// How well a part is proven, as a block.
pub(super) fn grades_block(cited: &Cited<'_>, grades: &Breakdown) -> Markup {
    let unit = unit_of(grades);
    let code = &cited.definition.code;
    let mut shares: Vec<GradeShare> = grades
        .rows
        .iter()
        .filter_map(|cell| {
            let mut points = cited.points.to_vec();
            points.push((Axis::Grade, cell.key));
            Some(GradeShare {
                grade: grade_of(cell.key)?,
                value: cell.total.amount.0,
                text: amount_in(cited.locale, cell.total.amount, unit),
                href: format!("/data/trades?d={code}{}", narrow::query(&points)),
            })
        })
        .collect();
    shares.sort_by_key(|share| share.grade);
    let list = grade_list(cited.locale, &shares);
    chart_block(cited.locale, &cited.block(cited.locale.t("data-solid"), grades, unit, Some(list)))
}

/// Parts as lying bars, as a block.
pub(super) fn bars_block(
    cited: &Cited<'_>,
    split: &Breakdown,
    href: impl Fn(i64) -> Option<String>,
) -> Markup {
    const BARS: usize = 8;
    let unit = unit_of(split);
    let tone = if split.axis == Axis::Destination { BarTone::Destination } else { BarTone::Origin };
    let bars: Vec<Bar> = split
        .rows
        .iter()
        .take(BARS)
        .map(|cell| {
            let text = amount_in(cited.locale, cell.total.amount, unit);
            let mut bar =
                Bar::new(cited.names.short((split.axis, cell.key)), cell.total.amount.0, text).tone(tone);
            bar.href = href(cell.key);
            bar
        })
        .collect();
    let title = cited.names.axis(split.axis);
    chart_block(cited.locale, &cited.block(title, split, unit, Some(horizontal_bars(&bars))))
}
