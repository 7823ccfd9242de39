//! The text of a language that reads best.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::alphabet::Alphabet;
use super::budget::Exhausted;
use super::dfa::{DEAD, Dfa};
use super::store::{DfaId, EMPTY, Store};

/// Words that may stand anywhere, taken whole.
const INSERTS: [&str; 8] = ["-evil", "evil", "x", "-x", "1", "evil-", "/x", ":x"];

/// The price of a word, besides its rank.
const WORD: u32 = 5;

/// The cheapest text of a language: one of the samples, or a short one of words and of characters that
/// the language requires. `None` if it has none.
pub(crate) fn cheapest(
    store: &mut Store,
    language: DfaId,
    samples: &[&str],
) -> Result<Option<String>, Exhausted> {
    if language == EMPTY {
        return Ok(None);
    }
    for sample in samples {
        if store.accepts(language, sample)? {
            return Ok(Some((*sample).to_owned()));
        }
    }
    let dfa = store.dfa(language)?;
    let alphabet = store.alphabet();
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
    }
    .run();
    Ok(found)
}

struct Search<'a> {
    dfa: &'a Dfa,
    alphabet: &'a Alphabet,
    words: &'a [Vec<char>],
}

/// How a state was reached: from which, by what text.
type Steps = HashMap<u16, (u16, String)>;

impl Search<'_> {
    /// Dijkstra's algorithm; equal prices in the order of states.
    fn run(&self) -> Option<String> {
        let mut open = BinaryHeap::from([Reverse((0_u32, self.dfa.start()))]);
        let mut prices = HashMap::from([(self.dfa.start(), 0_u32)]);
        let mut steps = Steps::new();
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
        moves.extend(alive.into_iter().map(|(c, next)| {
            let is_named = self.alphabet.is_named(c);
            let is_required = is_only && is_named;
            let price = if is_required { 0 } else { price(c, is_named) };
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
