//! Texts to be found anywhere in a value, with the classes under each.

use super::keys::Postings;
use super::texts::Texts;
use crate::sorted::sorted;

/// Texts to be found anywhere in a value, with the classes that are filed under each.
#[derive(Clone, Debug)]
pub(super) struct Inner {
    texts: Texts,
    postings: Vec<Postings>,
}

impl Inner {
    pub(super) fn of(texts: Vec<(&str, Postings)>) -> Self {
        let (texts, postings): (Vec<_>, _) = sorted(texts).into_iter().unzip();
        Self {
            texts: Texts::new(&texts),
            postings,
        }
    }

    /// Calls `found` once for each text that `value` contains.
    pub(super) fn each(&self, value: &str, mut found: impl FnMut(Postings)) {
        self.texts.each(value, |number| {
            found(self.postings.get(number).copied().unwrap_or_default());
        });
    }
}
