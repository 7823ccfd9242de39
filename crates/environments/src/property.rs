//! One value in the JSON of an environment, without reading the others.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::path::{Path, Step};

/// How many steps one pass over the text takes: the JSON parser has a limit on nesting.
const STEPS: usize = 64;

/// The JSON of the value at a path, in the JSON of an [`Environment`](crate::Environment).
///
/// Nothing is copied: an environment of many megabytes is searched, not parsed into values.
#[must_use]
pub fn property_json<'j>(environment: &'j str, path: &Path) -> Option<&'j str> {
    let (Step::Key(name), rest) = path.steps().split_first()? else {
        return None;
    };
    let mut steps = vec![Part::Member("properties"), Part::Member(name)];
    for step in rest {
        steps.push(Part::Member("value"));
        steps.push(match step {
            Step::Key(name) => Part::Member(name),
            Step::Index(index) => Part::Item(*index),
        });
    }
    let search = |text: &'j str, steps: &[Part<'_>]| {
        let mut reader = serde_json::Deserializer::from_str(text);
        let found = Search(steps).deserialize(&mut reader).ok()??;
        Some(found.get())
    };
    steps.chunks(STEPS).try_fold(environment, search)
}

/// A part of a JSON object or array.
#[derive(Clone, Copy)]
enum Part<'p> {
    Member(&'p str),
    Item(usize),
}

/// Searches for what the parts lead to, each in the one before.
struct Search<'p>(&'p [Part<'p>]);

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            [] => <&RawValue>::deserialize(deserializer).map(Some),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some((Part::Member(wanted), rest)) = self.0.split_first() else {
            return Err(A::Error::custom("expected an array"));
        };
        let mut found = None;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            if name == *wanted {
                found = map.next_value_seed(Search(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let Some((Part::Item(wanted), rest)) = self.0.split_first() else {
            return Err(A::Error::custom("expected an object"));
        };
        for _ in 0..*wanted {
            if list.next_element::<IgnoredAny>()?.is_none() {
                return Ok(None);
            }
        }
        let found = list.next_element_seed(Search(rest))?.flatten();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::property_json;

    const ENVIRONMENT: &str = r#"{"properties":{
        "a":{"value":[{"value":1.10,"trace":{}},{"value":{"b \"c\"":{"value":"x","secret":true,"trace":{}}},"trace":{}}],"trace":{}},
        "value":{"trace":{}}}, "schema":{"a":1}}"#;

    #[test]
    fn a_value_is_found_as_it_is_written() {
        for (path, expected) in [
            ("a[0]", r#"{"value":1.10,"trace":{}}"#),
            (
                r#"a[1]["b \"c\""]"#,
                r#"{"value":"x","secret":true,"trace":{}}"#,
            ),
            ("value", r#"{"trace":{}}"#),
        ] {
            let found = property_json(ENVIRONMENT, &path.parse().unwrap());
            assert_eq!(found, Some(expected), "{path}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for path in [
            "",
            "b",
            "schema",
            "trace",
            "a.b",
            "a[2]",
            "a[0].b",
            "a[0][0]",
            "[0]",
            "value.value",
            "value[0]",
        ] {
            let found = property_json(ENVIRONMENT, &path.parse().unwrap());
            assert_eq!(found, None, "{path}");
        }
        assert_eq!(property_json("{}", &"a".parse().unwrap()), None);
        assert_eq!(property_json("", &"a".parse().unwrap()), None);
    }

    #[test]
    fn deep_values_are_found() {
        let depth = 250;
        let deep = r#"{"value":{"a":"#.repeat(depth);
        let text = format!(
            r#"{{"properties":{{"a":{deep}{{"value":1}}{}}}}}"#,
            "}}".repeat(depth)
        );
        let path = format!("a{}", ".a".repeat(depth));
        assert_eq!(
            property_json(&text, &path.parse().unwrap()),
            Some(r#"{"value":1}"#)
        );
    }
}
