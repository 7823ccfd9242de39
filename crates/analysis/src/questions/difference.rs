//! What a change of policies opens and closes.

use claimgate::claims::Claims;
use claimgate::policy::RequestedToken;
use claimgate::sorted::distinct;
use serde::{Deserialize, Serialize};

use super::facts::facts;
use super::session::{ask, space_of};
use super::set::Set;
use crate::answer::{Answer, Facts, RequestKind, Undecided, Witness};
use crate::model::PolicyModel;
use crate::query::{Cube, Query, Space};

/// How what new policies admit relates to what old ones admit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Relation {
    /// The same. Proved.
    Equivalent,
    /// All that the old ones admit, and more.
    Wider,
    /// Only what the old ones admit, and less.
    Narrower,
    /// Something that the old ones do not admit, and not all that they do.
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
            Self::Equivalent => "equivalent: both admit the same tokens (proved)",
            Self::Wider => "wider: the new policies admit more",
            Self::Narrower => "narrower: the new policies admit less, and nothing more (proved)",
            Self::Incomparable => "incomparable: the new policies admit some more and some less",
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
    /// What the answers take for granted.
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
    /// What is not known about allows: whether they open or close something.
    pub undecided: Vec<UndecidedChange>,
}

/// A token that only one side admits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Change {
    /// Index of the allow that admits it, among the new policies if it is opened, the old ones if
    /// closed.
    pub policy: usize,
    /// Indices of the other side's policies that refuse it; empty if none allows it, or its issuer does
    /// not accept the audience.
    pub refused_by: Vec<usize>,
    /// The token.
    pub witness: Witness,
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
            let (opened, mut undecided) = only(&mut space, &kind, &new_set, &old_set, true);
            let (closed, others) = only(&mut space, &kind, &old_set, &new_set, false);
            undecided.extend(others);
            KindDifference {
                relation: relation(&opened, &closed, &undecided),
                kind,
                opened,
                closed,
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

fn relation(opened: &[Change], closed: &[Change], undecided: &[UndecidedChange]) -> Relation {
    match (opened.is_empty(), closed.is_empty(), undecided.is_empty()) {
        (false, false, _) => Relation::Incomparable,
        (_, _, false) => Relation::Undecided,
        (true, true, _) => Relation::Equivalent,
        (false, true, _) => Relation::Wider,
        (true, false, _) => Relation::Narrower,
    }
}

fn together(kinds: &[KindDifference]) -> Relation {
    let all = |pick: fn(&KindDifference) -> &[Change]| -> Vec<Change> {
        kinds
            .iter()
            .flat_map(|kind| pick(kind).iter().cloned())
            .collect()
    };
    let undecided: Vec<_> = kinds
        .iter()
        .flat_map(|kind| kind.undecided.clone())
        .collect();
    relation(
        &all(|kind| &kind.opened),
        &all(|kind| &kind.closed),
        &undecided,
    )
}

/// What one side admits and the other does not, for each allow.
fn only(
    space: &mut Space,
    kind: &RequestKind,
    one: &Set<'_>,
    other: &Set<'_>,
    is_new: bool,
) -> (Vec<Change>, Vec<UndecidedChange>) {
    let (mut changes, mut undecided) = (Vec::new(), Vec::new());
    for policy in one.allows(kind).iter().copied() {
        match one_allow(space, kind, one, other, policy) {
            Answer::Yes { witness } => changes.push(Change {
                policy,
                refused_by: refused_by(other.model, &witness),
                witness: *witness,
            }),
            Answer::Undecided { reason } => undecided.push(UndecidedChange {
                policy,
                is_new,
                reason,
            }),
            Answer::No { .. } => {}
        }
    }
    (changes, undecided)
}

fn refused_by(model: &PolicyModel, witness: &Witness) -> Vec<usize> {
    let verdict = model.evaluate(&witness.claims, &witness.request);
    verdict
        .map(|verdict| verdict.reason.policies)
        .unwrap_or_default()
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

/// A question for a token that an allow of one side admits, and the other side does not: none of its
/// allows that count matches, or a deny does, or two allows give different roles, or the audience is not
/// accepted.
pub(super) struct Beyond<'a> {
    pub(super) kind: &'a RequestKind,
    /// The index of the allow.
    pub(super) allow: usize,
    pub(super) other: &'a Set<'a>,
    /// The indices of the other side's allows that count.
    pub(super) covers: &'a [usize],
    /// What must not hold on the token either.
    pub(super) negatives: &'a [Cube],
}

impl Beyond<'_> {
    pub(super) fn ask(
        &self,
        space: &mut Space,
        one: &Set<'_>,
        confirm: impl Fn(&Claims, &RequestedToken) -> bool,
    ) -> Answer {
        let Self {
            kind, allow, other, ..
        } = *self;
        if one.has_more_pairs || other.has_more_pairs {
            return crate::automaton::Exhausted::Ways.into();
        }
        let own = one.with_audiences(allow);
        let denies = one.pick(&one.denies(kind));
        let refused = denies.iter().copied().chain(one.clashes(allow));
        let refused: Vec<&Cube> = refused.chain(self.negatives).collect();
        let mut undecided = None;
        let mut ask = |positives: &[&Cube], negatives: &[&Cube]| {
            let query = Query {
                positives: &[own.as_slice(), positives].concat(),
                negatives: &[refused.as_slice(), negatives].concat(),
                shapes: &[],
            };
            match ask(space, kind, &query, &confirm) {
                Answer::Yes { witness } => Some(Answer::Yes { witness }),
                Answer::No { .. } => None,
                answer => {
                    undecided = undecided.take().or(Some(answer));
                    None
                }
            }
        };
        let mut found = ask(&[], &other.pick(self.covers));
        let is_new = |deny: &&Cube| denies.iter().all(|own| own.rules != deny.rules);
        for deny in other.pick(&other.denies(kind)).into_iter().filter(is_new) {
            found = found.or_else(|| ask(&[deny], &[]));
        }
        if matches!(kind, RequestKind::Organization { .. }) {
            for pair in other.pairs() {
                found = found.or_else(|| ask(&[pair], &[]));
            }
        }
        if let Some(audiences) = &other.audiences {
            found = found.or_else(|| ask(&[], &[audiences]));
        }
        found.or(undecided).unwrap_or_else(super::single::nothing)
    }
}
