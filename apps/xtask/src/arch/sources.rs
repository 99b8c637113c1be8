//! What the files of the repository may say: length, place of SQL, no paths of somebody's machine, no package hosts.

use std::{env, fs};

use anyhow::Result;
use camino::{Utf8Path, Utf8PathBuf};

use super::Rules;

/// Folders at the top of a machine that say nothing about whose machine it is.
const COMMON: &[&str] =
    &["bin", "data", "dev", "etc", "home", "mnt", "opt", "proc", "srv", "tmp", "usr", "var"];

pub(super) fn violations(root: &Utf8Path, rules: &Rules, files: &[Utf8PathBuf]) -> Result<Vec<String>> {
    let places = places(root, env::var("HOME").ok().as_deref(), rules);
    let hosts: Vec<String> = rules.text.hosts.iter().map(|parts| parts.join(".")).collect();
    let mut found = Vec::new();
    for file in files {
        // Pictures and spreadsheets are not text; nobody reads a path in them.
        let Ok(text) = String::from_utf8(fs::read(root.join(file))?) else { continue };
        if file.extension() == Some("rs") {
            rust(rules, file, &text, &mut found);
        }
        if !rules.text.except.contains_key(file.as_str()) {
            words(&places, "the absolute path", file, &text, &mut found);
            words(&hosts, "the package host", file, &text, &mut found);
        }
    }
    for file in rules.text.except.keys().filter(|name| !files.iter().any(|file| file == name.as_str())) {
        found.push(format!("arch.toml: there is no file {file}"));
    }
    Ok(found)
}

/// What a path of somebody's machine begins with: what `arch.toml` lists, this machine's home folder, and the folder at
/// the top of this machine that the checkout lies in.
fn places(root: &Utf8Path, home: Option<&str>, rules: &Rules) -> Vec<String> {
    let mut places = rules.text.paths.clone();
    let top = root.components().nth(1).map(|part| part.as_str().to_owned());
    places.extend(top.filter(|top| !COMMON.contains(&top.as_str())).map(|top| format!("/{top}/")));
    places.extend(home.filter(|home| home.len() > 1).map(|home| format!("{}/", home.trim_end_matches('/'))));
    places.sort();
    places.dedup();
    places
}

fn rust(rules: &Rules, file: &Utf8Path, text: &str, found: &mut Vec<String>) {
    let lines = text.lines().count();
    if lines > rules.lines {
        found.push(format!("{file}: {lines} lines, the limit is {}", rules.lines));
    }
    if may_hold_sql(rules, file) {
        return;
    }
    // Tests stand at the end of a file; they may look into tables.
    for (number, line) in text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]") {
        let is_comment = line.trim_start().starts_with("//");
        if !is_comment && rules.sql.begins.iter().any(|begin| line.contains(begin.as_str())) {
            found.push(format!("{file}:{}: SQL outside store.rs", number + 1));
        }
    }
}

fn may_hold_sql(rules: &Rules, file: &Utf8Path) -> bool {
    let is_store_or_test = file
        .components()
        .any(|part| matches!(part.as_str(), "store.rs" | "store" | "tests.rs" | "tests" | "testing.rs"));
    is_store_or_test || rules.sql.allowed.iter().any(|place| file.starts_with(place))
}

fn words(words: &[String], what: &str, file: &Utf8Path, text: &str, found: &mut Vec<String>) {
    for (number, line) in text.lines().enumerate() {
        if let Some(word) = words.iter().find(|word| names(line, word)) {
            found.push(format!("{file}:{}: names {what} {word}", number + 1));
        }
    }
}

/// Whether a line holds `word` on its own, not as the end of a longer name or path.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        line.get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|last| !(last.is_alphanumeric() || "-_.}$~*".contains(last)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::{Sql, Text};

    fn rules() -> Rules {
        Rules {
            lines: 3,
            sql: Sql { begins: vec!["SELECT ".to_owned()], allowed: vec!["platform/db".to_owned()] },
            text: Text { paths: vec!["/Users/".to_owned()], ..Text::default() },
            ..Rules::default()
        }
    }

    fn judged(file: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        rust(&rules(), Utf8Path::new(file), text, &mut found);
        found
    }

    #[test]
    fn long_files_are_named() {
        assert_eq!(judged("a.rs", "1\n2\n3\n"), Vec::<String>::new());
        assert_eq!(judged("a.rs", "1\n2\n3\n4\n"), ["a.rs: 4 lines, the limit is 3"]);
    }

    #[test]
    fn sql_stands_in_stores() {
        let sql = "\n\"SELECT 1\"\n";
        assert_eq!(
            judged("modules/trade/src/pages/queue.rs", sql),
            ["modules/trade/src/pages/queue.rs:2: SQL outside store.rs"]
        );
        for place in
            ["modules/trade/src/store.rs", "modules/trade/src/store/claims.rs", "platform/db/src/tx.rs"]
        {
            assert_eq!(judged(place, sql), Vec::<String>::new(), "{place}");
        }
        assert_eq!(judged("a.rs", "// SELECT one\n#[cfg(test)]\n\"SELECT 1\"\n"), Vec::<String>::new());
        assert_eq!(
            judged("platform/dbx/src/a.rs", "SELECT *"),
            ["platform/dbx/src/a.rs:1: SQL outside store.rs"]
        );
    }

    #[test]
    fn paths_of_this_machine_are_known_without_being_listed() {
        let here = |root: &str, home| places(Utf8Path::new(root), home, &rules());
        assert_eq!(here("/projects/shanhai", Some("/home/li")), ["/Users/", "/home/li/", "/projects/"]);
        assert_eq!(here("/tmp/clone", None), ["/Users/"]);
    }

    #[test]
    fn a_path_counts_only_from_its_beginning() {
        assert!(names("see /Users/li/notes", "/Users/"));
        assert!(names("\"/Users/li\"", "/Users/"));
        assert!(!names("api/Users/7", "/Users/"));
        assert!(!names("$HOME/Users/x", "/Users/"));
    }
}
