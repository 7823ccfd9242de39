//! Definitions with their secrets masked: a message that shows a line must not show a secret.

use claimgate::json::spans::Span;
use claimgate_environments::{Kind, Node};

/// The function whose argument is a secret.
const SECRET: &str = "fn::secret";

/// A definition with stars in place of the secrets that it has in plain text. Its positions stay the same.
pub(super) fn masked(text: &str, root: Option<&Node>) -> String {
    let mut spans = Vec::new();
    match root {
        Some(root) => secrets(root, &mut spans),
        None => spans = lines(text),
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        masked += text.get(at..span.start).unwrap_or_default();
        let secret = text.get(span.clone()).unwrap_or_default();
        let star = |byte| if byte == b'\n' { '\n' } else { '*' };
        masked.extend(secret.bytes().map(star));
        at = span.end;
    }
    masked + text.get(at..).unwrap_or_default()
}

/// The arguments of `fn::secret`, in the order they were written, without ciphertexts.
fn secrets(node: &Node, spans: &mut Vec<Span>) {
    match &node.kind {
        Kind::Array(nodes) => nodes.iter().for_each(|node| secrets(node, spans)),
        Kind::Object(members) => {
            for member in members {
                match member.name.eq_ignore_ascii_case(SECRET) {
                    true if !is_ciphertext(&member.value) => spans.push(member.value.span.clone()),
                    true => {}
                    false => secrets(&member.value, spans),
                }
            }
        }
        _ => {}
    }
}

fn is_ciphertext(node: &Node) -> bool {
    matches!(node.members(), [member] if &*member.name == "ciphertext")
}

/// What may be a secret in a text that cannot be parsed: the rest of each line with `fn::secret`, and the lines below it
/// that are indented further.
fn lines(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = 0;
    let mut secret: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let depth = line.len() - line.trim_start().len();
        let is_inside = secret.is_some_and(|outside| depth > outside || line.trim().is_empty());
        match line.to_ascii_lowercase().find(SECRET) {
            _ if is_inside => spans.push(at..at + line.len()),
            Some(start) => {
                secret = Some(depth);
                spans.push(at + start + SECRET.len()..at + line.len());
            }
            None => secret = None,
        }
        at += line.len();
    }
    spans
}

#[cfg(test)]
mod tests {
    use claimgate_environments::Document;

    use super::masked;

    fn shown(text: &str) -> String {
        let (document, _) = Document::parse("a/b", text);
        masked(text, document.as_ref().map(Document::root))
    }

    #[test]
    fn secrets_are_masked_where_they_are_written() {
        for (text, expected) in [
            (
                "values: {a: {fn::secret: hunter2}, b: c}",
                "values: {a: {fn::secret: *******}, b: c}",
            ),
            (
                "values: {a: {fn::secret: 'é'}}",
                "values: {a: {fn::secret: ****}}",
            ),
            (
                "values:\n  a:\n    Fn::Secret: 123\n",
                "values:\n  a:\n    Fn::Secret: ***\n",
            ),
            (
                "values: {a: {fn::secret: {ciphertext: eA==}}}",
                "values: {a: {fn::secret: {ciphertext: eA==}}}",
            ),
            ("values: {a: hunter2}", "values: {a: hunter2}"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        let block = "values:\n  a:\n    fn::secret: |\n      one\n      two\n  b: three\n";
        let text = shown(block);
        assert!(
            !text.contains("one") && !text.contains("two") && text.contains("b: three"),
            "{text}"
        );
        assert_eq!(text.len(), block.len());
    }

    #[test]
    fn what_may_be_a_secret_is_masked_where_the_text_cannot_be_parsed() {
        for (text, expected) in [
            (
                "a: {fn::secret: hunter2\nb: c",
                "a: {fn::secret*********\nb: c",
            ),
            (
                "a:\n  fn::secret: |\n    one\n\n    two\n  b: [",
                "a:\n  fn::secret***\n*******\n\n*******\n  b: [",
            ),
            ("a: [\nb: c", "a: [\nb: c"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
