//! An index over compiled policies, which finds the few policies that could match a request.
//!
//! Equivalent policies form one *class*. Each class is filed under one *key*: a text that
//! one of its rules requires of its claim, as the whole value, its start, its end, or a part. Of the
//! keys a class could have, the one that the fewest other classes share is used. A request hashes its
//! values at the lengths that keys have, once, and then checks all rules of the classes found,
//! those of the key included: a hash that collides costs time, never correctness.

mod build;
mod cost;
mod hash;
mod inner;
mod keys;
mod matching;
mod partition;
mod request;
mod store;
mod texts;
mod visitor;

use self::build::Builder;
use self::partition::Partition;
use self::request::Asked;
pub(crate) use self::visitor::{Candidate, Visitor};
use super::compiled::CompiledPolicy;
use super::{RequestedToken, TokenType};
use crate::claim_path::ClaimPath;
use crate::claims::Claims;

/// All policies of a set, by the token type that they apply to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index([Partition; 4]);

impl Index {
    pub(crate) fn build(policies: &[CompiledPolicy]) -> Self {
        Self(TokenType::ALL.map(|token_type| Builder::default().build(token_type, policies)))
    }

    /// Calls `visitor` with the first policy of each matching class that is still relevant, at least
    /// once each. Returns false, and calls it with none, if that could take more than `limit` steps.
    pub(crate) fn matching(
        &self,
        claims: &Claims,
        request: &RequestedToken,
        limit: u64,
        visitor: &mut impl Visitor,
    ) -> bool {
        self.with(claims, request, |partition, asked| {
            let is_within = partition.is_within(asked, limit);
            if is_within {
                partition.matching(asked, visitor);
            }
            is_within
        })
    }

    /// The steps that matching all rules takes at most, and the claim that most of them are for.
    pub(crate) fn cost<'a>(
        &'a self,
        claims: &Claims,
        request: &RequestedToken,
    ) -> (u64, Option<&'a ClaimPath>) {
        self.with(claims, request, |partition, asked| partition.cost(asked))
    }

    /// The steps that matching the rules of all policies takes at most, whatever is requested.
    pub(crate) fn cost_of_all(&self, claims: &Claims) -> u64 {
        let cost = |partition: &Partition| partition.cost(&Asked::new(claims, None, partition)).0;
        self.0.iter().map(cost).fold(0, u64::saturating_add)
    }

    /// The sum of the weights of all rules.
    pub(crate) fn weight(&self) -> u64 {
        let weights = self.0.iter().map(|partition| partition.weight);
        weights.fold(0, u64::saturating_add)
    }

    /// Calls `work` with the policies that apply to the requested token type.
    fn with<'a, T: Default>(
        &'a self,
        claims: &Claims,
        request: &RequestedToken,
        work: impl FnOnce(&'a Partition, &Asked<'_>) -> T,
    ) -> T {
        let login;
        let (place, target) = match request {
            RequestedToken::Organization { .. } => (0, None),
            RequestedToken::Team { name } => (1, Some(name.as_str())),
            RequestedToken::Personal { login: asked } => {
                login = asked.to_ascii_lowercase();
                (2, Some(login.as_str()))
            }
            RequestedToken::Runner { name } => (3, Some(name.as_str())),
        };
        let Some(partition) = self.0.get(place) else {
            return T::default();
        };
        work(partition, &Asked::new(claims, target, partition))
    }

    /// The other policies of the class that `policy` is the first of, in no order.
    pub(crate) fn repeated(&self, policy: usize) -> impl Iterator<Item = usize> {
        let first = u32::try_from(policy).unwrap_or(u32::MAX);
        self.0
            .iter()
            .flat_map(move |partition| partition.repeated(first))
            .map(|(_, other)| *other as usize)
    }
}
