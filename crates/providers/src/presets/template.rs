//! Templates: texts with placeholders such as `{{owner}}` or `{{owner|yaml}}`, filled in a single
//! pass, so that a value that looks like a placeholder stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use claimgate::json::Value;

use super::escape;

/// The values of placeholders.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    /// The values; `None` for a missing optional parameter.
    texts: BTreeMap<String, Option<String>>,
    /// The time that `{{now}}` and `{{now+300}}` are relative to.
    now: i64,
}

impl Values {
    /// No values yet.
    pub(super) fn at(now: i64) -> Self {
        Self {
            texts: BTreeMap::new(),
            now,
        }
    }

    /// Sets the value of a parameter.
    pub(super) fn set(&mut self, name: &str, text: Option<String>) {
        self.texts.insert(name.to_owned(), text);
    }

    /// The value of a parameter; none if it is missing or unknown.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name)?.as_deref()
    }

    /// Fills in a text. None if it needs a missing parameter.
    pub(super) fn fill(&self, template: &str) -> Option<String> {
        let mut filled = String::with_capacity(template.len());
        for piece in pieces(template) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Hole { name, filter } => {
                    filled.push_str(&escape::apply(filter, self.get(name)?)?);
                }
            }
        }
        Some(filled)
    }

    /// Fills in a text line by line; a line that needs a missing parameter is left out.
    pub(super) fn fill_lines(&self, template: &str) -> String {
        template
            .split_inclusive('\n')
            .filter_map(|line| self.fill(line))
            .collect()
    }

    /// Fills in the strings of a JSON value; a member or element that needs a missing parameter is
    /// left out.
    pub(super) fn fill_value(&self, template: &Value) -> Option<Value> {
        Some(match template {
            Value::String(text) => match self.time(text) {
                Some(time) => Value::Integer(time.into()),
                None => Value::String(self.fill(text)?),
            },
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .filter_map(|item| self.fill_value(item))
                    .collect(),
            ),
            Value::Object(members) => {
                let fill =
                    |(name, value): &(String, Value)| Some((name.clone(), self.fill_value(value)?));
                Value::Object(members.iter().filter_map(fill).collect())
            }
            other => other.clone(),
        })
    }

    /// The time of `{{now}}`, `{{now+300}}` or `{{now-60}}`.
    fn time(&self, text: &str) -> Option<i64> {
        let shift = text.strip_prefix("{{now")?.strip_suffix("}}")?;
        let seconds = if shift.is_empty() {
            0
        } else {
            shift.parse::<i64>().ok()?
        };
        self.now.checked_add(seconds)
    }
}

/// The names of the placeholders of a text.
pub(super) fn names(template: &str) -> BTreeSet<&str> {
    let name = |piece| match piece {
        Piece::Hole { name, .. } => Some(name),
        Piece::Text(_) => None,
    };
    pieces(template).into_iter().filter_map(name).collect()
}

/// The names of the placeholders in a JSON value's strings.
pub(super) fn names_in(template: &Value) -> BTreeSet<&str> {
    match template {
        Value::String(text) => names(text),
        Value::Array(items) => items.iter().flat_map(names_in).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(_, value)| names_in(value))
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// A part of a template.
pub(super) enum Piece<'a> {
    /// Literal text.
    Text(&'a str),
    /// A placeholder.
    Hole {
        name: &'a str,
        filter: Option<&'a str>,
    },
}

/// Splits a template.
pub(super) fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, (inside, after))) = rest
        .split_once("{{")
        .and_then(|(before, behind)| Some((before, behind.split_once("}}")?)))
    {
        pieces.push(Piece::Text(before));
        let (name, filter) = inside
            .split_once('|')
            .map_or((inside, None), |(name, filter)| (name, Some(filter)));
        pieces.push(Piece::Hole { name, filter });
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::at(1000);
        values.set("owner", Some("octo org".to_owned()));
        values.set("odd", Some("{{owner}}".to_owned()));
        values.set("branch", None);
        values
    }

    #[test]
    fn placeholders_are_filled_in_one_pass() {
        assert_eq!(
            values().fill("a {{owner}}:{{odd}} {b}").as_deref(),
            Some("a octo org:{{owner}} {b}")
        );
        assert_eq!(values().fill("{{owner|sh}}").as_deref(), Some("'octo org'"));
        assert_eq!(values().fill("}} {{owner").as_deref(), Some("}} {{owner"));
    }

    #[test]
    fn what_needs_a_name_that_was_not_given_is_left_out() {
        assert_eq!(values().fill("{{branch}}"), None);
        assert_eq!(values().fill("{{nobody}}"), None);
        assert_eq!(values().fill("{{owner|nothing}}"), None);
        assert_eq!(values().fill_lines("a\nb {{branch}}\nc"), "a\nc");
        let template =
            Value::parse(r#"{"a":"{{branch}}","b":["{{branch}}","{{owner}}"],"c":1}"#).unwrap();
        assert_eq!(
            values().fill_value(&template).unwrap().to_json(),
            r#"{"b":["octo org"],"c":1}"#
        );
    }

    #[test]
    fn times_are_numbers() {
        let template =
            Value::parse(r#"["{{now}}","{{now+300}}","{{now-60}}","{{now}} s"]"#).unwrap();
        assert_eq!(
            values().fill_value(&template).unwrap().to_json(),
            "[1000,1300,940]"
        );
    }
}
