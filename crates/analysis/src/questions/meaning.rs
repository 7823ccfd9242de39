//! What a change means, before it is saved.

use serde::{Deserialize, Serialize};

use super::difference::{Difference, difference};
use super::outsiders::{Ours, Rung, ours};
use super::session::Analysis;
use crate::mine::Mine;
use crate::model::PolicyModel;

/// What a change opens and closes: with a token for each allow, and by the classes of outsiders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Meaning {
    /// The difference.
    pub difference: Difference,
    /// What was taken for one's own: as stated, else as the old policies name it, else as the new ones do.
    pub ours: Vec<Ours>,
    /// The classes that only the new policies are known to admit.
    pub opened: Vec<Rung>,
    /// The classes that only the old policies are known to admit.
    pub closed: Vec<Rung>,
}

/// What a change of policies of an issuer means.
///
/// ```
/// use claimgate::issuer::IssuerDefinition;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, TokenType};
/// use claimgate_analysis::{PolicyModel, meaning};
///
/// let model = |sub: &str| {
///     let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", sub);
///     let url = "https://token.actions.githubusercontent.com".to_owned();
///     PolicyModel::new(&IssuerDefinition { url, policies: vec![allow], ..Default::default() }, Dialect::Pulumi)
/// };
/// let meaning = meaning(&model("repo:acme/web:ref:refs/heads/main")?, &model("repo:acme/web:ref:*")?, None);
/// let opened: Vec<_> = meaning.opened.iter().map(|rung| rung.id.as_str()).collect();
/// // A repository can have `ref` in its subjects, that of a pull request included.
/// assert_eq!(opened, ["other-branch", "other-tag", "pull-request"]);
/// assert!(meaning.closed.is_empty());
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[must_use]
pub fn meaning(old: &PolicyModel, new: &PolicyModel, mine: Option<&Mine>) -> Meaning {
    let mut own = taken(old, mine);
    if own.is_empty() {
        own = taken(new, mine);
    }
    let (before, after) = (ladder(old, &own), ladder(new, &own));
    let only = |one: &[Rung], other: &[Rung]| -> Vec<Rung> {
        let is_in = |rung: &&Rung| rung.answer.is_yes();
        let is_out = |rung: &&Rung| {
            let same = other.iter().find(|other| other.id == rung.id);
            same.is_none_or(|other| other.answer.is_no())
        };
        one.iter().filter(is_in).filter(is_out).cloned().collect()
    };
    Meaning {
        difference: difference(old, new),
        opened: only(&after, &before),
        closed: only(&before, &after),
        ours: own,
    }
}

fn taken(model: &PolicyModel, mine: Option<&Mine>) -> Vec<Ours> {
    let Some(grammar) = model.grammar() else {
        return Vec::new();
    };
    let sayings = Analysis::new(model).said_by_all();
    ours(grammar, mine, &sayings)
}

fn ladder(model: &PolicyModel, ours: &[Ours]) -> Vec<Rung> {
    let Some(grammar) = model.grammar() else {
        return Vec::new();
    };
    let mut analysis = Analysis::new(model);
    let sayings = analysis.said_by_all();
    analysis.ladder(grammar, ours, &sayings)
}
