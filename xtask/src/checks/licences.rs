//! Checks dependencies: licences and sources according to `deny.toml`. These are the checks of
//! `cargo deny` that need only cargo's metadata, so it does not have to be built; advisories, which
//! need a database, are checked if it is installed.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId, Resolve};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::jobs::log::Log;
use crate::programs::shell::{command, on_path, output, root};

/// The one registry that dependencies may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
struct Rules {
    graph: Graph,
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

/// Checks all dependencies of the workspace, with all features, on the targets of `deny.toml`.
pub(crate) fn check(log: &mut Log) -> Result<()> {
    let rules: Rules =
        toml::from_str(&std::fs::read_to_string(root().join("deny.toml"))?).context("deny.toml")?;
    let mut problems = Vec::new();
    let metadata = metadata(&rules.graph.targets)?;
    let resolved = metadata
        .resolve
        .as_ref()
        .context("expected cargo to resolve the dependencies")?;
    let distributed = distributed(&metadata, resolved);
    for node in &resolved.nodes {
        let package = &metadata[&node.id];
        problems.extend(wildcards(package));
        problems.extend(source(package));
        if package.source.is_some() && distributed.contains(&node.id) {
            problems.extend(licence(package, &rules.licenses.allow));
        }
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    log.say(&format!(
        "{} packages have allowed sources, and {} allowed licences; the others are for tests only",
        resolved.nodes.len(),
        distributed.len()
    ));
    advisories(log)
}

fn metadata(targets: &[String]) -> Result<Metadata> {
    let mut options = vec!["--locked".to_owned(), "--all-features".to_owned()];
    options.extend(
        targets
            .iter()
            .flat_map(|target| ["--filter-platform".to_owned(), target.clone()]),
    );
    Ok(MetadataCommand::new()
        .current_dir(root())
        .other_options(options)
        .exec()?)
}

/// The packages of the distributed programs, without test-only dependencies, as in cargo-deny.
fn distributed<'a>(metadata: &'a Metadata, resolved: &'a Resolve) -> BTreeSet<&'a PackageId> {
    let mut found: BTreeSet<_> = metadata.workspace_members.iter().collect();
    let mut left: Vec<_> = found.iter().copied().collect();
    while let Some(id) = left.pop() {
        let node = resolved.nodes.iter().find(|node| node.id == *id);
        let is_built =
            |kind: &cargo_metadata::DepKindInfo| kind.kind != DependencyKind::Development;
        let needed = node
            .iter()
            .flat_map(|node| &node.deps)
            .filter(|needed| needed.dep_kinds.iter().any(is_built));
        left.extend(
            needed
                .map(|needed| &needed.pkg)
                .filter(|id| found.insert(id)),
        );
    }
    found
}

fn licence(package: &Package, allowed: &[String]) -> Option<String> {
    let of = format!("{} {}", package.name, package.version);
    let Some(text) = &package.license else {
        return Some(format!("{of}: expected a licence, found none"));
    };
    let expression = match Expression::parse_mode(text, ParseMode::LAX) {
        Ok(expression) => expression,
        Err(error) => {
            return Some(format!(
                "{of}: expected an SPDX licence, found `{text}`: {}",
                error.reason
            ));
        }
    };
    // With its exception, if it has one: `Apache-2.0 WITH LLVM-exception` is another licence.
    let is_allowed = |requirement: &spdx::LicenseReq| {
        let name = requirement.to_string();
        allowed.contains(&name)
    };
    (!expression.evaluate(is_allowed))
        .then(|| format!("{of}: expected one of the licences of deny.toml, found `{text}`"))
}

/// A message about a package that is neither local nor from the registry.
fn source(package: &Package) -> Option<String> {
    let source = package.source.as_ref()?;
    (source.repr != REGISTRY).then(|| {
        format!(
            "{} {}: expected it to come from crates.io, found {}",
            package.name, package.version, source.repr
        )
    })
}

/// Messages about dependencies without a version.
fn wildcards(package: &Package) -> Vec<String> {
    if package.source.is_some() {
        return Vec::new();
    }
    let is_open = |dependency: &&cargo_metadata::Dependency| {
        dependency.path.is_none()
            && dependency.req.comparators.is_empty()
            && dependency.kind != DependencyKind::Unknown
    };
    let open = package.dependencies.iter().filter(is_open);
    open.map(|dependency| {
        format!(
            "{}: expected a version for `{}`, found `*`",
            package.name, dependency.name
        )
    })
    .collect()
}

/// Advisories need an external database; they are checked if it is available.
fn advisories(log: &mut Log) -> Result<()> {
    if on_path("cargo-deny").is_none() {
        log.say("NOT RUN: security advisories, because cargo-deny is not installed");
        return Ok(());
    }
    if output(&mut command("cargo", &["deny", "fetch", "db"])).is_none() {
        log.say("NOT RUN: security advisories, because their database cannot be fetched here");
        return Ok(());
    }
    log.run(&mut command("cargo", &["deny", "check", "advisories"]))
}

#[cfg(test)]
mod tests {
    use cargo_metadata::Package;
    use serde_json::json;

    use super::{licence, source, wildcards};

    fn package(licence: &str, source: Option<&str>, requirement: &str) -> Package {
        let dependency = json!({
            "name": "serde", "req": requirement, "kind": null, "optional": false, "uses_default_features": true,
            "features": [], "target": null, "rename": null, "registry": null, "source": super::REGISTRY,
        });
        serde_json::from_value(json!({
            "name": "a", "version": "1.0.0", "id": "a", "license": licence, "source": source, "dependencies": [dependency],
            "targets": [], "features": {}, "manifest_path": "/a/Cargo.toml",
        }))
        .unwrap()
    }

    #[test]
    fn one_of_several_licences_is_enough_and_all_of_some_are_needed() {
        let allowed = ["MIT".to_owned(), "Unicode-3.0".to_owned()];
        let problem = |text: &str| licence(&package(text, Some(super::REGISTRY), "1"), &allowed);
        for text in [
            "MIT",
            "MIT OR Apache-2.0",
            "Apache-2.0/MIT",
            "(GPL-3.0 OR MIT) AND Unicode-3.0",
        ] {
            assert_eq!(problem(text), None, "{text}");
        }
        for text in [
            "GPL-3.0",
            "MIT AND Apache-2.0",
            "MIT WITH LLVM-exception",
            "of my own",
        ] {
            assert!(problem(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_sources_and_open_versions_are_refused() {
        assert!(source(&package("MIT", Some("git+https://example.com/a"), "1")).is_some());
        assert!(source(&package("MIT", Some(super::REGISTRY), "1")).is_none());
        assert_eq!(
            wildcards(&package("MIT", None, "*")),
            ["a: expected a version for `serde`, found `*`"]
        );
        assert!(wildcards(&package("MIT", None, "1")).is_empty());
    }
}
