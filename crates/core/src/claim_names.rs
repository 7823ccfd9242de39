//! Claim names as other systems write them, and the paths that they stand for here.

use crate::claim_path::ClaimPath;
use crate::claims::Claims;

/// What other systems put before the name of a claim: objects of expressions, and Google's mapped
/// attributes.
const OBJECTS: [(&str, &str); 11] = [
    ("assertion", "Google Cloud's expressions"),
    ("attribute", "Google Cloud's attributes"),
    ("google", "Google Cloud's attributes"),
    ("claims", "an expression"),
    ("claim", "an expression"),
    ("token", "an expression"),
    ("jwt", "an expression"),
    ("id_token", "an expression"),
    ("identity", "an expression"),
    ("payload", "an expression"),
    ("$", "JSONPath"),
];

/// Other names of standard claims.
const SYNONYMS: [(&str, &str); 4] = [
    ("subject", "sub"),
    ("audience", "aud"),
    ("audiences", "aud"),
    ("issuer", "iss"),
];

/// A name that another system has, and the path that it stands for.
pub(crate) struct Foreign {
    pub(crate) system: &'static str,
    pub(crate) path: String,
}

/// The claim of this token that a path names in the way of another system. The path itself leads
/// to nothing.
pub(crate) fn foreign(path: &ClaimPath, claims: &Claims) -> Option<Foreign> {
    let whole = path.segments().join(".");
    let is_there = |found: &Foreign| {
        let path = ClaimPath::parse(&found.path);
        path.is_ok_and(|path| claims.lookup(&path).is_some())
    };
    let object = || {
        let (first, rest) = path.segments().split_first()?;
        let (_, system) = OBJECTS.iter().find(|(object, _)| object == first)?;
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let path = match rest.as_slice() {
            [] => return None,
            [only] => ClaimPath::of(&[synonym(only)]),
            all => ClaimPath::of(all),
        };
        Some(Foreign { system, path })
    };
    let other_name = || {
        let path = synonym(&whole).to_owned();
        (path != whole).then_some(Foreign {
            system: "another system",
            path,
        })
    };
    let all = [structure(&whole), object(), other_name()];
    all.into_iter().flatten().find(is_there)
}

/// The path to write for a text that is not one: the name in another system's form translated, or
/// the name in quotes.
pub(crate) fn readable(source: &str) -> Option<Foreign> {
    structure(source).or_else(|| {
        let path = quoted(source)?;
        ClaimPath::parse(&path).ok()?;
        Some(Foreign { system: "", path })
    })
}

/// Forms that show in the text alone: a JSON pointer, a JSONPath, a condition key of AWS.
fn structure(source: &str) -> Option<Foreign> {
    let found = |system, segments: Vec<&str>| {
        let is_path = !segments.is_empty() && segments.iter().all(|segment| !segment.is_empty());
        let path = ClaimPath::of(&segments);
        is_path.then_some(Foreign { system, path })
    };
    if let Some(pointer) = source.strip_prefix('/') {
        let segments: Vec<_> = pointer
            .split('/')
            .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
            .collect();
        return found(
            "a JSON pointer",
            segments.iter().map(String::as_str).collect(),
        );
    }
    if source.starts_with(['$', '.']) || source.contains("['") || source.contains("[\"") {
        let start = source.trim_start_matches('$');
        let segments = start
            .split(['.', '[', ']', '\'', '"'])
            .filter(|segment| !segment.is_empty());
        let segments =
            segments.skip_while(|segment| OBJECTS.iter().any(|(object, _)| object == segment));
        return found("JSONPath", segments.collect());
    }
    // The host may have a path: `oidc.eks.eu-west-1.amazonaws.com/id/A1:sub`.
    let (host, name) = source.rsplit_once(':')?;
    let is_host = host.contains('.') && !host.contains([':', '"', ' ']);
    let is_name = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    found("a condition key of AWS", vec![name]).filter(|_| is_host && is_name)
}

/// The name in double quotes: up to the segment with the last character that needs them.
fn quoted(source: &str) -> Option<String> {
    // Segments that are in quotes already stay as they are.
    let (before, rest) = match source
        .strip_prefix('"')
        .and_then(|rest| rest.split_once("\"."))
    {
        Some((_, rest)) => source.split_at_checked(source.len() - rest.len())?,
        None => ("", source),
    };
    let needs_quotes = |c: char| matches!(c, '"' | '/') || c.is_whitespace() || c.is_control();
    let last = rest.rfind(needs_quotes)?;
    let (_, after) = rest.split_at_checked(last)?;
    let end = after.find('.').map_or(rest.len(), |dot| last + dot);
    let (name, members) = rest.split_at_checked(end)?;
    let name = name.replace('\\', "\\\\").replace('"', "\\\"");
    Some(format!("{before}\"{name}\"{members}"))
}

fn synonym(name: &str) -> &str {
    let known = SYNONYMS.iter().find(|(other, _)| *other == name);
    known.map_or(name, |(_, claim)| claim)
}

#[cfg(test)]
mod tests {
    use super::{foreign, readable};
    use crate::claim_path::ClaimPath;
    use crate::claims::Claims;

    #[test]
    fn names_of_other_systems_are_paths_here() {
        let claims = Claims::from_json(
            r#"{"sub": "a", "repository": "b", "kubernetes.io": {"namespace": "c"}, "aud": "d"}"#,
        )
        .unwrap();
        for (name, expected) in [
            ("token.actions.githubusercontent.com:sub", "sub"),
            (r#""token.actions.githubusercontent.com:aud""#, "aud"),
            ("assertion.sub", "sub"),
            ("attribute.repository", "repository"),
            ("google.subject", "sub"),
            ("claims.kubernetes.io.namespace", ""),
            (
                r#"claims."kubernetes.io".namespace"#,
                r#""kubernetes.io".namespace"#,
            ),
            (
                r#""/kubernetes.io/namespace""#,
                r#""kubernetes.io".namespace"#,
            ),
            ("$.repository", "repository"),
            ("claims['repository']", "repository"),
            ("subject", "sub"),
            ("attribute.environment", ""),
            ("token.actions.githubusercontent.com:environment", ""),
            ("custom:sub", ""),
            ("repositories", ""),
        ] {
            let path = ClaimPath::parse(name).unwrap();
            let found = foreign(&path, &claims).map(|found| found.path);
            assert_eq!(found.unwrap_or_default(), expected, "{name}");
        }
    }

    #[test]
    fn texts_that_are_no_paths_have_one_to_write() {
        for (name, expected) in [
            ("/repository_owner", "repository_owner"),
            ("/kubernetes.io/namespace", r#""kubernetes.io".namespace"#),
            ("/a~1b", r#""a/b""#),
            (
                "oidc.circleci.com/ssh-rerun",
                r#""oidc.circleci.com/ssh-rerun""#,
            ),
            (
                "https://aws.amazon.com/tags.principal_tags.env",
                r#""https://aws.amazon.com/tags".principal_tags.env"#,
            ),
            ("oidc.eks.eu-west-1.amazonaws.com/id/A1:sub", "sub"),
            (r#""kubernetes.io".a/b"#, r#""kubernetes.io"."a/b""#),
            (".repository", "repository"),
            (r#"claims["repository"]"#, "repository"),
            ("my claim", r#""my claim""#),
            (r#"a"b"#, r#""a\"b""#),
            ("a..b", ""),
            ("a.", ""),
        ] {
            assert!(ClaimPath::parse(name).is_err(), "{name}");
            let found = readable(name).map(|found| found.path);
            assert_eq!(found.unwrap_or_default(), expected, "{name}");
        }
    }
}
