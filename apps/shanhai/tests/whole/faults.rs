//! What goes wrong in the world: processes are killed, disks are full, databases go away, files are not what they seem.
//! Nothing is lost, nothing is counted twice, and whoever is told something is told what to do.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use sh_db::{Db, DbError, Options, Sql, binds};

use crate::{
    server::Server,
    support::{Place, Said, Values, name, truth},
};

/// Rows of the file that is cut off: three groups of posting, two transactions of matching.
const ROWS: i64 = 5_400;
/// How long anything here may take before a test fails.
const PATIENCE: Duration = Duration::from_mins(2);

/// A file of many sales at counters.
fn large_file(folder: &Path) -> PathBuf {
    let mut text = String::new();
    for row in 0..usize::try_from(ROWS).unwrap() {
        let (month, day) = (4 + row % 8, 1 + row / 8 % 28);
        let place =
            ["贵州省黔南布依族苗族自治州三都水族自治县", "陕西省商洛市丹凤县", "广西壮族自治区百色市德保县"]
                [row % 3];
        writeln!(
            text,
            r#"{{"id":"GT{row:014}","sold_at":"2020-{month:02}-{day:02}T10:00:00+08:00","counter":"C{:04}","seller":"{}合作社","product":"苹果","origin":"{place}","quantity":2000,"unit":"克","amount_fen":{},"refund_fen":0,"certified":"是","destination":"中山市","mode":"代销","paid_by":"alipay","status":"paid"}}"#,
            row % 40,
            ["水晶山", "大坡", "红河", "清江"][row % 4],
            1_000 + row,
        )
        .unwrap();
    }
    let path = folder.join("专柜流水_全年.jsonl");
    fs::write(&path, text).unwrap();
    path
}

/// What the large file gives when nothing goes wrong.
fn undisturbed() -> &'static Values {
    static MADE: std::sync::OnceLock<Values> = std::sync::OnceLock::new();
    MADE.get_or_init(|| {
        let place = Place::empty();
        place.import("counter", &[&large_file(place.folder.path())]).well();
        let figures = place.figures();
        assert_eq!(figures["certified"].1, ROWS);
        figures
    })
}

/// Everything of the large file is there, once.
fn all_there(place: &Place) {
    assert_eq!(place.number("SELECT COUNT(*) FROM import_batch WHERE state = 'posted'"), 1);
    assert_eq!(place.number("SELECT rows_posted FROM import_batch"), ROWS);
    assert_eq!(place.number("SELECT COUNT(*) FROM claim"), ROWS);
    assert_eq!(place.number("SELECT COUNT(DISTINCT row_no) FROM claim"), ROWS);
    assert_eq!(place.number("SELECT COUNT(*) FROM tie"), ROWS);
    assert_eq!(&place.figures(), undisturbed());
    place.audited();
}

/// Looks again and again until a statement gives a number above zero. A database that is not there yet gives none.
fn wait_for(db: &Db, text: &'static str, mut meanwhile: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        let found: Result<Option<(i64,)>, DbError> =
            block_on(db, async |tx| tx.fetch_optional(&Sql::new("wait", text), binds![]).await);
        if found.is_ok_and(|row| row.is_some_and(|(number,)| number > 0)) {
            return true;
        }
        if !meanwhile() {
            return false;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {text}");
        thread::sleep(Duration::from_millis(2));
    }
}

fn block_on<T>(db: &Db, work: impl AsyncFnOnce(&mut sh_db::Tx) -> Result<T, DbError>) -> Result<T, DbError> {
    tokio::runtime::Handle::current().block_on(db.read(work))
}

/// Runs `work` with a connection that lives as long as it.
fn watching<T>(place: &Place, work: impl FnOnce(&Db) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let db = runtime.block_on(Db::open(&place.address(), &Options::default())).unwrap();
    let guard = runtime.enter();
    let outcome = work(&db);
    drop(guard);
    runtime.block_on(db.close());
    outcome
}

fn still_runs(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_none()
}

