//! Telling something: banners, results, emptiness, waiting.

use maud::{Markup, html};

use crate::{Locale, Tone, icon};

const fn tone_icon(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "circle-check",
        Tone::Bad => "alert-circle",
        Tone::Notice => "alert-triangle",
        Tone::Info | Tone::Plain => "info-circle",
    }
}

/// Something about the whole page or block, with a heading and, if one can act on it, a link in `content`.
pub fn banner(tone: Tone, heading: &str, content: &Markup) -> Markup {
    html! {
        section.banner.(tone.class()) aria-label=(heading) {
            (icon(tone_icon(tone)))
            div { p.banner-heading { b { (heading) } } (content) }
        }
    }
}

/// A secret that was just made, to be copied now: nobody sees it again. Answer with `sh_http::once_only`.
pub fn secret_once(heading: &str, label: &str, advice: &str, secret: &str) -> Markup {
    let content = html! {
        p { (advice) }
        label for="secret" { (label) }
        input id="secret" type="text" readonly value=(secret);
    };
    banner(Tone::Good, heading, &content)
}

/// The result of what was just done, read out politely (errors at once).
pub fn toast(tone: Tone, text: &str) -> Markup {
    html! {
        div.toast.(tone.class()) role=(if tone == Tone::Bad { "alert" } else { "status" }) {
            (icon(tone_icon(tone))) p { (text) }
        }
    }
}

/// Nothing to show: why it is empty and the one next action.
pub fn empty(why: &str, action: Option<&Markup>) -> Markup {
    html! {
        div.empty {
            (icon("inbox"))
            p { (why) }
            @if let Some(action) = action { div { (action) } }
        }
    }
}

/// The shape of what is being fetched, in its true height; `lines` rows of 3 rem.
pub fn skeleton(locale: Locale, lines: usize) -> Markup {
    html! {
        div.skeleton aria-busy="true" {
            span.visually-hidden { (locale.t("loading")) }
            @for _ in 0..lines { div.skeleton-line aria-hidden="true" {} }
        }
    }
}
