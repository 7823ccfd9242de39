//! A checked file.

use claimgate::claims::Claims;
use claimgate::diagnostic::{Diagnostic, Severity, join};
use claimgate::issuer::IssuerDefinition;
use claimgate::json::places::Place;
use claimgate::policy::RequestedToken;
use claimgate_analysis::{CheckOptions, Facts, Finding, Relation, SafeFix, check};
use claimgate_formats::{IssuerPlace, Sample};
use serde::Serialize;

use super::Looking;
use super::fingerprint::Fingerprints;
use crate::document::Document;
use crate::output::count;
use crate::report::{Located, Locator};

/// Codes of findings on the text of a file, not on policies: `docs/errors.md` explains them.
pub(super) const OTHER_CODES: [&str; 1] = ["unknown-key"];

/// A file with what was found in it.
#[derive(Serialize)]
pub(super) struct CheckedFile {
    #[serde(rename = "file")]
    pub(super) name: String,
    issuers: usize,
    policies: usize,
    pub(super) errors: Vec<Located>,
    pub(super) findings: Vec<Reported>,
    /// What is assumed about the tokens of each issuer.
    facts: Vec<Facts>,
    #[serde(skip)]
    pub(super) document: Document,
}

/// A finding with its place in the file.
#[derive(Clone, Serialize)]
pub(super) struct Reported {
    #[serde(flatten)]
    pub(super) finding: Finding,
    /// Its line and column, if they are known.
    #[serde(flatten)]
    pub(super) place: Option<Place>,
    /// Stable over changes elsewhere in the file.
    pub(super) fingerprint: String,
    /// Index of its issuer in the document.
    #[serde(skip)]
    pub(super) issuer: usize,
    #[serde(skip)]
    pub(super) located: Located,
    /// The places of the policies that cause it.
    #[serde(skip)]
    pub(super) related: Vec<Located>,
}

impl CheckedFile {
    pub(super) fn new(
        name: &str,
        document: Document,
        looking: &Looking,
        baseline: Option<&Document>,
    ) -> Self {
        let mut file = Self {
            name: name.to_owned(),
            issuers: document.issuers.len(),
            policies: document.policies,
            errors: document.errors.clone(),
            findings: Vec::new(),
            facts: Vec::new(),
            document: Document::default(),
        };
        let locator = document.locator();
        let unknown = document.unknown.iter().map(|located| Reported {
            finding: on_document(located.diagnostic.clone()),
            place: located.place,
            fingerprint: Fingerprints::of_text(&located.diagnostic),
            issuer: 0,
            located: located.clone(),
            related: Vec::new(),
        });
        file.findings.extend(unknown);
        for issuer in 0..document.definitions.len() {
            file.check(&document, issuer, looking, baseline, &locator);
        }
        for reported in &mut file.findings {
            let code = &reported.finding.diagnostic.code;
            if looking.deny.iter().any(|denied| denied == code) {
                reported.finding.diagnostic.severity = Severity::Error;
                reported.located.diagnostic.severity = Severity::Error;
            }
        }
        file.findings.retain(|reported| {
            let code = &reported.finding.diagnostic.code;
            !looking.allow.iter().any(|allowed| allowed == code)
        });
        let severity = |reported: &Reported| reported.finding.diagnostic.severity;
        file.findings.sort_by_key(severity);
        drop(locator);
        file.document = document;
        file
    }

    /// Checks an issuer of the document. One with errors has no findings.
    fn check(
        &mut self,
        document: &Document,
        issuer: usize,
        looking: &Looking,
        baseline: Option<&Document>,
        locator: &Locator<'_>,
    ) {
        let (Some(definition), Some(place)) = (
            document.definitions.get(issuer),
            document.places.get(issuer),
        ) else {
            return;
        };
        let definition = with_url(definition, looking);
        let mut options = CheckOptions::new(document.dialect);
        options.without_facts = looking.no_facts;
        options.samples = document
            .samples
            .get(issuer)
            .map(|all| samples(all))
            .unwrap_or_default();
        options.baseline =
            baseline.map(|before| Box::new(same_issuer(before, &definition, looking)));
        let Ok(checked) = check(&definition, &options) else {
            return;
        };
        let mut fingerprints = Fingerprints::of(&definition);
        for finding in checked.findings {
            let fingerprint = fingerprints.next(&finding);
            let own = Reported::new(finding, fingerprint, (issuer, place), locator);
            self.findings.push(own);
        }
        self.facts.push(checked.facts);
    }

