//! The forms of parameters: a value of the wrong form makes a policy that never matches.

use super::clean::clean;

/// The form of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A single name, without slashes and spaces.
    Part,
    /// Names separated by slashes, without spaces.
    Path,
    /// Any single line.
    Text,
}

impl Shape {
    /// All forms.
    pub(super) const ALL: [Self; 3] = [Self::Part, Self::Path, Self::Text];

    /// Its name in the files.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Path => "path",
            Self::Text => "text",
        }
    }

    /// The problem of a value; none if it is valid or empty.
    pub fn problem(self, text: &str) -> Option<String> {
        let text = clean(text);
        if text.is_empty() || self == Self::Text {
            return None;
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            return Some(format!(
                "expected no `{scheme}://`, found `{text}`: write `{rest}`"
            ));
        }
        if text.contains(char::is_whitespace) {
            return Some(format!("expected a name without spaces, found `{text}`"));
        }
        match self {
            Self::Part if text.contains('/') => {
                Some(format!("expected one name without a `/`, found `{text}`"))
            }
            Self::Path if text.split('/').any(str::is_empty) => Some(format!(
                "expected a name before and after each `/`, found `{text}`"
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_there_can_be_are_right() {
        for (shape, text) in [
            (Shape::Part, "octo-repo"),
            (Shape::Part, " octo-repo "),
            (Shape::Part, "site.example"),
            (Shape::Part, "{00000000-0000-4000-8000-000000000001}"),
            (Shape::Part, ""),
            (Shape::Path, "main"),
            (Shape::Path, "release/*"),
            (Shape::Path, "parent/child"),
            (Shape::Path, "gitlab.example.com:8443/gitlab"),
            (Shape::Text, "My pipeline"),
            (Shape::Text, "https://kubernetes.example.com"),
        ] {
            assert_eq!(shape.problem(text), None, "{text}");
        }
    }

    #[test]
    fn names_that_there_cannot_be_say_what_was_expected() {
        for (shape, text, problem) in [
            (
                Shape::Part,
                "octo repo",
                "expected a name without spaces, found `octo repo`",
            ),
            (
                Shape::Part,
                "octo-org/octo-repo",
                "expected one name without a `/`, found `octo-org/octo-repo`",
            ),
            (
                Shape::Path,
                "a//b",
                "expected a name before and after each `/`, found `a//b`",
            ),
            (
                Shape::Path,
                "/main",
                "expected a name before and after each `/`, found `/main`",
            ),
            (
                Shape::Path,
                "main/",
                "expected a name before and after each `/`, found `main/`",
            ),
            (
                Shape::Path,
                "my branch",
                "expected a name without spaces, found `my branch`",
            ),
            (
                Shape::Path,
                "https://a.example",
                "expected no `https://`, found `https://a.example`: write `a.example`",
            ),
        ] {
            assert_eq!(shape.problem(text).as_deref(), Some(problem));
        }
    }
}
