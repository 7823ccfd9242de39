//! What a document says, in the engine's types.

use std::borrow::Cow;

use claimgate::diagnostic::Diagnostic;
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::PolicyDefinition;

use super::samples::Sample;

/// What a document was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `claimgate.json`: the configuration of an engine.
    Settings,
    /// What Pulumi Cloud answers about issuers.
    Issuers,
    /// What Pulumi Cloud answers about the policies of an issuer, or takes for them.
    AuthPolicy,
    /// Policies without anything around.
    Policies,
    /// A Pulumi program in YAML or JSON.
    Program,
}

impl Kind {
    /// It in words: `a Claimgate file`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Settings => "a Claimgate file",
            Self::Issuers => "issuers of Pulumi Cloud",
            Self::AuthPolicy => "the policies of an issuer of Pulumi Cloud",
            Self::Policies => "policies",
            Self::Program => "a Pulumi program",
        }
    }

    /// Whether a document of this kind has policies without naming their issuer.
    #[must_use]
    pub fn has_only_policies(self) -> bool {
        matches!(self, Self::AuthPolicy | Self::Policies)
    }
}

/// A document, as far as it was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What the document is.
    pub kind: Kind,
    /// The issuers, without those that have errors.
    pub issuers: Vec<IssuerDocument>,
    /// Where each of them is.
    pub places: Vec<IssuerPlace>,
    /// Policies that no issuer is named for.
    pub policies: Vec<PolicyDefinition>,
    /// Where those are.
    pub policies_at: PoliciesPlace,
    /// The organization, where the document names one.
    pub organization: Option<String>,
    /// The language of the patterns.
    pub dialect: Dialect,
    /// By how many seconds clocks may differ, where the document says so.
    pub leeway: Option<u64>,
    /// The largest token in bytes, where the document says so.
    pub max_size: Option<u64>,
    /// What is left out, read otherwise, or deserves a look: [`LEFT_OUT`](crate::LEFT_OUT),
    /// [`CHANGED`](crate::CHANGED), [`REMARK`](crate::REMARK).
    pub notes: Vec<Diagnostic>,
}

impl Document {
    /// An empty document.
    pub(super) fn empty(kind: Kind) -> Self {
        Self {
            kind,
            issuers: Vec::new(),
            places: Vec::new(),
            policies: Vec::new(),
            policies_at: PoliciesPlace::Array(String::new()),
            organization: None,
            dialect: Dialect::Pulumi,
            leeway: None,
            max_size: None,
            notes: Vec::new(),
        }
    }
}

/// An issuer as a document describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuerDocument {
    /// The issuer.
    pub definition: IssuerDefinition,
    /// The provider that it was made from, if the document says so.
    pub preset: String,
    /// Whether a server exchanges each of its ID tokens once only.
    pub single_use: bool,
    /// Decoded claims to try the policies on.
    pub samples: Vec<Sample>,
    /// Whether the document has policies for it. Without, those that it may have already should
    /// stay.
    pub has_policies: bool,
}

/// Where an issuer is in its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerPlace {
    /// Its path, such as `issuers[0]`; empty for the whole document.
    pub issuer: String,
    /// The path of the array of its policies, such as `issuers[0].policies`.
    pub policies: PoliciesPlace,
}

/// Where policies are in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoliciesPlace {
    /// In the array at this path; empty if the document is the array.
    Array(String),
    /// The document is the one policy.
    Single,
}

impl PoliciesPlace {
    /// The path in the document of a path among policies, such as `policies[1].rules.sub`.
    #[must_use]
    pub fn locate<'a>(&self, path: &'a str) -> Cow<'a, str> {
        let Some(inner) = path.strip_prefix("policies") else {
            return Cow::Borrowed(path);
        };
        match self {
            Self::Array(array) => Cow::Owned(format!("{array}{inner}")),
            Self::Single => {
                let inner = inner.strip_prefix("[0]").unwrap_or(inner);
                Cow::Borrowed(inner.strip_prefix('.').unwrap_or(inner))
            }
        }
    }
}
