//! The dependencies between the workspace's packages, which go one way: from the programs down to
//! the engine.

use anyhow::Result;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::programs::shell::root;

const CORE: &str = "claimgate";
const PROVIDERS: &str = "claimgate-providers";
const ANALYSIS: &str = "claimgate-analysis";
const FORMATS: &str = "claimgate-formats";
const TRANSLATIONS: &str = "claimgate-translations";
const ENVIRONMENTS: &str = "claimgate-environments";
const API: &str = "claimgate-api";
const SERVER: &str = "claimgate-server";
const WORKBENCH: &str = "claimgate-workbench";
const LIBRARIES: &[&str] = &[
    CORE,
    PROVIDERS,
    ANALYSIS,
    FORMATS,
    TRANSLATIONS,
    ENVIRONMENTS,
    API,
];
/// The one program contains the server.
const PROGRAM: &[&str] = &[
    CORE,
    PROVIDERS,
    ANALYSIS,
    FORMATS,
    TRANSLATIONS,
    ENVIRONMENTS,
    API,
    SERVER,
];

/// The app contains its workbench.
const APP: &[&str] = &[
    CORE,
    PROVIDERS,
    ANALYSIS,
    FORMATS,
    TRANSLATIONS,
    ENVIRONMENTS,
    API,
    WORKBENCH,
];

/// The packages of the workspace that each one may depend on.
const ALLOWED: [(&str, &[&str]); 17] = [
    (CORE, &[]),
    (PROVIDERS, &[CORE]),
    (ANALYSIS, &[CORE, PROVIDERS]),
    (FORMATS, &[CORE]),
    (TRANSLATIONS, &[CORE, PROVIDERS, ANALYSIS, FORMATS]),
    (ENVIRONMENTS, &[CORE, FORMATS]),
    (API, &[CORE]),
    (SERVER, LIBRARIES),
    ("claimgate-wasm", LIBRARIES),
    ("claimgate-wasm-analysis", LIBRARIES),
    (WORKBENCH, LIBRARIES),
    ("claimgate-web", APP),
    ("claimgate-testing", &[CORE]),
    ("claimgate-cli", PROGRAM),
    ("xtask", &[]),
    ("wasm-tools", &[]),
    ("wasm-test-runner", &[]),
];

/// Describes the dependencies that are not allowed.
pub(super) fn check() -> Result<Vec<String>> {
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()?;
    let needs = needs(&metadata);
    Ok(needs
        .iter()
        .filter_map(|(package, needed)| problem(package, needed))
        .collect())
}

/// Each package with the workspace packages it depends on, apart from dev-dependencies.
fn needs(metadata: &Metadata) -> Vec<(String, Vec<String>)> {
    let members = metadata.workspace_packages();
    let is_member = |name: &str| members.iter().any(|member| member.name.as_str() == name);
    let each = members.iter().map(|package| {
        let built = package.dependencies.iter().filter(|dependency| {
            dependency.kind != DependencyKind::Development && is_member(&dependency.name)
        });
        (
            package.name.to_string(),
            built.map(|dependency| dependency.name.clone()).collect(),
        )
    });
    each.collect()
}

fn problem(package: &str, needed: &[String]) -> Option<String> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package) else {
        return Some(format!(
            "{package}: expected a row in ALLOWED of xtask/src/checks/imports/packages.rs, found none"
        ));
    };
    let upward: Vec<_> = needed
        .iter()
        .map(String::as_str)
        .filter(|name| !allowed.contains(name))
        .collect();
    if upward.is_empty() {
        return None;
    }
    let expected = match allowed {
        [] => "no package of the workspace".to_owned(),
        _ => format!("only {}", allowed.join(", ")),
    };
    Some(format!(
        "{package}: expected it to depend on {expected}, found {}",
        upward.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn arrows_go_one_way() {
        let problem = |package: &str, needed: &str| {
            let needed: Vec<String> = needed.split_whitespace().map(str::to_owned).collect();
            problem(package, &needed)
        };
        for (package, needed) in [
            ("claimgate", ""),
            ("claimgate-analysis", "claimgate claimgate-providers"),
            ("claimgate-cli", "claimgate claimgate-server"),
        ] {
            assert_eq!(problem(package, needed), None, "{package} {needed}");
        }
        for (package, needed, expected) in [
            (
                "claimgate",
                "claimgate-providers",
                "claimgate: expected it to depend on no package of the workspace, \
                 found claimgate-providers",
            ),
            (
                "claimgate-formats",
                "claimgate claimgate-analysis claimgate-server",
                "claimgate-formats: expected it to depend on only claimgate, \
                 found claimgate-analysis, claimgate-server",
            ),
            (
                "claimgate-new",
                "",
                "claimgate-new: expected a row in ALLOWED of xtask/src/checks/imports/packages.rs, \
                 found none",
            ),
        ] {
            assert_eq!(problem(package, needed).as_deref(), Some(expected));
        }
    }
}
