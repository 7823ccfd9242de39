//! Open sessions: what an environment yields, for the token that opened it.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claimgate_api::ChangeAction;
use claimgate_environments::{Environment, Path, property_json};
use zeroize::Zeroizing;

use super::access::grants::Grant;
use super::access::permission::Permission;
use super::evaluate::{Evaluated, blocking};
use super::keys::session_key::{SessionId, SessionOwner, SessionSecret};
use super::names::Name;
use super::record::{Definition, SessionRecord};
use super::scope::Scope;
use super::store::SessionOutcome;
use super::used::used;
use crate::clock::now;
use crate::http::error::ApiError;

/// How long a session is where the request does not say, in seconds.
const DEFAULT_SECONDS: i64 = 2 * 3_600;

/// The longest session, in seconds.
const MAX_SECONDS: i64 = 24 * 3_600;

/// How long a session may be, in seconds: no longer than the request, the permission and the life of the token allow.
///
/// # Errors
/// 400 if the duration is none.
pub(super) fn seconds(
    scope: &Scope,
    duration: Option<&str>,
    grant: Grant,
) -> Result<i64, ApiError> {
    let wanted = match duration.filter(|text| !text.is_empty()) {
        None => DEFAULT_SECONDS,
        Some(text) => {
            let parsed = super::duration::parse(text).filter(|duration| duration.as_secs() > 0);
            let parsed = parsed.ok_or_else(|| {
                ApiError::expected("`duration` of at least a second, like `2h0m0s`", text)
            })?;
            i64::try_from(parsed.as_secs()).unwrap_or(MAX_SECONDS)
        }
    };
    let rest = scope.caller.token.expires.map(|expires| expires - now());
    let limits = [Some(MAX_SECONDS), grant.max_open, rest];
    Ok(limits.into_iter().flatten().fold(wanted, i64::min).max(1))
}

/// Stores what an environment yields, and records who opened it and what it imports. The permissions on imports shorten the
/// session too. Returns its id.
///
/// # Errors
/// 429 if the organization has too much open; 401 if the token was revoked in the meantime, or has expired.
pub(super) async fn create(
    scope: &Scope,
    definition: Option<&Definition>,
    evaluated: Evaluated,
    seconds: i64,
) -> Result<String, ApiError> {
    let Evaluated {
        environment,
        imported,
        ..
    } = evaluated;
    let limits = imported
        .iter()
        .filter_map(|(name, _)| scope.grants.on(name).max_open);
    let seconds = limits.fold(seconds, i64::min);
    let action = ChangeAction::EnvironmentOpened;
    let changes = used(
        &scope.organization,
        action,
        definition,
        &imported,
        Some(seconds),
    );
    let owner = owner(scope, definition.map_or("", |found| &found.environment.id));
    let names: Vec<_> = imported.into_iter().map(|(name, _)| name).collect();
    let (id, secret, created) = (SessionId::generate(), scope.session_secret()?, now());
    // Evaluating took some of the token's time.
    let token_ends = scope.caller.token.expires.unwrap_or(i64::MAX);
    let expires = token_ends.min(created + seconds);
    let (id, record) = blocking(&scope.app, move || {
        let text = text(&names, &environment.without_expressions());
        let record = SessionRecord {
            hash: id.hash(),
            secret: secret.id().to_owned(),
            created,
            expires,
            sealed: STANDARD.encode(id.seal(&secret, &owner, &text)),
            owner,
        };
        (id, record)
    })
    .await?;
    let store = scope.store();
    let hash = &scope.caller.hash;
    match store.create_session(&record, hash, changes).await? {
        SessionOutcome::Stored => Ok(id.reveal().to_owned()),
        SessionOutcome::OverQuota => {
            let message = "too many environments of the organization are open: wait until sessions end, or end some";
            Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, message))
        }
        SessionOutcome::TokenInactive => Err(ApiError::unauthorized()),
    }
}

