//! A strict reader of the members of JSON objects: collects errors and notes with their paths.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::expected::{found, join, unknown_key};
use claimgate::json::Value;

use super::notes::LEFT_OUT;

/// Collects errors and notes.
pub(super) struct Reader {
    pub(super) errors: Diagnostics,
    pub(super) notes: Vec<Diagnostic>,
    /// The code of values that are invalid.
    wrong: &'static str,
}

impl Default for Reader {
    fn default() -> Self {
        Self::with_code("wrong-value")
    }
}

/// An object and its place.
#[derive(Clone)]
pub(super) struct Object<'a> {
    pub(super) path: String,
    pub(super) members: &'a [(String, Value)],
}

impl<'a> Object<'a> {
    /// A member that is there and not `null`.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        let member = self.members.iter().find(|(key, _)| key == name);
        member
            .map(|(_, value)| value)
            .filter(|value| **value != Value::Null)
    }

    /// The place of a member.
    pub(super) fn at(&self, name: &str) -> String {
        join(&self.path, name)
    }

    /// The names of the members that are none of `known`.
    fn others<'b>(&'b self, known: &'b [&str]) -> impl Iterator<Item = &'a str> + 'b {
        self.members
            .iter()
            .map(|(key, _)| key.as_str())
            .filter(|key| !known.contains(key))
    }
}

impl Reader {
    /// A reader that gives invalid values this code.
    pub(super) fn with_code(wrong: &'static str) -> Self {
        Self {
            errors: Diagnostics::default(),
            notes: Vec::new(),
            wrong,
        }
    }

    /// Adds a note with that code.
    pub(super) fn note(
        &mut self,
        code: &'static str,
        path: impl Into<String>,
        message: impl Into<String>,
    ) {
        if cfg!(feature = "import") {
            self.notes.push(Diagnostic::note(code, message).at(path));
        }
    }

    /// Adds an error that is not about an expected value.
    pub(super) fn error(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.errors
            .push(Diagnostic::error(path, self.wrong, message));
    }

    /// Says what was expected and found.
    pub(super) fn wrong(&mut self, path: impl Into<String>, expected: &str, value: Option<&Value>) {
        let message = format!("expected {expected}, found {}", found(value));
        self.error(path, message);
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
                self.wrong(path, what, Some(other));
                None
            }
        }
    }

    /// A list that has to be there, of what `what` names.
    pub(super) fn list<'a>(&mut self, object: &Object<'a>, name: &str, what: &str) -> &'a [Value] {
        match object.get(name) {
            Some(Value::Array(items)) => items,
            other => {
                self.wrong(object.at(name), &format!("an array of {what}"), other);
                &[]
            }
        }
    }

    /// A string that has to be there.
    pub(super) fn text(&mut self, object: &Object<'_>, name: &str) -> Option<String> {
        if object.get(name).is_none() {
            self.wrong(object.at(name), "a string", None);
        }
        self.optional_text(object, name)
    }

    /// A string, if it is there.
    pub(super) fn optional_text(&mut self, object: &Object<'_>, name: &str) -> Option<String> {
        match object.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => {
                self.wrong(object.at(name), "a string", Some(other));
                None
            }
        }
    }

    /// Strings, if they are there.
    pub(super) fn texts(&mut self, object: &Object<'_>, name: &str) -> Vec<String> {
        if object.get(name).is_none() {
            return Vec::new();
        }
        let mut texts = Vec::new();
        for (index, item) in self.list(object, name, "strings").iter().enumerate() {
            match item {
                Value::String(text) => texts.push(text.clone()),
                other => self.wrong(
                    format!("{}[{index}]", object.at(name)),
                    "a string",
                    Some(other),
                ),
            }
        }
        texts
    }

    /// Strings; `None` if they are not there, which is not the same as an empty list.
    pub(super) fn optional_texts(
        &mut self,
        object: &Object<'_>,
        name: &str,
    ) -> Option<Vec<String>> {
        object.get(name)?;
        Some(self.texts(object, name))
    }

    /// `true` or `false`; false if it is not there.
    pub(super) fn flag(&mut self, object: &Object<'_>, name: &str) -> bool {
        match object.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            other => {
                self.wrong(object.at(name), "`true` or `false`", other);
                false
            }
        }
    }

    /// Seconds, if they are there.
    pub(super) fn seconds(&mut self, object: &Object<'_>, name: &str) -> Option<u64> {
        self.whole(object, name, "a whole number of seconds")
    }

    /// A whole number, if it is there.
    pub(super) fn count(&mut self, object: &Object<'_>, name: &str) -> Option<u64> {
        self.whole(object, name, "a whole number from 0")
    }

    fn whole(&mut self, object: &Object<'_>, name: &str, expected: &str) -> Option<u64> {
        let value = object.get(name)?;
        let number = match value {
            Value::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(object.at(name), expected, Some(value));
        }
        number
    }

    /// Refuses members that are none of `known`, and none of `own`, which a service adds.
    pub(super) fn refuse_others(&mut self, object: &Object<'_>, known: &[&str], own: &[&str]) {
        let others = object.others(known).filter(|name| !own.contains(name));
        let errors: Vec<_> = others
            .map(|name| unknown_key(&object.path, name, known))
            .collect();
        self.errors.extend(errors);
    }

    /// Notes members that are none of `known` as left out: with the code `unknown-key` if they are
    /// likely a mistake.
    pub(super) fn ignore_others(
        &mut self,
        object: &Object<'_>,
        known: &[&str],
        code: &'static str,
        why: &str,
    ) {
        for name in object.others(known) {
            self.note(
                code,
                object.at(name),
                format!("`{name}` is left out: {why}"),
            );
        }
    }

    /// Notes those of `names` that are there as left out.
    pub(super) fn ignore(&mut self, object: &Object<'_>, names: &[&str], why: &str) {
        for name in names.iter().filter(|name| object.get(name).is_some()) {
            self.note(
                LEFT_OUT,
                object.at(name),
                format!("`{name}` is left out: {why}"),
            );
        }
    }
}
