//! A strict reader of the members of JSON objects: collects errors and notes with their paths.

use std::ops::{Deref, DerefMut};

use claimgate::diagnostic::Diagnostic;
use claimgate::expected::unknown_key;
use claimgate::json::Value;
pub(super) use claimgate::json::object::Object;
use claimgate::json::object::ObjectReader;

use super::notes::LEFT_OUT;

/// Collects errors and notes.
pub(super) struct Reader {
    pub(super) objects: ObjectReader,
    pub(super) notes: Vec<Diagnostic>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            objects: ObjectReader::new("wrong-value").null_is_absent(),
            notes: Vec::new(),
        }
    }
}

impl Deref for Reader {
    type Target = ObjectReader;

    fn deref(&self) -> &ObjectReader {
        &self.objects
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut ObjectReader {
        &mut self.objects
    }
}

impl Reader {
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

    /// A list that has to be there, of what `what` names.
    pub(super) fn required_list<'a>(
        &mut self,
        object: &Object<'a>,
        name: &str,
        what: &str,
    ) -> &'a [Value] {
        match object.get(name) {
            Some(Value::Array(items)) => items,
            other => {
                self.wrong(object.at(name), &format!("an array of {what}"), other);
                &[]
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
        match (number, value) {
            (None, Value::Integer(found)) => {
                self.mismatch(object.at(name), expected, &found.to_string());
            }
            (None, other) => self.wrong(object.at(name), expected, Some(other)),
            (Some(_), _) => {}
        }
        number
    }

    /// Refuses members that are none of `known`, and none of `own`, which a service adds.
    pub(super) fn refuse_others_but(&mut self, object: &Object<'_>, known: &[&str], own: &[&str]) {
        let others = object.others(known).filter(|name| !own.contains(name));
        let errors = others.map(|name| unknown_key(&object.path, name, known));
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
