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
mod tests {
    use super::*;
    use claimgate::policy::{Decision, PolicyDefinition};

    fn stored() -> StoredIssuer {
        StoredIssuer {
            name: "CI".to_owned(),
            url: "https://ci.example".to_owned(),
            policies: vec![
                PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "x*"),
            ],
            ..StoredIssuer::blank("a".to_owned(), 0)
        }
    }

    fn question(text: &str, is_claims: bool) -> Question {
        let request = RequestedToken::Organization { admin: false };
        let (text, issuer, skip) = (text.to_owned(), String::new(), Skip::default());
        Question {
            is_claims,
            text,
            issuer,
            request,
            skip,
            now: 0,
            dialect: Dialect::Pulumi,
        }
    }

    #[test]
    fn claims_are_evaluated_by_the_policies_of_their_issuer() {
        let answer = evaluate(
            &question(r#"{"iss":"https://ci.example","sub":"xy"}"#, true),
            &[stored()],
        );
        let Answer::Report(report) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(report.decision, Outcome::Allowed);
        assert_eq!(report.unchecked, [NO_TOKEN]);
    }

    #[test]
    fn claims_without_a_registered_issuer_and_broken_claims_are_unclear() {
        assert!(matches!(
            evaluate(&question(r#"{"iss":"b"}"#, true), &[stored()]),
            Answer::Unclear(_)
        ));
        assert!(matches!(
            evaluate(&question("{", true), &[stored()]),
            Answer::Unclear(_)
        ));
    }

    #[test]
    fn a_truncated_token_is_denied_with_eight_checks() {
        let answer = evaluate(&question("eyJhbGciOiJub25lIn0.e30", false), &[stored()]);
        let Answer::Report(report) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!((report.decision, report.checks.len()), (Outcome::Denied, 8));
    }

    #[test]
    fn claims_for_another_audience_are_denied() {
        let stored = StoredIssuer {
            audiences: Some(vec!["urn:pulumi:org:acme".to_owned()]),
            ..stored()
        };
        let claims = |aud: &str| format!(r#"{{"iss":"{}","sub":"a","aud":"{aud}"}}"#, stored.url);
        let report = |aud: &str, skip: Skip| {
            let question = Question {
                skip,
                ..question(&claims(aud), true)
            };
            match evaluate(&question, std::slice::from_ref(&stored)) {
                Answer::Report(report) => report,
                other => panic!("{other:?}"),
            }
        };
        let refused = report("other", Skip::default());
        assert_eq!(refused.decision, Outcome::Denied);
        assert_eq!(refused.findings[0].code, "audience-not-accepted");
        assert!(refused.summary.contains("`urn:pulumi:org:acme`"));
        let skip = Skip {
            audience: true,
            ..Skip::default()
        };
        for report in [
            report("urn:pulumi:org:acme", Skip::default()),
            report("other", skip),
        ] {
            assert_eq!(report.explanation.unwrap().policies.len(), 1);
        }
    }

    #[test]
    fn nothing_asks_nothing() {
        assert_eq!(evaluate(&question("  ", false), &[]), Answer::Nothing);
    }

    #[test]
    fn report_only_denies_are_reported_for_claims_and_change_with_the_issuer() {
        let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", "*");
        let mut issuer = stored();
        issuer.policies.push(deny);
        let question = Question {
            is_claims: true,
            text: r#"{"iss": "https://ci.example", "sub": "xy"}"#.to_owned(),
            issuer: String::new(),
            request: RequestedToken::Organization { admin: false },
            skip: Skip::default(),
            now: 0,
            dialect: Dialect::Pulumi,
        };
        let decision =
            |issuer: &StoredIssuer| match evaluate(&question, std::slice::from_ref(issuer)) {
                Answer::Report(report) => (
                    report.decision,
                    report.explanation.unwrap().report.is_some(),
                ),
                other => panic!("{other:?}"),
            };
        assert_eq!(decision(&issuer), (Outcome::Denied, false));
        issuer.report_only = true;
        assert_eq!(decision(&issuer), (Outcome::Allowed, true));
    }

    #[test]
    fn a_changed_issuer_is_compiled_again() {
        let mut issuer = stored();
        let paths = |issuer: &StoredIssuer| {
            let compiled = compiled(issuer, Dialect::Pulumi).unwrap();
            let paths = compiled.policies().claim_paths();
            paths
                .map(|path| path.source().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(paths(&issuer), ["sub"]);
        assert_eq!(paths(&issuer), ["sub"]);
        issuer.policies[0] =
            PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("ref", "x");
        assert_eq!(paths(&issuer), ["ref"]);
        issuer.url = "ci.example".to_owned();
        assert!(compiled(&issuer, Dialect::Pulumi).is_err());
    }
}
