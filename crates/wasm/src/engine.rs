//! The engine behind the hand-written JavaScript: text passes through one buffer, numbers as
//! arguments.
//!
//! The run of a token begins with [`Core::begin`], waits for the host's result of the signature
//! check, and ends with a decision, an explanation or an exchange; until then it has a number.

use std::sync::Arc;

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::exchange::{
    BodyKind, ExchangeOptions, ExchangeRequest, Refusal, begin_exchange, conclude,
};
use claimgate::explain::{Decided, decide, render_text};
use claimgate::inspect::{Checked, Options, Pending, Progress, Skip, begin, explain_claims};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::json::write;
use claimgate::jwt::{Algorithm, Jwks, TokenError};
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, parse_policies};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::fields::Fields;
use crate::{hints, input};
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate_analysis::Policies;
use claimgate_formats::read_configuration;

use crate::failure;
use crate::protocol::{
    ADMIN, ADMIN_REQUEST, FAILED, ISSUER, KEY, NO_RUN, ORGANIZATION_REQUEST, PERSONAL_REQUEST,
    POLICY, RUNNER_REQUEST, SKIPPED, TEAM_REQUEST, reason,
};

/// Compiled issuers and the runs of tokens through them.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core {
    dialect: Dialect,
    organization: Option<String>,
    leeway: u64,
    max_size: usize,
    definitions: Vec<IssuerDefinition>,
    issuers: Issuers,
    /// The numbers of each issuer's keys, which are never reused.
    keys: Vec<Vec<u32>>,
    next_key: u32,
    fields: Vec<Fields>,
    /// The findings on each issuer's policies.
    findings: Vec<Vec<Diagnostic>>,
    buffer: Vec<u8>,
    runs: Vec<Option<Run>>,
    free: Vec<u32>,
    text: String,
    role: Option<String>,
}

#[derive(Debug)]
struct Run {
    stage: Stage,
    exchange: Option<ExchangeRequest>,
}

#[derive(Debug)]
enum Stage {
    Pending(Box<Pending>),
    Checked(Box<Checked>),
}

#[wasm_bindgen]
impl Core {
    /// Reads the configuration without its policies: `issuers`, `organization`, `leeway`,
    /// `maxSize`, `dialect`. Errors are in [`Core::text`].
    #[must_use]
    pub fn create(config: &str) -> Self {
        let mut core = Self {
            dialect: Dialect::Pulumi,
            organization: None,
            leeway: 60,
            max_size: Options::at(0).max_size,
            definitions: Vec::new(),
            issuers: Issuers::default(),
            keys: Vec::new(),
            next_key: 0,
            fields: Vec::new(),
            findings: Vec::new(),
            buffer: Vec::new(),
            runs: Vec::new(),
            free: Vec::new(),
            text: String::new(),
            role: None,
        };
        let result = core.configure(config);
        core.say(result);
        core
    }

    fn configure(&mut self, config: &str) -> Result<(), Diagnostics> {
        let config = input::parse("config", config)?;
        let document = read_configuration(&config, "wrong-argument")?;
        self.dialect = document.dialect;
        self.organization = document.organization;
        self.leeway = document.leeway.unwrap_or(self.leeway);
        let max_size = document
            .max_size
            .and_then(|size| usize::try_from(size).ok());
        self.max_size = max_size.unwrap_or(self.max_size);
        let issuers = document.issuers.into_iter();
        self.definitions = issuers.map(|issuer| issuer.definition).collect();
        Ok(())
    }

    /// Adds policies in JSON text to an issuer that is not compiled yet; `first` is the index of
    /// the first of them.
    pub fn add_policies(&mut self, issuer: usize, first: usize, json: &str) {
        let policies = parse_policies(json).map_err(|errors| input::shifted(errors, first));
        let result = input::within(issuer, policies).and_then(|policies| {
            let missing = || failure("wrong-argument", "there is no such issuer");
            self.definitions
                .get_mut(issuer)
                .ok_or_else(missing)?
                .policies
                .extend(policies);
            Ok(())
        });
        self.say(result);
    }

