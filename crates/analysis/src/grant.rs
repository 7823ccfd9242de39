//! What policies give, in words.

use claimgate::policy::{PolicyDefinition, TokenType};
use claimgate::text::list;

/// What an allow gives, or a deny refuses: `organization tokens with role deployer`.
pub(crate) fn gives(policy: &PolicyDefinition) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let mut what = match policy.token_type {
        TokenType::Organization => "organization tokens".to_owned(),
        TokenType::Team => format!("tokens of team {}", name(&policy.team_name)),
        TokenType::Personal => format!("personal tokens of {}", name(&policy.user_login)),
        TokenType::Runner => format!("tokens of runner {}", name(&policy.runner_id)),
    };
    let role = policy.role_id.iter().filter(|role| !role.is_empty());
    let role = role.map(|role| format!("role {role}"));
    let permissions = policy.authorized_permissions.iter().flatten();
    let permissions = permissions.map(|own| format!("{own} permission"));
    let with: Vec<String> = role.chain(permissions).collect();
    if !with.is_empty() {
        what += &format!(" with {}", list::enumerate(&with));
    }
    what
}

#[cfg(test)]
mod tests {
    use claimgate::policy::parse_policies;

    use super::gives;

    #[test]
    fn the_target_the_role_and_the_permissions_are_named() {
        for (policy, expected) in [
            (r#""tokenType": "organization""#, "organization tokens"),
            (
                r#""tokenType": "organization", "roleID": "deployer", "authorizedPermissions": ["admin"]"#,
                "organization tokens with role deployer and admin permission",
            ),
            (
                r#""tokenType": "team", "teamName": "ops""#,
                "tokens of team ops",
            ),
            (
                r#""tokenType": "personal", "userLogin": "ada""#,
                "personal tokens of ada",
            ),
            (
                r#""tokenType": "runner", "runnerID": "build""#,
                "tokens of runner build",
            ),
        ] {
            let policy = format!(r#"[{{"decision": "allow", {policy}, "rules": {{"aud": "a"}}}}]"#);
            assert_eq!(gives(&parse_policies(&policy).unwrap()[0]), expected);
        }
    }
}
