//! Adds items to an array in a document whose text stays otherwise as it is: its layout and its
//! comments.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::Value;
use claimgate::json::spans::{Content, Member, Node};

use super::resource::yaml_block;
use super::text::{parse, spans};

/// The code of a text that cannot be changed without changing more of it.
const UNCHANGEABLE: &str = "document-unreadable";

/// A level of indentation where a text shows none.
const UNIT: &str = "  ";

/// An addition to a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Addition {
    /// The byte before which it is inserted.
    pub at: usize,
    /// What is inserted.
    pub text: String,
}

/// Adds items to the array of that name in a JSON or YAML document that is an object, or adds the
/// array. Nothing but the array changes: the result is read again, and compared.
///
/// # Errors
/// That the text is not such a document, or is written in a way to which nothing can be added.
///
/// ```
/// use claimgate::json::Value;
/// use claimgate_formats::append::append_items;
///
/// let item = Value::parse(r#"{"name": "b"}"#).unwrap();
/// let text = "cases: # all of them\n  - name: a # first\n";
/// let text = append_items(text, "cases", &[item]).unwrap();
/// assert_eq!(text, "cases: # all of them\n  - name: a # first\n  - name: \"b\"\n");
/// ```
pub fn append_items(text: &str, name: &str, items: &[Value]) -> Result<String, Diagnostic> {
    let before = parse(text).map_err(|error| *error.diagnostic)?;
    let expected = expected(before, name, items).ok_or_else(unchangeable)?;
    let root = spans(text).root.ok_or_else(unchangeable)?;
    let addition = addition(text, &root, name, items).ok_or_else(unchangeable)?;
    let (start, end) = text
        .split_at_checked(addition.at)
        .ok_or_else(unchangeable)?;
    let changed = format!("{start}{}{end}", addition.text);
    match parse(&changed) {
        Ok(value) if value == expected => Ok(changed),
        _ => Err(unchangeable()),
    }
}

fn unchangeable() -> Diagnostic {
    let message = "expected an object in JSON or YAML to which an item can be added";
    Diagnostic::error("", UNCHANGEABLE, message)
}

/// The value with the items.
fn expected(value: Value, name: &str, items: &[Value]) -> Option<Value> {
    let Value::Object(mut members) = value else {
        return None;
    };
    match members.iter_mut().find(|(own, _)| own == name) {
        Some((_, Value::Array(own))) => own.extend(items.iter().cloned()),
        Some(_) => return None,
        None => members.push((name.to_owned(), Value::Array(items.to_vec()))),
    }
    Some(Value::Object(members))
}

fn addition(text: &str, root: &Node, name: &str, items: &[Value]) -> Option<Addition> {
    let Content::Object(members) = &root.content else {
        return None;
    };
    let Some(member) = members.iter().find(|member| member.name == name) else {
        let array = Value::Object(vec![(name.to_owned(), Value::Array(items.to_vec()))]);
        return match is_in_brackets(text, root) {
            true => after_member(text, members.last()?, name, items),
            false => {
                let line_break = if text.ends_with('\n') { "" } else { "\n" };
                Some(Addition {
                    at: text.len(),
                    text: format!("{line_break}{}", yaml_block(&array)),
                })
            }
        };
    };
    insertion(text, member.value.as_ref()?, items)
}

/// What has to be inserted into a text so that an array in it has these items too; `None` if the node is no
/// array, or one to which nothing can be added.
#[must_use]
pub fn insertion(text: &str, array: &Node, items: &[Value]) -> Option<Addition> {
    let Content::Array(own) = &array.content else {
        return None;
    };
    match (is_in_brackets(text, array), own.last()) {
        (true, Some(last)) => Some(after_item(text, array, last, items)),
        (true, None) => Some(into_empty(text, array, items)),
        (false, Some(last)) => after_block_item(text, last, items),
        (false, None) => None,
    }
}

/// Whether a value is written in brackets, as all arrays and objects of JSON are.
fn is_in_brackets(text: &str, node: &Node) -> bool {
    let written = text.get(node.span.clone()).unwrap_or_default();
    written.starts_with(['[', '{'])
}

/// The array, after the last member of an object in brackets.
fn after_member(text: &str, last: &Member, name: &str, items: &[Value]) -> Option<Addition> {
    let name = Value::String(name.to_owned()).to_json();
    let array = Value::Array(items.to_vec());
    let added = match own_line_indent(text, last.key.start) {
        Some(indent) => format!(",\n{indent}{name}: {}", indented(&array, indent, indent)),
        None => format!(", {name}: {}", array.to_json()),
    };
    Some(Addition {
        at: last.value.as_ref()?.span.end,
        text: added,
    })
}

/// Items after the last one of an array in brackets.
fn after_item(text: &str, array: &Node, last: &Node, items: &[Value]) -> Addition {
    let outer = line_indent(text, array.span.start);
    let added = items
        .iter()
        .map(|item| match own_line_indent(text, last.span.start) {
            Some(indent) => {
                let unit = indent.strip_prefix(outer).unwrap_or_default();
                format!(",\n{indent}{}", indented(item, indent, unit))
            }
            None => format!(", {}", item.to_json()),
        });
    Addition {
        at: last.span.end,
        text: added.collect(),
    }
}

/// Items between empty brackets.
fn into_empty(text: &str, array: &Node, items: &[Value]) -> Addition {
    let outer = line_indent(text, array.span.start);
    // The array is a member of the outermost object.
    let unit = if outer.is_empty() { UNIT } else { outer };
    let inner = format!("{outer}{unit}");
    let added = items
        .iter()
        .map(|item| format!("\n{inner}{}", indented(item, &inner, unit)));
    let added = added.collect::<Vec<_>>().join(",");
    Addition {
        at: array.span.start + 1,
        text: format!("{added}\n{outer}"),
    }
}

