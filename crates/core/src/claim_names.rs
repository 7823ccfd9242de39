//! Claim names as other systems write them, and the paths that they stand for here.

use crate::claim_path::ClaimPath;
use crate::claim_words::{SYSTEMS, by_words, members, words};
use crate::claims::Claims;

/// A name that another system has, and the path that it stands for.
pub(crate) struct Foreign {
    pub(crate) system: &'static str,
    pub(crate) path: String,
}

/// The claim of this token that a path names in the way of another system. The path itself leads
/// to nothing.
pub(crate) fn foreign(path: &ClaimPath, claims: &Claims) -> Option<Foreign> {
    let source = path.segments().join(".");
    let is_there = |found: &Foreign| {
        let path = ClaimPath::parse(&found.path);
        path.is_ok_and(|path| claims.lookup(&path).is_some())
    };
    let structure = structure(&source);
    let by_words = by_words(&source, claims)
        .filter(|found| !found.is_same)
        .map(|found| found.path);
    let system = structure.as_ref().map(|found| found.system).or_else(|| {
        let first = words(&source).into_iter().next()?;
        let (_, system) = SYSTEMS.iter().find(|(word, _)| first == *word)?;
        Some(*system)
    });
    let path = by_words.or_else(|| structure.filter(is_there).map(|found| found.path))?;
    let system = system.unwrap_or("another system");
    Some(Foreign { system, path })
}

/// The claim of this token whose name has the same words, or the only one whose name ends like that, after a
/// namespace: `"https://acme.example/roles"`
/// for `roles`, `"kubernetes.io".namespace` for `namespace`.
pub(crate) fn similar(path: &ClaimPath, claims: &Claims) -> Option<String> {
    let wanted = path.segments().join(".");
    let by_words = by_words(&wanted, claims).filter(|found| found.is_same);
    if let Some(found) = by_words {
        return Some(found.path);
    }
    let mut found = Vec::new();
    let segments = path.segments();
    let names: Vec<&str> = segments.iter().map(String::as_str).collect();
    let is_end = |name: &str| {
        let rest = name.strip_suffix(&wanted);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(['/', ':', '.']))
    };
    members(claims.iter(), &mut Vec::new(), &mut |path| {
        // `serviceaccount.name` of `"kubernetes.io".serviceaccount.name`.
        let is_inner = segments.len() > 1 && path.len() > segments.len() && path.ends_with(&names);
        if is_inner || path.last().is_some_and(|name| is_end(name)) {
            found.push(ClaimPath::of(path));
        }
    });
    match found.as_slice() {
        [only] if wanted.chars().count() > 3 => Some(only.clone()),
        _ => None,
    }
}

