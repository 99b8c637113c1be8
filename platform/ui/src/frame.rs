//! The frames around every page: head, landmarks, menu, breadcrumb, title row, foot.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{Locale, asset, breadcrumb, icon, notice};

/// The colours of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light, for everything that is read or filled in.
    #[default]
    Day,
    /// Dark (海夜), for big screens and the cockpit.
    SeaNight,
}

/// Who is signed in, as the top bar names them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserBadge {
    /// The person's name.
    pub name: String,
    /// The organisation (单位) they act for.
    pub organisation: String,
    /// What they act as, such as a role or a region.
    pub scope: Option<String>,
}

/// A group of the left menu: its name and the pages in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MenuGroup {
    /// The name of the group.
    pub label: String,
    /// The icon before the name.
    pub icon: Option<&'static str>,
    /// The pages.
    pub items: Vec<MenuItem>,
}

/// One page in a menu.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MenuItem {
    /// The name of the page.
    pub label: String,
    /// Its address.
    pub href: String,
    /// What waits there, shown as a small number.
    pub count: Option<u64>,
}

impl MenuItem {
    /// A page without a count.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), count: None }
    }
}

/// One step of the breadcrumb (面包屑). The last one is the page itself and has no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: Option<String>,
}

impl Crumb {
    /// A step that leads somewhere.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: Some(href.into()) }
    }

    /// The page itself.
    pub fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), href: None }
    }
}

/// What the foot of a public page must name (主办单位, 备案): from the settings of the installation; empty slots
/// are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteInfo {
    /// 主办单位.
    pub organiser: Option<String>,
    /// ICP 备案号.
    pub icp: Option<String>,
    /// 公安备案号.
    pub police: Option<String>,
    /// 网站标识码.
    pub site_code: Option<String>,
    /// Telephone or address for questions.
    pub contact: Option<String>,
    /// A line such as “演示数据” that every page must carry.
    pub notice: Option<String>,
    /// Pages that the foot links to: definitions, accessibility, feedback.
    pub links: Vec<MenuItem>,
}

/// A result told on the next page, after a form was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// Good or bad news.
    pub tone: crate::Tone,
    /// What happened.
    pub text: String,
}

/// Everything around the content of a page. Start with [`Frame::new`], then set what the page has.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The language.
    pub locale: Locale,
    /// The colours.
    pub theme: Theme,
    /// The heading of the page and the first part of its title.
    pub title: String,
    /// Path and query of this page, which the language switch returns to and the menu marks.
    pub path: String,
    /// One sentence for search results and shared links.
    pub description: Option<String>,
    /// Who is signed in.
    pub user: Option<UserBadge>,
    /// The left menu of workbenches; the top links of public and data pages.
    pub menu: Vec<MenuGroup>,
    /// The way to this page.
    pub breadcrumb: Vec<Crumb>,
    /// The primary action, right of the title.
    pub action: Option<Markup>,
    /// A line below the title: state, period, who is responsible.
    pub subtitle: Option<Markup>,
    /// The result of the form that led here.
    pub flash: Option<Flash>,
    /// The page shows a form that was not accepted: its title then begins with “有误：”.
    pub has_errors: bool,
    /// What the foot must name.
    pub site: SiteInfo,
    /// Style sheets besides those that every page of its kind has, such as `mall.css`.
    pub styles: Vec<&'static str>,
}

impl Frame {
    /// A frame with language, heading and address (path and query).
    pub fn new(locale: Locale, title: impl Into<String>, path: impl Into<String>) -> Self {
        Self { locale, title: title.into(), path: path.into(), ..Self::default() }
    }

    /// With other colours.
    #[must_use]
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// With another heading.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// With the way to this page.
    #[must_use]
    pub fn crumbs(mut self, crumbs: impl IntoIterator<Item = Crumb>) -> Self {
        self.breadcrumb = crumbs.into_iter().collect();
        self
    }

    /// With the primary action.
    #[must_use]
    pub fn action(mut self, action: Markup) -> Self {
        self.action = Some(action);
        self
    }

    /// With a line below the title.
    #[must_use]
    pub fn subtitle(mut self, line: Markup) -> Self {
        self.subtitle = Some(line);
        self
    }

    /// With a sentence for search results and shared links.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Marks that the page shows a form that was not accepted.
    #[must_use]
    pub fn with_errors(mut self, has_errors: bool) -> Self {
        self.has_errors = has_errors;
        self
    }

    /// The title of the browser tab.
    pub fn document_title(&self) -> String {
        let brand = self.locale.t("brand");
        let title = if self.title.is_empty() { brand } else { format!("{} · {brand}", self.title) };
        if self.has_errors { format!("{}{title}", self.locale.t("title-error-prefix")) } else { title }
    }
}