/// Starts an import of the large file and kills it as soon as a statement gives a number above zero. Then the lease
/// of the killed run is over, as it is for whoever waits half a minute.
fn import_killed_when(place: &Place, file: &Path, text: &'static str) {
    place.run(["migrate"]).well();
    let mut child = place
        .command(["import", "--source", "counter"])
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let reached = watching(place, |db| {
        let reached = wait_for(db, text, || still_runs(&mut child));
        child.kill().unwrap();
        reached
    });
    let status = child.wait().unwrap();
    assert!(reached && status.code().is_none(), "the import was not killed in time: {status}");
    place.tamper("DELETE FROM matching_lease");
}

#[test]
fn an_import_killed_while_posting_goes_on() {
    let place = Place::empty();
    let file = large_file(place.folder.path());
    import_killed_when(&place, &file, "SELECT rows_posted FROM import_batch");
    let posted = place.number("SELECT rows_posted FROM import_batch");
    assert_eq!(place.number("SELECT COUNT(*) FROM claim"), posted, "a group is there whole or not at all");
    let said = place.import("counter", &[&file]).well();
    assert!(said.contains("接着入账") && said.contains("已入账 5,400 行"), "{said}");
    all_there(&place);
}

#[test]
fn an_import_killed_before_matching_goes_on() {
    let place = Place::empty();
    let file = large_file(place.folder.path());
    import_killed_when(
        &place,
        &file,
        "SELECT CASE WHEN rows_posted = 5400 THEN 1 ELSE 0 END FROM import_batch",
    );
    place.import("counter", &[&file]).well();
    all_there(&place);
}

#[test]
fn an_import_killed_in_the_middle_of_matching_goes_on() {
    let place = Place::empty();
    let file = large_file(place.folder.path());
    import_killed_when(&place, &file, "SELECT COUNT(*) FROM tie");
    assert_eq!(place.number("SELECT COUNT(*) FROM import_batch WHERE state = 'posted'"), 0);
    place.import("counter", &[&file]).well();
    all_there(&place);
}

