//! A sample made from an exchange: its claims and what was requested, never the token.

use claimgate::policy::RequestedToken;
use claimgate_api::{SampleInput, SampleRequest};

use crate::remote::evidence::Evidence;

/// The sample of an exchange with this evidence; `None` if its claims are not known.
pub fn of(evidence: &Evidence, name: &str, expect: &str) -> Option<SampleInput> {
    let claims = evidence.claims.as_ref()?;
    let request = evidence
        .explanation
        .as_ref()
        .map(|explanation| &explanation.request);
    Some(SampleInput {
        name: name.trim().to_owned(),
        claims: serde_json::to_value(claims).ok()?,
        request: request.map(requested).unwrap_or_default(),
        expect: Some(expect.to_owned()).filter(|expect| !expect.is_empty()),
    })
}

fn requested(token: &RequestedToken) -> SampleRequest {
    let mut request = SampleRequest {
        token_type: Some(token.token_type().as_str().to_owned()),
        ..SampleRequest::default()
    };
    match token {
        RequestedToken::Organization { admin } => request.admin = *admin,
        RequestedToken::Team { name } => request.team = Some(name.clone()),
        RequestedToken::Personal { login } => request.user = Some(login.clone()),
        RequestedToken::Runner { name } => request.runner = Some(name.clone()),
    }
    request
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::remote::evidence::read;

    #[test]
    fn a_sample_has_the_claims_and_what_was_requested() {
        let evidence = read(&json!({"claims": {"sub": "a", "n": 1}}));
        let sample = of(&evidence, " main ", "denied").unwrap();
        assert_eq!(sample.name, "main");
        assert_eq!(sample.claims, json!({"sub": "a", "n": 1}));
        assert_eq!(sample.expect.as_deref(), Some("denied"));
        assert_eq!(sample.request, SampleRequest::default());
        assert_eq!(of(&evidence, "main", "").unwrap().expect, None);
        assert_eq!(of(&Evidence::default(), "main", ""), None);
    }

    #[test]
    fn a_target_keeps_its_kind() {
        let team = requested(&RequestedToken::Team {
            name: "deployers".to_owned(),
        });
        assert_eq!(team.token_type.as_deref(), Some("team"));
        assert_eq!(team.team.as_deref(), Some("deployers"));
        let admin = requested(&RequestedToken::Organization { admin: true });
        assert!(admin.admin);
    }
}
