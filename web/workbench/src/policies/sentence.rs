//! A policy in one sentence.

use super::fields::PolicyFields;

/// A policy in one sentence: "allow organization when `aud` = `a` and `sub` ~ `b*`".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// `allow` or `deny`.
    pub decision: String,
    /// The rest of the sentence.
    pub rest: Vec<Part>,
}

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Words(String),
    /// A name or a pattern, which may hold any characters.
    Code(String),
}

impl Sentence {
    /// The sentence as text, code without marks.
    pub fn text(&self) -> String {
        let mut text = self.decision.clone();
        for part in &self.rest {
            match part {
                Part::Words(part) | Part::Code(part) => text.push_str(part),
            }
        }
        text
    }
}

impl Sentence {
    /// The sentence with code between backticks, as in messages.
    pub fn marked(&self) -> String {
        let mut text = self.decision.clone();
        for part in &self.rest {
            match part {
                Part::Words(part) => text.push_str(part),
                Part::Code(part) => text.push_str(&format!("`{part}`")),
            }
        }
        text
    }
}

/// The sentence of a policy, with `=` before a literal pattern and `~` before one with wildcards.
pub fn sentence(fields: &PolicyFields) -> Sentence {
    let mut rest = vec![words(format!(" {}", fields.token_type))];
    if !fields.target.is_empty() {
        rest.extend([words(" "), code(&fields.target)]);
    }
    if fields.admin {
        rest.push(words(" with admin"));
    }
    if !fields.role.is_empty() {
        rest.extend([words(" as role "), code(&fields.role)]);
    }
    let rules = fields.rules.iter().filter(|rule| !rule.is_blank());
    for (index, rule) in rules.enumerate() {
        let is_literal = !rule.pattern.contains(['*', '?', '.']);
        rest.extend([
            words(if index == 0 { " when " } else { " and " }),
            code(&rule.claim),
            words(if is_literal { " = " } else { " ~ " }),
            code(&rule.pattern),
        ]);
    }
    if !fields.rules.iter().any(|rule| !rule.is_blank()) {
        rest.push(words(match fields.gap() {
            Some(_) => ", no rules yet",
            None => ", every token",
        }));
    }
    Sentence {
        decision: fields.decision.clone(),
        rest,
    }
}

/// The sentence for a line of a list, which may be cut off: the audience, which is the same in almost all policies of an
/// issuer, comes last.
pub fn sentence_in_list(fields: &PolicyFields) -> Sentence {
    let mut fields = fields.clone();
    fields.rules.sort_by_key(|rule| rule.claim == "aud");
    sentence(&fields)
}

fn words(text: impl Into<String>) -> Part {
    Part::Words(text.into())
}

fn code(text: &str) -> Part {
    Part::Code(text.to_owned())
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    use super::*;

    #[test]
    fn a_policy_is_one_sentence() {
        let policy = PolicyDefinition::new(Decision::Allow, TokenType::Organization)
            .rule("aud", "acme")
            .rule("sub", "repo:*");
        let found = sentence(&PolicyFields::of(&policy));
        assert_eq!(
            found.text(),
            "allow organization when aud = acme and sub ~ repo:*"
        );
        assert_eq!(
            found.marked(),
            "allow organization when `aud` = `acme` and `sub` ~ `repo:*`"
        );
        assert_eq!(found.rest[2], Part::Code("aud".to_owned()));
        assert_eq!(
            sentence_in_list(&PolicyFields::of(&policy)).text(),
            "allow organization when sub ~ repo:* and aud = acme"
        );
        let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
        assert_eq!(
            sentence(&PolicyFields::of(&deny)).text(),
            "deny organization, every token"
        );
        assert_eq!(
            sentence(&PolicyFields::blank()).text(),
            "allow organization, no rules yet"
        );
        let team = PolicyFields {
            token_type: "team".to_owned(),
            target: "ops-*".to_owned(),
            role: "r1".to_owned(),
            ..PolicyFields::of(&policy)
        };
        assert!(
            sentence(&team)
                .text()
                .starts_with("allow team ops-* as role r1 when aud")
        );
    }
}
