//! The values that fit a pattern, in words.

use claimgate::text::list::either;
use claimgate_analysis::{Fits, Part, PartKind, Piece, Range, Whose};

/// The most values that a sentence lists: many policies name many repositories.
pub(super) const MOST_LISTED: usize = 5;

/// The name of a part as people read it: `owner id`.
pub fn part_name(part: &Part) -> String {
    part.name.replace('_', " ")
}

/// What fits for a part, in a few characters: `acme…`.
pub fn short(part: &Part) -> String {
    match &part.range {
        Range::Only { texts } => either(texts.iter(), MOST_LISTED),
        Range::Beginning { with } => format!("{with}…"),
        Range::Like { patterns } => either(patterns.iter(), MOST_LISTED),
        _ => format!("any {}", part_name(part)),
    }
}

/// What fits for a part, and whose it is, in a sentence with code in backticks.
pub fn sentence(part: &Part) -> String {
    let quoted =
        |texts: &[String]| either(texts.iter().map(|text| format!("`{text}`")), MOST_LISTED);
    let range = match &part.range {
        Range::Only { texts } => format!("only {}", quoted(texts)),
        Range::Beginning { with } => format!("any that begins with `{with}`"),
        Range::Like { patterns } => format!("any like {}", quoted(patterns)),
        _ => "any".to_owned(),
    };
    let other = part.other.as_ref().map(|other| format!("`{other}`"));
    let whose = match (part.kind, part.ours.is_empty(), other) {
        (PartKind::Ours, ..) => "yours".to_owned(),
        (PartKind::Strangers, true, Some(other)) => format!("strangers', such as {other}"),
        (PartKind::Strangers, false, Some(other)) => {
            format!(
                "yours, {}, and strangers', such as {other}",
                quoted(&part.ours)
            )
        }
        (_, false, Some(other)) => {
            format!("yours, {}, and others, such as {other}", quoted(&part.ours))
        }
        (_, false, None) => "yours".to_owned(),
        (_, true, Some(other)) if !matches!(part.range, Range::Only { .. }) => {
            format!("such as {other}")
        }
        _ => String::new(),
    };
    match whose.is_empty() {
        true => range,
        false => format!("{range}: {whose}"),
    }
}

/// The parts of all ways, each once: first those that admit strangers, then those that are one's own.
pub fn parts(fits: &Fits) -> Vec<&Part> {
    let ways = fits.forms.iter().flat_map(|form| &form.ways);
    let all = ways.flatten().filter_map(|piece| match piece {
        Piece::Part(part) => Some(part),
        _ => None,
    });
    let mut parts: Vec<&Part> = Vec::new();
    for part in all {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.sort_by_key(|part| match part.kind {
        PartKind::Strangers => 0,
        PartKind::Ours => 1,
        _ => 2,
    });
    parts
}

/// Whose tokens fit, in a sentence.
pub fn summary(fits: &Fits) -> &'static str {
    match fits.whose {
        _ if fits.forms.is_empty() => "No token that the provider sends fits.",
        Whose::Ours => "Only your own tokens fit.",
        Whose::Strangers => "Strangers' tokens fit, unless another rule keeps them out.",
        _ => "The pattern does not say whose tokens fit.",
    }
}

#[cfg(test)]
mod tests {
    use claimgate::issuer::IssuerDefinition;
    use claimgate::pattern::Dialect;
    use claimgate::policy::parse_policies;
    use claimgate_analysis::{Analysis, PolicyModel};

    use super::*;

    fn fits(claim: &str, pattern: &str) -> Fits {
        let allow = r#"[{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:acme/web:*"}}]"#;
        let issuer = IssuerDefinition {
            url: "https://token.actions.githubusercontent.com".to_owned(),
            policies: parse_policies(allow).unwrap(),
            ..IssuerDefinition::default()
        };
        let model = PolicyModel::new(&issuer, Dialect::Pulumi).unwrap();
        Analysis::new(&model).fits(Some(claim), pattern, None)
    }

    fn told(claim: &str, pattern: &str) -> Vec<String> {
        let fits = fits(claim, pattern);
        let of =
            |part: &&Part| format!("{}: {} ({})", part_name(part), sentence(part), short(part));
        parts(&fits).iter().map(of).collect()
    }

    #[test]
    fn parts_are_told_once_with_strangers_first() {
        assert_eq!(
            told("sub", "repo:acme*:pull_request")[..5],
            [
                "owner: any that begins with `acme`: yours, `acme`, and strangers', such as `acme-evil` (acme…)",
                "owner id: any: strangers', such as `66600` (any owner id)",
                "repository id: any: strangers', such as `666000` (any repository id)",
                "repository: any: yours, `web`, and others, such as `evil` (any repository)",
                "environment: only `pull_request` (pull_request)",
            ]
        );
        assert_eq!(
            told("sub", "repo:acme/web:ref:refs/heads/*")[..3],
            [
                "owner: only `acme`: yours (acme)",
                "repository: only `web`: yours (web)",
                "branch: any: such as `main` (any branch)",
            ]
        );
        assert_eq!(
            told("event_name", "pull_request*")[0],
            "event: any that begins with `pull_request`: such as `pull_request_target` (pull_request…)"
        );
        assert_eq!(
            told("runner_environment", "*hosted")[0],
            "runner: any: such as `github-hosted` (any runner)"
        );
    }

    #[test]
    fn the_summary_says_whose_tokens_fit() {
        for (claim, pattern, expected) in [
            ("sub", "repo:acme/*", "Only your own tokens fit."),
            (
                "sub",
                "repo:ac*",
                "Strangers' tokens fit, unless another rule keeps them out.",
            ),
            (
                "ref",
                "refs/heads/main",
                "The pattern does not say whose tokens fit.",
            ),
            ("sub", "repo:acme", "No token that the provider sends fits."),
        ] {
            assert_eq!(summary(&fits(claim, pattern)), expected, "{pattern}");
        }
    }
}
