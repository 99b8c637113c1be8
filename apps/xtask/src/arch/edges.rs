//! The edges between the crates of the workspace, and who may use which crate from outside.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Rules;

/// What `cargo metadata` says, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `null` for ordinary ones, else `dev` or `build`.
    kind: Option<String>,
}

pub(super) fn violations(rules: &Rules, metadata: &Metadata) -> Vec<String> {
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut found = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some(allowed) = rules.edges.get(name) else {
            found.push(format!("{name}: not in arch.toml; add it to [edges] with what it may depend on"));
            continue;
        };
        let allowed = expand(rules, allowed);
        for dependency in &package.dependencies {
            let target = dependency.name.as_str();
            let in_tests = dependency.kind.as_deref() == Some("dev");
            let for_tests =
                in_tests && (target == name || rules.testing.iter().any(|crate_| crate_ == target));
            if ours.contains(target) && !allowed.contains(target) && !for_tests {
                found.push(format!("{name}: may not depend on {target}"));
            }
            if rules.only.get(target).is_some_and(|users| users.iter().all(|user| user != name)) {
                found.push(format!("{name}: may not use {target}"));
            }
        }
    }
    let mentioned = rules
        .edges
        .iter()
        .flat_map(|(name, allowed)| std::iter::once(name.as_str()).chain(expand(rules, allowed)));
    let unknown: BTreeSet<&str> = mentioned.filter(|name| !ours.contains(name)).collect();
    found.extend(unknown.into_iter().map(|name| format!("arch.toml: there is no crate {name}")));
    found
}

fn expand<'r>(rules: &'r Rules, names: &'r [String]) -> BTreeSet<&'r str> {
    let group = |name: &'r String| rules.groups.get(name).map_or(std::slice::from_ref(name), Vec::as_slice);
    names.iter().flat_map(group).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        toml::from_str(
            r#"
            testing = ["testkit"]
            lines = 600
            [groups]
            base = ["kernel", "db"]
            [edges]
            kernel = []
            db = ["kernel"]
            testkit = ["base"]
            trade = ["base"]
            [only]
            sqlx = ["db"]
            [sql]
            begins = []
            allowed = []
            [text]
            paths = []
            hosts = []
            "#,
        )
        .unwrap()
    }

    /// A crate with its dependencies and their kinds.
    type Crate<'t> = (&'t str, &'t [(&'t str, Option<&'t str>)]);

    fn workspace(edges: &[Crate<'_>]) -> Metadata {
        let packages = edges.iter().map(|(name, dependencies)| Package {
            name: (*name).to_owned(),
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency { name: (*name).to_owned(), kind: kind.map(str::to_owned) })
                .collect(),
        });
        Metadata { packages: packages.collect() }
    }

    const KERNEL: Crate<'static> = ("kernel", &[]);
    const TESTKIT: Crate<'static> = ("testkit", &[("db", None)]);

    #[test]
    fn edges_that_are_listed_pass() {
        let found = violations(
            &rules(),
            &workspace(&[
                KERNEL,
                TESTKIT,
                ("db", &[("kernel", None), ("sqlx", None), ("testkit", Some("dev"))]),
                ("trade", &[("db", None), ("serde", None), ("trade", Some("dev"))]),
            ]),
        );
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn every_other_edge_is_named() {
        let found = violations(
            &rules(),
            &workspace(&[
                ("kernel", &[("db", None)]),
                TESTKIT,
                ("db", &[("trade", Some("dev"))]),
                ("trade", &[("testkit", None), ("sqlx", None)]),
                ("mall", &[]),
            ]),
        );
        assert_eq!(
            found,
            [
                "kernel: may not depend on db",
                "db: may not depend on trade",
                "trade: may not depend on testkit",
                "trade: may not use sqlx",
                "mall: not in arch.toml; add it to [edges] with what it may depend on",
            ]
        );
    }

    #[test]
    fn what_is_gone_is_struck_from_the_list() {
        let found = violations(&rules(), &workspace(&[KERNEL, TESTKIT, ("trade", &[])]));
        assert_eq!(found, ["arch.toml: there is no crate db"]);
    }
}
