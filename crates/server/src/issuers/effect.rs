//! The identity of a policy by its effect on decisions.

use aws_lc_rs::digest;
use claimgate::policy::PolicyDefinition;
use claimgate_analysis::effect;

/// A number that stands for the effect of a policy, also after the policy was moved or renamed. Never
/// zero.
pub(crate) fn effect_id(policy: &PolicyDefinition) -> i64 {
    let text = serde_json::to_string(&effect(policy)).unwrap_or_default();
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_ref() else {
        return 1;
    };
    i64::from_be_bytes([a, b, c, d, e, f, g, h]) | 1
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{PolicyDefinition, parse_policies};

    use super::effect_id;

    fn policy(members: &str) -> PolicyDefinition {
        let text = format!(r#"{{"decision": "allow", "tokenType": "organization", {members}}}"#);
        parse_policies(&text).unwrap().remove(0)
    }

    #[test]
    fn only_what_decides_counts() {
        let one = effect_id(&policy(r#""rules": {"a": "1", "b": "2"}"#));
        for same in [
            r#""rules": {"b": "2", "a": "1"}"#,
            r#""name": "x", "note": "y", "authorizedPermissions": [], "rules": {"a": "1", "b": "2"}"#,
        ] {
            assert_eq!(effect_id(&policy(same)), one, "{same}");
        }
        for other in [
            r#""rules": {"a": "1"}"#,
            r#""rules": {"a": "1", "b": "2"}, "authorizedPermissions": ["admin"]"#,
            r#""rules": {"a": "1", "b": "2"}, "roleID": "r""#,
        ] {
            assert_ne!(effect_id(&policy(other)), one, "{other}");
        }
    }
}
