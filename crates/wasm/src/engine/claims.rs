//! Decisions on claims without a token.

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::explain::{Decided, decide, render_text};
use claimgate::inspect::{Options, explain_claims};
use claimgate::issuer::Issuer;
use claimgate::json::write;
use claimgate::jwt::TokenError;
use claimgate::policy::RequestedToken;
use wasm_bindgen::prelude::*;

use super::{Core, requested};
use crate::{failure, hints};

#[wasm_bindgen]
impl Core {
    /// Decides on claims that the caller has verified: `length` bytes of the buffer with the
    /// request's target and then the values of the claims that [`Core::describe`] lists, each
    /// prefixed with its kind, all separated by U+001F.
    ///
    /// The result is [`Core::decide`]'s, or -1 if the claims have to come as JSON text
    /// ([`Core::decide_json`]).
    pub fn decide_fields(&mut self, issuer: usize, kind: u32, length: usize) -> f64 {
        let Self {
            issuers,
            fields,
            buffer,
            ..
        } = self;
        let text = buffer
            .get(..length)
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        let (Some(issuer), Some(fields), Some(text)) =
            (issuers.get(issuer), fields.get_mut(issuer), text)
        else {
            return -1.0;
        };
        let (target, values) = text.split_once('\u{1f}').unwrap_or((text, ""));
        let Some(request) = requested(kind, target) else {
            return -1.0;
        };
        match fields.with(values, |claims| decide_claims(issuer, claims, &request)) {
            Some(decided) => self.decided_or_failed(decided),
            None => -1.0,
        }
    }

    /// The same with the claims as JSON text, and the target as an argument.
    pub fn decide_json(&mut self, issuer: usize, kind: u32, target: &str, json: &str) -> f64 {
        let claims = Claims::from_json(json)
            .map_err(|error| failure(error.code(), format_args!("`claims` is {error}")));
        let decided = claims.and_then(|claims| {
            let issuer = self
                .issuers
                .get(issuer)
                .ok_or_else(|| failure("wrong-argument", "there is no such issuer"))?;
            let request = requested(kind, target)
                .ok_or_else(|| failure("wrong-argument", "there is no such request"))?;
            let claims = TrustedClaims::dangerous_assume_verified(claims);
            Ok(decide_claims(issuer, &claims, &request))
        });
        match decided {
            Ok(decided) => self.decided_or_failed(decided),
            Err(failures) => {
                self.say(Err(failures));
                -1.0
            }
        }
    }

    /// Explains the policies' decision on unverified claims, as JSON or as text for people.
    pub fn explain_json(
        &mut self,
        issuer: usize,
        kind: u32,
        target: &str,
        json: &str,
        as_text: bool,
    ) -> Option<String> {
        let claims = match Claims::from_json(json) {
            Ok(claims) => claims,
            Err(error) => {
                self.say(Err(failure(
                    error.code(),
                    format_args!("`claims` is {error}"),
                )));
                return None;
            }
        };
        let options = Options {
            hints: hints::SOURCES,
            ..Options::at(0)
        };
        let issuer = self.issuers.get(issuer)?;
        let explanation = explain_claims(
            claims,
            issuer.audiences(),
            issuer.policies(),
            &requested(kind, target)?,
            &options,
        );
        Some(match as_text {
            true => render_text(&explanation),
            false => write(&explanation),
        })
    }
}

/// Decides on claims that the caller has verified: the issuer's audiences are like a rule.
fn decide_claims(
    issuer: &Issuer,
    claims: &TrustedClaims,
    request: &RequestedToken,
) -> Result<Decided, TokenError> {
    issuer.check_audience(claims.claims())?;
    Ok(decide(issuer.policies(), claims, request))
}