/// A server that runs until it is killed or told to stop.
fn serve(place: &Place) -> Child {
    place.command(["serve", "--port", "0"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Tells a process to end and waits until it has.
fn terminate(mut child: Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0), "a server that is told to stop ends well");
}

const POSTED: &str = "SELECT COUNT(*) FROM import_batch WHERE state = 'posted'";

#[test]
fn a_server_killed_while_it_posts_goes_on_at_its_next_start() {
    let place = Place::empty();
    let file = large_file(place.folder.path());
    // The command line leaves a confirmed import behind, whose posting waits in the queue.
    import_killed_when(&place, &file, "SELECT rows_posted FROM import_batch");
    let mut server = serve(&place);
    watching(&place, |db| {
        assert!(wait_for(db, "SELECT COUNT(*) FROM job WHERE kind = 'import-post' AND state = 2", || {
            still_runs(&mut server)
        }));
    });
    server.kill().unwrap();
    server.wait().unwrap();
    // As it is for whoever waits until the leases of the killed server are over.
    place.tamper("DELETE FROM matching_lease");
    place.tamper("UPDATE job SET lease_until = 0 WHERE state = 2");
    let mut server = serve(&place);
    watching(&place, |db| assert!(wait_for(db, POSTED, || still_runs(&mut server))));
    terminate(server);
    all_there(&place);
}

const BUILDING: &str = "SELECT COUNT(*) FROM cube_key WHERE state = 'building'";

#[test]
fn sums_that_a_killed_program_was_making_are_given_up() {
    let place = Place::empty();
    place.import("counter", &[&large_file(place.folder.path())]).well();
    // As after a new version of the program that keeps other sums.
    place.tamper("DELETE FROM cube");
    place.tamper("DELETE FROM cube_key");
    let mut child = place.command(["migrate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let reached = watching(&place, |db| {
        let reached = wait_for(db, BUILDING, || still_runs(&mut child));
        child.kill().unwrap();
        reached
    });
    let status = child.wait().unwrap();
    assert!(reached && status.code().is_none(), "not killed in time: {status}");
    let left = place.number(BUILDING);
    assert!(left > 1, "{left} sets are left behind");
    // Nobody makes the sums of this one anew, so that what is left of it has to be found.
    place.tamper("UPDATE definition SET state = 'retired' WHERE code = 'with-resale'");
    let mut server = serve(&place);
    watching(&place, |db| {
        let all_given_up =
            "SELECT CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END FROM cube_key WHERE state <> 'ready'";
        assert!(wait_for(db, all_given_up, || still_runs(&mut server)));
    });
    terminate(server);
    assert_eq!(place.number("SELECT COUNT(*) FROM cube_key"), left - 1, "the others were made anew");
    let mut expected = undisturbed().clone();
    expected.remove("with-resale");
    assert_eq!(place.figures(), expected);
    place.audited();
}

#[test]
fn of_two_who_import_the_same_file_at_once_one_wins() {
    let place = Place::empty();
    place.run(["migrate"]).well();
    let file = large_file(place.folder.path());
    let begin = || {
        let mut command = place.command(["import", "--source", "counter"]);
        command.arg(&file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (one, other) = (begin(), begin());
    let (one, other) =
        (Said::of(&one.wait_with_output().unwrap()), Said::of(&other.wait_with_output().unwrap()));
    assert_eq!(place.number("SELECT COUNT(*) FROM import_batch"), 1, "{one:?} {other:?}");
    let id = place.id("SELECT id FROM import_batch");
    let named = [&one, &other].iter().filter(|said| said.out.contains(&id)).count();
    assert!(named >= 1, "nobody is told that the file is there as {id}: {one:?} {other:?}");
    assert!(one.code == Some(0) || other.code == Some(0), "{one:?} {other:?}");
    assert!([&one, &other].iter().all(|said| said.code != Some(2)), "{one:?} {other:?}");
    all_there(&place);
}

/// Runs the program in a process that can write no file beyond a size, as on a disk that is full.
fn with_little_disk(place: &Place, bytes: u64, args: &[&str]) -> Said {
    let real = place.command(args);
    let mut command = Command::new("sh");
    // Without the trap the kernel would end the process instead of refusing the write.
    let blocks = bytes.div_ceil(512).to_string();
    command.args(["-c", r#"trap '' XFSZ; ulimit -f "$1"; shift; exec "$@""#, "sh", &blocks]);
    command.arg(real.get_program()).args(real.get_args());
    for (key, value) in real.get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    Said::of(&command.output().unwrap())
}

#[test]
fn a_full_disk_stops_an_import_and_space_lets_it_go_on() {
    let place = Place::empty();
    place.run(["migrate"]).well();
    let file = large_file(place.folder.path());
    let size = fs::metadata(&file).unwrap().len();
    let args = ["import", "--source", "counter", file.to_str().unwrap()];
    // No room for the file itself.
    let said = with_little_disk(&place, size / 2, &args);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(place.number("SELECT COUNT(*) FROM import_batch"), 0);
    // Room for the file, none for all of its rows.
    let said = with_little_disk(&place, size + (300 << 10), &args);
    assert!(said.code.is_some_and(|code| code > 0), "{said:?}");
    assert!(said.err.contains("disk under the database is full"), "{said:?}");
    assert_eq!(
        place.number("SELECT COUNT(*) FROM claim"),
        place.number("SELECT COALESCE(CAST(SUM(rows_posted) AS BIGINT), 0) FROM import_batch"),
        "a group is there whole or not at all"
    );
    assert_eq!(place.number(POSTED), 0);
    place.tamper("DELETE FROM matching_lease");
    place.import("counter", &[&file]).well();
    all_there(&place);
}

#[test]
fn a_server_outlives_a_database_that_is_away() {
    let mut database = Server::start();
    let place = Place::on(&database.address());
    let file = large_file(place.folder.path());
    import_killed_when(&place, &file, "SELECT rows_posted FROM import_batch");
    let mut server = serve(&place);
    watching(&place, |db| {
        assert!(wait_for(db, "SELECT COUNT(*) FROM job WHERE kind = 'import-post' AND state = 2", || {
            still_runs(&mut server)
        }));
    });
    database.stop();
    thread::sleep(Duration::from_secs(10));
    assert!(still_runs(&mut server), "the server ended with its database");
    database.go_on();
    watching(&place, |db| assert!(wait_for(db, POSTED, || still_runs(&mut server))));
    terminate(server);
    all_there(&place);
}

/// A workbook of our own world with one part replaced or added.
fn workbook_with(part: &str, content: &[u8]) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};
    let mut archive = zip::ZipArchive::new(fs::File::open(truth().file("832")).unwrap()).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let entry_name = entry.name().unwrap().into_owned();
        if entry_name != part {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            writer.start_file(entry_name, options).unwrap();
            writer.write_all(&bytes).unwrap();
        }
    }
    writer.start_file(part, options).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

/// A workbook that says it unpacks to three gigabytes.
fn bomb() -> Vec<u8> {
    let content = vec![b' '; 1 << 20];
    let mut bytes = workbook_with("xl/media/image1.png", &content);
    let (real, claimed) = ((1_u32 << 20).to_le_bytes(), (3_u32 << 30).to_le_bytes());
    let places: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, w)| *w == real).map(|(at, _)| at).collect();
    // What stands last is the directory, which is what a reader believes first.
    let at = places.into_iter().next_back().unwrap();
    bytes[at..at + 4].copy_from_slice(&claimed);
    bytes
}

#[test]
fn a_file_that_is_not_what_it_seems_is_refused_and_changes_nothing() {
    let place = Place::empty();
    place.import("counter", &[&truth().file("counter")]).well();
    let before = place.figures();
    let whole = fs::read(truth().file("832")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("空.xlsx", Vec::new(), "空"),
        ("断.xlsx", whole[..whole.len() / 2].to_vec(), "损坏"),
        ("网页.xlsx", b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), "网页"),
        ("说明.xlsx", b"%PDF-1.7 \n1 0 obj".to_vec(), "不接收 pdf 格式"),
        ("宏.xlsx", workbook_with("xl/vbaProject.bin", b"x"), "宏"),
        ("炸弹.xlsx", bomb(), "太大"),
        ("别的.csv", "姓名,年龄\n张三,30\n".as_bytes().to_vec(), "列"),
        ("密码.xlsx", locked(), "密码"),
    ];
    for (file, bytes, word) in cases {
        let path = folder.path().join(file);
        fs::write(&path, bytes).unwrap();
        let said = place.import("832", &[&path]);
        assert_eq!(said.code, Some(1), "{file}: {said:?}");
        assert!(said.out.to_lowercase().contains(&word.to_lowercase()), "{file}: {said:?}");
        assert!(said.out.contains(file), "{file}: {said:?}");
    }
    let missing = folder.path().join("没有.xlsx");
    assert_eq!(place.import("832", &[&missing]).code, Some(1));
    assert_eq!(place.figures(), before);
    assert_eq!(place.number(POSTED), 1);
    place.audited();
    // A good file beside a bad one still comes in.
    let (good, bad) = (truth().file("832"), folder.path().join("断.xlsx"));
    let said = place.import("832", &[&bad, &good]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains(&format!("{}: 已入账", name(&good))), "{said:?}");
}

