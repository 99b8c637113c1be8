//! Every address with a placeholder, as everybody: what is not there, or not theirs, is told to be so, and nothing else
//! happens.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use sh_http::{Settings, testing::EVERY_ROLE, testing::TestSite};
use shanhai::wiring::{self, Place};

/// An identifier that nothing has.
const NOBODYS: &str = "0192f000-0000-7000-8000-0000000000ff";
/// A number that nothing has.
const NO_NUMBER: &str = "999999";
/// What forms are refused without before anything is looked up.
const FORM: &str = "amount=1&reference=AB123456&reason=x&said=x";
/// What answers whatever it is asked for: errors shown on purpose, the next report of the queue, whether a code of a
/// certificate is known.
const ANSWERS: &[&str] = &[
    "/styleguide/problems/{status}",
    "/w/matches/{claim}/next",
    "/v/{number}",
    "/api/v1/registers/verify/{number}",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Method and path of every route that the sources declare, for people and for programs.
fn routes() -> BTreeSet<(&'static str, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for house in ["modules", "platform"] {
        for entry in fs::read_dir(root.join(house)).unwrap().map(Result::unwrap) {
            sources(&entry.path().join("src"), &mut files);
        }
    }
    sources(&root.join("apps/shanhai/src"), &mut files);
    let mut all = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (marks, until) in [(".route(\"", ".route("), ("utoipa::path(", ")]")] {
            for piece in text.split(marks).skip(1) {
                let piece = piece.split(until).next().unwrap();
                let path = match piece.split_once("path = \"") {
                    Some((_, rest)) if until == ")]" => rest,
                    _ => piece,
                };
                let path = path.split('"').next().unwrap();
                let declared = |word: &str| match until {
                    ")]" => piece.trim_start().starts_with(word),
                    _ => piece.contains(&format!("{word}(")),
                };
                for (word, method) in [("get", "GET"), ("post", "POST"), ("put", "PUT"), ("delete", "DELETE")]
                {
                    if path.starts_with('/') && declared(word) {
                        all.insert((method, path.to_owned()));
                    }
                }
            }
        }
    }
    all
}

/// A path with something that nobody has in each of its places.
fn filled(path: &str) -> String {
    let parts =
        path.split('/').map(|part| match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            None => part,
            Some("line" | "number" | "version" | "position" | "party" | "province" | "county" | "code") => {
                NO_NUMBER
            }
            Some(_) => NOBODYS,
        });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_theirs_is_not_there_for_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let data = camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    let place = Place { data, database: None };
    let app = wiring::open(&place, Settings::default()).await.unwrap();
    // The site of tests brings the module of the boundary itself.
    let modules = wiring::modules().into_iter().filter(|module| module.name != sh_http::module().name);
    let site = TestSite::new(&app, modules.collect());
    let routes: Vec<_> = routes().into_iter().filter(|(_, path)| path.contains('{')).collect();
    assert!(routes.len() > 150, "only {} routes were found", routes.len());
    let mut wrong = Vec::new();
    for (method, path) in &routes {
        let asked = filled(path);
        let (kind, body) = if path.starts_with("/api/") {
            ("application/json", "{}")
        } else {
            ("application/x-www-form-urlencoded", FORM)
        };
        for by in EVERY_ROLE {
            let answer = site.call(by, method, &asked, kind, body.to_owned()).await;
            let to_sign_in = *by == "public" && answer.header("location").starts_with("/login");
            let open = ANSWERS.contains(&path.as_str());
            let fits = answer.status.is_client_error() || to_sign_in || open;
            if !fits {
                wrong.push(format!("{method} {asked} as {by}: {}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
