//! The text of a language that reads best.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::alphabet::Alphabet;
use super::budget::Exhausted;
use super::dfa::{DEAD, Dfa};
use super::store::{DfaId, EMPTY, Store};

/// Words that may stand anywhere, taken whole.
const INSERTS: [&str; 8] = ["-evil", "evil", "x", "-x", "1", "evil-", "/x", ":x"];

/// The price of a word, besides its rank.
const WORD: u32 = 5;

/// The price of a dot where the author wrote one.
const DOT: u32 = 1;

/// The cheapest text of a language: one of the samples, or a short one of words and of characters that
/// the language requires. `None` if it has none. The number is that of the list of samples.
pub(crate) fn cheapest(
    store: &mut Store,
    language: DfaId,
    (number, samples): (usize, &[&str]),
) -> Result<Option<Rc<str>>, Exhausted> {
    if language == EMPTY {
        return Ok(None);
    }
    if let Some(known) = store.best.get(&(language, number)) {
        return Ok(known.clone());
    }
    let found = search(store, language, samples)?;
    let found = found.map(Rc::from);
    store.best.insert((language, number), found.clone());
    Ok(found)
}

fn search(
    store: &mut Store,
    language: DfaId,
    samples: &[&str],
) -> Result<Option<String>, Exhausted> {
    for sample in samples {
        if store.accepts(language, sample)? {
            return Ok(Some((*sample).to_owned()));
        }
    }
    let dfa = store.dfa(language)?;
    let has_dots = store.has_dots;
    let alphabet = store.alphabet();
    if let Some(classes) = dfa.text() {
        let shown = |class: &u16| alphabet.shown().get(usize::from(*class));
        return Ok(Some(classes.iter().filter_map(shown).collect()));
    }
    let words: Vec<Vec<char>> = INSERTS
        .iter()
        .chain(samples)
        .map(|word| word.chars().collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect();
    let found = Search {
        dfa: &dfa,
        alphabet,
        words: &words,
        has_dots,
    }
    .run();
    Ok(found)
}

struct Search<'a> {
    dfa: &'a Dfa,
    alphabet: &'a Alphabet,
    words: &'a [Vec<char>],
    /// Whether a dot is meant where any character will do.
    has_dots: bool,
}

/// How a state was reached: from which, by what text.
type Steps = FxHashMap<u16, (u16, String)>;

impl Search<'_> {
    /// Dijkstra's algorithm; equal prices in the order of states.
    fn run(&self) -> Option<String> {
        let mut open = BinaryHeap::from([Reverse((0_u32, self.dfa.start()))]);
        let mut prices = FxHashMap::from_iter([(self.dfa.start(), 0_u32)]);
        let mut steps = Steps::default();
        while let Some(Reverse((price, state))) = open.pop() {
            if self.dfa.is_accepting(state) {
                return Some(text(&steps, self.dfa.start(), state));
            }
            if prices.get(&state).is_some_and(|known| *known < price) {
                continue;
            }
            let before = steps.get(&state).and_then(|(_, text)| text.chars().last());
            for (cost, next, text) in self.moves(state, before.is_some_and(char::is_alphanumeric)) {
                let total = price.saturating_add(cost);
                if next != DEAD && prices.get(&next).is_none_or(|known| total < *known) {
                    prices.insert(next, total);
                    steps.insert(next, (state, text));
                    open.push(Reverse((total, next)));
                }
            }
        }
        None
    }

    fn moves(&self, state: u16, follows_a_word: bool) -> Vec<(u32, u16, String)> {
        let mut moves = Vec::new();
        for (rank, word) in (0..).zip(self.words) {
            let next = word.iter().fold(state, |state, c| self.step(state, *c));
            // A word that begins with a separator goes on with another one.
            let is_odd = !follows_a_word && word.first().is_some_and(|c| !c.is_alphanumeric());
            if next != DEAD {
                let price = WORD + rank + 20 * u32::from(is_odd);
                moves.push((price, next, word.iter().collect()));
            }
        }
        let steps = self.alphabet.shown().iter().enumerate();
        let steps = steps.map(|(class, c)| (*c, self.dfa.step(state, class)));
        let alive: Vec<_> = steps.filter(|(_, next)| *next != DEAD).collect();
        // A character that is required in any case costs nothing.
        let is_only = alive.len() == 1;
        let is_dot = self.has_dots && is_any(state, &alive);
        moves.extend(alive.into_iter().map(|(c, next)| {
            let is_named = self.alphabet.is_named(c);
            let price = match c {
                _ if is_only && is_named => 0,
                '.' if is_dot => DOT,
                c => price(c, is_named),
            };
            (price, next, c.to_string())
        }));
        moves
    }

    fn step(&self, state: u16, c: char) -> u16 {
        match self.alphabet.class(c) {
            Some(class) => self.dfa.step(state, usize::from(class)),
            None => DEAD,
        }
    }
}

/// Whether any of several characters will do at this place, and is followed by the same.
fn is_any(state: u16, alive: &[(char, u16)]) -> bool {
    let Some(((_, first), others)) = alive.split_first() else {
        return false;
    };
    let is_same = others.iter().all(|(_, next)| next == first);
    is_same && !others.is_empty() && *first != state
}

/// What a single character costs: letters are cheap, control characters dear.
fn price(c: char, is_named: bool) -> u32 {
    let base = match c {
        'a'..='z' => 20,
        '0'..='9' => 24,
        'A'..='Z' => 26,
        '-' | '_' | '/' | ':' | '.' | '@' => 40,
        c if c.is_alphabetic() => 60,
        c if c.is_control() => 400,
        _ => 100,
    };
    base + u32::from(!is_named)
}

fn text(steps: &Steps, start: u16, end: u16) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut at = end;
    while at != start || parts.is_empty() {
        let Some((from, text)) = steps.get(&at) else {
            break;
        };
        parts.push(text);
        at = *from;
        if parts.len() > usize::from(u16::MAX) {
            break;
        }
    }
    parts.reverse();
    parts.concat()
}
