//! The values that rules see, looked up once for each claim path.

use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

use super::evidence::ValueEvidence;
use crate::claim_path::ClaimPath;
use crate::claims::{Claims, Found, Usable, usable};
use crate::numbers::Table;
use crate::pattern::Pattern;
use crate::policy::Rule;
use crate::sorted::sorted;

/// The most values that are recorded of a rule.
const MAX_VALUES: usize = 20;

/// How much is recorded in an explanation, in steps of matching and bytes.
const MAX_RECORDED: usize = 64 * 1024 * 1024;

/// About how many bytes a capture takes, besides its text.
const CAPTURE: usize = 64;

/// Up to this many values are compared one by one.
const FEW_VALUES: usize = 32;

/// The values of claims by their paths, and how much more may be recorded.
pub(super) struct Lookup<'a> {
    claims: &'a Claims,
    /// By the numbers of claim paths.
    seen: Vec<Option<Seen>>,
    left: usize,
}

/// What a rule on a claim path sees.
pub(super) enum Seen {
    /// No claim, with the sentence that says so.
    Missing(String),
    /// A value that no pattern matches, with its kind.
    Unusable(&'static str),
    /// Values that a pattern can match.
    Values(Values),
}

/// The texts of a claim, and their indices if it is an array.
pub(super) struct Values {
    pub(super) texts: Vec<(Option<usize>, String)>,
    /// The places of the texts in their order, and in the order of the reversed texts.
    by_start: OnceCell<Vec<usize>>,
    by_end: OnceCell<Vec<usize>>,
    /// Where the first text is that a pattern accepts, by the pattern's address, if there are many. The
    /// pattern is kept here, so that no other gets its address.
    known: RefCell<Table<*const Pattern, Searched>>,
}

/// A pattern, and the place of the first text that it accepts.
type Searched = (Arc<Pattern>, Option<usize>);

/// What is recorded of a rule's values.
pub(super) struct Recorded {
    pub(super) values: Vec<ValueEvidence>,
    pub(super) left_out: usize,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(claims: &'a Claims) -> Self {
        Self {
            claims,
            seen: Vec::new(),
            left: MAX_RECORDED,
        }
    }

    /// What a rule sees.
    pub(super) fn find(&mut self, rule: &Rule) -> &Seen {
        let place = rule.number as usize;
        if self.seen.len() <= place {
            self.seen.resize_with(place + 1, || None);
        }
        match self.seen.get_mut(place) {
            Some(seen) => seen.get_or_insert_with(|| Seen::of(self.claims, &rule.path)),
            None => &Seen::Unusable("unknown"),
        }
    }

    /// Whether a rule matches.
    pub(super) fn is_match(&mut self, rule: &Rule) -> bool {
        match self.find(rule) {
            Seen::Values(values) => values.first_match(&rule.pattern).is_some(),
            Seen::Missing(_) | Seen::Unusable(_) => false,
        }
    }

    /// Records how a rule's pattern matched the values, of which the one at `matched` matches.
    pub(super) fn record(&mut self, rule: &Rule, matched: Option<usize>) -> Recorded {
        let mut left = self.left;
        let recorded = match self.find(rule) {
            Seen::Values(values) => values.record(&rule.pattern, matched, &mut left),
            Seen::Missing(_) | Seen::Unusable(_) => Recorded {
                values: Vec::new(),
                left_out: 0,
            },
        };
        self.left = left;
        recorded
    }
}

impl Seen {
    fn of(claims: &Claims, path: &ClaimPath) -> Self {
        let texts = match claims.find(path) {
            Found::Missing(sentence) => return Self::Missing(sentence),
            Found::Value(value) => match usable(value) {
                Usable::Nothing(kind) => return Self::Unusable(kind),
                Usable::One(text) => vec![(None, text)],
                Usable::Any(texts) => texts
                    .into_iter()
                    .map(|(index, text)| (Some(index), text))
                    .collect(),
            },
        };
        Self::Values(Values {
            texts,
            by_start: OnceCell::new(),
            by_end: OnceCell::new(),
            known: RefCell::default(),
        })
    }
}

impl Values {
    /// The place of the first value that the pattern accepts.
    pub(super) fn first_match(&self, pattern: &Arc<Pattern>) -> Option<usize> {
        if self.texts.len() <= FEW_VALUES {
            return self.search(pattern);
        }
        // With thousands of rules, comparing each with thousands of values would take too long.
        let key = Arc::as_ptr(pattern);
        if let Some((_, known)) = self.known.borrow().get(&key) {
            return *known;
        }
        let found = match self.candidates(pattern) {
            Some(places) => {
                let places = places.iter().copied();
                let is_match = |place: &usize| pattern.is_match(self.text(*place));
                places.filter(is_match).min()
            }
            None => self.search(pattern),
        };
        let known = (Arc::clone(pattern), found);
        self.known.borrow_mut().insert(key, known);
        found
    }

