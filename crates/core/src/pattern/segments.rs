//! Patterns of literals and `*`, with `.` before the first and after the last `*`. The text between
//! two `*` has a fixed length, so that its leftmost match is always sufficient.

use memchr::memmem;

use super::Item;
use super::automaton::Meter;
use super::runs::{Piece, pieces};

/// The texts between the `*`, the first and the last of them anchored.
#[derive(Clone)]
pub(super) struct Segments(Box<[Segment]>);

/// Literals and `.` in sequence.
#[derive(Clone, Default)]
struct Segment {
    /// The literals; at the positions in `any`, the character has no meaning.
    text: Box<str>,
    /// Positions of `.`, in characters, ascending.
    any: Box<[u32]>,
    /// The number of characters.
    len: usize,
}

#[derive(Default)]
struct Builder {
    text: String,
    any: Vec<u32>,
    len: u32,
}

impl Builder {
    fn push(&mut self, literal: Option<char>) {
        if literal.is_none() {
            self.any.push(self.len);
        }
        self.text.push(literal.unwrap_or('.'));
        self.len += 1;
    }

    fn take(&mut self) -> Segment {
        let Self { text, any, len } = std::mem::take(self);
        Segment {
            text: text.into(),
            any: any.into(),
            len: len as usize,
        }
    }
}

impl Segments {
    /// `None` if a `?` may match no character, or if a `.` is between two `*`.
    pub(super) fn of(items: &[Item]) -> Option<Self> {
        let mut segments = Vec::new();
        let mut builder = Builder::default();
        for part in pieces(items) {
            match part {
                Piece::Literal(c) => builder.push(Some(c)),
                Piece::Run(run) if run.optional > 0 => return None,
                Piece::Run(run) => {
                    (0..run.ones).for_each(|_| builder.push(None));
                    if run.many {
                        segments.push(builder.take());
                    }
                }
            }
        }
        segments.push(builder.take());
        let middle = segments.get(1..segments.len() - 1).unwrap_or_default();
        let is_plain = middle.iter().all(|segment| segment.any.is_empty());
        is_plain.then(|| Self(segments.into()))
    }

    /// Whether it is the start and the end of a value.
    pub(super) fn is_simple(&self) -> bool {
        self.0.len() <= 2 && self.0.iter().all(|segment| segment.any.is_empty())
    }

    pub(super) fn is_match(&self, value: &str, meter: &mut impl Meter) -> bool {
        let Some((first, rest)) = self.0.split_first() else {
            return false;
        };
        let Some(mut value) = first.strip_prefix(value) else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return value.is_empty();
        };
        for segment in middle {
            match segment.behind_leftmost(value, meter) {
                Some(rest) => value = rest,
                None => return false,
            }
        }
        last.is_suffix(value)
    }
}

impl Segment {
    /// The text after the segment, if `value` starts with it.
    fn strip_prefix<'a>(&self, value: &'a str) -> Option<&'a str> {
        if self.any.is_empty() {
            return value.strip_prefix(&*self.text);
        }
        let mut any = self.any.iter().peekable();
        let mut rest = value.chars();
        for (place, wanted) in (0_u32..).zip(self.text.chars()) {
            let found = rest.next()?;
            if any.next_if(|next| **next == place).is_none() && found != wanted {
                return None;
            }
        }
        Some(rest.as_str())
    }

    /// The text after the leftmost match of the segment, which has no `.`, in `value`.
    fn behind_leftmost<'a>(&self, value: &'a str, meter: &mut impl Meter) -> Option<&'a str> {
        if self.text.len() > value.len() {
            return None;
        }
        // The match of a whole text starts and ends at character boundaries.
        let start = memmem::find(value.as_bytes(), self.text.as_bytes());
        // The search is linear in both texts.
        let end = start.map(|start| start + self.text.len());
        meter.add(1 + (self.text.len() + end.unwrap_or(value.len())) / 8);
        value.get(end?..)
    }

    fn is_suffix(&self, value: &str) -> bool {
        if self.any.is_empty() {
            return value.ends_with(&*self.text);
        }
        let start = value
            .char_indices()
            .rev()
            .nth(self.len - 1)
            .and_then(|(start, _)| value.get(start..));
        start
            .and_then(|end| self.strip_prefix(end))
            .is_some_and(str::is_empty)
    }
}
