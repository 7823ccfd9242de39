//! The wildcard language: tables of examples, and the compiled patterns compared with the reference
//! matcher.

use claimgate::pattern::{
    Dialect, MAX_PATTERN_CHARS, Pattern, PatternError, Trace, escape, reference_match,
    reference_trace,
};
use proptest::prelude::*;

use crate::cases::cases;

fn check(dialect: Dialect, pattern: &str, value: &str) -> bool {
    let compiled = Pattern::new(pattern, dialect).unwrap();
    let answer = compiled.is_match(value);
    assert_eq!(
        answer,
        reference_match(pattern, dialect, value),
        "reference, `{pattern}` on `{value}`"
    );
    let trace = compiled.trace(value);
    assert_eq!(answer, trace.is_match(), "trace, `{pattern}` on `{value}`");
    assert_eq!(
        trace,
        reference_trace(pattern, dialect, value),
        "trace by reference, `{pattern}` on `{value}`"
    );
    answer
}

macro_rules! table {
    ($name:ident, $dialect:expr, accepts: [$(($p:expr, $v:expr)),* $(,)?], refuses: [$(($np:expr, $nv:expr)),* $(,)?]) => {
        #[test]
        fn $name() {
            $(assert!(check($dialect, $p, $v), "`{}` should accept `{}`", $p, $v);)*
            $(assert!(!check($dialect, $np, $nv), "`{}` should refuse `{}`", $np, $nv);)*
        }
    };
}

table!(a_star_takes_any_run, Dialect::Pulumi,
    accepts: [("*", ""), ("*", "a/b:c"), ("repo:o/r:*", "repo:o/r:ref:refs/heads/main"), ("repo:o/r:*", "repo:o/r:"),
        ("*a*b*", "xaxbx"), ("a**b", "a/x/b"), ("*", "line\nbreak"), ("*é", "日本é"), ("a**/b", "a/b")],
    refuses: [("repo:o/r:*", "repo:o/r"), ("repo:o/r:*", "xrepo:o/r:y"), ("*a", "ab"), ("a*", "ba"), ("*a*b*", "xbxa"), ("**/b", "b")]);

table!(pulumis_question_mark_takes_one_character_or_none, Dialect::Pulumi,
    accepts: [("a?", "a"), ("a?", "ab"), ("a?", "aé"), ("?", ""), ("???", "日本"), ("?a", "a"), ("a?a", "aa"), ("?*?", "abc"), ("a?c", "a😀c")],
    refuses: [("a?", "abc"), ("a?b", "axxb"), ("??", "日本語"), ("?", "ab")]);

table!(pulumis_dot_takes_exactly_one_character, Dialect::Pulumi,
    accepts: [("release-1.2", "release-1x2"), ("release-1.2", "release-1.2"), (".", "é"), ("..", "日本"), (".", "😀"), (".*.", "ab"), (".", "\n"), (".", "/")],
    refuses: [("release-1.2", "release-12"), (".", ""), (".", "ab"), ("..", "日"), (".*.", "a"), (".", "e\u{301}")]);

table!(stringlike_has_no_dot_and_another_question_mark, Dialect::StringLike,
    accepts: [("a.b", "a.b"), ("?", "é"), ("a?", "ab"), ("*", ""), ("\\*", "*"), ("\\?", "?"), ("\\.", "\\.")],
    refuses: [("a.b", "axb"), ("?", ""), ("a?", "a"), ("\\*", "a"), ("\\.", ".")]);

table!(an_escape_is_the_character_itself, Dialect::Pulumi,
    accepts: [("\\*", "*"), ("\\?", "?"), ("\\.", "."), ("\\\\", "\\"), ("a\\.b", "a.b"), ("*\\*", "x*")],
    refuses: [("\\*", "a"), ("\\?", ""), ("\\.", "x"), ("\\\\", "x"), ("\\*", "\\*"), ("\\\\", "\\\\")]);

table!(everything_else_is_itself, Dialect::Pulumi,
    accepts: [("[ab]", "[ab]"), ("{a,b}", "{a,b}"), ("a\\b", "a\\b"), ("\\", "\\"), ("!x", "!x"), ("[!a]*", "[!a]z"), ("*{a,b}", "x{a,b}"),
        ("", ""), ("日本", "日本"), ("a-z*", "a-z"), ("*\\x", "a\\x"), ("*,", "a,"), ("*^", "a^"), ("*é\\n", "xé\\n")],
    refuses: [("[ab]", "a"), ("{a,b}", "a"), ("[ab]*", "a"), ("*{a,b}", "xa"), ("", "a"), ("Sub*", "sub"), ("*é", "xe"), ("*日", "本"), ("*\\x", "a/x")]);

#[test]
fn a_pattern_is_limited_in_characters() {
    assert!(Pattern::new(&"日".repeat(MAX_PATTERN_CHARS), Dialect::Pulumi).is_ok());
    let error = Pattern::new(&"?".repeat(MAX_PATTERN_CHARS + 1), Dialect::Pulumi).unwrap_err();
    assert_eq!(
        error,
        PatternError::TooLong {
            found: 4097,
            max: 4096
        }
    );
    assert_eq!(
        error.to_string(),
        "expected a pattern of at most 4096 characters, found 4097"
    );
}

