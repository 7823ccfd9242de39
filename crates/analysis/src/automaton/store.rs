//! All languages of an analysis, each once.

use std::collections::BTreeSet;
use std::rc::Rc;

use claimgate::sorted::distinct;
use claimgate_providers::grammar::{CharSet, Words};
use rustc_hash::FxHashMap;

use super::alphabet::Alphabet;
use super::budget::{Budget, Exhausted};
use super::dfa::{DEAD, Dfa};
use super::explore::{Pairs, is_empty, product, subsets};
use super::nfa::Nfa;
use super::token::{Token, normal};

/// The number of an automaton.
pub(crate) type DfaId = u32;

/// The automaton that accepts nothing.
pub(crate) const EMPTY: DfaId = 0;

/// The number of a language of patterns: the texts that one of them matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LangId(u32);

/// The number of a grammar's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct WordsId(usize);

/// A language of patterns.
struct Lang {
    patterns: Rc<[Vec<Token>]>,
    /// What all its texts begin and end with.
    edges: Edges,
    /// Whether it has one text.
    is_text: bool,
    /// Its automaton, or that it is too large.
    dfa: Option<Result<DfaId, Exhausted>>,
}

struct Edges {
    start: Vec<char>,
    end: Vec<char>,
}

/// Languages of patterns, and automata.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) budget: Budget,
    langs: Vec<Lang>,
    lang_ids: FxHashMap<Rc<[Vec<Token>]>, LangId>,
    named: BTreeSet<char>,
    sets: Vec<CharSet>,
    /// Built when the first automaton is needed, again when other characters come along.
    alphabet: Option<Alphabet>,
    dfas: Vec<Rc<Dfa>>,
    dfa_ids: FxHashMap<Rc<Dfa>, DfaId>,
    words: Vec<(Words, Option<DfaId>)>,
    combined: FxHashMap<(DfaId, DfaId, bool), DfaId>,
    empty: FxHashMap<(DfaId, DfaId, bool), bool>,
    /// The text that reads best of an automaton, by the number of the list of samples.
    pub(super) best: FxHashMap<(DfaId, usize), Option<Rc<str>>>,
    /// Whether authors write `.` for a dot, although it stands for any character.
    pub(crate) has_dots: bool,
}

impl Store {
    /// The language of the texts that one of the patterns matches.
    pub(crate) fn lang(&mut self, patterns: impl IntoIterator<Item = Vec<Token>>) -> LangId {
        let patterns = patterns.into_iter().map(|tokens| normal(&tokens));
        let patterns: Rc<[Vec<Token>]> = distinct(patterns.collect()).into();
        if let Some(id) = self.lang_ids.get(&patterns) {
            return *id;
        }
        for token in patterns.iter().flatten() {
            if let Token::Char(c) = token
                && self.named.insert(*c)
            {
                self.forget();
            }
        }
        let id = LangId(u32::try_from(self.langs.len()).unwrap_or(u32::MAX));
        self.langs.push(Lang {
            edges: edges(&patterns),
            is_text: matches!(&*patterns, [pattern] if !pattern.iter().any(|token| token.is_wildcard())),
            patterns: patterns.clone(),
            dfa: None,
        });
        self.lang_ids.insert(patterns, id);
        id
    }

    /// The number of a grammar's words. Get it before any automaton is needed.
    pub(crate) fn know(&mut self, words: &Words) -> WordsId {
        if let Some(place) = self.words.iter().position(|(own, _)| own == words) {
            return WordsId(place);
        }
        self.words.push((*words, None));
        self.know_characters(words);
        self.forget();
        WordsId(self.words.len() - 1)
    }

    /// Learns the characters and sets of characters that words tell apart.
    fn know_characters(&mut self, words: &Words) {
        let sets: &[CharSet] = match words {
            Words::Name { first, rest } => &[first, rest],
            Words::Path(set) | Words::Ending(set, _) | Words::Except(set, _) => &[set],
            Words::Integer => &[&[('1', '9')], &[('0', '9')]],
            _ => &[],
        };
        let texts: &[&str] = match words {
            Words::OneOf(texts) | Words::Ending(_, texts) | Words::After(texts, _) => texts,
            Words::Except(_, text) => &[text],
            Words::Path(_) => &["/"],
            Words::Integer => &["-0"],
            _ => &[],
        };
        let new: Vec<_> = sets.iter().filter(|set| !self.sets.contains(set)).collect();
        self.sets.extend(new);
        self.named
            .extend(texts.iter().flat_map(|text| text.chars()));
        match words {
            Words::Further(c) => {
                self.named.insert(*c);
            }
            Words::After(_, rest) => self.know_characters(rest),
            Words::Either(kinds) => kinds.iter().for_each(|kind| self.know_characters(kind)),
            _ => {}
        }
    }

