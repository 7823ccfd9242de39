//! Builds and packs the npm package for publication.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::jobs::job::Job;
use crate::jobs::log::Log;
use crate::programs::shell::{command, root, run, target};
use crate::programs::tools;
use crate::wasm::Module;

/// By default, the package would have a tenth more bytes, and decisions would take as long.
const INLINING: u32 = 50;

/// The engine's two builds, with the features of each: the host checks signatures, or Rust does.
const FLAVOURS: [Module; 2] = [
    Module {
        package: "claimgate-wasm",
        features: "",
        profile: "npm",
        inlining: INLINING,
        output: "claimgate",
        folder: "build",
    },
    Module {
        package: "claimgate-wasm",
        features: "pure",
        profile: "npm",
        inlining: INLINING,
        output: "claimgate",
        folder: "pure",
    },
];

/// The folders of the engine's builds in the package.
const FLAVOUR_NAMES: [&str; 2] = ["host", "pure"];

/// The analysis, which the app's worker has too.
pub(crate) const ANALYSIS: Module = Module {
    package: "claimgate-wasm-analysis",
    features: "",
    profile: "analysis",
    inlining: 5,
    output: "claimgate_analysis",
    folder: "analysis",
};

/// The files that the builds share.
const SHARED: [&str; 10] = [
    "analysis-words.d.ts",
    "analysis.d.ts",
    "analysis.js",
    "engine.js",
    "address.js",
    "special-addresses.js",
    "index.d.ts",
    "input.js",
    "load.js",
    "protocol.js",
];

/// The jobs that build the package; the last one is `npm-pack`. They depend on no others.
pub(crate) fn jobs() -> Vec<Job> {
    vec![
        tools::modules_job(),
        tools::wasm_tools_job(),
        analysis_job(),
    ]
    .into_iter()
    .chain(package_jobs())
    .collect()
}

/// The jobs that build the package, after `modules`, `wasm-tools` and `analysis-wasm`.
pub(crate) fn package_jobs() -> [Job; 3] {
    let [host, pure] = FLAVOURS;
    [
        Job::new(
            "npm-host",
            "the npm package, signatures by the host",
            100.0,
            move |log| host.compile(log),
        )
        .after(&["modules"]),
        Job::new(
            "npm-pure",
            "the npm package, signatures in Wasm",
            120.0,
            move |log| pure.compile(log),
        )
        .after(&["modules"]),
        Job::new("npm-pack", "the npm package, packed", 20.0, pack).after(&[
            "npm-host",
            "npm-pure",
            "analysis-wasm",
            "wasm-tools",
        ]),
    ]
}

/// The job that compiles the analysis, for the package and the app; after `modules`.
pub(crate) fn analysis_job() -> Job {
    let what = "the analysis of policies in Wasm";
    Job::new("analysis-wasm", what, 90.0, |log| ANALYSIS.compile(log)).after(&["modules"])
}

/// Assembles the package from the compiled modules, and packs it.
fn pack(log: &mut Log) -> Result<()> {
    let _lock = log.lock("npm-package")?;
    let (sources, package) = (root().join("crates/wasm/npm"), target().join("npm/package"));
    if package.is_dir() {
        std::fs::remove_dir_all(&package)?;
    }
    for (name, module) in FLAVOUR_NAMES.into_iter().zip(FLAVOURS) {
        let dist = package.join("dist").join(name);
        module.bind(log, &dist)?;
        copy(&sources.join("src/entry"), &dist)?;
        copy(&sources.join("src").join(name), &dist)?;
    }
    let dist = package.join("dist/analysis");
    ANALYSIS.bind(log, &dist)?;
    copy(&sources.join("src/analysis"), &dist)?;
    for file in SHARED {
        std::fs::copy(
            sources.join("src").join(file),
            package.join("dist").join(file),
        )?;
    }
    for file in ["package.json", "README.md"] {
        std::fs::copy(sources.join(file), package.join(file))?;
    }
    std::fs::copy(root().join("LICENSE"), package.join("LICENSE"))?;
    let mut npm = tools::npm(&["pack", "--pack-destination"]);
    log.run(npm.arg(target().join("npm")).current_dir(&package))?;
    log.say(&format!("packed: {}", tarball()?.display()));
    Ok(())
}

/// The path of the packed package.
pub(crate) fn tarball() -> Result<PathBuf> {
    let manifest = std::fs::read_to_string(root().join("crates/wasm/npm/package.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
    let version = manifest["version"]
        .as_str()
        .context("expected a version in the npm package's package.json")?;
    Ok(target().join(format!("npm/claimgate-{version}.tgz")))
}

/// Installs the packed package into the `node_modules` of a folder.
pub(crate) fn install(log: &mut Log, dir: &str) -> Result<()> {
    tools::node_modules(log, dir)?;
    let mut npm = tools::npm(&[
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
    ]);
    log.run(npm.arg(tarball()?).current_dir(root().join(dir)))
}

/// Generates the reference of the package's API from its types.
pub(crate) fn write_reference() -> Result<()> {
    run(&mut tools::npm(&[
        "ci",
        "--prefix",
        "tests/npm",
        "--no-audit",
        "--no-fund",
    ]))?;
    let words = [
        "--test",
        "--test-name-pattern",
        "is up to date",
        "tests/npm/reference.test.mjs",
    ];
    run(command("node", &words).env("CLAIMGATE_WRITE_API", "1"))
}

/// The folders of the engine's builds.
pub(crate) fn build_folders() -> [PathBuf; 2] {
    FLAVOURS.map(Module::build_folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in
        std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?
    {
        let file = entry?.path();
        let Some(name) = file.file_name() else {
            bail!("{} has no name", file.display())
        };
        std::fs::copy(&file, to.join(name))?;
    }
    Ok(())
}
