//! `GET /w/imports/new`, `POST /w/imports`, the standard templates.

use axum::{
    body::Bytes,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use sh_files::{
    sheet::TemplateTag,
    store::{StoreError, Stored},
    write::{ColumnKind, TemplateField},
};
use sh_http::{App, AppError, Context, Failure, Html, Kind, Multipart, Path, Permission, Query, Redirect};
use sh_ui::{
    Choice, Crumb, Field, Locale, Tone, Upload, button, empty, panel, upload as upload_form, work_page,
};

use crate::{
    import::{batch::Source, error::ImportError, fields::Field as Meaning, profiles},
    pages::source_name,
    service::{
        check::refusal_text,
        sources,
        upload::{self, Uploaded},
    },
};

/// The name of the file field.
const FILE: &str = "file";
/// The version that templates carry.
const TEMPLATE_VERSION: &str = "2026-11";

/// Which source to upload for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewQuery {
    source: String,
}

/// `GET /w/imports/new`
pub(crate) async fn new(
    ctx: Context,
    State(app): State<App>,
    Query(query): Query<NewQuery>,
) -> Result<Html, Failure> {
    ctx.require_somewhere(Permission::ImportClaims)?;
    Ok(Html(page(&ctx, &Choosing::of(&ctx, &app, &query.source).await?, None)))
}

/// What the actor may report for, and how.
struct Choosing {
    own: Vec<Source>,
    /// The source to upload for, once it is chosen. Whoever reports for one source only is not asked which.
    chosen: Option<Source>,
    /// The profiles of that source.
    profiles: Vec<String>,
}

impl Choosing {
    async fn of(ctx: &Context, app: &App, code: &str) -> Result<Self, ImportError> {
        let own = own_sources(ctx, app).await?;
        let chosen = own.iter().find(|source| source.code == code || own.len() == 1).cloned();
        let profiles = match &chosen {
            Some(source) => sources::profiles(ctx, app, &source.code).await?,
            None => Vec::new(),
        };
        Ok(Self { own, chosen, profiles: profiles.into_iter().map(|(name, _)| name).collect() })
    }
}

/// The sources that the actor may report for.
async fn own_sources(ctx: &Context, app: &App) -> Result<Vec<Source>, ImportError> {
    let mut own = sources::list(ctx, app).await?;
    own.retain(|source| source.active && source.code != crate::own::SOURCE);
    own.retain(|source| ctx.require_any(Permission::ImportClaims, &source.scopes()).is_ok());
    Ok(own)
}

fn page(ctx: &Context, choosing: &Choosing, error: Option<String>) -> Markup {
    let locale = ctx.locale;
    let title = ctx.t("imports-new");
    let frame = ctx
        .frame(title.clone())
        .crumbs([Crumb::link(ctx.t("imports-title"), "/w/imports"), Crumb::here(title)])
        .with_errors(error.is_some());
    let content = match &choosing.chosen {
        _ if choosing.own.is_empty() => empty(&ctx.t("imports-unknown-source-note"), None),
        None => html! {
            @if let Some(error) = &error { (sh_ui::toast(Tone::Bad, error)) }
            (choose(locale, &choosing.own))
        },
        Some(source) => send(locale, source, &choosing.profiles, error),
    };
    work_page(&frame, &content)
}

fn choose(locale: Locale, own: &[Source]) -> Markup {
    let choices = own
        .iter()
        .map(|source| Choice::new(source.code.clone(), source_name(locale, &source.code, &source.name)))
        .collect();
    html! {
        form method="get" action="/w/imports/new" {
            (Field::select("source", &locale.t("imports-choose-source"), choices).required().render(locale))
            (button(&locale.t("imports-choose-source-next")))
        }
    }
}

fn send(locale: Locale, source: &Source, profiles: &[String], error: Option<String>) -> Markup {
    let form = Upload {
        action: "/w/imports".to_owned(),
        name: FILE.to_owned(),
        label: locale.with(
            "imports-upload-label",
            &[("name", source_name(locale, &source.code, &source.name).into())],
        ),
        hint: Some(locale.t("imports-upload-hint")),
        accept: ".xlsx,.xls,.csv,.txt,.jsonl,.json".to_owned(),
        button: locale.t("imports-upload-button"),
        template: Some((locale.t("imports-template"), format!("/w/imports/template/{}", source.code))),
        hidden: vec![("source".to_owned(), source.code.clone())],
        more: choose_profile(locale, profiles),
        error,
    };
    let titles = profiles::template(source.kind).columns.iter().map(|column| column.0);
    html! {
        (upload_form(locale, &form))
        (panel(&locale.t("imports-columns-expected"), None, &html! {
            p { (titles.collect::<Vec<_>>().join(" · ")) }
        }))
    }
}

/// Which profile to read the file by; nothing to choose while the source has none besides its default one.
fn choose_profile(locale: Locale, profiles: &[String]) -> Option<Markup> {
    let others = profiles.iter().filter(|name| *name != sources::DEFAULT_PROFILE);
    let others: Vec<Choice> = others.map(|name| Choice::new(name, name)).collect();
    let usual = Choice::new(sources::DEFAULT_PROFILE, locale.t("import-profile-usual"));
    (!others.is_empty()).then(|| {
        let choices = std::iter::once(usual).chain(others).collect();
        Field::select("profile", &locale.t("import-profile"), choices).required().render(locale)
    })
}

