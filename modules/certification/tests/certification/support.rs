//! A program with the shipped schemes.

use std::sync::Arc;

use camino::Utf8PathBuf;
use sh_certification::{
    import::batch::{Batch, BatchState, Counts},
    model::RegisterImport,
    service::{
        change::{self, Issue},
        imports::{self, check, post},
        look, schemes,
    },
};
use sh_db::{Db, Migration};
use sh_http::{
    App, Context, Page,
    testing::{TestSite, actor},
};
use sh_jobs::Progress;
use sh_kernel::{Day, FixedClock, Id, RegionCode};
use sh_ui::Locale;

pub(crate) const PROVINCE: &str = "task-force@*";
/// The office of a county in Guizhou.
pub(crate) const WEINING: &str = "county@region:520526";
pub(crate) const AUDITOR: &str = "auditor@*";

/// Every table that registers touch.
pub(crate) fn schema() -> Vec<Migration> {
    [
        sh_http::MIGRATIONS,
        sh_access::MIGRATIONS,
        sh_jobs::MIGRATIONS,
        sh_parties::MIGRATIONS,
        sh_certification::MIGRATIONS,
    ]
    .concat()
}

pub(crate) fn day(number: i64) -> Day {
    Day::from_yyyymmdd(number).unwrap()
}

/// A program with the shipped schemes.
pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) clock: Arc<FixedClock>,
    folder: tempfile::TempDir,
}

impl House {
    pub(crate) async fn open(db: Db) -> Self {
        let clock = sh_testkit::clock();
        let mut app = sh_http::testing::app(db, clock.clone(), sh_testkit::ids());
        let folder = tempfile::tempdir().unwrap();
        app.data_dir = Arc::new(Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap());
        schemes::install(&Context::system(&app, "test"), &app).await.unwrap();
        Self { app, clock, folder }
    }

    pub(crate) fn ctx(&self, by: &str) -> Context {
        Context::new(&self.app, actor(by), Locale::Zh)
    }

    pub(crate) fn site(&self) -> TestSite {
        TestSite::new(&self.app, vec![sh_certification::module(), sh_access::module()])
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> Utf8PathBuf {
        let path = Utf8PathBuf::from_path_buf(self.folder.path().join(name)).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Uploads and checks a register.
    pub(crate) async fn checked(
        &self,
        by: &str,
        scheme: &str,
        path: &Utf8PathBuf,
    ) -> (Id<RegisterImport>, Counts) {
        let ctx = self.ctx(by);
        let stored = imports::files(&self.app).unwrap();
        let stored = stored.put(tokio::fs::File::open(path).await.unwrap()).await.unwrap();
        let name = path.file_name().unwrap();
        let id = imports::upload(&ctx, &self.app, scheme, name, &stored).await.unwrap();
        let progress = Progress::detached(self.clock.clone());
        assert_eq!(check::check(&ctx, &self.app, id, &progress).await.unwrap(), BatchState::Checked);
        let (batch, _) = imports::get(&ctx, &self.app, id).await.unwrap();
        (id, batch.checked.unwrap())
    }

    pub(crate) async fn posted(&self, by: &str, id: Id<RegisterImport>) -> Batch {
        let progress = Progress::detached(self.clock.clone());
        post::post(&self.ctx(by), &self.app, id, &progress).await.unwrap()
    }

    /// Imports a register to its end.
    pub(crate) async fn imported(&self, by: &str, scheme: &str, path: &Utf8PathBuf) -> Batch {
        let (id, _) = self.checked(by, scheme, path).await;
        imports::confirm(&self.ctx(by), &self.app, id).await.unwrap();
        self.posted(by, id).await
    }

    pub(crate) async fn issued(&self, scheme: &str, number: &str, region: i64, from: i64) {
        let new = Issue {
            scheme: scheme.to_owned(),
            number: number.to_owned(),
            subject: format!("基地 {number}"),
            holder: "威宁县绿源种植专业合作社".to_owned(),
            region: RegionCode::new(region).unwrap(),
            from: day(from),
            until: None,
        };
        change::issue(&self.ctx(PROVINCE), &self.app, &new).await.unwrap();
    }

    /// The numbers that a filter finds, over all pages.
    pub(crate) async fn numbers(&self, filter: &look::Filter) -> Vec<String> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = Page { after, size: Some(3) };
            let list = look::list(&self.ctx(PROVINCE), &self.app, filter, &page).await.unwrap();
            found.extend(list.items.into_iter().map(|standing| standing.row.number));
            after = list.next;
            if after.is_none() {
                return found;
            }
        }
    }
}