/// A page of the public mall and site.
pub fn public_page(frame: &Frame, content: &Markup) -> Markup {
    let body = html! {
        (top_bar(frame, true))
        main #content .public tabindex="-1" {
            (crumbs(frame))
            (title_row(frame))
            (flash(frame))
            (content)
        }
        (foot(frame))
    };
    document(frame, Kind::Site, &body)
}

/// A page of the public figures (数据驾驶舱), light or sea-night.
///
/// `frame.subtitle` carries as-of date and definition; it stands in the header, beside the heading.
pub fn data_page(frame: &Frame, content: &Markup) -> Markup {
    let body = html! {
        header.data-head {
            (brand(frame))
            h1 { (frame.title) }
            (top_links(frame))
            @if let Some(line) = &frame.subtitle { div.data-meta { (line) } }
            div.data-actions {
                @if let Some(action) = &frame.action { (action) }
                (language_switch(frame))
            }
        }
        main #content .data tabindex="-1" {
            (crumbs(frame))
            (flash(frame))
            (content)
        }
        (foot(frame))
    };
    document(frame, Kind::Data, &body)
}

/// A page of a workbench: left menu, breadcrumb, title row with the primary action.
pub fn work_page(frame: &Frame, content: &Markup) -> Markup {
    let body = html! {
        (top_bar(frame, false))
        div.work {
            nav #menu .side aria-label=(frame.locale.t("menu-main")) {
                (side_menu(frame))
                a.side-close href="#content" { (frame.locale.t("menu-close")) }
            }
            main #content tabindex="-1" {
                (crumbs(frame))
                (title_row(frame))
                (flash(frame))
                (content)
            }
        }
        // A workbench has no room for the facts of the site; what every page must carry is carried here too.
        @if frame.site.notice.is_some() { (foot(frame)) }
    };
    document(frame, Kind::Work, &body)
}

/// A page with one thing on it: sign-in, an error, a confirmation.
pub fn plain_page(frame: &Frame, content: &Markup) -> Markup {
    let body = html! {
        header.plain-head { (brand(frame)) (language_switch(frame)) }
        main #content .plain tabindex="-1" {
            @if !frame.title.is_empty() { h1 { (frame.title) } }
            (flash(frame))
            (content)
        }
        (foot(frame))
    };
    document(frame, Kind::Site, &body)
}

/// What a page loads besides the common style sheet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: a public page is complete without any script.
    Site,
    /// The styles of the mall.
    Mall,
    /// The styles of the cockpit.
    Data,
    /// htmx, because fragments are swapped.
    Work,
}

pub(crate) fn document(frame: &Frame, kind: Kind, body: &Markup) -> Markup {
    let night = frame.theme == Theme::SeaNight;
    html! {
        (DOCTYPE)
        html lang=(frame.locale.html_lang()) data-theme=[night.then_some("sea-night")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { (frame.document_title()) }
                @if let Some(text) = &frame.description {
                    meta name="description" content=(text);
                    meta property="og:description" content=(text);
                }
                meta property="og:title" content=(frame.title);
                @if kind == Kind::Work {
                    meta name="htmx-config" content=(r#"{"includeIndicatorCSS":false}"#);
                }
                meta name="theme-color" content=(if night { "#06161F" } else { "#FFFFFF" });
                link rel="icon" type="image/svg+xml" href=(asset("mark.svg"));
                link rel="stylesheet" href=(asset("app.css"));
                @if kind == Kind::Data { link rel="stylesheet" href=(asset("cockpit.css")); }
                @if kind == Kind::Mall { link rel="stylesheet" href=(asset("mall.css")); }
                @for name in &frame.styles { link rel="stylesheet" href=(asset(name)); }
                @if kind == Kind::Work { script type="module" src=(asset("app.js")) {} }
            }
            body #top {
                a.skip href="#content" { (frame.locale.t("skip-to-content")) }
                (body)
            }
        }
    }
}

/// Two peaks over one wave.
fn mark() -> Markup {
    html! {
        svg.mark width="32" height="32" viewBox="0 0 40 40" aria-hidden="true" focusable="false" {
            path.mark-shan d="M2 24 14 7l6.5 9L25 10l13 14z" {}
            path.mark-hai
                d="M2 29c4.5-3 9-3 13.5 0s9 3 13.5 0c3-2 6-2.7 9-2.1V31c-3-.6-6 .1-9 2.1-4.5 3-9 3-13.5 0S6.5 30 2 33.1z" {}
        }
    }
}

pub(crate) fn brand(frame: &Frame) -> Markup {
    html! { a.brand href="/" { (mark()) span { (frame.locale.t("brand")) } } }
}

