//! The reports on the issuers of a configuration: the one form that the command line and the npm
//! package write as JSON.

use std::collections::VecDeque;

use claimgate::diagnostic::Diagnostics;
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use serde::{Deserialize, Serialize};

use crate::check::{CheckOptions, Finding, Findings, check};
use crate::guard::guard;
use crate::mine::{Mine, MineError};
use crate::model::PolicyModel;
use crate::questions::{Analysis, Difference, Relation, Who, difference};

/// An issuer whose policies questions are about.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Subject {
    /// The issuer; its URL is empty for policies without one.
    pub definition: IssuerDefinition,
    /// Its policies.
    pub model: PolicyModel,
}

/// How questions are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Whether report-only policies count as if they were enforced.
    pub enforced: bool,
    /// Whether nothing is assumed about the provider's tokens.
    pub no_facts: bool,
}

impl Subject {
    /// The policies of an issuer.
    ///
    /// # Errors
    /// As [`PolicyModel::new`].
    pub fn new(
        issuer: &IssuerDefinition,
        dialect: Dialect,
        terms: Terms,
    ) -> Result<Self, Diagnostics> {
        let mut model = PolicyModel::new(issuer, dialect)?;
        if terms.enforced {
            model = model.enforced();
        }
        if terms.no_facts {
            model = model.without_facts();
        }
        let mut definition = issuer.clone();
        if terms.enforced {
            definition.report_only = false;
            let policies = definition.policies.iter_mut();
            policies.for_each(|policy| policy.report_only = false);
        }
        Ok(Self { definition, model })
    }

    fn url(&self) -> &str {
        &self.definition.url
    }

    /// Whether two are the same issuer. Policies without one may be of any.
    fn is_same(&self, other: &Self) -> bool {
        self.url() == other.url() || self.url().is_empty() || other.url().is_empty()
    }
}

/// The report on an issuer: its members, beside `issuer`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OfIssuer<T> {
    /// The URL; empty for policies without an issuer.
    pub issuer: String,
    /// The report.
    #[serde(flatten)]
    pub report: T,
}

/// What is wrong with the policies of each issuer, or deserves a second look.
///
/// # Errors
/// As [`check`](crate::check()), of the first issuer that has any.
pub fn checks(subjects: &[Subject], terms: Terms) -> Result<Vec<OfIssuer<Findings>>, Diagnostics> {
    let subjects = subjects.iter();
    subjects
        .map(|Subject { definition, model }| {
            let mut options = CheckOptions::new(model.dialect());
            options.without_facts = terms.no_facts;
            Ok(OfIssuer {
                issuer: definition.url.clone(),
                report: check(definition, &options)?,
            })
        })
        .collect()
}

/// What an editor shows of policies that are being edited.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Edited {
    /// What is wrong with them, or deserves a second look.
    #[serde(flatten)]
    pub found: Findings,
    /// What the guard of shared issuers finds on the change.
    pub guard: Vec<Finding>,
}

/// What an editor shows of the change of an issuer.
///
/// # Errors
/// As [`check`](crate::check()), of the changed issuer.
pub fn edited(old: &Subject, new: &Subject) -> Result<Edited, Diagnostics> {
    let options = CheckOptions::new(new.model.dialect());
    Ok(Edited {
        found: check(&new.definition, &options)?,
        guard: guard(&old.definition, &new.definition),
    })
}

/// Who gets in, for each issuer.
///
/// # Errors
/// What is stated as one's own cannot be the names of anything of these issuers' providers.
pub fn who_of(subjects: &[Subject], mine: Option<&Mine>) -> Result<Vec<OfIssuer<Who>>, MineError> {
    let grammars = subjects.iter().filter_map(|own| own.model.grammar());
    let grammars: Vec<_> = grammars.collect();
    mine.map_or(Ok(()), |mine| mine.check(&grammars))?;
    let who = |Subject { definition, model }: &Subject| OfIssuer {
        issuer: definition.url.clone(),
        report: Analysis::new(model).who(mine),
    };
    Ok(subjects.iter().map(who).collect())
}

/// What a change opens and closes, for each issuer before or after it. An issuer that is not there admits
/// nothing.
#[must_use]
pub fn differences(old: Vec<Subject>, new: &[Subject]) -> Vec<OfIssuer<Difference>> {
    let mut old = VecDeque::from(old);
    let mut compared = Vec::new();
    for subject in new {
        let place = old.iter().position(|old| old.is_same(subject));
        let before = place.and_then(|place| old.remove(place));
        let url = match &before {
            Some(before) if subject.url().is_empty() => before.url(),
            _ => subject.url(),
        };
        compared.push(match &before {
            Some(before) => compare(url, &before.model, &subject.model),
            None => compare(url, &nothing(&subject.model), &subject.model),
        });
    }
    let gone = |gone: &Subject| compare(gone.url(), &gone.model, &nothing(&gone.model));
    compared.extend(old.iter().map(gone));
    compared
}

/// The issuer without policies, which admits nothing.
fn nothing(model: &PolicyModel) -> PolicyModel {
    model
        .with_policies(Vec::new())
        .unwrap_or_else(|_| model.clone())
}

fn compare(issuer: &str, old: &PolicyModel, new: &PolicyModel) -> OfIssuer<Difference> {
    OfIssuer {
        issuer: issuer.to_owned(),
        report: difference(old, new),
    }
}

impl OfIssuer<Difference> {
    /// Whether it is proved that the new policies admit nothing more.
    #[must_use]
    pub fn opens_nothing(&self) -> bool {
        matches!(
            self.report.relation,
            Relation::Equivalent | Relation::Narrower
        )
    }
}
