//! The claims of ID tokens: those of Pulumi's, so that trust policies written for them work.

use serde_json::{Map, Value, json};

use crate::random;

/// The project whose environments are named without it.
const DEFAULT_PROJECT: &str = "default/";

/// Who opens what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) organization: String,
    pub(crate) organization_id: i64,
    /// The login of the token that opens.
    pub(crate) user: String,
    /// `organization`, `team` or `personal`.
    pub(crate) token_type: String,
    pub(crate) team: Option<String>,
    /// The environment that is opened, as `project/name`.
    pub(crate) root: String,
    /// The environment that declares the login.
    pub(crate) current: String,
}

/// An attribute that a subject can have.
pub(crate) const ATTRIBUTES: [&str; 6] = [
    "rootEnvironment.name",
    "currentEnvironment.name",
    "pulumi.user.login",
    "pulumi.organization.login",
    "pulumi.token.type",
    "pulumi.token.team",
];

impl Facts {
    /// The audience for a cloud: `aws:acme`, or `acme` for environments of the project `default`, and without a prefix.
    pub(crate) fn audience(&self, prefix: &str) -> String {
        match prefix.is_empty() || self.root.starts_with(DEFAULT_PROJECT) {
            true => self.organization.clone(),
            false => format!("{prefix}:{}", self.organization),
        }
    }

    /// The subject with these attributes, in order; without any, that of the environment that is opened.
    ///
    /// # Errors
    /// What was expected and found, if there is no such attribute.
    pub(crate) fn subject(&self, attributes: &[String]) -> Result<String, String> {
        if attributes.is_empty() {
            let environment = short(&self.root);
            return Ok(format!(
                "pulumi:environments:org:{}:env:{environment}",
                self.organization
            ));
        }
        let mut subject = format!(
            "pulumi:environments:pulumi.organization.login:{}",
            self.organization
        );
        for attribute in attributes {
            let value = self.attribute(attribute)?;
            subject += &format!(":{attribute}:{value}");
        }
        Ok(subject)
    }

    fn attribute(&self, name: &str) -> Result<String, String> {
        let value = match name {
            "rootEnvironment.name" => short(&self.root),
            "currentEnvironment.name" => short(&self.current),
            "pulumi.user.login" => &self.user,
            "pulumi.organization.login" => &self.organization,
            "pulumi.token.type" => &self.token_type,
            "pulumi.token.team" => self.team.as_deref().unwrap_or_default(),
            _ => {
                let known = ATTRIBUTES.map(|name| format!("`{name}`")).join(", ");
                return Err(format!(
                    "expected subject attributes {known}, found `{name}`"
                ));
            }
        };
        // It could look like another attribute.
        if value.contains(':') {
            return Err(format!(
                "the subject attribute `{name}` has a value with a colon, which could be another subject: `{value}`"
            ));
        }
        Ok(value.to_owned())
    }

    /// The claims of a token with a subject and an audience.
    pub(crate) fn claims(
        &self,
        issuer: &str,
        subject: &str,
        audience: &str,
        [now, expires]: [i64; 2],
    ) -> Value {
        json!({
            "iss": issuer, "sub": subject, "aud": audience,
            "iat": now, "nbf": now, "exp": expires, "jti": random::id(),
            "org": self.organization, "env": short(&self.root),
            "current_env": short(&self.current), "root_env": short(&self.root),
            "trigger_user": self.user,
        })
    }

    /// The claims of a token of the second version, whose subject has the ids of the organization and of the environment that
    /// declares the login.
    pub(crate) fn claims_by_id(
        &self,
        issuer: &str,
        [current, root]: [&str; 2],
        audience: &str,
        [now, expires]: [i64; 2],
    ) -> Value {
        let organization = self.organization_id;
        let mut claims: Map<String, Value> = [
            ("iss", json!(issuer)),
            (
                "sub",
                json!(format!("pulumi:org:{organization}:env:{current}")),
            ),
            ("aud", json!(audience)),
            ("iat", json!(now)),
            ("nbf", json!(now)),
            ("exp", json!(expires)),
            ("jti", json!(random::id())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect();
        for (name, value) in [
            ("org", self.organization.as_str()),
            ("org_id", &organization.to_string()),
            ("current_env", &self.current),
            ("current_env_id", current),
            ("root_env", &self.root),
            ("root_env_id", root),
            ("actor", &self.user),
        ] {
            claims.insert(format!("https://pulumi.com/{name}"), json!(value));
        }
        Value::Object(claims)
    }
}

/// The name of an environment without the project `default`.
fn short(name: &str) -> &str {
    name.strip_prefix(DEFAULT_PROJECT).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::Facts;

    fn facts(root: &str) -> Facts {
        Facts {
            organization: "acme".to_owned(),
            organization_id: 7,
            user: "ada".to_owned(),
            token_type: "team".to_owned(),
            team: Some("deployers".to_owned()),
            root: root.to_owned(),
            current: "base/login".to_owned(),
        }
    }

    #[test]
    fn subjects_and_audiences_are_those_of_pulumi() {
        let prod = facts("web/prod");
        assert_eq!(prod.audience("aws"), "aws:acme");
        assert_eq!(prod.audience(""), "acme");
        assert_eq!(
            prod.subject(&[]).unwrap(),
            "pulumi:environments:org:acme:env:web/prod"
        );
        let default = facts("default/prod");
        assert_eq!(default.audience("aws"), "acme");
        assert_eq!(
            default.subject(&[]).unwrap(),
            "pulumi:environments:org:acme:env:prod"
        );
        let attributes = ["currentEnvironment.name", "pulumi.token.team"].map(str::to_owned);
        assert_eq!(
            prod.subject(&attributes).unwrap(),
            "pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:base/login:pulumi.token.team:deployers"
        );
    }

    #[test]
    fn what_could_forge_a_subject_is_refused() {
        let mut forged = facts("web/prod");
        forged.team = Some("a:pulumi.user.login:root".to_owned());
        let error = forged
            .subject(&["pulumi.token.team".to_owned()])
            .unwrap_err();
        assert!(error.contains("with a colon"), "{error}");
        let error = forged
            .subject(&["pulumi.token.name".to_owned()])
            .unwrap_err();
        assert!(error.contains("found `pulumi.token.name`"), "{error}");
    }
}
