//! `/styleguide`: every component in every state; what the browser tests and the designers look at.

use axum::routing::get;
use sh_http::{Context, Html, Module};
use sh_ui::Theme;
use utoipa_axum::router::OpenApiRouter;

/// The two pages of the style guide.
pub(crate) fn module() -> Module {
    let routes =
        OpenApiRouter::new().route("/styleguide", get(components)).route("/styleguide/cockpit", get(cockpit));
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
