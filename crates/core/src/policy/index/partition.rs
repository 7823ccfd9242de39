//! The policies that apply to one token type, filed by keys.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::inner::Inner;
use super::keys::Postings;
use crate::claim_path::ClaimPath;
use crate::numbers::{Hashed, Table};
use crate::pattern::{Bounds, Pattern};
use crate::policy::compiled::Effect;

/// If the index has more claims than this, a token's claims are looked up in it, not vice versa.
pub(super) const FEW_SUBJECTS: usize = 16;

/// The policies that apply to one token type.
#[derive(Clone, Debug, Default)]
pub(super) struct Partition {
    pub(super) classes: Vec<Class>,
    /// The other policies of classes that have more than one: the first, and one of the others;
    /// sorted.
    pub(super) repeated: Vec<(u32, u32)>,
    pub(super) conditions: Vec<Condition>,
    /// Classes without a condition.
    pub(super) always: Vec<u32>,
    pub(super) subjects: Vec<Subject>,
    /// Subjects that have keys.
    pub(super) keyed: Vec<u32>,
    /// Subjects that have a weight.
    pub(super) weighted: Vec<u32>,
    /// The sum of the weights.
    pub(super) weight: u64,
    /// All subjects by the first segment of their path, if there are many.
    pub(super) by_claim: Option<Table<Box<str>, Vec<u32>>>,
    pub(super) keys: HashMap<u64, Postings, BuildHasherDefault<Hashed>>,
    pub(super) postings: Vec<u32>,
}

/// Policies that are equivalent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Class {
    /// The first of them.
    pub(super) policy: u32,
    pub(super) effect: Effect,
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) subject: u32,
    pub(super) pattern: Arc<Pattern>,
}

/// The subject of conditions, with the classes that are filed under it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// A claim; `None` for the request's target.
    pub(super) path: Option<Arc<ClaimPath>>,
    /// Lengths of keys, in bytes, ascending.
    pub(super) exact: Vec<usize>,
    pub(super) prefix: Vec<usize>,
    pub(super) suffix: Vec<usize>,
    pub(super) inner: Option<Inner>,
    /// Classes that only require a length.
    pub(super) loose: Vec<(Bounds, Postings)>,
    /// Classes that are always checked.
    pub(super) rest: Postings,
    /// The sum of the weights of all rules on it, those of equivalent policies included.
    pub(super) weight: u64,
}

impl Partition {
    pub(super) fn repeated(&self, first: u32) -> &[(u32, u32)] {
        let start = self.repeated.partition_point(|(own, _)| *own < first);
        let end = self.repeated.partition_point(|(own, _)| *own <= first);
        self.repeated.get(start..end).unwrap_or_default()
    }

    pub(super) fn listed(&self, postings: Postings) -> &[u32] {
        self.postings
            .get(postings.start as usize..postings.end as usize)
            .unwrap_or_default()
    }
}
