use claimgate::json::spans::Part;
use proptest::prelude::*;

use super::*;

fn json(text: &str) -> String {
    parse(text).unwrap().to_json()
}

#[test]
fn documents_are_read_as_their_json() {
    for (text, expected) in [
        (
            "a: 1\nb: [x, 'y', \"z\\u0041\"]\n",
            r#"{"a":1,"b":["x","y","zA"]}"#,
        ),
        (
            "a:\n  - b: c\n    d: |\n      e\n      f\n",
            r#"{"a":[{"b":"c","d":"e\nf\n"}]}"#,
        ),
        (
            "{a: true, b: ~, c: , d: 'true'}",
            r#"{"a":true,"b":null,"c":null,"d":"true"}"#,
        ),
        (
            "[007, 0x1F, 1.5, yes, -3, +1, 18446744073709551616]",
            r#"["007","0x1F","1.5","yes",-3,"+1","18446744073709551616"]"#,
        ),
        ("---\na: b # c\n...\n", r#"{"a":"b"}"#),
        ("true: x\n1: y", r#"{"true":"x","1":"y"}"#),
        (r#"{"a": ["b"]}"#, r#"{"a":["b"]}"#),
    ] {
        assert_eq!(json(text), expected, "{text}");
    }
}

#[test]
fn what_could_mean_two_things_is_refused() {
    for (text, message) in [
        ("", "expected a YAML document, found nothing"),
        (
            "a: 1\na: 2",
            "not YAML: key `a` occurs twice at line 2, column 1",
        ),
        (
            "a: &x 1\nb: *x",
            "not YAML: an anchor, which is not supported: remove it at line 1, column 4",
        ),
        (
            "a: &x {b: c}",
            "not YAML: an anchor, which is not supported: remove it at line 1, column 4",
        ),
        (
            "- &x [a]",
            "not YAML: an anchor, which is not supported: remove it at line 1, column 3",
        ),
        (
            "a: !!str 1",
            "not YAML: a tag, which is not supported: remove it at line 1, column 4",
        ),
        (
            "[a]: b",
            "not YAML: a key that is not text at line 1, column 1",
        ),
        (
            "a\n---\nb",
            "not YAML: a second document at line 3, column 1",
        ),
    ] {
        assert_eq!(parse(text).unwrap_err().message, message, "{text}");
    }
    assert!(parse(&"[".repeat(100)).is_err());
    assert!(parse("a: [").is_err());
}

#[test]
fn parts_have_their_positions() {
    let text = "é: 😀\nlist:\n  - name: 'a ''b' # c\n    x: [1, {y: \"z\\u0041\"}]\n  -\n    - q\nblock: |\n  d\n  e\n\"f\\\"\" : \"g\"   # h\n";
    let (value, spans) = read(text);
    assert!(value.is_ok());
    let slice = |span: &Span| text[span.clone()].trim_end().to_owned();
    for (path, key, value) in [
        ("é", "é", "😀"),
        (
            "list[0]",
            "",
            "name: 'a ''b' # c\n    x: [1, {y: \"z\\u0041\"}]",
        ),
        ("list[0].name", "name", "'a ''b'"),
        ("list[0].x[0]", "", "1"),
        ("list[0].x[1]", "", "{y: \"z\\u0041\"}"),
        ("list[0].x[1].y", "y", "\"z\\u0041\""),
        ("list[1][0]", "", "q"),
        ("block", "block", "d\n  e"),
        ("f\"", "\"f\\\"\"", "\"g\""),
    ] {
        let part = spans.find(path).unwrap().part;
        let found_key = match part {
            Part::Member(member) => slice(&member.key),
            Part::Value(_) => String::new(),
        };
        let found = slice(&part.value().unwrap().span);
        assert_eq!(
            (found_key.as_str(), found.trim_end_matches("\n  -")),
            (key, value),
            "{path}"
        );
    }
    let heads = ["", "list[0]", "list[0].x[1]", "list[1]"].map(|path| {
        let found = spans.find(path).unwrap();
        slice(&found.part.value().unwrap().head())
    });
    assert_eq!(heads, ["é", "name", "{", "-"]);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| Value::Integer(number.into())),
        "[ -~\u{80}-\u{2fff}]{0,12}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map("[a-z :#'\"-]{1,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Whether all parts of a value have positions within the text.
fn has_parts(text: &str, node: &Node, value: &Value) -> bool {
    let has_parts_within = match (&node.content, value) {
        (Content::Array(nodes), Value::Array(values)) => {
            let mut pairs = nodes.iter().zip(values);
            nodes.len() == values.len() && pairs.all(|(node, value)| has_parts(text, node, value))
        }
        (Content::Object(members), Value::Object(values)) => {
            let mut pairs = members.iter().zip(values);
            members.len() == values.len()
                && pairs.all(|(member, (name, value))| {
                    let node = member.value.as_ref();
                    member.name == *name
                        && text.get(member.key.clone()).is_some()
                        && node.is_some_and(|node| has_parts(text, node, value))
                })
        }
        (Content::Scalar, Value::Array(_) | Value::Object(_)) => false,
        (Content::Scalar, _) => true,
        _ => false,
    };
    let ranges = [node.span.clone(), node.head()];
    has_parts_within && ranges.iter().all(|range| text.get(range.clone()).is_some())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[ -~\\n\u{80}-\u{2fff}]{0,80}|[\\[\\]{}:,\\-?&*!|>'\"%@#a \\n]{0,60}|.{0,60}") {
        let (value, spans) = read(&text);
        match value {
            Ok(value) => prop_assert!(has_parts(&text, spans.root.as_ref().unwrap(), &value)),
            Err(error) => prop_assert!(error.span.is_none_or(|span| text.get(span).is_some())),
        }
    }

    #[test]
    fn what_the_resource_writer_writes_is_read_again(value in value()) {
        let text = crate::resource::yaml_block(&value);
        prop_assert_eq!(parse(&text), Ok(value), "{}", text);
    }
}
