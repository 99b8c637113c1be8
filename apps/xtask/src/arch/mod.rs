//! `cargo xtask arch`: the rules of the house that the compiler does not know, as `arch.toml` lists them.

mod edges;
mod sources;

use std::{collections::BTreeMap, fs, process::Command};

use anyhow::{Context as _, Result, bail};
use camino::Utf8PathBuf;
use serde::Deserialize;

use crate::shell::{Shell, output};

/// `arch.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// Names for several crates at once.
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    /// What each crate of the workspace may depend on: crates of the workspace or groups.
    edges: BTreeMap<String, Vec<String>>,
    /// Crates that every crate may use in its tests.
    #[serde(default)]
    testing: Vec<String>,
    /// Crates from outside that only the named crates may use.
    #[serde(default)]
    only: BTreeMap<String, Vec<String>>,
    /// How long a Rust file may be.
    lines: usize,
    sql: Sql,
    text: Text,
}

/// Where SQL may stand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sql {
    /// How SQL begins.
    begins: Vec<String>,
    /// Files and folders, besides `store.rs`, `store/` and tests.
    allowed: Vec<String>,
}

/// What no file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// Beginnings of absolute paths.
    paths: Vec<String>,
    /// Names of hosts, each in parts.
    hosts: Vec<Vec<String>>,
    /// Files that may, with the reason.
    #[serde(default)]
    except: BTreeMap<String, String>,
}

/// `cargo xtask arch`: names every violation, then fails if there was one.
pub(crate) fn task(sh: &Shell) -> Result<()> {
    sh.step("architecture", || {
        let text = fs::read_to_string(sh.root().join("arch.toml"))?;
        let rules: Rules = toml::from_str(&text).context("arch.toml")?;
        let metadata = output(&mut sh.cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
        let mut found = edges::violations(&rules, &serde_json::from_str(&metadata)?);
        found.extend(sources::violations(sh.root(), &rules, &files(sh)?)?);
        for violation in &found {
            sh.say(violation);
        }
        if found.is_empty() { Ok(()) } else { bail!("{} violations of arch.toml", found.len()) }
    })
}

/// The files of the repository, relative to its root: those git tracks and those it would take.
fn files(sh: &Shell) -> Result<Vec<Utf8PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(sh.root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = output(&mut git)?;
    let mut files: Vec<Utf8PathBuf> =
        listed.split('\0').filter(|name| !name.is_empty()).map(Into::into).collect();
    files.retain(|file| sh.root().join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}
