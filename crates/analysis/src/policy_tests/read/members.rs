//! A strict reader of the members of objects.

use claimgate::claims::Claims;
use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::expected::{found, join, nearest, unknown_key};
use claimgate::json::Value;

/// The code of a value that a test cannot have.
const WRONG: &str = "test-wrong-value";

/// Collects errors.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) errors: Diagnostics,
}

/// An object and its path.
pub(super) struct Object<'a> {
    pub(super) path: String,
    pub(super) members: &'a [(String, Value)],
}

impl<'a> Object<'a> {
    /// A member, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        let member = self.members.iter().find(|(key, _)| key == name);
        member.map(|(_, value)| value)
    }

    /// The path of a member.
    pub(super) fn at(&self, name: &str) -> String {
        join(&self.path, name)
    }
}

impl Reader {
    pub(super) fn wrong(&mut self, path: impl Into<String>, expected: &str, found: &str) {
        let message = format!("expected {expected}, found {found}");
        self.errors.push(Diagnostic::error(path, WRONG, message));
    }

    pub(super) fn wrong_value(
        &mut self,
        path: impl Into<String>,
        expected: &str,
        value: Option<&Value>,
    ) {
        self.wrong(path, expected, &found(value));
    }

    /// The value as an object, which `what` names with its article.
    pub(super) fn object<'a>(
        &mut self,
        path: &str,
        value: &'a Value,
        what: &str,
    ) -> Option<Object<'a>> {
        match value {
            Value::Object(members) => Some(Object {
                path: path.to_owned(),
                members,
            }),
            other => {
                self.wrong_value(path, what, Some(other));
                None
            }
        }
    }

    /// Refuses members that are none of `known`.
    pub(super) fn refuse_others(&mut self, object: &Object<'_>, known: &[&str]) {
        let names = object.members.iter().map(|(name, _)| name.as_str());
        let others = names.filter(|name| !known.contains(name));
        let errors = others.map(|name| unknown_key(&object.path, name, known));
        self.errors.extend(errors);
    }

    /// The items of an array with their paths; none if it is not there.
    pub(super) fn items<'a>(
        &mut self,
        object: &Object<'a>,
        name: &str,
        what: &str,
    ) -> Vec<(String, &'a Value)> {
        let path = object.at(name);
        match object.get(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let items = items.iter().enumerate();
                items
                    .map(|(index, item)| (format!("{path}[{index}]"), item))
                    .collect()
            }
            other => {
                self.wrong_value(path, &format!("an array of {what}"), other);
                Vec::new()
            }
        }
    }

    /// A text that is not empty, if it is there.
    pub(super) fn text(&mut self, object: &Object<'_>, name: &str) -> Option<String> {
        match object.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::String(_) => {
                self.wrong(object.at(name), "a string", "an empty one");
                None
            }
            other => {
                self.wrong_value(object.at(name), "a string", Some(other));
                None
            }
        }
    }

    /// Texts, if they are there.
    pub(super) fn texts(&mut self, object: &Object<'_>, name: &str) -> Option<Vec<String>> {
        object.get(name)?;
        let mut texts = Vec::new();
        for (path, item) in self.items(object, name, "strings") {
            match item {
                Value::String(text) => texts.push(text.clone()),
                other => self.wrong_value(path, "a string", Some(other)),
            }
        }
        Some(texts)
    }

    /// `true` or `false`; false if it is not there.
    pub(super) fn flag(&mut self, object: &Object<'_>, name: &str) -> bool {
        match object.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            other => {
                self.wrong_value(object.at(name), "`true` or `false`", other);
                false
            }
        }
    }

    /// One of several words, if it is there.
    pub(super) fn word<T>(
        &mut self,
        object: &Object<'_>,
        name: &str,
        words: &[&str],
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = object.get(name)?;
        let text = value.as_str();
        let parsed = text.and_then(parse);
        if parsed.is_none() {
            let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
            let expected = format!("one of {}", quoted.join(", "));
            self.wrong_value(object.at(name), &expected, Some(value));
            let nearest = text.and_then(|text| nearest(text, words));
            if let (Some(error), Some(nearest)) = (self.errors.last_mut(), nearest) {
                error.help = Some(format!("did you mean `{nearest}`?"));
            }
        }
        parsed
    }

    /// Claims, an object.
    pub(super) fn claims(&mut self, path: &str, value: Option<&Value>) -> Option<Claims> {
        let claims = value.cloned().map(Claims::from_value);
        if let Some(Ok(claims)) = claims {
            return Some(claims);
        }
        self.wrong_value(path, "claims, an object", value);
        None
    }
}
