//! Route of the statistics of exchanges.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Uri;
use claimgate::policy::parse_policies;
use claimgate_api::{ErrorBody, HourCount, IssuerCount, PolicyCount, StatisticsBody};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::counts::{DAYS, HOUR, Statistics};
use super::query::read_time;
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::request;
use crate::issuers::effect::effect_id;
use crate::issuers::record::PolicyRecord;
use crate::tokens::caller::Caller;

/// The days that are answered where the query does not say.
const DEFAULT_DAYS: i64 = 7;

const DAY: i64 = 24 * HOUR;

/// The routes of statistics.
pub(crate) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default().routes(routes!(statistics))
}

/// Which hours are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct StatisticsQuery {
    /// RFC 3339, or seconds since 1970; seven days before `until` where absent
    since: Option<String>,
    /// RFC 3339, or seconds since 1970; now where absent
    until: Option<String>,
    /// The id of an issuer; exchanges on tokens of all issuers, and of none, where absent
    issuer: Option<String>,
}

/// Count exchanges by the hour, by issuer, and by the policies that decided
///
/// Whole hours, of at most 92 days. Counts are some seconds late, and a crash may lose those.
#[utoipa::path(get, path = "/api/orgs/{org}/oidc/statistics", operation_id = "countExchanges", tag = "audit",
    params(("org" = String, Path), StatisticsQuery),
    responses((status = 200, body = StatisticsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn statistics(
    State(app): State<Arc<App>>,
    Path(org): Path<String>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<StatisticsBody>, ApiError> {
    let organization = caller.require_admin(&app.store, &org).await?;
    let query = request::query::<StatisticsQuery>(&uri)?;
    let [since, until] = range(&query, app.clock.now())?;
    let issuer = query.issuer.as_deref();
    app.store.add_counts(&app.counts).await?;
    let counted = app.store.statistics(organization.id, since, until, issuer);
    let found = counted.await?;
    let policies = app.store.policies(organization.id).await?;
    let count = move || places(&policies);
    let places = app.explanations.run(Some(organization.id), count).await;
    Ok(Json(body([since, until], found, &places)))
}

/// The hours from the first to before the last.
fn range(query: &StatisticsQuery, now: i64) -> Result<[i64; 2], ApiError> {
    let until = read_time("until", query.until.clone())?.unwrap_or(now);
    let since = read_time("since", query.since.clone())?;
    let since = since.unwrap_or(until.saturating_sub(DEFAULT_DAYS * DAY));
    let start = since.saturating_sub(since.rem_euclid(HOUR));
    let end = until.saturating_add(until.wrapping_neg().rem_euclid(HOUR));
    if end.saturating_sub(start) > DAYS * DAY + HOUR {
        let message = format!("expected `since` and `until` with at most {DAYS} days between them");
        return Err(ApiError::bad_request(message));
    }
    Ok([start, end])
}

/// The places of present policies, by their issuer and their effect.
type Places = HashMap<(String, i64), usize>;

fn places(policies: &[PolicyRecord]) -> Places {
    let mut places = Places::new();
    for record in policies {
        let all = parse_policies(&record.document).unwrap_or_default();
        for (index, policy) in all.iter().enumerate() {
            let key = (record.issuer.clone(), effect_id(policy));
            places.entry(key).or_insert(index);
        }
    }
    places
}

fn body([since, until]: [i64; 2], found: Statistics, places: &Places) -> StatisticsBody {
    let hours = found.hours.into_iter();
    let issuers = found.issuers.into_iter();
    let policies = found.policies.into_iter();
    StatisticsBody {
        since,
        until,
        hours: hours
            .map(|(at, allowed, denied)| HourCount {
                at,
                allowed,
                denied,
            })
            .collect(),
        issuers: issuers
            .map(|(issuer, allowed, denied)| IssuerCount {
                issuer: Some(issuer).filter(|issuer| !issuer.is_empty()),
                allowed,
                denied,
            })
            .collect(),
        policies: policies
            .map(|(issuer, effect, allowed, denied)| PolicyCount {
                policy: places.get(&(issuer.clone(), effect)).copied(),
                issuer,
                allowed,
                denied,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{StatisticsQuery, range};

    #[test]
    fn a_range_has_whole_hours_and_is_bounded() {
        let query = |since: &str, until: &str| {
            let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let query = StatisticsQuery {
                since: text(since),
                until: text(until),
                issuer: None,
            };
            range(&query, 7_201).ok()
        };
        assert_eq!(query("", ""), Some([7_200 - 604_800, 10_800]));
        assert_eq!(query("3601", "7200"), Some([3_600, 7_200]));
        assert_eq!(query("x", ""), None);
        assert_eq!(query("0", "7948800"), Some([0, 92 * 86_400]));
        assert_eq!(query("0", "7956001"), None);
        assert_eq!(query("-9223372036854775808", "9223372036854775807"), None);
    }
}
