//! A pattern as its names are read from it: text and wildcards.

use claimgate::pattern::{Dialect, PartKind, parts};

/// Stands for a wildcard in an outline.
pub(crate) const WILDCARD: char = '*';

/// The text of a pattern with a [`WILDCARD`] for each of its wildcards but `.`, which stands for itself:
/// it is written for the dot of a name far more often than for another character, and has a finding of its
/// own. A literal `*`, which no name has, counts as a wildcard.
pub(crate) fn outline(pattern: &str, dialect: Dialect) -> String {
    let mut outline = String::with_capacity(pattern.len());
    for part in parts(pattern, dialect) {
        match part.kind {
            PartKind::Many | PartKind::Optional => outline.push(WILDCARD),
            PartKind::One if part.text != "." => outline.push(WILDCARD),
            PartKind::Escape => {
                outline.push_str(part.text.strip_prefix('\\').unwrap_or(&part.text));
            }
            PartKind::Literal | PartKind::One => outline.push_str(&part.text),
        }
    }
    outline
}

/// Whether a pattern requires something of an audience: more than a wildcard, or the scheme of an
/// address, would.
pub(crate) fn names_audience(outline: &str) -> bool {
    let rest = ["https://", "http://", "https:", "urn:", "api://"]
        .iter()
        .find_map(|scheme| outline.strip_prefix(scheme));
    rest.unwrap_or(outline)
        .chars()
        .any(|c| c != WILDCARD && (c.is_ascii_alphanumeric() || !c.is_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_has_the_text_and_the_wildcards() {
        for (pattern, pulumi, stringlike) in [
            ("repo:octo-org/*", "repo:octo-org/*", "repo:octo-org/*"),
            ("a?b", "a*b", "a*b"),
            ("a.b", "a.b", "a.b"),
            (r"a\.b\?", "a.b?", r"a\.b?"),
            ("", "", ""),
        ] {
            assert_eq!(outline(pattern, Dialect::Pulumi), pulumi, "{pattern}");
            assert_eq!(
                outline(pattern, Dialect::StringLike),
                stringlike,
                "{pattern}"
            );
        }
    }

    #[test]
    fn wildcards_and_schemes_name_no_audience() {
        for text in [
            "",
            "*",
            "***",
            "**",
            ".*",
            "https://*",
            "urn:*",
            "*:*",
            "*/*",
            "api://*",
        ] {
            assert!(!names_audience(text), "{text}");
        }
        for text in [
            "a",
            "acme*",
            "*acme",
            "https://a*",
            "urn:pulumi:org:*",
            "api://1*",
        ] {
            assert!(names_audience(text), "{text}");
        }
    }
}
