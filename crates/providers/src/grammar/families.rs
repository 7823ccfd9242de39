//! Claims whose names users choose: tags and properties.

use claimgate::claim_path::ClaimPath;

use super::{Claim, Grammar};

/// Claims of a provider's tokens: the identifier of its grammar, the objects that they are in, and what their
/// names begin with.
type Family = (&'static str, &'static [&'static str], &'static str);

const STS: &str = "https://sts.amazonaws.com/";

/// Tokens may have or lack each of them, with any text.
const FAMILIES: [Family; 6] = [
    ("github-actions", &[], "repo_property_"),
    // Of this object the documentation lists what "may not be present in a token at the same time".
    ("aws", &[STS], ""),
    ("aws", &[STS, "principal_tags"], ""),
    ("aws", &[STS, "request_tags"], ""),
    ("buildkite", &[], "agent_tag:"),
    (
        "buildkite",
        &["https://aws.amazon.com/tags", "principal_tags"],
        "",
    ),
];

impl Grammar {
    /// Whether tokens may have a claim of that path, whose name users choose: `repo_property_team`. Such
    /// claims are not among [`Grammar::claims`].
    ///
    /// ```
    /// use claimgate_providers::grammar::grammar;
    ///
    /// let github = grammar("https://token.actions.githubusercontent.com").unwrap();
    /// assert!(github.has_named_by_users("repo_property_team"));
    /// assert!(!github.has_named_by_users("repo_property_"));
    /// ```
    #[must_use]
    pub fn has_named_by_users(&self, claim: &str) -> bool {
        let Ok(path) = ClaimPath::parse(claim) else {
            return false;
        };
        let is_known = |own: &Claim| ClaimPath::parse(own.path).is_ok_and(|own| own == path);
        if self.claims.iter().any(is_known) {
            return false;
        }
        let Some((name, parents)) = path.segments().split_last() else {
            return false;
        };
        FAMILIES.iter().any(|(id, objects, start)| {
            *id == self.id
                && parents == *objects
                && name.len() > start.len()
                && name.starts_with(start)
        })
    }
}
