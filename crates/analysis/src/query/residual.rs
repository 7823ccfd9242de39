//! The texts that remain for each part of a token.

use super::space::Space;
use crate::automaton::{DfaId, EMPTY, Exhausted, LangId};

/// What remains, by the numbers of slots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Residual(Vec<(usize, Vec<DfaId>)>);

/// What remains for the parts of a token that was found.
pub(super) struct Remains {
    /// Before the negatives were kept from holding.
    pub(super) before: Residual,
    /// After that.
    pub(super) after: Residual,
}

impl Residual {
    /// What remains for a slot: a language for each value that is needed; none if nothing is said
    /// about it yet.
    pub(super) fn own(&self, slot: usize) -> &[DfaId] {
        let place = self.0.binary_search_by_key(&slot, |(slot, _)| *slot);
        let own = place.ok().and_then(|place| self.0.get(place));
        own.map(|(_, own)| own.as_slice()).unwrap_or_default()
    }

    /// The same, with the grammar's words where nothing is said yet.
    pub(super) fn of(&self, space: &mut Space, slot: usize) -> Result<Vec<DfaId>, Exhausted> {
        let own = self.own(slot);
        if !own.is_empty() {
            return Ok(own.to_vec());
        }
        let words = space.words(slot);
        Ok(vec![space.store.dfa_of_words(words)?])
    }

    /// The number of its entries.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn set(&mut self, slot: usize, languages: Vec<DfaId>) {
        match self.0.binary_search_by_key(&slot, |(slot, _)| *slot) {
            Ok(place) => {
                if let Some((_, own)) = self.0.get_mut(place) {
                    *own = languages;
                }
            }
            Err(place) => self.0.insert(place, (slot, languages)),
        }
    }

    /// Requires that a slot matches: its one value, or one of several. False if it cannot.
    pub(super) fn require(
        &mut self,
        space: &mut Space,
        slot: usize,
        lang: LangId,
        is_many: bool,
    ) -> Result<bool, Exhausted> {
        let wanted = space.store.dfa_of(lang)?;
        let words = space.words(slot);
        let words = space.store.dfa_of_words(words)?;
        let mut own = self.own(slot).to_vec();
        let next = match own.first() {
            Some(first) if !is_many => space.store.both(*first, wanted)?,
            _ => space.store.both(words, wanted)?,
        };
        match is_many {
            true if own.contains(&next) => {}
            true => own.push(next),
            false => own = vec![next],
        }
        self.set(slot, own);
        Ok(next != EMPTY)
    }

    /// Leaves out the texts that match.
    pub(super) fn exclude(
        &mut self,
        space: &mut Space,
        slot: usize,
        lang: LangId,
    ) -> Result<(), Exhausted> {
        let unwanted = space.store.dfa_of(lang)?;
        let mut own = self.of(space, slot)?;
        for language in &mut own {
            *language = space.store.without(*language, unwanted)?;
        }
        self.set(slot, own);
        Ok(())
    }
}
