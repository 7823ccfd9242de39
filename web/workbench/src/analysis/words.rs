//! Answers of the analysis in words.

use claimgate::policy::PolicyDefinition;
use claimgate::text::list::either;
use claimgate_analysis::{Edit, Ours};

use super::fits::MOST_LISTED;

/// An edit as an instruction, with the claim and the pattern in backticks.
pub fn edit(edit: &Edit, policies: &[PolicyDefinition]) -> String {
    match edit {
        Edit::SetRule {
            policy,
            claim,
            pattern,
        } => format!(
            "In policy {}, add the rule `{claim}`: `{pattern}`",
            policy + 1
        ),
        Edit::AddDeny {
            like,
            claim,
            pattern,
        } => {
            let kind = policies
                .get(*like)
                .map_or("", |own| own.token_type.as_str());
            format!("Add a deny for {kind} tokens with the rule `{claim}`: `{pattern}`")
        }
        _ => String::new(),
    }
}

/// What was taken for one's own, by where it comes from: "as stated", "owner acme, repository web".
pub fn ours(ours: &[Ours]) -> Vec<(&'static str, String)> {
    let groups = ours.chunk_by(|one, other| one.is_stated == other.is_stated);
    let text = |own: &Ours| format!("{} {}", own.part, either(own.values.iter(), MOST_LISTED));
    groups
        .filter_map(|group| {
            let own: Vec<_> = group.iter().map(text).collect();
            Some((group.first()?.source(), own.join(", ")))
        })
        .collect()
}

/// A text as the beginning of a sentence.
pub fn sentence_case(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, TokenType};

    use super::*;

    #[test]
    fn edits_are_instructions() {
        let team = PolicyDefinition::new(Decision::Allow, TokenType::Team);
        let (claim, pattern) = ("ref_type".to_owned(), "branch".to_owned());
        let rule = Edit::SetRule {
            policy: 0,
            claim: claim.clone(),
            pattern: pattern.clone(),
        };
        assert_eq!(
            edit(&rule, &[]),
            "In policy 1, add the rule `ref_type`: `branch`"
        );
        let deny = Edit::AddDeny {
            like: 0,
            claim,
            pattern,
        };
        assert_eq!(
            edit(&deny, &[team]),
            "Add a deny for team tokens with the rule `ref_type`: `branch`"
        );
    }

    #[test]
    fn sentences_begin_with_a_capital() {
        assert_eq!(sentence_case("a tag"), "A tag");
    }
}
