//! YAML as the value that its JSON would be: one document, without tags, aliases and repeated keys.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::{MAX_DEPTH, Value};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

/// Reads one YAML document.
///
/// Plain `null`, booleans and decimal integers are what they are in JSON; every other scalar is its
/// text.
pub fn parse(text: &str) -> Result<Value, Diagnostic> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| problem(*error.marker(), error.info()))?;
        builder
            .event(event)
            .map_err(|message| problem(span.start, &message))?;
    }
    builder.document.ok_or_else(|| {
        Diagnostic::error("", "yaml-syntax", "expected a YAML document, found nothing")
    })
}

fn problem(place: Marker, message: &str) -> Diagnostic {
    Diagnostic::error(
        "",
        "yaml-syntax",
        format!(
            "not YAML: {message} at line {}, column {}",
            place.line(),
            place.col() + 1
        ),
    )
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    document: Option<Value>,
}

/// An array or object that is not closed yet.
enum Open {
    Array(Vec<Value>),
    Object(Vec<(String, Value)>, Option<String>),
}

impl Builder {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Alias(_) => {
                return Err("an alias, which is not read: write out what it stands for".to_owned());
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return Err("a tag, which is not read: write the value without".to_owned());
            }
            Event::Scalar(text, style, ..) if !self.wants_key() => {
                self.put(scalar(&text, style))?;
            }
            Event::Scalar(text, ..) => self.key(&text)?,
            Event::SequenceStart(..) => self.open(Open::Array(Vec::new()))?,
            Event::MappingStart(..) => self.open(Open::Object(Vec::new(), None))?,
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::Array(items)) => self.put(Value::Array(items))?,
                Some(Open::Object(members, _)) => self.put(Value::Object(members))?,
                None => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Object(_, None)))
    }

    fn open(&mut self, new: Open) -> Result<(), String> {
        if self.wants_key() {
            return Err("a key that is no text".to_owned());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("nesting deeper than {MAX_DEPTH} levels"));
        }
        self.open.push(new);
        Ok(())
    }

    fn key(&mut self, text: &str) -> Result<(), String> {
        if let Some(Open::Object(members, key)) = self.open.last_mut() {
            if members.iter().any(|(name, _)| name == text) {
                return Err(format!("key `{text}` stands twice"));
            }
            *key = Some(text.to_owned());
        }
        Ok(())
    }

    fn put(&mut self, value: Value) -> Result<(), String> {
        match self.open.last_mut() {
            Some(Open::Array(items)) => items.push(value),
            Some(Open::Object(members, key)) => members.extend(key.take().map(|key| (key, value))),
            None if self.document.is_some() => return Err("a second document".to_owned()),
            None => self.document = Some(value),
        }
        Ok(())
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
                "not YAML: key `a` stands twice at line 2, column 1",
            ),
            (
                "a: &x 1\nb: *x",
                "not YAML: an alias, which is not read: write out what it stands for at line 2, column 4",
            ),
            (
                "a: !!str 1",
                "not YAML: a tag, which is not read: write the value without at line 1, column 4",
            ),
            (
                "[a]: b",
                "not YAML: a key that is no text at line 1, column 1",
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

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ -~\\n\u{80}-\u{2fff}]{0,80}|[\\[\\]{}:,\\-?&*!|>'\"%@#a \\n]{0,60}|.{0,60}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_the_resource_writer_writes_is_read_again(value in value()) {
            let text = crate::resource::yaml_block(&value);
            prop_assert_eq!(parse(&text), Ok(value), "{}", text);
        }
    }
}
