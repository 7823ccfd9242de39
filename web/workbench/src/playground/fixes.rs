//! What a person can do about a failed check, offered where it is shown.

use claimgate::inspect::{Check, CheckId, CheckStatus};

/// An action for a failed check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Fetches the issuer's keys.
    FetchKeys,
    /// Takes pasted keys.
    PasteKeys,
    /// Chooses the registered issuer that `iss` names.
    SwitchIssuer,
    /// Registers the issuer that `iss` names.
    Register,
    /// Starts a scratch set for the issuer that `iss` names.
    TryIssuer,
    /// Evaluates the token at the time when it was issued.
    AtTokenTime,
    /// Drafts a policy from the token.
    Draft,
    /// Skips the check.
    Skip,
}

/// What is known of a token whose check failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// Whether `iss` is a valid issuer URL.
    pub has_issuer: bool,
    /// Whether the issuer that `iss` names is registered, though another one is chosen.
    pub is_registered: bool,
    /// Whether an issuer is there whose policies can be evaluated without the check of `iss`.
    pub can_skip_issuer: bool,
    /// Whether the token has a time to evaluate it at.
    pub has_time: bool,
}

/// The actions for a check, the most useful one first. None unless it failed.
pub fn fixes(check: &Check, at: Situation) -> Vec<Fix> {
    if check.status != CheckStatus::Failed {
        return Vec::new();
    }
    let code = check.code.as_deref().unwrap_or_default();
    let all: &[Fix] = match check.id {
        CheckId::Issuer if at.is_registered => &[Fix::SwitchIssuer, Fix::Skip],
        CheckId::Issuer => &[Fix::TryIssuer, Fix::Register, Fix::Skip],
        CheckId::Key => &[Fix::FetchKeys, Fix::PasteKeys, Fix::Skip],
        CheckId::Signature if code == "signature-unchecked" => &[Fix::Skip],
        CheckId::Signature => &[Fix::FetchKeys, Fix::PasteKeys, Fix::Skip],
        CheckId::Time => &[Fix::AtTokenTime, Fix::Skip],
        CheckId::Audience => &[Fix::Skip],
        CheckId::Policies => &[Fix::Draft],
        _ => &[],
    };
    let is_possible = |fix: &Fix| match fix {
        Fix::TryIssuer | Fix::Register => at.has_issuer,
        Fix::AtTokenTime => at.has_time,
        Fix::Skip if check.id == CheckId::Issuer => at.can_skip_issuer,
        _ => true,
    };
    all.iter().copied().filter(is_possible).collect()
}

#[cfg(test)]
mod tests {
    use claimgate::inspect::Options;
    use claimgate::inspect::inspect;
    use claimgate::issuer::{Issuer, IssuerDefinition, Issuers};
    use claimgate::pattern::Dialect;
    use claimgate::policy::RequestedToken;

    use super::*;
    use crate::playground::gallery::unsigned;

    fn failed(claims: &str, registered: bool, now: i64) -> Check {
        let definition = IssuerDefinition {
            name: "CI".to_owned(),
            url: "https://ci.example".to_owned(),
            max_expiration: None,
            jwks: None,
            thumbprints: Vec::new(),
            audiences: None,
            policies: Vec::new(),
            report_only: false,
        };
        let issuer = Issuer::compile(&definition, Dialect::Pulumi).unwrap();
        let issuers = Issuers::from(if registered { vec![issuer] } else { Vec::new() });
        let mut options = Options::at(now);
        options.skip.key = now > 0;
        let request = RequestedToken::Organization { admin: false };
        let found = inspect(&unsigned(claims), &issuers, &request, &options);
        let mut checks = found.checks.into_iter();
        checks
            .find(|check| check.status == CheckStatus::Failed)
            .unwrap()
    }

    #[test]
    fn a_token_of_an_unknown_issuer_can_be_tried_or_its_issuer_registered() {
        let check = failed(r#"{"iss": "https://ci.example"}"#, false, 0);
        let at = Situation {
            has_issuer: true,
            ..Situation::default()
        };
        assert_eq!(fixes(&check, at), [Fix::TryIssuer, Fix::Register]);
        assert_eq!(fixes(&check, Situation::default()), []);
        let at = Situation {
            can_skip_issuer: true,
            ..at
        };
        assert_eq!(fixes(&check, at).last(), Some(&Fix::Skip));
        let at = Situation {
            is_registered: true,
            ..at
        };
        assert_eq!(fixes(&check, at), [Fix::SwitchIssuer, Fix::Skip]);
    }

    #[test]
    fn keys_that_are_missing_can_be_fetched_or_pasted() {
        let check = failed(r#"{"iss": "https://ci.example", "exp": 600}"#, true, 0);
        assert_eq!(check.code.as_deref(), Some("keys-missing"));
        let expected = [Fix::FetchKeys, Fix::PasteKeys, Fix::Skip];
        assert_eq!(fixes(&check, Situation::default()), expected);
    }

    #[test]
    fn an_expired_token_can_be_evaluated_at_its_own_time() {
        let check = failed(r#"{"iss": "https://ci.example", "exp": 600}"#, true, 9000);
        let at = Situation {
            has_time: true,
            ..Situation::default()
        };
        assert_eq!(fixes(&check, at), [Fix::AtTokenTime, Fix::Skip]);
        assert_eq!(fixes(&check, Situation::default()), [Fix::Skip]);
    }
}
