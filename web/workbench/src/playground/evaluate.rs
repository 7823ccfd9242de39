//! Evaluates the playground's input.

use std::cell::RefCell;
use std::collections::HashMap;

use claimgate::claims::{Claims, Value};
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::explain::{Explanation, Outcome};
use claimgate::inspect::{
    self, Check, Inspection, Options, Pending, Progress, Skip, explain_claims,
};
use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
use claimgate::jwt::{SignatureCheck, TokenError, decode_unverified};
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, TokenType};

use super::hints;
use crate::issuers::storage::{StoredIssuer, compile_policies};

/// The note on claims without a token.
pub const NO_TOKEN: &str = "No token: signature, issuer and time were not checked.";

/// The note on claims whose audience is not checked either.
const NO_AUDIENCE: &str = "The audience was not checked.";

/// The playground's whole input.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Whether the text is claims rather than a token.
    pub is_claims: bool,
    /// The token or the claims.
    pub text: String,
    /// The chosen issuer; empty for the one that `iss` names.
    pub issuer: String,
    /// The requested token.
    pub request: RequestedToken,
    /// The checks to skip.
    pub skip: Skip,
    /// The time, in seconds since 1970.
    pub now: i64,
    /// The dialect of the patterns.
    pub dialect: Dialect,
}

/// The result of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The decision.
    pub decision: Outcome,
    /// The decision in one sentence.
    pub summary: String,
    /// The checks; empty without a token.
    pub checks: Vec<Check>,
    /// The header, if there is one.
    pub header: Option<Claims>,
    /// The claims, if they could be read.
    pub claims: Option<Claims>,
    /// The explanation, if the policies were evaluated.
    pub explanation: Option<Explanation>,
    /// Findings.
    pub findings: Vec<Diagnostic>,
    /// What was not checked.
    pub unchecked: Vec<String>,
    /// Identifier and name of the issuer whose policies were used.
    pub issuer: Option<(String, String)>,
    /// The result of the signature check, if there was one.
    pub signature: Option<Result<bool, TokenError>>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The input is empty.
    Nothing,
    /// The input cannot be evaluated yet.
    Unclear(String),
    /// The answer.
    Report(Box<Report>),
}

/// An evaluation without the signature check, which the caller may do asynchronously.
pub enum Evaluation {
    /// Complete.
    Answer(Answer),
    /// A token whose signature has to be checked.
    Signature(Box<Waiting>),
}

/// A token whose signature has to be checked.
pub struct Waiting {
    pending: Pending,
    names: Names,
    request: RequestedToken,
}

/// Identifier and name of each issuer.
type Names = Vec<(String, String)>;

/// The issuers of a question, compiled.
pub(super) struct Compiled {
    pub(super) issuers: Issuers,
    names: Names,
}

/// Evaluates a question up to the signature.
pub fn begin(question: &Question, stored: &[StoredIssuer]) -> Evaluation {
    if question.text.trim().is_empty() {
        return Evaluation::Answer(Answer::Nothing);
    }
    if question.is_claims {
        return Evaluation::Answer(ask_claims(question, stored));
    }
    let compiled = match compile(question, stored) {
        Ok(compiled) => compiled,
        Err(problem) => return Evaluation::Answer(Answer::Unclear(problem)),
    };
    let options = options(question, &compiled.issuers);
    match inspect::begin(question.text.trim(), &compiled.issuers, &options) {
        Progress::Checked(checked) => Evaluation::Answer(report(
            checked.explain(&question.request),
            &compiled.names,
            None,
        )),
        Progress::AwaitingSignature(pending) => {
            let request = question.request.clone();
            Evaluation::Signature(Box::new(Waiting {
                pending: *pending,
                names: compiled.names,
                request,
            }))
        }
    }
}

impl Waiting {
    /// The input of the signature check.
    pub fn check(&self) -> SignatureCheck<'_> {
        self.pending.check()
    }

    /// Completes the evaluation with the result of the signature check.
    pub fn finish(self, found: Result<bool, TokenError>) -> Answer {
        report(
            self.pending.finish(found.clone()).explain(&self.request),
            &self.names,
            Some(found),
        )
    }
}

/// Evaluates a question with a synchronous signature check.
#[cfg(test)]
pub fn evaluate(question: &Question, stored: &[StoredIssuer]) -> Answer {
    use claimgate::jwt::{RustCrypto, VerifySignature};
    match begin(question, stored) {
        Evaluation::Answer(answer) => answer,
        Evaluation::Signature(waiting) => {
            let found = RustCrypto.verify(&waiting.check());
            waiting.finish(found)
        }
    }
}

fn ask_claims(question: &Question, stored: &[StoredIssuer]) -> Answer {
    let claims = match Claims::from_json(&question.text) {
        Ok(claims) => claims,
        Err(error) => return Answer::Unclear(error.to_string()),
    };
    let iss = claims.get("iss").and_then(Value::as_str);
    let chosen = stored.iter().find(|issuer| {
        if question.issuer.is_empty() {
            Some(issuer.url.as_str()) == iss
        } else {
            issuer.id == question.issuer
        }
    });
    let Some(chosen) = chosen else {
        return Answer::Unclear(match iss {
            Some(iss) => format!(
                "No issuer is registered with the URL `{iss}` that `iss` names. Choose an issuer."
            ),
            None => "The claims have no `iss` that names a registered issuer. Choose an issuer."
                .to_owned(),
        });
    };
    let policies = match compile_policies(&chosen.policies, chosen.report_only, question.dialect) {
        Ok(policies) => policies,
        Err(errors) => {
            return Answer::Unclear(format!("The issuer's policies have errors: {errors}"));
        }
    };
    let options = Options {
        skip: question.skip,
        hints: hints::SOURCES,
        ..Options::at(question.now)
    };
    let audiences = chosen.audiences.as_deref();
    let request = &question.request;
    let explanation = explain_claims(claims.clone(), audiences, &policies, request, &options);
    Answer::Report(Box::new(Report {
        decision: explanation.decision,
        summary: explanation.summary.clone(),
        checks: Vec::new(),
        header: None,
        claims: Some(claims),
        findings: explanation.hints.clone(),
        explanation: Some(explanation),
        unchecked: [NO_TOKEN]
            .into_iter()
            .chain(question.skip.audience.then_some(NO_AUDIENCE))
            .map(str::to_owned)
            .collect(),
        issuer: Some((chosen.id.clone(), chosen.name.clone())),
        signature: None,
    }))
}

