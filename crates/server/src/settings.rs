//! The settings that the server runs with, as the API shows them. All of them come from flags, the
//! environment or a file, so none can be changed here.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use claimgate_api::{ErrorBody, SettingBody, SettingsBody};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::config::Config;
use crate::http::error::ApiError;
use crate::tokens::caller::Caller;

/// The route of settings.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default().routes(routes!(settings))
}

/// Read the settings of the server
///
/// For the bootstrap token and the admins of any organization. Files, keys and the database are left
/// out.
#[utoipa::path(get, path = "/api/settings", operation_id = "getSettings", tag = "settings",
    responses((status = 200, body = SettingsBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)),
    security(("token" = [])))]
async fn settings(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<SettingsBody>, ApiError> {
    if !caller.is_root() && !caller.token.admin {
        let message = "expected a token with admin rights: exchange one with scope `admin`";
        return Err(ApiError::forbidden(message));
    }
    Ok(Json(SettingsBody {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: app.settings.clone(),
    }))
}

/// The settings of a configuration, by group.
pub(crate) fn of(config: &Config) -> Vec<SettingBody> {
    let groups = [
        ("guard", guard(config)),
        ("tokens", tokens(config)),
        ("limits", limits(config)),
        ("connections", connections(config)),
        ("retention", retention(config)),
        ("keys", keys(config)),
        ("environments", environments(config)),
    ];
    let body = |group: &str, (name, value, unit): Setting| SettingBody {
        group: group.to_owned(),
        name: name.to_owned(),
        value,
        unit: Some(unit.to_owned()).filter(|unit| !unit.is_empty()),
        read_only: true,
    };
    let all = groups.into_iter().flat_map(|(group, settings)| {
        settings
            .into_iter()
            .map(move |setting| body(group, setting))
    });
    all.collect()
}

/// The flag, the value and its unit.
type Setting = (&'static str, Value, &'static str);

fn guard(config: &Config) -> Vec<Setting> {
    vec![("shared-issuer-guard", json!(config.guard.as_str()), "")]
}

fn tokens(config: &Config) -> Vec<Setting> {
    vec![
        ("leeway", json!(config.leeway), "seconds"),
        ("demo", json!(config.demo), ""),
    ]
}

fn limits(config: &Config) -> Vec<Setting> {
    let limits = &config.limits;
    const RATE: &str = "requests per second";
    vec![
        ("address-rate", rate(limits.address_rate), RATE),
        ("address-burst", rate(limits.address_burst), "requests"),
        ("issuer-rate", rate(limits.issuer_rate), RATE),
        ("issuer-burst", rate(limits.issuer_burst), "requests"),
    ]
}

fn connections(config: &Config) -> Vec<Setting> {
    let limits = &config.connections;
    let count = |count: usize| {
        Some(count)
            .filter(|count| *count > 0)
            .map_or(Value::Null, Value::from)
    };
    vec![
        ("max-connections", count(limits.total), "connections"),
        (
            "address-connections",
            count(limits.per_address),
            "connections",
        ),
        ("idle-timeout", seconds(limits.idle_timeout), "seconds"),
        ("write-timeout", seconds(limits.write_timeout), "seconds"),
        ("trusted-proxies", json!(config.trusted_proxies), ""),
        ("open-metrics", json!(config.open_metrics), ""),
    ]
}

fn retention(config: &Config) -> Vec<Setting> {
    let refusals = &config.refusals;
    let bytes = Some(refusals.max_bytes).filter(|bytes| *bytes > 0);
    vec![
        ("audit-days", json!(config.audit_days), "days"),
        ("audit-file", json!(config.audit_file.is_some()), ""),
        ("refusal-days", json!(refusals.days), "days"),
        ("refusal-megabytes", json!(bytes), "bytes"),
        ("refusals-unverified", rate(refusals.unverified), "per hour"),
        (
            "refusals-organization",
            rate(refusals.organization),
            "per hour",
        ),
        ("refusals-issuer", rate(refusals.issuer), "per hour"),
        ("refusals-tenant", rate(refusals.tenant), "per hour"),
    ]
}

fn keys(config: &Config) -> Vec<Setting> {
    let keys = &config.keys;
    let networks = keys.allow_networks.iter().map(ToString::to_string);
    vec![
        (
            "allow-private-issuers",
            json!(keys.allow_private_addresses),
            "",
        ),
        ("issuer-network", networks.collect(), ""),
        ("issuer-root", json!(keys.extra_roots_pem.len()), ""),
    ]
}

fn environments(config: &Config) -> Vec<Setting> {
    let providers = &config.providers;
    let networks = providers.allow_networks.iter().map(ToString::to_string);
    let endpoints = providers.endpoints.iter();
    let endpoints = endpoints.map(|(cloud, other)| format!("{cloud}={other}"));
    let is_on = config.environment_keys.is_some();
    let issuer = config.openid_issuer.as_ref().filter(|_| is_on);
    vec![
        ("environment-key-file", json!(is_on), ""),
        (
            "oidc-issuer",
            issuer.map_or(json!(false), |issuer| json!(issuer)),
            "",
        ),
        ("provider-network", networks.collect(), ""),
        ("provider-endpoint", endpoints.collect(), ""),
    ]
}

fn rate(rate: f64) -> Value {
    if rate > 0.0 { json!(rate) } else { Value::Null }
}

fn seconds(duration: Duration) -> Value {
    json!(duration.as_secs())
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::config::Config;
    use crate::tokens::hash_key::HashKey;

    #[test]
    fn what_has_no_limit_is_null_and_nothing_is_secret() {
        let key = HashKey::new(&"k".repeat(32)).unwrap();
        let mut config = Config::new("postgres://user:secret@localhost/a", key);
        config.bootstrap = Some("b".repeat(32));
        config.limits.address_rate = 0.0;
        let settings = of(&config);
        let value = |name: &str| {
            let setting = settings.iter().find(|setting| setting.name == name);
            setting.unwrap().value.clone()
        };
        assert!(value("address-rate").is_null());
        assert_eq!(value("audit-days"), 365);
        assert_eq!(value("shared-issuer-guard"), "enforce");
        let shown = serde_json::to_string(&settings).unwrap();
        for secret in ["secret", "bbbb", "kkkk"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
