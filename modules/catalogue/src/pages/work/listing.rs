//! `/w/listings/{id}`: one submission, what changes, the decision.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sh_http::{App, AppError, Context, Failure, Form, Html, Kind, Path, Redirect};
use sh_kernel::Id;
use sh_regions::Regions;
use sh_ui::{
    CompareRow, Crumb, Tone, Verdict, banner, button_danger, button_link, button_secondary, panel,
    side_by_side, status_tag, work_page,
};

use crate::{
    Categories,
    draft::{Draft, FIELDS, SkuDraft},
    model::{Product, Review, Shelf},
    pages::{
        media, picture,
        shop::{product::back, products::fields, review_tag, shelf_tag},
    },
    service::{
        edit::{self, Opened},
        pictures::in_order,
        review::{self, Decision},
        shelf,
    },
    store::product::Remarks,
};

/// `GET /w/listings/{id}`
pub(crate) async fn show(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
) -> Result<Html, Failure> {
    let opened = edit::open(&ctx, &app, id).await?;
    Ok(Html(page(&ctx, &opened)))
}

fn page(ctx: &Context, opened: &Opened) -> Markup {
    let (locale, product) = (ctx.locale, &opened.product);
    let (tone, state) = shelf_tag(locale, product.shelf);
    let frame = ctx
        .frame(product.name.clone())
        .crumbs([Crumb::link(ctx.t("listings-title"), "/w/listings"), Crumb::here(product.name.clone())])
        .subtitle(html! {
            (opened.shop.name) " " (status_tag(tone, &state))
            @if let Some((tone, text)) = review_tag(locale, product.review) { " " (status_tag(tone, &text)) }
        });
    let content = html! {
        @if product.review == Review::Submitted {
            (decision(ctx, opened))
        } @else {
            (banner(Tone::Info, &decided(ctx, opened), &html! {}))
            (panel(&ctx.t("listing-content"), None, &compare(ctx, opened)))
        }
        (switch_form(ctx, opened))
    };
    work_page(&frame, &content)
}

/// Who has decided, and when, so that nobody decides twice.
fn decided(ctx: &Context, opened: &Opened) -> String {
    let product = &opened.product;
    match (&product.decided_by, product.decided_at) {
        (Some(by), Some(at)) => {
            ctx.locale.with("listing-decided", &[("by", by.into()), ("at", at.to_minute().into())])
        }
        _ => ctx.t("listing-not-submitted"),
    }
}

fn decision(ctx: &Context, opened: &Opened) -> Markup {
    let product = &opened.product;
    html! {
        form.stack method="post" action=(format!("/w/listings/{}/decide", product.id)) {
            input type="hidden" name="stamp" value=(product.stamp);
            (panel(&ctx.t("listing-content"), None, &html! {
                (pictures(opened))
                (compare(ctx, opened))
                p { (button_link(&ctx.t("product-preview"), &format!("/s/products/{}/preview", product.id), None)) }
            }))
            (panel(&ctx.t("listing-remarks"), None, &remarks(ctx)))
            div.query-actions {
                // The first button is what Enter in a remark presses.
                (button_danger(&ctx.t("listing-return"), "action", "return"))
                button.button type="submit" name="action" value="approve" { (ctx.t("listing-approve")) }
            }
        }
    }
}

fn pictures(opened: &Opened) -> Markup {
    let kind = Categories::get().recognise(&opened.product.name).map_or(2, |kind| kind.number);
    let list = in_order(&opened.product.draft(), &opened.pictures);
    html! {
        div.thumbs {
            @if list.is_empty() {
                img src=(picture(None, kind, opened.product.id)) alt="" width="120" height="120";
            }
            @for one in &list {
                a href=(media(&one.large)) {
                    img src=(media(&one.small)) alt=(opened.product.name) width="120" height="120";
                }
            }
        }
    }
}

/// One line per field that can be remarked on: choose the field, say what is wrong.
fn remarks(ctx: &Context) -> Markup {
    html! {
        p.hint { (ctx.t("listing-remarks-hint")) }
        div.query-fields {
            @for field in FIELDS.iter().filter(|field| !matches!(**field, "sku-code" | "gross")).chain(&["all"]) {
                @let label = if *field == "all" { ctx.t("listing-remark-all") } else { ctx.t(&format!("product-{field}")) };
                (sh_ui::Field::text(&format!("remark-{field}"), &label).render(ctx.locale))
            }
        }
    }
}

