//! The values of a claim that fit a pattern, form by form.

use claimgate_providers::grammar::Words;

use super::cube::{PathId, Rule};
use super::space::Space;
use super::words::pattern;
use crate::automaton::{DfaId, EMPTY, Exhausted, LangId, Segment, Token, cheapest, literal};

/// Of more ways than these it is not asked whether one is part of another.
const MANY: usize = 32;

/// The tokens of a shape that have the claim.
pub(crate) struct Fitting {
    /// What the claim's value consists of.
    pub(crate) segments: Vec<Segment>,
    /// The ways in which it fits; none if it never does. In each, what is left for every part.
    pub(crate) ways: Vec<Vec<Left>>,
}

/// What is left for a part of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// The part.
    pub(crate) slot: usize,
    /// The pattern that it has to match.
    pub(crate) pattern: LangId,
    /// The texts that it can have, of those that the provider sends.
    pub(crate) texts: DfaId,
}

/// The texts of a part, in a form that people can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    /// Any that the provider sends.
    Any,
    /// These and no others.
    Only(Vec<String>),
    /// All that begin so.
    Beginning(String),
    /// Those that match one of these patterns, as the dialect `pulumi` writes them.
    Like(Vec<String>),
}

impl Space {
    /// The values that hold a rule, in tokens of each shape; `None` for shapes without the claim.
    pub(crate) fn fitting(
        &mut self,
        (path, lang): Rule,
    ) -> Result<Vec<(&'static str, Option<Fitting>)>, Exhausted> {
        self.store.budget.question();
        let mut all = Vec::new();
        for shape in 0..self.shapes.len() {
            let when = self.shapes.get(shape).map_or("", |shape| shape.when);
            let fitting = match self.segments_of(shape, path) {
                Some(segments) => Some(Fitting {
                    segments: segments.to_vec(),
                    ways: self.left_in(shape, (path, lang))?,
                }),
                None => None,
            };
            all.push((when, fitting));
        }
        Ok(all)
    }

    /// The ways, without those that are part of another one.
    fn left_in(
        &mut self,
        shape: usize,
        (path, lang): (PathId, LangId),
    ) -> Result<Vec<Vec<Left>>, Exhausted> {
        let ways = self.ways(shape, path, lang)?;
        let mut all: Vec<Vec<Left>> = Vec::new();
        for way in ways.iter().filter(|way| way.impossible.is_none()) {
            let mut own = Vec::with_capacity(way.parts.len());
            for (slot, pattern) in &way.parts {
                own.push(self.left(*slot, *pattern)?);
            }
            all.push(own);
        }
        if all.len() > MANY {
            return Ok(all);
        }
        let mut kept: Vec<Vec<Left>> = Vec::new();
        for (place, way) in all.iter().enumerate() {
            let mut is_covered = false;
            for (other, wider) in all.iter().enumerate() {
                // Of two equal ways the first one is kept.
                let may_cover = other != place && (wider != way || other < place);
                is_covered = is_covered || (may_cover && self.is_part(way, wider)?);
            }
            if !is_covered {
                kept.push(way.clone());
            }
        }
        Ok(kept)
    }

    /// What is left for a part that has to match a pattern.
    pub(crate) fn left(&mut self, slot: usize, pattern: LangId) -> Result<Left, Exhausted> {
        let words = self.store.dfa_of_words(self.words(slot))?;
        let own = self.store.dfa_of(pattern)?;
        let texts = self.store.both(words, own)?;
        Ok(Left {
            slot,
            pattern,
            texts,
        })
    }

    fn is_part(&mut self, way: &[Left], wider: &[Left]) -> Result<bool, Exhausted> {
        for (own, other) in way.iter().zip(wider) {
            if own.slot != other.slot || !self.store.is_within(own.texts, other.texts)? {
                return Ok(false);
            }
        }
        Ok(way.len() == wider.len())
    }

    /// The name of a part.
    pub(crate) fn part_name(&self, slot: usize) -> &str {
        self.slots.get(slot).map_or("", |slot| slot.name.as_str())
    }

    /// The texts of a part in a form that people can read.
    pub(crate) fn texts(&mut self, left: Left) -> Result<Texts, Exhausted> {
        if let Words::OneOf(texts) = self.store.words(self.words(left.slot)) {
            let mut own = Vec::new();
            for text in texts {
                if self.store.accepts(left.texts, text)? {
                    own.push((*text).to_owned());
                }
            }
            // A part that is always the same is shown as that text.
            return Ok(match own.len() == texts.len() && texts.len() > 1 {
                true => Texts::Any,
                false => Texts::Only(own),
            });
        }
        if left.texts == self.store.dfa_of_words(self.words(left.slot))? {
            return Ok(Texts::Any);
        }
        let patterns = self.store.patterns(left.pattern);
        if patterns.iter().flatten().all(|token| !token.is_wildcard()) {
            let text = |tokens: &Vec<Token>| tokens.iter().filter_map(char).collect();
            return Ok(Texts::Only(patterns.iter().map(text).collect()));
        }
        if let [tokens] = &*patterns
            && let Some((Token::Many, start)) = tokens.split_last()
            && start.iter().all(|token| !token.is_wildcard())
        {
            return Ok(Texts::Beginning(start.iter().filter_map(char).collect()));
        }
        Ok(Texts::Like(
            patterns.iter().map(|own| pattern(own)).collect(),
        ))
    }

    /// A typical text of a part that is left, and that is not one of others; `None` if all are.
    pub(crate) fn other_text(
        &mut self,
        left: Left,
        others: Option<LangId>,
    ) -> Result<Option<String>, Exhausted> {
        let texts = match others {
            Some(others) => {
                let others = self.store.dfa_of(others)?;
                self.store.without(left.texts, others)?
            }
            None => left.texts,
        };
        if texts == EMPTY {
            return Ok(None);
        }
        let samples = self.slots.get(left.slot).map(|slot| slot.samples.clone());
        let samples = (left.slot, samples.unwrap_or_default());
        let text = cheapest(&mut self.store, texts, (samples.0, &samples.1))?;
        Ok(text.map(|text| text.to_string()))
    }

    /// Whether a part of claims can be a text; `None` if there is no such part, or it is not known.
    pub(crate) fn is_text_of(&mut self, part: &str, text: &str) -> Option<bool> {
        let slot = self.atom_slot(part)?;
        // New characters would renew all automata: the text comes first.
        let text = self.store.lang([literal(text)]);
        let words = self.store.dfa_of_words(self.words(slot)).ok()?;
        let text = self.store.dfa_of(text).ok()?;
        Some(!self.store.is_disjoint(words, text).ok()?)
    }

    /// Whether a part can have a text.
    pub(crate) fn has_text(&mut self, left: Left, text: &str) -> Result<bool, Exhausted> {
        self.store.accepts(left.texts, text)
    }
}

fn char(token: &Token) -> Option<char> {
    match token {
        Token::Char(c) => Some(*c),
        _ => None,
    }
}
