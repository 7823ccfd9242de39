//! Positions in the JSON of policies: from the path of a diagnostic to a part of the text. Offsets
//! are in UTF-16 units.
//!
//! The text may be broken: what comes before the error still has its positions.

use claimgate::json::spans::{Content, Found, Member, Node, Part, Span, Spans, characters};
use claimgate::json::{JsonError, Value};
use claimgate_formats::PoliciesPlace;

/// A range of the text.
pub type Range = std::ops::Range<usize>;

/// A string of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Its value.
    pub value: String,
    /// Its range, quotes included.
    pub range: Range,
    /// The position of each UTF-16 unit of `value`, and the end of the last one.
    places: Vec<usize>,
}

impl Text {
    /// The range in the document of a range of the value.
    pub fn within(&self, part: &Range) -> Range {
        let place = |unit: usize| {
            self.places
                .get(unit)
                .or(self.places.last())
                .copied()
                .unwrap_or(self.range.start)
        };
        place(part.start)..place(part.end)
    }

    /// The UTF-16 unit of the value at a position of the document.
    pub fn unit_at(&self, place: usize) -> Option<usize> {
        let inside = self.range.start < place && place < self.range.end;
        inside.then(|| {
            self.places
                .iter()
                .rposition(|unit| *unit <= place)
                .unwrap_or_default()
        })
    }
}

/// A pattern of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternPlace {
    /// The place of its policy, from 0.
    pub policy: usize,
    /// The claim of the rule; none for a team's name.
    pub claim: Option<String>,
    /// The pattern.
    pub text: Text,
}

/// A document with the positions of its parts.
#[derive(Clone, Debug, Default)]
pub struct Places {
    text: String,
    spans: Spans,
    units: Units,
}

impl Places {
    /// Reads a document up to its first error.
    pub fn read(json: &str) -> Self {
        Self {
            text: json.to_owned(),
            spans: Spans::read(json),
            units: Units::of(json),
        }
    }

    /// The range that a path of a diagnostic refers to; none for the whole document.
    pub fn find(&self, path: &str) -> Option<Range> {
        let path = match path.starts_with("policies[") {
            true => self.policies_place().locate(path),
            false => path.into(),
        };
        let Found { part, rest } = self.spans.find(&path)?;
        let span = match part {
            _ if path.is_empty() || rest.starts_with('[') => return None,
            Part::Member(member) if rest.is_empty() => whole(member),
            Part::Member(member) => member.key.clone(),
            Part::Value(node) => node.head(),
        };
        Some(self.units.of_span(&span))
    }

    /// The range to underline for a diagnostic with that path: the error of broken JSON, or the document's first
    /// character, if the path leads nowhere.
    pub fn underlined(&self, path: &str) -> Range {
        let broken = || json_error(&self.text).map(|error| place_of(&self.text, &error));
        self.find(path)
            .or_else(broken)
            .unwrap_or(0..usize::from(!self.text.is_empty()))
    }

    /// All patterns of all policies.
    pub fn patterns(&self) -> Vec<PatternPlace> {
        let policies = self.policies().iter().enumerate();
        policies
            .flat_map(|(place, policy)| self.patterns_of(place, policy))
            .collect()
    }

    /// Where the policies are, which errors and findings call `policies`.
    fn policies_place(&self) -> PoliciesPlace {
        match self.spans.root.as_ref().map(|root| &root.content) {
            Some(Content::Array(_)) => PoliciesPlace::Array(String::new()),
            Some(Content::Object(members)) if named(members, "policies").is_some() => {
                PoliciesPlace::Array("policies".to_owned())
            }
            _ => PoliciesPlace::Single,
        }
    }

    fn policies(&self) -> &[Node] {
        let root = self.spans.root.as_slice();
        let list = match root.first().map(|root| &root.content) {
            Some(Content::Object(members)) => match named(members, "policies") {
                Some(list) => list.value.as_ref().map(|list| &list.content),
                None => return root,
            },
            content => content,
        };
        match list {
            Some(Content::Array(policies)) => policies,
            _ => &[],
        }
    }

