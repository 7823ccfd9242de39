//! The audiences that an issuer accepts, besides what its policies say about `aud`.

use std::sync::Arc;

use crate::claims::{Claims, Usable, Value, usable};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::jwt::TokenError;
use crate::sorted::sorted;

/// The member of an issuer that lists its audiences.
pub const AUDIENCES: &str = "audiences";

/// The most audiences of an issuer.
pub const MAX_AUDIENCES: usize = 100;

/// The longest audience in the list of an issuer, in characters.
pub const MAX_AUDIENCE_CHARS: usize = 1_000;

/// How many of an issuer's audiences an error names.
const MAX_NAMED: usize = 10;

/// How much of a token's `aud` an error shows, in characters.
const MAX_FOUND_CHARS: usize = 1_000;

/// The audiences that an issuer accepts: literals in which only `*` is a wildcard, for zero or more
/// characters. Made once for an issuer.
///
/// An audience is compared with those entries only whose literals fit into it, so a token costs at most
/// its size times the number of entries, however many short audiences it has.
#[derive(Clone, Debug)]
pub(crate) struct Audiences {
    list: Arc<[String]>,
    /// By the bytes of their literals, fewest first.
    patterns: Arc<[Pattern]>,
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pattern {
    /// The bytes of its literals: nothing shorter matches.
    least: usize,
    text: String,
}

impl Audiences {
    /// Takes a list that has no [`problems`].
    pub(crate) fn new(list: &[String]) -> Self {
        let patterns = list.iter().map(|text| Pattern::new(text)).collect();
        Self {
            list: list.into(),
            patterns: sorted(patterns).into(),
        }
    }

    pub(crate) fn as_slice(&self) -> &[String] {
        &self.list
    }

    pub(crate) fn check(&self, claims: &Claims) -> Result<(), TokenError> {
        let aud = claims.get("aud");
        let found = match aud.map(usable) {
            Some(Usable::One(text)) if self.accept(&text) => return Ok(()),
            Some(Usable::Any(texts)) if texts.iter().any(|(_, text)| self.accept(text)) => {
                return Ok(());
            }
            Some(Usable::One(_) | Usable::Any(_)) => {
                let found = aud.map(Value::to_json).unwrap_or_default();
                format!("`{}`", shortened(&found))
            }
            Some(Usable::Nothing(kind)) => kind.to_owned(),
            None => "none".to_owned(),
        };
        Err(TokenError::AudienceNotAccepted {
            expected: self.list.iter().take(MAX_NAMED).cloned().collect(),
            found,
        })
    }

    fn accept(&self, audience: &str) -> bool {
        let mut candidates = self.candidates(audience).iter();
        candidates.any(|pattern| matches(&pattern.text, audience))
    }

    /// The entries that an audience is compared with.
    fn candidates(&self, audience: &str) -> &[Pattern] {
        let fits = |pattern: &Pattern| pattern.least <= audience.len();
        let count = self.patterns.partition_point(fits);
        self.patterns.get(..count).unwrap_or_default()
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            least: text.bytes().filter(|byte| *byte != b'*').count(),
        }
    }
}

/// Checks that one of a token's audiences is in the list. They are read as by a rule on `aud`.
///
/// # Errors
/// [`TokenError::AudienceNotAccepted`].
///
/// ```
/// use claimgate::audience::check;
/// use claimgate::claims::Claims;
///
/// let claims = Claims::from_json(r#"{"aud": ["a", "urn:pulumi:org:acme"]}"#)?;
/// assert!(check(&["urn:pulumi:org:*".to_owned()], &claims).is_ok());
/// assert_eq!(check(&["b".to_owned()], &claims).unwrap_err().code(), "audience-not-accepted");
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
pub fn check(list: &[String], claims: &Claims) -> Result<(), TokenError> {
    Audiences::new(list).check(claims)
}

