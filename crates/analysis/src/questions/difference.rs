//! What a change of policies opens and closes.

use claimgate::sorted::distinct;
use claimgate::text::list;
use serde::{Deserialize, Serialize};

use super::beyond::Beyond;
use super::facts::facts;
use super::roles::other_role;
use super::session::space_of;
use super::set::Set;
use super::verdicts::other_side;
use crate::answer::{Answer, Facts, RequestKind, Undecided, Witness};
use crate::grant::gives;
use crate::model::PolicyModel;
use crate::query::Space;

/// How what new policies admit relates to what old ones admit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Relation {
    /// The same, with the same roles. Proved.
    Equivalent,
    /// All that the old ones admit, and more.
    Wider,
    /// Only what the old ones admit, and less.
    Narrower,
    /// Something that the old ones do not admit, and not all that they do; or other roles for some tokens.
    Incomparable,
    /// Not known.
    Undecided,
}

impl Relation {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::Equivalent,
        Self::Wider,
        Self::Narrower,
        Self::Incomparable,
        Self::Undecided,
    ];

    /// The relation in a clause.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Equivalent => {
                "equivalent: both admit the same tokens, with the same roles (proved)"
            }
            Self::Wider => "wider: the new policies admit more",
            Self::Narrower => "narrower: the new policies admit less and nothing new (proved)",
            Self::Incomparable => {
                "neither wider nor narrower: the new policies open something and close something"
            }
            Self::Undecided => "not known whether the new policies admit more",
        }
    }
}

/// What a change of policies opens and closes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Difference {
    /// For all kinds of requests together.
    pub relation: Relation,
    /// For each kind of requests that some policy applies to.
    pub kinds: Vec<KindDifference>,
    /// What the answers assume.
    pub facts: Facts,
}

/// What a change opens and closes for requests of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct KindDifference {
    /// The kind of requests.
    pub kind: RequestKind,
    /// How what is admitted relates.
    pub relation: Relation,
    /// What only the new policies admit: one witness for each allow of theirs that admits something.
    pub opened: Vec<Change>,
    /// What only the old policies admit: one witness for each allow of theirs that admits something.
    pub closed: Vec<Change>,
    /// The roles that tokens get only from the new policies, where both admit them: one witness for each allow
    /// of theirs that gives one. An allow may give no role as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened_roles: Vec<Change>,
    /// The roles that tokens get only from the old policies, where both admit them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed_roles: Vec<Change>,
    /// What is not known about allows: whether they open or close something.
    pub undecided: Vec<UndecidedChange>,
}

/// A token that only one side admits, or to which only one side gives a role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Change {
    /// Index of the allow that admits it, among the new policies if it is opened, the old ones if
    /// closed.
    pub policy: usize,
    /// What that allow gives: "organization tokens with role deployer".
    pub gives: String,
    /// Indices of the other side's policies that refuse it, or that give another role; empty if none allows
    /// it, or its issuer does not accept the audience.
    pub refused_by: Vec<usize>,
    /// What the other side does with it, as a clause: "no new policy allows it".
    pub because: String,
    /// The token.
    pub witness: Witness,
}

impl Change {
    /// Which allow admits it, what that gives, and what the other side does with it: "new policy 3 gives tokens of
    /// team deployers to this token; no old policy allows it". `is_new` if it is one of the new policies.
    #[must_use]
    pub fn sentence(&self, is_new: bool) -> String {
        let verb = if is_new { "gives" } else { "gave" };
        format!(
            "{} {} {verb} {} to this token; {}",
            side(is_new),
            list::policies(&[self.policy]),
            self.gives,
            self.because
        )
    }
}

/// An allow of which it is not known whether it opens or closes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UndecidedChange {
    /// Index of the allow.
    pub policy: usize,
    /// Whether it is one of the new policies, which may open something.
    pub is_new: bool,
    /// Why it is not known.
    pub reason: Undecided,
}

impl UndecidedChange {
    /// What is not known, and why: "not known what new policy 3 opens: it takes too many steps to find out".
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "not known what {} {} {}: {}",
            side(self.is_new),
            list::policies(&[self.policy]),
            if self.is_new { "opens" } else { "closes" },
            self.reason.sentence()
        )
    }
}

