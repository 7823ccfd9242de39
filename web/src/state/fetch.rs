//! Fetches an issuer's keys through its discovery document. Called only by the button for it.

use claimgate::issuer::discovery_url;
use claimgate::jwt::Jwks;
use claimgate_workbench::issuers::discovery::read_discovery;
use gloo_net::http::Request;

/// Keys that were fetched.
pub(crate) struct Fetched {
    /// The JWKS as text.
    pub(crate) jwks: String,
    /// The address that they were fetched from.
    pub(crate) source: String,
    /// A sentence about the result.
    pub(crate) sentence: String,
}

/// The issuer's JWKS, or why it could not be fetched.
pub(crate) async fn fetch_keys(issuer: String) -> Result<Fetched, String> {
    let discovery = discovery_url(&issuer);
    let text = get(&discovery).await?;
    let jwks_uri = read_discovery(&text, &issuer)?;
    let jwks = get(&jwks_uri).await?;
    Jwks::parse(&jwks).map_err(|error| format!("{jwks_uri} did not answer with keys: {error}."))?;
    let sentence = format!("Fetched from {jwks_uri}, as {discovery} says.");
    Ok(Fetched {
        jwks,
        source: jwks_uri,
        sentence,
    })
}

async fn get(url: &str) -> Result<String, String> {
    let unreadable = |_| {
        format!(
            "The browser could not read {url}. Either it cannot be reached, or the issuer does not let other pages \
             read it (CORS). Open that address in a tab, follow its jwks_uri, and paste the keys here."
        )
    };
    let response = Request::get(url).send().await.map_err(unreadable)?;
    if response.status() == 401 {
        return Err(format!("{url} needs a login: it answered with status 401."));
    }
    if !response.ok() {
        return Err(format!("{url} answered with status {}.", response.status()));
    }
    response.text().await.map_err(unreadable)
}
