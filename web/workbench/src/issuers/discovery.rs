//! Discovery documents (OpenID Connect Discovery 1.0, section 4).

use claimgate::issuer::template_place;
use claimgate::json::Value;

/// The address of the keys in a discovery document, if it is this issuer's.
pub fn read_discovery(text: &str, issuer: &str) -> Result<String, String> {
    let document = Value::parse_document(text)
        .map_err(|error| format!("The discovery document is {error}."))?;
    match document.member("issuer").and_then(Value::as_str) {
        Some(found) if found == issuer => {}
        Some(found) if template_place(found).is_some() => {
            let place = template_place(found).unwrap_or_default();
            return Err(format!(
                "The discovery document is a template for many issuers: in `{found}`, `{place}` stands for a value. \
                 Register the URL of one of them."
            ));
        }
        Some(found) if found.starts_with("http://") => {
            return Err(format!(
                "The discovery document is for an issuer without TLS, `{found}`, whose keys anyone on the network path \
                 could replace."
            ));
        }
        Some(found) => {
            return Err(format!(
                "The discovery document is for another issuer: expected `{issuer}`, found `{found}`."
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
        assert!(read_discovery(&format!("\u{feff}{text}"), "https://a.example").is_ok());
        for (issuer, problem) in [
            (
                "https://a.example/{tenantid}/v2.0",
                "`{tenantid}` stands for a value",
            ),
            ("http://a.example", "without TLS"),
        ] {
            let text = text.replacen("https://a.example", issuer, 1);
            let found = read_discovery(&text, "https://a.example").unwrap_err();
            assert!(found.contains(problem), "{found}");
        }
        assert!(
            read_discovery("{}", "https://a.example")
                .unwrap_err()
                .contains("no `issuer`")
        );
    }
}
