//! Patterns of literals, `.` and `*`. The text between two `*` has a fixed length, so that its
//! leftmost match is always sufficient.

use memchr::memmem;

use super::Item;
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
    /// `None` if a `?` may match no character.
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
        Some(Self(segments.into()))
    }

    pub(super) fn is_match(&self, value: &str) -> bool {
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
            match segment.behind_leftmost(value) {
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

    /// The text after the leftmost match of the segment in `value`.
    fn behind_leftmost<'a>(&self, value: &'a str) -> Option<&'a str> {
        if self.any.is_empty() {
            // The match of a whole text starts and ends at character boundaries.
            let start = memmem::find(value.as_bytes(), self.text.as_bytes())?;
            return value.get(start + self.text.len()..);
        }
        let mut starts = value.char_indices().map(|(start, _)| start);
        starts.find_map(|start| self.strip_prefix(value.get(start..)?))
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
