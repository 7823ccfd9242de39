//! What every value that a pattern accepts must have: what an index can look up.

use super::compile::{Bounds, Part, parts};
use super::{Dialect, Item, is_escapable};

/// The literals of a pattern by their places, and its normal form.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Whether there is no wildcard: then `prefix` is the value.
    pub(crate) is_exact: bool,
    /// With what the value begins.
    pub(crate) prefix: String,
    /// With what it ends.
    pub(crate) suffix: String,
    /// Which texts it has in between.
    pub(crate) inner: Vec<String>,
    /// Its length, where it is all that is demanded.
    pub(crate) bounds: Option<Bounds>,
    /// The same for all patterns that differ in nothing but how they are written.
    pub(crate) normal: String,
}

impl Outline {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut outline = Self::default();
        let mut literal = String::new();
        let mut has_wildcard = false;
        let parts = parts(items);
        if let [Part::Run(run)] = *parts {
            outline.bounds = Some(run.bounds());
        }
        for part in parts {
            match part {
                Part::Literal(c) => {
                    literal.push(c);
                    outline
                        .normal
                        .extend(is_escapable(c, Dialect::Pulumi).then_some('\\'));
                    outline.normal.push(c);
                }
                Part::Run(run) => {
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
