//! The response to a granted exchange.

use super::{Approval, ExchangeRequest, TokenResponse};

impl Approval {
    /// The response to the approved request, with the access token that the caller has minted.
    #[must_use]
    pub fn response(&self, request: &ExchangeRequest, access_token: String) -> TokenResponse {
        TokenResponse::new(
            access_token,
            request.issued_token_type(),
            self.expires_in,
            &request.scope,
        )
    }
}

impl TokenResponse {
    pub(super) fn new(
        access_token: String,
        issued_token_type: String,
        expires_in: u64,
        scope: &str,
    ) -> Self {
        Self {
            access_token,
            issued_token_type,
            token_type: "token",
            expires_in,
            scope: scope.to_owned(),
        }
    }
}