    /// Compiles the issuers.
    pub fn compile(&mut self) {
        let definitions = std::mem::take(&mut self.definitions);
        let dialect = self.dialect;
        let mut issuers = Vec::with_capacity(definitions.len());
        let mut failures = Diagnostics::default();
        self.findings.clear();
        for (index, definition) in definitions.into_iter().enumerate() {
            match input::within(index, Issuer::compile(&definition, dialect)) {
                Ok(issuer) => {
                    issuers.push(issuer);
                    let policies = Policies::of(&definition, dialect);
                    self.findings.push(claimgate_analysis::findings(&policies));
                }
                Err(more) => failures.extend(more),
            }
        }
        if failures.is_empty() {
            self.fields = issuers.iter().map(Fields::of).collect();
            self.keys = vec![Vec::new(); issuers.len()];
            self.register(issuers.into());
        }
        self.say(failures.or(()));
    }

    /// Replaces the keys of an issuer by a JWKS in JSON text.
    pub fn set_jwks(&mut self, issuer: usize, json: &str) {
        let result = Jwks::parse(json).map_err(|error| failure(error.code(), error));
        let result = result.map(|jwks| {
            let others = self.issuers.as_slice().iter().enumerate();
            let issuers = others.map(|(index, other)| match index == issuer {
                true => other.with_jwks(Some(jwks.clone())),
                false => other.clone(),
            });
            let issuers = issuers.collect();
            if let Some(keys) = self.keys.get_mut(issuer) {
                keys.clear();
            }
            self.register(issuers);
        });
        self.say(result);
    }

    fn register(&mut self, issuers: Issuers) {
        for (keys, issuer) in self.keys.iter_mut().zip(issuers.as_slice()) {
            let count = issuer.jwks().map_or(0, |jwks| jwks.keys().len());
            while keys.len() < count {
                keys.push(self.next_key);
                self.next_key += 1;
            }
        }
        self.issuers = issuers;
    }

