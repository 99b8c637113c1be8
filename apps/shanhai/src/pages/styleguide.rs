//! `/styleguide`: every component in every state; what the browser tests and the designers look at.

use axum::routing::get;
use sh_http::{Context, Failure, Html, Kind, Module, Path, specimen};
use sh_ui::Theme;
use utoipa_axum::router::OpenApiRouter;

/// The pages of the style guide.
pub(crate) fn module() -> Module {
    let routes = OpenApiRouter::new()
        .route("/styleguide", get(components))
        .route("/styleguide/cockpit", get(cockpit))
        .route("/styleguide/problems/{status}", get(problem));
    Module::new("styleguide").routes(routes)
}

async fn components(ctx: Context) -> Html {
    let mut frame = ctx.frame(ctx.t("styleguide-title"));
    frame.styles.push("mall.css");
    Html(sh_ui::public_page(&frame, &sh_ui::styleguide(ctx.locale)))
}

async fn cockpit(ctx: Context) -> Html {
    let frame = ctx.frame(ctx.t("styleguide-title")).theme(Theme::SeaNight);
    Html(sh_ui::data_page(&frame, &sh_ui::styleguide_cockpit(ctx.locale)))
}

/// What people see when something is wrong that they cannot bring about.
async fn problem(ctx: Context, Path(status): Path<u16>) -> Result<Html, Failure> {
    let (kind, code) = match status {
        429 => (Kind::TooMany, "too-many"),
        500 => (Kind::Internal, "internal"),
        503 => (Kind::Unavailable, "database-unavailable"),
        _ => return Err(Failure::not_found()),
    };
    Ok(specimen(&ctx, &Failure::new(kind, code, "")))
}
