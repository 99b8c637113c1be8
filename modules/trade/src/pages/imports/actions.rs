//! What a person does with an import: correct, confirm, stop, discard, withdraw, take the marked file.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sh_files::parse::MoneyUnit;
use sh_http::{App, AppError, Context, Failure, Form, Kind, Path, Redirect};
use sh_kernel::{Id, RegionCode};
use sh_ui::Tone;
use tokio_util::io::ReaderStream;

use crate::{
    import::{batch::BatchState, error::ImportError, fields::Field},
    model::ImportBatch,
    service::{
        check::{self, Correction, refusal_text},
        imports,
        post::{self, Confirmation},
        withdraw,
    },
};

fn home(id: Id<ImportBatch>) -> String {
    format!("/w/imports/{id}")
}

/// Back to the import: with what was done, or with what a person has to do first.
fn back(ctx: &Context, id: Id<ImportBatch>, outcome: Result<&str, ImportError>) -> Result<Redirect, Failure> {
    match outcome {
        Ok(key) => Ok(Redirect::to(home(id)).done(ctx.t(key))),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Unprocessable) => {
            Ok(Redirect::to(home(id)).saying(Tone::Bad, refusal_text(ctx.locale, &error)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Names and values of a form whose number of fields depends on the file.
type Pairs = Vec<(String, String)>;

/// `POST /w/imports/{id}/columns`: what columns and places mean.
pub(crate) async fn columns(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let Some(correction) = correction_of(&pairs) else {
        return Ok(Redirect::to(home(id)).saying(Tone::Bad, ctx.t("import-bad-place")));
    };
    let outcome = check::correct(&ctx, &app, id, &correction).await;
    back(&ctx, id, outcome.map(|_| "import-rechecking"))
}

/// The correction that a form says; `None` if a division code is none. An empty choice leaves a column out, an empty
/// unit goes by the title, an empty code leaves the question open.
fn correction_of(pairs: &Pairs) -> Option<Correction> {
    let map: BTreeMap<&str, &str> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut correction = Correction {
        sheet: map.get("sheet").map(|name| (*name).to_owned()),
        profile: map.get("profile").filter(|name| !name.trim().is_empty()).map(|name| (*name).to_owned()),
        ..Correction::default()
    };
    for (name, value) in &map {
        if let Some(index) = name.strip_prefix("title-") {
            let said = |what: &str| map.get(format!("{what}-{index}").as_str()).copied();
            if let Some(word) = said("field") {
                correction.columns.insert((*value).to_owned(), Field::from_word(word));
            }
            if let Some(word) = said("unit") {
                correction.units.insert((*value).to_owned(), MoneyUnit::from_word(word));
            }
        }
        if let Some(index) = name.strip_prefix("place-") {
            let code = map.get(format!("code-{index}").as_str()).map(|code| code.trim()).unwrap_or_default();
            if !code.is_empty() {
                correction.places.insert((*value).to_owned(), code.parse::<RegionCode>().ok()?);
            }
        }
    }
    Some(correction)
}

/// A person's go-ahead as the form says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ConfirmForm {
    good_only: Option<String>,
    doubtful_too: Option<String>,
}

/// `POST /w/imports/{id}/confirm`: post, or go on posting.
pub(crate) async fn confirm(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
    Form(form): Form<ConfirmForm>,
) -> Result<Redirect, Failure> {
    let go = Confirmation { good_only: form.good_only.is_some(), doubtful_too: form.doubtful_too.is_some() };
    let (batch, _) = imports::get(&ctx, &app, id).await?;
    let outcome = match batch.state {
        BatchState::Posting => post::go_on(&ctx, &app, id).await,
        _ => post::confirm(&ctx, &app, id, go).await,
    };
    back(&ctx, id, outcome.map(|_| "import-confirmed"))
}

/// `POST /w/imports/{id}/stop`
pub(crate) async fn stop(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
) -> Result<Redirect, Failure> {
    match post::stop(&ctx, &app, id).await {
        Ok(batch) => {
            let text = ctx.locale.with("import-stopped", &[("count", batch.rows_posted.into())]);
            Ok(Redirect::to(home(id)).saying(Tone::Notice, text))
        }
        Err(error) => back(&ctx, id, Err(error)),
    }
}

/// `POST /w/imports/{id}/discard`
pub(crate) async fn discard(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
) -> Result<Redirect, Failure> {
    let outcome = check::discard(&ctx, &app, id).await;
    back(&ctx, id, outcome.map(|()| "import-discarded"))
}

/// Why an import is taken back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct WithdrawForm {
    reason: String,
}

/// `POST /w/imports/{id}/withdraw`
pub(crate) async fn withdraw(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
    Form(form): Form<WithdrawForm>,
) -> Result<Redirect, Failure> {
    let outcome = withdraw::withdraw(&ctx, &app, id, &form.reason).await;
    back(&ctx, id, outcome.map(|_| "import-withdrawing"))
}

/// `GET /w/imports/{id}/marked`: the user's own file with two columns added.
pub(crate) async fn marked(
    ctx: Context,
    State(app): State<App>,
    Path(id): Path<Id<ImportBatch>>,
) -> Result<Response, Failure> {
    let folder = tempfile::tempdir().map_err(unwritable)?;
    let path = camino::Utf8PathBuf::from_path_buf(folder.path().join("marked"))
        .map_err(|_| unwritable(std::io::Error::other("the folder for temporary files is not UTF-8")))?;
    let format = check::marked_file(&ctx, &app, id, &path).await?;
    let file = tokio::fs::File::open(&path).await.map_err(unwritable)?;
    // The opened file stays readable after its folder is gone.
    drop(folder);
    let name = format!("attachment; filename=\"import-{id}.{}\"", format.extension());
    let headers =
        [(header::CONTENT_TYPE, format.content_type().to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

fn unwritable(error: std::io::Error) -> ImportError {
    ImportError::Store(sh_files::store::StoreError::Io(error))
}
