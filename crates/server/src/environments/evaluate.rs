//! Evaluates definitions, on threads for work that blocks.

use std::sync::Arc;

use axum::http::StatusCode;
use claimgate_environments::{
    ANONYMOUS, Decrypter, Diagnostic, Document, Environment, Evaluation, Host, Options, check,
    has_errors, open,
};

use super::access::permission::Permission;
use super::host::{Imported, StoredEnvironments, Unsaved, context};
use super::keys::data_key::EnvironmentKeys;
use super::names::Name;
use super::providers::{ServerProviders, Shared};
use super::scope::{Scope, unavailable};
use crate::app::App;
use crate::http::error::ApiError;

/// A definition to evaluate.
pub(super) struct Evaluate {
    /// The environment; none for a document that is not saved.
    pub(super) name: Option<Name>,
    pub(super) text: String,
    /// What decrypts the secrets of the environment.
    pub(super) keys: Option<EnvironmentKeys>,
    pub(super) mode: Mode,
}

/// How it is evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    /// Without opening providers.
    Check(Options),
    /// For a session of so many seconds.
    Open(i64),
}

/// What an evaluation yields.
#[derive(Debug)]
pub(super) struct Evaluated {
    pub(super) environment: Environment,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What was imported, with its revisions.
    pub(super) imported: Vec<(Name, i64)>,
}

impl Evaluated {
    /// The environment.
    ///
    /// # Errors
    /// 400 with all diagnostics, if one is an error.
    pub(super) fn without_errors(self) -> Result<Self, ApiError> {
        if has_errors(&self.diagnostics) {
            return Err(ApiError::invalid_definition(&self.diagnostics));
        }
        Ok(self)
    }
}

/// Evaluates a definition for the caller of a scope. Each import needs the permission to open where secrets are decrypted, else
/// the one to read; a denied import is an error of the definition, and recorded.
///
/// # Errors
/// 503 if the master key cannot be used now, 500 if the database fails.
pub(super) async fn evaluate(scope: &Scope, evaluate: Evaluate) -> Result<Evaluated, ApiError> {
    let needed = match evaluate.mode {
        Mode::Check(options) if !options.show_secrets => Permission::Read,
        _ => Permission::Open,
    };
    let environments = StoredEnvironments::new(scope, needed);
    let seconds = match evaluate.mode {
        Mode::Open(seconds) => Some(seconds),
        Mode::Check(_) => None,
    };
    // Held until the thread is done, even if the request has ended.
    let place = match seconds {
        Some(_) => {
            let opens = Arc::clone(&scope.app.environments()?.opens);
            Some(opens.acquire_owned().await)
        }
        None => None,
    };
    let shared = Shared::new(scope, seconds.unwrap_or_default());
    let token = scope.caller.token.clone();
    let organization = scope.organization.name.clone();
    let (evaluation, imported, unsigned) = blocking(&scope.app, move || {
        let _place = place;
        let duration = seconds.map(super::duration::format);
        let context = context(&token, &organization, duration);
        let decrypter: &dyn Decrypter = match &evaluate.keys {
            Some(keys) => keys,
            None => &Unsaved,
        };
        let evaluation = {
            let providers = ServerProviders::new(&shared);
            let host = Host {
                providers: &providers,
                environments: &environments,
                decrypter,
                context: &context,
            };
            run(&evaluate, host)
        };
        let imported = environments.into_imported();
        (evaluation, imported, shared.into_unavailable())
    })
    .await?;
    let Imported {
        imported,
        denied,
        unavailable: undecrypted,
    } = imported;
    for name in denied {
        let found = scope.grants.on(&name).permission;
        scope.record_denial(&name, needed, found).await?;
    }
    if let Some(error) = undecrypted.or(unsigned) {
        return Err(unavailable(&error));
    }
    Ok(Evaluated {
        environment: evaluation.environment.unwrap_or_default(),
        diagnostics: evaluation.diagnostics,
        imported,
    })
}

fn run(evaluate: &Evaluate, host: Host<'_>) -> Evaluation {
    let name = evaluate.name.as_ref().map(ToString::to_string);
    let name = name.as_deref().unwrap_or(ANONYMOUS);
    let (document, mut diagnostics) = Document::parse(name, &evaluate.text);
    let mut evaluation = match document {
        None => Evaluation::default(),
        Some(document) => match evaluate.mode {
            Mode::Check(options) => check(name, &document, host, options),
            Mode::Open(_) => open(name, &document, host, Options::default()),
        },
    };
    diagnostics.append(&mut evaluation.diagnostics);
    evaluation.diagnostics = diagnostics;
    evaluation
}

/// Runs work that takes a while, such as rewriting a definition, on a thread of its own.
///
/// # Errors
/// 500 if it fails.
pub(super) async fn blocking<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let evaluations = Arc::clone(&app.environments()?.evaluations);
    let permit = evaluations.acquire_owned().await;
    let done = tokio::task::spawn_blocking(move || {
        // Held until the work is done, even if the request has ended.
        let _permit = permit;
        work()
    });
    done.await.map_err(|_| {
        let message = "the environment cannot be evaluated; the log says why";
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    })
}

/// The text of a definition in a request.
///
/// # Errors
/// 400 if it is not UTF-8.
pub(super) fn text(body: &[u8]) -> Result<String, ApiError> {
    let text = std::str::from_utf8(body);
    let text = text.map_err(|error| {
        let message = format!("expected a definition in UTF-8: {error}");
        ApiError::bad_request(message)
    })?;
    Ok(text.to_owned())
}
