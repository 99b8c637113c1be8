//! `cargo xtask web`: style sheets, scripts and icons, from `web/` into `web/dist`, only when something changed.

use anyhow::Result;

use crate::{
    hash, node,
    shell::Shell,
    system::{self, Need},
};

/// `cargo xtask web`.
pub(crate) fn task(sh: &Shell) -> Result<()> {
    system::require(sh, &[Need::Node])?;
    build(sh)?;
    sh.say("web/dist is up to date");
    Ok(())
}

/// Builds `web/dist` unless it was built from the very same sources.
pub(crate) fn build(sh: &Shell) -> Result<()> {
    let web = sh.root().join("web");
    let manifest = web.join("dist/manifest.json");
    let stamp = sh.target().join("xtask/web");
    // The manifest belongs to the fingerprint: a dist folder that something else built or emptied is built anew.
    let now = || {
        let sources = hash::fingerprint(std::slice::from_ref(&web), &["node_modules", "dist"])?;
        Ok::<_, anyhow::Error>(format!(
            "{sources} {}",
            hash::fingerprint(std::slice::from_ref(&manifest), &[])?
        ))
    };
    if manifest.is_file() && hash::is_stamped(&stamp, &now()?) {
        return Ok(());
    }
    node::install_packages(sh, "web")?;
    sh.step("web/dist", || {
        sh.run(node::command(sh, "npm", "web")?.args(["run", "--silent", "build"]))?;
        if sh.dry_run() { Ok(()) } else { hash::stamp(&stamp, &now()?) }
    })
}

/// Checks the types of the scripts.
pub(crate) fn check(sh: &Shell) -> Result<()> {
    node::install_packages(sh, "web")?;
    sh.step("types of the scripts", || {
        sh.run(node::command(sh, "npm", "web")?.args(["run", "--silent", "check"]))
    })
}
