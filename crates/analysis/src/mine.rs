//! What is one's own, as it is stated.

use std::error::Error;
use std::fmt;

use claimgate::expected::did_you_mean;
use claimgate::text::list;
use claimgate_providers::grammar::{GRAMMARS, Grammar, Words};
use claimgate_providers::{is_same_provider, provider_named};
use serde::{Deserialize, Serialize};

use crate::query::{Facts, Space};

/// What is one's own, as stated: an optional provider and `:`, then names from the outermost, such as
/// `github-actions:acme/web`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mine(pub String);

impl Mine {
    /// Reads what is stated.
    ///
    /// # Errors
    /// The provider is not known, or there is no name.
    ///
    /// ```
    /// use claimgate_analysis::Mine;
    ///
    /// assert!(Mine::parse("github:acme/web").is_ok());
    /// assert_eq!(
    ///     Mine::parse("gihub-actions:acme").unwrap_err().to_string(),
    ///     "expected a provider before `:`, found `gihub-actions`: did you mean `github-actions`?"
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, MineError> {
        let mine = Self(text.to_owned());
        match mine.provider() {
            Some(name) if provider_named(name).is_none() => Err(MineError::UnknownProvider {
                found: name.to_owned(),
            }),
            _ if mine.names().is_empty() => Err(MineError::NoName),
            _ => Ok(mine),
        }
    }

    /// That it can be the names of one of these providers' things; nothing is known of issuers without one.
    ///
    /// # Errors
    /// The first reason why it cannot be.
    pub fn check(&self, grammars: &[&'static Grammar]) -> Result<(), MineError> {
        let Some(first) = grammars.first() else {
            return Ok(());
        };
        let mut own = grammars.iter().filter(|grammar| self.is_of(grammar));
        let Some(grammar) = own.next() else {
            return Err(MineError::OtherProvider {
                found: self.provider().unwrap_or_default().to_owned(),
                expected: first.name,
            });
        };
        match self.fit(grammar) {
            Err(_) if own.any(|other| self.fit(other).is_ok()) => Ok(()),
            fit => fit,
        }
    }

    /// The names for the provider's parts of claims that tell what is one's own, the innermost first. None if it
    /// is stated for another provider, or cannot be its names.
    pub(crate) fn stated(&self, grammar: &'static Grammar) -> Vec<String> {
        match self.is_of(grammar) && self.fit(grammar).is_ok() {
            true => stated(grammar, &self.names()),
            false => Vec::new(),
        }
    }

    fn provider(&self) -> Option<&str> {
        self.0.split_once(':').map(|(provider, _)| provider)
    }

    fn names(&self) -> Vec<&str> {
        let names = self.0.split_once(':').map_or(&*self.0, |(_, names)| names);
        names.split('/').filter(|name| !name.is_empty()).collect()
    }

    fn is_of(&self, grammar: &Grammar) -> bool {
        let stated = self.provider().map(provider_named);
        stated.is_none_or(|stated| stated.is_some_and(|own| is_same_provider(own, grammar)))
    }

    fn fit(&self, grammar: &'static Grammar) -> Result<(), MineError> {
        let names = self.names();
        if names.len() > grammar.mine.len() && !is_outermost_path(grammar) {
            return Err(MineError::TooManyNames {
                provider: grammar.name,
                parts: grammar.mine,
                found: names.len(),
            });
        }
        let mut space = Space::new(None, Facts::Of(grammar));
        let stated = stated(grammar, &names);
        for (part, name) in grammar.mine.iter().zip(stated.into_iter().rev()) {
            if space.is_text_of(part, &name) == Some(false) {
                return Err(MineError::ImpossibleName {
                    provider: grammar.name,
                    part,
                    found: name,
                });
            }
        }
        Ok(())
    }
}

/// The names, the innermost first. What is left over belongs to the outermost.
fn stated(grammar: &Grammar, names: &[&str]) -> Vec<String> {
    let mut names = names.to_vec();
    let mut stated = Vec::new();
    let inner = grammar.mine.len().saturating_sub(1);
    while names.len() > 1 && stated.len() < inner {
        stated.extend(names.pop().map(str::to_owned));
    }
    if !names.is_empty() {
        stated.push(names.join("/"));
    }
    stated
}

/// Whether the outermost name has segments: groups of GitLab do.
fn is_outermost_path(grammar: &Grammar) -> bool {
    let atom = grammar.mine.first().and_then(|name| grammar.atom(name));
    atom.is_some_and(|atom| matches!(atom.words, Words::Path(_) | Words::Any))
}

/// Why a text cannot be what is one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MineError {
    /// It names no known provider before `:`.
    UnknownProvider {
        /// The name.
        found: String,
    },
    /// It names another provider than that of the policies.
    OtherProvider {
        /// The name.
        found: String,
        /// The name of the policies' provider, for people.
        expected: &'static str,
    },
    /// It has no name.
    NoName,
    /// It has more names than the provider's tokens.
    TooManyNames {
        /// The name of the provider, for people.
        provider: &'static str,
        /// What can be named, from the outermost: `owner`, `repository`.
        parts: &'static [&'static str],
        /// How many names there are.
        found: usize,
    },
    /// A name that nothing can have.
    ImpossibleName {
        /// The name of the provider, for people.
        provider: &'static str,
        /// What would have it: `owner`.
        part: &'static str,
        /// The name.
        found: String,
    },
}

