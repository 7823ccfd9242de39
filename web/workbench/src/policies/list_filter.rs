//! Which policies of a list are shown.

use claimgate::policy::Decision;

use super::fields::PolicyFields;
use super::sentence::sentence;
use super::trials::Facts;

/// A group of policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// All.
    #[default]
    All,
    /// Those that allow.
    Allow,
    /// Those that deny, report-only ones too.
    Deny,
    /// Those with errors or findings.
    Findings,
    /// Those without effect.
    Idle,
    /// Those that decide no test.
    Untested,
}

impl Group {
    /// In the order of the choices.
    pub const ALL: [Self; 6] = [
        Self::All,
        Self::Allow,
        Self::Deny,
        Self::Findings,
        Self::Idle,
        Self::Untested,
    ];

    /// Its label.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "All policies",
            Self::Allow => "Allow",
            Self::Deny => "Deny",
            Self::Findings => "With findings",
            Self::Idle => "Without effect",
            Self::Untested => "Deciding no test",
        }
    }

    /// The group with that label.
    pub fn of(label: &str) -> Self {
        let group = Self::ALL.into_iter().find(|group| group.label() == label);
        group.unwrap_or_default()
    }

    fn contains(self, fields: &PolicyFields, facts: Facts) -> bool {
        match self {
            Self::All => true,
            Self::Allow => fields.decision == Decision::Allow.as_str(),
            Self::Deny => fields.decision == Decision::Deny.as_str(),
            Self::Findings => facts.findings.is_notable() || facts.errors > 0,
            Self::Idle => facts.is_idle,
            Self::Untested => facts.hits == 0,
        }
    }
}

/// Whether the policy at `place`, counted from 0, belongs to the group and contains every word of
/// the query in its number, name, note or sentence.
pub fn is_shown(
    fields: &PolicyFields,
    place: usize,
    facts: Facts,
    (group, query): (Group, &str),
) -> bool {
    if !group.contains(fields, facts) {
        return false;
    }
    let sentence = sentence(fields).text();
    let text = format!(
        "policy {} {} {} {sentence}",
        place + 1,
        fields.name,
        fields.note
    );
    let text = text.to_lowercase();
    query
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{PolicyDefinition, TokenType};

    use claimgate::diagnostic::Severity;

    use super::*;
    use crate::policies::severities::Severities;

    fn shown(group: Group, query: &str, facts: Facts) -> bool {
        let policy =
            PolicyDefinition::new(Decision::Allow, TokenType::Team).rule("sub", "repo:Octo-Org/*");
        let fields = PolicyFields {
            name: "Release".to_owned(),
            note: "for the nightly build".to_owned(),
            ..PolicyFields::of(&policy)
        };
        is_shown(&fields, 11, facts, (group, query))
    }

    #[test]
    fn every_word_has_to_occur() {
        for query in [
            "",
            "release NIGHTLY",
            "octo-org team",
            "policy 12",
            "allow sub",
        ] {
            assert!(shown(Group::All, query, Facts::default()), "{query}");
        }
        for query in ["release gitlab", "deny", "13"] {
            assert!(!shown(Group::All, query, Facts::default()), "{query}");
        }
    }

    #[test]
    fn groups_narrow_the_list() {
        let none = Facts::default();
        let found = Facts {
            hits: 1,
            findings: Severities::of([Severity::Warning]),
            errors: 0,
            is_idle: true,
        };
        assert!(shown(Group::Allow, "", none) && !shown(Group::Deny, "", none));
        assert!(shown(Group::Findings, "", found) && !shown(Group::Findings, "", none));
        assert!(shown(Group::Idle, "", found) && !shown(Group::Idle, "", none));
        assert!(shown(Group::Untested, "", none) && !shown(Group::Untested, "", found));
        assert!(
            Group::ALL
                .into_iter()
                .all(|group| Group::of(group.label()) == group)
        );
    }
}
