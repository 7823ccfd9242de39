//! A policy in one sentence.

use super::fields::PolicyFields;

/// "allow organization when `aud` = `a` and `sub` ~ `b*`", with `=` for a literal pattern.
pub fn sentence(fields: &PolicyFields) -> String {
    let mut text = format!("{} {}", fields.decision, fields.token_type);
    if !fields.target.is_empty() {
        text.push_str(&format!(" `{}`", fields.target));
    }
    if fields.admin {
        text.push_str(" with admin");
    }
    let rules = fields.rules.iter().filter(|rule| !rule.is_blank());
    let rules: Vec<_> = rules
        .map(|rule| {
            let is_literal = !rule.pattern.contains(['*', '?', '.']);
            let sign = if is_literal { "=" } else { "~" };
            format!("`{}` {sign} `{}`", rule.claim, rule.pattern)
        })
        .collect();
    match rules.is_empty() {
        true => text.push_str(", every token"),
        false => text.push_str(&format!(" when {}", rules.join(" and "))),
    }
    text
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
        assert_eq!(
            sentence(&PolicyFields::of(&policy)),
            "allow organization when `aud` = `acme` and `sub` ~ `repo:*`"
        );
        let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
        assert_eq!(
            sentence(&PolicyFields::of(&deny)),
            "deny organization, every token"
        );
    }
}
