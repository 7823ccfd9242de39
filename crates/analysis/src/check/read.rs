//! The kinds of findings that are read off the text of policies, without the analysis of tokens.

use claimgate::diagnostic::{Basis, Severity};

use super::rule::{Example, Rule};

pub(super) const ESCAPE_NOT_PORTABLE: Rule = Rule {
    code: "escape-not-portable",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "A pattern escapes a character.",
    about: "Escapes are an extension of this implementation: Pulumi Cloud documents none, and may read the `\\` as itself.",
    incident: "A policy with `\\.` is moved to Pulumi Cloud, and its rule matches no token there.",
    remedy: "accept the wildcard, or the finding",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-1\\.2" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) const MATCHES_ANYTHING: Rule = Rule {
    code: "matches-anything",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "A pattern of nothing but `*` accepts every value.",
    about: "The claim has to be there, but its value does not matter. For a team, the policy applies to requests for a token of any team.",
    incident: "A placeholder is left in place: `\"sub\": \"*\"` looks like a rule on the subject and is none.",
    remedy: "narrow it, or remove the rule if the claim need not be there",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "*", "repository": "acme/web" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "repository": "acme/web" } }
]"#,
    ),
};

pub(super) const DENIES_EVERYTHING: Rule = Rule {
    code: "denies-everything",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "A deny has no rules: it denies every token of its type and target.",
    about: "A deny wins over every allow. Where it only reports, it is what would be denied.",
    incident: "An emergency stop is forgotten, and no one knows why nothing works.",
    remedy: "add rules, or keep it as an emergency stop",
    found_in: Example::github(
        r#"[
  { "decision": "deny", "tokenType": "runner", "runnerID": "build-1", "rules": {} }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "deny", "tokenType": "runner", "runnerID": "build-1", "rules": { "actor": "mallory" } }
]"#,
    ),
};

pub(super) const TARGET_UNREACHABLE: Rule = Rule {
    code: "target-unreachable",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "No request can name the team, user or runner of the policy, so it never applies.",
    about: "Names in a scope are 1 to 100 ASCII letters, digits, `-`, `_`, `.`, `@` and `+`.",
    incident: "A policy for the team `deploy team`, as it is called on the page, never applies: its name in requests is `deploy-team`.",
    remedy: "correct the name, or remove the policy",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "team", "teamName": "deploy team", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "team", "teamName": "deploy-team", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};
