//! Patterns against other people's wildcard vectors.

use claimgate::claims::Value;
use claimgate::pattern::{Dialect, Pattern, reference_match};

use crate::external::read;

fn run_table(name: &str, least: usize) {
    let Some(text) = read(name) else { return };
    let table = Value::parse(&text).unwrap();
    let Some(Value::Array(cases)) = table.member("cases") else {
        panic!("{name} has no cases")
    };
    assert!(
        cases.len() >= least,
        "{name} has only {} cases",
        cases.len()
    );
    let text =
        |case: &Value, key: &str| case.member(key).and_then(Value::as_str).unwrap().to_owned();
    for case in cases {
        let (pattern, value) = (text(case, "pattern"), text(case, "text"));
        let Some(Value::Bool(expected)) = case.member("expected") else {
            panic!("no outcome: {case:?}")
        };
        let compiled = Pattern::new(&pattern, Dialect::StringLike).unwrap();
        assert_eq!(
            compiled.is_match(&value),
            *expected,
            "`{pattern}` on `{value}`"
        );
        assert_eq!(
            reference_match(&pattern, Dialect::StringLike, &value),
            *expected,
            "`{pattern}` on `{value}`"
        );
        assert_eq!(
            compiled.trace(&value).is_match(),
            *expected,
            "`{pattern}` on `{value}`"
        );
    }
}

#[test]
fn minio_star_and_question_mark() {
    run_table("wildcards/minio_star_question.json", 40);
}