    fn patterns_of(&self, place: usize, policy: &Node) -> Vec<PatternPlace> {
        let pattern = |claim: Option<&str>, member: &Member| {
            Some(PatternPlace {
                policy: place,
                claim: claim.map(str::to_owned),
                text: self.string(member.value.as_ref()?)?,
            })
        };
        let team = named(members_of(policy), "teamName");
        let team = team.and_then(|team| pattern(None, team));
        let rules = named(members_of(policy), "rules").and_then(|rules| rules.value.as_ref());
        let rules = rules.map(members_of).unwrap_or_default().iter();
        let rules = rules.filter_map(|rule| pattern(Some(&rule.name), rule));
        team.into_iter().chain(rules).collect()
    }

    /// A value as a string, if it is one.
    fn string(&self, node: &Node) -> Option<Text> {
        let literal = self.text.get(node.span.clone())?;
        if !literal.starts_with('"') {
            return None;
        }
        let (mut value, mut places) = (String::new(), Vec::new());
        let mut end = node.span.start + 1;
        for (span, c) in characters(literal) {
            let place = self.units.at(node.span.start + span.start);
            places.extend(std::iter::repeat_n(place, c.len_utf16()));
            value.push(c);
            end = node.span.start + span.end;
        }
        places.push(self.units.at(end));
        Some(Text {
            value,
            range: self.units.of_span(&node.span),
            places,
        })
    }
}

/// The range of a JSON error: one character, or the last one if the text ends too early; of a string
/// that is not closed, from its opening quote.
pub fn place_of(json: &str, error: &JsonError) -> Range {
    let span = error.span(json);
    let is_open = matches!(error, JsonError::Syntax { message, .. }
        if ["the rest of a string", "parsing a string"].iter().any(|part| message.contains(part)));
    let start = is_open.then(|| open_quote(json, span.end)).flatten();
    Units::of(json).of_span(&(start.unwrap_or(span.start)..span.end))
}

/// The quote that opens the string before `end`. A string does not continue on another line.
fn open_quote(json: &str, end: usize) -> Option<usize> {
    let before = json.get(..end)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let (mut opened, mut is_escaped) = (None, false);
    for (at, c) in before.get(line..)?.char_indices() {
        if c == '"' && !is_escaped {
            opened = opened.is_none().then_some(line + at);
        }
        is_escaped = c == '\\' && !is_escaped && opened.is_some();
    }
    opened
}

/// The parser's error for a text, if it is not JSON.
pub fn json_error(json: &str) -> Option<JsonError> {
    Value::parse(json).err()
}

/// Key and value; of an object or array, which may be long, only the key.
fn whole(member: &Member) -> Span {
    match &member.value {
        Some(value) if value.content == Content::Scalar => member.key.start..value.span.end,
        _ => member.key.clone(),
    }
}

fn members_of(node: &Node) -> &[Member] {
    match &node.content {
        Content::Object(members) => members,
        _ => &[],
    }
}

fn named<'a>(members: &'a [Member], name: &str) -> Option<&'a Member> {
    members.iter().find(|member| member.name == name)
}

/// Converts offsets in bytes to UTF-16 units.
#[derive(Clone, Debug, Default)]
struct Units {
    /// The end of each non-ASCII character in bytes, and by how much bytes exceed units there.
    steps: Vec<(usize, usize)>,
}

impl Units {
    fn of(text: &str) -> Self {
        let mut excess = 0;
        let wide = text.char_indices().filter(|(_, c)| !c.is_ascii());
        let step = |(at, c): (usize, char)| {
            excess += c.len_utf8() - c.len_utf16();
            (at + c.len_utf8(), excess)
        };
        Self {
            steps: wide.map(step).collect(),
        }
    }

    fn at(&self, byte: usize) -> usize {
        let passed = self.steps.partition_point(|(end, _)| *end <= byte);
        let excess = passed.checked_sub(1).and_then(|last| self.steps.get(last));
        byte - excess.map_or(0, |(_, excess)| *excess)
    }

    fn of_span(&self, span: &Span) -> Range {
        self.at(span.start)..self.at(span.end)
    }
}

#[cfg(test)]
#[path = "json_places_tests.rs"]
mod tests;
