//! Texts to be found anywhere in a value.

#[cfg(feature = "aho-corasick")]
use aho_corasick::{
    Input,
    automaton::{Automaton, OverlappingState},
    nfa::contiguous::NFA,
};
use memchr::memmem::Finder;

#[cfg(feature = "aho-corasick")]
use super::hash::Places;
use super::keys::Postings;

/// Up to this many texts are searched one by one, more by an automaton.
#[cfg(feature = "aho-corasick")]
const FEW_TEXTS: usize = 8;

/// Texts to be found anywhere in a value.
#[derive(Clone, Debug)]
pub(super) enum Inner {
    Few(Vec<(Finder<'static>, Postings)>),
    #[cfg(feature = "aho-corasick")]
    Many(Box<NFA>, Vec<Postings>),
}

impl Inner {
    /// `None` if there are too many texts for an automaton.
    pub(super) fn of(texts: &[(&str, Postings)]) -> Option<Self> {
        #[cfg(feature = "aho-corasick")]
        if texts.len() > FEW_TEXTS {
            // This kind by name: the crate's choice at run time would link two more.
            let automaton = NFA::new(texts.iter().map(|(text, _)| text));
            let postings = texts.iter().map(|(_, postings)| *postings).collect();
            return Some(Self::Many(Box::new(automaton.ok()?), postings));
        }
        let finder = |text: &str| Finder::new(text.as_bytes()).into_owned();
        Some(Self::Few(
            texts
                .iter()
                .map(|(text, postings)| (finder(text), *postings))
                .collect(),
        ))
    }

    /// Calls `found` once for each text that `value` contains.
    pub(super) fn each(&self, value: &str, mut found: impl FnMut(Postings)) {
        match self {
            Self::Few(texts) => {
                let is_there = |finder: &Finder<'_>| finder.find(value.as_bytes()).is_some();
                texts
                    .iter()
                    .filter(|(finder, _)| is_there(finder))
                    .for_each(|(_, postings)| found(*postings));
            }
            #[cfg(feature = "aho-corasick")]
            Self::Many(automaton, postings) => {
                let mut seen = Places::default();
                let input = Input::new(value);
                let mut state = OverlappingState::start();
                while automaton.try_find_overlapping(&input, &mut state).is_ok() {
                    let Some(hit) = state.get_match().map(|hit| hit.pattern()) else {
                        break;
                    };
                    if seen.insert(hit.as_u32()) {
                        found(postings.get(hit.as_usize()).copied().unwrap_or_default());
                    }
                }
            }
        }
    }
}
