//! The corners of what people write: JSON, policies, URLs, times, each refused or read in the words
//! that are promised.

use claimgate::claims::{Claims, TrustedClaims, Value};
use claimgate::explain::decide;
use claimgate::issuer::{Issuer, IssuerDefinition, validate_url};
use claimgate::json::{JsonError, MAX_DEPTH};
use claimgate::pattern::{Dialect, Pattern};
use claimgate::policy::{
    Decision, PolicyDefinition, PolicySet, RequestedToken, TokenType, parse_policies, to_json,
};
use claimgate::time::{format_duration, parse, relative};

#[test]
fn json_is_read_strictly_and_written_as_it_was() {
    let text = r#"{"a":null,"b":true,"c":-9223372036854775808,"d":18446744073709551615,"e":1.5,"f":"é\n","g":[1,{"h":[]}],"i":{}}"#;
    let value = Value::parse(text).unwrap();
    assert_eq!(value.to_json(), text);
    assert_eq!(Value::parse(&value.to_json_pretty()).unwrap(), value);
    assert_eq!(
        Value::from_deserializer(&mut serde_json::Deserializer::from_str(text)).unwrap(),
        value
    );
    let kinds = [
        "null",
        "a boolean",
        "an integer",
        "an integer",
        "a fraction or a number beyond 64 bits",
        "a string",
        "an array",
        "an object",
    ];
    for (name, kind) in ["a", "b", "c", "d", "e", "f", "g", "i"]
        .into_iter()
        .zip(kinds)
    {
        assert_eq!(value.member(name).map(Value::kind), Some(kind), "{name}");
    }
    let claims = Claims::from_value(value.clone()).unwrap();
    assert_eq!(
        (claims.to_json().as_str(), claims.iter().count()),
        (text, 8)
    );
    assert_eq!(Value::parse(&claims.to_json_pretty()).unwrap(), value);
    assert_eq!(serde_json::to_string(&claims).unwrap(), text);
}

