//! YAML as the value that its JSON would be: one document, without tags, aliases and repeated keys.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::spans::{Content, Member, Node, Span, Spans};
use claimgate::json::{MAX_DEPTH, Value};
pub use saphyr_parser::{Event, ScalarStyle};
use saphyr_parser::{Marker, Parser};

use super::unreadable::Unreadable;

/// Reads one YAML document.
///
/// Plain `null`, booleans and decimal integers are what they are in JSON; every other scalar is its
/// text.
///
/// # Errors
/// The first error, `yaml-syntax`.
pub fn parse(text: &str) -> Result<Value, Diagnostic> {
    read(text).0.map_err(|error| *error.diagnostic)
}

/// The same, with the positions of the parts.
pub(super) fn read(text: &str) -> (Result<Value, Unreadable>, Spans) {
    let mut builder = Builder {
        open: Vec::new(),
        document: None,
    };
    match builder.read(text) {
        Ok((value, node)) => (Ok(value), Spans { root: Some(node) }),
        Err(error) => (Err(error), Spans::default()),
    }
}

/// The parser's events in a text, each with the bytes that it covers. A block scalar's bytes begin at
/// its indicator.
///
/// # Errors
/// The first place that is not YAML, after which no event follows.
pub fn events(text: &str) -> impl Iterator<Item = Result<(Event<'_>, Span), NotYaml>> {
    let offsets = Offsets::of(text);
    Parser::new_from_str(text).map(move |event| match event {
        Ok((event, span)) => Ok((event, offsets.of_span(text, span))),
        Err(error) => Err(NotYaml {
            message: error.info().to_owned(),
            at: offsets.at(*error.marker()),
        }),
    })
}

/// A text that is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotYaml {
    /// What the parser says.
    pub message: String,
    /// The byte at which it says so.
    pub at: usize,
}

/// The bytes at which characters begin: the parser counts characters.
struct Offsets(Vec<usize>);

impl Offsets {
    fn of(text: &str) -> Self {
        let starts = text.char_indices().map(|(at, _)| at);
        Self(starts.chain([text.len()]).collect())
    }

    fn at(&self, marker: Marker) -> usize {
        let end = || self.0.last().copied().unwrap_or_default();
        self.0.get(marker.index()).copied().unwrap_or_else(end)
    }

    fn of_span(&self, text: &str, span: saphyr_parser::Span) -> Span {
        let (start, end) = (self.at(span.start), self.at(span.end));
        let written = text.get(start..end).unwrap_or_default();
        start..start + quoted(written).unwrap_or(written).len()
    }
}

/// The quoted string that a text begins with: the parser adds the white space and the comment
/// behind it.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let is_escaped = match quote {
            '"' => c == '\\',
            _ => c == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\''),
        };
        if is_escaped {
            chars.next();
        } else if c == quote {
            return text.get(..=at);
        }
    }
    None
}

/// Reads the parser's events.
struct Builder {
    open: Vec<Open>,
    document: Option<(Value, Node)>,
}

/// An array or object that is not closed yet.
struct Open {
    start: usize,
    parts: Parts,
}

enum Parts {
    Array(Vec<Value>, Vec<Node>),
    Object(Vec<(String, Value)>, Vec<Member>, Option<(String, Span)>),
}

impl Builder {
    fn read(&mut self, text: &str) -> Result<(Value, Node), Unreadable> {
        for event in events(text) {
            let (event, span) = event.map_err(|error| problem(text, error.at, &error.message))?;
            let at = span.start;
            self.event(event, span)
                .map_err(|message| problem(text, at, &message))?;
        }
        self.document.take().ok_or_else(|| {
            let message = "expected a YAML document, found nothing";
            Diagnostic::error("", "yaml-syntax", message).into()
        })
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        match event {
            Event::Alias(_) => {
                return Err("an alias, which is not supported: write out its value".to_owned());
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return Err("a tag, which is not supported: remove it".to_owned());
            }
            Event::Scalar(text, style, ..) if !self.wants_key() => {
                self.put(scalar(&text, style), Content::Scalar, span)?;
            }
            Event::Scalar(text, ..) => self.key(&text, span)?,
            Event::SequenceStart(..) => self.open(Parts::Array(Vec::new(), Vec::new()), span)?,
            Event::MappingStart(..) => {
                self.open(Parts::Object(Vec::new(), Vec::new(), None), span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            _ => {}
        }
        Ok(())
    }

    fn wants_key(&self) -> bool {
        let parts = self.open.last().map(|open| &open.parts);
        matches!(parts, Some(Parts::Object(_, _, None)))
    }

    fn open(&mut self, parts: Parts, span: Span) -> Result<(), String> {
        if self.wants_key() {
            return Err("a key that is not text".to_owned());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("nesting deeper than {MAX_DEPTH} levels"));
        }
        let start = span.start;
        self.open.push(Open { start, parts });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), String> {
        let Some(Open { start, parts }) = self.open.pop() else {
            return Ok(());
        };
        let (value, content) = match parts {
            Parts::Array(values, nodes) => (Value::Array(values), Content::Array(nodes)),
            Parts::Object(values, members, _) => (Value::Object(values), Content::Object(members)),
        };
        self.put(value, content, start..span.end)
    }

    fn key(&mut self, text: &str, span: Span) -> Result<(), String> {
        if let Some(Parts::Object(members, _, key)) =
            self.open.last_mut().map(|open| &mut open.parts)
        {
            if members.iter().any(|(name, _)| name == text) {
                return Err(format!("key `{text}` occurs twice"));
            }
            *key = Some((text.to_owned(), span));
        }
        Ok(())
    }

    fn put(&mut self, value: Value, content: Content, span: Span) -> Result<(), String> {
        let node = Node { span, content };
        match self.open.last_mut().map(|open| &mut open.parts) {
            Some(Parts::Array(values, nodes)) => {
                values.push(value);
                nodes.push(node);
            }
            Some(Parts::Object(values, members, key)) => {
                if let Some((name, key)) = key.take() {
                    values.push((name.clone(), value));
                    let value = Some(node);
                    members.push(Member { name, key, value });
                }
            }
            None if self.document.is_some() => return Err("a second document".to_owned()),
            None => self.document = Some((value, node)),
        }
        Ok(())
    }
}

fn problem(text: &str, at: usize, message: &str) -> Unreadable {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let message = format!("not YAML: {message} at line {line}, column {column}");
    Unreadable {
        span: Some(at..at),
        ..Diagnostic::error("", "yaml-syntax", message).into()
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => integer(text).map_or_else(|| Value::String(text.to_owned()), Value::Integer),
    }
}

/// An integer that is written as JSON would write it.
fn integer(text: &str) -> Option<i128> {
    let number: i128 = text.parse().ok()?;
    let fits = i64::try_from(number).is_ok() || u64::try_from(number).is_ok();
    (fits && number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
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
                "not YAML: an alias, which is not supported: write out its value at line 2, column 4",
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
                nodes.len() == values.len()
                    && pairs.all(|(node, value)| has_parts(text, node, value))
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
}
