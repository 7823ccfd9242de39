//! Which deny policies only report what they would deny: a mark of a server's on each, beside the
//! engine's policies.

use claimgate::policy::{Decision, PolicyDefinition};

/// Marks as they are kept: none after the last policy that has one.
pub fn trimmed(mut marks: Vec<bool>) -> Vec<bool> {
    marks.truncate(
        marks
            .iter()
            .rposition(|mark| *mark)
            .map_or(0, |last| last + 1),
    );
    marks
}

/// Whether the policy at a place only reports.
pub fn is_marked(marks: &[bool], place: usize) -> bool {
    marks.get(place) == Some(&true)
}

/// The marks of policies that were `before` and have none of their own, as in a text: a policy that
/// only reported goes on to do so, changed or not, as long as it can be told which one it is.
pub fn carried(
    before: &[PolicyDefinition],
    marks: &[bool],
    policies: &[PolicyDefinition],
) -> Vec<bool> {
    let keeps = |(place, policy): (usize, &PolicyDefinition)| {
        let by_content = before
            .iter()
            .zip(marks)
            .any(|(old, mark)| *mark && old == policy);
        let by_place = before.len() == policies.len() && is_marked(marks, place);
        policy.decision == Decision::Deny && (by_content || by_place)
    };
    trimmed(policies.iter().enumerate().map(keeps).collect())
}

#[cfg(test)]
mod tests {
    use claimgate::policy::TokenType;

    use super::*;

    #[test]
    fn marks_stay_with_their_policies() {
        let policy = |decision, pattern: &str| {
            PolicyDefinition::new(decision, TokenType::Organization).rule("sub", pattern)
        };
        let before = [policy(Decision::Allow, "a"), policy(Decision::Deny, "b")];
        let marks = [false, true];
        assert_eq!(carried(&before, &marks, &before), marks);
        assert_eq!(
            carried(&before, &marks, &[before[1].clone()]),
            [true],
            "moved, it is known by what it says"
        );
        assert_eq!(
            carried(
                &before,
                &marks,
                &[before[0].clone(), policy(Decision::Deny, "c")]
            ),
            marks,
            "changed, by its place"
        );
        let allows = [before[0].clone(), policy(Decision::Allow, "c")];
        assert_eq!(
            carried(&before, &marks, &allows),
            [false; 0],
            "an allow cannot only report"
        );
        assert_eq!(carried(&before, &[], &before), [false; 0]);
    }
}
