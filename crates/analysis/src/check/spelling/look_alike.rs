//! `look-alike`: a pattern has characters that look like ASCII and are not.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::text::look_alike::ascii_of;

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "look-alike",
    severity: Severity::Warning,
    basis: Basis::Proved,
    title: "A pattern has characters that look like ASCII letters but are different characters.",
    about: "A Cyrillic `а` is not a Latin `a`. The message names the character by its code point and says what it looks like.",
    incident: "In names that strangers choose it is an attack. In patterns it is mostly another keyboard layout, and the rule never matches.",
    remedy: "retype the pattern",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:\u0430cme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (policy, claim, pattern) in rules(cx) {
        let odd = pattern.chars().find_map(|c| Some((c, ascii_of(c)?)));
        if let Some((odd, plain)) = odd {
            let code = u32::from(odd);
            let message =
                format!("`{odd}` (U+{code:04X}) looks like `{plain}` and is another character");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
