//! How policies are compiled, and how much they may contain.

use super::PolicyDefinition;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::pattern::Dialect;

/// How policies are compiled.
///
/// ```
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{CompileOptions, Decision, Limits, PolicyDefinition, PolicySet, TokenType};
///
/// let path = "a".repeat(300);
/// let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule(path, "*");
/// let options = CompileOptions::new(Dialect::Pulumi);
/// let errors = PolicySet::compile_with(&[deny.clone()], &options).unwrap_err();
/// assert_eq!(errors[0].code, "claim-path-too-long");
/// // A policy that was stored before there were limits.
/// assert!(PolicySet::compile_with(&[deny], &options.limits(Limits::NONE)).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompileOptions {
    /// The dialect of patterns.
    pub dialect: Dialect,
    /// Whether every deny is report-only.
    pub report_only: bool,
    /// How much the policies may contain.
    pub limits: Limits,
}

impl CompileOptions {
    /// Denies that deny, and [`Limits::STANDARD`].
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            report_only: false,
            limits: Limits::STANDARD,
        }
    }

    /// The same with `report_only`.
    #[must_use]
    pub fn report_only(self, report_only: bool) -> Self {
        Self {
            report_only,
            ..self
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

/// How much the policies of an issuer may contain. Each is an error of compiling them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all claim paths, patterns, and names of targets and roles.
    pub bytes: usize,
    /// Distinct claim paths of all policies.
    pub claim_paths: usize,
    /// Claim paths of one policy.
    pub policy_claim_paths: usize,
    /// Characters of one claim path.
    pub claim_path_chars: usize,
}

impl Limits {
    /// The limits that apply by default: 16 MiB, 1,000 claim paths, 100 in one policy, 256
    /// characters each.
    pub const STANDARD: Self = Self {
        bytes: 16 * 1024 * 1024,
        claim_paths: 1_000,
        policy_claim_paths: 100,
        claim_path_chars: 256,
    };

    /// No limit, for policies that were accepted before.
    pub const NONE: Self = Self {
        bytes: usize::MAX,
        claim_paths: usize::MAX,
        policy_claim_paths: usize::MAX,
        claim_path_chars: usize::MAX,
    };

    pub(super) fn check_bytes(&self, definitions: &[PolicyDefinition]) -> Result<(), Diagnostics> {
        let found: usize = definitions.iter().map(bytes).sum();
        let mut errors = Diagnostics::default();
        if found > self.bytes {
            let message = format!(
                "expected policies with at most {} bytes of claim paths, patterns and names, found {found}",
                self.bytes
            );
            let help = "let one pattern replace many, or register several issuers";
            errors.push(Diagnostic::error("policies", "policies-too-large", message).help(help));
        }
        errors.or(())
    }

    /// The error of more claim paths than `max`.
    pub(super) fn too_many(&self, place: &str, found: usize, max: usize) -> Option<Diagnostic> {
        (found > max).then(|| {
            let message = format!("expected rules on at most {max} claims, found {found}");
            let help = "a token has few claims: remove rules on those that it does not have";
            Diagnostic::error(place, "claim-paths-too-many", message).help(help)
        })
    }

    /// The error of a claim path that is too long.
    pub(super) fn too_long(&self, place: &str, path: &str) -> Option<Diagnostic> {
        let (max, found) = (self.claim_path_chars, path.chars().count());
        (found > max).then(|| {
            let message =
                format!("expected a claim path of at most {max} characters, found {found}");
            Diagnostic::error(place, "claim-path-too-long", message)
        })
    }
}

fn bytes(definition: &PolicyDefinition) -> usize {
    let names = [
        &definition.team_name,
        &definition.user_login,
        &definition.runner_id,
        &definition.role_id,
    ];
    let names = names.into_iter().flatten().map(String::len).sum::<usize>();
    let rules = definition.rules.iter();
    names
        + rules
            .map(|(path, pattern)| path.len() + pattern.len())
            .sum::<usize>()
}
