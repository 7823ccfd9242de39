//! Warnings about given parameters that deserve a second look.

use std::collections::{BTreeMap, BTreeSet};

use super::Provider;
use super::clean::clean;
use super::template::{names, names_in};
use claimgate::text::hidden::{Piece, pieces};

/// A warning about a given parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterWarning {
    /// The identifier of the [`Parameter`](super::Parameter).
    pub parameter: String,
    /// The problem.
    pub message: String,
    /// A possible fix.
    pub help: String,
}

/// Warnings about all given parameters of a provider.
pub(super) fn warnings(
    provider: &Provider,
    given: &BTreeMap<String, String>,
) -> Vec<ParameterWarning> {
    let in_policies = names_in_policies(provider);
    let mut warnings = Vec::new();
    for parameter in &provider.parameters {
        let Some(text) = given.get(&parameter.id) else {
            continue;
        };
        let warning = |message, help: &str| ParameterWarning {
            parameter: parameter.id.clone(),
            message,
            help: help.to_owned(),
        };
        if let Some(hidden) = hidden(text.trim()) {
            let help = "type it again; line breaks and control characters are removed";
            warnings.push(warning(
                format!(
                    "`{}` has a character that cannot be seen: {hidden}",
                    clean(text)
                ),
                help,
            ));
        }
        if in_policies.contains(parameter.id.as_str()) {
            warnings.extend(wildcard(&clean(text)).map(|(message, help)| warning(message, help)));
        }
        if let Some(c) = text
            .chars()
            .find(|c| matches!(c, '"' | '\'' | '`' | '$' | '{' | '}') && !is_braced(text))
        {
            let help = "check it: few names have such a character, and workflow files may read it as their own";
            warnings.push(warning(format!("`{}` has a `{c}`", clean(text)), help));
        }
    }
    warnings
}

/// The parameters that occur in patterns of the policies, including through derived ones.
fn names_in_policies(provider: &Provider) -> BTreeSet<&str> {
    let mut found = names_in(&provider.policies);
    if found.contains("audience") {
        found.insert("organization");
    }
    // A derived parameter may depend on an earlier derived one.
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

/// The effect in a pattern of a character that is meant literally.
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
                "`{text}` has a `.`, which matches any one character in a pattern: `{other}` is allowed too"
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

/// Whether the text is one pair of braces around plain text, as in Bitbucket's ids.
fn is_braced(text: &str) -> bool {
    let inside = text
        .trim()
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    inside.is_some_and(|inside| inside.chars().all(|c| c.is_ascii_hexdigit() || c == '-'))
}
