//! External vectors, read in place: `CLAIMGATE_VECTORS`, or `../shared/vectors` from the project's root.

use std::path::PathBuf;

use claimgate::claims::Value;
use claimgate::pattern::{Dialect, Pattern, reference_match};

#[expect(clippy::disallowed_methods, reason = "tests read files; only the engine may not")]
/// The vectors' text; nothing, on a loud line, where they are absent. In CI they have to be there.
fn read(name: &str) -> Option<String> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let dir = std::env::var_os("CLAIMGATE_VECTORS").map_or(default, PathBuf::from);
    match std::fs::read_to_string(dir.join(name)) {
        Ok(text) => Some(text),
        Err(error) if std::env::var_os("CI").is_some() => panic!("{}: {error}", dir.join(name).display()),
        Err(_) => {
            eprintln!("NOT RUN: the external vectors {name} are not in {}", dir.display());
            None
        }
    }
}

fn run_table(name: &str, least: usize) {
    let Some(text) = read(name) else { return };
    let table = Value::parse(&text).unwrap();
    let Some(Value::Array(cases)) = table.member("cases") else { panic!("{name} has no cases") };
    assert!(cases.len() >= least, "{name} has only {} cases", cases.len());
    let text = |case: &Value, key: &str| case.member(key).and_then(Value::as_str).unwrap().to_owned();
    for case in cases {
        let (pattern, value) = (text(case, "pattern"), text(case, "text"));
        let Some(Value::Bool(expected)) = case.member("expected") else { panic!("no outcome: {case:?}") };
        let compiled = Pattern::new(&pattern, Dialect::StringLike).unwrap();
        assert_eq!(compiled.is_match(&value), *expected, "`{pattern}` on `{value}`");
        assert_eq!(reference_match(&pattern, Dialect::StringLike, &value), *expected, "`{pattern}` on `{value}`");
        assert_eq!(compiled.trace(&value).is_match(), *expected, "`{pattern}` on `{value}`");
    }
}

#[test]
fn minio_star_and_question_mark() {
    run_table("wildcards/minio_star_question.json", 40);
}
