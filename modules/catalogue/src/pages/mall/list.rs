//! `/search`, `/c/{word}`: products on sale with their filter, order and pages.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use sh_http::{App, AppError, Context, Failure, Html, Kind as FailureKind, Path, Query};
use sh_kernel::FieldErrors;
use sh_regions::Regions;
use sh_search::{COUNTED_MAX, How};
use sh_ui::{
    Choice, Crumb, Field, Pager, QueryForm, Tab, Tone, banner, chips, empty, goods_grid, pager, query_form,
    tabs,
};

use super::{
    frame::{goods, page},
    query::{BrowseQuery, SORTS, UNITS, cursor},
};
use crate::{
    Categories, Error,
    category::{Category, Kind},
    service::public::{self, Browse, Browsed, Without},
};

/// A list and everything around it.
struct View<'a> {
    ctx: &'a Context,
    base: String,
    query: &'a BrowseQuery,
    errors: FieldErrors,
    category: Option<&'a Category>,
    kind: Option<&'a Kind>,
}

/// `GET /search`
pub(crate) async fn search(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<BrowseQuery>,
) -> Result<Response, Failure> {
    let (browse, errors) = query.browse(ctx.locale)?;
    let view =
        View { ctx: &ctx, base: "/search".to_owned(), query: &query, errors, category: None, kind: None };
    view.answer(&app, &browse).await
}

/// `GET /c/{word}`: a category or a kind in it.
pub(crate) async fn category(
    ctx: Context,
    State(app): State<App>,
    Path(word): Path<String>,
    Query(query): Query<BrowseQuery>,
) -> Result<Response, Failure> {
    let all = Categories::get();
    let kind = all.kinds().iter().find(|kind| kind.word == word);
    let category = all
        .category(&word)
        .or_else(|| kind.and_then(|kind| all.category_of(kind.category)))
        .ok_or_else(Failure::not_found)?;
    let (mut browse, errors) = query.browse(ctx.locale)?;
    browse.category = Some(category.number);
    browse.kind = kind.map(|kind| kind.number);
    let base = format!("/c/{word}");
    let view = View { ctx: &ctx, base, query: &query, errors, category: Some(category), kind };
    view.answer(&app, &browse).await
}

