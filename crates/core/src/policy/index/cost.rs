//! What matching all rules of a partition takes.

use super::partition::Partition;
use super::request::Asked;
use crate::claim_path::ClaimPath;

impl Partition {
    /// Whether matching all rules takes at most `limit` steps.
    pub(super) fn is_within(&self, asked: &Asked<'_>, limit: u64) -> bool {
        // This is enough for almost all tokens, and takes no time.
        if asked
            .size()
            .is_some_and(|size| self.weight.saturating_mul(size) <= limit)
        {
            return true;
        }
        // There are at most as many characters as bytes.
        let cost = self.cost_by(asked, str::len).0;
        cost <= limit || self.cost(asked).0 <= limit
    }

    /// The steps that matching all rules takes at most, and the claim that most of them are for.
    pub(super) fn cost(&self, asked: &Asked<'_>) -> (u64, Option<&ClaimPath>) {
        self.cost_by(asked, |value| value.chars().count())
    }

    fn cost_by(
        &self,
        asked: &Asked<'_>,
        length: impl Fn(&str) -> usize,
    ) -> (u64, Option<&ClaimPath>) {
        let (mut sum, mut most) = (0_u64, (0, None));
        asked.each_of(self, &self.weighted, |place, subject| {
            let mut steps = 0_u64;
            asked.each(place, subject, |value, _| {
                // An empty value takes a step too.
                let characters = length(value).max(1) as u64;
                steps = steps.saturating_add(subject.weight.saturating_mul(characters));
            });
            sum = sum.saturating_add(steps);
            if steps > most.0 {
                most = (steps, subject.path.as_deref());
            }
        });
        (sum, most.1)
    }
}
