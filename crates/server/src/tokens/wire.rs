//! Tokens as the API has them.

use claimgate::time::format_utc;
use claimgate_api::TokenBody;

use super::record::TokenRecord;

impl From<&TokenRecord> for TokenBody {
    fn from(token: &TokenRecord) -> Self {
        Self {
            id: token.id.clone(),
            token_type: token.kind.as_str().to_owned(),
            target: token.target.clone(),
            admin: token.admin,
            role_id: token.role.clone(),
            issuer: token.issuer.clone(),
            subject: token.subject.clone(),
            created: format_utc(token.created),
            expires: token.expires.map(format_utc),
        }
    }
}
