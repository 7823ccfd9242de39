//! Patterns that are written in another language: lists, regular expressions, shell globs, expressions, and
//! variables. All of that is literal here; the hint has the patterns that were meant.

mod alternatives;
mod expressions;
mod variables;

use super::sources::Mismatch;
use crate::diagnostic::Diagnostic;
use crate::json::Value;
use crate::pattern::{Capture, Dialect, Part, PartKind, Trace, parts, visible};
use alternatives::Syntax;

/// The longest pattern that is read, in bytes: longer ones are not written by hand.
const LONGEST: usize = 1_000;

/// The hint on a pattern that matches the value if it is read in another language.
#[inline(never)]
pub(super) fn hint(at: &Mismatch<'_>) -> Option<Diagnostic> {
    if at.pattern.len() > LONGEST {
        return None;
    }
    expressions::negation(at)
        .or_else(|| variables::hint(at))
        .or_else(|| quoted(at))
        .or_else(|| expressions::hint(at))
        .or_else(|| comment(at))
        .or_else(|| list(at))
        .or_else(|| syntax(at))
        .or_else(|| too_short(at))
}

/// A pattern that matches, in which `.*` was likely meant as in a regular expression.
pub(super) fn on_match(pattern: &str, dialect: Dialect, trace: &Trace) -> Option<Diagnostic> {
    let place = pattern.find(".*").filter(|_| dialect == Dialect::Pulumi)?;
    let (before, _) = pattern.split_at_checked(place)?;
    let Trace::Matched { captures } = trace else {
        return None;
    };
    let at = before.chars().count();
    let took = |index: usize| {
        let is_there = |capture: &&Capture| capture.pattern.start.chars == index;
        captures
            .iter()
            .find(is_there)
            .map(|capture| visible(&capture.text))
    };
    let is_escaped = before.ends_with(['\\', '*']);
    let (one, many) = (took(at)?, took(at + 1)?);
    let message = format!(
        "`.*` is not a regular expression here: in `{}`, `.` took `{one}`, and `*` took `{many}`",
        visible(pattern)
    );
    let hint = Diagnostic::note("pattern-is-regex", message);
    (!is_escaped).then(|| hint.help("write `*` alone to match any text, including none"))
}

/// `"main"`, `- main`: quotes, or the dash of a list.
fn quoted(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let inside = bare(at.pattern);
    if inside == at.pattern.trim() || !at.matches(&inside, at.value) {
        return None;
    }
    let message = format!(
        "what is around the text in `{}` is literal here: quotes and dashes belong to JSON, YAML or a shell",
        visible(at.pattern)
    );
    Some(at.suggest(
        Diagnostic::note("pattern-is-quoted", message),
        "",
        &[inside],
    ))
}

/// `main # production`: a comment.
fn comment(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let marks = [" #", " //", " --"];
    let (before, mark) = marks
        .iter()
        .find_map(|mark| Some((at.pattern.split_once(mark)?.0.trim(), mark.trim())))?;
    let message = format!(
        "`{mark}` begins no comment: `{}` is a pattern as a whole",
        visible(at.pattern)
    );
    let hint = Diagnostic::note("pattern-is-expression", message);
    let is_meant = at.matches(before, at.value);
    is_meant.then(|| at.suggest(hint, "", &[before.to_owned()]))
}

/// `v?.?` on `v1.10`: each `?` is one character at most.
fn too_short(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let is_one = |part: &Part| part.text == "?" && part.kind != PartKind::Literal;
    let all = parts(at.pattern, at.dialect);
    let wider: String = all
        .iter()
        .map(|part| if is_one(part) { "*" } else { &part.text })
        .collect();
    if wider == at.pattern || !at.matches(&wider, at.value) {
        return None;
    }
    let how_many = match at.dialect {
        Dialect::Pulumi => "at most one character",
        Dialect::StringLike => "exactly one character",
    };
    let message = format!("each `?` of `{}` matches {how_many}", visible(at.pattern));
    let hint = Diagnostic::note("wildcard-too-short", message);
    Some(at.suggest(hint, "for any text, ", &[wider]))
}