/// The beginning of a long text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_FOUND_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What is wrong with a list of audiences: it has 1 to [`MAX_AUDIENCES`], each of 1 to
/// [`MAX_AUDIENCE_CHARS`] characters.
///
/// ```
/// let problems = claimgate::audience::problems(&[]);
/// assert_eq!(problems[0].to_string(), "audiences: expected 1 to 100 audiences, found 0");
/// ```
#[must_use]
pub fn problems(list: &[String]) -> Diagnostics {
    let mut problems = Diagnostics::default();
    let mut wrong = |path: String, message: String| {
        problems.push(Diagnostic::error(path, "audiences-invalid", message));
    };
    if list.is_empty() || list.len() > MAX_AUDIENCES {
        let message = format!(
            "expected 1 to {MAX_AUDIENCES} audiences, found {}",
            list.len()
        );
        wrong(AUDIENCES.to_owned(), message);
    }
    for (index, audience) in list.iter().enumerate() {
        let found = audience.chars().count();
        if !(1..=MAX_AUDIENCE_CHARS).contains(&found) {
            let message = format!(
                "expected an audience of 1 to {MAX_AUDIENCE_CHARS} characters, found {found}"
            );
            wrong(format!("{AUDIENCES}[{index}]"), message);
        }
    }
    problems
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut literals = pattern.split('*');
    let first = literals.next().unwrap_or_default();
    let Some(last) = literals.next_back() else {
        return first == text;
    };
    // What is between the first and the last literal, of which each takes the leftmost place.
    let inner = text
        .strip_prefix(first)
        .and_then(|rest| rest.strip_suffix(last));
    let rest = literals.try_fold(inner.unwrap_or_default(), |rest, literal| {
        rest.split_once(literal).map(|(_, rest)| rest)
    });
    inner.is_some() && rest.is_some()
}

#[cfg(test)]
mod tests {
    use super::{Audiences, MAX_AUDIENCES, matches};

    #[test]
    fn only_the_star_is_a_wildcard() {
        for (pattern, text) in [
            ("https://a.example", "https://a.example"),
            ("*", ""),
            ("*", "anything"),
            ("a*", "a"),
            ("a*c", "abc"),
            ("a**c", "ac"),
            ("a*b*b*c", "abbc"),
            ("*.example", ".example"),
            ("*ab*", "aab"),
            ("a?", "a?"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("https://a.example", "https://a-example"),
            ("a", "A"),
            ("a", "ab"),
            ("a*", "ba"),
            ("*a", "ab"),
            ("ab*ba", "aba"),
            ("a*b*b*c", "abc"),
            ("a?", "a"),
            ("a?", "ab"),
            ("a\\*", "a*"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_is_the_pattern_of_the_policies_where_that_has_no_other_wildcard(
            pattern in "[ab*]{0,8}", text in "[ab]{0,10}",
        ) {
            let known = crate::pattern::Pattern::new(&pattern, crate::pattern::Dialect::StringLike).unwrap();
            proptest::prop_assert_eq!(matches(&pattern, &text), known.is_match(&text));
        }

        #[test]
        fn an_audience_is_compared_with_every_entry_that_can_match_and_with_no_longer_one(
            list in proptest::collection::vec("[ab*]{1,8}", 1..20), text in "[ab]{0,10}",
        ) {
            let audiences = Audiences::new(&list);
            let candidates = audiences.candidates(&text);
            proptest::prop_assert!(candidates.iter().all(|pattern| pattern.least <= text.len()));
            let expected = list.iter().any(|pattern| matches(pattern, &text));
            proptest::prop_assert_eq!(audiences.accept(&text), expected);
        }
    }

    #[test]
    fn many_short_audiences_are_compared_with_nothing_long() {
        let long = |index: usize| format!("{index:03}*{}", "a".repeat(900));
        let list: Vec<_> = (0..MAX_AUDIENCES).map(long).collect();
        let audiences = Audiences::new(&list);
        // As many as a token of 64 KiB holds: all of them together take no step.
        let compared = |text: &str| audiences.candidates(text).len() * text.len();
        let short = ["", "a", "000a"].into_iter().cycle().take(20_000);
        assert_eq!(short.map(compared).sum::<usize>(), 0);
        let whole = "a".repeat(64 * 1_024);
        assert_eq!(compared(&whole), MAX_AUDIENCES * whole.len());
    }
}
