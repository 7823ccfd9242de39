//! The reference matcher: the definition of the language, which tests compare the matchers with.
//!
//! A table of `pattern × value` bits, filled row by row: the simplest implementation, in time and
//! memory linear in pattern length × value length.

use super::trace::Reach;
use super::{Item, Token};

/// For each value offset, whether it can be reached. Offsets out of range are unreachable.
type Row = Vec<bool>;

fn at(row: &[bool], offset: usize) -> bool {
    row.get(offset).copied().unwrap_or(false)
}

/// The row after `token`, from the row before it.
fn step(token: Token, row: &[bool], value: &[char]) -> Row {
    let mut carried = false;
    (0..=value.len())
        .map(|offset| {
            let before = offset.checked_sub(1);
            let previous = before.is_some_and(|before| at(row, before));
            match token {
                Token::Literal(c) => {
                    previous && before.and_then(|before| value.get(before)) == Some(&c)
                }
                Token::One => previous,
                Token::Optional => at(row, offset) || previous,
                Token::Many => {
                    carried |= at(row, offset);
                    carried
                }
            }
        })
        .collect()
}

fn start_row(value: &[char]) -> Row {
    let mut row = vec![false; value.len() + 1];
    if let Some(first) = row.first_mut() {
        *first = true;
    }
    row
}

pub(super) fn is_match(items: &[Item], value: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let last = items.iter().fold(start_row(&value), |row, item| {
        step(item.token, &row, &value)
    });
    at(&last, value.len())
}

/// The table, and that of the reversed tokens and value.
pub(super) struct Table {
    rows: Vec<Row>,
    suffix_rows: Vec<Row>,
}

impl Table {
    pub(super) fn new(items: &[Item], value: &[char]) -> Self {
        let reversed: Vec<char> = value.iter().rev().copied().collect();
        let mut suffix_rows = rows(items.iter().rev(), &reversed);
        suffix_rows.reverse();
        for row in &mut suffix_rows {
            row.reverse();
        }
        Self {
            rows: rows(items.iter(), value),
            suffix_rows,
        }
    }
}

impl Reach for Table {
    fn furthest(&mut self) -> (usize, usize, usize) {
        let reached = self.rows.iter().rposition(|row| row.contains(&true));
        let row = reached.and_then(|reached| self.rows.get(reached));
        let first = row.and_then(|row| row.iter().position(|reachable| *reachable));
        let last = row.and_then(|row| row.iter().rposition(|reachable| *reachable));
        (
            reached.unwrap_or_default(),
            first.unwrap_or_default(),
            last.unwrap_or_default(),
        )
    }

    fn first_offset(&mut self, tokens: usize) -> usize {
        let row = self.rows.get(tokens);
        row.and_then(|row| row.iter().position(|reachable| *reachable))
            .unwrap_or_default()
    }

    fn accepts(&mut self, index: usize, offset: usize) -> bool {
        self.suffix_rows
            .get(index)
            .is_some_and(|row| at(row, offset))
    }
}

/// The row after each number of tokens.
fn rows<'a>(items: impl Iterator<Item = &'a Item>, value: &[char]) -> Vec<Row> {
    let mut rows = vec![start_row(value)];
    for item in items {
        if let Some(row) = rows.last() {
            rows.push(step(item.token, row, value));
        }
    }
    rows
}
