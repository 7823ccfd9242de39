//! The matcher against an independent one: `globset`, which has a pattern's language as a part of
//! its own. On ASCII, as it works on bytes.

use claimgate::pattern::{Dialect, Part, PartKind, Pattern};
use globset::{GlobBuilder, GlobMatcher};
use proptest::prelude::*;

/// The pattern in globset's language. A run of wildcards is written as the characters that it needs,
/// those that it may have, and then `*`, because `**` is another wildcard there.
fn translate(pattern: &Pattern) -> GlobMatcher {
    let mut text = String::new();
    let parts = pattern.parts();
    let is_wildcard = |part: &Part| !matches!(part.kind, PartKind::Literal | PartKind::Escape);
    for run in parts.chunk_by(|one, other| is_wildcard(one) == is_wildcard(other)) {
        let count = |kind| run.iter().filter(|part| part.kind == kind).count();
        text.push_str(&"?".repeat(count(PartKind::One)));
        if count(PartKind::Many) > 0 {
            text.push('*');
        } else {
            text.push_str(&"{?,}".repeat(count(PartKind::Optional)));
        }
        for literal in run.iter().filter(|part| !is_wildcard(part)) {
            let is_escape = literal.kind == PartKind::Escape;
            for c in literal.text.chars().skip(usize::from(is_escape)) {
                text.extend((!c.is_ascii_alphanumeric()).then_some('\\'));
                text.push(c);
            }
        }
    }
    let glob = GlobBuilder::new(&text)
        .backslash_escape(true)
        .empty_alternates(true)
        .literal_separator(false)
        .build();
    glob.unwrap().compile_matcher()
}

fn agrees(source: &str, value: &str) {
    for dialect in [Dialect::Pulumi, Dialect::StringLike] {
        let pattern = Pattern::new(source, dialect).unwrap();
        let expected = translate(&pattern).is_match(value);
        assert_eq!(
            pattern.is_match(value),
            expected,
            "{dialect:?} {source:?} {value:?}"
        );
    }
}

#[test]
fn patterns_of_the_field_match_as_globset_says() {
    let values = [
        "repo:a/b:ref:refs/heads/main",
        "repo:a/bc:pull_request",
        "v1.2",
        "v1x2",
        "a",
        "",
    ];
    for source in [
        "repo:a/b:*",
        "repo:a/b?:*",
        "*:pull_request",
        "v1.2",
        r"v1\.2",
        "v?.?",
        "?",
        "*",
        ".*",
        "",
        "[a]",
        "{a,}",
    ] {
        values.iter().for_each(|value| agrees(source, value));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_patterns_match_as_globset_says(source in r"[ab*?.\\/]{0,12}", value in r"[ab./]{0,14}") {
        agrees(&source, &value);
    }
}