/// What is on sale and what was handed in, field by field.
fn compare(ctx: &Context, opened: &Opened) -> Markup {
    let product = &opened.product;
    let new = product.draft();
    let old = product.content.as_ref().map(Draft::of);
    let row = |field: &str, left: Option<String>, right: String| {
        let verdict = match &left {
            None => Verdict::Unknown,
            Some(left) if *left == right => Verdict::Agree,
            Some(_) => Verdict::Differ,
        };
        CompareRow {
            label: ctx.t(&format!("product-{field}")),
            left: html! { (left.unwrap_or_else(|| "--".to_owned())) },
            right: html! { (right) },
            verdict,
        }
    };
    let told = |draft: &Draft| tell(ctx, opened, draft);
    let (left, right) = (old.as_ref().map(told), told(&new));
    let mut rows: Vec<CompareRow> = right
        .into_iter()
        .enumerate()
        .map(|(at, (field, text))| {
            let before = left.as_ref().and_then(|left| left.get(at)).map(|one| one.1.clone());
            row(field, before, text)
        })
        .collect();
    for (at, sku) in new.skus.iter().enumerate() {
        let before = old.as_ref().map(|old| old.skus.get(at).map(sku_text).unwrap_or_default());
        rows.push(row("spec", before, sku_text(sku)));
    }
    side_by_side(ctx.locale, &ctx.t("listing-now"), &ctx.t("listing-new"), &rows)
}

fn sku_text(sku: &SkuDraft) -> String {
    [&sku.spec, &sku.content, &sku.gross, &sku.price]
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// The fields of a draft as people read them.
fn tell(ctx: &Context, opened: &Opened, draft: &Draft) -> Vec<(&'static str, String)> {
    let all = Categories::get();
    let kind = if draft.kind.is_empty() { all.recognise(&draft.name) } else { all.named(&draft.kind) };
    let origin = Regions::get().resolve(&draft.origin, None, ctx.today()).one();
    let origin =
        origin.map_or_else(|| draft.origin.clone(), |code| Regions::get().full_name(code, ctx.today()));
    let freight =
        opened.freights.iter().find(|row| row.id.to_string() == draft.freight || row.name == draft.freight);
    vec![
        ("name", draft.name.clone()),
        ("code", draft.code.clone()),
        ("kind", kind.map(|kind| kind.name(ctx.locale).to_owned()).unwrap_or_default()),
        ("origin", origin),
        ("producer", draft.producer.clone()),
        ("description", draft.description.clone()),
        ("delivery", draft.delivery.clone()),
        ("after-sales", draft.after_sales.clone()),
        ("storage", draft.storage.clone()),
        ("shelf-days", draft.shelf_days.clone()),
        ("returnable", draft.returnable.clone()),
        ("limit", draft.limit.clone()),
        ("limit-days", draft.limit_days.clone()),
        ("freight", freight.map_or_else(|| ctx.t("product-freight-free"), |row| row.name.clone())),
        ("certificate", draft.certificate.clone()),
        ("certificate-until", draft.certificate_until.clone()),
    ]
}

fn switch_form(ctx: &Context, opened: &Opened) -> Markup {
    let product = &opened.product;
    let action = format!("/w/listings/{}/switch", product.id);
    match product.shelf {
        Shelf::New => html! {},
        Shelf::SwitchedOff => html! {
            (panel(&ctx.t("listing-switch"), None, &html! {
                p { (product.off_reason.as_deref().unwrap_or_default()) }
                form method="post" action=(action) { (button_secondary(&ctx.t("listing-switch-on"), "off", "0")) }
            }))
        },
        Shelf::Ready | Shelf::OnSale | Shelf::OffSale => html! {
            (panel(&ctx.t("listing-switch"), None, &html! {
                form.form method="post" action=(action) {
                    (sh_ui::Field::text("reason", &ctx.t("listing-switch-why")).required().render(ctx.locale))
                    (button_danger(&ctx.t("listing-switch-off"), "off", "1"))
                }
            }))
        },
    }
}

/// `POST /w/listings/{id}/decide`
pub(crate) async fn decide(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Failure> {
    let get = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str());
    let stamp = get("stamp").and_then(|text| text.parse().ok()).unwrap_or(0);
    let decision = match get("action") {
        Some("approve") => Decision::Approve,
        _ => Decision::Return(remarks_of(&pairs)),
    };
    match review::decide(&ctx, &app, id, stamp, &decision).await {
        Ok(()) => {
            let key = if decision == Decision::Approve { "listing-approved" } else { "listing-returned" };
            let next = review::next(&ctx, &app).await?;
            let to = next.map_or_else(|| "/w/listings".to_owned(), |id| format!("/w/listings/{id}"));
            Ok(Redirect::to(to).done(ctx.t(key)))
        }
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Unprocessable) => {
            let text: Vec<String> = fields(&ctx, &error).0.into_iter().map(|field| field.message).collect();
            Ok(Redirect::to(format!("/w/listings/{id}")).saying(Tone::Bad, text.join(" ")))
        }
        Err(error) => Err(error.into()),
    }
}

fn remarks_of(pairs: &[(String, String)]) -> Remarks {
    pairs
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix("remark-")?.to_owned(), text.trim().to_owned())))
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// Off or on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SwitchForm {
    pub(crate) off: String,
    pub(crate) reason: String,
}

/// `POST /w/listings/{id}/switch`
pub(crate) async fn switch(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<Product>>,
    Form(form): Form<SwitchForm>,
) -> Result<Redirect, Failure> {
    let off = form.off == "1";
    let outcome = shelf::switch(&ctx, &app, id, off, &form.reason).await;
    let key = if off { "listing-is-off" } else { "listing-is-on" };
    back(&ctx, &format!("/w/listings/{id}"), outcome, key)
}
