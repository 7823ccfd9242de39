//! The YAML that `fn::toYAML` writes: block style, four spaces of indentation, sorted keys.

use std::cmp::Ordering;

use super::Plain;
use super::yaml_scalar::{write_key, write_string};

const INDENT: usize = 4;

/// Writes a value as a YAML document.
pub(crate) fn to_yaml(value: &Plain) -> String {
    let mut text = String::new();
    let indent = if is_block(value) { 0 } else { INDENT };
    write_value(&mut text, value, indent);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Writes a value whose parts are indented by so many spaces.
fn write_value(text: &mut String, value: &Plain, indent: usize) {
    match value {
        Plain::Null => text.push_str("null"),
        Plain::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        // Numbers have been text since they were read, and are written as text.
        Plain::Number(number) => write_string(text, number.as_str().as_bytes(), indent),
        Plain::String(bytes) => write_string(text, bytes, indent),
        Plain::Array(values) if values.is_empty() => text.push_str("[]"),
        Plain::Array(values) => {
            for value in values {
                begin_line(text, indent);
                text.push('-');
                write_item(text, value, indent);
            }
        }
        Plain::Object(members) if members.is_empty() => text.push_str("{}"),
        Plain::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| natural(a, b));
            for (name, value) in members {
                begin_line(text, indent);
                write_key(text, name);
                text.push(':');
                write_member(text, value, indent);
            }
        }
    }
}

/// Begins a line, unless a list's dash has begun it.
fn begin_line(text: &mut String, indent: usize) {
    if text.ends_with("- ") {
        return;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.extend(std::iter::repeat_n(' ', indent));
}

fn write_item(text: &mut String, value: &Plain, indent: usize) {
    text.push(' ');
    // A collection begins on the line of its dash.
    write_value(text, value, indent + 2);
    end_line(text);
}

fn write_member(text: &mut String, value: &Plain, indent: usize) {
    match value {
        _ if is_block(value) => text.push('\n'),
        _ => text.push(' '),
    }
    // Within a list's item, the next multiple is nearer.
    write_value(text, value, (indent / INDENT + 1) * INDENT);
    end_line(text);
}

fn end_line(text: &mut String) {
    if !text.ends_with('\n') {
        text.push('\n');
    }
}

fn is_block(value: &Plain) -> bool {
    match value {
        Plain::Array(values) => !values.is_empty(),
        Plain::Object(members) => !members.is_empty(),
        _ => false,
    }
}

/// The order of keys: numbers within them by value, other characters before letters.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut was_digit = false;
    for (at, (x, y)) in a.iter().zip(&b).enumerate() {
        if x == y {
            was_digit = x.is_numeric();
            continue;
        }
        return match (x.is_alphabetic(), y.is_alphabetic()) {
            (true, true) => x.cmp(y),
            (true, false) if was_digit => Ordering::Less,
            (true, false) => Ordering::Greater,
            (false, true) if was_digit => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => numbers(&a, &b, at).then(x.cmp(y)),
        };
    }
    a.len().cmp(&b.len())
}

/// The order of the numbers that two keys have from a place on.
fn numbers(a: &[char], b: &[char], at: usize) -> Ordering {
    let has_zero = a.get(at) == Some(&'0') || b.get(at) == Some(&'0');
    let before = a.iter().take(at).rev().take_while(|c| c.is_numeric());
    let start = u64::from(has_zero && before.clone().any(|c| *c != '0'));
    let number = |key: &[char]| {
        let digits = key.iter().skip(at).map_while(|c| c.to_digit(10));
        digits.fold((start, 0_usize), |(number, length), digit| {
            let number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
            (number, length + 1)
        })
    };
    number(a).cmp(&number(b))
}
