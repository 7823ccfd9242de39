//! What a dropped file is, so that it opens in the right place on every page.

use claimgate::claims::Claims;
use claimgate::jwt::{Jwks, bare_token, decode_unverified};
use claimgate::policy::{PolicyDefinition, parse_policies};

use super::share::Shared;

/// The content of a dropped file.
#[derive(Clone, Debug, PartialEq)]
pub enum Dropped {
    /// A token, without what was around it.
    Token(String),
    /// A set of public keys.
    Keys(String),
    /// Policies of no issuer.
    Policies(Vec<PolicyDefinition>),
    /// A playground file.
    Playground(Box<Shared>),
    /// Claims of a token.
    Claims(String),
    /// Anything else: issuers to import, or a text that the import explains.
    Other,
}

/// Recognizes the content of a file.
pub fn recognize(text: &str) -> Dropped {
    let bare = bare_token(text).map_or_else(|| text.trim().to_owned(), |bare| bare.token);
    if decode_unverified(&bare).is_ok() {
        return Dropped::Token(bare);
    }
    if Jwks::parse(text).is_ok() {
        return Dropped::Keys(text.to_owned());
    }
    if let Ok(shared) = Shared::from_file(text) {
        return Dropped::Playground(Box::new(shared));
    }
    if let Ok(policies) = parse_policies(text) {
        return Dropped::Policies(policies);
    }
    let is_claims = |claims: Claims| claims.get("iss").is_some() || claims.get("sub").is_some();
    match Claims::from_json(text).is_ok_and(is_claims) {
        true => Dropped::Claims(text.to_owned()),
        false => Dropped::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playground::gallery;

    #[test]
    fn each_kind_of_file_is_recognized() {
        let token = gallery::unsigned(r#"{"sub": "a"}"#);
        assert_eq!(
            recognize(&format!("Bearer {token}\n")),
            Dropped::Token(token)
        );
        let keys = r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
        assert_eq!(recognize(keys), Dropped::Keys(keys.to_owned()));
        let policy = r#"{"decision": "deny", "tokenType": "organization", "rules": {"sub": "a"}}"#;
        assert!(matches!(recognize(policy), Dropped::Policies(all) if all.len() == 1));
        let file = gallery::all()[0].shared().to_file().unwrap();
        assert!(matches!(recognize(&file), Dropped::Playground(_)));
        let claims = r#"{"iss": "https://ci.example"}"#;
        assert_eq!(recognize(claims), Dropped::Claims(claims.to_owned()));
        assert_eq!(recognize("version: 1"), Dropped::Other);
        assert_eq!(
            recognize(r#"{"version": 1, "issuers": []}"#),
            Dropped::Other
        );
    }
}
