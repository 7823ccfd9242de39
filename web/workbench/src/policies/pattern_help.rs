//! Help while writing a pattern: the part at the cursor, and texts that the pattern matches and
//! does not match.

use claimgate::pattern::{Dialect, Part, PartKind, Pattern, Trace, visible};

use super::json_places::Range;
use super::neighbours::neighbours;

/// How many accepted texts are shown.
const SHOWN: usize = 3;

/// Texts that show what a pattern matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examples {
    /// Three texts that it matches; one if it matches no other.
    pub accepted: Vec<String>,
    /// A text that it does not match; none if it matches every text.
    pub refused: Option<String>,
}

/// The CSS class of a part of a pattern; none for literal text.
pub fn class(kind: PartKind) -> Option<&'static str> {
    match kind {
        PartKind::Literal => None,
        PartKind::Escape => Some("wild wild--escape"),
        PartKind::One => Some("wild wild--one"),
        PartKind::Optional => Some("wild wild--optional"),
        PartKind::Many => Some("wild wild--many"),
    }
}

/// The parts of a pattern; none if it is too long.
pub fn parts(pattern: &str) -> Vec<Part> {
    Pattern::new(pattern, Dialect::Pulumi)
        .map(|pattern| pattern.parts())
        .unwrap_or_default()
}

/// The range of a part in its pattern, in UTF-16 units.
pub fn range(part: &Part) -> Range {
    part.span.start.utf16..part.span.end.utf16
}

/// What the part at the cursor does, in UTF-16 units: a wildcard next to the cursor takes
/// precedence over literal text.
pub fn at_cursor(pattern: &str, cursor: usize) -> Option<String> {
    let parts = parts(pattern);
    let after = parts.iter().find(|part| range(part).contains(&cursor));
    let before = parts.iter().find(|part| range(part).end == cursor);
    let is_wild = |part: &&Part| part.kind != PartKind::Literal;
    let part = after
        .filter(is_wild)
        .or(before.filter(is_wild))
        .or(after)
        .or(before)?;
    Some(describe(part))
}

fn describe(part: &Part) -> String {
    let text = visible(&part.text);
    match part.kind {
        PartKind::Literal => {
            format!("`{text}`: exact match, case-sensitive.")
        }
        PartKind::Escape => {
            let own = text.strip_prefix('\\').unwrap_or(&text);
            format!("`{text}` matches `{own}` itself. Pulumi Cloud documents no escapes.")
        }
        PartKind::One => "`.` matches any one character here, a dot or another.".to_owned(),
        PartKind::Optional => "`?` matches any one character here, or none.".to_owned(),
        PartKind::Many => "`*` matches any text here, `/` and `:` too, or none.".to_owned(),
    }
}

/// Texts that the pattern matches and one that it does not, as similar as possible to values of the
/// claim. Each is checked with the compiled pattern.
pub fn examples(pattern: &str, values: &[String]) -> Examples {
    let Ok(pattern) = Pattern::new(pattern, Dialect::Pulumi) else {
        return Examples::default();
    };
    let mut accepted: Vec<String> = Vec::new();
    let wanted = if pattern.is_literal() { 1 } else { SHOWN };
    for text in candidates(&pattern, values) {
        if accepted.len() < wanted && !accepted.contains(&text) && pattern.is_match(&text) {
            accepted.push(text);
        }
    }
    let refused = refusals(&pattern, &accepted, values)
        .into_iter()
        .find(|text| !pattern.is_match(text));
    Examples { accepted, refused }
}

/// Fallback texts for wildcards: each line has one for `*`, `?` and `.`.
const FILLS: [[&str; 3]; 8] = [
    ["main", "x", "."],
    ["x", "", "x"],
    ["", "a", "-"],
    ["a/b:c", "b", "y"],
    ["1", "c", "z"],
    ["release", "d", "1"],
    ["b", "e", "a"],
    ["c", "f", "b"],
];

