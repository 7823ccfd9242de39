//! The playground's question to the engine, and its answer.

use claimgate::claims::{Claims, TrustedClaims, Value};
use claimgate::explain::{Explanation, Outcome, explain};
use claimgate::finding::Finding;
use claimgate::inspect::{Check, Options, Skip, inspect};
use claimgate::issuer::{Issuer, Issuers};
use claimgate::jwt::decode_unverified;
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, TokenType};

use super::storage::StoredIssuer;

/// What claims without a token leave open.
pub(crate) const NO_TOKEN: &str = "No token: signature, issuer and time were not checked.";

/// Everything that the playground asks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    /// Whether the text is claims, not a token.
    pub(crate) is_claims: bool,
    /// The token or the claims.
    pub(crate) text: String,
    /// The chosen issuer; empty for the one that `iss` names.
    pub(crate) issuer: String,
    /// What is asked for.
    pub(crate) request: RequestedToken,
    /// What is left out.
    pub(crate) skip: Skip,
    /// The time.
    pub(crate) now: i64,
}

/// What the engine says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Report {
    /// The decision.
    pub(crate) decision: Outcome,
    /// It in one sentence.
    pub(crate) summary: String,
    /// The checks; none without a token.
    pub(crate) checks: Vec<Check>,
    /// The header, if there is one.
    pub(crate) header: Option<Claims>,
    /// The claims, if they could be read.
    pub(crate) claims: Option<Claims>,
    /// The explanation, if the policies were reached.
    pub(crate) explanation: Option<Explanation>,
    /// Remarks.
    pub(crate) findings: Vec<Finding>,
    /// What was not checked.
    pub(crate) unchecked: Vec<String>,
    /// Identifier and name of the issuer whose policies were used.
    pub(crate) issuer: Option<(String, String)>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// Nothing was asked.
    Nothing,
    /// The question cannot be answered yet.
    Unclear(String),
    /// The answer.
    Report(Box<Report>),
}

/// Asks the engine.
pub(crate) fn ask(question: &Question, stored: &[StoredIssuer]) -> Answer {
    if question.text.trim().is_empty() {
        return Answer::Nothing;
    }
    if question.is_claims { ask_claims(question, stored) } else { ask_token(question, stored) }
}

fn ask_claims(question: &Question, stored: &[StoredIssuer]) -> Answer {
    let claims = match Claims::from_json(&question.text) {
        Ok(claims) => claims,
        Err(error) => return Answer::Unclear(error.to_string()),
    };
    let iss = claims.get("iss").and_then(Value::as_str);
    let chosen = stored.iter().find(|issuer| {
        if question.issuer.is_empty() { Some(issuer.url.as_str()) == iss } else { issuer.id == question.issuer }
    });
    let Some(chosen) = chosen else {
        return Answer::Unclear(match iss {
            Some(iss) => format!("No issuer is registered with the URL `{iss}` that `iss` names. Choose an issuer."),
            None => "The claims have no `iss` that names a registered issuer. Choose an issuer.".to_owned(),
        });
    };
    let issuer = match Issuer::compile(&chosen.definition(), Dialect::Pulumi) {
        Ok(issuer) => issuer,
        Err(errors) => return Answer::Unclear(format!("The issuer's definition has errors: {}", join(&errors))),
    };
    let trusted = TrustedClaims::dangerous_assume_verified(claims.clone());
    let explanation = explain(issuer.policies(), &trusted, &question.request);
    Answer::Report(Box::new(Report {
        decision: explanation.decision,
        summary: explanation.summary.clone(),
        checks: Vec::new(),
        header: None,
        claims: Some(claims),
        findings: explanation.hints.clone(),
        explanation: Some(explanation),
        unchecked: vec![NO_TOKEN.to_owned()],
        issuer: Some((chosen.id.clone(), chosen.name.clone())),
    }))
}

