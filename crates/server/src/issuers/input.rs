//! Reading issuers from requests. A body has up to 4 MiB, so a long one is read when it is its organization's
//! turn.

use axum::body::Bytes;
use claimgate::policy::parse_policies;
use claimgate_analysis::effect;
use claimgate_api::IssuerInput;
use claimgate_formats::IssuerDocument;

use super::record::IssuerRecord;
use super::wire::{read_document, unsaved_policies};
use crate::app::App;
use crate::http::error::ApiError;
use crate::http::request::json_body;

/// The URL and the settings of an issuer to register.
///
/// # Errors
/// 400 with what is wrong or missing, and 429 if too much work of the organization is waiting.
pub(super) async fn new_issuer(
    app: &App,
    organization: i64,
    body: Bytes,
) -> Result<(String, IssuerInput), ApiError> {
    let length = body.len();
    let read = move || {
        let mut input: IssuerInput = json_body(&body)?;
        let url = input.url.take().filter(|url| !url.is_empty());
        let url = url.ok_or_else(|| ApiError::bad_request("the issuer url is required"))?;
        require_name(input.name.as_deref())?;
        let document = read_document(&body, &url)?;
        if !document.definition.policies.is_empty() {
            return Err(unsaved_policies(&body));
        }
        Ok((url, input))
    };
    app.reviews.run_if_long(organization, length, read).await?
}

/// An issuer and the settings to change.
///
/// # Errors
/// 400 with what is wrong, or cannot be changed here; 404 without that issuer; 429 if too much work of the
/// organization is waiting.
pub(super) async fn changes(
    app: &App,
    (organization, id): (i64, &str),
    body: Bytes,
) -> Result<(IssuerRecord, IssuerInput), ApiError> {
    let (length, read) = (body.len(), body.clone());
    let read = move || json_body::<IssuerInput>(&read);
    let mut input = app
        .reviews
        .run_if_long(organization, length, read)
        .await??;
    let before = app.store.issuer(organization, id).await?;
    require_name(input.name.as_deref())?;
    if let Some(url) = input.url.take().filter(|url| *url != before.url) {
        let message = format!(
            "the issuer url cannot be changed from `{}` to `{url}`",
            before.url
        );
        return Err(ApiError::bad_request(message));
    }
    let (own, url) = (body.clone(), before.url.clone());
    let read = move || read_document(&own, &url);
    let read = app.reviews.run_if_long(organization, length, read);
    let document = read.await??;
    if document.has_policies {
        let stored = app.store.policies_of(organization, id).await?.document;
        let work = length.max(stored.len());
        let compare = move || require_same(&document, &stored, &body);
        app.reviews
            .run_if_long(organization, work, compare)
            .await??;
    }
    Ok((before, input))
}

/// Refuses policies that are not those that are stored, because they would not be saved.
fn require_same(document: &IssuerDocument, stored: &str, body: &[u8]) -> Result<(), ApiError> {
    let stored = parse_policies(stored).unwrap_or_default();
    let sent = document.definition.policies.iter().map(effect);
    if !sent.eq(stored.iter().map(effect)) {
        return Err(unsaved_policies(body));
    }
    Ok(())
}

fn require_name(name: Option<&str>) -> Result<(), ApiError> {
    match name.map(str::trim) {
        None | Some("") => Err(ApiError::bad_request("the issuer name is required")),
        Some(_) => Ok(()),
    }
}
