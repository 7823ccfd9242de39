//! Differences in spelling: how the same is written differently. Several at once are all named.

use super::sources::{Difference, HintSources, Mismatch};
use super::unseen;
use crate::diagnostic::Diagnostic;
use crate::pattern::visible;

/// The engine's own differences, in the order in which they are preferred.
const DIFFERENCES: [Difference; 7] = [
    // Escapes first: what they stand for may differ in other ways.
    Difference {
        fold: |text, _| percent_decoded(text),
        hint: percent,
    },
    Difference {
        fold: |text, _| unescaped(text),
        hint: escaped,
    },
    Difference {
        fold: |text, sources| unseen::fold(text, sources.normalize),
        hint: look_alikes,
    },
    Difference {
        fold: |text, _| text.split_whitespace().collect(),
        hint: white_space,
    },
    Difference {
        fold: lowercase,
        hint: case,
    },
    Difference {
        fold: |text, _| text.trim_end_matches('/').to_owned(),
        hint: slash,
    },
    Difference {
        fold: |text, _| text.replace('_', "-"),
        hint: separators,
    },
];

/// A hint on each difference that, with the others, is all that keeps pattern and value apart.
pub(super) fn hints(at: &Mismatch<'_>) -> Vec<Diagnostic> {
    let known = at.sources.providers.iter();
    let known = known.flat_map(|provider| provider.differences);
    // One may show only when another is removed: a slash before an invisible character.
    let mut texts = [at.pattern, at.value].map(str::to_owned);
    let is_relevant = |difference: &&Difference| {
        let folded = texts
            .each_ref()
            .map(|text| (difference.fold)(text, at.sources));
        let is_changed = folded != texts;
        texts = folded;
        is_changed
    };
    let mut all: Vec<&Difference> = DIFFERENCES
        .iter()
        .chain(known)
        .filter(is_relevant)
        .collect();
    if all.is_empty() || !is_same(at, &all) {
        return Vec::new();
    }
    // The last ones first, so that the preferred ones remain.
    for index in (0..all.len()).rev() {
        let mut fewer = all.clone();
        fewer.remove(index);
        if is_same(at, &fewer) {
            all = fewer;
        }
    }
    let is_alone = all.len() == 1;
    let hints = all.iter().map(|difference| (difference.hint)(at, is_alone));
    hints.collect()
}

/// Whether pattern and value match without those differences.
fn is_same(at: &Mismatch<'_>, differences: &[&Difference]) -> bool {
    let fold = |text: &str| {
        differences
            .iter()
            .fold(text.to_owned(), |text, difference| {
                (difference.fold)(&text, at.sources)
            })
    };
    at.matches(&fold(at.pattern), &fold(at.value))
}

/// `A` and `B` differ only in one thing, or in that and in more.
fn differ(at: &Mismatch<'_>, what: &str, is_alone: bool) -> String {
    let [pattern, value] = [at.pattern, at.value].map(visible);
    match is_alone {
        true => format!("`{pattern}` and `{value}` differ only in {what}"),
        false => format!("`{pattern}` and `{value}` differ in {what}, among other things"),
    }
}

/// The host is not asked about ASCII: that takes long.
fn lowercase(text: &str, sources: HintSources) -> String {
    match text.is_ascii() {
        true => text.to_ascii_lowercase(),
        false => (sources.lowercase)(text),
    }
}

fn white_space(at: &Mismatch<'_>, is_alone: bool) -> Diagnostic {
    let stripped: String = at.pattern.split_whitespace().collect();
    let candidates = [at.pattern.trim(), &stripped, at.value];
    let better = candidates
        .into_iter()
        .find(|text| at.matches(text, at.value));
    let (side, spaces) = match unseen::spaces(at.pattern) {
        spaces if spaces.is_empty() => ("the value", unseen::spaces(at.value)),
        spaces => ("the pattern", spaces),
    };
    let message = format!(
        "{}: {side} has {spaces}",
        differ(at, "white space", is_alone)
    );
    let patterns = [better.unwrap_or(at.value).to_owned()];
    at.suggest(
        Diagnostic::note("invisible-characters", message),
        "",
        &patterns,
    )
}

