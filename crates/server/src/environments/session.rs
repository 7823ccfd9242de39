//! Open sessions: what an environment yields, for the token that opened it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claimgate_api::ChangeAction;
use claimgate_environments::{Environment, Path, Value};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::access::grants::Grant;
use super::evaluate::Evaluated;
use super::keys::session_key::{SessionId, SessionOwner};
use super::names::Name;
use super::record::{Definition, SessionRecord};
use super::scope::Scope;
use super::store::change;
use crate::changes::record::Change;
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
/// 429 if the organization has too much open.
pub(super) async fn create(
    scope: &Scope,
    definition: Option<&Definition>,
    evaluated: Evaluated,
    seconds: i64,
) -> Result<String, ApiError> {
    let environment = definition.map_or("", |definition| &definition.environment.id);
    let imports = evaluated.imported.iter();
    let limits = imports.filter_map(|(name, _)| scope.grants.on(name).max_open);
    let seconds = limits.fold(seconds, i64::min);
    let changes = opened(scope, definition, &evaluated.imported, seconds);
    let result = serde_json::to_vec(&evaluated.environment.without_expressions());
    let result = Zeroizing::new(result.unwrap_or_default());
    let (id, master) = (SessionId::generate(), scope.master()?);
    let master = master.current();
    let token = scope.caller.token.id.clone();
    let owner = SessionOwner {
        token: &token,
        organization: scope.organization.id,
        environment,
    };
    let sealed = STANDARD.encode(id.seal(master, owner, &result));
    let created = now();
    let record = SessionRecord {
        hash: id.hash(),
        organization: scope.organization.id,
        environment: environment.to_owned(),
        token: token.clone(),
        master: master.id.clone(),
        created,
        expires: created + seconds,
        sealed,
    };
    if !scope.store().create_session(&record, changes).await? {
        let message = "too many environments of the organization are open: wait until sessions end, or end some";
        return Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, message));
    }
    Ok(id.reveal().to_owned())
}

/// One change for the environment that was opened, and one for each that it imports.
fn opened(
    scope: &Scope,
    definition: Option<&Definition>,
    imported: &[(Name, i64)],
    seconds: i64,
) -> Vec<Change> {
    let root = definition.map(|definition| definition.environment.name.clone());
    let shown = root.as_ref().map_or_else(
        || claimgate_environments::ANONYMOUS.to_owned(),
        ToString::to_string,
    );
    let record = |action, name: &str, detail| {
        change(action, &scope.organization, name).with([None, Some(detail)])
    };
    let revision = definition.map(|definition| definition.revision);
    let names: Vec<_> = imported
        .iter()
        .map(|(name, revision)| format!("{name}@{revision}"))
        .collect();
    let detail = json!({"revision": revision, "seconds": seconds, "imports": names});
    let first = record(ChangeAction::EnvironmentOpened, &shown, detail);
    let rest = imported.iter().map(|(name, revision)| {
        let detail = json!({"revision": revision, "seconds": seconds, "through": shown});
        record(ChangeAction::EnvironmentImported, &name.to_string(), detail)
    });
    std::iter::once(first).chain(rest).collect()
}

/// What a session of the caller holds, as JSON.
///
/// # Errors
/// 404 if there is no such session of this token and environment, or it has ended.
pub(super) async fn read(
    scope: &Scope,
    environment: &str,
    id: &str,
) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    let id = SessionId::read(id);
    let found = scope.app.store.session(&id.hash()).await?;
    let session = found.filter(|session| {
        session.organization == scope.organization.id
            && session.environment == environment
            && session.token == scope.caller.token.id
            && now() < session.expires
    });
    let session = session.ok_or_else(no_session)?;
    let master = scope.master()?;
    let master = master.find(&session.master).ok_or_else(no_session)?;
    let owner = SessionOwner {
        token: &session.token,
        organization: session.organization,
        environment: &session.environment,
    };
    let sealed = STANDARD.decode(&session.sealed).unwrap_or_default();
    id.unseal(master, owner, &sealed).map_err(|error| {
        tracing::error!(%error, session = session.hash, "an open session cannot be read");
        no_session()
    })
}

/// Ends a session of the caller.
///
/// # Errors
/// 404 if there is none.
pub(super) async fn end(scope: &Scope, environment: &str, id: &str) -> Result<(), ApiError> {
    read(scope, environment, id).await?;
    let hash = SessionId::read(id).hash();
    Ok(scope.app.store.end_session(&hash).await?)
}

fn no_session() -> ApiError {
    ApiError::not_found("there is no such open session, or it has ended")
}

/// A part of what a session holds, as JSON.
///
/// # Errors
/// 400 if there is no such part.
pub(super) fn property(result: &[u8], path: &str) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    #[derive(Default, Deserialize)]
    struct Opened {
        #[serde(default)]
        properties: BTreeMap<Arc<str>, Value>,
    }
    let parsed: Path = path.parse().map_err(|error| {
        let message = format!("expected `property`, a path like `a.b[0]`: {error}");
        ApiError::bad_request(message)
    })?;
    let opened: Opened = serde_json::from_slice(result).unwrap_or_default();
    let mut environment = Environment::default();
    environment.properties = opened.properties;
    let unknown = || ApiError::bad_request(format!("unknown property {path:?}"));
    let value = environment.property(&parsed).ok_or_else(unknown)?;
    Ok(Zeroizing::new(
        serde_json::to_vec(value).unwrap_or_default(),
    ))
}