fn ask_token(question: &Question, stored: &[StoredIssuer]) -> Answer {
    let chosen: Vec<&StoredIssuer> =
        stored.iter().filter(|issuer| question.issuer.is_empty() || issuer.id == question.issuer).collect();
    let token = question.text.trim();
    let iss = named_issuer(token);
    let mut compiled: Vec<(&StoredIssuer, Issuer)> = Vec::new();
    for stored in chosen {
        match Issuer::compile(&stored.definition(), Dialect::Pulumi) {
            Ok(issuer) => compiled.push((stored, issuer)),
            // Another issuer's errors have no say in this token.
            Err(errors) if !question.issuer.is_empty() || iss.as_deref() == Some(&stored.url) => {
                return Answer::Unclear(format!("The definition of {} has errors: {}", stored.name, join(&errors)));
            }
            Err(_) => {}
        }
    }
    let issuers: Issuers = compiled.iter().map(|(_, issuer)| issuer.clone()).collect();
    let mut options = Options::at(question.now);
    options.skip = question.skip;
    options.assume_issuer = assumed(iss.as_deref(), &issuers);
    let inspection = inspect(token, &issuers, &question.request, &options);
    let issuer = inspection.issuer.and_then(|index| compiled.get(index));
    let hints = inspection.explanation.iter().flat_map(|explanation| explanation.hints.iter().cloned());
    Answer::Report(Box::new(Report {
        decision: inspection.decision,
        summary: inspection.summary,
        checks: inspection.checks,
        header: inspection.header,
        claims: inspection.claims,
        findings: hints.chain(inspection.findings).collect(),
        explanation: inspection.explanation,
        unchecked: inspection.unchecked,
        issuer: issuer.map(|(stored, _)| (stored.id.clone(), stored.name.clone())),
    }))
}

fn named_issuer(token: &str) -> Option<String> {
    let decoded = decode_unverified(token).ok()?;
    decoded.claims.get("iss").and_then(Value::as_str).map(str::to_owned)
}

/// With the issuer's check left out: the one that `iss` names, else the first.
fn assumed(iss: Option<&str>, issuers: &Issuers) -> Option<usize> {
    let named = issuers.as_slice().iter().position(|issuer| Some(issuer.url()) == iss);
    named.or_else(|| (!issuers.is_empty()).then_some(0))
}

fn join(errors: &[claimgate::policy::PolicyError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The request that the form's fields describe.
pub(crate) fn request(token_type: &str, target: String, admin: bool) -> RequestedToken {
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
            policies: vec![PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "x*")],
            ..StoredIssuer::blank("a".to_owned(), 0)
        }
    }

    fn question(text: &str, is_claims: bool) -> Question {
        let request = RequestedToken::Organization { admin: false };
        Question { is_claims, text: text.to_owned(), issuer: String::new(), request, skip: Skip::default(), now: 0 }
    }

    #[test]
    fn claims_are_judged_by_the_policies_of_their_issuer() {
        let answer = ask(&question(r#"{"iss":"https://ci.example","sub":"xy"}"#, true), &[stored()]);
        let Answer::Report(report) = answer else { panic!("{answer:?}") };
        assert_eq!(report.decision, Outcome::Allowed);
        assert_eq!(report.unchecked, [NO_TOKEN]);
    }

    #[test]
    fn claims_of_nobody_and_broken_claims_are_unclear() {
        assert!(matches!(ask(&question(r#"{"iss":"b"}"#, true), &[stored()]), Answer::Unclear(_)));
        assert!(matches!(ask(&question("{", true), &[stored()]), Answer::Unclear(_)));
    }

    #[test]
    fn a_truncated_token_is_denied_with_seven_checks() {
        let answer = ask(&question("eyJhbGciOiJub25lIn0.e30", false), &[stored()]);
        let Answer::Report(report) = answer else { panic!("{answer:?}") };
        assert_eq!((report.decision, report.checks.len()), (Outcome::Denied, 7));
    }

    #[test]
    fn nothing_asks_nothing() {
        assert_eq!(ask(&question("  ", false), &[]), Answer::Nothing);
    }
}
