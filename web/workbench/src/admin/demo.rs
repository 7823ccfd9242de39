//! The demonstration's sample tokens: what is requested with them, and the answer of an exchange.

use claimgate::policy::{RequestedToken, TokenType};
use claimgate_api::{DemoTokenBody, TokenRequest};

use super::query::is_reference;

/// The organization of the demonstration.
pub const ORGANIZATION: &str = "demo";

/// The request that exchanges a sample token.
pub fn token_request(sample: &DemoTokenBody) -> TokenRequest {
    TokenRequest {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange".to_owned(),
        audience: format!("urn:pulumi:org:{ORGANIZATION}"),
        subject_token: sample.token.clone(),
        subject_token_type: "urn:ietf:params:oauth:token-type:id_token".to_owned(),
        requested_token_type: sample.requested_token_type.clone(),
        scope: Some(sample.scope.clone()).filter(|scope| !scope.is_empty()),
        expiration: None,
    }
}

/// What is requested with a sample token, for the playground.
pub fn requested(sample: &DemoTokenBody) -> RequestedToken {
    let kind = sample.requested_token_type.rsplit(':').next();
    let name = sample
        .scope
        .split_once(':')
        .map_or("", |(_, name)| name)
        .to_owned();
    match kind.and_then(TokenType::parse) {
        Some(TokenType::Team) => RequestedToken::Team { name },
        Some(TokenType::Personal) => RequestedToken::Personal { login: name },
        Some(TokenType::Runner) => RequestedToken::Runner { name },
        Some(TokenType::Organization) | None => RequestedToken::Organization {
            admin: sample.scope == "admin",
        },
    }
}

/// The requested token in words: "organization, admin".
pub fn words(sample: &DemoTokenBody) -> String {
    let kind = sample
        .requested_token_type
        .rsplit(':')
        .next()
        .unwrap_or_default();
    match sample.scope.as_str() {
        "" => format!("{kind} token"),
        scope => format!("{kind} token, scope {scope}"),
    }
}

/// The reference in the answer to a refused exchange, if the refusal was recorded.
pub fn reference_in(description: &str) -> Option<&str> {
    let is_end = |c: char| !matches!(c, '0'..='9' | 'a'..='f' | '-');
    let found = description.split(is_end).find(|word| is_reference(word))?;
    (!description.contains("not recorded")).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kind: &str, scope: &str) -> DemoTokenBody {
        DemoTokenBody {
            title: String::new(),
            granted: true,
            requested_token_type: format!("urn:pulumi:token-type:access_token:{kind}"),
            scope: scope.to_owned(),
            token: "a.b.c".to_owned(),
        }
    }

    #[test]
    fn the_playground_gets_the_same_request() {
        let team = RequestedToken::Team {
            name: "deployers".to_owned(),
        };
        assert_eq!(requested(&sample("team", "team:deployers")), team);
        let admin = RequestedToken::Organization { admin: true };
        assert_eq!(requested(&sample("organization", "admin")), admin);
        assert_eq!(words(&sample("organization", "")), "organization token");
        assert_eq!(token_request(&sample("organization", "")).scope, None);
    }

    #[test]
    fn the_reference_of_a_refusal_is_found_in_its_sentence() {
        let id = "0197a6c2-0000-7abc-8def-0123456789ab";
        let sentence = format!("the token was refused (reference {id})");
        assert_eq!(reference_in(&sentence), Some(id));
        let only_counted = format!("refused (reference {id}, not recorded: too many refusals)");
        assert_eq!(reference_in(&only_counted), None);
        assert_eq!(reference_in("refused"), None);
    }
}
