//! Whether a built thing is up to date: a fingerprint of what it was built from, kept in a stamp file.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash as _, Hasher as _},
};

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

/// The fingerprint of the names and contents of `paths`: folders with everything in them except what `skip` names.
///
/// What does not exist counts as absent, so a deleted file changes the fingerprint too. It is not stable between Rust
/// releases, which costs one needless build after an update.
pub(crate) fn fingerprint(paths: &[Utf8PathBuf], skip: &[&str]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        add(path, skip, &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(path: &Utf8Path, skip: &[&str], hasher: &mut DefaultHasher) -> Result<()> {
    if path.file_name().is_some_and(|name| skip.contains(&name)) {
        return Ok(());
    }
    path.as_str().hash(hasher);
    if path.is_dir() {
        let mut entries = path
            .read_dir_utf8()?
            .map(|entry| entry.map(|e| e.path().to_owned()))
            .collect::<Result<Vec<_>, _>>()?;
        entries.sort();
        for entry in entries {
            add(&entry, skip, hasher)?;
        }
    } else if path.is_file() {
        fs::read(path).with_context(|| format!("cannot read {path}"))?.hash(hasher);
    }
    Ok(())
}

/// Whether the stamp holds this fingerprint.
pub(crate) fn is_stamped(stamp: &Utf8Path, fingerprint: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|kept| kept == fingerprint)
}

/// Keeps a fingerprint.
pub(crate) fn stamp(stamp: &Utf8Path, fingerprint: &str) -> Result<()> {
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(stamp, fingerprint).with_context(|| format!("cannot write {stamp}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_to_names_or_contents_shows() {
        let folder =
            Utf8PathBuf::try_from(std::env::temp_dir().join(format!("xtask-hash-{}", std::process::id())))
                .unwrap();
        fs::create_dir_all(folder.join("src/dist")).unwrap();
        let now = || fingerprint(std::slice::from_ref(&folder), &["dist"]).unwrap();
        let empty = now();
        fs::write(folder.join("src/a.css"), "a").unwrap();
        let one = now();
        assert_ne!(empty, one);
        fs::write(folder.join("src/a.css"), "b").unwrap();
        assert_ne!(one, now());
        fs::rename(folder.join("src/a.css"), folder.join("src/b.css")).unwrap();
        let renamed = now();
        fs::write(folder.join("src/dist/built.css"), "x").unwrap();
        assert_eq!(renamed, now(), "what is built from the sources is not a source");
        fs::remove_dir_all(&folder).unwrap();
    }
}