fn top_bar(frame: &Frame, public: bool) -> Markup {
    let locale = frame.locale;
    html! {
        header.top {
            @if !public { a.menu-open href="#menu" { (icon("menu-2")) span { (locale.t("menu-open")) } } }
            (brand(frame))
            @if public { (top_links(frame)) }
            div.top-right {
                @if let Some(user) = &frame.user { (badge(locale, user)) }
                (language_switch(frame))
                @if frame.user.is_some() {
                    form method="post" action="/logout" {
                        button.quiet type="submit" { (icon("logout")) span { (locale.t("sign-out")) } }
                    }
                } @else if public {
                    a.quiet-link href="/login" { (locale.t("sign-in")) }
                }
            }
        }
    }
}

fn badge(locale: Locale, user: &UserBadge) -> Markup {
    html! {
        div.badge title=(locale.with("signed-in-as", &[("name", user.name.as_str().into()), ("organisation",
            user.organisation.as_str().into())])) {
            (icon("building-community"))
            span.badge-org { (user.organisation) }
            @if let Some(scope) = &user.scope { span.badge-scope { (scope) } }
            span.badge-name { (user.name) }
        }
    }
}

/// A form, because it changes what the server remembers; it comes back to the same address.
pub(crate) fn language_switch(frame: &Frame) -> Markup {
    let other = frame.locale.other();
    html! {
        form.language method="post" action="/language" {
            input type="hidden" name="next" value=(frame.path);
            button.quiet type="submit" name="to" value=(other.tag()) lang=(other.html_lang()) {
                (other.own_name())
            }
        }
    }
}

fn top_links(frame: &Frame) -> Markup {
    let here = current(frame);
    html! {
        @if !frame.menu.is_empty() {
            nav.links aria-label=(frame.locale.t("menu-main")) {
                ul {
                    @for item in frame.menu.iter().flat_map(|group| &group.items) {
                        li { a href=(item.href) aria-current=[aria_current(here, item)] { (item.label) } }
                    }
                }
            }
        }
    }
}

fn side_menu(frame: &Frame) -> Markup {
    let here = current(frame);
    let few = frame.menu.iter().map(|group| group.items.len()).sum::<usize>() <= 16;
    html! {
        @for group in &frame.menu {
            details.side-group open[few || group.items.iter().any(|item| Some(item.href.as_str()) == here)] {
                summary { @if let Some(name) = group.icon { (icon(name)) } span { (group.label) } }
                ul {
                    @for item in &group.items {
                        li {
                            a href=(item.href) aria-current=[aria_current(here, item)] {
                                span { (item.label) }
                                @if let Some(count) = item.count.filter(|count| *count > 0) {
                                    span.side-count { (count) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The menu entry this page belongs to: the one with the longest address that begins the path at a `/`.
fn current(frame: &Frame) -> Option<&str> {
    let path = frame.path.split(['?', '#']).next().unwrap_or_default();
    frame
        .menu
        .iter()
        .flat_map(|group| &group.items)
        .map(|item| item.href.as_str())
        .filter(|href| path.strip_prefix(*href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        .max_by_key(|href| href.len())
}

fn aria_current(here: Option<&str>, item: &MenuItem) -> Option<&'static str> {
    (here == Some(item.href.as_str())).then_some("page")
}

pub(crate) fn crumbs(frame: &Frame) -> Markup {
    breadcrumb(frame.locale, &frame.breadcrumb)
}

pub(crate) fn title_row(frame: &Frame) -> Markup {
    html! {
        @if !frame.title.is_empty() {
            div.title-row {
                div { h1 { (frame.title) } @if let Some(line) = &frame.subtitle { p.subtitle { (line) } } }
                @if let Some(action) = &frame.action { div.title-action { (action) } }
            }
        }
    }
}

pub(crate) fn flash(frame: &Frame) -> Markup {
    frame.flash.as_ref().map_or(PreEscaped(String::new()), |flash| notice::toast(flash.tone, &flash.text))
}

pub(crate) fn foot(frame: &Frame) -> Markup {
    let (locale, site) = (frame.locale, &frame.site);
    let named = |key: &str, value: &Option<String>| {
        value.as_ref().map(|value| locale.with(key, &[("value", value.as_str().into())]))
    };
    let facts = [
        named("foot-organiser", &site.organiser),
        named("foot-site-code", &site.site_code),
        named("foot-contact", &site.contact),
        site.icp.clone(),
        site.police.clone(),
    ];
    html! {
        footer.foot {
            @if let Some(notice) = &site.notice { p.foot-notice { (notice) } }
            ul {
                @for fact in facts.into_iter().flatten() { li { (fact) } }
                @for link in &site.links { li { a href=(link.href) { (link.label) } } }
            }
        }
    }
}
