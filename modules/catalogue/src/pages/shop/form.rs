//! The form of a product: every field as typed, variants one below the other.

use std::collections::HashMap;

use maud::{Markup, html};
use sh_http::Context;
use sh_kernel::{FieldErrors, Id};
use sh_ui::{Choice, Field, button_secondary, panel, radios};

use super::products::kinds;
use crate::{
    draft::{Draft, FIELDS, SKUS_MAX, SkuDraft},
    model::Picture,
    pages::media,
    service::{edit::Opened, pictures::in_order},
};

/// Names and values of the form, whose number depends on the variants.
pub(crate) type Pairs = Vec<(String, String)>;

/// What the form says: the draft, the stamp it was opened with, what to do.
#[derive(Debug, Default)]
pub(crate) struct Posted {
    pub(crate) draft: Draft,
    pub(crate) stamp: i64,
    pub(crate) action: String,
}

impl Posted {
    pub(crate) fn of(pairs: &Pairs) -> Self {
        let map: HashMap<&str, &str> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let get = |name: &str| map.get(name).copied().unwrap_or_default().to_owned();
        let sku = |at: usize| SkuDraft {
            code: get(&format!("sku-{at}-code")),
            spec: get(&format!("sku-{at}-spec")),
            content: get(&format!("sku-{at}-content")),
            gross: get(&format!("sku-{at}-gross")),
            price: get(&format!("sku-{at}-price")),
        };
        // Blank rows in between are left out, so that the numbers of a later error fit the rows shown then.
        let skus = (0..SKUS_MAX * 2).map(sku).filter(|sku| !sku.is_blank()).collect();
        let pictures: Vec<Id<Picture>> = pairs
            .iter()
            .filter(|(name, _)| name == "picture")
            .filter_map(|(_, value)| value.parse().ok())
            .collect();
        let mut draft = Draft { publish: map.contains_key("publish"), pictures, skus, ..Draft::default() };
        for field in FIELDS {
            if let Some(text) = draft.text_mut(field) {
                *text = get(field);
            }
        }
        Self { draft, stamp: get("stamp").parse().unwrap_or(0), action: get("action") }
    }
}

/// The fields of the form. `blank` rows stand below the variants.
pub(crate) fn fields(
    ctx: &Context,
    opened: &Opened,
    draft: &Draft,
    errors: &FieldErrors,
    blank: usize,
) -> Markup {
    html! {
        (panel(&ctx.t("product-part-basic"), None, &basic(ctx, draft, errors)))
        (panel(&ctx.t("product-pictures"), None, &photos(ctx, opened)))
        (panel(&ctx.t("product-part-skus"), None, &skus(ctx, draft, errors, blank)))
        (panel(&ctx.t("product-part-terms"), None, &terms(ctx, opened, draft, errors)))
        (panel(&ctx.t("product-part-more"), None, &more(ctx, draft, errors)))
    }
}

/// A field with its label and hint from the texts.
fn field(ctx: &Context, field: Field, name: &str, value: &str, errors: &FieldErrors) -> Field {
    let hint = format!("product-{name}-hint");
    let field = field.value(value).errors(errors);
    if ctx.locale.has(&hint) { field.hint(ctx.t(&hint)) } else { field }
}

fn label(ctx: &Context, name: &str) -> String {
    ctx.t(&format!("product-{name}"))
}

fn basic(ctx: &Context, draft: &Draft, errors: &FieldErrors) -> Markup {
    let text = |name: &str, value: &str| {
        field(ctx, Field::text(name, &label(ctx, name)), name, value, errors).required().render(ctx.locale)
    };
    let kind = Field::select("kind", &label(ctx, "kind"), kinds(ctx));
    html! {
        div.query-fields {
            (text("name", &draft.name))
            (text("code", &draft.code))
            (field(ctx, kind, "kind", &draft.kind, errors).render(ctx.locale))
            (text("origin", &draft.origin))
            (text("producer", &draft.producer))
        }
    }
}

/// The photos, and the way to the page where they are added: it keeps what is typed on the way.
fn photos(ctx: &Context, opened: &Opened) -> Markup {
    let list = in_order(&opened.product.draft(), &opened.pictures);
    html! {
        @if list.is_empty() { p.hint { (ctx.t("product-pictures-drawn")) } }
        @else {
            div.thumbs {
                @for (at, one) in list.iter().enumerate() {
                    img src=(media(&one.small)) width="80" height="80"
                        alt=(ctx.locale.with("product-picture-alt", &[("number", (at + 1).into())]));
                }
            }
        }
        p { (button_secondary(&ctx.t("product-pictures-edit"), "action", "pictures")) }
    }
}

