//! Runs of tokens: from their first checks, by the host's check of the signature, to a decision, an
//! explanation or an exchange.

use std::sync::Arc;

use claimgate::exchange::{
    BodyKind, ExchangeOptions, ExchangeRequest, Refusal, begin_exchange, conclude,
};
use claimgate::inspect::{Checked, Options, Pending, Skip, begin};
use claimgate::json::write;
use claimgate::jwt::{Algorithm, TokenError};
use wasm_bindgen::prelude::*;

use super::answer::{granted, refused};
use super::stage::{Run, Stage};
use super::{Core, requested};
use crate::hints;
use crate::protocol::{ISSUER, KEY, NO_RUN, SKIPPED};

#[wasm_bindgen]
impl Core {
    /// Begins with a token: `length` bytes of the buffer. In `skip`, bit 0 skips the check of the
    /// issuer, 1 of the key, 2 of the signature, 3 of the times, 4 of the audience; `assume` is then the issuer's
    /// index, or -1. The result is the run's number.
    pub fn begin(&mut self, length: usize, now: f64, skip: u32, assume: i32) -> u32 {
        let Some(Ok(token)) = self.buffer.get(..length).map(std::str::from_utf8) else {
            return NO_RUN;
        };
        let is_skipped = |name: &str| {
            let bit = SKIPPED.iter().position(|skipped| *skipped == name);
            bit.is_some_and(|bit| skip & (1 << bit) != 0)
        };
        let skip = Skip {
            issuer: is_skipped("issuer"),
            key: is_skipped("key"),
            signature: is_skipped("signature"),
            time: is_skipped("time"),
            audience: is_skipped("audience"),
        };
        let options = Options {
            leeway: self.leeway,
            max_size: self.max_size,
            skip,
            assume_issuer: usize::try_from(assume).ok(),
            hints: hints::SOURCES,
            ..Options::at(seconds(now))
        };
        let progress = begin(token, &self.issuers, &options);
        self.start(Run {
            stage: progress.into(),
            exchange: None,
        })
    }

    /// Begins with an exchange: `length` bytes of the buffer are the body, JSON or a form. If it is
    /// refused at once, the result is `u32::MAX`, and the refusal is in [`Core::text`].
    pub fn begin_exchange(&mut self, length: usize, is_json: bool, now: f64) -> u32 {
        let kind = if is_json {
            BodyKind::Json
        } else {
            BodyKind::Form
        };
        let body = self
            .buffer
            .get(..length)
            .map(std::str::from_utf8)
            .and_then(Result::ok)
            .unwrap_or_default();
        let options = ExchangeOptions {
            leeway: self.leeway,
            max_size: self.max_size,
            hints: hints::SOURCES,
            ..ExchangeOptions::at(seconds(now))
        };
        let progress = ExchangeRequest::parse(body, kind)
            .map_err(Refusal::from)
            .and_then(|request| {
                let is_own = self.organization.as_deref() == Some(request.organization.as_str());
                let progress = begin_exchange(&request, is_own.then_some(&self.issuers), &options)?;
                Ok((request, progress))
            });
        match progress {
            Ok((request, progress)) => self.start(Run {
                stage: progress.into(),
                exchange: Some(request),
            }),
            Err(refusal) => {
                self.text = refused(&refusal);
                NO_RUN
            }
        }
    }

    /// The token of a run's exchange.
    #[must_use]
    pub fn subject_token(&self, run: u32) -> String {
        let run = self.runs.get(run as usize).and_then(Option::as_ref);
        run.and_then(|run| run.exchange.as_ref())
            .map(|request| request.subject_token.clone())
            .unwrap_or_default()
    }

    /// The signature check that a run waits for: -1 for none, or 16 × the key's number + the
    /// algorithm's number.
    #[must_use]
    pub fn wanted(&self, run: u32) -> f64 {
        let Some(Some(Run {
            stage: Stage::Pending(pending),
            ..
        })) = self.runs.get(run as usize)
        else {
            return -1.0;
        };
        let check = pending.check();
        let all = self.issuers.as_slice().iter().zip(&self.keys);
        let number = all.filter_map(|(issuer, numbers)| {
            let keys = issuer.jwks()?.keys();
            let place = keys
                .iter()
                .position(|key| std::ptr::eq(Arc::as_ptr(key), check.key))?;
            numbers.get(place)
        });
        let algorithm = Algorithm::ALL
            .iter()
            .position(|algorithm| *algorithm == check.algorithm)
            .unwrap_or_default();
        // A key that was replaced meanwhile has no number.
        let number = number.copied().next().map_or(f64::from(NO_RUN), f64::from);
        number * f64::from(KEY) + algorithm as f64
    }

