//! What every handler shares: the database, the clock, identifiers, settings, background tasks, services of modules.

use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    net::IpAddr,
    sync::Arc,
};

use camino::Utf8PathBuf;
use sh_db::Db;
use sh_kernel::{Clock, IdGen};
use sh_ui::SiteInfo;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{AppError, Kind};

/// How this installation is reached and what its pages must name.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The address people use, without a slash at the end: `https://shanhai.example`.
    pub public_url: String,
    /// Cookies only over TLS. Off only for a program that is tried out on one machine.
    pub secure_cookies: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// What the foot of public pages names.
    pub site: SiteInfo,
}

/// The shared state of the program. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of identifiers.
    pub ids: Arc<IdGen>,
    /// The folder of the object store.
    pub data_dir: Arc<Utf8PathBuf>,
    /// How this installation is reached.
    pub settings: Arc<Settings>,
    /// Every background task; shutdown waits for them.
    pub tasks: TaskTracker,
    /// Told to stop at shutdown.
    pub stop: CancellationToken,
    services: Arc<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("db", &self.db).field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

/// A service that no module has hung into the program.
#[derive(Debug, thiserror::Error)]
#[error("the program was put together without {0}")]
pub struct MissingService(&'static str);

impl AppError for MissingService {
    fn kind(&self) -> Kind {
        Kind::Internal
    }
    fn code(&self) -> &'static str {
        "internal"
    }
}

impl App {
    /// A program without services of modules.
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        ids: Arc<IdGen>,
        data_dir: Utf8PathBuf,
        settings: Settings,
    ) -> Self {
        Self {
            db,
            clock,
            ids,
            data_dir: Arc::new(data_dir),
            settings: Arc::new(settings),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            services: Arc::default(),
        }
    }

    /// With a service that handlers find by its type. The last one of a type wins.
    #[must_use]
    pub fn with<T: Any + Send + Sync>(mut self, service: T) -> Self {
        let mut services = HashMap::clone(&self.services);
        services.insert(TypeId::of::<T>(), Arc::new(service));
        self.services = Arc::new(services);
        self
    }

    /// The service of this type.
    ///
    /// # Errors
    /// [`MissingService`] if the program was put together without it.
    pub fn get<T: Any + Send + Sync>(&self) -> Result<Arc<T>, MissingService> {
        self.services
            .get(&TypeId::of::<T>())
            .and_then(|service| Arc::clone(service).downcast::<T>().ok())
            .ok_or(MissingService(type_name::<T>()))
    }
}
