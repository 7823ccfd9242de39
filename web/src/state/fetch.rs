//! An issuer's keys by its discovery document. Only ever called by the button that says so.

use claimgate::issuer::discovery_url;
use claimgate::json::Value;
use claimgate::jwt::Jwks;
use gloo_net::http::Request;

/// Keys that were fetched.
pub(crate) struct Fetched {
    /// The text of the JWKS.
    pub(crate) jwks: String,
    /// The address that it is from.
    pub(crate) source: String,
    /// A sentence on that.
    pub(crate) sentence: String,
}

/// The issuer's JWKS, or why it could not be had.
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

/// Where a discovery document has its keys, if it is this issuer's.
fn read_discovery(text: &str, issuer: &str) -> Result<String, String> {
    let document =
        Value::parse(text).map_err(|error| format!("The discovery document is {error}."))?;
    match document.member("issuer").and_then(Value::as_str) {
        Some(found) if found == issuer => {}
        Some(found) => {
            return Err(format!(
                "The discovery document is of another issuer: expected `{issuer}`, found `{found}`."
            ));
        }
        None => return Err("The discovery document names no `issuer`.".to_owned()),
    }
    match document.member("jwks_uri").and_then(Value::as_str) {
        Some(uri) if uri.starts_with("https://") => Ok(uri.to_owned()),
        Some(uri) => Err(format!(
            "The discovery document's `jwks_uri` is not https: `{uri}`."
        )),
        None => Err("The discovery document names no `jwks_uri`.".to_owned()),
    }
}

async fn get(url: &str) -> Result<String, String> {
    let unreadable = |_| {
        format!(
            "The browser could not read {url}. Either it cannot be reached, or the issuer lets no other page read it \
             (CORS). Open that address in a tab, follow its jwks_uri, and paste the keys here."
        )
    };
    let response = Request::get(url).send().await.map_err(unreadable)?;
    if !response.ok() {
        return Err(format!("{url} answered with status {}.", response.status()));
    }
    response.text().await.map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::read_discovery;

    #[test]
    fn the_documents_issuer_must_be_the_one_asked() {
        let text = r#"{"issuer":"https://a.example","jwks_uri":"https://a.example/keys"}"#;
        assert_eq!(
            read_discovery(text, "https://a.example"),
            Ok("https://a.example/keys".to_owned())
        );
        assert!(
            read_discovery(text, "https://a.example/")
                .unwrap_err()
                .contains("another issuer")
        );
        assert!(
            read_discovery("{}", "https://a.example")
                .unwrap_err()
                .contains("no `issuer`")
        );
    }
}