    /// The facts that findings on its policies rest on, or that were needed to find none, each once.
    pub(super) fn used_facts(&self) -> Vec<&Facts> {
        let mut used: Vec<&Facts> = Vec::new();
        for facts in self.facts.iter().filter(|own| own.provider.is_some()) {
            if !used.contains(&facts) {
                used.push(facts);
            }
        }
        used
    }

    /// Whether nothing in it fails.
    pub(super) fn is_good(&self, is_strict: bool) -> bool {
        self.errors.is_empty() && !self.findings.iter().any(|own| own.fails(is_strict))
    }

    pub(super) fn counts(&self) -> [String; 5] {
        let of = |severity: Severity| {
            let mut found = self.findings.iter().map(|own| &own.finding.diagnostic);
            found
                .by_ref()
                .filter(|own| own.severity == severity)
                .count()
        };
        [
            count(self.issuers, "issuer", "issuers"),
            count(self.policies, "policy", "policies"),
            count(self.errors.len() + of(Severity::Error), "error", "errors"),
            count(of(Severity::Warning), "warning", "warnings"),
            count(of(Severity::Note), "note", "notes"),
        ]
    }
}

impl Reported {
    fn new(
        mut finding: Finding,
        fingerprint: String,
        (issuer, place): (usize, &IssuerPlace),
        locator: &Locator<'_>,
    ) -> Self {
        let at = |path: &str| located_path(place, path);
        let policy = |index: &usize| {
            let path = at(&format!("policies[{index}]"));
            locator.by_path(Diagnostic::note("", "").at(path))
        };
        let others = finding.policies.iter().skip(1).chain(&finding.because_of);
        let related = others.map(policy).collect();
        finding.diagnostic.path = at(&finding.diagnostic.path);
        let located = locator.by_path(finding.diagnostic.clone());
        Self {
            place: located.place,
            finding,
            fingerprint,
            issuer,
            located,
            related,
        }
    }

    /// The fixes that `--fix` may apply. A note does not say that something is wrong: its fix may not
    /// refuse what was admitted.
    pub(super) fn applied(&self) -> impl Iterator<Item = &SafeFix> {
        let is_note = self.finding.diagnostic.severity == Severity::Note;
        let fixes = self.finding.fixes.iter();
        fixes.filter(move |fix| !is_note || fix.effect == Relation::Equivalent)
    }

    /// Whether it fails the check.
    pub(super) fn fails(&self, is_strict: bool) -> bool {
        is_strict || self.finding.diagnostic.severity == Severity::Error
    }
}

/// The path in the document of a path in an issuer.
pub(super) fn located_path(place: &IssuerPlace, path: &str) -> String {
    match path.starts_with("policies") {
        true => place.policies.locate(path).into_owned(),
        false => join(&place.issuer, path),
    }
}

fn on_document(diagnostic: Diagnostic) -> Finding {
    Finding::from(diagnostic)
}

fn with_url(definition: &IssuerDefinition, looking: &Looking) -> IssuerDefinition {
    let mut definition = definition.clone();
    if definition.url.is_empty() {
        definition.url = looking.issuer.clone().unwrap_or_default();
    }
    definition
}

/// The issuer with the same URL in the file before a change; one without policies if there is none.
fn same_issuer(before: &Document, like: &IssuerDefinition, looking: &Looking) -> IssuerDefinition {
    let all = before.definitions.iter().map(|own| with_url(own, looking));
    let is_same =
        |own: &IssuerDefinition| own.url == like.url || own.url.is_empty() || like.url.is_empty();
    let found = all.into_iter().find(is_same);
    found.unwrap_or_else(|| IssuerDefinition {
        url: like.url.clone(),
        ..IssuerDefinition::default()
    })
}

fn samples(samples: &[Sample]) -> Vec<(Claims, RequestedToken)> {
    let of = |sample: &Sample| {
        let target = sample.target.clone();
        let request = match sample.token_type.as_str() {
            "organization" => RequestedToken::Organization {
                admin: sample.admin,
            },
            "team" => RequestedToken::Team { name: target },
            "personal" => RequestedToken::Personal { login: target },
            "runner" => RequestedToken::Runner { name: target },
            _ => return None,
        };
        Some((Claims::from_json(&sample.claims).ok()?, request))
    };
    samples.iter().filter_map(of).collect()
}
