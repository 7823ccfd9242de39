//! The OAuth endpoints: exchange, introspection and revocation.

use serde::{Deserialize, Serialize};

/// The request for an exchange (RFC 8693, section 2.1), as a form or as JSON. It contains a
/// credential.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    /// `urn:ietf:params:oauth:grant-type:token-exchange`
    pub grant_type: String,
    /// `urn:pulumi:org:` and the organization's name
    pub audience: String,
    /// The ID token
    pub subject_token: String,
    /// `urn:ietf:params:oauth:token-type:id_token`
    pub subject_token_type: String,
    /// `urn:pulumi:token-type:access_token:` and `organization`, `team`, `personal` or `runner`
    pub requested_token_type: String,
    /// None or `admin`, `team:NAME`, `user:LOGIN`, `runner:NAME`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Lifetime in seconds, by default 7200
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<u64>,
}

/// The response to an exchange (RFC 8693, section 2.2.1). It contains a credential.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponseBody {
    /// The access token
    pub access_token: String,
    /// Its type, as requested
    pub issued_token_type: String,
    /// `token`
    pub token_type: String,
    /// Lifetime in seconds
    pub expires_in: u64,
    /// The scope, as requested
    pub scope: String,
}

/// A form with an access token, to introspect or revoke it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenForm {
    /// The access token
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub token: String,
    /// Ignored: there is only one type
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type_hint: Option<String>,
}

/// The state of a token (RFC 7662, section 2.2). Only `active` is there if it is not valid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntrospectionBody {
    /// Whether it is valid
    pub active: bool,
    /// The requested scope
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `token`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// When it expires, in seconds since 1970
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was granted, in seconds since 1970
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The `sub` of the ID token
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// `urn:pulumi:org:` and the organization's name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// The token's id
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// `organization`, `team`, `personal` or `runner`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The team, user or runner
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whether it has admin permission
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<bool>,
    /// The custom role
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use claimgate::exchange::{BodyKind, ExchangeRequest, TokenResponse};

    use super::{TokenRequest, TokenResponseBody};

    #[test]
    fn the_engine_reads_the_request_and_writes_the_response() {
        let request = TokenRequest {
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange".to_owned(),
            audience: "urn:pulumi:org:acme".to_owned(),
            subject_token: "a.b.c".to_owned(),
            subject_token_type: "urn:ietf:params:oauth:token-type:id_token".to_owned(),
            requested_token_type: "urn:pulumi:token-type:access_token:team".to_owned(),
            scope: Some("team:deployers".to_owned()),
            expiration: Some(60),
        };
        let json = serde_json::to_string(&request).unwrap();
        let read = ExchangeRequest::parse(&json, BodyKind::Json).unwrap();
        assert_eq!(
            (read.scope.as_str(), read.expiration),
            ("team:deployers", Some(60))
        );

        let response = TokenResponse {
            access_token: "secret".to_owned(),
            issued_token_type: request.requested_token_type,
            token_type: "token",
            expires_in: 60,
            scope: read.scope,
        };
        let json = serde_json::to_value(&response).unwrap();
        let body: TokenResponseBody = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&body).unwrap(), json);
    }
}
