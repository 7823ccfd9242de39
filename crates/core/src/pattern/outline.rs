//! The literals that every value accepted by a pattern contains, which an index can look up.

use super::runs::{Bounds, Piece, pieces};
use super::{Dialect, Item, is_escapable};

/// The literals of a pattern by their position, and its normal form.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
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

impl Outline {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut outline = Self::default();
        let mut literal = String::new();
        let mut has_wildcard = false;
        let pieces = pieces(items);
        if let [Piece::Run(run)] = *pieces {
            outline.bounds = Some(run.bounds());
        }
        for part in pieces {
            match part {
                Piece::Literal(c) => {
                    literal.push(c);
                    outline
                        .normal
                        .extend(is_escapable(c, Dialect::Pulumi).then_some('\\'));
                    outline.normal.push(c);
                }
                Piece::Run(run) => {
                    let text = std::mem::take(&mut literal);
                    if !has_wildcard {
                        outline.prefix = text;
                    } else if !text.is_empty() {
                        outline.inner.push(text);
                    }
                    has_wildcard = true;
                    outline.normal.extend(std::iter::repeat_n('.', run.ones));
                    outline
                        .normal
                        .extend(std::iter::repeat_n('?', run.optional));
                    outline.normal.extend(run.many.then_some('*'));
                }
            }
        }
        outline.is_exact = !has_wildcard;
        *(if has_wildcard {
            &mut outline.suffix
        } else {
            &mut outline.prefix
        }) = literal;
        outline
    }
}
