//! Values by patterns, found by the texts that match.

use std::collections::{BTreeSet, HashMap};

use claimgate::pattern::Pattern;

/// What ends a literal in a pattern of the dialect `stringlike`.
const NO_LITERALS: [char; 3] = ['*', '?', '\\'];

/// Values by patterns. A text is compared only with the patterns that begin with the same literal or, if they begin with a
/// wildcard, end with the same one. So looking up many texts takes time by their number and not by that of all patterns, except for
/// those with a wildcard at both ends, of which each different one is compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct PatternMap<T> {
    by_start: ByLiteral<T>,
    by_end: ByLiteral<T>,
}

#[derive(Clone, Debug, Default)]
struct ByLiteral<T> {
    /// By the literal, and then by the text of the pattern.
    patterns: HashMap<String, HashMap<String, (Pattern, T)>>,
    /// The lengths of all literals, in bytes.
    lengths: BTreeSet<usize>,
}

impl<T: Default> PatternMap<T> {
    /// The value of a pattern, which is the default one at first.
    pub(super) fn entry(&mut self, pattern: &Pattern) -> &mut T {
        let source = pattern.source();
        let start = source.split(NO_LITERALS).next().unwrap_or_default();
        let end = source.rsplit(NO_LITERALS).next().unwrap_or_default();
        let (part, literal) = match start.is_empty() {
            true => (&mut self.by_end, end),
            false => (&mut self.by_start, start),
        };
        part.lengths.insert(literal.len());
        let patterns = part.patterns.entry(literal.to_owned()).or_default();
        let entry = patterns.entry(source.to_owned());
        let (_, value) = entry.or_insert_with(|| (pattern.clone(), T::default()));
        value
    }
}

impl<T> PatternMap<T> {
    /// The values of all patterns that match a text.
    pub(super) fn matching(&self, text: &str) -> impl Iterator<Item = &T> {
        let Self { by_start, by_end } = self;
        let starts = by_start.lengths.iter();
        let starts = starts.filter_map(move |length| by_start.patterns.get(text.get(..*length)?));
        let ends = by_end.lengths.iter().filter_map(move |length| {
            let place = text.len().checked_sub(*length)?;
            by_end.patterns.get(text.get(place..)?)
        });
        let patterns = starts.chain(ends).flat_map(HashMap::values);
        let matching = patterns.filter(move |(pattern, _)| pattern.is_match(text));
        matching.map(|(_, value)| value)
    }

    /// All values.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        let parts = [&self.by_start, &self.by_end].into_iter();
        let patterns = parts.flat_map(|part| part.patterns.values().flat_map(HashMap::values));
        patterns.map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::{Dialect, Pattern};

    use super::PatternMap;

    const PATTERNS: [&str; 18] = [
        "*", "?", "a", "ab", "a*", "*a", "ab*", "*ab", "a*b", "*a*", "?b", "a?", "**", "a-*-b",
        "\\*", "a\\*", "\\\\a", "é*",
    ];

    const TEXTS: [&str; 14] = [
        "", "a", "b", "ab", "ba", "aab", "abb", "a-b", "a-x-b", "*", "a*", "\\a", "é", "éa",
    ];

    #[test]
    fn the_values_of_exactly_the_matching_patterns_are_found() {
        let pattern = |source: &str| Pattern::new(source, Dialect::StringLike).unwrap();
        let mut map = PatternMap::<Vec<&str>>::default();
        // The second time, the same values are found.
        for source in PATTERNS.into_iter().chain(PATTERNS) {
            map.entry(&pattern(source)).push(source);
        }
        for text in TEXTS {
            let matching = PATTERNS
                .into_iter()
                .filter(|source| pattern(source).is_match(text));
            let mut expected: Vec<_> = matching.flat_map(|source| [source; 2]).collect();
            let mut found: Vec<_> = map.matching(text).flatten().copied().collect();
            expected.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(map.values().count(), PATTERNS.len());
    }
}
