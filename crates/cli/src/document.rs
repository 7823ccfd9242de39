//! A file of issuers and policies, compiled, with all errors and findings and their places in the
//! text.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::expected::{UNKNOWN_KEY, join};
use claimgate::issuer::{Issuer, IssuerDefinition};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, REPORT_ONLY};
use claimgate_analysis::Policies;
use claimgate_formats::text::{Unreadable, parse, spans};
use claimgate_formats::{IssuerDocument, IssuerPlace, PoliciesPlace, read};

use crate::report::{Located, Locator, render};

/// A file that was read, whatever is wrong with it.
#[derive(Default)]
pub(crate) struct Document {
    /// Its text.
    text: String,
    /// The issuers without errors.
    pub(crate) issuers: Vec<Issuer>,
    /// Policies outside any issuer.
    pub(crate) alone: Option<PolicySet>,
    /// All issuers as written; policies alone are one without a URL.
    pub(crate) definitions: Vec<IssuerDefinition>,
    /// The dialect of patterns.
    pub(crate) dialect: Dialect,
    /// How many policies there are, in issuers and alone.
    pub(crate) policies: usize,
    /// The tolerated clock skew in seconds, if the file sets it.
    pub(crate) leeway: Option<u64>,
    /// The largest token in bytes, if the file sets it.
    pub(crate) max_size: Option<usize>,
    /// The errors, which keep the document from being used.
    pub(crate) errors: Vec<Located>,
    /// The findings, which deserve a second look.
    pub(crate) findings: Vec<Located>,
}

impl Document {
    /// Reads a file's text.
    pub(crate) fn read(text: String) -> Self {
        let value = match parse(&text) {
            Ok(value) => value,
            Err(error) => return Self::unreadable(text, error),
        };
        let (document, errors) = read(&value);
        let mut findings: Vec<_> = document
            .notes
            .into_iter()
            .filter(|note| note.code == UNKNOWN_KEY)
            .collect();
        let issuers = document.issuers.iter().zip(&document.places);
        let issuers: Vec<_> = issuers
            .filter_map(|(issuer, place)| {
                let compiled = Issuer::compile(&issuer.definition, document.dialect).ok()?;
                findings.extend(remarks(issuer, document.dialect, place));
                Some(compiled)
            })
            .collect();
        let in_issuers = document.issuers.iter();
        let counts = in_issuers.map(|issuer| issuer.definition.policies.len());
        let policies = counts.sum::<usize>() + document.policies.len();
        let alone = document
            .kind
            .has_only_policies()
            .then(|| PolicySet::compile(&document.policies, document.dialect).ok())
            .flatten();
        if alone.is_some() {
            let place = &document.policies_at;
            findings.extend(policy_remarks(
                &document.policies,
                Policies::new(&document.policies, document.dialect),
                place,
            ));
        }
        let mut definitions: Vec<_> = document
            .issuers
            .into_iter()
            .map(|issuer| issuer.definition)
            .collect();
        if document.kind.has_only_policies() {
            definitions.push(IssuerDefinition {
                policies: document.policies,
                ..IssuerDefinition::default()
            });
        }
        let locator = Locator::new(&text, spans(&text));
        let locate = |diagnostic| locator.by_path(diagnostic);
        let errors = errors.into_iter().map(locate).collect();
        let findings = findings.into_iter().map(locate).collect();
        Self {
            text,
            issuers,
            alone,
            definitions,
            dialect: document.dialect,
            policies,
            leeway: document.leeway,
            max_size: document
                .max_size
                .and_then(|size| usize::try_from(size).ok()),
            errors,
            findings,
        }
    }

    fn unreadable(text: String, error: Unreadable) -> Self {
        let locator = Locator::new(&text, Default::default());
        let errors = vec![locator.at(*error.diagnostic, error.span)];
        Self {
            text,
            errors,
            ..Self::default()
        }
    }

    /// Errors, then findings, each with the line that it is about.
    pub(crate) fn report(&self, title: &str, is_colored: bool) -> String {
        let all = self.errors.iter().chain(&self.findings);
        render(title, &self.text, all, is_colored)
    }
}

/// The findings on an issuer.
fn remarks(issuer: &IssuerDocument, dialect: Dialect, place: &IssuerPlace) -> Vec<Diagnostic> {
    let definition = &issuer.definition;
    let mut remarks = policy_remarks(
        &definition.policies,
        Policies::of(definition, dialect),
        &place.policies,
    );
    let has_deny = |policy: &PolicyDefinition| policy.decision == Decision::Deny;
    if definition.report_only && definition.policies.iter().any(has_deny) {
        remarks.insert(0, report_only(join(&place.issuer, REPORT_ONLY)));
    }
    remarks
}

/// The findings on policies.
fn policy_remarks(
    definitions: &[PolicyDefinition],
    policies: Policies<'_>,
    place: &PoliciesPlace,
) -> Vec<Diagnostic> {
    let reporting = definitions
        .iter()
        .enumerate()
        .filter(|(_, policy)| policy.report_only)
        .map(|(index, _)| {
            let path = format!("policies[{index}].{REPORT_ONLY}");
            report_only(place.locate(&path).into_owned())
        });
    let findings = claimgate_analysis::findings(&policies);
    let findings = findings.into_iter().map(|finding| {
        let path = place.locate(&finding.path).into_owned();
        finding.at(path)
    });
    reporting.chain(findings).collect()
}

/// The finding on a policy or an issuer that is report-only.
fn report_only(path: String) -> Diagnostic {
    let message = "this only reports what it would deny; it denies nothing yet";
    let help = "once the audit log reports nothing that should be allowed, remove `reportOnly`";
    Diagnostic::note("report-only", message)
        .basis(Basis::Proved)
        .at(path)
        .help(help)
}