    /// The words of a grammar with that number.
    pub(crate) fn words(&self, words: WordsId) -> Words {
        self.words
            .get(words.0)
            .map_or(Words::Any, |(words, _)| *words)
    }

    /// Drops all automata: the classes of characters change.
    fn forget(&mut self) {
        if self.alphabet.take().is_none() {
            return;
        }
        self.dfas.clear();
        self.dfa_ids.clear();
        self.words.iter_mut().for_each(|(_, dfa)| *dfa = None);
        self.combined.clear();
        self.empty.clear();
        self.best.clear();
        self.langs.iter_mut().for_each(|lang| lang.dfa = None);
    }

    /// The patterns of a language.
    pub(crate) fn patterns(&self, lang: LangId) -> Rc<[Vec<Token>]> {
        let lang = self.langs.get(lang.0 as usize);
        lang.map_or_else(|| Rc::from(Vec::new()), |lang| lang.patterns.clone())
    }

    /// The only text of a language, if it has one pattern without wildcards.
    pub(crate) fn text(&self, lang: LangId) -> Option<String> {
        let lang = self.langs.get(lang.0 as usize)?;
        let [pattern] = &*lang.patterns else {
            return None;
        };
        let char = |token: &Token| match token {
            Token::Char(c) => Some(*c),
            _ => None,
        };
        pattern.iter().map(char).collect()
    }

    /// Whether two languages have different beginnings or ends, and so no common text.
    pub(crate) fn are_apart(&self, first: LangId, second: LangId) -> bool {
        if first == second {
            return false;
        }
        let own = |lang: LangId| self.langs.get(lang.0 as usize);
        let (Some(first), Some(second)) = (own(first), own(second)) else {
            return false;
        };
        if first.is_text && second.is_text {
            return true;
        }
        let (first, second) = (&first.edges, &second.edges);
        let differ = |(a, b): (&char, &char)| a != b;
        first.start.iter().zip(&second.start).any(differ)
            || first.end.iter().zip(&second.end).any(differ)
    }

    /// The classes of characters.
    pub(super) fn alphabet(&mut self) -> &Alphabet {
        let (named, sets) = (&self.named, &self.sets);
        self.alphabet
            .get_or_insert_with(|| Alphabet::new(named, sets))
    }

    /// The automaton of a language of patterns.
    pub(crate) fn dfa_of(&mut self, lang: LangId) -> Result<DfaId, Exhausted> {
        let place = lang.0 as usize;
        if let Some(known) = self.langs.get(place).and_then(|lang| lang.dfa) {
            return known;
        }
        let dfa = match self.text(lang) {
            Some(text) => self.of_text(&text),
            None => self.determinize(&Nfa::of_patterns(&self.patterns(lang))),
        };
        if let Some(lang) = self.langs.get_mut(place)
            && matches!(dfa, Ok(_) | Err(Exhausted::States))
        {
            lang.dfa = Some(dfa);
        }
        dfa
    }

    /// The automaton of a grammar's words.
    pub(crate) fn dfa_of_words(&mut self, words: WordsId) -> Result<DfaId, Exhausted> {
        if let Some((_, Some(id))) = self.words.get(words.0) {
            return Ok(*id);
        }
        let id = self.determinize(&Nfa::of_words(&self.words(words)))?;
        if let Some((_, known)) = self.words.get_mut(words.0) {
            *known = Some(id);
        }
        Ok(id)
    }

    fn of_text(&mut self, text: &str) -> Result<DfaId, Exhausted> {
        let alphabet = self.alphabet();
        let classes: Vec<u16> = text.chars().filter_map(|c| alphabet.class(c)).collect();
        let width = alphabet.len();
        if classes.len() >= self.budget.max_states {
            return Err(Exhausted::States);
        }
        self.budget.step(classes.len())?;
        self.add(Dfa::of_text(width, &classes))
    }

    fn determinize(&mut self, nfa: &Nfa) -> Result<DfaId, Exhausted> {
        self.alphabet();
        let alphabet = self.alphabet.as_ref().ok_or(Exhausted::States)?;
        let raw = subsets(nfa, alphabet, &mut self.budget)?;
        self.add(raw.reduce())
    }

    fn add(&mut self, dfa: Dfa) -> Result<DfaId, Exhausted> {
        if self.dfas.is_empty() {
            let empty = Rc::new(Dfa::new(dfa.width(), Vec::new(), Vec::new()));
            self.dfas.push(empty.clone());
            self.dfa_ids.insert(empty, EMPTY);
        }
        if let Some(id) = self.dfa_ids.get(&dfa) {
            return Ok(*id);
        }
        self.budget.cells(usize::from(dfa.len()) * dfa.width())?;
        let id = DfaId::try_from(self.dfas.len()).unwrap_or(DfaId::MAX);
        let dfa = Rc::new(dfa);
        self.dfas.push(dfa.clone());
        self.dfa_ids.insert(dfa, id);
        Ok(id)
    }

