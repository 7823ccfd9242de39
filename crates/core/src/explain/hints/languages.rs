//! Patterns that are written in another language: lists, regular expressions, shell globs, and
//! variables. All of that is literal here; the hint has the patterns that were meant.

mod alternatives;

use super::sources::Mismatch;
use crate::diagnostic::Diagnostic;
use crate::json::Value;
use crate::pattern::{Capture, Dialect, Pattern, Trace, visible};
use alternatives::Syntax;

/// The longest pattern that is read, in bytes: longer ones are not written by hand.
const LONGEST: usize = 1_000;

/// The hint on a pattern that matches the value if it is read in another language.
pub(super) fn hint(at: &Mismatch<'_>) -> Option<Diagnostic> {
    if at.pattern.len() > LONGEST {
        return None;
    }
    negation(at)
        .or_else(|| variable(at))
        .or_else(|| list(at))
        .or_else(|| syntax(at))
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
    (!is_escaped).then(|| hint.help("write `*` alone for any text, even none"))
}

/// `!main`: everything but that.
fn negation(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let rest = at.pattern.strip_prefix('!')?;
    if at.matches(rest, at.value) || at.value.starts_with('!') {
        return None;
    }
    let message = format!(
        "the `!` of `{}` is literal here: no pattern negates",
        visible(at.pattern)
    );
    let help = format!("write a policy that allows what is meant, and a deny policy with `{rest}`");
    Some(Diagnostic::note("pattern-negated", message).help(help))
}

/// `${{ github.repository }}`: nothing fills it in.
fn variable(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let mut pieces = Vec::new();
    let mut rest = at.pattern;
    let mut first = None;
    while let Some((start, length)) = find_variable(rest) {
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
    let message = format!("`{}` is literal here: nothing fills it in", visible(first));
    let hint = Diagnostic::note("pattern-has-variable", message);
    let advice = "put the value in its place; with that of this token, ";
    Some(at.suggest(hint, advice, &[filled]))
}

/// The place and the length of the first `${…}`, `{{…}}`, `$(…)`, `$[…]`, `<…>` or `$NAME`.
fn find_variable(text: &str) -> Option<(usize, usize)> {
    const BRACKETS: [(&str, &str); 6] = [
        ("${{", "}}"),
        ("${", "}"),
        ("{{", "}}"),
        ("$(", ")"),
        ("$[", "]"),
        ("<", ">"),
    ];
    let bracket = |(open, close): &(&str, &str)| {
        let (before, rest) = text.split_once(open)?;
        let (inside, _) = rest.split_once(close)?;
        let is_name = |c: char| c.is_alphanumeric() || "_.- '[]()".contains(c);
        let is_variable = !inside.is_empty() && inside.chars().all(is_name);
        is_variable.then_some((before.len(), open.len() + inside.len() + close.len()))
    };
    let name = || {
        let (before, rest) = text.split_once('$')?;
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let length = length.unwrap_or(rest.len());
        (length > 0).then_some((before.len(), length + 1))
    };
    BRACKETS.iter().filter_map(bracket).min().or_else(name)
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
    let patterns = [parts.clone(), parts.iter().map(with_start).collect()];
    let is_meant = |patterns: &Vec<String>| patterns.iter().any(|text| at.matches(text, at.value));
    let patterns = patterns.into_iter().find(is_meant)?;
    let message =
        format!("{separator} is literal here, and does not mean “or”: a rule has one pattern");
    Some(at.suggest(Diagnostic::note("pattern-is-list", message), "", &patterns))
}

fn json_list(pattern: &str) -> Option<(&'static str, Vec<String>)> {
    let inside = pattern.trim().strip_prefix('[')?.strip_suffix(']')?;
    let parts = match Value::parse(pattern) {
        Ok(Value::Array(items)) => items.iter().filter_map(Value::scalar_text).collect(),
        _ => inside.split(',').map(bare).collect(),
    };
    Some(("a list in brackets", parts))
}

fn separated(pattern: &str) -> Option<(&'static str, Vec<String>)> {
    const SEPARATORS: [(&str, &str); 7] = [
        ("`||`", "||"),
        ("`|`", "|"),
        ("a comma", ","),
        ("`;`", ";"),
        ("a line break", "\n"),
        ("“or”", " or "),
        ("“or”", " OR "),
    ];
    let split = |(name, separator): &(&'static str, &str)| {
        let parts: Vec<_> = pattern.split(separator).map(bare).collect();
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (parts.len() > 1 || pattern.ends_with(separator)).then_some((*name, parts))
    };
    // A separator within brackets belongs to an alternation.
    let is_nested = pattern.contains(['(', '{']);
    SEPARATORS.iter().find_map(split).filter(|_| !is_nested)
}

/// A part of a list without white space and quotes.
fn bare(part: &str) -> String {
    part.trim().trim_matches(['"', '\'', '`']).to_owned()
}

/// A regular expression or a shell glob.
fn syntax(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let syntax = Syntax::of(at.pattern)?;
    let read = alternatives::read(at.pattern, syntax, at.dialect)?;
    let is_meant = read.patterns.iter().any(|text| at.matches(text, at.value));
    if !is_meant {
        return None;
    }
    let (code, name) = match syntax {
        Syntax::Regex => ("pattern-is-regex", "regular expression"),
        Syntax::Glob => ("pattern-is-glob", "shell glob"),
    };
    let wildcards = match at.dialect {
        Dialect::Pulumi => "`*`, `?` and `.`",
        Dialect::StringLike => "`*` and `?`",
    };
    let message = format!(
        "`{}` reads as a {name}, but here only {wildcards} are wildcards, and the rest is literal",
        visible(at.pattern)
    );
    let advice = match read.is_wider {
        true => "`*` matches any text, `/` and `:` included, which is wider: ",
        false => "",
    };
    Some(at.suggest(Diagnostic::note(code, message), advice, &read.patterns))
}
