//! Positions in JSON: those of every text that the strict reader accepts, and of broken ones.

use claimgate::json::Value;
use claimgate::json::spans::{Content, Node, Part, Span, Spans, characters};
use proptest::prelude::*;

const TEXT: &str = r#"{
  "version": 1, "a": {"b": [1, "x,]}", {"c": null}], "b.d": 3},
  "rules": {
    "sub": "a\"b",
    "\"kubernetes.io\".pod": "ü", "é": {"deep": [[], [7]]}, "a/b": -1.5e3
  }
}"#;

/// The parts of a text that a path leads to: the name and the value, and what is left of the path.
fn found(text: &str, path: &str) -> (String, String, String) {
    let spans = Spans::read(text);
    let found = spans.find(path).unwrap();
    let slice = |span: &Span| text[span.clone()].to_owned();
    let key = match found.part {
        Part::Member(member) => slice(&member.key),
        Part::Value(_) => String::new(),
    };
    let value = found.part.value().map(|node| slice(&node.span));
    (key, value.unwrap_or_default(), found.rest.to_owned())
}

#[test]
fn paths_lead_to_their_parts() {
    for (path, key, value) in [
        ("", "", TEXT),
        ("version", "\"version\"", "1"),
        ("a.b", "\"b\"", r#"[1, "x,]}", {"c": null}]"#),
        ("a.b[0]", "", "1"),
        ("a.b[1]", "", r#""x,]}""#),
        ("a.b[2]", "", r#"{"c": null}"#),
        ("a.b[2].c", "\"c\"", "null"),
        ("a.b.d", "\"b.d\"", "3"),
        ("rules.sub", "\"sub\"", r#""a\"b""#),
        (
            "rules.\"kubernetes.io\".pod",
            r#""\"kubernetes.io\".pod""#,
            "\"ü\"",
        ),
        ("rules.é.deep[1][0]", "", "7"),
        ("rules.a/b", "\"a/b\"", "-1.5e3"),
        ("rules.\"a/b\"", "\"a/b\"", "-1.5e3"),
    ] {
        let expected = (key.to_owned(), value.to_owned(), String::new());
        assert_eq!(found(TEXT, path), expected, "{path}");
    }
}

#[test]
fn a_part_that_is_missing_is_where_the_path_ends() {
    for (path, key, rest) in [
        ("missing", "", "missing"),
        ("a.b[3]", "\"b\"", "[3]"),
        ("a.missing.more", "\"a\"", ".missing.more"),
        ("rules[0]", "\"rules\"", "[0]"),
        ("version.more", "\"version\"", ".more"),
    ] {
        let (found_key, _, found_rest) = found(TEXT, path);
        assert_eq!((found_key.as_str(), found_rest.as_str()), (key, rest));
    }
    assert_eq!(Spans::read(" \n").find("a"), None);
}

#[test]
fn the_name_that_leads_furthest_is_taken() {
    let text = r#"{"a": {"b.c": 1, "b": 2}, "a.b": 3}"#;
    for (path, value) in [("a.b.c", "1"), ("a.b", "2"), ("a", r#"{"b.c": 1, "b": 2}"#)] {
        assert_eq!(found(text, path).1, value, "{path}");
    }
}

#[test]
fn broken_texts_have_positions_up_to_the_break() {
    for (text, path, key, value) in [
        (r#"{"a": "b"#, "a", "\"a\"", "\"b"),
        ("{\"a\": \"b\n}", "a", "\"a\"", "\"b"),
        (r#"{"a": 1, "a": 2, "b": 3}"#, "b", "\"b\"", "3"),
        (r#"{"a": tru, "b": [1, 2,]}"#, "b[1]", "", "2"),
        (r#"{"a"#, "a", "\"a", ""),
        (r#"{"a" 1, "b": 2}"#, "a", "\"a\"", ""),
        (r#"{"\u00zé\q": é}"#, "\u{fffd}00zéq", r#""\u00zé\q""#, "é"),
        ("{\"a\\\n\": 1}", "a\\", "\"a\\", ""),
    ] {
        let (found_key, found_value, rest) = found(text, path);
        assert_eq!((found_key.as_str(), found_value.as_str()), (key, value));
        assert_eq!(rest, "", "{text}");
    }
}

#[test]
fn errors_have_a_position() {
    for (text, part) in [
        ("[1,\n2,]", "]"),
        ("{\"é\": é}", "é"),
        ("[1", "1"),
        ("", ""),
        (" \n", ""),
        ("[1]x", "x"),
        ("[\n", "["),
        ("{\"a\": \"b\n\", \"c\": 1}", "b"),
        (r#"{"a": 1, "a": 2}"#, "\"a\""),
        (r#"{"a\"": 1, "a\"": 2}"#, r#""a\"""#),
        (r#"{"\\": 1, "\\": 2}"#, r#""\\""#),
    ] {
        let error = Value::parse(text).unwrap_err();
        assert_eq!(&text[error.span(text)], part, "{text}");
    }
    let deep = "[".repeat(65);
    assert_eq!(Value::parse(&deep).unwrap_err().span(&deep), 64..65);
}

#[test]
fn escapes_are_characters() {
    let text = r#""a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00😀""#;
    let value: String = characters(text).map(|(_, c)| c).collect();
    assert_eq!(Value::parse(text), Ok(Value::String(value)));
    let units: Vec<_> = characters(r#""\ud83dx\udE00\u12""#).collect();
    let replaced = char::REPLACEMENT_CHARACTER;
    assert_eq!(
        units,
        [
            (1..7, replaced),
            (7..8, 'x'),
            (8..14, replaced),
            (14..16, replaced),
            (16..17, '1'),
            (17..18, '2')
        ]
    );
}

/// Whether the positions are those of the parts of a value.
fn agree(text: &str, node: &Node, value: &Value) -> bool {
    let slice = |span: &Span| Value::parse(&text[span.clone()]);
    let agrees_within = match (&node.content, value) {
        (Content::Array(nodes), Value::Array(values)) => {
            let mut pairs = nodes.iter().zip(values);
            nodes.len() == values.len() && pairs.all(|(node, value)| agree(text, node, value))
        }
        (Content::Object(members), Value::Object(values)) => {
            let mut pairs = members.iter().zip(values);
            members.len() == values.len()
                && pairs.all(|(member, (name, value))| {
                    let node = member.value.as_ref();
                    member.name == *name
                        && slice(&member.key) == Ok(Value::String(name.clone()))
                        && node.is_some_and(|node| agree(text, node, value))
                })
        }
        (Content::Scalar, Value::Array(_) | Value::Object(_)) => false,
        (Content::Scalar, _) => true,
        _ => false,
    };
    agrees_within && slice(&node.span).as_ref() == Ok(value)
}

/// The ranges of a node and its parts, outermost first.
fn ranges(node: &Node) -> Vec<Span> {
    let mut all = vec![node.span.clone(), node.head()];
    match &node.content {
        Content::Scalar => {}
        Content::Array(nodes) => all.extend(nodes.iter().flat_map(ranges)),
        Content::Object(members) => {
            for member in members {
                all.push(member.key.clone());
                all.extend(member.value.iter().flat_map(ranges));
            }
        }
    }
    all
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| Value::Integer(number.into())),
        (-1e9..1e9).prop_map(Value::Fraction),
        any::<String>().prop_map(Value::String),
        "[\"\\\\{}:,\\[\\]]{0,6}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = "[a-z\"\\\\.\\[é😀]{0,3}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(name, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn both_readers_agree_on_json(value in value(), is_pretty: bool) {
        let text = if is_pretty { value.to_json_pretty() } else { value.to_json() };
        let value = Value::parse(&text).unwrap();
        let spans = Spans::read(&text);
        prop_assert!(agree(&text, spans.root.as_ref().unwrap(), &value), "{}", text);
    }

    #[test]
    fn every_text_has_positions_within_it(text in "[{}\\[\\]\":,a\\\\u0-9 \n😀.-]{0,60}|.{0,60}", path in "[a.\\[\\]0\"]{0,9}") {
        let spans = Spans::read(&text);
        let _ = spans.find(&path);
        for span in spans.root.iter().flat_map(ranges) {
            prop_assert!(text.get(span.clone()).is_some(), "{:?}", span);
        }
        match Value::parse(&text) {
            Ok(value) => prop_assert!(agree(&text, spans.root.as_ref().unwrap(), &value)),
            Err(error) => prop_assert!(text.get(error.span(&text)).is_some()),
        }
    }

    #[test]
    fn a_change_of_one_character_keeps_the_positions_before_it(value in value(), at: prop::sample::Index, c in "[{}\\[\\]\":,\\\\é ]") {
        let json = value.to_json();
        let mut text: Vec<char> = json.chars().collect();
        let at = at.index(text.len());
        text[at] = c.chars().next().unwrap();
        let text: String = text.into_iter().collect();
        let before: usize = json.chars().take(at).map(char::len_utf8).sum();
        let starts = |text: &str| {
            let spans = Spans::read(text);
            let mut starts: Vec<usize> = spans.root.iter().flat_map(ranges).map(|span| span.start).collect();
            starts.retain(|start| *start < before);
            starts
        };
        prop_assert_eq!(starts(&text), starts(&json));
    }
}