    /// Passes the host's result of the signature check: whether it is genuine, or why it could not
    /// be checked.
    pub fn finish(&mut self, run: u32, is_genuine: bool, problem: Option<String>) {
        let answer = match problem {
            Some(problem) => Err(TokenError::SignatureUnchecked { problem }),
            None => Ok(is_genuine),
        };
        self.advance(run, |pending| pending.finish(answer));
    }

    /// Checks the signature here, without the host.
    #[cfg(feature = "pure")]
    pub fn finish_built_in(&mut self, run: u32) {
        use crate::cryptography::Pure;
        use claimgate::jwt::VerifySignature;
        self.advance(run, |pending| {
            let answer = Pure.verify(&pending.check());
            pending.finish(answer)
        });
    }

    fn advance(&mut self, run: u32, finish: impl FnOnce(Pending) -> Checked) {
        let Some(slot) = self.runs.get_mut(run as usize) else {
            return;
        };
        *slot = slot.take().map(|Run { stage, exchange }| match stage {
            Stage::Pending(pending) => Run {
                stage: Stage::Checked(Box::new(finish(*pending))),
                exchange,
            },
            Stage::Checked(_) => Run { stage, exchange },
        });
    }

    /// Ends a run with a decision, for a request of that kind, whose target is `length` bytes of
    /// the buffer.
    ///
    /// The result is `((policy + 1) * 2^20 + issuer + 1) * 32 + admin * 16 + reason`. The reason 15
    /// stands for an error, whose code is in [`Core::text`]; 5 for a match that grants the role in
    /// [`Core::role`].
    pub fn decide(&mut self, run: u32, kind: u32, length: usize) -> f64 {
        let Some(checked) = self.take(run) else {
            return self.no_run();
        };
        let target = self
            .buffer
            .get(..length)
            .map(std::str::from_utf8)
            .and_then(Result::ok)
            .unwrap_or_default();
        let Some(request) = requested(kind, target) else {
            return self.no_run();
        };
        let decision = checked.decide(&request);
        let issuer = decision.issuer.map_or(0.0, |index| index as f64 + 1.0) * f64::from(ISSUER);
        self.decided_or_failed(decision.decided) + issuer
    }

    /// Ends a run with the inspection, as JSON text.
    pub fn explain(&mut self, run: u32, kind: u32, target: &str) -> Option<String> {
        let (checked, request) = (self.take(run)?, requested(kind, target)?);
        Some(write(&checked.explain(&request)))
    }

    /// Ends the run of an exchange with the grant or the refusal, as JSON text.
    pub fn conclude(&mut self, run: u32) -> Option<String> {
        let exchange = self.runs.get_mut(run as usize)?.as_mut()?.exchange.take()?;
        let checked = self.take(run)?;
        Some(match conclude(&exchange, checked) {
            Ok(grant) => granted(&grant),
            Err(refusal) => refused(&refusal),
        })
    }

    /// Forgets a run.
    pub fn forget(&mut self, run: u32) {
        self.take(run);
    }

    fn start(&mut self, run: Run) -> u32 {
        if let Some(place) = self.free.pop() {
            if let Some(slot) = self.runs.get_mut(place as usize) {
                *slot = Some(run);
            }
            return place;
        }
        self.runs.push(Some(run));
        u32::try_from(self.runs.len() - 1).unwrap_or(NO_RUN)
    }

    /// The run's token. One that still waits for its signature check is dropped.
    fn take(&mut self, run: u32) -> Option<Checked> {
        let taken = self.runs.get_mut(run as usize)?.take()?;
        self.free.push(run);
        match taken.stage {
            Stage::Checked(checked) => Some(*checked),
            Stage::Pending(_) => None,
        }
    }
}

/// A clock in JavaScript has fractions of seconds.
fn seconds(now: f64) -> i64 {
    now.floor() as i64
}
