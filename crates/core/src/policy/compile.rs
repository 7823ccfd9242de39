//! Compiled policies.

use super::PolicyDefinition;
use super::compiled::CompiledPolicy;
use super::compiler::Compiler;
use super::index::Index;
use super::limits::CompileOptions;
use crate::claim_path::ClaimPath;
use crate::diagnostic::Diagnostics;
use crate::numbers::Numbers;
use crate::pattern::Dialect;

/// Compiled policies. It cannot be partly invalid.
#[derive(Clone, Debug)]
pub struct PolicySet {
    policies: Vec<CompiledPolicy>,
    index: Index,
}

impl PolicySet {
    /// Compiles policies, or returns all errors in them. [`Limits::STANDARD`](super::Limits::STANDARD) apply.
    ///
    /// # Errors
    /// All errors in the order of the policies, with paths from `policies[0]`.
    ///
    /// ```
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, TokenType};
    ///
    /// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization);
    /// // An allow needs a rule.
    /// assert!(PolicySet::compile(&[allow.clone()], Dialect::Pulumi).is_err());
    /// assert!(PolicySet::compile(&[allow.rule("sub", "repo:octo-org/*")], Dialect::Pulumi).is_ok());
    /// ```
    pub fn compile(
        definitions: &[PolicyDefinition],
        dialect: Dialect,
    ) -> Result<Self, Diagnostics> {
        Self::compile_with(definitions, &CompileOptions::new(dialect))
    }

    /// Compiles policies with other limits, or those of an issuer with `reportOnly`.
    ///
    /// # Errors
    /// As [`PolicySet::compile`].
    pub fn compile_with(
        definitions: &[PolicyDefinition],
        options: &CompileOptions,
    ) -> Result<Self, Diagnostics> {
        options.limits.check_bytes(definitions)?;
        let mut compiler = Compiler::new(options);
        let policies: Vec<_> = definitions
            .iter()
            .enumerate()
            .filter_map(|(index, definition)| {
                compiler.policy(&format!("policies[{index}]"), definition)
            })
            .collect();
        compiler.finish()?;
        let index = Index::build(&policies);
        Ok(Self { policies, index })
    }

    /// The number of policies.
    #[must_use]
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there are no policies, so that every request is denied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// The claims that rules use, each once, in no particular order. Decisions depend on no other
    /// claim.
    ///
    /// ```
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, TokenType};
    ///
    /// let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", "*:pull_request");
    /// let set = PolicySet::compile(&[deny], Dialect::Pulumi)?;
    /// assert_eq!(set.claim_paths().map(|path| path.source()).collect::<Vec<_>>(), ["sub"]);
    /// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
    /// ```
    pub fn claim_paths(&self) -> impl Iterator<Item = &ClaimPath> {
        let mut seen = Numbers::default();
        let paths = self
            .policies
            .iter()
            .flat_map(|policy| &policy.rules)
            .map(|rule| &*rule.path);
        paths.filter(move |path| seen.insert(path.segments()))
    }

    /// The steps that a decision takes for each character, if all claims that rules use had equal
    /// values: the sum of the patterns' [weights](crate::pattern::Pattern::weight).
    ///
    /// ```
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, TokenType};
    ///
    /// let deny = |sub: &str| PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", sub);
    /// let set = PolicySet::compile(&[deny("*:pull_request"), deny("*/fork-?:*")], Dialect::Pulumi)?;
    /// assert_eq!(set.weight(), 1);
    /// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.index.weight()
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn policies(&self) -> &[CompiledPolicy] {
        &self.policies
    }
}
