//! A pattern as literals and runs of wildcards, each run in its shortest form.

use super::{Item, Token};

pub(super) fn pieces(items: &[Item]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(items.len());
    for item in items {
        match (item.token, pieces.last_mut()) {
            (Token::Literal(c), _) => pieces.push(Piece::Literal(c)),
            (token, Some(Piece::Run(run))) => run.add(token),
            (token, _) => {
                let mut run = Run::default();
                run.add(token);
                pieces.push(Piece::Run(run));
            }
        }
    }
    pieces
}

/// A pattern's literals, and its runs of wildcards in their shortest form.
pub(super) enum Piece {
    Literal(char),
    Run(Run),
}

/// A run of wildcards: at least `ones` characters, and up to `optional` more or, with `many`, any
/// number.
#[derive(Clone, Copy, Default)]
pub(super) struct Run {
    pub(super) ones: usize,
    pub(super) optional: usize,
    pub(super) many: bool,
}

/// The smallest and the largest number of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Bounds {
    min: usize,
    max: usize,
}

impl Bounds {
    /// Whether there is no maximum.
    pub(crate) fn is_open(self) -> bool {
        self.max == usize::MAX
    }

    /// Whether every length is accepted.
    pub(super) fn is_any(self) -> bool {
        self.min == 0 && self.is_open()
    }

    pub(crate) fn contains(self, length: usize) -> bool {
        (self.min..=self.max).contains(&length)
    }
}

impl Run {
    pub(super) fn bounds(self) -> Bounds {
        Bounds {
            min: self.ones,
            max: if self.many {
                usize::MAX
            } else {
                self.ones + self.optional
            },
        }
    }

    fn add(&mut self, token: Token) {
        match token {
            Token::Literal(_) => {}
            Token::One => self.ones += 1,
            Token::Optional => self.optional += 1,
            Token::Many => self.many = true,
        }
        if self.many {
            self.optional = 0;
        }
    }
}