fn candidates(pattern: &Pattern, values: &[String]) -> Vec<String> {
    let parts = pattern.parts();
    let mut texts = Vec::new();
    if let Some(value) = values.iter().find(|value| pattern.is_match(value)) {
        texts.push(value.clone());
        // The same value with other texts for its wildcards.
        for [many, optional, one] in FILLS.iter().skip(1).take(2) {
            texts.extend(refilled(pattern, &parts, value, [many, optional, one]));
        }
    }
    texts.extend(
        values
            .iter()
            .filter(|value| pattern.is_match(value))
            .take(SHOWN)
            .cloned(),
    );
    texts.extend(
        values
            .iter()
            .take(1)
            .filter_map(|value| with_tail(&parts, value)),
    );
    texts.extend(FILLS.iter().map(|fill| filled(&parts, *fill)));
    texts
}

/// The pattern with its wildcards filled in.
fn filled(parts: &[Part], [many, optional, one]: [&str; 3]) -> String {
    let text = |part: &Part| match part.kind {
        PartKind::Literal => part.text.clone(),
        PartKind::Escape => part.text.chars().skip(1).collect(),
        PartKind::One => one.to_owned(),
        PartKind::Optional => optional.to_owned(),
        PartKind::Many => many.to_owned(),
    };
    parts.iter().map(text).collect()
}

/// The pattern with its last `*` filled with the end of a value, after as many `:` and `/`.
fn with_tail(parts: &[Part], value: &str) -> Option<String> {
    let (last, before) = parts.split_last()?;
    let is_separator = |c: &char| matches!(c, ':' | '/');
    let start = filled(before, FILLS[0]);
    let skipped = start.chars().filter(is_separator).count();
    let place = value
        .char_indices()
        .filter(|(_, c)| is_separator(c))
        .nth(skipped.checked_sub(1)?)?
        .0;
    let tail = value.get(place + 1..)?;
    (last.kind == PartKind::Many).then(|| format!("{start}{tail}"))
}

/// A matched value with its single characters replaced; or, without such, its last `*`.
fn refilled(pattern: &Pattern, parts: &[Part], value: &str, fill: [&str; 3]) -> Option<String> {
    let Trace::Matched { captures } = pattern.trace(value) else {
        return None;
    };
    let has_single = parts
        .iter()
        .any(|part| matches!(part.kind, PartKind::One | PartKind::Optional));
    let last = captures.len().checked_sub(1)?;
    let mut taken = captures.iter().enumerate();
    let mut text = String::new();
    for part in parts {
        let [many, optional, one] = fill;
        match part.kind {
            PartKind::Literal | PartKind::Escape => {
                text.push_str(&filled(std::slice::from_ref(part), fill));
            }
            kind => {
                let (index, capture) = taken.next()?;
                let is_replaced = if has_single {
                    kind != PartKind::Many
                } else {
                    index == last
                };
                let new = match kind {
                    PartKind::Many => many,
                    PartKind::Optional => optional,
                    _ => one,
                };
                text.push_str(if is_replaced { new } else { &capture.text });
            }
        }
    }
    Some(text)
}