impl fmt::Display for MineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownProvider { found } => {
                write!(f, "expected a provider before `:`, found `{found}`: ")?;
                let known: Vec<&str> = GRAMMARS.iter().map(|grammar| grammar.id).collect();
                f.write_str(&did_you_mean(found, &known))
            }
            Self::OtherProvider { found, expected } => write!(
                f,
                "expected names of {expected}, whose tokens the policies are for, found names of `{found}`"
            ),
            Self::NoName => f.write_str("expected a name, such as `acme/web`, found none"),
            Self::TooManyNames {
                provider,
                parts,
                found,
            } => write!(
                f,
                "expected at most {} of {provider}, found {found} names",
                list::enumerate(
                    &parts
                        .iter()
                        .map(|part| format!("one {part}"))
                        .collect::<Vec<_>>()
                )
            ),
            Self::ImpossibleName {
                provider,
                part,
                found,
            } => write!(
                f,
                "expected the name of {} {part} of {provider}, found `{found}`",
                article(part)
            ),
        }
    }
}

impl Error for MineError {}

fn article(word: &str) -> &'static str {
    match word.starts_with(['a', 'e', 'i', 'o']) {
        true => "an",
        false => "a",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str, providers: &[&str]) -> Result<(), String> {
        let grammars: Vec<_> = providers
            .iter()
            .filter_map(|id| provider_named(id))
            .collect();
        let mine = Mine::parse(text).map_err(|error| error.to_string())?;
        mine.check(&grammars).map_err(|error| error.to_string())
    }

    #[test]
    fn names_that_a_provider_can_send_are_accepted() {
        for (text, providers) in [
            ("acme/web", &["github-actions"][..]),
            ("github-actions:acme/web", &["github-actions"]),
            ("github:acme", &["github-actions", "gitlab"]),
            ("acme/web", &["circleci", "github-actions"]),
            ("gitlab:acme/platform/web", &["gitlab-self-managed"]),
            ("gke:prod/deploy", &["eks"]),
            ("acme/web/x/y", &[]),
        ] {
            assert_eq!(checked(text, providers), Ok(()), "{text}");
        }
    }

    #[test]
    fn names_that_it_cannot_send_are_refused() {
        for (text, provider, expected) in [
            (
                "gihub-actions:acme",
                "github-actions",
                "expected a provider before `:`, found `gihub-actions`: did you mean `github-actions`?",
            ),
            (
                "github-actions:",
                "github-actions",
                "expected a name, such as `acme/web`, found none",
            ),
            (
                "gitlab:acme/web",
                "github-actions",
                "expected names of GitHub Actions, whose tokens the policies are for, found names of `gitlab`",
            ),
            (
                "github-actions:a/b/c/d",
                "github-actions",
                "expected at most one owner and one repository of GitHub Actions, found 4 names",
            ),
            (
                "a c/web",
                "github-actions",
                "expected the name of an owner of GitHub Actions, found `a c`",
            ),
        ] {
            assert_eq!(
                checked(text, &[provider]),
                Err(expected.to_owned()),
                "{text}"
            );
        }
        let error = checked("zzzzzzzzzzzzzzzzzzzzzz:acme", &[]).unwrap_err();
        assert!(
            error.starts_with(
                "expected a provider before `:`, found `zzzzzzzzzzzzzzzzzzzzzz`: known are github-actions, gitlab, "
            ),
            "{error}"
        );
    }
}
