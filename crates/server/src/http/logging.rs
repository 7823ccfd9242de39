//! Logging to standard error, as JSON or as text. No token is ever logged.

use tracing_subscriber::EnvFilter;

/// Starts logging for the process. `filter` is like `info,claimgate_server=debug`.
///
/// # Errors
/// A message, if the filter is invalid or logging was started before.
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
