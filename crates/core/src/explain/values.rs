//! The values that rules see, looked up once for each claim path.

use std::cell::OnceCell;

use super::evidence::ValueEvidence;
use crate::claim_path::ClaimPath;
use crate::claims::{Claims, Found, Usable, usable};
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
    /// The first bytes of the texts and their places, in this order.
    sorted: OnceCell<Vec<(u64, u64)>>,
}

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
            sorted: OnceCell::new(),
        })
    }
}

impl Values {
    /// The place of the first value that the pattern accepts.
    pub(super) fn first_match(&self, pattern: &Pattern) -> Option<usize> {
        if self.texts.len() <= FEW_VALUES {
            return self
                .texts
                .iter()
                .position(|(_, text)| pattern.is_match(text));
        }
        // With thousands of rules, comparing each with thousands of values would take too long.
        match pattern.prefix() {
            Some((prefix, is_whole)) if is_whole || !prefix.is_empty() => {
                let is_match = |place: &usize| pattern.is_match(self.text(*place));
                self.starting_with(prefix).filter(is_match).min()
            }
            _ => self
                .texts
                .iter()
                .position(|(_, text)| pattern.is_match(text)),
        }
    }

    /// The places of the values that have the first bytes of a text.
    fn starting_with(&self, prefix: &str) -> impl Iterator<Item = usize> {
        let sorted = self.sorted.get_or_init(|| {
            let texts = (0..).zip(&self.texts);
            let first = texts.map(|(place, (_, text))| (first_bytes(text, 0), place));
            sorted(first.collect::<Vec<(u64, u64)>>())
        });
        let (low, high) = (first_bytes(prefix, 0), first_bytes(prefix, u8::MAX));
        let start = sorted.partition_point(|(bytes, _)| *bytes < low);
        let rest = sorted.get(start..).unwrap_or_default().iter();
        rest.take_while(move |(bytes, _)| *bytes <= high)
            .filter_map(|(_, place)| usize::try_from(*place).ok())
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

/// The first eight bytes of a text as a number; `rest` stands for those that it does not have.
fn first_bytes(text: &str, rest: u8) -> u64 {
    let bytes = text.bytes().chain(std::iter::repeat(rest));
    bytes
        .take(8)
        .fold(0, |all, byte| all << 8 | u64::from(byte))
}

/// What tracing a value takes at most.
fn size(pattern: &Pattern, text: &str) -> usize {
    let length = pattern.source().len();
    (length / 64 + 2) * (text.len() + 1) + length + CAPTURE * pattern.wildcards()
}
