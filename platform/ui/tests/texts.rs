//! Both languages are complete, agree on their placeholders, and hold exactly the keys that the sources use.
#![expect(clippy::unwrap_used, reason = "helpers of tests stop at the first surprise")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_bundle::FluentResource;
use sh_ui::{DYNAMIC_KEYS, Locale};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Files with this ending below a folder, without build output and hidden folders.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !matches!(name.as_str(), "target" | "node_modules" | "dist") {
                files(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

/// Every message of one language: its placeholders and the file it stands in.
fn messages(locale: Locale) -> BTreeMap<String, (BTreeSet<String>, String)> {
    let folder = workspace().join("locales").join(locale.tag());
    let mut paths = Vec::new();
    files(&folder, ".ftl", &mut paths);
    assert!(!paths.is_empty(), "no texts in {}", folder.display());
    let mut all = BTreeMap::new();
    for path in paths {
        let source = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Err((_, errors)) = FluentResource::try_new(source.clone()) {
            panic!("{}/{name}: {errors:?}", locale.tag());
        }
        let mut key = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                line.split('=').next().unwrap().trim().clone_into(&mut key);
                let earlier = all.insert(key.clone(), (BTreeSet::new(), name.clone()));
                assert!(
                    earlier.is_none(),
                    "{}/{name}: `{key}` is already defined in {earlier:?}",
                    locale.tag()
                );
            }
            if let Some((placeholders, _)) = all.get_mut(&key) {
                placeholders.extend(line.split('$').skip(1).map(|rest| {
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
                }));
            }
        }
    }
    all
}

#[test]
fn both_languages_say_the_same_things() {
    let (chinese, english) = (messages(Locale::Zh), messages(Locale::En));
    let mut faults = Vec::new();
    for (key, (placeholders, file)) in &chinese {
        match english.get(key) {
            None => faults.push(format!("`{key}` is missing in en/{file}")),
            Some((other, other_file)) => {
                if placeholders != other {
                    faults.push(format!("`{key}` has {placeholders:?} in zh-CN and {other:?} in en"));
                }
                if file != other_file {
                    faults.push(format!("`{key}` stands in zh-CN/{file} but in en/{other_file}"));
                }
            }
        }
    }
    for (key, (_, file)) in &english {
        if !chinese.contains_key(key) {
            faults.push(format!("`{key}` is missing in zh-CN/{file}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Literal keys passed to `.t("…")` and `.with("…", &[`, also where the call is broken over lines.
fn asked_for(source: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for (call, next) in [(".t(", ")"), (".with(", "&[")] {
        for (position, _) in source.match_indices(call) {
            let rest = source.get(position + call.len()..).unwrap().trim_start();
            let Some((key, after)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
                continue;
            };
            // Other types have methods of these names; what follows tells them apart.
            let after = after.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            if is_key(key) && after.starts_with(next) {
                keys.push(key.to_owned());
            }
        }
    }
    keys
}

#[test]
fn sources_and_texts_hold_the_same_keys() {
    let known = messages(Locale::Zh);
    let mut paths = Vec::new();
    for folder in ["apps", "platform", "modules", "bench"] {
        files(&workspace().join(folder), ".rs", &mut paths);
    }
    let mut literals = BTreeSet::new();
    let mut faults = Vec::new();
    for path in &paths {
        let source = fs::read_to_string(path).unwrap();
        for key in asked_for(&source) {
            if !known.contains_key(&key) && !key.starts_with("no-such-") {
                faults.push(format!("{}: no text for `{key}`", path.display()));
            }
        }
        literals.extend(source.split('"').filter(|text| is_key(text)).map(str::to_owned));
    }
    for (key, (_, file)) in &known {
        if !literals.contains(key) && !DYNAMIC_KEYS.iter().any(|prefix| key.starts_with(prefix)) {
            faults.push(format!("{file}: nothing uses `{key}`"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn chinese_texts_use_full_width_punctuation() {
    let mut paths = Vec::new();
    files(&workspace().join("locales/zh-CN"), ".ftl", &mut paths);
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mut faults = Vec::new();
    for path in paths {
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with('#')) {
            let letters: Vec<char> = line.chars().collect();
            let half = letters
                .windows(2)
                .any(|pair| matches!(pair, [a, ',' | ';' | '?' | '!' | ':'] if chinese(*a)));
            if half {
                faults.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "half-width punctuation after Chinese:\n{}", faults.join("\n"));
}
