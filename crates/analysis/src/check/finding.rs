//! Findings, with what proves them and what fixes them.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Facts, Proof, Witness};
use crate::questions::Relation;

/// What was found in the policies of an issuer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Findings {
    /// The findings: errors first, then warnings, then notes; each in the order of the policies.
    pub findings: Vec<Finding>,
    /// What they assume.
    pub facts: Facts,
}

/// Something in policies that is wrong, or deserves a second look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Finding {
    /// Its code, severity, basis, place, message and help. The path begins with `policies[0]`, or is
    /// that of a member of the issuer.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// Indices of the policies that have it, from 0, the one of the path first.
    pub policies: Vec<usize>,
    /// Indices of other policies that cause it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because_of: Vec<usize>,
    /// A token that shows it, which the evaluator of decisions confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Box<Witness>>,
    /// Why no token does what the policy is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Box<Proof>>,
    /// Safe fixes, each sufficient by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<SafeFix>,
}

/// A change of policies that fixes a finding, and that opens nothing: proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SafeFix {
    /// What it does, as an instruction: "end the name with `/`".
    pub title: String,
    /// The changes, all of them together.
    pub edits: Vec<Edit>,
    /// What the changed policies admit: the same, or less.
    pub effect: Relation,
}

/// A change of one policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "edit")]
#[non_exhaustive]
pub enum Edit {
    /// Gives a rule this pattern; adds the rule if the policy has none with that path.
    #[serde(rename_all = "camelCase")]
    SetRule {
        /// Index of the policy, from 0.
        policy: usize,
        /// The rule's claim path, as it is written.
        claim: String,
        /// The pattern.
        pattern: String,
    },
    /// Removes a policy.
    #[serde(rename_all = "camelCase")]
    RemovePolicy {
        /// Its index, from 0.
        policy: usize,
    },
    /// Adds a deny with one rule, at the end.
    #[serde(rename_all = "camelCase")]
    AddDeny {
        /// Index of a policy, from 0: the deny has its type of token and its target.
        like: usize,
        /// The rule's claim path.
        claim: String,
        /// The pattern.
        pattern: String,
    },
}

impl From<Diagnostic> for Finding {
    /// A finding without anything that proves it.
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            policies: Vec::new(),
            because_of: Vec::new(),
            witness: None,
            proof: None,
            fixes: Vec::new(),
        }
    }
}

impl Finding {
    /// A finding on a policy.
    pub(crate) fn on(policy: usize, diagnostic: Diagnostic) -> Self {
        Self {
            policies: vec![policy],
            ..Self::from(diagnostic.at(format!("policies[{policy}]")))
        }
    }

    /// A finding on a rule of a policy.
    pub(crate) fn on_rule(policy: usize, claim: &str, diagnostic: Diagnostic) -> Self {
        let mut found = Self::on(policy, diagnostic);
        found.diagnostic.path = format!("policies[{policy}].rules.{claim}");
        found
    }

    /// A finding on a member of the issuer.
    pub(crate) fn on_issuer(member: &str, diagnostic: Diagnostic) -> Self {
        Self::from(diagnostic.at(member))
    }

    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.diagnostic.severity = severity;
        self
    }

    pub(crate) fn basis(mut self, basis: Basis) -> Self {
        self.diagnostic.basis = Some(basis);
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic.help = Some(help.into());
        self
    }

    /// The same on further policies.
    pub(crate) fn also(mut self, policies: impl IntoIterator<Item = usize>) -> Self {
        for policy in policies {
            if !self.policies.contains(&policy) {
                self.policies.push(policy);
            }
        }
        self
    }

    pub(crate) fn because_of(mut self, policies: &[usize]) -> Self {
        self.because_of = policies.to_vec();
        self
    }

    /// The same with the token or the proof of an answer.
    pub(crate) fn shown_by(mut self, answer: Answer) -> Self {
        match answer {
            Answer::Yes { witness } => self.witness = Some(witness),
            Answer::No { proof } => self.proof = Some(Box::new(proof)),
            Answer::Undecided { .. } => {}
        }
        self
    }

    pub(crate) fn witness(mut self, witness: Witness) -> Self {
        self.witness = Some(Box::new(witness));
        self
    }
}