impl View<'_> {
    async fn answer(&self, app: &App, browse: &Browse) -> Result<Response, Failure> {
        let found = match public::browse(self.ctx, app, browse).await {
            Ok(found) => found,
            Err(error) if error.kind() == FailureKind::Unavailable => return Ok(self.away(&error)),
            Err(error) => return Err(error.into()),
        };
        let without = if found.cards.is_empty() && browse.after.is_none() {
            public::relax(self.ctx, app, browse).await?
        } else {
            Vec::new()
        };
        let content = self.content(&found, &without);
        Ok(Html(self.page(&content)).into_response())
    }

    fn title(&self) -> String {
        let (locale, typed) = (self.ctx.locale, self.query.q.trim());
        match (self.kind, self.category) {
            (Some(kind), _) => kind.name(locale).to_owned(),
            (None, Some(category)) => category.name(locale).to_owned(),
            _ if typed.is_empty() => locale.t("mall-all"),
            _ => locale.with("mall-search-title", &[("text", typed.into())]),
        }
    }

    fn page(&self, content: &Markup) -> Markup {
        let title = self.title();
        let mut crumbs = vec![Crumb::link(self.ctx.t("mall-home"), "/")];
        if let (Some(category), Some(_)) = (self.category, self.kind) {
            let href = format!("/c/{}", category.word);
            crumbs.push(Crumb::link(category.name(self.ctx.locale), href));
        }
        crumbs.push(Crumb::here(title.clone()));
        let frame = self.ctx.frame(title).crumbs(crumbs).with_errors(!self.errors.0.is_empty());
        page(self.ctx, frame, &self.query.q, true, content)
    }

    fn content(&self, found: &Browsed, without: &[Without]) -> Markup {
        let locale = self.ctx.locale;
        html! {
            (self.kinds())
            (self.filter())
            (chips(locale, &self.query.chips(locale, &self.base, self.ctx.today())))
            @if found.how != How::Exact && !found.cards.is_empty() { (self.closely(found.how)) }
            @if found.cards.is_empty() {
                (self.nothing(without))
            } @else {
                div.list-head {
                    @if let Some(total) = found.total { p { (self.total(total)) } }
                    (self.sorts())
                }
                (goods_grid(&self.title(), &goods(locale, self.ctx.today(), &found.cards)))
                @if found.cut {
                    p.hint { (locale.with("mall-cut", &[("count", i64::from(sh_search::RANKED_MAX).into())])) }
                }
                (pager(locale, &self.pager(found)))
            }
        }
    }

    fn total(&self, total: u64) -> String {
        let key = if total >= u64::from(COUNTED_MAX) { "mall-total-more" } else { "mall-total" };
        self.ctx.locale.with(key, &[("count", total.into())])
    }

    /// The kinds of the category that is looked at.
    fn kinds(&self) -> Markup {
        let locale = self.ctx.locale;
        html! {
            @if let Some(category) = self.category {
                ul.kinds aria-label=(locale.t("mall-kinds")) tabindex="0" {
                    li {
                        a href=(format!("/c/{}", category.word))
                            aria-current=[self.kind.is_none().then_some("true")] { (locale.t("mall-kinds-all")) }
                    }
                    @for kind in Categories::get().kinds_of(category.number) {
                        @let here = self.kind.is_some_and(|other| other.number == kind.number);
                        li {
                            a href=(format!("/c/{}", kind.word)) aria-current=[here.then_some("true")] {
                                (kind.name(locale))
                            }
                        }
                    }
                }
            }
        }
    }

    fn filter(&self) -> Markup {
        let (locale, query) = (self.ctx.locale, self.query);
        let any = || Choice::new("", locale.t("mall-any"));
        let (regions, today) = (Regions::get(), self.ctx.today());
        let mut origins = vec![any()];
        // A county or city that somebody came from stays chosen beside the provinces.
        if let Some(region) = query.region().filter(|region| !region.is_province()) {
            origins.push(Choice::new(region.to_string(), regions.full_name(region, today)));
        }
        origins.extend(
            regions.provinces().iter().map(|code| Choice::new(code.to_string(), regions.name(*code, today))),
        );
        let mut units = vec![any()];
        units.extend(UNITS.iter().map(|(word, key, _)| Choice::new(*word, locale.t(key))));
        let only = Choice::new("1", locale.t("mall-certified-only"));
        let fields = vec![
            Field::select("origin", &locale.t("mall-origin"), origins).value(&query.origin).render(locale),
            Field::number("min", &locale.t("mall-price-least"))
                .value(&query.min)
                .suffix(locale.t("unit-yuan"))
                .errors(&self.errors)
                .render(locale),
            Field::number("max", &locale.t("mall-price-most"))
                .value(&query.max)
                .suffix(locale.t("unit-yuan"))
                .errors(&self.errors)
                .render(locale),
            Field::select("unit", &locale.t("mall-unit"), units).value(&query.unit).render(locale),
            sh_ui::check_boxes(
                locale,
                "certified",
                &locale.t("mall-certified-field"),
                &[only],
                &[&query.certified],
                None,
            ),
        ];
        let mut hidden = vec![("sort".to_owned(), query.sort.clone())];
        if self.category.is_none() {
            hidden.push(("q".to_owned(), query.q.clone()));
        }
        hidden.retain(|(_, value)| !value.is_empty());
        let form = QueryForm { action: self.base.clone(), fields, hidden, ..QueryForm::default() };
        html! {
            details.filter open[!self.errors.0.is_empty()] {
                summary { (locale.t("mall-filter")) }
                (query_form(locale, &form))
            }
        }
    }

    fn sorts(&self) -> Markup {
        let list: Vec<Tab> = SORTS
            .iter()
            .map(|(word, key, _)| {
                let href = self.query.with(|query| (*word).clone_into(&mut query.sort)).href(&self.base);
                Tab::new(self.ctx.t(key), href, self.query.sort == *word)
            })
            .collect();
        tabs(&self.ctx.t("mall-sort"), &list)
    }

    fn pager(&self, found: &Browsed) -> Pager {
        let next = found.next.and_then(cursor);
        let first = !self.query.after.is_empty();
        Pager {
            previous: first.then(|| self.query.with(|_| {}).href(&self.base)),
            next: next.map(|after| self.query.with(|query| query.after = after).href(&self.base)),
            total: None,
            shown: found.cards.len(),
        }
    }

    /// Says that not every word was found as it was typed.
    fn closely(&self, how: How) -> Markup {
        let key = if how == How::Sound { "mall-how-sound" } else { "mall-how-near" };
        let text = self.ctx.locale.with(key, &[("text", self.query.q.trim().into())]);
        banner(Tone::Info, &text, &html! {})
    }

    /// Nothing is found: which condition to drop, and the categories to look in instead.
    fn nothing(&self, without: &[Without]) -> Markup {
        let locale = self.ctx.locale;
        let why = if self.query.q.trim().is_empty() {
            locale.t("mall-none")
        } else {
            locale.with("mall-none-text", &[("text", self.query.q.trim().into())])
        };
        let ways = html! {
            @if !without.is_empty() {
                ul.kinds {
                    @for way in without {
                        @let word = way.word.clone().unwrap_or_default();
                        li {
                            a href=(self.without(way)) {
                                (locale.with(way.dropped, &[("word", word.into()), ("count", way.count.into())]))
                            }
                        }
                    }
                }
            }
        };
        html! {
            (empty(&why, Some(&ways)))
            (categories(locale))
        }
    }

    fn without(&self, way: &Without) -> String {
        let dropped = self.query.with(|query| {
            query.q.clone_from(&way.browse.text);
            if way.browse.region.is_none() {
                query.origin.clear();
            }
            if way.browse.least.is_none() && way.browse.most.is_none() {
                query.min.clear();
                query.max.clear();
            }
            if !way.browse.certified {
                query.certified.clear();
            }
            if way.browse.unit.is_none() {
                query.unit.clear();
            }
        });
        let left = way.browse.category.is_none() && self.category.is_some();
        dropped.href(if left { "/search" } else { &self.base })
    }

    /// The search cannot be asked: the categories are known without it.
    fn away(&self, error: &Error) -> Response {
        let locale = self.ctx.locale;
        tracing::error!(cause = %error, "the search cannot be asked");
        let content = html! {
            (banner(Tone::Bad, &locale.t("mall-search-away"), &html! {}))
            (categories(locale))
        };
        (StatusCode::SERVICE_UNAVAILABLE, Html(self.page(&content))).into_response()
    }
}

/// All categories, each with its drawing.
pub(crate) fn categories(locale: sh_ui::Locale) -> Markup {
    let all = Categories::get();
    html! {
        ul #categories .categories aria-label=(locale.t("mall-categories")) {
            @for category in all.all() {
                @let drawing = all.kinds_of(category.number).next().map_or("basket", |kind| kind.drawing);
                li {
                    a href=(format!("/c/{}", category.word)) {
                        img src=(format!("/drawn/{drawing}-{:x}.svg", category.number)) alt="" width="48" height="48";
                        (category.name(locale))
                    }
                }
            }
        }
    }
}
