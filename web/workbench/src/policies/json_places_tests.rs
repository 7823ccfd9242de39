use proptest::prelude::*;

use super::*;

const JSON: &str = r#"{"policies": [
  {"decision": "allow", "tokenType": "team", "teamName": "a*", "rules": {"sub": "😀 \u0041\\.x", "a/b": 7}},
  {"decison": "deny", "authorizedPermissions": ["admin", 1], "rules": {}}
]}"#;

fn slice(text: &str, range: &Range) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[range.clone()]).unwrap()
}

fn found(path: &str) -> String {
    Places::read(JSON)
        .find(path)
        .map_or_else(|| "nothing".to_owned(), |range| slice(JSON, &range))
}

#[test]
fn paths_of_errors_have_their_places() {
    let cases = [
        ("policies[0].decision", r#""decision": "allow""#),
        ("policies[0].teamName", r#""teamName": "a*""#),
        ("policies[0].rules", r#""rules""#),
        ("policies[0].rules.sub", r#""sub": "😀 \u0041\\.x""#),
        ("policies[0].rules.a/b", r#""a/b": 7"#),
        (r#"policies[0].rules."a/b""#, r#""a/b": 7"#),
        ("policies[1].decison", r#""decison": "deny""#),
        ("policies[1].authorizedPermissions[1]", "1"),
        ("policies[1]", "{"),
        // A missing member is located at its parent.
        ("policies[1].tokenType", "{"),
        ("policies[1].rules.sub", r#""rules""#),
        ("policies[2]", "nothing"),
        ("", "nothing"),
    ];
    for (path, part) in cases {
        assert_eq!(found(path), part, "{path}");
    }
}

#[test]
fn one_policy_and_a_list_of_them_have_places_too() {
    let one = r#"{"decision": "x", "rules": {"sub": "a"}}"#;
    assert_eq!(
        slice(one, &Places::read(one).find("decision").unwrap()),
        r#""decision": "x""#
    );
    assert_eq!(
        slice(
            one,
            &Places::read(one).find("policies[0].rules.sub").unwrap()
        ),
        r#""sub": "a""#
    );
    let list = r#"[{"decision": "x"}]"#;
    assert_eq!(
        slice(list, &Places::read(list).find("[0].decision").unwrap()),
        r#""decision": "x""#
    );
}

#[test]
fn a_part_of_a_pattern_is_found_in_the_document_and_back() {
    let patterns = Places::read(JSON).patterns();
    let claims: Vec<_> = patterns
        .iter()
        .map(|pattern| pattern.claim.as_deref())
        .collect();
    assert_eq!(claims, [None, Some("sub")]);
    let text = &patterns[1].text;
    assert_eq!(text.value, "😀 A\\.x");
    // The emoji takes two units; `A` is written with six, `\` with two.
    let parts: Vec<_> = [0..2, 3..4, 4..5, 5..7]
        .iter()
        .map(|part| slice(JSON, &text.within(part)))
        .collect();
    assert_eq!(parts, ["😀", r"\u0041", r"\\", ".x"]);
    assert_eq!(text.unit_at(text.within(&(5..6)).start), Some(5));
    assert_eq!(text.unit_at(text.range.start), None);
    assert_eq!(text.unit_at(text.range.end), None);
}

#[test]
fn broken_text_has_places_up_to_the_break() {
    let json = r#"{"policies": [{"decision": "allow", "rules": {"sub": "a.b"#;
    let places = Places::read(json);
    assert_eq!(places.patterns().len(), 1);
    assert_eq!(
        slice(json, &places.find("policies[0].decision").unwrap()),
        r#""decision": "allow""#
    );
}

#[test]
fn a_diagnostic_without_a_place_underlines_the_error_or_the_beginning() {
    let underlined =
        |json: &str, path: &str| slice(json, &Places::read(json).underlined(path)).to_owned();
    let json = r#"{"policies": [{"decision": "x"}]}"#;
    assert_eq!(
        underlined(json, "policies[0].decision"),
        r#""decision": "x""#
    );
    assert_eq!(underlined(json, ""), "{");
    assert_eq!(underlined("[1, ]", ""), "]");
    assert_eq!(underlined("", ""), "");
}

#[test]
fn errors_of_the_parser_point_at_a_character() {
    for (json, part) in [
        ("[1,\n2,]", "]"),
        ("{\"é\": é}", "é"),
        ("[1", "1"),
        ("", ""),
        ("[1]x", "x"),
        ("[\n", "["),
    ] {
        let range = place_of(json, &json_error(json).unwrap());
        assert_eq!(slice(json, &range), part, "{json}");
    }
}

proptest! {
    #[test]
    fn whatever_is_written_has_places_within_it(json in "[{}\\[\\]\":,a\\\\u0-9 \n😀]{0,60}") {
        let length = json.encode_utf16().count();
        let places = Places::read(&json);
        for pattern in places.patterns() {
            prop_assert!(pattern.text.range.end <= length);
        }
        if let Some(error) = json_error(&json) {
            prop_assert!(place_of(&json, &error).end <= length);
        }
    }

    #[test]
    fn every_pattern_of_written_policies_is_found(policies in prop::collection::vec(claimgate_testing::policy(), 0..4)) {
        let json = claimgate::policy::to_json(&policies);
        let places = Places::read(&json);
        for (index, policy) in policies.iter().enumerate() {
            for (claim, pattern) in &policy.rules {
                let range = places.find(&format!("policies[{index}].rules.{claim}")).unwrap();
                let member = format!("{{{}}}", slice(&json, &range));
                let value = Value::parse(&member).unwrap();
                prop_assert_eq!(value.member(claim).and_then(Value::as_str), Some(pattern.as_str()));
            }
        }
        let texts: usize = policies.iter().map(|policy| policy.rules.len() + usize::from(policy.team_name.is_some())).sum();
        prop_assert_eq!(places.patterns().len(), texts);
    }
}

#[test]
fn a_string_that_is_not_closed_is_marked_from_its_quote() {
    let marked = |json: &str| {
        let error = json_error(json).unwrap();
        let units: Vec<u16> = json.encode_utf16().collect();
        String::from_utf16(&units[place_of(json, &error)]).unwrap()
    };
    assert_eq!(marked(r#"{"sub": "repo:octo-org"#), "\"repo:octo-org");
    assert_eq!(marked("{\"sub\": \"repo:octo\n}"), "\"repo:octo");
    assert_eq!(marked(r#"{"a\"b": "x\"y"#), r#""x\"y"#);
    assert_eq!(marked("{\"a\": 1,"), ",");
}
