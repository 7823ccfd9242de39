//! Logs: to standard error, as JSON or as text. Nothing that is logged has a token in it.

use tracing_subscriber::EnvFilter;

/// Starts logging, once in a process. `filter` is as in `info,claimgate_server=debug`.
///
/// # Errors
/// A sentence, where the filter is none or logging runs already.
pub fn start_logging(filter: &str, json: bool) -> Result<(), String> {
    let expected = "expected a log filter like `info` or `info,claimgate_server=debug`";
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| format!("{expected}, found `{filter}`: {error}"))?;
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(is_terminal);
    let started = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.try_init()
    };
    started.map_err(|error| error.to_string())
}
