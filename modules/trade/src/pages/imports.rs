//! `/w/imports`: the list of imports, the upload, one import from its check to its withdrawal.

mod actions;
mod list;
mod review;
mod show;
mod upload;

pub(crate) use review::{field_text, unit_text};

use axum::{
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use sh_http::{App, Context, Failure, MenuEntry, Permission};
use sh_ui::{Locale, Tone};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    import::{batch::BatchState, file::LIMITS},
    service::upload::Uploaded,
};

/// What a form with a file may have besides the file itself.
const FORM_BYTES: u64 = 64 * 1024;

/// Bytes that an upload may have in all.
pub(crate) fn upload_bytes() -> usize {
    usize::try_from(LIMITS.file_bytes + FORM_BYTES).unwrap_or(usize::MAX)
}

/// Takes the parts of an upload for the JSON interface.
pub(crate) async fn take_upload(
    ctx: &Context,
    app: &App,
    form: axum::extract::Multipart,
) -> Result<Uploaded, Failure> {
    upload::take(ctx, app, form, &mut String::new()).await.map_err(|refused| match refused {
        upload::Refused::Import(error) => error.into(),
        upload::Refused::Other(failure) => failure,
    })
}

/// The pages.
pub fn routes() -> OpenApiRouter<App> {
    let upload = OpenApiRouter::new()
        .route("/w/imports", get(list::list).post(upload::upload))
        .layer(DefaultBodyLimit::max(upload_bytes()));
    OpenApiRouter::new()
        .merge(upload)
        .route("/w/imports/new", get(upload::new))
        .route("/w/imports/template/{source}", get(upload::template))
        .route("/w/imports/{id}", get(show::show))
        .route("/w/imports/{id}/marked", get(actions::marked))
        .route("/w/imports/{id}/columns", post(actions::columns))
        .route("/w/imports/{id}/confirm", post(actions::confirm))
        .route("/w/imports/{id}/stop", post(actions::stop))
        .route("/w/imports/{id}/discard", post(actions::discard))
        .route("/w/imports/{id}/withdraw", post(actions::withdraw))
}

/// The page in the menu of the workbench.
pub const MENU: MenuEntry = MenuEntry {
    group: "menu-data",
    label: "imports-title",
    href: "/w/imports",
    permission: Permission::ReadClaims,
    order: 210,
    icon: Some("file-spreadsheet"),
};

/// The name of a state.
pub(crate) fn state_text(locale: Locale, state: BatchState) -> String {
    locale.t(match state {
        BatchState::Uploaded => "import-state-uploaded",
        BatchState::Checking => "import-state-checking",
        BatchState::Checked => "import-state-checked",
        BatchState::Failed => "import-state-failed",
        BatchState::Posting => "import-state-posting",
        BatchState::Stopped => "import-state-stopped",
        BatchState::Posted => "import-state-posted",
        BatchState::Withdrawing => "import-state-withdrawing",
        BatchState::Withdrawn => "import-state-withdrawn",
        BatchState::Discarded => "import-state-discarded",
    })
}

/// How a state looks: what waits for a person stands out.
pub(crate) const fn state_tone(state: BatchState) -> Tone {
    match state {
        BatchState::Uploaded | BatchState::Checking | BatchState::Posting | BatchState::Withdrawing => {
            Tone::Info
        }
        BatchState::Checked | BatchState::Stopped => Tone::Notice,
        BatchState::Failed => Tone::Bad,
        BatchState::Posted | BatchState::Withdrawn | BatchState::Discarded => Tone::Plain,
    }
}

/// A count for a component that takes signed numbers.
pub(crate) fn shown(number: u64) -> String {
    sh_ui::grouped(i64::try_from(number).unwrap_or(i64::MAX))
}
