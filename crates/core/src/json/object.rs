//! A strict reader of objects, for documents such as policies, issuers and tests: it collects all
//! errors, each with its path, and suggests the nearest name for an unknown member. It serves the workspace's
//! crates, and is not part of the API.

use super::Value;
use crate::diagnostic::{Diagnostic, Diagnostics, join};
use crate::expected::{found, nearest, unknown_key};

/// An object and its path in the document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Object<'a> {
    /// Its path, such as `policies[0]`; empty for the whole document.
    pub path: String,
    /// Its members, in the order they were written.
    pub members: &'a [(String, Value)],
    null_is_absent: bool,
}

impl<'a> Object<'a> {
    /// A member, even if it is `null`.
    #[must_use]
    pub fn written(&self, name: &str) -> Option<&'a Value> {
        let member = self.members.iter().find(|(key, _)| key == name);
        member.map(|(_, value)| value)
    }

    /// A member. If the reader takes `null` for absent, then `None` for a member that is `null`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        let value = self.written(name);
        value.filter(|value| !self.null_is_absent || **value != Value::Null)
    }

    /// The path of a member.
    #[must_use]
    pub fn at(&self, name: &str) -> String {
        join(&self.path, name)
    }

    /// The names of the members that are none of `known`.
    pub fn others<'b>(&'b self, known: &'b [&str]) -> impl Iterator<Item = &'a str> + 'b {
        let names = self.members.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !known.contains(name))
    }
}

/// Reads objects, and collects what is wrong with them.
///
/// ```
/// use claimgate::json::Value;
/// use claimgate::json::object::ObjectReader;
///
/// let value = Value::parse(r#"{"nmae": "deploy", "admin": 1}"#)?;
/// let mut reader = ObjectReader::new("wrong-value");
/// if let Some(job) = reader.object("", &value, "a job, an object") {
///     reader.refuse_others(&job, &["name", "admin"]);
///     assert_eq!(reader.text(&job, "name"), None);
///     assert_eq!(reader.flag(&job, "admin"), false);
/// }
/// let errors: Vec<_> = reader.errors.iter().map(ToString::to_string).collect();
/// assert_eq!(
///     errors,
///     ["nmae: unknown key `nmae`", "admin: expected `true` or `false`, found an integer"]
/// );
/// # Ok::<(), claimgate::json::JsonError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ObjectReader {
    /// The errors so far, in the order of reading.
    pub errors: Diagnostics,
    code: &'static str,
    null_is_absent: bool,
}

impl ObjectReader {
    /// A reader that gives invalid values this code.
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self {
            errors: Diagnostics::default(),
            code,
            null_is_absent: false,
        }
    }

    /// The same, taking a member that is `null` for an absent one.
    #[must_use]
    pub fn null_is_absent(self) -> Self {
        Self {
            null_is_absent: true,
            ..self
        }
    }

    /// Adds an error with the reader's code.
    pub fn error(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.errors
            .push(Diagnostic::error(path, self.code, message));
    }

    /// Adds an error that says what was expected and what was found, in words.
    pub fn mismatch(&mut self, path: impl Into<String>, expected: &str, found: &str) {
        self.error(path, format!("expected {expected}, found {found}"));
    }

    /// Adds an error that says what was expected, and the value that was found.
    pub fn wrong(&mut self, path: impl Into<String>, expected: &str, value: Option<&Value>) {
        self.mismatch(path, expected, &found(value));
    }

    /// Adds advice to the last error.
    pub fn help(&mut self, help: &str) {
        if let Some(error) = self.errors.last_mut() {
            error.help = Some(help.to_owned());
        }
    }

    /// The value as an object; an error says that `what` was expected, named with its article.
    pub fn object<'a>(&mut self, path: &str, value: &'a Value, what: &str) -> Option<Object<'a>> {
        match value {
            Value::Object(members) => Some(Object {
                path: path.to_owned(),
                members,
                null_is_absent: self.null_is_absent,
            }),
            other => {
                self.wrong(path, what, Some(other));
                None
            }
        }
    }

    /// Refuses members that are none of `known`.
    pub fn refuse_others(&mut self, object: &Object<'_>, known: &[&str]) {
        let others = object.others(known);
        let errors = others.map(|name| unknown_key(&object.path, name, known));
        self.errors.extend(errors);
    }

    /// The items of an array with their paths; none if it is absent. `what` names them in an error.
    pub fn items<'a>(
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
                let with_path = |(index, item)| (format!("{path}[{index}]"), item);
                items.map(with_path).collect()
            }
            other => {
                self.wrong(path, &format!("an array of {what}"), other);
                Vec::new()
            }
        }
    }

    /// A string, if it is there.
    pub fn text(&mut self, object: &Object<'_>, name: &str) -> Option<String> {
        match object.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => {
                self.wrong(object.at(name), "a string", Some(other));
                None
            }
        }
    }

    /// A string that has to be there.
    pub fn required_text(&mut self, object: &Object<'_>, name: &str) -> Option<String> {
        if object.get(name).is_none() {
            self.wrong(object.at(name), "a string", None);
        }
        self.text(object, name)
    }

    /// Strings; `None` if they are absent, which is not the same as an empty array.
    pub fn texts(&mut self, object: &Object<'_>, name: &str) -> Option<Vec<String>> {
        object.get(name)?;
        let mut texts = Vec::new();
        for (path, item) in self.items(object, name, "strings") {
            match item {
                Value::String(text) => texts.push(text.clone()),
                other => self.wrong(path, "a string", Some(other)),
            }
        }
        Some(texts)
    }

    /// `true` or `false`; false if it is absent.
    pub fn flag(&mut self, object: &Object<'_>, name: &str) -> bool {
        match object.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            other => {
                self.wrong(object.at(name), "`true` or `false`", other);
                false
            }
        }
    }

    /// One of several words, as `parse` reads it, if it is there. The help names the nearest word.
    pub fn word<T>(
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
            self.wrong(object.at(name), &one_of(words), Some(value));
            let nearest = text.and_then(|text| nearest(text, words));
            if let (Some(error), Some(nearest)) = (self.errors.last_mut(), nearest) {
                error.help = Some(format!("did you mean `{nearest}`?"));
            }
        }
        parsed
    }

    /// One of several words, which has to be there.
    pub fn required_word<T>(
        &mut self,
        object: &Object<'_>,
        name: &str,
        words: &[&str],
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        if object.get(name).is_none() {
            self.wrong(object.at(name), &one_of(words), object.written(name));
        }
        self.word(object, name, words, parse)
    }
}

/// `` one of `allow`, `deny` ``.
fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    format!("one of {}", quoted.join(", "))
}
