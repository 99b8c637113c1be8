//! The database goes away in the middle of a posting and comes back: nothing is lost, nothing is double.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must say why")]
#![expect(unreachable_pub, dead_code, reason = "the support module is shared by several tests")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sh_db::{Db, Options};
use sh_kernel::SystemClock;
use sh_testkit::{POSTGRES_VARIABLE, ids, with_database};
use sh_trade::{import::batch::BatchState, service::post};
use support::{ALL, Program, TASK_FORCE, is, schema, till};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long the database is away.
const AWAY: Duration = Duration::from_secs(10);

/// A wire to the database server that can be cut: all connections break, and new ones are refused until it is mended.
struct Wire {
    port: u16,
    cut: Arc<AtomicBool>,
    breaks: Arc<std::sync::Mutex<CancellationToken>>,
}

impl Wire {
    async fn lay(server: &str, tasks: &TaskTracker) -> Self {
        let after_at = server.rsplit_once('@').map_or(server, |(_, rest)| rest);
        let target = after_at.split('/').next().unwrap_or_default().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicBool::new(false));
        let breaks = Arc::new(std::sync::Mutex::new(CancellationToken::new()));
        let (is_cut, now, own) = (Arc::clone(&cut), Arc::clone(&breaks), tasks.clone());
        tasks.spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let (target, broken) = (target.clone(), now.lock().unwrap().clone());
                own.spawn(async move {
                    let mut far = TcpStream::connect(&target).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        () = broken.cancelled() => {}
                    }
                });
            }
        });
        Self { port, cut, breaks }
    }

    fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        let mut breaks = self.breaks.lock().unwrap();
        breaks.cancel();
        *breaks = CancellationToken::new();
    }

    fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_posting_outlives_ten_seconds_without_a_database() {
    let server = std::env::var(POSTGRES_VARIABLE).expect("the address of a PostgreSQL server");
    let name = format!("test_away_{}", std::process::id());
    let options = Options {
        readers_max: 4,
        acquire_seconds: 2,
        sqlite_cache_kib: 4096,
        sqlite_writer_cache_kib: 4096,
        durable: false,
    };
    let maintenance = Db::open(&server, &options).await.unwrap();
    maintenance.create_database(&name).await.unwrap();

    let tasks = TaskTracker::new();
    let wire = Wire::lay(&server, &tasks).await;
    let direct = with_database(&server, &name);
    let (user, _) = direct.split_once("://").unwrap().1.split_once('@').unwrap();
    let db = Db::open(&format!("postgres://{user}@127.0.0.1:{}/{name}", wire.port), &options).await.unwrap();
    db.migrate(&schema()).await.unwrap();
    let program = Program::start_with(db, Arc::new(SystemClock), ids()).await;

    let batch = program.check("market", "till.csv", till(12_000, true)).await.unwrap();
    let job = post::confirm(&program.ctx(TASK_FORCE), &program.app, batch.id, ALL).await.unwrap();
    sh_jobs::start(&program.app, &Arc::new(sh_trade::service::handlers()), 1);
    // Cut once the first groups are there.
    while program.batch(batch.id).await.rows_posted == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    wire.cut();
    tokio::time::sleep(AWAY).await;
    wire.mend();
    let ctx = program.ctx(TASK_FORCE);
    let mut ended = None;
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if let Ok(found) = sh_jobs::find(&ctx, &program.app, job).await
            && found.state.is_finished()
        {
            ended = Some(found);
            break;
        }
    }
    let ended = ended.expect("the job ends");
    assert_eq!(ended.problem, None);
    assert!(ended.attempts > 1, "the cut came too late to be noticed");
    let posted = program.batch(batch.id).await;
    is(&posted, BatchState::Posted);
    assert_eq!(program.claims().await, (12_000, batch.amount_good));
    program.app.stop.cancel();
    program.app.db.close().await;
    maintenance.drop_database(&name).await.unwrap();
    maintenance.close().await;
}