/// Compiles the issuers that the question is about.
pub(super) fn compile(question: &Question, stored: &[StoredIssuer]) -> Result<Compiled, String> {
    let iss = named_issuer(question.text.trim());
    let (mut names, mut issuers) = (Names::new(), Vec::new());
    for stored in stored
        .iter()
        .filter(|issuer| question.issuer.is_empty() || issuer.id == question.issuer)
    {
        match compiled(stored, question.dialect) {
            Ok(issuer) => {
                names.push((stored.id.clone(), stored.name.clone()));
                issuers.push(issuer);
            }
            // Errors of other issuers do not concern this token.
            Err(errors) if !question.issuer.is_empty() || iss.as_deref() == Some(&stored.url) => {
                return Err(format!(
                    "The definition of {} has errors: {errors}",
                    stored.name
                ));
            }
            Err(_) => {}
        }
    }
    Ok(Compiled {
        issuers: Issuers::from(issuers),
        names,
    })
}

/// How many compiled issuers are cached.
const MAX_CACHED: usize = 1000;

thread_local! {
    /// Compiled issuers by their identifiers: the playground evaluates on every keystroke and every
    /// tick of the clock, and issuers change rarely.
    static COMPILED: RefCell<HashMap<String, Cached>> = RefCell::default();
}

struct Cached {
    definition: IssuerDefinition,
    dialect: Dialect,
    compiled: Result<Issuer, Diagnostics>,
}

impl Cached {
    fn is_of(&self, stored: &StoredIssuer, dialect: Dialect) -> bool {
        let IssuerDefinition {
            name,
            url,
            max_expiration,
            jwks,
            thumbprints,
            audiences,
            policies,
            report_only,
        } = &self.definition;
        self.dialect == dialect
            && *name == stored.name
            && *url == stored.url
            && *max_expiration == stored.max_expiration
            && *jwks == stored.jwks
            && *thumbprints == stored.thumbprints
            && *audiences == stored.audiences
            && *report_only == stored.report_only
            && *policies == stored.policies
    }
}

/// The compiled issuer, from the cache unless it has changed.
fn compiled(stored: &StoredIssuer, dialect: Dialect) -> Result<Issuer, Diagnostics> {
    COMPILED.with_borrow_mut(|cache| {
        if let Some(cached) = cache
            .get(&stored.id)
            .filter(|cached| cached.is_of(stored, dialect))
        {
            return cached.compiled.clone();
        }
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        let definition = stored.definition();
        let compiled = Issuer::compile(&definition, dialect);
        let cached = Cached {
            definition,
            dialect,
            compiled: compiled.clone(),
        };
        cache.insert(stored.id.clone(), cached);
        compiled
    })
}

fn options(question: &Question, issuers: &Issuers) -> Options {
    let mut options = Options::at(question.now);
    options.skip = question.skip;
    options.hints = hints::SOURCES;
    options.assume_issuer = assumed(named_issuer(question.text.trim()).as_deref(), issuers);
    options
}

fn report(
    inspection: Inspection,
    names: &Names,
    signature: Option<Result<bool, TokenError>>,
) -> Answer {
    let hints = inspection
        .explanation
        .iter()
        .flat_map(|explanation| explanation.hints.iter().cloned());
    Answer::Report(Box::new(Report {
        decision: inspection.decision,
        summary: inspection.summary,
        checks: inspection.checks,
        header: inspection.header,
        claims: inspection.claims,
        findings: hints.chain(inspection.findings).collect(),
        explanation: inspection.explanation,
        unchecked: inspection.unchecked,
        issuer: inspection
            .issuer
            .and_then(|index| names.get(index).cloned()),
        signature,
    }))
}

fn named_issuer(token: &str) -> Option<String> {
    let decoded = decode_unverified(token).ok()?;
    decoded
        .claims
        .get("iss")
        .and_then(Value::as_str)
        .map(str::to_owned)
}

/// Without the check of the issuer: the one that `iss` names, else the first.
fn assumed(iss: Option<&str>, issuers: &Issuers) -> Option<usize> {
    let named = issuers
        .as_slice()
        .iter()
        .position(|issuer| Some(issuer.url()) == iss);
    named.or_else(|| (!issuers.is_empty()).then_some(0))
}

/// The request that the form's fields describe.
pub fn request(token_type: &str, target: String, admin: bool) -> RequestedToken {
    match TokenType::parse(token_type).unwrap_or(TokenType::Organization) {
        TokenType::Organization => RequestedToken::Organization { admin },
        TokenType::Team => RequestedToken::Team { name: target },
        TokenType::Personal => RequestedToken::Personal { login: target },
        TokenType::Runner => RequestedToken::Runner { name: target },
    }
}

#[cfg(test)]
mod tests;
