//! SEMANTICS, section 2: the form of a claim path with quotes.

use claimgate::claim_path::{ClaimPath, ClaimPathError};
use proptest::prelude::*;

fn with_quotes(source: &str) -> String {
    match ClaimPath::parse(source).unwrap_err() {
        ClaimPathError::NeedsQuotes { quoted, .. } => quoted,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_error_for_a_name_that_needs_quotes_has_it_with_quotes() {
    for (source, quoted) in [
        ("https://example.com/role", r#""https://example.com/role""#),
        (
            "oidc.circleci.com/ssh-rerun",
            r#""oidc.circleci.com/ssh-rerun""#,
        ),
        ("a b", r#""a b""#),
        ("user.full name.first", r#"user."full name".first"#),
        (
            r#""kubernetes.io".pod name"#,
            r#""kubernetes.io"."pod name""#,
        ),
        (r#""a\"b".c d"#, r#""a\"b"."c d""#),
        ("a\tb.c", "\"a\tb\".c"),
        (r#"a"b"#, r#""a\"b""#),
        (r"a\b c", r#""a\\b c""#),
        (r#""a.b".c/d"#, r#""a.b"."c/d""#),
    ] {
        assert_eq!(with_quotes(source), quoted, "{source}");
        assert!(ClaimPath::parse(quoted).is_ok(), "{quoted}");
    }
    let error = ClaimPath::parse("a/b").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`/` at character 2 is only allowed in double quotes: `\"a/b\"`"
    );
}

proptest! {
    #[test]
    fn the_form_with_quotes_can_be_copied(source in "[a-z]{1,3}([./ ][a-z \\\\]{1,4}){0,4}") {
        if let Err(ClaimPathError::NeedsQuotes { quoted, .. }) = ClaimPath::parse(&source) {
            let path = ClaimPath::parse(&quoted);
            prop_assert!(path.is_ok(), "{source} {quoted} {path:?}");
            let joined = path.unwrap().segments().join(".");
            prop_assert_eq!(joined, source);
        }
    }
}