#[test]
fn what_is_no_json_says_where() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Value::parse(&deep(MAX_DEPTH)).is_ok());
    let objects = format!(
        "{}1{}",
        r#"{"a":"#.repeat(MAX_DEPTH + 1),
        "}".repeat(MAX_DEPTH + 1)
    );
    let table = [
        ("", "json-syntax", (1, 0)),
        ("{\n\"a\": ,}", "json-syntax", (2, 6)),
        ("1 2", "json-syntax", (1, 3)),
        ("nul", "json-syntax", (1, 3)),
        (r#"{"a":1,"\u0061":2}"#, "json-duplicate-member", (1, 15)),
        (&deep(MAX_DEPTH + 1), "json-too-deep", (1, MAX_DEPTH + 2)),
    ];
    for (text, code, place) in table {
        let error = Value::parse(text).unwrap_err();
        assert_eq!(
            (error.code(), error.place()),
            (code, place),
            "{text}: {error}"
        );
        let claims = Claims::from_json(text).unwrap_err();
        assert_eq!(
            (claims.code(), claims.line(), claims.column()),
            (code, Some(place.0), Some(place.1))
        );
    }
    assert!(matches!(
        Value::parse(&objects),
        Err(JsonError::TooDeep { max: MAX_DEPTH, .. })
    ));
    let mut reader = serde_json::Deserializer::from_str(r#"{"a":1,"a":2}"#);
    assert!(
        Value::from_deserializer(&mut reader)
            .unwrap_err()
            .to_string()
            .contains("member `a` occurs twice")
    );
    let error = Claims::from_json("[1]").unwrap_err();
    assert_eq!(
        (error.code(), error.line(), error.column()),
        ("json-not-an-object", None, None)
    );
    assert_eq!(error.to_string(), "expected a JSON object, found an array");
}

#[test]
fn policies_of_a_wrong_shape_say_what_was_expected_where() {
    let policy = |more: &str| {
        format!(r#"{{"decision":"allow","tokenType":"organization","rules":{{"sub":"a"}}{more}}}"#)
    };
    let table = [
        (
            "1".to_owned(),
            "",
            "expected a policy, an array of policies or `{\"policies\": […]}`, found an integer",
        ),
        (
            "{}".to_owned(),
            "",
            "expected a policy, an array of policies or `{\"policies\": […]}`, found an object",
        ),
        (
            r#"{"policies":1}"#.to_owned(),
            "policies",
            "expected an array of policies, found an integer",
        ),
        (
            "[[]]".to_owned(),
            "[0]",
            "expected a policy object, found an empty array",
        ),
        (
            policy(r#","roleID":1"#),
            "roleID",
            "expected a string, found an integer",
        ),
        (
            policy(r#","authorizedPermissions":"admin""#),
            "authorizedPermissions",
            "expected an array of strings, found `admin`",
        ),
        (
            policy(r#","authorizedPermissions":[true]"#),
            "authorizedPermissions[0]",
            "expected a string, found a boolean",
        ),
        (policy(r#","zzzzzz":1"#), "zzzzzz", "unknown key `zzzzzz`"),
        (
            policy("").replace(r#"{"sub":"a"}"#, "[]"),
            "rules",
            "expected an object of claim paths and patterns, found an empty array",
        ),
        (
            policy("").replace(r#""a""#, "null"),
            "rules.sub",
            "expected a pattern in a string, found null",
        ),
        (
            policy("").replace("allow", "maybe"),
            "decision",
            "found `maybe`",
        ),
        (
            policy("").replace("organization", "org"),
            "tokenType",
            "found `org`",
        ),
    ];
    for (text, path, message) in table {
        let errors = parse_policies(&text).unwrap_err();
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert_eq!(errors[0].path, path, "{text}");
        assert!(
            errors[0].message.contains(message),
            "{text}: {}",
            errors[0].message
        );
    }
    let empty = parse_policies(&policy(
        r#","roleID":"","teamName":null,"authorizedPermissions":null"#,
    ))
    .unwrap();
    assert_eq!(
        (empty[0].role_id.as_deref(), empty[0].team_name.as_deref()),
        (None, None)
    );
    let full = parse_policies(&policy(
        r#","roleID":"r","authorizedPermissions":["admin"]"#,
    ))
    .unwrap();
    assert_eq!(parse_policies(&to_json(&full)).unwrap(), full);
}

#[test]
fn a_wrong_url_says_what_is_wrong_with_it() {
    let table = [
        ("", "url-missing", "found nothing"),
        (
            "http://a.example",
            "url-not-https",
            "found `http://a.example`",
        ),
        ("https://", "url-without-host", "expected a host name"),
        ("https://:443", "url-without-host", "expected a host name"),
        ("https://a.example/?b", "url-forbidden-part", "has no query"),
        (
            "https://a.example/#b",
            "url-forbidden-part",
            "has no fragment",
        ),
        (
            "https://a.example/x/.well-known/openid-configuration",
            "url-forbidden-part",
            "has no path of a discovery document",
        ),
        (
            "https://b@a.example",
            "url-forbidden-part",
            "has no user name",
        ),
        (
            "https://a.example/ b",
            "url-forbidden-part",
            "has no white space",
        ),
    ];
    for (url, code, words) in table {
        let error = validate_url(url).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.code(), code, "{url}");
    }
    for url in [
        "https://a.example",
        "https://a.example/",
        "https://a.example:8443/x/y",
        "https://accounts.google.com",
    ] {
        assert_eq!(validate_url(url), Ok(()), "{url}");
    }
    let wrong = IssuerDefinition {
        url: "a".into(),
        max_expiration: Some(0),
        jwks: Some("1".into()),
        policies: vec![PolicyDefinition::new(Decision::Allow, TokenType::Team)],
        ..IssuerDefinition::default()
    };
    let errors = Issuer::compile(&wrong, Dialect::Pulumi).unwrap_err();
    let paths: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "url",
            "maxExpiration",
            "jwks",
            "policies[0].teamName",
            "policies[0].rules"
        ]
    );
    let without_policies = IssuerDefinition {
        policies: Vec::new(),
        ..wrong
    };
    assert_eq!(
        Issuer::compile(&without_policies, Dialect::Pulumi)
            .unwrap_err()
            .len(),
        3
    );
}

#[test]
fn times_are_read_and_told_as_people_do() {
    assert_eq!(parse(" 1763942400 "), Some(1_763_942_400));
    assert_eq!(parse("2025-11-24T00:00:00Z"), Some(1_763_942_400));
    assert_eq!(parse("2025-11-24T01:00:00+01:00"), Some(1_763_942_400));
    assert_eq!(parse("tomorrow"), None);
    assert_eq!(
        (
            relative(5, 5).as_str(),
            relative(4, 5).as_str(),
            relative(65, 5).as_str()
        ),
        ("now", "1 second ago", "in 1 minute")
    );
    assert_eq!(
        (
            format_duration(0).as_str(),
            format_duration(86_461).as_str()
        ),
        ("0 seconds", "1 day")
    );
    assert_eq!(format_duration(3_661), "1 hour 1 minute");
}

#[test]
fn a_pattern_has_a_longest_length_and_shows_what_it_is() {
    let error = Pattern::new(&"a".repeat(4_097), Dialect::Pulumi).unwrap_err();
    assert_eq!(error.code(), "pattern-too-long");
    assert_eq!(
        error.to_string(),
        "expected a pattern of at most 4096 characters, found 4097"
    );
    let pattern = Pattern::new(r"a\*", Dialect::StringLike).unwrap();
    assert_eq!(
        (pattern.source(), pattern.dialect(), pattern.is_literal()),
        (r"a\*", Dialect::StringLike, true)
    );
    assert!(!Pattern::new("a?", Dialect::Pulumi).unwrap().is_literal());
    assert_eq!(
        format!("{pattern:?}"),
        r#"Pattern { source: "a\\*", dialect: StringLike, .. }"#
    );
    assert_eq!(pattern, Pattern::new(r"a\*", Dialect::StringLike).unwrap());
    assert_ne!(pattern, Pattern::new(r"a\*", Dialect::Pulumi).unwrap());
    let too_long = PolicyDefinition::new(Decision::Allow, TokenType::Organization)
        .rule("sub", "a".repeat(4_097));
    let errors = PolicySet::compile(&[too_long], Dialect::Pulumi).unwrap_err();
    assert_eq!(
        (errors[0].path.as_str(), errors[0].code.as_ref()),
        ("policies[0].rules.sub", "pattern-too-long")
    );
}

#[test]
fn a_long_value_is_shortened_where_it_is_quoted() {
    let trace = Pattern::new("b", Dialect::Pulumi)
        .unwrap()
        .trace(&"a".repeat(100));
    let claimgate::pattern::Trace::Stopped(stop) = trace else {
        panic!("it matched")
    };
    assert_eq!(
        stop.sentence,
        format!("expected `b` at character 1, found `{}…`", "a".repeat(47))
    );
    assert_eq!(stop.found.len(), 100);
}

#[test]
fn many_texts_in_the_middle_are_found_by_one_automaton() {
    let policies: Vec<_> = (0..40)
        .map(|n| {
            PolicyDefinition::new(Decision::Allow, TokenType::Organization)
                .rule("sub", format!("*-{n}-*"))
        })
        .collect();
    let set = PolicySet::compile(&policies, Dialect::Pulumi).unwrap();
    assert_eq!((set.len(), set.is_empty()), (40, false));
    for (sub, policy) in [
        ("a-7-b", Some(7)),
        ("-39--3-", Some(3)),
        ("-5--5--5-", Some(5)),
        ("-40-", None),
        ("7", None),
    ] {
        let claims = Claims::from_json(&format!(r#"{{"sub":"{sub}"}}"#)).unwrap();
        let claims = TrustedClaims::dangerous_assume_verified(claims);
        let decided = decide(
            &set,
            &claims,
            &RequestedToken::Organization { admin: false },
        );
        assert_eq!(decided.policy, policy, "{sub}");
    }
}

#[test]
fn a_member_that_stands_twice_is_found_among_few_and_among_many() {
    for count in [1, 39, 40, 41, 200] {
        let members: Vec<String> = (0..count).map(|i| format!(r#""m{i}": {i}"#)).collect();
        let object = |more: &str| Claims::from_json(&format!("{{{}{more}}}", members.join(", ")));
        assert!(object("").is_ok(), "{count}");
        for again in [0, count - 1] {
            let error = object(&format!(r#", "m{again}": 0"#)).unwrap_err();
            assert_eq!(error.code(), "json-duplicate-member", "{again} of {count}");
        }
    }
}