/// Items below the last one of an array in lines that begin with dashes.
fn after_block_item(text: &str, last: &Node, items: &[Value]) -> Option<Addition> {
    let written = text.get(..end(text, last))?.trim_end();
    let dash = text.get(..last.span.start)?.rfind('-')?;
    let indent = text.get(..dash)?.rsplit('\n').next()?.chars().count();
    let rest = text.get(written.len()..)?;
    let line_end = rest.find('\n').unwrap_or(rest.len());
    let added = yaml_block(&Value::Array(items.to_vec()));
    let added = added.lines().map(|line| format!("\n{:indent$}{line}", ""));
    Some(Addition {
        at: written.len() + line_end,
        text: added.collect(),
    })
}

/// Where a value ends. What the reader of YAML states for a block includes white space and comments
/// behind it.
fn end(text: &str, node: &Node) -> usize {
    let inner = match &node.content {
        Content::Array(items) if !is_in_brackets(text, node) => items.last(),
        Content::Object(members) if !is_in_brackets(text, node) => {
            members.last().and_then(|member| member.value.as_ref())
        }
        _ => None,
    };
    inner.map_or(node.span.end, |inner| end(text, inner))
}

/// JSON whose lines after the first begin with an indentation, and with a unit of it for each level.
fn indented(value: &Value, indent: &str, unit: &str) -> String {
    let unit = if unit.is_empty() { UNIT } else { unit };
    let pretty = value.to_json_pretty();
    let mut lines = pretty.lines();
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let inner = line.trim_start_matches(' ');
        let depth = (line.len() - inner.len()) / UNIT.len();
        text += &format!("\n{indent}{}{inner}", unit.repeat(depth));
    }
    text
}

/// The white space that the line of a byte begins with.
fn line_indent(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |line_break| line_break + 1);
    let line = text.get(start..).unwrap_or_default();
    let inner = line.trim_start_matches([' ', '\t']);
    line.get(..line.len() - inner.len()).unwrap_or_default()
}

/// The same, if there is nothing else before the byte.
fn own_line_indent(text: &str, at: usize) -> Option<&str> {
    let indent = line_indent(text, at);
    let before = text.get(..at)?;
    let line = before.rsplit('\n').next()?;
    (line == indent && before.contains('\n')).then_some(indent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn appended(text: &str) -> String {
        let item = Value::parse(r#"{"a": {"b": 1}}"#).unwrap();
        append_items(text, "list", &[item]).unwrap()
    }

    #[test]
    fn items_follow_in_the_layout_of_the_text() {
        for (text, expected) in [
            (
                r#"{"list": []}"#,
                "{\"list\": [\n  {\n    \"a\": {\n      \"b\": 1\n    }\n  }\n]}",
            ),
            (
                r#"{"list": [1, 2], "x": 3}"#,
                r#"{"list": [1, 2, {"a":{"b":1}}], "x": 3}"#,
            ),
            (r#"{"x": 3}"#, r#"{"x": 3, "list": [{"a":{"b":1}}]}"#),
            (
                "{\n\t\"list\": [\n\t\t{}\n\t],\n\t\"x\": 3\n}\n",
                "{\n\t\"list\": [\n\t\t{},\n\t\t{\n\t\t\t\"a\": {\n\t\t\t\t\"b\": 1\n\t\t\t}\n\t\t}\n\t],\n\t\"x\": 3\n}\n",
            ),
            (
                "{\n    \"x\": 3\n}\n",
                "{\n    \"x\": 3,\n    \"list\": [\n        {\n            \"a\": {\n                \"b\": 1\n            }\n        }\n    ]\n}\n",
            ),
            ("x: 1\n", "x: 1\nlist:\n  - a:\n      b: 1\n"),
            ("x: 1", "x: 1\nlist:\n  - a:\n      b: 1\n"),
            (
                "# top\nlist:\n- x: 1 # one\n  y: [2] # two\n\n# next\nz: 3\n",
                "# top\nlist:\n- x: 1 # one\n  y: [2] # two\n- a:\n    b: 1\n\n# next\nz: 3\n",
            ),
            ("list: [a] # b\n", "list: [a, {\"a\":{\"b\":1}}] # b\n"),
            (
                "list:\n  - |\n    t\nz: 3",
                "list:\n  - |\n    t\n  - a:\n      b: 1\nz: 3",
            ),
        ] {
            assert_eq!(appended(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_changed_is_refused() {
        for text in [
            "",
            "[]",
            "a",
            "{}",
            "list: 1",
            "list:\n",
            "{\"list\": null}",
            "list: {a: b}",
        ] {
            assert!(
                append_items(text, "list", &[Value::Null]).is_err(),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_else_changes(text in "[ -~\\n]{0,60}|(list:|- |a: b|\\n|  |#c|\\[|\\]|,|\\{|\\}){0,16}") {
            let item = Value::String("new".to_owned());
            if let Ok(changed) = append_items(&text, "list", std::slice::from_ref(&item)) {
                let Value::Object(members) = parse(&changed).unwrap() else { unreachable!() };
                let (_, list) = members.iter().find(|(name, _)| name == "list").unwrap();
                let Value::Array(items) = list else { unreachable!() };
                prop_assert_eq!(items.last(), Some(&item));
                let mut rest = changed.chars();
                prop_assert!(text.chars().all(|c| rest.any(|other| other == c)));
            }
        }
    }
}
