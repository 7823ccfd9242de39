//! What the code of a finding stands for: the text of its documentation, and policies that have it
//! or do not.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};

/// A kind of finding.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its stable code.
    pub code: &'static str,
    /// The severity that it usually has.
    pub severity: Severity,
    /// What it usually rests on.
    pub basis: Basis,
    /// What is wrong, as a sentence.
    pub title: &'static str,
    /// What it means, in Markdown.
    pub about: &'static str,
    /// What happened, or would happen, where policies have it: in Markdown.
    pub incident: &'static str,
    /// How to fix it, as an instruction.
    pub remedy: &'static str,
    /// An issuer that has it.
    pub found_in: Example,
    /// A similar issuer that does not.
    pub not_in: Example,
}

/// An issuer with policies.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Example {
    /// The URL; empty if it is not known.
    pub url: &'static str,
    /// The audiences that it accepts; any if empty.
    pub audiences: &'static [&'static str],
    /// The policies, as a JSON array.
    pub policies: &'static str,
    /// How many times the issuer has them.
    pub times: usize,
}

impl Example {
    pub(crate) const fn at(url: &'static str, policies: &'static str) -> Self {
        Self {
            url,
            audiences: &[],
            policies,
            times: 1,
        }
    }

    /// The same policies so many times.
    pub(crate) const fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Policies of GitHub Actions.
    pub(crate) const fn github(policies: &'static str) -> Self {
        Self::at("https://token.actions.githubusercontent.com", policies)
    }

    /// Policies of GitLab.com.
    pub(crate) const fn gitlab(policies: &'static str) -> Self {
        Self::at("https://gitlab.com", policies)
    }
}

impl Rule {
    /// A diagnostic of this kind. Inlined, so that the Wasm, which has no documentation, does not contain its
    /// texts.
    #[inline(always)]
    pub(crate) fn says(&self, message: impl Into<String>) -> Diagnostic {
        diagnostic(
            (self.code, self.severity, self.basis, self.remedy),
            message.into(),
        )
    }
}

fn diagnostic(
    (code, severity, basis, remedy): (&'static str, Severity, Basis, &str),
    message: String,
) -> Diagnostic {
    Diagnostic::note(code, message)
        .severity(severity)
        .basis(basis)
        .help(remedy)
}
