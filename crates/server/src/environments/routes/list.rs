//! Listing and creating environments.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimgate::time::format_utc;
use claimgate_api::{
    ChangeAction, EnvironmentEntry, EnvironmentInput, EnvironmentsBody, ErrorBody,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::clock::now;
use crate::environments::access::grants::Grants;
use crate::environments::access::permission::Permission;
use crate::environments::keys::data_key::EnvironmentKeys;
use crate::environments::names::{Name, check_organization};
use crate::environments::record::{EnvironmentRecord, Revision};
use crate::environments::request::OrganizationRequest;
use crate::environments::scope::Scope;
use crate::environments::store::{NewEnvironment, Page, change};
use crate::http::error::ApiError;
use crate::http::request::{json_body, query};
use crate::random;
use crate::tokens::caller::Caller;

/// How many environments an answer has, where the request does not say.
const PAGE: i64 = 100;

/// The most environments in an answer.
const MAX_PAGE: i64 = 500;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(list_all))
        .routes(routes!(list, create))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListQuery {
    continuation_token: Option<String>,
    max_results: Option<i64>,
}

/// List the environments that the token may read
#[utoipa::path(get, path = "/api/esc/environments", operation_id = "listAllEnvironments", tag = "environments",
    params(("continuationToken" = Option<String>, Query), ("maxResults" = Option<i64>, Query)),
    responses((status = 200, body = EnvironmentsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list_all(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<EnvironmentsBody>, ApiError> {
    app.environments()?;
    if caller.is_root() {
        return page(&app, None, &Grants::All, &uri).await;
    }
    let own = caller.token.organization.clone().unwrap_or_default();
    if check_organization(&own).is_err() {
        return Ok(Json(EnvironmentsBody::default()));
    }
    let scope = Scope::new(&app, caller, &own).await?;
    page(&app, Some(scope.organization.id), &scope.grants, &uri).await
}

/// List the environments of an organization that the token may read
#[utoipa::path(get, path = "/api/esc/environments/{org}", operation_id = "listEnvironments", tag = "environments",
    params(("org" = String, Path), ("continuationToken" = Option<String>, Query), ("maxResults" = Option<i64>, Query)),
    responses((status = 200, body = EnvironmentsBody), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn list(request: OrganizationRequest, uri: Uri) -> Result<Json<EnvironmentsBody>, ApiError> {
    let scope = request.scope().await?;
    let organization = Some(scope.organization.id);
    page(&scope.app, organization, &scope.grants, &uri).await
}

async fn page(
    app: &App,
    organization: Option<i64>,
    grants: &Grants,
    uri: &Uri,
) -> Result<Json<EnvironmentsBody>, ApiError> {
    let query: ListQuery = query(uri)?;
    let limit = query.max_results.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let mut page = Page {
        organization,
        after: after(query.continuation_token.as_deref())?,
        limit: MAX_PAGE,
    };
    let mut found = Vec::new();
    // One more than is shown, to know whether there is a next page.
    let wanted = usize::try_from(limit).unwrap_or_default() + 1;
    while found.len() < wanted {
        let next = app.store.environments(&page).await?;
        let is_last = next.len() < usize::try_from(MAX_PAGE).unwrap_or_default();
        if let Some((organization, last)) = next.last() {
            page.after = place(organization, &last.name);
        }
        let may_read =
            |record: &EnvironmentRecord| grants.on(&record.name).permission >= Permission::Read;
        found.extend(next.into_iter().filter(|(_, record)| may_read(record)));
        if is_last {
            break;
        }
    }
    let is_more = found.len() >= wanted;
    found.truncate(wanted - 1);
    let last = found.last().filter(|_| is_more);
    let next_token = last.map_or_else(String::new, |(organization, record)| {
        let place = place(organization, &record.name);
        URL_SAFE_NO_PAD.encode(place.join("\n"))
    });
    Ok(Json(EnvironmentsBody {
        environments: found.into_iter().map(entry).collect(),
        next_token,
    }))
}

fn place(organization: &str, name: &Name) -> [String; 3] {
    [
        organization.to_owned(),
        name.project.clone(),
        name.name.clone(),
    ]
}

/// The environment that a page begins after.
fn after(token: Option<&str>) -> Result<[String; 3], ApiError> {
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Ok(Default::default());
    };
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
    let text = String::from_utf8(bytes).unwrap_or_default();
    let parts: Vec<_> = text.split('\n').map(str::to_owned).collect();
    let expected = "a `continuationToken` from `nextToken` of a list";
    parts
        .try_into()
        .ok()
        .filter(|_| !text.contains('\0'))
        .ok_or_else(|| ApiError::expected(expected, token))
}

fn entry((organization, record): (String, EnvironmentRecord)) -> EnvironmentEntry {
    EnvironmentEntry {
        organization,
        project: record.name.project,
        name: record.name.name,
        created: format_utc(record.created),
        modified: format_utc(record.modified),
    }
}

/// Create an environment, whose first revision is an empty definition
#[utoipa::path(post, path = "/api/esc/environments/{org}", operation_id = "createEnvironment", tag = "environments",
    params(("org" = String, Path)), request_body = EnvironmentInput,
    responses((status = 200, body = Object), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)),
    security(("token" = [])))]
async fn create(request: OrganizationRequest, body: Bytes) -> Result<Json<Value>, ApiError> {
    let scope = request.scope().await?;
    let input: EnvironmentInput = json_body(&body)?;
    let name = Name::new(&input.project, &input.name)?;
    scope.require(&name, Permission::Write).await?;
    let record = new_record(&scope, name);
    let mut keys = EnvironmentKeys::none(record.owner());
    let new = NewEnvironment {
        key: scope.add_key(&mut keys).await?,
        revisions: vec![Revision {
            number: 1,
            text: String::new(),
            retraction: None,
        }],
        tags: Vec::new(),
        revision_tags: Vec::new(),
        creator: scope.login(),
        record,
    };
    let change = change(
        ChangeAction::EnvironmentCreated,
        &scope.organization,
        &new.record.name,
    );
    let store = scope.store();
    let created = store.create_environment(&scope.organization, new, change);
    created.await?.ok_or_else(full)?;
    Ok(Json(json!({})))
}

/// An environment that is being created.
pub(super) fn new_record(scope: &Scope, name: Name) -> EnvironmentRecord {
    let now = now();
    EnvironmentRecord {
        id: random::id(),
        organization: scope.organization.id,
        name,
        revision: 1,
        created: now,
        modified: now,
        is_protected: false,
    }
}

/// 400: the organization has as many environments as it may have.
pub(super) fn full() -> ApiError {
    ApiError::bad_request("the organization has too many environments: delete one first")
}
