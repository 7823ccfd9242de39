//! Names of environments, and references to them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::http::error::ApiError;

/// The longest name of a project, an environment or a tag.
const MAX_NAME: usize = 100;

/// The project of a reference without one.
pub(super) const DEFAULT_PROJECT: &str = "default";

/// Projects whose paths would be those of other routes.
const RESERVED_PROJECTS: [&str; 3] = ["restore", "tags", "yaml"];

/// A project and an environment in it, `project/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The project.
    pub project: String,
    /// The environment.
    pub name: String,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project, self.name)
    }
}

impl Name {
    /// The name in a path; `None` if no environment can have it.
    pub(super) fn read(project: &str, name: &str) -> Option<Self> {
        (is_name(project) && is_name(name)).then(|| Self {
            project: project.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The name of an environment to create.
    ///
    /// # Errors
    /// 400 that says what a name may be.
    pub(super) fn new(project: &str, name: &str) -> Result<Self, ApiError> {
        Self::of_new(project, name).map_err(ApiError::bad_request)
    }

    /// The name of an environment that can be created.
    ///
    /// # Errors
    /// A sentence that says what a name may be.
    pub fn of_new(project: &str, name: &str) -> Result<Self, String> {
        let expected = format!("of at most {MAX_NAME} letters, digits, `-`, `_` and `.`");
        if !is_name(project) || project.starts_with('.') || RESERVED_PROJECTS.contains(&project) {
            return Err(format!(
                "expected a `project` {expected}, which does not begin with `.` and is none of {}, found `{project}`",
                RESERVED_PROJECTS.map(|name| format!("`{name}`")).join(", ")
            ));
        }
        if !is_name(name) || name.starts_with('.') {
            return Err(format!(
                "expected a `name` {expected}, which does not begin with `.`, found `{name}`"
            ));
        }
        Ok(Self {
            project: project.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// A revision, by its number or by a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// The newest one.
    Latest,
    /// That of a number.
    Number(i64),
    /// The one with a tag.
    Tag(String),
}

impl Version {
    /// Reads a version. One that begins with a digit is a number. `None` if it is neither.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self::Latest);
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return text.parse().ok().map(Self::Number);
        }
        is_name(text).then(|| Self::Tag(text.to_owned()))
    }
}

/// The name of a tag of a revision.
///
/// # Errors
/// 400 that says what a name may be.
pub(super) fn revision_tag(name: &str) -> Result<(), ApiError> {
    let is_tag = is_name(name) && !name.starts_with(|c: char| c.is_ascii_digit());
    if !is_tag || ["latest", "tags"].contains(&name) {
        let expected = format!(
            "a tag of at most {MAX_NAME} letters, digits, `-`, `_` and `.`, which does not begin with a digit and is not \
             `latest` or `tags`"
        );
        return Err(ApiError::expected(expected, name));
    }
    Ok(())
}

/// What an import names: `project/name` or `name`, of the project `default`, each with `@version` or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The environment.
    pub name: Name,
    /// Its revision.
    pub version: Version,
}

impl Reference {
    /// Reads a reference; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (path, version) = match text.split_once('@') {
            Some((path, version)) => (path, Version::parse(version)?),
            None => (text, Version::Latest),
        };
        let (project, name) = path.split_once('/').unwrap_or((DEFAULT_PROJECT, path));
        let name = Name::read(project, name)?;
        Some(Self { name, version })
    }
}

/// Whether an organization can have environments.
///
/// # Errors
/// 400 that says why it cannot.
pub(super) fn check_organization(name: &str) -> Result<(), ApiError> {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let is_fit = (3..=40).contains(&name.len())
        && name.chars().all(|c| is_word(c) || matches!(c, '-' | '_'))
        && name.starts_with(is_word)
        && name.ends_with(is_word);
    if is_fit {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "organization `{name}` cannot have environments: clients of Pulumi ESC expect a name of 3 to 40 letters, digits, `-` \
         and `_`, which begins and ends with a letter or digit"
    )))
}

fn is_name(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=MAX_NAME).contains(&text.len()) && text.chars().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::{Name, Reference, Version, check_organization, revision_tag};

    #[test]
    fn references_name_a_project_an_environment_and_a_version() {
        let version = Version::Latest;
        for (text, project, name, version) in [
            ("a/b", "a", "b", version.clone()),
            ("b", "default", "b", version.clone()),
            ("a/b@latest", "a", "b", version),
            ("a/b@3", "a", "b", Version::Number(3)),
            ("b@prod", "default", "b", Version::Tag("prod".to_owned())),
            ("A.b_c-d/1", "A.b_c-d", "1", Version::Latest),
        ] {
            let (project, name) = (project.to_owned(), name.to_owned());
            let expected = Reference {
                name: Name { project, name },
                version,
            };
            assert_eq!(Reference::parse(text), Some(expected), "{text}");
        }
        for text in [
            "", "/", "a/", "/b", "o/a/b", "a b", "a/b@", "a/b@1x", "a@b@c", "ä",
        ] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_short_and_collide_with_no_route() {
        assert!(Name::new("web", "prod.1").is_ok());
        for (project, name) in [
            ("", "a"),
            (".", "a"),
            ("yaml", "a"),
            ("tags", "a"),
            ("restore", "a"),
            ("a", ""),
            ("a", ".b"),
            ("a:b", "c"),
            ("a", &"b".repeat(101)),
        ] {
            assert!(Name::new(project, name).is_err(), "{project}/{name}");
        }
        for name in ["latest", "tags", "1a", "", "a b"] {
            assert!(revision_tag(name).is_err(), "{name}");
        }
        assert!(revision_tag("v1.0").is_ok());
    }

    #[test]
    fn an_organization_of_another_form_has_no_environments() {
        for name in ["acme", "a-c", "A_1", &"a".repeat(40)] {
            assert!(check_organization(name).is_ok(), "{name}");
        }
        for name in ["ab", "a.b.c", "-abc", "abc_", &"a".repeat(41)] {
            assert!(check_organization(name).is_err(), "{name}");
        }
    }
}
