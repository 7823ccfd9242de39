//! What to look at twice in the names that a person has given.

use std::collections::{BTreeMap, BTreeSet};

use super::Provider;
use super::clean::clean;
use super::template::{names, names_in};
use claimgate::text::hidden::{Piece, pieces};

/// A remark on a name that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The identifier of the [`Ask`](super::Ask).
    pub ask: String,
    /// What is the matter.
    pub message: String,
    /// What one might do about it.
    pub help: String,
}

/// The remarks on all names of a provider that were given.
pub(super) fn remarks(provider: &Provider, given: &BTreeMap<String, String>) -> Vec<Remark> {
    let in_policies = names_in_policies(provider);
    let mut remarks = Vec::new();
    for ask in &provider.asks {
        let Some(text) = given.get(&ask.id) else {
            continue;
        };
        let remark = |message, help: &str| Remark {
            ask: ask.id.clone(),
            message,
            help: help.to_owned(),
        };
        if let Some(hidden) = hidden(text.trim()) {
            let help = "type it anew; line ends and control characters are left out";
            remarks.push(remark(
                format!(
                    "`{}` has a character that cannot be seen: {hidden}",
                    clean(text)
                ),
                help,
            ));
        }
        if in_policies.contains(ask.id.as_str()) {
            remarks.extend(wildcard(&clean(text)).map(|(message, help)| remark(message, help)));
        }
        if let Some(c) = text
            .chars()
            .find(|c| matches!(c, '"' | '\'' | '`' | '$' | '{' | '}') && !is_braced(text))
        {
            let help = "check it: few names have such a character, and workflow files may read it as their own";
            remarks.push(remark(format!("`{}` has a `{c}`", clean(text)), help));
        }
    }
    remarks
}

/// The names that patterns of the policies are made of, through whatever is derived from them.
fn names_in_policies(provider: &Provider) -> BTreeSet<&str> {
    let mut found = names_in(&provider.policies);
    if found.contains("audience") {
        found.insert("organization");
    }
    // What is derived may be made of what was derived before it.
    for derived in provider.derived.iter().rev() {
        let cases = if found.contains(derived.id.as_str()) {
            derived.cases.as_slice()
        } else {
            &[]
        };
        for case in cases {
            found.extend(names(&case.text));
        }
        if found.contains("audience") {
            found.insert("organization");
        }
    }
    found
}

/// What a character does in a pattern that is only meant as itself.
fn wildcard(text: &str) -> Option<(String, &'static str)> {
    let c = text.chars().find(|c| matches!(c, '*' | '?' | '.' | '\\'))?;
    let message = match c {
        '*' => format!(
            "`{text}` has a `*`, which matches any text in a pattern: the policy is wider than one name"
        ),
        '?' => format!("`{text}` has a `?`, which matches one character or none in a pattern"),
        '.' => {
            let other = text.replacen('.', "x", 1);
            format!(
                "`{text}` has a `.`, which matches any one character in a pattern: `{other}` is let in too"
            )
        }
        _ => format!(
            "`{text}` has a `\\`, which Claimgate reads as an escape in a pattern, and Pulumi Cloud may not"
        ),
    };
    let help = match c {
        '\\' => "leave it out: Pulumi Cloud documents no escape",
        _ => {
            "Pulumi Cloud documents no escape: add a rule on a claim that tells the two apart, such as one with an id"
        }
    };
    Some((message, help))
}

fn hidden(text: &str) -> Option<String> {
    pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Hidden { code, name } => Some(format!("{code}, {name}")),
        Piece::Plain(_) => None,
    })
}

/// Whether the text is one pair of braces with plain text inside, as Bitbucket writes its ids.
fn is_braced(text: &str) -> bool {
    let inside = text
        .trim()
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    inside.is_some_and(|inside| inside.chars().all(|c| c.is_ascii_hexdigit() || c == '-'))
}