    pub(super) fn dfa(&self, id: DfaId) -> Result<Rc<Dfa>, Exhausted> {
        self.dfas.get(id as usize).cloned().ok_or(Exhausted::States)
    }

    /// The texts of both.
    pub(crate) fn both(&mut self, first: DfaId, second: DfaId) -> Result<DfaId, Exhausted> {
        match first == second {
            true => Ok(first),
            false => self.combine(first.min(second), first.max(second), true),
        }
    }

    /// The texts of the first without those of the second.
    pub(crate) fn without(&mut self, first: DfaId, second: DfaId) -> Result<DfaId, Exhausted> {
        match first == second {
            true => Ok(EMPTY),
            false => self.combine(first, second, false),
        }
    }

    fn combine(&mut self, first: DfaId, second: DfaId, both: bool) -> Result<DfaId, Exhausted> {
        let (a, b) = (self.dfa(first)?, self.dfa(second)?);
        if let Some(id) = known(&a, &b, both).map(|known| known.pick(first, second)) {
            return Ok(id);
        }
        if let Some(id) = self.combined.get(&(first, second, both)) {
            return Ok(*id);
        }
        let pairs = Pairs {
            first: &a,
            second: &b,
            both,
        };
        let raw = product(&pairs, &mut self.budget)?;
        let id = self.add(raw.reduce())?;
        self.combined.insert((first, second, both), id);
        Ok(id)
    }

    /// Whether there is no text of both.
    pub(crate) fn is_disjoint(&mut self, first: DfaId, second: DfaId) -> Result<bool, Exhausted> {
        self.is_empty(first.min(second), first.max(second), true)
    }

    /// Whether the second has all texts of the first.
    pub(crate) fn is_within(&mut self, first: DfaId, second: DfaId) -> Result<bool, Exhausted> {
        self.is_empty(first, second, false)
    }

    fn is_empty(&mut self, first: DfaId, second: DfaId, both: bool) -> Result<bool, Exhausted> {
        if first == EMPTY || first == second {
            return Ok(first == EMPTY || !both);
        }
        let (a, b) = (self.dfa(first)?, self.dfa(second)?);
        if let Some(known) = known(&a, &b, both) {
            return Ok(known.pick(first, second) == EMPTY);
        }
        if let Some(is_empty) = self.empty.get(&(first, second, both)) {
            return Ok(*is_empty);
        }
        let pairs = Pairs {
            first: &a,
            second: &b,
            both,
        };
        let is_empty = is_empty(&pairs, &mut self.budget)?;
        self.empty.insert((first, second, both), is_empty);
        Ok(is_empty)
    }

    /// Whether an automaton accepts a text.
    pub(crate) fn accepts(&mut self, id: DfaId, text: &str) -> Result<bool, Exhausted> {
        let dfa = self.dfa(id)?;
        let alphabet = self.alphabet();
        let step = |state, c| match alphabet.class(c) {
            Some(class) => dfa.step(state, usize::from(class)),
            None => DEAD,
        };
        Ok(dfa.is_accepting(text.chars().fold(dfa.start(), step)))
    }
}

/// What a combination of two automata is, where that is known at once.
enum Known {
    Empty,
    First,
    Second,
}

impl Known {
    fn pick(self, first: DfaId, second: DfaId) -> DfaId {
        match self {
            Self::Empty => EMPTY,
            Self::First => first,
            Self::Second => second,
        }
    }
}

/// The texts of both, or those of the first without the second's: if one of them has all texts, none, or
/// only one.
fn known(first: &Dfa, second: &Dfa, both: bool) -> Option<Known> {
    let is_in = |is_in: bool, known: Known| Some(if is_in { known } else { Known::Empty });
    match (first.text(), second.text()) {
        _ if first.len() == 0 => Some(Known::Empty),
        _ if second.len() == 0 => is_in(!both, Known::First),
        _ if second.is_all() => is_in(both, Known::First),
        _ if both && first.is_all() => Some(Known::Second),
        (Some(text), _) => is_in(second.accepts(text) == both, Known::First),
        (None, Some(text)) if both => is_in(first.accepts(text), Known::Second),
        (None, Some(text)) if !first.accepts(text) => Some(Known::First),
        _ => None,
    }
}

/// What all texts of the patterns begin and end with; nothing if there are several.
fn edges(patterns: &[Vec<Token>]) -> Edges {
    let char = |token: &Token| match token {
        Token::Char(c) => Some(*c),
        _ => None,
    };
    let tokens: &[Token] = match patterns {
        [pattern] => pattern,
        _ => &[],
    };
    Edges {
        start: tokens.iter().map_while(char).collect(),
        end: tokens.iter().rev().map_while(char).collect(),
    }
}
