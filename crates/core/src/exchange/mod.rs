//! Token exchange ([RFC 8693]) as Pulumi Cloud offers it: an ID token for a short-lived access
//! token.
//!
//! [`ExchangeRequest::parse`] reads the body of `POST /api/oauth/token`. [`exchange`](fn@exchange) decides
//! it: a [`GrantedToken`] has the permissions, the lifetime and the evidence, a [`Refusal`] has an OAuth
//! error. Neither contains a secret: the caller mints the access token and responds with
//! [`GrantedToken::response`].
//!
//! [RFC 8693]: https://www.rfc-editor.org/rfc/rfc8693

mod advice;
mod decide;
mod error;
mod grant;
mod parameters;
mod request;
mod response;

#[cfg(feature = "rust_crypto")]
pub use decide::exchange;
pub use decide::{approve, begin_exchange, conclude, exchange_with, simulate};
pub use error::{ErrorResponse, ExchangeError, OauthError, Refusal};
pub use grant::{Approval, ExchangeOptions, GrantedToken, TokenResponse};
pub use parameters::BodyKind;
pub use request::ExchangeRequest;

/// The only grant type (RFC 8693, section 2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// The only type of subject token (RFC 8693, section 3).
pub const SUBJECT_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id_token";

/// The prefix of an access token's type, before `organization`, `team`, `personal` or `runner`.
pub const ACCESS_TOKEN_TYPE: &str = "urn:pulumi:token-type:access_token:";

/// The prefix of an audience, before the organization's name.
pub const AUDIENCE: &str = "urn:pulumi:org:";

/// The address of Pulumi Cloud, whose exchange this is compatible with.
pub const PULUMI_CLOUD: &str = "https://api.pulumi.com";

/// The lifetime of an access token if the request has no `expiration`, in seconds: 2 hours.
pub const DEFAULT_EXPIRATION: u64 = 7_200;

/// The largest body that is accepted, in bytes: a token of the largest size and other parameters.
pub const MAX_BODY: usize = 80 * 1024;
