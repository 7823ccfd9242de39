//! Access tokens: what they are for, and which of a list are looked for.

use claimgate_api::TokenBody;

/// What tokens are looked for among those that are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenFilter {
    /// A part of the subject, the target, the role or the issuer's name, or an id.
    pub text: String,
    /// A type; empty for all.
    pub token_type: String,
    /// Only tokens with admin permission.
    pub admin: bool,
}

impl TokenFilter {
    /// Whether a token is one of them.
    pub fn finds(&self, token: &TokenBody) -> bool {
        let text = self.text.trim().to_lowercase();
        let has = |part: &Option<String>| {
            part.as_ref()
                .is_some_and(|part| part.to_lowercase().contains(&text))
        };
        let is_found = text.is_empty()
            || token.id == text
            || [
                &token.subject,
                &token.target,
                &token.role_id,
                &token.issuer_name,
            ]
            .into_iter()
            .any(has);
        let is_type = self.token_type.is_empty() || token.token_type == self.token_type;
        is_found && is_type && (token.admin || !self.admin)
    }

    /// Whether it leaves out anything.
    pub fn is_restricted(&self) -> bool {
        *self != Self::default()
    }
}

/// What a token is for: its type with the target, and the role or admin permission, if it has any.
pub fn grant(token_type: &str, target: Option<&str>) -> String {
    match target {
        Some(target) => format!("{token_type} {target}"),
        None => token_type.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> TokenBody {
        TokenBody {
            id: "a1".to_owned(),
            token_type: "team".to_owned(),
            target: Some("Deployers".to_owned()),
            subject: Some("repo:octo-org/app".to_owned()),
            ..TokenBody::default()
        }
    }

    fn finds(text: &str, token_type: &str, admin: bool) -> bool {
        let filter = TokenFilter {
            text: text.to_owned(),
            token_type: token_type.to_owned(),
            admin,
        };
        filter.finds(&token())
    }

    #[test]
    fn tokens_are_found_by_what_they_say() {
        assert!(finds("", "", false));
        assert!(finds("octo", "team", false));
        assert!(finds(" deploy ", "", false));
        assert!(finds("a1", "", false));
        assert!(!finds("a", "organization", false));
        assert!(!finds("", "", true));
        assert!(!finds("other", "", false));
    }

    #[test]
    fn a_grant_names_its_target() {
        assert_eq!(grant("team", Some("core")), "team core");
        assert_eq!(grant("organization", None), "organization");
    }
}
