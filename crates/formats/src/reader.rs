//! Members of a value, read strictly: what is wrong, what is passed over, and where.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::Value;

/// Something that keeps a text from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, such as `issuers[0].policies[1].decision`; empty for the whole.
    pub path: String,
    /// What was expected and found.
    pub message: String,
    /// What one might do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without advice.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            help: None,
        }
    }
}

impl From<Diagnostic> for Problem {
    fn from(error: Diagnostic) -> Self {
        Self {
            path: error.path,
            message: error.message,
            help: error.help,
        }
    }
}

/// What became of something that is not taken as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// It is left out.
    Ignored,
    /// It is taken otherwise.
    Changed,
    /// It is taken, and deserves a look.
    Remark,
}

impl NoteKind {
    /// It in a word or two, before a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ignored => "Left out:",
            Self::Changed => "Changed:",
            Self::Remark => "Mind:",
        }
    }
}

/// Something that a person should know before what was read is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What became of it.
    pub kind: NoteKind,
    /// Where, such as `issuers[0].leeway`.
    pub path: String,
    /// One sentence.
    pub sentence: String,
}

/// Collects problems and notes.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Note>,
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

/// A member's place.
pub(super) fn join(path: &str, name: &str) -> String {
    match (path, name) {
        ("", name) => name.to_owned(),
        (path, name) if name.is_empty() || name.starts_with('[') => format!("{path}{name}"),
        (path, name) => format!("{path}.{name}"),
    }
}

impl Reader {
    /// Notes something.
    pub(super) fn note(
        &mut self,
        kind: NoteKind,
        path: impl Into<String>,
        sentence: impl Into<String>,
    ) {
        self.notes.push(Note {
            kind,
            path: path.into(),
            sentence: sentence.into(),
        });
    }

    /// Says what was expected and found.
    pub(super) fn wrong(&mut self, path: impl Into<String>, expected: &str, found: Option<&Value>) {
        let found = match found {
            None => "nothing".to_owned(),
            Some(Value::String(text)) => format!("`{text}`"),
            Some(value) => value.kind().to_owned(),
        };
        self.problems.push(Problem::new(
            path,
            format!("expected {expected}, found {found}"),
        ));
    }

    /// The value as an object.
    pub(super) fn object<'a>(&mut self, path: &str, value: &'a Value) -> Option<Object<'a>> {
        match value {
            Value::Object(members) => Some(Object {
                path: path.to_owned(),
                members,
            }),
            other => {
                self.wrong(path, "an object", Some(other));
                None
            }
        }
    }

    /// A list that has to be there.
    pub(super) fn list<'a>(&mut self, object: &Object<'a>, name: &str) -> &'a [Value] {
        match object.get(name) {
            Some(Value::Array(items)) => items,
            other => {
                self.wrong(object.at(name), "an array", other);
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
        for (index, item) in self.list(object, name).iter().enumerate() {
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
        let found = object.get(name)?;
        let seconds = match found {
            Value::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        if seconds.is_none() {
            self.wrong(object.at(name), "a whole number of seconds", Some(found));
        }
        seconds
    }

    /// Refuses members that are none of `known`.
    pub(super) fn refuse_others(&mut self, object: &Object<'_>, known: &[&str]) {
        for name in object.others(known) {
            let help = Some(format!("known are {}", known.join(", ")));
            let message = format!("unknown key `{name}`");
            self.problems.push(Problem {
                path: object.at(name),
                message,
                help,
            });
        }
    }

    /// Notes members that are none of `known` as left out.
    pub(super) fn ignore_others(&mut self, object: &Object<'_>, known: &[&str], why: &str) {
        for name in object.others(known) {
            self.note(
                NoteKind::Ignored,
                object.at(name),
                format!("`{name}` is left out: {why}"),
            );
        }
    }

    /// Notes those of `names` that are there as left out.
    pub(super) fn ignore(&mut self, object: &Object<'_>, names: &[&str], why: &str) {
        for name in names.iter().filter(|name| object.get(name).is_some()) {
            self.note(
                NoteKind::Ignored,
                object.at(name),
                format!("`{name}` is left out: {why}"),
            );
        }
    }
}
