//! Input and output: files, standard input, standard output.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Result, bail};
use claimgate::pattern::visible;
use claimgate_formats::text::MAX_TEXT;
use serde::Serialize;

/// The exit status of a command that could not run.
pub(crate) const TROUBLE: u8 = 2;

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read(name: &str) -> Result<String> {
    if is_pasted_token(name) {
        bail!("expected a file, found a token; other users can see command lines");
    }
    let bytes = match name {
        "-" => limited(std::io::stdin().lock()).context("cannot read standard input")?,
        _ => {
            let file = std::fs::File::open(Path::new(name));
            limited(file.with_context(|| format!("cannot read `{name}`"))?)
                .with_context(|| format!("cannot read `{name}`"))?
        }
    };
    let text = String::from_utf8(bytes)
        .ok()
        .with_context(|| format!("expected UTF-8 in `{name}`, found other bytes"))?;
    // Editors on Windows put a mark before the text, which means nothing.
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// Whether a token was given instead of a file's name: messages must not show it.
pub(crate) fn is_pasted_token(name: &str) -> bool {
    name.starts_with("eyJ") && !Path::new(name).exists()
}

fn limited(source: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_TEXT as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_TEXT {
        bail!("expected at most {MAX_TEXT} bytes, found more");
    }
    Ok(bytes)
}

/// A file's name in messages.
pub(crate) fn title(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

/// Writes to standard output. A reader that has closed it is not an error.
pub(crate) fn write(text: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// Writes to standard error. A failure could not be reported either.
pub(crate) fn write_error(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A number of things: `1 issuer`, `2 issuers`.
pub(crate) fn count(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Whether a stream shows colours: it is a terminal that can, and no variable such as `NO_COLOR`
/// forbids them, or one such as `CLICOLOR_FORCE` asks for them.
pub(crate) fn is_colored(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

/// A text with the signatures of tokens masked, so that it cannot be used as a token. Its positions
/// stay the same.
pub(crate) fn without_signatures(text: &str) -> String {
    let is_in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut masked = String::with_capacity(text.len());
    for run in text.split_inclusive(|c| !is_in_token(c)) {
        let signature = run.match_indices('.').nth(1).map(|(dot, _)| dot + 1);
        let shown = signature.filter(|_| run.starts_with("eyJ"));
        let (start, end) = run.split_at(shown.unwrap_or(run.len()));
        masked.push_str(start);
        masked.extend(end.chars().map(|c| if is_in_token(c) { '*' } else { c }));
    }
    masked
}

/// A result as JSON for programs.
pub(crate) fn pretty(result: &impl Serialize) -> Result<String> {
    Ok(format!(
        "{}\n",
        json(&serde_json::to_string_pretty(result)?)
    ))
}

/// The exit status of a command that ran.
pub(crate) fn status(is_good: bool) -> ExitCode {
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Lines with what terminals interpret, or do not show, written as escapes.
pub(crate) fn lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// JSON with what terminals interpret, or do not show, written as JSON's own escapes.
pub(crate) fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || visible(c.encode_utf8(&mut [0; 4])).starts_with(c) {
            escaped.push(c);
        } else {
            // All of them are in the first plane.
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_masked() {
        for (text, expected) in [
            ("a: \"eyJh.e30.c2ln\", é", "a: \"eyJh.e30.****\", é"),
            ("eyJh.e30.c2ln.a", "eyJh.e30.******"),
            ("eyJh.e30 a.b.c eyJh.e30.", "eyJh.e30 a.b.c eyJh.e30."),
        ] {
            assert_eq!(without_signatures(text), expected);
        }
    }

    #[test]
    fn what_terminals_interpret_is_written_as_escapes() {
        assert_eq!(
            lines("a\u{1b}[31m\nb\u{202e}\u{9b}ü\\"),
            "a\\u{1b}[31m\nb\\u{202e}\\u{9b}ü\\"
        );
        let text = "a\u{7f}\u{9b}\u{202e}\u{feff}ü\u{1f600}\\";
        let quoted = serde_json::to_string(text).unwrap();
        let escaped = json(&quoted);
        assert_eq!(escaped, "\"a\\u007f\\u009b\\u202e\\ufeffü\u{1f600}\\\\\"");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }
}