/// The path to write for a text that is not one: the name in another system's form translated, or
/// the name in quotes.
pub(crate) fn readable(source: &str) -> Option<Foreign> {
    let trimmed = source.trim();
    if trimmed != source && ClaimPath::parse(trimmed).is_ok() {
        let path = trimmed.to_owned();
        return Some(Foreign { system: "", path });
    }
    structure(source).or_else(|| {
        let in_double = source.replace('\'', "\"");
        let path = match ClaimPath::parse(&in_double) {
            Ok(_) => in_double,
            Err(_) => quoted(source)?,
        };
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
    // The members of a Kubernetes token.
    if let Some(rest) = source.strip_prefix("kubernetes.io/")
        && !is_of_secret(rest)
    {
        let segments = std::iter::once("kubernetes.io").chain(rest.split('/'));
        return found("a JSON pointer", segments.collect());
    }
    let tags = ["aws:RequestTag/", "aws:PrincipalTag/"];
    if let Some(name) = tags.iter().find_map(|tag| source.strip_prefix(tag)) {
        return found("a condition key of AWS", vec![name]);
    }
    if let Some(pointer) = source
        .strip_prefix("#/")
        .or_else(|| source.strip_prefix('/'))
    {
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
        return found("JSONPath", json_path(source));
    }
    // A registered claim after a host.
    if let Some((host, name)) = source.rsplit_once('/')
        && host.contains('.')
        && ["sub", "aud", "iss"].contains(&name)
    {
        return found("a condition key of AWS", vec![name]);
    }
    // The host may have a path: `oidc.eks.eu-west-1.amazonaws.com/id/A1:sub`.
    let (host, name) = source.rsplit_once(':')?;
    let host = host.strip_prefix("https://").unwrap_or(host);
    let is_host = host.contains('.') && !host.contains([':', '"', ' ']);
    let is_name = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    found("a condition key of AWS", vec![name]).filter(|_| is_host && is_name)
}

/// Whether a name after `kubernetes.io/` is one of the claims of tokens that Kubernetes kept in secrets: they have `/`
/// in their names, where newer tokens have members.
fn is_of_secret(rest: &str) -> bool {
    let name = rest.strip_prefix("serviceaccount/");
    name.is_some_and(|name| name == "namespace" || name.contains('.'))
}

/// The segments of a JSONPath, of which those in brackets and quotes may have dots.
fn json_path(source: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let mut rest = source.trim_start_matches(['$', '.']);
    while !rest.is_empty() {
        let quoted = ["['", "[\""]
            .iter()
            .find_map(|open| rest.strip_prefix(open));
        let (segment, more) = match quoted {
            Some(inside) => inside.split_once(['\'', '"']).unwrap_or((inside, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        if !segment.is_empty() {
            segments.push(segment);
        }
        rest = more.trim_start_matches([']', '.']);
        // An index, or brackets without quotes.
        if quoted.is_none() && !rest.starts_with("['") && !rest.starts_with("[\"") {
            rest = rest.trim_start_matches('[');
        }
    }
    const ROOTS: [&str; 10] = [
        "assertion",
        "attribute",
        "google",
        "claims",
        "claim",
        "token",
        "jwt",
        "id_token",
        "identity",
        "payload",
    ];
    // The only host without a slash that claims are below.
    if segments.starts_with(&["kubernetes", "io"]) {
        segments.splice(..2, ["kubernetes.io"]);
    }
    let is_noise = |segment: &&&str| ROOTS.contains(*segment);
    let noise = segments.iter().take_while(is_noise).count();
    if noise < segments.len() {
        segments.drain(..noise);
    }
    segments
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

#[cfg(test)]
mod tests {
    use super::{foreign, readable, similar};
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
            (
                "claims.kubernetes.io.namespace",
                r#""kubernetes.io".namespace"#,
            ),
            ("github.repository", "repository"),
            ("GITHUB_REPOSITORY", "repository"),
            ("repo", "repository"),
            ("bound_subject", "sub"),
            ("bound_claims.repository", "repository"),
            ("request.auth.claims[repository]", "repository"),
            ("token.claims.repository", "repository"),
            ("ci.example:repository", "repository"),
            ("repository[0]", "repository"),
            ("job_repository", ""),
            ("repository_owner", ""),
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
            ("body.sub", "sub"),
            ("project_path", "repository"),
            ("CI_PROJECT_PATH", "repository"),
        ] {
            let path = ClaimPath::parse(name).unwrap();
            let found = foreign(&path, &claims).map(|found| found.path);
            assert_eq!(found.unwrap_or_default(), expected, "{name}");
        }
    }

    #[test]
    fn names_of_one_provider_are_those_of_another() {
        let claims = r#"{"project_path": "a/b", "namespace_path": "a"}"#;
        let claims = Claims::from_json(claims).unwrap();
        for (name, expected) in [
            ("CI_PROJECT_PATH", "project_path"),
            ("repository", "project_path"),
            ("repository_owner", "namespace_path"),
            ("repository_owner_id", ""),
        ] {
            let found = foreign(&ClaimPath::parse(name).unwrap(), &claims);
            let found = found.map(|found| found.path).unwrap_or_default();
            assert_eq!(found, expected, "{name}");
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
            ("token.actions.githubusercontent.com/sub", "sub"),
            ("https://ci.example/aud", "aud"),
            (r#""kubernetes.io".a/b"#, r#""kubernetes.io"."a/b""#),
            (".repository", "repository"),
            (r#"claims["repository"]"#, "repository"),
            (
                r#"kubernetes.io["namespace"]"#,
                r#""kubernetes.io".namespace"#,
            ),
            ("sub ", "sub"),
            ("\tkubernetes_io.namespace\n", "kubernetes_io.namespace"),
            (
                "'oidc.circleci.com/ssh-rerun'",
                r#""oidc.circleci.com/ssh-rerun""#,
            ),
            (
                "kubernetes.io/serviceaccount/name",
                r#""kubernetes.io".serviceaccount.name"#,
            ),
            ("#/repository", "repository"),
            ("aws:RequestTag/repository", "repository"),
            ("https://ci.example:sub", "sub"),
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

    #[test]
    fn a_name_without_its_namespace_is_found_where_one_claim_has_it() {
        let claims = Claims::from_json(
            r#"{"https://a.example/roles": ["x"], "kubernetes.io": {"namespace": "c"}, "runner_environment": "y",
                "a": {"name": 1, "inner": {"d": 3}}, "b": {"name": 2}, "cognito:groups": []}"#,
        )
        .unwrap();
        for (name, expected) in [
            ("runnerEnvironment", "runner_environment"),
            ("Cognito_Groups", "cognito:groups"),
            ("kubernetes_io.namespace", r#""kubernetes.io".namespace"#),
            ("kubernetes->io->namespace", r#""kubernetes.io".namespace"#),
            ("roles", r#""https://a.example/roles""#),
            ("namespace", r#""kubernetes.io".namespace"#),
            ("groups", "cognito:groups"),
            ("inner.d", "a.inner.d"),
            ("environment", ""),
            ("name", ""),
            ("oles", ""),
        ] {
            let found = similar(&ClaimPath::parse(name).unwrap(), &claims);
            assert_eq!(found.unwrap_or_default(), expected, "{name}");
        }
    }
}
