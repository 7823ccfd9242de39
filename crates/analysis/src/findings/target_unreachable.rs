//! `target-unreachable`: a policy for a team, a user or a runner whose name cannot be requested, so that it
//! never applies.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::pattern::{Dialect, PartKind, parts};
use claimgate::policy::{
    MAX_TARGET_CHARS, PolicyDefinition, TokenType, is_target_char, is_target_name,
};

pub(super) fn finding(policy: &PolicyDefinition, dialect: Dialect) -> Option<Diagnostic> {
    let name = |text: &Option<String>| text.as_deref().map(is_target_name);
    let (member, is_reachable) = match policy.token_type {
        TokenType::Organization => return None,
        TokenType::Team => {
            let pattern = policy.team_name.as_deref();
            (
                "teamName",
                pattern.map(|pattern| matches_a_name(pattern, dialect)),
            )
        }
        TokenType::Personal => ("userLogin", name(&policy.user_login)),
        TokenType::Runner => ("runnerID", name(&policy.runner_id)),
    };
    (is_reachable == Some(false)).then(|| {
        let message = format!("no request can name the target of `{member}`, so the policy never applies");
        let help = format!(
            "names in a scope are 1 to {MAX_TARGET_CHARS} ASCII letters, digits, `-`, `_`, `.`, `@` and `+`"
        );
        Diagnostic::note("target-unreachable", message)
            .basis(Basis::Proved)
            .help(help)
    })
}

/// Whether a request can name the target of a policy.
pub(crate) fn is_reachable(policy: &PolicyDefinition, dialect: Dialect) -> bool {
    finding(policy, dialect).is_none()
}

/// Whether a name that can be requested matches the pattern: each of its literals is of the characters
/// of names, and what it requires is not too long.
fn matches_a_name(pattern: &str, dialect: Dialect) -> bool {
    let mut least = 0;
    let mut is_any_length = false;
    let mut is_fit = true;
    for part in parts(pattern, dialect) {
        match part.kind {
            PartKind::Literal => {
                least += part.text.chars().count();
                is_fit &= part.text.chars().all(is_target_char);
            }
            PartKind::Escape => {
                least += 1;
                is_fit &= part.text.chars().skip(1).all(is_target_char);
            }
            PartKind::One => least += 1,
            PartKind::Optional | PartKind::Many => is_any_length = true,
        }
    }
    is_fit && least <= MAX_TARGET_CHARS && (least > 0 || is_any_length)
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::Dialect;
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    fn has(dialect: Dialect, token_type: TokenType, target: &str) -> bool {
        let target = Some(target.to_owned());
        let policy = PolicyDefinition::new(Decision::Allow, token_type).rule("sub", "x");
        let policy = match token_type {
            TokenType::Organization => policy,
            TokenType::Team => PolicyDefinition {
                team_name: target,
                ..policy
            },
            TokenType::Personal => PolicyDefinition {
                user_login: target,
                ..policy
            },
            TokenType::Runner => PolicyDefinition {
                runner_id: target,
                ..policy
            },
        };
        super::finding(&policy, dialect).is_some()
    }

    #[test]
    fn targets_that_no_scope_can_name_have_the_finding() {
        let long = "a".repeat(101);
        for (token_type, target) in [
            (TokenType::Team, "deploy team"),
            (TokenType::Team, "*,*"),
            (TokenType::Team, "équipe-*"),
            (TokenType::Team, r"a\\b*"),
            (TokenType::Team, &long),
            (TokenType::Personal, "first last"),
            (TokenType::Personal, "*"),
            (TokenType::Personal, &long),
            (TokenType::Runner, "build/1"),
        ] {
            assert!(has(Dialect::Pulumi, token_type, target), "{target}");
        }
    }

    #[test]
    fn targets_that_a_scope_can_name_have_not() {
        let long = format!("*{}?", "a".repeat(100));
        for (token_type, target) in [
            (TokenType::Organization, "deploy team"),
            (TokenType::Team, "*"),
            (TokenType::Team, "?"),
            (TokenType::Team, r"deploy-.\.*"),
            (TokenType::Team, &long),
            (TokenType::Personal, "first.last+ci@acme.example"),
            (TokenType::Runner, "build_1"),
        ] {
            assert!(!has(Dialect::Pulumi, token_type, target), "{target}");
        }
        assert!(!has(Dialect::StringLike, TokenType::Team, "a.b?"));
    }
}
