//! What a server does about policies that admit strangers.

use std::collections::BTreeMap;

use claimgate_analysis::Finding;
use claimgate_api::SettingsBody;

/// The flag of the server.
const FLAG: &str = "shared-issuer-guard";

/// What happens when policies are saved that admit strangers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Guard {
    /// There is no server: nothing happens.
    #[default]
    Standalone,
    /// A server whose settings are not known.
    Unknown,
    /// They are refused.
    Enforce,
    /// They are saved and recorded.
    Warn,
    /// The server does not look.
    Off,
}

impl Guard {
    /// The guard of a server with these settings.
    pub fn of(settings: &SettingsBody) -> Self {
        let mut all = settings.settings.iter();
        let setting = all.find(|setting| setting.name == FLAG);
        match setting.and_then(|setting| setting.value.as_str()) {
            Some("enforce") => Self::Enforce,
            Some("warn") => Self::Warn,
            Some("off") => Self::Off,
            _ => Self::Unknown,
        }
    }

    /// What happens to policies that admit strangers, or may do so, in a sentence.
    pub fn sentence(self, is_known: bool) -> &'static str {
        match (self, is_known) {
            (Self::Enforce, true) => "This server refuses to save it.",
            (Self::Enforce, false) | (Self::Warn, _) => {
                "This server saves it, and records this in the audit log."
            }
            (Self::Off, _) => "This server saves it: its guard is off.",
            (Self::Unknown, true) => "The server may refuse to save it.",
            (Self::Unknown, false) => "The server records this in the audit log.",
            (Self::Standalone, true) => {
                "It can be saved here. A server refuses it, unless its guard is configured otherwise."
            }
            (Self::Standalone, false) => "It can be saved.",
        }
    }
}

/// Whether what the guard found is known to admit strangers: it has a token of one.
pub fn is_open(finding: &Finding) -> bool {
    finding.witness.is_some()
}

/// The policies on which the guard found something, each with whether it is known to admit strangers.
pub fn guarded(findings: &[Finding]) -> BTreeMap<usize, bool> {
    let on_policy = |finding: &Finding| Some((*finding.policies.first()?, is_open(finding)));
    findings.iter().filter_map(on_policy).collect()
}

#[cfg(test)]
mod tests {
    use claimgate::issuer::IssuerDefinition;
    use claimgate::policy::parse_policies;
    use claimgate_analysis::guard;
    use claimgate_api::SettingBody;
    use serde_json::{Value, json};

    use super::*;

    fn of(name: &str, value: Value) -> Guard {
        let setting = SettingBody {
            name: name.to_owned(),
            value,
            ..SettingBody::default()
        };
        Guard::of(&SettingsBody {
            settings: vec![setting],
            ..SettingsBody::default()
        })
    }

    #[test]
    fn the_guard_is_that_of_the_settings() {
        for (value, guard) in [
            (json!("enforce"), Guard::Enforce),
            (json!("warn"), Guard::Warn),
            (json!("off"), Guard::Off),
            (json!("later"), Guard::Unknown),
            (json!(null), Guard::Unknown),
        ] {
            assert_eq!(of(FLAG, value.clone()), guard, "{value}");
        }
        assert_eq!(of("leeway", json!(60)), Guard::Unknown);
    }

    #[test]
    fn strangers_are_known_to_be_admitted_only_with_a_token() {
        let issuer = |policies: &str| IssuerDefinition {
            url: "https://token.actions.githubusercontent.com".to_owned(),
            policies: parse_policies(policies).unwrap(),
            ..IssuerDefinition::default()
        };
        let open = r#"[{"decision": "deny", "tokenType": "organization", "rules": {"sub": "x"}},
            {"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:*"}}]"#;
        let mut found = guard(&issuer("[]"), &issuer(open));
        assert_eq!(guarded(&found), BTreeMap::from([(1, true)]));
        found[0].witness = None;
        assert_eq!(guarded(&found), BTreeMap::from([(1, false)]));
    }

    #[test]
    fn what_is_not_known_is_refused_by_no_guard() {
        for guard in [
            Guard::Enforce,
            Guard::Warn,
            Guard::Off,
            Guard::Unknown,
            Guard::Standalone,
        ] {
            let says = guard.sentence(false);
            assert!(!says.contains("refuses to save"), "{guard:?}: {says}");
        }
        assert_eq!(
            Guard::Enforce.sentence(true),
            "This server refuses to save it."
        );
    }
}