fn look_alikes(at: &Mismatch<'_>, is_alone: bool) -> Diagnostic {
    let differ = differ(at, "characters that look alike or cannot be seen", is_alone);
    let named = unseen::named(at);
    // A value with such characters may imitate another one.
    let advice = if named.is_empty() || named.contains("the pattern has") {
        "retype the pattern, or copy the value from the token: "
    } else {
        "the value may imitate another one: check whose it is, and if it is right, "
    };
    let message = match (unseen::would_match(at).filter(|_| is_alone), named.as_str()) {
        (Some(message), _) => message,
        (None, "") => format!("{differ}: in their Unicode normal forms"),
        (None, named) => format!("{differ}: {named}"),
    };
    let hint = Diagnostic::note("invisible-characters", message);
    // Without them, the pattern keeps its wildcards.
    let folded = unseen::fold(at.pattern, at.sources.normalize);
    let is_right = at.matches(&folded, at.value);
    let pattern = Some(folded).filter(|_| is_right);
    at.suggest(
        hint,
        advice,
        &[pattern.unwrap_or_else(|| at.value.to_owned())],
    )
}

pub(super) fn case(at: &Mismatch<'_>, is_alone: bool) -> Diagnostic {
    let hint = Diagnostic::note(
        "look-alike-case",
        differ(at, "upper and lower case", is_alone),
    );
    let advice = "patterns are case-sensitive: ";
    at.suggest(hint, advice, &[at.value.to_owned()])
}

fn slash(at: &Mismatch<'_>, is_alone: bool) -> Diagnostic {
    let hint = Diagnostic::note("trailing-slash", differ(at, "a trailing slash", is_alone));
    at.suggest(hint, "", &[at.value.to_owned()])
}

fn percent(at: &Mismatch<'_>, is_alone: bool) -> Diagnostic {
    let hint = Diagnostic::note("percent-encoding", differ(at, "percent-encoding", is_alone));
    let advice = "patterns and values are compared literally, and `%3A` is not decoded to `:`: ";
    at.suggest(hint, advice, &[at.value.to_owned()])
}

fn escaped(at: &Mismatch<'_>, is_alone: bool) -> Diagnostic {
    let what = "how a character is escaped";
    let hint = Diagnostic::note("escaped-characters", differ(at, what, is_alone));
    let advice = "patterns have no escapes of HTML, JSON or a shell: ";
    at.suggest(hint, advice, &[at.value.to_owned()])
}

fn separators(at: &Mismatch<'_>, is_alone: bool) -> Diagnostic {
    let hint = Diagnostic::note("look-alike-separator", differ(at, "`-` and `_`", is_alone));
    at.suggest(hint, "", &[at.value.to_owned()])
}

/// Decodes `%XX` where that gives UTF-8.
fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let code = more
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = more.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Replaces the references of HTML and the escapes of JSON with their characters.
fn unescaped(text: &str) -> String {
    const NAMED: [(&str, &str); 5] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    let text = numbered(text, "\\u", 16, |rest| Some((rest.get(..4)?.to_owned(), 4)));
    let until_semicolon = |rest: &str| {
        let end = rest.find(';').filter(|end| *end <= 8)?;
        Some((rest.get(..end)?.to_owned(), end + 1))
    };
    let text = numbered(&text, "&#x", 16, until_semicolon);
    let text = numbered(&text, "&#", 10, until_semicolon);
    NAMED
        .iter()
        .fold(text, |text, (name, c)| text.replace(name, c))
}

/// Replaces the numbers of characters after `mark`; `digits` returns them, and how long they are with
/// what ends them.
fn numbered(
    text: &str,
    mark: &str,
    radix: u32,
    digits: impl Fn(&str) -> Option<(String, usize)>,
) -> String {
    let mut pieces = text.split(mark);
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let read = digits(piece).and_then(|(digits, length)| {
            let code = u32::from_str_radix(&digits, radix).ok()?;
            Some((char::from_u32(code)?, piece.get(length..)?))
        });
        match read {
            Some((c, rest)) => {
                decoded.push(c);
                decoded.push_str(rest);
            }
            None => {
                decoded.push_str(mark);
                decoded.push_str(piece);
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn escapes_of_html_and_json_are_read() {
        for (text, expected) in [
            ("a&amp;b", "a&b"),
            ("refs&#x2F;heads&#47;main", "refs/heads/main"),
            (r"a\u002fb", "a/b"),
            ("&lt;a&gt; &quot;&apos;", "<a> \"'"),
            ("&#x;&#zz;&#", "&#x;&#zz;&#"),
            (r"\u00", r"\u00"),
            ("&#xD800;", "&#xD800;"),
            ("a & b", "a & b"),
        ] {
            assert_eq!(unescaped(text), expected, "{text}");
        }
    }
}