fn refusals(pattern: &Pattern, accepted: &[String], values: &[String]) -> Vec<String> {
    let mut texts = Vec::new();
    let first = accepted.first().cloned().unwrap_or_default();
    // Values of the claim: those that match furthest first.
    let stop = |value: &String| match pattern.trace(value) {
        Trace::Stopped(stop) => Some((stop.pattern.chars, value.clone())),
        Trace::Matched { .. } => None,
    };
    let mut stopped: Vec<_> = values.iter().take(20).filter_map(stop).collect();
    stopped.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    // A neighbour of a value that matches tells more than a value of quite another form.
    let near = accepted.iter().take(1).flat_map(|text| neighbours(text));
    texts.extend(near.map(|near| near.text));
    texts.extend(stopped.into_iter().map(|(_, value)| value));
    texts.extend([
        format!("{first}x"),
        format!("x{first}"),
        String::new(),
        format!(
            "{first}{}",
            "x".repeat(first.chars().count() + pattern.parts().len() + 1)
        ),
    ]);
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimgate::pattern::reference_match;
    use proptest::prelude::*;

    fn shown(pattern: &str, values: &[&str]) -> (Vec<String>, Option<String>) {
        let values: Vec<_> = values.iter().map(|value| (*value).to_owned()).collect();
        let Examples { accepted, refused } = examples(pattern, &values);
        (accepted, refused)
    }

    #[test]
    fn examples_are_near_the_values_that_a_claim_has() {
        let value = "repo:octo-org/octo-repo:ref:refs/heads/main";
        let (accepted, refused) = shown("repo:octo-org/*", &[value]);
        assert_eq!(accepted, [value, "repo:octo-org/x", "repo:octo-org/"]);
        assert_eq!(
            refused.as_deref(),
            Some("repo:octocat-fork/octo-repo:ref:refs/heads/main")
        );
    }

    #[test]
    fn an_end_is_taken_from_a_value_that_is_refused() {
        let (accepted, _) = shown(
            "repo:octo-org/other:*",
            &["repo:octo-org/octo-repo:ref:refs/heads/main"],
        );
        assert_eq!(accepted[0], "repo:octo-org/other:ref:refs/heads/main");
    }

    #[test]
    fn a_dot_shows_another_text_that_it_matches() {
        let (accepted, refused) = shown("v1.2", &["v1.2"]);
        assert_eq!(accepted, ["v1.2", "v1x2", "v1-2"]);
        assert_eq!(refused.as_deref(), Some("v1.2-2"));
    }

    #[test]
    fn a_pattern_without_wildcards_accepts_one_text_and_stars_refuse_none() {
        assert_eq!(
            shown("main", &[]),
            (vec!["main".to_owned()], Some("main-2".to_owned()))
        );
        assert_eq!(shown("", &[]), (vec![String::new()], Some("x".to_owned())));
        assert_eq!(shown("*?*", &["a"]).1, None);
        assert_eq!(shown(&"a".repeat(5000), &[]), (vec![], None));
    }

    #[test]
    fn the_part_at_the_cursor_is_described() {
        let cases = [
            ("v1.2", 2, "`.` matches"),
            ("v1.2", 3, "`.` matches"),
            ("v1.2", 1, "`v1`: exact match"),
            ("v1.2", 4, "`2`: exact"),
            ("😀*", 2, "`*` matches any text"),
            ("a?", 2, "`?` matches any one character here, or none"),
            (r"a\.b", 2, r"`\.` matches `.` itself"),
            ("\u{202e}", 0, "`\\u{202e}`: exact"),
        ];
        for (pattern, cursor, expected) in cases {
            let sentence = at_cursor(pattern, cursor).unwrap();
            assert!(
                sentence.starts_with(expected),
                "{pattern} {cursor}: {sentence}"
            );
        }
        assert_eq!(at_cursor("", 0), None);
    }

    proptest! {
        #[test]
        fn examples_are_accepted_and_refused_as_they_say(
            pattern in "[a.*?\\\\😀:/]{0,8}",
            values in prop::collection::vec("[a.x😀:/]{0,8}", 0..4),
        ) {
            let compiled = Pattern::new(&pattern, Dialect::Pulumi).unwrap();
            let Examples { accepted, refused } = examples(&pattern, &values);
            prop_assert_eq!(accepted.len(), if compiled.is_literal() { 1 } else { 3 });
            for text in &accepted {
                prop_assert!(compiled.is_match(text) && reference_match(&pattern, Dialect::Pulumi, text));
            }
            let kinds: Vec<_> = compiled.parts().iter().map(|part| part.kind).collect();
            let is_all = kinds.contains(&PartKind::Many)
                && kinds.iter().all(|kind| matches!(kind, PartKind::Many | PartKind::Optional));
            prop_assert_eq!(refused.is_none(), is_all);
            if let Some(text) = refused {
                prop_assert!(!compiled.is_match(&text) && !reference_match(&pattern, Dialect::Pulumi, &text));
            }
        }
    }
}
