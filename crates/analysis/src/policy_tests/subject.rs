//! The policies that tests are about.

use claimgate::claims::Claims;
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::explain::HintSources;
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{CompileOptions, Limits, PolicyDefinition, PolicySet};
use claimgate::{audience, expected};

use super::file::{PolicySource, TestFile};

/// The code of a test file whose policies cannot be found.
const UNKNOWN_POLICIES: &str = "test-policies-unknown";

/// What a file of policies has: issuers, or policies alone, which are one issuer without a URL.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyFile {
    /// The issuers.
    pub issuers: Vec<SampledIssuer>,
    /// The dialect of patterns.
    pub dialect: Dialect,
}

/// An issuer with its samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampledIssuer {
    /// The issuer.
    pub definition: IssuerDefinition,
    /// Claims by the names of its samples.
    pub samples: Vec<(String, Claims)>,
}

impl From<IssuerDefinition> for SampledIssuer {
    fn from(definition: IssuerDefinition) -> Self {
        Self {
            definition,
            samples: Vec::new(),
        }
    }
}

/// An issuer whose policies are tested, compiled.
#[derive(Clone, Debug)]
pub struct TestSubject {
    pub(super) definition: IssuerDefinition,
    pub(super) compiled: PolicySet,
    pub(super) dialect: Dialect,
    pub(super) samples: Vec<(String, Claims)>,
    pub(super) hints: HintSources,
}

impl TestSubject {
    /// Compiles the policies of an issuer. Its keys and name do not matter, and its URL may be empty.
    ///
    /// # Errors
    /// What is wrong with the policies or audiences, with paths from `policies[0]` and `audiences`.
    pub fn new(issuer: impl Into<SampledIssuer>, dialect: Dialect) -> Result<Self, Diagnostics> {
        let SampledIssuer {
            definition,
            samples,
        } = issuer.into();
        let audiences = definition.audiences.as_deref();
        audiences
            .map(audience::problems)
            .unwrap_or_default()
            .or(())?;
        let options = CompileOptions::new(dialect)
            .limits(Limits::NONE)
            .report_only(definition.report_only);
        Ok(Self {
            compiled: PolicySet::compile_with(&definition.policies, &options)?,
            definition,
            dialect,
            samples,
            hints: HintSources::NONE,
        })
    }

    /// The same, whose explanations have hints from there.
    #[must_use]
    pub fn hints(mut self, hints: HintSources) -> Self {
        self.hints = hints;
        self
    }

    /// The issuer that a test file is about. `named` has the policies of the file that it names, or
    /// that it is beside; it is not used if the policies are in the test file.
    ///
    /// # Errors
    /// What is wrong with them, or that it is not known which issuer is meant.
    pub fn of(file: &TestFile, named: Option<&PolicyFile>) -> Result<Self, Diagnostics> {
        let (issuer, dialect) = match (&file.policies, named) {
            (Some(PolicySource::Inline(policies)), _) => {
                (inline(file, policies), Dialect::default())
            }
            (_, Some(named)) => (chosen(file, named)?, named.dialect),
            (_, None) => {
                let message = "expected `policies`, found none";
                return Err(unknown("policies", message.to_owned()));
            }
        };
        Self::new(issuer, file.dialect.unwrap_or(dialect))
    }

    /// The policies.
    #[must_use]
    pub fn policies(&self) -> &[PolicyDefinition] {
        &self.definition.policies
    }

    /// Whether the policy with that index is a deny that only reports.
    pub(super) fn is_report_only(&self, policy: &PolicyDefinition) -> bool {
        policy.report_only || self.definition.report_only
    }
}

fn inline(file: &TestFile, policies: &[PolicyDefinition]) -> SampledIssuer {
    IssuerDefinition {
        url: file.issuer.clone().unwrap_or_default(),
        audiences: file.audiences.clone(),
        policies: policies.to_vec(),
        ..IssuerDefinition::default()
    }
    .into()
}

/// The issuer that a test file is about, of those of a policies' file.
fn chosen(file: &TestFile, named: &PolicyFile) -> Result<SampledIssuer, Diagnostics> {
    if file.audiences.is_some() {
        let message = "expected no `audiences` beside a file of policies, which has its own";
        return Err(unknown("audiences", message.to_owned()));
    }
    let issuers = named.issuers.as_slice();
    let urls = || {
        let urls = issuers.iter().map(|issuer| issuer.definition.url.as_str());
        urls.collect::<Vec<_>>()
    };
    match (&file.issuer, issuers) {
        (_, []) => Err(unknown("policies", "the file has no issuer".to_owned())),
        (None, [only]) => Ok(only.clone()),
        (Some(url), [only]) if only.definition.url.is_empty() => {
            let mut issuer = only.clone();
            issuer.definition.url.clone_from(url);
            Ok(issuer)
        }
        (Some(url), _) => {
            let found = issuers.iter().find(|issuer| issuer.definition.url == *url);
            found.cloned().ok_or_else(|| {
                let mut errors = unknown("issuer", format!("the file has no issuer `{url}`"));
                let help = match expected::nearest(url, &urls()) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("it has {}", urls().join(", ")),
                };
                if let Some(error) = errors.first_mut() {
                    error.help = Some(help);
                }
                errors
            })
        }
        (None, _) => {
            let message = format!(
                "expected `issuer`, found none: the file has the issuers {}",
                urls().join(", ")
            );
            Err(unknown("issuer", message))
        }
    }
}

fn unknown(path: &str, message: String) -> Diagnostics {
    Diagnostic::error(path, UNKNOWN_POLICIES, message).into()
}
