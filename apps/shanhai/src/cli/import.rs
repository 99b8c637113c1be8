//! `shanhai import`: files come in by the same checks as in the browser.

use std::process::ExitCode;

use camino::Utf8PathBuf;
use indicatif::{ProgressBar, ProgressStyle};
use sh_http::{App, Context, Settings};
use sh_jobs::Progress;
use sh_kernel::{Day, Id};
use sh_trade::{
    import::{
        batch::{Batch, BatchState},
        error::ImportError,
        issue::Issue,
    },
    model::ImportBatch,
    pages::row_text,
    service::{check, imports, post, upload},
};
use sh_ui::Locale;

use super::Language;
use crate::wiring::{self, Place};

/// Issues that are written out per file.
const ISSUES_SHOWN_MAX: u32 = 200;

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command")]
pub(crate) struct Import {
    /// The files, all of one source.
    #[arg(required = true)]
    files: Vec<Utf8PathBuf>,
    /// Code of the source that sent them, such as `832` or `city-440100`.
    #[arg(long)]
    source: String,
    /// The import profile of the source by which they are read, as somebody has saved it; the usual one by default.
    #[arg(long)]
    profile: Option<String>,
    /// Only check; keep and post nothing.
    #[arg(long)]
    dry_run: bool,
    /// Post the good rows although some are rejected.
    #[arg(long)]
    good_only: bool,
    /// Post although totals do not agree with the rows or are missing.
    #[arg(long)]
    doubtful_too: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    /// Language of the answer.
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    lang: Language,
}

impl Import {
    const fn locale(&self) -> Locale {
        self.lang.locale()
    }

    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let app = wiring::open(place, Settings::default()).await?;
        wiring::install(&app).await?;
        let ctx = Context::system(&app, "command-line");
        let mut posted = Vec::new();
        let mut code = ExitCode::SUCCESS;
        for file in &self.files {
            let outcome = if self.dry_run {
                self.check_only(&ctx, &app, file).await
            } else {
                self.take(&ctx, &app, file).await
            };
            match outcome {
                Ok(batch) => posted.extend(batch),
                Err(error) => {
                    let text = self.told(&error);
                    self.say(file, &serde_json::json!({ "file": file, "error": text }), &text);
                    code = ExitCode::FAILURE;
                }
            }
        }
        if !posted.is_empty() {
            post_all(&ctx, &app, &posted).await?;
            for id in posted {
                let (batch, _) = imports::get(&ctx, &app, id).await?;
                let known =
                    [("rows", batch.rows_posted.into()), ("amount", batch.amount_good.to_grouped().into())];
                let text = self.locale().with("cli-import-posted", &known);
                self.say(&batch.file_name, &facts(&batch), &text);
            }
        }
        Ok(code)
    }

    async fn check_only(
        &self,
        ctx: &Context,
        app: &App,
        file: &Utf8PathBuf,
    ) -> anyhow::Result<Option<Id<ImportBatch>>> {
        let progress = Progress::detached(std::sync::Arc::clone(&app.clock));
        let checked =
            check::dry_run(ctx, app, &self.source, self.profile.as_deref(), file, &progress).await?;
        let summary = &checked.summary;
        let day = |day: Option<Day>| day.map_or_else(|| "--".to_owned(), |day| day.to_string());
        let known = [
            ("good", summary.rows_good.into()),
            ("bad", summary.rows_bad.into()),
            ("amount", summary.amount_good.to_grouped().into()),
            ("first", day(summary.day_first).into()),
            ("last", day(summary.day_last).into()),
        ];
        let text = self.locale().with("cli-import-checked", &known);
        self.say(file, &serde_json::to_value(summary)?, &text);
        self.say_issues(&checked.issues);
        Ok(None)
    }

    async fn take(
        &self,
        ctx: &Context,
        app: &App,
        file: &Utf8PathBuf,
    ) -> anyhow::Result<Option<Id<ImportBatch>>> {
        let name = file.file_name().unwrap_or(file.as_str());
        let request =
            upload::Upload { source: &self.source, profile: self.profile.as_deref(), file_name: name };
        let id = match imports::standing(ctx, app, &self.source, file).await? {
            Some(standing) if standing.state == BatchState::Posting => {
                let known = [("id", standing.id.to_string().into())];
                let text = self.locale().with("cli-import-goes-on", &known);
                self.say(file, &facts(&standing), &text);
                return Ok(Some(standing.id));
            }
            // Cut off before anything was posted.
            Some(Batch {
                id, state: BatchState::Uploaded | BatchState::Checking, job: Some(job), ..
            }) => {
                sh_jobs::run_now(app, &wiring::handlers(), job, &|_| {}).await?;
                id
            }
            Some(Batch { id, state: BatchState::Checked, .. }) => id,
            _ => receive(ctx, app, &request, file).await?,
        };
        let (batch, _) = imports::get(ctx, app, id).await?;
        if let Some(problem) = &batch.problem {
            let (reason, advice) = check::problem_text(self.locale(), problem);
            anyhow::bail!(check::sentences(self.locale(), &reason, &advice));
        }
        let go = post::Confirmation { good_only: self.good_only, doubtful_too: self.doubtful_too };
        if let Err(error) = post::confirm(ctx, app, id, go).await {
            let issues = imports::issues(ctx, app, id, None, ISSUES_SHOWN_MAX).await?;
            self.say_issues(&issues);
            let known =
                [("id", id.to_string().into()), ("reason", self.told(&anyhow::Error::from(error)).into())];
            anyhow::bail!(self.locale().with("cli-import-not-posted", &known));
        }
        Ok(Some(id))
    }

    /// Why a file was not taken: what a person can mend in words, anything else as it is.
    fn told(&self, error: &anyhow::Error) -> String {
        match error.downcast_ref::<ImportError>() {
            Some(refused) if check::is_mendable(refused) => check::refusal_text(self.locale(), refused),
            _ => format!("{error:#}"),
        }
    }

    /// Row, column, value, reason and fix in one line.
    fn issue(&self, issue: &Issue) -> String {
        let (reason, fix) = check::issue_text(self.locale(), issue);
        let place = match issue.row {
            0 => self.locale().t("import-whole-file"),
            row => row_text(self.locale(), issue.sheet.as_deref(), row),
        };
        let column = issue.column.as_deref().filter(|column| !column.is_empty());
        let cell = column.map(|column| format!(" [{column}] {}", issue.value)).unwrap_or_default();
        format!("{place}{cell}: {reason} {fix}")
    }

    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    fn say(&self, file: &(impl std::fmt::Display + ?Sized), json: &serde_json::Value, text: &str) {
        if self.json {
            println!("{json}");
        } else {
            println!("{file}: {text}");
        }
    }

    #[expect(clippy::print_stdout, reason = "the answer of a command")]
    fn say_issues(&self, issues: &[Issue]) {
        for issue in issues {
            if self.json {
                println!("{}", serde_json::json!(issue));
            } else {
                println!("  {}", self.issue(issue));
            }
        }
    }
}

