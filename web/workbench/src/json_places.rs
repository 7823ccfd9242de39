//! Positions in the JSON of policies: from the path of a diagnostic to a part of the text. Offsets
//! are in UTF-16 units.
//!
//! The text may be broken: what comes before the error still has its positions.

use claimgate::claim_path::ClaimPath;
use claimgate::json::{JsonError, MAX_DEPTH, Value};

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
    /// The claim of the rule; none for a team's name.
    pub claim: Option<String>,
    /// The pattern.
    pub text: Text,
}

/// A document with the positions of its parts.
#[derive(Clone, Debug, Default)]
pub struct Places {
    root: Option<Node>,
}

impl Places {
    /// Reads a document up to its first error.
    pub fn read(json: &str) -> Self {
        let mut scanner = Scanner {
            chars: json.chars().collect(),
            at: 0,
            unit: 0,
        };
        Self {
            root: scanner.node(0),
        }
    }

    /// The range that a path of a diagnostic refers to; none for the whole document.
    pub fn find(&self, path: &str) -> Option<Range> {
        let (policy, rest) = self.policy_at(path)?;
        let Some((key, inner)) = split(rest) else {
            return policy.highlighted();
        };
        let Some(member) = policy.member(key) else {
            return policy.highlighted();
        };
        if inner.is_empty() {
            return Some(member.whole());
        }
        let Some(value) = &member.value else {
            return Some(member.key.range.clone());
        };
        match value.kind {
            Kind::Object(ref members) => members
                .iter()
                .find(|member| is_claim(&member.key.value, inner)),
            _ => {
                return value
                    .nth(inner)
                    .and_then(Node::highlighted)
                    .or_else(|| value.highlighted());
            }
        }
        .map_or_else(
            || Some(member.key.range.clone()),
            |member| Some(member.whole()),
        )
    }

    /// All patterns of all policies.
    pub fn patterns(&self) -> Vec<PatternPlace> {
        self.policies().into_iter().flat_map(patterns_of).collect()
    }

    /// The policy that a path begins with, and the rest of the path.
    fn policy_at<'a>(&self, path: &'a str) -> Option<(&Node, &'a str)> {
        let root = self.root.as_ref()?;
        let indexed = path.strip_prefix("policies").unwrap_or(path);
        if let Some((index, rest)) = indexed
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
        {
            let policy = self.policies().into_iter().nth(index.parse().ok()?)?;
            return Some((policy, rest.strip_prefix('.').unwrap_or(rest)));
        }
        (!path.is_empty()).then_some((root, path))
    }

    fn policies(&self) -> Vec<&Node> {
        let Some(root) = &self.root else {
            return Vec::new();
        };
        let list = match &root.kind {
            Kind::Array(_) => Some(root),
            Kind::Object(_) => root
                .member("policies")
                .and_then(|member| member.value.as_ref()),
            _ => None,
        };
        match list.map(|list| &list.kind) {
            Some(Kind::Array(items)) => items.iter().collect(),
            _ => vec![root],
        }
    }
}

/// The range of a JSON error: one character, or the last one if the text ends too early.
pub fn place_of(json: &str, error: &JsonError) -> Range {
    let (line, column) = error.place();
    let start: usize = json
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(units)
        .sum();
    let text = json
        .split_inclusive('\n')
        .nth(line.saturating_sub(1))
        .unwrap_or_default();
    // The parser counts bytes, and points behind the offending character.
    let mut end = column.min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let before = text.get(..end).unwrap_or_default();
    match before.chars().next_back() {
        Some(last) => start + units(before) - last.len_utf16()..start + units(before),
        None => {
            let written = json.trim_end();
            units(written) - written.chars().next_back().map_or(0, char::len_utf16)..units(written)
        }
    }
}