    fn search(&self, pattern: &Pattern) -> Option<usize> {
        self.texts
            .iter()
            .position(|(_, text)| pattern.is_match(text))
    }

    /// The places of the values that have the pattern's start or end, whichever are fewer. `None` if all
    /// values may match, or the cost of a decision includes comparing all of them.
    fn candidates(&self, pattern: &Pattern) -> Option<&[usize]> {
        if pattern.weight() > 0 {
            return None;
        }
        let literals = pattern.literals();
        let end = if literals.is_exact {
            &literals.prefix
        } else {
            &literals.suffix
        };
        let starting = self.starting_with(&literals.prefix);
        let ending = self.ending_with(end);
        let fewer = if starting.len() <= ending.len() {
            starting
        } else {
            ending
        };
        (fewer.len() < self.texts.len()).then_some(fewer)
    }

    fn starting_with(&self, prefix: &str) -> &[usize] {
        let order = self.by_start.get_or_init(|| {
            let texts = self.texts.iter().enumerate();
            let texts = texts.map(|(place, (_, text))| (text.as_str(), place));
            places(sorted(texts.collect()))
        });
        let start = order.partition_point(|place| self.text(*place) < prefix);
        let rest = order.get(start..).unwrap_or_default();
        let count = rest.partition_point(|place| self.text(*place).starts_with(prefix));
        rest.get(..count).unwrap_or_default()
    }

    fn ending_with(&self, suffix: &str) -> &[usize] {
        let order = self.by_end.get_or_init(|| {
            let texts = self.texts.iter().enumerate();
            let texts = texts.map(|(place, (_, text))| {
                let reversed: Vec<u8> = text.bytes().rev().collect();
                (reversed, place)
            });
            places(sorted(texts.collect()))
        });
        let start = order.partition_point(|place| {
            let reversed = self.text(*place).bytes().rev();
            reversed.lt(suffix.bytes().rev())
        });
        let rest = order.get(start..).unwrap_or_default();
        let count = rest.partition_point(|place| self.text(*place).ends_with(suffix));
        rest.get(..count).unwrap_or_default()
    }

    fn text(&self, place: usize) -> &str {
        self.texts.get(place).map_or("", |(_, text)| text)
    }

    /// Records the first values, and the one that matched. `left` is how much may be recorded.
    fn record(&self, pattern: &Pattern, matched: Option<usize>, left: &mut usize) -> Recorded {
        let beyond = matched.filter(|matched| *matched >= MAX_VALUES);
        let first = self.texts.len().min(MAX_VALUES) - usize::from(beyond.is_some());
        let mut values = Vec::new();
        for (index, text) in (0..first)
            .chain(beyond)
            .filter_map(|place| self.texts.get(place))
        {
            let size = size(pattern, text);
            if size > *left {
                *left = 0;
                break;
            }
            *left -= size;
            values.push(ValueEvidence {
                trace: pattern.trace(text),
                index: *index,
                text: text.clone(),
            });
        }
        let left_out = self.texts.len() - values.len();
        Recorded { values, left_out }
    }
}

fn places<T>(sorted: Vec<(T, usize)>) -> Vec<usize> {
    sorted.into_iter().map(|(_, place)| place).collect()
}

/// What tracing a value takes at most.
fn size(pattern: &Pattern, text: &str) -> usize {
    let length = pattern.source().len();
    (length / 64 + 2) * (text.len() + 1) + length + CAPTURE * pattern.wildcards()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Dialect;

    #[test]
    fn a_pattern_without_a_weight_is_compared_with_few_of_many_values() {
        let texts = (0..3_000).map(|place| (Some(place), format!("commonstart{place}commonend")));
        let values = Values {
            texts: texts.collect(),
            by_start: OnceCell::new(),
            by_end: OnceCell::new(),
            known: RefCell::default(),
        };
        for (pattern, most) in [
            ("commonstart77commonend", 1),
            ("commonstart*", 3_000),
            ("commonstart299*", 11),
            ("commonstart*299commonend", 3),
            ("*299commonend", 3),
            (r"commonstart\.1*commonend", 0),
            ("*x", 0),
            ("x*", 0),
            ("", 3_000),
        ] {
            let pattern = Arc::new(Pattern::new(pattern, Dialect::Pulumi).unwrap());
            let found = values.candidates(&pattern).map_or(3_000, <[usize]>::len);
            assert_eq!(found, most, "{pattern:?}");
            let first = values.search(&pattern);
            assert_eq!(values.first_match(&pattern), first, "{pattern:?}");
            assert_eq!(values.first_match(&pattern), first, "{pattern:?}, again");
        }
    }
}
