//! Route of the keys that an issuer's tokens are checked with.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use claimgate::jwt::Jwk;
use claimgate::time::format_utc;
use claimgate_api::{ErrorBody, KeyBody, KeysBody};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::record::IssuerRecord;
use super::wire::key_error_detail;
use crate::app::App;
use crate::clock::now;
use crate::http::error::ApiError;
use crate::keys::status::IssuerStatus;
use crate::keys::store::IssuerKeys;
use crate::tokens::caller::Caller;

/// The route of keys.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default().routes(routes!(keys))
}

/// Read the keys that an issuer's tokens are checked with
///
/// The registered ones, or those that the server has fetched. If it has none yet, it fetches them now,
/// as an exchange would. Only public keys are in the answer.
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/issuers/{id}/keys", operation_id = "getIssuerKeys", tag = "issuers",
    params(("org" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = KeysBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn keys(
    State(app): State<Arc<App>>,
    Path((org, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<KeysBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let issuer = app.store.issuer(organization.id, &id).await?;
    Ok(Json(body(&app, &issuer).await))
}

async fn body(app: &App, issuer: &IssuerRecord) -> KeysBody {
    let settings = &issuer.settings;
    let registration = IssuerKeys {
        id: &issuer.id,
        url: &issuer.url,
        static_jwks: settings.jwks.as_deref(),
        thumbprints: &settings.thumbprints,
    };
    let found = app.keys.keys(registration, None).await;
    let keys = found.as_ref().map_or(&[][..], |keys| keys.keys());
    let statuses = app.keys.status();
    let status = statuses.iter().find(|status| status.id == issuer.id);
    let error = found.as_ref().err().or_else(|| status?.error.as_ref());
    let fetched = |status: &IssuerStatus| {
        let age = i64::try_from(status.age?.as_secs()).ok()?;
        Some(format_utc(now() - age))
    };
    KeysBody {
        source: match settings.jwks {
            Some(_) => "registered".to_owned(),
            None => "fetched".to_owned(),
        },
        keys: keys.iter().map(|jwk| key(jwk)).collect(),
        fetched: status.and_then(fetched),
        error: error.map(key_error_detail),
    }
}

fn key(jwk: &Jwk) -> KeyBody {
    let jwk_json = jwk.to_json();
    KeyBody {
        kid: jwk.kid.clone(),
        kty: jwk.kty.clone(),
        alg: jwk.alg.clone(),
        crv: jwk.crv.clone(),
        usage: jwk.usage.clone(),
        bits: jwk.bits,
        problem: jwk.problem.clone(),
        jwk: jwk_json.and_then(|json| serde_json::from_str(&json).ok()),
    }
}
