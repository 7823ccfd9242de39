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

pub(super) const MANY_POLICIES: Rule = Rule {
    code: "many-policies",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "An issuer has more than 40 policies, which was Pulumi Cloud's limit.",
    about: "This implementation accepts more. Pulumi Cloud documented the limit once, and may refuse such a list.",
    incident: "Policies are moved to Pulumi Cloud, and the forty-first is refused.",
    remedy: "merge policies that differ in one name by a wildcard, if it admits no more than is meant",
    found_in: Example::github(ONE_OF_MANY).times(41),
    not_in: Example::github(ONE_OF_MANY),
};

pub(super) const FINDINGS_LEFT_OUT: Rule = Rule {
    code: "findings-left-out",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "There are 1,000 findings on earlier policies: this one and later ones have not been read.",
    about: "Findings that are read off the text of policies are limited, because a policy may have to be compared with all others. The first policy that has not been read has the finding.",
    incident: "A generated list repeats one mistake a thousand times, and hides a worse one at its end.",
    remedy: "fix the other findings first",
    found_in: Example::github(ONE_OF_MANY).times(1_001),
    not_in: Example::github(ONE_OF_MANY),
};

/// A policy that has a finding, and may be there many times.
const ONE_OF_MANY: &str = r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-1.2" } }
]"#;
