//! Claims by the words of their names, whatever the spelling and whatever other systems add.

use crate::claim_path::ClaimPath;
use crate::claims::{Claims, Value};

/// Words that other systems put before the name of a claim, and whose they are.
pub(crate) const SYSTEMS: [(&str, &str); 10] = [
    ("assertion", "Google Cloud's expressions"),
    ("attribute", "Google Cloud's attributes"),
    ("google", "Google Cloud's attributes"),
    ("principalset", "Google Cloud's attributes"),
    ("github", "GitHub's workflow language"),
    ("aws", "a condition key of AWS"),
    ("bound", "a role of Vault"),
    ("ci", "GitLab's variables"),
    ("$", "JSONPath"),
    ("request", "an expression"),
];

/// Other words before, between and after the names of claims.
const NOISE: [&str; 29] = [
    "attributes",
    "auth",
    "body",
    "claim",
    "claims",
    "env",
    "http",
    "https",
    "id",
    "identity",
    "input",
    "jwt",
    "mapping",
    "oidc",
    "payload",
    "principal",
    "principaltag",
    "requesttag",
    "set",
    "string",
    "stringequals",
    "stringlike",
    "tag",
    "token",
    "user",
    "value",
    "values",
    "vars",
    "var",
];

/// What may follow the name of a claim.
const SUFFIXES: [&str; 4] = ["pattern", "claim", "value", "name"];

/// Other names of claims, with `_` between words.
const SYNONYMS: [(&str, &[&str]); 18] = [
    ("subject", &["sub"]),
    ("audience", &["aud"]),
    ("audiences", &["aud"]),
    ("issuer", &["iss"]),
    ("repo", &["repository", "project_path"]),
    ("repository", &["project_path"]),
    ("project_path", &["repository"]),
    ("repository_owner", &["namespace_path"]),
    ("namespace_path", &["repository_owner"]),
    ("project", &["project_path", "terraform_project_name"]),
    ("owner", &["repository_owner", "namespace_path"]),
    (
        "organization",
        &[
            "repository_owner",
            "terraform_organization_name",
            "organization_slug",
        ],
    ),
    (
        "org",
        &[
            "repository_owner",
            "terraform_organization_name",
            "organization_slug",
        ],
    ),
    ("branch", &["ref", "build_branch"]),
    ("event", &["event_name"]),
    ("env", &["environment"]),
    ("pipeline", &["pipeline_slug"]),
    ("username", &["preferred_username", "user_login"]),
];

/// How deep members of claims are searched.
const DEEPEST: usize = 4;

/// The most words of a name that is searched.
const MANY_WORDS: usize = 24;

/// Calls `visit` with the path of each claim, members of claims included.
pub(crate) fn members<'a>(
    all: impl Iterator<Item = (&'a str, &'a Value)>,
    path: &mut Vec<&'a str>,
    visit: &mut dyn FnMut(&[&'a str]),
) {
    for (name, value) in all {
        path.push(name);
        visit(path);
        if let Value::Object(inner) = value
            && path.len() < DEEPEST
        {
            let inner: Vec<_> = inner
                .iter()
                .map(|(name, value)| (name.as_str(), value))
                .collect();
            members(inner.into_iter(), path, visit);
        }
        path.pop();
    }
}

/// A claim that a text names by its words.
pub(crate) struct ByWords {
    pub(crate) path: String,
    /// Whether the words are those of the claim, and no others.
    pub(crate) is_same: bool,
}

/// The claim whose words are those of a text, without the words that other systems add.
pub(crate) fn by_words(source: &str, claims: &Claims) -> Option<ByWords> {
    let all = words(source);
    // A host before a colon or a slash is whatever it is.
    let host = source
        .rsplit_once([':', '/'])
        .filter(|(host, _)| host.contains('.'));
    let host = host.map_or(0, |(host, _)| words(host).len());
    if all.len() > MANY_WORDS {
        return None;
    }
    let is_index = |word: &String| word.bytes().all(|c| c.is_ascii_digit());
    let mut ends = vec![all.len()];
    if all
        .last()
        .is_some_and(|last| is_index(last) || SUFFIXES.contains(&last.as_str()))
    {
        ends.push(all.len() - 1);
    }
    let is_noise = |word: &String| {
        NOISE.contains(&word.as_str()) || SYSTEMS.iter().any(|(system, _)| system == word)
    };
    let starts = (0..all.len()).take_while(|start| {
        *start <= host
            || all
                .get(..*start)
                .is_some_and(|before| before.iter().all(is_noise))
    });
    starts.into_iter().find_map(|start| {
        ends.iter().find_map(|end| {
            let (path, is_synonym) = named(all.get(start..*end)?, claims)?;
            let is_same = !is_synonym && start == 0 && *end == all.len();
            Some(ByWords { path, is_same })
        })
    })
}

/// The claim that has these words as its name, or (true) one that they are a synonym of.
fn named(wanted: &[String], claims: &Claims) -> Option<(String, bool)> {
    let mut found = None;
    members(claims.iter(), &mut Vec::new(), &mut |path| {
        let own: Vec<String> = path.iter().flat_map(|name| words(name)).collect();
        if found.is_none() && own == wanted {
            found = Some(ClaimPath::of(path));
        }
    });
    let synonyms = || {
        let wanted = wanted.join("_");
        let (_, names) = SYNONYMS.iter().find(|(name, _)| *name == wanted)?;
        let name = names.iter().find(|name| claims.get(name).is_some())?;
        Some(((*name).to_owned(), true))
    };
    found.map(|path| (path, false)).or_else(synonyms)
}

/// The words of a name, in lower case: `repository`, `owner` of `repositoryOwner`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    // The tables of other letters would be large.
    let is_letter = |c: char| c.is_ascii_alphanumeric() || !c.is_ascii();
    for c in name.chars() {
        let is_start =
            !is_letter(before) || (before.is_ascii_lowercase() && c.is_ascii_uppercase());
        if is_letter(c) {
            if is_start {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(c.to_ascii_lowercase());
            }
        }
        before = c;
    }
    words
}