fn skus(ctx: &Context, draft: &Draft, errors: &FieldErrors, blank: usize) -> Markup {
    let spare = SkuDraft::default();
    let shown = (draft.skus.len() + blank).clamp(1, SKUS_MAX);
    html! {
        @for at in 0..shown {
            @let sku = draft.skus.get(at).unwrap_or(&spare);
            fieldset.sku-row {
                legend { (ctx.locale.with("product-sku-number", &[("number", (at + 1).into())])) }
                div.query-fields {
                    @for (name, key, value, needed) in [
                        ("spec", "spec", &sku.spec, true),
                        ("content", "content", &sku.content, true),
                        ("gross", "gross", &sku.gross, false),
                        ("price", "price", &sku.price, true),
                        ("code", "sku-code", &sku.code, false),
                    ] {
                        @let input = Field::text(&format!("sku-{at}-{name}"), &label(ctx, key));
                        @let input = if needed { input.required() } else { input };
                        @let input = if name == "price" { input.keyboard("decimal").suffix(ctx.t("unit-yuan")) } else { input };
                        @let input = if at == 0 { field(ctx, input, key, value, errors) }
                            else { input.value(value).errors(errors) };
                        (input.render(ctx.locale))
                    }
                }
            }
        }
        @if shown < SKUS_MAX {
            button.button.is-secondary type="submit" name="action" value="add-sku" {
                (sh_ui::icon("plus")) (ctx.t("product-sku-add"))
            }
        }
    }
}

fn terms(ctx: &Context, opened: &Opened, draft: &Draft, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let area = |name: &str, value: &str| {
        field(ctx, Field::area(name, &label(ctx, name), 2), name, value, errors).required().render(locale)
    };
    let number = |name: &str, value: &str, unit: &str| {
        let input = Field::text(name, &label(ctx, name)).keyboard("numeric").suffix(ctx.t(unit));
        field(ctx, input, name, value, errors).render(locale)
    };
    let mut freights = vec![Choice::new("", ctx.t("product-freight-free"))];
    freights.extend(opened.freights.iter().map(|row| Choice::new(row.id.to_string(), row.name.clone())));
    let choices = [
        Choice {
            value: "否".to_owned(),
            label: ctx.t("product-returnable-no"),
            hint: Some(ctx.t("product-returnable-no-hint")),
        },
        Choice::new("是", ctx.t("product-returnable-yes")),
    ];
    let wrong = errors.of("/returnable");
    html! {
        div.stack {
            (area("delivery", &draft.delivery))
            (field(ctx, Field::select("freight", &label(ctx, "freight"), freights), "freight", &draft.freight, errors)
                .render(locale))
            (radios(locale, "returnable", &label(ctx, "returnable"), &choices, &draft.returnable, wrong))
            (area("after-sales", &draft.after_sales))
            div.query-fields {
                (number("limit", &draft.limit, "unit-pieces"))
                (number("limit-days", &draft.limit_days, "unit-days"))
            }
        }
    }
}

fn more(ctx: &Context, draft: &Draft, errors: &FieldErrors) -> Markup {
    let locale = ctx.locale;
    let text =
        |name: &str, value: &str| field(ctx, Field::text(name, &label(ctx, name)), name, value, errors);
    let publish = [Choice::new("1", ctx.t("product-publish"))];
    let chosen: &[&str] = if draft.publish { &["1"] } else { &[] };
    html! {
        div.stack {
            (field(ctx, Field::area("description", &label(ctx, "description"), 6), "description", &draft.description,
                errors).render(locale))
            div.query-fields {
                (text("shelf-days", &draft.shelf_days).keyboard("numeric").suffix(ctx.t("unit-days")).render(locale))
                (text("storage", &draft.storage).render(locale))
                (text("certificate", &draft.certificate).render(locale))
                (field(ctx, Field::date("certificate-until", &label(ctx, "certificate-until")), "certificate-until",
                    &draft.certificate_until, errors).render(locale))
            }
            (sh_ui::check_boxes(locale, "publish", &ctx.t("product-publish-field"), &publish, chosen, None))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_becomes_a_draft() {
        let pairs: Pairs = [
            ("name", "昭通丑苹果"),
            ("sku-0-spec", "5 kg"),
            ("sku-1-spec", " "),
            ("sku-2-price", "59.9"),
            ("publish", "1"),
            ("stamp", "7"),
            ("action", "submit"),
        ]
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
        let posted = Posted::of(&pairs);
        assert_eq!((posted.stamp, posted.action.as_str()), (7, "submit"));
        assert!(posted.draft.publish);
        let specs: Vec<(&str, &str)> =
            posted.draft.skus.iter().map(|sku| (sku.spec.as_str(), sku.price.as_str())).collect();
        assert_eq!(specs, [("5 kg", ""), ("", "59.9")]);
    }
}