/// Whose a session of the caller is, in an environment with an id; empty for a document that is not saved.
fn owner(scope: &Scope, environment: &str) -> SessionOwner {
    SessionOwner {
        token: scope.caller.token.id.clone(),
        organization: scope.organization.id,
        environment: environment.to_owned(),
    }
}

/// What is sealed: the names of the imports in one line, and the result.
fn text(imported: &[Name], environment: &Environment) -> Zeroizing<Vec<u8>> {
    let mut text = serde_json::to_vec(imported).unwrap_or_default();
    text.push(b'\n');
    text.append(&mut serde_json::to_vec(environment).unwrap_or_default());
    Zeroizing::new(text)
}

/// What a session of the caller holds, as JSON: all of it, or the value at a path. The permissions on what was imported are
/// looked up again.
///
/// # Errors
/// 404 if there is no such session of this token and environment, or it has ended; 403 or 404 if an import may not be opened
/// any more; 400 if there is nothing at the path.
pub(super) async fn read(
    scope: &Scope,
    environment: &str,
    id: &str,
    property: Option<&str>,
) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    let path: Option<Path> = property.map(path).transpose()?;
    let id = SessionId::read(id);
    let session = own(scope, environment, &id).await?;
    let secret = scope.session_secret()?;
    let opened = blocking(&scope.app, move || {
        let (imported, result) = unseal(&secret, &id, &session)?;
        let part = match &path {
            None => Some(result),
            Some(path) => part(&result, path),
        };
        Some((imported, part))
    });
    let (imported, part) = opened.await?.ok_or_else(no_session)?;
    for name in &imported {
        scope.require(name, Permission::Open).await?;
    }
    part.ok_or_else(|| {
        let path = property.unwrap_or_default();
        ApiError::bad_request(format!("unknown property {path:?}"))
    })
}

/// The session with an id, if it is one of the caller in an environment and has not ended.
async fn own(scope: &Scope, environment: &str, id: &SessionId) -> Result<SessionRecord, ApiError> {
    let owner = owner(scope, environment);
    let found = scope.app.store.session(&id.hash()).await?;
    let own = found.filter(|session| session.owner == owner && now() < session.expires);
    own.ok_or_else(no_session)
}

/// The names of the imports, and the result; `None` if they cannot be unsealed.
fn unseal(
    secret: &SessionSecret,
    id: &SessionId,
    session: &SessionRecord,
) -> Option<(Vec<Name>, Zeroizing<Vec<u8>>)> {
    if session.secret != secret.id() {
        return None;
    }
    let sealed = STANDARD.decode(&session.sealed).unwrap_or_default();
    let unsealed = id.unseal(secret, &session.owner, &sealed);
    let unsealed = unsealed.inspect_err(|error| {
        tracing::error!(%error, session = session.hash, "an open session cannot be read");
    });
    let mut text = unsealed.ok()?;
    let line = text.iter().position(|byte| *byte == b'\n')?;
    let imported = serde_json::from_slice(text.get(..line)?).ok()?;
    text.drain(..=line);
    Some((imported, text))
}

fn path(text: &str) -> Result<Path, ApiError> {
    text.parse::<Path>().map_err(|error| {
        let message = format!("expected `property`, a path like `a.b[0]`: {error}");
        ApiError::bad_request(message)
    })
}

fn part(result: &[u8], path: &Path) -> Option<Zeroizing<Vec<u8>>> {
    let found = property_json(std::str::from_utf8(result).ok()?, path)?;
    Some(Zeroizing::new(found.as_bytes().to_vec()))
}

/// Ends a session of the caller.
///
/// # Errors
/// 404 if there is none.
pub(super) async fn end(scope: &Scope, environment: &str, id: &str) -> Result<(), ApiError> {
    let session = own(scope, environment, &SessionId::read(id)).await?;
    Ok(scope.app.store.end_session(&session.hash).await?)
}

fn no_session() -> ApiError {
    ApiError::not_found("there is no such open session, or it has ended")
}
