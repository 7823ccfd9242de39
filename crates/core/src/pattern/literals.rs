//! The literals that every value accepted by a pattern contains, which an index can look up.

use super::runs::{Bounds, Piece, pieces};
use super::{Dialect, Item, is_escapable};

/// The literals of a pattern by their position, and its normal form.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Literals {
    /// Whether there is no wildcard: then `prefix` is the value.
    pub(crate) is_exact: bool,
    /// The text that the value begins with.
    pub(crate) prefix: String,
    /// The text that it ends with.
    pub(crate) suffix: String,
    /// The texts in between.
    pub(crate) inner: Vec<String>,
    /// The length, if the pattern requires nothing else.
    pub(crate) bounds: Option<Bounds>,
    /// Equal for all patterns that differ only in how they are written.
    pub(crate) normal: String,
}

impl Literals {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut literals = Self::default();
        let mut literal = String::new();
        let mut has_wildcard = false;
        let pieces = pieces(items);
        if let [Piece::Run(run)] = *pieces {
            literals.bounds = Some(run.bounds());
        }
        for part in pieces {
            match part {
                Piece::Literal(c) => {
                    literal.push(c);
                    literals
                        .normal
                        .extend(is_escapable(c, Dialect::Pulumi).then_some('\\'));
                    literals.normal.push(c);
                }
                Piece::Run(run) => {
                    let text = std::mem::take(&mut literal);
                    if !has_wildcard {
                        literals.prefix = text;
                    } else if !text.is_empty() {
                        literals.inner.push(text);
                    }
                    has_wildcard = true;
                    literals.normal.extend(std::iter::repeat_n('.', run.ones));
                    literals
                        .normal
                        .extend(std::iter::repeat_n('?', run.optional));
                    literals.normal.extend(run.many.then_some('*'));
                }
            }
        }
        literals.is_exact = !has_wildcard;
        *(if has_wildcard {
            &mut literals.suffix
        } else {
            &mut literals.prefix
        }) = literal;
        literals
    }
}
