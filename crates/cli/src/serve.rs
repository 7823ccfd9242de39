//! `claimgate serve`.

mod environment_keys;
mod lists;
mod secrets;
mod settings;
mod state;

use std::io::Write as _;
use std::net::TcpListener;
use std::process::ExitCode;

use anyhow::{Context as _, Error, Result, anyhow};
use claimgate::time::format_utc;
use claimgate_server::db::{StoreError, sqlite_file};
use claimgate_server::{Server, StartError, Tls, listen};
use serde_json::json;

use crate::output::{self, TROUBLE};

pub(crate) use environment_keys::EnvironmentKeyFlags;
pub(crate) use settings::{MAX_LEEWAY, Serve};
pub(crate) use state::StateFlags;

impl Serve {
    /// Serves until a signal stops it. Where programs read the log, it is in it why the server cannot start.
    pub(crate) fn run(self) -> Result<ExitCode> {
        let mut is_for_programs = self.is_log_for_programs();
        let served = self.with_file().and_then(|settings| {
            is_for_programs = settings.is_log_for_programs();
            settings.run_with_log()
        });
        match served {
            Err(error) if is_for_programs => {
                output::write_error(&log_line(&error));
                Ok(ExitCode::from(TROUBLE))
            }
            served => served.map(|()| ExitCode::SUCCESS),
        }
    }

    fn run_with_log(self) -> Result<()> {
        self.start_logging()?;
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(self.serve())
    }

    async fn serve(self) -> Result<()> {
        let address = self.listen_address()?;
        // Signals are waited for before anything is open that a signal should close.
        let stop = stop_signal()?;
        let listener =
            TcpListener::bind(&address).with_context(|| format!("cannot listen on {address}"))?;
        let bound = listener.local_addr()?;
        let tls = self.tls()?;
        // Before anything is made or printed: a bootstrap token is shown once only.
        tls.as_ref().map_or(Ok(()), Tls::check)?;
        let bootstrap = self.bootstrap_place();
        let command = self.state.bootstrap_command();
        let is_for_people = self.is_log_for_people();
        let config = self.config()?;
        let database = shown(&config.database);
        let server = Server::start(config).await.map_err(|error| match error {
            StartError::Store(
                StoreError::AuditFile { .. }
                | StoreError::BootstrapFile { .. }
                | StoreError::BootstrapTaken { .. },
            ) => anyhow!("{error}"),
            StartError::Store(error) => anyhow!("{database}: {error}"),
            StartError::Bootstrap { .. } | StartError::BootstrapCharacter { .. } => {
                anyhow!("{bootstrap}: {error}")
            }
            other => anyhow!("{other}"),
        })?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{bound}");
        if is_for_people {
            announce(&server, &url, &command);
        } else {
            log_announcement(&server, &url, &command);
        }
        tracing::info!(url, "serving");
        let served = listen(
            listener,
            tls.as_ref(),
            server.router(),
            server.connection_limits(),
            stop,
        )
        .await;
        server.stop().await;
        tracing::info!("stopped");
        Ok(served?)
    }
}

/// An error as a line of the log, which may be filtered.
fn log_line(error: &Error) -> String {
    let line = json!({
        "timestamp": format_utc(claimgate_server::now()),
        "level": "ERROR",
        "message": format!("{error:#}"),
        "target": "claimgate::serve",
    });
    format!("{}\n", output::json(&line.to_string()))
}

/// A database of a valid URL as it may be shown: that of a PostgreSQL may have a password in any of its
/// parts.
pub(crate) fn shown(url: &str) -> String {
    sqlite_file(url).map_or_else(
        || "PostgreSQL".to_owned(),
        |file| file.display().to_string(),
    )
}

/// Logs where the server's first secrets are, where every line is read as JSON.
fn log_announcement(server: &Server, url: &str, bootstrap_command: &str) {
    if let Some(file) = server.bootstrap_file() {
        let file = file.display();
        tracing::info!(%file, command = bootstrap_command, "the bootstrap token is in a file until its first use");
    }
    if server.demo().is_some() {
        tracing::info!(
            tokens = format!("{url}/demo/tokens"),
            "the organization `demo` has sample tokens"
        );
    }
}

/// Prints how to start: on standard error, because it may contain a secret that must not be logged.
fn announce(server: &Server, url: &str, bootstrap_command: &str) {
    let mut text = format!("Claimgate is at {url}\n");
    let request = format!(
        "curl -H \"Authorization: token $TOKEN\" -d '{{\"name\": \"my-org\"}}' {url}/api/orgs"
    );
    let next = if cfg!(feature = "app") {
        "Sign in with it in the app, or create an organization"
    } else {
        "Create an organization with it"
    };
    if let Some(token) = server.new_bootstrap() {
        text += &format!(
            "\nThe bootstrap token has all permissions and is shown only once; keep it safe:\n\n    {}\n\n{next}:\n\n    {request}\n",
            token.reveal()
        );
    }
    if let Some(file) = server.bootstrap_file() {
        text += &format!(
            "\nThe bootstrap token, which has all permissions, is in {} until its first use. {next}:\n\n    \
             TOKEN=\"$({bootstrap_command})\"\n    {request}\n",
            file.display()
        );
    }
    if let Some(demo) = server.demo() {
        match demo.samples(claimgate_server::now()) {
            Ok(samples) => {
                if let Some(sample) = samples.first() {
                    text += &format!(
                        "\nThe organization `demo` has sample tokens at {url}/demo/tokens, such as\n\n    \
                         curl -X POST {url}/api/oauth/token \\\n        \
                         -d audience=urn:pulumi:org:demo \\\n        \
                         -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \\\n        \
                         -d subject_token_type=urn:ietf:params:oauth:token-type:id_token \\\n        \
                         -d requested_token_type={} \\\n        -d subject_token={}\n",
                        sample.requested_token_type, sample.token
                    );
                }
            }
            Err(error) => {
                text += &format!("\nThe sample tokens cannot be signed: {error}\n");
            }
        }
    }
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Resolves on SIGTERM or Ctrl+C.
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
