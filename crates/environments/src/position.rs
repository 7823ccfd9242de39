//! Places in a definition: lines, columns and bytes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A position in a definition. All zero where nothing was written, as in a value of the context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in display cells, from 1: a wide character takes two.
    pub column: usize,
    /// The byte, from 0.
    pub byte: usize,
}

/// A range in a definition, as clients of the REST API read it.
///
/// It begins where the value begins. A scalar's range is as long as its value, without the quotes
/// around it, and a list or object ends with its last part, without the closing bracket: clients
/// compare these positions with those of other servers. What was written, to the byte, is
/// [`Node::span`](crate::Node::span).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The environment's name.
    pub environment: Arc<str>,
    /// The first position.
    pub begin: Position,
    /// The position behind the last.
    pub end: Position,
}

impl Range {
    /// The range of something that is written nowhere.
    pub(crate) fn nowhere(environment: &Arc<str>) -> Self {
        Self {
            environment: environment.clone(),
            begin: Position::default(),
            end: Position::default(),
        }
    }
}

/// The number of display cells of a text.
pub(crate) fn cells(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true)
        .map(|cluster| cluster.width().min(2))
        .sum()
}

/// The lines of a text.
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    /// The position of a byte.
    pub(crate) fn position(&self, byte: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.start(line);
        let before = self.text.get(start..byte).unwrap_or_default();
        Position {
            line,
            column: cells(before) + 1,
            byte,
        }
    }

    /// The position of a column in ASCII characters, in a line that lies `down` lines below.
    pub(crate) fn below(&self, from: Position, down: usize, columns: usize) -> Position {
        let line = from.line + down;
        let column = from.column + columns;
        let byte = match down {
            0 => from.byte + columns,
            _ => self.start(line) + column - 1,
        };
        Position { line, column, byte }
    }

    fn start(&self, line: usize) -> usize {
        let start = self.starts.get(line.saturating_sub(1)).copied();
        start.unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_cells() {
        let text = "a: 1\n世界: x\né: y";
        let lines = Lines::of(text);
        let place = |byte| {
            let Position { line, column, .. } = lines.position(byte);
            (line, column)
        };
        assert_eq!(place(0), (1, 1));
        assert_eq!(place(3), (1, 4));
        assert_eq!(place(text.find('x').unwrap()), (2, 7));
        assert_eq!(place(text.find('y').unwrap()), (3, 4));
        assert_eq!(cells("👩‍👩‍👧"), 2);
    }
}
