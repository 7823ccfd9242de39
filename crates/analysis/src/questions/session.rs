//! Questions that share what was found out before.

use claimgate::claims::Claims;
use claimgate::pattern::Dialect;
use claimgate::policy::{RequestedToken, is_target_name};

use super::set::Set;
use super::steps::proof;
use crate::answer::{Answer, Facts, RequestKind, Undecided, Witness};
use crate::model::PolicyModel;
use crate::query::{Assignment, Cube, Facts as Taken, Outcome, Query, Space};

/// Answers questions about the policies of an issuer, of which it remembers what it found out.
///
/// Every "yes" comes with a token that the evaluator of decisions confirmed, every "no" with a proof
/// that a second procedure checked; a question that takes too much work is undecided. Work is counted,
/// not timed, so that the answers are the same everywhere.
///
/// ```
/// use claimgate::issuer::IssuerDefinition;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, TokenType};
/// use claimgate_analysis::{Analysis, PolicyModel};
///
/// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:acme*");
/// let issuer = IssuerDefinition {
///     url: "https://token.actions.githubusercontent.com".to_owned(),
///     policies: vec![allow],
///     ..IssuerDefinition::default()
/// };
/// let model = PolicyModel::new(&issuer, Dialect::Pulumi)?;
/// let answer = Analysis::new(&model).stranger(0).unwrap();
/// let sub = answer.witness().unwrap().claims.get("sub").and_then(|sub| sub.as_str());
/// assert_eq!(sub, Some("repo:acme-evil/web:ref:refs/heads/main"));
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
pub struct Analysis<'a> {
    pub(super) space: Space,
    pub(super) model: &'a PolicyModel,
    pub(super) set: Set<'a>,
}

impl std::fmt::Debug for Analysis<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analysis")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl<'a> Analysis<'a> {
    /// Prepares for questions about these policies.
    #[must_use]
    pub fn new(model: &'a PolicyModel) -> Self {
        let mut space = space_of(model);
        let set = Set::new(&mut space, model, 0);
        Self { space, model, set }
    }

    /// How many steps it may still take: work is counted, and the same policies take the same steps
    /// everywhere.
    #[must_use]
    pub fn steps_left(&self) -> u64 {
        self.space.store.budget.left()
    }

    /// What is assumed about the issuer's tokens.
    #[must_use]
    pub fn facts(&self) -> Facts {
        super::facts::facts(&self.space, [&self.set], self.model.grammar())
    }
}

/// The tokens of a model's issuer.
pub(super) fn space_of(model: &PolicyModel) -> Space {
    let facts = model.grammar().map_or(Taken::None, Taken::Of);
    let mut space = Space::new(model.url(), facts);
    space.store.has_dots = model.dialect() == Dialect::Pulumi;
    space
}

/// Asks a query, and has the witness confirmed.
pub(super) fn ask(
    space: &mut Space,
    kind: &RequestKind,
    query: &Query<'_>,
    confirm: impl Fn(&Claims, &RequestedToken) -> bool,
) -> Answer {
    let never = space.never(query);
    let negatives: Vec<&Cube> = query.negatives.iter().copied().chain(&never).collect();
    let query = Query {
        negatives: &negatives,
        ..*query
    };
    match space.solve(&query) {
        Outcome::Yes(found) => confirmed(*found, kind, confirm),
        Outcome::No(refutation) => {
            let proof = proof(space, &query, &refutation);
            Answer::No { proof }
        }
        Outcome::Undecided(exhausted) => exhausted.into(),
    }
}

fn confirmed(
    found: Assignment,
    kind: &RequestKind,
    confirm: impl Fn(&Claims, &RequestedToken) -> bool,
) -> Answer {
    let request = kind.request(found.team);
    let can_be_requested = match &request {
        RequestedToken::Team { name } => is_target_name(name),
        _ => true,
    };
    if !can_be_requested || !confirm(&found.claims, &request) {
        let reason = Undecided::NotConfirmed;
        return Answer::Undecided { reason };
    }
    let witness = Witness {
        claims: found.claims,
        request,
        when: found.when.to_owned(),
        matters: found.pinned,
    };
    Answer::Yes {
        witness: Box::new(witness),
    }
}
