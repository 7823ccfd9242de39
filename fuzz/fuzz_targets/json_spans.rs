//! Positions are within the text, and agree with the strict reader on every text that it accepts.
#![no_main]

use claimgate::json::Value;
use claimgate::json::spans::{Content, Node, Spans};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let spans = Spans::read(text);
    match Value::parse(text) {
        Ok(value) => assert_agree(text, spans.root.as_ref().expect("a value"), &value),
        Err(error) => assert!(text.get(error.span(text)).is_some()),
    }
    if let Some(root) = &spans.root {
        assert!(text.get(root.span.clone()).is_some());
    }
    // The text as a path too.
    let _ = spans.find(text);
});

fn assert_agree(text: &str, node: &Node, value: &Value) {
    match (&node.content, value) {
        (Content::Array(nodes), Value::Array(values)) => {
            assert_eq!(nodes.len(), values.len());
            for (node, value) in nodes.iter().zip(values) {
                assert_agree(text, node, value);
            }
        }
        (Content::Object(members), Value::Object(values)) => {
            assert_eq!(members.len(), values.len());
            for (member, (name, value)) in members.iter().zip(values) {
                assert_eq!(member.name, *name);
                assert_agree(text, member.value.as_ref().expect("a value"), value);
            }
        }
        (Content::Scalar, Value::Array(_) | Value::Object(_)) => panic!("not a scalar"),
        (Content::Scalar, _) => {
            assert_eq!(Value::parse(&text[node.span.clone()]).as_ref(), Ok(value));
        }
        _ => panic!("a scalar"),
    }
}
