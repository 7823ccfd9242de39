//! Each part of a definition lies within the text, and within the part around it.
#![no_main]

use claimgate_environments::{Document, Kind, Node};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (document, diagnostics) = Document::parse("p/fuzz", text);
    for diagnostic in &diagnostics {
        let range = diagnostic.range.as_ref();
        assert!(range.is_none_or(|range| range.begin.byte <= text.len()));
    }
    if let Some(document) = document {
        assert_within(text, document.root());
    }
});

fn assert_within(text: &str, node: &Node) {
    assert!(text.get(node.span.clone()).is_some());
    let parts: Vec<&Node> = match &node.kind {
        Kind::Array(nodes) => nodes.iter().collect(),
        _ => node.members().iter().map(|member| &member.value).collect(),
    };
    for part in parts {
        assert!(node.span.start <= part.span.start && part.span.end <= node.span.end);
        assert_within(text, part);
    }
}
