//! The questions, as the analysis in the worker reads them, and its answers.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::write;
use claimgate::pattern::Dialect;
use claimgate::policy::PolicyDefinition;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::issuers::storage::StoredIssuer;

/// The settings of an issuer that answers depend on, besides its policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Its URL.
    pub url: String,
    /// The audiences that it accepts.
    pub audiences: Option<Vec<String>>,
    /// Whether all its denies are report-only.
    pub report_only: bool,
    /// How patterns are read.
    #[serde(skip)]
    pub dialect: Dialect,
}

impl Settings {
    /// Those of an issuer.
    pub fn of(issuer: &StoredIssuer) -> Self {
        Self {
            url: issuer.url.clone(),
            audiences: issuer.audiences.clone(),
            report_only: issuer.report_only,
            dialect: Dialect::Pulumi,
        }
    }

    /// The same with patterns of a dialect.
    pub fn with_dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// Who gets in? The answer is a [`claimgate_analysis::Who`].
    pub fn who(&self, policies: &[PolicyDefinition], mine: &str) -> String {
        write(&Question {
            mine: stated(mine),
            ..self.about("who", policies)
        })
    }

    /// What is wrong with edited policies, or deserves a second look, and what does the guard find on the
    /// change? The answer is a [`claimgate_analysis::Edited`].
    pub fn edited(&self, old: &[PolicyDefinition], new: &[PolicyDefinition]) -> String {
        write(&self.change("edited", old, new))
    }

    /// Which values of a claim, or of the team's name, fit a pattern? The answer is a
    /// [`claimgate_analysis::Fits`].
    pub fn fits(
        &self,
        policies: &[PolicyDefinition],
        claim: Option<&str>,
        pattern: &str,
    ) -> String {
        write(&Question {
            claim,
            pattern: Some(pattern),
            ..self.about("fits", policies)
        })
    }

    /// How can a class of outsiders be kept out? The answer is a list of [`claimgate_analysis::Closing`].
    pub fn close(&self, policies: &[PolicyDefinition], mine: &str, class: &str) -> String {
        write(&Question {
            mine: stated(mine),
            class: Some(class),
            ..self.about("close", policies)
        })
    }

    /// What does a change open and close? The answer is a [`claimgate_analysis::Meaning`].
    pub fn meaning(&self, old: &[PolicyDefinition], new: &[PolicyDefinition]) -> String {
        write(&self.change("meaning", old, new))
    }

    fn change<'a>(
        &'a self,
        ask: &'static str,
        old: &'a [PolicyDefinition],
        new: &'a [PolicyDefinition],
    ) -> Question<'a> {
        Question {
            old: Some(self.config(old)),
            new: Some(self.config(new)),
            ..Question::of(ask)
        }
    }

    fn about<'a>(&'a self, ask: &'static str, policies: &'a [PolicyDefinition]) -> Question<'a> {
        Question {
            config: Some(self.config(policies)),
            ..Question::of(ask)
        }
    }

    fn config<'a>(&'a self, policies: &'a [PolicyDefinition]) -> Config<'a> {
        Config {
            dialect: (self.dialect != Dialect::Pulumi).then_some(self.dialect),
            issuers: [Issuer {
                settings: self,
                policies,
            }],
        }
    }
}

/// What is one's own, if it is stated.
fn stated(mine: &str) -> Option<&str> {
    Some(mine.trim()).filter(|mine| !mine.is_empty())
}

#[derive(Serialize)]
struct Question<'a> {
    ask: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Config<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Config<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<Config<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mine: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'a str>,
}

impl Question<'_> {
    fn of(ask: &'static str) -> Self {
        Self {
            ask,
            config: None,
            old: None,
            new: None,
            mine: None,
            class: None,
            claim: None,
            pattern: None,
        }
    }
}

#[derive(Serialize)]
struct Config<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<Dialect>,
    issuers: [Issuer<'a>; 1],
}

#[derive(Serialize)]
struct Issuer<'a> {
    #[serde(flatten)]
    settings: &'a Settings,
    policies: &'a [PolicyDefinition],
}

/// Reads the answer about one issuer.
///
/// # Errors
/// What is wrong with the question, in a sentence.
pub fn answer<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    #[derive(Deserialize)]
    struct Reply<T> {
        value: Option<Vec<T>>,
        #[serde(default)]
        errors: Vec<Diagnostic>,
    }
    let reply: Reply<T> = serde_json::from_str(text)
        .map_err(|error| format!("the answer cannot be read: {error}"))?;
    match (
        reply.value.and_then(|all| all.into_iter().next()),
        reply.errors.first(),
    ) {
        (Some(value), _) => Ok(value),
        (None, Some(error)) => Err(error.to_string()),
        (None, None) => Err("the analysis returned nothing".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, TokenType};

    use super::*;

    #[test]
    fn a_question_has_the_issuer_as_an_engine_is_configured() {
        let settings = Settings {
            url: "https://a.example".to_owned(),
            audiences: Some(vec!["x".to_owned()]),
            report_only: true,
            dialect: Dialect::Pulumi,
        };
        let policy =
            PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "a");
        let question = settings.who(std::slice::from_ref(&policy), " acme/web ");
        let issuer = concat!(
            r#"{"url":"https://a.example","audiences":["x"],"reportOnly":true,"policies":"#,
            r#"[{"decision":"allow","tokenType":"organization","rules":{"sub":"a"}}]}"#
        );
        assert_eq!(
            question,
            format!(r#"{{"ask":"who","config":{{"issuers":[{issuer}]}},"mine":"acme/web"}}"#)
        );
        assert!(!settings.who(&[], " ").contains("mine"));
        let policies = [policy];
        for question in [
            settings.meaning(&[], &policies),
            settings.edited(&[], &policies),
        ] {
            assert!(question.contains(r#""new":{"issuers":"#), "{question}");
        }
        let aws = settings.with_dialect(Dialect::StringLike);
        let question = aws.fits(&[], Some("sub"), "repo:*");
        assert!(
            question.contains(r#""config":{"dialect":"stringlike","issuers":"#),
            "{question}"
        );
        assert!(
            question.ends_with(r#","claim":"sub","pattern":"repo:*"}"#),
            "{question}"
        );
    }

    #[test]
    fn an_answer_is_a_value_or_the_first_error() {
        assert_eq!(answer::<u8>(r#"{"ok":true,"value":[3]}"#), Ok(3));
        let error = r#"{"ok":false,"errors":[{"code":"x","path":"mine","message":"expected a","help":null}]}"#;
        assert_eq!(answer::<u8>(error), Err("mine: expected a".to_owned()));
        assert!(answer::<u8>("{").is_err() && answer::<u8>(r#"{"value":[]}"#).is_err());
    }
}
