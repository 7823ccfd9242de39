//! Conditions of expression languages, and negations, where a rule has only a pattern.

use super::super::sources::Mismatch;
use super::alternatives::{self, Syntax};
use super::bare;
use crate::diagnostic::Diagnostic;
use crate::pattern::visible;

/// `ref == 'main'`, `startsWith(ref, 'refs/heads/')`.
pub(super) fn hint(at: &Mismatch<'_>) -> Option<Diagnostic> {
    if let Some(hint) = number(at) {
        return Some(hint);
    }
    let meant = call(at.pattern)
        .or_else(|| condition(at.pattern))
        .or_else(|| comparison(at.pattern))
        .filter(|meant| meant != at.pattern)?;
    let read = Syntax::of(&meant).and_then(|syntax| alternatives::read(&meant, syntax, at.dialect));
    let patterns = match read {
        Some(read) if !at.matches(&meant, at.value) => read.patterns,
        _ => vec![meant],
    };
    if !patterns.iter().any(|text| at.matches(text, at.value)) {
        return None;
    }
    let message = format!(
        "`{}` reads as an expression, but a rule has only a pattern for the whole value",
        visible(at.pattern)
    );
    Some(at.suggest(
        Diagnostic::note("pattern-is-expression", message),
        "",
        &patterns,
    ))
}

/// `>= 5`: a comparison of numbers.
fn number(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let rest = at.pattern.trim_start().strip_prefix(['<', '>'])?;
    let limit = rest.trim_start_matches('=').trim();
    // The parser of floats would be large.
    let is_digit = |c: char| c.is_ascii_digit() || c == '.';
    let is_number =
        |text: &str| text.chars().all(is_digit) && text.starts_with(|c: char| c.is_ascii_digit());
    let message = format!(
        "`{}` is literal here: patterns are matched against text, and compare no numbers",
        visible(at.pattern)
    );
    let hint = Diagnostic::note("pattern-is-expression", message);
    let is_meant = is_number(limit) && is_number(at.value);
    is_meant.then(|| {
        let advice = "write the value itself; for this token, ";
        at.suggest(hint, advice, &[at.value.to_owned()])
    })
}

/// `StringLike: main`: a condition of AWS.
fn condition(text: &str) -> Option<String> {
    const OPERATORS: [&str; 4] = ["StringLike", "StringEquals", "ArnLike", "ArnEquals"];
    let text = text.trim_start_matches(['{', '"', ' ']);
    let text = text.strip_prefix("ForAnyValue:").unwrap_or(text);
    let text = text.strip_prefix("ForAllValues:").unwrap_or(text);
    let operator = OPERATORS.iter().find(|name| text.starts_with(**name))?;
    let rest = text.strip_prefix(*operator)?;
    let rest = rest.strip_prefix("IgnoreCase").unwrap_or(rest);
    let rest = rest.strip_prefix("IfExists").unwrap_or(rest);
    let rest = rest.trim_start_matches(['"', '\'', ' ']);
    let value = bare(rest.strip_prefix([':', '='])?.trim_end_matches('}'));
    (!value.is_empty()).then_some(value)
}

/// What is compared with: after an operator, and before it at most a name.
fn comparison(text: &str) -> Option<String> {
    const OPERATORS: [&str; 8] = [
        "===",
        "==",
        "=~",
        " eq ",
        " matches ",
        " like ",
        " LIKE ",
        "=",
    ];
    let (name, value) = OPERATORS
        .iter()
        .find_map(|operator| text.split_once(operator))?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.[]$'\"".contains(c);
    let value = bare(value.trim_end_matches(')'));
    (name.trim().chars().all(is_name) && !value.is_empty()).then_some(value)
}

/// The argument of a function, with the wildcards that the function stands for.
fn call(text: &str) -> Option<String> {
    let (name, rest) = text.split_once('(')?;
    let name = name.rsplit('.').next()?.trim().to_ascii_lowercase();
    let (before, after) = match name.replace('_', "").as_str() {
        "startswith" | "hasprefix" => ("", "*"),
        "endswith" | "hassuffix" => ("*", ""),
        "contains" => ("*", "*"),
        "matches" | "match" | "equals" | "eq" | "glob" | "like" => ("", ""),
        _ => return None,
    };
    let start = rest.find(['"', '\'', '`'])?;
    let quote = rest.get(start..)?.chars().next()?;
    let inside = rest.get(start + 1..)?.split(quote).next()?;
    (!inside.is_empty()).then(|| format!("{before}{inside}{after}"))
}

/// `!main`, `not main`, `!(main)`, `(?!main).*`: everything but that.
pub(super) fn negation(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let simple = || {
        let marks = ["!= ", "!=", "!", "not ", "NOT "];
        let (mark, rest) = marks
            .iter()
            .find_map(|mark| Some((mark.trim(), at.pattern.strip_prefix(mark)?)))?;
        let is_meant = !at.value.starts_with('!') && !at.matches(&bare(rest), at.value);
        let allowed = "what is meant".to_owned();
        (is_meant && !rest.starts_with('(')).then(|| (mark, allowed, vec![bare(rest)]))
    };
    let (mark, allowed, denied) = simple().or_else(|| group(at))?;
    let message = format!(
        "the `{mark}` of `{}` is literal here: patterns cannot negate",
        visible(at.pattern)
    );
    let denied: Vec<_> = denied.iter().map(|text| format!("`{text}`")).collect();
    let help = format!(
        "write a policy that allows {allowed}, and a deny policy with {}",
        denied.join(", and another with ")
    );
    Some(Diagnostic::note("pattern-negated", message).help(help))
}

/// A negated group: what it is in stands for any text but its alternatives.
fn group<'a>(at: &Mismatch<'a>) -> Option<(&'a str, String, Vec<String>)> {
    let mark = ["(?!", "!("]
        .into_iter()
        .find(|mark| at.pattern.contains(mark))?;
    let (before, rest) = at.pattern.split_once(mark)?;
    let (inside, after) = rest.split_once(')')?;
    let before = before.trim_start_matches('^');
    let after = after.trim_end_matches('$');
    let open = [".*", ".+", "*"];
    let (rest, is_open) = match open.iter().find_map(|any| after.strip_prefix(any)) {
        Some(rest) => (rest, true),
        None => (after, false),
    };
    let allowed = format!("{before}*{rest}");
    let end = match is_open && mark == "(?!" {
        true => format!("*{rest}"),
        false => rest.to_owned(),
    };
    let inside = inside.trim_end_matches('$');
    let denied: Vec<_> = inside
        .split('|')
        .map(|text| format!("{before}{text}{end}"))
        .collect();
    let is_denied = denied.iter().any(|text| at.matches(text, at.value));
    let is_meant = at.matches(&allowed, at.value) && !is_denied;
    is_meant.then(|| (mark, format!("`{allowed}`"), denied))
}
