//! What the tasks need from the system, and how Debian and Ubuntu get it.
//!
//! Each task names its [`Need`]s. What is missing is installed with apt-get after saying so; on any other system the
//! task says what to install and stops.

use std::{env, fs, process::Command};

use anyhow::{Result, bail};

use crate::{
    node, postgres,
    shell::{Shell, find, output},
};

/// Something that is not in the checkout and not built by cargo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A C compiler and linker, for Rust itself and for the SQLite that is built into the program.
    Compiler,
    /// Node.js of at least [`node::OLDEST`] with npm, which build the style sheets and run the browser tests.
    Node,
    /// The programs of a PostgreSQL server of at least [`postgres::OLDEST`].
    Postgres,
    /// A Chromium or Chrome that the browser tests can drive.
    Chromium,
    /// A font with Chinese glyphs: without one, pages have other widths than readers see.
    ChineseFont,
    /// Python with virtual environments, for the checks and comparisons that come from its package index.
    Python,
}

/// Everything, in the order in which it is checked.
pub(crate) const ALL: &[Need] =
    &[Need::Compiler, Need::Node, Need::Postgres, Need::Chromium, Need::ChineseFont, Need::Python];

impl Need {
    fn name(self) -> String {
        match self {
            Self::Compiler => "C compiler".to_owned(),
            Self::Node => format!("Node.js ≥ {} with npm", node::OLDEST),
            Self::Postgres => format!("PostgreSQL server ≥ {}", postgres::OLDEST),
            Self::Chromium => "Chromium or Chrome".to_owned(),
            Self::ChineseFont => "Chinese font".to_owned(),
            Self::Python => "Python 3 with venv".to_owned(),
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Compiler => &["build-essential", "pkg-config"],
            Self::Node => &["nodejs", "npm"],
            Self::Postgres => &["postgresql"],
            Self::Chromium => &["chromium"],
            Self::ChineseFont => &["fonts-noto-cjk"],
            Self::Python => &["python3-venv"],
        }
    }

    /// Where the thing is, or `None` if it is missing or too old.
    fn found(self, sh: &Shell) -> Option<String> {
        match self {
            Self::Compiler => find("cc").map(String::from),
            Self::Node => node::found(sh),
            Self::Postgres => postgres::binaries().map(String::from),
            Self::Chromium => chromium().map(String::from),
            Self::ChineseFont => chinese_font(),
            Self::Python => {
                let mut probe = Command::new("python3");
                output(probe.args(["-c", "import ensurepip, sys, venv; print(sys.executable)"])).ok()
            }
        }
    }
}

/// `cargo xtask system`: everything that any task needs.
pub(crate) fn task(sh: &Shell) -> Result<()> {
    for need in ALL {
        sh.say(&match need.found(sh) {
            Some(place) => format!("{}: {place}", need.name()),
            None => format!("{}: missing", need.name()),
        });
    }
    if sh.dry_run() {
        sh.say("On a machine that has none of it:");
        apt(sh, ALL)?;
        return Ok(());
    }
    require(sh, ALL)
}

/// Makes sure that `needs` are met: installs what is missing, or says what to install and fails.
pub(crate) fn require(sh: &Shell, needs: &[Need]) -> Result<()> {
    let missing: Vec<Need> = needs.iter().copied().filter(|need| need.found(sh).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = missing.iter().map(|need| need.name()).collect();
    sh.step(&format!("system packages: {} missing", names.join(", ")), || {
        apt(sh, &missing)?;
        if sh.dry_run() {
            return Ok(());
        }
        if missing.contains(&Need::Node) && Need::Node.found(sh).is_none() {
            node::install_newer(sh)?;
        }
        let still: Vec<String> =
            missing.iter().filter(|need| need.found(sh).is_none()).map(|need| need.name()).collect();
        if still.is_empty() {
            Ok(())
        } else {
            bail!("the packages of this system do not give {}: please install by hand", still.join(", "))
        }
    })
}

fn apt(sh: &Shell, missing: &[Need]) -> Result<()> {
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages()).copied().collect();
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if !is_debian_like(&release) || find("apt-get").is_none() {
        bail!("please install what Debian calls {}, then run the task again", packages.join(" "));
    }
    let as_root = is_root();
    if !as_root && find("sudo").is_none() {
        bail!("please run as root: apt-get install {}", packages.join(" "));
    }
    sh.say(&format!("Installing system packages: {}", packages.join(" ")));
    if missing.contains(&Need::Postgres) {
        sh.say("Only the server's programs are used; the database that the package may start is left alone.");
    }
    sh.run(elevated(sh, as_root).args(["apt-get", "-qq", "update"]))?;
    let install = ["apt-get", "-qq", "-y", "--no-install-recommends", "install"];
    sh.run(elevated(sh, as_root).args(install).args(&packages))
}

fn elevated(sh: &Shell, as_root: bool) -> Command {
    let mut command = sh.command(if as_root { "env" } else { "sudo" });
    if !as_root {
        command.arg("env");
    }
    command.arg("DEBIAN_FRONTEND=noninteractive");
    command
}

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// The browser for the browser tests: `SHANHAI_CHROMIUM` if set, else the first known name on the search path.
pub(crate) fn chromium() -> Option<camino::Utf8PathBuf> {
    if let Ok(named) = env::var("SHANHAI_CHROMIUM") {
        return Some(named.into()).filter(|path: &camino::Utf8PathBuf| path.is_file());
    }
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].into_iter().find_map(find)
}

fn chinese_font() -> Option<String> {
    if let Ok(fonts) = output(Command::new("fc-list").args([":lang=zh-cn", "file"]))
        && let Some(first) = fonts.lines().next()
    {
        return Some(first.trim_end_matches([':', ' ']).to_owned());
    }
    let noto = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
    fs::exists(noto).unwrap_or(false).then(|| noto.to_owned())
}

/// Whether `/etc/os-release` speaks of Debian, Ubuntu or a system derived from them.
fn is_debian_like(release: &str) -> bool {
    release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches('"').split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .any(|id| id == "debian" || id == "ubuntu")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_children_are_known() {
        assert!(is_debian_like("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"));
        assert!(is_debian_like("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian_like("ID=fedora\nID_LIKE=rhel\nNAME=\"not debian\"\n"));
        assert!(!is_debian_like(""));
    }

    #[test]
    fn every_need_names_its_packages() {
        for need in ALL {
            assert!(!need.packages().is_empty(), "{need:?}");
        }
    }
}