/// `a,b`, `a | b`, `["a", "b"]`: or.
fn list(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let (separator, parts) = json_list(at.pattern).or_else(|| separated(at.pattern))?;
    let first = parts.first()?;
    // `refs/heads/main|develop`: what the first one begins with may be meant of all.
    let shared = first.rfind(['/', ':']).and_then(|end| first.get(..=end));
    let with_start = |part: &String| match shared {
        Some(start) if !part.contains(['/', ':']) => format!("{start}{part}"),
        _ => part.clone(),
    };
    let patterns = [parts.iter().map(with_start).collect(), parts.clone()];
    let is_meant = |patterns: &Vec<String>| patterns.iter().any(|text| at.matches(text, at.value));
    let patterns = patterns.into_iter().find(is_meant)?;
    let message = match separator.starts_with("the word") {
        true => format!("{separator} is literal here: a rule has one pattern"),
        false => {
            format!("{separator} is literal here, and does not mean “or”: a rule has one pattern")
        }
    };
    Some(at.suggest(Diagnostic::note("pattern-is-list", message), "", &patterns))
}

fn json_list(pattern: &str) -> Option<(&'static str, Vec<String>)> {
    let pattern = pattern.trim();
    let pattern = pattern.strip_prefix("in ").unwrap_or(pattern);
    let inside = pattern.strip_prefix('[')?.strip_suffix(']')?;
    let parts = match Value::parse(pattern) {
        Ok(Value::Array(items)) => items.iter().filter_map(Value::scalar_text).collect(),
        _ => inside.split(',').map(bare).collect(),
    };
    Some(("a list in brackets", parts))
}

fn separated(pattern: &str) -> Option<(&'static str, Vec<String>)> {
    const SEPARATORS: [(&str, &str); 8] = [
        ("`||`", "||"),
        ("`|`", "|"),
        ("a comma", ","),
        ("`;`", ";"),
        ("a line break", "\n"),
        ("the word “or”", " or "),
        ("the word “or”", " OR "),
        ("a space", " "),
    ];
    let split = |(name, separator): &(&'static str, &str)| {
        let parts: Vec<_> = pattern.split(separator).map(bare).collect();
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (parts.len() > 1 || pattern.ends_with(separator)).then_some((*name, parts))
    };
    // A separator within brackets belongs to an alternation.
    let is_nested = pattern.contains(['(', '{']);
    // Words of a sentence are no list.
    let is_list = |(name, parts): &(&str, Vec<String>)| {
        let is_item = |part: &String| !part.ends_with(':') && !part.contains(['[', '=', '\'']);
        *name != "a space" || parts.iter().all(is_item)
    };
    let found = SEPARATORS.iter().find_map(split);
    found.filter(|found| !is_nested && is_list(found))
}

/// A part of a list without white space, the dash of YAML, and quotes.
fn bare(part: &str) -> String {
    let part = part.trim();
    let part = part.strip_prefix("- ").unwrap_or(part).trim();
    part.trim_matches(['"', '\'', '`', '“', '”', '‘', '’'])
        .to_owned()
}

/// A regular expression, a shell glob, or a pattern of SQL.
fn syntax(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let (text, named) = Syntax::named(at.pattern);
    let syntax = named.or_else(|| Syntax::of(text))?;
    let read = alternatives::read(text, syntax, at.dialect)?;
    let is_meant = read.patterns.iter().any(|text| at.matches(text, at.value));
    if !is_meant {
        return None;
    }
    let (code, name) = match syntax {
        Syntax::Regex => ("pattern-is-regex", "regular expression"),
        Syntax::Glob => ("pattern-is-glob", "shell glob"),
        Syntax::Like => ("pattern-is-glob", "pattern of SQL's `LIKE`"),
    };
    let wildcards = match at.dialect {
        Dialect::Pulumi => "`*`, `?` and `.`",
        Dialect::StringLike => "`*` and `?`",
    };
    let message = format!(
        "`{}` reads as a {name}, but here only {wildcards} are wildcards, and the rest is literal",
        visible(at.pattern)
    );
    let has_star = read.patterns.iter().any(|pattern| pattern.contains('*'));
    let advice = match (read.is_wider, has_star) {
        (true, true) => "`*` matches any text, `/` and `:` included, which is wider: ",
        (true, false) => "this is wider: ",
        (false, _) => "",
    };
    Some(at.suggest(Diagnostic::note(code, message), advice, &read.patterns))
}