    /// For each issuer its `url`, the `claims` that decisions need, and its `keys` with their
    /// numbers, as JSON text.
    #[must_use]
    pub fn describe(&self) -> String {
        #[derive(Serialize)]
        struct Described<'a> {
            url: &'a str,
            name: &'a str,
            policies: usize,
            claims: Vec<&'a str>,
            keys: Vec<(u32, Option<String>)>,
            findings: &'a [Diagnostic],
        }
        let described = self
            .issuers
            .as_slice()
            .iter()
            .zip(&self.fields)
            .zip(&self.keys)
            .zip(&self.findings)
            .map(|(((issuer, fields), numbers), findings)| {
                let keys = issuer.jwks().map(Jwks::keys).unwrap_or_default();
                Described {
                    url: issuer.url(),
                    name: issuer.name(),
                    policies: issuer.policies().len(),
                    claims: fields.names(),
                    keys: numbers
                        .iter()
                        .copied()
                        .zip(keys.iter().map(|key| key.to_json()))
                        .collect(),
                    findings,
                }
            });
        write(&described.collect::<Vec<_>>())
    }

    /// Reserves `length` bytes of text, and returns their address.
    pub fn reserve(&mut self, length: usize) -> *const u8 {
        if self.buffer.len() < length {
            self.buffer.resize(length.next_power_of_two(), 0);
        }
        self.buffer.as_ptr()
    }

    /// The text result of the last call: empty after success without one.
    #[must_use]
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// The role of the last decision.
    #[must_use]
    pub fn role(&self) -> Option<String> {
        self.role.clone()
    }

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
        let begun = begin(token, &self.issuers, &options);
        self.start(Run {
            stage: begun.into(),
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
        let begun = ExchangeRequest::parse(body, kind)
            .map_err(Refusal::from)
            .and_then(|request| {
                let is_own = self.organization.as_deref() == Some(request.organization.as_str());
                let begun = begin_exchange(&request, is_own.then_some(&self.issuers), &options)?;
                Ok((request, begun))
            });
        match begun {
            Ok((request, begun)) => self.start(Run {
                stage: begun.into(),
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
    pub fn settle(&mut self, run: u32, is_genuine: bool, problem: Option<String>) {
        let answer = match problem {
            Some(problem) => Err(TokenError::SignatureUnchecked { problem }),
            None => Ok(is_genuine),
        };
        self.advance(run, |pending| pending.finish(answer));
    }

    /// Checks the signature here, without the host.
    #[cfg(feature = "pure")]
    pub fn settle_built_in(&mut self, run: u32) {
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
            Ok(grant) => write(&Granted {
                ok: true,
                grant: &grant,
            }),
            Err(refusal) => refused(&refusal),
        })
    }

    /// Forgets a run.
    pub fn forget(&mut self, run: u32) {
        self.take(run);
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

    fn decided_or_failed(&mut self, decided: Result<Decided, TokenError>) -> f64 {
        match decided {
            Ok(decided) => self.decided(&decided),
            Err(error) => {
                error.code().clone_into(&mut self.text);
                f64::from(FAILED)
            }
        }
    }

    fn decided(&mut self, decided: &Decided) -> f64 {
        let grant = decided.grant.as_ref();
        self.role = grant.and_then(|grant| grant.role_id.clone());
        let is_admin = grant.is_some_and(|grant| grant.admin);
        let reason = reason(decided.reason, self.role.is_some());
        let policy = decided.policy.map_or(0.0, |index| index as f64 + 1.0);
        policy * POLICY + f64::from(u32::from(is_admin) * ADMIN + reason)
    }

    fn no_run(&mut self) -> f64 {
        "no-run".clone_into(&mut self.text);
        f64::from(FAILED)
    }

    fn say(&mut self, result: Result<(), Diagnostics>) {
        self.text = match result {
            Ok(()) => String::new(),
            Err(failures) => write(&failures),
        };
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

#[derive(Serialize)]
struct Granted<'a> {
    ok: bool,
    grant: &'a claimgate::exchange::GrantedToken,
}

/// A refusal as JSON text.
fn refused(refusal: &Refusal) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    struct Refused<'a> {
        ok: bool,
        status: u16,
        error: claimgate::exchange::OauthError,
        error_description: String,
        code: &'a str,
        reason: String,
        help: Option<String>,
        inspection: Option<&'a claimgate::inspect::Inspection>,
    }
    let error = &refusal.error;
    let refused = Refused {
        ok: false,
        status: error.status(),
        error: error.oauth(),
        error_description: error.description(),
        code: error.code(),
        reason: error.to_string(),
        help: error.help(),
        inspection: refusal.inspection.as_deref(),
    };
    write(&refused)
}

impl From<Progress> for Stage {
    fn from(begun: Progress) -> Self {
        match begun {
            Progress::Checked(checked) => Self::Checked(checked),
            Progress::AwaitingSignature(pending) => Self::Pending(pending),
        }
    }
}

/// A request by its number: 0 for organization, 1 with admin, 2 for a team, 3 for a user, 4 for a
/// runner.
fn requested(kind: u32, target: &str) -> Option<RequestedToken> {
    Some(match kind {
        ORGANIZATION_REQUEST => RequestedToken::Organization { admin: false },
        ADMIN_REQUEST => RequestedToken::Organization { admin: true },
        TEAM_REQUEST => RequestedToken::Team {
            name: target.to_owned(),
        },
        PERSONAL_REQUEST => RequestedToken::Personal {
            login: target.to_owned(),
        },
        RUNNER_REQUEST => RequestedToken::Runner {
            name: target.to_owned(),
        },
        _ => return None,
    })
}

/// A clock in JavaScript has fractions of seconds.
fn seconds(now: f64) -> i64 {
    now.floor() as i64
}