fn facts(batch: &Batch) -> serde_json::Value {
    serde_json::json!({
        "batch": batch.id, "file": batch.file_name, "state": batch.state.word(), "rows_good": batch.rows_good,
        "rows_bad": batch.rows_bad, "rows_posted": batch.rows_posted, "yuan": batch.amount_good.to_plain(),
    })
}

/// Keeps a file and checks it. A file that came in before by the same source gives its standing batch an error.
pub(crate) async fn receive(
    ctx: &Context,
    app: &App,
    request: &upload::Upload<'_>,
    file: &Utf8PathBuf,
) -> anyhow::Result<Id<ImportBatch>> {
    let uploaded = upload::upload_path(ctx, app, request, file).await?;
    sh_jobs::run_now(app, &wiring::handlers(), uploaded.job, &|_| {}).await?;
    Ok(uploaded.batch)
}

/// Posts confirmed batches and then matches the days of all of them once.
pub(crate) async fn post_all(ctx: &Context, app: &App, batches: &[Id<ImportBatch>]) -> anyhow::Result<()> {
    let bar = bar(batches.len(), "posting");
    for id in batches {
        post::rows(ctx, app, *id, &Progress::detached(std::sync::Arc::clone(&app.clock))).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let bar = self::bar(0, "matching");
    let progress = Progress::detached(std::sync::Arc::clone(&app.clock));
    let follow = follow(bar.clone(), progress.clone());
    let outcome = post::finish(ctx, app, batches, &progress).await;
    follow.abort();
    bar.finish_and_clear();
    Ok(outcome?)
}

/// Copies a running progress to a bar.
#[expect(clippy::disallowed_methods, reason = "ends with the command")]
fn follow(bar: ProgressBar, progress: Progress) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let now = progress.snapshot();
            bar.set_length(now.total);
            bar.set_position(now.done);
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    })
}

/// A bar on the terminal; nothing where the output is not a terminal.
pub(crate) fn bar(total: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>12} {wide_bar} {pos}/{len} {eta}");
    ProgressBar::new(total as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what)
}