/// Compares what two sets of policies of an issuer admit, with the facts of the new one.
///
/// Admission is not monotone: another allow that gives a different role can close something. Each kind
/// of requests is compared by itself.
///
/// ```
/// use claimgate::issuer::IssuerDefinition;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, TokenType};
/// use claimgate_analysis::{PolicyModel, Relation, difference};
///
/// let model = |sub: &str| {
///     let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", sub);
///     let url = "https://token.actions.githubusercontent.com".to_owned();
///     PolicyModel::new(&IssuerDefinition { url, policies: vec![allow], ..Default::default() }, Dialect::Pulumi)
/// };
/// let (old, new) = (model("repo:acme/web:ref:refs/heads/main")?, model("repo:acme/web:*")?);
/// let difference = difference(&old, &new);
/// assert_eq!(difference.relation, Relation::Wider);
/// let opened = &difference.kinds[0].opened[0].witness.claims;
/// assert_eq!(opened.get("sub").and_then(|sub| sub.as_str()), Some("repo:acme/web:ref:refs/heads/feature"));
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[must_use]
pub fn difference(old: &PolicyModel, new: &PolicyModel) -> Difference {
    let mut space = space_of(new);
    let old_set = Set::new(&mut space, old, 0);
    let new_set = Set::new(&mut space, new, 1);
    let kinds = distinct([old.kinds(), new.kinds()].concat());
    let kinds: Vec<_> = kinds
        .into_iter()
        .map(|kind| {
            let opens = only(&mut space, &kind, &new_set, &old_set, true);
            let closes = only(&mut space, &kind, &old_set, &new_set, false);
            let undecided = [opens.undecided.clone(), closes.undecided.clone()].concat();
            KindDifference {
                relation: relation(opens.is_empty(), closes.is_empty(), undecided.is_empty()),
                kind,
                opened: opens.changes,
                closed: closes.changes,
                opened_roles: opens.roles,
                closed_roles: closes.roles,
                undecided,
            }
        })
        .collect();
    Difference {
        relation: together(&kinds),
        facts: facts(&space, [&old_set, &new_set], new.grammar()),
        kinds,
    }
}

fn relation(opens_nothing: bool, closes_nothing: bool, all_known: bool) -> Relation {
    match (opens_nothing, closes_nothing, all_known) {
        (false, false, _) => Relation::Incomparable,
        (_, _, false) => Relation::Undecided,
        (true, true, _) => Relation::Equivalent,
        (false, true, _) => Relation::Wider,
        (true, false, _) => Relation::Narrower,
    }
}

fn together(kinds: &[KindDifference]) -> Relation {
    let opens = |kind: &KindDifference| !kind.opened.is_empty() || !kind.opened_roles.is_empty();
    let closes = |kind: &KindDifference| !kind.closed.is_empty() || !kind.closed_roles.is_empty();
    relation(
        !kinds.iter().any(opens),
        !kinds.iter().any(closes),
        kinds.iter().all(|kind| kind.undecided.is_empty()),
    )
}

fn side(is_new: bool) -> &'static str {
    match is_new {
        true => "new",
        false => "old",
    }
}

/// What one side admits and the other does not.
#[derive(Default)]
struct Only {
    changes: Vec<Change>,
    roles: Vec<Change>,
    undecided: Vec<UndecidedChange>,
}

impl Only {
    fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.roles.is_empty()
    }
}

/// What one side admits and the other does not, for each allow; and the roles that it alone gives.
fn only(
    space: &mut Space,
    kind: &RequestKind,
    one: &Set<'_>,
    other: &Set<'_>,
    is_new: bool,
) -> Only {
    let mut only = Only::default();
    let change = |policy: usize, witness: Witness| {
        let (refused_by, because) = other_side(other.model, &witness, !is_new);
        Change {
            policy,
            gives: one.model.definition(policy).map(gives).unwrap_or_default(),
            refused_by,
            because,
            witness,
        }
    };
    for policy in one.allows(kind).iter().copied() {
        let answer = one_allow(space, kind, one, other, policy);
        let role = match answer {
            Answer::No { .. } => other_role(space, kind, (one, other), policy),
            _ => None,
        };
        let unknown = match (&answer, &role) {
            (Answer::Undecided { reason }, _) | (_, Some(Answer::Undecided { reason })) => {
                Some(*reason)
            }
            _ => None,
        };
        only.undecided.extend(unknown.map(|reason| UndecidedChange {
            policy,
            is_new,
            reason,
        }));
        if let Answer::Yes { witness } = answer {
            only.changes.push(change(policy, *witness));
        }
        if let Some(Answer::Yes { witness }) = role {
            only.roles.push(change(policy, *witness));
        }
    }
    only
}

/// A token that is admitted by an allow of one side and not by the other side.
fn one_allow(
    space: &mut Space,
    kind: &RequestKind,
    one: &Set<'_>,
    other: &Set<'_>,
    allow: usize,
) -> Answer {
    let question = Beyond {
        kind,
        allow,
        other,
        covers: &other.allows(kind),
        negatives: &[],
    };
    question.ask(space, one, |claims, request| {
        one.model.admits(claims, request) && !other.model.admits(claims, request)
    })
}