#[test]
fn more_distinct_characters_than_bytes_are_matched_all_the_same() {
    let many: String = ('\u{4e00}'..).take(300).collect();
    assert!(check(
        Dialect::Pulumi,
        &format!("*{many}?"),
        &format!("xx{many}")
    ));
    assert!(!check(
        Dialect::Pulumi,
        &format!("*{many}."),
        &format!("xx{many}")
    ));
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab/:*?.\\\\{}\\[\\],!^é日😀\n-]{0,8}",
        "[ab]{0,8}",
        "\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn the_compiled_pattern_agrees_with_the_reference(pattern in text(), value in text(), pulumi: bool) {
        let dialect = if pulumi { Dialect::Pulumi } else { Dialect::StringLike };
        check(dialect, &pattern, &value);
    }

    #[test]
    fn an_escaped_text_accepts_itself_and_nothing_else(own in text(), other in text()) {
        for dialect in [Dialect::Pulumi, Dialect::StringLike] {
            let pattern = escape(&own, dialect);
            prop_assert!(check(dialect, &pattern, &own));
            prop_assert_eq!(check(dialect, &pattern, &other), own == other);
        }
    }

    #[test]
    fn what_the_wildcards_took_and_the_literals_make_up_the_value(pattern in text(), value in text()) {
        let compiled = Pattern::new(&pattern, Dialect::Pulumi).unwrap();
        let chars: Vec<char> = value.chars().collect();
        let units: Vec<u16> = value.encode_utf16().collect();
        match compiled.trace(&value) {
            Trace::Matched { captures } => for capture in captures {
                let taken: String = chars[capture.value.start.chars..capture.value.end.chars].iter().collect();
                prop_assert_eq!(&taken, &capture.text);
                let taken = String::from_utf16(&units[capture.value.start.utf16..capture.value.end.utf16]).unwrap();
                prop_assert_eq!(taken, capture.text);
            },
            Trace::Stopped(stop) => {
                let rest: String = chars[stop.value.chars..].iter().collect();
                prop_assert_eq!(rest, stop.found);
                prop_assert!(stop.pattern.chars <= pattern.chars().count());
            }
        }
    }
}

/// Few characters and many wildcards, so that much of a value matches in many ways.
fn dense(length: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("a"),
        Just("b"),
        Just("é"),
        Just("?"),
        Just("."),
        Just("*"),
        Just("\\*"),
    ];
    proptest::collection::vec(part, length).prop_map(|parts| parts.concat())
}

fn value(length: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = String> {
    let part = prop_oneof![4 => Just('a'), 2 => Just('b'), 1 => Just('é'), 1 => Just('*'), 1 => Just('😀')];
    proptest::collection::vec(part, length).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn short_patterns_of_few_characters_agree(pattern in dense(0..9), value in value(0..9), pulumi: bool) {
        check(if pulumi { Dialect::Pulumi } else { Dialect::StringLike }, &pattern, &value);
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn patterns_of_several_words_agree(
        parts in proptest::collection::vec((dense(1..4), 1..40_usize), 1..7), value in value(0..150), pulumi: bool,
    ) {
        let pattern: String = parts.iter().map(|(part, count)| part.repeat(*count)).collect();
        check(if pulumi { Dialect::Pulumi } else { Dialect::StringLike }, &pattern, &value);
    }

}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn patterns_around_the_ends_of_words_agree(count in 60..70_usize, more in 0..70_usize, value in value(50..140), part in dense(1..2)) {
        let all = ["a", "?", ".", "*", "a?"];
        for (one, other) in all.iter().flat_map(|one| all.map(|other| (one, other))) {
            let pattern = format!("{}{part}{}", one.repeat(count), other.repeat(more));
            for dialect in [Dialect::Pulumi, Dialect::StringLike] {
                check(dialect, &pattern, &value);
                let text: String = "a".repeat(count + more);
                check(dialect, &pattern, &text);
            }
        }
    }
}

#[test]
fn an_escape_takes_two_places_in_the_pattern() {
    let Trace::Stopped(stop) = Pattern::new(r"\*\*ab", Dialect::Pulumi)
        .unwrap()
        .trace("**ac")
    else {
        panic!("it does not match")
    };
    assert_eq!((stop.pattern.chars, stop.value.chars), (5, 3));
}

#[test]
fn a_question_mark_takes_a_character_where_the_rest_allows() {
    let table: [(&str, &str, &[&str]); 5] = [
        ("?a*", "axa", &["", "xa"]),
        ("a?b", "ab", &[""]),
        ("a?b", "axb", &["x"]),
        ("??a", "xa", &["x", ""]),
        ("?.", "ab", &["a", "b"]),
    ];
    for (pattern, value, wanted) in table {
        let Trace::Matched { captures } =
            Pattern::new(pattern, Dialect::Pulumi).unwrap().trace(value)
        else {
            panic!("expected `{pattern}` to accept `{value}`");
        };
        let took: Vec<&str> = captures
            .iter()
            .map(|capture| capture.text.as_str())
            .collect();
        assert_eq!(took, wanted, "`{pattern}` on `{value}`");
    }
}

#[test]
fn a_sentence_says_from_where_the_value_differs() {
    let table = [
        (
            ".abc",
            "xabd",
            "expected `abc` at character 2, found `abd`; they differ from character 4",
        ),
        (
            ".abc",
            "xab",
            "expected `abc` at character 2, but the value ends with `ab`",
        ),
        (
            "abc",
            "abd",
            "expected `abc` at character 1, found `abd`; they differ from character 3",
        ),
        (".abc", "xd", "expected `abc` at character 2, found `d`"),
        (
            ".abc",
            "x",
            "expected `abc` at character 2, but the value ends there",
        ),
        (
            "*ab.",
            "xab",
            "expected one more character at character 4, but the value ends there",
        ),
        (
            "*ab",
            "xac",
            "after `*`, the rest of the value, `xac`, does not end with `ab`",
        ),
    ];
    for (pattern, value, sentence) in table {
        let Trace::Stopped(stop) = Pattern::new(pattern, Dialect::Pulumi).unwrap().trace(value)
        else {
            panic!("expected `{pattern}` to refuse `{value}`");
        };
        assert_eq!(stop.sentence, sentence, "`{pattern}` on `{value}`");
    }
}