/// What a spreadsheet program writes when a password is set: a compound file with the encrypted package in it.
fn locked() -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xffff_fffe;
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let entry = |name: &str, kind: u8, start: u32, size: u32| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let letters = u16::try_from(entry.len() + 2).unwrap();
        entry.resize(64, 0);
        entry.extend(letters.to_le_bytes());
        entry.extend([kind, 1]);
        entry.extend([0xff; 12]);
        entry.resize(116, 0);
        entry.extend(words(&[start, size, 0]));
        entry
    };
    let chain = |first: u32| (1..8).map(move |next| first + next).chain([END]);
    let mut table = vec![0xffff_fffd, END];
    table.extend(chain(2).chain(chain(10)));
    table.resize(SECTOR / 4, u32::MAX);
    let mut file = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    file.extend([0; 16]);
    file.extend([0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0].iter().flat_map(|word| word.to_le_bytes()));
    file.extend(words(&[0, 1, 1, 0, 4096, END, 0, END, 0, 0]));
    file.resize(SECTOR, 0xff);
    file.extend(words(&table));
    file.extend(entry("Root Entry", 5, END, 0));
    file.extend(entry("EncryptedPackage", 2, 2, 4096));
    file.extend(entry("EncryptionInfo", 2, 10, 4096));
    file.extend([0; 128]);
    file.extend([1; 2 * 4096]);
    file
}