/// `POST /w/imports`
pub(crate) async fn upload(
    ctx: Context,
    State(app): State<App>,
    Multipart(form): Multipart,
) -> Result<Response, Failure> {
    let mut source = String::new();
    match take(&ctx, &app, form, &mut source).await {
        Ok(done) => Ok(Redirect::to(format!("/w/imports/{}", done.batch))
            .saying(Tone::Info, ctx.t("imports-uploaded"))
            .into_response()),
        Err(Refused::Import(error)) if is_told_in_the_form(&error) => {
            let choosing = Choosing::of(&ctx, &app, &source).await?;
            let page = page(&ctx, &choosing, Some(refusal_text(ctx.locale, &error)));
            Ok((error.kind().status(), Html(page)).into_response())
        }
        Err(Refused::Import(error)) => Err(error.into()),
        Err(Refused::Other(failure)) => Err(failure),
    }
}

/// Why an upload was not taken.
pub(crate) enum Refused {
    Import(ImportError),
    Other(Failure),
}

impl From<ImportError> for Refused {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Import(error.into())
    }
}

/// What a person can mend by choosing another file or source stands beside the form; the rest is a page of its own.
fn is_told_in_the_form(error: &ImportError) -> bool {
    matches!(
        error.kind(),
        Kind::Unprocessable | Kind::Conflict | Kind::TooLarge | Kind::Unavailable | Kind::BadInput
    )
}

/// Takes the parts of an upload: the source first, then the file, which goes to the object store piece by piece.
pub(crate) async fn take(
    ctx: &Context,
    app: &App,
    mut form: axum::extract::Multipart,
    source: &mut String,
) -> Result<Uploaded, Refused> {
    let mut profile: Option<String> = None;
    let broken = |error: axum::extract::multipart::MultipartError| Refused::Other(error.into());
    while let Some(mut part) = form.next_field().await.map_err(broken)? {
        match part.name() {
            Some("source") => *source = part.text().await.map_err(broken)?,
            Some("profile") => {
                profile = Some(part.text().await.map_err(broken)?).filter(|name| !name.is_empty());
            }
            Some(FILE) => {
                // Asked before the bytes are taken: nobody fills the disk for a source that is not theirs.
                upload::may_upload(ctx, app, source).await?;
                let name = part.file_name().unwrap_or_default().to_owned();
                let mut kept = upload::files(app)?.begin()?;
                while let Some(bytes) = part.chunk().await.map_err(broken)? {
                    kept.write(&bytes).await?;
                }
                let stored: Stored = kept.finish().await?;
                let request = upload::Upload { source, profile: profile.as_deref(), file_name: &name };
                return Ok(upload::upload(ctx, app, &request, &stored).await?);
            }
            _ => {}
        }
    }
    Err(Refused::Other(Failure::new(Kind::BadInput, "unreadable-form", "the form has no file")))
}

/// `GET /w/imports/template/{source}`: the standard file to fill in.
pub(crate) async fn template(
    ctx: Context,
    State(app): State<App>,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let source = sources::get(&ctx, &app, &code).await?;
    let written = tokio::task::spawn_blocking(move || template_bytes(&source)).await;
    let bytes = written.map_err(ImportError::from)??;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let plain: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let name = format!("attachment; filename=\"template-{plain}.xlsx\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response())
}

fn template_bytes(source: &Source) -> Result<Bytes, ImportError> {
    let template = profiles::template(source.kind);
    let fields: Vec<TemplateField> = template
        .columns
        .iter()
        .map(|(title, meaning, example)| TemplateField {
            title: (*title).to_owned(),
            required: meaning.is_essential(),
            kind: if matches!(meaning, Meaning::OrderNo | Meaning::SubOrderNo | Meaning::InvoiceNo) {
                ColumnKind::Code
            } else {
                ColumnKind::Text
            },
            // An example stands in a note: one in a row would be sent in and counted.
            note: (*example).to_owned(),
            choices: Vec::new(),
            width: 16,
        })
        .collect();
    let io = |error: std::io::Error| ImportError::Store(StoreError::Io(error));
    let folder = tempfile::tempdir().map_err(io)?;
    let path = camino::Utf8PathBuf::from_path_buf(folder.path().join("template.xlsx"))
        .map_err(|path| io(std::io::Error::other(format!("{} is not UTF-8", path.display()))))?;
    let tag = TemplateTag { name: source.kind.word().to_owned(), version: TEMPLATE_VERSION.to_owned() };
    let sheet = if template.sheet.is_empty() { "Sheet1" } else { template.sheet };
    sh_files::write::template(&path, &tag, sheet, &fields, &[])
        .map_err(|error| io(std::io::Error::other(error)))?;
    Ok(std::fs::read(&path).map_err(io)?.into())
}
