//! The playground's fields.

use claimgate::inspect::Skip;
use claimgate::policy::{RequestedToken, TokenType};
use leptos::prelude::*;

use claimgate_workbench::playground::evaluate::request;

/// The fields. The token is in memory only.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Whether the input is claims rather than a token.
    pub(crate) is_claims: RwSignal<bool>,
    /// The token.
    pub(crate) token: RwSignal<String>,
    /// The claims.
    pub(crate) claims: RwSignal<String>,
    /// The chosen issuer's identifier, [`SCRATCH`], or empty.
    pub(crate) issuer: RwSignal<String>,
    /// The requested token type.
    pub(crate) token_type: RwSignal<String>,
    /// The requested team, user or runner.
    pub(crate) target: RwSignal<String>,
    /// Whether `scope=admin` is requested.
    pub(crate) admin: RwSignal<bool>,
    /// Skips the check of the issuer.
    pub(crate) skip_issuer: RwSignal<bool>,
    /// Skips the check of the key.
    pub(crate) skip_key: RwSignal<bool>,
    /// Skips the check of the signature.
    pub(crate) skip_signature: RwSignal<bool>,
    /// Skips the check of the time.
    pub(crate) skip_time: RwSignal<bool>,
    /// Whether to skip the check of the audience.
    pub(crate) skip_audience: RwSignal<bool>,
    /// A time other than now.
    pub(crate) now: RwSignal<String>,
    /// The organization of the requested access token; empty for the one that `aud` names.
    pub(crate) organization: RwSignal<String>,
    /// The requested lifetime in seconds.
    pub(crate) expiration: RwSignal<String>,
}

/// The values of the fields that are kept while another page is shown, besides the token.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Values {
    is_claims: bool,
    claims: String,
    request: RequestedToken,
    skip: Skip,
    now: String,
}

impl Values {
    /// Those of a token that is about to be evaluated for this request.
    pub(crate) fn requesting(request: RequestedToken) -> Self {
        Self {
            is_claims: false,
            claims: String::new(),
            request,
            skip: Skip::default(),
            now: String::new(),
        }
    }
}

impl Form {
    /// Empty fields, with that issuer.
    pub(crate) fn new(issuer: String) -> Self {
        let text = || RwSignal::new(String::new());
        let flag = || RwSignal::new(false);
        Self {
            is_claims: flag(),
            token: text(),
            claims: text(),
            issuer: RwSignal::new(issuer),
            token_type: RwSignal::new(TokenType::Organization.as_str().to_owned()),
            target: text(),
            admin: flag(),
            skip_issuer: flag(),
            skip_key: flag(),
            skip_signature: flag(),
            skip_time: flag(),
            skip_audience: flag(),
            now: text(),
            organization: text(),
            expiration: text(),
        }
    }

    /// The values, to be kept in memory while another page is shown.
    pub(crate) fn values(self) -> Values {
        Values {
            is_claims: self.is_claims.get_untracked(),
            claims: self.claims.get_untracked(),
            request: untrack(|| self.request()),
            skip: untrack(|| self.skip()),
            now: self.now.get_untracked(),
        }
    }

    /// Sets kept values.
    pub(crate) fn restore(self, values: &Values) {
        self.is_claims.set(values.is_claims);
        self.claims.set(values.claims.clone());
        self.set_request(&values.request);
        self.set_skip(values.skip);
        self.now.set(values.now.clone());
    }

    /// The requested token.
    pub(crate) fn request(self) -> RequestedToken {
        request(&self.token_type.read(), self.target.get(), self.admin.get())
    }

    /// The checks to skip.
    pub(crate) fn skip(self) -> Skip {
        Skip {
            issuer: self.skip_issuer.get(),
            key: self.skip_key.get(),
            signature: self.skip_signature.get(),
            time: self.skip_time.get(),
            audience: self.skip_audience.get(),
        }
    }

    /// Sets the checks to skip.
    pub(crate) fn set_skip(self, skip: Skip) {
        self.skip_issuer.set(skip.issuer);
        self.skip_key.set(skip.key);
        self.skip_signature.set(skip.signature);
        self.skip_time.set(skip.time);
        self.skip_audience.set(skip.audience);
    }

    /// Sets the requested token.
    pub(crate) fn set_request(self, request: &RequestedToken) {
        self.token_type
            .set(request.token_type().as_str().to_owned());
        let (target, admin) = match request {
            RequestedToken::Organization { admin } => ("", *admin),
            RequestedToken::Team { name } | RequestedToken::Runner { name } => {
                (name.as_str(), false)
            }
            RequestedToken::Personal { login } => (login.as_str(), false),
        };
        self.target.set(target.to_owned());
        self.admin.set(admin);
    }
}
