//! Variables and placeholders, which nothing fills in.

use super::super::sources::Mismatch;
use crate::diagnostic::Diagnostic;
use crate::pattern::{Pattern, Trace, visible};
use crate::text::hidden;

/// What placeholders of documentation are called, in capital letters.
const PLACEHOLDERS: [&str; 17] = [
    "OWNER",
    "ORG",
    "ORGANIZATION",
    "REPO",
    "REPOSITORY",
    "BRANCH",
    "TAG",
    "NAME",
    "ENV",
    "ENVIRONMENT",
    "PROJECT",
    "WORKSPACE",
    "GROUP",
    "NAMESPACE",
    "ACCOUNT",
    "YOUR",
    "MY",
];

/// `${{ github.repository }}`, `OWNER`, `…`.
pub(super) fn hint(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let mut pieces = Vec::new();
    let mut rest = at.pattern;
    let mut first = None;
    while let Some((start, length)) = find(rest) {
        let (before, more) = rest.split_at_checked(start)?;
        let (name, more) = more.split_at_checked(length)?;
        first = first.or(Some(name));
        pieces.push(before);
        rest = more;
    }
    let first = first?;
    // Each variable stands for any text; what that is in this token is what it has to be.
    let mut wildcards = Vec::new();
    let mut pattern = String::new();
    for piece in &pieces {
        pattern += piece;
        wildcards.push(pattern.chars().count());
        pattern.push('*');
    }
    pattern += rest;
    let trace = Pattern::new(&pattern, at.dialect).ok()?.trace(at.value);
    let Trace::Matched { captures } = trace else {
        return None;
    };
    let mut filled = String::new();
    for (piece, place) in pieces.iter().zip(wildcards) {
        let taken = captures
            .iter()
            .find(|capture| capture.pattern.start.chars == place)?;
        filled = filled + piece + &taken.text;
    }
    filled += rest;
    let message = match first {
        "..." => "`...` stands for no other text here: it is not replaced".to_owned(),
        first => format!(
            "`{}` is literal here: variables are not replaced",
            visible(first)
        ),
    };
    let hint = Diagnostic::note("pattern-has-variable", message);
    let advice = "write the value itself; for this token, ";
    Some(at.suggest(hint, advice, &[filled]))
}

/// The place and the length of the first variable.
fn find(text: &str) -> Option<(usize, usize)> {
    let first = BRACKETS
        .iter()
        .filter_map(|pair| bracket(text, *pair))
        .min();
    first.or_else(|| dollar(text)).or_else(|| placeholder(text))
}

const BRACKETS: [(&str, &str); 9] = [
    ("${{", "}}"),
    ("${", "}"),
    ("{{", "}}"),
    ("$(", ")"),
    ("$[", "]"),
    ("#{", "}"),
    ("<", ">"),
    ("%", "%"),
    ("{", "}"),
];

/// `${…}`, `{{…}}`, `$(…)`, `$[…]`, `#{…}`, `<…>`, `%…%` or `{…}`.
fn bracket(text: &str, (open, close): (&str, &str)) -> Option<(usize, usize)> {
    let (before, rest) = text.split_once(open)?;
    let (inside, _) = rest.split_once(close)?;
    let is_letter =
        |c: char| c.is_ascii_alphanumeric() || (!c.is_ascii() && hidden::name(c).is_none());
    // `%2F`, `{3}` and the like are something else.
    let is_short = open.len() == 1 && open != "<";
    let is_name = |c: char| {
        is_letter(c) || "_.- '[]()".contains(c) || (open.len() > 1 && ":/|,\"".contains(c))
    };
    let is_word = inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_variable = !inside.is_empty() && inside.chars().all(is_name) && (is_word || !is_short);
    is_variable.then_some((before.len(), open.len() + inside.len() + close.len()))
}

/// `$NAME`.
fn dollar(text: &str) -> Option<(usize, usize)> {
    let (before, rest) = text.split_once('$')?;
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let length = length.unwrap_or(rest.len());
    (length > 0).then_some((before.len(), length + 1))
}

/// `…`, or a part in capital letters or brackets, such as `OWNER`, `YOUR_BRANCH` and `[org]`.
fn placeholder(text: &str) -> Option<(usize, usize)> {
    let dots = ["...", "…"];
    let dots = dots
        .iter()
        .filter_map(|dots| text.find(dots).map(|place| (place, dots.len())));
    if let Some(found) = dots.min() {
        return Some(found);
    }
    let mut start = 0;
    for part in text.split_inclusive([':', '/', '@']) {
        let name = part.trim_end_matches([':', '/', '@']);
        let inside = name
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let said = inside.map_or_else(|| name.to_owned(), str::to_ascii_uppercase);
        let mut words = said.split(['_', '-', ' ']);
        let is_capital =
            |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "_- ".contains(c);
        if said.chars().all(is_capital) && words.any(|word| PLACEHOLDERS.contains(&word)) {
            return Some((start, name.len()));
        }
        start += part.len();
    }
    None
}