/// The parser's error for a text, if it is not JSON.
pub fn json_error(json: &str) -> Option<JsonError> {
    Value::parse(json).err()
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A key, and the rest of the path after it.
fn split(path: &str) -> Option<(&str, &str)> {
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (key, rest) = path.split_at(end);
    (!key.is_empty()).then(|| (key, rest.strip_prefix('.').unwrap_or(rest)))
}

/// Whether a member's name is the claim that a path ends with: as written, or as one segment.
fn is_claim(name: &str, claim: &str) -> bool {
    name == claim || ClaimPath::of(&[name]) == claim
}

fn patterns_of(policy: &Node) -> Vec<PatternPlace> {
    let string = |member: &Member| match member.value.as_ref()?.kind {
        Kind::String(ref text) => Some(text.clone()),
        _ => None,
    };
    let team = policy
        .member("teamName")
        .and_then(string)
        .map(|text| PatternPlace { claim: None, text });
    let rules = match policy
        .member("rules")
        .and_then(|rules| rules.value.as_ref())
        .map(|rules| &rules.kind)
    {
        Some(Kind::Object(members)) => members.as_slice(),
        _ => &[],
    };
    let rules = rules.iter().filter_map(|member| {
        Some(PatternPlace {
            claim: Some(member.key.value.clone()),
            text: string(member)?,
        })
    });
    team.into_iter().chain(rules).collect()
}

#[derive(Clone, Debug)]
struct Node {
    range: Range,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    String(Text),
    Other,
}

#[derive(Clone, Debug)]
struct Member {
    key: Text,
    value: Option<Node>,
}

impl Member {
    /// Key and value.
    fn whole(&self) -> Range {
        match &self.value {
            Some(value) if !matches!(value.kind, Kind::Object(_) | Kind::Array(_)) => {
                self.key.range.start..value.range.end
            }
            _ => self.key.range.clone(),
        }
    }
}

impl Node {
    fn member(&self, name: &str) -> Option<&Member> {
        match &self.kind {
            Kind::Object(members) => members.iter().find(|member| member.key.value == name),
            _ => None,
        }
    }

    /// The element that `[3]` names.
    fn nth(&self, step: &str) -> Option<&Self> {
        let index: usize = step.strip_prefix('[')?.split_once(']')?.0.parse().ok()?;
        match &self.kind {
            Kind::Array(items) => items.get(index),
            _ => None,
        }
    }

    /// The range to highlight: only the opening bracket of objects and arrays, which may be long.
    fn highlighted(&self) -> Option<Range> {
        Some(match self.kind {
            Kind::Object(_) | Kind::Array(_) => self.range.start..self.range.start + 1,
            _ => self.range.clone(),
        })
    }
}

/// Reads up to the first error.
struct Scanner {
    chars: Vec<char>,
    at: usize,
    unit: usize,
}

impl Scanner {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        self.unit += c.len_utf16();
        Some(c)
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&is_skipped) {
            self.next();
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        self.skip(char::is_whitespace);
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.next();
        }
        is_there
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        self.skip(char::is_whitespace);
        let start = self.unit;
        let kind = match self.peek()? {
            _ if depth > MAX_DEPTH => return None,
            '{' => Kind::Object(self.members(depth)),
            '[' => Kind::Array(self.items(depth)),
            '"' => Kind::String(self.string()),
            _ => {
                self.skip(|c| c.is_alphanumeric() || matches!(c, '+' | '-' | '.'));
                (self.unit > start).then_some(Kind::Other)?
            }
        };
        Some(Node {
            range: start..self.unit,
            kind,
        })
    }

    fn items(&mut self, depth: usize) -> Vec<Node> {
        self.next();
        let mut items = Vec::new();
        while let Some(item) = self.node(depth + 1) {
            items.push(item);
            if !self.take(',') {
                break;
            }
        }
        self.take(']');
        items
    }

    fn members(&mut self, depth: usize) -> Vec<Member> {
        self.next();
        let mut members = Vec::new();
        loop {
            self.skip(char::is_whitespace);
            if self.peek() != Some('"') {
                break;
            }
            let key = self.string();
            let value = if self.take(':') {
                self.node(depth + 1)
            } else {
                None
            };
            members.push(Member { key, value });
            if !self.take(',') {
                break;
            }
        }
        self.take('}');
        members
    }

    /// A string; without a closing quote it ends with the line.
    fn string(&mut self) -> Text {
        let start = self.unit;
        self.next();
        let (mut value, mut places) = (String::new(), Vec::new());
        loop {
            let place = self.unit;
            match self.peek() {
                None | Some('"' | '\n') => break,
                Some('\\') => {
                    let c = self.escape();
                    value.push(c);
                    places.extend(std::iter::repeat_n(place, c.len_utf16()));
                }
                Some(c) => {
                    self.next();
                    value.push(c);
                    places.extend(std::iter::repeat_n(place, c.len_utf16()));
                }
            }
        }
        places.push(self.unit);
        if self.peek() == Some('"') {
            self.next();
        }
        Text {
            value,
            range: start..self.unit,
            places,
        }
    }

    fn escape(&mut self) -> char {
        self.next();
        match self.next() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('u') => self.unicode(),
            Some(c) => c,
            None => '\\',
        }
    }

    /// The character of `\u`: reads two of them for a surrogate pair.
    fn unicode(&mut self) -> char {
        let high = self.hex();
        let is_pair = (0xD800..0xDC00).contains(&high) && self.peek() == Some('\\');
        if is_pair && self.chars.get(self.at + 1) == Some(&'u') {
            self.next();
            self.next();
            let low = self.hex();
            let joined = 0x10000 + ((high - 0xD800) << 10) + (low.wrapping_sub(0xDC00) & 0x3FF);
            return char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER);
        }
        char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> u32 {
        let mut number = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(16)) else {
                break;
            };
            self.next();
            number = number * 16 + digit;
        }
        number
    }
}

#[cfg(test)]
#[path = "json_places_tests.rs"]
mod tests;
