//! Tokens as the API has them.

use claimgate::time::format_utc;
use claimgate_api::TokenBody;

use super::record::ListedToken;

impl From<&ListedToken> for TokenBody {
    fn from(listed: &ListedToken) -> Self {
        let token = &listed.token;
        Self {
            id: token.id.clone(),
            token_type: token.kind.as_str().to_owned(),
            target: token.target.clone(),
            admin: token.admin,
            role_id: token.role.clone(),
            issuer: token.issuer.clone(),
            issuer_name: listed.issuer_name.clone(),
            subject: token.subject.clone(),
            scope: Some(token.scope.clone()).filter(|scope| !scope.is_empty()),
            exchange: listed.exchange.clone(),
            policies: listed.policies.clone(),
            created: format_utc(token.created),
            expires: token.expires.map(format_utc),
        }
    }
}
