//! Values as text, and as plain values for JSON and YAML.

use std::sync::Arc;

use crate::json::Json;
use crate::limits::{Limit, MAX_STRING_BYTES};
use crate::text::{Plain, lossy, quote};

use super::arena::{Content, ValueId};
use super::{Evaluator, Outcome};

/// The text of a value.
#[derive(Default)]
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    pub(super) unknown: bool,
    pub(super) secret: bool,
}

impl Evaluator<'_> {
    /// The text that a value has within other text. A list is its quoted parts with commas.
    pub(super) fn text(&self, value: ValueId) -> Outcome<Text> {
        let found = &self.arena[value];
        if found.unknown {
            return Ok(Text {
                bytes: b"[unknown]".to_vec(),
                unknown: true,
                secret: found.secret,
            });
        }
        let mut text = Text {
            secret: found.secret,
            ..Text::default()
        };
        match &found.content {
            Content::Null => {}
            Content::Bool(value) => text.bytes = value.to_string().into(),
            Content::Number(number) => text.bytes = number.as_str().into(),
            Content::String(bytes) => text.bytes = bytes.to_vec(),
            Content::Array(elements) => {
                for element in elements.iter() {
                    self.append(&mut text, None, *element)?;
                }
            }
            Content::Object(members) => {
                for (name, member) in members.iter() {
                    self.append(&mut text, Some(name), *member)?;
                }
            }
        }
        match text.bytes.len() > MAX_STRING_BYTES {
            true => Err(self.exceeded(&self.place(found.def), Limit::StringBytes)),
            false => Ok(text),
        }
    }

    fn append(&self, text: &mut Text, name: Option<&Arc<str>>, part: ValueId) -> Outcome<()> {
        let part = self.text(part)?;
        if !text.bytes.is_empty() {
            text.bytes.push(b',');
        }
        if let Some(name) = name {
            text.bytes.extend(quote(&**name).bytes());
            text.bytes.push(b'=');
        }
        text.bytes.extend(quote(part.bytes).bytes());
        text.unknown |= part.unknown;
        text.secret |= part.secret;
        Ok(())
    }

    /// The plain value, with the members of bases.
    pub(super) fn plain(&mut self, value: ValueId) -> Outcome<Plain> {
        if self.arena[value].unknown {
            return Ok(Plain::String(b"[unknown]".as_slice().into()));
        }
        let plain = match self.arena[value].content.clone() {
            Content::Null => Plain::Null,
            Content::Bool(value) => Plain::Bool(value),
            Content::Number(number) => Plain::Number(number),
            Content::String(bytes) => Plain::String(bytes),
            Content::Array(elements) => {
                let elements = elements.iter().map(|element| self.plain(*element));
                Plain::Array(elements.collect::<Outcome<_>>()?)
            }
            Content::Object(_) => {
                let members = self.members(value)?.into_iter();
                let members = members.map(|(name, member)| Ok((name, self.plain(member)?)));
                Plain::Object(members.collect::<Outcome<_>>()?)
            }
        };
        Ok(plain)
    }
}

/// A plain value as JSON.
pub(super) fn json(plain: &Plain) -> Json {
    match plain {
        Plain::Null => Json::Null,
        Plain::Bool(value) => Json::Bool(*value),
        Plain::Number(number) => Json::Number(number.clone()),
        Plain::String(bytes) => Json::String(lossy(bytes).into()),
        Plain::Array(values) => Json::Array(values.iter().map(json).collect()),
        Plain::Object(members) => {
            let members = members.iter();
            Json::Object(
                members
                    .map(|(name, value)| (name.clone(), json(value)))
                    .collect(),
            )
        }
    }
}
