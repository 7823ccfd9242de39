//! `claimgate env eval`: the values of a definition.

use std::io::{IsTerminal as _, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use claimgate::text::quote::shell;
use claimgate_environments::value::Content;
use claimgate_environments::{Environment, Path, Secrets, Value, has_errors};

use super::evaluated::Evaluated;
use crate::output;

/// The options of `claimgate env eval`.
#[derive(clap::Args)]
pub(super) struct Eval {
    /// A file of an environment, `PROJECT/NAME.yaml`; `-` is standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// The path of one value, such as `aws.login["access key"]`
    #[arg(value_name = "PATH")]
    path: Option<Path>,
    /// The folder of projects that imports are found in [default: the folder around the file's own]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: EvalFormat,
    /// Print the secrets that the file has in plain text; those that are encrypted stay unknown
    #[arg(long)]
    show_secrets: bool,
}

/// How values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum EvalFormat {
    /// JSON
    #[default]
    Json,
    /// YAML
    Yaml,
    /// The text that the value has in a variable
    String,
    /// JSON with the origin of each value
    Detailed,
    /// The variables of `environmentVariables` and `files`, as a dotenv file
    Dotenv,
    /// The same as `export` commands
    Shell,
}

impl Eval {
    /// Prints the values: exit status 0, or 1 if the definition has errors.
    pub(super) fn run(self) -> Result<ExitCode> {
        let evaluated = Evaluated::of(&self.file, self.root.as_deref())?;
        for (source, located) in evaluated.located() {
            output::write_error(&source.render(&located, output::is_colored(&stderr())));
        }
        for remark in evaluated.remarks() {
            output::write_error(&output::lines(&format!("note: {remark}\n")));
        }
        if has_errors(&evaluated.diagnostics) {
            return Ok(output::status(false));
        }
        let all = evaluated.environment.to_value();
        let value = match &self.path {
            Some(path) => {
                let found = all.at_or_unknown(path);
                found.with_context(|| {
                    format!("`{}` has no value `{path}`", output::title(&self.file))
                })?
            }
            None => &all,
        };
        if self.show_secrets && has_unknown_secret(value) && evaluated.has_ciphertext() {
            output::write_error(
                "note: encrypted secrets are `[unknown]`: only the server that encrypted them can decrypt them\n",
            );
        }
        output::write(&self.text(value, &evaluated.environment)?)?;
        Ok(ExitCode::SUCCESS)
    }

    fn text(&self, value: &Value, environment: &Environment) -> Result<String> {
        let secrets = match self.show_secrets {
            true => Secrets::Revealed,
            false => Secrets::Redacted,
        };
        let text = match self.format {
            EvalFormat::Json => return output::pretty(&value.to_json(secrets)),
            EvalFormat::Detailed if self.show_secrets => return output::pretty(value),
            EvalFormat::Detailed => return output::pretty(&value.redacted()),
            EvalFormat::Yaml => value.to_yaml(secrets),
            EvalFormat::String => value.to_text(secrets) + "\n",
            EvalFormat::Dotenv => {
                self.check_variables(environment)?;
                environment.to_dotenv(secrets)
            }
            EvalFormat::Shell => {
                self.check_variables(environment)?;
                let variables = environment.variables(secrets);
                let export =
                    |(name, text): (&str, String)| format!("export {name}={}\n", shell(&text));
                variables.map(export).collect()
            }
        };
        // A program gets the text as it is, a terminal nothing that it would interpret.
        Ok(match stdout().is_terminal() {
            true => output::lines(&text),
            false => text,
        })
    }

    /// Whether variables can be written: of the whole definition, with names that variables can have.
    fn check_variables(&self, environment: &Environment) -> Result<()> {
        if let Some(path) = &self.path {
            bail!("expected no path with `--format dotenv` and `shell`, found `{path}`");
        }
        let mut variables = environment.variables(Secrets::Redacted);
        if let Some((name, _)) = variables.find(|(name, _)| !is_variable(name)) {
            bail!(
                "expected a variable whose name has letters, digits and `_`, and does not begin with a digit, found `{name}`"
            );
        }
        Ok(())
    }
}

fn is_variable(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

fn has_unknown_secret(value: &Value) -> bool {
    match &value.content {
        _ if value.secret && value.unknown => true,
        Content::Array(values) => values.iter().any(has_unknown_secret),
        Content::Object(members) => members.values().any(has_unknown_secret),
        _ => false,
    }
}
