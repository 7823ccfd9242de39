//! What the playground opens and shares: policies, claims and the request, and no token.

use claimgate::inspect::Skip;
use claimgate::time::format_utc;
use leptos::prelude::*;

use super::bench::{Bench, TokenView};
use crate::state::clock::read_time;
use crate::state::store::Store;
use claimgate_workbench::playground::evaluate::Answer;
use claimgate_workbench::playground::gallery::unsigned;
use claimgate_workbench::playground::scratch::{Origin, Scratch};
use claimgate_workbench::playground::share::{ClaimsText, Shared, SharedIssuer};

impl Bench {
    /// Opens the content of a link, a file or an example as a scratch set.
    pub(crate) fn open(self, shared: &Shared, origin: Origin, store: Store) {
        let scratch = store
            .issuers
            .with_untracked(|issuers| Scratch::of_shared(shared, origin, issuers));
        self.dialect.set(shared.dialect);
        self.start_scratch(scratch, &shared.policies);
        let claims = shared
            .claims
            .as_ref()
            .map(ClaimsText::as_str)
            .unwrap_or_default();
        // Claims whose key and signature are not checked come from a token, so the other checks can
        // be shown.
        let was_token = shared.skip.key && shared.skip.signature && !claims.is_empty();
        self.form.token.set(if was_token {
            unsigned(claims)
        } else {
            String::new()
        });
        self.form.claims.set(claims.to_owned());
        self.form.is_claims.set(!was_token);
        self.form.set_request(&shared.request);
        self.form.set_skip(shared.skip);
        self.form
            .now
            .set(shared.now.map(format_utc).unwrap_or_default());
        self.throwaway.set(None);
        self.token_view.set(if was_token {
            TokenView::Claims
        } else {
            TokenView::Encoded
        });
    }

    /// The shareable content of the playground: policies, claims and the request, and no token.
    pub(crate) fn shared(self, clock: i64) -> Shared {
        let answered = self.answered.get();
        let report = match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => Some(report),
            _ => None,
        };
        let claims = match report.and_then(|report| report.claims.as_ref()) {
            Some(_) if self.form.is_claims.get() => ClaimsText::new(&self.form.claims.read()).ok(),
            Some(claims) => ClaimsText::new(&claims.to_json_pretty()).ok(),
            None => None,
        };
        let stored = answered
            .as_ref()
            .map(|answered| answered.stored.as_slice())
            .unwrap_or_default();
        let named = report
            .and_then(|report| report.issuer.as_ref())
            .map(|(id, _)| id.clone());
        let id = named.unwrap_or_else(|| self.form.issuer.get());
        let issuer = stored.iter().find(|issuer| issuer.id == id);
        let is_token = !self.form.is_claims.get();
        let skip = self.form.skip();
        Shared {
            issuer: issuer.map(|issuer| SharedIssuer {
                name: issuer.name.clone(),
                url: issuer.url.clone(),
            }),
            policies: issuer
                .map(|issuer| self.policies_of(issuer))
                .unwrap_or_default(),
            now: is_token.then(|| {
                read_time(&self.form.now.read())
                    .ok()
                    .flatten()
                    .unwrap_or(clock)
            }),
            skip: if is_token && claims.is_some() {
                Skip {
                    key: true,
                    signature: true,
                    ..skip
                }
            } else {
                Skip::default()
            },
            claims,
            request: self.form.request(),
            dialect: self.dialect.get(),
        }
    }
}
